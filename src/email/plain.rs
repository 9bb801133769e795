//! Renders blocks as plain text.

use std::fmt::Write as _;

use super::phrases::Phrases;
use crate::merge::{Block, ColumnAlign, Span, TextTable};

/// The text of blocks, separated by blank lines.
pub(super) fn text(blocks: &[Block], phrases: &Phrases) -> String {
    blocks.iter().map(|one| block(one, phrases)).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn block(block: &Block, phrases: &Phrases) -> String {
    match block {
        Block::Heading(_, spans) | Block::Paragraph(spans) => wrapped(&line(spans)),
        Block::List(first, items) => {
            let mut out = String::new();
            for (index, item) in items.iter().enumerate() {
                let mark = first.map_or("- ".to_owned(), |first| format!("{}. ", first + index as u64));
                let inside = text(item, phrases).replace('\n', &format!("\n{}", " ".repeat(mark.len())));
                let _ = writeln!(out, "{mark}{inside}");
            }
            out.trim_end().to_owned()
        }
        Block::Quote(inside) => {
            text(inside, phrases).lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
        }
        Block::Rule => "-".repeat(40),
        Block::Image { alt, .. } => alt.clone(),
        Block::Qr(code) | Block::Barcode(code) => format!("{} {code}", phrases.code),
        Block::Coupon(inside) => format!("{CUT}\n{}\n{CUT}", text(inside, phrases)),
        Block::After | Block::Back => String::new(),
        Block::Table(table) => text_table(table, phrases),
    }
}

/// White between the columns of a table.
const GAP: usize = 3;

/// A table with its columns below each other; where that is wider than a line, each row as lines of its own.
fn text_table(table: &TextTable, phrases: &Phrases) -> String {
    let columns: Vec<PlainColumn> =
        (0..table.columns()).map(|column| PlainColumn::read(table, column, phrases)).collect();
    let first = usize::from(!table.has_head());
    let widths: Vec<usize> = columns.iter().map(|column| column.width).collect();
    if widths.iter().sum::<usize>() + GAP * columns.len().saturating_sub(1) > LONGEST {
        return records(&columns, table.rows.len());
    }
    let gap = " ".repeat(GAP);
    let mut out = Vec::new();
    for row in first..table.rows.len() {
        let cells: Vec<String> = columns.iter().map(|column| column.padded(row)).collect();
        out.push(cells.join(&gap).trim_end().to_owned());
        if row == 0 {
            out.push(widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>().join(&gap));
        }
    }
    out.join("\n")
}

/// Each row as lines, a cell on each behind its column's head.
fn records(columns: &[PlainColumn], rows: usize) -> String {
    let record = |row: usize| {
        let cells = columns.iter().filter(|column| !column.cells[row].is_empty()).map(|column| {
            let head = &column.cells[0];
            let colon = if head.is_empty() { "" } else { ": " };
            wrapped(&format!("{head}{colon}{}", column.cells[row]))
        });
        cells.collect::<Vec<_>>().join("\n")
    };
    (1..rows).map(record).collect::<Vec<_>>().join("\n\n")
}

/// A column as text.
struct PlainColumn {
    align: ColumnAlign,
    cells: Vec<String>,
    /// How much stands behind the whole number of each cell, where decimals stand below each other.
    fractions: Vec<Option<usize>>,
    /// The widest fraction.
    fraction: usize,
    width: usize,
}

impl PlainColumn {
    fn read(table: &TextTable, column: usize, phrases: &Phrases) -> Self {
        let align = table.align(column);
        let cell = |row: usize| text(table.cell(row, column), phrases).replace('\n', " ");
        let cells: Vec<String> = (0..table.rows.len()).map(cell).collect();
        let found = if align == ColumnAlign::Right { table.fractions(column) } else { vec![None; cells.len()] };
        let fraction = |(cell, at): (&String, Option<usize>)| at.and_then(|at| cell.get(at..)).map(width);
        let fractions: Vec<Option<usize>> = cells.iter().zip(found).map(fraction).collect();
        let widest = fractions.iter().flatten().copied().max().unwrap_or_default();
        let with_fraction = |(cell, own): (&String, &Option<usize>)| width(cell) + own.map_or(0, |own| widest - own);
        let most = cells.iter().zip(&fractions).map(with_fraction).max().unwrap_or_default();
        Self { align, fractions, fraction: widest, width: most, cells }
    }

    /// A cell as wide as its column.
    fn padded(&self, row: usize) -> String {
        let cell = &self.cells[row];
        let free = self.width - width(cell);
        let before = match self.align {
            ColumnAlign::Right => free - self.fractions[row].map_or(0, |own| self.fraction - own),
            ColumnAlign::Centre => free / 2,
            ColumnAlign::Left | ColumnAlign::Unset => 0,
        };
        format!("{}{cell}{}", " ".repeat(before), " ".repeat(free - before))
    }
}

/// How many places a text takes where all letters are equally wide; Chinese, Japanese and Korean ones take two.
fn width(text: &str) -> usize {
    let is_wide = |c: char| matches!(u32::from(c), 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xff00..=0xff60 | 0x2_0000..=0x3_fffd);
    text.chars().map(|c| 1 + usize::from(is_wide(c))).sum()
}

fn line(spans: &[Span]) -> String {
    let mut out = String::new();
    for span in spans {
        out.push_str(&span.text);
        if let Some(link) = span.link.as_deref().filter(|link| *link != span.text) {
            let _ = write!(out, " ({link})");
        }
    }
    out
}

/// The edge of a coupon.
const CUT: &str = "- - - - - - - - - - - - - - - - - - - -";

/// The longest line, in characters, if words allow it.
const LONGEST: usize = 76;

/// Breaks lines so that they are short enough for every mail program.
pub(super) fn wrapped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let mut rest = line;
        while let Some(end) = line_end(rest) {
            out.push_str(&rest[..end]);
            out.push('\n');
            rest = &rest[end + 1..];
        }
        out.push_str(rest);
    }
    out
}

