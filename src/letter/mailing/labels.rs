//! Sheets of address labels: which there are, and addresses set on them.

use std::borrow::Cow;
use std::io::Write;

use super::imprint::{self, Imprint, points};
use crate::error::{Error, Result};
use crate::letter::job::AddressForms;
use crate::letter::page::{Mark, Strip};
use crate::letter::sheet::address::{self, AddressPlace};
use crate::letter::sheet::paper::MM;
use crate::letter::{Paper, Printed, number};
use crate::text;

/// A sheet of labels; measures in mm.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LabelSheet {
    /// Its name, as it stands on the box.
    pub name: Cow<'static, str>,
    /// The paper that it has the size of.
    pub paper: Paper,
    /// Columns and rows of labels.
    grid: (usize, usize),
    /// Width and height of a label.
    size: (f32, f32),
    /// Left and top of the first label.
    first: (f32, f32),
    /// From one label to the next, to the right and down.
    pitch: (f32, f32),
}

/// The sheets that are known.
static SHEETS: [LabelSheet; 6] = [
    sheet("5160", Paper::Letter, (3, 10), (66.68, 25.4), (3.97, 12.7), (70.64, 25.4)),
    sheet("5161", Paper::Letter, (2, 10), (101.6, 25.4), (3.97, 12.7), (106.36, 25.4)),
    sheet("5163", Paper::Letter, (2, 5), (101.6, 50.8), (4.13, 12.7), (106.36, 50.8)),
    sheet("L7160", Paper::A4, (3, 7), (63.5, 38.1), (7.21, 15.15), (66.04, 38.1)),
    sheet("L7162", Paper::A4, (2, 8), (99.1, 33.9), (4.0, 13.0), (102.5, 33.9)),
    sheet("L7163", Paper::A4, (2, 7), (99.1, 38.1), (4.65, 15.15), (101.6, 38.1)),
];

const fn sheet(
    name: &'static str,
    paper: Paper,
    grid: (usize, usize),
    size: (f32, f32),
    first: (f32, f32),
    pitch: (f32, f32),
) -> LabelSheet {
    LabelSheet { name: Cow::Borrowed(name), paper, grid, size, first, pitch }
}

/// White that stays at the sides of a label, and above and below, in mm: sheets slip in the printer.
const INSET: (f32, f32) = (4.0, 2.0);
/// The size of type, in points, that is large enough on a label.
const MOST: f32 = 12.0;
/// The width of the lines of an outline, in points.
const HAIR: f32 = 0.25;

/// Where on the sheets the labels begin, and by how much the printer is off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Placing {
    /// The first label on the first sheet, counted from 1, row by row.
    pub start: usize,
    /// Everything moves so far to the right and down, in mm.
    pub nudge: (f32, f32),
}

impl LabelSheet {
    /// A sheet with so many columns and rows: the size of a label, the place of the first, and the way to the next.
    pub(crate) fn new(name: &str, paper: Paper, grid: (usize, usize), measures: [(f32, f32); 3]) -> Self {
        let [size, first, pitch] = measures;
        Self { name: Cow::Owned(name.to_owned()), paper, grid, size, first, pitch }
    }

    /// Whether it has this name, in whatever case.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether one of the common sheets has this name.
    pub(crate) fn is_known(name: &str) -> bool {
        SHEETS.iter().any(|sheet| sheet.is_called(name))
    }

    /// The sheet of a name, one of the shop's `own` or a common one; where there is none, the hint offers the
    /// shop's own and those for the paper of its country.
    ///
    /// # Errors
    /// When no sheet has this name.
    pub(crate) fn named(name: &str, own: &[Self], country: &str) -> Result<Self> {
        let wanted = name.trim();
        own.iter().chain(&SHEETS).find(|sheet| sheet.is_called(wanted)).cloned().ok_or_else(|| {
            let (here, there): (Vec<_>, Vec<_>) = SHEETS.iter().partition(|sheet| sheet.paper == Paper::of(country));
            let here = own.iter().chain(here);
            let names = |sheets: &[&Self]| text::list(&sheets.iter().map(|s| text::quote(&s.name)).collect::<Vec<_>>());
            let sizes = here.map(|sheet| {
                format!("{} ({} of {} × {} mm)", text::quote(&sheet.name), sheet.count(), sheet.size.0, sheet.size.1)
            });
            Error::new(format!("the labels {} are not known", text::quote(name))).hint(format!(
                "known are {}; on the paper of other countries {}",
                text::list(&sizes.collect::<Vec<_>>()),
                names(&there)
            ))
        })
    }

    /// How many labels a sheet has.
    #[must_use]
    pub(crate) fn count(&self) -> usize {
        self.grid.0 * self.grid.1
    }

