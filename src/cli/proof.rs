//! `proof NAME`: what to look at before it goes.

use std::io::{BufRead, IsTerminal};

use serde_json::json;

use super::done::Done;
use super::{Context, pieces, progress, to_stderr};
use crate::campaign;
use crate::domain::CampaignState;
use crate::error::{Error, Result};
use crate::piece::FrozenCampaign;
use crate::proof::{self, Proof};
use crate::text;

/// Everything worth a look before a campaign is printed, the gravest first; proof.pdf shows the shortest letter, the
/// longest and five drawn by lot.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// Change the names in capitals in the book as proposed; asks first.
    #[arg(long)]
    mend_names: bool,
    /// Do not ask.
    #[arg(long, requires = "mend_names")]
    yes: bool,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let mut store = shop.store()?;
    let (slug, today) = (&arguments.campaign, context.clock.today());
    let on = FrozenCampaign::take(&store.read(), &shop, slug)?;
    let total = campaign::recipients(&store.read(), on.planned.id)?.len();
    let bar = progress(context, total, "Reading letters");
    let proof = proof::proof(&store.read(), &shop, &on, &|done| bar.set_position(done as u64))?;
    bar.finish_and_clear();
    if arguments.mend_names {
        ask(&proof, arguments.yes)?;
        let mended = store.write(|write| proof::mend_names(write, &proof, today))?;
        let mut text = format!("Changed {} in the book.\n", text::count(mended, "name"));
        if mended > 0 && on.planned.state == CampaignState::Planned {
            text.push_str(&format!("\nNext: regulars plan {slug} --again, which takes them into the letters\n"));
        }
        return Ok(Done::new(text, &json!({ "campaign": slug, "mended": mended })));
    }
    let pdf = pieces::shown(context, &shop.out(slug).join("proof.pdf"));
    let mut object = serde_json::to_value(&proof).unwrap_or_default();
    if let Some(object) = object.as_object_mut() {
        object.insert("file".into(), (!proof.shown.is_empty()).then_some(&pdf).map_or(json!(null), |pdf| json!(pdf)));
    }
    let differences = campaign::differences(&store.read(), &shop, &on.planned)?;
    let done = Done::new(proof::text(&proof, &pdf), &object).warn(differences);
    Ok(if proof.stopped > 0 { done.exit(1) } else { done })
}

/// Shows what would change and asks; elsewhere than on a terminal nobody can answer.
fn ask(proof: &Proof, yes: bool) -> Result<()> {
    let repairs: Vec<String> = proof
        .problems
        .iter()
        .filter_map(|problem| Some(format!("  {} → {}\n", problem.name, problem.repair.as_ref()?.name)))
        .collect();
    if repairs.is_empty() || yes {
        return Ok(());
    }
    let refused = Error::new("no name was changed: nobody confirmed it").hint("look at them, then say `--yes`");
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(refused);
    }
    let names = text::count(repairs.len(), "name");
    to_stderr(&format!("{}Change {names} in the book like this? Type yes: ", repairs.concat()));
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && answer.trim().eq_ignore_ascii_case("yes") { Ok(()) } else { Err(refused) }
}
