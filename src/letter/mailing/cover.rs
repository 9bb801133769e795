//! The cover sheet of a print run: one page that lists what lies under it, with lines to tick.

use std::io::Write;

use super::imprint::{self, Imprint, PageWriter};
use crate::error::Result;
use crate::letter::line::lines::{self, Align};
use crate::letter::line::typeset::{Look, Styled};
use crate::letter::page::{LayoutFault, Mark, Strip, TextLine};
use crate::letter::sheet::paper::MM;
use crate::letter::{Paper, PrintProblem, number};

/// What stands on a cover sheet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cover {
    /// The sheet.
    pub paper: Paper,
    /// What lies under it.
    pub heading: String,
    /// A line under that.
    pub below: String,
    /// What is counted, and the figure.
    pub figures: Vec<(String, String)>,
    /// Counts by kind.
    pub sections: Vec<Section>,
    /// One more kind, coarser from one to the next: the first for which there is room is taken.
    pub finest: Vec<Section>,
    /// What is to be done; each gets a box to tick and a line for the day.
    pub ticks: Vec<String>,
}

/// Counts under a title.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Section {
    pub title: String,
    /// What is counted, and how many.
    pub rows: Vec<(String, String)>,
}

/// The white around the page, in mm.
const MARGIN: f32 = 25.4;
/// Sizes of type, in points: the heading, the figures; and of the sections the largest, the least that is still read
/// with ease, and the least of all.
const HEADING: f32 = 22.0;
const FIGURES: f32 = 11.5;
const SIZES: [f32; 3] = [10.5, 8.5, 5.0];
/// The distance of baselines, as a multiple of the size of the type.
const LEADING: f32 = 1.36;
/// The distance of the lines to tick, in points.
const TICK: f32 = 21.0;
/// White between columns, as a multiple of the size of the type.
const GUTTER: f32 = 2.4;

/// Writes the cover sheet as a PDF of one page; what could not be set is returned.
pub(crate) fn cover(imprint: &Imprint<'_>, cover: &Cover, out: &mut impl Write) -> Result<Vec<PrintProblem>> {
    let size = cover.paper.size();
    let printed = imprint::write(imprint, true, out, |pages| {
        let left = MARGIN * MM;
        let mut sheet = CoverPage { pages, marks: Vec::new(), left, measure: size.0 - 2.0 * left };
        sheet.set(cover, size.1);
        let marks = sheet.marks;
        let mut missing = std::mem::take(&mut pages.setter.missing);
        missing.sort_unstable();
        missing.dedup();
        pages.note(Vec::new())?;
        let problems = pages.problems(0, missing.into_iter().map(LayoutFault::Glyph).collect());
        pages.printed.problems.extend(problems);
        pages.add(Strip { marks, ..Strip::default() }, size)
    })?;
    Ok(printed.problems)
}

/// The page being written.
struct CoverPage<'p, 'a> {
    pages: &'p mut PageWriter<'a>,
    marks: Vec<Mark>,
    left: f32,
    measure: f32,
}

impl CoverPage<'_, '_> {
    fn set(&mut self, cover: &Cover, height: f32) {
        let mut y = MARGIN * MM + HEADING * 0.7;
        self.text(&cover.heading, HEADING, (0.0, y), self.measure);
        y += FIGURES * LEADING * 1.4;
        self.text(&cover.below, FIGURES, (0.0, y), self.measure);
        y += FIGURES * LEADING;
        self.marks.push(Mark::Rule {
            x: self.left,
            y: y - FIGURES * 0.6,
            width: self.measure,
            weight: Mark::THIN,
            colour: None,
        });
        let tab = self.measure * 0.3;
        for (what, figure) in &cover.figures {
            y += FIGURES * LEADING;
            self.text(what, FIGURES, (0.0, y), tab);
            self.text(figure, FIGURES, (tab, y), self.measure - tab);
        }
        let ticks = height - MARGIN * MM - TICK * (number::measure(cover.ticks.len()) + 0.3);
        self.sections(cover, y, ticks - y);
        for (row, what) in cover.ticks.iter().enumerate() {
            self.tick(what, ticks + TICK * number::measure(row + 1));
        }
    }

    fn line(&mut self, text: &str, look: Look) -> Option<TextLine> {
        let styled = Styled::plain(&text.split_whitespace().collect::<Vec<_>>().join(" "), look);
        let set = lines::set(&mut self.pages.setter, &styled, self.pages.language, f32::MAX, Align::Left);
        set.into_iter().next().map(|(_, line)| line)
    }