    /// How many sheets so many labels take.
    #[must_use]
    pub(crate) fn sheets(&self, start: usize, labels: usize) -> usize {
        (start - 1 + labels).div_ceil(self.count())
    }

    /// Left and top of a label, counted from 0, in points.
    fn corner(&self, label: usize, nudge: (f32, f32)) -> (f32, f32) {
        let (column, row) = (number::measure(label % self.grid.0), number::measure(label / self.grid.0));
        points((self.first.0 + column * self.pitch.0 + nudge.0, self.first.1 + row * self.pitch.1 + nudge.1))
    }
}

/// Sets each address on a label, row by row, and writes the sheets as one PDF; an address that does not fit is a problem.
///
/// If there is one, nothing is written, unless such labels are to be left out; the others then close up.
pub(crate) fn labels(
    imprint: &Imprint<'_>,
    sheet: &LabelSheet,
    placing: Placing,
    addresses: &[AddressForms],
    leave_out: bool,
    out: &mut impl Write,
) -> Result<Printed> {
    let size = points(sheet.size);
    let (side, above) = points(INSET);
    let place = AddressPlace { what: "label", room: (size.0 - 2.0 * side, size.1 - 2.0 * above), most: MOST };
    imprint::write(imprint, leave_out, out, |pages| {
        let mut at = placing.start - 1;
        let mut strip = Strip::default();
        for person in addresses {
            let mut set = pages.address(person, place);
            if !pages.note(std::mem::take(&mut set.faults))? {
                continue;
            }
            if at == sheet.count() {
                pages.add(std::mem::take(&mut strip), sheet.paper.size())?;
                at = 0;
            }
            let (x, y) = sheet.corner(at, placing.nudge);
            let top = y + (size.1 - set.height()) / 2.0;
            strip.marks.extend(set.marks(x + side, top));
            at += 1;
        }
        pages.add(strip, sheet.paper.size())
    })
}

/// The outlines of a sheet's labels, each with its number: printed on plain paper and held against the sheet, they show
/// by how much to nudge.
pub(crate) fn outline(
    imprint: &Imprint<'_>,
    sheet: &LabelSheet,
    nudge: (f32, f32),
    out: &mut impl Write,
) -> Result<()> {
    let (width, height) = points(sheet.size);
    let cells = |points: f32| number::whole(points / HAIR);
    let (right, bottom) = (cells(width), cells(height));
    let printed = imprint::write(imprint, true, out, |pages| {
        let mut strip = Strip::default();
        for label in 0..sheet.count() {
            let (x, y) = sheet.corner(label, nudge);
            let boxes = vec![[0, 0, right, 1], [0, bottom, right, 1], [0, 0, 1, bottom], [right, 0, 1, bottom + 1]];
            strip.marks.push(Mark::Cells { x, y, cell: (HAIR, HAIR), boxes, text: String::new() });
            let text = match label {
                0 => format!("1 · {} · nudge {},{}", sheet.name, nudge.0, nudge.1),
                _ => (label + 1).to_string(),
            };
            let (side, middle) = (INSET.0 * MM, y + height / 2.0);
            let line = address::one_line(&mut pages.setter, pages.language, &text, MOST);
            strip.marks.extend(line.map(|line| Mark::Text { x: x + side, y: middle + MOST * 0.3, line }));
            pages.note(Vec::new())?;
        }
        pages.add(strip, sheet.paper.size())
    });
    printed.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sheet_fits_its_paper_and_lies_in_its_middle() {
        for sheet in &SHEETS {
            let (width, height) = sheet.paper.size();
            let last = sheet.corner(sheet.count() - 1, (0.0, 0.0));
            let far = (last.0 + sheet.size.0 * MM, last.1 + sheet.size.1 * MM);
            let white = ((width - far.0) / MM, (height - far.1) / MM);
            assert!(
                (white.0 - sheet.first.0).abs() < 0.5 && (white.1 - sheet.first.1).abs() < 0.5,
                "{sheet:?} {white:?}"
            );
            assert!(sheet.pitch.0 >= sheet.size.0 && sheet.pitch.1 >= sheet.size.1, "{sheet:?}");
        }
    }

    #[test]
    fn an_unknown_sheet_is_answered_with_those_of_the_country() {
        let hint_for = |country| {
            LabelSheet::named("5162x", &[], country).map_err(|e| e.what_next().unwrap_or_default().to_owned())
        };
        assert!(hint_for("US").is_err_and(|hint| hint.starts_with("known are `5160` (30 of 66.68 × 25.4 mm), ")));
        assert!(hint_for("DE").is_err_and(|hint| hint.starts_with("known are `L7160` (21 of 63.5 × 38.1 mm), ")));
        assert_eq!(LabelSheet::named(" l7160", &[], "US").map(|sheet| sheet.sheets(21, 2)).ok(), Some(2));
    }
}
