//! Values in a condition that no customer has: a typing error in an exclusion would exclude no one.

use std::borrow::Cow;

use super::Condition;
use super::country::TypedCountries;
use super::expr::{Expr, Node};
use super::fields::{BIRTH_DAY, BIRTH_MONTH, BIRTHDAY};
use super::fold::holding;
use super::tree::Comparison;
use crate::domain::countries;
use crate::error::Result;
use crate::store::{Read, ToValue, folded_equal_sql, folded_like_sql, params};
use crate::text;
use crate::text::case_folded;

/// A value in a condition.
#[derive(Debug, PartialEq)]
enum AskedValue<'e> {
    /// Of a column: its name, its SQL and its table, and whether it is compared exactly.
    Text {
        name: String,
        sql: &'static str,
        from: &'static str,
        exact: bool,
        value: &'e str,
    },
    Country {
        home: &'e str,
        value: &'e str,
    },
    Item(&'e [String]),
    Preference {
        key: &'e str,
        value: &'e str,
    },
    Birthday,
}

/// Warnings about the values in a condition: each that no customer has, with the most similar one. No warning if the
/// book has no value of this kind at all, nor for an exclusion that resembles no value: it excludes no one because
/// there is no one.
pub(crate) fn unknown_values(read: &Read<'_>, condition: &Condition) -> Result<Vec<String>> {
    let mut asked = Vec::new();
    collect(&condition.root, false, &mut asked);
    let mut said = Vec::new();
    for (value, excludes) in asked {
        let unknown = value.unknown(read)?.filter(|unknown| unknown.is_slip || !excludes);
        said.extend(unknown.map(|unknown| unknown.message).filter(|message| !said.contains(message)));
    }
    Ok(said)
}

/// Every value in a condition, named segments expanded, and whether customers who have it are excluded.
fn collect<'e>(expr: &'e Expr, excludes: bool, asked: &mut Vec<(AskedValue<'e>, bool)>) {
    match &expr.node {
        Node::Tag(tag) => asked.push((AskedValue::of_table("tag", "t.tag", "FROM customer_tag t", tag), excludes)),
        Node::Bought(words, _) => asked.push((AskedValue::Item(words), excludes)),
        Node::Preference(key) => {
            asked.push((AskedValue::of_table("preference", "f.key", "FROM preference f", key), excludes));
        }
        Node::BirthdayWithin(..) | Node::Customer(BIRTHDAY | BIRTH_MONTH) => {
            asked.push((AskedValue::Birthday, excludes));
        }
        Node::Not(inside) => collect(inside, !excludes, asked),
        Node::Named(inside) | Node::IsNull(inside) | Node::Fold(_, inside) => collect(inside, excludes, asked),
        Node::All(parts) | Node::Any(parts) => parts.iter().for_each(|part| collect(part, excludes, asked)),
        Node::Compare(comparison, a, b) => {
            collect(a, excludes, asked);
            collect(b, excludes, asked);
            let value = pair(a, b).or_else(|| pair(b, a));
            match comparison {
                Comparison::Equal => asked.extend(value.map(|value| (value, excludes))),
                Comparison::Unlike => asked.extend(value.map(|value| (value, !excludes))),
                _ => {}
            }
        }
        Node::In(a, items) => {
            collect(a, excludes, asked);
            asked.extend(items.iter().filter_map(|item| Some((pair(a, item)?, excludes))));
        }
        Node::Between(a, low, high) => [a, low, high].into_iter().for_each(|part| collect(part, excludes, asked)),
        Node::Like(a, like) => {
            collect(a, excludes, asked);
            let value = of(a, like).filter(|_| !like.contains(['%', '_']));
            asked.extend(value.map(|value| (value, excludes)));
        }
        _ => {}
    }
}

/// A field and the text that it is compared with.
fn pair<'e>(field: &'e Expr, text: &'e Expr) -> Option<AskedValue<'e>> {
    match &text.unfolded().node {
        Node::Text(value) => of(field, value),
        _ => None,
    }
}

fn of<'e>(field: &'e Expr, value: &'e str) -> Option<AskedValue<'e>> {
    let inside = field.unfolded();
    if value.trim().is_empty() {
        return None;
    }
    match &inside.node {
        Node::Customer(sql) => {
            let name = inside.text.to_lowercase().replace('_', " ");
            Some(AskedValue::Text { name, sql, from: "FROM customer c", exact: field.is_exact(), value })
        }
        Node::Country(home) => Some(AskedValue::Country { home, value }),
        Node::Preference(key) => Some(AskedValue::Preference { key, value }),
        _ => None,
    }
}

impl<'e> AskedValue<'e> {
    /// A text in another table.
    fn of_table(name: &str, sql: &'static str, from: &'static str, value: &'e str) -> Self {
        Self::Text { name: name.to_owned(), sql, from, exact: false, value }
    }

