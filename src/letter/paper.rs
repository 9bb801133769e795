//! Papers and envelope windows: where on the sheet the letterhead, the address and the body stand.

use crate::domain::{Column, column_enum};
use crate::error::Result;
use crate::text;

/// One millimetre in points.
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
    }
}

impl Paper {
    /// The paper that a template calls by this name, in whatever case.
    pub(crate) fn called(name: &str) -> Result<Self> {
        Self::named(name, format!("unknown paper {}", text::quote(name)))
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
    /// What is always seen through the window, however the sheet slides, less 3 mm at the sides.
    pub address: Rect,
    /// The address is centred in the height of its box, because the sheet may slide.
    pub address_centred: bool,
    /// What is seen through the window however the sheet slides; nothing without a window.
    pub seen: Option<Rect>,
    /// The window itself while the sheet lies at the lower left of the envelope, where it can slide.
    pub window: Option<Rect>,
    /// Where the sheet is folded, from the top edge.
    pub folds: [f32; 2],
    /// The letter itself bears marks for folding and punching, as DIN 5008 has it.
    pub fold_marks: bool,
    /// Top of the small line that names the sender inside the window, where the standard has one.
    pub return_line: Option<f32>,
    /// Top of the body on the first page.
    pub body_top: f32,
    /// Top of the body on the pages after it.
    pub next_top: f32,
    /// Where the body must end.
    pub bottom: f32,
    /// The baseline of the page number.
    pub folio: f32,
}

/// The geometry of a paper behind a window.
pub(crate) fn geometry(paper: Paper, window: EnvelopeWindow) -> Geometry {
    let (width, height) = paper.size();
    let (head, address, body_top) = match window {
        EnvelopeWindow::None => ((14.0, 27.0), Rect::mm(28.0, 50.0, 100.0, 32.0), 89.0),
        EnvelopeWindow::Us10 => ((14.0, 34.0), Rect::mm(25.4, 63.5, 82.5, 16.9), 99.0),
        EnvelopeWindow::DlUk => ((14.0, 29.0), Rect::mm(25.4, 56.0, 71.4, 22.0), 101.0),
        EnvelopeWindow::Din5008A => ((7.0, 19.0), Rect::mm(25.0, 44.7, 75.0, 27.3), 82.0),
        EnvelopeWindow::Din5008B => ((14.0, 29.0), Rect::mm(25.0, 62.7, 75.0, 27.3), 99.0),
    };
    let left = address.x;
    // US #10: 114.3 by 28.6, 22.2 from the left, 12.7 from the bottom of 241.3 by 104.8. DL: 90 by 35, 20 and 20 of 220 by 110.
    let (seen, behind) = match window {
        EnvelopeWindow::None => (None, None),
        EnvelopeWindow::Us10 => (Some(Rect::mm(22.2, 63.5, 88.9, 16.9)), Some(Rect::mm(22.2, 51.8, 114.3, 28.6))),
        EnvelopeWindow::DlUk => (Some(Rect::mm(20.0, 55.0, 80.0, 24.0)), Some(Rect::mm(20.0, 44.0, 90.0, 35.0))),
        EnvelopeWindow::Din5008A => (Some(Rect::mm(20.0, 27.0, 85.0, 45.0)), None),
        EnvelopeWindow::Din5008B => (Some(Rect::mm(20.0, 45.0, 85.0, 45.0)), None),
    };
    let third = height / 3.0;
    Geometry {
        width,
        height,
        left,
        measure: width - 2.0 * left,
        head: (head.0 * MM, head.1 * MM),
        address,
        seen,
        window: behind,
        folds: match window {
            EnvelopeWindow::Din5008A => [87.0 * MM, 192.0 * MM],
            EnvelopeWindow::Din5008B => [105.0 * MM, 210.0 * MM],
            _ => [third, 2.0 * third],
        },
        fold_marks: matches!(window, EnvelopeWindow::Din5008A | EnvelopeWindow::Din5008B),
        address_centred: matches!(window, EnvelopeWindow::Us10 | EnvelopeWindow::DlUk),
        return_line: match window {
            EnvelopeWindow::Din5008A => Some(28.5 * MM),
            EnvelopeWindow::Din5008B => Some(46.5 * MM),
            _ => None,
        },
        body_top: body_top * MM,
        next_top: 25.4 * MM,
        bottom: height - 25.4 * MM,
        folio: height - 14.0 * MM,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_wrong_ones_get_a_hint() {
        assert_eq!(Paper::called(" A4").ok(), Some(Paper::A4));
        assert!(Paper::called("a5").is_err_and(|error| error.message() == "unknown paper `a5`"));
        assert!(EnvelopeWindow::ALL.iter().all(|window| EnvelopeWindow::called(window.as_str()).is_ok()));
        let wrong = EnvelopeWindow::called("din-5008-c");
        assert_eq!(
            wrong.map_err(|e| e.report()).err().as_deref(),
            Some("error: unknown window `din-5008-c`\nhint: did you mean `din-5008-a`?\n")
        );
    }

    #[test]
    fn the_body_starts_below_every_window() {
        for window in [
            EnvelopeWindow::None,
            EnvelopeWindow::Us10,
            EnvelopeWindow::DlUk,
            EnvelopeWindow::Din5008A,
            EnvelopeWindow::Din5008B,
        ] {
            let g = geometry(Paper::A4, window);
            assert!(g.head.0 + g.head.1 < g.return_line.unwrap_or(g.address.y), "{window:?}");
            assert!(g.address.y + g.address.height < g.body_top, "{window:?}");
            if let Some(seen) = g.seen {
                let (own, all) = (g.address, [seen.x + seen.width, seen.y + seen.height]);
                assert!(own.x >= seen.x && own.x + own.width <= all[0] + 0.01, "{window:?}");
                assert!(own.y >= seen.y && own.y + own.height <= all[1] + 0.01, "{window:?}");
            }
        }
    }
}
