//! A table as it comes: encoding, separator, header, rows with their places.

use std::io::Read;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use super::lines::LineCounter;
use super::quotes::{self, Stray};
use super::source::{SourceText, TextSource};
use super::vcard;
use super::{RowProblem, cells};
use crate::error::{Error, Result};
use crate::text;

/// A table with a header.
#[derive(Debug)]
pub(crate) struct ImportSheet {
    text: SourceText,
    separator: u8,
    header: Vec<String>,
    size: u64,
    /// Of address cards: the line of the file on which each row began.
    cards: Option<Vec<usize>>,
}

impl ImportSheet {
    /// Opens a file: UTF-8 with or without mark, UTF-16, else Windows-1252; `,` `;` tab or `|`; or address cards (.vcf).
    ///
    /// # Errors
    /// When it cannot be read, there is no header, or a quotation mark has no partner.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Self::of(SourceText::open(path)?)
    }

    /// The same from bytes.
    ///
    /// # Errors
    /// When there is no header, or a quotation mark has no partner.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self> {
        Self::of(SourceText::of(TextSource::Bytes(bytes.to_vec()))?)
    }

    fn of(text: SourceText) -> Result<Self> {
        let start = start(&text)?;
        if start.trim().is_empty() {
            return Err(Error::new("the file is empty").hint("export it again, with a header row"));
        }
        if vcard::is_cards(&start) {
            let (table, lines) = vcard::table(&text.whole()?)?;
            return Self::table(SourceText::of(TextSource::Bytes(table.into_bytes()))?, b',', Some(lines));
        }
        Self::table(text, separator_of(&start), None)
    }

    fn table(text: SourceText, separator: u8, cards: Option<Vec<usize>>) -> Result<Self> {
        let looked = quotes::look(text.stream()?, separator).map_err(|e| text.failed(e))?;
        let mut sheet = Self { text, separator, header: Vec::new(), size: looked.size, cards };
        let mut header = StringRecord::new();
        sheet.reader()?.read_record(&mut header).map_err(unreadable)?;
        sheet.header = header.iter().map(|cell| cells::plain(cell).into_owned()).collect();
        if let Some(stray) = looked.fault {
            return Err(sheet.astray(stray)?);
        }
        if sheet.header.iter().all(String::is_empty) {
            return Err(Error::new("the first row has no headings").at(1).hint("the first row names the columns"));
        }
        Ok(sheet)
    }

    /// The fault of a quotation mark without a partner, with its line and column.
    fn astray(&self, stray: Stray) -> Result<Error> {
        let (offset, message, hint) = match stray {
            Stray::Open(offset) => (
                offset,
                "a quotation mark is opened and never closed",
                "close it, or write a quotation mark inside a cell twice",
            ),
            Stray::Closed(offset) => (
                offset,
                "a cell goes on after its closing quotation mark",
                "write a quotation mark inside a cell twice; the cell may have been opened on an earlier line",
            ),
        };
        let place = quotes::place_of(self.text.stream()?, self.separator, offset);
        let (line, cell) = place.map_err(|e| self.text.failed(e))?;
        let column = self.header.get(cell).filter(|_| line > 1).cloned().unwrap_or_else(|| (cell + 1).to_string());
        let place = format!("{}, column {}", self.line_of_card(line), text::quote(&column));
        Ok(Error::new(message).at(place).hint(hint))
    }

    /// The headings.
    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// How large the text is, in bytes: for progress.
    pub(crate) fn size(&self) -> usize {
        usize::try_from(self.size).unwrap_or(usize::MAX)
    }

    /// Whether these are address cards.
    pub(super) fn is_cards(&self) -> bool {
        self.cards.is_some()
    }

    /// Calls `row` with every row that is not blank.
    ///
    /// # Errors
    /// When the file cannot be read, or `row` fails.
    pub(crate) fn each(&self, mut row: impl FnMut(&SheetRow<'_>) -> Result<()>) -> Result<()> {
        let mut reader = self.reader()?;
        let mut cells = StringRecord::new();
        reader.read_record(&mut cells).map_err(unreadable)?;
        while reader.read_record(&mut cells).map_err(unreadable)? {
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let offset = cells.position().map_or(0, csv::Position::byte);
            let line = self.line_of_card(reader.get_mut().line_at(offset));
            let offset = usize::try_from(offset).unwrap_or(usize::MAX);
            row(&SheetRow { line, offset, cells: &cells, fault: self.of_another_width(line, &cells) })?;
        }
        Ok(())
    }

    /// What is wrong with a row that is shorter or longer than the header; empty cells behind the last heading are nothing.
    fn of_another_width(&self, line: usize, cells: &StringRecord) -> Option<RowProblem> {
        let width = self.header.len();
        let beyond = cells.iter().skip(width).position(|cell| !cell.trim().is_empty());
        let (column, hint) = if let Some(beyond) = beyond {
            let hint = "a cell that holds the separator stands in quotation marks; a column needs a heading";
            ((width + beyond + 1).to_string(), hint)
        } else if cells.len() < width {
            (self.header[cells.len()].clone(), "write empty cells out, up to the last heading")
        } else {
            return None;
        };
        let message = format!("{}, but the header has {width}", text::count(cells.len(), "cell"));
        Some(RowProblem::new(line, &column, message).hint(hint))
    }

    /// Of address cards, the line on which the card of a row of their table began.
    fn line_of_card(&self, line: usize) -> usize {
        let card = self.cards.as_ref().zip(line.checked_sub(2)).and_then(|(cards, index)| cards.get(index));
        card.copied().unwrap_or(line)
    }

    fn reader(&self) -> Result<csv::Reader<LineCounter<Box<dyn Read + Send + '_>>>> {
        let text = LineCounter::new(self.text.stream()?);
        let mut builder = ReaderBuilder::new();
        Ok(builder
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .buffer_capacity(1 << 17)
            .from_reader(text))
    }
}

/// One row of a table.
#[derive(Debug)]
pub(crate) struct SheetRow<'r> {
    /// The line of the file on which it starts, the header's being 1.
    pub(crate) line: usize,
    /// How far into the text it starts, in bytes: for progress.
    pub(crate) offset: usize,
    /// What stands in it.
    pub(crate) cells: &'r StringRecord,
    /// When it is shorter or longer than the header.
    pub(crate) fault: Option<RowProblem>,
}

/// The first stretch of a text: enough to see its shape.
fn start(text: &SourceText) -> Result<String> {
    let mut bytes = Vec::new();
    text.stream()?.take(1 << 16).read_to_end(&mut bytes).map_err(|e| text.failed(e))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
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
        let sheet = ImportSheet::read(bytes).expect("a table");
        let take = |row: &SheetRow<'_>| {
            rows.push((row.line, row.cells.iter().map(str::to_owned).collect()));
            Ok(())
        };
        sheet.each(take).expect("rows");
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
        let error = ImportSheet::read(b"a,b\n1,2\n\"3,4\n5,6\n").expect_err("refused");
        assert_eq!(error.to_string(), "3, column `a`: a quotation mark is opened and never closed");
        let error = ImportSheet::read(b"a,b\n\"1,2\n\"3\",4\n").expect_err("refused");
        assert_eq!(error.to_string(), "3, column `a`: a cell goes on after its closing quotation mark");
        assert!(ImportSheet::read(b"  \n").is_err());
    }
}
