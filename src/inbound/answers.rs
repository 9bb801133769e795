//! Stores reports about emails: each once, so that a mailbox can be read again.

use chrono::NaiveDate;

use crate::domain::{InboundKind, RecipientId};
use crate::error::Result;
use crate::store::{Read, Write, params};

/// A report about one email.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EmailAnswer<'a> {
    pub(crate) recipient: RecipientId,
    /// The hash of the report's Message-ID, else of its bytes; none when the mail server rejected the email at once.
    pub(crate) hash: Option<&'a [u8]>,
    pub(crate) kind: InboundKind,
    /// As the report words it.
    pub(crate) diagnostic: &'a str,
    pub(crate) on: NaiveDate,
}

/// Stores it; a report that was already read changes nothing.
pub(crate) fn record(write: &Write<'_>, answer: &EmailAnswer<'_>) -> Result<()> {
    let sql = "INSERT INTO email_answer (recipient_id, hash, kind, said, on_day) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (hash) DO NOTHING";
    let EmailAnswer { recipient, hash, kind, diagnostic, on } = answer;
    write.run(sql, params![*recipient, *hash, *kind, diagnostic, *on]).map(|_| ())
}

/// Whether a report was already read.
pub(crate) fn is_known(read: &Read<'_>, hash: &[u8]) -> Result<bool> {
    read.value("SELECT count(*) > 0 FROM email_answer WHERE hash = ?1", params![hash])
}

/// How often the mailbox of an address was full after a day. Several reports about one email count once.
pub(crate) fn times_full(read: &Read<'_>, address: &str, after: NaiveDate) -> Result<usize> {
    let sql = "SELECT count(DISTINCT CASE WHEN a.hash IS NULL THEN -a.id ELSE a.recipient_id END) FROM email_answer a \
               JOIN recipient r ON r.id = a.recipient_id WHERE a.kind = ?3 AND r.email <> '' \
               AND LOWER(r.email) = LOWER(?1) AND a.on_day > ?2";
    read.value(sql, params![address, after, InboundKind::MailboxFull])
}
