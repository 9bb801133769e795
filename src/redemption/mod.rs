//! The till: a code is accepted once, or rejected with a reason; what customers spend is recorded with or without a
//! gift; everything that happens stays on record.

mod bought;
mod day;
mod event;
mod offer;
mod open_codes;
mod outcome;
mod past;
mod personal_data;
mod redeem;
mod returned;
mod stored_visit;
mod undo;
mod visit;

pub(crate) use bought::{bought, bought_by, change, change_bought, honour_again, honoured_again, undo_bought, unusual};
pub(crate) use day::{
    CampaignProgress, Come, Expected, Happening, happened_on, last_come, progress, taken_on, to_come,
};
pub(crate) use offer::{Offer, OfferStatus, OfferSummary, offers, offers_to, shown_campaigns};
pub(crate) use open_codes::{first_last_day, open_codes};
pub(crate) use outcome::{Outcome, TillAnswer};
pub(crate) use past::record_past;
pub(crate) use personal_data::{PERSONAL_DATA, customers_of_import, is_on_record};
pub(crate) use redeem::{RequestOutcome, look, redeem, request_outcome, turned_away};
pub(crate) use returned::record_returned;
pub(crate) use stored_visit::{
    Matter, Side, StoredClaim, StoredVisit, matters, put_aside, redeem_kept, take_in, unusual_in_words,
};
pub(crate) use undo::{
    UndoneEntry, by_id, check_reason, undo, undo_of_amount, undo_of_letter, undo_until, undone_entry,
};
pub(crate) use visit::{Claim, Visit, check_spend, receipt_number};
