//! Who lives together: one letter is sent to a household.
//!
//! A household is the people that the owner put together, or who share an address and either the surname or each other
//! as spouse. A customer that the owner separated is alone. Households are updated whenever the book changes: for the
//! people concerned, or after a large import, for everyone.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::customer::{COLUMNS, Customer};
use super::grouping::{ALONE, RESIDENT, Resident, grouped};
use super::{lookup, undeliverable};
use crate::domain::{CustomerId, HouseholdId};
use crate::error::{Error, Result};
use crate::store::{Read, Value, Write, params};
use crate::text;

/// The people of one household; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Household {
    /// In order of reference.
    pub(crate) members: Vec<Customer>,
}

/// The household of a customer.
pub(crate) fn household_of(read: &Read<'_>, customer: &Customer) -> Result<Household> {
    Ok(Household { members: lookup::members(read, customer.household_id)? })
}

/// Puts two people into one household manually, with those already put together with either.
///
/// # Errors
/// When both are the same person.
pub(crate) fn join_by_hand(write: &Write<'_>, one: &Customer, other: &Customer) -> Result<()> {
    if one.id == other.id {
        return Err(Error::new(format!("{} cannot be put together with themselves", text::quote(&one.reference)))
            .hint("give the reference of another customer, or `household=alone`"));
    }
    let word = |id: CustomerId| {
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
        write.run(
            "UPDATE customer SET put_together = ?2 WHERE put_together = ?1 AND put_together <> ''",
            params![mine, together],
        )?;
    }
    write.run("UPDATE customer SET put_together = ?3 WHERE id IN (?1, ?2)", params![one.id, other.id, together])?;
    settle(write, &[one.id, other.id], &[])
}

/// Separates a customer from their household manually and permanently: a shared address no longer counts.
pub(crate) fn set_alone(write: &Write<'_>, one: &Customer) -> Result<()> {
    write.run("UPDATE customer SET put_together = ?2 WHERE id = ?1", params![one.id, ALONE])?;
    settle(write, &[one.id], &[])
}

/// An unused key for people put together.
fn next_word(read: &Read<'_>) -> Result<String> {
    let sql = "SELECT DISTINCT put_together FROM customer WHERE put_together <> ''";
    let known = read.all(sql, params![], |row| row.get::<String>(0))?;
    let numbers = known.iter().filter_map(|word| word.strip_prefix("together ")?.parse::<u64>().ok());
    Ok(format!("together {}", numbers.max().unwrap_or(0) + 1))
}

/// Updates the households of these people, after something on their cards has changed, and of those who remain in
/// `households`.
pub(crate) fn settle(write: &Write<'_>, people: &[CustomerId], households: &[HouseholdId]) -> Result<()> {
    for id in people {
        place_card(write, *id)?;
    }
    if place(write, UNPLACED, params![])? > 0 {
        undeliverable::place(write)?;
        return regroup(write);
    }
    let mut around: BTreeMap<CustomerId, Resident> = BTreeMap::new();
    let (mut asked, mut asks) = (BTreeSet::new(), Vec::new());
    asks.extend(people.iter().map(|id| Ask::Person(*id)));
    asks.extend(households.iter().map(|id| Ask::Household(*id)));
    while let Some(ask) = asks.pop() {
        if !asked.insert(ask.clone()) {
            continue;
        }
        let found = match &ask {
            Ask::Person(id) => residents(write, "id = ?1", params![*id])?,
            Ask::Household(id) => residents(write, "household_id = ?1", params![*id])?,
            Ask::Home(home) => residents(write, "home = ?1 AND home <> 0", params![*home])?,
            Ask::Together(word) => residents(write, "put_together = ?1 AND put_together <> ''", params![word])?,
        };
        for one in found {
            asks.push(Ask::Household(one.household_id));
            if one.address_hash != 0 {
                asks.push(Ask::Home(one.address_hash));
            }
            if !matches!(one.manual_household.as_str(), "" | ALONE) {
                asks.push(Ask::Together(one.manual_household.clone()));
            }
            around.insert(one.id, one);
        }
    }
    let around: Vec<Resident> = around.into_values().collect();
    for (resident, household) in around.iter().zip(grouped(&around)) {
        move_to(write, resident.id, resident.household_id, household)?;
    }
    Ok(())
}

