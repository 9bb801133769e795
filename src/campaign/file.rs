//! A campaign file: campaigns/NAME.toml, read and checked.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::reminders::Reminder;
use super::written;

use crate::error::{Error, Result};
use crate::money::{Currency, Money, Share};
use crate::shop::{self, Shop, line_of};
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
    /// Who signs for whom; the first that matches wins, and nobody's is signed as the template says.
    pub signers: Vec<Signer>,
    /// The reminders, in their order.
    pub reminders: Vec<Reminder>,
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

/// Somebody who signs for a part of the recipients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The name under the letter.
    pub name: String,
    /// Whose letters they sign, in the segment language.
    pub when: String,
    /// The image of their signature, beside the templates.
    pub signature: Option<String>,
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
        let text = shop::read_text(&path).map_err(|e| e.at(place(slug)))?;
        Self::read(slug, &text, shop.settings.currency).map_err(|e| e.at(place(slug)))
    }

    /// Reads the text of a campaign file. Places are lines.
    ///
    /// # Errors
    /// When it has faults.
    pub fn read(slug: &str, text: &str, currency: Currency) -> Result<Self> {
        written::read(slug, text, currency)
    }

    /// The templates of the campaign's own pieces; one may stand here twice.
    pub fn first_templates(&self) -> Vec<&str> {
        if self.branches.is_empty() {
            return self.template.as_deref().into_iter().collect();
        }
        self.branches.iter().map(|branch| branch.template.as_str()).collect()
    }

    /// Every template that the campaign uses, each once.
    pub fn templates(&self) -> Vec<&str> {
        let mut all = self.first_templates();
        all.extend(self.reminders.iter().map(|reminder| reminder.template.as_str()));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The template for a branch; for everybody when there are no branches.
    pub fn template_of(&self, branch: &str) -> &str {
        let branch = self.branches.iter().find(|known| known.name == branch);
        branch.map(|branch| branch.template.as_str()).or(self.template.as_deref()).unwrap_or_default()
    }

    /// The reminder of a wave; wave 0 is none.
    pub fn reminder(&self, wave: usize) -> Option<&Reminder> {
        self.reminders.get(wave.checked_sub(1)?)
    }

    /// Whether a template becomes emails.
    pub fn is_emailed(&self, template: &str) -> bool {
        let of_reminder = |reminder: &Reminder| match reminder.channel {
            Some(channel) => channel == "email",
            None => self.channel != Channel::Letter,
        };
        (self.channel != Channel::Letter && self.first_templates().contains(&template))
            || self.reminders.iter().any(|reminder| reminder.template == template && of_reminder(reminder))
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
        line_in_table(&self.text, "[[branch]]", index, "when")
    }

    /// The line on which a key of a signer stands.
    pub fn line_of_signer(&self, index: usize, key: &str) -> usize {
        line_in_table(&self.text, "[[signer]]", index, key)
    }

    /// The line on which a key of a reminder stands.
    pub fn line_of_reminder(&self, index: usize, key: &str) -> usize {
        line_of_reminder(&self.text, index, key)
    }
}

/// The line on which a key of a reminder stands in a text.
pub(super) fn line_of_reminder(text: &str, index: usize, key: &str) -> usize {
    line_in_table(text, "[[reminder]]", index, key)
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
pub(super) fn nth_line_of(text: &str, start: &str, n: usize) -> usize {
    let lines = text.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with(start));
    lines.map(|(index, _)| index + 1).nth(n).unwrap_or(1)
}

/// The line on which a key stands below the `n`th header of a table; the header's own when it is not there.
fn line_in_table(text: &str, header: &str, n: usize, key: &str) -> usize {
    let start = nth_line_of(text, header, n);
    let inside = text.lines().skip(start).take_while(|line| !line.trim_start().starts_with('['));
    let is_key =
        |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
    inside.enumerate().find(|(_, line)| is_key(line)).map_or(start, |(index, _)| start + index + 1)
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
