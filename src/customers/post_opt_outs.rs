//! Who gets no letter because of another card of theirs: one of the same name at the same address, which has opted out.

use std::collections::HashMap;

use super::customer::{Customer, name_of};
use crate::error::Result;
use crate::store::{Read, params};
use crate::text::plain_key;

/// The names of those who have opted out of post, by the numbers of their addresses.
#[derive(Debug, Default)]
pub(crate) struct PostOptOuts(HashMap<i64, Vec<OptedOutName>>);

#[derive(Debug, PartialEq, Eq)]
struct OptedOutName {
    whole: String,
    first: String,
}

impl PostOptOuts {
    /// As the book has them now.
    pub(crate) fn of(read: &Read<'_>) -> Result<Self> {
        let mut all: HashMap<i64, Vec<OptedOutName>> = HashMap::new();
        let sql = "SELECT home, first_name, last_name, full_name, suffix, company FROM post_opt_out ORDER BY id";
        read.each(sql, params![], |row| {
            let mut names: [String; 5] = Default::default();
            for (index, name) in names.iter_mut().enumerate() {
                *name = row.get(index + 1)?;
            }
            let whole = plain_key(&name_of(names.each_ref().map(String::as_str)));
            if !whole.is_empty() {
                all.entry(row.get(0)?).or_default().push(OptedOutName { whole, first: plain_key(&names[0]) });
            }
            Ok(())
        })?;
        Ok(Self(all))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether anybody at an address has opted out.
    pub(crate) fn is_at(&self, home: i64) -> bool {
        self.0.contains_key(&home)
    }

    /// Whether somebody of this name at this address has opted out; of first name, last name, full name, suffix and company.
    pub(crate) fn has(&self, home: i64, name: [&str; 5]) -> bool {
        let Some(known) = self.0.get(&home) else { return false };
        let name = plain_key(&name_of(name));
        known.iter().any(|one| one.whole == name)
    }

    /// Whether a card is of somebody who has opted out on another.
    pub(crate) fn has_card(&self, card: &Customer) -> bool {
        // Most shops have few, and the number of an address is not free.
        !self.is_empty()
            && self.has(
                card.address().hash(),
                [&card.first_name, &card.last_name, &card.full_name, &card.suffix, &card.company],
            )
    }

    /// Whether the spouse whom a card names has opted out.
    pub(crate) fn has_spouse(&self, card: &Customer) -> bool {
        if self.is_empty() || card.spouse.is_empty() {
            return false;
        }
        let spouse = plain_key(&card.spouse);
        let is_named = |one: &OptedOutName| {
            let with_surname = format!("{} {}", one.first, plain_key(&card.last_name));
            [&one.whole, &one.first, &with_surname]
                .into_iter()
                .any(|name| !name.trim().is_empty() && ends_with(&spouse, name))
        };
        self.0.get(&card.address().hash()).is_some_and(|known| known.iter().any(is_named))
    }
}

/// Whether a name is another one, with or without a title before it.
fn ends_with(name: &str, end: &str) -> bool {
    name.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with(' '))
}
