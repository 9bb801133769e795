//! Reproducible random numbers: seeded draws, in whole numbers only.

use fastrand::Rng;

use crate::text;

/// A sequence of draws for one person and one question.
pub(super) struct Dice(Rng);

impl Dice {
    /// The draws for `who` and `question`; they depend on nothing else.
    pub(super) fn of(who: &str, question: &str) -> Self {
        let hash = text::fnv1a(who.bytes().chain([0]).chain(question.bytes()));
        Self(Rng::with_seed(hash ^ (hash >> 29)))
    }

    /// A whole number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.i64(low..=high.max(low))
    }

    /// True in this many cases of a thousand.
    pub(super) fn chance(&mut self, per_mille: i64) -> bool {
        self.between(0, 999) < per_mille
    }

    /// One of a list written `a|b|c`.
    pub(super) fn word<'a>(&mut self, list: &'a str) -> &'a str {
        let words = list.split('|');
        let n = self.place(words.clone().count());
        words.into_iter().nth(n).unwrap_or_default()
    }

    /// One of a list in which each entry has a weight.
    pub(super) fn weighted<'a, T>(&mut self, list: &'a [(i64, T)]) -> Option<&'a T> {
        let mut left = self.between(0, list.iter().map(|(weight, _)| *weight).sum::<i64>() - 1);
        list.iter().find_map(|(weight, entry)| {
            left -= weight;
            (left < 0).then_some(entry)
        })
    }

    /// A draw from a distribution given by its quantiles at equal steps, lowest first.
    pub(super) fn along(&mut self, quantiles: &[i64]) -> i64 {
        const STEP: i64 = 10_000;
        let n = self.place(quantiles.len() - 1);
        let within = self.between(0, STEP - 1);
        quantiles[n] + (quantiles[n + 1] - quantiles[n]) * within / STEP
    }

    /// An index into a list of this length.
    fn place(&mut self, length: usize) -> usize {
        // 32 bits on every machine: a draw of `usize` would differ between machines.
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        self.0.u32(0..length.max(1)) as usize
    }
}

/// The rows of a table, each with the weight in its first cell.
pub(super) fn weighted_rows<const N: usize>(table: &'static str) -> impl Iterator<Item = (i64, [&'static str; N])> {
    text::table_rows(table).map(|mut cells| {
        let weight = number(cells.next().unwrap_or_default());
        (weight, std::array::from_fn(|_| cells.next().unwrap_or_default()))
    })
}

/// A whole number in a table.
pub(super) fn number(cell: &str) -> i64 {
    cell.parse().unwrap_or_default()
}

/// A list of words.tsv by its name, written `a|b|c`.
pub(super) fn words(name: &str) -> &'static str {
    let mut lists = text::table_rows(include_str!("words.tsv"));
    lists.find(|cells| cells.clone().next() == Some(name)).and_then(|mut cells| cells.nth(1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_question_has_the_same_answer() {
        let draws = |who| (0..5).map(|_| Dice::of(who, "luck").between(1, 1_000_000)).collect::<Vec<_>>();
        assert_eq!(draws("C-0001"), draws("C-0001"));
        assert_ne!(draws("C-0001"), draws("C-0002"));
    }

    #[test]
    fn draws_stay_inside_their_bounds() {
        let mut dice = Dice::of("anyone", "bounds");
        for _ in 0..1_000 {
            assert!((3..=5).contains(&dice.between(3, 5)));
            assert!((0..=90).contains(&dice.along(&[0, 10, 90])));
            assert!(["a", "b", "c"].contains(&dice.word("a|b|c")));
            assert!(dice.weighted(&[(0, 'n'), (2, 'y')]) == Some(&'y'));
        }
    }
}
