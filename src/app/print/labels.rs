//! Address labels for the letters, in their order, and the outlines of a sheet.

use super::options::{LabelOptions, PrintOutcome};
use super::run::PrintRun;
use crate::app::progress::Activity;
use crate::error::{Error, Result};
use crate::files;
use crate::letter::{self, LabelSheet, Placing};
use crate::piece;
use crate::shop::Shop;
use crate::text;

/// The largest nudge, in mm: more means that the wrong sheet is in the printer.
const FARTHEST: f32 = 10.0;

/// The sheet, and the first label to use.
pub(super) struct LabelPlaces {
    sheet: LabelSheet,
    placing: Placing,
}

impl LabelPlaces {
    /// # Errors
    /// When there is no such sheet, no such label on it, or the nudge is invalid.
    pub(super) fn of(options: &LabelOptions, shop: &Shop) -> Result<Self> {
        let country = &shop.settings.country;
        let (own, faults) = letter::own_sheets(&shop.settings.labels, country);
        Error::all(faults).map_or(Ok(()), Err)?;
        let sheet = LabelSheet::named(&options.sheet, &own, country)?;
        let start = options.start;
        if !(1..=sheet.count()).contains(&start) {
            let [start, name] = [&start.to_string(), &*sheet.name].map(text::quote);
            return Err(Error::new(format!("there is no label {start} on a sheet of {name}"))
                .hint(format!("it has {}, counted row by row from 1", text::count(sheet.count(), "label"))));
        }
        let nudge = options.nudge.as_deref().map_or(Ok((0.0, 0.0)), nudge)?;
        Ok(Self { sheet, placing: Placing { start, nudge } })
    }
}

/// `0.5,-1`: millimeters to the right and down.
fn nudge(text: &str) -> Result<(f32, f32)> {
    let part = |part: &str| part.trim().parse::<f32>().ok().filter(|mm| mm.abs() <= FARTHEST);
    let parts = text.split_once(',').and_then(|(x, y)| part(x).zip(part(y)));
    parts.ok_or_else(|| {
        Error::new(format!("{} is not a nudge", text::quote(text)))
            .hint(format!("write mm to the right and down, up to {FARTHEST}, such as `--nudge 0.5,-1`"))
    })
}

/// Prints a label for each letter without problems.
pub(super) fn print(run: PrintRun<'_>, placed: &LabelPlaces) -> Result<PrintOutcome> {
    let (run, mut left_out, _) = run.in_order()?;
    let file = run.path("labels", ".pdf");
    let addresses = run.addresses();
    let report = run.progress.of(Activity::PrintLetters, run.letters.len());
    let printed = files::write_whole_with(&file, |out| {
        let imprint = run.imprint("labels", &report);
        let printed = letter::labels(&imprint, &placed.sheet, placed.placing, &addresses, run.leave_out, out)?;
        let found = piece::problems_of("label for", &printed, &run.letters);
        left_out.extend(run.allowed(found, &printed, "label")?);
        Ok(printed)
    })?;
    let count = printed.pages.iter().sum();
    let sheets = placed.sheet.sheets(placed.placing.start, count);
    Ok(PrintOutcome { count, sheets, size: placed.sheet.name.to_string(), file, left_out, ..PrintOutcome::default() })
}

/// Prints the outlines of a sheet's labels.
pub(super) fn outline(run: &PrintRun<'_>, placed: &LabelPlaces) -> Result<PrintOutcome> {
    let file = run.shop.out_to_write(&run.on.planned.slug)?.join("labels-outline.pdf");
    let (imprint, nudge) = (run.imprint("outlines", &|_| Ok(())), placed.placing.nudge);
    files::write_whole_with(&file, |out| letter::outline(&imprint, &placed.sheet, nudge, out))?;
    Ok(PrintOutcome { size: placed.sheet.name.to_string(), file, ..PrintOutcome::default() })
}
