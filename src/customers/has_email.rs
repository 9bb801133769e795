//! Whether a card has an email address, asked in SQL: the rule of [`crate::domain::EmailAddress::parse`].

use crate::store::has_none_of;

/// The white space that a text is trimmed of.
macro_rules! white_space {
    () => {
        "\u{9}\u{a}\u{b}\u{c}\u{d} \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\
         \u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}"
    };
}

macro_rules! email {
    () => {
        concat!("TRIM(c.email, '", white_space!(), "')")
    };
}

/// Of the customer `c`.
pub(crate) const HAS_EMAIL: &str = concat!(
    "(c.email LIKE '_%@_%._%' AND c.email NOT LIKE '%@%@%' AND c.email NOT LIKE '%@.%' AND c.email NOT LIKE '%@%..%' AND ",
    email!(),
    " LIKE '_%@_%._%' AND ",
    email!(),
    " NOT LIKE '%.' AND ",
    has_none_of!(
        email!(),
        "\u{1}-\u{20}\u{7f}-\u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000},;<>()\""
    ),
    ")"
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::EmailAddress;
    use crate::store::{Store, params};

    #[test]
    fn the_question_in_sql_is_the_rule_of_the_type() {
        let folder = tempfile::tempdir().expect("folder");
        let mut store = Store::create(&folder.path().join("regulars.db")).expect("new");
        let mut texts: Vec<String> = [
            "a@b.co",
            "Ana.Lopez@example.com",
            "ünal@exämple.de",
            " a@b.co",
            "a@b.co\t",
            "\u{3000}a@b.co\u{a0}",
            "a.b..c@d.ef",
            "%_@b.co",
            "a@b.c.d",
            "",
            " ",
            "n/a",
            "@",
            "a@b",
            "a@.co",
            "a@.b.co",
            "a@b.",
            "a@b.co. ",
            " @b.co",
            "a@ .co",
            "a@b..co",
            "a@b@c.de",
            "Ana <a@b.co>",
            "a@b.co;c@d.ef",
            "@b.co",
            "a@b.\u{2003}",
        ]
        .map(str::to_owned)
        .to_vec();
        texts.extend(
            " \t\n\r,;<>()\"\u{1}\u{1f}\u{7f}\u{85}\u{9f}\u{a0}\u{1680}\u{200a}\u{2028}\u{202f}\u{205f}\u{3000}[]^-*?'"
                .chars()
                .map(|c| format!("a{c}b@c.de")),
        );
        let found: Vec<String> = store
            .write(|write| {
                for (n, text) in texts.iter().enumerate() {
                    write.run("INSERT INTO customer (ref, email) VALUES (?1, ?2)", params![n.to_string(), text])?;
                }
                let sql = format!("SELECT c.email FROM customer c WHERE {HAS_EMAIL} ORDER BY c.id");
                write.all(&sql, params![], |row| row.get(0))
            })
            .expect("asked");
        let expected: Vec<String> = texts.into_iter().filter(|text| EmailAddress::parse(text).is_some()).collect();
        assert_eq!(found, expected);
    }
}
