//! A letter that came back, in the record of the till: whoever brings its code shows that it did arrive.

use chrono::NaiveDateTime;

use super::event;
use super::redeem::subject;
use super::visit::Visit;
use crate::campaign::Recipient;
use crate::domain::EventKind;
use crate::error::Result;
use crate::store::Write;

/// Writes down that somebody's letter came back; `reason` says so when that is taken back.
pub(crate) fn record_returned(
    write: &Write<'_>,
    recipient: &Recipient,
    now: NaiveDateTime,
    reason: &str,
) -> Result<()> {
    event::add(write, subject(recipient), EventKind::Returned, &Visit::new(now, "", None), reason)
}
