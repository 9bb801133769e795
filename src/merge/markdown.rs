//! Markdown → blocks, through pulldown-cmark. HTML in a template is not markup here; it stays text.

use std::borrow::Cow;

use pulldown_cmark::{Alignment, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::block::{Block, ColumnAlign, Span, TextTable};
use super::fences::{self, TextPart};
use crate::error::{Error, Result};
use crate::text;

/// Reads rendered Markdown into blocks.
///
/// # Errors
/// When an image has a width that is not one, or the text has more than a letter may: see [`MOST_NESTED`] and those next to it.
pub(crate) fn blocks(markdown: &str) -> Result<Vec<Block>> {
    if widest_row(markdown) > MOST_COLUMNS {
        return Err(Error::new(format!("a table has more than {MOST_COLUMNS} columns"))
            .hint("a sheet is not so wide: leave columns out, or make two tables"));
    }
    if longest_word(markdown) > MOST_OF_A_WORD {
        let message = format!("a word is longer than {MOST_OF_A_WORD} characters");
        return Err(Error::new(message).hint("a line is broken between words: put spaces into it, or take it out"));
    }
    if markdown.lines().count() > MOST_LINES {
        return Err(Error::new(format!("the letter has more than {MOST_LINES} lines"))
            .hint("a letter is a page or two: look for a loop that prints too much"));
    }
    let options = Options::ENABLE_TABLES | Options::ENABLE_SMART_PUNCTUATION;
    let markdown = small_caps_as_links(markdown);
    let mut cells = 0;
    let mut read = |text: &str| {
        let events = Parser::new_ext(text, options);
        let mut reader = MarkdownReader { events, style: Span::default(), depth: 0, cells };
        let blocks = reader.blocks(None);
        cells = reader.cells;
        blocks
    };
    if !fences::may_be_in(&markdown) {
        return read(&markdown);
    }
    let mut found = Vec::new();
    for part in fences::parts(&markdown) {
        match part {
            TextPart::Text(text) => found.append(&mut read(text)?),
            TextPart::Coupon(text) => found.push(Block::Coupon(read(text)?)),
            TextPart::After => found.push(Block::After),
            TextPart::Back => found.push(Block::Back),
        }
    }
    Ok(found)
}

/// How deep lists, quotes and emphasis may stand in each other.
const MOST_NESTED: usize = 24;

/// How many columns a table may have: rows that lack some are filled up, however many rows there are.
const MOST_COLUMNS: usize = 30;

/// How long a word may be, or the address of a link: each of its places is one where a line may be broken.
const MOST_OF_A_WORD: usize = 6000;

/// How many cells the tables of a letter may have.
const MOST_CELLS: usize = 5000;

/// How many lines a text may have, empty ones as well: about 100 pages of paragraphs of a word each.
const MOST_LINES: usize = 10_000;

/// Whether [`blocks`] may find an error in this: in the width of an image, in a table, or in what is nested too deep, which
/// takes a symbol for each level.
pub(super) fn may_be_faulty(markdown: &str) -> bool {
    let nests = |two: &&[u8]| match two[1] {
        b'>' | b'*' | b'_' | b'[' | b'-' | b'+' => two[0] != b'\\',
        b')' | b'.' => two[0].is_ascii_digit(),
        _ => false,
    };
    // The first byte has none before it, so it is one more than is counted.
    let symbols = 1 + markdown.as_bytes().windows(2).filter(nests).count();
    let has_long_word = markdown.len() > MOST_OF_A_WORD && longest_word(markdown) > MOST_OF_A_WORD;
    markdown.contains(IMAGE)
        || markdown.contains('|')
        || symbols > MOST_NESTED
        || has_long_word
        || markdown.len() > MOST_LINES
}

/// The characters of the longest word; those of scripts that are written without spaces are words of their own.
fn longest_word(markdown: &str) -> usize {
    let words = markdown.split(|c: char| c.is_whitespace() || c >= '\u{2e80}');
    words.map(|word| if word.len() > MOST_OF_A_WORD { word.chars().count() } else { 0 }).max().unwrap_or(0)
}

/// The bars of the line that has most.
fn widest_row(markdown: &str) -> usize {
    if markdown.contains('|') { markdown.lines().map(|line| line.matches('|').count()).max().unwrap_or(0) } else { 0 }
}

/// How the address of an image with a width begins.
const IMAGE: &str = "regulars-image:";

/// How `[text]{.smallcaps}`, as Pandoc writes small capitals, ends, and the end of a link that it is read as.
const SMALL_CAPS: (&str, &str, &str) = ("]{.smallcaps}", "](regulars-smallcaps:)", "regulars-smallcaps:");

/// The text with small capitals written as links; in customers' text every bracket is escaped, so it has none.
fn small_caps_as_links(markdown: &str) -> Cow<'_, str> {
    let (ending, as_link, _) = SMALL_CAPS;
    if !markdown.contains(ending) {
        return Cow::Borrowed(markdown);
    }
    let mut parts = markdown.split(ending).peekable();
    let mut out = String::with_capacity(markdown.len());
    while let Some(part) = parts.next() {
        out.push_str(part);
        if parts.peek().is_some() {
            out.push_str(if part.ends_with('\\') { ending } else { as_link });
        }
    }
    Cow::Owned(out)
}

