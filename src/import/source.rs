//! The source of a table as a UTF-8 stream: a file or bytes, in any encoding.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memchr2;

use super::encoding::{self, CodePage, EncodingGuess, NamedEncoding};
use crate::error::{Error, Result};
use crate::{files, text};

/// A file, or the content of a pipe.
#[derive(Debug, Clone)]
pub(super) enum TextSource {
    File(PathBuf),
    Bytes(Vec<u8>),
}

impl TextSource {
    /// A file; anything else, such as a pipe, is read completely.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let failed = |e| Error::io("read", path, e);
        let about = std::fs::metadata(path).map_err(failed)?;
        Ok(if about.is_file() { Self::File(path.to_owned()) } else { Self::Bytes(files::read(path, MOST_OF_PIPE)?) })
    }

    /// Its first bytes, at most `most`.
    pub(super) fn start(&self, most: usize) -> Result<Vec<u8>> {
        let mut start = vec![0; most];
        let length = fill(&mut raw(self)?, &mut start).map_err(|e| failed(self, e))?;
        start.truncate(length);
        Ok(start)
    }
}

/// A source and its encoding.
#[derive(Debug, Clone)]
pub(super) struct SourceText {
    source: TextSource,
    encoding: TextEncoding,
    mark: usize,
    /// A message about its encoding.
    pub(super) remark: Option<String>,
}

#[derive(Debug, Clone)]
enum TextEncoding {
    Utf8,
    Whole(&'static Encoding),
    /// Each line that is not UTF-8 is decoded with a code page.
    ByLine(Cow<'static, CodePage>),
}

impl SourceText {
    /// Detects the encoding, unless the owner names it: by its byte order mark, else UTF-8 if all of it is valid; else
    /// by its words.
    ///
    /// # Errors
    /// When it cannot be read, or there is no such encoding.
    pub(super) fn of(source: TextSource, named: Option<&str>) -> Result<Self> {
        let start = source.start(4)?;
        let (by_mark, mark) = match Encoding::for_bom(&start) {
            Some((encoding, mark)) => (Some(encoding), mark),
            None if matches!(*start, [a, 0, b, 0] if a != 0 && b != 0) => (Some(UTF_16LE), 0),
            None if matches!(*start, [0, a, 0, b] if a > 31 && b > 31) => (Some(UTF_16BE), 0),
            None => (None, 0),
        };
        let wide = by_mark.filter(|encoding| *encoding != UTF_8);
        let (encoding, remark) = match (wide, named.map(encoding::named).transpose()?) {
            (Some(encoding), _) | (None, Some(NamedEncoding::Whole(encoding))) => (TextEncoding::Whole(encoding), None),
            (None, Some(NamedEncoding::Page(page))) => (TextEncoding::ByLine(page), None),
            (None, None) => by_bytes(&source, mark)?,
        };
        Ok(Self { source, encoding, mark, remark })
    }

    /// The text from its beginning, as UTF-8.
    pub(super) fn stream(&self) -> Result<Box<dyn Read + Send + '_>> {
        let raw = behind(&self.source, self.mark)?;
        Ok(match &self.encoding {
            TextEncoding::Utf8 => raw,
            TextEncoding::Whole(encoding) => Box::new(Decoded {
                raw,
                decoder: encoding.new_decoder_without_bom_handling(),
                bytes: vec![0; CHUNK],
                given: 0..0,
                out: vec![0; 3 * CHUNK + 16],
                taken: 0..0,
                ended: false,
            }),
            TextEncoding::ByLine(page) => Box::new(ByLine {
                lines: Lines { raw: BufReader::with_capacity(CHUNK, raw), previous: 0 },
                page,
                line: Vec::new(),
                taken: 0,
            }),
        })
    }

    /// The whole text.
    pub(super) fn whole(&self) -> Result<String> {
        let mut text = String::new();
        self.stream()?.read_to_string(&mut text).map_err(|e| failed(&self.source, e))?;
        Ok(text)
    }

    /// A machine error while reading.
    pub(super) fn failed(&self, error: io::Error) -> Error {
        failed(&self.source, error)
    }
}

/// The most of what comes through a pipe, in MB.
const MOST_OF_PIPE: u64 = 200;

const CHUNK: usize = 1 << 16;

/// UTF-8 if all of it is valid, else a code page, with a message about it.
fn by_bytes(source: &TextSource, mark: usize) -> Result<(TextEncoding, Option<String>)> {
    let failed = |e| failed(source, e);
    if is_utf8(behind(source, mark)?).map_err(failed)? {
        return Ok((TextEncoding::Utf8, None));
    }
    let found = OtherLines::of(behind(source, mark)?).map_err(failed)?;
    let guess = encoding::guess(&found.lines);
    let remark = found.remark(&guess);
    Ok((TextEncoding::ByLine(guess.page), remark))
}

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

/// The bytes after the byte order mark.
fn behind(source: &TextSource, mark: usize) -> Result<Box<dyn Read + Send + '_>> {
    let mut raw = raw(source)?;
    fill(&mut raw, &mut [0; 4][..mark]).map_err(|e| failed(source, e))?;
    Ok(raw)
}

