//! Reminders of a campaign file: a further piece to those who have not come, so many days after the first.

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use super::file::CampaignFile;
use crate::error::{Error, Result};
use crate::text;

/// The one response that a reminder goes to.
const TO: &str = "not_redeemed";
/// The responses that people may think of besides.
const OTHERS: [&str; 4] = ["redeemed", "undeliverable", "held_out", "not_invited"];
/// The channels of a piece.
const CHANNELS: [&str; 2] = ["letter", "email"];
/// The longest time from the first piece to a reminder, in days.
const LONGEST: u32 = 3650;

/// One reminder. The first in the file is wave 1; the campaign's own pieces are wave 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reminder {
    /// How many days after the person's first piece.
    pub(crate) days: u32,
    /// The same as the file writes it: `4 weeks`.
    pub(crate) after: String,
    /// Its letter.
    pub(crate) template: String,
    /// `letter` or `email`; by which the first piece came when the file does not say.
    pub(crate) channel: Option<&'static str>,
}

impl Reminder {
    /// The day on which it is due for somebody whose first piece went out on `first`.
    pub(crate) fn due(&self, first: NaiveDate) -> NaiveDate {
        first.checked_add_days(Days::new(self.days.into())).unwrap_or(NaiveDate::MAX)
    }

    /// The channel for somebody whose first piece came by `first`.
    pub(crate) fn channel<'c>(&self, first: &'c str) -> &'c str {
        self.channel.unwrap_or(first)
    }
}

/// A reminder as the file writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenReminder {
    after: Option<String>,
    to: Option<String>,
    template: Option<String>,
    channel: Option<String>,
}

/// Reads reminders; `fault` takes the number of the reminder, the key, and what is wrong there.
pub(super) fn read(written: Vec<WrittenReminder>, mut fault: impl FnMut(usize, &str, Error)) -> Vec<Reminder> {
    let mut reminders: Vec<Reminder> = Vec::new();
    for (index, one) in written.into_iter().enumerate() {
        let after = one.after.unwrap_or_default();
        let days = days(&after).unwrap_or_else(|wrong| {
            fault(index, "after", wrong);
            0
        });
        if days > 0 && reminders.iter().any(|before| before.days >= days) {
            let wrong = Error::new(format!("reminder {} is not after the one before it", index + 1));
            fault(index, "after", wrong.hint("they stand in their order, and each counts from the first piece"));
        }
        if let Some(to) = one.to.filter(|to| to != TO) {
            fault(index, "to", not_to(&to));
        }
        if one.template.is_none() {
            let wrong = Error::new(format!("reminder {} names no letter", index + 1));
            fault(index, "template", wrong.hint("add `template = \"…\"`"));
        }
        let channel = one.channel.and_then(|typed| {
            let known = CHANNELS.into_iter().find(|known| *known == typed);
            if known.is_none() {
                let wrong = Error::new(format!("{} is not possible here", text::quote(&typed)));
                fault(index, "channel", wrong.hint(text::did_you_mean(&typed, &CHANNELS)));
            }
            known
        });
        reminders.push(Reminder { days, after, template: one.template.unwrap_or_default(), channel });
    }
    reminders
}

/// What is wrong with reminders that would come too late for a campaign of this day, each with its line.
pub(crate) fn too_late(file: &CampaignFile, as_of: NaiveDate) -> Vec<Error> {
    let Some(until) = file.gift.as_ref().and_then(|gift| gift.claim_until) else { return Vec::new() };
    let late = file.reminders.iter().enumerate().filter(|(_, reminder)| reminder.due(as_of) > until);
    late.map(|(index, reminder)| {
        let day = reminder.due(as_of);
        Error::new(format!("reminder {} would go on {day} at the earliest, after `claim_until`", index + 1))
            .at(file.line_of_reminder(index, "after"))
            .hint(format!("`claim_until` is {until}: remind them sooner, or give them longer"))
    })
    .collect()
}

/// `30 days`, `1 day` or `4 weeks` in days.
fn days(text: &str) -> Result<u32> {
    let hint = "write it as `after = \"30 days\"`, or in weeks: `\"4 weeks\"`";
    if text.trim().is_empty() {
        return Err(Error::new("a reminder does not say when").hint(hint));
    }
    let parsed = text.trim().split_once(' ').and_then(|(number, unit)| {
        let unit = match unit.trim() {
            "day" | "days" => 1,
            "week" | "weeks" => 7,
            _ => return None,
        };
        number.parse::<u32>().ok()?.checked_mul(unit)
    });
    parsed
        .filter(|days| (1..=LONGEST).contains(days))
        .ok_or_else(|| Error::new(format!("{} is not how long after", text::quote(text))).hint(hint))
}

fn not_to(typed: &str) -> Error {
    if OTHERS.contains(&typed) {
        return Error::new(format!("a reminder does not go to {}", text::quote(typed)))
            .hint("it goes to `not_redeemed`, those who have not come; to write to others make a campaign that `follows` this one");
    }
    Error::new(format!("{} is not a response", text::quote(typed))).hint(text::did_you_mean(typed, &[TO]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_days_or_weeks() {
        for (text, expected) in
            [("30 days", Some(30)), ("1 day", Some(1)), ("4 weeks", Some(28)), (" 2  weeks ", Some(14))]
        {
            assert_eq!(days(text).ok(), expected, "{text}");
        }
        for wrong in ["", "30", "days", "0 days", "-1 days", "2 months", "1.5 weeks", "4000 days", "999999999999 weeks"]
        {
            assert!(days(wrong).is_err(), "{wrong}");
        }
    }
}
