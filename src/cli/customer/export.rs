//! `customer export REF`: everything that is held on a person.

use serde_json::Value;

use crate::campaign;
use crate::cli::Context;
use crate::cli::done::Done;
use crate::customers;
use crate::error::Result;

/// Print everything that is held on a person, as one JSON object: what to give them when they ask.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The customer's reference.
    #[arg(value_name = "REF")]
    reference: String,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let store = context.shop()?.store()?;
    let read = store.read();
    let customer = customers::by_ref(&read, &arguments.reference)?;
    let mut object = customers::held(&read, &customer)?;
    // The one card stands for itself.
    if let Some(Value::Array(cards)) = object.get_mut("card") {
        let card = cards.pop().unwrap_or_default();
        object.insert("card".into(), card);
    }
    object.append(&mut campaign::held(&read, &customer)?);
    let object = Value::Object(object);
    let text = serde_json::to_string_pretty(&object).unwrap_or_default();
    Ok(Done::new(text, &object))
}
