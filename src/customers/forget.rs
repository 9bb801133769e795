//! Erases a person who asks to be forgotten: the book keeps the sales, but not who bought.

use super::customer::{self, Customer, CustomerField};
use super::index::{self, Words};
use super::table_owner::Erasure;
use super::{household, identity, likeness, lookup, post_opt_outs, replaced, suppression, undeliverable};
use crate::domain::{Consent, EmailAddress, folded};
use crate::error::Result;
use crate::store::{Write, params};

/// Erases a card with everything on it; purchases stay, without a name. Its references are stored only as hashes, so
/// that the next import does not bring them back, and so are suppressed addresses.
pub(super) fn forget(write: &Write<'_>, erasure: &Erasure<'_>) -> Result<()> {
    let (customer, on) = (erasure.customer, erasure.on);
    write.run("UPDATE purchase SET customer_id = NULL, ref = '' WHERE customer_id = ?1", params![customer.id])?;
    let sql = "UPDATE replaced_purchase SET customer_id = NULL, ref = '' WHERE customer_id = ?1";
    write.run(sql, params![customer.id])?;
    for reference in &erasure.references {
        identity::remember_forgotten(write, reference, on)?;
        write.run(
            "UPDATE purchase SET ref = '' WHERE customer_id IS NULL AND ref <> '' AND ref = ?1",
            params![reference],
        )?;
        let sql = "UPDATE replaced_purchase SET ref = '' WHERE customer_id IS NULL AND ref <> '' AND ref = ?1";
        write.run(sql, params![reference])?;
        write.run("DELETE FROM customer_merge WHERE ref = ?1 OR into_ref = ?1", params![reference])?;
    }
    // A list without references identifies them by email, else by phone, unless someone else has the same.
    let email = EmailAddress::parse(&customer.email).map(|email| email.key()).unwrap_or_default();
    for (sql, field, known) in [
        ("SELECT count(*) FROM customer WHERE email = ?1", &customer.email, email),
        ("SELECT count(*) FROM customer WHERE phone = ?1", &customer.phone, likeness::dialled(&customer.phone)),
    ] {
        if !known.is_empty() && write.value::<i64>(sql, params![field])? == 1 {
            identity::remember_forgotten(write, &known, on)?;
            for sql in [
                "UPDATE purchase SET ref = '' WHERE customer_id IS NULL AND ref <> '' AND ref = ?1",
                "UPDATE replaced_purchase SET ref = '' WHERE customer_id IS NULL AND ref <> '' AND ref = ?1",
            ] {
                write.run(sql, params![known])?;
            }
        }
    }
    if customer.email_consent == Consent::No {
        suppression::keep_opt_out(write, &customer.email, on)?;
    }
    if let Some(kept) = post_opt_outs::kept_form(customer).filter(|_| customer.post_consent == Consent::No) {
        suppression::keep_opt_out(write, &kept, on)?;
    }
    leave_the_family(write, customer)?;
    index::erase(write, customer.id)?;
    write.run("DELETE FROM customer WHERE id = ?1", params![customer.id])?;
    suppression::keep_only_hashes(write)?;
    undeliverable::keep_only_numbers(write)?;
    household::settle(write, &[], &[customer.household_id])
}

/// Removes their name from the cards of their household.
fn leave_the_family(write: &Write<'_>, customer: &Customer) -> Result<()> {
    let names =
        [customer.first_name.clone(), customer.name(), format!("{} {}", customer.first_name, customer.last_name)];
    let is_named = |spouse: &str| {
        // "Mrs. Eleanor Smith" too.
        names.iter().map(|name| folded(name)).any(|name| !name.is_empty() && folded(spouse).ends_with(&name))
    };
    let mut words = Words::default();
    for member in lookup::members(write, customer.household_id)?.iter().filter(|member| member.id != customer.id) {
        if replaced::fields(write, member.id, CustomerField::Spouse)?.iter().any(|kept| is_named(kept)) {
            replaced::drop_field(write, member.id, CustomerField::Spouse)?;
        }
        if is_named(&member.spouse) {
            let is_spouse = |field| field == CustomerField::Spouse;
            words.take_out(member.id, |field| if is_spouse(field) { &member.spouse } else { "" });
            words.put_in(member.id, |field| if is_spouse(field) { "" } else { member.field(field) });
            customer::set_field(write, member.id, CustomerField::Spouse, "")?;
        }
    }
    words.write(write)
}
