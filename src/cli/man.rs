//! `man DIR`: manual pages for `man`, one file per verb.

use std::path::PathBuf;

use serde_json::json;

use super::context::Context;
use super::done::Done;
use crate::error::{Error, Result};
use crate::files;

/// Write manual pages for `man` into a folder, one for each verb.
#[derive(Debug, clap::Args)]
pub(super) struct ManArguments {
    /// The folder, such as ~/.local/share/man/man1.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn run(arguments: &ManArguments, context: &Context) -> Result<Done> {
    let folder = &arguments.folder;
    std::fs::create_dir_all(folder).map_err(|e| Error::io("make", folder, e))?;
    let command = (context.command)();
    clap_mangen::generate_to(command, folder).map_err(|e| Error::io("write into", folder, e))?;
    let text = format!(
        "Wrote manual pages into {}. Where `man` looks in this folder, `man regulars` shows the first.",
        files::shown(folder)
    );
    Ok(Done::new(text, &json!({ "folder": folder.display().to_string() })))
}
