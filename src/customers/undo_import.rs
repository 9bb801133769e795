//! Undoes an import: what it added is removed, what it replaced is restored; what was used or changed since stays.

use std::collections::{BTreeSet, HashMap};

use super::customer::{COLUMNS, Customer};
use super::index::{self, Words};
use super::stayed::{Stayed, changed_by};
use super::undo_purchases::{self, UndonePurchases};
use super::{household, links, lookup, suppression, undeliverable, undo_fields};
use crate::domain::{CustomerId, HouseholdId, ImportId};
use crate::error::Result;
use crate::store::{Write, params};
use crate::text;

/// The rows of an import: those with its number, all of them after these numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ImportRows {
    pub(crate) import: ImportId,
    pub(crate) cards_after: i64,
    pub(crate) purchases_after: i64,
}

/// What an undo did.
#[derive(Debug, Default)]
pub(crate) struct UndoneRows {
    pub(crate) purchases: UndonePurchases,
    pub(crate) customers_removed: usize,
    /// Fields and tags of cards.
    pub(crate) fields_restored: usize,
    pub(crate) stayed: Stayed,
}

/// Up to this many cards, households are updated one by one.
const FEW: usize = 500;

/// How many cards are removed at a time.
const CHUNK: i64 = 10_000;

/// Undoes an import. `held` has the cards that other rooms still use, and why; `progress` gets the amount done and the
/// total, and may stop it.
pub(crate) fn undo_import(
    write: &Write<'_>,
    rows: ImportRows,
    held: &HashMap<CustomerId, String>,
    progress: &dyn Fn(usize, usize) -> Result<()>,
) -> Result<UndoneRows> {
    write.with_room(|| {
        let mut done = UndoneRows::default();
        done.purchases = undo_purchases::undo(write, rows.import, rows.purchases_after, &mut done.stayed, progress)?;
        let mut cards = UndoneCards {
            write,
            import: rows.import,
            after: rows.cards_after,
            progress,
            is_indexed: index::is_complete(write)?,
            words: Words::default(),
            households: BTreeSet::new(),
            done,
        };
        let index_anew = cards.remove(held)?;
        cards.finish(index_anew)
    })
}

/// The state of undoing the cards of an import.
struct UndoneCards<'u> {
    write: &'u Write<'u>,
    import: ImportId,
    after: i64,
    progress: &'u dyn Fn(usize, usize) -> Result<()>,
    is_indexed: bool,
    words: Words,
    /// The households that cards have left.
    households: BTreeSet<HouseholdId>,
    done: UndoneRows,
}

/// Why a card that an import added stays, most important first: the reason, and its condition for card `c` and import
/// `?1`.
const REASONS: [(&str, &str); 8] = [
    ("has a note", "EXISTS (SELECT 1 FROM contact_note x WHERE x.customer_id = c.id)"),
    ("another card was merged into it", "EXISTS (SELECT 1 FROM customer_alias x WHERE x.customer_id = c.id)"),
    (
        "has purchases of another import",
        "EXISTS (SELECT 1 FROM purchase x WHERE x.customer_id = c.id AND x.import_id <> ?1 AND x.linked_by <> ?1)",
    ),
    ("is in a household made by hand", "c.put_together <> ''"),
    (
        "has mail preferences recorded since",
        "EXISTS (SELECT 1 FROM consent x WHERE x.customer_id = c.id AND x.import_id <> ?1)",
    ),
    ("was changed by hand", "c.edited <> 0"),
    (
        "was marked as a different person than another",
        "EXISTS (SELECT 1 FROM not_the_same x WHERE x.customer_id = c.id OR x.other_id = c.id)",
    ),
    (CHANGED_LATER, "c.changed_by <> 0"),
];

const CHANGED_LATER: &str = "was changed by a later import";

