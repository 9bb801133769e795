//! Restores a backup, and shows what the shop would lose.

use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use serde::Serialize;

use crate::domain::OutboxState;
use crate::error::{Error, Result};
use crate::shop::Shop;
use crate::store::{OldDatabase, Read, Restoring, params};

/// What the shop has that the backup does not: new or changed entries.
#[derive(Debug, Default, Serialize)]
pub(crate) struct NewerEntries {
    pub(crate) customers: usize,
    pub(crate) purchases: usize,
    pub(crate) notes: usize,
    pub(crate) mail_preferences: usize,
    pub(crate) plans: usize,
    pub(crate) redemptions: usize,
    pub(crate) till_amounts: usize,
    pub(crate) emails: usize,
    /// Whether a person in the backup has been forgotten since.
    pub(crate) forgotten: bool,
}

impl NewerEntries {
    /// Counts them; the backup is attached as `copy`.
    fn of(read: &Read<'_>) -> Result<Self> {
        let count = |sql: &str| read.value(sql, params![]);
        Ok(Self {
            customers: count(
                "SELECT count(*) FROM customer n WHERE NOT EXISTS (SELECT 1 FROM copy.customer o WHERE o.ref = n.ref \
                 AND o.first_name = n.first_name AND o.last_name = n.last_name AND o.full_name = n.full_name \
                 AND o.spouse = n.spouse AND o.company = n.company AND o.street = n.street AND o.street2 = n.street2 \
                 AND o.city = n.city AND o.postcode = n.postcode AND o.email = n.email AND o.phone = n.phone \
                 AND o.birthday = n.birthday AND o.notes = n.notes AND o.deceased = n.deceased)",
            )?,
            purchases: count(
                "SELECT count(*) FROM purchase n WHERE NOT EXISTS \
                 (SELECT 1 FROM copy.purchase o WHERE o.same = n.same AND o.nth = n.nth)",
            )?,
            notes: count(
                "SELECT count(*) FROM contact_note n WHERE NOT EXISTS (SELECT 1 FROM copy.contact_note o \
                 WHERE o.id = n.id AND o.text = n.text AND o.resolved_on IS n.resolved_on)",
            )?,
            mail_preferences: count(
                "SELECT count(*) FROM consent n WHERE NOT EXISTS (SELECT 1 FROM copy.consent o WHERE o.id = n.id \
                 AND o.channel = n.channel AND o.state = n.state AND o.on_day = n.on_day AND o.source = n.source)",
            )?,
            plans: count(
                "SELECT count(*) FROM campaign n WHERE NOT EXISTS (SELECT 1 FROM copy.campaign o WHERE o.slug = n.slug \
                 AND o.planned_at = n.planned_at AND o.state = n.state AND o.posted_on IS n.posted_on)",
            )?,
            redemptions: count(
                "SELECT count(*) FROM redemption n WHERE NOT EXISTS (SELECT 1 FROM copy.redemption o WHERE o.id = n.id \
                 AND o.recipient_id = n.recipient_id AND o.spend_minor = n.spend_minor AND o.undone_at IS n.undone_at)",
            )?,
            till_amounts: count(
                "SELECT count(*) FROM redemption_event n WHERE n.recipient_id IS NULL AND n.code = '' AND NOT EXISTS \
                 (SELECT 1 FROM copy.redemption_event o WHERE o.id = n.id AND o.at = n.at AND o.outcome = n.outcome)",
            )?,
            emails: read.value(
                "SELECT count(*) FROM outbox n WHERE n.state <> ?1 AND NOT EXISTS (SELECT 1 FROM copy.outbox o WHERE \
                 o.recipient_id = n.recipient_id AND o.wave = n.wave AND o.state = n.state AND o.attempt = n.attempt)",
                params![OutboxState::Queued],
            )?,
            forgotten: read.value::<usize>(
                "SELECT count(*) FROM forgotten n WHERE NOT EXISTS (SELECT 1 FROM copy.forgotten o WHERE o.hash = n.hash)",
                params![],
            )? > 0,
        })
    }
}

/// A backup that can be restored, and what is known of the database it replaces.
pub(crate) struct Restore {
    restoring: Restoring,
    /// Why the current database cannot be read.
    pub(crate) unreadable: Option<Error>,
    /// What it has that the backup does not.
    pub(crate) newer: NewerEntries,
    /// The size of the backup in bytes.
    pub(crate) size: u64,
}

/// Checks a backup and compares it with the shop. Nothing is changed, and no other program can open the shop until this
/// is dropped.
///
/// # Errors
/// When another program has the shop open, or the file is not a valid backup.
pub(crate) fn prepare(shop: &Shop, file: &Path) -> Result<Restore> {
    let restoring = Restoring::begin(&shop.database(), file)?;
    let size = restoring.size()?;
    let (newer, unreadable) = match restoring.compare(NewerEntries::of)? {
        OldDatabase::Missing => (NewerEntries::default(), None),
        OldDatabase::Unreadable(why) => (NewerEntries::default(), Some(why)),
        OldDatabase::Readable(newer) => (newer, None),
    };
    Ok(Restore { restoring, unreadable, newer, size })
}

impl Restore {
    /// Restores it; returns where the old database is, if there was one.
    pub(crate) fn complete(self, now: NaiveDateTime) -> Result<Option<PathBuf>> {
        self.restoring.complete(&now.format("%Y-%m-%d-%H%M%S").to_string())
    }
}
