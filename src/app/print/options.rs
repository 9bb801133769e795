//! What can be printed, and the outcome.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use crate::error::Error;
use crate::letter::Envelope;

/// Which letters, and how.
#[derive(Debug, Default)]
pub(crate) struct PrintOptions {
    /// First number in posting order.
    pub(crate) from: Option<usize>,
    /// Last number.
    pub(crate) to: Option<usize>,
    /// Letters of this reminder, as a reprint.
    pub(crate) wave: Option<NonZeroUsize>,
    /// Print the letters without problems only.
    pub(crate) leave_out_problems: bool,
    /// Also print letters that are held back.
    pub(crate) despite: bool,
    /// Each letter starts on a front side.
    pub(crate) duplex: bool,
}

/// What is made of the letters.
#[derive(Debug)]
pub(crate) enum PrintForm {
    /// All in one PDF, with a manifest.
    Letters,
    /// Labels, and their position on the sheet.
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
    /// `0.5,-1`: millimeters to the right and down.
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
    /// The name of the label sheet or the envelope.
    pub(crate) size: String,
    /// The PDF, or the folder of the PDFs.
    pub(crate) file: PathBuf,
    pub(crate) manifest: Option<PathBuf>,
    pub(crate) cover: Option<PathBuf>,
    /// What could not be typeset on the cover sheet.
    pub(crate) warnings: Vec<String>,
    /// Why letters were left out.
    pub(crate) left_out: Vec<Error>,
    /// What has changed since the plan.
    pub(crate) differences: Vec<String>,
}
