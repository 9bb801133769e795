//! The owner's decision about an email in doubt.

use chrono::{DateTime, FixedOffset, NaiveDateTime};

use super::entry::{OutboxEntry, entries, last_wave};
use super::queue::mark_sent;
use crate::campaign::{self, Planned};
use crate::customers;
use crate::domain::{CustomerId, EmailAddress, OutboxId, OutboxState, RecipientId, column_enum};
use crate::error::{Error, Result};
use crate::store::{Read, Write, params};
use crate::text;

column_enum! {
    /// The owner's decision about an email in doubt.
    pub(crate) enum DoubtVerdict {
        /// It arrived, or is to be treated as if it had.
        Sent = "sent",
        /// It is to be sent again, under the same Message-ID.
        Again = "again",
    }
}

/// The emails of a campaign and of its reminders to one person.
fn entries_of(read: &Read<'_>, planned: &Planned, reference: &str) -> Result<Vec<OutboxEntry>> {
    let mut theirs = Vec::new();
    for wave in 0..=last_wave(read, planned)? {
        theirs.extend(entries(read, planned, wave)?.into_iter().filter(|entry| entry.reference == reference));
    }
    if theirs.is_empty() {
        return Err(Error::new(format!("{} gets no email of {}", text::quote(reference), text::quote(&planned.slug)))
            .hint(format!("`regulars outbox {}` lists who does", planned.slug)));
    }
    Ok(theirs)
}

/// Settles an email that is in doubt, as the owner decides; one that failed may be sent again, and a deferred one is
/// due now. Of several emails to one person it is the first in doubt, else the first that failed, else the first that
/// is deferred.
///
/// # Errors
/// When there is no such email, or its state is known.
pub(crate) fn settle_by_hand(
    write: &Write<'_>,
    planned: &Planned,
    reference: &str,
    verdict: DoubtVerdict,
    now: DateTime<FixedOffset>,
) -> Result<OutboxEntry> {
    let theirs = entries_of(write, planned, reference)?;
    let open = |state: OutboxState| theirs.iter().find(|entry| entry.state == state);
    let waits = theirs.iter().find(|entry| entry.state == OutboxState::Queued && entry.due_at.is_some());
    let waits = waits.or(open(OutboxState::Queued));
    let entry = open(OutboxState::InDoubt).or(open(OutboxState::Failed)).or(waits).unwrap_or(&theirs[0]).clone();
    let is_again = verdict == DoubtVerdict::Again;
    let is_open = match entry.state {
        OutboxState::InDoubt => true,
        OutboxState::Failed | OutboxState::Queued => is_again,
        OutboxState::Sending | OutboxState::Sent => false,
    };
    if !is_open {
        let state = entry.state.as_str().replace('_', " ");
        return Err(Error::new(format!("the email to {} ({}) is {state}", entry.name, text::quote(reference)))
            .hint("only an email in doubt can be settled; one that failed or waits is sent with `again`"));
    }
    let sql = "SELECT o.id, o.recipient_id FROM outbox o JOIN recipient r ON r.id = o.recipient_id \
               WHERE r.campaign_id = ?1 AND r.ref = ?2 AND o.wave = ?3";
    let found = write.first(sql, params![planned.id, reference, entry.wave], |row| {
        Ok((row.get::<OutboxId>(0)?, row.get::<RecipientId>(1)?))
    })?;
    // No run has tried it yet: it is due.
    let Some((id, recipient)) = found else { return Ok(entry) };
    let came_back = is_again && entry.state != OutboxState::Queued && entry.wave == 0;
    if came_back && !campaign::take_back(write, &campaign::recipient(write, recipient)?)? {
        return Err(Error::new(format!("{} ({}) gets a letter instead", entry.name, text::quote(reference)))
            .hint("it was already printed; no one gets both"));
    }
    let sql = "INSERT INTO outbox_decision (recipient_id, wave, verdict, old_state, old_due_at, at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let at = now.naive_local();
    write.run(sql, params![recipient, entry.wave, verdict.as_str(), entry.state, entry.due_at, at])?;
    set_state(write, id, if is_again { OutboxState::Queued } else { OutboxState::Sent }, at)?;
    if !is_again {
        mark_sent(write, id)?;
    } else if entry.state != OutboxState::InDoubt {
        forget_future_date(write, id, now)?;
    }
    Ok(entry)
}

