//! The query of the new campaign: everyone in the old one, except those who no longer match its permanent conditions.

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::campaign::{self, CampaignFile, Recipient};
use crate::customers;
use crate::domain::Response;
use crate::error::Result;
use crate::segment::{self, Scope};
use crate::shop::Shop;
use crate::store::Read;

/// The `[segment]` of the new campaign.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct NextQuestion {
    pub(super) condition: String,
    /// Parts of the old condition whose meaning changes with the year.
    pub(super) not_carried: Vec<String>,
    /// Customers included by hand who do not match the condition.
    pub(super) include: Vec<String>,
    pub(super) exclude: Vec<String>,
    pub(super) order_by: Option<String>,
    /// Recipients of last year who no longer match the condition.
    pub(super) gone: Vec<String>,
    /// Recipients of the year before last year who were not in last year's campaign.
    pub(super) passed_over: Vec<String>,
}

/// Everyone who was mailed or in the control group.
fn everybody(slug: &str) -> String {
    format!("(invited('{slug}') OR response('{slug}') = '{}')", Response::HeldOut.as_str())
}

impl NextQuestion {
    pub(super) fn of(
        read: &Read<'_>,
        shop: &Shop,
        file: &CampaignFile,
        as_of: NaiveDate,
        recipients: &[Recipient],
    ) -> Result<Self> {
        let campaigns = campaign::slugs(read)?;
        let scope = Scope::of(&shop.settings, Some(&file.slug), &campaigns, as_of);
        let is_there = |reference: &&String| customers::resolve_ref(read, reference).is_ok_and(|found| found.is_some());
        let mut next = Self {
            condition: everybody(&file.slug),
            exclude: file.exclude.iter().filter(is_there).cloned().collect(),
            order_by: file.order_by.as_deref().filter(|by| segment::order(by, &scope).is_ok()).map(str::to_owned),
            ..Self::default()
        };
        let of_past = format!("invited('{}')", file.slug);
        for term in segment::terms(&file.condition, &scope)? {
            // `true` has no effect.
            if term.lasts && segment::condition(&term.text, &scope).is_ok() {
                if !term.text.eq_ignore_ascii_case("true") {
                    next.condition.push_str(&format!(" AND {}", term.text));
                }
            } else if term.text != of_past {
                next.not_carried.push(term.text);
            }
        }
        let mut found = segment::matching(read, &segment::condition(&next.condition, &scope)?)?;
        let by_hand = recipients.iter().filter(|one| one.by_hand && one.response() != Response::Undeliverable);
        for reference in by_hand.map(|one| &one.reference) {
            if let Some(id) = customers::resolve_ref(read, reference)?.filter(|id| found.insert(*id)) {
                let reference = customers::by_id(read, id)?.reference;
                next.include.push(reference);
            }
        }
        let is_excluded = |reference: &String| customers::resolve_ref(read, reference).ok().flatten();
        let excluded: HashSet<_> = next.exclude.iter().filter_map(is_excluded).collect();
        if let Some(earlier) = file.follows.as_ref().filter(|earlier| campaigns.contains(&earlier.value)) {
            let had_part = segment::matching(read, &segment::condition(&everybody(&file.slug), &scope)?)?;
            next.passed_over = campaign::not_asked(read, earlier, |id| had_part.contains(&id))?;
        }
        next.gone = campaign::not_asked(read, &file.slug, |id| found.contains(&id) || excluded.contains(&id))?;
        Ok(next)
    }
}
