//! Personal lines: a sheet with each recipient's card and an empty line, and reading back what the owner wrote.

use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;

use crate::campaign::{self, Planned, TakenLines};
use crate::domain::CampaignState;
use crate::error::{Error, Result};
use crate::files;
use crate::import::{ImportSheet, SheetOptions};
use crate::shop::Shop;
use crate::store::{Read, Store};
use crate::text;

/// A sheet that was written.
pub(crate) struct LinesSheet {
    pub(crate) file: PathBuf,
    pub(crate) recipients: usize,
    /// Templates that print no personal line.
    pub(crate) silent: Vec<String>,
}

/// A sheet that was read back.
pub(crate) struct LinesOutcome {
    pub(crate) lines: TakenLines,
    /// Letters were already printed with other lines.
    pub(crate) print_again: bool,
    /// Templates that print no personal line.
    pub(crate) silent: Vec<String>,
}

/// Writes the sheet of a plan to fill in.
///
/// # Errors
/// When a sheet already exists with text that was not read back yet.
pub(crate) fn write_sheet(shop: &Shop, slug: &str, now: NaiveDateTime) -> Result<LinesSheet> {
    let mut store = shop.store()?;
    let planned = campaign::need(&store.read(), slug)?;
    let silent = silent_templates(&store.read(), &planned)?;
    let file = shop.out_to_write(slug)?.join("note-lines.csv");
    if file.is_file() && planned.state != CampaignState::Posted && !is_read(&mut store, &planned, &file, now) {
        let shown = shop.shown(&file);
        return Err(Error::new(format!("{} has lines that were not read back yet", text::quote(&shown)))
            .hint(format!("read it with `regulars note-lines {slug} --take {shown}`, or delete it")));
    }
    let (recipients, sheet) = campaign::lines_sheet(&store.read(), &planned, shop.settings.currency, now.date())?;
    files::write_whole(&file, &sheet)?;
    Ok(LinesSheet { file, recipients, silent })
}

/// Reads the lines and signers of a sheet.
///
/// # Errors
/// With the row, when one is not accepted; then none is stored.
pub(crate) fn read_sheet(shop: &Shop, slug: &str, file: &Path, now: NaiveDateTime) -> Result<LinesOutcome> {
    let mut store = shop.store()?;
    let planned = campaign::need(&store.read(), slug)?;
    let silent = silent_templates(&store.read(), &planned)?;
    let name = file.display().to_string();
    let sheet = ImportSheet::open(file, SheetOptions::default()).map_err(|e| e.at(&name))?;
    let lines = store.write(|write| campaign::take_lines(write, &planned, &sheet, now)).map_err(|e| {
        let of_a_row = e.place().is_some();
        if of_a_row { e.at(&name) } else { e }
    })?;
    let is_changed = !(lines.added.is_empty() && lines.changed.is_empty());
    Ok(LinesOutcome { lines, print_again: is_changed && planned.state == CampaignState::Printing, silent })
}

/// Whether everything in a sheet is already stored, so that it can be overwritten.
fn is_read(store: &mut Store, planned: &Planned, path: &Path, now: NaiveDateTime) -> bool {
    let lines = ImportSheet::open(path, SheetOptions::default())
        .and_then(|s| store.rehearse(|write| campaign::take_lines(write, planned, &s, now)));
    lines.is_ok_and(|lines| lines.added.is_empty() && lines.changed.is_empty())
}

/// The templates of a plan that print no personal line.
fn silent_templates(read: &Read<'_>, planned: &Planned) -> Result<Vec<String>> {
    if planned.state == CampaignState::Closed {
        return Ok(Vec::new());
    }
    let templates = campaign::kept_files(read, planned)?.templates()?;
    let silent = templates.into_iter().filter(|template| !template.body.contains("personal_line"));
    Ok(silent.map(|template| template.file).collect())
}
