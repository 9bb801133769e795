//! `follow-up NAME NEW`: next year's campaign from last year's response.

use super::context::Context;
use super::done::Done;
use crate::app::follow_up;
use crate::campaign::not_asked_any_more;
use crate::domain::{Channel, Response};
use crate::error::Result;
use crate::text;

/// Write next year's campaign: a branch and a letter for each response, ready to edit.
#[derive(Debug, clap::Args)]
pub(super) struct FollowUpArguments {
    /// Last year's campaign.
    #[arg(value_name = "NAME")]
    old: String,
    /// The name of the new campaign.
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
        let (letters, who) =
            (Channel::Letter.count(draft.undeliverable), text::first_few(&draft.undeliverable_refs, 5));
        text.push_str(&format!("{letters} came back and will be left out: {who}.\n"));
    }
    for branch in draft.branches.iter().filter(|branch| branch.response == Response::HeldOut) {
        let (who, was) = (text::thousands(branch.count), text::was(branch.count));
        let is = text::is(branch.count);
        text.push_str(&format!(
            "{who} who {was} in the control group (hold-out) {is} in the branch `{}`.\n",
            branch.name
        ));
    }
    if !draft.not_carried.is_empty() {
        let what = text::list(&draft.not_carried);
        text.push_str(&format!("Not carried over, but in the file as a comment: {what}.\n"));
    }
    text.push_str(&format!("\nNext: edit them, then regulars plan {}\n", arguments.new));
    let gone = not_asked_any_more(&draft.follows, &draft.gone);
    let passed_over = (!draft.passed_over.is_empty()).then(|| {
        let (who, are) = (text::count(draft.passed_over.len(), "customer"), text::first_few(&draft.passed_over, 5));
        let was = text::was(draft.passed_over.len());
        format!(
            "{who} of the campaign before {was} left out of `{}` and so of this one: {are}; add customers who can be reached again to `include`",
            draft.follows
        )
    });
    Ok(Done::new(text, &draft).warn(gone.into_iter().chain(passed_over)))
}
