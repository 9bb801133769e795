//! Converts workbooks to tables: one sheet of an .xlsx, .xlsb, .ods or .xls, with cells as displayed.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};

use calamine::{
    Data, DataType as _, ExcelDateTime, Ods, OdsError, Reader, Sheet, SheetType, SheetVisible, Xls, XlsError, Xlsb,
    XlsbError, Xlsx, XlsxError,
};
use memchr::memmem;
use zip::ZipArchive;

use super::compound;
use super::foreign::{self, FileKind};
use super::source::TextSource;
use crate::error::{Error, Result};
use crate::text;

/// A sheet of a workbook.
#[derive(Debug)]
pub(super) struct WorkbookTable {
    /// Comma-separated, in UTF-8.
    pub(super) table: Vec<u8>,
    /// The row of the sheet for each row of the table.
    pub(super) rows: Vec<usize>,
    /// Messages for the owner.
    pub(super) remarks: Vec<String>,
}

/// Limits of the unpacked size and the number of cells, against files made to fill the memory.
const MOST_BYTES: u64 = 256 << 20;
const MOST_CELLS: usize = 32_000_000;

/// Reads a workbook: its first sheet, or the one that the owner names or numbers.
///
/// # Errors
/// When it is not one, is damaged, too large or protected by a password, or has no such sheet.
pub(super) fn table(source: &TextSource, kind: FileKind, sheet: Option<&str>) -> Result<WorkbookTable> {
    if kind == FileKind::Compound {
        return older(source, sheet);
    }
    let mut archive = ZipArchive::new(open(source)?).map_err(damaged)?;
    let names = archive.file_names().map(|name| name.map(|name| name.replace('\\', "/").to_lowercase()));
    let names: Vec<String> = names.collect::<Result<_, _>>().map_err(damaged)?;
    let mut mimetype = String::new();
    if let Ok(part) = archive.by_name("mimetype") {
        part.take(100).read_to_string(&mut mimetype).map_err(damaged)?;
    }
    if names.iter().any(|name| name == "xl/workbook.bin") {
        bounded(&mut archive)?;
        xlsb(Xlsb::new(open(source)?).map_err(damaged)?, sheet)
    } else if names.iter().any(|name| name.starts_with("xl/")) {
        bounded(&mut archive)?;
        xlsx(Xlsx::new(open(source)?).map_err(damaged)?, sheet)
    } else if mimetype.contains("opendocument.spreadsheet") {
        bounded(&mut archive)?;
        let mut content = Vec::new();
        archive.by_name("content.xml").map_err(damaged)?.read_to_end(&mut content).map_err(damaged)?;
        if !is_well_formed(&content) {
            return Err(damaged("an element of content.xml has no end"));
        }
        if cells_of_ods(&content) > MOST_CELLS {
            return Err(too_large());
        }
        drop(content);
        let mut book = Ods::new(open(source)?).map_err(|e| match e {
            OdsError::Password => protected(),
            e => damaged(e),
        })?;
        whole(&mut book, sheet)
    } else {
        Err(foreign::refusal(foreign::archive(&names)))
    }
}

/// An older Microsoft workbook, or a newer one that is encrypted.
fn older(source: &TextSource, sheet: Option<&str>) -> Result<WorkbookTable> {
    let mut bytes = Vec::new();
    open(source)?.take(MOST_BYTES).read_to_end(&mut bytes).map_err(damaged)?;
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memmem::find(&bytes, &wide).is_some()
    };
    if has("EncryptedPackage") {
        return Err(protected());
    }
    if !has("Workbook") && !has("Book") {
        let what = if has("WordDocument") {
            "a text document (Word)"
        } else if has("PowerPoint Document") {
            "a presentation (PowerPoint)"
        } else if has("__substg1.0") {
            "a message of Outlook"
        } else {
            "a file of another program"
        };
        return Err(foreign::refusal(what));
    }
    if !compound::is_sound(&bytes) {
        return Err(damaged("a chain of sectors has no end"));
    }
    if compound::cells(&bytes) > MOST_CELLS as u64 / 2 {
        return Err(too_large());
    }
    let mut book = Xls::new(Cursor::new(bytes)).map_err(|e| match e {
        XlsError::Password => protected(),
        e => damaged(e),
    })?;
    whole(&mut book, sheet)
}

trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

fn open(source: &TextSource) -> Result<Box<dyn ReadSeek + '_>> {
    Ok(match source {
        TextSource::File(path) => Box::new(BufReader::new(File::open(path).map_err(|e| Error::io("read", path, e))?)),
        TextSource::Bytes(bytes) => Box::new(Cursor::new(bytes)),
    })
}

fn damaged(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new("this workbook cannot be read; it seems to be damaged")
        .hint("open it in a spreadsheet program and save it as CSV")
        .because(error)
}

fn protected() -> Error {
    Error::new("this workbook is protected by a password").hint("open it in a spreadsheet program and save it as CSV")
}

fn too_large() -> Error {
    Error::new("this workbook is too large").hint("save the sheet as CSV; a CSV may have any size")
}

/// Unpacks the entries once without storing them: the sizes given in an archive may be wrong.
fn bounded<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<()> {
    let mut left = MOST_BYTES;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.to_lowercase();
        if [".xml", ".bin", ".rels"].iter().any(|end| name.ends_with(end)) {
            left -= io::copy(&mut part.take(left), &mut io::sink()).map_err(damaged)?;
            if left == 0 {
                return Err(too_large());
            }
        }
    }
    Ok(())
}

/// Whether every element of an XML file ends where it should. The reader of .ods files looks for such an end forever.
fn is_well_formed(content: &[u8]) -> bool {
    let mut open: Vec<&[u8]> = Vec::new();
    let mut rest = content;
    while let Some(start) = memchr::memchr(b'<', rest) {
        rest = &rest[start + 1..];
        let skipped = [(&b"!--"[..], &b"-->"[..]), (b"![CDATA[", b"]]>"), (b"?", b"?>"), (b"!", b">")];
        if let Some((_, end)) = skipped.into_iter().find(|(begin, _)| rest.starts_with(begin)) {
            let Some(at) = memmem::find(rest, end) else { return false };
            rest = &rest[at + end.len()..];
            continue;
        }
        let Some(end) = memchr::memchr2(b'<', b'>', rest).filter(|end| rest[*end] == b'>') else { return false };
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        let name = |tag: &'_ [u8]| tag.iter().position(|c| c.is_ascii_whitespace() || *c == b'/').unwrap_or(tag.len());
        if let Some(ended) = tag.strip_prefix(b"/") {
            if open.pop() != Some(&ended[..name(ended)]) {
                return false;
            }
        } else if !tag.ends_with(b"/") {
            open.push(&tag[..name(tag)]);
        }
    }
    open.is_empty()
}

/// The number of cells in a sheet of an .ods, with repetitions expanded.
fn cells_of_ods(content: &[u8]) -> usize {
    let (mut cells, mut empty) = (0_usize, 0_usize);
    for start in memmem::find_iter(content, b"<table:") {
        let tag = &content[start..];
        let tag = &tag[..memchr::memchr(b'>', tag).unwrap_or(tag.len())];
        if tag.starts_with(b"<table:table-row") {
            empty = 0;
        } else if tag.starts_with(b"<table:table-cell") || tag.starts_with(b"<table:covered-table-cell") {
            let repeated = memmem::find(tag, b"number-columns-repeated=\"").map_or(1, |at| {
                let digits = tag[at + 25..].iter().take_while(|byte| byte.is_ascii_digit());
                digits.fold(0_usize, |n, digit| n.saturating_mul(10).saturating_add(usize::from(digit - b'0')))
            });
            empty = empty.saturating_add(repeated.min(16_384));
            if memmem::find(tag, b"office:").is_some() || memmem::find(tag, b":formula").is_some() {
                cells = cells.saturating_add(std::mem::take(&mut empty));
            }
        }
    }
    cells
}

