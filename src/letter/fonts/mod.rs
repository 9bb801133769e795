//! The fonts that letters are set in: the family that is shipped, and those of the shop as a fallback.

pub(super) mod codes;
pub(super) mod face;
pub(super) mod han;
pub(super) mod subset;
pub(super) mod system;
pub(super) mod used;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use parley::FontContext;
use parley::fontique::{Blob, Collection, CollectionOptions, FontInfoOverride, SourceCache};

use crate::error::{Error, Result};
use crate::text;
use face::Face;
use han::HanShapes;
use subset::is_embeddable;
use system::FontLibrary;

/// EB Garamond, under the SIL Open Font License (fonts/OFL.txt).
const SHIPPED: [&[u8]; 4] = [
    include_bytes!("EBGaramond-Regular.ttf"),
    include_bytes!("EBGaramond-Italic.ttf"),
    include_bytes!("EBGaramond-Bold.ttf"),
    include_bytes!("EBGaramond-BoldItalic.ttf"),
];

/// The fonts of a job, in the order in which a character is looked for.
#[derive(Clone)]
pub struct Fonts {
    faces: Vec<Face>,
    families: Vec<String>,
    /// How many of the families are families as such, and not single faces.
    own_families: usize,
    /// The fonts of the machine, if they may be asked for what is missing.
    system: Option<Arc<FontLibrary>>,
    /// The families of the machine that were asked, and which of them a character is set in.
    fallbacks: Vec<Fallback>,
    chosen: HashMap<(char, HanShapes), usize>,
    context: FontContext,
}

/// A family of the machine.
#[derive(Debug, Clone)]
pub(crate) struct Fallback {
    /// Its name for the shaper.
    pub name: String,
    /// Which faces there are in addition to the upright one.
    pub has_bold: bool,
    pub has_italic: bool,
    /// The language whose shapes its text has, if that is not the letter's.
    pub language: Option<&'static str>,
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
        let mut fonts = Self {
            faces: Vec::new(),
            families: Vec::new(),
            own_families: 0,
            system: None,
            fallbacks: Vec::new(),
            chosen: HashMap::new(),
            context,
        };
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
                    "take a whole `.ttf` or `.otf` file with outlines: no web font (`.woff`), no color emoji, no archive",
                ));
            }
        }
        fonts.complete();
        Ok(fonts)
    }

    /// These fonts, and as a last resort those of a library, such as the machine's.
    #[must_use]
    pub(crate) fn with_library(self, library: Arc<FontLibrary>) -> Self {
        Self { system: Some(library), ..self }
    }

    /// These fonts and the machine's for characters that they lack; nothing when the machine's have none of them either.
    ///
    /// Which font a character is set in does not depend on what else is missing.
    pub(crate) fn with_fallbacks_for(&self, missing: &BTreeSet<(char, HanShapes)>) -> Option<Self> {
        let library = self.system.as_ref()?;
        let found =
            missing.iter().filter(|(character, _)| !self.covers(*character)).filter_map(|&(character, shapes)| {
                let language = system::language_of(character, shapes);
                Some(((library.find(character, shapes)?, language), (character, shapes)))
            });
        let mut found: Vec<_> = found.collect();
        found.sort_unstable();
        let mut more = self.clone();
        for of_face in found.chunk_by(|a, b| a.0 == b.0) {
            let (face, language) = of_face[0].0;
            let only: Vec<char> = of_face.iter().map(|(_, (character, _))| *character).collect();
            let Some(set) = library.open(face, &only) else { continue };
            let Some(name) = more.register(&set.upright, None) else { continue };
            let mut add = |face: &Option<(Blob<u8>, u32)>| {
                face.as_ref().is_some_and(|face| more.register(face, Some(&name)).is_some())
            };
            let (has_bold, has_italic) = (add(&set.bold), add(&set.italic));
            add(&set.bold_italic);
            let number = more.fallbacks.len();
            more.chosen.extend(of_face.iter().map(|(_, asked)| (*asked, number)));
            more.fallbacks.push(Fallback { name, has_bold, has_italic, language });
        }
        (!more.fallbacks.is_empty()).then_some(more)
    }

    /// Adds a face to a family of the shaper's, or makes one for it; the name of the family.
    ///
    /// A file of one face is registered under a name of its own, which no other font can have. One of several cannot be: it
    /// keeps the names that it has.
    fn register(&mut self, (data, index): &(Blob<u8>, u32), family: Option<&str>) -> Option<String> {
        let face = Face::read(data.clone(), *index)?;
        let own = format!("face {}", self.faces.len());
        let name = if is_collection(data) { None } else { Some(family.unwrap_or(&own)) };
        let known = self.faces.iter().any(|known| known.data.id() == data.id());
        if !known || name.is_some() {
            let named = name.map(|name| FontInfoOverride { family_name: Some(name), ..FontInfoOverride::default() });
            self.context.collection.register_fonts(data.clone(), named);
        }
        if !self.faces.iter().any(|known| known.data.id() == data.id() && known.index == *index) {
            self.faces.push(face);
        }
        match name {
            Some(name) => Some(name.to_owned()),
            None => family_of(data, *index),
        }
    }

    /// The family of the machine that a character is set in.
    pub(crate) fn fallback_for(&self, character: char, shapes: HanShapes) -> Option<&Fallback> {
        self.fallbacks.get(*self.chosen.get(&(character, shapes))?)
    }

    /// Whether families of the machine were asked.
    pub(crate) fn has_fallbacks(&self) -> bool {
        !self.fallbacks.is_empty()
    }

    /// Whether a font of the machine has a character that these lack.
    pub(crate) fn fallback_has(&self, character: char) -> bool {
        self.system.as_ref().is_some_and(|library| library.find(character, HanShapes::default()).is_some())
    }

    /// The number of the family with this name, in whatever case.
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

    /// Registers every face of a file; false when there is none in it, or one that cannot be embedded.
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

fn is_collection(data: &Blob<u8>) -> bool {
    data.as_ref().starts_with(b"ttcf")
}

/// The name by which the shaper finds a face of a collection.
fn family_of(data: &Blob<u8>, index: u32) -> Option<String> {
    let mut alone = Collection::new(CollectionOptions { shared: false, system_fonts: false });
    let families = alone.register_fonts(data.clone(), None);
    let (family, _) = families.into_iter().find(|(_, fonts)| fonts.iter().any(|font| font.index() == index))?;
    alone.family_name(family).map(str::to_owned)
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
