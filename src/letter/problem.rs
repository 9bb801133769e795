//! What was printed, and what is wrong with a letter.

use super::images::CoarsePicture;
use super::page::LayoutFault;
use crate::error::Error;
use crate::text;

/// What was printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Printed {
    /// The pages of each letter; 0 for one that has a problem.
    pub pages: Vec<usize>,
    /// How long the text of each letter is, in points, were it on one page.
    pub lengths: Vec<u32>,
    /// Everything that is wrong, in the order of the letters.
    pub problems: Vec<PrintProblem>,
    /// Pictures that are printed coarsely, by their numbers.
    pub coarse: Vec<CoarsePicture>,
}

impl Printed {
    /// Keeps of each picture where it is coarsest.
    pub(super) fn note_coarse(&mut self, found: Vec<CoarsePicture>) {
        for picture in found {
            match self.coarse.iter_mut().find(|known| known.image == picture.image) {
                Some(known) => *known = picture.min(*known),
                None => self.coarse.push(picture),
            }
        }
        self.coarse.sort_unstable();
    }

    /// Whether there is something to write, and nothing wrong that may not be left out.
    pub(super) fn is_to_be_written(&self, leave_out: bool) -> bool {
        self.pages.iter().any(|&pages| pages > 0) && (leave_out || self.problems.is_empty())
    }
}

/// Something that is wrong with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintProblem {
    /// The number of the letter, counted from 0.
    pub letter: usize,
    pub kind: PrintProblemKind,
    /// What is wrong.
    pub message: String,
    /// Whether the message goes on from whose letter it is.
    pub goes_on: bool,
    /// What to do about it.
    pub hint: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrintProblemKind {
    /// Its text cannot be made: a field that it prints is empty.
    Field,
    /// No font has a character of it.
    Glyph,
    /// Its address cannot be seen whole through the window.
    Window,
    /// Something does not fit the page, or is not there.
    Page,
}

impl PrintProblem {
    /// Why a letter could not be composed.
    pub(super) fn not_composed(letter: usize, error: &Error) -> impl Iterator<Item = Self> {
        error.faults().map(move |fault| Self::of(letter, PrintProblemKind::Field, fault))
    }

    pub(super) fn of(letter: usize, kind: PrintProblemKind, fault: &Error) -> Self {
        let (message, hint) = (fault.to_string(), fault.what_next().map(str::to_owned));
        Self { letter, kind, message, goes_on: fault.goes_on(), hint }
    }
}

/// Layout errors in the words of the owner; the characters that no font has in one sentence.
pub(super) fn problems(letter: usize, faults: Vec<LayoutFault>) -> Vec<PrintProblem> {
    let problem = |kind, message, hint: String| {
        let hint = Some(hint).filter(|hint| !hint.is_empty());
        PrintProblem { letter, kind, message, goes_on: false, hint }
    };
    let mut missing = Vec::new();
    let mut problems = Vec::new();
    for fault in faults {
        match fault {
            LayoutFault::Glyph(character) => missing.push(format!("'{character}' (U+{:04X})", u32::from(character))),
            LayoutFault::Window(message, hint) => problems.push(problem(PrintProblemKind::Window, message, hint)),
            LayoutFault::Other(message, hint) => problems.push(problem(PrintProblemKind::Page, message, hint)),
        }
    }
    if !missing.is_empty() {
        let message = format!("no font has {}", text::first_few(&missing, 5));
        let hint = "put a font that has it into the shop's `fonts` folder".to_owned();
        problems.insert(0, problem(PrintProblemKind::Glyph, message, hint));
    }
    problems
}
