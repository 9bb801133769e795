//! CSV for spreadsheets, in which no cell is executed as a formula.

use std::io;

/// Writes rows; a cell that could begin a formula gets a `'` in front.
#[derive(Debug)]
pub(crate) struct CsvWriter<W: io::Write>(csv::Writer<W>);

impl<W: io::Write> CsvWriter<W> {
    pub(crate) fn new(out: W) -> Self {
        Self(csv::WriterBuilder::new().flexible(true).from_writer(out))
    }

    pub(crate) fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> io::Result<()> {
        for cell in cells {
            self.0.write_field(inert(cell.as_ref()))?;
        }
        Ok(self.0.write_record(None::<&[u8]>)?)
    }

    pub(crate) fn finish(self) -> io::Result<W> {
        self.0.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// A whole table in memory, where writing cannot fail.
#[derive(Debug)]
pub(crate) struct CsvTable(CsvWriter<Vec<u8>>);

impl CsvTable {
    pub(crate) fn new<C: AsRef<str>>(header: impl IntoIterator<Item = C>) -> Self {
        Self::behind("", header)
    }

    /// The same with a byte order mark, by which spreadsheets recognize UTF-8.
    pub(crate) fn marked<C: AsRef<str>>(header: impl IntoIterator<Item = C>) -> Self {
        Self::behind("\u{feff}", header)
    }

    fn behind<C: AsRef<str>>(mark: &str, header: impl IntoIterator<Item = C>) -> Self {
        let mut table = Self(CsvWriter::new(mark.as_bytes().to_vec()));
        table.row(header);
        table
    }

    pub(crate) fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) {
        let _ = self.0.row(cells);
    }

    pub(crate) fn text(self) -> String {
        String::from_utf8(self.0.finish().unwrap_or_default()).unwrap_or_default()
    }
}

/// The first characters of formulas in some spreadsheets, in full width as well, or characters ignored before them.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A cell that no spreadsheet executes as a formula. A negative number is safe.
fn inert(cell: &str) -> String {
    let is_number = || {
        let number = cell.trim_start_matches('-');
        cell.len() - number.len() == 1
            && number.starts_with(|c: char| c.is_ascii_digit())
            && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && number.matches('.').count() <= 1
    };
    let begins = cell.trim_start_matches(' ').starts_with(FORMULA);
    if begins && !is_number() { format!("'{cell}") } else { cell.to_owned() }
}

/// A cell of another program without the `'` before a possible formula.
pub(crate) fn revived(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.trim_start_matches(' ').starts_with(FORMULA)).unwrap_or(cell)
}

/// A cell as it was before a [`CsvWriter`] wrote it.
pub(crate) fn live(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| inert(rest) != *rest).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula_and_each_comes_back() {
        for cell in
            ["=1+1", "+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1", "-", "--5", "-1.2.3", "+1 650 555 0123"]
        {
            assert_eq!(inert(cell), format!("'{cell}"));
            assert_eq!(revived(&inert(cell)), cell);
        }
        for cell in ["", "Ida", "'t Hart", "-5", "-12.50", "5", "a=b", "1-2"] {
            assert_eq!((inert(cell).as_str(), revived(cell)), (cell, cell));
        }
        for cell in ["=1+1", "-x", "'twas", "", "'"] {
            assert_eq!(live(&inert(cell)), cell);
        }
    }

    #[test]
    fn a_comma_or_a_quote_is_quoted() {
        let mut table = CsvTable::marked(["a", "b, c", "says \"no\"", ""]);
        table.row(["=1", "-1.50"]);
        assert_eq!(table.text(), "\u{feff}a,\"b, c\",\"says \"\"no\"\"\",\n'=1,-1.50\n");
    }
}
