//! Everything a template may print about one recipient, as it was on the campaign's day.

use std::sync::OnceLock;

use chrono::NaiveDate;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json, json};
use tera::Context;

use crate::money::{Currency, Money};

/// The merge fields of one recipient. What is empty is not in it.
///
/// Those of a hundred thousand recipients fit into memory as text; read, they take ten times as much. So they stay text
/// until they are read.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    values: Values,
    /// As Tera needs them, once they were read.
    context: OnceLock<Context>,
}

#[derive(Debug, Clone)]
enum Values {
    Read(Map<String, Json>),
    Packed(Box<str>, OnceLock<Map<String, Json>>),
}

impl Default for Fields {
    fn default() -> Self {
        Values::Read(Map::new()).into()
    }
}

impl From<Values> for Fields {
    fn from(values: Values) -> Self {
        Self { values, context: OnceLock::new() }
    }
}

impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        self.map() == other.map()
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.map().serialize(to)
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Map::deserialize(from).map(|values| Values::Read(values).into())
    }
}

impl Fields {
    /// Fields as they were stored.
    ///
    /// # Errors
    /// When the text is not JSON.
    pub(crate) fn packed(text: String) -> serde_json::Result<Self> {
        serde_json::from_str::<IgnoredAny>(&text)?;
        Ok(Values::Packed(text.into_boxed_str(), OnceLock::new()).into())
    }

    /// The same, as text again.
    #[must_use]
    pub(crate) fn pack(self) -> Self {
        match serde_json::to_string(self.map()) {
            Ok(text) => Values::Packed(text.into_boxed_str(), OnceLock::new()).into(),
            Err(_) => self,
        }
    }

    /// A copy to be read and let go, so that what was read does not stay in memory with the recipient.
    #[must_use]
    pub(crate) fn to_read(&self) -> Self {
        match &self.values {
            Values::Packed(text, _) => Values::Packed(text.clone(), OnceLock::new()).into(),
            Values::Read(_) => self.clone(),
        }
    }

    fn map(&self) -> &Map<String, Json> {
        match &self.values {
            Values::Read(values) => values,
            // It was checked when it was read.
            Values::Packed(text, read) => read.get_or_init(|| serde_json::from_str(text).unwrap_or_default()),
        }
    }

    fn map_mut(&mut self) -> &mut Map<String, Json> {
        self.context.take();
        if let Values::Packed(..) = self.values {
            self.values = Values::Read(self.map().clone());
        }
        match &mut self.values {
            Values::Read(values) => values,
            Values::Packed(..) => unreachable!("it was read just now"),
        }
    }

    /// Sets a text under a path such as `customer.city`; an empty one is left out.
    pub(crate) fn text(&mut self, path: &str, text: &str) {
        if !text.trim().is_empty() {
            self.set(path, Json::from(text.trim()));
        }
    }

    /// Sets an amount: `{"minor": 61240}`. Plans of earlier versions have a number of major units in its place.
    pub(crate) fn money(&mut self, path: &str, amount: Money) {
        self.set(path, json!({ MINOR: amount }));
    }

    /// Sets a number.
    pub(crate) fn number(&mut self, path: &str, number: i64) {
        self.set(path, Json::from(number));
    }

    /// Sets a list; an empty one is left out.
    pub(crate) fn list(&mut self, path: &str, items: &[String]) {
        if !items.is_empty() {
            self.set(path, Json::from(items));
        }
    }

