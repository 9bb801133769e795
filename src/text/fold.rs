//! Text without case and accents, for comparisons.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The Latin base letters of an accented letter or a ligature; `c` is lowercase; empty for other characters.
fn letters_of(c: char) -> &'static str {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' | 'ĉ' | 'ċ' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' | 'ĕ' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ī' | 'į' | 'ı' | 'ĩ' | 'ĭ' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ł' | 'ľ' | 'ļ' | 'ĺ' => "l",
        'ñ' | 'ń' | 'ň' | 'ņ' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' | 'ŏ' => "o",
        'ŕ' | 'ř' | 'ŗ' => "r",
        'ś' | 'š' | 'ş' | 'ș' | 'ŝ' => "s",
        'ţ' | 'ť' | 'ț' | 'ŧ' => "t",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' | 'ų' | 'ũ' | 'ŭ' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        'þ' => "th",
        _ => "",
    }
}

/// A name in its search form: everything except letters and digits is one space.
///
/// The table `customer_word` has names in this form.
pub(crate) fn name_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            key.push(c);
            continue;
        }
        match letters_of(c) {
            "" if c.is_alphanumeric() => key.push(c),
            // "O'Neil" is one word.
            "" if matches!(c, '\'' | '’' | '.' | '\u{300}'..='\u{36f}') => {}
            "" if !key.ends_with(' ') => key.push(' '),
            letters => key.push_str(letters),
        }
    }
    key.truncate(key.trim_end().len());
    if key.starts_with(' ') { key.trim_start().to_owned() } else { key }
}

/// As [`name_key`], for letters with any accent, in any Unicode form.
pub(crate) fn plain_key(text: &str) -> String {
    if text.is_ascii() {
        return name_key(text);
    }
    name_key(&text.nfd().filter(|c| !is_combining_mark(*c)).nfc().collect::<String>())
}

/// A text in a form for equality: lowercase, accents composed, one space between words.
pub(crate) fn same_key(text: &str) -> Cow<'_, str> {
    // An import calls this for every sale, and most items are spelled alike.
    let is_plain = |bytes: &[u8]| {
        let is_odd = |b: &u8| !b.is_ascii() || b.is_ascii_uppercase() || b.is_ascii_whitespace() && *b != b' ';
        !bytes.iter().any(is_odd) && !bytes.starts_with(b" ") && !bytes.ends_with(b" ")
    };
    if is_plain(text.as_bytes()) && !text.contains("  ") {
        return Cow::Borrowed(text);
    }
    let composed: String = text.nfc().flat_map(char::to_lowercase).nfc().collect();
    Cow::Owned(composed.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// `muller` from the [`plain_key`] `mueller`, for an umlaut that has lost its dots.
pub(crate) fn without_umlauts(plain: &str) -> String {
    // An import calls this for every word of every address.
    if !plain.as_bytes().windows(2).any(|pair| matches!(pair, b"ae" | b"oe" | b"ue")) {
        return plain.to_owned();
    }
    plain.replace("ae", "a").replace("oe", "o").replace("ue", "u")
}

/// The form for comparing texts in a query: without case, in one Unicode form, with accents.
///
/// Unicode full case folding, so that `ß`, `ẞ` and `SS` are equal, and so are `Σ`, `σ` and `ς`; and the four letters
/// `I`, `i`, `İ` and `ı`, which are two pairs in Turkish and one pair elsewhere.
pub(crate) fn case_folded(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        let has_capitals = text.bytes().any(|byte| byte.is_ascii_uppercase());
        return if has_capitals { Cow::Owned(text.to_ascii_lowercase()) } else { Cow::Borrowed(text) };
    }
    let small = |c: char| c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    // Some characters compose only in lowercase, and `İ` leaves a dot on its `i`.
    let folded: String = text.nfc().flat_map(small).nfc().collect();
    Cow::Owned(folded.replace("i\u{307}", "i"))
}

/// A column heading in its form for recognition: only letters and digits. German headings are written `Straße` or
/// `Strasse`, `Vollständig` or `Vollstaendig`.
pub(crate) fn heading_key(heading: &str) -> String {
    let mut key = String::with_capacity(heading.len());
    for c in heading.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()) {
        match (c, letters_of(c)) {
            ('ä', _) => key.push_str("ae"),
            ('ö', _) => key.push_str("oe"),
            ('ü', _) => key.push_str("ue"),
            (c, "") => key.push(c),
            (_, letters) => key.push_str(letters),
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_compared_without_case_and_with_accents() {
        let same = [
            ["İzmir", "İZMİR", "izmir", "I\u{307}zmir", "IZMIR"],
            ["Diyarbakır", "DİYARBAKIR", "diyarbakir", "Dıyarbakır", "DIYARBAKIR"],
            ["Straße", "STRASSE", "STRAẞE", "strasse", "Strasse"],
            ["Οδυσσεύς", "ΟΔΥΣΣΕΎΣ", "οδυσσεύσ", "Οδυσσευ\u{301}ς", "ΟΔΥΣΣΕΥ\u{301}Σ"],
            ["José", "JOSÉ", "Jose\u{301}", "josé", "JOSE\u{301}"],
            ["Nguyễn", "NGUYỄN", "Nguye\u{302}\u{303}n", "nguyễn", "Nguyê\u{303}n"],
            ["Ǆ", "ǅ", "ǆ", "ǆ", "Ǆ"],
            ["ﬁn", "FIN", "fin", "ﬁN", "Fin"],
            ["ЖУКОВ", "Жуков", "жуков", "жУКОВ", "Жуко\u{432}"],
            ["Vác", "Va\u{301}c", "VÁC", "vác", "vA\u{301}c"],
        ];
        for [first, others @ ..] in same {
            for other in others {
                assert_eq!(case_folded(first), case_folded(other), "{first} {other}");
            }
        }
        for [one, other] in
            [["José", "Jose"], ["Müller", "Mueller"], ["Čapek", "Capek"], ["Ł", "L"], ["O’Hara", "O'Hara"]]
        {
            assert_ne!(case_folded(one), case_folded(other), "{one} {other}");
        }
    }

    #[test]
    fn names_and_headings_lose_capitals_accents_and_signs() {
        for (text, key) in [
            ("Zümra  ÖZDEMİR", "zumra ozdemir"),
            ("O'Neil-Strauß, Jr.", "oneil strauss jr"),
            ("Łukasz Žižek", "lukasz zizek"),
            ("山田 太郎", "山田 太郎"),
            ("...", ""),
        ] {
            assert_eq!(name_key(text), key, "{text}");
        }
        for [one, other] in [["Nguyễn", "nguye\u{302}\u{303}n"], ["Müller-Groß", "MUELLER GROSS"], ["Åse", "Ase"]]
        {
            assert_eq!(without_umlauts(&plain_key(one)), without_umlauts(&plain_key(other)), "{one}");
        }
        for same in ["Caf\u{e9} au lait", " cafe\u{301}  AU lait", "CAF\u{c9}\u{a0}au\tLait"] {
            assert_eq!(same_key(same), "caf\u{e9} au lait", "{same}");
        }
        assert_ne!(same_key("cafe"), same_key("caf\u{e9}"));
        for (heading, key) in
            [("Vollständiger Name", "vollstaendigername"), ("E-Mail 1", "email1"), ("Prénom", "prenom")]
        {
            assert_eq!(heading_key(heading), key, "{heading}");
        }
    }
}