struct MarkdownReader<'m> {
    events: Parser<'m>,
    style: Span,
    /// How deep the block or span is that is read.
    depth: usize,
    /// The cells of all tables so far.
    cells: usize,
}

/// What a run of inline text becomes: spans, and the pictures between them.
enum Piece {
    Spans(Vec<Span>),
    Picture(Block),
}

impl Piece {
    /// Text as a paragraph, a picture as it is.
    fn into_paragraph(self) -> Block {
        match self {
            Self::Spans(spans) => Block::Paragraph(spans),
            Self::Picture(block) => block,
        }
    }
}

impl MarkdownReader<'_> {
    /// Goes one deeper for what stands inside something else.
    fn inside<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MOST_NESTED {
            let message = format!("lists, quotes or emphasis are nested more than {MOST_NESTED} deep");
            return Err(Error::new(message).hint("look for a line of many `*`, `_`, `>` or `[`"));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// Blocks until `end`.
    fn blocks(&mut self, end: Option<TagEnd>) -> Result<Vec<Block>> {
        self.inside(|reader| reader.blocks_here(end))
    }

    fn blocks_here(&mut self, end: Option<TagEnd>) -> Result<Vec<Block>> {
        let mut found = Vec::new();
        let mut loose: Vec<Span> = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::End(tag) if Some(tag) == end => break,
                Event::Start(tag) => {
                    let inline = matches!(tag, Tag::Strong | Tag::Emphasis | Tag::Link { .. } | Tag::Image { .. });
                    if inline {
                        // The text of a tight list item has no paragraph of its own.
                        for piece in self.inline(tag)? {
                            match piece {
                                Piece::Spans(spans) => loose.extend(spans),
                                Piece::Picture(block) => {
                                    flush(&mut found, &mut loose);
                                    found.push(block);
                                }
                            }
                        }
                        continue;
                    }
                    flush(&mut found, &mut loose);
                    self.block(tag, &mut found)?;
                }
                Event::Rule => {
                    flush(&mut found, &mut loose);
                    found.push(Block::Rule);
                }
                other => loose.extend(self.text(&other)),
            }
        }
        flush(&mut found, &mut loose);
        Ok(found)
    }

    fn block(&mut self, tag: Tag<'_>, found: &mut Vec<Block>) -> Result<()> {
        match tag {
            Tag::Paragraph => {
                found.extend(self.pieces(TagEnd::Paragraph)?.into_iter().map(Piece::into_paragraph));
            }
            Tag::Heading { level, .. } => {
                for piece in self.pieces(TagEnd::Heading(level))? {
                    found.push(match piece {
                        Piece::Spans(spans) => Block::Heading(depth(level), spans),
                        Piece::Picture(block) => block,
                    });
                }
            }
            Tag::List(first) => {
                let mut items = Vec::new();
                while let Some(event) = self.events.next() {
                    match event {
                        Event::Start(Tag::Item) => items.push(self.blocks(Some(TagEnd::Item))?),
                        Event::End(TagEnd::List(_)) => break,
                        _ => {}
                    }
                }
                found.push(Block::List(first, items));
            }
            Tag::BlockQuote(kind) => {
                let inside = self.blocks(Some(TagEnd::BlockQuote(kind)))?;
                found.push(Block::Quote(inside));
            }
            Tag::Table(aligns) => found.push(Block::Table(self.table(&aligns)?)),
            Tag::CodeBlock(_) => {
                for piece in self.pieces(TagEnd::CodeBlock)? {
                    if let Piece::Spans(spans) = piece {
                        found.push(Block::Paragraph(spans));
                    }
                }
            }
            other => found.extend(self.blocks(Some(other.to_end()))?),
        }
        Ok(())
    }

    fn table(&mut self, aligns: &[Alignment]) -> Result<TextTable> {
        let mut rows: Vec<Vec<Vec<Block>>> = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(Tag::TableHead | Tag::TableRow) => rows.push(Vec::new()),
                Event::Start(Tag::TableCell) => {
                    self.cells += 1;
                    if self.cells > MOST_CELLS {
                        let message = format!("the tables of a letter have more than {MOST_CELLS} cells");
                        return Err(Error::new(message).hint("a letter is a page or two: leave rows out"));
                    }
                    let pieces = self.pieces(TagEnd::TableCell)?.into_iter();
                    let cell = pieces.map(Piece::into_paragraph).collect();
                    if let Some(row) = rows.last_mut() {
                        row.push(cell);
                    }
                }
                Event::End(TagEnd::Table) => break,
                _ => {}
            }
        }
        let aligns = aligns.iter().map(|align| match align {
            Alignment::None => ColumnAlign::Unset,
            Alignment::Left => ColumnAlign::Left,
            Alignment::Center => ColumnAlign::Centre,
            Alignment::Right => ColumnAlign::Right,
        });
        Ok(TextTable { aligns: aligns.collect(), rows })
    }

    /// Inline text until `end`.
    fn pieces(&mut self, end: TagEnd) -> Result<Vec<Piece>> {
        Ok(self.pieces_untidied(end)?.into_iter().filter_map(tidy).collect())
    }

    /// What stands inside bold, italic, a link or an image.
    fn inline(&mut self, tag: Tag<'_>) -> Result<Vec<Piece>> {
        self.inside(|reader| reader.inline_here(tag))
    }

    fn inline_here(&mut self, tag: Tag<'_>) -> Result<Vec<Piece>> {
        let before = self.style.clone();
        let end = tag.to_end();
        match tag {
            Tag::Strong => self.style.bold = true,
            Tag::Emphasis => self.style.italic = true,
            Tag::Link { dest_url, .. } if *dest_url == *SMALL_CAPS.2 => self.style.small_caps = true,
            Tag::Link { dest_url, .. } => self.style.link = Some(dest_url.into_string()),
            Tag::Image { dest_url, .. } => {
                let alt: String = self
                    .pieces(end)?
                    .into_iter()
                    .map(|piece| match piece {
                        Piece::Spans(spans) => spans.into_iter().map(|span| span.text).collect(),
                        Piece::Picture(_) => String::new(),
                    })
                    .collect();
                self.style = before;
                return Ok(vec![Piece::Picture(picture(&dest_url, alt)?)]);
            }
            _ => {}
        }
        let inside = self.pieces_untidied(end)?;
        self.style = before;
        Ok(inside)
    }

    /// The same with its outer spaces, which count inside a line.
    fn pieces_untidied(&mut self, end: TagEnd) -> Result<Vec<Piece>> {
        let mut found = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::End(tag) if tag == end => break,
                Event::Start(tag) => {
                    for piece in self.inline(tag)? {
                        add(&mut found, piece);
                    }
                }
                other => {
                    if let Some(span) = self.text(&other) {
                        add(&mut found, Piece::Spans(vec![span]));
                    }
                }
            }
        }
        Ok(found)
    }

    /// The text of an event in the style that holds.
    fn text(&self, event: &Event<'_>) -> Option<Span> {
        let text = match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => text.to_string(),
            Event::SoftBreak => " ".to_owned(),
            Event::HardBreak => "\n".to_owned(),
            _ => return None,
        };
        Some(Span { text, ..self.style.clone() })
    }
}

