//! Renders blocks as HTML with inline styles: one narrow column, readable without pictures and in dark mode.
//!
//! The only color is a gray that is visible on both backgrounds, so that a mail program can swap black and white;
//! pictures keep a white background, because black on transparent is invisible in dark mode.

use std::fmt::Write as _;

use super::header::in_link;
use super::message::Email;
use super::phrases::Phrases;
use super::pictures::Pictures;
use crate::merge::{Block, ColumnAlign, Span, TextTable};
use crate::text;

/// The largest width of the column, in pixels, and of its text.
const COLUMN: u32 = 600;
const TEXT: u32 = COLUMN - 2 * 20;

/// Pixels per tenth of a millimeter.
const PIXELS: f64 = 96.0 / 254.0;

/// The page of an email: the letterhead, the text, the signature, the shop's address, and how to unsubscribe.
pub(super) fn page(email: &Email<'_>, answers: &str, phrases: &Phrases, pictures: &mut Pictures<'_>) -> String {
    let is_rtl = text::is_rtl(email.language);
    let mut page = Page { out: String::new(), is_rtl, phrases, pictures };
    if let Some(logo) = email.logo {
        page.picture(logo, 0, email.footer.first().map_or("", String::as_str));
    }
    page.blocks(email.blocks);
    if let Some(signature) = email.signature {
        page.picture(signature, 0, "");
    }
    if !email.signer.is_empty() {
        page.paragraph(&escape(email.signer));
    }
    let footer: Vec<String> = email.footer.iter().map(|line| escape(line)).collect();
    let no_more = match email.unsubscribe {
        Some(link) => format!("<a href=\"{}\">{}</a>", escape(link), escape(phrases.no_more_link)),
        None => {
            let link = format!("<a href=\"mailto:{}\">{}</a>", in_link(answers), escape(answers));
            escape(phrases.no_more).replace("{}", &link)
        }
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\"{}>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"supported-color-schemes\" content=\"light dark\">\n\
         <title>{}</title>\n</head>\n<body style=\"margin:0;padding:0\">\n\
         <table role=\"presentation\" align=\"center\" width=\"{COLUMN}\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
         style=\"width:100%;max-width:{COLUMN}px;margin:0 auto\">\n<tr><td dir=\"{}\" style=\"padding:24px 20px;\
         font-family:Georgia,'Times New Roman',serif;font-size:17px;line-height:1.5;overflow-wrap:anywhere\">\n{}\
         <hr style=\"border:0;border-top:1px solid #888888;margin:24px 0 16px\">\n\
         <p style=\"margin:0 0 12px;font-size:14px\">{}</p>\n<p style=\"margin:0;font-size:14px\">{no_more}</p>\n\
         </td></tr>\n</table>\n</body>\n</html>\n",
        escape(email.language),
        if is_rtl { " dir=\"rtl\"" } else { "" },
        escape(email.subject),
        if is_rtl { "rtl" } else { "auto" },
        page.out,
        footer.join("<br>\n"),
    )
}

/// The page so far.
struct Page<'p, 'e> {
    out: String,
    /// The language runs from right to left.
    is_rtl: bool,
    phrases: &'p Phrases,
    pictures: &'p mut Pictures<'e>,
}

impl Page<'_, '_> {
    fn blocks(&mut self, blocks: &[Block]) {
        for one in blocks {
            self.block(one);
        }
    }

