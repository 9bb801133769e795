//! Tables as books have them: a heavy rule above and below, a thin one under the heading row, none between rows and columns.

use super::frame::{self, Frame};
use crate::letter::line::lines::{self, Align};
use crate::letter::line::typeset::{Look, Setter, Styled};
use crate::letter::number;
use crate::letter::page::role::ReadingRole;
use crate::letter::page::{LayoutFault, Mark, SetBlock, Strip, TextLine};
use crate::letter::sheet::paper::MM;
use crate::merge::{self, Block, ColumnAlign, TextTable};

/// White between columns, as a multiple of the size of the type; and where there is little room.
const GAP: f32 = 1.8;
const NARROW_GAP: f32 = 1.0;
/// A table that takes no more than this share of a page is not broken.
const WHOLE: f32 = 0.5;
/// The weight of a heavy rule, in points.
const HEAVY: f32 = 0.95;
/// White between a heavy rule and text, and between text and the thin rule, in points.
const RULE_WHITE: f32 = 2.6;
/// White between rows of which one has several lines or a picture, as a share of the distance of baselines.
const BETWEEN_ROWS: f32 = 0.25;
/// How small a picture may be made in a narrow column, in mm.
const SMALLEST_PICTURE: f32 = 10.0;

/// Sets a picture or a code in a column of this width.
pub(crate) type SetPicture = fn(&mut Setter<'_>, &Frame<'_>, &Block, f32) -> SetBlock;

/// Sets a table.
pub(crate) fn set(
    setter: &mut Setter<'_>,
    frame: &Frame<'_>,
    table: &TextTable,
    measure: f32,
    set_picture: SetPicture,
) -> SetBlock {
    let leading = frame.leading();
    let white =
        SetBlock { before: leading * 0.6, after: leading * 0.8, role: ReadingRole::Table, ..SetBlock::default() };
    let columns: Vec<ShapedColumn<'_>> = (0..table.columns())
        .map(|column| ShapedColumn::read(setter, frame, table, column, measure, set_picture))
        .collect();
    if columns.is_empty() {
        return white;
    }
    let (widths, gap) = match widths(setter, frame, &columns, measure) {
        Ok(found) => found,
        Err(fault) => return SetBlock { faults: vec![fault], ..white },
    };
    let across = widths.iter().sum::<f32>() + gap * number::measure(widths.len() - 1);
    let mut left = 0.0;
    let lefts: Vec<f32> = widths
        .iter()
        .map(|width| {
            let start = left;
            left += width + gap;
            if frame.is_rtl { measure - start - width } else { start }
        })
        .collect();
    let start = if frame.is_rtl { measure - across } else { 0.0 };
    let mut set = SetBlock { repeats_head: true, ..white };
    let mut is_airy = false;
    let mut rows = Vec::with_capacity(table.rows.len());
    for row in 0..table.rows.len() {
        let mut strip = Strip { height: leading, ..Strip::default() };
        for (number, ((column, &width), &left)) in columns.iter().zip(&widths).zip(&lefts).enumerate() {
            let mut cell = column.cell(setter, frame, row, width, &mut set.faults, set_picture);
            cell.put_within_cell(row, number);
            strip.height = strip.height.max(cell.height);
            strip.take(cell, left, 0.0);
        }
        is_airy |= strip.height > leading + 0.01 && row > 0;
        rows.push(strip);
    }
    let mut rows = rows.into_iter();
    let rule = |y, weight| Mark::Rule { x: start, y, width: across, weight, colour: frame.own.colour };
    let mut head = Strip { height: RULE_WHITE, marks: vec![rule(HEAVY / 4.0, HEAVY)], ..Strip::default() };
    if let Some(row) = rows.next().filter(|_| table.has_head()) {
        head.tag(ReadingRole::Artifact);
        let y = RULE_WHITE + row.height + RULE_WHITE / 2.0;
        head.take(row, 0.0, RULE_WHITE);
        head.marks.push(rule(y, Mark::THIN));
        head.height = y + RULE_WHITE;
    }
    set.strips.push(head);
    let space = if is_airy { leading * BETWEEN_ROWS } else { 0.0 };
    set.strips.extend(rows.enumerate().map(|(row, strip)| Strip { space: if row > 0 { space } else { 0.0 }, ..strip }));
    let marks = vec![rule(RULE_WHITE / 2.0 + HEAVY / 4.0, HEAVY)];
    set.strips.push(Strip { height: RULE_WHITE, marks, ..Strip::default() });
    keep_together(&mut set, frame.tallest);
    set
}

