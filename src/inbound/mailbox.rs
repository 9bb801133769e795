//! Reads a Maildir, an mbox file or a single message, one message at a time; the folder is never changed.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::message::{Mail, kind_of};
use super::status::plain;
use crate::error::{Error, Result};
use crate::text;

/// At most this much of a message is read: reports come first, and the headers of the returned email soon after.
pub(super) const LONGEST: usize = 256 * 1024;
/// At most this much of a line is read at once.
const PIECE: u64 = 8 * 1024;

/// Reads every message of a mailbox; the result for each is small, however large the message.
///
/// # Errors
/// When there is no such mailbox, it is not one, or it cannot be read.
pub(crate) fn read(path: &Path) -> Result<Vec<Mail>> {
    let mut mails = Vec::new();
    if path.is_dir() {
        for file in maildir(path)? {
            let mut bytes = Vec::new();
            let open = File::open(&file).and_then(|file| file.take(LONGEST as u64).read_to_end(&mut bytes));
            match open {
                Ok(_) => mails.push(mail_of(&shown(&file), &bytes)),
                // A mail program removed it in the meantime.
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => return Err(Error::io("read", &file, e)),
            }
        }
        return Ok(mails);
    }
    let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
    mbox(&mut BufReader::new(file), &mut |number, bytes| {
        mails.push(mail_of(&number.map_or_else(|| shown(path), |n| format!("{}, message {n}", shown(path))), bytes));
    })
    .map_err(|e| Error::io("read", path, e))?;
    Ok(mails)
}

/// Parses a message from its first bytes.
pub(super) fn mail_of(place: &str, bytes: &[u8]) -> Mail {
    let (kind, own_id) = kind_of(bytes);
    let text = bytes.trim_ascii_end();
    let hash = |bytes: &[u8]| Sha256::digest(bytes).to_vec();
    // Copies of a message in other mailboxes may differ in their last byte and line endings; the Message-ID is the
    // same.
    let (hash, older_hash) = match own_id {
        Some(id) => (hash(id.as_bytes()), None),
        None if text.contains(&b'\r') => {
            let lines: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'\r').collect();
            (hash(&lines), Some(hash(text)))
        }
        None => (hash(text), None),
    };
    Mail { place: place.to_owned(), uid: None, hash, older_hash, kind }
}

fn shown(path: &Path) -> String {
    plain(&path.file_name().unwrap_or_default().to_string_lossy())
}

/// The delivered messages of a Maildir, by the time in their names.
fn maildir(folder: &Path) -> Result<Vec<PathBuf>> {
    let parts: Vec<PathBuf> =
        ["new", "cur"].iter().map(|part| folder.join(part)).filter(|part| part.is_dir()).collect();
    if parts.is_empty() {
        let name = folder.display().to_string();
        return Err(Error::new(format!("{} is not a Maildir: it has neither `new` nor `cur`", text::quote(&name)))
            .hint("give the folder of a mailbox, an mbox file or a single message"));
    }
    let mut files = Vec::new();
    for part in parts {
        for entry in std::fs::read_dir(&part).map_err(|e| Error::io("read", &part, e))? {
            let entry = entry.map_err(|e| Error::io("read", &part, e))?;
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            if is_file && !entry.file_name().to_string_lossy().starts_with('.') {
                files.push(entry.path());
            }
        }
    }
    files.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
    Ok(files)
}

/// Splits an mbox into numbered messages; a file that does not begin as one is a single message.
fn mbox(from: &mut impl BufRead, each: &mut impl FnMut(Option<usize>, &[u8])) -> std::io::Result<()> {
    let (mut message, mut piece) = (Vec::new(), Vec::new());
    let (mut number, mut is_mbox) = (0, false);
    let (mut at_start, mut after_blank) = (true, true);
    loop {
        piece.clear();
        if from.by_ref().take(PIECE).read_until(b'\n', &mut piece)? == 0 {
            break;
        }
        if at_start && after_blank && piece.starts_with(b"From ") && (is_mbox || number == 0 && message.is_empty()) {
            if number > 0 {
                each(Some(number), &message);
            }
            message.clear();
            (is_mbox, number, after_blank) = (true, number + 1, false);
            at_start = piece.ends_with(b"\n");
            continue;
        }
        after_blank = at_start && matches!(piece.as_slice(), b"\n" | b"\r\n");
        at_start = piece.ends_with(b"\n");
        let room = LONGEST - message.len().min(LONGEST);
        message.extend_from_slice(&piece[..piece.len().min(room)]);
    }
    if is_mbox {
        each(Some(number), &message);
    } else if !message.is_empty() {
        each(None, &message);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &[u8]) -> Vec<(Option<usize>, String)> {
        let mut found = Vec::new();
        mbox(&mut BufReader::new(text), &mut |n, bytes| found.push((n, String::from_utf8_lossy(bytes).into_owned())))
            .expect("read");
        found
    }

    #[test]
    fn an_mbox_is_cut_at_its_from_lines_alone() {
        let two = b"From a Mon\nSubject: 1\n\nFrom here on\n>From x\nFrom y\n\nFrom b Tue\r\nSubject: 2\r\n\r\nx\r\n";
        let found = cut(two);
        assert_eq!(found.len(), 3, "a line of a text that begins so after an empty one is where every reader cuts");
        assert_eq!(found[0], (Some(1), "Subject: 1\n\n".to_owned()));
        assert_eq!(found[2], (Some(3), "Subject: 2\r\n\r\nx\r\n".to_owned()));
        assert_eq!(cut(b"Subject: 1\n\nFrom b\n"), [(None, "Subject: 1\n\nFrom b\n".to_owned())]);
        assert_eq!(cut(b""), []);
    }

    #[test]
    fn a_message_without_end_takes_no_more_memory_than_others() {
        let long = [b"From a\nSubject: 1\n\n".as_slice(), &vec![b'x'; 3 * LONGEST], b"\n\nFrom b\n\ny"].concat();
        let found = cut(&long);
        assert_eq!((found.len(), found[0].1.len(), found[1].1.as_str()), (2, LONGEST, "\ny"));
    }
}
