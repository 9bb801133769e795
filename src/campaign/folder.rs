//! The campaign files of a shop folder: campaigns/NAME.toml.

use super::file::CampaignFile;
use crate::error::{Error, Result};
use crate::files;
use crate::shop::Shop;
use crate::text;

impl CampaignFile {
    /// Reads campaigns/`slug`.toml of a shop.
    ///
    /// # Errors
    /// When there is no such file, or with all its errors.
    pub(crate) fn open(shop: &Shop, slug: &str) -> Result<Self> {
        let (file, faults) = Self::open_leniently(shop, slug)?;
        Error::all(faults).map_or(Ok(file), Err)
    }

    /// The same, but returns the errors next to the file, so that the rest can be checked.
    pub(crate) fn open_leniently(shop: &Shop, slug: &str) -> Result<(Self, Vec<Error>)> {
        check_slug(slug)?;
        let path = shop.campaigns().join(format!("{slug}.toml"));
        if !path.is_file() {
            let known = list(shop)?;
            let names: Vec<&str> = known.iter().map(String::as_str).collect();
            let hint = if names.is_empty() {
                "there is no campaign yet: create one in campaigns/".to_owned()
            } else {
                text::did_you_mean(slug, &names)
            };
            return Err(Error::new(format!("there is no campaign {}", text::quote(slug))).hint(hint));
        }
        let text = files::read_text(&path).map_err(|e| e.at(place(slug)))?;
        let (file, faults) = Self::read_leniently(slug, &text, shop.settings.currency);
        Ok((file, faults.into_iter().map(|fault| fault.at(place(slug))).collect()))
    }
}

/// The name of a campaign's file in messages.
pub(crate) fn place(slug: &str) -> String {
    format!("campaigns/{slug}.toml")
}

/// Rejects names that cannot be a file of campaigns/.
///
/// # Errors
/// When it is one.
pub(crate) fn check_slug(slug: &str) -> Result<()> {
    let plain = slug.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if slug.is_empty() || !plain || slug.starts_with('.') {
        return Err(Error::new(format!("{} is not the name of a campaign", text::quote(slug)))
            .hint("names have letters, digits and hyphens, such as `1990-sauvignon-blanc`"));
    }
    Ok(())
}

/// The campaigns that have a file, sorted.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn list(shop: &Shop) -> Result<Vec<String>> {
    let folder = shop.campaigns();
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(&folder).map_err(|e| Error::io("read", &folder, e))?;
    let mut slugs: Vec<String> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .filter_map(|path| path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned))
        .collect();
    slugs.sort();
    Ok(slugs)
}
