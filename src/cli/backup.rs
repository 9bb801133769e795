//! `backup FILE`: a checked copy.

use std::path::PathBuf;

use serde_json::json;

use super::context::Context;
use super::done::Done;
use crate::app;
use crate::error::Result;
use crate::text;

/// Make a checked copy of the database while other programs keep using it.
#[derive(Debug, clap::Args)]
pub(super) struct BackupArguments {
    /// The file to create.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(arguments: &BackupArguments, context: &Context) -> Result<Done> {
    let bytes = app::backup::backup(&context.shop()?, &arguments.file)?;
    let shown = arguments.file.display().to_string();
    let text = format!(
        "Copied the database to {} ({} kB) and checked the copy. To put it back: regulars restore {}",
        text::quote(&shown),
        text::thousands(usize::try_from(bytes / 1024).unwrap_or(usize::MAX)),
        text::plain(&shown),
    );
    Ok(Done::new(text, &json!({ "file": shown, "bytes": bytes, "checked": true })))
}
