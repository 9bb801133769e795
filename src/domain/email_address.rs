//! A valid email address, and why a text is not one.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::text;

/// The longest part before the `@`, in bytes (RFC 5321, section 4.5.3.1).
const LONGEST_NAME: usize = 64;
/// The longest domain and the longest part of one, in DNS characters (RFC 1035, section 2.3.4).
const LONGEST_DOMAIN: usize = 253;
const LONGEST_LABEL: usize = 63;

/// An email address: a local part that needs no quotes, an `@`, and a domain that is valid in DNS.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct EmailAddress(String);

impl EmailAddress {
    /// The address in a text; none when it is invalid.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::bare(text).map(|bare| Self(bare.to_owned()))
    }

    /// The same as text, without surrounding spaces and `mailto:`.
    pub(crate) fn bare(text: &str) -> Option<&str> {
        Some(bare_email(text)).filter(|bare| look(bare).is_ok())
    }

    /// Whether a text is a valid address.
    pub(crate) fn is_one(text: &str) -> bool {
        Self::bare(text).is_some()
    }

    /// The address in a text with what people and programs add to it: `Lou <lou@example.com>`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        Self::parse(&email_in(text))
    }

    /// Why a text is not an address, to follow it in a message: "has two dots in a row".
    pub(crate) fn fault(text: &str) -> Option<String> {
        look(bare_email(text)).err()
    }

    /// As written.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The form for mail servers: the domain in DNS form (`xn--bcher-kva.example`), the local part as written, accents
    /// composed.
    pub(crate) fn for_wire(&self) -> String {
        let (name, domain) = self.0.split_once('@').unwrap_or((&self.0, ""));
        let domain = if domain.is_ascii() {
            domain.to_owned()
        } else {
            idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_owned())
        };
        format!("{}@{domain}", composed(name))
    }

    /// The form for comparison.
    pub(crate) fn key(&self) -> String {
        email_key(&self.0)
    }
}

/// Whether two texts are the same address for mail servers: a report may have the domain in DNS form.
pub(crate) fn is_same_mailbox(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|text| EmailAddress::parse(text).map(|address| email_key(&address.for_wire())));
    one.is_some() && one == other
}

/// A text that should be an address, in its form for comparison: lowercase, accents composed, without spaces and
/// `mailto:`.
pub(crate) fn email_key(text: &str) -> String {
    let text = bare_email(text);
    if text.is_ascii() { text.to_ascii_lowercase() } else { composed(text).to_lowercase() }
}

/// A text with its accents composed.
fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

/// A text without surrounding spaces and the `mailto:` of a link.
fn bare_email(text: &str) -> &str {
    const LINK: &str = "mailto:";
    let text = text.trim();
    let is_link = text.get(..LINK.len()).is_some_and(|start| start.eq_ignore_ascii_case(LINK));
    if is_link { text[LINK.len()..].trim_start() } else { text }
}

/// Checks whether a bare text is an address.
///
/// # Errors
/// With the reason why it is not.
fn look(text: &str) -> Result<(), String> {
    let Some((name, domain)) = text.split_once('@') else { return Err("has no @".to_owned()) };
    if domain.contains('@') {
        return Err("has more than one @".to_owned());
    }
    let of_name = |c: char| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let of_domain = |c: char| c.is_alphanumeric() || ".-_".contains(c) || !c.is_ascii() && is_combining_mark(c);
    let odd = composed(name).chars().find(|c| !of_name(*c));
    if let Some(odd) = odd.or_else(|| domain.chars().find(|c| !of_domain(*c))) {
        if text.contains(char::is_whitespace) {
            return Err("has a space in it".to_owned());
        }
        if odd.is_control() || is_unseen(odd) {
            return Err("has a character in it that shows nothing".to_owned());
        }
        return Err(format!("has {} in it", text::quote(&odd.to_string())));
    }
    if name.is_empty() {
        return Err("has nothing before the @".to_owned());
    }
    if name.len() > LONGEST_NAME {
        return Err(format!("has more than {LONGEST_NAME} characters before the @"));
    }
    if name.contains("..") || domain.contains("..") {
        return Err("has two dots in a row".to_owned());
    }
    if name.starts_with('.') {
        return Err("begins with a dot".to_owned());
    }
    if name.ends_with('.') || domain.starts_with('.') {
        return Err("has a dot next to the @".to_owned());
    }
    if domain.ends_with('.') {
        return Err("ends with a dot".to_owned());
    }
    let wire = if domain.is_ascii() {
        Cow::Borrowed(domain)
    } else {
        Cow::Owned(idna::domain_to_ascii(domain).map_err(|_| "has a domain that DNS cannot hold".to_owned())?)
    };
    let Some((_, last)) = wire.rsplit_once('.') else { return Err("has no dot after the @".to_owned()) };
    if wire.len() > LONGEST_DOMAIN || wire.split('.').any(|label| label.len() > LONGEST_LABEL) {
        return Err(format!("has a part of more than {LONGEST_LABEL} characters after the @"));
    }
    if wire.split('.').any(|label| label.starts_with(['-', '_']) || label.ends_with(['-', '_'])) {
        return Err("has a hyphen where none can be".to_owned());
    }
    if last.len() < 2 || !last.contains(|c: char| c.is_ascii_alphabetic()) {
        return Err("ends like no domain".to_owned());
    }
    Ok(())
}

