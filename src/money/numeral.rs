//! A number as written: its sign, its units, its digits, and the meaning of its separators. Whether a unit is a
//! currency and a separator is for thousands is decided by code that has the currency and the column.

use crate::error::{Error, Result};
use crate::text;

/// The separator before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DecimalSeparator {
    /// `1,149.00`.
    Point,
    /// `1.149,00`.
    Comma,
}

impl std::str::FromStr for DecimalSeparator {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "point" => Ok(Self::Point),
            "comma" => Ok(Self::Comma),
            _ => Err(Error::new(format!("{} is not a decimal separator", text::quote(text)))
                .hint("write `point` for 1,149.00 or `comma` for 1.149,00")),
        }
    }
}

/// Where the decimals of a number begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    /// This many digits are decimals; with the separator that the number shows for them, if any.
    Settled(u32, Option<DecimalSeparator>),
    /// The last three digits are decimals or thousands: `1.149`, `1,149`.
    InDoubt(DecimalSeparator),
}

/// One number of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numeral {
    /// The text before and after it, without spaces: `$`, `EUR`, or empty.
    pub(super) units: [String; 2],
    /// All its digits, decimals last, with its sign.
    pub(super) mantissa: i128,
    pub(super) scale: Scale,
    /// Its thousands are separated as in India: `1,23,456`.
    pub(super) is_indian: bool,
    /// A dash after it, which is a minus after decimals; after a whole number it may replace the cents: `¥500-`.
    pub(super) ends_in_dash: bool,
}

/// Why a text is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumeralFault {
    NotOneNumber,
    TooManyDigits,
}

/// At most this many digits are read; no amount has more.
const MOST_DIGITS: usize = 18;

/// A separator between two digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    Point,
    Comma,
    /// A space or an apostrophe: for thousands only.
    Space,
    Apostrophe,
    /// The Arabic decimal separator.
    Arabic,
}

impl Separator {
    fn of(c: char) -> Option<Self> {
        match c {
            '.' => Some(Self::Point),
            ',' => Some(Self::Comma),
            ' ' => Some(Self::Space),
            '\'' => Some(Self::Apostrophe),
            '\u{66b}' => Some(Self::Arabic),
            _ => None,
        }
    }

    fn as_decimal(self) -> Option<DecimalSeparator> {
        match self {
            Self::Point => Some(DecimalSeparator::Point),
            Self::Comma => Some(DecimalSeparator::Comma),
            _ => None,
        }
    }

    fn may_be_decimal(self) -> bool {
        matches!(self, Self::Point | Self::Comma | Self::Arabic)
    }
}

impl Numeral {
    /// Parses `612.40`, `1.149,00 €`, `($33.62)`, `5-`, `Fr. 12.–`, `1’234.50`, `12:-`, in the digits of several
    /// scripts.
    pub(super) fn of(text: &str) -> std::result::Result<Self, NumeralFault> {
        let text: String = text.chars().filter_map(usual).collect();
        let (first, last) = (text.find(is_digit), text.rfind(is_digit));
        let (Some(first), Some(last)) = (first, last) else { return Err(NumeralFault::NotOneNumber) };
        let (head, body, tail) = (&text[..first], &text[first..=last], &text[last + 1..]);
        Self::of_parts(head, body, tail).ok_or(NumeralFault::NotOneNumber)?
    }

