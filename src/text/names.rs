//! What the words around a name mean: titles, particles, suffixes, companies.

/// Titles of several languages, without points, in small letters.
const TITLES: &str = "\
    miss sir dame lady lord hon capt rabbi herr herrn frau fräulein dipl-ing monsieur madame mademoiselle \
    mme mlle sra srta señor señora señorita doña sig sigra signor signora dhr mevr";

/// Titles that are written short.
const SHORT_TITLES: &str = "mr mrs ms mx dr prof rev sr";

/// What else stands short before a name, and is no title to greet by.
const OTHER_SHORT: &str = "fr hr st ste jr";

/// Particles that begin a surname and are small: Vincent van Gogh.
const SMALL_PARTICLES: &str = "van von vom zu zum zur der den ter ten de del della dela dos das do da di du bin ibn";

/// Particles that begin a surname, small or not.
const OTHER_PARTICLES: &str = "des la las le los te 't af av al el st san santa";

/// Articles that are small only behind a small particle: de la, de los.
const ARTICLES: &str = "la las los le les";

/// What stands behind a name, and how it is written.
const SUFFIXES: &[(&str, &str)] = &[
    ("jr", "Jr"),
    ("sr", "Sr"),
    ("ii", "II"),
    ("iii", "III"),
    ("iv", "IV"),
    ("vii", "VII"),
    ("viii", "VIII"),
    ("esq", "Esq"),
    ("phd", "PhD"),
    ("md", "MD"),
    ("dds", "DDS"),
    ("dvm", "DVM"),
    ("cpa", "CPA"),
    ("rn", "RN"),
    ("usn", "USN"),
    ("usmc", "USMC"),
    ("usaf", "USAF"),
];

/// The same, but names of people as well.
const DOUBTFUL_SUFFIXES: &[(&str, &str)] = &[("vi", "VI"), ("usa", "USA")];

/// Words that only a company has in its name.
const COMPANY: &str = "\
    ltd limited inc incorporated llc llp plc corp corporation company co gmbh ag kg ohg sarl sas bv nv srl \
    spa oy ab sons bros brothers associates partners";

/// Words that a company may have in its name, and people too.
const DOUBTFUL_COMPANY: &str = "lp sa bank group hotel club school church usa uk";

/// A word as the lists have it: without points and the characters around it, in small letters.
pub(crate) fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'').replace(['.', ','], "").to_lowercase()
}

fn is_in(word: &str, lists: &[&str]) -> bool {
    let word = bare(word);
    lists.iter().any(|list| list.split(' ').any(|known| known == word))
}

/// Whether somebody can be greeted by it: `Dr.`
pub(crate) fn is_title(word: &str) -> bool {
    is_in(word, &[TITLES, SHORT_TITLES])
}

/// Whether it is no name but what is written short before one: `DR`, `ST`.
pub(crate) fn is_short_before_a_name(word: &str) -> bool {
    is_in(word, &[SHORT_TITLES, OTHER_SHORT])
}

/// Whether a surname begins with it.
pub(crate) fn is_particle(word: &str) -> bool {
    is_in(word, &[SMALL_PARTICLES, OTHER_PARTICLES])
}

/// Whether it is written small before a surname, `before` being the word in front of it.
pub(crate) fn is_small(word: &str, before: Option<&str>) -> bool {
    let is_one_of = |list: &str, word: &str| list.split(' ').any(|known| known == word);
    let small = |word: &str| is_one_of(SMALL_PARTICLES, word) || word == "y";
    let word = word.to_lowercase();
    small(&word) || is_one_of(ARTICLES, &word) && before.is_some_and(small)
}

/// Whether it stands behind a name: `Jr.`
pub(crate) fn is_suffix(word: &str) -> bool {
    let word = bare(word);
    SUFFIXES.iter().any(|(known, _)| *known == word)
}

/// How a word in capitals behind a name is written: `PhD`. `M.D.` is written so already.
pub(crate) fn written_suffix(word: &str) -> Option<&'static str> {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    SUFFIXES.iter().chain(DOUBTFUL_SUFFIXES).find(|(known, _)| *known == word).map(|(_, how)| *how)
}

/// Whether a name is a company's.
pub(crate) fn is_company(name: &str) -> bool {
    words(name).skip(1).any(|word| is_in(word, &[COMPANY]))
}

/// Whether a name may be a company's; a person whose name is so is rare.
pub(crate) fn may_be_company(name: &str) -> bool {
    words(name).any(|word| is_in(word, &[COMPANY, DOUBTFUL_COMPANY])) || name.chars().any(char::is_numeric)
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
        for name in ["7-ELEVEN", "Tom Church", "CO SUPPLY"] {
            assert!(!is_company(name) && may_be_company(name), "{name}");
        }
        assert!(!may_be_company("COLE SMITH"));
    }

    #[test]
    fn words_around_a_name_are_known() {
        assert!(is_title("Dr.") && is_title("Fräulein") && !is_title("St."));
        assert!(is_particle("van") && is_particle("'t") && !is_particle("Anna"));
        assert!(is_small("LOS", Some("de")) && !is_small("LOS", None) && is_small("VON", None));
        assert!(is_suffix("Jr.") && !is_suffix("Vi"));
        assert_eq!(["PHD", "VI", "SMITH"].map(written_suffix), [Some("PhD"), Some("VI"), None]);
    }
}