    fn block(&mut self, one: &Block) {
        match one {
            Block::Heading(level, spans) => {
                let size = [26, 22, 19][usize::from(level.saturating_sub(1).min(2))];
                let style = format!("margin:24px 0 12px;font-size:{size}px;line-height:1.25");
                let _ = writeln!(self.out, "<h{level} style=\"{style}\">{}</h{level}>", inline(spans));
            }
            Block::Paragraph(spans) => self.paragraph(&inline(spans)),
            Block::List(first, items) => {
                let (open, close) = match first {
                    None => ("ul".to_owned(), "ul"),
                    Some(first) => (format!("ol start=\"{first}\""), "ol"),
                };
                let padding = if self.is_rtl { "0 24px 0 0" } else { "0 0 0 24px" };
                let _ = writeln!(self.out, "<{open} style=\"margin:0 0 16px;padding:{padding}\">");
                for item in items {
                    self.out.push_str("<li>");
                    match item.as_slice() {
                        [Block::Paragraph(spans)] => self.out.push_str(&inline(spans)),
                        blocks => self.blocks(blocks),
                    }
                    self.out.push_str("</li>\n");
                }
                let _ = writeln!(self.out, "</{close}>");
            }
            Block::Quote(inside) => {
                let style = if self.is_rtl {
                    "margin:0 0 16px;padding:0 16px 0 0;border-right:3px solid #888888"
                } else {
                    "margin:0 0 16px;padding:0 0 0 16px;border-left:3px solid #888888"
                };
                let _ = writeln!(self.out, "<blockquote style=\"{style}\">");
                self.blocks(inside);
                self.out.push_str("</blockquote>\n");
            }
            Block::Rule => {
                self.out.push_str("<hr style=\"border:0;border-top:1px solid #888888;margin:24px 0\">\n");
            }
            Block::Image { file, width, alt } => self.picture(file, *width, alt),
            Block::Qr(code) => {
                let qr = self.pictures.qr(code);
                self.image(qr, code);
                self.code(code);
            }
            Block::Barcode(code) => self.code(code),
            Block::Coupon(inside) => {
                let style = "margin:0 0 16px;padding:16px;border:1px dashed #888888";
                let _ = writeln!(self.out, "<div style=\"{style}\">");
                self.blocks(inside);
                self.out.push_str("</div>\n");
            }
            Block::After | Block::Back => {}
            Block::Table(table) => self.table(table),
        }
    }

    /// Rules above and below the table and below its first row; numbers on the right.
    fn table(&mut self, table: &TextTable) {
        const HEAVY: &str = "2px solid #888888";
        let (columns, last) = (table.columns(), table.rows.len().saturating_sub(1));
        self.out.push_str("<table style=\"border-collapse:collapse;margin:0 0 16px\">\n");
        for row in usize::from(!table.has_head())..=last {
            let (cell, weight) = if row == 0 { ("th", "font-weight:normal;font-style:italic;") } else { ("td", "") };
            let above = if row == 0 || row == 1 && !table.has_head() { HEAVY } else { "0" };
            let below = match row {
                _ if row == last => HEAVY,
                0 => "1px solid #888888",
                _ => "0",
            };
            self.out.push_str("<tr>");
            for column in 0..columns {
                let align = match table.align(column) {
                    ColumnAlign::Unset => "start",
                    ColumnAlign::Left => "left",
                    ColumnAlign::Centre => "center",
                    ColumnAlign::Right => "right",
                };
                let (before, after) = (if column == 0 { 0 } else { 8 }, if column + 1 == columns { 0 } else { 8 });
                let (left, right) = if self.is_rtl { (after, before) } else { (before, after) };
                let _ = write!(
                    self.out,
                    "<{cell} style=\"{weight}text-align:{align};vertical-align:top;\
                     padding:4px {right}px 4px {left}px;border-top:{above};border-bottom:{below}\">"
                );
                match table.cell(row, column) {
                    [Block::Paragraph(spans)] => self.out.push_str(&inline(spans)),
                    blocks => self.blocks(blocks),
                }
                let _ = write!(self.out, "</{cell}>");
            }
            self.out.push_str("</tr>\n");
        }
        self.out.push_str("</table>\n");
    }

    fn paragraph(&mut self, inside: &str) {
        let _ = writeln!(self.out, "<p style=\"margin:0 0 16px\">{inside}</p>");
    }

    fn code(&mut self, code: &str) {
        let style = "font-family:Menlo,Consolas,monospace;font-size:22px;letter-spacing:2px";
        self.paragraph(&format!("{} <strong style=\"{style}\">{}</strong>", escape(self.phrases.code), escape(code)));
    }

