//! Letters: blocks of text laid out into pages, and the pages drawn as one PDF that is ready to print.
//!
//! [`print()`] does a whole job on several threads. A letter is laid out before it is drawn: `line` makes text into lines,
//! `blocks` makes lines into strips, `sheet` places strips on pages, `pdf` and `svg` draw pages. What is the same in many
//! letters is set once and drawn once.

mod blocks;
mod fonts;
mod images;
mod job;
mod line;
mod mailing;
mod number;
mod page;
mod pdf;
mod print;
mod problem;
mod sheet;
mod svg;
#[cfg(test)]
mod tests;

pub(crate) use fonts::system::FontLibrary;
pub(crate) use images::pdf_page::is_pdf;
pub(crate) use job::{AddressForms, USUAL_LEADING, USUAL_SIZE};
pub(crate) use mailing::cover::{Cover, Section, cover};
pub(crate) use mailing::envelopes::{Envelope, envelopes};
pub(crate) use mailing::imprint::Imprint;
pub(crate) use mailing::labels::{LabelSheet, Placing, labels, outline};
pub(crate) use mailing::own_labels::own_sheets;
pub(crate) use pdf::tagged::print_tagged;
pub(crate) use print::check;
pub(crate) use problem::{PrintProblem, PrintProblemKind, Printed};
pub(crate) use sheet::background::check as check_background;
pub(crate) use sheet::geometry::check_margins;

// benches/letters prints through these.
pub use fonts::Fonts;
pub use fonts::face::Face;
pub use images::{CoarsePicture, Data, Image, Images};
pub use job::{LAYOUT_VERSION, Letter, LetterProgress, LetterSigner, PrintJob, Stationery};
pub use page::colour::Colour;
pub use page::role::{LineLink, ReadingRole, Step, TaggedMarks};
pub use page::{Glyph, GlyphRun, LaidPage, Mark, Outline, PagePart, PlacedPart, SetBlock, Strip, TextLine};
pub use print::one_by_one::Layout;
pub use print::print;
pub use sheet::paper::{EnvelopeWindow, Paper};
pub use svg::svg;