/// Fills a buffer as far as there is data.
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

/// Whether all of it is valid.
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

/// The lines of a file with their endings; a very long one in parts.
struct Lines<R> {
    raw: BufReader<R>,
    /// The last byte of the previous line.
    previous: u8,
}

/// The longest line that is read in one part.
const LONGEST: usize = 1 << 20;

impl<R: Read> Lines<R> {
    /// Reads the next line; returns whether there was one.
    fn next(&mut self, line: &mut Vec<u8>) -> io::Result<bool> {
        line.clear();
        loop {
            let bytes = self.raw.fill_buf()?;
            let end = memchr2(b'\r', b'\n', bytes).map(|end| end + 1);
            let length = end.unwrap_or(bytes.len());
            line.extend_from_slice(&bytes[..length]);
            self.raw.consume(length);
            if end.is_some() || length == 0 || line.len() > LONGEST {
                return Ok(!line.is_empty());
            }
        }
    }

    /// The same, counting lines: a line feed after a carriage return belongs to the previous line.
    fn next_numbered(&mut self, line: &mut Vec<u8>, number: &mut usize) -> io::Result<bool> {
        let is_next = self.next(line)?;
        *number += usize::from(is_next && !(self.previous == b'\r' && line == b"\n"));
        self.previous = line.last().copied().unwrap_or_default();
        Ok(is_next)
    }
}

/// The lines of a file that are not UTF-8.
#[derive(Default)]
struct OtherLines {
    /// The first of them.
    lines: Vec<Vec<u8>>,
    count: usize,
    /// The number of the first one.
    first: usize,
    /// How many non-ASCII lines are UTF-8.
    utf8: usize,
}

impl OtherLines {
    /// At most this many are examined.
    const MOST: usize = 5_000;
    const MOST_BYTES: usize = 1 << 20;

    fn of(raw: impl Read) -> io::Result<Self> {
        let mut lines = Lines { raw: BufReader::with_capacity(CHUNK, raw), previous: 0 };
        let (mut found, mut line, mut number, mut kept) = (Self::default(), Vec::new(), 0, 0);
        while lines.next_numbered(&mut line, &mut number)? {
            if std::str::from_utf8(&line).is_ok() {
                found.utf8 += usize::from(!line.is_ascii());
                continue;
            }
            found.count += 1;
            if found.count == 1 {
                found.first = number;
            }
            if found.lines.len() < Self::MOST && kept < Self::MOST_BYTES {
                kept += line.len();
                found.lines.push(std::mem::take(&mut line));
            }
        }
        Ok(found)
    }

    /// A message: several encodings in a file, an unusual one, doubt.
    fn remark(&self, guess: &EncodingGuess) -> Option<String> {
        let (title, first) = (guess.page.title, self.first);
        let word = self.lines.first().and_then(|line| encoding::words(line).next()).unwrap_or_default();
        let word = text::quote(&guess.page.decode(word));
        let choose = "use `--encoding NAME` if that is wrong";
        if self.utf8 > 0 {
            return Some(match self.count {
                1 => format!("line {first} is not in UTF-8 like the rest, and read as {title}: {word}"),
                count => {
                    let count = text::thousands(count);
                    format!(
                        "{count} lines are not in UTF-8 like the rest, and read as {title}: the first is line {first} with {word}"
                    )
                }
            });
        }
        if guess.is_silent() {
            return None;
        }
        let read = if guess.is_doubtful { "the encoding is not certain: read as" } else { "the file is read as" };
        Some(format!("{read} {title}, with {word} in line {first}; {choose}"))
    }
}