    /// Places text on a baseline, smaller if it would be wider than its room.
    fn text(&mut self, text: &str, size: f32, (x, y): (f32, f32), room: f32) {
        let Some(mut line) = self.line(text, Look::of(size)) else { return };
        if line.width > room {
            let smaller = self.line(text, Look::of(size * room / line.width));
            line = smaller.unwrap_or(line);
        }
        self.marks.push(Mark::Text { x: self.left + x, y, line });
    }

    /// The sections one below the other, in the largest type for which there is room; then the finest of the last kind.
    fn sections(&mut self, cover: &Cover, top: f32, room: f32) {
        let [largest, least, smallest] = SIZES;
        let mut tries: Vec<(Option<&Section>, f32)> = Vec::new();
        for section in &cover.finest {
            tries.extend([largest, least].map(|size| (Some(section), size)));
        }
        let coarsest = cover.finest.last();
        tries.extend([largest, least, f32::midpoint(least, smallest), smallest].map(|size| (coarsest, size)));
        let mut chosen = Vec::new();
        for (last, size) in tries {
            chosen = cover.sections.iter().chain(last).map(|section| self.table(section, size)).collect();
            if chosen.iter().map(SetSection::height).sum::<f32>() <= room {
                break;
            }
        }
        let mut y = top;
        for table in chosen {
            let height = table.height();
            self.place(table, y);
            y += height;
        }
    }

    fn table(&mut self, section: &Section, size: f32) -> SetSection {
        let title = self.line(&section.title, Look { bold: true, ..Look::of(size) });
        let mut rows = Vec::with_capacity(section.rows.len());
        for (what, count) in &section.rows {
            rows.extend(self.line(what, Look::of(size)).zip(self.line(count, Look::of(size))));
        }
        let widest = rows.iter().map(|(what, count)| what.width + count.width + size).fold(size * 4.0, f32::max);
        let fit = ((self.measure + size * GUTTER) / (widest + size * GUTTER)).floor();
        let columns = usize::from(number::whole(fit)).clamp(1, rows.len().max(1));
        SetSection { title, size, width: widest.min(self.measure), columns, rows }
    }

    /// Places a table under this height, its columns filled from top to bottom.
    fn place(&mut self, table: SetSection, top: f32) {
        let leading = table.size * LEADING;
        let mut y = top + leading * 1.7;
        self.marks.extend(table.title.map(|line| Mark::Text { x: self.left, y, line }));
        y += leading * 1.1;
        let rows = table.rows.len().div_ceil(table.columns).max(1);
        for (number, (what, count)) in table.rows.into_iter().enumerate() {
            let x = self.left + number::measure(number / rows) * (table.width + table.size * GUTTER);
            let y = y + number::measure(number % rows) * leading;
            let end = x + table.width - count.width;
            self.marks.push(Mark::Text { x, y, line: what });
            self.marks.push(Mark::Text { x: end, y, line: count });
        }
    }

    /// A box to tick, what is done, and lines for the day and the hand.
    fn tick(&mut self, what: &str, y: f32) {
        const BOX: (f32, u16) = (0.5, 20);
        let (cell, wide) = BOX;
        let boxes = vec![[0, 0, wide, 1], [0, wide, wide + 1, 1], [0, 0, 1, wide], [wide, 0, 1, wide]];
        self.marks.push(Mark::Cells { x: self.left, y: y - 9.0, cell: (cell, cell), boxes, text: String::new() });
        self.text(what, FIGURES, (20.0, y), self.measure);
        for (word, from, to) in [("on", 0.3, 0.63), ("by", 0.67, 1.0)] {
            let (x, end) = (self.measure * from, self.measure * to);
            self.text(word, FIGURES, (x, y), self.measure);
            self.marks.push(Mark::Rule {
                x: self.left + x + 18.0,
                y: y + 2.0,
                width: end - x - 18.0,
                weight: Mark::THIN,
                colour: None,
            });
        }
    }
}

/// A section that is set.
struct SetSection {
    title: Option<TextLine>,
    size: f32,
    width: f32,
    columns: usize,
    rows: Vec<(TextLine, TextLine)>,
}

impl SetSection {
    fn height(&self) -> f32 {
        let rows = number::measure(self.rows.len().div_ceil(self.columns).max(1));
        self.size * LEADING * (rows + 2.1)
    }
}