    fn of_parts(head: &str, body: &str, tail: &str) -> Option<std::result::Result<Self, NumeralFault>> {
        let (head, leading) = leading_separator(head);
        let (tail, ending) = ending(tail)?;
        let groups = Groups::of(body)?;
        let (scale, is_indian) = match (leading, ending) {
            (Some(separator), None) if groups.separators.is_empty() => {
                (Scale::Settled(u32::try_from(groups.first).ok()?, separator.as_decimal()), false)
            }
            (Some(_), _) => return None,
            (None, Some((separator, no_cents))) => {
                let grouping = groups.separators.first().map(|(separator, _)| *separator);
                // `1.234.` may be the end of a sentence; `1.234.–` is not.
                if !no_cents && grouping.is_some_and(|grouping| Some(grouping) == separator) {
                    return None;
                }
                let is_indian = groups.are_thousands(&groups.separators)?;
                (Scale::Settled(0, separator.and_then(Separator::as_decimal)), is_indian)
            }
            (None, None) => groups.scale()?,
        };
        let (before, after) = (Around::of(head, true)?, Around::of(tail, false)?);
        let (opened, closed) = (before.parentheses, after.parentheses);
        // `12, -` may be twelve or minus twelve.
        let is_cut_off = matches!(ending, Some((_, false))) && after.minuses > 0;
        if opened != closed || before.minuses + after.minuses + opened > 1 || is_cut_off {
            return None;
        }
        let digits: String = body.chars().filter(|c| is_digit(*c)).collect();
        let digits = digits.trim_start_matches('0');
        if digits.len() > MOST_DIGITS {
            return Some(Err(NumeralFault::TooManyDigits));
        }
        let mantissa: i128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
        let is_negative = before.minuses + after.minuses + opened == 1;
        Some(Ok(Self {
            units: [before.unit, after.unit],
            mantissa: if is_negative { -mantissa } else { mantissa },
            scale,
            is_indian,
            ends_in_dash: after.minuses == 1,
        }))
    }
}

/// The digits of a number, grouped by its separators.
struct Groups<'t> {
    body: &'t str,
    /// How many digits are before the first separator.
    first: usize,
    /// Each separator, and how many digits follow it.
    separators: Vec<(Separator, usize)>,
}

impl<'t> Groups<'t> {
    /// None when there are two separators in a row, or something else between digits.
    fn of(body: &'t str) -> Option<Self> {
        let (mut first, mut separators): (usize, Vec<(Separator, usize)>) = (0, Vec::new());
        let mut before_was_digit = false;
        for c in body.chars() {
            if is_digit(c) {
                match separators.last_mut() {
                    Some((_, count)) => *count += 1,
                    None => first += 1,
                }
            } else {
                let separator = Separator::of(c).filter(|_| before_was_digit)?;
                separators.push((separator, 0));
            }
            before_was_digit = is_digit(c);
        }
        Some(Self { body, first, separators })
    }

    /// Whether these separators are for thousands, and if so whether in the Indian style; none when they are not.
    fn are_thousands(&self, separators: &[(Separator, usize)]) -> Option<bool> {
        let Some(((separator, last), before)) = separators.split_last() else { return Some(false) };
        let alike = *separator != Separator::Arabic && before.iter().all(|(other, _)| other == separator);
        if !alike || *last != 3 || self.body.starts_with('0') {
            return None;
        }
        let all = |digits: usize| before.iter().all(|(_, count)| *count == digits);
        if self.first <= 3 && all(3) {
            return Some(false);
        }
        (*separator == Separator::Comma && self.first <= 2 && all(2)).then_some(true)
    }

    /// Where the decimals begin, and whether the thousands are in the Indian style.
    fn scale(&self) -> Option<(Scale, bool)> {
        let Some(((last, behind), before)) = self.separators.split_last() else {
            return Some((Scale::Settled(0, None), false));
        };
        let is_alone = before.iter().all(|(separator, _)| separator != last);
        let decimals = || Some(Scale::Settled(u32::try_from(*behind).ok()?, last.as_decimal()));
        if !last.may_be_decimal() || !is_alone {
            let is_indian = self.are_thousands(&self.separators)?;
            let shown = last.as_decimal().map(|separator| match separator {
                DecimalSeparator::Point => DecimalSeparator::Comma,
                DecimalSeparator::Comma => DecimalSeparator::Point,
            });
            return Some((Scale::Settled(0, shown), is_indian));
        }
        if !before.is_empty() {
            return Some((decimals()?, self.are_thousands(before)?));
        }
        match last.as_decimal() {
            Some(written) if *behind == 3 && self.are_thousands(&self.separators).is_some() => {
                Some((Scale::InDoubt(written), false))
            }
            _ => Some((decimals()?, false)),
        }
    }
}