/// The address in a text, without what people and programs add to it: `mailto:lou@…?subject=…`, `Lou <lou@…>`,
/// `"lou@…"`, `lou@… (Lou)`, unusual or zero-width spaces, and the full-width `@`. A text without an address is
/// returned unchanged, without surrounding spaces.
pub(crate) fn email_in(text: &str) -> Cow<'_, str> {
    let bare = EmailAddress::bare(text).map(Cow::Borrowed);
    bare.unwrap_or_else(|| address_in(text).map_or(Cow::Borrowed(text.trim()), Cow::Owned))
}

fn address_in(text: &str) -> Option<String> {
    const HARD_SPACES: [char; 3] = ['\u{a0}', '\u{2007}', '\u{202f}'];
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{fe6b}' => '@',
        '\u{3002}' | '\u{ff61}' => '.',
        c if HARD_SPACES.contains(&c) => '\u{a0}',
        c => c,
    };
    let plain: String = text.chars().filter(|c| !is_unseen(*c)).map(narrow).collect();
    // A non-breaking space is never typed on purpose.
    let parts: Vec<&str> = plain.split('@').map(|part| part.trim_matches('\u{a0}')).collect();
    let plain = parts.join("@").replace("\u{a0}.", ".").replace('\u{a0}', " ");
    let in_brackets = plain.match_indices('<').filter_map(|(at, _)| Some(plain[at + 1..].split_once('>')?.0));
    let candidates = in_brackets.chain([plain.as_str()]);
    let bare = |candidate: &str| {
        let without = unquoted(candidate.trim());
        let link = bare_email(without);
        let end =
            if link.len() < without.len() { link.find('?') } else { link.find(" (").filter(|_| link.ends_with(')')) };
        unquoted(link[..end.unwrap_or(link.len())].trim()).to_owned()
    };
    candidates.map(bare).find(|bare| look(bare).is_ok())
}

/// A text without surrounding quotes or brackets.
fn unquoted(text: &str) -> &str {
    const PAIRS: [(char, char); 7] = [
        ('"', '"'),
        ('\'', '\''),
        ('\u{201c}', '\u{201d}'),
        ('\u{2018}', '\u{2019}'),
        ('(', ')'),
        ('[', ']'),
        ('\u{ab}', '\u{bb}'),
    ];
    let inside = |(open, close): &(char, char)| text.strip_prefix(*open)?.strip_suffix(*close);
    PAIRS.iter().find_map(inside).map_or(text, str::trim)
}

