//! Looks up a code that was scanned or typed.

use chrono::NaiveDateTime;

use crate::domain::Code;
use crate::error::Result;
use crate::redemption::{self, Claim, Outcome, TillAnswer, Visit};
use crate::store::{Read, Write};

/// The result of looking up a code.
#[derive(Debug)]
pub(crate) struct Scanned {
    claim: Claim,
    pub(crate) answer: TillAnswer,
    /// A phone number or a name may happen to have the characters of a code.
    is_plain: bool,
}

/// A code that a text may contain, and whether it is the whole text.
#[derive(Debug, Clone)]
pub(crate) struct ScannedCode {
    pub(crate) code: Code,
    pub(crate) is_all: bool,
}

/// The codes that a typed or scanned text may contain: all of it, or a part of it.
pub(crate) fn codes_in(typed: &str) -> Vec<ScannedCode> {
    match Code::parse(typed) {
        Ok(code) => vec![ScannedCode { code, is_all: true }],
        Err(_) => Code::within(typed).into_iter().map(|code| ScannedCode { code, is_all: false }).collect(),
    }
}

impl Scanned {
    /// Whether it was meant as a code and is wrong.
    pub(crate) fn is_wrong(&self) -> bool {
        self.answer.outcome == Outcome::Unknown && !self.is_plain
    }

    /// Whether it leads to a page; a code that is on no letter does so only if it was `meant` as one.
    pub(crate) fn leads(&self, meant: bool) -> bool {
        self.answer.outcome != Outcome::Unknown || (meant && !self.is_plain)
    }

    /// Whether a customer is turned away with it, which has to be [recorded](record).
    pub(crate) fn is_refused(&self) -> bool {
        self.answer.outcome != Outcome::Accepted
    }
}

/// Whether a text may be an attempt to guess a code: it reads as one, or is formatted like one. Bar codes of goods and
/// plain numbers do not count: phone numbers and receipts look like that, and few codes are all digits.
#[must_use]
pub(crate) fn is_guess(typed: &str) -> bool {
    let halves = typed.trim().split_once('-');
    let is_half = |half: &str| half.len() == 4 && half.bytes().all(|b| b.is_ascii_alphanumeric());
    let is_like_one = halves.is_some_and(|(one, other)| is_half(one) && is_half(other));
    typed.chars().any(char::is_alphabetic) && (is_like_one || Code::parse(typed).is_ok())
}

/// Looks up a code that was read from `typed`.
pub(crate) fn look(read: &Read<'_>, code: &Code, typed: &str, now: NaiveDateTime) -> Result<Scanned> {
    let claim = Claim::Typed(code.as_str().to_owned());
    let answer = redemption::look(read, &claim, now.date())?;
    Ok(Scanned { claim, answer, is_plain: is_plain(typed) })
}

/// Whether it has only letters or only digits, as names, phone numbers and receipts have, and is not formatted like a
/// code.
fn is_plain(typed: &str) -> bool {
    let has = |is: fn(char) -> bool| typed.contains(is);
    let is_written = typed.trim().split_once('-').is_some_and(|(one, other)| one.len() == 4 && other.len() == 4);
    !has(|c| c.is_ascii_digit()) || (!has(char::is_alphabetic) && !is_written)
}

/// Records that a customer was turned away at a till.
pub(crate) fn record(write: &Write<'_>, scanned: &Scanned, till: &str, now: NaiveDateTime) -> Result<()> {
    redemption::turned_away(write, &scanned.claim, &Visit::new(now, till, None), &scanned.answer)
}
