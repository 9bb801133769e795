//! The fonts that letters are set in: the family that is shipped, and those of the shop as a fallback.

use std::collections::BTreeSet;
use std::sync::Arc;

use parley::FontContext;
use parley::fontique::{Blob, Collection, CollectionOptions, FontInfoOverride, SourceCache};

use super::face::Face;
use super::font_subset::is_embeddable;
use super::system_fonts;
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
    system: bool,
    context: FontContext,
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
        let mut fonts = Self { faces: Vec::new(), families: Vec::new(), own_families: 0, system: false, context };
        for file in SHIPPED {
            fonts.add("", &Blob::new(Arc::new(file)));
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
            if !fonts.add(&name, &Blob::new(Arc::new(bytes))) {
                let message = format!("{} is not a font that can be printed", text::quote(&name));
                return Err(Error::new(message).hint(
                    "take a whole `.ttf` or `.otf` file with outlines: no web font (`.woff`), no colour emoji, no archive",
                ));
            }
        }
        fonts.complete();
        Ok(fonts)
    }

    /// These fonts, and as a last resort those of the machine.
    #[must_use]
    pub(crate) fn with_system_fonts(self) -> Self {
        Self { system: true, ..self }
    }

    /// These fonts and the machine's for characters that they lack; nothing when the machine's have none of them either.
    ///
    /// The machine's come behind all others, in an order of their own: which one a character is set in does not depend
    /// on what else is missing.
    pub(crate) fn with_fallbacks_for(&self, missing: &BTreeSet<char>) -> Option<Self> {
        let lacked = missing.iter().filter(|&&character| self.system && !self.covers(character));
        let places: BTreeSet<usize> = lacked.filter_map(|&character| system_fonts::find(character)).collect();
        let mut more = self.clone();
        for data in places.iter().filter_map(|&place| system_fonts::open(place)) {
            let Some(face) = Face::read(data.clone(), 0) else { continue };
            let name = format!("face {}", more.faces.len());
            let named = FontInfoOverride { family_name: Some(&name), ..FontInfoOverride::default() };
            more.context.collection.register_fonts(data, Some(named));
            more.faces.push(face);
            more.families.push(name);
        }
        (more.faces.len() > self.faces.len()).then_some(more)
    }

    /// Whether a font of the machine has a character that these lack.
    pub(crate) fn fallback_has(&self, character: char) -> bool {
        self.system && system_fonts::find(character).is_some()
    }

    /// The number of the family that a template calls by this name, in whatever case.
    pub(crate) fn family(&self, name: &str) -> Option<usize> {
        self.families[..self.own_families].iter().position(|family| family.eq_ignore_ascii_case(name.trim()))
    }

    /// The families that a template may be set in.
    #[must_use]
    pub(crate) fn named(&self) -> &[String] {
        &self.families[..self.own_families]
    }

    /// Whether any face has a glyph for the character.
    #[must_use]
    pub fn covers(&self, character: char) -> bool {
        self.faces.iter().any(|face| face.has(character))
    }

    /// Registers every face of a file; false when there is none in it, or one that is not as it should be.
    fn add(&mut self, file: &str, data: &Blob<u8>) -> bool {
        let before = self.faces.len();
        for (family, infos) in self.context.collection.register_fonts(data.clone(), None) {
            let known = infos.iter().filter_map(|info| Face::read(data.clone(), info.index()));
            let known: Vec<Face> = known.map(|face| Face { file: file.to_owned(), ..face }).collect();
            // Those that come with the program are.
            if !file.is_empty() && !known.iter().all(is_embeddable) {
                return false;
            }
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
