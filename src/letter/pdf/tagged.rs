//! Single letters as tagged PDF: the pages of a print run, and in them what every part is for a reader that does not see it.

use std::io::Write;

use super::Book;
use super::compress::Compressor;
use super::draw::{Drawn, Pen};
use super::structure::Structure;
use super::tagged_file::{self, TaggedPage};
use crate::error::{Error, Result};
use crate::letter::line::links;
use crate::letter::page::reading::{self, Reading};
use crate::letter::page::role::{ReadingRole, Step};
use crate::letter::page::{Glyph, Mark, TextLine};
use crate::letter::print::separately;
use crate::letter::{PrintJob, Printed};

/// Writes the letters of a job as [`crate::letter::print()`] does, with tags. Nothing is written when there is a problem that may not
/// be left out.
///
/// # Errors
/// When the work is stopped, or the file cannot be written.
pub(crate) fn print_tagged(job: &PrintJob<'_>, out: &mut impl Write) -> Result<Printed> {
    let mut laid = separately::lay_out(job)?;
    if laid.letters.is_empty() || !laid.printed.is_to_be_written(job.leave_out_problems) {
        return Ok(laid.printed);
    }
    let mut page = TaggedPen {
        pen: Pen::new(&laid.fonts, Drawn::none(0, job.images.list().len())),
        structure: Structure::new(),
        height: 0.0,
        spaces: laid.fonts.faces().iter().map(|face| face.chars.iter().position(|c| *c == Some(' '))).collect(),
        has_space: vec![false; laid.fonts.faces().len()],
    };
    let (mut compressor, mut pages) = (Compressor::new(), Vec::new());
    for (number, (letter, stationery)) in laid.letters.iter().enumerate() {
        let size = job.stationery.get(*stationery).map_or((612.0, 792.0), |own| own.paper.size());
        for laid in letter {
            page.draw(reading::page(laid, pages.len()), number, size.1);
            pages.push(TaggedPage { content: compressor.compress(page.pen.content())?, size });
        }
    }
    let TaggedPen { pen, structure, spaces, has_space, .. } = page;
    for (face, space) in spaces.into_iter().enumerate().filter(|(face, _)| has_space[*face]) {
        let codes = &laid.fonts.faces()[face].codes;
        let glyph = codes.iter().position(|code| Some(usize::from(*code)) == space);
        if let Some(glyph) = glyph.and_then(|glyph| u16::try_from(glyph).ok()) {
            laid.used.mark(&laid.fonts, face, glyph, " ");
        }
    }
    let every_glyph_says_something =
        (0..laid.fonts.faces().len()).all(|face| laid.used.of(&laid.fonts, face).all(|(_, text)| !text.is_empty()));
    let images = job.images.list().iter().zip(&pen.drawn.images);
    let book = Book {
        title: &job.title,
        language: job.stationery.get(laid.letters[0].1).map_or("en", |own| own.language.as_str()),
        fingerprint: &job.fingerprint,
        created: job.created,
        forms: Vec::new(),
        images: images.map(|(image, drawn)| drawn.then_some(image)).collect(),
        fonts: &laid.fonts,
        used: laid.used,
        is_universal: every_glyph_says_something && structure.is_universal(),
    };
    let file = tagged_file::bind(&book, &pages, &structure)?;
    out.write_all(&file).map_err(|fault| Error::cannot("write the letter", fault))?;
    Ok(laid.printed)
}

/// Draws pages, and notes what is on them.
struct TaggedPen<'a> {
    pen: Pen<'a>,
    structure: Structure,
    /// Of the sheet.
    height: f32,
    /// The code of the space of each face, and whether a line ends in one.
    spaces: Vec<Option<usize>>,
    has_space: Vec<bool>,
}

