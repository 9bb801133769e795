//! Blocks as HTML with its style inline, readable with pictures off and on a dark ground.

use std::fmt::Write as _;

use crate::merge::{Block, Span};

/// The page of an email: the shop's name, the text, who signs, the shop's address.
pub(super) fn page(title: &str, language: &str, blocks: &[Block], signer: &str, footer: &[String]) -> String {
    let mut body = String::new();
    for one in blocks {
        block(&mut body, one);
    }
    if !signer.is_empty() {
        let _ = write!(body, "<p>{}</p>", escape(signer));
    }
    let footer: Vec<String> = footer.iter().map(|line| escape(line)).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n</head>\n\
         <body style=\"margin:0;padding:24px;font-family:Georgia,'Times New Roman',serif;font-size:18px;line-height:1.5\">\n\
         <div style=\"max-width:36em;margin:0 auto\">\n{body}\
         <hr style=\"border:0;border-top:1px solid #888\">\n<p style=\"font-size:14px\">{}</p>\n</div>\n</body>\n</html>\n",
        escape(language),
        escape(title),
        footer.join("<br>\n"),
    )
}

fn block(out: &mut String, one: &Block) {
    match one {
        Block::Heading(level, spans) => {
            let _ = writeln!(out, "<h{level}>{}</h{level}>", inline(spans));
        }
        Block::Paragraph(spans) => {
            let _ = writeln!(out, "<p>{}</p>", inline(spans));
        }
        Block::List(first, items) => {
            let (open, close) = match first {
                None => ("<ul>".to_owned(), "</ul>"),
                Some(first) => (format!("<ol start=\"{first}\">"), "</ol>"),
            };
            let _ = writeln!(out, "{open}");
            for item in items {
                out.push_str("<li>");
                for inside in item {
                    block(out, inside);
                }
                out.push_str("</li>\n");
            }
            let _ = writeln!(out, "{close}");
        }
        Block::Quote(inside) => {
            out.push_str("<blockquote>\n");
            for inside in inside {
                block(out, inside);
            }
            out.push_str("</blockquote>\n");
        }
        Block::Rule => out.push_str("<hr>\n"),
        Block::Image { alt, .. } => {
            if !alt.is_empty() {
                let _ = writeln!(out, "<p>{}</p>", escape(alt));
            }
        }
        Block::Qr(code) | Block::Barcode(code) => {
            let _ = writeln!(
                out,
                "<p>Your code: <strong style=\"font-family:monospace;font-size:24px;letter-spacing:2px\">{}</strong></p>",
                escape(code)
            );
        }
        Block::Table(rows) => {
            out.push_str("<table style=\"border-collapse:collapse\">\n");
            for (index, row) in rows.iter().enumerate() {
                let cell = if index == 0 { "th" } else { "td" };
                out.push_str("<tr>");
                for spans in row {
                    let _ = write!(
                        out,
                        "<{cell} style=\"text-align:left;padding:4px 16px 4px 0\">{}</{cell}>",
                        inline(spans)
                    );
                }
                out.push_str("</tr>\n");
            }
            out.push_str("</table>\n");
        }
    }
}

fn inline(spans: &[Span]) -> String {
    let mut out = String::new();
    for span in spans {
        let mut text = escape(&span.text).replace('\n', "<br>\n");
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

/// Links go to the web, to mail or to the telephone, nowhere else.
fn is_harmless(link: &str) -> bool {
    ["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| link.starts_with(scheme))
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
