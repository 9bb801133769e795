//! The new campaign file: a branch for each response that occurred, and the old file's dates one year later.

use chrono::NaiveDate;
use serde::Serialize;

use super::question::NextQuestion;
use crate::campaign::CampaignFile;
use crate::clock;
use crate::domain::Response;
use crate::text;

/// A branch of the new campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NewBranch {
    pub(crate) name: String,
    pub(crate) response: Response,
    /// How many responded like this.
    pub(crate) count: usize,
}

/// The branch name for each response.
const BRANCHES: [(Response, &str); 3] =
    [(Response::Redeemed, "came"), (Response::NotRedeemed, "missed"), (Response::HeldOut, Response::HeldOut.as_str())];

/// A branch for each response that occurred and can be reached.
pub(super) fn branches(responses: &[Response]) -> Vec<NewBranch> {
    let branch = |(response, name): &(Response, &str)| NewBranch {
        name: (*name).to_owned(),
        response: *response,
        count: responses.iter().filter(|one| *one == response).count(),
    };
    BRANCHES.iter().map(branch).filter(|branch| branch.count > 0).collect()
}

pub(super) fn template_name(new: &str, branch: &NewBranch) -> String {
    format!("{new}-{}.md", branch.name)
}

pub(super) fn reminder_name(new: &str, number: usize) -> String {
    format!("{new}-reminder-{number}.md")
}

/// The input of the new campaign file.
pub(super) struct NextCampaign<'c> {
    pub(super) old: &'c CampaignFile,
    pub(super) slug: &'c str,
    pub(super) as_of: NaiveDate,
    pub(super) question: &'c NextQuestion,
    pub(super) branches: &'c [NewBranch],
}

/// A text as a TOML string.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// A text in one line, for a comment.
fn one_line(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ")
}

