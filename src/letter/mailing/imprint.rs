//! The small pages that go with the letters (labels, envelopes, the cover): drawn one after another, bound into one file.

use std::collections::BTreeSet;
use std::io::Write;

use chrono::NaiveDate;

use crate::error::Result;
use crate::letter::fonts::han::HanShapes;
use crate::letter::job::AddressForms;
use crate::letter::line::typeset::Setter;
use crate::letter::page::{LayoutFault, PagePart, PlacedPart, Strip};
use crate::letter::pdf::Book;
use crate::letter::pdf::binder::Binder;
use crate::letter::pdf::compress::Compressor;
use crate::letter::pdf::draw::{Drawn, Pen};
use crate::letter::problem::problems;
use crate::letter::sheet::address::{self, AddressPlace, SetAddress};
use crate::letter::sheet::paper::MM;
use crate::letter::{Fonts, PrintProblem, Printed};

/// What such a file is set in, and its metadata.
pub(crate) struct Imprint<'a> {
    pub fonts: &'a Fonts,
    /// The language of the text, as a BCP 47 tag.
    pub language: &'a str,
    pub title: String,
    /// Hexadecimal digits that identify everything it was made from; they become the file's ID.
    pub fingerprint: String,
    /// The date in the document's metadata.
    pub created: NaiveDate,
    /// Called with the number of recipients done; its error stops the work.
    pub progress: &'a dyn Fn(usize) -> Result<()>,
}

/// Pages being written.
pub(crate) struct PageWriter<'a> {
    /// Sets their text.
    pub setter: Setter<'a>,
    /// The language of the text.
    pub language: &'a str,
    /// What was printed of each recipient, and what is wrong.
    pub printed: Printed,
    missing: BTreeSet<(char, HanShapes)>,
    pen: Pen<'a>,
    compressor: Compressor,
    done: Vec<(Vec<u8>, (f32, f32))>,
    progress: &'a dyn Fn(usize) -> Result<()>,
}

/// Lays pages out and writes them, unless there are problems that may not be left out. When the fonts at hand lack a character,
/// all is laid out once more with those of the machine that have it.
pub(crate) fn write(
    imprint: &Imprint<'_>,
    leave_out: bool,
    out: &mut impl Write,
    mut lay: impl FnMut(&mut PageWriter<'_>) -> Result<()>,
) -> Result<Printed> {
    let fallbacks;
    let mut fonts = imprint.fonts;
    let mut pages = PageWriter::new(imprint, fonts);
    lay(&mut pages)?;
    fallbacks = fonts.with_fallbacks_for(&pages.missing);
    if let Some(more) = &fallbacks {
        fonts = more;
        pages = PageWriter::new(imprint, fonts);
        lay(&mut pages)?;
    }
    let PageWriter { printed, done, setter, .. } = pages;
    if !done.is_empty() && printed.is_to_be_written(leave_out) {
        let mut binder = Binder::new(out);
        for (content, size) in &done {
            binder.page(content, *size)?;
        }
        binder.finish(&Book {
            title: &imprint.title,
            language: imprint.language,
            fingerprint: &imprint.fingerprint,
            created: imprint.created,
            forms: Vec::new(),
            images: Vec::new(),
            fonts,
            used: setter.used,
            is_universal: false,
        })?;
    }
    Ok(printed)
}

impl<'a> PageWriter<'a> {
    fn new(imprint: &Imprint<'a>, fonts: &'a Fonts) -> Self {
        Self {
            setter: Setter::new(fonts),
            language: imprint.language,
            printed: Printed::default(),
            missing: BTreeSet::new(),
            pen: Pen::new(fonts, Drawn::none(0, 0)),
            compressor: Compressor::new(),
            done: Vec::new(),
            progress: imprint.progress,
        }
    }

    /// Adds a page of this width and height in points; what stands on it is placed from its left top corner.
    pub(crate) fn add(&mut self, strip: Strip, size: (f32, f32)) -> Result<()> {
        let page = vec![PlacedPart { x: 0.0, y: 0.0, part: PagePart::Strip(strip) }];
        self.done.push((self.compressor.compress(self.pen.page(&page, size.1))?, size));
        Ok(())
    }

    /// Sets the address of the next person.
    pub(crate) fn address(&mut self, person: &AddressForms, place: AddressPlace) -> SetAddress {
        let lines = person.forms.first().into_iter().flatten().map(String::as_str);
        self.setter.shapes = HanShapes::of(self.language, &person.country, lines);
        address::fit(&mut self.setter, self.language, &person.forms, place)
    }

    /// Notes what became of the next recipient; whether all is well.
    ///
    /// # Errors
    /// When the work is to end.
    pub(crate) fn note(&mut self, faults: Vec<LayoutFault>) -> Result<bool> {
        let (number, is_well) = (self.printed.pages.len(), faults.is_empty());
        self.printed.pages.push(usize::from(is_well));
        let problems = self.problems(number, faults);
        self.printed.problems.extend(problems);
        (self.progress)(number + 1)?;
        Ok(is_well)
    }

    /// Layout errors as problems; characters that are missing are looked for in other fonts.
    pub(crate) fn problems(&mut self, number: usize, faults: Vec<LayoutFault>) -> Vec<PrintProblem> {
        let shapes = self.setter.shapes;
        self.missing.extend(faults.iter().filter_map(LayoutFault::missing).map(|character| (character, shapes)));
        problems(number, faults)
    }
}

/// Millimeters in points.
pub(crate) fn points((x, y): (f32, f32)) -> (f32, f32) {
    (x * MM, y * MM)
}
