//! The fonts that letters are set in: the family that is shipped, and those of the shop as a fallback.

use std::collections::BTreeSet;
use std::sync::Arc;

use parley::FontContext;
use parley::fontique::{Blob, Collection, CollectionOptions, FontInfoOverride, SourceCache};
use skrifa::instance::{LocationRef, Size};
use skrifa::string::StringId;
use skrifa::{FontRef, GlyphId, MetadataProvider, Tag};

use super::machine;
use crate::error::{Error, Result};
use crate::text;

/// EB Garamond, under the SIL Open Font License (fonts/OFL.txt).
const SHIPPED: [&[u8]; 4] = [
    include_bytes!("fonts/EBGaramond-Regular.ttf"),
    include_bytes!("fonts/EBGaramond-Italic.ttf"),
    include_bytes!("fonts/EBGaramond-Bold.ttf"),
    include_bytes!("fonts/EBGaramond-BoldItalic.ttf"),
];

/// The fonts at hand, in the order in which they are asked for a character.
#[derive(Clone)]
pub struct Fonts {
    faces: Vec<Face>,
    families: Vec<String>,
    /// How many of the families are families as such, and not single faces.
    own_families: usize,
    /// The machine's fonts may be asked for what is missing.
    machine: bool,
    context: FontContext,
}

/// One face of a font, with what drawing and embedding need to know.
#[derive(Debug, Clone)]
pub struct Face {
    /// The PostScript name.
    pub name: String,
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
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.faces.iter().map(|face| &face.name)).finish()
    }
}

impl Fonts {
    /// The shipped family: Latin, Greek, Cyrillic and Vietnamese in four faces.
    #[must_use]
    pub fn shipped() -> Self {
        let collection = Collection::new(CollectionOptions { shared: false, system_fonts: false });
        let context = FontContext { collection, source_cache: SourceCache::default() };
        let mut fonts = Self { faces: Vec::new(), families: Vec::new(), own_families: 0, machine: false, context };
        for file in SHIPPED {
            fonts.add(&Blob::new(Arc::new(file)));
        }
        fonts.complete();
        fonts
    }

    /// The shipped family, then the shop's own files (name and contents) for characters that it lacks.
    pub fn with(mut files: Vec<(String, Vec<u8>)>) -> Result<Self> {
        files.sort();
        let mut fonts = Self::shipped();
        fonts.families.truncate(fonts.own_families);
        for (name, bytes) in files {
            if !fonts.add(&Blob::new(Arc::new(bytes))) {
                let message = format!("{} is not a font that can be printed", text::quote(&name));
                return Err(Error::new(message).hint(
                    "take a `.ttf` or `.otf` file with outlines: no web font (`.woff`), no colour emoji, no archive",
                ));
            }
        }
        fonts.complete();
        Ok(fonts)
    }

    /// These fonts, and as a last resort those of the machine.
    #[must_use]
    pub fn with_machine(self) -> Self {
        Self { machine: true, ..self }
    }

    /// These fonts and the machine's for characters that they lack; nothing when the machine's have none of them either.
    ///
    /// The machine's come behind all others, in an order of their own: which one a character is set in does not depend
    /// on what else is missing.
    pub(crate) fn reaching(&self, missing: &BTreeSet<char>) -> Option<Self> {
        let lacked = missing.iter().filter(|&&character| self.machine && !self.covers(character));
        let places: BTreeSet<usize> = lacked.filter_map(|&character| machine::find(character)).collect();
        let mut reaching = self.clone();
        for data in places.iter().filter_map(|&place| machine::open(place)) {
            let Some(face) = Face::read(data.clone(), 0) else { continue };
            let name = format!("face {}", reaching.faces.len());
            let named = FontInfoOverride { family_name: Some(&name), ..FontInfoOverride::default() };
            reaching.context.collection.register_fonts(data, Some(named));
            reaching.faces.push(face);
            reaching.families.push(name);
        }
        (reaching.faces.len() > self.faces.len()).then_some(reaching)
    }

