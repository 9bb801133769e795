//! A few letters, to find out which blocks are the same in all.

use crate::letter::{Letter, PrintJob};

/// How many letters of each stationery are compared.
const SAMPLE: usize = 6;
/// The letters searched for that sample.
const SEARCHED: usize = 256;

/// The first letters of each stationery; those that cannot be composed are reported later.
pub(crate) fn samples(job: &PrintJob<'_>) -> Vec<Vec<Letter>> {
    let mut samples: Vec<Vec<Letter>> = vec![Vec::new(); job.stationery.len()];
    for number in 0..job.letters.min(SEARCHED) {
        if samples.iter().all(|sample| sample.len() >= SAMPLE) {
            break;
        }
        if let Ok(letter) = (job.compose)(number)
            && let Some(sample) = samples.get_mut(letter.stationery)
            && sample.len() < SAMPLE
        {
            sample.push(letter);
        }
    }
    samples
}