/// Invisible characters without width.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_an_address() {
        for good in ["a@b.co", " Ana.Lopez@example.com ", "ünal@exämple.de"] {
            assert_eq!(EmailAddress::parse(good).expect(good).as_str(), good.trim());
        }
        for (typed, wire) in [
            ("anna@b\u{fc}cher.example", "anna@xn--bcher-kva.example"),
            ("J\u{f6}rg@B\u{dc}CHER.example", "J\u{f6}rg@xn--bcher-kva.example"),
            ("Ana@Example.com", "Ana@Example.com"),
            ("Zoe\u{308}@b.co", "Zo\u{eb}@b.co"),
            ("a@\u{4f8b}\u{3048}.\u{30c6}\u{30b9}\u{30c8}", "a@xn--r8jz45g.xn--zckzah"),
        ] {
            assert_eq!(EmailAddress::parse(typed).expect(typed).for_wire(), wire);
        }
        for good in [
            "o'brien@example.com",
            "lou+news@example.com",
            "_x-1!#$%&*/=?^`{|}~@a-b.example.co.uk",
            "\u{5c71}\u{7530}@example.com",
            "a@\u{92e}\u{94d}\u{930}.example.com",
            "1@2.3com.museum",
            "a@my_shop.example.com",
            "lou@xn--bcher-kva.example",
            "zoe\u{308}@b.co",
            "a@b.\u{611b}",
        ] {
            assert_eq!(EmailAddress::fault(good), None, "{good}");
        }
        for same in ["Ana@B.Co", " ana@b.co ", "MAILTO: ana@b.co", "mailto:ANA@b.co"] {
            assert_eq!(EmailAddress::parse(same).expect(same).key(), "ana@b.co");
            assert_eq!(email_key(same), "ana@b.co");
        }
        assert_eq!(email_key("zoe\u{308}@b.co"), email_key("ZO\u{cb}@B.co"));
        for (one, other, is_same) in [
            ("Anna@b\u{fc}cher.example", "anna@XN--bcher-kva.example", true),
            ("a@\u{4f8b}\u{3048}.\u{30c6}\u{30b9}\u{30c8}", "a@xn--r8jz45g.xn--zckzah", true),
            ("ana@b.co", "mailto:Ana@B.co", true),
            ("anna@b\u{fc}cher.example", "anna@bucher.example", false),
            ("ana@b.co", "bea@b.co", false),
            ("ana", "ana", false),
        ] {
            assert_eq!(is_same_mailbox(one, other), is_same, "{one} {other}");
        }
    }

    #[test]
    fn what_keeps_a_text_from_being_one() {
        let (name, label) = ("n".repeat(65), "l".repeat(64));
        let (long_name, long_label) = (format!("{name}@b.co"), format!("a@{label}.co"));
        let wide_label = format!("a@{}.de", "\u{fc}".repeat(60));
        for (text, fault) in [
            ("ida..x@example.com", "has two dots in a row"),
            ("ida@example..com", "has two dots in a row"),
            (".ida@example.com", "begins with a dot"),
            ("ida.@example.com", "has a dot next to the @"),
            ("ida@.example.com", "has a dot next to the @"),
            ("ida@example.com.", "ends with a dot"),
            ("kim@example .com", "has a space in it"),
            ("kim @example.com", "has a space in it"),
            ("kim@example.com lee@example.com", "has more than one @"),
            ("Lou <lou@example.com>", "has a space in it"),
            ("lou@example.com>", "has `>` in it"),
            ("<lou@example.com", "has `<` in it"),
            ("lou@example.com,", "has `,` in it"),
            ("lou@exam\u{2026}ple.com", "has `\u{2026}` in it"),
            ("lou\u{fffd}@example.com", "has `\u{fffd}` in it"),
            ("lou\u{200b}@example.com", "has a character in it that shows nothing"),
            ("lou\u{1}@example.com", "has a character in it that shows nothing"),
            ("lou@@example.com", "has more than one @"),
            ("a@b@c.de", "has more than one @"),
            ("lou@example", "has no dot after the @"),
            ("lou@", "has no dot after the @"),
            ("@", "has nothing before the @"),
            ("@b.co", "has nothing before the @"),
            ("", "has no @"),
            ("no email", "has no @"),
            ("lou.example.com", "has no @"),
            ("lou(at)example.com", "has no @"),
            ("\"lou\"@example.com", "has `\"` in it"),
            ("lou@[127.0.0.1]", "has `[` in it"),
            ("lou@127.0.0.1", "ends like no domain"),
            ("lou@example.c", "ends like no domain"),
            ("lou@gmail.co.m", "ends like no domain"),
            ("lou@b.1", "ends like no domain"),
            ("lou@-example.com", "has a hyphen where none can be"),
            ("lou@example-.com", "has a hyphen where none can be"),
            (&long_name, "has more than 64 characters before the @"),
            (&long_label, "has a part of more than 63 characters after the @"),
            (&wide_label, "has a part of more than 63 characters after the @"),
            ("lou@example.com?subject=tea", "has `?` in it"),
        ] {
            assert_eq!(EmailAddress::fault(text).as_deref(), Some(fault), "{text}");
            assert_eq!((EmailAddress::parse(text), EmailAddress::is_one(text)), (None, false), "{text}");
        }
    }

    #[test]
    fn an_address_is_read_out_of_what_stands_around_it() {
        for text in [
            "lou@example.com",
            " lou@example.com\t",
            "mailto:lou@example.com",
            "MAILTO: lou@example.com",
            "mailto:lou@example.com?subject=Tea&body=x",
            "Lou <lou@example.com>",
            "\"Lou, X\" <lou@example.com>",
            "Lou Reed<lou@example.com>",
            "<lou@example.com>",
            "< lou@example.com >",
            "lou@example.com <mailto:lou@example.com?subject=x>",
            "Lou <mailto:lou@example.com>",
            "\"lou@example.com\"",
            "'lou@example.com'",
            "\u{201c}lou@example.com\u{201d}",
            "(lou@example.com)",
            "[lou@example.com]",
            "lou@example.com (Lou Reed)",
            "\u{feff}lou@example.com",
            "lou\u{200b}@exam\u{ad}ple.com",
            "\u{a0}lou@example.com\u{a0}",
            "lou\u{a0}@\u{a0}example.com",
            "lou@example\u{202f}.com",
            "lou\u{ff20}example.com",
            "lou\u{fe6b}example.com",
            "\u{ff4c}\u{ff4f}\u{ff55}\u{ff20}example\u{ff0e}com",
            "lou@example\u{3002}com",
        ] {
            assert_eq!(EmailAddress::read(text).expect(text).as_str(), "lou@example.com", "{text}");
            assert_eq!(email_in(text), "lou@example.com", "{text}");
        }
        for text in [
            "ida..x@example.com",
            "kim@example .com",
            "Lou lou@example.com",
            "Lou\u{a0}lou@example.com",
            "lou@example.com>",
            "<lou@example.com",
            "Lou <lou@example>",
            "lou@example.com.",
            "lou(at)example.com",
            "no email",
            "",
        ] {
            assert_eq!(EmailAddress::read(text), None, "{text}");
            assert_eq!(email_in(text), text, "{text}");
        }
        assert_eq!(email_in(" Ida <ida..x@example.com> "), "Ida <ida..x@example.com>");
    }
}
