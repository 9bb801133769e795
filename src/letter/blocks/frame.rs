//! What every block of a letter is set with: the size of its type, and where its lines stand.

use crate::letter::Stationery;
use crate::letter::images::Images;
use crate::letter::line::lines::Align;
use crate::letter::line::typeset::Look;
use crate::merge::head::{FigureStyle, TextAlign};

/// What every block of a letter is set with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    /// How the letter looks.
    pub own: &'a Stationery,
    /// Size of the type in points.
    pub size: f32,
    /// The language of the text.
    pub language: &'a str,
    /// Its text runs from right to left: blocks stand at the right.
    pub is_rtl: bool,
    /// The images of the job.
    pub images: &'a Images,
    /// The tallest strip that fits a page.
    pub tallest: f32,
}

impl Frame<'_> {
    /// The distance of baselines of the text, in whole tenths of a point.
    pub(crate) fn leading(&self) -> f32 {
        self.leading_of(self.size)
    }

    /// The same for type of another size.
    pub(crate) fn leading_of(&self, size: f32) -> f32 {
        (size * self.own.leading * 10.0).round() / 10.0
    }

    /// Running text of a size.
    pub(crate) fn look(&self, size: f32) -> Look {
        Look { oldstyle: self.own.figures == FigureStyle::Oldstyle, ..Look::of(size) }
    }

    /// How the lines of a paragraph end.
    pub(crate) fn align(&self) -> Align {
        match self.own.align {
            TextAlign::Justify => Align::Justify,
            TextAlign::Left => Align::Start,
        }
    }
}

/// Where the baseline stands in a strip of this height: the small letters look centred.
pub(crate) fn baseline(size: f32, leading: f32) -> f32 {
    leading / 2.0 + size * 0.26
}
