//! Colors of rules and headings.

use crate::error::{Error, Result};
use crate::text;

/// A color by its red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

/// The colors that have a name: dark enough to be read on white paper.
const NAMED: [(&str, Colour); 8] = [
    ("black", Colour([0, 0, 0])),
    ("grey", Colour([0x59, 0x59, 0x59])),
    ("red", Colour([0xa8, 0x1e, 0x22])),
    ("burgundy", Colour([0x6e, 0x1a, 0x2e])),
    ("brown", Colour([0x6b, 0x42, 0x26])),
    ("green", Colour([0x1d, 0x5c, 0x3a])),
    ("blue", Colour([0x1f, 0x4e, 0x8c])),
    ("navy", Colour([0x1b, 0x2a, 0x52])),
];

impl Colour {
    /// The color of a name or of `#rrggbb`, in whatever case; nothing for black, in which all is set anyway.
    pub(crate) fn called(name: &str) -> Result<Option<Self>> {
        let typed = name.trim().to_lowercase();
        let named = NAMED.iter().find(|(name, _)| *name == typed || (*name == "grey" && typed == "gray"));
        let colour = named.map(|(_, colour)| *colour).or_else(|| Self::of_digits(typed.strip_prefix('#')?));
        let colour = colour.ok_or_else(|| {
            let names = NAMED.map(|(name, _)| name);
            let hint = match text::nearest(&typed, names) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("write `#rrggbb`, or take {}", text::alternatives(&names)),
            };
            Error::new(format!("{} is not a color", text::quote(name))).hint(hint)
        })?;
        Ok(Some(colour).filter(|colour| colour.0 != [0, 0, 0]))
    }

    /// The color as `#rrggbb`.
    pub(crate) fn digits(self) -> String {
        let [red, green, blue] = self.0;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// The color of six hexadecimal digits.
    fn of_digits(digits: &str) -> Option<Self> {
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 6 && !digits.starts_with('+'))?;
        let [_, red, green, blue] = number.to_be_bytes();
        Some(Self([red, green, blue]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_digits_are_read_and_others_answered() {
        for (typed, expected) in [
            ("#1B2a52", Some([0x1b, 0x2a, 0x52])),
            ("Navy", Some([0x1b, 0x2a, 0x52])),
            (" gray ", Some([0x59, 0x59, 0x59])),
            ("black", None),
            ("#000000", None),
        ] {
            assert_eq!(Colour::called(typed).ok(), Some(expected.map(Colour)), "{typed}");
        }
        for (typed, hint) in [
            ("gren", "did you mean `gre"),
            ("navvy", "did you mean `navy`?"),
            ("#12345", "write `#rrggbb`, or take black, "),
            ("#+12345", "write `#rrggbb`, or take black, "),
            ("#12345g", "write `#rrggbb`, or take black, "),
            ("1b2a52", "write `#rrggbb`, or take black, "),
        ] {
            let fault = Colour::called(typed).expect_err(typed);
            assert!(fault.what_next().is_some_and(|found| found.starts_with(hint)), "{typed}: {fault:?}");
        }
    }
}