/// The people who may live with someone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Ask {
    Person(CustomerId),
    Household(HouseholdId),
    Home(i64),
    Together(String),
}

/// Cards without an address hash: an older version of the program wrote them, or hashed them differently.
const UNPLACED: &str = "home = 0 AND (street <> '' OR street2 <> '')";

/// Whether every card has its address hash; if not, an older version of the program left the households to be computed
/// again.
pub(crate) fn is_complete(read: &Read<'_>) -> Result<bool> {
    let sql = "SELECT count(*) FROM customer WHERE home = 0 AND (street <> '' OR street2 <> '')";
    Ok(read.value::<i64>(sql, params![])? == 0)
}

/// Computes every household again.
pub(crate) fn regroup(write: &Write<'_>) -> Result<()> {
    if place(write, UNPLACED, params![])? > 0 {
        undeliverable::place(write)?;
    }
    let (mut all, mut seen, mut shared) = (Vec::new(), HashSet::new(), HashSet::new());
    write.each("SELECT id, household_id, home, put_together <> '' FROM customer ORDER BY id", params![], |row| {
        let (id, household, home, by_hand): (CustomerId, HouseholdId, i64, bool) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        if home != 0 && !seen.insert(home) {
            shared.insert(home);
        }
        all.push((id, household, home, by_hand));
        Ok(())
    })?;
    drop(seen);
    // A customer who shares nothing with anyone is alone.
    let is_shared = |home: i64, by_hand: bool| by_hand || home != 0 && shared.contains(&home);
    let mut close: Vec<Resident> = Vec::new();
    if all.iter().any(|(_, _, home, by_hand)| is_shared(*home, *by_hand)) {
        write.each(&format!("SELECT {RESIDENT} FROM customer ORDER BY id"), params![], |row| {
            if is_shared(row.get(6)?, !row.get::<String>(7)?.is_empty()) {
                close.push(Resident::from_row(row)?);
            }
            Ok(())
        })?;
    }
    for (id, household, _, _) in all.into_iter().filter(|(_, _, home, by_hand)| !is_shared(*home, *by_hand)) {
        move_to(write, id, household, HouseholdId(id.0))?;
    }
    for (resident, household) in close.iter().zip(grouped(&close)) {
        move_to(write, resident.id, resident.household_id, household)?;
    }
    Ok(())
}

fn move_to(write: &Write<'_>, id: CustomerId, from: HouseholdId, to: HouseholdId) -> Result<()> {
    if from != to {
        write.run("UPDATE customer SET household_id = ?2 WHERE id = ?1", params![id, to])?;
    }
    Ok(())
}

/// Records where someone lives, after their address has changed.
pub(crate) fn place_card(write: &Write<'_>, id: CustomerId) -> Result<()> {
    place(write, "id = ?1", params![id]).map(|_| ())
}

/// Stores where people live, as a hash, and whether they have left it.
fn place(write: &Write<'_>, such: &str, of: &[Value<'_>]) -> Result<usize> {
    let sql = format!("SELECT {COLUMNS} FROM customer WHERE {such}");
    let cards = write.all(&sql, of, Customer::from_row)?;
    for card in &cards {
        let sql = "UPDATE customer SET home = ?2, moved = ?3 WHERE id = ?1 AND (home <> ?2 OR moved <> ?3)";
        write.run(sql, params![card.id, card.address().hash(), card.has_moved()])?;
    }
    Ok(cards.len())
}

