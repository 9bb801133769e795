//! The PDF file as it grows: pages are written as they come and not kept; what they share stands at the end.

use std::io::{self, BufWriter, Write};

use super::{Book, ROOT};
use crate::error::{Error, ErrorKind, Result};
use crate::letter::pdf;

/// A file to which pages are added.
pub(crate) struct Binder<W: Write> {
    out: BufWriter<W>,
    /// How many bytes are written.
    at: u64,
    /// Where each object of the pages begins: content and page in turn.
    offsets: Vec<u64>,
    /// The size of the first sheet, in points: another is written only where it differs.
    usual: Option<(f32, f32)>,
}

impl<W: Write> Binder<W> {
    /// A file without a page yet; nothing is written before the first.
    pub(crate) fn new(out: W) -> Self {
        Self { out: BufWriter::with_capacity(1 << 16, out), at: 0, offsets: Vec::new(), usual: None }
    }

    /// How many pages the file has.
    pub(crate) fn pages(&self) -> usize {
        self.offsets.len() / 2
    }

    /// Adds a page: its deflated content, and the size of its sheet.
    pub(crate) fn page(&mut self, content: &[u8], size: (f32, f32)) -> Result<()> {
        if self.usual.is_none() {
            // Four bytes above 127 mark the file as binary.
            self.put(b"%PDF-1.7\n%\xbb\xad\xc0\xde\n")?;
        }
        let usual = *self.usual.get_or_insert(size);
        let number = self.next();
        self.offsets.push(self.at);
        self.put(format!("{number} 0 obj\n<</Filter/FlateDecode/Length {}>>stream\n", content.len()).as_bytes())?;
        self.put(content)?;
        self.put(b"\nendstream\nendobj\n")?;
        self.offsets.push(self.at);
        let size = if size == usual { String::new() } else { format!("/MediaBox{}", sheet(size)) };
        let page = number + 1;
        let page = format!("{page} 0 obj\n<</Type/Page/Parent {ROOT} 0 R/Contents {number} 0 R{size}>>\nendobj\n");
        self.put(page.as_bytes())
    }

    /// Writes what the pages share, and ends the file.
    pub(crate) fn finish(mut self, book: &Book<'_>) -> Result<()> {
        let (mut shared, resources) = pdf::shared(book, self.next())?;
        let mut saved = Vec::new();
        shared.save_to(&mut saved).map_err(failed)?;
        let saved =
            Saved::read(&saved).ok_or_else(|| Error::of(ErrorKind::Machine, "the PDF file could not be ended"))?;
        let begins = self.at;
        self.put(saved.objects)?;
        let root = self.at;
        let usual = self.usual.unwrap_or((612.0, 792.0));
        let pages = self.pages();
        let tree = format!(
            "{ROOT} 0 obj\n<</Type/Pages/Count {pages}/MediaBox{}/Resources {} 0 R/Kids[",
            sheet(usual),
            resources.0
        );
        self.put(tree.as_bytes())?;
        for page in 0..pages {
            self.put(format!("{} 0 R ", 2 * page + 3).as_bytes())?;
        }
        self.put(b"]>>\nendobj\n")?;
        let table = self.at;
        let count = 2 + self.offsets.len() + saved.offsets.len();
        self.put(format!("xref\n0 {count}\n0000000000 65535 f \n{root:010} 00000 n \n").as_bytes())?;
        let offsets = std::mem::take(&mut self.offsets);
        for offset in offsets.into_iter().chain(saved.offsets.iter().map(|offset| begins + offset)) {
            self.put(format!("{offset:010} 00000 n \n").as_bytes())?;
        }
        self.put(saved.trailer)?;
        self.put(format!("\nstartxref\n{table}\n%%EOF\n").as_bytes())?;
        self.out.flush().map_err(failed)
    }

    /// The number of the next object.
    fn next(&self) -> u32 {
        ROOT + 1 + u32::try_from(self.offsets.len()).unwrap_or(u32::MAX - 1)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.at += bytes.len() as u64;
        self.out.write_all(bytes).map_err(failed)
    }
}

/// A rectangle from the left bottom corner, as PDF writes it.
fn sheet((width, height): (f32, f32)) -> String {
    format!("[0 0 {width} {height}]")
}

fn failed(fault: io::Error) -> Error {
    Error::cannot("write the letters", fault)
}

/// A small document as `lopdf` saves it, taken apart.
struct Saved<'a> {
    /// All its objects, by ascending numbers without a gap.
    objects: &'a [u8],
    /// Where each begins within them.
    offsets: Vec<u64>,
    /// From the word `trailer` to the end of its dictionary.
    trailer: &'a [u8],
}

impl<'a> Saved<'a> {
    fn read(file: &'a [u8]) -> Option<Self> {
        let tail = memchr::memmem::rfind(file, b"startxref\n")?;
        let digits = file.get(tail + 10..)?.split(|byte| !byte.is_ascii_digit()).next()?;
        let table: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
        let trailer = table + memchr::memmem::find(file.get(table..)?, b"trailer\n")?;
        let entries = std::str::from_utf8(file.get(table..trailer)?).ok()?;
        let used =
            entries.lines().filter_map(|line| line.trim_end().strip_suffix(" n")?.split(' ').next()?.parse().ok());
        let offsets: Vec<u64> = used.collect();
        let first = *offsets.first()?;
        Some(Self {
            objects: file.get(usize::try_from(first).ok()?..table)?,
            offsets: offsets.into_iter().map(|offset| offset - first).collect(),
            trailer: file.get(trailer..tail)?.trim_ascii_end(),
        })
    }
}
