//! What a print job is given: letters, their stationery, images and fonts.

use chrono::NaiveDate;

use super::{Colour, EnvelopeWindow, Fonts, Images, Paper};
use crate::error::Result;
use crate::merge::block::Block;
use crate::merge::head::{FigureStyle, FooterPages, Margins, TextAlign};

/// The size of the type, in points, that suits the shipped fonts.
pub(crate) const USUAL_SIZE: f32 = 12.0;
/// The distance of baselines that suits them, as a multiple of the size.
pub(crate) const USUAL_LEADING: f32 = 1.36;

/// Which way of setting letters this is: one more whenever a line may break, or a page end, elsewhere than before.
pub const LAYOUT_VERSION: i64 = 2;

/// How the letters of one template look.
#[derive(Debug, Clone, PartialEq)]
pub struct Stationery {
    /// The sheet.
    pub paper: Paper,
    /// The envelope's window.
    pub window: EnvelopeWindow,
    /// The white around the text, where it is not the usual.
    pub margins: Margins,
    /// The family of the text, if not the shipped one.
    pub font: Option<String>,
    /// The size of the type in points; see [`USUAL_SIZE`].
    pub font_size: f32,
    /// The distance of baselines, as a multiple of that size; see [`USUAL_LEADING`].
    pub leading: f32,
    /// How the lines of a paragraph end.
    pub align: TextAlign,
    /// The figures of the running text; addresses, codes and tables have lining ones.
    pub figures: FigureStyle,
    /// Of rules, headings and the shop's name; black without it.
    pub colour: Option<Colour>,
    /// Which pages have the letter's foot.
    pub footer_on: FooterPages,
    /// The language of the text, as a BCP 47 tag: `en`, `de-AT`.
    pub language: String,
    /// The shop's name, then the lines of its address: the letterhead where there is no logo, and the line in a window.
    pub sender: Vec<String>,
    /// The date, written out.
    pub date: String,
    /// The image of the letterhead.
    pub logo: Option<String>,
    /// What lies under the letter, to the edge of the sheet: an image, or a PDF file whose second page is for later sheets.
    pub background: Option<String>,
    /// The image of the signature.
    pub signature: Option<String>,
    /// Who signs; may be empty.
    pub signer: String,
}

impl Default for Stationery {
    fn default() -> Self {
        Self {
            paper: Paper::default(),
            window: EnvelopeWindow::default(),
            margins: Margins::default(),
            font: None,
            font_size: USUAL_SIZE,
            leading: USUAL_LEADING,
            align: TextAlign::default(),
            figures: FigureStyle::default(),
            colour: None,
            footer_on: FooterPages::default(),
            language: "en".to_owned(),
            sender: Vec::new(),
            date: String::new(),
            logo: None,
            background: None,
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
    /// The country of the recipient, as an ISO 3166 code; empty when it is not known.
    pub country: String,
    pub blocks: Vec<Block>,
    /// Who signs this letter, if not the signer of the stationery.
    pub signer: Option<LetterSigner>,
    /// A letter of a proof: why it is there, written small in the margin of each page; window and folds are drawn in red.
    pub proof: Option<String>,
    /// The line at the top of the pages after the first, instead of name, date and page.
    pub second_page: Option<String>,
    /// The small lines at the foot.
    pub footer: Option<String>,
}

/// Who signs a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterSigner {
    pub name: String,
    /// The image of the signature; without one there is white to sign in.
    pub signature: Option<String>,
}

/// The address of a person, for a label or an envelope.
pub(crate) struct AddressForms {
    /// Its lines, and the same in other forms, to be tried in turn: the first that fits is set.
    pub(crate) forms: Vec<Vec<String>>,
    /// The country, as an ISO 3166 code; empty when it is not known.
    pub(crate) country: String,
}

/// Told now and then how many letters are done; its error ends the work.
pub type LetterProgress<'a> = &'a (dyn Fn(usize) -> Result<()> + Sync);

/// Letters to be printed into one PDF.
pub struct PrintJob<'a> {
    /// How the letters look.
    pub stationery: &'a [Stationery],
    pub images: &'a Images,
    /// The fonts that they are set in.
    pub fonts: &'a Fonts,
    pub letters: usize,
    /// Makes the letter of a number below `letters`: on any thread, and twice for the first few.
    pub compose: &'a (dyn Fn(usize) -> Result<Letter> + Sync),
    pub title: String,
    /// Hexadecimal digits that stand for everything that went into the job; they become the file's identity.
    pub fingerprint: String,
    /// The date in the document's metadata.
    pub created: NaiveDate,
    /// How many threads work; the result does not depend on it.
    pub threads: usize,
    /// Letters with a problem are left out and the others printed; otherwise one problem stops them all.
    pub leave_out_problems: bool,
    /// It is printed on both sides: each letter starts on a front, after an empty back where it must.
    pub duplex: bool,
    pub progress: LetterProgress<'a>,
}