fn xlsx<R: Read + Seek>(mut book: Xlsx<R>, sheet: Option<&str>) -> Result<WorkbookTable> {
    let (name, remark) = chosen(book.sheets_metadata(), sheet)?;
    let mut out = SheetWriter::default();
    let mut cells = book.worksheet_cells_reader(&name).map_err(damaged)?;
    let failed = |e: XlsxError| damaged(e);
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(failed)? {
        let format = cells.styles().get(style).and_then(|style| style.number_format.as_ref());
        out.cell(
            cell.get_position(),
            &Data::from(cell.get_value().clone()),
            format.map(|format| format.format_code.as_str()),
        )?;
    }
    out.finish(remark)
}

fn xlsb<R: Read + Seek>(mut book: Xlsb<R>, sheet: Option<&str>) -> Result<WorkbookTable> {
    let (name, remark) = chosen(book.sheets_metadata(), sheet)?;
    let mut out = SheetWriter::default();
    let mut cells = book.worksheet_cells_reader(&name).map_err(damaged)?;
    let failed = |e: XlsbError| damaged(e);
    while let Some(cell) = cells.next_cell().map_err(failed)? {
        out.cell(cell.get_position(), &Data::from(cell.get_value().clone()), None)?;
    }
    out.finish(remark)
}

/// The same for a workbook that is read as a whole.
fn whole<S, B: Reader<S>>(book: &mut B, sheet: Option<&str>) -> Result<WorkbookTable>
where
    S: Read + Seek,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    let (name, remark) = chosen(book.sheets_metadata(), sheet)?;
    let range = book.worksheet_range(&name).map_err(damaged)?;
    let (row, column) = range.start().unwrap_or_default();
    let mut out = SheetWriter::default();
    for (at, across, value) in range.used_cells() {
        let place = |from: u32, by: usize| from.saturating_add(u32::try_from(by).unwrap_or(u32::MAX));
        out.cell((place(row, at), place(column, across)), value, None)?;
    }
    out.finish(remark)
}

/// The name of the sheet to read, and a message about the others.
fn chosen(sheets: &[Sheet], wanted: Option<&str>) -> Result<(String, Option<String>)> {
    let is_table = |sheet: &&Sheet| sheet.typ == SheetType::WorkSheet;
    let names: Vec<&str> = sheets.iter().filter(is_table).map(|sheet| sheet.name.as_str()).collect();
    if let Some(wanted) = wanted {
        let number = wanted.trim().parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        let by_name = names.iter().find(|name| name.to_lowercase() == wanted.trim().to_lowercase());
        let found = by_name.or_else(|| number.and_then(|index| names.get(index)));
        return found.map(|name| ((*name).to_owned(), None)).ok_or_else(|| {
            let quoted: Vec<String> = names.iter().map(|name| text::quote(name)).collect();
            Error::new(format!("there is no sheet {}", text::quote(wanted)))
                .hint(format!("the workbook has {}", text::list(&quoted)))
        });
    }
    let is_visible = |sheet: &&Sheet| sheet.visible == SheetVisible::Visible;
    let visible: Vec<&str> =
        sheets.iter().filter(is_table).filter(is_visible).map(|sheet| sheet.name.as_str()).collect();
    let Some((first, others)) = visible.split_first().or_else(|| names.split_first()) else {
        return Err(Error::new("this workbook has no sheet").hint("export it again"));
    };
    let others: Vec<String> = others.iter().map(|name| text::quote(name)).collect();
    let remark = (!others.is_empty()).then(|| {
        let others = text::first_few(&others, 12);
        format!("the sheet {} was read; `--sheet` chooses another: {others}", text::quote(first))
    });
    Ok(((*first).to_owned(), remark))
}

