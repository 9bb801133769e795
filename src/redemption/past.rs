//! Who came to a campaign that was over before it was taken in.

use chrono::NaiveTime;

use super::{Claim, Outcome, Visit, table};
use crate::campaign::PastVisit;
use crate::error::Result;
use crate::store::Write;

/// The till of what a spreadsheet says.
const TILL: &str = "import";

/// Writes down who came, as redemptions at noon of their day, each with its event.
pub(crate) fn record_past(write: &Write<'_>, visits: &[PastVisit]) -> Result<()> {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    for came in visits {
        let visit = Visit {
            claim: Claim::Code(String::new()),
            at: came.on.and_time(noon),
            spend: Some(came.spend),
            till: TILL.to_owned(),
            receipt: String::new(),
            request: None,
        };
        table::insert(write, came.recipient_id, &visit)?;
        table::event(write, Some(came.recipient_id), "", Outcome::Accepted.as_str(), &visit, "taken in")?;
    }
    Ok(())
}
