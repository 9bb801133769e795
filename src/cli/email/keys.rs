//! `email keys`: the key that signs emails, and its DNS records.

use serde_json::{Value, json};

use crate::app::email_keys::{self, KeyOutcome};
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::email::Key;
use crate::error::Result;

/// Make the key that signs your emails, and show its DNS records, with which receivers verify the signature.
///
/// If there already is a key, none is made, and its records are shown.
#[derive(Debug, clap::Args)]
pub(super) struct EmailKeysArguments {
    /// The kind of key; every receiver supports rsa.
    #[arg(long, value_name = "KIND", value_parser = ["rsa", "ed25519"], default_value = "rsa")]
    kind: String,
    /// Replace the existing key with a new one.
    #[arg(long)]
    replace: bool,
}

pub(super) fn run(arguments: &EmailKeysArguments, context: &Context) -> Result<Done> {
    let make = if arguments.kind == "rsa" { Key::new_rsa } else { Key::new_ed25519 };
    let KeyOutcome { file, kind, is_new, is_replaced, is_named, domain, records } =
        email_keys::keys(&context.shop()?, make, arguments.replace)?;
    let mut text = if is_new {
        format!("Made the key {file} ({kind}). Anyone who has it can send emails in your name: keep it secret.\n")
    } else {
        format!("The key {file} already existed ({kind}); `--replace` makes a new one.\n")
    };
    if !is_named {
        text += &format!(
            "\nPut this line under `[email]` in shop.toml; from then on emails are signed:\n\n  dkim_key = \"{file}\"\n"
        );
    }
    text += &format!("\nAdd these TXT records to the DNS of {domain}, each text as one line:\n");
    for record in &records {
        text += &format!("\n  {}\n  {}\n  ({})\n", record.name, record.value, record.purpose);
    }
    let list: Vec<Value> =
        records.iter().map(|record| json!({ "name": record.name, "type": "TXT", "value": record.value })).collect();
    let warning = is_replaced.then(|| {
        "emails still being delivered were signed with the old key: also change `dkim_selector`, and keep the old record for a week"
            .to_owned()
    });
    Ok(Done::new(text, &json!({ "file": file, "made": is_new, "records": list })).warn(warning))
}
