//! A campaign file: campaigns/NAME.toml, read and checked.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::money::{Currency, Money, Share};
use crate::shop::{self, Day, Shop, line_of, read_toml};
use crate::words;

/// One campaign as its file declares it.
#[derive(Debug, Clone)]
pub struct CampaignFile {
    /// The file's name without `.toml`.
    pub slug: String,
    /// The file as it was read.
    pub text: String,
    /// What the owner calls it.
    pub name: String,
    /// The day the query is judged on; today when the file does not say.
    pub as_of: Option<NaiveDate>,
    /// The date of the letters; `as_of` when the file does not say.
    pub date: Option<NaiveDate>,
    /// How people are written to.
    pub channel: Channel,
    /// The campaign whose response the branches ask about.
    pub follows: Option<String>,
    /// The query.
    pub condition: String,
    /// How people are ranked.
    pub order_by: Option<String>,
    /// How many at most.
    pub limit: Option<Limit>,
    /// One letter a household, or one a customer.
    pub one_per: OnePer,
    /// The share that is held out by lot.
    pub hold_out: Option<Share>,
    /// References included by hand.
    pub include: Vec<String>,
    /// References excluded by hand.
    pub exclude: Vec<String>,
    /// What waits for them.
    pub gift: Option<Gift>,
    /// The template for everybody when there are no branches.
    pub template: Option<String>,
    /// What one letter costs to post.
    pub postage: Money,
    /// What its amounts are in.
    pub currency: Currency,
    /// The branches; the first that matches wins.
    pub branches: Vec<Branch>,
}

/// How people are written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// By post.
    #[default]
    Letter,
    /// By email.
    Email,
    /// By post where there is an address, else by email.
    LetterElseEmail,
    /// By email where there is consent, else by post.
    EmailElseLetter,
}

impl Channel {
    /// As it stands in a file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Email => "email",
            Self::LetterElseEmail => "letter-else-email",
            Self::EmailElseLetter => "email-else-letter",
        }
    }
}

/// Who gets one letter together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OnePer {
    /// The people of one home.
    #[default]
    Household,
    /// Each person alone.
    Customer,
}

impl OnePer {
    /// As it stands in a file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Household => "household",
            Self::Customer => "customer",
        }
    }
}

/// How many at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// So many.
    Count(usize),
    /// A share of those eligible, rounded up.
    Share(Share),
}

/// What waits at the counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gift {
    /// `a bottle of Sauvignon blanc`.
    pub name: String,
    /// What one costs the shop.
    pub unit_cost: Money,
    /// How many there are.
    pub stock: Option<usize>,
    /// The last day.
    pub claim_until: Option<NaiveDate>,
}

/// One branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// What it is called.
    pub name: String,
    /// Whom it is for, in the segment language.
    pub when: String,
    /// Its letter.
    pub template: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    as_of: Option<Day>,
    date: Option<Day>,
    #[serde(default)]
    channel: Channel,
    follows: Option<String>,
    segment: WrittenSegment,
    gift: Option<WrittenGift>,
    letter: Option<WrittenLetter>,
    #[serde(default, rename = "branch")]
    branches: Vec<WrittenBranch>,
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

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let value = toml::Value::deserialize(from)?;
        let wrong = || {
            serde::de::Error::custom(format!(
                "{} is not a limit; write 600 or \"20%\"",
                words::quote(&value.to_string())
            ))
        };
        match &value {
            toml::Value::Integer(n) => usize::try_from(*n).ok().filter(|n| *n > 0).map(Limit::Count).ok_or_else(wrong),
            toml::Value::String(text) => text.parse().map(Limit::Share).map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    }
}

impl CampaignFile {
    /// Reads campaigns/`slug`.toml of a shop.
    ///
    /// # Errors
    /// When there is no such file, or it has faults; all that can be told at once are.
    pub fn open(shop: &Shop, slug: &str) -> Result<Self> {
        check_slug(slug)?;
        let path = shop.campaigns().join(format!("{slug}.toml"));
        if !path.is_file() {
            let known = list(shop)?;
            let names: Vec<&str> = known.iter().map(String::as_str).collect();
            let hint = if names.is_empty() {
                "there is no campaign yet: write one into campaigns/".to_owned()
            } else {
                words::did_you_mean(slug, &names)
            };
            return Err(Error::new(format!("there is no campaign {}", words::quote(slug))).hint(hint));
        }
        let text = shop::read_text(&path)?;
        Self::read(slug, &text, shop.settings.currency).map_err(|e| e.at(place(slug)))
    }

