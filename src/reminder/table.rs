//! Reminders in the database: what went, who may be written to, what was printed.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};

use super::{Stage, Wishes};
use crate::campaign::{Planned, Recipient};
use crate::customers::{MailPreferences, Suppressions, address_reach};
use crate::domain::{Arm, Channel, EmailAddress, NoteKind};
use crate::error::Result;
use crate::store::params;
use crate::store::{Read, Write};

/// How far the emails of a campaign and the letters of its reminders have come, by recipient and wave.
pub(super) fn stages(read: &Read<'_>, planned: &Planned) -> Result<BTreeMap<(i64, usize), Stage>> {
    let mut stages = BTreeMap::new();
    let sql = "SELECT o.recipient_id, o.wave, o.state, o.at FROM outbox o JOIN recipient r ON r.id = o.recipient_id \
               WHERE r.campaign_id = ?1";
    read.each(sql, params![planned.id], |row| {
        let (state, at): (String, Option<NaiveDateTime>) = (row.get(2)?, row.get(3)?);
        let stage = match (state.as_str(), at) {
            ("sent" | "in_doubt" | "sending", Some(at)) => Stage::Went(at.date(), Channel::Email),
            ("queued", _) => Stage::Waits,
            _ => Stage::Lost,
        };
        stages.insert((row.get(0)?, row.get(1)?), stage);
        Ok(())
    })?;
    let sql = "SELECT l.recipient_id, l.wave, l.printed_on FROM reminder_letter l \
               JOIN recipient r ON r.id = l.recipient_id WHERE r.campaign_id = ?1";
    read.each(sql, params![planned.id], |row| {
        stages.insert((row.get(0)?, row.get(1)?), Stage::Went(row.get(2)?, Channel::Letter));
        Ok(())
    })?;
    Ok(stages)
}

/// How the recipients of a campaign may be written to now.
pub(super) fn wishes(read: &Read<'_>, planned: &Planned) -> Result<BTreeMap<i64, Wishes>> {
    let sql = "SELECT r.id, c.deceased, c.post_consent, c.email_consent, r.email, EXISTS (SELECT 1 FROM recipient_member m \
               JOIN contact_note n ON n.customer_id = m.customer_id WHERE m.recipient_id = r.id AND n.kind = ?3 \
               AND n.resolved_on IS NULL), c.moved_from, c.street, c.street2, c.city, c.postcode, c.country \
               FROM recipient r JOIN customer c ON c.id = r.customer_id WHERE r.campaign_id = ?1 AND r.arm = ?2";
    let suppressed = Suppressions::of(read)?;
    let mut wishes = BTreeMap::new();
    read.each(sql, params![planned.id, Arm::Mailed, NoteKind::Complaint], |row| {
        let (has_address, has_moved) = address_reach(row, 6)?;
        let preferences = MailPreferences { deceased: row.get(1)?, post: row.get(2)?, email: row.get(3)?, has_moved };
        let email: String = row.get(4)?;
        let gets_email = EmailAddress::parse(&email).is_some() && suppressed.reason(&email).is_none();
        let wish = Wishes {
            letter: preferences.may_be_greeted() && has_address,
            email: preferences.takes_emails() && gets_email,
            complains: row.get(5)?,
        };
        wishes.insert(row.get(0)?, wish);
        Ok(())
    })?;
    Ok(wishes)
}

/// The date that the pieces of a reminder carry, once the first of them has gone.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn dated(read: &Read<'_>, planned: &Planned, wave: usize) -> Result<Option<NaiveDate>> {
    let sql = "SELECT dated FROM reminder WHERE campaign_id = ?1 AND wave = ?2";
    read.first(sql, params![planned.id, wave], |row| row.get(0))
}

/// Begins a reminder, unless it has begun; the date that its pieces carry from then on.
///
/// # Errors
/// When the database fails.
pub(crate) fn begin(write: &Write<'_>, planned: &Planned, wave: usize, today: NaiveDate) -> Result<NaiveDate> {
    let sql = "INSERT INTO reminder (campaign_id, wave, dated) VALUES (?1, ?2, ?3) ON CONFLICT (campaign_id, wave) DO NOTHING";
    write.run(sql, params![planned.id, wave, today])?;
    write.value("SELECT dated FROM reminder WHERE campaign_id = ?1 AND wave = ?2", params![planned.id, wave])
}

/// How often letters of a reminder were printed.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn batches(read: &Read<'_>, planned: &Planned, wave: usize) -> Result<usize> {
    Ok(printed(read, planned, wave)?.into_values().max().unwrap_or(0))
}

/// Whose letter of a reminder was printed: the recipients' ids, and with which print run.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn printed(read: &Read<'_>, planned: &Planned, wave: usize) -> Result<BTreeMap<i64, usize>> {
    let sql = "SELECT l.recipient_id, l.batch FROM reminder_letter l JOIN recipient r ON r.id = l.recipient_id \
               WHERE r.campaign_id = ?1 AND l.wave = ?2";
    Ok(read.all(sql, params![planned.id, wave], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
}

/// Writes down that letters of a reminder were printed.
///
/// # Errors
/// When one of them was printed before, or the database fails.
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
