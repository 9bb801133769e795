//! `unredeem CODE`: undoes a redemption.

use serde_json::json;

use super::context::Context;
use super::done::Done;
use crate::app;
use crate::domain::EventKind;
use crate::error::Result;

/// Undo a redemption; it stays on record, with the reason.
#[derive(Debug, clap::Args)]
pub(super) struct UnredeemArguments {
    /// The code.
    #[arg(value_name = "CODE")]
    code: String,
    /// The reason.
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(super) fn run(arguments: &UnredeemArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let answer = app::undo::by_code(&shop, &arguments.code, &arguments.reason, context.clock.now())?;
    let name = answer.name.as_deref().unwrap_or_default();
    let text = format!("Undone: {name} can use {} again.", answer.code_text());
    let object = json!({ "outcome": EventKind::Undone, "code": answer.code, "ref": answer.reference, "name": answer.name, "campaign": answer.campaign, "reason": arguments.reason });
    Ok(Done::new(text, &object))
}
