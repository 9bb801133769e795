//! Unbalanced quotation marks: they would swallow rows silently, so they are found before anything is parsed.

use std::io::{self, BufReader, Read};

use memchr::memchr;

/// The result of scanning a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct QuoteScan {
    /// Its size in bytes.
    pub(crate) size: u64,
    /// The first misplaced quotation mark.
    pub(crate) fault: Option<Stray>,
    /// Whether a cell begins with spaces and then a quotation mark.
    pub(crate) has_spaces: bool,
}

/// A misplaced quotation mark, by its byte offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stray {
    /// Opened and never closed.
    Open(u64),
    /// Closed before the cell ends.
    Closed(u64),
}

/// The position in a cell.
#[derive(Clone, Copy)]
enum QuoteState {
    Plain,
    Quoted,
    Closed,
    Padding,
}

impl QuoteState {
    /// The state after a byte that follows a closing quotation mark; none if it is misplaced.
    fn behind(self, byte: u8, separator: u8) -> Option<Self> {
        match byte {
            b'"' if matches!(self, Self::Closed) => Some(Self::Quoted),
            b'\n' | b'\r' => Some(Self::Plain),
            _ if byte == separator => Some(Self::Plain),
            b' ' => Some(Self::Padding),
            _ => None,
        }
    }
}

/// The line of a byte, and the index of its cell in the row. Slow: only for errors.
pub(super) fn place_of(text: impl Read, separator: u8, offset: u64) -> io::Result<(usize, usize)> {
    let (mut at, mut before, mut line, mut cell) = (QuoteState::Plain, b'\n', 1, 0);
    for byte in BufReader::new(text.take(offset)).bytes() {
        let byte = byte?;
        let ends_line = byte == b'\r' || byte == b'\n' && before != b'\r';
        line += usize::from(ends_line);
        at = match at {
            QuoteState::Plain if byte == b'"' && (before == separator || matches!(before, b'\n' | b'\r')) => {
                QuoteState::Quoted
            }
            QuoteState::Quoted if byte == b'"' => QuoteState::Closed,
            QuoteState::Plain | QuoteState::Quoted => at,
            QuoteState::Closed | QuoteState::Padding => at.behind(byte, separator).unwrap_or(at),
        };
        if matches!(at, QuoteState::Plain) {
            cell = if matches!(byte, b'\r' | b'\n') { 0 } else { cell + usize::from(byte == separator) };
        }
        before = byte;
    }
    Ok((line, cell))
}

/// Scans a text in the same way as the CSV parser.
pub(super) fn look(mut text: impl Read, separator: u8) -> io::Result<QuoteScan> {
    let mut buffer = vec![0; 1 << 20];
    let (mut at, mut before, mut size, mut opened) = (QuoteState::Plain, b'\n', 0_u64, 0_u64);
    let (mut fault, mut has_spaces) = (None, false);
    loop {
        let length = text.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        let bytes = &buffer[..length];
        let mut next = 0;
        while next < length && fault.is_none() {
            match at {
                QuoteState::Plain => match memchr(b'"', &bytes[next..]) {
                    None => next = length,
                    Some(found) => {
                        let place = next + found;
                        let previous = if place == 0 { before } else { bytes[place - 1] };
                        if previous == separator || matches!(previous, b'\n' | b'\r') {
                            (at, opened) = (QuoteState::Quoted, size + place as u64);
                        } else if previous == b' ' && !has_spaces {
                            let start = bytes[..place].iter().rposition(|byte| *byte != b' ');
                            has_spaces = start.is_some_and(|start| bytes[start] == separator || bytes[start] == b'\n');
                        }
                        next = place + 1;
                    }
                },
                QuoteState::Quoted => match memchr(b'"', &bytes[next..]) {
                    None => next = length,
                    Some(found) => (at, next) = (QuoteState::Closed, next + found + 1),
                },
                QuoteState::Closed | QuoteState::Padding => {
                    match at.behind(bytes[next], separator) {
                        Some(now) => at = now,
                        None => fault = Some(Stray::Closed(size + next as u64)),
                    }
                    next += 1;
                }
            }
        }
        before = bytes[length - 1];
        size += length as u64;
    }
    if matches!(at, QuoteState::Quoted) && fault.is_none() {
        fault = Some(Stray::Open(opened));
    }
    Ok(QuoteScan { size, fault, has_spaces })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stray_quotation_marks_are_found() {
        for (text, fault) in [
            ("a,b\n1,2\n", None),
            ("a,b\n\"x, y\",\"he said \"\"no\"\"\"\n", None),
            ("a,b\n5\" nail,37°36'37.8\"N\n", None),
            ("a,b\n\"x\" ,2", None),
            ("a,b\n\"x\n\ny\",2", None),
            ("a,b\n1,2\n\"3,4\n5,6\n", Some(Stray::Open(8))),
            ("a,b\n\"1,2\n\"3\",4\n", Some(Stray::Closed(10))),
            ("a,b\n\"x\"y,2\n", Some(Stray::Closed(7))),
        ] {
            assert_eq!(look(text.as_bytes(), b',').expect("text").fault, fault, "{text}");
        }
    }

    #[test]
    fn a_place_is_a_line_and_a_cell() {
        for (text, offset, place) in [
            ("a,b\n1,2\n\"3,4\n5,6\n", 8, (3, 0)),
            ("a,b\r\n1,2\r\n3,\"4\"x\r\n", 15, (3, 1)),
            ("a,b,c\n\"x,\n\"\"y\",2,\"z\"z\n", 19, (3, 2)),
            ("a\rb\rc", 4, (3, 0)),
        ] {
            assert_eq!(place_of(text.as_bytes(), b',', offset).expect("text"), place, "{text}");
        }
    }
}
