//! Parses a campaign file from TOML, with all errors at once.

use toml::Value;

use super::duration::DurationInDays;
use super::file::{Branch, CampaignFile, Gift, Limit, Signer};
use super::reminder;
use crate::domain::OnePer;
use crate::error::{Error, Result};
use crate::money::{Currency, Money, Share};
use crate::shop::{FromToml, Placed, TomlTable, TomlValue, any_value, read_toml};
use crate::text;

impl CampaignFile {
    /// Parses the text of a campaign file. Places are line numbers.
    pub(crate) fn read(slug: &str, text: &str, currency: Currency) -> Result<Self> {
        let (file, faults) = Self::read_leniently(slug, text, currency);
        Error::all(faults).map_or(Ok(file), Err)
    }

    /// The same, but returns the errors next to it: what cannot be read is ignored, so that the rest can be checked.
    pub(crate) fn read_leniently(slug: &str, text: &str, currency: Currency) -> (Self, Vec<Error>) {
        read_toml(text, |root| campaign(slug, text, currency, root))
    }
}

fn campaign(slug: &str, text: &str, currency: Currency, mut root: TomlTable<'_>) -> CampaignFile {
    let name = name(&mut root, "the campaign has no name").unwrap_or_default();
    let as_of = root.value_if("as_of");
    let date = root.value_if("date");
    let channel = root.value("channel");
    let follows = root.take("follows");
    let everybody = || Placed { value: "true".to_owned(), line: 1 };
    let mut file = CampaignFile {
        slug: slug.to_owned(),
        text: text.to_owned(),
        name: text::plain(&name).trim().to_owned(),
        as_of,
        date,
        channel,
        follows,
        condition: everybody(),
        order_by: None,
        limit: None,
        one_per: OnePer::default(),
        hold_out: None,
        unless_mailed_within: None,
        include: Placed::default(),
        exclude: Placed::default(),
        gift: None,
        template: None,
        postage: Money(0),
        currency,
        branches: Vec::new(),
        signers: Vec::new(),
        reminders: Vec::new(),
    };
    if let Some(mut segment) = root.need_table("segment") {
        file.condition = segment.need("where").unwrap_or_else(everybody);
        file.order_by = segment.take("order_by");
        file.limit = segment.value_if("limit");
        file.one_per = segment.value("one_per");
        file.hold_out = hold_out(&mut segment);
        file.unless_mailed_within = segment.take("unless_mailed_within");
        (file.include, file.exclude) = by_hand(&mut segment);
    }
    file.gift = root.table("gift").map(|gift| self::gift(gift, currency));
    if let (Some(from), Some(until)) = (as_of, file.gift.as_ref().and_then(|gift| gift.claim_until))
        && until.value < from
    {
        let fault = Error::new("`claim_until` is before `as_of`");
        root.fault(until.line, fault.hint("no one could come in time: give a later day"));
    }
    let mut names_letter = root.has("branch");
    if let Some(mut letter) = root.table("letter") {
        names_letter |= letter.has("template");
        file.template = letter.take("template");
        file.postage = money(&mut letter, "postage", currency);
    }
    if !names_letter {
        root.missing(
            "letter",
            Error::new("there is no letter").hint("add `[letter]` with `template = \"…\"`, or branches"),
        );
    }
    file.branches = branches(root.tables("branch"), file.template.as_ref());
    file.signers = signers(root.tables("signer"));
    file.reminders = reminder::reminders(root.tables("reminder"));
    file
}

impl FromToml for Limit {
    fn from_toml(value: TomlValue<'_>) -> Result<Self> {
        let value = any_value(value)?;
        let limit = match &value {
            Value::Integer(n) => usize::try_from(*n).ok().filter(|n| *n > 0).map(Limit::Count),
            Value::String(text) => text.parse().ok().map(Limit::Share),
            _ => None,
        };
        let wrong = || format!("{} is not a limit; write 600 or \"20%\"", text::quote(&value.to_string()));
        limit.ok_or_else(|| Error::new(wrong()))
    }
}

impl FromToml for DurationInDays {
    fn from_toml(value: TomlValue<'_>) -> Result<Self> {
        let value = any_value(value)?;
        let typed = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        typed.parse().map_err(Error::new)
    }
}

/// A required name that is not empty.
fn name(table: &mut TomlTable<'_>, fault: &str) -> Option<String> {
    let name = table.need::<String>("name")?;
    if name.trim().is_empty() {
        table.fault(name.line, Error::new(fault).hint("write it as `name = \"…\"`"));
    }
    Some(name.value)
}

fn gift(mut table: TomlTable<'_>, currency: Currency) -> Gift {
    Gift {
        name: table.need("name").unwrap_or_default().value,
        unit_cost: money(&mut table, "unit_cost", currency),
        stock: table.value_if("stock"),
        claim_until: table.take("claim_until"),
    }
}

/// An amount that cannot be negative; zero if absent.
fn money(table: &mut TomlTable<'_>, key: &'static str, currency: Currency) -> Money {
    let Some(typed) = table.take::<String>(key) else { return Money(0) };
    match currency.read(&typed, None) {
        Ok(amount) if amount.0 >= 0 => return amount,
        Ok(_) => {
            let fault = Error::new(format!("`{key}` cannot be negative"));
            table.fault(typed.line, fault.hint("write what one costs, such as \"0.25\""));
        }
        Err(fault) => table.fault(typed.line, fault),
    }
    Money(0)
}