/// The widths of the columns and the white between them, or why there is no room for them.
fn widths(
    setter: &mut Setter<'_>,
    frame: &Frame<'_>,
    columns: &[ShapedColumn<'_>],
    measure: f32,
) -> Result<(Vec<f32>, f32), LayoutFault> {
    let natural: Vec<f32> = columns.iter().map(|column| column.natural).collect();
    let with_gaps = |widths: &[f32], gap: f32| widths.iter().sum::<f32>() + gap * number::measure(widths.len() - 1);
    let [wide, narrow] = [GAP, NARROW_GAP].map(|gap| gap * frame.size);
    let gap = if with_gaps(&natural, wide) <= measure { wide } else { narrow };
    if with_gaps(&natural, gap) <= measure {
        return Ok((natural, gap));
    }
    // A code or a compound is divided at its hyphens only where nothing else helps.
    let mut least = f32::INFINITY;
    for is_tied in [true, false] {
        let narrowest: Vec<f32> = columns.iter().map(|column| column.narrowest(setter, frame, is_tied)).collect();
        least = with_gaps(&narrowest, gap);
        if least <= measure + 0.01 {
            return Ok((share(&natural, &narrowest, measure - gap * number::measure(columns.len() - 1)), gap));
        }
    }
    let [least, room] = [least, measure].map(|points| (points / MM).ceil());
    let message = format!("a table is too wide: its columns need {least} mm, and there are {room}");
    let hint = "leave a column out, shorten its longest words, or make two tables";
    Err(LayoutFault::Other(message, hint.to_owned()))
}

/// Keeps the strips of a table on one page where it is small, and its first and last rows with their rules.
fn keep_together(set: &mut SetBlock, tallest: f32) {
    let is_whole = set.height() <= tallest * WHOLE;
    // The heading row is never separated from the first two rows, nor the rule below from the last two.
    let last = set.strips.len() - 1;
    for (number, strip) in set.strips.iter_mut().enumerate() {
        strip.keep = number < last && (is_whole || number < 2 || number + 2 >= last);
    }
    let ends = set.strips[0].height + set.strips[last].height;
    if set.strips[1..last].iter().any(|row| ends + row.height > tallest) {
        let message = "a row of a table is taller than a page".to_owned();
        set.faults.push(LayoutFault::Other(message, "put its text below the table, or make two rows".to_owned()));
    }
}

/// A column whose cells are shaped, each line without end.
struct ShapedColumn<'t> {
    align: Align,
    /// The width that it takes when no cell is broken.
    natural: f32,
    /// The widest fraction of its numbers: what stands behind the digit before the decimal separator.
    fraction: f32,
    cells: Vec<Vec<ShapedPart<'t>>>,
}

/// A part of a cell.
enum ShapedPart<'t> {
    Text {
        styled: Styled,
        lines: Vec<TextLine>,
        /// The width of its fraction, if it is a number.
        fraction: Option<f32>,
    },
    Picture {
        block: &'t Block,
        /// Its width where there is room enough.
        width: f32,
    },
}

impl<'t> ShapedColumn<'t> {
    fn read(
        setter: &mut Setter<'_>,
        frame: &Frame<'_>,
        table: &'t TextTable,
        column: usize,
        measure: f32,
        set_picture: SetPicture,
    ) -> Self {
        let align = match table.align(column) {
            ColumnAlign::Left => Align::Left,
            ColumnAlign::Centre => Align::Centre,
            ColumnAlign::Right => Align::Right,
            ColumnAlign::Unset => Align::Start,
        };
        let fractions = if align == Align::Right { fractions(table, column) } else { vec![None; table.rows.len()] };
        let (mut whole, mut fraction) = (0.0_f32, 0.0_f32);
        let mut natural = 0.0_f32;
        let mut cells = Vec::with_capacity(table.rows.len());
        for (row, at) in fractions.into_iter().enumerate() {
            let look = Look { italic: row == 0, ..Look::of(frame.size) };
            let mut parts = Vec::new();
            for block in table.cell(row, column) {
                let Block::Paragraph(spans) = block else {
                    let width = set_picture(setter, frame, block, measure).reach();
                    natural = natural.max(width);
                    parts.push(ShapedPart::Picture { block, width });
                    continue;
                };
                let styled = Styled::spans(spans, look);
                let set = lines::set(setter, &styled, frame.language, f32::MAX, Align::Left);
                let lines: Vec<TextLine> = set.into_iter().map(|(_, line)| line).collect();
                let width = lines.iter().map(|line| line.width).fold(0.0, f32::max);
                let own = at.map(|at| {
                    let start = Styled::spans(&merge::cut(spans, at), look);
                    let start = lines::natural_width(setter, &start, frame.language);
                    (whole, fraction) = (whole.max(start), fraction.max(width - start));
                    width - start
                });
                natural = natural.max(width);
                parts.push(ShapedPart::Text { styled, lines, fraction: own });
            }
            cells.push(parts);
        }
        // Half a point more than shaping found: no line breaks for a rounding error.
        let natural = natural.max(whole + fraction).ceil() + 0.5;
        Self { align, natural, fraction, cells }
    }

