//! Laid-out pages as SVG: the same glyphs at the same places as in the PDF, and over them the text, unseen, for who selects
//! it or has it read out. There is neither a style nor a script in it, so it may stand on pages that allow none.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::fonts::Fonts;
use super::images::Images;
use super::number::rounded;
use super::page::{LaidPage, Mark, Outline, PagePart, TextLine};
use super::reading::{self, Reading};
use super::role::{ReadingRole, Step};
use super::svg_groups::{PlacedGlyph, group};
use super::svg_image::address;
use super::svg_outline::{STEPS, outline};
use super::typeset::is_right_to_left;
use super::xmp::escape;
use super::{Colour, PrintJob, Printed, separately};
use crate::error::Result;

/// The pages of each letter of a job that has no problem.
///
/// # Errors
/// When the work is stopped.
pub fn svg(job: &PrintJob<'_>) -> Result<(Printed, Vec<Vec<String>>)> {
    let laid = separately::lay_out(job)?;
    let drawn = laid.letters.iter().map(|(pages, stationery)| {
        let own = job.stationery.get(*stationery);
        let (size, language) = own.map_or(((612.0, 792.0), "en"), |own| (own.paper.size(), own.language.as_str()));
        let one = |(number, page)| {
            let title = if pages.len() == 1 {
                job.title.clone()
            } else {
                format!("{}, {}/{}", job.title, number + 1, pages.len())
            };
            Sheet::new(&laid.fonts, job.images).page(page, number, size, (&title, language))
        };
        pages.iter().enumerate().map(one).collect()
    });
    let drawn = drawn.collect();
    Ok((laid.printed, drawn))
}

/// How far a glyph may be from its place because those before it in its word were rounded, in halves of a step.
const DRIFT: i32 = 2;

/// A page in the making.
struct Sheet<'a> {
    fonts: &'a Fonts,
    images: &'a Images,
    /// What is drawn once: glyphs, and groups of them. And which of them a code of a face is.
    outlines: Vec<String>,
    names: HashMap<(usize, u16), Option<usize>>,
    /// The glyphs of each line, in halves of a step.
    lines: Vec<Vec<PlacedGlyph>>,
    /// What is seen but for the glyphs, and after which bytes of it the glyphs of each line stand.
    seen: String,
    places: Vec<usize>,
    text: String,
}

impl<'a> Sheet<'a> {
    fn new(fonts: &'a Fonts, images: &'a Images) -> Self {
        Self {
            fonts,
            images,
            outlines: Vec::new(),
            names: HashMap::new(),
            lines: Vec::new(),
            seen: String::with_capacity(16 * 1024),
            places: Vec::new(),
            text: String::new(),
        }
    }

