//! A campaign file as it is written: TOML into what the owner means, all faults at once.

use serde::Deserialize;

use super::file::{Branch, CampaignFile, Gift, Limit, Signer, line_of_reminder, nth_line_of};
use super::reminders::{self, WrittenReminder};
use crate::domain::{Delivery, OnePer};
use crate::error::{Error, Result};
use crate::money::{Currency, Money, Share};
use crate::shop::{Day, line_of, read_toml};
use crate::text;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    as_of: Option<Day>,
    date: Option<Day>,
    #[serde(default)]
    channel: Delivery,
    follows: Option<String>,
    segment: WrittenSegment,
    gift: Option<WrittenGift>,
    letter: Option<WrittenLetter>,
    #[serde(default, rename = "branch")]
    branches: Vec<WrittenBranch>,
    #[serde(default, rename = "signer")]
    signers: Vec<WrittenSigner>,
    #[serde(default, rename = "reminder")]
    reminders: Vec<WrittenReminder>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSegment {
    #[serde(rename = "where")]
    condition: String,
    order_by: Option<String>,
    limit: Option<Limit>,
    #[serde(default)]
    one_per: OnePer,
    hold_out: Option<Share>,
    #[serde(default)]
    include: Vec<String>,
    #[serde(default)]
    exclude: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenGift {
    name: String,
    unit_cost: Option<String>,
    stock: Option<usize>,
    claim_until: Option<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLetter {
    template: Option<String>,
    postage: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenBranch {
    name: String,
    when: String,
    template: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSigner {
    name: String,
    when: String,
    signature: Option<String>,
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let value = toml::Value::deserialize(from)?;
        let wrong = || {
            serde::de::Error::custom(format!(
                "{} is not a limit; write 600 or \"20%\"",
                text::quote(&value.to_string())
            ))
        };
        match &value {
            toml::Value::Integer(n) => usize::try_from(*n).ok().filter(|n| *n > 0).map(Limit::Count).ok_or_else(wrong),
            toml::Value::String(text) => text.parse().map(Limit::Share).map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    }
}

/// What is read from, and what is wrong with it.
struct Reading<'t> {
    text: &'t str,
    currency: Currency,
    faults: Vec<Error>,
}

/// Reads the text of a campaign file. Places are lines.
pub(super) fn read(slug: &str, text: &str, currency: Currency) -> Result<CampaignFile> {
    let file: Written = read_toml(text)?;
    let mut reading = Reading { text, currency, faults: Vec::new() };
    let name: String = file.name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if name.trim().is_empty() {
        reading.fault("name", "the campaign has no name", "write it as `name = \"…\"`");
    }
    let (include, exclude) = reading.by_hand(&file.segment);
    let (template, postage) = file.letter.map_or((None, None), |letter| (letter.template, letter.postage));
    let postage = reading.money("postage", postage.as_deref());
    let gift = file.gift.map(|gift| Gift {
        unit_cost: reading.money("unit_cost", gift.unit_cost.as_deref()),
        name: gift.name,
        stock: gift.stock,
        claim_until: gift.claim_until.map(|day| day.0),
    });
    let as_of = file.as_of.map(|day| day.0);
    if let (Some(from), Some(until)) = (as_of, gift.as_ref().and_then(|gift| gift.claim_until))
        && until < from
    {
        reading.fault(
            "claim_until",
            "`claim_until` lies before `as_of`",
            "nobody could come in time: give a later day",
        );
    }
    if template.is_none() && file.branches.is_empty() {
        let fault = Error::new("no letter is named").at(1);
        reading.faults.push(fault.hint("add `[letter]` with `template = \"…\"`, or branches"));
    }
    let branches = reading.branches(file.branches, template.as_deref());
    let signers = reading.signers(file.signers);
    let reminders = reminders::read(file.reminders, |index, key, wrong| {
        reading.faults.push(wrong.at(line_of_reminder(text, index, key)));
    });
    Error::all(reading.faults).map_or(Ok(()), Err)?;
    Ok(CampaignFile {
        slug: slug.to_owned(),
        text: text.to_owned(),
        name: name.trim().to_owned(),
        as_of,
        date: file.date.map(|day| day.0),
        channel: file.channel,
        follows: file.follows,
        condition: file.segment.condition,
        order_by: file.segment.order_by,
        limit: file.segment.limit,
        one_per: file.segment.one_per,
        hold_out: file.segment.hold_out,
        include,
        exclude,
        gift,
        template,
        postage,
        currency,
        branches,
        signers,
        reminders,
    })
}

impl Reading<'_> {
    /// A fault of a key's value.
    fn fault(&mut self, key: &str, message: impl Into<String>, hint: &str) {
        self.faults.push(Error::new(message).at(line_of(self.text, key)).hint(hint));
    }

    /// An amount that cannot be negative; nothing said is nothing.
    fn money(&mut self, key: &str, text: Option<&str>) -> Money {
        match text.map(|text| self.currency.parse(text)) {
            None => return Money(0),
            Some(Ok(amount)) if amount.0 >= 0 => return amount,
            Some(Ok(_)) => {
                self.fault(key, format!("`{key}` cannot be negative"), "say what one costs, such as \"0.25\"");
            }
            Some(Err(fault)) => self.faults.push(fault.at(line_of(self.text, key))),
        }
        Money(0)
    }

    /// The references included and excluded by hand.
    fn by_hand(&mut self, segment: &WrittenSegment) -> (Vec<String>, Vec<String>) {
        let trimmed = |references: &[String]| references.iter().map(|r| r.trim().to_owned()).collect::<Vec<_>>();
        let (include, exclude) = (trimmed(&segment.include), trimmed(&segment.exclude));
        if segment.hold_out.is_some_and(Share::is_whole) {
            self.fault("hold_out", "everybody would be held out", "hold out a part, such as \"10%\"");
        }
        if let Some(reference) = include.iter().find(|reference| exclude.contains(reference)) {
            self.fault(
                "exclude",
                format!("{} is both included and excluded", text::quote(reference)),
                "decide for one",
            );
        }
        (include, exclude)
    }

    /// The signers, each with a name of their own.
    fn signers(&mut self, written: Vec<WrittenSigner>) -> Vec<Signer> {
        let mut signers: Vec<Signer> = Vec::new();
        for (index, signer) in written.into_iter().enumerate() {
            let line = nth_line_of(self.text, "[[signer]]", index);
            let mut fault = |message: String, hint: &str| self.faults.push(Error::new(message).at(line).hint(hint));
            let name = signer.name.trim().to_owned();
            if name.is_empty() {
                fault("a signer has no name".to_owned(), "write it as `name = \"…\"`");
            }
            if signers.iter().any(|other| other.name == name) {
                let hint = "put both conditions into one: `when = \"… OR …\"`";
                fault(format!("two signers are called {}", text::quote(&name)), hint);
            }
            signers.push(Signer { name, when: signer.when, signature: signer.signature });
        }
        signers
    }

    /// The branches, each with a name of its own and a letter.
    fn branches(&mut self, written: Vec<WrittenBranch>, template: Option<&str>) -> Vec<Branch> {
        let mut branches: Vec<Branch> = Vec::new();
        for (index, branch) in written.into_iter().enumerate() {
            let line = nth_line_of(self.text, "[[branch]]", index);
            let mut fault = |message: String, hint: &str| self.faults.push(Error::new(message).at(line).hint(hint));
            if branches.iter().any(|other| other.name == branch.name) {
                fault(format!("two branches are called {}", text::quote(&branch.name)), "give each its own name");
            }
            if branch.name.trim().is_empty() {
                fault("a branch has no name".to_owned(), "write it as `name = \"…\"`");
            }
            match branch.template.or_else(|| template.map(str::to_owned)) {
                Some(template) => branches.push(Branch { name: branch.name, when: branch.when, template }),
                None => {
                    fault(format!("branch {} names no letter", text::quote(&branch.name)), "add `template = \"…\"`");
                }
            }
        }
        branches
    }
}