fn hold_out(segment: &mut TomlTable<'_>) -> Option<Share> {
    let share = segment.take::<Share>("hold_out")?;
    if share.value.is_whole() {
        let fault = Error::new("everyone would be in the control group");
        segment.fault(share.line, fault.hint("hold out a share, such as \"10%\""));
    }
    Some(share.value)
}

/// The references included and excluded by hand.
fn by_hand(segment: &mut TomlTable<'_>) -> (Placed<Vec<String>>, Placed<Vec<String>>) {
    let mut references = |key| {
        let typed: Placed<Vec<String>> = segment.take(key).unwrap_or_default();
        typed.map(|all| all.iter().map(|reference| reference.trim().to_owned()).collect::<Vec<_>>())
    };
    let (include, exclude) = (references("include"), references("exclude"));
    if let Some(reference) = include.iter().find(|reference| exclude.contains(reference)) {
        let fault = Error::new(format!("{} is both included and excluded", text::quote(reference)));
        segment.fault(exclude.line, fault.hint("remove it from one of them"));
    }
    (include, exclude)
}

/// The branches, each with a unique name and a template.
fn branches(tables: Vec<TomlTable<'_>>, usual: Option<&Placed<String>>) -> Vec<Branch> {
    let mut branches: Vec<Branch> = Vec::new();
    for mut table in tables {
        let fault = |fault: Error, table: &TomlTable<'_>| table.fault(table.line, fault);
        let found = table.need::<String>("name");
        let name = found.clone().unwrap_or_default().value;
        if found.is_some() && branches.iter().any(|other| other.name == name) {
            let wrong = Error::new(format!("two branches are called {}", text::quote(&name)));
            fault(wrong.hint("give each its own name"), &table);
        }
        if found.is_some() && name.trim().is_empty() {
            fault(Error::new("a branch has no name").hint("write it as `name = \"…\"`"), &table);
        }
        let when = table.need("when").unwrap_or_else(|| Placed { value: "true".to_owned(), line: table.line });
        let names_letter = table.has("template") || usual.is_some();
        match table.take("template").or_else(|| usual.cloned()) {
            Some(template) => branches.push(Branch { name, when, template }),
            None if names_letter => {}
            None => {
                let wrong = Error::new(format!("branch {} has no letter", text::quote(&name)));
                fault(wrong.hint("add `template = \"…\"`"), &table);
            }
        }
    }
    branches
}

/// The signers, each with a unique name.
fn signers(tables: Vec<TomlTable<'_>>) -> Vec<Signer> {
    let mut signers: Vec<Signer> = Vec::new();
    for mut table in tables {
        let found = table.need::<String>("name");
        let name = found.as_deref().unwrap_or_default().trim().to_owned();
        if found.is_some() && name.is_empty() {
            table.fault(table.line, Error::new("a signer has no name").hint("write it as `name = \"…\"`"));
        }
        if found.is_some() && signers.iter().any(|other| other.name == name) {
            let wrong = Error::new(format!("two signers are called {}", text::quote(&name)));
            table.fault(table.line, wrong.hint("put both conditions into one: `when = \"… OR …\"`"));
        }
        let when = table.need("when").unwrap_or_else(|| Placed { value: "true".to_owned(), line: table.line });
        signers.push(Signer { name, when, signature: table.take("signature") });
    }
    signers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Delivery;

    const MINIMAL: &str = "name = 'x'\n[segment]\nwhere = 'true'\n[letter]\ntemplate = 'a.md'\n";

    fn read(text: &str) -> Result<CampaignFile> {
        CampaignFile::read("x", text, Currency::of("USD").expect("known"))
    }

    #[test]
    fn a_small_file_is_enough() {
        let file = read(MINIMAL).expect("read");
        assert_eq!((file.channel, file.one_per), (Delivery::Letter, OnePer::Household));
        assert_eq!(file.templates(), [&Placed { value: "a.md".to_owned(), line: 5 }]);
    }

    #[test]
    fn faults_have_a_line() {
        for (text, start) in [
            ("name = 'x'\n[segmnt]\nwhere = 'true'", "2: unknown field `segmnt`"),
            ("name = 'x'\n[segment]\nwhere = 'true'\nlimit = 0\n", "4: `0` is not a limit"),
            (
                "name = 'x'\n[segment]\nwhere = 'true'\nhold_out = '100%'\n[letter]\ntemplate='a.md'",
                "4: everyone would be in the control group",
            ),
            (
                "name = 'x'\n[segment]\nwhere = 'true'\nhold_out = 'ten'\n[letter]\ntemplate='a.md'",
                "4: `ten` is not a share",
            ),
            (
                "name = 'x'\n[segment]\nwhere = 'true'\n[letter]\ntemplate='a.md'\npostage = 'x'",
                "6: `x` is not an amount",
            ),
            ("name = 'x'\n[segment]\nwhere = 'true'", "1: there is no letter"),
            ("name = 'x'\nchannel = 'pigeon'\n[segment]\nwhere = 'true'", "2: `pigeon` is not possible here"),
            (
                "name = 'x'\nas_of = 1990-01-15\n[segment]\nwhere = 'true'\n[gift]\nname = 'x'\nclaim_until = 1989-01-01\n[letter]\ntemplate='a.md'",
                "7: `claim_until` is before",
            ),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.to_string().starts_with(start), "{error}");
        }
    }
}
