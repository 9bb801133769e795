//! Who lives with whom: one letter goes to a household.
//!
//! A household is the people whom the owner put together, or who share an address and either the surname or each other
//! as spouse. It is worked out again whenever the book changes.

use std::collections::HashMap;

use super::customer::Customer;
use super::table;
use crate::error::Result;
use crate::params;
use crate::store::{Read, Write};

/// The people of one household; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Household {
    /// In order of reference.
    pub members: Vec<Customer>,
}

/// The household of a customer.
pub fn household_of(read: &Read<'_>, customer: &Customer) -> Result<Household> {
    Ok(Household { members: table::members(read, customer.household_id)? })
}

/// What decides who belongs together.
struct Resident {
    id: i64,
    household_id: i64,
    first_name: String,
    surname: String,
    full_name: String,
    spouse: String,
    address: String,
    put_together: String,
}

/// Works out every household anew; how many customers changed theirs.
pub fn regroup(write: &Write<'_>) -> Result<usize> {
    let residents = residents(write)?;
    let mut parents: Vec<usize> = (0..residents.len()).collect();
    let mut by_address: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut by_hand: HashMap<&str, usize> = HashMap::new();
    for (index, resident) in residents.iter().enumerate() {
        if !resident.address.is_empty() {
            by_address.entry(&resident.address).or_default().push(index);
        }
        if !resident.put_together.is_empty() {
            let first = *by_hand.entry(&resident.put_together).or_insert(index);
            join(&mut parents, first, index);
        }
    }
    for neighbours in by_address.values() {
        for (at, &one) in neighbours.iter().enumerate() {
            for &other in &neighbours[at + 1..] {
                if belong_together(&residents[one], &residents[other]) {
                    join(&mut parents, one, other);
                }
            }
        }
    }
    let mut smallest: HashMap<usize, i64> = HashMap::new();
    for (index, resident) in residents.iter().enumerate() {
        let (root, id) = (root(&mut parents, index), resident.id);
        smallest.entry(root).and_modify(|least| *least = id.min(*least)).or_insert(id);
    }
    let mut changed = 0;
    for (index, resident) in residents.iter().enumerate() {
        let household = smallest[&root(&mut parents, index)];
        if household != resident.household_id {
            changed +=
                write.run("UPDATE customer SET household_id = ?2 WHERE id = ?1", params![resident.id, household])?;
        }
    }
    Ok(changed)
}

fn residents(read: &Read<'_>) -> Result<Vec<Resident>> {
    let sql = "SELECT id, household_id, first_name, last_name, full_name, spouse, street, street2, city, postcode, \
               country, put_together FROM customer ORDER BY id";
    read.all(sql, params![], |row| {
        let lines: [String; 5] = [row.get(6)?, row.get(7)?, row.get(8)?, row.get(9)?, row.get(10)?];
        let address = if lines[0].is_empty() { String::new() } else { folded(&lines.join("\u{1f}")) };
        let (last_name, full_name): (String, String) = (row.get(3)?, row.get(4)?);
        let surname = if last_name.is_empty() { full_name.rsplit(' ').next().unwrap_or_default() } else { &last_name };
        Ok(Resident {
            id: row.get(0)?,
            household_id: row.get(1)?,
            first_name: folded(&row.get::<String>(2)?),
            surname: folded(surname),
            full_name: folded(&full_name),
            spouse: folded(&row.get::<String>(5)?),
            address,
            put_together: row.get(11)?,
        })
    })
}

/// Lower case, one space between words: how names and addresses are compared.
fn folded(text: &str) -> String {
    text.to_lowercase().split([' ', '\t', '\u{a0}']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether two people at one address are one household.
fn belong_together(one: &Resident, other: &Resident) -> bool {
    let same_surname = !one.surname.is_empty() && one.surname == other.surname;
    let couple = (names(one, other) && (other.spouse.is_empty() || names(other, one)))
        || (names(other, one) && one.spouse.is_empty());
    same_surname || couple
}

/// Whether `one` gives `other` as the spouse.
fn names(one: &Resident, other: &Resident) -> bool {
    let whole = format!("{} {}", other.first_name, other.surname);
    !one.spouse.is_empty() && (one.spouse == other.first_name || one.spouse == whole || one.spouse == other.full_name)
}

fn root(parents: &mut [usize], mut index: usize) -> usize {
    while parents[index] != index {
        parents[index] = parents[parents[index]];
        index = parents[index];
    }
    index
}

fn join(parents: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(parents, one), root(parents, other));
    parents[one.max(other)] = one.min(other);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resident(first_name: &str, surname: &str, spouse: &str) -> Resident {
        Resident {
            id: 0,
            household_id: 0,
            first_name: folded(first_name),
            surname: folded(surname),
            full_name: String::new(),
            spouse: folded(spouse),
            address: "1 main st".into(),
            put_together: String::new(),
        }
    }

    #[test]
    fn people_at_one_address_belong_together_by_surname_or_marriage() {
        for (one, other, together) in [
            (resident("Robert", "Smith", ""), resident("Eleanor", "SMITH", ""), true),
            (resident("Anna", "Lopez", "David Chan"), resident("David", "Chan", ""), true),
            (resident("Anna", "Lopez", "David"), resident("David", "Chan", "Anna"), true),
            (resident("Anna", "Lopez", "David"), resident("David", "Chan", "Maria"), false),
            (resident("Anna", "Lopez", ""), resident("David", "Chan", ""), false),
            (resident("Anna", "", ""), resident("David", "", ""), false),
        ] {
            assert_eq!(belong_together(&one, &other), together);
            assert_eq!(belong_together(&other, &one), together);
        }
    }
}
