//! Next year's campaign from last year's response: a file with a branch for each, and its letters, ready to edit.

mod letters;

use chrono::NaiveDate;
use serde::Serialize;

use crate::campaign::{self, CampaignFile, Planned};
use crate::clock;
use crate::domain::{Arm, OnePer};
use crate::error::{Error, Result};
use crate::shop::{self, Shop};
use crate::store::Read;
use crate::text;

/// What was written, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FollowUp {
    /// The new campaign.
    pub(crate) campaign: String,
    /// The one it follows.
    pub(crate) follows: String,
    /// The campaign file, from the shop folder.
    pub(crate) file: String,
    /// The templates, from the shop folder.
    pub(crate) templates: Vec<String>,
    /// The branches, with how many answered so.
    pub(crate) branches: Vec<NewBranch>,
    /// Whose mail came back; they are left out.
    pub(crate) undeliverable: usize,
}

/// A branch of the new campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NewBranch {
    /// Its name.
    pub(crate) name: String,
    /// The response it is for.
    pub(crate) response: String,
    /// How many answered so.
    pub(crate) count: usize,
}

/// The branches that a response can have: response, branch name.
const BRANCHES: [(&str, &str); 2] = [("redeemed", "came"), ("not_redeemed", "missed")];

/// Writes campaigns/`new`.toml and a template for each response that occurred.
///
/// # Errors
/// When `old` was not planned, nobody of it was written to, or a file of these names is there already.
pub(crate) fn follow_up(read: &Read<'_>, shop: &Shop, old: &str, new: &str) -> Result<FollowUp> {
    let planned = campaign::need(read, old)?;
    campaign::check_slug(new)?;
    let sources = campaign::kept_files(read, &planned)?;
    let file = sources.campaign(old)?;
    let recipients = campaign::recipients(read, planned.id)?;
    let count = |response: &str| recipients.iter().filter(|r| r.arm == Arm::Mailed && r.response() == response).count();
    let branches: Vec<NewBranch> = BRANCHES
        .iter()
        .map(|(response, name)| NewBranch {
            name: (*name).to_owned(),
            response: (*response).to_owned(),
            count: count(response),
        })
        .filter(|branch| branch.count > 0)
        .collect();
    if branches.is_empty() {
        return Err(Error::new(format!("nobody of {} can be written to again", text::quote(old)))
            .hint("all their mail came back: correct the addresses first"));
    }
    let own = file.first_templates();
    let mut templates = sources.templates()?.into_iter().filter(|template| own.contains(&template.file.as_str()));
    let head = templates.next().map(|template| template.head_text).unwrap_or_default();
    let mut written = vec![(format!("campaigns/{new}.toml"), campaign_text(&planned, &file, new, &branches))];
    for branch in &branches {
        written
            .push((format!("letter-templates/{}", template_name(new, branch)), letters::text(&head, &branch.response)));
    }
    for (path, _) in &written {
        if shop.folder.join(path).exists() {
            return Err(Error::new(format!("{} is there already", text::quote(path)))
                .hint("choose another name for the new campaign, or move that file away"));
        }
    }
    for (path, text) in &written {
        shop::write_whole(&shop.folder.join(path), text.as_bytes())?;
    }
    let mut paths = written.into_iter().map(|(path, _)| path);
    Ok(FollowUp {
        campaign: new.to_owned(),
        follows: old.to_owned(),
        file: paths.next().unwrap_or_default(),
        templates: paths.collect(),
        branches,
        undeliverable: count("undeliverable"),
    })
}

fn template_name(new: &str, branch: &NewBranch) -> String {
    format!("{new}-{}.md", branch.name)
}

/// The campaign file, with the old one's dates a year on.
fn campaign_text(planned: &Planned, file: &CampaignFile, new: &str, branches: &[NewBranch]) -> String {
    let year_on = |day: NaiveDate| clock::months_after(day, 12);
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let mut text = String::new();
    let mut line = |words: &str| {
        text.push_str(words);
        text.push('\n');
    };
    line(&format!(
        "# Follows {}: one letter to those who came, another to those who did not. Edit it freely.",
        planned.name
    ));
    line(&format!("name    = {}", quoted(&format!("After {}", planned.name))));
    line(&format!(
        "as_of   = {}            # the day the query is judged on, and the date of the letters",
        year_on(planned.as_of)
    ));
    line(&format!("channel = {}", quoted(file.channel.as_str())));
    line(&format!("follows = {}", quoted(&planned.slug)));
    line("");
    line("[segment]");
    line(&format!("where   = {}", quoted(&format!("invited('{}')", planned.slug))));
    if let Some(order) = &file.order_by {
        line(&format!("order_by = {}", quoted(order)));
    }
    line(&format!("one_per = {}", quoted(file.one_per.as_str())));
    if !file.exclude.is_empty() {
        line(&format!("exclude = {}", toml::Value::from(file.exclude.clone())));
    }
    if let Some(gift) = &file.gift {
        line("");
        line("[gift]                          # last year's; say what it is this year");
        line(&format!("name        = {}", quoted(&gift.name)));
        line(&format!("unit_cost   = \"{}\"", file.currency.plain(gift.unit_cost)));
        if let Some(until) = gift.claim_until {
            line(&format!("claim_until = {}", year_on(until)));
        }
    }
    line("");
    line("[letter]");
    line(&format!("postage = \"{}\"", file.currency.plain(file.postage)));
    for branch in branches {
        line("");
        line(&format!(
            "[[branch]]                      # {}",
            text::count(branch.count, if file.one_per == OnePer::Household { "household" } else { "customer" })
        ));
        line(&format!("name     = {}", quoted(&branch.name)));
        line(&format!("when     = {}", quoted(&branch.response)));
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