    /// The page as a file. Writing into text cannot fail.
    fn page(mut self, page: &LaidPage, number: usize, size: (f32, f32), (title, language): (&str, &str)) -> String {
        let read = reading::page(page, number);
        for reading in &read {
            if let Some(mark) = reading.mark {
                self.mark(mark, reading.at);
            }
        }
        for placed in page {
            if let PagePart::Guides(outlines, strip) = &placed.part {
                self.seen.push_str("<g fill=\"#f00\">");
                for outline in outlines {
                    self.guide(*outline);
                }
                strip.marks.iter().for_each(|mark| self.mark(mark, (placed.x, placed.y)));
                self.seen.push_str("</g>");
            }
        }
        self.read(&read);
        let seen = self.with_glyphs();
        let (width, height) = (decimal(size.0), decimal(size.1));
        let (title, language) = (escape(title), escape(language));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}pt\" height=\"{height}pt\" \
             viewBox=\"0 0 {width} {height}\" role=\"document\" lang=\"{language}\"><title>{title}</title>\
             <defs>{}</defs><path d=\"M0 0h{width}v{height}H0z\" fill=\"#fff\"/>\n\
             <g aria-hidden=\"true\">{}</g>\n\
             <g fill=\"none\" pointer-events=\"all\" font-family=\"serif\">{}</g></svg>\n",
            self.outlines.concat(),
            seen,
            self.text
        )
    }

    fn mark(&mut self, mark: &Mark, (left, top): (f32, f32)) {
        match mark {
            Mark::Text { x, y, line } => self.line(line, left + x, top + y),
            Mark::Rule { x, y, width, colour } => {
                let (x, y, width) = (decimal(left + x), decimal(top + y), decimal(*width));
                let ink = colour.unwrap_or(Colour([0, 0, 0])).digits();
                let _ = write!(self.seen, "<path d=\"M{x} {y}h{width}\" stroke=\"{ink}\" stroke-width=\".5\"/>");
            }
            Mark::Image { image, x, y, size } => {
                let found = self.images.list().get(*image).and_then(|image| address(image, *size));
                let Some((file, size)) = found else { return };
                let place = rectangle((left + x, top + y), size);
                let _ = write!(self.seen, "<image {place} preserveAspectRatio=\"none\" href=\"{file}\"/>");
            }
            Mark::Cells { x, y, cell, boxes, .. } => {
                let (x, y) = (decimal(left + x), decimal(top + y));
                let _ = write!(
                    self.seen,
                    "<path transform=\"translate({x} {y}) scale({} {})\" d=\"",
                    number(cell.0, 5),
                    number(cell.1, 5)
                );
                for [column, row, columns, rows] in boxes {
                    let _ = write!(self.seen, "M{column} {row}h{columns}v{rows}h-{columns}z");
                }
                self.seen.push_str("\"/>");
            }
        }
    }

    /// The glyphs of a line, runs of one size and colour in one group.
    fn line(&mut self, line: &TextLine, x: f32, y: f32) {
        for runs in line.runs.chunk_by(|a, b| (a.size, a.colour) == (b.size, b.colour)) {
            let down = runs[0].size / STEPS;
            let across = down * line.scale;
            let (left, base) = (decimal(x), decimal(y));
            let _ = write!(
                self.seen,
                "<g transform=\"matrix({} 0 0 {} {left} {base})\"",
                number(across, 6),
                number(-down, 6)
            );
            if let Some(colour) = runs[0].colour {
                let _ = write!(self.seen, " fill=\"{}\"", colour.digits());
            }
            self.seen.push('>');
            let mut glyphs = Vec::new();
            for run in runs {
                let mut pen = run.x;
                // A pair of glyphs is equally far apart wherever it stands in a word, so that it makes a group.
                let mut near: Option<i32> = None;
                for glyph in &run.glyphs {
                    let halves = |points: f32| rounded(points / across * 2.0);
                    let what = self.outline(run.face, glyph.code);
                    let x = near.filter(|near| (halves(pen) - near).abs() <= DRIFT).unwrap_or(halves(pen));
                    if let Some(what) = what {
                        let at = (x + halves(glyph.offset.0), rounded(glyph.offset.1 / down * 2.0));
                        glyphs.push(PlacedGlyph { what, at });
                    }
                    pen += glyph.advance;
                    near = what.map(|_| x + halves(glyph.advance));
                }
            }
            self.places.push(self.seen.len());
            self.lines.push(glyphs);
            self.seen.push_str("</g>");
        }
    }

    /// The number of a glyph's outline, which is drawn now if it was not yet; nothing for one that draws nothing.
    fn outline(&mut self, face: usize, code: u16) -> Option<usize> {
        *self.names.entry((face, code)).or_insert_with(|| {
            let path = self.fonts.faces().get(face).map(|face| outline(face, code)).filter(|path| !path.is_empty())?;
            let number = self.outlines.len();
            self.outlines.push(format!("<path id=\"{}\" d=\"{path}\"/>", short(number)));
            Some(number)
        })
    }

    /// What is seen, with the glyphs in their places.
    fn with_glyphs(&mut self) -> String {
        for (number, pair) in (self.outlines.len()..).zip(group(&mut self.lines, self.outlines.len())) {
            let name = short(number);
            self.outlines.push(format!("<g id=\"{name}\">"));
            if let Some(group) = self.outlines.last_mut() {
                place(group, pair.first, (0, 0), half);
                place(group, pair.second, pair.step, half);
                group.push_str("</g>");
            }
        }
        let mut seen = String::with_capacity(self.seen.len() + 32 * 1024);
        let mut from = 0;
        for (&at, line) in self.places.iter().zip(&self.lines) {
            seen.push_str(&self.seen[from..at]);
            from = at;
            // In a line a quarter of a step is not seen, and a digit less is read faster.
            for glyph in line {
                place(&mut seen, glyph.what, glyph.at, |twice| twice.div_euclid(2).to_string());
            }
        }
        seen + &self.seen[from..]
    }

    /// A line or a box that only a proof has.
    fn guide(&mut self, outline: Outline) {
        let [x, y, width, height] = [outline.at.0, outline.at.1, outline.size.0, outline.size.1].map(decimal);
        let dashes = if outline.dashed { " stroke-dasharray=\"4 3\"" } else { "" };
        let shape = if outline.size.1 == 0.0 { format!("h{width}") } else { format!("h{width}v{height}h-{width}z") };
        let _ = write!(
            self.seen,
            "<path d=\"M{x} {y}{shape}\" fill=\"none\" stroke=\"#f00\" stroke-width=\".7\"{dashes}/>"
        );
    }

    /// What the page says, in the order of reading.
    fn read(&mut self, read: &[Reading<'_>]) {
        let mut open: &[Step] = &[];
        for reading in read.iter().filter(|reading| !reading.path.is_empty()) {
            let common = open.iter().zip(&reading.path).take_while(|(a, b)| a == b).count();
            open[common..].iter().for_each(|_| self.text.push_str("</g>"));
            for (_, role) in &reading.path[common..] {
                self.open(role);
            }
            open = &reading.path;
            let (left, top) = reading.at;
            match reading.mark {
                Some(Mark::Text { x, y, line }) => self.words(line, left + x, top + y),
                Some(Mark::Image { x, y, size, .. }) => {
                    let _ = write!(self.text, "<rect {}/>", rectangle((left + x, top + y), *size));
                }
                Some(Mark::Cells { x, y, cell, boxes, .. }) => {
                    let far = |at: usize| boxes.iter().map(|b| b[at] + b[at + 2]).max().map_or(0.0, f32::from);
                    let size = (far(0) * cell.0, far(1) * cell.1);
                    let _ = write!(self.text, "<rect {}/>", rectangle((left + x, top + y), size));
                }
                Some(Mark::Rule { .. }) | None => {}
            }
        }
        self.text.push_str(&"</g>".repeat(open.len()));
    }

    fn open(&mut self, role: &ReadingRole) {
        let role = match role {
            ReadingRole::Paragraph => "paragraph",
            ReadingRole::Heading(level) => {
                let _ = write!(self.text, "<g role=\"heading\" aria-level=\"{level}\">");
                return;
            }
            ReadingRole::Figure(words) => {
                let _ = write!(self.text, "<g role=\"img\" aria-label=\"{}\">", escape(words));
                return;
            }
            ReadingRole::Quote => "blockquote",
            ReadingRole::List { .. } => "list",
            ReadingRole::Item => "listitem",
            ReadingRole::Table => "table",
            ReadingRole::Row => "row",
            ReadingRole::Head => "columnheader",
            ReadingRole::Cell => "cell",
            ReadingRole::Label
            | ReadingRole::Body
            | ReadingRole::Link(_)
            | ReadingRole::Group
            | ReadingRole::Artifact => {
                self.text.push_str("<g>");
                return;
            }
        };
        let _ = write!(self.text, "<g role=\"{role}\">");
    }

    /// A line as text that is as wide as its glyphs.
    fn words(&mut self, line: &TextLine, x: f32, y: f32) {
        let size = line.runs.iter().map(|run| run.size).fold(0.0, f32::max);
        let is_rtl = line.text.chars().find(|c| c.is_alphabetic()).is_some_and(is_right_to_left);
        let (x, direction) = if is_rtl { (x + line.width, " direction=\"rtl\"") } else { (x, "") };
        let [x, y, width, size] = [x, y, line.width, size].map(decimal);
        let _ = write!(self.text, "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" textLength=\"{width}\"{direction}>");
        let mut at = 0;
        let mut found: Vec<_> = line.links.iter().collect();
        found.sort_by_key(|link| link.text.start);
        for link in found {
            let (start, end) = (link.text.start.max(at), link.text.end.min(line.text.len()));
            if let (Some(before), Some(words)) = (line.text.get(at..start), line.text.get(start..end)) {
                let (before, words, target) = (escape(before), escape(words), escape(&link.target));
                let _ = write!(self.text, "{before}<a href=\"{target}\">{words}</a>");
                at = end;
            }
        }
        self.text.push_str(&escape(line.text.get(at..).unwrap_or_default()));
        self.text.push_str("</text>");
    }
}

