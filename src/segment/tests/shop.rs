//! A small shop with a long history: every figure can be computed again without SQL.

use std::collections::{BTreeMap, HashSet};

use chrono::{Months, NaiveDate};

use crate::domain::CustomerId;
use crate::money::Currency;
use crate::segment::{Scope, condition, matching};
use crate::store::{Store, params};

/// A customer as stored by the test itself.
#[derive(Debug, Default, Clone)]
pub(super) struct Person {
    pub(super) reference: String,
    pub(super) city: String,
    pub(super) email: String,
    pub(super) tags: Vec<&'static str>,
    /// Day, amount, item.
    pub(super) purchases: Vec<(NaiveDate, i64, &'static str)>,
    /// Day, kind, minutes, resolved.
    pub(super) notes: Vec<(NaiveDate, &'static str, i64, bool)>,
    /// Their response to `1989-chardonnay`.
    pub(super) answer: Option<&'static str>,
}

pub(super) struct Shop {
    folder: tempfile::TempDir,
    pub(super) store: Store,
    pub(super) people: Vec<Person>,
    pub(super) campaigns: Vec<String>,
    pub(super) named: BTreeMap<String, String>,
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

pub(super) fn as_of() -> NaiveDate {
    day("1990-01-15")
}

const CITIES: [&str; 6] = ["", "Springfield", "Zürich", "ZÜRICH", "San José", "O'Fallon"];
/// Below number 40, each even number shares a household with the one before; all others have their own.
pub(super) fn home_of(id: usize) -> usize {
    if id < 40 && id.is_multiple_of(2) { id - 1 } else { id }
}

const ITEMS: [&str; 5] = ["Blue shirt, cotton", "TIE silk", "BLUE hat", "50% wool scarf", "Écharpe bleue"];

fn people(seed: u64) -> Vec<Person> {
    let mut dice = fastrand::Rng::with_seed(seed);
    let mut people = Vec::new();
    for i in 0..120_usize {
        let mut person = Person { reference: format!("C-{:03}", (i * 37) % 120), ..Person::default() };
        CITIES[dice.usize(..CITIES.len())].clone_into(&mut person.city);
        if dice.bool() {
            person.email = format!("p{i}@example.com");
        }
        if dice.u8(..4) == 0 {
            person.tags.push("Wholesale");
        }
        if dice.u8(..4) > 0 {
            for _ in 0..dice.usize(..9) {
                let on = as_of() + chrono::TimeDelta::days(dice.i64(-1000..60));
                let amount = if dice.u8(..6) == 0 { -dice.i64(1..9_000) } else { dice.i64(0..40_000) };
                person.purchases.push((on, amount, ITEMS[dice.usize(..ITEMS.len())]));
            }
        }
        for _ in 0..dice.usize(..3) {
            let on = as_of() + chrono::TimeDelta::days(dice.i64(-600..30));
            let kind = if dice.bool() { "complaint" } else { "call" };
            person.notes.push((on, kind, dice.i64(0..30), dice.bool()));
        }
        person.answer =
            [None, Some("redeemed"), Some("not_redeemed"), Some("undeliverable"), Some("held_out")][dice.usize(..5)];
        people.push(person);
    }
    // The edges of the windows.
    people[0].purchases =
        vec![(day("1989-01-15"), 70_000, ITEMS[0]), (day("1989-01-16"), 50_000, ITEMS[1]), (as_of(), 1, ITEMS[2])];
    people[1].purchases = vec![(day("1990-01-16"), 90_000, ITEMS[0])];
    people[2].purchases = vec![(day("1989-06-01"), -500, ITEMS[0])];
    people
}

pub(super) fn shop() -> Shop {
    shop_of_dice(7)
}

pub(super) fn shop_of_dice(seed: u64) -> Shop {
    let folder = tempfile::tempdir().expect("folder");
    let mut store = Store::create(&folder.path().join("regulars.db")).expect("new");
    let people = people(seed);
    store
        .write(|w| {
            w.run(
                "INSERT INTO campaign (id, slug, name, state, as_of, dated, channel, one_per, planned_at, fingerprint)
             VALUES (1, '1989-chardonnay', 'Chardonnay', 'posted', 6900, 6900, 'letter', 'household', '', '')",
                params![],
            )?;
            for (i, person) in people.iter().enumerate() {
                let id = i + 1;
                w.run(
                    "INSERT INTO customer (id, ref, city, email, household_id) VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![id, person.reference, person.city, person.email, home_of(id)],
                )?;
                for tag in &person.tags {
                    w.run("INSERT INTO customer_tag (customer_id, tag) VALUES (?1, ?2)", params![id, tag])?;
                }
                for (nth, (on, amount, item)) in person.purchases.iter().enumerate() {
                    let purchase = id * 100 + nth;
                    w.run(
                        "INSERT INTO purchase (id, source, customer_id, day, amount_minor, same, nth)
                     VALUES (?1, 'test', ?2, ?3, ?4, ?5, 1)",
                        params![purchase, id, on, amount, purchase.to_string().into_bytes()],
                    )?;
                    w.run(
                        "INSERT INTO purchase_item (purchase_id, line, item, amount_minor) VALUES (?1, 1, ?2, ?3)",
                        params![purchase, item, amount],
                    )?;
                }
                for (on, kind, minutes, resolved) in &person.notes {
                    let resolved_on = resolved.then_some(*on);
                    w.run(
                        "INSERT INTO contact_note (customer_id, on_day, kind, text, minutes, resolved_on)
                     VALUES (?1, ?2, ?3, '', ?4, ?5)",
                        params![id, on, kind, minutes, resolved_on],
                    )?;
                }
                if let Some(answer) = person.answer {
                    let arm = if answer == "held_out" { "held_out" } else { "mailed" };
                    let returned = (answer == "undeliverable").then_some(6950_i64);
                    w.run(
                        "INSERT INTO recipient (id, campaign_id, ref, customer_id, name, arm, returned_on, prior_years)
                     VALUES (?1, 1, ?2, ?1, '', ?3, ?4, ?5)",
                        params![id, person.reference, arm, returned, id % 3],
                    )?;
                    w.run("INSERT INTO recipient_member (recipient_id, customer_id) VALUES (?1, ?1)", params![id])?;
                    if answer == "redeemed" {
                        w.run(
                            "INSERT INTO redemption (recipient_id, redeemed_on, redeemed_at, spend_minor)
                         VALUES (?1, ?2, '', ?3)",
                            params![id, 6940 + id, id * 1000],
                        )?;
                    }
                }
            }
            w.run("INSERT INTO preference (customer_id, key, value) VALUES (5, 'colour', 'blue')", params![])?;
            w.run("UPDATE customer SET street = '1 Elm St', postcode = '94301' WHERE id IN (3, 4)", params![])?;
            Ok(())
        })
        .expect("filled");
    let named = BTreeMap::from([("regulars".to_owned(), "visits_12m >= 2".to_owned())]);
    Shop { folder, store, people, campaigns: vec!["1989-chardonnay".to_owned()], named }
}

impl Shop {
    pub(super) fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("regulars.db")
    }

    pub(super) fn scope(&self) -> Scope<'_> {
        Scope {
            as_of: as_of(),
            currency: Currency::of("USD").expect("known"),
            home: "US",
            follows: Some("1989-chardonnay"),
            campaigns: &self.campaigns,
            named: &self.named,
        }
    }

    pub(super) fn matching(&self, text: &str) -> HashSet<CustomerId> {
        let condition = condition(text, &self.scope()).expect(text);
        matching(&self.store.read(), &condition).expect(text)
    }

    pub(super) fn counted(&self, holds: impl Fn(&Person) -> bool) -> HashSet<CustomerId> {
        (1..).zip(&self.people).filter(|(_, person)| holds(person)).map(|(id, _)| CustomerId(id)).collect()
    }
}

impl Person {
    pub(super) fn until_today(&self) -> impl Iterator<Item = &(NaiveDate, i64, &'static str)> {
        self.purchases.iter().filter(|(on, _, _)| *on <= as_of())
    }

    pub(super) fn spend(&self, months: u32) -> i64 {
        let after = as_of() - Months::new(months);
        self.until_today().filter(|(on, _, _)| *on > after).map(|(_, amount, _)| amount).sum()
    }

    pub(super) fn visits(&self, months: u32) -> usize {
        let after = as_of() - Months::new(months);
        self.until_today().filter(|(on, amount, _)| *on > after && *amount >= 0).count()
    }

    pub(super) fn last(&self) -> Option<NaiveDate> {
        self.until_today().filter(|(_, amount, _)| *amount >= 0).map(|(on, _, _)| *on).max()
    }

    pub(super) fn bought(&self, words: &[&str], since: NaiveDate) -> bool {
        let has = |item: &str| words.iter().all(|word| item.to_lowercase().contains(word));
        self.until_today().any(|(on, _, item)| *on >= since && has(item))
    }
}