    /// Reads the text of a campaign file. Places are lines.
    ///
    /// # Errors
    /// When it has faults.
    pub fn read(slug: &str, text: &str, currency: Currency) -> Result<Self> {
        let mut file: Written = read_toml(text)?;
        for reference in file.segment.include.iter_mut().chain(&mut file.segment.exclude) {
            *reference = reference.trim().to_owned();
        }
        let mut faults = Vec::new();
        let at = |key: &str| line_of(text, key);
        if file.name.trim().is_empty() {
            faults.push(Error::new("the campaign has no name").at(at("name")).hint("write it as `name = \"…\"`"));
        }
        if file.segment.hold_out.is_some_and(Share::is_whole) {
            faults.push(
                Error::new("everybody would be held out").at(at("hold_out")).hint("hold out a part, such as \"10%\""),
            );
        }
        let both: Vec<&String> = file.segment.include.iter().filter(|r| file.segment.exclude.contains(r)).collect();
        if let Some(reference) = both.first() {
            faults.push(
                Error::new(format!("{} is both included and excluded", words::quote(reference)))
                    .at(at("exclude"))
                    .hint("decide for one"),
            );
        }
        let mut money = |key: &str, text: Option<&String>| match text.map(|text| currency.parse(text)) {
            None => Money(0),
            Some(Ok(amount)) if amount.0 >= 0 => amount,
            Some(Ok(_)) => {
                faults.push(Error::new(format!("`{key}` cannot be negative")).at(at(key)));
                Money(0)
            }
            Some(Err(fault)) => {
                faults.push(fault.at(at(key)));
                Money(0)
            }
        };
        let postage = money("postage", file.letter.as_ref().and_then(|letter| letter.postage.as_ref()));
        let gift = file.gift.map(|gift| Gift {
            unit_cost: money("unit_cost", gift.unit_cost.as_ref()),
            name: gift.name,
            stock: gift.stock,
            claim_until: gift.claim_until.map(|day| day.0),
        });
        let as_of = file.as_of.map(|day| day.0);
        if let (Some(from), Some(until)) = (as_of, gift.as_ref().and_then(|gift| gift.claim_until))
            && until < from
        {
            faults.push(
                Error::new("`claim_until` lies before `as_of`").at(at("claim_until")).hint("nobody could come in time"),
            );
        }
        let template = file.letter.and_then(|letter| letter.template);
        if template.is_none() && file.branches.is_empty() {
            faults.push(
                Error::new("no letter is named").at(1).hint("add `[letter]` with `template = \"…\"`, or branches"),
            );
        }
        let mut branches: Vec<Branch> = Vec::new();
        for (index, branch) in file.branches.into_iter().enumerate() {
            let line = nth_line_of(text, "[[branch]]", index);
            if branches.iter().any(|other| other.name == branch.name) {
                faults.push(
                    Error::new(format!("two branches are called {}", words::quote(&branch.name)))
                        .at(line)
                        .hint("give each its own name"),
                );
            }
            if branch.name.trim().is_empty() {
                faults.push(Error::new("a branch has no name").at(line).hint("write it as `name = \"…\"`"));
            }
            match branch.template.or_else(|| template.clone()) {
                Some(template) => branches.push(Branch { name: branch.name, when: branch.when, template }),
                None => faults.push(
                    Error::new(format!("branch {} names no letter", words::quote(&branch.name)))
                        .at(line)
                        .hint("add `template = \"…\"`"),
                ),
            }
        }
        Error::all(faults).map_or(Ok(()), Err)?;
        Ok(Self {
            slug: slug.to_owned(),
            text: text.to_owned(),
            name: file.name,
            as_of,
            date: file.date.map(|day| day.0),
            channel: file.channel,
            follows: file.follows,
            condition: file.segment.condition,
            order_by: file.segment.order_by,
            limit: file.segment.limit,
            one_per: file.segment.one_per,
            hold_out: file.segment.hold_out,
            include: file.segment.include,
            exclude: file.segment.exclude,
            gift,
            template,
            postage,
            currency,
            branches,
        })
    }