impl NextCampaign<'_> {
    /// A key of the old `[segment]` as in its file.
    fn old_key(&self, key: &str) -> Option<String> {
        let old: toml::Table = self.old.text.parse().ok()?;
        old.get("segment")?.get(key).map(ToString::to_string)
    }

    /// Settings of the old file that are not in the new one.
    pub(super) fn not_carried(&self) -> Vec<String> {
        let conditions = self.question.not_carried.iter().map(|term| text::quote(term));
        let keys = [("limit", self.old_key("limit")), ("hold_out", self.old_key("hold_out"))];
        let keys = keys.into_iter().filter_map(|(key, value)| Some(format!("`{key} = {}`", value?)));
        conditions.chain(keys).collect()
    }

    /// `After Spring tea`, and a year later `After Spring tea, 2027`.
    fn name(&self) -> String {
        match self.old.name.strip_prefix("After ") {
            Some(first) => {
                let first =
                    first.rsplit_once(", ").filter(|(_, year)| year.parse::<u16>().is_ok()).map_or(first, |(n, _)| n);
                format!("After {first}, {}", self.as_of.format("%Y"))
            }
            None => format!("After {}", self.old.name),
        }
    }

    /// The last day one year later: not before the last reminder, and February 29 becomes the end of the month.
    fn claim_until(&self) -> Option<NaiveDate> {
        let until = clock::months_after(self.old.gift.as_ref()?.claim_until.as_ref()?.value, 12);
        let last_reminder = self.old.reminders.iter().map(|reminder| reminder.due(self.as_of)).max();
        Some(last_reminder.map_or(until, |day| day.max(until)).max(self.as_of))
    }

    /// The campaign file, with the old one's dates one year later.
    pub(super) fn text(&self, undeliverable: &[String]) -> String {
        let Self { old: file, slug: new, question, .. } = self;
        let mut text = String::new();
        let mut line = |words: &str| {
            text.push_str(words);
            text.push('\n');
        };
        let has_held_out = self.branches.iter().any(|branch| branch.response == Response::HeldOut);
        let first = if has_held_out { ", a first one to the control group (hold-out)" } else { "" };
        line(&format!(
            "# Follows {}: one letter to those who came, another to those who did not{first}. Edit it freely.",
            one_line(&file.name)
        ));
        if !undeliverable.is_empty() {
            let (pieces, some) = (text::count(undeliverable.len(), "piece"), text::first_few(undeliverable, 5));
            line(&format!("# {pieces} of last year came back: {}. These customers are left out,", one_line(&some)));
            line(&format!("# with that reason, unless a branch asks for `{}`.", Response::Undeliverable));
        }
        line(&format!("name    = {}", quoted(&self.name())));
        let as_of = self.as_of;
        line(&format!("as_of   = {as_of}            # the day the query is judged on, and the date of the letters"));
        line(&format!("channel = {}", quoted(file.channel.as_str())));
        line(&format!("follows = {}", quoted(&file.slug)));
        line("");
        line("[segment]");
        line(
            "# Everyone of last year and of its control group (hold-out), and the conditions of last year that still apply.",
        );
        line(&format!("where   = {}", quoted(&question.condition)));
        for term in &question.not_carried {
            line(&format!("# Not carried over, as a year has passed: {}", one_line(term)));
        }
        if let Some(order) = &question.order_by {
            line(&format!("order_by = {}", quoted(order)));
        }
        if let Some(limit) = self.old_key("limit") {
            line(&format!("# limit = {limit}            # last year's; without it no one of last year is left out"));
        }
        line(&format!("one_per = {}", quoted(file.one_per.as_str())));
        if let Some(share) = self.old_key("hold_out") {
            line(&format!("# hold_out = {share}            # last year's control group, drawn at random"));
        }
        if let Some(span) = &file.unless_mailed_within {
            line(&format!("unless_mailed_within = {}", quoted(&span.value.text)));
        }
        if !question.include.is_empty() {
            let include = toml::Value::from(question.include.clone());
            line(&format!("include = {include}            # by hand, as last year"));
        }
        if !question.exclude.is_empty() {
            line(&format!("exclude = {}", toml::Value::from(question.exclude.clone())));
        }
        if let Some(gift) = &file.gift {
            line("");
            line("[gift]                          # last year's; say what it is this year");
            line(&format!("name        = {}", quoted(&gift.name)));
            line(&format!("unit_cost   = \"{}\"", file.currency.plain(gift.unit_cost)));
            if let Some(stock) = gift.stock {
                line(&format!("stock       = {stock}               # last year's; say how many there are"));
            }
            if let Some(until) = self.claim_until() {
                line(&format!("claim_until = {until}"));
            }
        }
        line("");
        line("[letter]");
        line(&format!("postage = \"{}\"", file.currency.plain(file.postage)));
        for branch in self.branches {
            line("");
            line(&format!("[[branch]]                      # {}", text::count(branch.count, file.one_per.as_str())));
            line(&format!("name     = {}", quoted(&branch.name)));
            line(&format!("when     = {}", quoted(branch.response.as_str())));
            line(&format!("template = {}", quoted(&template_name(new, branch))));
        }
        for signer in &file.signers {
            line("");
            line("[[signer]]");
            line(&format!("name      = {}", quoted(&signer.name)));
            line(&format!("when      = {}", quoted(&signer.when)));
            if let Some(image) = &signer.signature {
                line(&format!("signature = {}", quoted(image)));
            }
        }
        for (number, reminder) in (1..).zip(&file.reminders) {
            line("");
            line("[[reminder]]                    # as last year, with a letter of its own");
            line(&format!("after    = {}", quoted(&reminder.after)));
            line(&format!("template = {}", quoted(&reminder_name(new, number))));
            if let Some(channel) = reminder.channel {
                line(&format!("channel  = {}", quoted(channel.as_str())));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    const OLD: &str = "name = \"Spring \\\"tea\\\"\"\nas_of = 2024-02-29\nchannel = \"letter-else-email\"\n\n[segment]\n\
        where = \"spend_12m >= 50\"\norder_by = \"spend_12m DESC\"\nlimit = 100\none_per = \"household\"\nhold_out = \"10%\"\n\
        include = [\"C-1\"]\nexclude = [\"C-2\"]\n\n[gift]\nname = \"a tin\"\nunit_cost = \"2.50\"\nstock = 9\n\
        claim_until = 2024-06-30\n\n[letter]\ntemplate = \"spring.md\"\npostage = \"0.68\"\n\n\
        [[signer]]\nname = \"Tom\"\nwhen = \"has_tag('suits')\"\nsignature = \"tom.png\"\n";

    fn old(text: &str) -> CampaignFile {
        CampaignFile::read("spring", text, Currency::of("USD").expect("known")).expect("a campaign file")
    }

    fn followed(text: &str, responses: &[Response]) -> String {
        let as_of = NaiveDate::from_ymd_opt(2025, 2, 28).unwrap_or_default();
        let question = NextQuestion {
            condition: "invited('spring') AND TRUE".to_owned(),
            not_carried: vec!["spend_12m >= 50".to_owned()],
            exclude: vec!["C-2".to_owned()],
            order_by: Some("spend_12m DESC".to_owned()),
            ..NextQuestion::default()
        };
        let (old, branches) = (old(text), branches(responses));
        let next = NextCampaign { old: &old, slug: "next", as_of, question: &question, branches: &branches };
        next.text(&["C-7".to_owned()])
    }

    type Case<'c> = (&'c [Response], &'c [(&'c str, usize)]);

    #[test]
    fn there_is_a_branch_for_each_response_that_occurred() {
        use Response::{HeldOut, NotInvited, NotRedeemed, Redeemed, Undeliverable};
        let cases: [Case<'_>; 6] = [
            (&[], &[]),
            (&[Redeemed], &[("came", 1)]),
            (&[NotRedeemed, NotRedeemed], &[("missed", 2)]),
            (&[NotRedeemed, Redeemed, Redeemed], &[("came", 2), ("missed", 1)]),
            (&[Undeliverable, NotInvited], &[]),
            (&[HeldOut, HeldOut, Undeliverable, NotRedeemed], &[("missed", 1), ("held_out", 2)]),
        ];
        for (responses, expected) in cases {
            let found = branches(responses);
            let found: Vec<(&str, usize)> = found.iter().map(|branch| (branch.name.as_str(), branch.count)).collect();
            assert_eq!(found, expected, "{responses:?}");
        }
    }

    #[test]
    fn days_are_a_year_on_and_what_stays_is_copied() {
        let text = followed(OLD, &[Response::Redeemed, Response::NotRedeemed]);
        for line in [
            "name    = 'After Spring \"tea\"'",
            "as_of   = 2025-02-28            # the day",
            "channel = \"letter-else-email\"",
            "follows = \"spring\"",
            "where   = \"invited('spring') AND TRUE\"",
            "# Not carried over, as a year has passed: spend_12m >= 50",
            "# limit = 100            # last year's",
            "# hold_out = \"10%\"            # last year's control group",
            "# 1 piece of last year came back: C-7. These customers",
            "stock       = 9 ",
            "order_by = \"spend_12m DESC\"",
            "one_per = \"household\"",
            "exclude = [\"C-2\"]",
            "name        = \"a tin\"",
            "unit_cost   = \"2.50\"",
            "claim_until = 2025-06-30",
            "postage = \"0.68\"",
            "[[branch]]                      # 1 household",
            "when     = \"redeemed\"\ntemplate = \"next-came.md\"",
            "when     = \"not_redeemed\"\ntemplate = \"next-missed.md\"",
            "[[signer]]\nname      = \"Tom\"\nwhen      = \"has_tag('suits')\"\nsignature = \"tom.png\"",
        ] {
            assert!(text.contains(&format!("\n{line}")), "{line} is not in\n{text}");
        }
        for gone in ["limit", "hold_out", "include"] {
            assert!(!text.contains(&format!("\n{gone}")), "{gone}\n{text}");
        }
        let read = old(&text);
        assert_eq!((read.slug.as_str(), read.branches.len(), read.signers.len()), ("spring", 2, 1));
    }

    #[test]
    fn what_the_old_campaign_had_not_is_not_there() {
        let bare =
            "name = \"Bare\"\n[segment]\nwhere = \"true\"\none_per = \"customer\"\n[letter]\ntemplate = \"a.md\"\n";
        let text = followed(bare, &[Response::Redeemed]);
        for gone in
            ["[gift]", "limit =", "hold_out =", "include", "signer", "[[reminder]]", Response::NotRedeemed.as_str()]
        {
            assert!(!text.contains(gone), "{gone}\n{text}");
        }
        assert!(text.contains("# 1 customer\n"), "{text}");
    }

    #[test]
    fn the_last_day_is_a_year_on_and_leaves_time_for_every_reminder() {
        let reminder = "[[reminder]]\nafter = \"122 days\"\ntemplate = \"still.md\"\nchannel = \"email\"\n";
        let text = followed(&format!("{OLD}{reminder}").replace("2024-06-30", "2024-06-29"), &[Response::Redeemed]);
        // From February 28 it is one day more than from the 29th.
        assert!(text.contains("\nclaim_until = 2025-06-30\n"), "{text}");
        let reminder = "\nafter    = \"122 days\"\ntemplate = \"next-reminder-1.md\"\nchannel  = \"email\"\n";
        assert!(text.contains(reminder), "{text}");
    }

    #[test]
    fn a_campaign_is_named_after_the_first() {
        for (name, next) in [
            ("Spring tea", "After Spring tea"),
            ("After Spring tea", "After Spring tea, 2025"),
            ("After Spring tea, 2024", "After Spring tea, 2025"),
            ("After Salt, pepper", "After Salt, pepper, 2025"),
        ] {
            let text = followed(&OLD.replace("Spring \\\"tea\\\"", name), &[Response::Redeemed]);
            assert!(text.contains(&format!("\nname    = \"{next}\"\n")), "{text}");
        }
    }
}
