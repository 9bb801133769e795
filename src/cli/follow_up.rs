//! `follow-up NAME NEW`: next year's campaign from last year's response.

use super::context::Context;
use super::done::Done;
use crate::app::follow_up;
use crate::domain::Channel;
use crate::error::Result;
use crate::text;

/// Write next year's campaign: a branch and a letter for each response, ready to edit.
#[derive(Debug, clap::Args)]
pub(super) struct FollowUpArguments {
    /// Last year's campaign.
    #[arg(value_name = "NAME")]
    old: String,
    /// The new campaign's name.
    #[arg(value_name = "NEW")]
    new: String,
}

pub(super) fn run(arguments: &FollowUpArguments, context: &Context) -> Result<Done> {
    let draft = follow_up::follow_up(&context.shop()?, &arguments.old, &arguments.new)?;
    let branches: Vec<String> =
        draft.branches.iter().map(|b| format!("{} {}", text::thousands(b.count), b.name)).collect();
    let mut text = format!(
        "Wrote {} with {}: {}.\n",
        draft.file,
        text::count(draft.branches.len(), "branch"),
        text::list(&branches)
    );
    for template in &draft.templates {
        text.push_str(&format!("Wrote {template}.\n"));
    }
    if draft.undeliverable > 0 {
        text.push_str(&format!("{} came back and will be left out.\n", Channel::Letter.count(draft.undeliverable)));
    }
    text.push_str(&format!("\nNext: edit them, then regulars plan {}\n", arguments.new));
    Ok(Done::new(text, &draft))
}