/// Writes the cells of a sheet as a table.
#[derive(Default)]
struct SheetWriter {
    out: Option<csv::Writer<Vec<u8>>>,
    row: Vec<String>,
    at: u32,
    rows: Vec<usize>,
    bytes: u64,
    cells: usize,
    /// The first cell with an error, its text, and how many there are.
    errors: Option<(String, String, usize)>,
}

impl SheetWriter {
    fn cell(&mut self, (row, column): (u32, u32), value: &Data, format: Option<&str>) -> Result<()> {
        if row != self.at {
            self.end_row()?;
            self.at = row;
        }
        let text = match value {
            Data::Empty => return Ok(()),
            Data::Error(error) => {
                let place = || format!("{}{}", letters(column), u64::from(row) + 1);
                self.errors.get_or_insert_with(|| (place(), error.to_string(), 0)).2 += 1;
                return Ok(());
            }
            Data::Int(number) => shown(*number, format).unwrap_or_else(|| number.to_string()),
            Data::Float(number) => number_text(*number, format),
            Data::Bool(is_true) => if *is_true { "TRUE" } else { "FALSE" }.to_owned(),
            Data::DateTime(moment) => moment_text(*moment),
            Data::DateTimeIso(moment) => {
                moment.trim_end_matches("T00:00:00").trim_end_matches("T00:00:00.000").replace('T', " ")
            }
            other => other.as_string().unwrap_or_default(),
        };
        let place = usize::try_from(column).unwrap_or(usize::MAX);
        self.bytes += text.len() as u64;
        if place >= self.row.len() {
            self.cells = self.cells.saturating_add(place + 1 - self.row.len());
            if self.bytes > MOST_BYTES || self.cells > MOST_CELLS {
                return Err(too_large());
            }
            self.row.resize(place + 1, String::new());
        }
        self.row[place] = text;
        Ok(())
    }

    fn end_row(&mut self) -> Result<()> {
        if self.row.iter().any(|cell| !cell.trim().is_empty()) {
            let out = self.out.get_or_insert_with(|| csv::WriterBuilder::new().flexible(true).from_writer(Vec::new()));
            out.write_record(&self.row).map_err(damaged)?;
            self.rows.push(usize::try_from(self.at).unwrap_or(usize::MAX).saturating_add(1));
        }
        self.row.clear();
        Ok(())
    }

    fn finish(mut self, remark: Option<String>) -> Result<WorkbookTable> {
        self.end_row()?;
        let table = match self.out {
            Some(out) => out.into_inner().map_err(|e| damaged(e.into_error()))?,
            None => return Err(Error::new("the sheet is empty").hint("set the sheet with the list with `--sheet`")),
        };
        let mut remarks: Vec<String> = remark.into_iter().collect();
        if let Some((place, error, count)) = self.errors {
            let others =
                if count > 1 { format!(", and so have {} others", text::thousands(count - 1)) } else { String::new() };
            remarks.push(format!("cell {place} has {}{others}: read as empty", text::quote(&error)));
        }
        Ok(WorkbookTable { table, rows: self.rows, remarks })
    }
}

/// The letters of a column: `A`, `AB`.
fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// A number in full, without an exponent and without rounding errors of binary fractions.
fn number_text(number: f64, format: Option<&str>) -> String {
    let exact = format!("{number:.14e}").parse().unwrap_or(number);
    let text = format!("{exact}");
    match text.parse::<i64>() {
        Ok(whole) => shown(whole, format).unwrap_or(text),
        Err(_) => text,
    }
}

