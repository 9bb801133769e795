//! The meaning of words in a name: titles, particles, suffixes, companies, families.
//!
//! name_words.tsv has the lists, given_names.tsv the first names; both are compared without case, accents and periods.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::{WordLists, plain_key};

/// Lists of words by kind: those of name_words.tsv and given_names.tsv.
static LISTS: LazyLock<HashMap<&'static str, HashSet<String>>> = LazyLock::new(|| {
    let files = [include_str!("name_words.tsv"), include_str!("given_names.tsv")];
    let lists = files.into_iter().flat_map(|file| WordLists::of(file).into_kinds());
    lists.map(|(kind, words)| (kind, words.into_iter().map(bare).collect())).collect()
});

/// Short words before a name that are not titles for a greeting.
const OTHER_SHORT: [&str; 5] = ["fr", "hr", "st", "ste", "jr"];

/// Titles that are short and without vowels.
const SHORT_TITLES: [&str; 8] = ["mr", "mrs", "ms", "mx", "dr", "prof", "rev", "sr"];

/// Articles that are lowercase only after a lowercase particle: de la, de los.
const ARTICLES: [&str; 5] = ["la", "las", "los", "le", "les"];

/// How suffixes of a name are written; the last two are also names of people.
const SUFFIXES: &str = "Jr Sr II III IV VII VIII Esq PhD MD DDS DVM CPA RN USN USMC USAF VI USA";

/// A word in the form of the lists: lowercase, without accents, periods and surrounding characters.
pub(crate) fn bare(word: &str) -> String {
    if word.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return word.to_ascii_lowercase();
    }
    let outer = |c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '%' | '/' | '#');
    let word = word.trim_matches(outer).replace(['.', ','], "").replace('’', "'");
    let part = |part: &str| if part.contains('\'') { part.to_lowercase() } else { plain_key(part) };
    let words = word.split_whitespace().map(|word| {
        if word.contains(['/', '#', '%']) {
            return word.to_lowercase();
        }
        word.split('-').map(part).collect::<Vec<_>>().join("-")
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Whether a word may be in a list, by its first letter and its length: an import calls this for every name. Words with
/// other than plain letters always may be.
pub(super) fn has_shape(list: &'static str, word: &str) -> bool {
    type Shapes = HashMap<&'static str, HashSet<(u8, usize)>>;
    static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
        let shapes = |words: &HashSet<String>| {
            words.iter().filter_map(|word| Some((*word.as_bytes().first()?, word.len()))).collect()
        };
        LISTS.iter().map(|(list, words)| (*list, shapes(words))).collect()
    });
    let [first, rest @ ..] = word.as_bytes() else { return false };
    let is_plain = first.is_ascii_alphabetic() && rest.iter().all(u8::is_ascii_alphabetic);
    !is_plain || SHAPES.get(list).is_some_and(|shapes| shapes.contains(&(first.to_ascii_lowercase(), word.len())))
}

/// Whether a word or a phrase, [`bare`], is in a list.
pub(super) fn is_in(list: &str, bare: &str) -> bool {
    LISTS.get(list).is_some_and(|words| words.contains(bare))
}

/// Whether it can be used in a greeting: `Dr.`; not what may be a first name.
pub(crate) fn is_title(word: &str) -> bool {
    is_in("title", &bare(word)) || word.trim_end_matches('.').to_lowercase() == "doña"
}

/// Whether it may be both a title and a first name: `Dean`.
pub(crate) fn may_be_title(word: &str) -> bool {
    is_in("doubtful title", &bare(word))
}

/// Whether it is a form of address before a name: `Mr.`, `Herr`.
pub(crate) fn is_social_title(word: &str) -> bool {
    is_in("social", &bare(word))
}

/// Whether `Dr.` replaces it: `Mr.` yes, `Herr` no.
pub(crate) fn is_english_title(word: &str) -> bool {
    is_in("english", &bare(word))
}

pub(crate) fn is_academic_title(word: &str) -> bool {
    is_in("academic", &bare(word))
}

