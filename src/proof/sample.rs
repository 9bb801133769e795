//! The letters in a proof: the shortest, the longest, and five at random, always the same for the same plan.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::campaign::{Planned, Recipient};
use crate::letter::Printed;
use crate::text;

/// How many letters are picked at random.
const DRAWN: usize = 5;

/// A letter of the proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SampleLetter {
    /// Its position in posting order.
    pub(crate) number: usize,
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) name: String,
    /// Why it is shown: `shortest`, `longest` or `drawn`.
    pub(crate) why: &'static str,
    pub(crate) pages: usize,
    /// Its index among the checked letters.
    #[serde(skip)]
    pub(super) index: usize,
}

impl SampleLetter {
    /// The text in the margin.
    pub(super) fn remark(&self) -> String {
        let number = self.number;
        let pages = text::count(self.pages, "page");
        format!("Proof: {}, {pages} · number {number} · {} ({})", self.why, self.name, self.reference)
    }
}

/// Chooses among the letters that can be printed.
pub(super) fn choose(planned: &Planned, letters: &[&Recipient], printed: &Printed) -> Vec<SampleLetter> {
    let good: Vec<usize> = (0..letters.len()).filter(|index| printed.pages[*index] > 0).collect();
    let size = |index: &usize| (printed.pages[*index], printed.lengths[*index]);
    let Some(shortest) = good.iter().copied().min_by_key(size) else { return Vec::new() };
    // The last of several equal ones, so that it differs from the shortest.
    let longest = good.iter().copied().max_by_key(size).unwrap_or(shortest);
    let mut chosen = vec![(shortest, if shortest == longest { "shortest and longest" } else { "shortest" })];
    if longest != shortest {
        chosen.push((longest, "longest"));
    }
    let mut lots: Vec<([u8; 32], usize)> = good
        .into_iter()
        .filter(|index| *index != shortest && *index != longest)
        .map(|index| (lot(planned, letters[index]), index))
        .collect();
    lots.sort_unstable();
    // Every branch is used once before one is used twice.
    let mut times: HashMap<&str, usize> = HashMap::new();
    let mut turns: Vec<(usize, usize, usize)> = Vec::with_capacity(lots.len());
    for (rank, (_, index)) in lots.into_iter().enumerate() {
        let turn = times.entry(&letters[index].branch).or_default();
        turns.push((*turn, rank, index));
        *turn += 1;
    }
    turns.sort_unstable();
    let drawn: BTreeSet<usize> = turns.into_iter().take(DRAWN).map(|(.., index)| index).collect();
    chosen.extend(drawn.into_iter().map(|index| (index, "drawn")));
    let shown = chosen.into_iter().map(|(index, why)| {
        let one = letters[index];
        let number = one.number.unwrap_or_default();
        let (reference, name) = (one.reference.clone(), one.name.clone());
        SampleLetter { number, reference, name, why, pages: printed.pages[index], index }
    });
    shown.collect()
}

fn lot(planned: &Planned, letter: &Recipient) -> [u8; 32] {
    let text = format!("proof {} {}", planned.fingerprint, letter.reference);
    Sha256::digest(text.as_bytes()).into()
}
