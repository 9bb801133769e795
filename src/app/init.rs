//! A new shop folder, with a sample campaign.

use std::path::Path;

use chrono::NaiveDate;

use crate::campaign::CampaignFile;
use crate::error::{Error, Result};
use crate::files;
use crate::random;
use crate::shop::Settings;
use crate::store::Store;
use crate::text;

/// A file to lay down: its path in the shop folder, and its bytes.
pub(super) type SampleFile = (&'static str, Vec<u8>);

const TEMPLATE: &[u8] = include_bytes!("../../letter-templates/first-letter.md");

/// The sample campaign, its dates to be moved to the day.
const CAMPAIGN: &str = include_str!("../../campaigns/thank-you.toml");

const SETTINGS: &str = include_str!("shop.toml");

/// Makes a shop folder with a key of its own; its files.
///
/// # Errors
/// When there is one already, one of the files is there, or the machine gives no random numbers.
pub(crate) fn init(folder: &Path, today: NaiveDate) -> Result<Vec<&'static str>> {
    let key = random::bytes::<32>()?;
    let files = [
        ("shop.toml", SETTINGS.into()),
        ("letter-templates/first-letter.md", TEMPLATE.to_vec()),
        ("campaigns/thank-you.toml", moved_to(today, CAMPAIGN)?.into_bytes()),
    ];
    lay_down(folder, &files, &key)?;
    Ok(files.iter().map(|(path, _)| *path).collect())
}

/// Makes a shop folder of these files, with a database and its key.
pub(super) fn lay_down(folder: &Path, files: &[SampleFile], key: &[u8]) -> Result<()> {
    for file in ["shop.toml", "regulars.db"] {
        if folder.join(file).exists() {
            return Err(Error::new(format!("{} is a shop folder already", text::quote(&folder.display().to_string())))
                .hint("choose another folder, or go on with this one"));
        }
    }
    if let Some(there) = files.iter().map(|(path, _)| folder.join(path)).find(|path| path.exists()) {
        return Err(Error::new(format!("{} is there already", text::quote(&there.display().to_string())))
            .hint("choose an empty folder"));
    }
    let was_there = folder.exists();
    let outcome = make(folder, files, key);
    if outcome.is_err() {
        // Half a shop would be in the way of the next try.
        for path in files.iter().map(|(path, _)| *path).chain(["regulars.db", "regulars.db-wal", "regulars.db-shm"]) {
            let _ = std::fs::remove_file(folder.join(path));
        }
        for inner in ["campaigns", "letter-templates"] {
            let _ = std::fs::remove_dir(folder.join(inner));
        }
        if !was_there {
            let _ = std::fs::remove_dir(folder);
        }
    }
    outcome
}

fn make(folder: &Path, files: &[SampleFile], key: &[u8]) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, e))?;
    for (path, bytes) in files {
        files::write_whole(&folder.join(path), bytes)?;
    }
    let mut store = Store::create(&folder.join("regulars.db"))?;
    store.write(|write| write.make_shop_key(key))
}

/// The sample campaign with its dates moved so that its own day is today.
fn moved_to(today: NaiveDate, text: &str) -> Result<String> {
    let currency = Settings::read(SETTINGS)?.currency;
    let sample = CampaignFile::read("thank-you", text, currency)?;
    let Some(old) = sample.as_of else { return Ok(text.to_owned()) };
    let moved = |day: NaiveDate| today + (day - old);
    let mut out = text.replace(&old.to_string(), &moved(old).to_string());
    if let Some(until) = sample.gift.and_then(|gift| gift.claim_until) {
        out = out.replace(&until.value.to_string(), &moved(until.value).to_string());
    }
    Ok(out)
}
