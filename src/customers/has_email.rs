//! Whether a card has a valid email address, and the cards whose email is invalid.

use super::customer::{COLUMNS, Customer};
use crate::domain::EmailAddress;
use crate::error::Result;
use crate::store::{Read, is_email, params};
use crate::text;

/// For the customer `c`: the rule of [`EmailAddress`].
pub(crate) const HAS_EMAIL: &str = is_email!("c.email");

/// The cards with an invalid email, by reference.
pub(crate) fn with_unusable_email(read: &Read<'_>) -> Result<Vec<Customer>> {
    let such = format!("deceased = 0 AND email <> '' AND NOT {HAS_EMAIL}");
    let sql = format!("SELECT {COLUMNS} FROM customer c WHERE {such} ORDER BY ref");
    read.all(&sql, params![], Customer::from_row)
}

/// A message about these cards, with what is wrong and what to do; none when there are none.
pub(crate) fn unusable_emails(cards: &[Customer]) -> Option<String> {
    let faults: Vec<(&Customer, EmailFault)> =
        cards.iter().filter_map(|card| Some((card, card.email_fault()?))).collect();
    let described = |(card, fault): &(&Customer, EmailFault)| {
        let name = card.name();
        let reference = text::quote(&card.reference);
        let who = if name.is_empty() { reference } else { format!("{name} ({reference})") };
        format!("{who}: {}", fault.message)
    };
    let who = text::first_few(&faults.iter().map(described).collect::<Vec<_>>(), 12);
    let count = text::count(faults.len(), "customer");
    Some(match faults.as_slice() {
        [] => return None,
        [(_, fault)] => format!("{count} has no valid email address: {who}; `{}` corrects it", fault.hint),
        _ => format!("{count} have no valid email address: {who}; `regulars customer set REF email=…` corrects one"),
    })
}

impl Customer {
    /// Why the email on the card is invalid, with the command that corrects it: `` `ida..x@example.com` has two dots in
    /// a row ``. None when it is valid or absent.
    pub(crate) fn email_fault(&self) -> Option<EmailFault> {
        EmailFault::of(&self.reference, &self.email)
    }
}

/// Why an email on a card is invalid, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EmailFault {
    /// `` `ida..x@example.com` has two dots in a row ``.
    pub(crate) message: String,
    /// The command that corrects it, with the address if it can be determined: `regulars customer set A1 email=…`.
    pub(crate) hint: String,
}

impl EmailFault {
    pub(crate) fn of(reference: &str, email: &str) -> Option<Self> {
        let fault = EmailAddress::fault(email).filter(|_| !email.trim().is_empty())?;
        let right = EmailAddress::read(email).map_or("…".to_owned(), |address| address.as_str().to_owned());
        let message = format!("{} {fault}", text::quote(email.trim()));
        let hint = format!("regulars customer set {} email={right}", text::argument(reference));
        Some(Self { message, hint })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

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
