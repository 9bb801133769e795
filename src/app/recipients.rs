//! The frozen list of a campaign: recipient, branch, code, response.

use crate::campaign::{self, Planned, Recipient};
use crate::error::Result;
use crate::reminder::{self, SentReminder};
use crate::shop::Shop;

/// The recipients of a plan in order, each with the reminders they got.
pub(crate) struct RecipientList {
    pub(crate) planned: Planned,
    pub(crate) recipients: Vec<(Recipient, Vec<SentReminder>)>,
}

/// The frozen list of a campaign.
pub(crate) fn recipients(shop: &Shop, slug: &str) -> Result<RecipientList> {
    let store = shop.store()?;
    let read = store.read();
    let planned = campaign::need(&read, slug)?;
    let mut reminded = reminder::sent_reminders(&read, &planned)?;
    let recipients = campaign::recipients(&read, planned.id)?;
    let list = recipients.into_iter().map(|one| {
        let got = reminded.remove(&one.id).unwrap_or_default();
        (one, got)
    });
    Ok(RecipientList { recipients: list.collect(), planned })
}