fn residents(read: &Read<'_>, such: &str, of: &[Value<'_>]) -> Result<Vec<Resident>> {
    read.all(&format!("SELECT {RESIDENT} FROM customer WHERE {such}"), of, Resident::from_row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    /// The households of people given as first name, surname, spouse, street and manual household.
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
            (
                vec![["Ann", "Núñez", "", "1 Main St., Apt. 2", ""], ["Tom", "NUNEZ", "", "1 Main Street #2", ""]],
                vec![1, 1],
            ),
            (vec![["Ann", "Müller", "", "Hauptstr. 5", ""], ["Tom", "Mueller", "", "Hauptstraße 5", ""]], vec![1, 1]),
            (vec![["Ann", "Lark", "", "1 Main St Apt 2", ""], ["Tom", "Lark", "", "1 Main St Apt 3", ""]], vec![1, 2]),
            (vec![["Ann", "Lark", "", "1 Main St", ""], ["Tom", "Lark", "", "1 Main Ave", ""]], vec![1, 2]),
            (vec![["Anna", "Lopez", "David Chan", at, ""], ["David", "Chan", "", at, ""]], vec![1, 1]),
            (vec![["Anna", "Lopez", "Chan, David M.", at, ""], ["David", "Chan", "", at, ""]], vec![1, 1]),
            (vec![["Anna", "Lopez", "Mr. David Chan", at, ""], ["David M.", "Chan", "", at, ""]], vec![1, 1]),
            (vec![["Anna", "Lopez", "Chan Wei", at, ""], ["David", "Chan", "", at, ""]], vec![1, 2]),
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
            let card = |reference| lookup::by_ref(write, reference);
            join_by_hand(write, &card("A")?, &card("B")?)?;
            join_by_hand(write, &card("C")?, &card("D")?)?;
            join_by_hand(write, &card("B")?, &card("C")?)?;
            set_alone(write, &card("D")?)?;
            assert!(join_by_hand(write, &card("A")?, &card("A")?).is_err());
            write.all("SELECT household_id FROM customer ORDER BY ref", params![], |row| row.get::<i64>(0))
        });
        assert_eq!(homes.expect("households"), [1, 1, 1, 4]);
    }

    /// Updating the affected households gives the same result as computing all of them.
    #[test]
    fn settling_a_few_is_regrouping_all() {
        let folder = tempfile::tempdir().expect("folder");
        let mut store = Store::create(&folder.path().join("regulars.db")).expect("new");
        let mut dice = fastrand::Rng::with_seed(7);
        let homes = |write: &Write<'_>| {
            write.all("SELECT household_id FROM customer ORDER BY id", params![], |row| row.get::<i64>(0))
        };
        let agreed = store.write(|write| {
            for id in 1..=40_i64 {
                write.run("INSERT INTO customer (id, ref, household_id) VALUES (?1, ?1, ?1)", params![id])?;
            }
            for _ in 0..150 {
                let id = dice.i64(1..=40);
                let mut one = |words: &[&'static str]| words[dice.usize(..words.len())];
                let values = [one(&["", "1 Main St", "2 Elm St"]), one(&["Smith", "Lopez", ""]), one(&["Ann", "Tom"])];
                let spouse = one(&["", "", "Ann", "Tom Lopez"]);
                let sql = "UPDATE customer SET street = ?2, last_name = ?3, first_name = ?4, spouse = ?5 WHERE id = ?1";
                write.run(sql, params![id, values[0], values[1], values[2], spouse])?;
                settle(write, &[CustomerId(id)], &[])?;
                let other = dice.i64(1..=40);
                match dice.u8(..8) {
                    0 if other != id => {
                        join_by_hand(
                            write,
                            &lookup::by_id(write, CustomerId(id))?,
                            &lookup::by_id(write, CustomerId(other))?,
                        )?;
                    }
                    1 => set_alone(write, &lookup::by_id(write, CustomerId(other))?)?,
                    2 => {
                        let household = lookup::by_id(write, CustomerId(other))?.household_id;
                        write.run("DELETE FROM customer WHERE id = ?1", params![other])?;
                        settle(write, &[], &[household])?;
                        write
                            .run("INSERT INTO customer (id, ref, household_id) VALUES (?1, ?1, ?1)", params![other])?;
                    }
                    _ => {}
                }
                let settled = homes(write)?;
                regroup(write)?;
                assert_eq!(settled, homes(write)?);
            }
            Ok(())
        });
        agreed.expect("settled");
    }
}
