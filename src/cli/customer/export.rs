//! `customer export REF`: everything stored about a person.

use serde_json::Value;

use crate::app;
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::error::Result;

/// Print everything stored about a person, as one JSON object: what to give them when they ask.
#[derive(Debug, clap::Args)]
pub(super) struct ExportArguments {
    /// The customer's reference.
    #[arg(value_name = "REF")]
    reference: String,
}

pub(super) fn run(arguments: &ExportArguments, context: &Context) -> Result<Done> {
    let object = Value::Object(app::export::export(&context.shop()?, &arguments.reference)?);
    let text = serde_json::to_string_pretty(&object).unwrap_or_default();
    Ok(Done::new(text, &object))
}
