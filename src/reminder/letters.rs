//! A reminder that has been started, and its printed letters.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::campaign::{Planned, Recipient};
use crate::domain::RecipientId;
use crate::error::Result;
use crate::store::{Read, Write, params};

/// The date of a reminder's pieces, once the first of them was sent.
pub(crate) fn dated(read: &Read<'_>, planned: &Planned, wave: usize) -> Result<Option<NaiveDate>> {
    let sql = "SELECT dated FROM reminder WHERE campaign_id = ?1 AND wave = ?2";
    read.first(sql, params![planned.id, wave], |row| row.get(0))
}

/// Starts a reminder, unless it has been started; returns the date of its pieces.
pub(crate) fn begin(write: &Write<'_>, planned: &Planned, wave: usize, today: NaiveDate) -> Result<NaiveDate> {
    let sql = "INSERT INTO reminder (campaign_id, wave, dated) VALUES (?1, ?2, ?3) ON CONFLICT (campaign_id, wave) DO NOTHING";
    write.run(sql, params![planned.id, wave, today])?;
    write.value("SELECT dated FROM reminder WHERE campaign_id = ?1 AND wave = ?2", params![planned.id, wave])
}

/// How many print runs a reminder had.
pub(crate) fn batches(read: &Read<'_>, planned: &Planned, wave: usize) -> Result<usize> {
    Ok(printed(read, planned, wave)?.into_values().max().unwrap_or(0))
}

/// Recipients whose letter of a reminder was printed, and in which print run.
pub(crate) fn printed(read: &Read<'_>, planned: &Planned, wave: usize) -> Result<BTreeMap<RecipientId, usize>> {
    let sql = "SELECT l.recipient_id, l.batch FROM reminder_letter l JOIN recipient r ON r.id = l.recipient_id \
               WHERE r.campaign_id = ?1 AND l.wave = ?2";
    Ok(read.all(sql, params![planned.id, wave], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
}

/// Records that letters of a reminder were printed.
///
/// # Errors
/// When one of them was already printed.
pub(crate) fn mark_printed(
    write: &Write<'_>,
    wave: usize,
    batch: usize,
    letters: &[&Recipient],
    today: NaiveDate,
) -> Result<()> {
    let sql = "INSERT INTO reminder_letter (recipient_id, wave, batch, printed_on) VALUES (?1, ?2, ?3, ?4)";
    letters.iter().try_for_each(|letter| write.run(sql, params![letter.id, wave, batch, today]).map(|_| ()))
}
