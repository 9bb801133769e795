//! An import undone: what it added goes, what it replaced comes back; what somebody has used or changed since stays.

use std::collections::{BTreeSet, HashMap};

use super::customer::{self, COLUMNS, Customer, CustomerField};
use super::index::{self, Words};
use super::stayed::{Stayed, changed_by};
use super::undo_purchases::{self, UndonePurchases};
use super::{consent, household, links, lookup, suppression};
use crate::domain::{Column, Consent, ConsentChannel, CustomerId, HouseholdId, ImportId};
use crate::error::Result;
use crate::store::{Write, params};
use crate::text;

/// The rows of an import: those with its number, all of them behind these numbers.
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

/// Up to so many cards the households are worked out one by one.
const FEW: usize = 500;

/// So many cards are removed in one go.
const CHUNK: i64 = 10_000;

/// Undoes an import. `held` has the cards that other rooms hold on to, and why; `progress` is told what is done of how much,
/// and may end it.
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
            people: Vec::new(),
            households: BTreeSet::new(),
            links: done.purchases.lost > 0,
            done,
        };
        let index_anew = cards.remove(held)?;
        cards.restore()?;
        cards.finish(index_anew)
    })
}

/// The book while the cards of an import are undone.
struct UndoneCards<'u> {
    write: &'u Write<'u>,
    import: ImportId,
    after: i64,
    progress: &'u dyn Fn(usize, usize) -> Result<()>,
    is_indexed: bool,
    words: Words,
    /// Whose fields were restored.
    people: Vec<CustomerId>,
    /// The households that cards have left.
    households: BTreeSet<HouseholdId>,
    /// Whether a purchase may find another customer now.
    links: bool,
    done: UndoneRows,
}

/// Why a card that an import added stays, in order of weight: the reason, and when it holds for card `c` and import `?1`.
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
    /// Removes the cards that the import added and nobody has used since; whether most of the book is gone, so that its index
    /// is to be made anew.
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
        // What stays belongs to the import no more.
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

    /// Restores what the import replaced on cards that were there before, and takes its tags off them.
    fn restore(&mut self) -> Result<()> {
        let (write, import) = (self.write, self.import);
        let sql = "SELECT DISTINCT customer_id FROM replaced_field WHERE import_id = ?1 ORDER BY customer_id";
        let changed: Vec<CustomerId> = write.all(sql, params![import], |row| row.get(0))?;
        for (n, id) in changed.iter().enumerate() {
            if n.is_multiple_of(1024) {
                (self.progress)(n, changed.len())?;
            }
            self.restore_card(*id)?;
        }
        write.run("DELETE FROM replaced_field WHERE import_id = ?1", params![import])?;
        self.done.fields_restored += write.run("DELETE FROM customer_tag WHERE import_id = ?1", params![import])?;
        Ok(())
    }

    fn restore_card(&mut self, id: CustomerId) -> Result<()> {
        let (write, import) = (self.write, self.import);
        let card = lookup::by_id(write, id)?;
        let sql = "SELECT r.field, r.before, r.after, (SELECT min(l.import_id) FROM replaced_field l \
                   WHERE l.customer_id = r.customer_id AND l.field = r.field AND l.import_id > r.import_id) \
                   FROM replaced_field r WHERE r.customer_id = ?1 AND r.import_id = ?2 ORDER BY r.field";
        let replaced = write.all(sql, params![id, import], |row| {
            Ok(Replaced { field: row.get(0)?, before: row.get(1)?, after: row.get(2)?, later: row.get(3)? })
        })?;
        let mut texts = Vec::new();
        for one in replaced {
            let why = if let Some(field) = CustomerField::from_form(&one.field) {
                let why = self.kept(&card, &one, card.field(field))?;
                if why.is_none() {
                    texts.push((field, one));
                    continue;
                }
                why
            } else if let Some(channel) = one.field.strip_suffix("_consent").and_then(ConsentChannel::from_form) {
                self.restore_consent(&card, &one, channel)?
            } else {
                continue;
            };
            match why {
                Some(why) => self.done.stayed.add(format!("{} {}", card.reference, one.field), why),
                None => self.done.fields_restored += 1,
            }
        }
        if texts.is_empty() {
            return Ok(());
        }
        self.words.take_out(id, |field| card.field(field));
        for (field, replaced) in &texts {
            customer::set_field(write, id, *field, &replaced.before)?;
            if *field == CustomerField::Email {
                let sql = "UPDATE purchase SET customer_id = NULL, linked_by = 0 WHERE customer_id = ?1 \
                           AND linked_by = ?2 AND LOWER(ref) = LOWER(?3)";
                write.run(sql, params![id, import, replaced.after])?;
                self.links = true;
            }
        }
        household::place_card(write, id)?;
        let restored = lookup::by_id(write, id)?;
        self.words.put_in(id, |field| restored.field(field));
        self.people.push(id);
        self.done.fields_restored += texts.len();
        Ok(())
    }

    /// Restores what somebody said about a channel before; why not. A no that the import recorded stays a no.
    fn restore_consent(&self, card: &Customer, one: &Replaced, channel: ConsentChannel) -> Result<Option<String>> {
        let present = match channel {
            ConsentChannel::Post => card.post_consent,
            ConsentChannel::Email => card.email_consent,
        };
        if one.after == Consent::No.as_str() && (one.later.is_some() || present == Consent::No) {
            return Ok(Some("is an opt-out, which stays".to_owned()));
        }
        if let Some(why) = self.kept(card, one, present.as_str())? {
            if one.later.is_some() {
                consent::delete_imported(self.write, card.id, channel, self.import)?;
            }
            return Ok(Some(why));
        }
        if consent::is_said_since(self.write, card.id, channel, self.import)? {
            return Ok(Some(CHANGED.to_owned()));
        }
        let before = Consent::from_form(&one.before).unwrap_or_default();
        consent::delete_imported(self.write, card.id, channel, self.import)?;
        consent::set_state(self.write, card.id, channel, before)?;
        Ok(None)
    }

    /// Why a field stays as it is, if it does. An import that changed it later restores, once it is undone itself, what this
    /// one would have.
    fn kept(&self, card: &Customer, one: &Replaced, present: &str) -> Result<Option<String>> {
        if let Some(later) = one.later {
            let sql = "UPDATE replaced_field SET before = ?4 \
                       WHERE customer_id = ?1 AND field = ?2 AND import_id = ?3 AND before = ?5";
            self.write.run(sql, params![card.id, one.field, later, one.before, one.after])?;
            return Ok(Some(changed_by(later)));
        }
        Ok((present != one.after).then(|| CHANGED.to_owned()))
    }

    fn finish(mut self, index_anew: bool) -> Result<UndoneRows> {
        let write = self.write;
        if self.links {
            links::link_purchases(write, ImportId(0))?;
        }
        if self.people.len() + self.households.len() > FEW {
            household::regroup(write)?;
        } else {
            let households: Vec<HouseholdId> = std::mem::take(&mut self.households).into_iter().collect();
            household::settle(write, &self.people, &households)?;
        }
        if !index_anew {
            self.words.write(write)?;
        } else if self.is_indexed {
            index::complete(write)?;
        }
        if self.done.customers_removed > 0 {
            suppression::keep_only_hashes(write)?;
        }
        Ok(self.done)
    }
}

/// What an import replaced in one column of a card.
struct Replaced {
    field: String,
    before: String,
    after: String,
    /// The next import that changed it too.
    later: Option<ImportId>,
}

const CHANGED: &str = "was changed since";
