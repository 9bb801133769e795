//! A returned letter in the record of the till: a customer who brings its code shows that it did arrive.

use chrono::NaiveDateTime;

use super::event;
use super::redeem::subject;
use super::visit::Visit;
use crate::campaign::Recipient;
use crate::domain::EventKind;
use crate::error::Result;
use crate::store::Write;

/// Records that a letter came back; `reason` is set when that is withdrawn.
pub(crate) fn record_returned(
    write: &Write<'_>,
    recipient: &Recipient,
    now: NaiveDateTime,
    reason: &str,
) -> Result<()> {
    event::add(write, subject(recipient), EventKind::Returned, &Visit::new(now, "", None), reason)
}
