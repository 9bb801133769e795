//! Which glyphs of each face were used, and their text: what embedding a font needs.

use std::collections::BTreeMap;

use super::Fonts;

/// The glyphs used so far; the union of two does not depend on their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Used {
    faces: Vec<UsedFace>,
}

#[derive(Debug, Clone, Default)]
struct UsedFace {
    /// Whether each code was used.
    codes: Vec<bool>,
    /// The text of a code where its face alone does not have it: a ligature, a small capital.
    texts: BTreeMap<u16, String>,
}

impl Used {
    pub(crate) fn new(fonts: &Fonts) -> Self {
        let faces =
            fonts.faces().iter().map(|face| UsedFace { codes: vec![false; face.codes.len()], texts: BTreeMap::new() });
        Self { faces: faces.collect() }
    }

    /// Notes a glyph that stands for `source` (empty when unknown) and returns its code.
    pub(crate) fn mark(&mut self, fonts: &Fonts, face: usize, glyph: u16, source: &str) -> u16 {
        let (Some(known), Some(used)) = (fonts.faces().get(face), self.faces.get_mut(face)) else { return 0 };
        let Some(&code) = known.codes.get(usize::from(glyph)) else { return 0 };
        let slot = usize::from(code);
        used.codes[slot] = true;
        if known.chars[slot].is_none() && !source.is_empty() {
            match used.texts.get_mut(&code) {
                // Of several texts for one glyph, the least: whatever the order in which they came.
                Some(have) if have.as_str() <= source => {}
                Some(have) => source.clone_into(have),
                None => {
                    used.texts.insert(code, source.to_owned());
                }
            }
        }
        code
    }

    /// Adds what another thread used.
    pub(crate) fn join(&mut self, other: Self) {
        for (mine, theirs) in self.faces.iter_mut().zip(other.faces) {
            for (have, more) in mine.codes.iter_mut().zip(theirs.codes) {
                *have |= more;
            }
            for (code, text) in theirs.texts {
                let have = mine.texts.entry(code).or_insert_with(|| text.clone());
                if text < *have {
                    *have = text;
                }
            }
        }
    }

    /// The codes used of a face, ascending, each with its text.
    pub(crate) fn of<'a>(&'a self, fonts: &'a Fonts, face: usize) -> impl Iterator<Item = (u16, String)> + 'a {
        let chars = fonts.faces().get(face).map(|face| face.chars.as_slice()).unwrap_or_default();
        let used = self.faces.get(face);
        let codes = used.map(|used| used.codes.as_slice()).unwrap_or_default();
        (0..=u16::MAX).zip(codes).zip(chars).filter(|((_, used), _)| **used).map(move |((code, _), single)| {
            let text = single.map(String::from);
            let text = text.or_else(|| used.and_then(|used| used.texts.get(&code).cloned()));
            (code, text.unwrap_or_default())
        })
    }
}
