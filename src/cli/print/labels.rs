//! Address labels for the letters, in their order, and the outlines of a sheet.

use serde_json::json;

use super::{Arguments, Run, finished, messages};
use crate::cli::done::Done;
use crate::error::{Error, Result};
use crate::letter::{self, LabelSheet, Placing};
use crate::merge;
use crate::piece;
use crate::shop::{self, Shop};
use crate::text;

/// The farthest nudge, in mm: beyond it the printer has taken another sheet.
const FARTHEST: f32 = 10.0;

/// The sheet, and where on it to begin.
pub(super) struct Wanted {
    sheet: &'static LabelSheet,
    placing: Placing,
}

impl Wanted {
    /// What the command line asks for.
    pub(super) fn read(name: &str, arguments: &Arguments, shop: &Shop) -> Result<Self> {
        let sheet = LabelSheet::named(name, &shop.settings.country)?;
        let start = arguments.start;
        if !(1..=sheet.count()).contains(&start) {
            let said = text::quote(&start.to_string());
            return Err(Error::new(format!("there is no label {said} on a sheet of {}", text::quote(sheet.name)))
                .hint(format!("it has {}, counted row by row from 1", text::count(sheet.count(), "label"))));
        }
        let nudge = arguments.nudge.as_deref().map_or(Ok((0.0, 0.0)), nudge)?;
        Ok(Self { sheet, placing: Placing { start, nudge } })
    }
}

/// `0.5,-1`: millimetres to the right and down.
fn nudge(text: &str) -> Result<(f32, f32)> {
    let part = |part: &str| part.trim().parse::<f32>().ok().filter(|mm| mm.abs() <= FARTHEST);
    let parts = text.split_once(',').and_then(|(x, y)| part(x).zip(part(y)));
    parts.ok_or_else(|| {
        Error::new(format!("{} is not a nudge", text::quote(text)))
            .hint(format!("write mm to the right and down, up to {FARTHEST}, such as `--nudge 0.5,-1`"))
    })
}

/// Prints the labels of those whose letter is in order.
pub(super) fn print(run: Run<'_>, wanted: &Wanted) -> Result<Done> {
    let (run, mut problems, _) = run.in_order()?;
    let pdf = run.path("labels", ".pdf");
    let addresses: Vec<_> = run.letters.iter().map(|letter| merge::address_forms(&letter.fields.to_read())).collect();
    let printed = shop::write_whole_with(&pdf, |out| {
        let imprint = run.imprint("labels");
        let printed = letter::labels(&imprint, wanted.sheet, wanted.placing, &addresses, run.leave_out, out)?;
        let found = piece::problems_of("label for", &printed, &run.letters);
        problems.extend(run.allowed(found, &printed, "label")?);
        Ok(printed)
    })?;
    let count: usize = printed.pages.iter().sum();
    let sheets = wanted.sheet.sheets(wanted.placing.start, count);
    let text = format!(
        "Printed {} on {} of {} to {}, in the order of the letters.",
        text::count(count, "label"),
        text::count(sheets, "sheet"),
        wanted.sheet.name,
        run.shown(&pdf),
    );
    let object = json!({
        "campaign": run.on.planned.slug, "labels": count, "sheets": sheets, "sheet": wanted.sheet.name,
        "file": run.shown(&pdf), "left_out": messages(&problems),
    });
    Ok(finished(Done::new(text, &object), &problems))
}

/// Prints the outlines of a sheet's labels.
pub(super) fn outline(run: &Run<'_>, wanted: &Wanted) -> Result<Done> {
    let pdf = run.shop.out(&run.on.planned.slug).join("labels-outline.pdf");
    let (imprint, nudge) = (run.imprint("outlines"), wanted.placing.nudge);
    shop::write_whole_with(&pdf, |out| letter::outline(&imprint, wanted.sheet, nudge, out))?;
    let text = format!(
        "The outlines of {} are in {}: print them on plain paper, hold it against a sheet of labels, and say with `--nudge` \
         by how much they are off.",
        wanted.sheet.name,
        run.shown(&pdf),
    );
    let object = json!({ "campaign": run.on.planned.slug, "sheet": wanted.sheet.name, "file": run.shown(&pdf) });
    Ok(Done::new(text, &object))
}
