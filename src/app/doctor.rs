//! What is wrong with a shop folder: the database, its references, files that belong to nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::init;
use crate::campaign;
use crate::customers;
use crate::domain::CampaignState;
use crate::error::{Error, Result};
use crate::files;
use crate::shop::Shop;
use crate::store::{self, Finding, Read};
use crate::text;

/// The database version, and the findings.
pub(crate) fn examine(shop: &Shop) -> Result<(usize, Vec<Finding>)> {
    let store = shop.store()?;
    let (version, mut found) = store::examine(&store)?;
    found.extend(oversized(shop, &store.read())?);
    found.extend(files(shop, &store.read())?);
    Ok((version, found))
}

/// Purchases so large that a few of them overflow a sum.
fn oversized(shop: &Shop, read: &Read<'_>) -> Result<Vec<Finding>> {
    let purchases = customers::oversized_purchases(read, 20)?.into_iter();
    Ok(purchases
        .map(|(reference, day, amount)| Finding {
            message: format!(
                "a purchase of {} on {day} is of {}, larger than any amount may be",
                text::quote(&reference),
                shop.settings.currency.show(amount)
            ),
            hint: "find its import with `regulars import list`, and undo it with `regulars import undo NUMBER`"
                .to_owned(),
        })
        .collect())
}

/// An error of any verb; if amounts could not be added up, it names the customers.
pub(crate) fn with_whose(error: Error, folder: &Path) -> Error {
    let oversized = || {
        let shop = Shop::open(folder).ok()?;
        let store = shop.store().ok()?;
        let (reference, day, amount) = customers::oversized_purchases(&store.read(), 1).ok()?.pop()?;
        Some((text::quote(&reference), day, shop.settings.currency.show(amount)))
    };
    let found = if store::is_too_large_a_sum(&error) { oversized() } else { None };
    let Some((reference, day, amount)) = found else { return error };
    let message = format!("{}: a purchase of {reference} on {day} is of {amount}", error.message());
    Error::of(error.kind(), message).hint(error.what_next().unwrap_or_default())
}

/// Folders and files that belong to no campaign, and leftovers of a killed run.
fn files(shop: &Shop, read: &Read<'_>) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    let planned = campaign::slugs(read)?;
    for folder in entries(&shop.folder.join("out")).iter().filter(|path| path.is_dir()) {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !planned.contains(&name) {
            found.push(Finding {
                message: format!("out/{name} belongs to no planned campaign"),
                hint: "delete it if you no longer need it".to_owned(),
            });
        }
    }
    for slug in &planned {
        // A campaign that was imported from a spreadsheet never had a file.
        let is_imported = campaign::current(read, slug)?.is_some_and(|planned| planned.state == CampaignState::Closed);
        if !is_imported && !shop.campaigns().join(format!("{slug}.toml")).exists() {
            found.push(Finding {
                message: format!("campaigns/{slug}.toml is gone, though the campaign was planned"),
                hint:
                    "nothing is lost: the plan keeps what it was made from; put the file back to follow it up by hand"
                        .to_owned(),
            });
        }
    }
    if shop.folder.join(init::READY).is_dir() {
        found.push(Finding {
            message: format!("{} is what `init` made this shop in", init::READY),
            hint: "delete it: everything in it has found its place".to_owned(),
        });
    }
    // The database's own temporary files were removed when it was opened, where possible; the others are copies.
    let is_database = |path: &PathBuf| path.extension().is_some_and(|end| end == "db");
    let copies = entries(&shop.folder).into_iter().filter(is_database);
    let databases: BTreeSet<PathBuf> = store::files_of(&shop.database()).into_iter().chain(copies).collect();
    for path in databases.iter().filter(|path| files::is_open_to_others(path)) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        found.push(Finding {
            message: format!("{name} can be read by other users of this machine"),
            hint: format!("as the owner of the file, run `chmod 600 '{name}'` in the shop folder"),
        });
    }
    let out = shop.folder.join("out");
    if let Some(link) = Some(out.clone()).filter(|out| out.is_symlink()).or_else(|| files::linked_folder_in(&out)) {
        found.push(Finding {
            message: format!("{} is a link, and letters stay in the shop folder", shop.shown(&link)),
            hint: "make it a folder: take the link away, and move what it leads to here".to_owned(),
        });
    }
    let mut parts = Vec::new();
    for (folder, depth) in
        [(shop.folder.clone(), 0), (shop.campaigns(), 0), (shop.templates(), 0), (shop.folder.join("out"), DEEPEST)]
    {
        find_parts(&folder, depth, &mut parts);
    }
    for part in parts {
        let shown = part.strip_prefix(&shop.folder).unwrap_or(&part).display().to_string();
        found.push(Finding {
            message: format!("{shown} was left half written"),
            hint: "delete it, and do again what was interrupted".to_owned(),
        });
    }
    Ok(found)
}

/// How deep folders of out/ are searched.
const DEEPEST: usize = 8;

/// Unfinished files in a folder and its subfolders, up to a depth; links are not followed.
fn find_parts(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    for path in entries(folder) {
        if files::is_part(&path) {
            found.push(path);
        } else if depth > 0 && path.is_dir() && !path.is_symlink() {
            find_parts(&path, depth - 1, found);
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    entries
}
