//! What is done about what came back.

use chrono::{NaiveDateTime, TimeDelta};
use serde::Serialize;

use super::message::{Fate, Mail, What};
use crate::domain::Suppression;
use crate::error::Result;
use crate::outbox::{self, Blame, Heard, Piece};
use crate::store::Write;

/// A report that has only an address is taken for one about an email of so many days.
const LATELY: i64 = 30;

/// How many messages were what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    /// In the mailbox.
    pub(crate) messages: usize,
    /// Acted upon when they were read before.
    pub(crate) known: usize,
    /// There is no such mailbox.
    pub(crate) bounced: usize,
    /// The mailbox was full.
    pub(crate) mailbox_full: usize,
    /// Not delivered for another reason.
    pub(crate) undelivered: usize,
    /// Still being tried.
    pub(crate) delayed: usize,
    /// Delivered, as the receiver's mail server says.
    pub(crate) delivered: usize,
    /// Somebody called an email spam.
    pub(crate) complaints: usize,
    /// Somebody wants no more emails.
    pub(crate) unsubscribed: usize,
    /// Answers by people.
    pub(crate) replies: usize,
    /// Answers by machines.
    pub(crate) automatic: usize,
    /// All other mail.
    pub(crate) ordinary: usize,
    /// Reports that are left to the owner.
    pub(crate) left: usize,
    /// Emails in doubt of which is known now that they were sent.
    pub(crate) settled: usize,
}

/// What happened to one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Happened {
    /// Their reference.
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    /// Their name.
    pub(crate) name: String,
    /// The campaign.
    pub(crate) campaign: String,
    /// The address.
    pub(crate) email: String,
    /// `bounced`, `mailbox_full`, `undelivered`, `complaint` or `unsubscribed`.
    pub(crate) what: &'static str,
    /// In the words of the report.
    pub(crate) said: String,
    /// Why the address gets no email from now on, if so.
    pub(crate) suppressed: Option<Suppression>,
    /// `letter`, when one goes instead.
    pub(crate) instead: Option<String>,
    /// Known by the address alone.
    pub(crate) by_address: bool,
}

/// A message that is left to the owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Left {
    /// Where it stands.
    pub(crate) message: String,
    /// Why.
    pub(crate) why: String,
    /// Only the owner's word is missing.
    pub(crate) by_address: bool,
}

/// What came of a mailbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Outcome {
    /// How many messages were what.
    #[serde(flatten)]
    pub(crate) counts: Counts,
    /// What happened to whom.
    pub(crate) people: Vec<Happened>,
    /// What is left to the owner.
    pub(crate) left_to_you: Vec<Left>,
}

/// Acts upon messages, each once, however often they are read. Reports that have nothing but an address are believed when
/// `by_address` says so.
///
/// # Errors
/// When the database fails; then nothing was done.
pub(crate) fn act(write: &Write<'_>, mails: &[Mail], by_address: bool, now: NaiveDateTime) -> Result<Outcome> {
    let mut desk = Desk { write, by_address, now, outcome: Outcome::default() };
    for mail in mails {
        desk.read(mail)?;
    }
    let mut outcome = desk.outcome;
    outcome.counts.messages = mails.len();
    outcome.counts.left = outcome.left_to_you.len();
    Ok(outcome)
}

struct Desk<'w> {
    write: &'w Write<'w>,
    by_address: bool,
    now: NaiveDateTime,
    outcome: Outcome,
}

