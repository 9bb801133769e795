//! `customer unforget REF`: allows a forgotten customer again.

use serde_json::json;

use crate::app;
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::error::{Error, Result};
use crate::text;

/// Let the next import add a forgotten customer again. What was erased stays erased.
#[derive(Debug, clap::Args)]
pub(super) struct UnforgetArguments {
    /// The reference in your export; their email or phone number, if a list has nothing else.
    #[arg(value_name = "REF")]
    reference: String,
}

pub(super) fn run(arguments: &UnforgetArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let reference = arguments.reference.trim();
    let quoted = text::quote(reference);
    if !app::unforget::unforget(&shop, reference)? {
        return Err(Error::new(format!("no one was forgotten under {quoted}"))
            .hint("write it as in your export; their email is separate"));
    }
    let text = format!("The next import may add {quoted} again.");
    Ok(Done::new(text, &json!({ "ref": reference })))
}
