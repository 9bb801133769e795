//! Blocks as plain text, for people who read their mail so.

use std::fmt::Write as _;

use super::phrases::Phrases;
use crate::merge::{Block, Span};

/// The text of blocks, a blank line between them.
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

/// Lines of at most 76 signs where words allow it.
pub(super) fn wrapped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let mut width = 0;
        for word in line.split(' ') {
            let length = word.chars().count();
            if width > 0 && width + 1 + length > 76 {
                out.push('\n');
                width = 0;
            } else if width > 0 {
                out.push(' ');
                width += 1;
            }
            out.push_str(word);
            width += length;
        }
    }
    out
}