/// A whole number in a format of digits and literal characters: `02108` in `00000`.
fn shown(number: i64, format: Option<&str>) -> Option<String> {
    let format = format?.split(';').next()?;
    let (mut pattern, mut rest) = (Vec::new(), format.chars());
    while let Some(c) = rest.next() {
        match c {
            '0' | '#' => pattern.push((c, true)),
            '\\' => pattern.push((rest.next()?, false)),
            '"' => pattern.extend(rest.by_ref().take_while(|c| *c != '"').map(|c| (c, false))),
            '-' | ' ' | '(' | ')' | '+' => pattern.push((c, false)),
            _ => return None,
        }
    }
    let places = pattern.iter().filter(|(c, is_digit)| *is_digit && *c == '0').count();
    if number < 0 || places < 2 {
        return None;
    }
    let mut digits: Vec<char> = number.to_string().chars().collect();
    let first = pattern.iter().position(|(_, is_digit)| *is_digit)?;
    let mut shown: Vec<char> = Vec::new();
    for (index, (c, is_digit)) in pattern.iter().enumerate().rev() {
        match (is_digit, digits.pop()) {
            (false, digit) => {
                digits.extend(digit);
                shown.push(*c);
            }
            (true, Some(digit)) => shown.push(digit),
            (true, None) => shown.extend((*c == '0').then_some('0')),
        }
        if index == first {
            shown.extend(digits.drain(..).rev());
        }
    }
    Some(shown.iter().rev().collect())
}

/// A day, with its time when it is not midnight; or a time alone.
fn moment_text(moment: ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    if moment.is_duration() || moment.as_f64() < 1.0 {
        return time;
    }
    let day = format!("{year:04}-{month:02}-{day:02}");
    if time == "00:00:00" { day } else { format!("{day} {time}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_the_owner_sees_them() {
        for (number, format, text) in [
            (54.0, None, "54"),
            (2108.0, Some("00000"), "02108"),
            (2108.0, Some("0"), "2108"),
            (54.0, Some("\"C-\"0000"), "C-0054"),
            (21_080_001.0, Some("00000\\-0000"), "02108-0001"),
            (6_175_550_142.0, Some("(000) 000-0000"), "(617) 555-0142"),
            (123_456.0, Some("0000"), "123456"),
            (1234.5, Some("#,##0.00"), "1234.5"),
            (59.970_000_000_000_006, None, "59.97"),
            (4_000_000_000_000_000.0, None, "4000000000000000"),
            (0.1 + 0.2, None, "0.3"),
            (-12.5, None, "-12.5"),
        ] {
            assert_eq!(number_text(number, format), text, "{number} {format:?}");
        }
        assert_eq!(["A", "Z", "AA", "XFD"], [0, 25, 26, 16_383].map(letters).each_ref().map(String::as_str));
    }

    #[test]
    fn elements_without_an_end_are_found() {
        for (content, expected) in [
            ("<?xml version=\"1.0\"?><a b=\"c\"><d/>text<e x='1'></e ></a>", true),
            ("<a><!-- <b> --><![CDATA[<c>]]></a>", true),
            ("<a>", false),
            ("<a></b>", false),
            ("<a></</a>", false),
            ("<a></a", false),
            ("</a>", false),
            ("<a><!-- </a>", false),
        ] {
            assert_eq!(is_well_formed(content.as_bytes()), expected, "{content}");
        }
    }

    #[test]
    fn repetitions_are_counted_before_they_are_written_out() {
        let cell = |n: usize, value: &str| format!("<table:table-cell table:number-columns-repeated=\"{n}\"{value}/>");
        let value = " office:value-type=\"float\" office:value=\"1\"";
        for (row, cells) in [
            (cell(3, value), 3),
            (cell(3, value) + &cell(16_000, ""), 3),
            (cell(16_000, "") + &cell(1, value), 16_001),
            ("<table:table-cell office:value-type=\"string\">".to_owned(), 1),
        ] {
            let content = format!("<table:table-row>{row}</table:table-row>").repeat(2);
            assert_eq!(cells_of_ods(content.as_bytes()), 2 * cells);
        }
    }
}
