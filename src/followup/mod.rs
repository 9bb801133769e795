//! Next year's campaign from last year's response: a file with a branch for each, and its letters, ready to edit.

mod draft;
mod letters;

use serde::Serialize;

use crate::campaign::{self, Recipient};
use crate::domain::{Arm, Response};
use crate::error::{Error, Result};
use crate::files;
use crate::shop::Shop;
use crate::store::Read;
use crate::text;

pub(crate) use draft::NewBranch;

/// What was written, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FollowUp {
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
    let mailed = recipients.iter().filter(|r| r.arm == Arm::Mailed);
    let responses: Vec<Response> = mailed.map(Recipient::response).collect();
    let branches = draft::branches(&responses);
    if branches.is_empty() {
        return Err(Error::new(format!("nobody of {} can be written to again", text::quote(old)))
            .hint("all their mail came back: correct the addresses first"));
    }
    let own = file.first_templates();
    let mut templates =
        sources.templates()?.into_iter().filter(|template| own.iter().any(|name| name.value == template.file));
    let head = templates.next().map(|template| template.head_text).unwrap_or_default();
    let mut drafts =
        vec![(format!("campaigns/{new}.toml"), draft::campaign_text(&file, planned.as_of, new, &branches))];
    for branch in &branches {
        let path = format!("letter-templates/{}", draft::template_name(new, branch));
        drafts.push((path, letters::text(&head, branch.response)));
    }
    for (path, _) in &drafts {
        if shop.folder.join(path).exists() {
            return Err(Error::new(format!("{} is there already", text::quote(path)))
                .hint("choose another name for the new campaign, or move that file away"));
        }
    }
    for (path, text) in &drafts {
        files::write_whole(&shop.folder.join(path), text.as_bytes())?;
    }
    let mut paths = drafts.into_iter().map(|(path, _)| path);
    Ok(FollowUp {
        campaign: new.to_owned(),
        follows: old.to_owned(),
        file: paths.next().unwrap_or_default(),
        templates: paths.collect(),
        branches,
        undeliverable: responses.iter().filter(|response| **response == Response::Undeliverable).count(),
    })
}
