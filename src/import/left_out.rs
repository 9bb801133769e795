//! Writes the rows that an import leaves out to a separate file, with their errors.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use csv::StringRecord;

use super::RowProblem;
use crate::error::{Error, Result};
use crate::files::PartFile;
use crate::text::csv::CsvWriter;

/// A file for the rows that are left out. It exists only once [kept](Self::keep).
#[derive(Debug)]
pub(crate) struct LeftOut {
    /// Relative to the shop folder.
    place: String,
    path: PathBuf,
    header: Vec<String>,
    out: Mutex<Option<(PartFile, CsvWriter<BufWriter<File>>)>>,
}

impl LeftOut {
    /// For the rows of a table with this header, at a path in the shop folder; nothing is written before the first row.
    pub(crate) fn new(folder: &Path, place: String, header: &[String]) -> Self {
        Self { path: folder.join(&place), place, header: header.to_vec(), out: Mutex::new(None) }
    }

    /// Writes a row with its line and its errors.
    pub(crate) fn row(&self, line: usize, cells: &StringRecord, problems: &[RowProblem]) -> Result<()> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, out) = match &mut *out {
            Some(begun) => begun,
            none => none.insert(self.begin()?),
        };
        let faults: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        let (line, faults) = (line.to_string(), faults.join("; "));
        out.row(cells.iter().chain([&*line, &*faults])).map_err(|e| self.failed(e))
    }

    /// Keeps the file; returns its path, if it has rows.
    pub(crate) fn keep(&self) -> Result<Option<&str>> {
        let Some((part, out)) = self.out.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return Ok(None);
        };
        part.sync(out.finish().map_err(|e| self.failed(e))?)?;
        part.complete()?;
        Ok(Some(&self.place))
    }

    fn begin(&self) -> Result<(PartFile, CsvWriter<BufWriter<File>>)> {
        let part = PartFile::of(&self.path);
        let mut out = CsvWriter::new(part.create()?);
        let header = self.header.iter().map(String::as_str);
        out.row(header.chain(["line", "fault"])).map_err(|e| self.failed(e))?;
        Ok((part, out))
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::io("write", Path::new(&self.place), source)
    }
}
