//! A table as it comes: encoding, separator, header, rows with their places.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Bytes, Read};
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use super::quotes::{self, Stray};
use super::source::{Source, Text};
use super::vcard;
use super::{Fault, Problem, cells};
use crate::error::{Error, Result};
use crate::words;

/// A table with a header.
#[derive(Debug)]
pub struct Sheet {
    text: Text,
    separator: u8,
    header: Vec<String>,
    size: u64,
    /// Of address cards: the line of the file on which each row began.
    cards: Option<Vec<usize>>,
}

impl Sheet {
    /// Opens a file: UTF-8 with or without mark, UTF-16, else Windows-1252; `,` `;` tab or `|`; or address cards (.vcf).
    ///
    /// # Errors
    /// When it cannot be read, there is no header, or a quotation mark has no partner.
    pub fn open(path: &Path) -> Result<Self> {
        Self::of(Text::open(path)?)
    }

    /// The same from bytes.
    ///
    /// # Errors
    /// When there is no header, or a quotation mark has no partner.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        Self::of(Text::of(Source::Bytes(bytes.to_vec()))?)
    }

    fn of(text: Text) -> Result<Self> {
        let start = start(&text)?;
        if start.trim().is_empty() {
            return Err(Error::new("the file is empty").hint("export it again, with a header row"));
        }
        if vcard::is_cards(&start) {
            let (table, lines) = vcard::table(&text.whole()?)?;
            return Self::table(Text::of(Source::Bytes(table.into_bytes()))?, b',', Some(lines));
        }
        Self::table(text, separator_of(&start), None)
    }

    fn table(text: Text, separator: u8, cards: Option<Vec<usize>>) -> Result<Self> {
        let looked = quotes::look(text.stream()?, separator).map_err(|e| text.failed(e))?;
        let mut sheet = Self { text, separator, header: Vec::new(), size: looked.size, cards };
        match looked.fault {
            None => {}
            Some(Stray::Open(offset)) => {
                return Err(Error::new("a quotation mark is opened and never closed")
                    .at(sheet.line_of(offset)?)
                    .hint("close it, or write a quotation mark inside a cell twice"));
            }
            Some(Stray::Closed(offset)) => {
                return Err(Error::new("a cell goes on after its closing quotation mark")
                    .at(sheet.line_of(offset)?)
                    .hint(
                        "write a quotation mark inside a cell twice; the cell may have been opened on an earlier line",
                    ));
            }
        }
        let mut header = StringRecord::new();
        sheet.reader()?.read_record(&mut header).map_err(unreadable)?;
        sheet.header = header.iter().map(|cell| cells::plain(cell).into_owned()).collect();
        if sheet.header.iter().all(String::is_empty) {
            return Err(Error::new("the first row has no headings").at(1).hint("the first row names the columns"));
        }
        Ok(sheet)
    }

    /// The headings.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// How large the text is, in bytes: for progress.
    pub fn size(&self) -> usize {
        usize::try_from(self.size).unwrap_or(usize::MAX)
    }

    /// Whether these are address cards.
    pub(super) fn is_cards(&self) -> bool {
        self.cards.is_some()
    }

    /// Calls `row` with the line, the offset and the cells of every row that is not blank. Rows that are longer or shorter
    /// than the header are given to `odd` instead.
    ///
    /// # Errors
    /// When the file cannot be read, or `row` fails.
    pub fn each(
        &self,
        mut row: impl FnMut(usize, usize, &StringRecord) -> Result<()>,
        mut odd: impl FnMut(Problem, &StringRecord),
    ) -> Result<()> {
        let mut lines = self.lines()?;
        let mut strange = Vec::new();
        self.records(
            |offset, cells| row(lines.at(offset)?, usize::try_from(offset).unwrap_or(usize::MAX), cells),
            |fault, cells| strange.push((fault, cells.clone())),
        )?;
        let mut lines = self.lines()?;
        for (fault, cells) in strange {
            odd(Problem::new(lines.at(fault.offset)?, "", fault.message), &cells);
        }
        Ok(())
    }

    /// The rows that start on these lines, with their lines.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn rows_at(&self, wanted: impl Iterator<Item = usize>) -> Result<Vec<(usize, StringRecord)>> {
        let wanted: BTreeSet<usize> = wanted.collect();
        let (mut reader, mut lines) = (self.reader()?, self.lines()?);
        let mut cells = StringRecord::new();
        let mut rows = Vec::new();
        while reader.read_record(&mut cells).map_err(unreadable)? {
            let line = lines.at(offset(&cells))?;
            if wanted.contains(&line) {
                rows.push((line, cells.clone()));
            }
        }
        Ok(rows)
    }

    /// Calls `row` with the offset and the cells of every row that is not blank, and `odd` for rows of another width.
    pub(super) fn records(
        &self,
        mut row: impl FnMut(u64, &StringRecord) -> Result<()>,
        mut odd: impl FnMut(Fault, &StringRecord),
    ) -> Result<()> {
        let mut reader = self.reader()?;
        let mut cells = StringRecord::new();
        let width = self.header.len();
        reader.read_record(&mut cells).map_err(unreadable)?;
        while reader.read_record(&mut cells).map_err(unreadable)? {
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if cells.len() < width || cells.iter().skip(width).any(|cell| !cell.trim().is_empty()) {
                let message = format!("{}, but the header has {width}", words::count(cells.len(), "cell"));
                odd(Fault::new(offset(&cells), "", message), &cells);
            } else {
                row(offset(&cells), &cells)?;
            }
        }
        Ok(())
    }

    /// Faults with their lines, in the order of the file.
    pub(super) fn placed(&self, mut faults: Vec<Fault>) -> Result<Vec<Problem>> {
        let mut lines = BTreeMap::new();
        for fault in &faults {
            lines.insert(fault.offset, 1);
            lines.extend(fault.earlier.map(|offset| (offset, 1)));
        }
        let mut counter = self.lines()?;
        for (offset, line) in &mut lines {
            *line = counter.at(*offset)?;
        }
        faults.sort_by_key(|fault| fault.offset);
        let line = |offset: u64| lines.get(&offset).copied().unwrap_or(1);
        let placed = faults.into_iter().map(|fault| {
            let earlier = fault.earlier.map(|offset| line(offset).to_string()).unwrap_or_default();
            Problem::new(line(fault.offset), &fault.column, fault.message.replace(EARLIER, &earlier))
        });
        Ok(placed.collect())
    }

    fn lines(&self) -> Result<Lines<'_>> {
        let text = BufReader::with_capacity(1 << 16, self.text.stream()?).bytes();
        Ok(Lines { sheet: self, text, read: 0, line: 1, before: b' ' })
    }

    fn line_of(&self, offset: u64) -> Result<usize> {
        self.lines()?.at(offset)
    }

    fn reader(&self) -> Result<csv::Reader<Box<dyn Read + Send + '_>>> {
        let text = self.text.stream()?;
        let mut builder = ReaderBuilder::new();
        Ok(builder
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .buffer_capacity(1 << 17)
            .from_reader(text))
    }
}

