//! What can be printed, and what came of it.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use crate::error::Error;
use crate::letter::Envelope;

/// Which letters, and how.
#[derive(Debug, Default)]
pub(crate) struct PrintOptions {
    /// From this number in posting order on.
    pub(crate) from: Option<usize>,
    /// Up to this number.
    pub(crate) to: Option<usize>,
    /// Those of a reminder, once more.
    pub(crate) wave: Option<NonZeroUsize>,
    /// Goes on without the letters that have problems.
    pub(crate) leave_out_problems: bool,
    /// Lets letters go that are held back.
    pub(crate) despite: bool,
    /// Each letter starts on a front.
    pub(crate) duplex: bool,
}

/// What is made of the letters.
#[derive(Debug)]
pub(crate) enum PrintForm {
    /// All in one PDF, with a manifest.
    Letters,
    /// A PDF a person.
    Each,
    /// A list with their addresses, for a house that prints and mails them.
    List,
    Labels(LabelOptions),
    Envelopes(Envelope),
}

/// Labels, and where on the sheet they stand.
#[derive(Debug)]
pub(crate) struct LabelOptions {
    /// The name of the sheet.
    pub(crate) sheet: String,
    /// The first free label, counted row by row from 1.
    pub(crate) start: usize,
    /// `0.5,-1`: millimetres to the right and down.
    pub(crate) nudge: Option<String>,
    /// Only their outlines.
    pub(crate) outline: bool,
}

/// What was printed.
#[derive(Debug, Default)]
pub(crate) struct PrintOutcome {
    /// Letters, labels or envelopes.
    pub(crate) count: usize,
    /// Of the letters.
    pub(crate) pages: usize,
    /// Of paper, or of labels.
    pub(crate) sheets: usize,
    /// What the labels' sheet or the envelope is called.
    pub(crate) size: String,
    /// The PDF, or the folder of the PDFs.
    pub(crate) file: PathBuf,
    pub(crate) manifest: Option<PathBuf>,
    pub(crate) cover: Option<PathBuf>,
    /// What could not be set on the cover sheet.
    pub(crate) warnings: Vec<String>,
    /// Why letters were left out.
    pub(crate) left_out: Vec<Error>,
    /// What has changed since the plan.
    pub(crate) differences: Vec<String>,
}