    /// Whether a font of the machine has a character that these lack.
    pub(crate) fn can_reach(&self, character: char) -> bool {
        self.machine && machine::find(character).is_some()
    }

    /// The number of the family that a template calls by this name, in whatever case.
    pub(crate) fn family(&self, name: &str) -> Option<usize> {
        self.families[..self.own_families].iter().position(|family| family.eq_ignore_ascii_case(name.trim()))
    }

    /// The families that a template may be set in.
    #[must_use]
    pub fn named(&self) -> &[String] {
        &self.families[..self.own_families]
    }

    /// Whether any face has a glyph for the character.
    #[must_use]
    pub fn covers(&self, character: char) -> bool {
        self.faces.iter().any(|face| face.has(character))
    }

    /// Registers every face of a file; false when there is none in it.
    fn add(&mut self, data: &Blob<u8>) -> bool {
        let before = self.faces.len();
        for (family, infos) in self.context.collection.register_fonts(data.clone(), None) {
            let known = infos.iter().filter_map(|info| Face::read(data.clone(), info.index()));
            self.faces.extend(known);
            if let Some(name) = self.context.collection.family_name(family)
                && !self.families.iter().any(|have| have == name)
            {
                self.families.push(name.to_owned());
            }
        }
        self.faces.len() > before
    }

    /// Names each face as a family of its own too, so that a character which only the upright face has is found in
    /// italic text.
    fn complete(&mut self) {
        self.own_families = self.families.len();
        for (number, face) in self.faces.iter().enumerate() {
            let name = format!("face {number}");
            let named = FontInfoOverride { family_name: Some(&name), ..FontInfoOverride::default() };
            self.context.collection.register_fonts(face.data.clone(), Some(named));
            self.families.push(name);
        }
    }

    /// The faces, by the numbers that laid-out pages use for them.
    #[must_use]
    pub fn faces(&self) -> &[Face] {
        &self.faces
    }

    /// The names of the families, the first choice first.
    pub(crate) fn families(&self) -> &[String] {
        &self.families
    }

    /// What the shaper looks fonts up in; each thread takes its own.
    pub(crate) fn context(&self) -> FontContext {
        self.context.clone()
    }

    /// Which face a font of the shaper is.
    pub(crate) fn face_of(&self, font: &parley::FontData) -> Option<usize> {
        self.faces.iter().position(|face| face.data.id() == font.data.id() && face.index == font.index)
    }
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
            // Ligatures and Arabic forms have characters of their own, but nobody types those.
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
        let widths = order.iter().map(|&glyph| {
            crate::letter::number::whole(metrics.advance_width(GlyphId::from(glyph)).unwrap_or_default())
        });
        let hyphen = font.charmap().map('-').and_then(|glyph| u16::try_from(glyph.to_u32()).ok());
        Some(Self {
            hyphen,
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

    fn has(&self, character: char) -> bool {
        FontRef::from_index(self.data.as_ref(), self.index).is_ok_and(|font| font.charmap().map(character).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_family_covers_the_scripts_it_promises() {
        let fonts = Fonts::shipped();
        assert_eq!(fonts.faces().len(), 4);
        assert_eq!(fonts.families()[..2], ["EB Garamond", "face 0"]);
        for character in "aÅßŁşŽĳΩάЖёЇ“”–—…€₺Ễơđ\u{a0}•№".chars() {
            assert!(fonts.covers(character), "{character}");
        }
        assert!(!fonts.covers('漢'));
    }

    #[test]
    fn a_file_that_is_no_font_is_named() {
        let error = Fonts::with(vec![("fonts/a.ttf".to_owned(), b"<html>".to_vec())]).map(|_| ());
        assert_eq!(
            error.map_err(|e| e.message().to_owned()).err().as_deref(),
            Some("`fonts/a.ttf` is not a font that can be printed")
        );
    }
}
