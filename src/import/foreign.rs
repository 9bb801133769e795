//! Detects files that are not text, by their first bytes, whatever their name.

use crate::error::Error;

/// The type of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    Text,
    /// A zip archive, as most workbooks are.
    Archive,
    /// A Microsoft container, as older workbooks are.
    Compound,
    /// Something else, as in "this is a PDF".
    Other(&'static str),
}

/// Bytes that identify a type, with their offset.
const MARKS: [(usize, &[u8], FileKind); 23] = [
    (0, b"PK\x03\x04", FileKind::Archive),
    (0, b"PK\x05\x06", FileKind::Archive),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind::Compound),
    (0, b"%PDF", FileKind::Other("a PDF")),
    (0, b"\xff\xd8\xff", FileKind::Other("a picture (JPEG)")),
    (0, b"\x89PNG", FileKind::Other("a picture (PNG)")),
    (0, b"GIF8", FileKind::Other("a picture (GIF)")),
    (0, b"II*\0", FileKind::Other("a picture (TIFF)")),
    (0, b"MM\0*", FileKind::Other("a picture (TIFF)")),
    (4, b"ftyphei", FileKind::Other("a picture (HEIC)")),
    (8, b"WEBP", FileKind::Other("a picture (WebP)")),
    (4, b"ftyp", FileKind::Other("a film")),
    (0, b"\x1f\x8b", FileKind::Other("a compressed file (gzip)")),
    (0, b"BZh", FileKind::Other("a compressed file (bzip2)")),
    (0, b"\xfd7zXZ", FileKind::Other("a compressed file (xz)")),
    (0, b"7z\xbc\xaf", FileKind::Other("a compressed folder (7z)")),
    (0, b"Rar!", FileKind::Other("a compressed folder (RAR)")),
    (0, b"{\\rtf", FileKind::Other("a text document (RTF)")),
    (0, b"SQLite format 3", FileKind::Other("a database (SQLite)")),
    (4, b"Standard Jet DB", FileKind::Other("a database (Access)")),
    (4, b"Standard ACE DB", FileKind::Other("a database (Access)")),
    (0, b"bplist", FileKind::Other("a settings file of a Mac")),
    (0, b"\x7fELF", FileKind::Other("a program")),
];

/// The beginnings of texts that are not tables, in lowercase.
const WORDS: [(&str, &str); 11] = [
    ("<!doctype html", "a web page"),
    ("<html", "a web page"),
    ("<table", "a web page"),
    ("<head", "a web page"),
    ("<body", "a web page"),
    ("<meta", "a web page"),
    ("mime-version:", "a web page saved in one file"),
    ("<?mso-application", "a workbook in XML"),
    ("<?xml", "an XML file"),
    ("insert into", "a dump of a database"),
    ("create table", "a dump of a database"),
];

/// The number of bytes that are enough.
pub(super) const START: usize = 4096;

/// The type of a file, by its start.
pub(super) fn kind_of(start: &[u8]) -> FileKind {
    let is_there = |(at, mark, _): &&(usize, &[u8], FileKind)| start.get(*at..).is_some_and(|b| b.starts_with(mark));
    if let Some((_, _, kind)) = MARKS.iter().find(is_there) {
        return *kind;
    }
    let text = String::from_utf8_lossy(start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start)).to_lowercase();
    let text = text.trim_start();
    if let Some((_, name)) = WORDS.iter().find(|(word, _)| text.starts_with(word)) {
        let of_page = text.contains("<html") || text.contains("<table");
        return FileKind::Other(match *name {
            "an XML file" if text.contains("office:spreadsheet") => "a workbook in XML",
            "an XML file" if of_page => "a web page",
            name => name,
        });
    }
    let is_json = text.starts_with(['{', '[']) && text[1..].trim_start().starts_with(['"', '{', '}', ']']);
    if is_json { FileKind::Other("a JSON file") } else { FileKind::Text }
}

/// The error for an unsupported type.
pub(super) fn refusal(what: &str) -> Error {
    let hint = match what {
        what if what.starts_with("a web page") || what.starts_with("a workbook") => {
            "open it in a spreadsheet program and save it as CSV or .xlsx"
        }
        what if what.starts_with("a compressed") => "unpack it, and import the file that is in it",
        what if what.starts_with("a database") || what.starts_with("a dump") => "export the table from it as CSV",
        _ => "export the list again as CSV or as a workbook (.xlsx, .ods)",
    };
    Error::new(format!("this is {what}, not a table")).hint(hint)
}

/// The type of an archive that is not a workbook, by the lowercase names of its entries.
pub(super) fn archive(names: &[String]) -> &'static str {
    let has = |start: &str| names.iter().any(|name| name.starts_with(start));
    if has("word/") {
        "a text document (Word)"
    } else if has("ppt/") {
        "a presentation (PowerPoint)"
    } else if has("index/") || has("index.zip") {
        "a document of Apple's Numbers, Pages or Keynote"
    } else if has("meta-inf/container.xml") {
        "an e-book"
    } else if has("content.xml") {
        "a text document (OpenDocument)"
    } else {
        "a compressed folder (zip)"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_what_is_in_them() {
        for (start, kind) in [
            (&b"ref,first_name\n"[..], FileKind::Text),
            (b"BEGIN:VCARD\n", FileKind::Text),
            (b"Jos\x8e", FileKind::Text),
            (b"[Customers]\nref,name\n", FileKind::Text),
            (b"PK\x03\x04\x14", FileKind::Archive),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind::Compound),
            (b"%PDF-1.7", FileKind::Other("a PDF")),
            (b"\xff\xd8\xff\xe0", FileKind::Other("a picture (JPEG)")),
            (b"\0\0\0\x18ftypheic", FileKind::Other("a picture (HEIC)")),
            (b"\xef\xbb\xbf\n<HTML><table>", FileKind::Other("a web page")),
            (b"<?xml version=\"1.0\"?><html xmlns=\"x\">", FileKind::Other("a web page")),
            (
                b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">",
                FileKind::Other("a workbook in XML"),
            ),
            (b"{\"customers\": []}", FileKind::Other("a JSON file")),
            (b"[{\"ref\": 1}]", FileKind::Other("a JSON file")),
            (b"SQLite format 3\0", FileKind::Other("a database (SQLite)")),
        ] {
            assert_eq!(kind_of(start), kind, "{}", String::from_utf8_lossy(start));
        }
    }
}
