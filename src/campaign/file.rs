//! A campaign file: campaigns/NAME.toml, read and checked.

use chrono::NaiveDate;

use super::reminders::Reminder;
use super::written;

use crate::domain::{Delivery, OnePer};
use crate::error::{Error, Result};
use crate::files;
use crate::money::{Currency, Money, Share};
use crate::shop::{Shop, line_of};
use crate::text;

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
    pub(crate) follows: Option<String>,
    /// The query.
    pub(crate) condition: String,
    /// How people are ranked.
    pub(crate) order_by: Option<String>,
    /// How many at most.
    pub(crate) limit: Option<Limit>,
    /// One letter a household, or one a customer.
    pub(crate) one_per: OnePer,
    /// The share that is held out by lot.
    pub(crate) hold_out: Option<Share>,
    /// References included by hand.
    pub(crate) include: Vec<String>,
    /// References excluded by hand.
    pub(crate) exclude: Vec<String>,
    /// What waits for them.
    pub(crate) gift: Option<Gift>,
    /// The template for everybody when there are no branches.
    pub(crate) template: Option<String>,
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
    pub(crate) claim_until: Option<NaiveDate>,
}

/// One branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Branch {
    /// What it is called.
    pub(crate) name: String,
    /// Whom it is for, in the segment language.
    pub(crate) when: String,
    /// Its letter.
    pub(crate) template: String,
}

/// Somebody who signs for a part of the recipients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signer {
    /// The name under the letter.
    pub(crate) name: String,
    /// Whose letters they sign, in the segment language.
    pub(crate) when: String,
    /// The image of their signature, beside the templates.
    pub(crate) signature: Option<String>,
}

impl CampaignFile {
    /// Reads campaigns/`slug`.toml of a shop.
    ///
    /// # Errors
    /// When there is no such file, or it has faults; all that can be told at once are.
    pub(crate) fn open(shop: &Shop, slug: &str) -> Result<Self> {
        check_slug(slug)?;
        let path = shop.campaigns().join(format!("{slug}.toml"));
        if !path.is_file() {
            let known = list(shop)?;
            let names: Vec<&str> = known.iter().map(String::as_str).collect();
            let hint = if names.is_empty() {
                "there is no campaign yet: write one into campaigns/".to_owned()
            } else {
                text::did_you_mean(slug, &names)
            };
            return Err(Error::new(format!("there is no campaign {}", text::quote(slug))).hint(hint));
        }
        let text = files::read_text(&path).map_err(|e| e.at(place(slug)))?;
        Self::read(slug, &text, shop.settings.currency).map_err(|e| e.at(place(slug)))
    }

    /// Reads the text of a campaign file. Places are lines.
    ///
    /// # Errors
    /// When it has faults.
    pub(crate) fn read(slug: &str, text: &str, currency: Currency) -> Result<Self> {
        written::read(slug, text, currency)
    }

    /// The templates of the campaign's own pieces; one may stand here twice.
    pub(crate) fn first_templates(&self) -> Vec<&str> {
        if self.branches.is_empty() {
            return self.template.as_deref().into_iter().collect();
        }
        self.branches.iter().map(|branch| branch.template.as_str()).collect()
    }

    /// Every template that the campaign uses, each once.
    pub(crate) fn templates(&self) -> Vec<&str> {
        let mut all = self.first_templates();
        all.extend(self.reminders.iter().map(|reminder| reminder.template.as_str()));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The template for a branch; for everybody when there are no branches.
    pub(crate) fn template_of(&self, branch: &str) -> &str {
        let branch = self.branches.iter().find(|known| known.name == branch);
        branch.map(|branch| branch.template.as_str()).or(self.template.as_deref()).unwrap_or_default()
    }

    /// The reminder of a wave; wave 0 is none.
    pub(crate) fn reminder(&self, wave: usize) -> Option<&Reminder> {
        self.reminders.get(wave.checked_sub(1)?)
    }

    /// Whether a template becomes emails.
    pub(crate) fn is_emailed(&self, template: &str) -> bool {
        let of_reminder = |reminder: &Reminder| match reminder.channel {
            Some(channel) => channel == "email",
            None => self.channel != Delivery::Letter,
        };
        (self.channel != Delivery::Letter && self.first_templates().contains(&template))
            || self.reminders.iter().any(|reminder| reminder.template == template && of_reminder(reminder))
    }

    /// The line on which a key stands.
    pub(crate) fn line_of(&self, key: &str) -> usize {
        line_of(&self.text, key)
    }

    /// The line on which a template is named.
    pub(crate) fn line_of_template(&self, name: &str) -> usize {
        self.text.lines().position(|line| line.contains("template") && line.contains(name)).map_or(1, |index| index + 1)
    }

    /// The line on which a branch's condition stands.
    pub(crate) fn line_of_branch(&self, index: usize) -> usize {
        line_in_table(&self.text, "[[branch]]", index, "when")
    }

    /// The line on which a key of a signer stands.
    pub(crate) fn line_of_signer(&self, index: usize, key: &str) -> usize {
        line_in_table(&self.text, "[[signer]]", index, key)
    }

    /// The line on which a key of a reminder stands.
    pub(crate) fn line_of_reminder(&self, index: usize, key: &str) -> usize {
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
pub(crate) fn check_slug(slug: &str) -> Result<()> {
    let plain = slug.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if slug.is_empty() || !plain || slug.starts_with('.') {
        return Err(Error::new(format!("{} is not the name of a campaign", text::quote(slug)))
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
pub(crate) fn list(shop: &Shop) -> Result<Vec<String>> {
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
        assert_eq!((file.channel, file.one_per, file.templates()), (Delivery::Letter, OnePer::Household, vec!["a.md"]));
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