    /// A file of the template; `width` is in tenths of a millimeter, 0 for its natural size.
    fn picture(&mut self, file: &str, width: u32, alt: &str) {
        let picture = self.pictures.file(file).map(|(source, own)| match width {
            0 => (source, own),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a width is positive and small"
            )]
            tenths => (source, (f64::from(tenths) * PIXELS).round() as u32),
        });
        self.image(picture, alt);
    }

    /// A picture by its source and display width, on a white background.
    fn image(&mut self, picture: Option<(String, u32)>, alt: &str) {
        let Some((source, width)) = picture else { return };
        let width = width.clamp(1, TEXT);
        let style =
            format!("display:block;width:{width}px;max-width:100%;height:auto;border:0;background-color:#ffffff");
        let alt = escape(alt);
        self.paragraph(&format!("<img src=\"{source}\" alt=\"{alt}\" width=\"{width}\" style=\"{style}\">"));
    }
}

fn inline(spans: &[Span]) -> String {
    let mut out = String::new();
    for span in spans {
        let mut text = escape(&span.text);
        if text.contains('\n') {
            text = text.replace('\n', "<br>\n");
        }
        if span.bold {
            text = format!("<strong>{text}</strong>");
        }
        if span.italic {
            text = format!("<em>{text}</em>");
        }
        if span.small_caps {
            text = format!("<span style=\"font-variant: small-caps\">{text}</span>");
        }
        match span.link.as_deref().filter(|link| is_harmless(link)) {
            Some(link) => {
                let _ = write!(out, "<a href=\"{}\">{text}</a>", escape(link));
            }
            None => out.push_str(&text),
        }
    }
    out
}

/// Only links to the web, to mail or to phones are allowed.
fn is_harmless(link: &str) -> bool {
    ["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| link.starts_with(scheme))
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'')) {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        out.push_str(match special.as_bytes()[0] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        });
        rest = &special[1..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::phrases;
    use crate::email::pictures::Picture;
    use crate::merge;

    fn html(markdown: &str, is_rtl: bool) -> String {
        let at_hand = [Picture { name: "a.png", bytes: b"\x89PNG", width: 90 }];
        let (phrases, mut pictures) = (phrases::of("en"), Pictures::in_page(&at_hand));
        let mut page = Page { out: String::new(), is_rtl, phrases: &phrases, pictures: &mut pictures };
        page.blocks(&merge::blocks(markdown).expect("blocks"));
        page.out
    }

    #[test]
    fn a_table_has_rules_aligned_columns_and_pictures() {
        let table = html("|Wine|Kind|Price|\n|---|:-:|---|\n|![A](a.png) *Port*|red|12.50|\n|Sherry||7|", false);
        let cells: Vec<&str> =
            table.split("<t").filter(|part| part.starts_with("h ") || part.starts_with("d ")).collect();
        assert_eq!(cells.len(), 9, "{table}");
        for (number, cell) in cells.iter().enumerate() {
            let align = ["start", "center", "right"][number % 3];
            assert!(cell.contains(&format!("text-align:{align};")), "{cell}");
            assert_eq!(cell.contains("border-top:2px"), number < 3, "{cell}");
            assert_eq!(cell.contains("border-bottom:1px"), number < 3, "{cell}");
            assert_eq!(cell.contains("border-bottom:2px"), number >= 6, "{cell}");
        }
        assert!(cells[3].contains("<img src=\"data:image/png;") && cells[3].contains("<em>Port</em>"), "{}", cells[3]);
        let headless = html("|||\n|-|-|\n|a|b|", false);
        assert!(!headless.contains("<th") && headless.contains("border-top:2px"), "{headless}");
    }

    #[test]
    fn what_stands_at_the_left_is_mirrored_from_right_to_left() {
        for (markdown, here, mirrored) in [
            ("> a", "border-left:3px", "border-right:3px"),
            ("- a", "padding:0 0 0 24px", "padding:0 24px 0 0"),
            ("|a|b|\n|-|-|\n|c|d|", "padding:4px 8px 4px 0px", "padding:4px 0px 4px 8px"),
        ] {
            // Of a table the first cell.
            let [left, right] = [false, true].map(|is_rtl| html(markdown, is_rtl));
            let [left, right] = [left, right].map(|html| html.split("</th>").next().unwrap_or_default().to_owned());
            assert!(left.contains(here) && !left.contains(mirrored), "{left}");
            assert!(right.contains(mirrored) && !right.contains(here), "{right}");
        }
    }
}
