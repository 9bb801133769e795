//! Emails that did not reach their address, and what came back about them: what that means for the address and the recipient.

use chrono::NaiveDate;

use super::reply::Blame;
use super::table::Piece;
use crate::campaign::{self, Recipient};
use crate::customers;
use crate::domain::{Consent, ConsentChannel, Suppression};
use crate::error::Result;
use crate::store::params;
use crate::store::{Read, Write};

/// How often a mailbox may be full.
const FULL: usize = 3;

/// What was heard about an email.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heard<'h> {
    /// What it says about the address.
    pub(crate) blame: Blame,
    /// What makes the report itself; none when the mail server said it at once.
    pub(crate) by_report: Option<&'h [u8]>,
    /// In its words.
    pub(crate) said: &'h str,
    /// When.
    pub(crate) on: NaiveDate,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Undelivered {
    /// The recipient, as it is now.
    pub(crate) recipient: Recipient,
    /// The address gets no email any more.
    pub(crate) suppressed: Option<Suppression>,
}

/// Writes down that an email did not reach its address: an address without a mailbox, or full for the third time, gets no
/// email any more; the recipient is undeliverable, or gets a letter instead, unless it was only a reminder.
///
/// # Errors
/// When the database fails.
pub(crate) fn undelivered(write: &Write<'_>, id: i64, wave: usize, heard: &Heard<'_>) -> Result<Undelivered> {
    let kind = match heard.blame {
        Blame::NoMailbox => "bounced",
        Blame::Full => "mailbox_full",
        Blame::Unreached => "undelivered",
    };
    keep_answer(write, id, heard.by_report, kind, heard.said, heard.on)?;
    let recipient = campaign::recipient(write, id)?;
    let address = &recipient.email;
    let reason = match heard.blame {
        Blame::NoMailbox if heard.by_report.is_none() => Some(Suppression::Refused),
        Blame::NoMailbox => Some(Suppression::HardBounce),
        Blame::Full if times_full(write, address)? >= FULL => Some(Suppression::MailboxFull),
        Blame::Full | Blame::Unreached => None,
    };
    if let Some(reason) = reason {
        customers::suppress(write, address, reason, heard.said, heard.on)?;
    }
    let recipient = if wave == 0 { campaign::came_back(write, id, "email", heard.on)? } else { recipient };
    Ok(Undelivered { recipient, suppressed: reason })
}

/// Writes down that whoever reads an email wants no more, or called it spam: of their address, and of the person whom it was
/// written to.
///
/// # Errors
/// When the database fails.
pub(crate) fn wished(
    write: &Write<'_>,
    piece: &Piece,
    reason: Suppression,
    hash: &[u8],
    source: &str,
    on: NaiveDate,
) -> Result<()> {
    let kind = if reason == Suppression::Complaint { "complaint" } else { "unsubscribed" };
    keep_answer(write, piece.recipient, Some(hash), kind, source, on)?;
    say_no(write, piece.recipient, &piece.address, reason, source, on)
}

/// No email goes to an address any more, whoever has it, and the person whom an email there was made out to has said no.
pub(super) fn say_no(
    write: &Write<'_>,
    recipient: i64,
    address: &str,
    reason: Suppression,
    source: &str,
    on: NaiveDate,
) -> Result<()> {
    if !address.is_empty() {
        customers::suppress(write, address, reason, source, on)?;
    }
    let sql = "SELECT c.id FROM recipient r JOIN customer c ON c.id = r.customer_id WHERE r.id = ?1 AND c.email_consent <> ?2";
    // Their card may have another address by now.
    if let Some(id) = write.first(sql, params![recipient, Consent::No], |row| row.get(0))? {
        customers::record_consent(write, id, ConsentChannel::Email, Consent::No, on, source)?;
    }
    Ok(())
}

/// Whether a report was read before.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn kept_answer(read: &Read<'_>, hash: &[u8]) -> Result<bool> {
    read.value("SELECT count(*) > 0 FROM email_answer WHERE hash = ?1", params![hash])
}

fn keep_answer(write: &Write<'_>, id: i64, hash: Option<&[u8]>, kind: &str, said: &str, on: NaiveDate) -> Result<()> {
    let sql = "INSERT INTO email_answer (recipient_id, hash, kind, said, on_day) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (hash) DO NOTHING";
    write.run(sql, params![id, hash.map(<[u8]>::to_vec), kind, said, on]).map(|_| ())
}

/// How often the mailbox of an address was full, since the owner said last that it works again.
fn times_full(read: &Read<'_>, address: &str) -> Result<usize> {
    let lifted = customers::suppressions(read, address)?.into_iter();
    let since = lifted.filter(|one| one.reason == Suppression::MailboxFull).find_map(|one| one.lifted_on);
    // Several reports about one email count once.
    let sql = "SELECT count(DISTINCT CASE WHEN a.hash IS NULL THEN -a.id ELSE a.recipient_id END) FROM email_answer a \
               JOIN recipient r ON r.id = a.recipient_id WHERE a.kind = 'mailbox_full' AND r.email <> '' \
               AND LOWER(r.email) = LOWER(?1) AND a.on_day > ?2";
    read.value(sql, params![address, since.unwrap_or_default()])
}
