//! The edit distance of two words: letters that are missing, added, wrong, or swapped with a neighbor, each letter in
//! at most one of these (the optimal string alignment distance).
//!
//! The columns of the usual table are stored as bits of one number: Hyyrö, "A bit-vector algorithm for computing
//! Levenshtein and Damerau edit distances", Nordic Journal of Computing 10 (2003). A book of a million has tens of
//! thousands of words, and each is compared while the user types.

/// The largest edit distance that counts as a typing error in a word of this length: one from four letters, two from
/// eight.
pub(super) fn most_edits(letters: usize) -> usize {
    match letters {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// A word to compare others with: for each letter, its positions in the word.
pub(super) struct Spelling {
    ascii: [u64; 128],
    others: Vec<(char, u64)>,
    letters: usize,
}

impl Spelling {
    /// Of this word; none when it has no letters or more than fit into a number.
    pub(super) fn of(word: &str) -> Option<Self> {
        let mut spelling = Self { ascii: [0; 128], others: Vec::new(), letters: word.chars().count() };
        if !(1..=64).contains(&spelling.letters) {
            return None;
        }
        for (place, letter) in word.chars().enumerate() {
            let bit = 1 << place;
            match spelling.ascii.get_mut(letter as usize) {
                Some(places) => *places |= bit,
                None => spelling.others.push((letter, bit)),
            }
        }
        Some(spelling)
    }

    /// Between this word and another.
    pub(super) fn edit_distance(&self, other: &str) -> usize {
        let last = 1 << (self.letters - 1);
        // Where the table increases and decreases from one row to the next, and where it stays the same in the next
        // column.
        let (mut grows, mut falls, mut stays) = (u64::MAX, 0_u64, 0_u64);
        let (mut places_before, mut distance) = (0, self.letters);
        for letter in other.chars() {
            let places = self.places(letter);
            let swapped = ((!stays & places) << 1) & places_before;
            stays = ((places & grows).wrapping_add(grows) ^ grows) | places | falls | swapped;
            let more = falls | !(stays | grows);
            let less = stays & grows;
            distance += usize::from(more & last != 0);
            distance -= usize::from(less & last != 0);
            let (more, less) = (more << 1 | 1, less << 1);
            grows = less | !(stays | more);
            falls = stays & more;
            places_before = places;
        }
        distance
    }

    fn places(&self, letter: char) -> u64 {
        match self.ascii.get(letter as usize) {
            Some(places) => *places,
            None => self.others.iter().filter(|(known, _)| *known == letter).fold(0, |places, (_, bit)| places | bit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_the_whole_table_says() {
        let mut random = fastrand::Rng::with_seed(1989);
        for letters in ["ab", "abcdé", "aßøñ山郎"] {
            let letters: Vec<char> = letters.chars().collect();
            let mut word = |most: usize| -> String {
                (0..random.usize(..=most)).filter_map(|_| random.choice(&letters)).collect()
            };
            for _ in 0..3_000 {
                let (one, other) = (word(12), word(14));
                let Some(spelling) = Spelling::of(&one) else { continue };
                assert_eq!(spelling.edit_distance(&other), strsim::osa_distance(&one, &other), "{one} {other}");
            }
            let (long, longer) = ("ab".repeat(32), word(90));
            let spelling = Spelling::of(&long).expect("64 letters");
            assert_eq!(spelling.edit_distance(&longer), strsim::osa_distance(&long, &longer), "{longer}");
        }
        assert!(Spelling::of("").is_none() && Spelling::of(&"a".repeat(65)).is_none());
    }
}
