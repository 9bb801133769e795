//! Opens a table: its encoding or workbook, separator, titles, header, rows with their lines.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, ErrorKind, Read};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use csv::{ReaderBuilder, StringRecord};

use super::foreign::{self, FileKind};
use super::frame::{self, TableFrame};
use super::lines::{LineCounter, MOST_OF_CELL, MOST_OF_ROW};
use super::quotes::{self, QuoteScan, Stray};
use super::rewrite::{Rewriting, Rewritten};
use super::source::{SourceText, TextSource};
use super::{RowProblem, cells, residue, vcard, workbook};
use crate::error::{Error, Result};
use crate::text;

/// The rows of a text, with the lines on which they start.
type SheetReader<'s> = csv::Reader<LineCounter<Box<dyn Read + Send + 's>>>;

/// The owner's options for opening a file.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SheetOptions<'o> {
    /// `--encoding`: overrides the detected encoding.
    pub(crate) encoding: Option<&'o str>,
    /// `--sheet`: the sheet of a workbook, by its name or number.
    pub(crate) sheet: Option<&'o str>,
}

/// The largest number of columns; exports of shop systems have some hundreds.
const MOST_COLUMNS: usize = 5000;

/// A table with a header.
#[derive(Debug)]
pub(crate) struct ImportSheet {
    text: SourceText,
    separator: u8,
    rewriting: Rewriting,
    header: Vec<String>,
    /// Whether its cells are in single quotes.
    single_quotes: bool,
    /// How many rows there are above the first data row.
    above: usize,
    frame: TableFrame,
    size: u64,
    is_cards: bool,
    /// For a converted table: the original row number of each row, starting with the header.
    rows: Option<Vec<usize>>,
    /// Messages about the file.
    remarks: Vec<String>,
    /// Messages about its rows, by line.
    seen: Mutex<BTreeMap<usize, String>>,
}

impl ImportSheet {
    /// Opens a file: text in any encoding, with `,` `;` tab or `|`; a workbook; or address cards (.vcf).
    ///
    /// # Errors
    /// When it cannot be read, there is no header, or a quotation mark is unbalanced.
    pub(crate) fn open(path: &Path, options: SheetOptions<'_>) -> Result<Self> {
        Self::of(TextSource::open(path)?, options)
    }

