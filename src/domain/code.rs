//! Codes: seven characters that no one can guess, and a check character.
//!
//! The characters are Crockford's 32 (crockford.com/base32.html). The eight, read as elements of GF(32), are weighted
//! by the powers of a primitive element and must sum to zero: that detects every wrong character and every swap of two.

use super::goods::is_bar_code_of_goods;
use crate::error::{Error, Result};
use crate::text;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// At most this many codes are searched in one text, so that guessing stays slow.
const MOST_WITHIN: usize = 4;

/// Hyphens and dashes; the last three are what a scanner types instead when the keyboard layout is another country's.
fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '_' | '\'' | 'ß')
}

/// The character of the lowest five bits.
pub(crate) fn crockford(bits: u64) -> char {
    char::from(ALPHABET[(bits & 31) as usize])
}

/// A code as stored and displayed: `XXXX-XXXX`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub(crate) struct Code(String);

impl Code {
    /// The code of the lowest 35 bits, seven characters of five, and their check character.
    pub(crate) fn from_bits(bits: u64) -> Self {
        let mut values = [0_u8; 8];
        for (index, value) in values[..7].iter_mut().enumerate() {
            *value = (bits >> (30 - 5 * index) & 31) as u8;
        }
        values[7] = check_value(&values[..7]);
        Self::from_values(values)
    }

    fn from_values(values: [u8; 8]) -> Self {
        let text: String = values.iter().map(|value| crockford((*value).into())).collect();
        Self(format!("{}-{}", &text[..4], &text[4..]))
    }

    /// Reads a typed code: any case, spaces and hyphens ignored, O as 0, I and L as 1.
    ///
    /// # Errors
    /// When it does not have eight characters, or the check character shows an error.
    pub(crate) fn parse(typed: &str) -> Result<Self> {
        let wrong = |why: String| {
            let why = if is_bar_code_of_goods(typed) { "it is the bar code of a product".to_owned() } else { why };
            Error::new(format!("{} is not a code: {why}", text::quote(typed)))
                .hint("check the letter; codes look like 7K3M-9QX5")
        };
        let mut values = Vec::with_capacity(8);
        for c in typed.chars().filter(|c| !c.is_whitespace() && !is_hyphen(*c)) {
            let c = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = ALPHABET.iter().position(|known| char::from(*known) == c);
            values.push(
                value
                    .and_then(|v| u8::try_from(v).ok())
                    .ok_or_else(|| wrong(format!("there is no {} in codes", text::quote(&c.to_string()))))?,
            );
        }
        let count = values.len();
        let values: [u8; 8] =
            values.try_into().map_err(|_| wrong(format!("it has {} instead of 8", text::count(count, "character"))))?;
        if check_value(&values[..7]) != values[7] {
            return Err(wrong("a character is wrong, or two are swapped".to_owned()));
        }
        Ok(Self::from_values(values))
    }

    /// The codes that a text may contain among other characters, as when a scanner types into a field that was not
    /// empty; most likely first. Eight characters in a row count if digits are among letters: phone numbers and words
    /// do not.
    pub(crate) fn within(text: &str) -> Vec<Self> {
        let characters: Vec<char> = text.chars().collect();
        let mut found: Vec<Self> = Vec::new();
        for (length, is_split) in [(9, is_hyphen as fn(char) -> bool), (9, char::is_whitespace), (8, |_| false)] {
            // A scanner types after the existing text.
            for window in characters.windows(length).rev() {
                let is_whole = window
                    .iter()
                    .enumerate()
                    .all(|(at, c)| if length == 9 && at == 4 { is_split(*c) } else { c.is_ascii_alphanumeric() });
                let has = |is: fn(&char) -> bool| window.iter().any(is);
                let is_mixed = has(char::is_ascii_digit) && has(char::is_ascii_alphabetic);
                if !is_whole || !(is_mixed || is_hyphen(window[4])) {
                    continue;
                }
                let code = Self::parse(&window.iter().collect::<String>()).ok();
                found.extend(code.filter(|code| !found.contains(code)));
            }
        }
        found.truncate(MOST_WITHIN);
        found
    }

    /// `XXXX-XXXX`.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The eighth value: with weights a^1 … a^7 and 1, the sum in GF(32) is zero.
fn check_value(values: &[u8]) -> u8 {
    let mut weight = 1;
    values.iter().fold(0, |sum, value| {
        weight = times(weight, 2);
        sum ^ times(weight, *value)
    })
}

/// The product in GF(32) = `GF(2)[x]/(x^5 + x^2 + 1)`, in which x (2) is primitive.
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
        let code = Code::from_bits(0x0123_4567_89AB);
        assert_eq!(code.as_str().len(), 9);
        let shown = code.as_str();
        for typed in [
            shown.to_lowercase(),
            shown.replace('-', " "),
            shown.replace('0', "o").replace('1', "l"),
            format!(" {shown} "),
        ] {
            assert_eq!(Code::parse(&typed).expect(&typed), code);
        }
        assert!(Code::parse("7K3M-9QX5").is_ok(), "the example of the hint");
        for bad in ["", "ABC", "UUUU-UUUU", "0000-0001", "12345678901"] {
            assert!(Code::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_code_is_found_beside_whatever_stood_in_the_field() {
        let code = Code::parse("7ZXC-71S3").expect("a code");
        for typed in [
            "smi7ZXC-71S3",
            "7ZXC-71S37ZXC-71S3",
            "7zxc-71s3smith",
            "412.507ZXC-71S3",
            "412,50 7ZXC71S3",
            "7ZXC71S37ZXC71S3",
            "https://shop.example/l?c=7ZXC-71S3&x=1",
            "https://shop.example/7ZXC71S3",
            "Smith 7ZXC 71S3",
            "no. 12\n7zxc\u{2011}71s3\r\n",
        ] {
            assert_eq!(Code::within(typed).first(), Some(&code), "{typed}");
        }
        for typed in
            ["12345678", "+1 650 555 0123", "6505550123", "Catherine Smyth", "BARTHOLOMEW", "94301-1234", "", "é"]
        {
            assert_eq!(Code::within(typed), Vec::new(), "{typed}");
        }
        assert!(Code::within(&"7ZXC-71S4 A2B3C4D5E6F7".repeat(40)).len() <= MOST_WITHIN);
    }

    #[test]
    fn every_wrong_character_and_every_swap_of_neighbours_is_caught() {
        for n in 0..200_u64 {
            let code = Code::from_bits(n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let characters: Vec<char> = code.as_str().chars().filter(|c| *c != '-').collect();
            for at in 0..8 {
                for other in ALPHABET.iter().map(|c| char::from(*c)).filter(|c| *c != characters[at]) {
                    let mut wrong = characters.clone();
                    wrong[at] = other;
                    assert!(Code::parse(&wrong.iter().collect::<String>()).is_err());
                }
                if at < 7 && characters[at] != characters[at + 1] {
                    let mut swapped = characters.clone();
                    swapped.swap(at, at + 1);
                    assert!(Code::parse(&swapped.iter().collect::<String>()).is_err());
                }
            }
        }
    }
}
