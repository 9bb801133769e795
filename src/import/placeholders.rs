//! Words that a program writes for missing values: `NULL`, `N/A`, `(blank)`. They count as an empty cell.

use crate::customers::CustomerField;
use crate::domain::Column;
use crate::text::remarks::{is_empty_word, is_placeholder};

/// Clears the fields of a card, in the order of [`CustomerField::ALL`], that have such a word. A last name next to a
/// first name stays: Mary None.
pub(super) fn clear(texts: &mut [String]) {
    let is_name = |text: &str| text.chars().any(char::is_alphabetic) && !is_placeholder(text, true, false);
    let has_first =
        [CustomerField::FirstName, CustomerField::Title].iter().any(|field| is_name(&texts[*field as usize]));
    let has_last = is_name(&texts[CustomerField::LastName as usize]);
    // "No" and "Name".
    let whole =
        [CustomerField::FirstName, CustomerField::LastName].map(|field| texts[field as usize].as_str()).join(" ");
    let is_nothing = has_last && has_first && is_placeholder(&whole, false, false);
    for field in CustomerField::ALL.iter().copied() {
        let text = &mut texts[field as usize];
        let is_empty = match field {
            CustomerField::FirstName => is_nothing || is_placeholder(text, true, has_last),
            CustomerField::LastName => is_nothing || is_placeholder(text, false, has_first),
            CustomerField::Title
            | CustomerField::FullName
            | CustomerField::Suffix
            | CustomerField::Spouse
            | CustomerField::Company => is_placeholder(text, false, false),
            CustomerField::Notes => false,
            _ => is_empty_word(text),
        };
        if is_empty {
            text.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn such_words_are_an_empty_cell_and_names_are_not() {
        for (field, typed, stays) in [
            (CustomerField::FirstName, "NULL", ""),
            (CustomerField::Spouse, "none", ""),
            (CustomerField::Company, "N/A", ""),
            (CustomerField::Title, "(blank)", ""),
            (CustomerField::Street2, "N/A", ""),
            (CustomerField::Country, "null", ""),
            (CustomerField::City, "-", ""),
            (CustomerField::State, "NA", "NA"),
            (CustomerField::City, "Test", "Test"),
            (CustomerField::Notes, "none", "none"),
            (CustomerField::LastName, "Null", "Null"),
        ] {
            let mut texts: Vec<String> = CustomerField::ALL.iter().map(|_| String::new()).collect();
            texts[CustomerField::FirstName as usize] = "Ann".into();
            texts[field as usize] = typed.into();
            clear(&mut texts);
            assert_eq!(texts[field as usize], stays, "{field}: {typed}");
        }
    }
}
