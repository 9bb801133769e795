//! An address that an email can go to.

/// An email address: one `@` between two parts, the second with a dot, nothing that ends a word.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct EmailAddress(String);

impl EmailAddress {
    /// The address in a text; nothing when it cannot be one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '<' | '>' | '(' | ')' | '"');
        let (name, domain) = text.split_once('@')?;
        let dots = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.') && !domain.contains("..");
        (!name.is_empty() && dots && !domain.contains('@') && !text.contains(odd)).then(|| Self(text.to_owned()))
    }

    /// As it was written.
    #[cfg(test)]
    fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is compared: in lower case.
    pub(crate) fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_an_address() {
        for good in ["a@b.co", " Ana.Lopez@example.com ", "ünal@exämple.de"] {
            assert_eq!(EmailAddress::parse(good).expect(good).as_str(), good.trim());
        }
        for bad in
            ["", "n/a", "@", "a@b", "a@.co", "a@b.", "a@b..co", "a b@c.de", "a@b.co,c@d.ef", "Ana <a@b.co>", "a@b@c.de"]
        {
            assert_eq!(EmailAddress::parse(bad), None, "{bad}");
        }
        assert_eq!(EmailAddress::parse("Ana@B.Co").expect("an address").key(), "ana@b.co");
    }
}
