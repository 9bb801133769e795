//! The contents of a campaign file.

use chrono::NaiveDate;

use super::duration::DurationInDays;
use super::reminder::Reminder;
use crate::domain::{Channel, Delivery, OnePer};
use crate::error::Error;
use crate::money::{Currency, Money, Share};
use crate::shop::Placed;

/// One campaign as declared in its file.
#[derive(Debug, Clone)]
pub(crate) struct CampaignFile {
    /// The file's name without `.toml`.
    pub(crate) slug: String,
    /// The text of the file.
    pub(crate) text: String,
    /// The name for the owner.
    pub(crate) name: String,
    /// The day on which the query is evaluated; today by default.
    pub(crate) as_of: Option<NaiveDate>,
    /// The date of the letters; `as_of` by default.
    pub(crate) date: Option<NaiveDate>,
    /// How recipients are reached.
    pub(crate) channel: Delivery,
    /// The campaign whose response the branches refer to.
    pub(crate) follows: Option<Placed<String>>,
    /// The query.
    pub(crate) condition: Placed<String>,
    /// The ranking.
    pub(crate) order_by: Option<Placed<String>>,
    pub(crate) limit: Option<Limit>,
    /// One letter per household, or one per customer.
    pub(crate) one_per: OnePer,
    /// The share of the control group.
    pub(crate) hold_out: Option<Share>,
    /// Customers mailed within this many days before `as_of` are left out.
    pub(crate) unless_mailed_within: Option<Placed<DurationInDays>>,
    /// References included by hand.
    pub(crate) include: Placed<Vec<String>>,
    /// References excluded by hand.
    pub(crate) exclude: Placed<Vec<String>>,
    /// What waits at the till.
    pub(crate) gift: Option<Gift>,
    /// The template for everyone when there are no branches.
    pub(crate) template: Option<Placed<String>>,
    /// The postage of one letter.
    pub(crate) postage: Money,
    /// The currency of its amounts.
    pub(crate) currency: Currency,
    /// The first branch that matches is used.
    pub(crate) branches: Vec<Branch>,
    /// The first signer that matches signs; if none does, the signature is that of the template.
    pub(crate) signers: Vec<Signer>,
    /// The reminders, in their order.
    pub(crate) reminders: Vec<Reminder>,
}

/// The largest number of recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    Count(usize),
    /// A share of eligible customers, rounded up.
    Share(Share),
}

/// The gift that waits at the till.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gift {
    /// `a bottle of Sauvignon blanc`.
    pub(crate) name: String,
    /// The cost of one for the shop.
    pub(crate) unit_cost: Money,
    /// How many the shop has.
    pub(crate) stock: Option<usize>,
    /// The last day it can be claimed.
    pub(crate) claim_until: Option<Placed<NaiveDate>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Branch {
    pub(crate) name: String,
    /// The condition, in the segment language.
    pub(crate) when: Placed<String>,
    pub(crate) template: Placed<String>,
}

/// A person who signs the letters of some recipients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signer {
    /// The name under the letter.
    pub(crate) name: String,
    /// The recipients they sign for, in the segment language.
    pub(crate) when: Placed<String>,
    /// The image of their signature, in the template folder.
    pub(crate) signature: Option<Placed<String>>,
}

impl CampaignFile {
    /// The templates of the campaign's own pieces; a template may occur twice.
    pub(crate) fn first_templates(&self) -> Vec<&Placed<String>> {
        if self.branches.is_empty() {
            return self.template.iter().collect();
        }
        self.branches.iter().map(|branch| &branch.template).collect()
    }

    /// Every condition of the file: the query, and those of branches and signers.
    pub(crate) fn questions(&self) -> impl Iterator<Item = &Placed<String>> {
        let branches = self.branches.iter().map(|branch| &branch.when);
        std::iter::once(&self.condition).chain(branches).chain(self.signers.iter().map(|signer| &signer.when))
    }

    /// Every template that the campaign uses, once, in order of first use.
    pub(crate) fn templates(&self) -> Vec<&Placed<String>> {
        let mut all = self.first_templates();
        all.extend(self.reminders.iter().map(|reminder| &reminder.template));
        all.sort_by_key(|template| (&template.value, template.line));
        all.dedup_by_key(|template| &template.value);
        all
    }

    /// The template of a branch; the only one when there are no branches.
    pub(crate) fn template_of(&self, branch: &str) -> &str {
        let branch = self.branches.iter().find(|known| known.name == branch);
        branch.map(|branch| &branch.template).or(self.template.as_ref()).map_or("", |template| template)
    }

    /// The reminder of a wave; none for wave 0.
    pub(crate) fn reminder(&self, wave: usize) -> Option<&Reminder> {
        self.reminders.get(wave.checked_sub(1)?)
    }

    /// Whether any piece may be sent as an email.
    pub(crate) fn sends_email(&self) -> bool {
        self.templates().iter().any(|template| self.is_emailed(template))
    }

    /// Whether a template is used for emails.
    pub(crate) fn is_emailed(&self, template: &str) -> bool {
        let of_reminder = |reminder: &Reminder| match reminder.channel {
            Some(channel) => channel == Channel::Email,
            None => self.channel != Delivery::Letter,
        };
        (self.channel != Delivery::Letter && self.first_templates().iter().any(|first| first.value == template))
            || self.reminders.iter().any(|reminder| reminder.template.value == template && of_reminder(reminder))
    }

    /// An error for each reminder that would be too late for a campaign of this day, with its line.
    pub(crate) fn late_reminders(&self, as_of: NaiveDate) -> Vec<Error> {
        let Some(until) = self.gift.as_ref().and_then(|gift| gift.claim_until) else { return Vec::new() };
        let numbered = self.reminders.iter().enumerate().map(|(index, reminder)| (index + 1, reminder));
        let late = numbered.filter(|(_, reminder)| reminder.due(as_of) > until.value);
        late.map(|(number, reminder)| {
            let day = reminder.due(as_of);
            Error::new(format!("reminder {number} would be sent on {day} at the earliest, after `claim_until`"))
                .at(reminder.after.line)
                .hint(format!("`claim_until` is {}: remind them sooner, or give them longer", until.value))
        })
        .collect()
    }
}
