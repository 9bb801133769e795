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
    let written = follow_up::follow_up(&context.shop()?, &arguments.old, &arguments.new)?;
    let branches: Vec<String> =
        written.branches.iter().map(|b| format!("{} {}", text::thousands(b.count), b.name)).collect();
    let mut text = format!(
        "Wrote {} with {}: {}.\n",
        written.file,
        text::count(written.branches.len(), "branch"),
        text::list(&branches)
    );
    for template in &written.templates {
        text.push_str(&format!("Wrote {template}.\n"));
    }
    if written.undeliverable > 0 {
        text.push_str(&format!("{} came back and will be left out.\n", Channel::Letter.count(written.undeliverable)));
    }
    text.push_str(&format!("\nNext: edit them, then regulars plan {}\n", arguments.new));
    Ok(Done::new(text, &written))
}
