//! Every word of the book's names and towns, for whoever mistypes one: kept in memory between questions.

use super::index::{self, NAME, TOWN};
use super::slips::{self, Spelling};
use crate::error::Result;
use crate::store::Read;

/// The words of names and towns.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
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
    pub(crate) fn of(read: &Read<'_>) -> Result<Self> {
        let known = |kind| -> Result<Vec<Known>> {
            Ok(index::words(read, kind)?.into_iter().map(|word| Known::of(word.into_boxed_str())).collect())
        };
        Ok(Self { names: known(NAME)?, towns: known(TOWN)? })
    }

    /// The words of names, or of towns, of which this may be a slip; never the word itself.
    pub(super) fn near<'v>(&'v self, typed: &'v str, kind: char) -> impl Iterator<Item = &'v str> {
        let asked = Known::of(typed.into());
        let allowed = slips::allowed(asked.letters.into());
        let known = if kind == TOWN { &self.towns } else { &self.names };
        // A slip makes a word longer or shorter by one letter, and takes and brings one of the letters at most.
        let may_be = move |known: &&Known| {
            usize::from(known.letters.abs_diff(asked.letters)) <= allowed
                && (known.signs ^ asked.signs).count_ones() as usize <= 2 * allowed
        };
        Spelling::of(typed).filter(|_| allowed > 0).into_iter().flat_map(move |spelling| {
            let words = known.iter().filter(may_be).map(|known| &*known.word);
            words.filter(move |word| *word != typed && spelling.slips(word) <= allowed)
        })
    }
}

impl Known {
    fn of(word: Box<str>) -> Self {
        let signs = word.chars().fold(0, |signs, c| signs | 1 << (u32::from(c) % 32));
        Self { letters: u8::try_from(word.chars().count()).unwrap_or(u8::MAX), signs, word }
    }
}