/// The separator of `.50`, and the text before it; the point of `Fr.50` belongs to the unit.
fn leading_separator(head: &str) -> (&str, Option<Separator>) {
    let Some(separator) =
        head.chars().next_back().and_then(Separator::of).filter(|separator| separator.may_be_decimal())
    else {
        return (head, None);
    };
    let before = head.trim_end_matches(['.', ',', '\u{66b}']);
    let is_of_unit = before.ends_with(char::is_alphabetic);
    if is_of_unit || head[before.len()..].chars().count() > 1 { (head, None) } else { (before, Some(separator)) }
}

/// The ending of a number without cents: the separator, and whether a dash replaces them, as in `12,-`, `12:-` and
/// `12/-`.
type Ending = Option<(Option<Separator>, bool)>;

/// The ending of a number, and the text after it; none when it ends in something else.
fn ending(tail: &str) -> Option<(&str, Ending)> {
    if let Some(behind) = ["/-", "/–", "/="].iter().find_map(|only| tail.strip_prefix(only)) {
        return Some((behind, Some((None, true))));
    }
    let Some(separator) = tail.chars().next().filter(|c| matches!(c, '.' | ',' | ':')) else {
        return Some((tail, None));
    };
    let rest = &tail[1..];
    let behind = rest.trim_start_matches(['-', '–', '=']);
    let dashes = rest[..rest.len() - behind.len()].chars().count();
    match dashes {
        0 if separator == ':' => None,
        0..=3 => Some((behind, Some((Separator::of(separator), dashes > 0)))),
        _ => None,
    }
}

/// The text before or after a number.
#[derive(Default)]
struct Around {
    unit: String,
    minuses: usize,
    parentheses: usize,
}

impl Around {
    /// None if it has meaningless characters. A long dash before a number is a minus; after it, it is ambiguous.
    fn of(text: &str, is_before: bool) -> Option<Self> {
        let mut around = Self::default();
        for c in text.chars() {
            match c {
                ' ' => {}
                // Added by a spreadsheet to store a number as text.
                '\'' if is_before => {}
                '-' => around.minuses += 1,
                '–' if is_before => around.minuses += 1,
                '(' if is_before => around.parentheses += 1,
                ')' if !is_before => around.parentheses += 1,
                '+' if is_before && around.minuses == 0 => {}
                '–' | '(' | ')' | '+' => return None,
                c => around.unit.push(c),
            }
        }
        Some(around)
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// A character in its ASCII form, if it has one; none for an invisible one.
fn usual(c: char) -> Option<char> {
    const ZEROS: [char; 6] = ['\u{ff10}', '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{e50}'];
    if c.is_ascii() {
        return Some(match c {
            '\t' => ' ',
            '`' => '\'',
            c => c,
        });
    }
    let digit = ZEROS.iter().find_map(|zero| (u32::from(c)).checked_sub(u32::from(*zero)).filter(|n| *n < 10));
    Some(match c {
        _ if digit.is_some() => char::from_digit(digit?, 10)?,
        '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '’' | '‘' | 'ʼ' | '′' | '´' | '＇' | '\u{66c}' => '\'',
        '\u{2010}' | '\u{2011}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' => '-',
        '\u{2012}'..='\u{2015}' => '–',
        '，' | '\u{60c}' => ',',
        '．' => '.',
        '：' => ':',
        '（' => '(',
        '）' => ')',
        '＋' => '+',
        '＝' => '=',
        '￥' => '¥',
        '￡' => '£',
        '＄' => '$',
        '￦' => '₩',
        '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => {
            return None;
        }
        other => other,
    })
}
