//! Normalizes quotation marks of other programs: after a space, or escaped by a backslash.

use std::io::{self, Read};

/// What is normalized.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rewriting {
    /// Spaces between a separator and a quotation mark are dropped.
    pub(super) spaces: bool,
    /// `\"` becomes `""`.
    pub(super) backslashes: bool,
}

impl Rewriting {
    pub(super) fn is_needed(self) -> bool {
        self.spaces || self.backslashes
    }
}

/// A text that is normalized while it is read.
pub(super) struct Rewritten<R> {
    text: R,
    separator: u8,
    what: Rewriting,
    /// Bytes that wait for the next one: spaces after a separator, or a backslash.
    held: Vec<u8>,
    /// Whether a cell begins here, apart from these spaces.
    begins: bool,
    is_quoted: bool,
    out: Vec<u8>,
    taken: usize,
}

impl<R: Read> Rewritten<R> {
    pub(super) fn new(text: R, separator: u8, what: Rewriting) -> Self {
        let (held, out) = (Vec::new(), Vec::new());
        Self { text, separator, what, held, begins: true, is_quoted: false, out, taken: 0 }
    }

    fn take(&mut self, byte: u8) {
        if self.held == b"\\" {
            self.held.clear();
            // A backslash after a backslash does not escape.
            self.out.extend_from_slice(if byte == b'"' { b"\"\"" } else { b"\\" });
            if byte != b'"' {
                self.out.push(byte);
            }
            return;
        }
        if self.what.backslashes && byte == b'\\' {
            self.give_held();
            self.begins = false;
            self.held.push(byte);
            return;
        }
        let is_space = byte == b' ' || byte == b'\t' && self.separator != b'\t';
        if self.what.spaces && self.begins && is_space {
            self.held.push(byte);
            return;
        }
        match byte {
            b'"' if self.begins && !self.is_quoted => {
                self.held.clear();
                self.is_quoted = true;
            }
            b'"' => self.is_quoted = !self.is_quoted,
            _ => {}
        }
        self.give_held();
        self.begins = !self.is_quoted && (byte == self.separator || matches!(byte, b'\r' | b'\n'));
        self.out.push(byte);
    }

    fn give_held(&mut self) {
        self.out.append(&mut self.held);
    }
}

impl<R: Read> Read for Rewritten<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut bytes = [0; 1 << 13];
        while self.taken == self.out.len() {
            self.out.clear();
            self.taken = 0;
            let length = self.text.read(&mut bytes)?;
            bytes[..length].iter().for_each(|byte| self.take(*byte));
            if length == 0 {
                self.give_held();
                break;
            }
        }
        let rest = &self.out[self.taken..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.taken += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotation_marks_are_rewritten() {
        let (spaces, backslashes) = (true, true);
        for (text, what, rewritten) in [
            (r#""a", "b, c",  "d""#, Rewriting { spaces, backslashes: false }, r#""a","b, c","d""#),
            ("a, b\n \"c\" , \"d\"\n", Rewriting { spaces, backslashes: false }, "a, b\n\"c\" ,\"d\"\n"),
            (r#""a, ""b"" c", "d""#, Rewriting { spaces, backslashes: false }, r#""a, ""b"" c","d""#),
            (
                r#""said \"hi\"","C:\\","x\ny""#,
                Rewriting { spaces: false, backslashes },
                r#""said ""hi""","C:\\","x\ny""#,
            ),
            (r#""a \"b\", c", "d\\""#, Rewriting { spaces, backslashes }, r#""a ""b"", c","d\\""#),
        ] {
            let mut out = String::new();
            Rewritten::new(text.as_bytes(), b',', what).read_to_string(&mut out).expect("text");
            assert_eq!(out, rewritten, "{text}");
        }
    }
}