impl UndoneCards<'_> {
    /// Removes the cards that the import added and that are unused since; returns whether most of the book was removed,
    /// so that its index has to be rebuilt.
    fn remove(&mut self, held: &HashMap<CustomerId, String>) -> Result<bool> {
        let (write, import, after) = (self.write, self.import, self.after);
        let merged = "SELECT ref, into_ref FROM customer_merge WHERE import_id = ?1 AND undone_at IS NULL ORDER BY ref";
        for (reference, into) in write.all(merged, params![import], |row| Ok((row.get(0)?, row.get::<String>(1)?)))? {
            self.done.stayed.add(reference, format!("was merged into {}", text::quote(&into)));
        }
        let cases: Vec<String> =
            REASONS.iter().enumerate().map(|(n, (_, holds))| format!("WHEN {holds} THEN {}", n + 1)).collect();
        let sql = format!(
            "SELECT c.id, c.ref, c.household_id, CASE {} ELSE 0 END, c.changed_by FROM (SELECT k.id, k.ref, \
             k.household_id, k.put_together, k.edited, COALESCE((SELECT min(f.import_id) FROM replaced_field f \
             WHERE f.customer_id = k.id), (SELECT min(t.import_id) FROM customer_tag t WHERE t.customer_id = k.id \
             AND t.import_id > ?1), 0) AS changed_by FROM customer k WHERE k.id > ?2 AND k.import_id = ?1) c ORDER BY c.id",
            cases.join(" ")
        );
        let (mut stay, mut leave, mut last) = (Vec::new(), 0_usize, after);
        write.each(&sql, params![import, after], |row| {
            let (id, reason, by): (CustomerId, usize, ImportId) = (row.get(0)?, row.get(3)?, row.get(4)?);
            let why = held.get(&id).cloned().or_else(|| {
                let (why, _) = REASONS.get(reason.checked_sub(1)?)?;
                Some(if *why == CHANGED_LATER { changed_by(by) } else { (*why).to_owned() })
            });
            match why {
                Some(why) => {
                    self.done.stayed.add(row.get(1)?, why);
                    stay.push(id);
                }
                None => {
                    leave += 1;
                    last = id.0;
                    if self.households.len() <= FEW {
                        self.households.insert(row.get(2)?);
                    }
                }
            }
            Ok(())
        })?;
        // What stays no longer belongs to the import.
        for id in stay {
            write.run("UPDATE customer SET import_id = 0 WHERE id = ?1", params![id])?;
            let sql = "UPDATE customer_tag SET import_id = 0 WHERE customer_id = ?1 AND import_id = ?2";
            write.run(sql, params![id, import])?;
        }
        if leave == 0 {
            return Ok(false);
        }
        let all = lookup::count(write)?;
        let index_anew = leave * 2 > all;
        if self.is_indexed && !index_anew {
            let sql = format!("SELECT {COLUMNS} FROM customer WHERE id > ?2 AND import_id = ?1 ORDER BY id");
            write.each(&sql, params![import, after], |row| {
                let card = Customer::from_row(row)?;
                self.words.take_out(card.id, |field| card.field(field));
                Ok(())
            })?;
        }
        let sql = "UPDATE purchase SET customer_id = NULL, linked_by = 0 WHERE linked_by = ?1 AND customer_id IN \
                   (SELECT c.id FROM customer c WHERE c.id > ?2 AND c.import_id = ?1)";
        write.run(sql, params![import, after])?;
        let remove = || {
            let (mut from, mut removed) = (after, 0);
            while from < last {
                (self.progress)(removed, leave)?;
                let to = from.saturating_add(CHUNK);
                let sql = "DELETE FROM customer WHERE id > ?2 AND id <= ?3 AND import_id = ?1";
                removed += write.run(sql, params![import, from, to])?;
                from = to;
            }
            Ok(removed)
        };
        self.done.customers_removed = undo_purchases::removing(write, "customer", leave, all, remove)?;
        Ok(index_anew)
    }

    /// Restores the cards that existed before, and updates everything derived from all cards.
    fn finish(mut self, index_anew: bool) -> Result<UndoneRows> {
        let (write, done) = (self.write, &mut self.done);
        let fields = undo_fields::undo(write, self.import, &mut self.words, &mut done.stayed, self.progress)?;
        done.fields_restored = fields.restored;
        if fields.has_lost {
            // A restored email may belong to two cards again.
            let sql = "UPDATE purchase SET customer_id = NULL, linked_by = 0 WHERE linked_by = ?1";
            write.run(sql, params![self.import])?;
        }
        // The only card that still has an email gets the purchases with it.
        if fields.has_lost || done.customers_removed > 0 || done.purchases.has_lost {
            links::link_purchases(write, ImportId(0))?;
        }
        if fields.people.len() + self.households.len() > FEW {
            household::regroup(write)?;
        } else {
            let households: Vec<HouseholdId> = self.households.into_iter().collect();
            household::settle(write, &fields.people, &households)?;
        }
        if !index_anew {
            self.words.write(write)?;
        } else if self.is_indexed {
            index::complete(write)?;
        }
        if self.done.customers_removed > 0 {
            suppression::keep_only_hashes(write)?;
            undeliverable::keep_only_numbers(write)?;
        }
        Ok(self.done)
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::customers::CardWriter;
    use crate::customers::consent;
    use crate::domain::CircumstanceKind;
    use crate::store::Store;

    /// Undoing a list also undoes that someone has died or moved, unless a person reported it too.
    #[test]
    fn circumstances_of_a_list_are_undone() {
        let folder = tempfile::tempdir().expect("folder");
        let mut store = Store::create(&folder.path().join("regulars.db")).expect("new");
        let sql = "INSERT INTO customer (ref, street, city, deceased) VALUES (?1, '1 Elm St', 'Salem', ?2)";
        let today = NaiveDate::default();
        let tell = |write: &Write<'_>, id: i64, kind, holds| {
            consent::record_circumstance(
                write,
                &lookup::by_id(write, CustomerId(id))?,
                kind,
                holds,
                today,
                "at the till",
            )
        };
        let all = store.write(|write| {
            for (reference, deceased) in [("A", false), ("B", false), ("C", false), ("D", true)] {
                write.run(sql, params![reference, deceased])?;
            }
            let cards = CardWriter::new(write, ImportId(1))?;
            for (id, kind) in
                [(1, CircumstanceKind::Deceased), (2, CircumstanceKind::Moved), (3, CircumstanceKind::Moved)]
            {
                let card = lookup::by_id(write, CustomerId(id))?;
                cards.record_circumstance(&card, kind, today)?;
                cards.record_circumstance(&lookup::by_id(write, card.id)?, CircumstanceKind::Deceased, today)?;
                household::place_card(write, card.id)?;
            }
            tell(write, 3, CircumstanceKind::Moved, true)?;
            tell(write, 2, CircumstanceKind::Deceased, false)?;
            let rows = ImportRows { import: ImportId(1), cards_after: 4, purchases_after: 0 };
            let undone = undo_import(write, rows, &HashMap::new(), &|_, _| Ok(()))?;
            let state = "SELECT ref || deceased || moved || (moved_from <> '') || (SELECT count(*) FROM circumstance s \
                         WHERE s.customer_id = c.id) FROM customer c ORDER BY ref";
            let stayed: Vec<String> = undone.stayed.first.into_iter().map(|one| one.what).collect();
            Ok((write.all(state, params![], |row| row.get::<String>(0))?, stayed, undone.fields_restored))
        });
        let (cards, stayed, restored) = all.expect("undone");
        assert_eq!(cards, ["A0000", "B0002", "C0112", "D1000"]);
        assert_eq!((stayed, restored), (vec!["B deceased".to_owned(), "C moved_from".to_owned()], 3));
    }
}
