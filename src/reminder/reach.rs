//! How the recipients of a campaign can be reached now.

use std::collections::BTreeMap;

use crate::campaign::{self, Planned};
use crate::customers::{MailPreferences, PostOptOuts, Suppressions, UndeliverableAddresses, address_reach, name_in};
use crate::domain::{Arm, EmailAddress, NoteKind, RecipientId};
use crate::error::Result;
use crate::store::{Read, params};

/// How a recipient can be reached now.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RecipientReach {
    pub(super) letter: bool,
    pub(super) email: bool,
    /// Someone in the household has an open complaint.
    pub(super) complains: bool,
}

/// For everyone who was mailed.
pub(super) fn reach(read: &Read<'_>, planned: &Planned) -> Result<BTreeMap<RecipientId, RecipientReach>> {
    let sql = "SELECT r.id, c.deceased, c.post_consent, c.email_consent, r.email, EXISTS (SELECT 1 FROM recipient_member m \
               JOIN contact_note n ON n.customer_id = m.customer_id WHERE m.recipient_id = r.id AND n.kind = ?3 \
               AND n.resolved_on IS NULL), c.moved_from, c.street, c.street2, c.city, c.postcode, c.country, \
               CASE r.home WHEN 0 THEN c.home ELSE r.home END, c.home, c.first_name, c.last_name, c.full_name, c.suffix, \
               c.company FROM recipient r JOIN customer c ON c.id = r.customer_id WHERE r.campaign_id = ?1 AND r.arm = ?2";
    let (suppressed, opt_outs) = (Suppressions::of(read)?, PostOptOuts::of(read)?);
    let undeliverable = UndeliverableAddresses::of(read)?;
    let mut all = BTreeMap::new();
    read.each(sql, params![planned.id, Arm::Mailed, NoteKind::Complaint], |row| {
        let (has_address, has_moved) = address_reach(row, 6)?;
        let preferences = MailPreferences { deceased: row.get(1)?, post: row.get(2)?, email: row.get(3)?, has_moved };
        let email: String = row.get(4)?;
        let gets_email = EmailAddress::parse(&email).is_some() && suppressed.reason(&email).is_none();
        let home = row.get(13)?;
        let is_opted_out = opt_outs.is_at(home) && opt_outs.has(home, &name_in(row, 14)?);
        let is_reached = has_address && !undeliverable.has(row.get(12)?);
        let reach = RecipientReach {
            letter: preferences.may_be_greeted() && is_reached && !is_opted_out,
            email: preferences.takes_emails() && gets_email,
            complains: row.get(5)?,
        };
        all.insert(row.get(0)?, reach);
        Ok(())
    })?;
    // The reminder is as frozen as the first piece, and names the same people.
    for named in campaign::names_unwelcome(read, planned, None)? {
        if let Some(reach) = all.get_mut(&named.recipient) {
            reach.letter = false;
            reach.email &= !named.has_died;
        }
    }
    Ok(all)
}
