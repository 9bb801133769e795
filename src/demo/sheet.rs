//! Rows as CSV text.

/// Adds one row, with quotes where a cell needs them.
pub(super) fn row(text: &mut String, cells: &[&str]) {
    for (n, cell) in cells.iter().enumerate() {
        if n > 0 {
            text.push(',');
        }
        if cell.contains(['"', ',', '\n']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push('\n');
}

/// Cents as `12.50`, or `-12.50`.
pub(super) fn amount(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_or_a_quote_is_quoted() {
        let mut text = String::new();
        row(&mut text, &["a", "b, c", "says \"no\"", ""]);
        assert_eq!(text, "a,\"b, c\",\"says \"\"no\"\"\",\n");
    }

    #[test]
    fn cents_keep_their_zeros() {
        assert_eq!(["4.05", "-0.50", "120.00"], [405, -50, 12_000].map(amount).each_ref().map(String::as_str));
    }
}
