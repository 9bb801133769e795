//! Where a table comes from, as a stream of UTF-8: a file or bytes, in whatever encoding they are.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16LE, WINDOWS_1252};

use crate::error::{Error, Result};

/// A file, or what came through a pipe.
#[derive(Debug, Clone)]
pub(super) enum TextSource {
    File(PathBuf),
    Bytes(Vec<u8>),
}

/// A source and how its bytes are to be read.
#[derive(Debug, Clone)]
pub(super) struct SourceText {
    source: TextSource,
    encoding: &'static Encoding,
    mark: usize,
}

impl SourceText {
    /// Opens a file; what is not a plain file, such as a pipe, is read whole.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let failed = |e| Error::io("read", path, e);
        let about = std::fs::metadata(path).map_err(failed)?;
        let source = if about.is_file() {
            TextSource::File(path.to_owned())
        } else {
            TextSource::Bytes(std::fs::read(path).map_err(failed)?)
        };
        Self::of(source)
    }

    /// Finds the encoding: by its mark, else UTF-8 when every byte of it is, else Windows-1252.
    pub(super) fn of(source: TextSource) -> Result<Self> {
        let mut start = [0; 4];
        let length = fill(&mut raw(&source)?, &mut start).map_err(|e| failed(&source, e))?;
        let start = &start[..length];
        let (encoding, mark) = match Encoding::for_bom(start) {
            Some(found) => found,
            None if matches!(start, [a, 0, b, 0] if *a != 0 && *b != 0) => (UTF_16LE, 0),
            None if is_utf8(raw(&source)?).map_err(|e| failed(&source, e))? => (UTF_8, 0),
            None => (WINDOWS_1252, 0),
        };
        Ok(Self { source, encoding, mark })
    }

    /// The text from its beginning, as UTF-8.
    pub(super) fn stream(&self) -> Result<Box<dyn Read + Send + '_>> {
        let mut raw = raw(&self.source)?;
        let mut mark = [0; 4];
        fill(&mut raw, &mut mark[..self.mark]).map_err(|e| failed(&self.source, e))?;
        if self.encoding == UTF_8 && self.mark == 0 {
            return Ok(raw);
        }
        Ok(Box::new(Decoded {
            raw,
            decoder: self.encoding.new_decoder_without_bom_handling(),
            bytes: vec![0; CHUNK],
            given: 0..0,
            out: vec![0; 3 * CHUNK + 16],
            taken: 0..0,
            ended: false,
        }))
    }

    /// The whole text.
    pub(super) fn whole(&self) -> Result<String> {
        let mut text = String::new();
        self.stream()?.read_to_string(&mut text).map_err(|e| failed(&self.source, e))?;
        Ok(text)
    }

    /// A failure of the machine while reading.
    pub(super) fn failed(&self, error: io::Error) -> Error {
        failed(&self.source, error)
    }
}

const CHUNK: usize = 1 << 16;

fn raw(source: &TextSource) -> Result<Box<dyn Read + Send + '_>> {
    Ok(match source {
        TextSource::File(path) => Box::new(File::open(path).map_err(|e| Error::io("read", path, e))?),
        TextSource::Bytes(bytes) => Box::new(Cursor::new(bytes)),
    })
}

fn failed(source: &TextSource, error: io::Error) -> Error {
    match source {
        TextSource::File(path) => Error::io("read", path, error),
        TextSource::Bytes(_) => Error::new("the table cannot be read").because(error),
    }
}

/// Fills a buffer as far as there is something.
fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match from.read(&mut buffer[length..])? {
            0 => break,
            n => length += n,
        }
    }
    Ok(length)
}

/// Whether every byte is part of a character.
fn is_utf8(mut raw: impl Read) -> io::Result<bool> {
    let mut buffer = vec![0; 8 * CHUNK];
    let mut kept = 0;
    loop {
        let read = fill(&mut raw, &mut buffer[kept..])?;
        let end = kept + read;
        match std::str::from_utf8(&buffer[..end]) {
            Ok(_) => kept = 0,
            Err(e) if e.error_len().is_none() && read > 0 => {
                buffer.copy_within(e.valid_up_to()..end, 0);
                kept = end - e.valid_up_to();
            }
            Err(_) => return Ok(false),
        }
        if read == 0 {
            return Ok(true);
        }
    }
}

/// Another encoding, read as UTF-8.
struct Decoded<'s> {
    raw: Box<dyn Read + Send + 's>,
    decoder: Decoder,
    bytes: Vec<u8>,
    given: std::ops::Range<usize>,
    out: Vec<u8>,
    taken: std::ops::Range<usize>,
    ended: bool,
}

impl Read for Decoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken.is_empty() && !self.ended {
            if self.given.is_empty() {
                self.given = 0..self.raw.read(&mut self.bytes)?;
            }
            let last = self.given.is_empty();
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(&self.bytes[self.given.clone()], &mut self.out, last);
            self.given.start += read;
            self.taken = 0..written;
            self.ended = last && result == CoderResult::InputEmpty;
        }
        let length = self.taken.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.out[self.taken.start..self.taken.start + length]);
        self.taken.start += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_becomes_the_same_text() {
        let text = "Müller;Zoë;£5\r\n";
        let wide = |order: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
            format!("{mark}{text}").encode_utf16().flat_map(order).collect()
        };
        for bytes in [
            text.as_bytes().to_vec(),
            format!("\u{feff}{text}").into_bytes(),
            wide(u16::to_le_bytes, "\u{feff}"),
            wide(u16::to_be_bytes, "\u{feff}"),
            wide(u16::to_le_bytes, ""),
            b"M\xfcller;Zo\xeb;\xa35\r\n".to_vec(),
        ] {
            assert_eq!(SourceText::of(TextSource::Bytes(bytes)).and_then(|t| t.whole()).expect("text"), text);
        }
        let long = "é".repeat(700_000);
        assert_eq!(
            SourceText::of(TextSource::Bytes(long.clone().into_bytes())).and_then(|t| t.whole()).expect("text"),
            long
        );
    }
}
