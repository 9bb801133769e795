//! Encodings other than Unicode: detects which one a file has, by the words it would contain, and decodes it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_8859_2, ISO_8859_15, UTF_8, WINDOWS_1250, WINDOWS_1252};

use crate::error::{Error, Result};
use crate::text;

/// A single-byte encoding, in which lines can be decoded separately.
#[derive(Debug)]
pub(super) struct CodePage {
    /// The names in `--encoding`, the usual one first.
    names: Vec<&'static str>,
    /// Its name in messages.
    pub(super) title: &'static str,
    /// Its prior likelihood.
    prior: i32,
    characters: Characters,
}

#[derive(Debug, Clone)]
enum Characters {
    /// The characters of the bytes 80 to FF.
    Table(Vec<char>),
    Known(&'static Encoding),
}

/// The encodings of codepages.tsv.
static PAGES: LazyLock<Vec<CodePage>> = LazyLock::new(|| {
    text::table_rows(include_str!("codepages.tsv")).filter_map(|row| page_of(&row.collect::<Vec<_>>())).collect()
});

fn page_of(row: &[&'static str]) -> Option<CodePage> {
    let &[names, title, prior, characters] = row else { return None };
    let characters = match characters.strip_prefix('=') {
        Some(label) => Characters::Known(Encoding::for_label(label.as_bytes())?),
        None => {
            Characters::Table(characters.replace("\\u00a0", "\u{a0}").replace("\\u00ad", "\u{ad}").chars().collect())
        }
    };
    Some(CodePage { names: names.split('|').collect(), title, prior: prior.parse().ok()?, characters })
}

impl CodePage {
    fn of(encoding: &'static Encoding) -> Self {
        Self { names: vec![encoding.name()], title: encoding.name(), prior: 0, characters: Characters::Known(encoding) }
    }

    /// Decodes a line.
    pub(super) fn decode<'b>(&self, bytes: &'b [u8]) -> Cow<'b, str> {
        match &self.characters {
            Characters::Known(encoding) => encoding.decode_without_bom_handling(bytes).0,
            Characters::Table(table) => bytes
                .iter()
                .map(|byte| match byte.checked_sub(128) {
                    None => char::from(*byte),
                    Some(index) => table.get(usize::from(index)).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
                })
                .collect(),
        }
    }

    /// Encodes a text; none if it has other characters.
    pub(super) fn encode(&self, text: &str) -> Option<Vec<u8>> {
        match &self.characters {
            Characters::Known(encoding) => {
                let (bytes, _, is_lossy) = encoding.encode(text);
                (!is_lossy).then(|| bytes.into_owned())
            }
            Characters::Table(table) => text
                .chars()
                .map(|c| match u8::try_from(c) {
                    Ok(byte) if byte < 128 => Some(byte),
                    _ => u8::try_from(table.iter().position(|known| *known == c)? + 128).ok(),
                })
                .collect(),
        }
    }

    /// Whether a file in it is read without a message.
    fn is_usual(&self) -> bool {
        matches!(self.characters, Characters::Known(known) if known == WINDOWS_1252 || known == ISO_8859_15)
    }
}

