//! The address of a row, as a whole: the first of several that a letter can be sent to, with its box, split if one cell
//! has all of it.

use csv::StringRecord;

use super::columns::{BOX, Columns};
use super::one_line::{AddressParts, split};
use super::reading::ImportPlan;
use super::survey::Survey;
use super::{cells, reading};
use crate::customers::CustomerField;
use crate::domain::countries;
use crate::error::Result;
use crate::text::remarks::is_empty_word;

/// The address of a row, and its index among those of the file, which has the best first.
pub(super) fn read(plan: &ImportPlan<'_>, row: &StringRecord, survey: &Survey<'_>) -> Result<(AddressParts, usize)> {
    let mut found = Vec::with_capacity(plan.addresses.len());
    for (index, address) in plan.addresses.iter().enumerate() {
        let parts = of_columns(&address.columns, row, survey)?;
        if parts.is_complete() {
            return Ok((parts, index));
        }
        found.push((parts, index));
    }
    // None is complete: the first with a street, else the first that is not empty.
    let with_street = found.iter().position(|(parts, _)| !parts.street.is_empty());
    let best = with_street.or_else(|| found.iter().position(|(parts, _)| !parts.is_empty()));
    Ok(best.map(|best| found.swap_remove(best)).unwrap_or_default())
}

fn of_columns(columns: &Columns<'_>, row: &StringRecord, survey: &Survey<'_>) -> Result<AddressParts> {
    let filled = |field: CustomerField| {
        let lines = columns.pick(field.as_str()).lines(row).into_iter();
        lines.filter(|line| !is_empty_word(line)).collect::<Vec<String>>()
    };
    let one = |field: CustomerField| filled(field).join(", ");
    let mut lines = filled(CustomerField::Street);
    lines.extend(filled(CustomerField::Street2));
    let mut parts = AddressParts {
        city: one(CustomerField::City),
        state: one(CustomerField::State),
        postcode: reading::id_of(columns, CustomerField::Postcode.as_str(), row, survey)?.into_owned(),
        country: one(CustomerField::Country),
        ..AddressParts::default()
    };
    split(&mut lines, &mut parts);
    lines.extend(post_box(&columns.pick(BOX).of(row), &parts.country));
    let mut lines = lines.into_iter();
    parts.street = lines.next().unwrap_or_default();
    parts.street2 = lines.collect::<Vec<_>>().join(", ");
    let postcode = cells::postcode(&parts.postcode, &parts.state, &parts.country);
    if postcode != parts.postcode {
        parts.postcode = postcode.into_owned();
    }
    Ok(parts)
}

/// A box as a line of an address: `PO Box 12` if the cell has only its number.
fn post_box(cell: &str, country: &str) -> Option<String> {
    let is_german = || countries::find(country).is_some_and(|country| country.language == "de");
    match cell.bytes().all(|b| b.is_ascii_digit()) {
        _ if cell.is_empty() => None,
        true => Some(format!("{} {cell}", if is_german() { "Postfach" } else { "PO Box" })),
        false => Some(cell.to_owned()),
    }
}