    /// Every template that the campaign uses, each once.
    pub fn templates(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.branches.iter().map(|branch| branch.template.as_str()).collect();
        if self.branches.is_empty() {
            all.extend(self.template.as_deref());
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The line on which a key stands.
    pub fn line_of(&self, key: &str) -> usize {
        line_of(&self.text, key)
    }

    /// The line on which a template is named.
    pub fn line_of_template(&self, name: &str) -> usize {
        self.text.lines().position(|line| line.contains("template") && line.contains(name)).map_or(1, |index| index + 1)
    }

    /// The line on which a branch's condition stands.
    pub fn line_of_branch(&self, index: usize) -> usize {
        nth_line_of(&self.text, "when", index)
    }
}

/// How the file of a campaign is named in messages.
pub(super) fn place(slug: &str) -> String {
    format!("campaigns/{slug}.toml")
}

/// Refuses names that could not be a file of campaigns/.
///
/// # Errors
/// When it is one.
pub fn check_slug(slug: &str) -> Result<()> {
    let plain = slug.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if slug.is_empty() || !plain || slug.starts_with('.') {
        return Err(Error::new(format!("{} is not the name of a campaign", words::quote(slug)))
            .hint("names are made of letters, digits and hyphens, such as `1990-sauvignon-blanc`"));
    }
    Ok(())
}

/// The line on which the `n`th line starting with `start` stands.
fn nth_line_of(text: &str, start: &str, n: usize) -> usize {
    let lines = text.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with(start));
    lines.map(|(index, _)| index + 1).nth(n).unwrap_or(1)
}

/// The campaigns that have a file, in order.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(shop: &Shop) -> Result<Vec<String>> {
    let folder = shop.campaigns();
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(&folder).map_err(|e| Error::io("read", &folder, e))?;
    let mut slugs: Vec<String> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .filter_map(|path| path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned))
        .collect();
    slugs.sort();
    Ok(slugs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = "name = 'x'\n[segment]\nwhere = 'true'\n[letter]\ntemplate = 'a.md'\n";

    fn read(text: &str) -> Result<CampaignFile> {
        CampaignFile::read("x", text, Currency::of("USD").expect("known"))
    }

    #[test]
    fn a_small_file_is_enough() {
        let file = read(MINIMAL).expect("read");
        assert_eq!((file.channel, file.one_per, file.templates()), (Channel::Letter, OnePer::Household, vec!["a.md"]));
    }

    #[test]
    fn faults_have_a_line() {
        for (text, start) in [
            ("name = 'x'\n[segmnt]\nwhere = 'true'", "2: unknown field `segmnt`"),
            ("name = 'x'\n[segment]\nwhere = 'true'\nlimit = 0\n", "4: `0` is not a limit"),
            (
                "name = 'x'\n[segment]\nwhere = 'true'\nhold_out = '100%'\n[letter]\ntemplate='a.md'",
                "4: everybody would be held out",
            ),
            (
                "name = 'x'\n[segment]\nwhere = 'true'\nhold_out = 'ten'\n[letter]\ntemplate='a.md'",
                "4: `ten` is not a share",
            ),
            (
                "name = 'x'\n[segment]\nwhere = 'true'\n[letter]\ntemplate='a.md'\npostage = 'x'",
                "6: `x` is not an amount",
            ),
            ("name = 'x'\n[segment]\nwhere = 'true'", "1: no letter is named"),
            ("name = 'x'\nchannel = 'pigeon'\n[segment]\nwhere = 'true'", "2: `pigeon` is not possible here"),
            (
                "name = 'x'\nas_of = 1990-01-15\n[segment]\nwhere = 'true'\n[gift]\nname = 'x'\nclaim_until = 1989-01-01\n[letter]\ntemplate='a.md'",
                "7: `claim_until` lies before",
            ),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.to_string().starts_with(start), "{error}");
        }
    }
}