/// An encoding named by `--encoding`.
#[derive(Debug)]
pub(super) enum NamedEncoding {
    Page(Cow<'static, CodePage>),
    /// One in which lines cannot be decoded separately.
    Whole(&'static Encoding),
}

impl Clone for CodePage {
    fn clone(&self) -> Self {
        let (names, characters) = (self.names.clone(), self.characters.clone());
        Self { names, title: self.title, prior: self.prior, characters }
    }
}

/// The encoding of a name.
///
/// # Errors
/// When there is none.
pub(super) fn named(name: &str) -> Result<NamedEncoding> {
    let key = name.trim().to_lowercase().replace([' ', '_'], "-");
    if let Some(page) = PAGES.iter().find(|page| page.names.contains(&key.as_str())) {
        return Ok(NamedEncoding::Page(Cow::Borrowed(page)));
    }
    match Encoding::for_label(key.as_bytes()) {
        Some(known) if known.is_single_byte() => Ok(NamedEncoding::Page(Cow::Owned(CodePage::of(known)))),
        Some(known) => Ok(NamedEncoding::Whole(known)),
        None => {
            let mut names: Vec<&str> = PAGES.iter().filter_map(|page| page.names.first().copied()).collect();
            names.extend(["utf-8", "utf-16le"]);
            let hint = match text::nearest(&key, names.iter().copied()) {
                Some(_) => text::did_you_mean(&key, &names),
                None => format!("there are {}", text::list(&names)),
            };
            Err(Error::new(format!("unknown encoding {}", text::quote(name))).at("--encoding").hint(hint))
        }
    }
}

/// The encodings in which a text may have been wrongly decoded once.
pub(super) fn wrong_turns() -> impl Iterator<Item = &'static CodePage> {
    PAGES.iter().filter(|page| ["windows-1252", "macintosh", "cp850", "cp437"].contains(&page.names[0]))
}

/// The character of a byte in Windows-1252.
pub(super) fn of_windows(byte: u8) -> Option<char> {
    WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next().filter(|c| !c.is_control())
}

/// The detected encoding.
#[derive(Debug)]
pub(super) struct EncodingGuess {
    pub(super) page: Cow<'static, CodePage>,
    /// Another would give words that are nearly as good.
    pub(super) is_doubtful: bool,
}

impl EncodingGuess {
    /// Whether it is the usual one, beyond doubt.
    pub(super) fn is_silent(&self) -> bool {
        self.page.is_usual() && !self.is_doubtful
    }
}

/// The lead over the second-best encoding that excludes doubt.
const CLEAR: i32 = 12;

/// The encoding of lines that are not UTF-8. The detector has the encodings of the Web and their languages; the words
/// decide between those and the ones of old Macs and MS-DOS, which it does not know.
pub(super) fn guess(lines: &[Vec<u8>]) -> EncodingGuess {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for (index, line) in lines.iter().enumerate() {
        detector.feed(line, false);
        detector.feed(b"\n", index + 1 == lines.len());
    }
    let detected = detector.guess(None, Utf8Detection::Deny);
    let words: BTreeSet<&[u8]> = lines.iter().flat_map(|line| words(line)).collect();
    // The detector confuses the ő of Hungarian with the õ of Portuguese.
    let has_hungarian = words.iter().any(|word| word.windows(2).any(|pair| pair[0] == 0xf5 && pair[1] != b'e'));
    let is_possible = |page: &&CodePage| match page.characters {
        Characters::Known(known) if known == WINDOWS_1252 || known == ISO_8859_15 => true,
        Characters::Known(known) if known == WINDOWS_1250 => [known, ISO_8859_2].contains(&detected) || has_hungarian,
        Characters::Known(known) if known == ISO_8859_2 => [known, WINDOWS_1250].contains(&detected),
        Characters::Known(known) if page.title.starts_with(['W', 'L']) => known == detected,
        _ => true,
    };
    let mut pages: Vec<Cow<'static, CodePage>> = PAGES.iter().filter(is_possible).map(Cow::Borrowed).collect();
    let is_listed = |page: &Cow<'_, CodePage>| matches!(page.characters, Characters::Known(known) if known == detected);
    if detected != UTF_8 && !pages.iter().any(is_listed) {
        let prior = if detected.is_single_byte() { DETECTED } else { 0 };
        pages.push(Cow::Owned(CodePage { prior, ..CodePage::of(detected) }));
    }
    let mut scored: Vec<(i32, Cow<'static, CodePage>)> = pages
        .into_iter()
        .map(|page| (page.prior + words.iter().map(|word| plausibility(&page.decode(word))).sum::<i32>(), page))
        .collect();
    scored.sort_by_key(|(score, _)| -score);
    let mut scored = scored.into_iter();
    let (best, page) = scored.next().unwrap_or_else(|| (0, Cow::Owned(CodePage::of(WINDOWS_1252))));
    let read = |page: &CodePage| words.iter().map(|word| page.decode(word).into_owned()).collect::<Vec<_>>();
    let own = read(&page);
    let rival = scored.find(|(_, other)| read(other) != own);
    EncodingGuess { is_doubtful: rival.is_some_and(|(score, _)| best - score < CLEAR), page }
}

/// The prior likelihood of an encoding that only the detector has.
const DETECTED: i32 = 15;

/// At most this many different words are compared.
const MOST_WORDS: usize = 3_000;

/// The words of a line with a non-ASCII byte.
pub(super) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    line.split(move |byte| !is_part(byte)).filter(|word| !word.is_ascii()).take(MOST_WORDS)
}

/// How plausible a text is as a word.
fn plausibility(word: &str) -> i32 {
    let letters: Vec<char> = word.chars().collect();
    let all = |is: fn(char) -> bool| letters.iter().filter(|c| is(**c)).count();
    let cases = (all(char::is_lowercase), all(char::is_uppercase));
    (0..letters.len()).filter(|at| !letters[*at].is_ascii()).map(|at| fitness(&letters, at, cases)).sum()
}

/// How well a character fits between the others of its word, which has this many lowercase and capital letters.
fn fitness(word: &[char], at: usize, (lower, upper): (usize, usize)) -> i32 {
    let c = word[at];
    let before = at.checked_sub(1).map(|index| word[index]);
    let after = word.get(at + 1).copied();
    let beside = [before, after];
    let letters = beside.iter().flatten().filter(|c| is_letter(**c)).count();
    let is = |other: Option<char>, is: fn(char) -> bool| other.is_some_and(is);
    if c.is_control() || c == char::REPLACEMENT_CHARACTER || matches!(c, '\u{e000}'..='\u{f8ff}') {
        return -100;
    }
    if !is_letter(c) {
        return match c {
            '\u{a0}' => {
                if letters == 2 && is(after, char::is_lowercase) {
                    -40
                } else {
                    5
                }
            }
            '’' if letters == 2 => match word[at + 1..] {
                ['s' | 'S' | 't' | 'T'] if at > 2 => 30,
                [next, ..] if next.is_uppercase() && at <= 2 || at == 1 && is(before, char::is_lowercase) => 30,
                _ if at == 1 => 0,
                _ => -30,
            },
            '‘' | '“' | '„' | '¿' | '¡' | '«' if is(before, is_letter) => -60,
            '”' | '…' | '®' | '©' | '™' | '²' | '³' | 'º' | 'ª' | '»' if is(after, is_letter) => -60,
            '’' | '‘' | '“' | '”' | '„' | '«' | '»' | '–' | '—' | '…' | '¿' | '¡' | '®' | '©' | '™' | '²' | '³'
            | 'º' | 'ª' => [0, -4, -60][letters],
            '£' | '€' | '°' | '§' | '½' | '¼' | '¾' | '¢' | '¥' | '№' | '·' | '•' | '¤' => {
                let has_digit = beside.iter().flatten().any(char::is_ascii_digit);
                [if has_digit { 3 } else { -5 }, -20, -60][letters]
            }
            _ => [-40, -60, -60][letters],
        };
    }
    if letters == 0 {
        return if word.len() > 1 { -20 } else { -10 };
    }
    if beside.iter().flatten().any(|other| is_letter(*other) && script(*other) != script(c)) {
        return -60;
    }
    let (lower, upper) = (lower - usize::from(c.is_lowercase()), upper - usize::from(c.is_uppercase()));
    let mut fit = frequency(c);
    if c.is_uppercase() && is(before, is_letter) && lower > 0 {
        fit -= 50;
    }
    if c.is_lowercase() && c != 'ß' {
        let is_in_capitals = lower == 0 && upper >= 2;
        let is_before_capital = is(after, char::is_uppercase) && is(before, is_letter);
        fit -= if is_in_capitals || is_before_capital || before.is_none() && is(after, char::is_uppercase) {
            40
        } else {
            0
        };
        fit -= if before.is_none() { 15 } else { 0 };
    }
    // No language in Latin script has three accented letters in a row.
    if script(c) == Script::Latin && beside.iter().all(|other| other.is_some_and(|c| is_letter(c) && !c.is_ascii())) {
        fit -= 60;
    }
    fit + sound(c, before, after)
}

/// Whether it is next to plausible sounds: a vowel between consonants, a consonant next to vowels.
fn sound(c: char, before: Option<char>, after: Option<char>) -> i32 {
    if script(c) != Script::Latin {
        return 0;
    }
    let plain = |other: Option<char>| other.filter(|c| is_letter(*c)).map_or(' ', lowercase);
    let (c, before, after) = (lowercase(c), plain(before), plain(after));
    let (vowel_before, vowel_after) = (is_vowel(before), is_vowel(after));
    match c {
        'ß' if !vowel_before || !(vowel_after || " tbhg".contains(after)) => -40,
        'ñ' if !vowel_after && after != ' ' => -30,
        'œ' if !matches!(after, 'u' | 'i') => -20,
        'á' if vowel_before && (after == ' ' || before == 'a') => -30,
        'ê' | 'ë' | 'æ' | 'å' if after == ' ' && !vowel_before => -8,
        'à' if after == ' ' => 8,
        'ã' | 'õ' if matches!(after, 'o' | 'e') => 15,
        // In Portuguese only before an e.
        'õ' => -10,
        'î' if matches!(before, 'a' | 'o') => 12,
        'ö' | 'ü' | 'ä' | 'å' | 'ø' if matches!(before, 'a' | 'o' | 'u') || matches!(after, 'a' | 'o' | 'u') => {
            -25
        }
        _ if is_vowel(c) => match (vowel_before, vowel_after) {
            (true, true) => -15,
            (true, false) if "ëïéèîóíá".contains(c) => 0,
            (true, false) | (false, true) => -3,
            (false, false) => 3,
        },
        _ => match (vowel_before, vowel_after) {
            (true, true) => 5,
            (false, false) => -10,
            _ => 0,
        },
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !matches!(c, 'ª' | 'º' | 'ƒ' | 'µ' | 'ﬁ' | 'ﬂ' | 'Ω' | 'π' | 'ˆ' | 'ˇ' | 'ⁿ')
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Other,
}

fn script(c: char) -> Script {
    match c {
        'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}' => Script::Latin,
        '\u{400}'..='\u{4ff}' => Script::Cyrillic,
        _ => Script::Other,
    }
}

fn is_vowel(c: char) -> bool {
    "aeiouyáàâäãåæāăąéèêëēĕėęěíìîïĩīĭįıóòôöõøōŏőœúùûüũūŭůűųýÿŷ".contains(lowercase(c))
}

fn lowercase(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// How often a non-ASCII letter occurs in names of customers.
fn frequency(c: char) -> i32 {
    const OFTEN: [(&str, i32); 9] = [
        ("éüöä", 30),
        ("áíóñè", 28),
        ("çßåø", 25),
        ("łąęśćńżčřěőűůğşı", 26),
        ("êëôâîïàúæãõùòì", 20),
        ("ýšžź", 16),
        ("ûťďňźăâțșāēīūķļģņėįų", 12),
        ("оеаинтсрвлкмдпуαάεέηήιίοόυύωώτσςνρκπμλ", 10),
        ("яыьгзбчйхжшюцщэфёіїєґъγδβθξφχψζ", 6),
    ];
    let c = lowercase(c);
    let found = OFTEN.iter().find(|(letters, _)| letters.contains(c));
    found.map_or(if script(c) == Script::Other { 8 } else { 2 }, |(_, weight)| *weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The encoding of a name.
    fn page(name: &str) -> Cow<'static, CodePage> {
        match named(name).expect("a page") {
            NamedEncoding::Page(page) => page,
            NamedEncoding::Whole(known) => Cow::Owned(CodePage::of(known)),
        }
    }

    fn guessed(list: &str, name: &str) -> EncodingGuess {
        let bytes = page(name).encode(list).unwrap_or_else(|| panic!("{name} has not all of {list}"));
        let lines: Vec<Vec<u8>> = bytes.split(|b| *b == b'\n').filter(|l| !l.is_ascii()).map(<[u8]>::to_vec).collect();
        guess(&lines)
    }

    const WESTERN: &[&str] = &[
        "C1,José,Moss",
        "C1,Ann,Muñoz",
        "C1,José,Muñoz\nC2,Zoë,Größe",
        "C7,Zoë,Smith",
        "C1,MÜLLER,HANS",
        "C1,Jürgen,Müller",
        "C1,Björn,Åkesson\nC2,Søren,Kjær",
        "C1,Renée,Lefèvre\nC2,François,Benoît\nC3,Hélène,Château",
        "C1,Ana,García\nC2,Luis,Núñez\nC3,Inés,Peña",
        "C1,Weiß,Köln\nC2,Jäger,Straße 5",
        "C1,JOSÉ,NÚÑEZ",
        "C1,João,Conceição",
        "C1,Ulla,Grönqvist,Götgatan 5,Malmö",
    ];

    #[test]
    fn western_lists_are_read_as_they_were_written() {
        for list in WESTERN {
            for name in ["windows-1252", "macintosh", "cp850", "iso-8859-15"] {
                let found = guessed(list, name);
                let bytes = page(name).encode(list).expect("bytes");
                assert_eq!(found.page.decode(&bytes), *list, "{name} read as {}", found.page.title);
                let is_usual = matches!(name, "windows-1252" | "iso-8859-15");
                assert!(!is_usual || found.is_silent(), "{name} is doubted: {list}");
            }
        }
    }

    /// One accented name in the whole file is enough for Windows-1252, without a message.
    #[test]
    fn a_single_name_of_windows_is_no_riddle() {
        let names = "José|Muñoz|Zoë|Müller|MÜLLER|Björn|Åkesson|Søren|Kjær|Renée|Lefèvre|François|Benoît|Hélène|Château|Núñez|Peña|\
                     Weiß|Köln|JOSÉ|FRANÇOIS|HÉLÈNE|João|Guimarães|Simões|Malmö|Élodie|Noël|Anaïs|Loïc|Joël|Côté|Forêt|Óscar|\
                     Íñigo|Ángel|Úrsula|María|Böhm|Preuß|Übersee|Ärztehaus|Østergaard|Håkon|Hämäläinen|Nicolò|Città|Forlì|Liège|\
                     Bâle|Curaçao|Aïcha|Çelik|Gül|Brontë|Siân|Máire|Guðrún|Ægir|naïve|O’Brien|Bø";
        for name in names.split('|') {
            let found = guessed(&format!("C1,Ann,{name}"), "windows-1252");
            let bytes = page("windows-1252").encode(name).expect("bytes");
            assert_eq!(found.page.decode(&bytes), name, "read as {}", found.page.title);
            assert!(found.is_silent(), "{name} is doubted");
        }
    }

    #[test]
    fn other_lists_are_read_as_they_were_written() {
        for (list, names) in [
            (
                "C1,Łukasz,Wałęsa,Żółta 5,Łódź\nC2,Michał,Dąbrowski,Święta 2,Gdańsk\nC3,Agnieszka,Zieliński",
                &["windows-1250", "cp852", "iso-8859-2", "mac-ce"][..],
            ),
            ("C1,Jiří,Dvořák,Příkopě 5,Plzeň\nC2,Tomáš,Růžička,Žižkova 2,Brno", &["windows-1250", "cp852", "mac-ce"]),
            ("C1,László,Szőke,Fő út 5,Győr\nC2,Béla,Tűzkő,Petőfi tér 2,Szűcs", &["windows-1250", "cp852", "mac-ce"]),
            (
                "C1,Иван,Петров,ул. Ленина 5,Москва\nC2,Анна,Соколова,Невский пр. 2,Рязань",
                &["windows-1251", "cp866", "koi8-r", "mac-cyrillic"],
            ),
            ("C1,Ayşe,Yıldız,Çiçek Sokağı 5,İzmir\nC2,Oğuz,Şahin", &["windows-1254"]),
            ("C1,Νίκος,Παπαδόπουλος,Αθήνα\nC2,Μαρία,Γεωργίου", &["windows-1253"]),
            ("C1,山田太郎,東京都千代田区\nC2,田中花子,大阪市北区梅田", &["shift_jis", "euc-jp"]),
            ("C1,Олексій,Шевченко,Київ\nC2,Юлія,Їжак,вул. Лесі Українки,Львів", &["windows-1251", "mac-cyrillic"]),
        ] {
            for name in names {
                let found = guessed(list, name);
                let bytes = page(name).encode(list).expect("bytes");
                assert_eq!(found.page.decode(&bytes), list, "{name} read as {}", found.page.title);
            }
        }
    }

    #[test]
    fn what_windows_writes_beside_letters_is_no_other_encoding() {
        for list in [
            "C1,Ann,O’Brien",
            "C1,Ann,Moss’s shop",
            "C1,£5 off",
            "C1,5 €,10–12",
            "C1,“Rose House”",
            "C1,Ann\u{a0}Moss",
            "C1,D’Arcy – Söhne",
            "C1,Acme® Ltd,1½ Main St",
            "C1,Beneš",
        ] {
            let found = guessed(list, "windows-1252");
            let bytes = page("windows-1252").encode(list).expect("bytes");
            assert_eq!(found.page.decode(&bytes), list, "read as {}", found.page.title);
        }
    }

    #[test]
    fn encodings_have_the_names_that_people_use() {
        for (name, title) in
            [("CP850", "MS-DOS (CP850)"), ("Mac Roman", "Mac Roman"), ("latin1", "Windows-1252"), ("koi8-u", "KOI8-U")]
        {
            assert_eq!(page(name).title, title);
        }
        assert!(matches!(named("utf-8"), Ok(NamedEncoding::Whole(_))));
        let refused = named("cp851").expect_err("unknown").report();
        assert!(refused.contains("unknown encoding `cp851`") && refused.contains("cp850"), "{refused}");
    }
}