impl TaggedPen<'_> {
    /// Draws a page; marks in sequence that are the same part are one stretch of content.
    fn draw(&mut self, read: Vec<Reading<'_>>, letter: usize, height: f32) {
        self.height = height;
        self.pen.start(height);
        self.structure.pages.push(Vec::new());
        let mut open: Option<Vec<Step>> = None;
        for Reading { path, mark, at } in read {
            // Each letter but the first is a part of the document by itself.
            let letter = (letter > 0 && !path.is_empty()).then_some((letter, ReadingRole::Group));
            let path: Vec<Step> = letter.into_iter().chain(path).collect();
            let Some(mark) = mark else {
                self.structure.part(&path);
                continue;
            };
            let spaced = match mark {
                Mark::Text { x, y, line } if !path.is_empty() => {
                    Some(Mark::Text { x: *x, y: *y, line: self.with_space(line) })
                }
                _ => None,
            };
            let mark = spaced.as_ref().unwrap_or(mark);
            match mark {
                Mark::Text { x, y, line } if !line.links.is_empty() && !path.is_empty() => {
                    for (start, piece, link) in links::pieces(line) {
                        let mut path = path.clone();
                        path.extend(link.map(|link| (link.number, ReadingRole::Link(link.target.to_string()))));
                        self.go_to(&mut open, &path);
                        let place = (at.0 + x + start, at.1 + y);
                        if let Some(link) = link {
                            let text = line.text.get(link.text.start..link.text.end.min(line.text.len()));
                            let part = self.structure.part(&path);
                            let rectangle = self.around(&piece, place);
                            self.structure.link(
                                part,
                                rectangle,
                                &link.target,
                                text.unwrap_or_default().trim().to_owned(),
                            );
                        }
                        let mark = Mark::Text { x: 0.0, y: 0.0, line: piece };
                        self.pen.mark(&mark, place.0, place.1);
                    }
                }
                _ => {
                    self.go_to(&mut open, &path);
                    self.pen.mark(mark, at.0, at.1);
                    if let Some((_, ReadingRole::Figure(_))) = path.last() {
                        let part = self.structure.part(&path);
                        self.structure.parts[part].place = self.place(mark, at);
                    }
                }
            }
        }
        if open.is_some() {
            self.pen.close();
        }
    }

    /// A line with a space at its end, which has no width: its last word and the first of the next line are two. A divided
    /// word goes on.
    fn with_space(&mut self, line: &TextLine) -> TextLine {
        let mut line = line.clone();
        let code_of = |face: usize| u16::try_from((*self.spaces.get(face)?)?).ok();
        let last = line.runs.last_mut().filter(|_| !line.text.ends_with('-'));
        if let Some((run, code)) = last.and_then(|run| code_of(run.face).map(|code| (run, code))) {
            run.glyphs.push(Glyph { code, advance: 0.0, offset: (0.0, 0.0) });
            self.has_space[run.face] = true;
        }
        line
    }

    /// Ends the stretch of content that is open, and begins one of this part, unless it is the same.
    fn go_to(&mut self, open: &mut Option<Vec<Step>>, path: &[Step]) {
        if open.as_deref() == Some(path) {
            return;
        }
        if open.is_some() {
            self.pen.close();
        }
        match path.last() {
            Some((_, role)) => {
                let part = self.structure.part(path);
                let content = self.structure.content(part);
                let name = tagged_file::name_of(role, &[1, 2, 3, 4, 5, 6]);
                self.pen.open(&format!("/{name}<</MCID {content}>>BDC\n"));
            }
            None => self.pen.open("/Artifact BMC\n"),
        }
        *open = Some(path.to_vec());
    }

    /// The rectangle of a line of text, from the lower edge of the sheet.
    fn around(&self, line: &TextLine, (x, y): (f32, f32)) -> [f32; 4] {
        let size = line.runs.iter().map(|run| run.size).fold(0.0, f32::max);
        [x, self.height - y - 0.28 * size, x + line.width, self.height - y + 0.76 * size]
    }

    /// The page and the rectangle of a picture.
    fn place(&self, mark: &Mark, (left, top): (f32, f32)) -> Option<(usize, [f32; 4])> {
        let (x, y, size) = match mark {
            Mark::Image { x, y, size, .. } => (x, y, *size),
            Mark::Cells { x, y, cell, boxes, .. } => {
                let far = |at: usize| boxes.iter().map(|b| b[at] + b[at + 2]).max().map_or(0.0, f32::from);
                (x, y, (far(0) * cell.0, far(1) * cell.1))
            }
            Mark::Text { .. } | Mark::Rule { .. } => return None,
        };
        let (x, y) = (left + x, self.height - top - y);
        Some((self.structure.pages.len().saturating_sub(1), [x, y - size.1, x + size.0, y]))
    }
}
