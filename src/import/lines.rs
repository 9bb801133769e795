//! Counts lines while a table is read: LF, CRLF or CR alone ends one.

use std::io::{self, Read};

use memchr::memchr2_iter;

/// The most bytes of a cell: a spreadsheet takes half of it.
pub(super) const MOST_OF_CELL: usize = 1 << 16;

/// The most bytes of a row.
pub(super) const MOST_OF_ROW: usize = 1 << 20;

/// A reader that can tell the line of a recently read byte.
pub(super) struct LineCounter<R> {
    text: R,
    /// What was read and may still be needed.
    recent: Vec<u8>,
    /// How many bytes were read before it.
    before: u64,
    /// How much of it is counted, the line there, and the byte before.
    passed: usize,
    line: usize,
    previous: u8,
}

impl<R: Read> Read for LineCounter<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.text.read(into)?;
        self.recent.drain(..self.passed);
        self.before += self.passed as u64;
        self.passed = 0;
        // All of it is of the row that is being read, and of the one before.
        if self.recent.len() > 2 * MOST_OF_ROW {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.recent.extend_from_slice(&into[..length]);
        Ok(length)
    }
}

impl<R> LineCounter<R> {
    pub(super) fn new(text: R) -> Self {
        Self { text, recent: Vec::new(), before: 0, passed: 0, line: 1, previous: 0 }
    }

    /// The line of the row that starts at an offset, after blank lines. Offsets must not decrease.
    pub(super) fn line_at(&mut self, offset: u64) -> usize {
        let start = usize::try_from(offset.saturating_sub(self.before)).unwrap_or(usize::MAX);
        self.count_to(start.clamp(self.passed, self.recent.len()));
        let blank = self.recent[self.passed..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.count_to(self.passed + blank);
        self.line
    }

    fn count_to(&mut self, end: usize) {
        let passed = &self.recent[self.passed..end];
        for at in memchr2_iter(b'\r', b'\n', passed) {
            let previous = if at == 0 { self.previous } else { passed[at - 1] };
            // A line feed after a carriage return belongs to the previous line ending.
            self.line += usize::from(passed[at] == b'\r' || previous != b'\r');
        }
        self.previous = passed.last().copied().unwrap_or(self.previous);
        self.passed = end;
    }
}
