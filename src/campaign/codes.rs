//! Codes: seven signs that nobody can guess, and one that catches a slip.
//!
//! The signs are Crockford's 32 (crockford.com/base32.html). The eight signs, read as elements of GF(32), are weighted by
//! the powers of a primitive element and must sum to nought: that catches every wrong sign and every swap of two signs.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::{Error, Result};
use crate::words;

const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code as it is kept and shown: `XXXX-XXXX`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(String);

impl Code {
    /// The code of a recipient: the first 35 bits of HMAC-SHA-256(key, campaign, plan, recipient, attempt).
    pub fn make(key: &[u8], campaign: &str, plan: usize, recipient: &str, attempt: u32) -> Self {
        let plan = plan.to_string();
        let digest = keyed(key, &["code", campaign, &plan, recipient, &attempt.to_string()]);
        let bits = digest[..5].iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte)) >> 5;
        let mut signs = [0_u8; 8];
        for (index, sign) in signs[..7].iter_mut().enumerate() {
            *sign = (bits >> (30 - 5 * index) & 31) as u8;
        }
        signs[7] = check_sign(&signs[..7]);
        Self::of(signs)
    }

    fn of(signs: [u8; 8]) -> Self {
        let text: String = signs.iter().map(|sign| char::from(SIGNS[usize::from(*sign)])).collect();
        Self(format!("{}-{}", &text[..4], &text[4..]))
    }

    /// `XXXX-XXXX`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// HMAC-SHA-256 over parts, each with its length before it.
pub(super) fn keyed(key: &[u8], parts: &[&str]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes any key"));
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

/// What makes one piece itself, in 32 hexadecimal digits: HMAC-SHA-256(key, campaign, recipient), and the wave of a reminder.
pub(super) fn piece_key(key: &[u8], campaign: &str, recipient: &str, wave: usize) -> String {
    let number = wave.to_string();
    let parts = ["piece", campaign, recipient, &number];
    keyed(key, if wave == 0 { &parts[..3] } else { &parts }).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a code as somebody types it: any case, spaces and hyphens aside, O for 0, I and L for 1.
///
/// # Errors
/// When it has not eight signs, or the check sign says that one is wrong.
pub fn normalise(typed: &str) -> Result<Code> {
    let wrong = |why: String| {
        Error::new(format!("{} is not a code: {why}", words::quote(typed)))
            .hint("look again at the letter; codes look like 7K3M-9QXA")
    };
    let mut signs = Vec::with_capacity(8);
    for c in typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\u{2013}')) {
        let c = match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let value = SIGNS.iter().position(|sign| char::from(*sign) == c);
        signs.push(
            value
                .and_then(|v| u8::try_from(v).ok())
                .ok_or_else(|| wrong(format!("there is no sign {} in codes", words::quote(&c.to_string()))))?,
        );
    }
    let count = signs.len();
    let signs: [u8; 8] =
        signs.try_into().map_err(|_| wrong(format!("it has {} instead of 8", words::count(count, "sign"))))?;
    if check_sign(&signs[..7]) != signs[7] {
        return Err(wrong("a sign is wrong, or two are swapped".to_owned()));
    }
    Ok(Code::of(signs))
}

/// The eighth sign: with weights a^1 … a^7 and 1, the sum in GF(32) is nought.
fn check_sign(signs: &[u8]) -> u8 {
    let mut weight = 1;
    signs.iter().fold(0, |sum, sign| {
        weight = times(weight, 2);
        sum ^ times(weight, *sign)
    })
}

/// The product in GF(32) = GF(2)[x]/(x^5 + x^2 + 1), in which x (2) is primitive.
fn times(mut one: u8, mut other: u8) -> u8 {
    let mut product = 0;
    while other > 0 {
        if other & 1 == 1 {
            product ^= one;
        }
        one <<= 1;
        if one & 32 != 0 {
            one ^= 0b10_0101;
        }
        other >>= 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let code = Code::make(b"key", "1989", 1, "C-1", 0);
        assert_eq!(code.as_str().len(), 9);
        let shown = code.as_str();
        for typed in [
            shown.to_lowercase(),
            shown.replace('-', " "),
            shown.replace('0', "o").replace('1', "l"),
            format!(" {shown} "),
        ] {
            assert_eq!(normalise(&typed).expect(&typed), code);
        }
        for bad in ["", "ABC", "UUUU-UUUU", "0000-0001", "12345678901"] {
            assert!(normalise(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_key_of_a_piece_stays_and_each_reminder_has_its_own() {
        assert_eq!(piece_key(b"key", "1989", "C-1", 0), "9950a540ccd06bbbce390e51ced1b1e7");
        assert_ne!(piece_key(b"key", "1989", "C-1", 1), piece_key(b"key", "1989", "C-1", 2));
    }

    #[test]
    fn every_wrong_sign_and_every_swap_of_neighbours_is_caught() {
        for n in 0..200 {
            let code = Code::make(b"key", "1989", 1, &format!("C-{n}"), 0);
            let signs: Vec<char> = code.as_str().chars().filter(|c| *c != '-').collect();
            for at in 0..8 {
                for sign in SIGNS.iter().map(|s| char::from(*s)).filter(|s| *s != signs[at]) {
                    let mut wrong = signs.clone();
                    wrong[at] = sign;
                    assert!(normalise(&wrong.iter().collect::<String>()).is_err());
                }
                if at < 7 && signs[at] != signs[at + 1] {
                    let mut swapped = signs.clone();
                    swapped.swap(at, at + 1);
                    assert!(normalise(&swapped.iter().collect::<String>()).is_err());
                }
            }
        }
    }
}
