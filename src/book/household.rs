//! Who lives with whom: one letter goes to a household.
//!
//! A household is the people whom the owner put together, or who share an address and either the surname or each other
//! as spouse. Whom the owner took apart stands alone. It is worked out again whenever the book changes.

use std::collections::HashMap;

use super::customer::{Customer, folded};
use super::table;
use crate::error::{Error, Result};
use crate::params;
use crate::store::{Read, Write};
use crate::words;

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

/// In `put_together`: at home with nobody, whatever the address says.
const ALONE: &str = "alone";

/// Puts two people into one household by hand, with those whom either was put together with before.
///
/// # Errors
/// When both are the same person.
pub fn put_together(write: &Write<'_>, one: &Customer, other: &Customer) -> Result<()> {
    if one.id == other.id {
        return Err(Error::new(format!("{} lives with themselves already", words::quote(&one.reference)))
            .hint("give the reference of somebody else, or `household=alone`"));
    }
    let word = |id: i64| {
        write
            .value::<String>("SELECT put_together FROM customer WHERE id = ?1", params![id])
            .map(|word| if word == ALONE { String::new() } else { word })
    };
    let (mine, theirs) = (word(one.id)?, word(other.id)?);
    let together = match (theirs.is_empty(), mine.is_empty()) {
        (false, _) => theirs,
        (true, false) => mine.clone(),
        (true, true) => next_word(write)?,
    };
    if !mine.is_empty() {
        write.run("UPDATE customer SET put_together = ?2 WHERE put_together = ?1", params![mine, together])?;
    }
    write.run("UPDATE customer SET put_together = ?3 WHERE id IN (?1, ?2)", params![one.id, other.id, together])?;
    regroup(write).map(|_| ())
}

/// Takes somebody out of their household by hand, for good: the same address puts them together with nobody.
pub fn take_apart(write: &Write<'_>, one: &Customer) -> Result<()> {
    write.run("UPDATE customer SET put_together = ?2 WHERE id = ?1", params![one.id, ALONE])?;
    regroup(write).map(|_| ())
}

/// A word for people put together that nobody has.
fn next_word(read: &Read<'_>) -> Result<String> {
    let known = read.all("SELECT DISTINCT put_together FROM customer", params![], |row| row.get::<String>(0))?;
    let numbers = known.iter().filter_map(|word| word.strip_prefix("together ")?.parse::<u64>().ok());
    Ok(format!("together {}", numbers.max().unwrap_or(0) + 1))
}

/// Works out every household anew; how many customers changed theirs.
pub fn regroup(write: &Write<'_>) -> Result<usize> {
    let residents = residents(write)?;
    let mut parents: Vec<usize> = (0..residents.len()).collect();
    let mut by_hand: HashMap<&str, usize> = HashMap::new();
    let mut by_address: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, resident) in residents.iter().enumerate() {
        if resident.put_together == ALONE {
            continue;
        }
        if !resident.address.is_empty() {
            by_address.entry(&resident.address).or_default().push(index);
        }
        if !resident.put_together.is_empty() {
            let first = *by_hand.entry(&resident.put_together).or_insert(index);
            join(&mut parents, first, index);
        }
    }
    for neighbours in by_address.values() {
        let mut by_surname: HashMap<&str, usize> = HashMap::new();
        for &one in neighbours.iter().filter(|one| !residents[**one].surname.is_empty()) {
            let first = *by_surname.entry(&residents[one].surname).or_insert(one);
            join(&mut parents, first, one);
        }
        // Those who name a spouse are few, so that a house of a thousand flats is not a million pairs.
        for &one in neighbours.iter().filter(|one| !residents[**one].spouse.is_empty()) {
            for &other in neighbours.iter().filter(|other| **other != one) {
                if are_a_couple(&residents[one], &residents[other]) {
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

/// Whether one of them gives the other as the spouse, and the other nobody else.
fn are_a_couple(one: &Resident, other: &Resident) -> bool {
    (names(one, other) && (other.spouse.is_empty() || names(other, one)))
        || (names(other, one) && one.spouse.is_empty())
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
    use crate::store::Store;

    /// The households of people given as first name, surname, spouse, street and the hand of the owner.
    fn households(people: &[[&str; 5]]) -> Vec<i64> {
        let folder = tempfile::tempdir().expect("folder");
        let mut store = Store::create(&folder.path().join("regulars.db")).expect("new");
        let sql = "INSERT INTO customer (ref, first_name, last_name, spouse, street, put_together) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        store
            .write(|write| {
                for (n, [first, last, spouse, street, hand]) in people.iter().enumerate() {
                    write.run(sql, params![n.to_string(), *first, *last, *spouse, *street, *hand])?;
                }
                regroup(write)?;
                write.all("SELECT household_id FROM customer ORDER BY id", params![], |row| row.get(0))
            })
            .expect("grouped")
    }

    #[test]
    fn people_at_one_address_belong_together_by_surname_or_marriage() {
        let at = "1 Main St";
        for (people, homes) in [
            (vec![["Robert", "Smith", "", at, ""], ["Eleanor", "SMITH", "", "1  main st", ""]], vec![1, 1]),
            (vec![["Robert", "Smith", "", at, ""], ["Eleanor", "Smith", "", "2 Main St", ""]], vec![1, 2]),
            (vec![["Anna", "Lopez", "David Chan", at, ""], ["David", "Chan", "", at, ""]], vec![1, 1]),
            (vec![["Anna", "Lopez", "David", at, ""], ["David", "Chan", "Anna", at, ""]], vec![1, 1]),
            (vec![["Anna", "Lopez", "David", at, ""], ["David", "Chan", "Maria", at, ""]], vec![1, 2]),
            (vec![["Anna", "Lopez", "", at, ""], ["David", "Chan", "", at, ""]], vec![1, 2]),
            (vec![["Anna", "", "", at, ""], ["David", "", "", at, ""]], vec![1, 2]),
            (vec![["Anna", "Berg", "", "", ""], ["Tom", "Berg", "", "", ""]], vec![1, 2]),
            (vec![["Anna", "Berg", "", "", "together 1"], ["Ida", "Vik", "", at, "together 1"]], vec![1, 1]),
            (
                vec![["Anna", "Berg", "", at, ""], ["Tom", "Berg", "", at, ALONE], ["Ida", "Berg", "", at, ""]],
                vec![1, 2, 1],
            ),
        ] {
            assert_eq!(households(&people), homes, "{people:?}");
        }
    }

    #[test]
    fn the_owner_puts_together_and_takes_apart() {
        let folder = tempfile::tempdir().expect("folder");
        let mut store = Store::create(&folder.path().join("regulars.db")).expect("new");
        let homes = store.write(|write| {
            for reference in ["A", "B", "C", "D"] {
                write.run("INSERT INTO customer (ref) VALUES (?1)", params![reference])?;
            }
            regroup(write)?;
            let card = |reference| table::by_ref(write, reference);
            put_together(write, &card("A")?, &card("B")?)?;
            put_together(write, &card("C")?, &card("D")?)?;
            put_together(write, &card("B")?, &card("C")?)?;
            take_apart(write, &card("D")?)?;
            assert!(put_together(write, &card("A")?, &card("A")?).is_err());
            write.all("SELECT household_id FROM customer ORDER BY ref", params![], |row| row.get::<i64>(0))
        });
        assert_eq!(homes.expect("households"), [1, 1, 1, 4]);
    }
}
