//! A customer's reference as part of a file name.

use sha2::{Digest, Sha256};

/// A reference as part of a file name. Capitals, digits and hyphens are unchanged; other letters are kept and the rest
/// becomes `_XX`, and since names that differ only in case, or only at their end, may be the same on a disk, eight
/// characters of a hash follow. No two references have the same name, and none is a name reserved by Windows.
pub(crate) fn file_name(reference: &str) -> String {
    const LONGEST: usize = 80;
    const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "COM", "LPT"];
    let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
    let is_device = DEVICES.contains(&reference.trim_end_matches(|c: char| c.is_ascii_digit()));
    if !reference.is_empty() && reference.len() <= LONGEST && reference.bytes().all(is_plain) && !is_device {
        return reference.to_owned();
    }
    let mut name = String::new();
    for byte in reference.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => name.push(char::from(byte)),
            other => name.push_str(&format!("_{other:02X}")),
        }
    }
    name.truncate(LONGEST);
    let hash = Sha256::digest(reference.as_bytes());
    hash[..4].iter().fold(name + "_", |name, byte| name + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_references_share_a_file_and_none_is_a_device() {
        let long = "A".repeat(200);
        let longer = format!("{long}B");
        let references =
            ["C-17", "c-17", "C_17", "C/17", "CON", "con", "LPT1", "NUL", "", ".", "..", "ä", "Ä", " ", &long, &longer];
        let names: BTreeSet<String> = references.iter().map(|r| file_name(r).to_lowercase()).collect();
        assert_eq!(names.len(), references.len(), "{names:?}");
        for name in &names {
            assert!(
                name.len() < 100 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)),
                "{name}"
            );
            assert!(!["con", "nul", "lpt1", "aux"].contains(&name.as_str()));
        }
        assert_eq!(file_name("C-17"), "C-17");
    }
}