/// Sends an email that was not sent yet to the address that is now on the card; also one that failed.
///
/// # Errors
/// When there is no such email, it was sent or may have been, or the card has no other address that accepts
/// email.
pub(crate) fn readdress(
    write: &Write<'_>,
    planned: &Planned,
    reference: &str,
    now: NaiveDateTime,
) -> Result<(OutboxEntry, EmailAddress)> {
    let theirs = entries_of(write, planned, reference)?;
    let slug = &planned.slug;
    if let Some(entry) = theirs.iter().find(|entry| matches!(entry.state, OutboxState::InDoubt | OutboxState::Sending))
    {
        return Err(Error::new(format!("an email to {} ({}) may have arrived", entry.name, text::quote(reference)))
            .hint(format!("settle that first: `regulars outbox {slug} --settle {reference} sent`, or `again`")));
    }
    let open = |state: OutboxState| theirs.iter().find(|entry| entry.state == state);
    let Some(entry) = open(OutboxState::Failed).or(open(OutboxState::Queued)).cloned() else {
        return Err(Error::new(format!("the email to {} ({}) was sent", theirs[0].name, text::quote(reference)))
            .hint("the next campaign uses the address that is then on the card"));
    };
    let sql = "SELECT id, customer_id FROM recipient WHERE campaign_id = ?1 AND ref = ?2";
    let found = write.first(sql, params![planned.id, reference], |row| {
        Ok((row.get::<RecipientId>(0)?, row.get::<Option<CustomerId>>(1)?))
    })?;
    let Some((id, Some(customer))) = found else {
        return Err(Error::new(format!("the card of {} is no longer in the book", text::quote(reference)))
            .hint("there is no card to change the address on"));
    };
    let card = customers::by_id(write, customer)?;
    let change = format!("`regulars customer set {} email=…` first", card.reference);
    let Some(address) = EmailAddress::parse(&card.email) else {
        let has = if card.email.is_empty() { "no email".to_owned() } else { text::quote(&card.email) };
        return Err(
            Error::new(format!("the card of {} has {has}, which is not a valid address", card.name())).hint(change)
        );
    };
    let recipient = campaign::recipient(write, id)?;
    if address.key() == recipient.email.to_lowercase() {
        return Err(Error::new(format!(
            "the card of {} has the same address, {}",
            card.name(),
            text::quote(&card.email)
        ))
        .hint(change));
    }
    if let Some(why) = customers::suppressed(write, &card.email)? {
        let reason = why.reason.in_words();
        return Err(Error::new(format!("no email can be sent to {}: {reason}", text::quote(&card.email))).hint(change));
    }
    campaign::readdress(write, &recipient, &card.email, now)?;
    let sql = "SELECT id FROM outbox WHERE recipient_id = ?1 AND state = ?2";
    let failed = write.all(sql, params![id, OutboxState::Failed], |row| row.get::<OutboxId>(0))?;
    if try_again(write, &failed, now)? < failed.len() {
        return Err(Error::new(format!("{} ({}) gets a letter instead", entry.name, text::quote(reference)))
            .hint("it was already printed; no one gets both"));
    }
    // To the new address it is a different email, which was not sent yet.
    let sql = "UPDATE outbox SET dated_at = NULL, due_at = NULL, first_at = NULL, attempt = 0 \
               WHERE recipient_id = ?1 AND state = ?2";
    write.run(sql, params![id, OutboxState::Queued])?;
    Ok((entry, address))
}

fn set_state(write: &Write<'_>, id: OutboxId, state: OutboxState, now: NaiveDateTime) -> Result<()> {
    let sql = "UPDATE outbox SET state = ?2, at = ?3, due_at = NULL, first_at = NULL, attempt = 0 WHERE id = ?1";
    write.run(sql, params![id, state, now]).map(|_| ())
}

/// A future date was written by a wrong clock. The mail server has not accepted an email with it, so the next one gets
/// a new date.
fn forget_future_date(write: &Write<'_>, id: OutboxId, now: DateTime<FixedOffset>) -> Result<()> {
    let sql = "SELECT dated_at FROM outbox WHERE id = ?1";
    let date = write.value::<Option<DateTime<FixedOffset>>>(sql, params![id])?;
    if date.is_some_and(|date| date > now) {
        write.run("UPDATE outbox SET dated_at = NULL WHERE id = ?1", params![id])?;
    }
    Ok(())
}

/// Puts emails that failed for an unrelated reason back into the queue, except those whose letter was printed instead;
/// returns how many.
pub(super) fn try_again(write: &Write<'_>, ids: &[OutboxId], now: NaiveDateTime) -> Result<usize> {
    let sql = "SELECT recipient_id, wave FROM outbox WHERE id = ?1 AND state = ?2";
    let mut again = 0;
    for id in ids {
        let values = params![*id, OutboxState::Failed];
        let found = write.first(sql, values, |row| Ok((row.get::<RecipientId>(0)?, row.get::<usize>(1)?)))?;
        let Some((recipient, wave)) = found else { continue };
        if wave > 0 || campaign::take_back(write, &campaign::recipient(write, recipient)?)? {
            set_state(write, *id, OutboxState::Queued, now)?;
            again += 1;
        }
    }
    Ok(again)
}
