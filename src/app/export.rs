//! Everything stored about a person, as one object: the answer to a data access request.

use serde_json::{Map, Value};

use super::personal_data::TABLE_OWNERS;
use crate::customers;
use crate::error::Result;
use crate::merge;
use crate::shop::Shop;

/// What every table owner stores about a customer.
pub(crate) fn export(shop: &Shop, reference: &str) -> Result<Map<String, Value>> {
    let store = shop.store()?;
    let read = store.read();
    let customer = customers::by_ref(&read, reference)?;
    let mut object = Map::new();
    for owner in TABLE_OWNERS {
        object.append(&mut (owner.export)(&read, &customer)?);
    }
    // The frozen fields as the letter printed them.
    if let Some(letters) = object.get_mut("letters").and_then(Value::as_array_mut) {
        for fields in letters.iter_mut().filter_map(|letter| letter.get_mut("fields")) {
            merge::to_major_units(fields, shop.settings.currency);
        }
    }
    Ok(object)
}