    /// The same from bytes.
    ///
    /// # Errors
    /// When there is no header, or a quotation mark is unbalanced.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self> {
        Self::of(TextSource::Bytes(bytes.to_vec()), SheetOptions::default())
    }

    fn of(source: TextSource, options: SheetOptions<'_>) -> Result<Self> {
        let kind = foreign::kind_of(&source.start(foreign::START)?);
        match kind {
            FileKind::Other(what) => return Err(foreign::refusal(what)),
            FileKind::Archive | FileKind::Compound => {
                let sheet = workbook::table(&source, kind, options.sheet)?;
                let text = SourceText::of(TextSource::Bytes(sheet.table), None)?;
                let made = Self { rows: Some(sheet.rows), remarks: sheet.remarks, ..Self::new(text, b',') };
                return made.with_header(true);
            }
            FileKind::Text => {}
        }
        if options.sheet.is_some() {
            return Err(Error::new("the file is not a workbook").at("--sheet").hint("leave `--sheet` out"));
        }
        let text = SourceText::of(source, options.encoding)?;
        let start = start(&text)?;
        if start.trim().is_empty() {
            return Err(Error::new("the file is empty").hint("export it again, with a header row"));
        }
        if start.chars().take(foreign::START).filter(|c| *c == '\0').count() > 1 {
            return Err(foreign::refusal("a file of another program"));
        }
        if vcard::is_cards(&start) {
            let (table, lines) = vcard::table(&text.whole()?)?;
            let remarks = text.remark.into_iter().collect();
            let rows = Some(std::iter::once(1).chain(lines).collect());
            let text = SourceText::of(TextSource::Bytes(table.into_bytes()), None)?;
            return Self { is_cards: true, rows, remarks, ..Self::new(text, b',') }.with_header(false);
        }
        let remarks = text.remark.iter().cloned().collect();
        let separator = named_separator(&start).unwrap_or_else(|| separator_of(&start));
        Self { remarks, ..Self::new(text, separator) }.with_header(true)
    }

    fn new(text: SourceText, separator: u8) -> Self {
        Self {
            text,
            separator,
            rewriting: Rewriting::default(),
            header: Vec::new(),
            single_quotes: false,
            above: 1,
            frame: TableFrame::default(),
            size: 0,
            is_cards: false,
            rows: None,
            remarks: Vec::new(),
            seen: Mutex::default(),
        }
    }

    /// Scans the text, and finds the header; titles may be above it.
    fn with_header(mut self, has_titles: bool) -> Result<Self> {
        let looked = self.rewritten()?;
        self.size = looked.size;
        let mut reader = self.reader()?;
        let (mut rows, mut row, mut named) = (Vec::new(), StringRecord::new(), 0);
        while rows.len() < frame::MOST_TITLES {
            let line = match self.next_row(&mut reader, &mut row, rows.len()) {
                Ok(Some(next)) => next.line,
                // The row that a stray quotation mark opens may have no end.
                Err(e) if looked.fault.is_none() => return Err(e),
                _ => break,
            };
            let row = residue::cleaned(&row).unwrap_or_else(|| row.clone());
            if rows.is_empty() && named == 0 && names_separator(row.as_slice()) {
                named = 1;
                continue;
            }
            rows.push((line, row.iter().map(|cell| cells::plain(cell).into_owned()).collect::<Vec<String>>()));
        }
        drop(reader);
        if let Some(stray) = looked.fault {
            self.header = rows.into_iter().next().map(|(_, row)| row).unwrap_or_default();
            return Err(self.astray(stray)?);
        }
        let header = if has_titles { frame::header_of(&rows)? } else { 0 };
        self.above = named + header + 1;
        let titles = rows.iter().take(header).filter(|(_, row)| row.iter().any(|cell| !cell.is_empty()));
        self.remarks.extend(titles.map(|(line, row)| frame::title(*line, row)));
        self.header = rows.into_iter().nth(header).map(|(_, row)| row).unwrap_or_default();
        if has_titles && residue::has_single_quotes(&self.header) {
            self.single_quotes = true;
            self.header = self.header.iter().map(|cell| residue::unquoted(cell).to_owned()).collect();
        }
        if !self.is_cards && self.header.len() > MOST_COLUMNS {
            let columns = text::count(self.header.len(), "column");
            return Err(Error::new(format!(
                "the header has {columns}, and {} is the most",
                text::thousands(MOST_COLUMNS)
            ))
            .at(self.above)
            .hint("is it the right file? Export the columns that the book needs, and leave the others out"));
        }
        if !self.is_cards {
            self.frame = TableFrame::of(&self.header);
        }
        Ok(self)
    }

    /// Chooses how its quotation marks are normalized so that all are balanced, and returns the new scan.
    fn rewritten(&mut self) -> Result<QuoteScan> {
        let looked = self.look()?;
        let ways =
            [(looked.has_spaces, false), (false, looked.fault.is_some()), (looked.has_spaces, looked.fault.is_some())];
        for (spaces, backslashes) in ways {
            self.rewriting = Rewriting { spaces, backslashes };
            if !self.rewriting.is_needed() {
                continue;
            }
            let again = self.look()?;
            if again.fault.is_none() {
                return Ok(again);
            }
        }
        self.rewriting = Rewriting::default();
        Ok(looked)
    }

    fn look(&self) -> Result<QuoteScan> {
        quotes::look(self.stream()?, self.separator).map_err(|e| self.text.failed(e))
    }

    /// The text, with normalized quotation marks if needed.
    fn stream(&self) -> Result<Box<dyn Read + Send + '_>> {
        let text = self.text.stream()?;
        Ok(if self.rewriting.is_needed() {
            Box::new(Rewritten::new(text, self.separator, self.rewriting))
        } else {
            text
        })
    }

    /// The error of an unbalanced quotation mark, with its line and column.
    fn astray(&self, stray: Stray) -> Result<Error> {
        let (offset, message, hint) = match stray {
            Stray::Open(offset) => (
                offset,
                "a quotation mark is opened and never closed",
                "close it, or write a quotation mark inside a cell twice",
            ),
            Stray::Closed(offset) => (
                offset,
                "a cell continues after its closing quotation mark",
                "write a quotation mark inside a cell twice; the cell may have been opened on an earlier line",
            ),
        };
        let place = quotes::place_of(self.stream()?, self.separator, offset);
        let (line, cell) = place.map_err(|e| self.text.failed(e))?;
        let column = self.header.get(cell).filter(|_| line > 1).cloned().unwrap_or_else(|| (cell + 1).to_string());
        let place = format!("{line}, column {}", text::quote(&column));
        Ok(Error::new(message).at(place).hint(hint))
    }

    /// The headings.
    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// The size of the text in bytes, for progress.
    pub(crate) fn size(&self) -> usize {
        usize::try_from(self.size).unwrap_or(usize::MAX)
    }

    /// The number of lines.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn lines(&self) -> Result<usize> {
        let mut stream = BufReader::with_capacity(1 << 16, self.stream()?);
        let mut lines = 0;
        loop {
            let bytes = stream.fill_buf().map_err(|e| self.text.failed(e))?;
            let length = bytes.len();
            if length == 0 {
                return Ok(lines);
            }
            lines += memchr::memchr_iter(b'\n', bytes).count();
            stream.consume(length);
        }
    }

    /// Whether these are address cards.
    pub(super) fn is_cards(&self) -> bool {
        self.is_cards
    }

    /// Messages about the file, once its rows were read.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut remarks = self.remarks.clone();
        remarks.extend(seen.iter().take(MOST_SEEN).map(|(line, what)| format!("line {line} {what}")));
        if seen.len() > MOST_SEEN {
            remarks.push(format!("{} more lines like these", text::thousands(seen.len() - MOST_SEEN)));
        }
        remarks
    }

    fn see(&self, line: usize, what: String) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() < MOST_KEPT {
            seen.insert(line, what);
        }
    }

    /// What rows show about the format of a column; none when no row shows it, or rows differ.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn shown<T: Copy + PartialEq>(&self, of_row: impl Fn(&StringRecord) -> Option<T>) -> Result<Option<T>> {
        let mut shown = Vec::new();
        self.each(|row| {
            shown.extend(of_row(row.cells).filter(|one| !shown.contains(one)));
            Ok(())
        })?;
        Ok(shown.first().copied().filter(|_| shown.len() == 1))
    }

    /// Calls `row` with every row that is not blank, with cleaned cells. Other lines between them are stored as
    /// remarks.
    ///
    /// # Errors
    /// When the file cannot be read, or `row` fails.
    pub(crate) fn each(&self, mut row: impl FnMut(&SheetRow<'_>) -> Result<()>) -> Result<()> {
        let mut reader = self.reader()?;
        let mut cells = StringRecord::new();
        let mut number = 0;
        // A row that is shorter than the header, until the next shows whether both are parts of one row.
        let mut short: Option<ShortRow> = None;
        loop {
            let next = self.next_row(&mut reader, &mut cells, number)?;
            let is_row = next.is_some();
            if is_row && number < self.above {
                number += 1;
                continue;
            }
            let NextRow { line, offset, long } = next.unwrap_or_default();
            let is_blank = is_row && long.is_none() && cells.iter().all(cells::is_blank);
            number += 1;
            let unquoted = (is_row && self.single_quotes).then(|| residue::without_quotes(&cells));
            let clean = if is_row && !is_blank { residue::cleaned(unquoted.as_ref().unwrap_or(&cells)) } else { None };
            let clean = clean.or(unquoted);
            let found = clean.as_ref().unwrap_or(&cells);
            let not_a_row = if is_row && !is_blank && long.is_none() { self.frame.not_a_row(found) } else { None };
            // A row of a workbook is never split.
            let is_short = is_row && !is_blank && not_a_row.is_none() && found.len() < self.header.len();
            let is_short = is_short && self.rows.is_none() && long.is_none();
            if let Some(before) = short.take() {
                let fault = (is_short && before.goes_on_in(found, self.header.len())).then(|| {
                    let message = format!("this row seems to continue in line {line}");
                    RowProblem::new(before.line, "", message).hint("put a cell with a line break in quotation marks")
                });
                let is_broken = fault.is_some();
                row(&SheetRow { line: before.line, offset: before.offset, cells: &before.cells, fault })?;
                if is_broken {
                    let fault = RowProblem::new(line, "", format!("this row seems to begin in line {}", before.line));
                    row(&SheetRow { line, offset: before.offset, cells: found, fault: Some(fault) })?;
                    continue;
                }
            }
            if !is_row {
                return Ok(());
            }
            if is_blank {
                continue;
            }
            if let Some(what) = not_a_row {
                let filled = || found.iter().map(str::trim).filter(|cell| !cell.is_empty());
                let more = if filled().count() > 4 { ", …" } else { "" };
                let shown = filled().take(4).collect::<Vec<_>>().join(", ") + more;
                self.see(line, format!("is left out, as {what}: {}", text::quote(&shown)));
                continue;
            }
            if !found.as_slice().is_ascii() {
                self.look_at_letters(line, found);
            }
            let offset = usize::try_from(offset).unwrap_or(usize::MAX);
            if is_short {
                short = Some(ShortRow { line, offset, cells: found.clone() });
                continue;
            }
            let fault = long.map(|place| self.of_a_long_cell(line, place));
            let fault = fault.or_else(|| self.of_another_width(line, found));
            row(&SheetRow { line, offset, cells: found, fault })?;
        }
    }

    /// Records lost or doubly encoded letters.
    fn look_at_letters(&self, line: usize, cells: &StringRecord) {
        let quoted =
            |cells: &[String]| text::first_few(&cells.iter().map(|cell| text::quote(cell)).collect::<Vec<_>>(), 3);
        let (mut twice, mut before, mut lost) = (Vec::new(), Vec::new(), Vec::new());
        for cell in cells.iter().filter(|cell| !cell.is_ascii()) {
            if let Some(was) = residue::twice_converted(cell) {
                twice.push(cell.to_owned());
                before.push(was);
            } else if cell.contains(char::REPLACEMENT_CHARACTER) {
                lost.push(cell.to_owned());
            }
        }
        if !twice.is_empty() {
            let (twice, before) = (quoted(&twice), quoted(&before));
            self.see(line, format!("has {twice}, which was encoded twice: is it {before}?"));
        } else if !lost.is_empty() {
            self.see(line, format!("has {}, in which letters were lost before it was exported", quoted(&lost)));
        }
    }

    /// What is wrong with a row that has a cell without end.
    fn of_a_long_cell(&self, line: usize, place: usize) -> RowProblem {
        let column = self.header.get(place).cloned().unwrap_or_else(|| (place + 1).to_string());
        let message = format!("this cell is longer than {} kB", MOST_OF_CELL >> 10);
        RowProblem::new(line, &column, message).hint("shorten it, or take its column out of the file")
    }

    /// The error of a row that is longer than the header; empty cells after the last heading are allowed.
    fn of_another_width(&self, line: usize, cells: &StringRecord) -> Option<RowProblem> {
        let width = self.header.len();
        let beyond = cells.iter().skip(width).position(|cell| !cell.trim().is_empty())?;
        let message = format!("{}, but the header has {width}", text::count(cells.len(), "cell"));
        let hint = "put a cell that contains the separator in quotation marks; a column needs a heading";
        Some(RowProblem::new(line, &(width + beyond + 1).to_string(), message).hint(hint))
    }

    /// The original number of a row in a converted table.
    fn place_of_row(&self, number: usize, line: usize) -> usize {
        self.rows.as_ref().map_or(line, |rows| rows.get(number).copied().unwrap_or(line))
    }

    /// Reads the next row, when there is one; cells without end are emptied.
    fn next_row(&self, reader: &mut SheetReader<'_>, row: &mut StringRecord, number: usize) -> Result<Option<NextRow>> {
        let read = reader.read_record(row);
        let offset = row.position().map_or(0, csv::Position::byte);
        let mut line = || self.place_of_row(number, reader.get_mut().line_at(offset));
        let is_too_long = match &read {
            Ok(_) => row.as_slice().len() > MOST_OF_ROW,
            Err(e) => matches!(e.kind(), csv::ErrorKind::Io(e) if e.kind() == ErrorKind::FileTooLarge),
        };
        if is_too_long {
            return Err(Error::new(format!("this row is longer than {} MB", MOST_OF_ROW >> 20))
                .at(line())
                .hint("is it the right file? Shorten its longest cell, or take the row out"));
        }
        let is_row = read.map_err(|e| Error::new("the file cannot be read as a table").because(e))?;
        let is_long = |cell: &str| cell.len() > MOST_OF_CELL;
        let long = if row.as_slice().len() > MOST_OF_CELL { row.iter().position(is_long) } else { None };
        let next = is_row.then(|| NextRow { line: line(), offset, long });
        if long.is_some() {
            let position = row.position().cloned();
            *row = row.iter().map(|cell| if is_long(cell) { "" } else { cell }).collect();
            row.set_position(position);
        }
        Ok(next)
    }

    fn reader(&self) -> Result<SheetReader<'_>> {
        let text = LineCounter::new(self.stream()?);
        let mut builder = ReaderBuilder::new();
        Ok(builder
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .buffer_capacity(1 << 17)
            .from_reader(text))
    }
}

