//! A font as it goes into a PDF: cut down to the glyphs in use.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use printpdf::ParsedFont;

use super::codes::tag;
use super::face::Face;
use crate::error::{Error, Result};
use crate::text;

/// A font cut down to the glyphs in use, its widths by code.
pub(crate) fn embeddable(face: &Face, codes: &[(u16, String)]) -> Result<ParsedFont> {
    let data = face.data.as_ref();
    // Both libraries look at tables that nothing here has looked at, and may stop at one that is broken.
    let read = || {
        let index = usize::try_from(face.index).ok()?;
        let whole = ParsedFont::from_bytes(data, index, &mut Vec::new())?;
        let remapper = remapper(face, codes.iter().map(|(code, _)| *code));
        Some((whole, subsetter::subset(data, face.index, &remapper).ok()?))
    };
    let Some((whole, subset)) = quietly(read) else {
        let name = if face.file.is_empty() { &face.name } else { &face.file };
        let message = format!("the font {} cannot be put into a PDF", text::quote(name));
        return Err(Error::new(message).hint("take it out of the shop's fonts, or take another edition of it"));
    };
    let widths: BTreeMap<u16, u16> = codes
        .iter()
        .map(|(code, _)| (*code, face.widths.get(usize::from(*code)).copied().unwrap_or_default()))
        .collect();
    let per_em = i32::from(whole.units_per_em.max(1));
    let scaled = |measure: i16| i16::try_from(i32::from(measure) * 1000 / per_em).unwrap_or_default();
    let metrics = printpdf::FontMetrics {
        ascent: scaled(whole.font_metrics.ascent),
        descent: scaled(whole.font_metrics.descent),
    };
    let name = format!("{}+{}", tag(codes), face.name);
    let mut font = ParsedFont::with_glyph_data(subset, 0, Some(name), BTreeMap::new(), widths, 1000, metrics);
    let box_ = &whole.pdf_font_metrics;
    font.pdf_font_metrics = printpdf::PdfFontMetricsStub {
        units_per_em: 1000,
        x_min: scaled(box_.x_min),
        y_min: scaled(box_.y_min),
        x_max: scaled(box_.x_max),
        y_max: scaled(box_.y_max),
        ..box_.clone()
    };
    Ok(font)
}

/// What a library makes of a file that may be broken, or nothing when it panics; then nothing is printed either.
fn quietly<T>(read: impl FnOnce() -> Option<T>) -> Option<T> {
    thread_local! {
        static IS_QUIET: Cell<bool> = const { Cell::new(false) };
    }
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let print = take_hook();
        set_hook(Box::new(move |panic| {
            if !IS_QUIET.get() {
                print(panic);
            }
        }));
    });
    IS_QUIET.set(true);
    let read = catch_unwind(AssertUnwindSafe(read));
    IS_QUIET.set(false);
    read.ok().flatten()
}

/// Whether a font can be cut down to a few glyphs and embedded, as far as its tables show.
pub(crate) fn is_embeddable(face: &Face) -> bool {
    embeddable(face, &[(0, String::new())]).is_ok()
}

/// The glyphs of these codes, in the order of the codes.
pub(crate) fn remapper(face: &Face, codes: impl Iterator<Item = u16>) -> subsetter::GlyphRemapper {
    let mut remapper = subsetter::GlyphRemapper::new();
    for code in codes {
        remapper.remap(face.glyphs.get(usize::from(code)).copied().unwrap_or_default());
    }
    remapper
}