/// Whether the full name follows it in a greeting: `Sister Mary Agnes`.
pub(crate) fn takes_whole_name(word: &str) -> bool {
    is_in("whole name", &bare(word))
}

/// Whether it belongs to the following title: `Very` of `Very Rev.`
pub(crate) fn is_before_title(word: &str) -> bool {
    is_in("before title", &bare(word))
}

/// Whether the first name follows it in a greeting: `Sir Robert`.
pub(crate) fn is_said_with_first_name(word: &str) -> bool {
    matches!(bare(word).as_str(), "sir" | "dame" | "don" | "dona" | "dom") || takes_whole_name(word)
}

/// Whether it extends the previous title: `med.` of `Dr. med.`
pub(crate) fn is_after_title(word: &str) -> bool {
    is_in("after title", &bare(word))
}

/// Whether it is in the place of a title and marks a company: `Firma`.
pub(crate) fn is_firm_title(word: &str) -> bool {
    is_in("firm title", &bare(word))
}

/// Whether it is not a form of address: `divers`, `Mr/Mrs`.
pub(crate) fn is_no_title(title: &str) -> bool {
    let parts: Vec<&str> = title
        .split(['/', '|', ','])
        .flat_map(|part| part.split_whitespace())
        .filter(|word| !matches!(bare(word).as_str(), "or" | "oder" | "ou" | "o" | "of" | "eller"))
        .collect();
    let is_choice = title.contains(['/', '|']) || parts.len() < title.split_whitespace().count();
    let is_list = title.contains(',') && parts.len() > 1;
    is_in("no title", &bare(title))
        || is_choice && parts.iter().all(|word| is_title(word) || is_social_title(word))
        || is_list && parts.iter().all(|word| is_social_title(word))
}

/// Whether it turns a surname into a family: `Familie`.
pub(crate) fn is_family(word: &str) -> bool {
    is_in("family", &bare(word))
}

/// Whether it is before the names of a couple: `Eheleute`.
pub(crate) fn is_couple(word: &str) -> bool {
    is_in("couple", &bare(word))
}

/// Whether it is not a name but an abbreviation before one: `DR`, `ST`.
pub(crate) fn is_short_before_a_name(word: &str) -> bool {
    let word = bare(word);
    SHORT_TITLES.contains(&word.as_str()) || OTHER_SHORT.contains(&word.as_str())
}

/// Whether a surname begins with it.
pub(crate) fn is_particle(word: &str) -> bool {
    if word == "Ó" {
        return true;
    }
    let word = bare(word);
    is_in("small particle", &word) || is_in("particle", &word)
}

/// Whether a surname begins with it even without a first name before it: `Van Vleet`, but not `Al Smith`.
pub(crate) fn begins_surname(word: &str) -> bool {
    is_in("begins a surname", &bare(word))
}

/// Whether it is lowercase before a surname; `before` is the previous word.
pub(crate) fn is_small(word: &str, before: Option<&str>) -> bool {
    let small = |word: &str| is_in("small particle", word) || word == "y";
    let word = word.to_lowercase();
    small(&word) || ARTICLES.contains(&word.as_str()) && before.is_some_and(small)
}

/// Whether it distinguishes several people with one name: `Jr.`
pub(crate) fn is_numeral(word: &str) -> bool {
    is_in("numeral", &bare(word)) && word != "Iv"
}

/// Whether letters after a name are an honor or a degree. Some of them are also surnames: those count in capitals or
/// with periods, and only after a full name.
pub(crate) fn is_post_nominal(word: &str, behind_whole_name: bool) -> bool {
    let letters = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
    let key = bare(letters);
    let has_points = letters.trim_end_matches('.').contains('.');
    let in_capitals = letters.chars().all(|c| !c.is_lowercase());
    // Meng and Mba are surnames, MEng and MBA are not; Phd is never a name.
    let is_name = is_written_as_name(letters) && key.contains(['a', 'e', 'i', 'o', 'u']) && key != "esq";
    is_in("post-nominal", &key) && !is_name
        || behind_whole_name
            && (has_points || in_capitals)
            && (is_in("doubtful post-nominal", &key)
                || has_points && key.chars().count() < 5
                || key.chars().count() > 2 && !key.contains(['a', 'e', 'i', 'o', 'u', 'y']) && key.is_ascii())
}

