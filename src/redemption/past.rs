//! Who came to a campaign that was over before it was imported.

use chrono::NaiveTime;

use super::event::{self, EventSubject};
use super::redeem::insert;
use super::visit::Visit;
use crate::campaign::PastVisit;
use crate::domain::EventKind;
use crate::error::Result;
use crate::store::Write;

/// The till of visits from a spreadsheet.
const TILL: &str = "import";

/// Records visits as redemptions at noon of their day, each with its entry.
pub(crate) fn record_past(write: &Write<'_>, visits: &[PastVisit]) -> Result<()> {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    for came in visits {
        let visit = Visit::new(came.on.and_time(noon), TILL, Some(came.spend));
        let recipient = came.recipient_id;
        insert(write, recipient, &visit)?;
        event::add(write, EventSubject::Letter(recipient, ""), EventKind::Accepted, &visit, "imported")?;
    }
    Ok(())
}
