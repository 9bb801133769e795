//! What a campaign file says.

use chrono::NaiveDate;

use super::duration::DurationInDays;
use super::reminder::Reminder;
use crate::domain::{Channel, Delivery, OnePer};
use crate::error::Error;
use crate::money::{Currency, Money, Share};
use crate::shop::Placed;

/// One campaign as its file declares it.
#[derive(Debug, Clone)]
pub(crate) struct CampaignFile {
    /// The file's name without `.toml`.
    pub(crate) slug: String,
    /// The file as it was read.
    pub(crate) text: String,
    /// What the owner calls it.
    pub(crate) name: String,
    /// The day the query is judged on; today when the file does not say.
    pub(crate) as_of: Option<NaiveDate>,
    /// The date of the letters; `as_of` when the file does not say.
    pub(crate) date: Option<NaiveDate>,
    /// How people are written to.
    pub(crate) channel: Delivery,
    /// The campaign whose response the branches ask about.
    pub(crate) follows: Option<Placed<String>>,
    /// The query.
    pub(crate) condition: Placed<String>,
    /// How people are ranked.
    pub(crate) order_by: Option<Placed<String>>,
    /// How many at most.
    pub(crate) limit: Option<Limit>,
    /// One letter a household, or one a customer.
    pub(crate) one_per: OnePer,
    /// The share that is held out at random.
    pub(crate) hold_out: Option<Share>,
    /// Whoever was mailed within so many days before `as_of` is left out.
    pub(crate) unless_mailed_within: Option<Placed<DurationInDays>>,
    /// References included by hand.
    pub(crate) include: Placed<Vec<String>>,
    /// References excluded by hand.
    pub(crate) exclude: Placed<Vec<String>>,
    /// What waits for them.
    pub(crate) gift: Option<Gift>,
    /// The template for everybody when there are no branches.
    pub(crate) template: Option<Placed<String>>,
    /// What one letter costs to post.
    pub(crate) postage: Money,
    /// What its amounts are in.
    pub(crate) currency: Currency,
    /// The branches; the first that matches wins.
    pub(crate) branches: Vec<Branch>,
    /// Who signs for whom; the first that matches wins, and nobody's is signed as the template says.
    pub(crate) signers: Vec<Signer>,
    /// The reminders, in their order.
    pub(crate) reminders: Vec<Reminder>,
}

/// How many at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// So many.
    Count(usize),
    /// A share of those eligible, rounded up.
    Share(Share),
}

/// What waits at the counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gift {
    /// `a bottle of Sauvignon blanc`.
    pub(crate) name: String,
    /// What one costs the shop.
    pub(crate) unit_cost: Money,
    /// How many there are.
    pub(crate) stock: Option<usize>,
    /// The last day.
    pub(crate) claim_until: Option<Placed<NaiveDate>>,
}

/// One branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Branch {
    /// What it is called.
    pub(crate) name: String,
    /// Whom it is for, in the segment language.
    pub(crate) when: Placed<String>,
    /// Its letter.
    pub(crate) template: Placed<String>,
}

/// Somebody who signs for a part of the recipients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signer {
    /// The name under the letter.
    pub(crate) name: String,
    /// Whose letters they sign, in the segment language.
    pub(crate) when: Placed<String>,
    /// The image of their signature, beside the templates.
    pub(crate) signature: Option<Placed<String>>,
}

impl CampaignFile {
    /// The templates of the campaign's own pieces; one may stand here twice.
    pub(crate) fn first_templates(&self) -> Vec<&Placed<String>> {
        if self.branches.is_empty() {
            return self.template.iter().collect();
        }
        self.branches.iter().map(|branch| &branch.template).collect()
    }

    /// Every condition of the file: whom it is for, and those of its branches and signers.
    pub(crate) fn questions(&self) -> impl Iterator<Item = &Placed<String>> {
        let branches = self.branches.iter().map(|branch| &branch.when);
        std::iter::once(&self.condition).chain(branches).chain(self.signers.iter().map(|signer| &signer.when))
    }

    /// Every template that the campaign uses, each once, where it is named first.
    pub(crate) fn templates(&self) -> Vec<&Placed<String>> {
        let mut all = self.first_templates();
        all.extend(self.reminders.iter().map(|reminder| &reminder.template));
        all.sort_by_key(|template| (&template.value, template.line));
        all.dedup_by_key(|template| &template.value);
        all
    }

    /// The template for a branch; for everybody when there are no branches.
    pub(crate) fn template_of(&self, branch: &str) -> &str {
        let branch = self.branches.iter().find(|known| known.name == branch);
        branch.map(|branch| &branch.template).or(self.template.as_ref()).map_or("", |template| template)
    }

    /// The reminder of a wave; wave 0 is none.
    pub(crate) fn reminder(&self, wave: usize) -> Option<&Reminder> {
        self.reminders.get(wave.checked_sub(1)?)
    }

    /// Whether any piece may go as an email.
    pub(crate) fn sends_email(&self) -> bool {
        self.templates().iter().any(|template| self.is_emailed(template))
    }

    /// Whether a template becomes emails.
    pub(crate) fn is_emailed(&self, template: &str) -> bool {
        let of_reminder = |reminder: &Reminder| match reminder.channel {
            Some(channel) => channel == Channel::Email,
            None => self.channel != Delivery::Letter,
        };
        (self.channel != Delivery::Letter && self.first_templates().iter().any(|first| first.value == template))
            || self.reminders.iter().any(|reminder| reminder.template.value == template && of_reminder(reminder))
    }

    /// What is wrong with reminders that would come too late for a campaign of this day, each with its line.
    pub(crate) fn late_reminders(&self, as_of: NaiveDate) -> Vec<Error> {
        let Some(until) = self.gift.as_ref().and_then(|gift| gift.claim_until) else { return Vec::new() };
        let numbered = self.reminders.iter().enumerate().map(|(index, reminder)| (index + 1, reminder));
        let late = numbered.filter(|(_, reminder)| reminder.due(as_of) > until.value);
        late.map(|(number, reminder)| {
            let day = reminder.due(as_of);
            Error::new(format!("reminder {number} would go on {day} at the earliest, after `claim_until`"))
                .at(reminder.after.line)
                .hint(format!("`claim_until` is {}: remind them sooner, or give them longer", until.value))
        })
        .collect()
    }
}
