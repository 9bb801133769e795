//! One face of a font: its glyphs, their widths and the codes that pages use for them.

use std::sync::LazyLock;

use parley::fontique::Blob;
use skrifa::instance::{LocationRef, Size};
use skrifa::string::StringId;
use skrifa::{FontRef, GlyphId, MetadataProvider, Tag};

use crate::letter::number;
use crate::text::table_rows;

/// How far each character of protrusion.tsv hangs out of a line, as shares of its width; in order.
static HANGS: LazyLock<Vec<(char, (f32, f32))>> = LazyLock::new(|| {
    let rows = table_rows(include_str!("protrusion.tsv")).filter_map(|mut cells| {
        let character = cells.next()?.chars().next()?;
        let mut share = || Some(cells.next()?.parse::<f32>().ok()? / 1000.0);
        Some((character, (share()?, share()?)))
    });
    let mut hangs: Vec<(char, (f32, f32))> = rows.collect();
    hangs.sort_by_key(|(character, _)| *character);
    hangs
});

/// One face of a font, with what drawing and embedding need to know.
#[derive(Debug, Clone)]
pub struct Face {
    /// The PostScript name.
    pub name: String,
    /// The file of the shop that it is from, for people; empty when it came with the program.
    pub file: String,
    /// The font file.
    pub data: Blob<u8>,
    /// Which face of the file.
    pub index: u32,
    /// The outlines are PostScript ones (CFF).
    pub cff: bool,
    /// Advance of each code, in thousandths of the size.
    pub widths: Vec<u16>,
    /// The code of each glyph: the glyphs of the commonest characters come first, so that pages deflate well.
    pub codes: Vec<u16>,
    /// The glyph of each code.
    pub glyphs: Vec<u16>,
    /// The only character that a code stands for, if it is the only one.
    pub chars: Vec<Option<char>>,
    /// The glyph of a hyphen.
    pub hyphen: Option<u16>,
    /// How far characters hang out of a line, on the left and on the right, for type of one point; in order.
    pub(crate) hangs: Vec<(char, (f32, f32))>,
}

impl Face {
    pub(crate) fn read(data: Blob<u8>, index: u32) -> Option<Self> {
        let font = FontRef::from_index(data.as_ref(), index).ok()?;
        if !Self::has_outlines(&font) {
            return None;
        }
        let cff = font.table_data(Tag::new(b"CFF ")).is_some();
        let metrics = font.glyph_metrics(Size::new(1000.0), LocationRef::default());
        let count = u16::try_from(metrics.glyph_count()).unwrap_or(u16::MAX);
        if count == 0 {
            return None;
        }
        let mut spelled: Vec<Option<char>> = vec![None; usize::from(count)];
        let mut shared = vec![false; usize::from(count)];
        let mut order: Vec<u16> = vec![0];
        let mut placed = vec![false; usize::from(count)];
        for (code, glyph) in font.charmap().mappings() {
            let Ok(glyph) = u16::try_from(glyph.to_u32()) else { continue };
            let slot = usize::from(glyph);
            if glyph == 0 || slot >= spelled.len() {
                continue;
            }
            shared[slot] |= spelled[slot].is_some();
            // Ligatures and Arabic forms have characters of their own, but no one types those.
            let form = matches!(code, 0xfb00..=0xfdff | 0xfe70..=0xfeff);
            spelled[slot] = char::from_u32(code).filter(|_| !form);
            if !placed[slot] {
                placed[slot] = true;
                order.push(glyph);
            }
        }
        order.extend((1..count).filter(|&glyph| !placed[usize::from(glyph)]));
        let mut codes = vec![0; usize::from(count)];
        for (code, &glyph) in (0..=u16::MAX).zip(&order) {
            codes[usize::from(glyph)] = code;
        }
        let name = font.localized_strings(StringId::POSTSCRIPT_NAME).next().map(|name| name.to_string());
        let widths =
            order.iter().map(|&glyph| number::whole(metrics.advance_width(GlyphId::from(glyph)).unwrap_or_default()));
        let hyphen = font.charmap().map('-').and_then(|glyph| u16::try_from(glyph.to_u32()).ok());
        let width = |character| metrics.advance_width(font.charmap().map(character)?).map(|width| width / 1000.0);
        let hangs = HANGS.iter().filter_map(|&(character, (left, right))| {
            let width = width(character)?;
            Some((character, (left * width, right * width)))
        });
        Some(Self {
            hyphen,
            hangs: hangs.collect(),
            name: name.unwrap_or_else(|| "Font".to_owned()).chars().filter(char::is_ascii_graphic).collect(),
            cff,
            widths: widths.collect(),
            chars: order
                .iter()
                .map(|&glyph| spelled[usize::from(glyph)].filter(|_| !shared[usize::from(glyph)]))
                .collect(),
            glyphs: order,
            codes,
            index,
            file: String::new(),
            data,
        })
    }

    /// Whether a font can be printed.
    pub(crate) fn has_outlines(font: &FontRef<'_>) -> bool {
        [b"glyf", b"CFF "].iter().any(|table| font.table_data(Tag::new(table)).is_some())
    }

    /// The advance of a glyph, for type of one point.
    pub(crate) fn advance(&self, glyph: u16) -> f32 {
        let code = self.codes.get(usize::from(glyph)).copied().unwrap_or_default();
        f32::from(self.widths.get(usize::from(code)).copied().unwrap_or_default()) / 1000.0
    }

    /// How far a character hangs out of a line that it begins, and out of one that it ends, for type of one point.
    pub(crate) fn hang(&self, character: char) -> (f32, f32) {
        let found = self.hangs.binary_search_by_key(&character, |(known, _)| *known);
        found.map_or((0.0, 0.0), |at| self.hangs[at].1)
    }

    pub(crate) fn has(&self, character: char) -> bool {
        FontRef::from_index(self.data.as_ref(), self.index).is_ok_and(|font| font.charmap().map(character).is_some())
    }
}