/// Adds a piece; text of the same style goes on in the same span.
fn add(found: &mut Vec<Piece>, piece: Piece) {
    match (found.last_mut(), piece) {
        (Some(Piece::Spans(spans)), Piece::Spans(more)) => {
            for span in more {
                match spans.last_mut() {
                    Some(last) if last.has_style_of(&span) => {
                        last.text.push_str(&span.text);
                    }
                    _ => spans.push(span),
                }
            }
        }
        (_, piece) => found.push(piece),
    }
}

/// Text next to a picture loses its outer spaces, and goes when nothing is left.
fn tidy(piece: Piece) -> Option<Piece> {
    let Piece::Spans(mut spans) = piece else { return Some(piece) };
    if let Some(first) = spans.first_mut() {
        first.text = first.text.trim_start().to_owned();
    }
    if let Some(last) = spans.last_mut() {
        last.text = last.text.trim_end().to_owned();
    }
    spans.retain(|span| !span.text.is_empty());
    (!spans.is_empty()).then_some(Piece::Spans(spans))
}

fn flush(found: &mut Vec<Block>, loose: &mut Vec<Span>) {
    let mut pieces = Vec::new();
    add(&mut pieces, Piece::Spans(Vec::new()));
    add(&mut pieces, Piece::Spans(std::mem::take(loose)));
    for piece in pieces.into_iter().filter_map(tidy) {
        if let Piece::Spans(spans) = piece {
            found.push(Block::Paragraph(spans));
        }
    }
}

