//! `init DIR`: a new shop folder with a sample campaign.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde_json::json;

use super::Context;
use super::done::Done;
use crate::campaign;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::shop::{self, Settings};
use crate::store::Store;
use crate::text;

/// Make a new shop folder with a sample campaign.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The folder to make.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// What every new shop gets: path, bytes.
const SAMPLE: &[(&str, &[u8])] =
    &[("letter-templates/first-letter.md", include_bytes!("../../letter-templates/first-letter.md"))];

/// The sample campaign, its dates to be moved to the day.
const SAMPLE_CAMPAIGN: (&str, &str) = ("campaigns/thank-you.toml", include_str!("../../campaigns/thank-you.toml"));

const SETTINGS: &str = include_str!("shop.toml");

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let folder = &arguments.folder;
    let mut key = [0; 32];
    getrandom::fill(&mut key)
        .map_err(|e| Error::new("the machine gave no random numbers for the shop's key").because(e))?;
    let mut files: Vec<(String, Vec<u8>)> = vec![("shop.toml".to_owned(), SETTINGS.into())];
    files.extend(SAMPLE.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())));
    files.push((SAMPLE_CAMPAIGN.0.to_owned(), moved_to(context.clock, SAMPLE_CAMPAIGN.1)?.into_bytes()));
    lay_down(folder, &files, &key)?;
    let shown = folder.display().to_string();
    let text = format!(
        "Made a shop folder in {}.\n\nNext:\n  1. say who you are in {}\n  2. regulars --shop {shown} import customers FILE.csv\n  \
         3. regulars --shop {shown} import purchases FILE.csv\n  4. regulars --shop {shown} plan thank-you --dry-run\n",
        text::quote(&shown),
        text::quote(&folder.join("shop.toml").display().to_string()),
    );
    let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    Ok(Done::new(text, &json!({ "folder": shown, "files": paths })))
}

/// Makes a shop folder of these files, with a database and its key.
pub(super) fn lay_down(folder: &Path, files: &[(String, Vec<u8>)], key: &[u8]) -> Result<()> {
    for taken in ["shop.toml", "regulars.db"] {
        if folder.join(taken).exists() {
            return Err(Error::new(format!("{} is a shop folder already", text::quote(&folder.display().to_string())))
                .hint("choose another folder, or go on with this one"));
        }
    }
    if let Some(there) = files.iter().map(|(path, _)| folder.join(path)).find(|path| path.exists()) {
        return Err(Error::new(format!("{} is there already", text::quote(&there.display().to_string())))
            .hint("choose an empty folder"));
    }
    let was_there = folder.exists();
    let made = make(folder, files, key);
    if made.is_err() {
        // Half a shop would be in the way of the next try.
        for path in
            files.iter().map(|(path, _)| path.as_str()).chain(["regulars.db", "regulars.db-wal", "regulars.db-shm"])
        {
            let _ = std::fs::remove_file(folder.join(path));
        }
        for inner in ["campaigns", "letter-templates"] {
            let _ = std::fs::remove_dir(folder.join(inner));
        }
        if !was_there {
            let _ = std::fs::remove_dir(folder);
        }
    }
    made
}

fn make(folder: &Path, files: &[(String, Vec<u8>)], key: &[u8]) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, e))?;
    for (path, bytes) in files {
        shop::write_whole(&folder.join(path), bytes)?;
    }
    let mut store = Store::create(&folder.join("regulars.db"))?;
    store.write(|write| campaign::make_key(write, key))
}

/// The sample campaign with its dates moved so that its own day is today.
fn moved_to(clock: Clock, text: &str) -> Result<String> {
    let currency = Settings::read(SETTINGS)?.currency;
    let sample = campaign::CampaignFile::read("thank-you", text, currency)?;
    let Some(old) = sample.as_of else { return Ok(text.to_owned()) };
    let moved = |day: NaiveDate| clock.today() + (day - old);
    let mut out = text.replace(&old.to_string(), &moved(old).to_string());
    if let Some(until) = sample.gift.and_then(|gift| gift.claim_until) {
        out = out.replace(&until.to_string(), &moved(until).to_string());
    }
    Ok(out)
}
