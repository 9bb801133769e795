//! Capitals and small letters beyond ASCII, in SQL that knows only ASCII.
//!
//! `lower()` of SQLite leaves `Ü` as it is. A comparison with a text that is known beforehand needs no more than the
//! letters of that text, so just those are replaced in the column: `replace(lower(city), 'Ü', 'ü')`. Letters that
//! the text does not have cannot make it match, whatever their case.

/// Text in small letters, letter by letter.
pub(super) fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(|c| if c == 'ς' { 'σ' } else { c }).collect()
}

/// A pattern as LIKE wants it behind `ESCAPE '\'`: this language has no escape, so a backslash is a backslash.
pub(super) fn pattern(text: &str) -> String {
    folded(text).replace('\\', "\\\\")
}

/// A pattern that finds the word anywhere.
pub(super) fn holding(word: &str) -> String {
    let word = folded(word).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{word}%")
}

/// The SQL that folds a column as far as a comparison with the folded `text` needs it.
pub(super) fn folded_sql(column: &str, text: &str) -> String {
    let mut sql = format!("LOWER({column})");
    let mut done = String::new();
    for small in text.chars().filter(|c| !c.is_ascii()) {
        if done.contains(small) {
            continue;
        }
        done.push(small);
        for variant in variants(small) {
            // Letters only, so that nothing here needs a parameter or a quote.
            sql = format!("REPLACE({sql}, '{variant}', '{small}')");
        }
    }
    sql
}

/// The other letters that fold to this one.
fn variants(small: char) -> Vec<char> {
    let mut found = Vec::new();
    let mut capitals = small.to_uppercase();
    if let (Some(capital), None) = (capitals.next(), capitals.next())
        && capital != small
        && capital.is_alphabetic()
    {
        found.push(capital);
    }
    match small {
        'σ' => found.push('ς'),
        'ß' => found.push('ẞ'),
        _ => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_letters_of_the_text_are_folded() {
        assert_eq!(folded("ZÜRICH Σας"), "zürich σασ");
        assert_eq!(folded_sql("c.city", "springfield"), "LOWER(c.city)");
        assert_eq!(folded_sql("c.city", "zürüch"), "REPLACE(LOWER(c.city), 'Ü', 'ü')");
        assert_eq!(holding("50%_\\"), "%50\\%\\_\\\\%");
    }
}
