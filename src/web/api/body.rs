//! Parses the body of a request key by key: errors name the key, in words for the programmer.

use std::fmt;

use axum::http::StatusCode;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::response::ApiResponse;
use crate::text;

/// The keys of an object and their values, in order.
struct RequestBody(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for RequestBody {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Pairs).map(Self)
    }
}

struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(pairs)
    }
}

/// Parses an object with optional keys that are text or a whole number: 400 when it is not JSON, 422 when it is not as
/// specified.
pub(super) fn read<T: DeserializeOwned>(body: &[u8], texts: &str, numbers: &str) -> Result<T, ApiResponse> {
    let RequestBody(pairs) = object(body)?;
    let [texts, numbers] = [texts, numbers].map(|keys| keys.split_whitespace().collect::<Vec<_>>());
    let mut read = Map::new();
    for (key, value) in pairs {
        let (is_text, is_number) = (texts.contains(&key.as_str()), numbers.contains(&key.as_str()));
        let fits = match &value {
            Value::Null => true,
            Value::String(_) => is_text,
            other => is_number && other.is_i64(),
        };
        if !is_text && !is_number {
            return Err(unknown(&key, &[texts, numbers].concat()));
        }
        if !fits {
            let wanted = if is_text { "text in quotes" } else { "a whole number without quotes" };
            return Err(does_not_fit(&format!("`{key}` must be {wanted}, and it is {}.", kind_of(&value))));
        }
        if read.contains_key(&key) {
            return Err(does_not_fit(&format!("`{key}` occurs twice.")));
        }
        read.insert(key, value);
    }
    serde_json::from_value(Value::Object(read)).map_err(|_| does_not_fit("The body is not as specified."))
}

fn object(body: &[u8]) -> Result<RequestBody, ApiResponse> {
    let not_json = |why: &str| ApiResponse::problem(StatusCode::BAD_REQUEST, "body", why);
    let text = std::str::from_utf8(body).map_err(|_| not_json("The body is not text in UTF-8."))?;
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(not_json("The body is empty; it must be a JSON object."));
    }
    serde_json::from_str(text).map_err(|fault| {
        let place = format!("line {}, column {}", fault.line(), fault.column());
        if fault.is_data() {
            does_not_fit("The body must be a JSON object, such as {\"code\": \"7K3M-9QX5\"}.")
        } else if fault.is_eof() {
            not_json("The body is not JSON: it ends too early.")
        } else if fault.to_string().starts_with("recursion limit") {
            not_json(&format!("The body has too many brackets inside one another, at {place}."))
        } else {
            not_json(&format!("The body is not JSON: check {place}."))
        }
    })
}

fn unknown(key: &str, known: &[&str]) -> ApiResponse {
    let meant = match text::nearest(key, known.iter().copied()) {
        Some(near) => format!("perhaps `{near}` is meant"),
        None => format!("known here: `{}`", known.join("`, `")),
    };
    does_not_fit(&format!("The body has an unknown field {}; {meant}.", text::quote(key)))
}

/// The body is JSON but not as specified.
pub(super) fn does_not_fit(why: &str) -> ApiResponse {
    ApiResponse::problem(StatusCode::UNPROCESSABLE_ENTITY, "body", why)
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(number) if !number.is_i64() => "a fraction, or too large",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