/// Stands in a message for the line of an earlier row.
pub(super) const EARLIER: &str = "\u{1}";

/// Counts lines on the way through a text: LF, CRLF or CR alone ends one.
struct Lines<'s> {
    sheet: &'s Sheet,
    text: Bytes<BufReader<Box<dyn Read + Send + 's>>>,
    read: u64,
    line: usize,
    before: u8,
}

impl Lines<'_> {
    /// The line of the row that starts at an offset, blank lines before it passed over. Offsets must not go back.
    fn at(&mut self, offset: u64) -> Result<usize> {
        while self.read <= offset || matches!(self.before, b'\r' | b'\n') {
            let Some(byte) = self.text.next().transpose().map_err(|e| self.sheet.text.failed(e))? else { break };
            // A line feed behind a carriage return belongs to the line end before it.
            self.line += usize::from(self.before == b'\n' || self.before == b'\r' && byte != b'\n');
            self.before = byte;
            self.read += 1;
        }
        let card = self.sheet.cards.as_ref().zip(self.line.checked_sub(2)).and_then(|(cards, index)| cards.get(index));
        Ok(card.copied().unwrap_or(self.line))
    }
}

/// The first stretch of a text: enough to see its shape.
fn start(text: &Text) -> Result<String> {
    let mut bytes = Vec::new();
    text.stream()?.take(1 << 16).read_to_end(&mut bytes).map_err(|e| text.failed(e))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn offset(cells: &StringRecord) -> u64 {
    cells.position().map_or(0, csv::Position::byte)
}

fn unreadable(error: csv::Error) -> Error {
    Error::new("the file cannot be read as a table").because(error)
}

/// The separator that the header uses most, quotations aside.
fn separator_of(text: &str) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in text.trim_start().bytes() {
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
        assert_eq!(rows(b"a|b\r\xe9|1\r"), expected);
        let utf16: Vec<u8> = "\u{feff}a|b\né|1".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(rows(&utf16), expected);
    }

    #[test]
    fn lines_count_through_quoted_newlines() {
        for (bytes, lines) in [
            (&b"a,b\n\"x\ny\",1\n\nz,2\n"[..], [2, 5]),
            (b"a,b\r\n\"x\r\ny\",1\r\n\r\nz,2\r\n", [2, 5]),
            (b"a,b\r\"x\ry\",1\r\rz,2\r", [2, 5]),
            (b"a,b\n\n\nx,1\nz,2", [4, 5]),
        ] {
            assert_eq!(rows(bytes).iter().map(|(line, _)| *line).collect::<Vec<_>>(), lines);
        }
    }

    #[test]
    fn a_lost_quotation_mark_is_refused() {
        let error = Sheet::read(b"a,b\n1,2\n\"3,4\n5,6\n").expect_err("refused");
        assert_eq!(error.to_string(), "3: a quotation mark is opened and never closed");
        let error = Sheet::read(b"a,b\n\"1,2\n\"3\",4\n").expect_err("refused");
        assert_eq!(error.to_string(), "3: a cell goes on after its closing quotation mark");
        assert!(Sheet::read(b"  \n").is_err());
    }
}
