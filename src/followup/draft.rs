//! The new campaign file: a branch for each response that occurred, the old file's dates a year on.

use chrono::NaiveDate;
use serde::Serialize;

use crate::campaign::CampaignFile;
use crate::clock;
use crate::domain::Response;
use crate::text;

/// A branch of the new campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NewBranch {
    pub(crate) name: String,
    /// The response it is for.
    pub(crate) response: Response,
    /// How many answered so.
    pub(crate) count: usize,
}

/// The branches that a response can have: response, branch name.
const BRANCHES: [(Response, &str); 2] = [(Response::Redeemed, "came"), (Response::NotRedeemed, "missed")];

/// A branch for each response that occurred and can be written to again.
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

/// The campaign file, with the old one's dates a year on.
pub(super) fn campaign_text(file: &CampaignFile, as_of: NaiveDate, new: &str, branches: &[NewBranch]) -> String {
    let year_on = |day: NaiveDate| clock::months_after(day, 12);
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let mut text = String::new();
    let mut line = |words: &str| {
        text.push_str(words);
        text.push('\n');
    };
    line(&format!(
        "# Follows {}: one letter to those who came, another to those who did not. Edit it freely.",
        file.name
    ));
    line(&format!("name    = {}", quoted(&format!("After {}", file.name))));
    line(&format!(
        "as_of   = {}            # the day the query is judged on, and the date of the letters",
        year_on(as_of)
    ));
    line(&format!("channel = {}", quoted(file.channel.as_str())));
    line(&format!("follows = {}", quoted(&file.slug)));
    line("");
    line("[segment]");
    line(&format!("where   = {}", quoted(&format!("invited('{}')", file.slug))));
    if let Some(order) = &file.order_by {
        line(&format!("order_by = {}", quoted(order)));
    }
    line(&format!("one_per = {}", quoted(file.one_per.as_str())));
    if !file.exclude.is_empty() {
        line(&format!("exclude = {}", toml::Value::from(file.exclude.value.clone())));
    }
    if let Some(gift) = &file.gift {
        line("");
        line("[gift]                          # last year's; say what it is this year");
        line(&format!("name        = {}", quoted(&gift.name)));
        line(&format!("unit_cost   = \"{}\"", file.currency.plain(gift.unit_cost)));
        if let Some(until) = gift.claim_until {
            line(&format!("claim_until = {}", year_on(until.value)));
        }
    }
    line("");
    line("[letter]");
    line(&format!("postage = \"{}\"", file.currency.plain(file.postage)));
    for branch in branches {
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
    text
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
        let as_of = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap_or_default();
        campaign_text(&old(text), as_of, "next", &branches(responses))
    }

    type Case<'c> = (&'c [Response], &'c [(&'c str, usize)]);

    #[test]
    fn there_is_a_branch_for_each_response_that_occurred() {
        use Response::{HeldOut, NotInvited, NotRedeemed, Redeemed, Undeliverable};
        let cases: [Case<'_>; 5] = [
            (&[], &[]),
            (&[Redeemed], &[("came", 1)]),
            (&[NotRedeemed, NotRedeemed], &[("missed", 2)]),
            (&[NotRedeemed, Redeemed, Redeemed], &[("came", 2), ("missed", 1)]),
            (&[Undeliverable, HeldOut, NotInvited], &[]),
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
            "where   = \"invited('spring')\"",
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
        for gone in ["limit", "hold_out", "include", "stock"] {
            assert!(!text.contains(gone), "{gone}\n{text}");
        }
        let read = old(&text);
        assert_eq!((read.slug.as_str(), read.branches.len(), read.signers.len()), ("spring", 2, 1));
    }

    #[test]
    fn what_the_old_campaign_had_not_is_not_there() {
        let bare =
            "name = \"Bare\"\n[segment]\nwhere = \"true\"\none_per = \"customer\"\n[letter]\ntemplate = \"a.md\"\n";
        let text = followed(bare, &[Response::Redeemed]);
        for gone in ["[gift]", "order_by", "exclude", "signer", Response::NotRedeemed.as_str()] {
            assert!(!text.contains(gone), "{gone}\n{text}");
        }
        assert!(text.contains("# 1 customer\n"), "{text}");
    }
}
