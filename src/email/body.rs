//! Encodes a text as the body of a part: unencoded where the old rules of mail allow that, otherwise quoted-printable,
//! or base64 where most of it would be quoted.
//!
//! lettre and the `quoted_printable` crate do the same in several passes over every character, which is slower, and
//! keep a line of 76 characters that is broken here: the bytes of an email must stay the same in every version.

use lettre::message::Body;
use lettre::message::header::ContentTransferEncoding;

/// The longest line in bytes, without its end: unencoded (RFC 5322), and in quoted-printable before the `=` that breaks
/// it.
const LONGEST: usize = 998;
const QUOTED: usize = 75;

/// The body of a text whose lines end in `\n`.
pub(super) fn of(text: String) -> Body {
    if let Some(lines) = as_it_is(&text) {
        return Body::dangerous_pre_encoded(lines, ContentTransferEncoding::SevenBit);
    }
    if text.bytes().filter(|byte| !byte.is_ascii()).count() > text.len() / 6 {
        return Body::new(text);
    }
    Body::dangerous_pre_encoded(quoted(&text), ContentTransferEncoding::QuotedPrintable)
}

/// The text with mail line endings, if it is ASCII and its lines are short enough.
fn as_it_is(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() + text.len() / 16);
    let mut begins = 0;
    for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
        let line = &text.as_bytes()[begins..end];
        if line.len() > LONGEST {
            return None;
        }
        out.extend_from_slice(line);
        if end < text.len() {
            out.extend_from_slice(b"\r\n");
        }
        begins = end + 1;
    }
    Some(out)
}

/// Quoted-printable (RFC 2045, 6.7).
fn quoted(text: &str) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\t') && byte != b'=';
    let mut out = Vec::with_capacity(text.len() + text.len() / 4);
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\r\n");
        }
        let (mut rest, mut room) = (line.as_bytes(), QUOTED);
        while let Some(&last) = rest.last() {
            let mut plain = rest.iter().take(room).take_while(|&&byte| is_plain(byte)).count();
            if plain == rest.len() && matches!(last, b' ' | b'\t') {
                plain -= 1;
            }
            out.extend_from_slice(&rest[..plain]);
            (rest, room) = (&rest[plain..], room - plain);
            match rest.split_first() {
                Some((&byte, after)) if room >= 3 => {
                    out.extend([b'=', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
                    (rest, room) = (after, room - 3);
                }
                Some(_) => {
                    out.extend_from_slice(b"=\r\n");
                    room = QUOTED;
                }
                None => {}
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back_as_it_was() {
        let long = "so long a line, with a = in it, ".repeat(40);
        let texts = ["", "a\nb\n", "é = \t\n \n\nends in a blank ", &long, "naïve ", &"ü".repeat(100)];
        for text in texts.map(str::to_owned).into_iter().chain((70..80).map(|n| "x".repeat(n) + "=é \ny")) {
            let quoted = quoted(&text);
            let lines = String::from_utf8(quoted.clone()).expect("ascii");
            let is_short = |line: &str| line.len() <= 76 && !line.ends_with([' ', '\t']);
            assert!(lines.is_ascii() && lines.split("\r\n").all(is_short), "{lines}");
            let decoded = unquoted(&lines);
            assert_eq!(decoded, text.replace('\n', "\r\n"), "{lines}");
        }
    }

    fn unquoted(text: &str) -> String {
        let joined = text.replace("=\r\n", "");
        let mut parts = joined.split('=');
        let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
        for part in parts {
            bytes.push(u8::from_str_radix(&part[..2], 16).expect("two digits"));
            bytes.extend_from_slice(&part.as_bytes()[2..]);
        }
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn the_encoding_is_the_one_that_suits() {
        let encoding = |text: &str| of(text.to_owned()).encoding();
        assert_eq!(encoding("plain\n"), ContentTransferEncoding::SevenBit);
        assert_eq!(encoding(&"x".repeat(999)), ContentTransferEncoding::QuotedPrintable);
        assert_eq!(encoding("Grüße aus der Stadt"), ContentTransferEncoding::QuotedPrintable);
        assert_eq!(encoding("こんにちは"), ContentTransferEncoding::Base64);
    }
}
