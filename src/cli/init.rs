//! `init DIR`: a new shop folder with a sample campaign.

use std::path::PathBuf;

use serde_json::json;

use super::context::Context;
use super::done::Done;
use crate::app::init;
use crate::error::Result;
use crate::text;

/// Make a new shop folder with a sample campaign.
#[derive(Debug, clap::Args)]
pub(super) struct InitArguments {
    /// The folder to create.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn run(arguments: &InitArguments, context: &Context) -> Result<Done> {
    let folder = &arguments.folder;
    let files = init::init(folder, context.clock.today())?;
    let shown = folder.display().to_string();
    let text = format!(
        "Made a shop folder in {}.\n\nNext:\n  1. enter the shop's name and address in {}\n  2. regulars --shop {shown} import customers FILE.csv\n  \
         3. regulars --shop {shown} import purchases FILE.csv\n  4. regulars --shop {shown} plan thank-you --dry-run\n",
        text::quote(&shown),
        text::quote(&folder.join("shop.toml").display().to_string()),
    );
    Ok(Done::new(text, &json!({ "folder": shown, "files": files })))
}
