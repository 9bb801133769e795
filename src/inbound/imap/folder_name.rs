//! Folder names in the protocol: modified UTF-7 (RFC 3501, 5.1.3), in quotes.

use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

const MUTF7: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

/// `Entwürfe` as `Entw&APw-rfe`.
pub(super) fn encoded(name: &str) -> String {
    let (mut out, mut run) = (String::new(), Vec::new());
    for c in name.chars() {
        if !(' '..='~').contains(&c) {
            let mut units = [0; 2];
            run.extend(c.encode_utf16(&mut units).iter().flat_map(|unit| unit.to_be_bytes()));
            continue;
        }
        end_run(&mut out, &mut run);
        out.push(c);
        out.push_str(if c == '&' { "-" } else { "" });
    }
    end_run(&mut out, &mut run);
    out
}

fn end_run(out: &mut String, run: &mut Vec<u8>) {
    if !run.is_empty() {
        out.push('&');
        MUTF7.encode_string(&*run, out);
        out.push('-');
        run.clear();
    }
}

/// `Entw&APw-rfe` as `Entwürfe`; an invalid name is returned unchanged.
pub(super) fn decoded(name: &str) -> String {
    let (mut out, mut rest) = (String::new(), name);
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let Some((run, next)) = after.split_once('-') else { return name.to_owned() };
        if run.is_empty() {
            out.push('&');
        } else {
            let bytes = MUTF7.decode(run).unwrap_or_default();
            let units = bytes.chunks_exact(2).map(|two| u16::from_be_bytes([two[0], two[1]]));
            match String::from_utf16(&units.collect::<Vec<_>>()) {
                Ok(text) if !text.is_empty() => out.push_str(&text),
                _ => return name.to_owned(),
            }
        }
        rest = next;
    }
    out + rest
}

/// A text as a quoted string.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_over_the_wire_and_come_back() {
        for (name, wire) in [
            ("INBOX", "INBOX"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("Gelöschte Objekte", "Gel&APY-schte Objekte"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("Входящие", "&BBIERQQ+BDQETwRJBDgENQ-"),
            ("Q&A", "Q&-A"),
            ("😀", "&2D3eAA-"),
        ] {
            assert_eq!((encoded(name).as_str(), decoded(wire).as_str()), (wire, name));
        }
        for wrong in ["a&b", "&AP-", "&!!-", "&2D0-"] {
            assert_eq!(decoded(wrong), wrong);
        }
        assert_eq!(quoted(r#"a"b\c"#), r#""a\"b\\c""#);
    }
}
