//! A CSV file as it comes: encoding, separator, header, rows with their lines.

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord};

use super::Problem;
use crate::error::{Error, Result};
use crate::words;

/// A table with a header.
#[derive(Debug)]
pub struct Sheet {
    text: String,
    separator: u8,
    header: Vec<String>,
}

impl Sheet {
    /// Takes the bytes of a file: UTF-8 with or without mark, UTF-16 with mark, else Windows-1252; `,` `;` tab or `|`.
    ///
    /// # Errors
    /// When there is no header, or a quotation that never ends.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let text = decode(bytes).into_owned();
        if text.trim().is_empty() {
            return Err(Error::new("the file is empty").hint("export it again, with a header row"));
        }
        let separator = separator_of(&text);
        let mut sheet = Self { text, separator, header: Vec::new() };
        let mut reader = sheet.reader();
        let mut header = StringRecord::new();
        reader.read_record(&mut header).map_err(|e| Error::new("the file cannot be read as a table").because(e))?;
        sheet.header = header.iter().map(|cell| cell.trim().to_owned()).collect();
        if sheet.header.iter().all(String::is_empty) {
            return Err(Error::new("the first row has no headings").at(1).hint("the first row names the columns"));
        }
        sheet.check_quotes()?;
        Ok(sheet)
    }

    /// The headings.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// How large the file is, in bytes of text: for progress.
    pub fn size(&self) -> usize {
        self.text.len()
    }

    /// Calls `row` with the line, the byte offset and the cells of every row that is not blank. Rows that are longer or
    /// shorter than the header are given to `odd` instead.
    pub fn each(
        &self,
        mut row: impl FnMut(usize, usize, &StringRecord) -> Result<()>,
        mut odd: impl FnMut(Problem, &StringRecord),
    ) -> Result<()> {
        let mut reader = self.reader();
        let mut cells = StringRecord::new();
        let mut first = true;
        let mut place = Place { text: &self.text, offset: 0, line: 1 };
        loop {
            let more = reader
                .read_record(&mut cells)
                .map_err(|e| Error::new("the file cannot be read as a table").because(e))?;
            if !more {
                return Ok(());
            }
            if std::mem::take(&mut first) || cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let (line, offset) = place.of(&cells);
            let spare = cells.iter().skip(self.header.len()).any(|cell| !cell.trim().is_empty());
            if cells.len() < self.header.len() || spare {
                let message =
                    format!("{}, but the header has {}", words::count(cells.len(), "cell"), self.header.len());
                odd(Problem::new(line, "", message), &cells);
            } else {
                row(line, offset, &cells)?;
            }
        }
    }

    /// The rows that start on these lines, with their lines.
    pub fn rows_at(&self, lines: impl Iterator<Item = usize>) -> Result<Vec<(usize, StringRecord)>> {
        let wanted: std::collections::BTreeSet<usize> = lines.collect();
        let mut reader = self.reader();
        let mut place = Place { text: &self.text, offset: 0, line: 1 };
        let mut cells = StringRecord::new();
        let mut rows = Vec::new();
        while reader.read_record(&mut cells).map_err(|e| Error::new("the file cannot be read as a table").because(e))? {
            let (line, _) = place.of(&cells);
            if wanted.contains(&line) {
                rows.push((line, cells.clone()));
            }
        }
        Ok(rows)
    }

    fn reader(&self) -> csv::Reader<&[u8]> {
        ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .from_reader(self.text.as_bytes())
    }

    /// A quotation mark without its partner swallows the rest of the file in silence; it is refused.
    fn check_quotes(&self) -> Result<()> {
        if self.text.bytes().filter(|b| *b == b'"').count().is_multiple_of(2) {
            return Ok(());
        }
        let mut start = 1;
        let mut place = Place { text: &self.text, offset: 0, line: 1 };
        let mut reader = self.reader();
        let mut cells = StringRecord::new();
        while reader.read_record(&mut cells).unwrap_or(false) {
            start = place.of(&cells).0;
            if cells.iter().any(|cell| cell.contains('\n') && cell.contains(char::from(self.separator))) {
                break;
            }
        }
        Err(Error::new("a quotation mark is opened and never closed")
            .at(start)
            .hint("close it, or write a quotation mark inside a cell twice"))
    }
}

/// Counts lines on the way through a text: LF, CRLF or CR alone ends one.
struct Place<'t> {
    text: &'t str,
    offset: usize,
    line: usize,
}

impl Place<'_> {
    /// The line and the offset at which a record starts, the blank lines before it passed over.
    fn of(&mut self, cells: &StringRecord) -> (usize, usize) {
        let start = cells.position().and_then(|p| usize::try_from(p.byte()).ok()).unwrap_or(0);
        let bytes = self.text.as_bytes();
        while self.offset < bytes.len() && (self.offset < start || matches!(bytes[self.offset], b'\r' | b'\n')) {
            let is_end = match bytes[self.offset] {
                b'\n' => true,
                b'\r' => bytes.get(self.offset + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line += usize::from(is_end);
            self.offset += 1;
        }
        (self.line, self.offset)
    }
}

fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, length)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[length..]).0;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// The separator that the header uses most, quotations aside.
fn separator_of(text: &str) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => {
                if let Some((_, n)) = counts.iter_mut().find(|(separator, _)| *separator == byte) {
                    *n += 1;
                }
            }
        }
    }
    let most = counts.iter().rev().max_by_key(|(_, n)| *n);
    most.filter(|(_, n)| *n > 0).map_or(b',', |(separator, _)| *separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<(usize, Vec<String>)> {
        let mut rows = Vec::new();
        let sheet = Sheet::read(bytes).expect("a table");
        let take = |line, _, cells: &StringRecord| {
            rows.push((line, cells.iter().map(str::to_owned).collect()));
            Ok(())
        };
        sheet.each(take, |_, _| {}).expect("rows");
        rows
    }

    #[test]
    fn encodings_and_separators_are_recognised() {
        let expected = vec![(2, vec!["é".to_owned(), "1".to_owned()])];
        assert_eq!(rows("a,b\né,1\n".as_bytes()), expected);
        assert_eq!(rows("\u{feff}a;b\r\né;1\r\n".as_bytes()), expected);
        assert_eq!(rows(b"a\tb\n\xe9\t1"), expected);
        let utf16: Vec<u8> = "\u{feff}a|b\né|1".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(rows(&utf16), expected);
    }

    #[test]
    fn lines_count_through_quoted_newlines() {
        let found = rows(b"a,b\n\"x\ny\",1\n\nz,2\n");
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 5]);
    }

    #[test]
    fn a_lost_quotation_mark_is_refused() {
        let error = Sheet::read(b"a,b\n1,2\n\"3,4\n5,6\n").expect_err("refused");
        assert_eq!(error.to_string(), "3: a quotation mark is opened and never closed");
        assert!(Sheet::read(b"  \n").is_err());
    }
}
