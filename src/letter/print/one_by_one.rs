//! The letters of a job laid out one by one, to be drawn by other code than this room's.

use std::sync::Arc;

use super::sample::samples;
use crate::error::{Error, Result};
use crate::letter::PrintJob;
use crate::letter::line::typeset::Setter;
use crate::letter::page::{LaidPage, SetBlock};
use crate::letter::problem::problems;
use crate::letter::sheet::layout::{self, Constants};

pub struct Layout<'a> {
    job: &'a PrintJob<'a>,
    setter: Setter<'a>,
    constants: Constants,
}

impl<'a> Layout<'a> {
    /// Sets what is the same in many letters.
    #[must_use]
    pub fn new(job: &'a PrintJob<'a>) -> Self {
        let mut setter = Setter::new(job.fonts);
        let constants = Constants::new(&mut setter, job.stationery, job.images, &samples(job));
        Self { job, setter, constants }
    }

    /// What is drawn once, by the numbers that pages use for it.
    #[must_use]
    pub fn forms(&self) -> &[Arc<SetBlock>] {
        &self.constants.forms
    }

    /// The pages of a letter.
    ///
    /// # Errors
    /// When it cannot be composed, or has something that cannot be printed.
    pub fn pages(&mut self, letter: usize) -> Result<Vec<LaidPage>> {
        let composed = (self.job.compose)(letter)?;
        let laid = layout::letter(&mut self.setter, &self.constants, self.job.stationery, self.job.images, &composed);
        match problems(letter, laid.faults).into_iter().next() {
            Some(problem) => Err(Error::new(problem.message)),
            None => Ok(laid.pages),
        }
    }

    /// The code and the text of each glyph of a face that was laid out so far.
    pub fn used(&self, face: usize) -> impl Iterator<Item = (u16, String)> + '_ {
        self.setter.used.of(self.job.fonts, face)
    }
}
