//! Letters: blocks of text laid out into pages, and the pages drawn as one PDF that is ready to print.
//!
//! [`print()`] does a whole job on several threads. A letter is laid out before it is drawn: blocks are set into strips
//! (`blocks`, `lines`, `sheet`), strips are placed on pages (`layout`), pages are drawn (`draw`) and bound (`pdf`).
//! What is the same in many letters is set once and drawn once.

mod address;
mod as_text;
mod barcode;
mod binder;
mod blocks;
mod codes;
mod cover;
mod draw;
mod envelopes;
mod fit;
mod fonts;
mod hyphens;
mod images;
mod imprint;
mod labels;
mod layout;
mod lines;
mod machine;
mod number;
mod page;
mod paper;
mod pdf;
mod print;
mod sheet;
mod table;
#[cfg(test)]
mod tests;
mod typeset;
mod used;

use chrono::NaiveDate;

use crate::error::{Error, Result};
use crate::merge::block::Block;

pub use cover::{Cover, Section, cover};
pub use envelopes::{Envelope, envelopes};
pub use fonts::{Face, Fonts};
pub use images::{Data, Image, Images};
pub use imprint::Imprint;
pub use labels::{LabelSheet, Placing, labels, outline};
pub use page::{Fault, Glyph, Line, Mark, Outline, Page, Part, Placed, Run, SetBlock, Strip};
pub use paper::{Paper, Window};
pub use print::{Layout, check, print};

/// The size of the type, in points, that suits the shipped fonts.
pub const USUAL_SIZE: f32 = 12.0;

/// The sizes of type, in points, that a letter can be read in and still be a letter.
pub const SIZES: std::ops::RangeInclusive<f32> = 8.0..=18.0;

/// How the letters of one template look.
#[derive(Debug, Clone, PartialEq)]
pub struct Stationery {
    /// The sheet.
    pub paper: Paper,
    /// The envelope's window.
    pub window: Window,
    /// The family of the text, if not the shipped one.
    pub font: Option<String>,
    /// The size of the type in points; see [`USUAL_SIZE`] and [`SIZES`].
    pub font_size: f32,
    /// The language of the text, as a BCP 47 tag: `en`, `de-AT`.
    pub language: String,
    /// The shop's name, then the lines of its address: the letterhead where there is no logo, and the line in a window.
    pub sender: Vec<String>,
    /// The date, written out.
    pub date: String,
    /// The image of the letterhead.
    pub logo: Option<String>,
    /// The image of the signature.
    pub signature: Option<String>,
    /// Who signs; may be empty.
    pub signer: String,
}

impl Default for Stationery {
    fn default() -> Self {
        Self {
            paper: Paper::default(),
            window: Window::default(),
            font: None,
            font_size: USUAL_SIZE,
            language: "en".to_owned(),
            sender: Vec::new(),
            date: String::new(),
            logo: None,
            signature: None,
            signer: String::new(),
        }
    }
}

/// One letter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Letter {
    /// Which of the job's stationeries it is written on.
    pub stationery: usize,
    /// The lines of the address.
    pub address: Vec<String>,
    /// The same with the names broken or shorter, tried in turn when the first does not fit.
    pub other_addresses: Vec<Vec<String>>,
    /// The body.
    pub blocks: Vec<Block>,
    /// Who signs this letter, if not the one whom the stationery names.
    pub signer: Option<Signer>,
    /// A letter of a proof: why it is there, written small in the margin of each page; window and folds are drawn in red.
    pub proof: Option<String>,
}

/// Who signs a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The name under the letter.
    pub name: String,
    /// The image of the signature; without one there is white to sign in.
    pub signature: Option<String>,
}

/// The lines of an address, and the same in other forms, to be tried in turn: the first that fits is set.
pub type Forms = Vec<Vec<String>>;

/// Letters to be printed into one PDF.
pub struct Job<'a> {
    /// How the letters look.
    pub stationery: &'a [Stationery],
    /// The images that they use.
    pub images: &'a Images,
    /// The fonts that they are set in.
    pub fonts: &'a Fonts,
    /// How many letters there are.
    pub letters: usize,
    /// Makes the letter of a number below `letters`: on any thread, and twice for the first few.
    pub compose: &'a (dyn Fn(usize) -> Result<Letter> + Sync),
    /// The title of the document.
    pub title: String,
    /// Hexadecimal digits that stand for everything that went into the job; they become the file's identity.
    pub fingerprint: String,
    /// The day that the document bears.
    pub created: NaiveDate,
    /// How many threads work; the result does not depend on it.
    pub threads: usize,
    /// Letters with a problem are left out and the others printed; otherwise one problem stops them all.
    pub leave_out_problems: bool,
    /// It is printed on both sides: each letter starts on a front, after an empty back where it must.
    pub duplex: bool,
    /// Told now and then how many letters are done.
    pub progress: &'a (dyn Fn(usize) + Sync),
}

/// What was printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Printed {
    /// The pages of each letter; 0 for one that has a problem.
    pub pages: Vec<usize>,
    /// How long the text of each letter is, in points, were it on one page.
    pub lengths: Vec<u32>,
    /// Everything that is wrong, in the order of the letters.
    pub problems: Vec<Problem>,
}

impl Printed {
    /// Whether there is something to write, and nothing wrong that may not be left out.
    fn is_to_be_written(&self, leave_out: bool) -> bool {
        self.pages.iter().any(|&pages| pages > 0) && (leave_out || self.problems.is_empty())
    }
}

/// Something that is wrong with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The number of the letter, counted from 0.
    pub letter: usize,
    /// What sort of thing it is.
    pub sort: Sort,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What sort of problem a letter has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Its text cannot be made: a field that it prints is empty.
    Field,
    /// No font has a character of it.
    Glyph,
    /// Its address cannot be seen whole through the window.
    Window,
    /// Something does not fit the page, or is not there.
    Page,
}

impl Problem {
    fn of(letter: usize, sort: Sort, fault: &Error) -> Self {
        Self { letter, sort, message: fault.to_string(), hint: fault.what_next().map(str::to_owned) }
    }
}

/// The laid-out pages of a letter as text, a line for each line: where it stands, in points, and what it says.
/// Problems come first.
#[must_use]
pub fn layout_text(letter: &Letter, stationery: &[Stationery], images: &Images, fonts: &Fonts) -> String {
    let mut setter = typeset::Setter::new(fonts);
    let constants = layout::Constants::new(&mut setter, stationery, images, &[]);
    let laid = layout::letter(&mut setter, &constants, stationery, images, letter);
    let problems = print::problems(0, laid.faults);
    let problems: Vec<String> = problems.into_iter().map(|p| format!("problem: {}\n", p.message)).collect();
    problems.concat() + &as_text::pages(&laid.pages)
}
