//! Renders blocks as plain text.

use std::fmt::Write as _;

use super::phrases::Phrases;
use crate::merge::{Block, Span};

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
        Block::Table(rows) => {
            let cells = |row: &Vec<Vec<Span>>| row.iter().map(|cell| line(cell)).collect::<Vec<_>>().join("   ");
            rows.iter().map(cells).collect::<Vec<_>>().join("\n")
        }
    }
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
    fn lines_end_at_the_last_space_that_fits() {
        let word = |signs: usize| "é".repeat(signs);
        let text = format!("{} {} {}\n{} a", word(70), word(5), word(1), word(90));
        assert_eq!(wrapped(&text), format!("{} {}\n{}\n{}\na", word(70), word(5), word(1), word(90)));
        assert_eq!(wrapped(&"x".repeat(80)), "x".repeat(80));
        assert_eq!(wrapped(&format!("{} yy", "x".repeat(74))), format!("{}\nyy", "x".repeat(74)));
        assert_eq!(wrapped(&format!("{} y", "x".repeat(74))), format!("{} y", "x".repeat(74)));
    }
}
