//! `plan NAME`: freezes a campaign.

use std::collections::BTreeMap;

use super::context::Context;
use super::done::Done;
use crate::app::plan::{self, PlanMode, PlanOutcome};
use crate::campaign::{Summary, Why};
use crate::domain::Channel;
use crate::error::Result;
use crate::shop::Shop;
use crate::text;

/// Freeze a campaign: recipients, branches, codes, who was left out and why, and the cost.
#[derive(Debug, clap::Args)]
pub(super) struct PlanArguments {
    /// The campaign: campaigns/NAME.toml.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// Show what the plan would be, and store nothing.
    #[arg(long)]
    dry_run: bool,
    /// Plan it again and make the old codes void; only before anything is printed or sent.
    #[arg(long, conflicts_with = "dry_run")]
    again: bool,
}

pub(super) fn run(arguments: &PlanArguments, context: &Context) -> Result<Done> {
    let (shop, slug) = (context.shop()?, &arguments.campaign);
    let mode = match (arguments.dry_run, arguments.again) {
        (true, _) => PlanMode::Rehearse,
        (_, true) => PlanMode::Again,
        _ => PlanMode::Once,
    };
    let PlanOutcome { summary, differences } = plan::plan(&shop, slug, mode, context.clock.now())?;
    if let Some(warnings) = differences {
        let text = format!("Already planned, as of {}.\n{}", summary.as_of, figures(&summary, &shop));
        return Ok(Done::new(text, &Summary { warnings: warnings.clone(), ..summary }).warn(warnings));
    }
    let verb = if arguments.dry_run { "Would plan" } else { "Planned" };
    let mut text = format!("{verb} {}", pieces(&summary));
    if summary.held_out > 0 {
        text.push_str(&format!("; {} in the control group (hold-out)", text::thousands(summary.held_out)));
    }
    if let Some(left_out) = left_out(&summary) {
        text.push_str(&format!("; left out {left_out}"));
    }
    text.push_str(".\n");
    text.push_str(&figures(&summary, &shop));
    if !arguments.dry_run {
        let letters = summary.by_channel.get(&Channel::Letter).is_some_and(|n| *n > 0);
        let then = if letters { format!("print {slug}") } else { format!("send {slug} --to-folder DIR") };
        text.push_str(&format!("\nNext: regulars proof {slug}, then regulars {then}\n"));
    }
    Ok(Done::new(text, &summary).warn(summary.warnings.clone()))
}

/// `214 letters and 3 emails`.
fn pieces(summary: &Summary) -> String {
    pieces_by(&summary.by_channel)
}

fn pieces_by(channels: &BTreeMap<Channel, usize>) -> String {
    let count = |channel| channels.get(&channel).copied().unwrap_or(0);
    match (count(Channel::Letter), count(Channel::Email)) {
        (letters, 0) => Channel::Letter.count(letters),
        (0, emails) => Channel::Email.count(emails),
        (letters, emails) => text::list(&[Channel::Letter.count(letters), Channel::Email.count(emails)]),
    }
}

/// `11 customers (7 no address, 4 excluded)`.
fn left_out(summary: &Summary) -> Option<String> {
    let all: usize = summary.left_out.iter().map(|why| why.count).sum();
    let reasons: Vec<String> = summary.left_out.iter().map(Why::in_words).collect();
    (all > 0).then(|| format!("{} ({})", text::count(all, "customer"), reasons.join(", ")))
}

/// The plan in figures, one line each.
fn figures(summary: &Summary, shop: &Shop) -> String {
    let currency = shop.settings.currency;
    let mut lines =
        vec![("campaign", summary.name.clone()), ("judged on", summary.as_of.to_string()), ("pieces", pieces(summary))];
    if summary.held_out > 0 {
        lines.push(("control group", text::thousands(summary.held_out)));
    }
    for branch in &summary.by_branch {
        lines.push(("branch", format!("{}: {}", branch.name, text::thousands(branch.count))));
    }
    lines.extend(left_out(summary).map(|left_out| ("left out", left_out)));
    if summary.gift_cost_minor.0 > 0 {
        lines.push(("gifts if all come", currency.show(summary.gift_cost_minor)));
    }
    if summary.postage_minor.0 > 0 {
        lines.push(("postage", currency.show(summary.postage_minor)));
    }
    for reminder in &summary.reminders {
        let (days, from) = (text::count(usize::try_from(reminder.days).unwrap_or(0), "day"), reminder.from);
        let most = pieces_by(&reminder.by_channel);
        let one = format!("{}: {days} after the first piece, {from} at the earliest, {most} at most", reminder.wave);
        lines.push(("reminder", one));
    }
    lines.push(("fingerprint", summary.fingerprint.clone()));
    lines.iter().map(|(name, value)| format!("  {name:<18}{value}\n")).collect()
}