/// An image's address as a block: one of our own marks, or a file.
fn picture(address: &str, alt: String) -> Result<Block> {
    if let Some(code) = address.strip_prefix("regulars-qr:") {
        return Ok(Block::Qr(code.to_owned()));
    }
    if let Some(code) = address.strip_prefix("regulars-barcode:") {
        return Ok(Block::Barcode(code.to_owned()));
    }
    if let Some((width, file)) = address.strip_prefix(IMAGE).and_then(|rest| rest.split_once(':')) {
        return Ok(Block::Image { file: unpercent(file), width: tenths(width)?, alt });
    }
    Ok(Block::Image { file: unpercent(address), width: 0, alt })
}

/// `40mm` in tenths of a millimeter; 0 when it is empty.
pub(super) fn tenths(width: &str) -> Result<u32> {
    if width.is_empty() {
        return Ok(0);
    }
    let wrong = || Error::new(format!("{} is not a width", text::quote(width))).hint("write it like `width=\"40mm\"`");
    let (number, unit) = match (width.strip_suffix("mm"), width.strip_suffix("cm"), width.strip_suffix("in")) {
        (Some(number), _, _) => (number, 10.0),
        (_, Some(number), _) => (number, 100.0),
        (_, _, Some(number)) => (number, 254.0),
        _ => return Err(wrong()),
    };
    let value: f64 = number.trim().parse().map_err(|_| wrong())?;
    let tenths = (value * unit).round();
    if !(10.0..=3000.0).contains(&tenths) {
        return Err(wrong());
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 10 and 3,000")]
    Ok(tenths as u32)
}

fn unpercent(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn depth(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Span {
        Span { text: text.into(), ..Span::default() }
    }

    #[test]
    fn markdown_becomes_blocks() {
        let bold = Span { bold: true, ..plain("b") };
        assert_eq!(blocks("a **b** c\nd").expect("blocks"), [Block::Paragraph(vec![plain("a "), bold, plain(" c d")])]);
        assert_eq!(blocks("# H\n\n---").expect("blocks"), [Block::Heading(1, vec![plain("H")]), Block::Rule]);
        let items = vec![vec![Block::Paragraph(vec![plain("x")])], vec![Block::Paragraph(vec![plain("y")])]];
        assert_eq!(blocks("- x\n- y").expect("blocks"), [Block::List(None, items)]);
        assert_eq!(blocks("> q").expect("blocks"), [Block::Quote(vec![Block::Paragraph(vec![plain("q")])])]);
        let cell = |text: &str| vec![Block::Paragraph(vec![plain(text)])];
        let bottle = Block::Image { file: "a.png".into(), width: 0, alt: "b".into() };
        let aligns = vec![ColumnAlign::Unset, ColumnAlign::Left, ColumnAlign::Centre, ColumnAlign::Right];
        let rows = vec![
            ["a", "b", "c", "d"].map(cell).into(),
            vec![cell("1"), vec![bottle.clone()], Vec::new(), [cell("x"), vec![bottle], cell("y")].concat()],
        ];
        assert_eq!(
            blocks("|a|b|c|d|\n|-|:-|:-:|-:|\n|1|![b](a.png)||x ![b](a.png) y|").expect("blocks"),
            [Block::Table(TextTable { aligns, rows })]
        );
        let small = Span { small_caps: true, ..plain("Est") };
        assert_eq!(
            blocks("[Est]{.smallcaps} 1924 \\[x\\]{.smallcaps}").expect("blocks"),
            [Block::Paragraph(vec![small, plain(" 1924 [x]{.smallcaps}")])]
        );
        assert_eq!(blocks("<b>x</b>").expect("blocks"), [Block::Paragraph(vec![plain("<b>x</b>")])]);
    }

    #[test]
    fn marks_become_pictures() {
        assert_eq!(
            blocks("Bring this\n\n![](regulars-qr:ABCD-2345)\n\nthanks").expect("blocks")[1],
            Block::Qr("ABCD-2345".into())
        );
        let image = Block::Image { file: "a b.png".into(), width: 400, alt: String::new() };
        assert_eq!(blocks("![](regulars-image:40mm:a%20b.png)").expect("blocks"), [image]);
        assert!(blocks("![](regulars-image:huge:a.png)").is_err());
    }

    #[test]
    fn a_word_has_an_end() {
        for (text, is_taken) in [
            ("internationalization".repeat(400), false),
            (format!("a{}", "\u{301}".repeat(7000)), false),
            ("&".repeat(7000), false),
            (format!("[here](https://example.com/{})", "a".repeat(2500)), true),
            ("漢字仮名".repeat(3000), true),
            ("a ".repeat(9000), true),
        ] {
            assert_eq!(blocks(&text).is_ok(), is_taken, "{}", text.chars().take(9).collect::<String>());
            assert!(is_taken || may_be_faulty(&text));
        }
    }

    #[test]
    fn what_is_too_deep_or_too_wide_is_refused_before_it_is_laid_out() {
        let deep = |open: &str, close: &str| format!("{}x{}", open.repeat(400), close.repeat(400));
        let rows = format!("{0}\n{1}\n{2}", "|a".repeat(30), "|-".repeat(30), "|b\n".repeat(9000));
        let lists: String = (0..40).map(|level| "  ".repeat(level) + "- a\n").collect();
        let numbers: String = (0..40).map(|level| "   ".repeat(level) + "1. a\n").collect();
        for (text, expected) in [
            (deep("*a ", " b*"), "are nested more than 24 deep"),
            (deep("*", ""), ""),
            (deep("*", "*"), "are nested more than 24 deep"),
            (deep("[", "](b)"), ""),
            (deep("![", "](b)"), "are nested more than 24 deep"),
            (deep(">", ""), "are nested more than 24 deep"),
            (deep("- ", ""), "are nested more than 24 deep"),
            (deep("1. ", ""), "are nested more than 24 deep"),
            (deep("_a **b ", " c** d_"), "are nested more than 24 deep"),
            (deep("<b>", "</b>"), ""),
            (deep("`", ""), ""),
            (lists, "are nested more than 24 deep"),
            (numbers, "are nested more than 24 deep"),
            ("|a".repeat(20_000) + "\n" + &"|-".repeat(20_000) + "\n" + &"|\n".repeat(20_000), "more than 30 columns"),
            (rows, "more than 5000 cells"),
            ("a\n\n".repeat(10_000), "more than 10000 lines"),
            ("---\n".repeat(10_001), "more than 10000 lines"),
            ("a  \n".repeat(9000), ""),
        ] {
            let start = text.get(..20).unwrap_or(&text);
            match blocks(&text) {
                Ok(_) => assert_eq!(expected, "", "{start}"),
                Err(error) => {
                    assert!(!expected.is_empty() && error.message().contains(expected), "{start}: {error}");
                    assert!(may_be_faulty(&text), "{start}");
                }
            }
        }
        assert!(!may_be_faulty("Dear Ana,\n\n**thank you** - a bottle is waiting. \\-\\-\\-\\- 4.50"));
    }

    #[test]
    fn escaped_text_of_customers_stays_text() {
        let escaped = "\\*\\*a\\*\\* \\!\\[\\]\\(regulars\\-qr\\:X\\) 1\\. \\# \\<b\\> \\&amp\\;";
        let text = "**a** ![](regulars-qr:X) 1. # <b> &amp;";
        assert_eq!(blocks(escaped).expect("blocks"), [Block::Paragraph(vec![plain(text)])]);
    }
}
