//! `doctor`: what is wrong with this shop folder, and what to do.

use serde_json::json;

use super::context::Context;
use super::done::Done;
use crate::app;
use crate::error::Result;
use crate::text;

/// Check the shop folder: the database, its references, files that belong to nothing.
#[derive(Debug, clap::Args)]
pub(super) struct DoctorArguments {}

pub(super) fn run(_: &DoctorArguments, context: &Context) -> Result<Done> {
    let (version, found) = app::doctor::examine(&context.shop()?)?;
    let mut text = String::new();
    for finding in &found {
        text.push_str(&format!("found: {}\nhint: {}\n", finding.message, finding.hint));
    }
    if found.is_empty() {
        text =
            format!("All is well: the database (version {version}) is sound, and every file belongs to something.\n");
    } else {
        text.push_str(&format!("{} found.\n", text::count(found.len(), "thing")));
    }
    let findings: Vec<_> = found.iter().map(|f| json!({ "message": f.message, "hint": f.hint })).collect();
    Ok(Done::new(text, &json!({ "version": version, "findings": findings })).exit(u8::from(!found.is_empty())))
}