/// A capital followed by lowercase letters.
pub(super) fn is_written_as_name(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase) && word.chars().skip(1).all(char::is_lowercase)
}

/// How a suffix in capitals is written: `PhD`. `M.D.` is already correct.
pub(crate) fn written_suffix(word: &str) -> Option<&'static str> {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    SUFFIXES.split(' ').find(|written| written.eq_ignore_ascii_case(word))
}

/// Whether a word is a first name and hardly ever a surname.
pub(crate) fn is_given_name(word: &str) -> bool {
    let word = bare(word);
    is_in("given", &word) && !is_in("either", &word)
}

/// Whether a word may be a first name: `Anna`, `James`.
pub(crate) fn may_be_given_name(word: &str) -> bool {
    let word = bare(word);
    let known = |name: &str| is_in("given", name) || is_in("either", name);
    known(&word) || word.split('-').all(known)
}

/// Whether it is often the first of two first names: `Mary Rose`, `Jean Paul`.
pub(crate) fn is_first_of_two(word: &str) -> bool {
    is_in("first of two", &bare(word))
}

/// `Smith` of `The Smiths`, `Jones` of `The Joneses`.
pub(crate) fn singular(plural: &str) -> Option<&str> {
    let plural = plural.trim_end_matches(['\'', '’']);
    if let Some(stem) = plural.strip_suffix("'s").or_else(|| plural.strip_suffix("’s")) {
        return Some(stem);
    }
    let stem = plural.strip_suffix('s').filter(|stem| stem.chars().count() > 2)?;
    if is_in("ends in s", &bare(plural)) || may_be_given_name(stem) {
        return Some(plural);
    }
    let hissing =
        stem.strip_suffix('e').filter(|stem| ["s", "x", "z", "ch", "sh"].iter().any(|end| stem.ends_with(end)));
    Some(hissing.unwrap_or(stem))
}

/// Whether a full name is that of a company, an office, a church.
pub(crate) fn is_company(name: &str) -> bool {
    let words: Vec<String> = words(name).map(bare).collect();
    let [first, rest @ ..] = words.as_slice() else { return false };
    let ends =
        |word: &String| LISTS["firm ending"].iter().any(|end| word.ends_with(end.as_str()) && word.len() > end.len());
    let Some(last) = rest.last() else { return has_possessive(name) || ends(first) };
    let is_titled = ["title", "doubtful title"].iter().any(|list| is_in(list, first));
    rest.iter().any(|word| is_in("firm", word))
        || words.iter().any(|word| is_in("firm word", word)) && !(rest.len() == 1 && may_be_given_name(first))
        || has_possessive(name)
        || words.iter().any(ends)
        || is_in("firm at the start", first)
        || !is_titled && rest.iter().any(|word| matches!(word.as_str(), "of" | "for" | "the"))
        || (is_in("doubtful firm word", last) || is_in("rarely a surname", last))
            && is_in("begins a firm", first)
            && !may_be_given_name(first)
        || first == "the" && rest.len() > 1 && !["title", "doubtful title"].iter().any(|list| is_in(list, &rest[0]))
}

/// Whether a word is common in names of companies, and rare in those of people: `Bakery`.
pub(crate) fn is_firm_word(word: &str) -> bool {
    is_in("firm word", &bare(word))
}

