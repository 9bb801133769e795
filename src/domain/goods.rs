//! Bar codes of goods, which a scanner at the till reads as well: EAN, UPC, ISBN and their GS1 forms.

/// Whether a text is a product number: the digits of a bar code with a correct check digit, with or without a scanner's
/// prefix and a supplement of two or five digits. A letter's code may have such digits by chance.
#[must_use]
pub(crate) fn is_bar_code_of_goods(text: &str) -> bool {
    let text = text.trim();
    // The prefix for the kind of bar code by ISO 15424: `]E0`.
    let text = text.strip_prefix(']').and_then(|rest| rest.get(2..)).unwrap_or(text);
    // The GS1 product number, with or without its brackets; date, weight or batch may follow.
    if let Some(rest) = text.strip_prefix("(01)") {
        return rest.get(..14).is_some_and(|number| digits(number).is_some_and(|digits| is_article(&digits)));
    }
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '*' | '\u{1d}')).collect();
    // With three hyphens or an X: a phone number may have such digits by chance.
    let is_book = is_old_isbn(&plain) && (text.ends_with(['x', 'X']) || text.matches(['-', ' ']).count() == 3);
    if is_book || is_inside_gs1(&plain) {
        return true;
    }
    let Some(digits) = digits(&plain) else { return false };
    let whole = is_article(&digits) || is_short_upc(&digits);
    whole
        || matches!(digits.len(), 14 | 15 | 17 | 18)
            && [2, 5].iter().any(|more| is_article(&digits[..digits.len() - more]))
}

fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

/// EAN-8, UPC-A, EAN-13 and GTIN-14: weights 3 and 1 from the right, and a sum that ends in zero.
fn is_article(digits: &[u32]) -> bool {
    let sum: u32 = digits.iter().rev().zip([1, 3].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum();
    matches!(digits.len(), 8 | 12 | 13 | 14) && sum.is_multiple_of(10)
}

/// UPC-E: six digits that expand to ten between the number system and the check digit of a UPC-A.
fn is_short_upc(digits: &[u32]) -> bool {
    let ([system @ 0..=1, short @ .., check], 8) = (digits, digits.len()) else { return false };
    let (how, zeros) = (short[5], [0; 5]);
    // The sixth digit determines how many of the five are before the zeros.
    let ten = match how {
        0..=2 => [&short[..2], &[how], &zeros[..4], &short[2..5]].concat(),
        3 | 4 => [&short[..how as usize], &zeros[..], &short[how as usize..5]].concat(),
        _ => [&short[..5], &zeros[..4], &[how]].concat(),
    };
    is_article(&[&[*system], ten.as_slice(), &[*check]].concat())
}

/// ISBN-10: weights 10 to 1, and a sum divisible by eleven; the last may be X for ten.
fn is_old_isbn(text: &str) -> bool {
    let value = |(place, c): (usize, char)| match c.to_digit(10) {
        None if place == 9 && c.eq_ignore_ascii_case(&'x') => Some(10),
        digit => digit,
    };
    let values: Option<Vec<u32>> = text.chars().enumerate().map(value).collect();
    values.is_some_and(|values| {
        let sum: u32 = values.iter().zip((1..=10).rev()).map(|(value, weight)| value * weight).sum();
        values.len() == 10 && sum.is_multiple_of(11)
    })
}

/// `01`, a number of 14 digits, and further GS1 data.
fn is_inside_gs1(text: &str) -> bool {
    let number = text.strip_prefix("01").and_then(|rest| rest.get(..14));
    number.and_then(digits).is_some_and(|digits| is_article(&digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_articles_are_known_by_their_check_digit() {
        for goods in [
            "4006381333931",
            "400-6381-333931",
            "4006381333931 05",
            "978-3-16-148410-0",
            "9783161484100 52495",
            "0-306-40615-2",
            "097522980X",
            "036000291452",
            "96385074",
            "7351 3537",
            "04252614",
            "01234565",
            "01234531",
            "01234505",
            "01234543",
            "01234558",
            "10614141543219",
            "]E04006381333931",
            "]C10110614141543219",
            "(01)10614141543219(17)261231",
            "0110614141543219172612311021A",
            "0110614141543219\u{1d}10AB",
            "2012345612341",
            "*4006381333931*",
        ] {
            assert!(is_bar_code_of_goods(goods), "{goods}");
        }
        for other in [
            "",
            "7K3M-9QXA",
            "4006381333932",
            "96385075",
            "12345678",
            "650 555 0143",
            "+49 151 1234 5678",
            "A-1187",
            "Smith",
            "9Q",
            "0110614141543218",
            "(01)",
            "(01)Smith",
            "]E",
            "0306406153",
            "é́á",
        ] {
            assert!(!is_bar_code_of_goods(other), "{other}");
        }
    }
}