/// The space at which a long line is broken: the last that fits, or else the first.
fn line_end(rest: &str) -> Option<usize> {
    let room = if rest.is_ascii() {
        (rest.len() > LONGEST).then_some(LONGEST)
    } else {
        rest.char_indices().nth(LONGEST).map(|(at, _)| at)
    }?;
    let (head, tail) = rest.split_at(room);
    if tail.starts_with(' ') {
        return Some(room);
    }
    head.rfind(' ').filter(|at| *at > 0).or_else(|| Some(room + tail.find(' ')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_its_columns_below_each_other_while_it_fits_a_line() {
        let phrases = crate::email::phrases::of("en");
        let long = "word ".repeat(14);
        for (markdown, expected) in [
            (
                "|Wine|Price|\n|-|-|\n|*Port*|12.50|\n|Sherry|7|",
                "Wine     Price\n------   -----\nPort     12.50\nSherry    7",
            ),
            (
                "|Day|Open|\n|:-:|--:|\n|Mo|9 to 5|\n|Tuesday|no|",
                "  Day       Open\n-------   ------\n  Mo      9 to 5\nTuesday       no",
            ),
            ("|||\n|-|-|\n|山田|1|\n|Ana|22|", "山田    1\nAna    22"),
            ("|a|b|\n|-|-|\n|![A bottle](a.png)|x|", "a          b\n--------   -\nA bottle   x"),
            (
                &format!("|Wine|Remark|\n|-|-|\n|Port|{long}|\n|Sherry||"),
                &format!("Wine: Port\nRemark: {}\nword\n\nWine: Sherry", "word ".repeat(13).trim_end()),
            ),
        ] {
            assert_eq!(text(&crate::merge::blocks(markdown).expect("blocks"), &phrases), expected);
        }
    }

    #[test]
    fn lines_end_at_the_last_space_that_fits() {
        let word = |signs: usize| "é".repeat(signs);
        let text = format!("{} {} {}\n{} a", word(70), word(5), word(1), word(90));
        assert_eq!(wrapped(&text), format!("{} {}\n{}\n{}\na", word(70), word(5), word(1), word(90)));
        assert_eq!(wrapped(&"x".repeat(80)), "x".repeat(80));
        assert_eq!(wrapped(&format!("{} yy", "x".repeat(74))), format!("{}\nyy", "x".repeat(74)));
        assert_eq!(wrapped(&format!("{} y", "x".repeat(74))), format!("{} y", "x".repeat(74)));
    }
}
