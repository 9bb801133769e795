//! An address that an email can go to.

use unicode_normalization::UnicodeNormalization as _;

/// An email address: one `@` between two parts, the second with a dot, nothing that ends a word.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct EmailAddress(String);

impl EmailAddress {
    /// The address in a text; nothing when it cannot be one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = bare_email(text);
        let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '<' | '>' | '(' | ')' | '"');
        let (name, domain) = text.split_once('@')?;
        let dots = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.') && !domain.contains("..");
        (!name.is_empty() && dots && !domain.contains('@') && !text.contains(odd)).then(|| Self(text.to_owned()))
    }

    /// As it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// As mail servers are told: the domain in letters that DNS knows (`xn--bcher-kva.example`), the name as it was written.
    pub(crate) fn for_wire(&self) -> String {
        let (name, domain) = self.0.split_once('@').unwrap_or((&self.0, ""));
        let domain = if domain.is_ascii() {
            domain.to_owned()
        } else {
            idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_owned())
        };
        format!("{name}@{domain}")
    }

    /// As it is compared.
    pub(crate) fn key(&self) -> String {
        email_key(&self.0)
    }
}

/// Whether two texts are one address to mail servers: a report may write the domain as DNS knows it.
pub(crate) fn is_same_mailbox(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|text| EmailAddress::parse(text).map(|address| email_key(&address.for_wire())));
    one.is_some() && one == other
}

/// A text that should be an address, as it is compared: in lower case, accents composed, without spaces and `mailto:`.
pub(crate) fn email_key(text: &str) -> String {
    let text = bare_email(text);
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.nfc().collect::<String>().to_lowercase() }
}

/// A text without the spaces around it and the `mailto:` of a link.
pub(crate) fn bare_email(text: &str) -> &str {
    const LINK: &str = "mailto:";
    let text = text.trim();
    let is_link = text.get(..LINK.len()).is_some_and(|start| start.eq_ignore_ascii_case(LINK));
    if is_link { text[LINK.len()..].trim_start() } else { text }
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
            ("a@\u{4f8b}\u{3048}.\u{30c6}\u{30b9}\u{30c8}", "a@xn--r8jz45g.xn--zckzah"),
        ] {
            assert_eq!(EmailAddress::parse(typed).expect(typed).for_wire(), wire);
        }
        for bad in
            ["", "n/a", "@", "a@b", "a@.co", "a@b.", "a@b..co", "a b@c.de", "a@b.co,c@d.ef", "Ana <a@b.co>", "a@b@c.de"]
        {
            assert_eq!(EmailAddress::parse(bad), None, "{bad}");
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
}
