//! Languages that are written from right to left.

/// Whether text in this language runs from right to left; a script in the tag (`az-Arab`, `he-Latn`) decides first.
pub(crate) fn is_rtl(language: &str) -> bool {
    let mut subtags = language.split(['-', '_']);
    let name = subtags.next().unwrap_or_default();
    let is_script = |tag: &&str| tag.len() == 4 && tag.chars().all(|c| c.is_ascii_alphabetic());
    if let Some(script) = subtags.find(is_script) {
        return is_one_of(script, &["arab", "hebr", "syrc", "thaa", "nkoo", "adlm", "rohg"]);
    }
    let languages =
        ["ar", "he", "iw", "fa", "ur", "yi", "ji", "ps", "sd", "ug", "ckb", "dv", "syr", "arc", "nqo", "ks"];
    is_one_of(name, &languages)
}

fn is_one_of(name: &str, known: &[&str]) -> bool {
    known.iter().any(|known| known.len() == name.len() && known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_in_the_tag_decides_before_the_language() {
        for (language, expected) in [
            ("ar", true),
            ("he-IL", true),
            ("FA", true),
            ("ar_EG", true),
            ("az-Arab", true),
            ("he-Latn", false),
            ("en", false),
            ("zh-Hant-TW", false),
            ("", false),
        ] {
            assert_eq!(is_rtl(language), expected, "{language}");
        }
    }
}
