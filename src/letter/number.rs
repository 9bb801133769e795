//! Measures as whole numbers, and numbers written in the shortest way that a PDF reads.

/// A measure that is not negative, rounded to a whole number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
pub(crate) fn whole(measure: f32) -> u16 {
    measure.round() as u16
}

/// A measure rounded to a whole number.
#[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
pub(crate) fn rounded(measure: f32) -> i32 {
    measure.round() as i32
}

/// Points as whole hundredths of a point.
pub(crate) fn hundredths(points: f32) -> i32 {
    rounded(points * 100.0)
}

/// A small count as a measure.
#[expect(clippy::cast_precision_loss, reason = "counts on a page are far below 2^24")]
pub(crate) fn measure(count: usize) -> f32 {
    count as f32
}

/// Appends a whole number.
pub(crate) fn push_whole(out: &mut Vec<u8>, number: i32) {
    let mut digits = [0_u8; 10];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends hundredths as a decimal number without needless zeros: `-.5`, `12.25`, `72`.
pub(crate) fn push_hundredths(out: &mut Vec<u8>, hundredths: i32) {
    if hundredths < 0 {
        out.push(b'-');
    }
    let size = hundredths.unsigned_abs();
    let (points, part) = (size / 100, size % 100);
    if points > 0 || part == 0 {
        push_whole(out, i32::try_from(points).unwrap_or(i32::MAX));
    }
    if part > 0 {
        out.push(b'.');
        out.push(b'0' + u8::try_from(part / 10).unwrap_or_default());
        if part % 10 > 0 {
            out.push(b'0' + u8::try_from(part % 10).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (number, text) in [(0, "0"), (50, ".5"), (-5, "-.05"), (1225, "12.25"), (7200, "72"), (-110, "-1.1")] {
            let mut out = Vec::new();
            push_hundredths(&mut out, number);
            assert_eq!(String::from_utf8_lossy(&out), text);
        }
        let mut out = Vec::new();
        push_whole(&mut out, i32::MIN);
        assert_eq!(out, b"-2147483648");
    }
}
