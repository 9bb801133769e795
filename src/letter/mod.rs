//! Letters: blocks of text laid out into pages, and the pages drawn as one PDF that is ready to print.
//!
//! [`print()`] does a whole job on several threads. A letter is laid out before it is drawn: blocks are set into strips
//! (`blocks`, `lines`, `sheet`), strips are placed on pages (`layout`), pages are drawn (`draw`) and bound (`pdf`).
//! What is the same in many letters is set once and drawn once.

mod address;
#[cfg(test)]
mod as_text;
mod background;
mod barcode;
mod binder;
mod blocks;
mod codes;
mod colour;
mod compress;
mod coupon;
mod cover;
mod direction;
mod draw;
mod envelopes;
mod face;
mod fit;
mod font_subset;
mod fonts;
mod frame;
mod geometry;
mod han;
mod hyphens;
mod images;
mod imprint;
mod job;
mod labels;
mod layout;
mod lines;
mod links;
mod number;
mod one_by_one;
mod own_labels;
mod page;
mod paper;
mod pdf;
mod postcard;
mod print;
mod problem;
mod reading;
mod role;
mod running;
mod sample;
mod separately;
#[cfg(test)]
mod shape_tests;
mod sheet;
mod sheet_page;
mod structure;
mod svg;
mod svg_groups;
mod svg_image;
mod svg_outline;
mod system_fonts;
#[cfg(test)]
mod table_tests;
mod tagged;
mod tagged_pdf;
mod tagging;
#[cfg(test)]
mod tests;
mod text_table;
mod ties;
mod typeset;
mod used;
mod xmp;

pub(crate) use background::check as check_background;
pub(crate) use cover::{Cover, Section, cover};
pub(crate) use envelopes::{Envelope, envelopes};
pub(crate) use geometry::check_margins;
pub(crate) use imprint::Imprint;
pub(crate) use job::{AddressForms, USUAL_LEADING, USUAL_SIZE};
pub(crate) use labels::{LabelSheet, Placing, labels, outline};
pub(crate) use own_labels::own_sheets;
pub(crate) use print::check;
pub(crate) use problem::{PrintProblem, PrintProblemKind, Printed};
pub(crate) use sheet_page::is_pdf;
pub(crate) use system_fonts::FontLibrary;
pub(crate) use tagged::print_tagged;

// benches/letters prints through these.
pub use colour::Colour;
pub use face::Face;
pub use fonts::Fonts;
pub use images::{CoarsePicture, Data, Image, Images};
pub use job::{LAYOUT_VERSION, Letter, LetterProgress, LetterSigner, PrintJob, Stationery};
pub use one_by_one::Layout;
pub use page::{Glyph, GlyphRun, LaidPage, Mark, Outline, PagePart, PlacedPart, SetBlock, Strip, TextLine};
pub use paper::{EnvelopeWindow, Paper};
pub use print::print;
pub use role::{LineLink, ReadingRole, Step, TaggedMarks};
pub use svg::svg;
