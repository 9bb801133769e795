//! Somebody who asks to be forgotten: the book keeps what was taken, and nothing of who it was taken from.

use super::customer::{Customer, folded};
use super::index::{self, Words};
use super::table_owner::Erasure;
use super::{household, identity, likeness, suppression, table};
use crate::error::Result;
use crate::store::Write;
use crate::store::params;

/// Erases a card with everything on it; purchases stay, without a name. Its references are remembered as hashes alone, so
/// that the next import does not bring them back, and so are addresses that must get no email.
pub(super) fn forget(write: &Write<'_>, erasure: &Erasure<'_>) -> Result<()> {
    let (customer, on) = (erasure.customer, erasure.on);
    write.run("UPDATE purchase SET customer_id = NULL, ref = '' WHERE customer_id = ?1", params![customer.id])?;
    for reference in &erasure.references {
        identity::remember_forgotten(write, reference, on)?;
        write.run(
            "UPDATE purchase SET ref = '' WHERE customer_id IS NULL AND ref <> '' AND ref = ?1",
            params![reference],
        )?;
        write.run("DELETE FROM customer_merge WHERE ref = ?1 OR into_ref = ?1", params![reference])?;
    }
    // A list without references knows them by their email, else their telephone: unless somebody else has the same.
    let email = if customer.email.contains('@') { customer.email.to_lowercase() } else { String::new() };
    for (field, known) in [("email", email), ("phone", likeness::dialled(&customer.phone))] {
        let sql = format!("SELECT count(*) FROM customer WHERE {field} = ?1");
        if !known.is_empty() && write.value::<i64>(&sql, params![customer.field(field)])? == 1 {
            identity::remember_forgotten(write, &known, on)?;
            let sql = "UPDATE purchase SET ref = '' WHERE customer_id IS NULL AND ref <> '' AND ref = ?1";
            write.run(sql, params![known])?;
        }
    }
    leave_the_family(write, customer)?;
    index::erase(write, customer.id)?;
    write.run("DELETE FROM customer WHERE id = ?1", params![customer.id])?;
    suppression::keep_only_hashes(write)?;
    household::settle(write, &[], &[customer.household_id])
}

/// Takes their name from the cards of those who lived with them.
fn leave_the_family(write: &Write<'_>, customer: &Customer) -> Result<()> {
    let names =
        [customer.first_name.clone(), customer.name(), format!("{} {}", customer.first_name, customer.last_name)];
    let mut words = Words::default();
    for member in table::members(write, customer.household_id)?.iter().filter(|member| member.id != customer.id) {
        let spouse = folded(&member.spouse);
        // "Mrs. Eleanor Smith" too.
        let is_them = names.iter().map(|name| folded(name)).any(|name| !name.is_empty() && spouse.ends_with(&name));
        if is_them {
            words.take_out(member.id, |field| if field == "spouse" { &member.spouse } else { "" });
            words.put_in(member.id, |field| if field == "spouse" { "" } else { member.field(field) });
            write.run("UPDATE customer SET spouse = '' WHERE id = ?1", params![member.id])?;
        }
    }
    words.write(write)
}
