//! Papers and envelope windows: where on the sheet the letterhead, the address and the body stand.

use crate::domain::{Column, column_enum};
use crate::error::Result;
use crate::text;

/// One millimeter in points.
pub(crate) const MM: f32 = 72.0 / 25.4;

column_enum! {
    /// The sheet that a letter is printed on.
    #[derive(Default)]
    pub enum Paper {
        /// US letter, 215.9 × 279.4 mm.
        #[default]
        Letter = "letter",
        /// ISO A4, 210 × 297 mm.
        A4 = "a4",
        /// US legal, 215.9 × 355.6 mm.
        Legal = "legal",
        /// ISO A5, 148 × 210 mm.
        A5 = "a5",
        /// A US postcard, 6 × 4 in.
        Postcard = "postcard",
        /// A postcard of ISO A6, 148 × 105 mm.
        PostcardA6 = "postcard-a6",
    }
}

impl Paper {
    /// The paper that a template calls by this name, in whatever case.
    pub(crate) fn called(name: &str) -> Result<Self> {
        Self::named(name, format!("unknown paper {}", text::quote(name)))
    }

    /// The same in a country: a postcard is as large as it is there.
    pub(crate) fn in_country(self, country: &str) -> Self {
        if self == Self::Postcard && Self::of(country) != Self::Letter { Self::PostcardA6 } else { self }
    }

    /// Whether it is a postcard: a message, and a side for the address.
    #[must_use]
    pub(crate) fn is_postcard(self) -> bool {
        matches!(self, Self::Postcard | Self::PostcardA6)
    }

    /// The paper that is usual in a country.
    #[must_use]
    pub(crate) fn of(country: &str) -> Self {
        if matches!(country, "US" | "CA" | "MX") { Self::Letter } else { Self::A4 }
    }

    /// Width and height in points.
    #[must_use]
    pub fn size(self) -> (f32, f32) {
        match self {
            Self::Letter => (612.0, 792.0),
            Self::A4 => (595.28, 841.89),
            Self::Legal => (612.0, 1008.0),
            Self::A5 => (419.53, 595.28),
            Self::Postcard => (432.0, 288.0),
            Self::PostcardA6 => (419.53, 297.64),
        }
    }
}

column_enum! {
    /// The window of the envelope, through which the address must be seen.
    #[derive(Default)]
    pub enum EnvelopeWindow {
        /// An envelope without a window; the address stands at the usual place.
        #[default]
        None = "none",
        /// The US #10 envelope.
        Us10 = "us-10",
        /// The British DL envelope.
        DlUk = "dl-uk",
        /// DIN 5008, form A (letterhead of 27 mm).
        Din5008A = "din-5008-a",
        /// DIN 5008, form B (letterhead of 45 mm).
        Din5008B = "din-5008-b",
    }
}

impl EnvelopeWindow {
    /// The window that a template calls by this name, in whatever case.
    pub(crate) fn called(name: &str) -> Result<Self> {
        Self::named(name, format!("unknown window {}", text::quote(name)))
    }

    /// The only paper whose folded sheets show the address in the window, however they lie in the envelope.
    #[must_use]
    pub(crate) fn paper(self) -> Option<Paper> {
        match self {
            Self::None => None,
            Self::Us10 => Some(Paper::Letter),
            Self::DlUk | Self::Din5008A | Self::Din5008B => Some(Paper::A4),
        }
    }
}

/// A rectangle in points, from the sheet's top left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

impl Rect {
    pub(crate) const fn mm(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { x: x * MM, y: y * MM, width: width * MM, height: height * MM }
    }
}

/// Where everything stands on the first sheet and on those after it, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Geometry {
    pub width: f32,
    pub height: f32,
    /// Left margin of the text.
    pub left: f32,
    /// Width of the text.
    pub measure: f32,
    /// Top and height of the letterhead.
    pub head: (f32, f32),
    /// The letterhead stands in the middle of the text's width, not at its left edge.
    pub head_centred: bool,
    /// Where the address stands: within what is always seen through the window, however the sheet slides.
    pub address: Rect,
    /// The address is centred in the height of its box, because the sheet may slide.
    pub address_centred: bool,
    /// What is seen through the window however the sheet slides; nothing without a window.
    pub seen: Option<Rect>,
    /// The window itself while the sheet lies at the lower left of the envelope, where it can slide.
    pub window: Option<Rect>,
    /// Where the sheet is folded, from the top edge.
    pub folds: [f32; 3],
    /// The letter itself has marks for folding and punching, as DIN 5008 has it.
    pub fold_marks: bool,
    /// Top of the small line that names the sender inside the window, where the standard has one.
    pub return_line: Option<f32>,
    /// Top of the body on the first page.
    pub body_top: f32,
    /// Top of the body on the pages after it.
    pub next_top: f32,
    /// Where the body must end.
    pub bottom: f32,
    /// The same on the pages after the first.
    pub next_bottom: f32,
    /// The baseline of the last line at the foot.
    pub folio: f32,
    /// The baseline of the line at the top of the pages after the first.
    pub running: f32,
}

impl Geometry {
    /// How far a letterhead of this width is set in from the text's left edge.
    pub(crate) fn head_shift(&self, width: f32) -> f32 {
        if self.head_centred { (self.measure - width) / 2.0 } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_wrong_ones_get_a_hint() {
        assert_eq!(Paper::called(" A4").ok(), Some(Paper::A4));
        assert!(Paper::called("a6").is_err_and(|error| error.message() == "unknown paper `a6`"));
        assert!(EnvelopeWindow::ALL.iter().all(|window| EnvelopeWindow::called(window.as_str()).is_ok()));
        let wrong = EnvelopeWindow::called("din-5008-c");
        assert_eq!(
            wrong.map_err(|e| e.report()).err().as_deref(),
            Some("error: unknown window `din-5008-c`\nhint: did you mean `din-5008-a`?\n")
        );
    }
}