/// A file read line by line; lines that are not UTF-8 are decoded with a code page.
struct ByLine<'s, R> {
    lines: Lines<R>,
    page: &'s CodePage,
    line: Vec<u8>,
    taken: usize,
}

impl<R: Read> Read for ByLine<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.line.len() {
            self.taken = 0;
            if self.lines.next(&mut self.line)? && std::str::from_utf8(&self.line).is_err() {
                self.line = self.page.decode(&self.line).into_owned().into_bytes();
            }
        }
        let rest = &self.line[self.taken..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.taken += length;
        Ok(length)
    }
}

/// Another encoding, decoded to UTF-8.
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

    fn read(bytes: &[u8], named: Option<&str>) -> (String, Option<String>) {
        let text = SourceText::of(TextSource::Bytes(bytes.to_vec()), named).expect("text");
        (text.whole().expect("text"), text.remark)
    }

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
            wide(u16::to_be_bytes, ""),
            b"M\xfcller;Zo\xeb;\xa35\r\n".to_vec(),
        ] {
            assert_eq!(read(&bytes, None), (text.to_owned(), None));
        }
        let long = "é".repeat(700_000);
        assert_eq!(read(long.as_bytes(), None).0, long);
    }

    #[test]
    fn files_of_old_macs_and_of_dos_are_read_and_said() {
        let list = |name: &[u8], surname: &[u8]| [b"ref,first_name,last_name\rC1,", name, b",", surname].concat();
        for (bytes, title) in
            [(list(b"Jos\x8e", b"Mu\x96oz"), "Mac Roman"), (list(b"Jos\x82", b"Mu\xa4oz"), "MS-DOS (CP850)")]
        {
            let (text, remark) = read(&bytes, None);
            assert_eq!(text, "ref,first_name,last_name\rC1,José,Muñoz");
            assert_eq!(
                remark.expect("said"),
                format!("the file is read as {title}, with `José` in line 2; use `--encoding NAME` if that is wrong")
            );
        }
        let doubtful = read(&list(b"Ann", b"K\x9aln"), None).1.expect("said");
        assert!(doubtful.starts_with("the encoding is not certain"), "{doubtful}");
    }

    #[test]
    fn a_line_in_another_encoding_is_read_by_itself_and_said() {
        for (bytes, text, said) in [
            (
                &b"a\nJos\xc3\xa9\nZo\xeb\n"[..],
                "a\nJosé\nZoë\n",
                "line 3 is not in UTF-8 like the rest, and read as Windows-1252: `Zoë`",
            ),
            (b"\xef\xbb\xbfJos\xc3\xa9\r\nZo\xeb\r\n", "José\r\nZoë\r\n", "line 2 is not"),
            (
                b"Zo\xeb\rRen\xe9e\rJos\xc3\xa9\r",
                "Zoë\rRenée\rJosé\r",
                "2 lines are not in UTF-8 like the rest, and read as Windows-1252: the first is line 1 with `Zoë`",
            ),
        ] {
            let (read, remark) = read(bytes, None);
            assert_eq!(read, text);
            assert!(remark.as_ref().is_some_and(|remark| remark.starts_with(said)), "{remark:?}");
        }
    }

    #[test]
    fn the_owner_names_the_encoding() {
        for (bytes, name, text) in [
            (&b"K\x9aln"[..], "mac", "Köln"),
            (b"K\x94ln", "cp850", "Köln"),
            (b"K\xf6ln", "windows-1252", "Köln"),
            (b"K\xc3\xb6ln", "utf-8", "Köln"),
            (b"\xcb\xe2\xee\xe2", "windows-1251", "Лвов"),
            (b"\x8f\xac\x8e\x71", "shift_jis", "小子"),
        ] {
            assert_eq!(read(bytes, Some(name)), (text.to_owned(), None), "{name}");
        }
        assert!(SourceText::of(TextSource::Bytes(Vec::new()), Some("klingon")).is_err());
    }
}