    /// The width below which a word would be torn, or a picture be too small.
    fn narrowest(&self, setter: &mut Setter<'_>, frame: &Frame<'_>, is_tied: bool) -> f32 {
        let parts = self.cells.iter().flatten().map(|part| match part {
            ShapedPart::Text { styled, fraction: None, .. } => setter.narrowest(styled, frame.language, is_tied),
            // A number is not broken.
            ShapedPart::Text { lines, .. } => lines.iter().map(|line| line.width).fold(0.0, f32::max),
            ShapedPart::Picture { block: Block::Image { .. }, width } => width.min(SMALLEST_PICTURE * MM),
            ShapedPart::Picture { width, .. } => *width,
        });
        (parts.fold(0.0, f32::max).ceil() + 0.5).min(self.natural)
    }

    /// A cell in a column of this width.
    fn cell(
        &self,
        setter: &mut Setter<'_>,
        frame: &Frame<'_>,
        row: usize,
        width: f32,
        faults: &mut Vec<LayoutFault>,
        set_picture: SetPicture,
    ) -> Strip {
        let leading = frame.leading();
        let at_right = self.align == Align::Right || self.align == Align::Start && frame.is_rtl;
        let indent = |own: f32| match self.align {
            Align::Centre => (width - own) / 2.0,
            _ if at_right => width - own,
            _ => 0.0,
        };
        let (mut cell, mut y) = (Strip::default(), 0.0);
        for (number, part) in self.cells[row].iter().enumerate() {
            match part {
                ShapedPart::Text { styled, lines, fraction } => {
                    let is_wide = lines.iter().any(|line| line.width > width);
                    let broken = is_wide.then(|| lines::set(setter, styled, frame.language, width, Align::Left));
                    let lines = broken.map_or_else(
                        || lines.clone(),
                        |broken| broken.into_iter().map(|(_, line)| line).collect::<Vec<_>>(),
                    );
                    let behind = fraction.map_or(0.0, |own| self.fraction - own);
                    for line in lines {
                        let x = (indent(line.width) - behind).max(0.0);
                        cell.marks.push(Mark::Text { x, y: y + frame::baseline(frame.size, leading), line });
                        y += leading;
                    }
                    cell.tag_rest();
                }
                ShapedPart::Picture { block, .. } => {
                    let mut set = set_picture(setter, frame, block, width);
                    faults.append(&mut set.faults);
                    let own = set.reach();
                    let role = set.role.clone();
                    set.put_within(number, &role);
                    // A picture begins where small letters do.
                    y += leading * BETWEEN_ROWS;
                    for strip in set.strips {
                        let height = strip.height;
                        cell.take(strip, indent(own), y);
                        y += height;
                    }
                    y += leading * BETWEEN_ROWS;
                }
            }
        }
        Strip { height: y, ..cell }
    }
}

/// Where the fractions of a column's numbers begin; nothing where all have equally many digits, and stand below each other
/// as they are.
fn fractions(table: &TextTable, column: usize) -> Vec<Option<usize>> {
    let fractions = table.fractions(column);
    let shape = |(row, at): (usize, &Option<usize>)| -> Option<String> {
        let text = merge::plain_text(table.cell(row, column));
        let fraction = at.and_then(|at| text.get(at..).map(str::to_owned))?;
        Some(fraction.chars().map(|c| if c.is_numeric() { '0' } else { c }).collect())
    };
    let mut shapes = fractions.iter().enumerate().filter_map(shape);
    let first = shapes.next();
    if shapes.all(|shape| Some(shape) == first) { vec![None; fractions.len()] } else { fractions }
}

/// The widths of the columns: as wide as they need; when they do not fit, the wider ones become equally wide, each as wide
/// as its longest word at least.
fn share(natural: &[f32], narrowest: &[f32], room: f32) -> Vec<f32> {
    if natural.iter().sum::<f32>() <= room {
        return natural.to_vec();
    }
    let at = |level: f32| natural.iter().zip(narrowest).map(move |(natural, least)| level.min(*natural).max(*least));
    // The level at which all is used, by halving: the sum grows with it.
    let (mut low, mut high) = (0.0, room);
    for _ in 0..24 {
        let middle = f32::midpoint(low, high);
        if at(middle).sum::<f32>() <= room { low = middle } else { high = middle }
    }
    at(low).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_share_what_room_there_is() {
        for (natural, narrowest, room, widths) in [
            (vec![50.0, 60.0], vec![0.0, 0.0], 200.0, vec![50.0, 60.0]),
            (vec![50.0, 400.0], vec![0.0, 0.0], 200.0, vec![50.0, 150.0]),
            (vec![300.0, 400.0, 20.0], vec![0.0; 3], 220.0, vec![100.0, 100.0, 20.0]),
            (vec![300.0, 400.0, 20.0], vec![140.0, 10.0, 5.0], 220.0, vec![140.0, 60.0, 20.0]),
            (vec![300.0, 400.0], vec![200.0, 20.0], 220.0, vec![200.0, 20.0]),
        ] {
            let shared = share(&natural, &narrowest, room);
            assert!(shared.iter().zip(&widths).all(|(a, b)| (a - b).abs() < 0.01), "{shared:?} {widths:?}");
        }
    }
}
