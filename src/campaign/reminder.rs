//! Reminders of a campaign file: a further piece to those who have not come, some days after the first.

use chrono::{Days, NaiveDate};

use super::duration::DurationInDays;
use crate::domain::{Channel, Column, Response};
use crate::error::{Error, Result};
use crate::shop::{Placed, TomlTable};
use crate::text;

/// The only response that gets a reminder.
const TO: Response = Response::NotRedeemed;
const HOW_LONG_AFTER: &str = "write it as `after = \"30 days\"`, or in weeks: `\"4 weeks\"`";

/// One reminder. The first in the file is wave 1; the campaign's own pieces are wave 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reminder {
    /// How many days after the person's first piece.
    pub(crate) days: u32,
    /// The same as written in the file: `4 weeks`.
    pub(crate) after: Placed<String>,
    pub(crate) template: Placed<String>,
    /// By default, that of the first piece.
    pub(crate) channel: Option<Channel>,
}

impl Reminder {
    /// The day on which it is due for someone whose first piece was sent on `first`.
    pub(crate) fn due(&self, first: NaiveDate) -> NaiveDate {
        first.checked_add_days(Days::new(self.days.into())).unwrap_or(NaiveDate::MAX)
    }

    /// The channel for someone whose first piece used `first`.
    pub(crate) fn channel(&self, first: Channel) -> Channel {
        self.channel.unwrap_or(first)
    }
}

/// Reads the reminders of a campaign file.
pub(super) fn reminders(tables: Vec<TomlTable<'_>>) -> Vec<Reminder> {
    let mut reminders: Vec<Reminder> = Vec::new();
    for (index, mut table) in tables.into_iter().enumerate() {
        let number = index + 1;
        if !table.has("after") {
            table.missing("after", Error::new("a reminder has no time").hint(HOW_LONG_AFTER));
        }
        let after = table.take::<String>("after");
        let days = after.as_ref().map_or(Ok(0), |after| days(after).map_err(|wrong| table.fault(after.line, wrong)));
        let days = days.unwrap_or(0);
        let after = after.unwrap_or(Placed { value: String::new(), line: table.line });
        if days > 0 && reminders.iter().any(|before| before.days >= days) {
            let wrong = Error::new(format!("reminder {number} is not after the one before it"));
            table.fault(after.line, wrong.hint("put them in order; each counts from the first piece"));
        }
        if let Some(to) = table.take::<String>("to").filter(|to| **to != *TO.as_str()) {
            table.fault(to.line, not_to(&to));
        }
        if table.lacks("template") {
            let wrong = Error::new(format!("reminder {number} has no letter"));
            table.fault(table.line, wrong.hint("add `template = \"…\"`"));
        }
        let template = table.take("template");
        let channel = table.value_if("channel");
        reminders.extend(template.map(|template| Reminder { days, after, template, channel }));
    }
    reminders
}

/// `30 days`, `1 day` or `4 weeks` in days.
fn days(text: &str) -> Result<u32> {
    let wrong = |_| Error::new(format!("{} is not a length of time", text::quote(text))).hint(HOW_LONG_AFTER);
    text.parse::<DurationInDays>().map(|span| span.days).map_err(wrong)
}

fn not_to(typed: &str) -> Error {
    if Response::from_form(typed).is_some() {
        return Error::new(format!("a reminder does not go to {}", text::quote(typed))).hint(format!(
            "it goes to `{TO}`, those who have not come; to reach others make a campaign that `follows` this one"
        ));
    }
    Error::new(format!("{} is not a response", text::quote(typed))).hint(text::did_you_mean(typed, &[TO.as_str()]))
}