/// Draws what was drawn before at a place, which is given in halves of a step.
fn place(out: &mut String, what: usize, (x, y): (i32, i32), steps: impl Fn(i32) -> String) {
    let _ = write!(out, "<use href=\"#{}\"", short(what));
    for (name, at) in [("x", x), ("y", y)] {
        if at != 0 {
            let _ = write!(out, " {name}=\"{}\"", steps(at));
        }
    }
    out.push_str("/>");
}

/// Half of a number.
fn half(twice: i32) -> String {
    if twice % 2 == 0 { (twice / 2).to_string() } else { format!("{}", f64::from(twice) / 2.0) }
}

/// The attributes of a rectangle.
fn rectangle(at: (f32, f32), size: (f32, f32)) -> String {
    let [x, y, width, height] = [at.0, at.1, size.0, size.1].map(decimal);
    format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"")
}

/// The shortest names there are, a letter first.
fn short(mut number: usize) -> String {
    const SIGNS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut name = String::from(char::from(SIGNS[number % 52]));
    number /= 52;
    while number > 0 {
        name.push(char::from(SIGNS[number % 62]));
        number /= 62;
    }
    name
}

/// A measure in hundredths of a point.
fn decimal(points: f32) -> String {
    number(points, 2)
}

/// A number with so many decimals at most, without what says nothing.
fn number(value: f32, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if decimals > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    match (text.strip_prefix("0."), text.strip_prefix("-0.")) {
        (Some(rest), _) => format!(".{rest}"),
        (_, Some(rest)) => format!("-.{rest}"),
        _ if text == "-0" => "0".to_owned(),
        _ => text.to_owned(),
    }
}