/// At most this many lines are named, and stored.
const MOST_SEEN: usize = 12;
const MOST_KEPT: usize = 100_000;

/// A row that is shorter than the header.
struct ShortRow {
    line: usize,
    offset: usize,
    cells: StringRecord,
}

impl ShortRow {
    /// Whether the next row is the other part of this one: together they are as wide as the header, and it does not
    /// begin in the same way.
    fn goes_on_in(&self, next: &StringRecord, width: usize) -> bool {
        let shape = |row: &StringRecord| -> String {
            let kind = |c: char| if c.is_ascii_digit() { '9' } else { c };
            let first = row.get(0).unwrap_or_default().trim();
            let mut shape: Vec<char> = first.chars().map(|c| if c.is_alphabetic() { 'a' } else { kind(c) }).collect();
            shape.dedup();
            shape.into_iter().collect()
        };
        let own = shape(&self.cells);
        let is_reference = own.contains(['9', '@']) && own == shape(next);
        self.cells.len() + next.len() == width + 1 && !is_reference
    }
}

/// Where a row starts that was read, and its first cell that was emptied.
#[derive(Default)]
struct NextRow {
    line: usize,
    offset: u64,
    long: Option<usize>,
}

/// One row of a table.
#[derive(Debug)]
pub(crate) struct SheetRow<'r> {
    /// The line of the file on which it starts, the header's being 1.
    pub(crate) line: usize,
    /// Its offset in bytes, for progress.
    pub(crate) offset: usize,
    pub(crate) cells: &'r StringRecord,
    /// Set when it is longer than the header, or a part of a row.
    pub(crate) fault: Option<RowProblem>,
}

