//! How the columns of a table stand, and where the decimals of their numbers begin.

use super::block::{Block, ColumnAlign, Span, TextTable};

impl TextTable {
    /// How many columns the longest row has.
    pub(crate) fn columns(&self) -> usize {
        self.rows.iter().map(Vec::len).max().unwrap_or_default()
    }

    /// A cell; empty where a row is short.
    pub(crate) fn cell(&self, row: usize, column: usize) -> &[Block] {
        self.rows.get(row).and_then(|row| row.get(column)).map(Vec::as_slice).unwrap_or_default()
    }

    /// How a column stands: a column of numbers, other than the first, on the right.
    pub(crate) fn align(&self, column: usize) -> ColumnAlign {
        match self.aligns.get(column).copied().unwrap_or_default() {
            ColumnAlign::Unset if column > 0 && self.has_only_numbers(column) => ColumnAlign::Right,
            align => align,
        }
    }

    fn has_only_numbers(&self, column: usize) -> bool {
        let is_number = |row: usize| {
            let text = plain_text(self.cell(row, column));
            text.chars().any(char::is_numeric) && !text.chars().any(|c| c.is_alphabetic() && !c.is_uppercase())
        };
        self.rows.len() > 1 && (1..self.rows.len()).all(is_number)
    }

    /// Whether there is anything in the heading row.
    pub(crate) fn has_head(&self) -> bool {
        self.rows.first().is_some_and(|row| row.iter().any(|cell| !cell.is_empty()))
    }

    /// Where the fraction of the number in each cell of a column begins, in bytes of its text, behind the last digit of a
    /// whole number; nothing for the heading row and for cells without a number.
    pub(crate) fn fractions(&self, column: usize) -> Vec<Option<usize>> {
        let texts: Vec<String> = (0..self.rows.len()).map(|row| plain_text(self.cell(row, column))).collect();
        let mark = texts.iter().skip(1).find_map(|text| decimal_mark(text));
        texts.iter().enumerate().map(|(row, text)| fraction(text, mark).filter(|_| row > 0)).collect()
    }
}

/// The text of a cell; nothing when there is more than text in it.
pub(crate) fn plain_text(cell: &[Block]) -> String {
    match cell {
        [Block::Paragraph(spans)] => spans.iter().map(|span| span.text.as_str()).collect(),
        _ => String::new(),
    }
}

/// The first so many bytes of spans.
pub(crate) fn cut(spans: &[Span], length: usize) -> Vec<Span> {
    let mut rest = length;
    let mut cut = Vec::new();
    for span in spans {
        let (taken, is_whole) = match span.text.get(..rest) {
            Some(start) => (start, false),
            None => (span.text.as_str(), true),
        };
        // The address of a link is printed behind its last word.
        let link = span.link.clone().filter(|_| is_whole);
        cut.push(Span { text: taken.to_owned(), link, ..span.clone() });
        rest = rest.saturating_sub(span.text.len());
        if rest == 0 {
            break;
        }
    }
    cut
}

/// The last point or comma between two digits: where it is, what it is, and how many digits follow.
fn last_mark(text: &str) -> Option<(usize, char, usize)> {
    let is_digit = |c: Option<char>| c.is_some_and(char::is_numeric);
    let marks = text.char_indices().rev().filter(|(_, c)| matches!(c, '.' | ',' | '\u{66b}'));
    marks
        .filter(|(at, _)| is_digit(text[..*at].chars().next_back()))
        .map(|(at, mark)| (at, mark, text[at + mark.len_utf8()..].chars().take_while(|c| c.is_numeric()).count()))
        .find(|(_, _, digits)| *digits > 0)
}

/// The decimal separator of a number, if it is beyond doubt that it is not one of thousands: `1,234.5`, `0.125`, `4,50`.
fn decimal_mark(text: &str) -> Option<char> {
    let (at, mark, digits) = last_mark(text)?;
    let before = text[..at].trim_start_matches(|c: char| !c.is_numeric());
    let has_other = before.contains(['.', ',', '\'', '’', '\u{a0}', '\u{202f}']) && !before.contains(mark);
    (digits != 3 || has_other || before == "0").then_some(mark)
}

fn fraction(text: &str, mark: Option<char>) -> Option<usize> {
    let (last, digit) = text.char_indices().rev().find(|(_, c)| c.is_numeric())?;
    let end = last + digit.len_utf8();
    Some(last_mark(text).filter(|(_, found, _)| Some(*found) == mark).map_or(end, |(at, ..)| at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(aligns: &[ColumnAlign], column: &[&str]) -> TextTable {
        let cell = |text: &str| vec![Block::Paragraph(vec![Span { text: text.to_owned(), ..Span::default() }])];
        let rows = column.iter().map(|text| vec![cell("a"), cell(text)]).collect();
        TextTable { aligns: aligns.to_vec(), rows }
    }

    #[test]
    fn numbers_are_cut_where_their_fraction_begins() {
        for (column, fractions) in [
            ("Price|12.50|1,204.5|7|free", "|.50|.5||-"),
            ("Preis|4,50 €|1.200 €|12 €", "|,50 €| €| €"),
            ("Stück|1.200|12.000|3", "|||"),
            ("Share|0.125|2.5|10", "|.125|.5|"),
            ("Change|−3.5 %|(1.25)|+4 %", "|.5 %|.25)| %"),
            ("Prix|1 204,50|7,5", "|,50|,5"),
            ("سعر|١٢٫٥|٧", "|٫٥|"),
        ] {
            let column: Vec<&str> = column.split('|').collect();
            let found = table(&[], &column).fractions(1);
            let cut = column.iter().zip(found).skip(1).map(|(text, at)| at.map_or("-", |at| &text[at..]));
            assert_eq!(cut.collect::<Vec<_>>(), fractions.split('|').skip(1).collect::<Vec<_>>(), "{column:?}");
        }
    }

    #[test]
    fn columns_of_numbers_stand_on_the_right_unless_the_markdown_has_them_elsewhere() {
        for (align, column, expected) in [
            (ColumnAlign::Unset, ["n", "1", "2.50"], ColumnAlign::Right),
            (ColumnAlign::Unset, ["n", "$1", "USD 2"], ColumnAlign::Right),
            (ColumnAlign::Unset, ["n", "1", "two"], ColumnAlign::Unset),
            (ColumnAlign::Unset, ["n", "5 ציון", "2"], ColumnAlign::Unset),
            (ColumnAlign::Left, ["n", "1", "2"], ColumnAlign::Left),
            (ColumnAlign::Centre, ["n", "1", "2"], ColumnAlign::Centre),
            (ColumnAlign::Right, ["n", "one", "two"], ColumnAlign::Right),
        ] {
            assert_eq!(table(&[ColumnAlign::Unset, align], &column).align(1), expected, "{column:?}");
        }
        assert_eq!(table(&[], &["n", "1"]).align(0), ColumnAlign::Unset);
    }

    #[test]
    fn spans_are_cut_within_their_styles() {
        let span = |text: &str, bold| Span { text: text.to_owned(), bold, ..Span::default() };
        let spans = [span("12", true), span(".50", false)];
        assert_eq!(cut(&spans, 3), [span("12", true), span(".", false)]);
        assert_eq!(cut(&spans, 2), [span("12", true)]);
        assert_eq!(cut(&spans, 9), spans);
    }
}
