//! `import list`: the imports, and which of them were undone.

use serde_json::{Value, json};

use super::context::Context;
use super::customer::one_line;
use super::done::Done;
use crate::app::import_undo;
use crate::domain::ImportedData;
use crate::error::Result;
use crate::import::ImportRecord;
use crate::text;

/// List the imports: file, day, and how much each added and changed.
#[derive(Debug, clap::Args)]
pub(super) struct ImportListArguments {}

pub(super) fn run(_: &ImportListArguments, context: &Context) -> Result<Done> {
    let records = import_undo::list(&context.shop()?)?;
    let objects: Vec<Value> = records.iter().map(object).collect();
    let text = if records.is_empty() {
        "Nothing has been imported yet.".to_owned()
    } else {
        records.iter().map(line).collect::<String>()
    };
    Ok(Done::new(text, &json!({ "imports": objects })))
}

fn object(record: &ImportRecord) -> Value {
    let mut object = json!(record);
    object["undone"] = record.undone_at.is_some().into();
    object
}

fn line(record: &ImportRecord) -> String {
    let undone = record.undone_at.map(|at| format!("; undone on {}", at.date())).unwrap_or_default();
    format!(
        "{:>4}  {}  {} from {}: {} added, {} changed{undone}\n",
        record.id.0,
        record.at.format("%Y-%m-%d %H:%M"),
        noun(record.kind),
        one_line(&record.file),
        text::thousands(record.added),
        text::thousands(record.changed),
    )
}

fn noun(kind: ImportedData) -> &'static str {
    match kind {
        ImportedData::Customers | ImportedData::Purchases => kind.as_str(),
        ImportedData::PastCampaign => "past campaign",
    }
}
