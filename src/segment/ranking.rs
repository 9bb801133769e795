//! Those who match in their order: by the keys, the absent last, and by reference where those are equal.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::Found;
use super::search::Matches;
use crate::domain::CustomerId;
use crate::error::Result;
use crate::store::{Read, Value};

/// Puts those who match in order; `down` has for each key whether it is descending. At most `limit` of them, where there is one:
/// of all others no reference is read.
pub(super) fn ranked(read: &Read<'_>, matches: Matches, down: &[bool], limit: Option<usize>) -> Result<Vec<Found>> {
    let Matches { ids, keys, refs } = matches;
    let width = down.len();
    let by_keys = |a: &usize, b: &usize| {
        let keys_of = |at: usize| &keys[at * width..(at + 1) * width];
        let compared = keys_of(*a).iter().zip(keys_of(*b)).zip(down).map(|((a, b), down)| in_order(a, b, *down));
        compared.fold(Ordering::Equal, Ordering::then)
    };
    let mut places: Vec<usize> = (0..ids.len()).collect();
    if let Some(limit) = limit.filter(|limit| (1..places.len()).contains(limit)) {
        let (_, last, _) = places.select_nth_unstable_by(limit - 1, by_keys);
        let last = *last;
        places = (0..ids.len()).filter(|at| by_keys(at, &last) != Ordering::Greater).collect();
    }
    let mut found: Vec<(usize, String)> = match refs {
        Some(mut refs) => places.into_iter().map(|at| (at, std::mem::take(&mut refs[at]))).collect(),
        None => {
            let wanted: Vec<CustomerId> = places.iter().map(|at| ids[*at]).collect();
            let mut known = refs_of(read, &wanted)?;
            places.into_iter().map(|at| (at, known.remove(&ids[at]).unwrap_or_default())).collect()
        }
    };
    found.sort_unstable_by(|(a, one), (b, other)| by_keys(a, b).then_with(|| one.cmp(other)));
    found.truncate(limit.unwrap_or(usize::MAX));
    Ok(found.into_iter().map(|(at, reference)| Found { id: ids[at], reference }).collect())
}

/// How two values stand to each other as the database has it; what is absent comes last, up or down.
pub(super) fn in_order(a: &Value<'_>, b: &Value<'_>, down: bool) -> Ordering {
    let compared = match (a, b) {
        (Value::Null, Value::Null) => return Ordering::Equal,
        (Value::Null, _) => return Ordering::Greater,
        (_, Value::Null) => return Ordering::Less,
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        _ => number(a).total_cmp(&number(b)),
    };
    if down { compared.reverse() } else { compared }
}

#[expect(clippy::cast_precision_loss, reason = "compared with a number with a fraction")]
fn number(value: &Value<'_>) -> f64 {
    match value {
        Value::Int(n) => *n as f64,
        Value::Real(n) => *n,
        _ => 0.0,
    }
}

/// The references of people, by their ids.
pub(super) fn refs_of(read: &Read<'_>, ids: &[CustomerId]) -> Result<HashMap<CustomerId, String>> {
    let mut refs = HashMap::with_capacity(ids.len());
    read.each_among("SELECT id, ref FROM customer WHERE id IN", &[], ids, |row| {
        refs.insert(row.get(0)?, row.get(1)?);
        Ok(())
    })?;
    Ok(refs)
}
