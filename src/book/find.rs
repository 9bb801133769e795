//! Looking somebody up by whatever they say at the counter: a name, a town, an email, the end of a telephone number.

use chrono::NaiveDate;
use serde::Serialize;

use super::customer::{COLUMNS, Customer};
use super::likeness::{digits, mistyped, plain};
use super::purchase;
use crate::error::Result;
use crate::params;
use crate::store::Read;

/// Somebody who may be meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// The reference.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The name.
    pub name: String,
    /// The town.
    pub city: String,
    /// The day of the last purchase.
    pub last_visit: Option<NaiveDate>,
}

/// Those whom all the words fit, the best fit first, and how many there are in all.
///
/// # Errors
/// When the database does not answer.
pub fn find(read: &Read<'_>, words: &str, today: NaiveDate, most: usize) -> Result<(usize, Vec<Hit>)> {
    let asked = asked(words);
    if asked.is_empty() {
        return Ok((0, Vec::new()));
    }
    let sql = "SELECT a.ref, a.customer_id FROM customer_alias a";
    let aliases: Vec<(String, i64)> = read.all(sql, params![], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut found: Vec<(u32, Customer)> = Vec::new();
    read.each(&format!("SELECT {COLUMNS} FROM customer"), params![], |row| {
        let card = Customer::from_row(row)?;
        let old = aliases.iter().filter(|(_, id)| *id == card.id).map(|(reference, _)| reference.as_str());
        if let Some(fit) = fit(&asked, &card, old) {
            found.push((fit, card));
        }
        Ok(())
    })?;
    let all = found.len();
    found.sort_by(|(one, a), (other, b)| other.cmp(one).then_with(|| a.reference.cmp(&b.reference)));
    // Only those who may be shown are asked for their last visit.
    found.truncate(most.max(MOST_DATED));
    let mut dated = Vec::with_capacity(found.len());
    for (fit, card) in found {
        let last = purchase::last_purchases(read, card.id, today, 1)?.first().map(|last| last.on);
        dated.push((fit, last, card));
    }
    dated.sort_by(|(one, a, x), (other, b, y)| {
        other.cmp(one).then_with(|| b.cmp(a)).then_with(|| x.reference.cmp(&y.reference))
    });
    let hit = |(_, last_visit, card): (u32, Option<NaiveDate>, Customer)| Hit {
        name: card.name(),
        reference: card.reference,
        city: card.city,
        last_visit,
    };
    Ok((all, dated.into_iter().take(most).map(hit).collect()))
}

/// Of so many of the best the last visit decides who comes first.
const MOST_DATED: usize = 200;

/// One word that was asked for.
struct Asked {
    /// As typed, in small letters: for references and emails.
    typed: String,
    plain: String,
    /// Filled when it may be a part of a telephone number.
    digits: String,
}

/// The words; a telephone number typed with spaces is one.
fn asked(words: &str) -> Vec<Asked> {
    let words = words.trim();
    let is_number = |text: &str| {
        text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '+' | '-' | '/' | '(' | ')' | '.'))
            && digits(text).len() >= 3
    };
    let parts: Vec<&str> = if is_number(words) { vec![words] } else { words.split_whitespace().collect() };
    parts
        .into_iter()
        .map(|part| Asked {
            typed: part.to_lowercase(),
            plain: plain(part),
            digits: if is_number(part) { digits(part) } else { String::new() },
        })
        .collect()
}

/// How well a card fits all the words; nothing when one does not fit at all.
fn fit<'a>(asked: &[Asked], card: &'a Customer, old: impl Iterator<Item = &'a str>) -> Option<u32> {
    let names =
        [&card.first_name, &card.last_name, &card.full_name, &card.spouse, &card.company].map(|text| plain(text));
    let city = plain(&card.city);
    let references: Vec<String> = std::iter::once(card.reference.as_str()).chain(old).map(str::to_lowercase).collect();
    let (email, phone) = (card.email.to_lowercase(), digits(&card.phone));
    let mut sum = 0;
    for word in asked {
        let long = word.typed.chars().count() >= 3;
        let among = |text: &str, fits: &dyn Fn(&str) -> bool| !word.plain.is_empty() && text.split(' ').any(fits);
        let exact = |known: &str| known == word.plain;
        let starts = |known: &str| known.starts_with(&word.plain);
        let slipped = |known: &str| mistyped(&word.plain, known);
        let in_names = |fits: &dyn Fn(&str) -> bool| names.iter().any(|name| among(name, fits));
        // The spellings of a hyphenated or Asian name may be one word or several.
        let whole = |name: &String| !word.plain.is_empty() && *name == word.plain;
        let points = [
            (100, references.contains(&word.typed)),
            (60, !email.is_empty() && email == word.typed),
            (40, in_names(&exact) || names.iter().any(whole)),
            (40, word.digits.len() >= 4 && phone.ends_with(&word.digits)),
            (30, in_names(&starts)),
            (25, references.iter().any(|known| known.starts_with(&word.typed))),
            (25, !word.digits.is_empty() && phone.contains(&word.digits)),
            (20, among(&city, &exact)),
            (20, long && email.contains(&word.typed)),
            (15, in_names(&slipped)),
            (12, long && among(&city, &starts)),
            (8, among(&city, &slipped)),
        ];
        sum += points.into_iter().find(|(_, fits)| *fits)?.0;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_found_by_what_people_say() {
        let card = Customer {
            reference: "C-0017".into(),
            first_name: "Zoë".into(),
            last_name: "Thompson".into(),
            spouse: "Hal".into(),
            city: "Palo Alto".into(),
            email: "Zoe.T@example.com".into(),
            phone: "+1 (650) 555-0123".into(),
            ..Customer::default()
        };
        for (words, fits) in [
            ("zoe", true),
            ("Thmopson", true),
            ("thom palo", true),
            ("hal alto", true),
            ("c-0017", true),
            ("C-9", false),
            ("old-3", true),
            ("0123", true),
            ("650 555", true),
            ("(650) 555-0123", true),
            ("556", false),
            ("zoe.t@example.com", true),
            ("zoe chicago", false),
            ("...", false),
            ("", false),
        ] {
            let asked = asked(words);
            let found = !asked.is_empty() && fit(&asked, &card, ["OLD-3"].into_iter()).is_some();
            assert_eq!(found, fits, "{words}");
        }
    }
}
