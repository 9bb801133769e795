//! Next year's campaign from last year's response: a file with a branch for each response, and its letters, ready to
//! edit.

mod draft;
mod letters;
mod question;

use serde::Serialize;

use self::question::NextQuestion;
use crate::campaign::{self, Recipient};
use crate::clock;
use crate::domain::Response;
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
    /// The campaign it follows.
    pub(crate) follows: String,
    /// The campaign file, relative to the shop folder.
    pub(crate) file: String,
    /// The templates, relative to the shop folder.
    pub(crate) templates: Vec<String>,
    /// The branches, with how many responded like this.
    pub(crate) branches: Vec<NewBranch>,
    /// Recipients whose mail came back; they are left out.
    pub(crate) undeliverable: usize,
    /// Their references.
    pub(crate) undeliverable_refs: Vec<String>,
    /// Settings of the old file that are not in the new one: parts of `where`, the limit, the control group.
    pub(crate) not_carried: Vec<String>,
    /// Recipients of last year who no longer match what was copied into `where`.
    pub(crate) gone: Vec<String>,
    /// Recipients of the campaign before that who were not in the followed one, and so are not selected either.
    pub(crate) passed_over: Vec<String>,
}

/// Writes campaigns/`new`.toml and a template for each response that occurred.
///
/// # Errors
/// When `old` was not planned, none of its recipients can be reached, or a file of these names already exists.
pub(crate) fn follow_up(read: &Read<'_>, shop: &Shop, old: &str, new: &str) -> Result<FollowUp> {
    let planned = campaign::need(read, old)?;
    campaign::check_slug(new)?;
    let sources = campaign::kept_files(read, &planned)?;
    let file = sources.campaign(old)?;
    let recipients = campaign::recipients(read, planned.id)?;
    let responses: Vec<Response> = recipients.iter().map(Recipient::response).collect();
    let branches = draft::branches(&responses);
    if branches.is_empty() {
        return Err(Error::new(format!("no recipient of {} can be reached again", text::quote(old)))
            .hint("all their mail came back: correct the addresses first"));
    }
    let as_of = clock::months_after(planned.as_of, 12);
    let question = NextQuestion::of(read, shop, &file, as_of, &recipients)?;
    let own = file.first_templates();
    let mut templates =
        sources.templates()?.into_iter().filter(|template| own.iter().any(|name| name.value == template.file));
    let head = templates.next().map(|template| template.head_text).unwrap_or_default();
    let came_back = recipients.iter().filter(|one| one.response() == Response::Undeliverable);
    let undeliverable_refs: Vec<String> = came_back.map(|one| one.reference.clone()).collect();
    let next = draft::NextCampaign { old: &file, slug: new, as_of, question: &question, branches: &branches };
    let mut drafts = vec![(format!("campaigns/{new}.toml"), next.text(&undeliverable_refs))];
    for branch in &branches {
        let path = format!("letter-templates/{}", draft::template_name(new, branch));
        drafts.push((path, letters::for_response(branch.response).template(&head)));
    }
    for number in 1..=file.reminders.len() {
        let path = format!("letter-templates/{}", draft::reminder_name(new, number));
        drafts.push((path, letters::REMINDER.template(&head)));
    }
    // The campaign file is written last: without it, templates with exactly this text are from an interrupted run.
    for (path, text) in &drafts {
        let there = shop.folder.join(path);
        let is_left = *path != drafts[0].0 && std::fs::read(&there).is_ok_and(|bytes| bytes == text.as_bytes());
        if there.exists() && !is_left {
            return Err(Error::new(format!("{} already exists", text::quote(path)))
                .hint("choose another name for the new campaign, or move that file"));
        }
    }
    for (path, text) in drafts.iter().rev() {
        files::write_whole(&shop.folder.join(path), text.as_bytes())?;
    }
    let mut paths = drafts.into_iter().map(|(path, _)| path);
    Ok(FollowUp {
        campaign: new.to_owned(),
        follows: old.to_owned(),
        file: paths.next().unwrap_or_default(),
        templates: paths.collect(),
        not_carried: next.not_carried(),
        branches,
        undeliverable: undeliverable_refs.len(),
        undeliverable_refs,
        gone: question.gone,
        passed_over: question.passed_over,
    })
}
