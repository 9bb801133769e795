//! The letters of a job laid out one after the other, for what is made of single letters: no print run.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::error::Result;
use crate::letter::fonts::han::HanShapes;
use crate::letter::fonts::used::Used;
use crate::letter::line::typeset::Setter;
use crate::letter::page::LaidPage;
use crate::letter::problem::problems;
use crate::letter::sheet::layout::{self, Constants};
use crate::letter::{Fonts, PrintJob, PrintProblem, Printed, number};

/// Laid-out letters, and what they are set in.
pub(crate) struct LaidLetters<'a> {
    pub fonts: Cow<'a, Fonts>,
    pub used: Used,
    /// The pages of each letter that has no problem, with its stationery.
    pub letters: Vec<(Vec<LaidPage>, usize)>,
    pub printed: Printed,
}

/// Lays out every letter exactly as a print run does, in the machine's fonts where the others lack a character.
///
/// # Errors
/// When the work is stopped.
pub(crate) fn lay_out<'a>(job: &PrintJob<'a>) -> Result<LaidLetters<'a>> {
    let (laid, missing) = with_fonts(job, Cow::Borrowed(job.fonts))?;
    match job.fonts.with_fallbacks_for(&missing) {
        Some(fonts) => Ok(with_fonts(job, Cow::Owned(fonts))?.0),
        None => Ok(laid),
    }
}

/// The letters in these fonts, and the characters that they lack.
fn with_fonts<'a>(job: &PrintJob<'a>, fonts: Cow<'a, Fonts>) -> Result<(LaidLetters<'a>, BTreeSet<(char, HanShapes)>)> {
    let mut setter = Setter::new(&fonts);
    let constants = Constants::new(&mut setter, job.stationery, job.images, &[]);
    let (mut letters, mut printed, mut missing) = (Vec::new(), Printed::default(), BTreeSet::new());
    for letter in 0..job.letters {
        let (mut pages, mut length) = (0, 0);
        match (job.compose)(letter) {
            Ok(composed) => {
                let laid = layout::letter(&mut setter, &constants, job.stationery, job.images, &composed);
                length = u32::from(number::whole(laid.length));
                missing.extend(laid.missing);
                if laid.faults.is_empty() {
                    pages = laid.pages.len();
                    letters.push((laid.pages, composed.stationery));
                }
                printed.problems.extend(problems(letter, laid.faults));
            }
            Err(error) => printed.problems.extend(PrintProblem::not_composed(letter, &error)),
        }
        printed.pages.push(pages);
        printed.lengths.push(length);
        (job.progress)(letter + 1)?;
    }
    let used = setter.used;
    Ok((LaidLetters { fonts, used, letters, printed }, missing))
}
