//! Everything a template may print about one recipient, as it was on the campaign's day.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::engine::major;
use crate::money::{Currency, Money};

/// The merge fields of one recipient. What is empty is not in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fields {
    values: Map<String, Json>,
}

impl Fields {
    /// Sets a text under a path such as `customer.city`; an empty one is left out.
    pub fn text(&mut self, path: &str, text: &str) {
        if !text.trim().is_empty() {
            self.set(path, Json::from(text.trim()));
        }
    }

    /// Sets an amount.
    pub fn money(&mut self, path: &str, amount: Money, currency: Currency) {
        self.set(path, major(amount, currency));
    }

    /// Sets a number.
    pub fn number(&mut self, path: &str, number: i64) {
        self.set(path, Json::from(number));
    }

    /// Sets a list; an empty one is left out.
    pub fn list(&mut self, path: &str, items: &[String]) {
        if !items.is_empty() {
            self.set(path, Json::from(items));
        }
    }

    /// Takes a field or a whole group out.
    pub fn remove(&mut self, path: &str) {
        let last = path.rsplit('.').next().unwrap_or_default().to_owned();
        self.parent(path).remove(&last);
    }

    /// Makes sure that there is a group, so that a template may ask for what is not in it.
    pub fn group(&mut self, path: &str) {
        let last = path.rsplit('.').next().unwrap_or_default();
        self.parent(path).entry(last).or_insert_with(|| Json::Object(Map::new()));
    }

    /// A text, if it is there.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.find(path)?.as_str()
    }

    /// A list of texts, empty when it is not there.
    pub fn get_list(&self, path: &str) -> Vec<String> {
        let items = self.find(path).and_then(Json::as_array);
        items.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    fn find(&self, path: &str) -> Option<&Json> {
        let mut parts = path.split('.');
        let first = self.values.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    }

    /// The top-level fields.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Json)> {
        self.values.iter()
    }

    fn set(&mut self, path: &str, value: Json) {
        let last = path.rsplit('.').next().unwrap_or_default().to_owned();
        self.parent(path).insert(last, value);
    }

    /// The group in which the last part of a path stands, made when it is not there.
    fn parent(&mut self, path: &str) -> &mut Map<String, Json> {
        let mut map = &mut self.values;
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

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