/// Whether a full name may be that of a company or a person: `Zion Church`, `Rose Bakery`, `Troop 12`.
pub(crate) fn is_perhaps_company(name: &str) -> bool {
    let words: Vec<String> = words(name).map(bare).collect();
    let [first, middle @ .., last] = words.as_slice() else { return false };
    let is_one_of = |word: &str, lists: &[&str]| lists.iter().any(|list| is_in(list, word));
    let is_name = |word: &String| may_be_given_name(word) || is_particle(word) || word.chars().count() == 1;
    !is_in("title", first)
        && (is_one_of(last, &["firm word", "rarely a surname"])
            || is_in("doubtful firm word", last) && !(is_name(first) && middle.iter().all(is_name))
            || is_in("doubtful firm word", first) && !middle.is_empty()
            || words.iter().any(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())))
}

/// `Rose's Bakery`, `Macy's`.
fn has_possessive(name: &str) -> bool {
    words(name).any(|word| word.len() > 3 && word.ends_with("'s") || word.len() > 5 && word.ends_with("’s"))
}

/// Whether a name may be that of a company; few people have such a name.
pub(crate) fn may_be_company(name: &str) -> bool {
    let is_firm = |word: &str| {
        let word = bare(word);
        ["firm", "firm word", "rarely a surname", "doubtful firm word"].into_iter().any(|list| is_in(list, &word))
    };
    words(name).any(is_firm) || name.chars().any(char::is_numeric)
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn companies_are_told_from_people() {
        for name in ["ACME SUPPLY CO.", "Smith & Sons", "Berg,GmbH"] {
            assert!(is_company(name) && may_be_company(name), "{name}");
        }
        for name in [
            "St. John's Church",
            "City Library",
            "Rose’s Bakery",
            "Department of Parks",
            "University of Nowhere",
            "A & B Plumbing",
            "Schule am Park",
            "Turnverein Holm",
            "École Jules Probe",
            "Mairie de Lyon",
            "Restaurante Pepe",
            "First Bank",
            "The Corner Shop",
            "Macy's",
            "Hotel Adler",
            "City of Ulm",
            "Amtsgericht Ulm",
            "Musikverein Ulm",
            "Friends of the Park",
            "Accounts Payable",
        ] {
            assert!(is_company(name), "{name}");
        }
        for name in ["7-ELEVEN", "Tom Church", "CO SUPPLY"] {
            assert!(may_be_company(name), "{name}");
        }
        for name in ["Rose Baker", "Tom Church", "Grace Bank", "Mark School", "Ann Temple", "COLE SMITH", "Pat O'Neil"]
        {
            assert!(!is_company(name) && !is_perhaps_company(name), "{name}");
        }
        for name in ["Zion Church", "Max Records", "Reed Group", "Salem High School", "Temple Beth El", "Post 99"] {
            assert!(!is_company(name) && is_perhaps_company(name), "{name}");
        }
        assert!(!may_be_company("COLE SMITH") && !is_perhaps_company("Mary Ann Church"));
    }

    #[test]
    fn words_around_a_name_are_known() {
        assert!(is_title("Dr.") && is_title("Fräulein") && !is_title("St."));
        assert!(is_particle("van") && is_particle("'t") && !is_particle("Anna"));
        assert!(is_small("LOS", Some("de")) && !is_small("LOS", None) && is_small("VON", None));
        assert!(is_numeral("Jr.") && !is_numeral("Vi"));
        assert_eq!(["PHD", "VI", "SMITH"].map(written_suffix), [Some("PhD"), Some("VI"), None]);
    }

    #[test]
    fn letters_behind_a_name_are_told_from_surnames() {
        for word in ["MBE", "MSc", "Ph.D.", "Esq.", "phd", "QC,", "Phd", "Msc"] {
            assert!(is_post_nominal(word, false), "{word}");
        }
        for word in ["MA", "D.O.", "B.A.", "S.J.", "RA"] {
            assert!(is_post_nominal(word, true) && !is_post_nominal(word, false), "{word}");
        }
        for word in ["Ma", "Do", "Ba", "Smith", "NG", "Ra", "Meng", "Mba", "Peng"] {
            assert!(!is_post_nominal(word, true), "{word}");
        }
    }
}
