//! What every block of a letter is set with: the size of its type, and where its lines stand.

use super::images::Images;

/// The distance of baselines, as a multiple of the size of the type.
const LEADING: f32 = 1.36;

/// What every block of a letter is set with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
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

/// The distance of baselines for type of this size, in whole tenths of a point.
pub(crate) fn leading(size: f32) -> f32 {
    (size * LEADING * 10.0).round() / 10.0
}

/// Where the baseline stands in a strip of this height: the small letters look centred.
pub(crate) fn baseline(size: f32, leading: f32) -> f32 {
    leading / 2.0 + size * 0.26
}