    /// The warning when no customer has it.
    fn unknown(&self, read: &Read<'_>) -> Result<Option<Unknown>> {
        match self {
            Self::Text { name, sql, from, exact, value } => {
                let (is_there, wanted) = match exact {
                    true => (format!("{sql} = ?1"), Cow::Borrowed(*value)),
                    false => (folded_equal_sql(sql, "?1"), case_folded(value)),
                };
                let there = format!("SELECT 1 {from} WHERE {is_there} LIMIT 1");
                if read.first(&there, params![&*wanted], |_| Ok(()))?.is_some() {
                    return Ok(None);
                }
                let all = format!("SELECT DISTINCT {sql} {from} WHERE {sql} <> ''");
                let values = read.all(&all, params![], |row| row.get::<String>(0))?;
                // A book without values of this kind cannot show a typing error.
                let near = || text::nearest(value, values.iter().map(String::as_str));
                let what = format!("no one has the {name}");
                Ok((!values.is_empty()).then(|| Unknown::of(&what, value, near())))
            }
            Self::Preference { key, value } => {
                let of = format!("FROM preference f WHERE {}", folded_equal_sql("f.key", "?1"));
                let values =
                    read.all(&format!("SELECT DISTINCT f.value {of}"), params![&*case_folded(key)], |row| {
                        row.get::<String>(0)
                    })?;
                let known = values.iter().any(|known| case_folded(known) == case_folded(value));
                // Without the key there is a warning about that.
                Ok((!known && !values.is_empty()).then(|| {
                    let what = format!("no one has {} as the preference", text::quote(value));
                    Unknown::of(&what, key, text::nearest(value, values.iter().map(String::as_str)))
                }))
            }
            Self::Country { home, value } => {
                let book = TypedCountries::of(read)?;
                if book.is_empty() || !book.meant(value, home).is_empty() {
                    return Ok(None);
                }
                let names: Vec<&str> = countries::country_names().collect();
                if countries::find(value).is_some() {
                    return Ok(Some(Unknown::of("no one has the country", value, None)));
                }
                let unknown = Unknown::of("there is no country", value, text::nearest(value, names));
                Ok(Some(Unknown { is_slip: true, ..unknown }))
            }
            Self::Item(words) => item(read, words),
            Self::Birthday => {
                let sql = format!(
                    "SELECT ref, birthday FROM customer c WHERE birthday <> '' AND ({BIRTH_DAY}) = '' ORDER BY ref"
                );
                let odd = read.all(&sql, params![], |row| {
                    let [reference, typed] = [row.get::<String>(0)?, row.get::<String>(1)?];
                    Ok(format!("{} ({})", text::quote(&reference), text::quote(&typed)))
                })?;
                let has = if odd.len() == 1 { "has" } else { "have" };
                let who = text::count(odd.len(), "customer");
                let some = text::first_few(&odd, 5);
                let message = format!("{who} {has} a birthday that is not a day: {some}");
                Ok((!odd.is_empty()).then_some(Unknown { message, is_slip: true }))
            }
        }
    }
}

/// A value that no customer has.
struct Unknown {
    message: String,
    /// It is probably a typing error.
    is_slip: bool,
}

impl Unknown {
    fn of(what: &str, typed: &str, near: Option<&str>) -> Self {
        let meant = near.map(|near| format!("; did you mean {}?", text::quote(near))).unwrap_or_default();
        Self { message: format!("{what} {}{meant}", text::quote(typed)), is_slip: near.is_some() }
    }
}

/// The warning when no item ever bought has all the words.
fn item(read: &Read<'_>, words: &[String]) -> Result<Option<Unknown>> {
    let holds: Vec<String> = (1..=words.len()).map(|n| folded_like_sql("i.item", &format!("?{n}"))).collect();
    let there = format!("SELECT 1 FROM purchase_item i WHERE {} LIMIT 1", holds.join(" AND "));
    let patterns: Vec<String> = words.iter().map(|word| holding(word)).collect();
    let patterns: Vec<_> = patterns.iter().map(ToValue::to_value).collect();
    if read.first(&there, &patterns, |_| Ok(()))?.is_some() {
        return Ok(None);
    }
    let items = read
        .all("SELECT DISTINCT i.item FROM purchase_item i WHERE i.item <> ''", params![], |row| row.get::<String>(0))?;
    if items.is_empty() {
        return Ok(None);
    }
    let typed = words.join(" ");
    // Without accents, and otherwise each word separately: an item has more words than the query.
    let keys: Vec<String> = words.iter().map(|word| text::plain_key(word)).collect();
    let accented = items.iter().find(|item| {
        let item = text::plain_key(item);
        keys.iter().all(|key| item.contains(key))
    });
    let by_words = || {
        let known: Vec<&str> = items.iter().flat_map(|item| item.split(|c: char| !c.is_alphanumeric())).collect();
        let is_known = |word: &str| items.iter().any(|item| case_folded(item).contains(&*case_folded(word)));
        let near = |word: &String| {
            if is_known(word) {
                Some(word.clone())
            } else {
                text::nearest(word, known.iter().copied()).map(str::to_owned)
            }
        };
        let near: Option<Vec<String>> = words.iter().map(near).collect();
        near.map(|words| words.join(" ")).filter(|near| *near != typed)
    };
    let near = accented.cloned().or_else(by_words);
    Ok(Some(Unknown::of("no one has bought", &typed, near.as_deref())))
}
