//! The customer book: customers, households, purchases, notes.

mod address_change;
mod alike;
mod card;
mod card_writer;
mod change;
mod consent;
pub(crate) mod customer;
mod duplicates;
mod edit_distance;
mod find;
mod forget;
mod grouping;
mod has_email;
pub(crate) mod household;
mod identity;
pub(crate) mod index;
mod likeness;
mod links;
mod lookup;
mod merging;
mod notes;
mod personal_data;
mod post_opt_outs;
mod purchase;
mod purchase_writer;
mod reach;
mod replaced;
mod stayed;
mod suppression;
mod table_owner;
mod tags;
mod till_card;
mod till_changes;
mod undeliverable;
mod undo_fields;
mod undo_import;
mod undo_purchases;
mod vocabulary;

pub(crate) use address_change::{ADDRESS, AddressChange, address_change};
pub(crate) use alike::LIST_PREFIX;
pub(crate) use card::{Card, card};
pub(crate) use card_writer::{CardWriter, add_bare_card};
pub(crate) use change::{Changed, set};
pub(crate) use consent::{ConsentSubject, record_consent, said_opt_outs};
pub(crate) use customer::{Customer, CustomerField, MailPreferences, address_of, name_in, name_of};
pub(crate) use duplicates::{Pair, duplicates, tell_apart};
pub(crate) use find::{Hit, find};
pub(crate) use has_email::{EmailFault, HAS_EMAIL, unusable_emails, with_unusable_email};
pub(crate) use household::household_of;
pub(crate) use identity::{RefStatus, References, let_back, references};
pub(crate) use index::{complete as index_words, is_complete as words_are_indexed};
pub(crate) use likeness::dialled;
pub(crate) use links::{link_purchases, lone_emails};
pub(crate) use lookup::{by_id, by_ref, count, households, ids, names, preferences, resolve_ref, tags};
pub(crate) use merging::{Merged, merge, unmerge};
pub(crate) use notes::{Note, add_note, note_kind, notes, resolve};
pub(crate) use personal_data::PERSONAL_DATA;
pub(crate) use post_opt_outs::PostOptOuts;
pub(crate) use purchase::{
    LastPurchase, SalesInBook, count_purchases, largest_purchase, last_purchases, oversized_purchases, sales_in_book,
    spent_between, visits_between,
};
pub(crate) use purchase_writer::{DedupeKey, PurchaseDraft, PurchaseItem, PurchaseWriter, StoredLine, StoredPurchase};
pub(crate) use reach::{Reach, address_reach, reach, reach_of};
pub(crate) use suppression::{AddressKey, Suppressed, Suppressions, suppress, suppressed, suppressions};
pub(crate) use table_owner::{
    CardRows, Erasure, ExportCell, ExportTable, MergeRecord, MergedCards, PlanPlace, TableOwner, export_tables,
};
pub(crate) use till_card::{add_till_card, possible_duplicates};
pub(crate) use till_changes::{
    AtTill, TillChange, card_of_request, newest_till_change, open_till_changes, put_change_aside, record_address,
    record_card, record_note, till_change, till_changes_on, undo_till_change,
};
pub(crate) use undeliverable::{
    IS_UNDELIVERABLE, UndeliverableAddresses, carry_over, record_returned_mail, returned_mail, take_back_returned_mail,
};
pub(crate) use undo_import::{ImportRows, UndoneRows, undo_import};
pub(crate) use vocabulary::Vocabulary;
