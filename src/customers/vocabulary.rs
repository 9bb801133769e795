//! Every word of the book's names and towns, for finding mistyped words: kept in memory between queries.

use super::edit_distance::{Spelling, most_edits};
use super::index::{self, NAME, TOWN};
use crate::error::Result;
use crate::store::Read;

/// The words of names and towns.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    names: Vec<IndexedWord>,
    towns: Vec<IndexedWord>,
}

#[derive(Debug)]
struct IndexedWord {
    word: Box<str>,
    letters: u8,
    /// The letters it has, one bit each: two words with many different letters need no further comparison.
    letter_mask: u32,
}

impl Vocabulary {
    /// As the book has them now.
    pub(crate) fn of(read: &Read<'_>) -> Result<Self> {
        let known = |kind| -> Result<Vec<IndexedWord>> {
            Ok(index::words(read, kind)?.into_iter().map(|word| IndexedWord::of(word.into_boxed_str())).collect())
        };
        Ok(Self { names: known(NAME)?, towns: known(TOWN)? })
    }

    /// The words of names, or of towns, that a mistyped word may mean; never the word itself.
    pub(super) fn near<'v>(&'v self, typed: &'v str, kind: char) -> impl Iterator<Item = &'v str> {
        let asked = IndexedWord::of(typed.into());
        let allowed = most_edits(asked.letters.into());
        let known = if kind == TOWN { &self.towns } else { &self.names };
        // An edit changes the length by at most one letter, and removes and adds at most one letter.
        let may_be = move |known: &&IndexedWord| {
            usize::from(known.letters.abs_diff(asked.letters)) <= allowed
                && (known.letter_mask ^ asked.letter_mask).count_ones() as usize <= 2 * allowed
        };
        Spelling::of(typed).filter(|_| allowed > 0).into_iter().flat_map(move |spelling| {
            let words = known.iter().filter(may_be).map(|known| &*known.word);
            words.filter(move |word| *word != typed && spelling.edit_distance(word) <= allowed)
        })
    }
}

impl IndexedWord {
    fn of(word: Box<str>) -> Self {
        let letter_mask = word.chars().fold(0, |mask, c| mask | 1 << (u32::from(c) % 32));
        Self { letters: u8::try_from(word.chars().count()).unwrap_or(u8::MAX), letter_mask, word }
    }
}
