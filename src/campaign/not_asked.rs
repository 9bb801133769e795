//! Recipients of a campaign who are not selected by the one that follows it.

use crate::domain::{CampaignState, CustomerId};
use crate::error::Result;
use crate::store::{Read, params};
use crate::text;

/// The recipients of a campaign, control group included, none of whose members is selected: their names and references.
pub(crate) fn not_asked(read: &Read<'_>, slug: &str, is_asked: impl Fn(CustomerId) -> bool) -> Result<Vec<String>> {
    let sql = "SELECT r.name, r.ref, m.customer_id FROM recipient r JOIN campaign c ON c.id = r.campaign_id \
               JOIN recipient_member m ON m.recipient_id = r.id WHERE c.slug = ?1 AND c.state <> ?2 ORDER BY r.ref, m.customer_id";
    let members = read.all(sql, params![slug, CampaignState::Void], |row| {
        let named = format!("{} ({})", row.get::<String>(0)?, text::quote(&row.get::<String>(1)?));
        Ok((named, row.get::<CustomerId>(2)?))
    })?;
    let groups = members.chunk_by(|(one, _), (other, _)| one == other);
    let gone = groups.filter(|members| !members.iter().any(|(_, id)| is_asked(*id)));
    Ok(gone.map(|members| members[0].0.clone()).collect())
}

/// The message of a plan or a follow-up about them.
pub(crate) fn not_asked_any_more(slug: &str, gone: &[String]) -> Option<String> {
    let (who, is) = (text::count(gone.len(), "recipient"), text::is(gone.len()));
    let some = || text::first_few(gone, 5);
    (!gone.is_empty()).then(|| format!("{who} of {} {is} no longer in the query: {}", text::quote(slug), some()))
}
