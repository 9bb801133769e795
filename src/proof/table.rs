//! The proof's own questions to the database.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::campaign::Planned;
use crate::clock::days_before;
use crate::domain::CustomerId;
use crate::error::Result;
use crate::store::Read;
use crate::store::params;

/// The ids of the people of each recipient who is written to, by the recipient's id.
pub(super) fn members(read: &Read<'_>, planned: &Planned) -> Result<HashMap<i64, Vec<CustomerId>>> {
    let sql = "SELECT m.recipient_id, m.customer_id FROM recipient r JOIN recipient_member m ON m.recipient_id = r.id \
               WHERE r.campaign_id = ?1 AND r.arm = 'mailed' ORDER BY m.recipient_id, m.customer_id";
    let mut members: HashMap<i64, Vec<CustomerId>> = HashMap::new();
    read.each(sql, params![planned.id], |row| {
        members.entry(row.get(0)?).or_default().push(row.get(1)?);
        Ok(())
    })?;
    Ok(members)
}

/// Another piece that somebody gets in the same weeks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Other {
    pub(crate) recipient_id: i64,
    pub(crate) campaign: String,
    pub(crate) on: NaiveDate,
    pub(crate) posted: bool,
}

/// Who of a plan gets a piece of another campaign that is planned for, or went out, within so many days of this one.
pub(super) fn others(read: &Read<'_>, planned: &Planned, days: u64) -> Result<Vec<Other>> {
    let day = planned.posted_on.unwrap_or(planned.dated);
    let until = day.checked_add_days(chrono::Days::new(days)).unwrap_or(day);
    let sql = "SELECT DISTINCT m.recipient_id, c.slug, COALESCE(c.posted_on, c.dated), c.posted_on IS NOT NULL \
               FROM campaign c JOIN recipient o ON o.campaign_id = c.id JOIN recipient_member n ON n.recipient_id = o.id \
               JOIN recipient_member m ON m.customer_id = n.customer_id JOIN recipient r ON r.id = m.recipient_id \
               WHERE r.campaign_id = ?1 AND r.arm = 'mailed' AND o.arm = 'mailed' AND c.id <> ?1 AND c.state <> 'void' \
               AND COALESCE(c.posted_on, c.dated) BETWEEN ?2 AND ?3 ORDER BY 3, 2, 1";
    read.all(sql, params![planned.id, days_before(day, days), until], |row| {
        Ok(Other { recipient_id: row.get(0)?, campaign: row.get(1)?, on: row.get(2)?, posted: row.get(3)? })
    })
}
