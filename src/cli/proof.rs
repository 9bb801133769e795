//! `proof NAME`: what to check before printing and sending.

use serde_json::json;

use super::context::Context;
use super::done::Done;
use super::output::confirms;
use super::progress::watched;
use crate::app::{self, proof::ProofOutcome};
use crate::domain::CampaignState;
use crate::error::{Error, Result};
use crate::proof::{self, Proof};
use crate::text;

/// Show everything worth a look before a campaign is printed, most serious first.
///
/// out/NAME/proof.pdf shows the shortest letter, the longest and five at random.
#[derive(Debug, clap::Args)]
pub(super) struct ProofArguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// Change names in capitals in the book as proposed; asks first.
    #[arg(long)]
    mend_names: bool,
    /// Do not ask.
    #[arg(long, requires = "mend_names")]
    yes: bool,
}

pub(super) fn run(arguments: &ProofArguments, context: &Context) -> Result<Done> {
    let (shop, slug) = (context.shop()?, &arguments.campaign);
    let ProofOutcome { proof, file, warnings } = watched(context, |progress| app::proof::proof(&shop, slug, progress))?;
    if arguments.mend_names {
        ask(&proof, arguments.yes)?;
        let fixed = app::proof::fix_names(&shop, &proof, context.clock.today())?;
        let mut text = format!("Changed {} in the book.\n", text::count(fixed, "name"));
        if fixed > 0 && proof.state == CampaignState::Planned {
            text.push_str(&format!("\nNext: regulars plan {slug} --again, which puts them into the letters\n"));
        }
        return Ok(Done::new(text, &json!({ "campaign": slug, "mended": fixed })));
    }
    let pdf = shop.shown(&file);
    let mut object = serde_json::to_value(&proof).unwrap_or_default();
    object["file"] = json!((!proof.shown.is_empty()).then_some(&pdf));
    let done = Done::new(proof::text(&proof, &pdf), &object).warn(warnings);
    Ok(if proof.stopped > 0 { done.exit(1) } else { done })
}

/// Shows what would change and asks; without a terminal no one can answer.
fn ask(proof: &Proof, yes: bool) -> Result<()> {
    let repairs: Vec<String> = proof
        .problems
        .iter()
        .filter_map(|problem| Some(format!("  {} → {}\n", problem.name, problem.repair.as_ref()?.name)))
        .collect();
    if repairs.is_empty() || yes {
        return Ok(());
    }
    let refused = Error::new("no name was changed: it was not confirmed").hint("check them, then use `--yes`");
    let names = text::count(repairs.len(), "name");
    let question = format!("{}Change {names} in the book like this? Type yes: ", repairs.concat());
    if confirms(&question, |answer| answer.eq_ignore_ascii_case("yes")) { Ok(()) } else { Err(refused) }
}