impl Desk<'_> {
    fn read(&mut self, mail: &Mail) -> Result<()> {
        if outbox::kept_answer(self.write, &mail.hash)? {
            self.outcome.counts.known += 1;
            return Ok(());
        }
        match &mail.what {
            What::Report { keys, fates } => self.report(mail, keys, fates),
            What::Complaint { keys, addresses } => self.complaint(mail, keys, addresses),
            What::Unsubscribe { keys, from } => self.unsubscribe(mail, keys, from.as_deref()),
            What::Answer { keys, automatic } => self.answer(keys, *automatic),
            What::Odd(subject) => {
                self.left(mail, format!("a delivery report that follows no standard: {subject}"), false);
                Ok(())
            }
        }
    }

    fn answer(&mut self, keys: &[String], automatic: bool) -> Result<()> {
        let ours = self.ours(keys)?;
        let counts = &mut self.outcome.counts;
        *(match (automatic, ours.is_some()) {
            (true, _) => &mut counts.automatic,
            (false, true) => &mut counts.replies,
            (false, false) => &mut counts.ordinary,
        }) += 1;
        Ok(())
    }

    fn report(&mut self, mail: &Mail, keys: &[String], fates: &[Fate]) -> Result<()> {
        let ours = self.ours(keys)?;
        let about = ours.as_ref().map(|piece| piece.address.to_lowercase());
        // One email has one recipient; behind an alias there may be more, and one whom it reached is enough.
        let named = fates.iter().find(|fate| about.as_ref().is_some_and(|address| fate.addresses.contains(address)));
        let reached = fates.iter().find(|fate| fate.lost.is_none() && !fate.delayed);
        let Some(fate) = named.or(reached).or(fates.first()) else {
            self.left(mail, "a delivery report that does not say what became of the email".to_owned(), false);
            return Ok(());
        };
        let Some(blame) = fate.lost else {
            let counts = &mut self.outcome.counts;
            *(if fate.delayed { &mut counts.delayed } else { &mut counts.delivered }) += 1;
            return Ok(());
        };
        let Some((piece, is_by_address)) = self.piece(ours, &fate.addresses)? else {
            let whom = fate.addresses.first().map_or("somebody", String::as_str);
            self.left(mail, format!("about no email of the last {LATELY} days: {whom}, {}", fate.said), false);
            return Ok(());
        };
        if !self.believed(mail, &piece, is_by_address, &fate.said) {
            return Ok(());
        }
        let heard = Heard { blame, by_report: Some(&mail.hash), said: &fate.said, on: self.now.date() };
        let done = outbox::undelivered(self.write, piece.recipient, piece.wave, &heard)?;
        let counts = &mut self.outcome.counts;
        let (count, what) = match blame {
            Blame::NoMailbox => (&mut counts.bounced, "bounced"),
            Blame::Full => (&mut counts.mailbox_full, "mailbox_full"),
            Blame::Unreached => (&mut counts.undelivered, "undelivered"),
        };
        *count += 1;
        let second = done.recipient.second.filter(|second| second.returned_on.is_none());
        self.happened(piece, what, &fate.said, done.suppressed, second.map(|second| second.channel), is_by_address);
        Ok(())
    }

    fn complaint(&mut self, mail: &Mail, keys: &[String], addresses: &[String]) -> Result<()> {
        let ours = self.ours(keys)?;
        let Some((piece, is_by_address)) = self.piece(ours, addresses)? else {
            self.left(mail, format!("a complaint about no email of the last {LATELY} days"), false);
            return Ok(());
        };
        let said = "a complaint through their mail provider";
        if !self.believed(mail, &piece, is_by_address, said) {
            return Ok(());
        }
        self.outcome.counts.complaints += 1;
        self.wished(mail, piece, Suppression::Complaint, said, is_by_address)
    }

    fn unsubscribe(&mut self, mail: &Mail, keys: &[String], from: Option<&str>) -> Result<()> {
        let ours = self.ours(keys)?;
        let is_by_address = ours.is_none();
        // A no is taken from whoever has the address, at any time: heeding a false one costs a letter, a true one is the law.
        let piece = match (ours, from) {
            (Some(piece), _) => Some(piece),
            (None, Some(from)) => outbox::last_piece_to(self.write, from, NaiveDateTime::default())?,
            (None, None) => None,
        };
        let Some(piece) = piece else {
            let from = from.unwrap_or("somebody");
            self.left(mail, format!("{from} wants no more emails, and none went to that address"), false);
            return Ok(());
        };
        self.outcome.counts.unsubscribed += 1;
        self.wished(mail, piece, Suppression::Unsubscribed, "unsubscribed by email", is_by_address)
    }

    fn wished(&mut self, mail: &Mail, piece: Piece, why: Suppression, said: &str, is_by_address: bool) -> Result<()> {
        outbox::wished(self.write, &piece, why, &mail.hash, said, self.now.date())?;
        self.happened(piece, why.as_str(), said, Some(why), None, is_by_address);
        Ok(())
    }

    /// The email that a key is of; an answer to it proves that it was taken.
    fn ours(&mut self, keys: &[String]) -> Result<Option<Piece>> {
        for key in keys {
            if let Some(piece) = outbox::piece_of(self.write, key)? {
                self.outcome.counts.settled += usize::from(outbox::settle_doubt(self.write, &piece, self.now)?);
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }

    /// The email that is meant, and whether only its address says so.
    fn piece(&self, ours: Option<Piece>, addresses: &[String]) -> Result<Option<(Piece, bool)>> {
        if let Some(piece) = ours {
            return Ok(Some((piece, false)));
        }
        for address in addresses {
            if let Some(piece) = outbox::last_piece_to(self.write, address, self.now - TimeDelta::days(LATELY))? {
                return Ok(Some((piece, true)));
            }
        }
        Ok(None)
    }

    /// Whether a report is acted upon; one that has nothing but an address is left to the owner until they say so.
    fn believed(&mut self, mail: &Mail, piece: &Piece, is_by_address: bool, said: &str) -> bool {
        if is_by_address && !self.by_address {
            let Piece { name, reference, address, .. } = piece;
            let why = format!("known by the address alone: {name} (`{reference}`) <{address}>, {said}");
            self.left(mail, why, true);
        }
        !is_by_address || self.by_address
    }

    fn left(&mut self, mail: &Mail, why: String, by_address: bool) {
        self.outcome.left_to_you.push(Left { message: mail.place.clone(), why, by_address });
    }

    fn happened(
        &mut self,
        piece: Piece,
        what: &'static str,
        said: &str,
        suppressed: Option<Suppression>,
        instead: Option<String>,
        by_address: bool,
    ) {
        let Piece { reference, name, campaign, address: email, .. } = piece;
        let said = said.to_owned();
        self.outcome.people.push(Happened {
            reference,
            name,
            campaign,
            email,
            what,
            said,
            suppressed,
            instead,
            by_address,
        });
    }
}