    /// Sets a list of purchases, each with its day, an item and its amount; an empty one is left out.
    pub(crate) fn purchases<'p>(&mut self, path: &str, all: impl Iterator<Item = (NaiveDate, &'p str, Money)>) {
        let rows: Vec<Json> = all
            .map(|(on, item, amount)| json!({ "on": on.to_string(), "item": item.trim(), "amount": { MINOR: amount } }))
            .collect();
        if !rows.is_empty() {
            self.set(path, Json::from(rows));
        }
    }

    /// Takes a field or a whole group out.
    pub(crate) fn remove(&mut self, path: &str) {
        let last = path.rsplit('.').next().unwrap_or_default().to_owned();
        self.parent(path).remove(&last);
    }

    /// Makes sure that there is a group, so that a template may ask for what is not in it.
    pub(crate) fn group(&mut self, path: &str) {
        let last = path.rsplit('.').next().unwrap_or_default();
        self.parent(path).entry(last).or_insert_with(|| Json::Object(Map::new()));
    }

    /// Whether there is anything under a path.
    pub(super) fn has(&self, path: &str) -> bool {
        self.find(path).is_some()
    }

    /// A text, if it is there.
    pub(crate) fn get(&self, path: &str) -> Option<&str> {
        self.find(path)?.as_str()
    }

    /// A list of texts, empty when it is not there.
    pub(crate) fn get_list(&self, path: &str) -> Vec<String> {
        let items = self.find(path).and_then(Json::as_array);
        items.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    fn find(&self, path: &str) -> Option<&Json> {
        let mut parts = path.split('.');
        let first = self.map().get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    }

    /// The fields as templates count them: amounts in major units, so that `{% if last_year.spend > 500 %}` reads as people
    /// think.
    pub(crate) fn in_major_units(&self, currency: Currency) -> Json {
        let mut fields = Json::Object(self.map().clone());
        to_major_units(&mut fields, currency);
        fields
    }

    /// The fields as Tera needs them.
    pub(super) fn context(&self, currency: Currency) -> &Context {
        self.context.get_or_init(|| {
            let mut context = Context::new();
            if let Json::Object(fields) = self.in_major_units(currency) {
                for (key, value) in fields {
                    context.insert(key, &value);
                }
            }
            context.insert("page", PAGE);
            context.insert("pages", PAGES);
            context
        })
    }

    fn set(&mut self, path: &str, value: Json) {
        let last = path.rsplit('.').next().unwrap_or_default().to_owned();
        self.parent(path).insert(last, value);
    }

    /// The group in which the last part of a path stands, made when it is not there.
    fn parent(&mut self, path: &str) -> &mut Map<String, Json> {
        let mut map = self.map_mut();
        let mut parts: Vec<&str> = path.split('.').collect();
        parts.pop();
        for part in parts {
            let entry = map.entry(part).or_insert_with(|| Json::Object(Map::new()));
            if !entry.is_object() {
                *entry = Json::Object(Map::new());
            }
            match entry {
                Json::Object(inner) => map = inner,
                _ => unreachable!("it was made an object just now"),
            }
        }
        map
    }
}

/// What stands for the number of a page and of all pages of a letter until it is laid out.
pub(crate) const PAGE: &str = "\u{f8f0}";
pub(crate) const PAGES: &str = "\u{f8f1}";

/// The key of an amount.
const MINOR: &str = "minor";

/// Writes every amount in a value as templates count: in major units.
pub(crate) fn to_major_units(value: &mut Json, currency: Currency) {
    if let Json::Array(items) = value {
        return items.iter_mut().for_each(|item| to_major_units(item, currency));
    }
    let Json::Object(inside) = value else { return };
    match inside.get(MINOR).and_then(Json::as_i64).filter(|_| inside.len() == 1) {
        Some(amount) => *value = major(Money(amount), currency),
        None => inside.values_mut().for_each(|inner| to_major_units(inner, currency)),
    }
}

/// Tera has no other number with a fraction; the filter `money` makes whole minor units of it again.
fn major(amount: Money, currency: Currency) -> Json {
    #[expect(clippy::cast_precision_loss, reason = "amounts are far below 2^53 minor units")]
    let value = amount.0 as f64 / f64::from(10_u32.pow(currency.digits));
    Json::from(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_whole_and_templates_count_in_major_units() {
        let mut fields = Fields::default();
        for (path, minor) in [("customer.spend_12m", 61_240), ("customer.last_purchase.amount", 60_000)] {
            fields.money(path, Money(minor));
        }
        let stored = serde_json::to_string(&fields).expect("json");
        assert_eq!(stored, r#"{"customer":{"last_purchase":{"amount":{"minor":60000}},"spend_12m":{"minor":61240}}}"#);
        let seen = |fields: &Fields| fields.in_major_units(Currency::of("USD").expect("known")).to_string();
        let earlier = r#"{"customer":{"last_purchase":{"amount":600.0},"spend_12m":612.4}}"#;
        assert_eq!(seen(&fields), earlier);
        assert_eq!(seen(&Fields::packed(earlier.to_owned()).expect("fields")), earlier);
    }

    #[test]
    fn empty_text_is_absent_and_groups_stay() {
        let mut fields = Fields::default();
        fields.text("customer.city", " Palo Alto ");
        fields.text("customer.spouse", "  ");
        fields.group("customer.last_purchase");
        fields.list("address_lines", &["a".into()]);
        assert_eq!(fields.get("customer.city"), Some("Palo Alto"));
        assert_eq!(fields.get("customer.spouse"), None);
        let json = serde_json::to_string(&fields).expect("json");
        assert_eq!(json, r#"{"address_lines":["a"],"customer":{"city":"Palo Alto","last_purchase":{}}}"#);
        let mut packed = Fields::packed(json).expect("fields");
        assert_eq!((packed.get("customer.city"), &packed), (Some("Palo Alto"), &fields));
        packed.text("customer.city", "Los Altos");
        assert_eq!(packed.clone().pack().to_read().get("customer.city"), Some("Los Altos"));
        assert!(Fields::packed("{".to_owned()).is_err());
    }
}
