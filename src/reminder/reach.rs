//! How the recipients of a campaign may be written to now.

use std::collections::BTreeMap;

use crate::campaign::Planned;
use crate::customers::{MailPreferences, Suppressions, address_reach};
use crate::domain::{Arm, EmailAddress, NoteKind, RecipientId};
use crate::error::Result;
use crate::store::{Read, params};

/// How somebody may be written to now.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RecipientReach {
    pub(super) letter: bool,
    pub(super) email: bool,
    /// A complaint of theirs, or of somebody of their household, is open.
    pub(super) complains: bool,
}

/// Of everybody who was written to.
pub(super) fn reach(read: &Read<'_>, planned: &Planned) -> Result<BTreeMap<RecipientId, RecipientReach>> {
    let sql = "SELECT r.id, c.deceased, c.post_consent, c.email_consent, r.email, EXISTS (SELECT 1 FROM recipient_member m \
               JOIN contact_note n ON n.customer_id = m.customer_id WHERE m.recipient_id = r.id AND n.kind = ?3 \
               AND n.resolved_on IS NULL), c.moved_from, c.street, c.street2, c.city, c.postcode, c.country \
               FROM recipient r JOIN customer c ON c.id = r.customer_id WHERE r.campaign_id = ?1 AND r.arm = ?2";
    let suppressed = Suppressions::of(read)?;
    let mut all = BTreeMap::new();
    read.each(sql, params![planned.id, Arm::Mailed, NoteKind::Complaint], |row| {
        let (has_address, has_moved) = address_reach(row, 6)?;
        let preferences = MailPreferences { deceased: row.get(1)?, post: row.get(2)?, email: row.get(3)?, has_moved };
        let email: String = row.get(4)?;
        let gets_email = EmailAddress::parse(&email).is_some() && suppressed.reason(&email).is_none();
        let reach = RecipientReach {
            letter: preferences.may_be_greeted() && has_address,
            email: preferences.takes_emails() && gets_email,
            complains: row.get(5)?,
        };
        all.insert(row.get(0)?, reach);
        Ok(())
    })?;
    Ok(all)
}