/// The beginning of a text: enough to detect its format.
fn start(text: &SourceText) -> Result<String> {
    let mut bytes = Vec::new();
    text.stream()?.take(1 << 16).read_to_end(&mut bytes).map_err(|e| text.failed(e))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The separator in a first line `sep=;`, which is meant for spreadsheets.
fn named_separator(text: &str) -> Option<u8> {
    let line = text.trim_start().lines().next()?.trim_matches(['"', ' ']);
    let named = line.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).map(|_| &line.as_bytes()[4..]);
    match named? {
        [separator] if SEPARATORS.contains(separator) => Some(*separator),
        [] => Some(b'\t'),
        _ => None,
    }
}

fn names_separator(row: &str) -> bool {
    row.len() < 6 && row.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep="))
}

const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The separator that is most frequent in the header, outside quotes; below a title, the one that most lines use
/// consistently.
fn separator_of(text: &str) -> u8 {
    let mut lines = vec![[0_usize; 4]];
    let (mut quoted, mut is_blank) = (false, true);
    for byte in text.trim_start().bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted && !is_blank => {
                is_blank = true;
                if lines.len() == frame::MOST_TITLES {
                    break;
                }
                lines.push([0; 4]);
            }
            _ if quoted => {}
            _ => {
                is_blank &= byte.is_ascii_whitespace() && byte != b'\t';
                if let Some(index) = SEPARATORS.iter().position(|separator| *separator == byte) {
                    let last = lines.len() - 1;
                    lines[last][index] += 1;
                }
            }
        }
    }
    if is_blank && lines.len() > 1 {
        lines.pop();
    }
    let most = |counts: &[usize; 4]| (0..4).rev().max_by_key(|index| counts[*index]).filter(|index| counts[*index] > 0);
    let by_header = most(&lines[0]);
    if let Some(index) = by_header.filter(|index| lines.get(1).is_none_or(|next| next[*index] > 0)) {
        return SEPARATORS[index];
    }
    let alike = [0, 1, 2, 3].map(|index| {
        let counts = || lines.iter().map(|line| line[index]).filter(|count| *count > 0);
        counts().map(|count| count * counts().filter(|other| *other == count).count()).max().unwrap_or(0)
    });
    most(&alike).or(by_header).map_or(b',', |index| SEPARATORS[index])
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
        assert_eq!(error.to_string(), "3, column `a`: a cell continues after its closing quotation mark");
        assert!(ImportSheet::read(b"  \n").is_err());
    }

    fn table(text: &str) -> (Vec<String>, Vec<String>) {
        let sheet = ImportSheet::read(text.as_bytes()).expect("a table");
        let mut rows = Vec::new();
        let take = |row: &SheetRow<'_>| {
            let fault = row.fault.as_ref().map_or(String::new(), |fault| format!(" !{}", fault.message));
            rows.push(format!("{}: {}{fault}", row.line, row.cells.iter().collect::<Vec<_>>().join("|")));
            Ok(())
        };
        sheet.each(take).expect("rows");
        (rows, sheet.remarks())
    }

    #[test]
    fn what_stands_above_the_headings_is_passed_over() {
        let of = "ref;first_name;last_name\nC1;Ann;One\n";
        let title = "line 1 is above the headings and is left out: `Report: Customers`";
        for (above, line, said) in [
            ("sep=;\n", 3, None),
            ("\"sep=;\"\n", 3, None),
            ("SEP=;\r\n\r\n", 4, None),
            ("\n\n \n", 5, None),
            (";;\n", 3, None),
            ("Report: Customers\n", 3, Some(title)),
            ("Report: Customers\n\n-----\n", 5, Some(title)),
            ("sep=;\nReport: Customers, as of 2026\n", 4, Some("line 2 is above the headings")),
        ] {
            let (rows, remarks) = table(&format!("{above}{of}"));
            assert_eq!(rows, [format!("{line}: C1|Ann|One")], "{above}");
            assert_eq!(remarks.is_empty(), said.is_none(), "{remarks:?}");
            assert!(remarks.first().is_none_or(|first| first.starts_with(said.unwrap_or_default())), "{remarks:?}");
        }
    }

    #[test]
    fn quotation_marks_of_other_programs_are_understood() {
        for (text, row) in [
            ("ref, name\n\"C1\", \"Moss, Ann\"\n", "2: C1|Moss, Ann"),
            ("\"ref\",  \"name\"\n\"C1\",  \"said \"\"hi\"\"\"\n", "2: C1|said \"hi\""),
            ("ref,name\n\"C1\",\"said \\\"hi\\\"\"\n", "2: C1|said \"hi\""),
            ("ref,name\n\"C1\",\"O\\'Brien\\nShop\"\n", "2: C1|O'Brien\nShop"),
            ("'ref','name'\n'C1','O\\'Brien'\n", "2: C1|O'Brien"),
            ("ref,name\n'C1','Ann'\n", "2: 'C1'|'Ann'"),
            ("ref,name\nC1,5\" nail \"x\"\n", "2: C1|5\" nail \"x\""),
            ("ref,name\n\"=\"\"0017\"\"\",=\"0054\"\n", "2: 0017|0054"),
            ("ref,name\n\"C:\\\",\"x\"\n", "2: C:\\|x"),
        ] {
            assert_eq!(table(text), (vec![row.to_owned()], Vec::new()), "{text}");
        }
    }

    #[test]
    fn cells_left_out_at_the_end_are_empty_and_a_broken_row_is_named() {
        let head = "ref,first_name,last_name,street,city,postcode\n";
        for (rows, found) in [
            ("C1,Ann,Moss\n", &["2: C1|Ann|Moss"][..]),
            ("C1,Ann,Moss\nC2,Bob,Reed,2 B St\n", &["2: C1|Ann|Moss", "3: C2|Bob|Reed|2 B St"]),
            ("C1,Ann,Moss,1 A St,Boston\nC2\n", &["2: C1|Ann|Moss|1 A St|Boston", "3: C2"]),
            (
                "C1,Ann,Moss,1 A St\nApt 4,Boston,02108\nC2,Bob,Reed,2 B St,Salem,01970\n",
                &[
                    "2: C1|Ann|Moss|1 A St !this row seems to continue in line 3",
                    "3: Apt 4|Boston|02108 !this row seems to begin in line 2",
                    "4: C2|Bob|Reed|2 B St|Salem|01970",
                ],
            ),
            (
                "C1,Ann,Moss,1 A St,Apt 4,Boston,02108\n",
                &["2: C1|Ann|Moss|1 A St|Apt 4|Boston|02108 !7 cells, but the header has 6"],
            ),
            ("C1,Ann,Moss,1 A St,Boston,02108,,\n", &["2: C1|Ann|Moss|1 A St|Boston|02108||"]),
        ] {
            assert_eq!(table(&format!("{head}{rows}")).0, found, "{rows}");
        }
    }

    #[test]
    fn lines_that_are_no_rows_are_said() {
        let (rows, remarks) = table(
            "ref,first_name,last_name\nC1,Ann,One\nref,first_name,last_name\nC2,JosÃ©,MÃ¼ller\n-----,---,---\nTotal,2,\n(2 rows affected)\n",
        );
        assert_eq!(rows, ["2: C1|Ann|One", "4: C2|JosÃ©|MÃ¼ller"]);
        assert_eq!(
            remarks,
            [
                "line 3 is left out, as the headings again: `ref, first_name, last_name`",
                "line 4 has `JosÃ©` and `MÃ¼ller`, which was encoded twice: is it `José` and `Müller`?",
                "line 5 is left out, as a ruler: `-----, ---, ---`",
                "line 6 is left out, as a total: `Total, 2`",
                "line 7 is left out, as a line of the program that wrote the file: `(2 rows affected)`",
            ]
        );
    }
}
