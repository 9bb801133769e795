//! A new shop folder, with a sample campaign.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::campaign::CampaignFile;
use crate::error::{Error, Result};
use crate::files;
use crate::random;
use crate::shop::Settings;
use crate::store::{ShopLock, Store};

/// A file to create: its path in the shop folder, and its bytes.
pub(super) type SampleFile = (&'static str, Vec<u8>);

const TEMPLATE: &[u8] = include_bytes!("../../letter-templates/first-letter.md");

/// The sample campaign, whose dates are shifted to today.
const CAMPAIGN: &str = include_str!("../../campaigns/thank-you.toml");

const SETTINGS: &str = include_str!("shop.toml");

const SHOP: &str = "shop.toml";
const DATABASE: &str = "regulars.db";

/// The folder in which a shop is prepared, before its files are moved into place.
const DRAFT: &str = "new-shop.part";
pub(super) const READY: &str = "new-shop";

/// Creates a shop folder with a new key; returns its files.
///
/// # Errors
/// When it is already a shop, one of the files exists, or the machine has no random numbers.
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

/// Creates a shop folder with these files, a database and its key.
///
/// Everything is prepared in a temporary folder, which is renamed when it is complete; then its files are moved into
/// place, shop.toml last. If this is killed earlier there is no shop, and the next run starts again or moves the
/// remaining files.
pub(super) fn lay_down(folder: &Path, files: &[SampleFile], key: &[u8]) -> Result<()> {
    let (database, was_there) = (folder.join(DATABASE), folder.exists());
    refuse_a_shop(folder)?;
    std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, e))?;
    let lock = ShopLock::alone(&database, "wait until that is done, or choose another folder")?;
    refuse_a_shop(folder)?;
    let outcome = stage(folder, files, key).and_then(|()| put_in_place(folder));
    let [draft, ready] = [DRAFT, READY].map(|name| folder.join(name));
    if outcome.is_err() && !ready.exists() {
        // Half a shop would block the next try.
        let _ = std::fs::remove_dir_all(draft);
        lock.vanish(&database);
        if !was_there {
            let _ = std::fs::remove_dir(folder);
        }
    }
    outcome
}

fn refuse_a_shop(folder: &Path) -> Result<()> {
    let is_half_made = folder.join(READY).is_dir() && !folder.join(SHOP).exists();
    if !is_half_made && [SHOP, DATABASE].iter().any(|file| folder.join(file).exists()) {
        return Err(Error::new(format!("{} is a shop folder already", files::shown(folder)))
            .hint("choose another folder, or go on with this one"));
    }
    Ok(())
}

/// Prepares all files of a shop in a temporary folder, unless a killed run already did.
fn stage(folder: &Path, files: &[SampleFile], key: &[u8]) -> Result<()> {
    let [draft, ready] = [DRAFT, READY].map(|name| folder.join(name));
    if ready.is_dir() {
        return Ok(());
    }
    if let Some(there) = files.iter().map(|(path, _)| folder.join(path)).find(|path| path.exists()) {
        return Err(is_there(&there));
    }
    match std::fs::remove_dir_all(&draft) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::io("remove", &draft, e)),
        _ => {}
    }
    for (path, bytes) in files {
        files::write_whole(&draft.join(path), bytes)?;
    }
    Store::create(&draft.join(DATABASE))?.write(|write| write.make_shop_key(key))?;
    files::sync_folder(&draft)?;
    std::fs::rename(&draft, &ready).map_err(|e| Error::io("write", &ready, e))?;
    files::sync_folder(folder)
}

/// Moves the prepared files into place; shop.toml, which makes the folder a shop, comes last.
fn put_in_place(folder: &Path) -> Result<()> {
    let ready = folder.join(READY);
    let mut waiting = below(&ready, Path::new(""))?;
    waiting.sort_by_key(|path| path == Path::new(SHOP));
    for path in waiting {
        let (from, to) = (ready.join(&path), folder.join(&path));
        if to.exists() {
            return Err(is_there(&to));
        }
        let place = to.parent().unwrap_or(folder);
        std::fs::create_dir_all(place).map_err(|e| Error::io("make the folder", place, e))?;
        std::fs::rename(&from, &to).map_err(|e| Error::io("write", &to, e))?;
        files::sync_folder(place)?;
    }
    std::fs::remove_dir_all(&ready).map_err(|e| Error::io("remove", &ready, e))
}

/// All files below a folder, by relative path.
fn below(root: &Path, inner: &Path) -> Result<Vec<PathBuf>> {
    let folder = root.join(inner);
    let failed = |e| Error::io("read", &folder, e);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        let path = inner.join(entry.map_err(failed)?.file_name());
        if root.join(&path).is_dir() { found.extend(below(root, &path)?) } else { found.push(path) }
    }
    Ok(found)
}

fn is_there(path: &Path) -> Error {
    Error::is_there(path).hint("choose an empty folder")
}

/// The sample campaign with its dates shifted so that its own day is today.
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
