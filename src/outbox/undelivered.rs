//! Emails that did not reach their address, and what came back about them: what that means for the address and the recipient.

use chrono::{NaiveDate, NaiveDateTime};

use super::reply::Blame;
use crate::book::{self, Suppression};
use crate::campaign::{self, Recipient};
use crate::error::Result;
use crate::params;
use crate::store::{Read, Row, Write};

/// How often a mailbox may be full.
const FULL: usize = 3;

/// What was heard about an email.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'h> {
    /// What it says about the address.
    pub blame: Blame,
    /// The hash of the report; none when the mail server said it at once.
    pub by_report: Option<&'h [u8]>,
    /// In its words.
    pub said: &'h str,
    /// When.
    pub on: NaiveDate,
}

/// What came of it.
#[derive(Debug)]
pub struct Undelivered {
    /// The recipient, as it is now.
    pub recipient: Recipient,
    /// The address gets no email any more.
    pub suppressed: Option<Suppression>,
}

/// Writes down that an email did not reach its address: an address without a mailbox, or full for the third time, gets no
/// email any more; the recipient is undeliverable, or gets a letter instead.
///
/// # Errors
/// When the database fails.
pub fn undelivered(write: &Write<'_>, id: i64, heard: &Heard<'_>) -> Result<Undelivered> {
    let kind = match heard.blame {
        Blame::NoMailbox => "bounced",
        Blame::Full => "mailbox_full",
        Blame::Unreached => "undelivered",
    };
    keep_answer(write, id, heard.by_report, kind, heard.said, heard.on)?;
    let address = campaign::recipient(write, id)?.email;
    let reason = match heard.blame {
        Blame::NoMailbox if heard.by_report.is_none() => Some(Suppression::Refused),
        Blame::NoMailbox => Some(Suppression::HardBounce),
        Blame::Full if times_full(write, &address)? >= FULL => Some(Suppression::MailboxFull),
        Blame::Full | Blame::Unreached => None,
    };
    if let Some(reason) = reason {
        book::suppress(write, &address, reason, heard.said, heard.on)?;
    }
    Ok(Undelivered { recipient: campaign::came_back(write, id, "email", heard.on)?, suppressed: reason })
}

/// Writes down that whoever reads an email wants no more, or called it spam: of their address, and of the person whom it was
/// written to.
///
/// # Errors
/// When the database fails.
pub fn wished(
    write: &Write<'_>,
    piece: &Piece,
    reason: Suppression,
    hash: &[u8],
    source: &str,
    on: NaiveDate,
) -> Result<()> {
    let kind = if reason == Suppression::Complaint { "complaint" } else { "unsubscribed" };
    keep_answer(write, piece.recipient, Some(hash), kind, source, on)?;
    book::suppress(write, &piece.address, reason, source, on)?;
    let sql = "SELECT c.id FROM recipient r JOIN customer c ON c.id = r.customer_id WHERE r.id = ?1 AND c.email_consent <> 'no'";
    // Their card may have another address by now.
    if let Some(id) = write.first(sql, params![piece.recipient], |row| row.get(0))? {
        book::record_wish(write, id, book::Way::Email, "no", on, source)?;
    }
    Ok(())
}

/// One email that left the shop, or may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Whose it is.
    pub recipient: i64,
    /// Their reference.
    pub reference: String,
    /// Their name.
    pub name: String,
    /// The campaign.
    pub campaign: String,
    /// Where it went.
    pub address: String,
    /// What makes its Message-ID.
    pub key: String,
}

const PIECE: &str = "SELECT r.id, r.ref, r.name, c.slug, r.email, o.message_key FROM outbox o \
                     JOIN recipient r ON r.id = o.recipient_id JOIN campaign c ON c.id = r.campaign_id \
                     WHERE o.state IN ('sent', 'in_doubt', 'failed') AND r.email <> ''";

impl Piece {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            recipient: row.get(0)?,
            reference: row.get(1)?,
            name: row.get(2)?,
            campaign: row.get(3)?,
            address: row.get(4)?,
            key: row.get(5)?,
        })
    }
}

/// The email that has this key in its Message-ID.
///
/// # Errors
/// When the database does not answer.
pub fn piece_of(read: &Read<'_>, key: &str) -> Result<Option<Piece>> {
    let sql = format!("{PIECE} AND o.message_key = ?1 AND o.message_key <> ''");
    read.first(&sql, params![key], Piece::from_row)
}

/// The last email that went to an address since a moment.
///
/// # Errors
/// When the database does not answer.
pub fn last_piece_to(read: &Read<'_>, address: &str, since: NaiveDateTime) -> Result<Option<Piece>> {
    let sql = format!("{PIECE} AND LOWER(r.email) = LOWER(?1) AND o.at >= ?2 ORDER BY o.at DESC, r.id DESC");
    read.first(&sql, params![address.trim(), since], Piece::from_row)
}

/// Settles a doubt: an answer to an email proves that it was taken. Whether there was a doubt.
///
/// # Errors
/// When the database fails.
pub fn settle_doubt(write: &Write<'_>, piece: &Piece, now: NaiveDateTime) -> Result<bool> {
    let sql = "UPDATE outbox SET state = 'sent', at = ?2, reply = 'an answer to it came back' \
               WHERE recipient_id = ?1 AND message_key = ?3 AND state = 'in_doubt'";
    let was = write.run(sql, params![piece.recipient, now, piece.key])? > 0;
    if was {
        super::table::mark_sent(write, piece.recipient)?;
    }
    Ok(was)
}

/// Whether a report was read before.
///
/// # Errors
/// When the database does not answer.
pub fn kept_answer(read: &Read<'_>, hash: &[u8]) -> Result<bool> {
    read.value("SELECT count(*) > 0 FROM email_answer WHERE hash = ?1", params![hash])
}

fn keep_answer(write: &Write<'_>, id: i64, hash: Option<&[u8]>, kind: &str, said: &str, on: NaiveDate) -> Result<()> {
    let sql = "INSERT INTO email_answer (recipient_id, hash, kind, said, on_day) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (hash) DO NOTHING";
    write.run(sql, params![id, hash.map(<[u8]>::to_vec), kind, said, on]).map(|_| ())
}

/// How often the mailbox of an address was full, since the owner said last that it works again.
fn times_full(read: &Read<'_>, address: &str) -> Result<usize> {
    let lifted = book::suppressions(read, address)?.into_iter();
    let since = lifted.filter(|one| one.reason == Suppression::MailboxFull).find_map(|one| one.lifted_on);
    let sql = "SELECT count(*) FROM email_answer a JOIN recipient r ON r.id = a.recipient_id \
               WHERE a.kind = 'mailbox_full' AND LOWER(r.email) = LOWER(?1) AND a.on_day > ?2";
    read.value(sql, params![address, since.unwrap_or_default()])
}
