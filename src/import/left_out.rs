//! The rows that an import leaves out, written to a file of their own as they are found, with their faults.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use csv::{StringRecord, Writer, WriterBuilder};

use super::RowProblem;
use crate::error::{Error, Result};
use crate::text;

/// A file for the rows that are left out. It is there only once it is [kept](Self::keep).
#[derive(Debug)]
pub(crate) struct LeftOut {
    /// Within the shop folder.
    place: String,
    path: PathBuf,
    header: Vec<String>,
    out: Mutex<Option<Writer<BufWriter<File>>>>,
}

impl LeftOut {
    /// For the rows of a table with this header, at a place in the shop folder; nothing is written before the first.
    pub(crate) fn new(folder: &Path, place: String, header: &[String]) -> Self {
        Self { path: folder.join(&place), place, header: header.to_vec(), out: Mutex::new(None) }
    }

    /// Writes a row with its line and its faults.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn row(&self, line: usize, cells: &StringRecord, problems: &[RowProblem]) -> Result<()> {
        let mut out = self.out.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if out.is_none() {
            *out = Some(self.begin()?);
        }
        let Some(out) = out.as_mut() else { return Ok(()) };
        let faults: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        let (line, faults) = (line.to_string(), faults.join("; "));
        let row = cells.iter().map(text::inert).chain([line, text::inert(&faults)]);
        out.write_record(row).map_err(|e| self.failed(e))
    }

    /// Keeps what was written; its place, if there was anything.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn keep(&self) -> Result<Option<&str>> {
        let Some(out) = self.out.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take() else {
            return Ok(None);
        };
        let failed = |e| Error::io("write", &self.path, e);
        let file = out.into_inner().map_err(|e| self.failed(e.into_error()))?;
        file.into_inner().map_err(|e| failed(e.into_error()))?.sync_all().map_err(failed)?;
        std::fs::rename(self.part(), &self.path).map_err(failed)?;
        Ok(Some(&self.place))
    }

    fn begin(&self) -> Result<Writer<BufWriter<File>>> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, e))?;
        }
        let file = File::create(self.part()).map_err(|e| Error::io("write", &self.part(), e))?;
        let mut out = WriterBuilder::new().flexible(true).from_writer(BufWriter::new(file));
        let header = self.header.iter().map(|heading| text::inert(heading));
        out.write_record(header.chain(["line".to_owned(), "fault".to_owned()])).map_err(|e| self.failed(e))?;
        Ok(out)
    }

    fn part(&self) -> PathBuf {
        self.path.with_extension("csv.part")
    }

    fn failed(&self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        Error::new(format!("the rows left out could not be written to {}", self.place))
            .hint("see that there is room on the disk")
            .because(source)
    }
}

impl Drop for LeftOut {
    fn drop(&mut self) {
        if self.out.get_mut().is_ok_and(|out| out.take().is_some()) {
            let _ = std::fs::remove_file(self.part());
        }
    }
}
