//! `customer different REF OTHER`: two people, whatever they share.

use serde_json::json;

use super::one_line::who;
use crate::app;
use crate::app::duplicates::TwoPeople;
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::error::Result;

/// Record that two cards are two people, so that `duplicates` no longer shows them.
#[derive(Debug, clap::Args)]
pub(super) struct DifferentArguments {
    /// The reference of one card.
    #[arg(value_name = "REF")]
    reference: String,
    /// The reference of the other card.
    #[arg(value_name = "OTHER")]
    other: String,
    /// Withdraw that.
    #[arg(long)]
    undo: bool,
}

pub(super) fn run(arguments: &DifferentArguments, context: &Context) -> Result<Done> {
    let (shop, apart) = (context.shop()?, !arguments.undo);
    let TwoPeople { one, other, is_new } =
        app::duplicates::different(&shop, &arguments.reference, &arguments.other, apart, context.clock.today())?;
    let text = match (arguments.undo, is_new) {
        (false, true) => format!("{} and {} are two people.", who(&one), who(&other)),
        (false, false) => format!("{} and {} were already recorded as two people.", who(&one), who(&other)),
        (true, true) => format!("{} and {} may be one person again.", who(&one), who(&other)),
        (true, false) => format!("There is no record that {} and {} are two people.", who(&one), who(&other)),
    };
    let object = json!({ "ref": one.reference, "other_ref": other.reference, "different": !arguments.undo });
    Ok(Done::new(text, &object))
}
