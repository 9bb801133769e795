//! Every word of the book's names and towns, for whoever mistypes one: kept in memory between questions.

use super::index::{self, NAME, TOWN};
use super::likeness::{mistyped, slips};
use crate::error::Result;
use crate::store::Read;

/// The words of names and towns.
#[derive(Debug, Default)]
pub struct Vocabulary {
    names: Vec<Known>,
    towns: Vec<Known>,
}

#[derive(Debug)]
struct Known {
    word: Box<str>,
    letters: u8,
    /// Which letters it has, each a bit: two words with many different letters need no closer look.
    signs: u32,
}

impl Vocabulary {
    /// As the book has them now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn of(read: &Read<'_>) -> Result<Self> {
        let known = |kind| -> Result<Vec<Known>> {
            Ok(index::words(read, kind)?.into_iter().map(|word| Known::of(word.into_boxed_str())).collect())
        };
        Ok(Self { names: known(NAME)?, towns: known(TOWN)? })
    }

    /// The words of names, or of towns, of which this may be a slip; never the word itself.
    pub(super) fn near<'v>(&'v self, typed: &'v str, kind: char) -> impl Iterator<Item = &'v str> {
        let asked = Known::of(typed.into());
        let slips = slips(asked.letters.into());
        let known: &[Known] = match kind {
            _ if slips == 0 => &[],
            TOWN => &self.towns,
            _ => &self.names,
        };
        known
            .iter()
            .filter(move |known| {
                // A slip makes it longer or shorter by one letter, and takes and brings one of the letters at most.
                usize::from(known.letters.abs_diff(asked.letters)) <= slips
                    && (known.signs ^ asked.signs).count_ones() as usize <= 2 * slips
            })
            .map(|known| &*known.word)
            .filter(move |word| *word != typed && mistyped(typed, word))
    }
}

impl Known {
    fn of(word: Box<str>) -> Self {
        let signs = word.chars().fold(0, |signs, c| signs | 1 << (u32::from(c) % 32));
        Self { letters: u8::try_from(word.chars().count()).unwrap_or(u8::MAX), signs, word }
    }
}
