//! The small pages beside the letters (labels, envelopes, the cover): drawn one after another, bound into one file.

use std::io::Write;

use chrono::NaiveDate;

use super::Fonts;
use super::draw::{Drawn, Pen};
use super::page::{Part, Placed, Strip};
use super::paper::MM;
use super::pdf::{self, Book};
use super::print::Press;
use super::typeset::Setter;
use crate::error::Result;

/// What such a file is set in, and what it says about itself.
#[derive(Debug, Clone)]
pub struct Imprint<'a> {
    /// The fonts that it is set in.
    pub fonts: &'a Fonts,
    /// The language of the text, as a BCP 47 tag.
    pub language: &'a str,
    /// The title of the document.
    pub title: String,
    /// Hexadecimal digits that stand for everything that went into it; they become the file's identity.
    pub fingerprint: String,
    /// The day that the document bears.
    pub created: NaiveDate,
}

/// Pages in the making.
pub(crate) struct Pages<'a> {
    /// Sets their text.
    pub setter: Setter<'a>,
    /// The language of the text.
    pub language: &'a str,
    imprint: &'a Imprint<'a>,
    pen: Pen<'a>,
    press: Press,
    done: Vec<(Vec<u8>, (f32, f32))>,
}

impl<'a> Pages<'a> {
    pub(crate) fn new(imprint: &'a Imprint<'a>) -> Self {
        Self {
            setter: Setter::new(imprint.fonts),
            language: imprint.language,
            imprint,
            pen: Pen::new(imprint.fonts, Drawn::none(0, 0)),
            press: Press::new(),
            done: Vec::new(),
        }
    }

    /// Adds a page of this width and height in points; what stands on it is placed from its left top corner.
    pub(crate) fn add(&mut self, strip: Strip, size: (f32, f32)) -> Result<()> {
        let page = vec![Placed { x: 0.0, y: 0.0, part: Part::Strip(strip) }];
        self.done.push((self.press.squeeze(self.pen.page(&page, size.1))?, size));
        Ok(())
    }

    /// Writes the file.
    pub(crate) fn write(self, out: &mut impl Write) -> Result<()> {
        let book = Book {
            title: &self.imprint.title,
            language: self.imprint.language,
            fingerprint: &self.imprint.fingerprint,
            created: self.imprint.created,
            forms: Vec::new(),
            pages: self.done,
            images: Vec::new(),
            fonts: self.imprint.fonts,
            used: self.setter.used,
        };
        pdf::write(book, out)
    }
}

/// Millimetres in points.
pub(crate) fn points((x, y): (f32, f32)) -> (f32, f32) {
    (x * MM, y * MM)
}
