//! Did the letter do it? Those written to beside those held out by lot, by what each household bought in the same days.

use chrono::NaiveDate;
use serde::Serialize;

use super::statistics::{fraction, newcombe, units, welch};
use crate::campaign::{Planned, Recipient};
use crate::domain::Arm;
use crate::error::Result;
use crate::money::{Currency, Money};
use crate::store::{Read, params};

/// The comparison by lot. People included by hand are in neither column: no lot decided about them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct HoldOut {
    /// How many were held out.
    pub(crate) held_out: usize,
    /// How many were written to by lot.
    pub(crate) mailed: usize,
    /// Which part of those written to bought something.
    pub(crate) buyer_rate_mailed: Option<f64>,
    /// Which part of those held out did.
    pub(crate) buyer_rate_held_out: Option<f64>,
    /// The difference, absolute.
    pub(crate) lift: Option<f64>,
    /// Its 95 % interval after Newcombe.
    pub(crate) lift_ci95: Option<[f64; 2]>,
    /// What each written to spent, on average.
    pub(crate) spend_per_head_mailed_minor: Option<Money>,
    /// What each held out spent, on average.
    pub(crate) spend_per_head_held_out_minor: Option<Money>,
    /// The difference.
    pub(crate) spend_diff_minor: Option<Money>,
    /// Its 95 % interval after Welch.
    pub(crate) spend_diff_ci95_minor: Option<[Money; 2]>,
    /// In words.
    pub(crate) verdict: String,
}

/// Compares those written to with those held out, over the purchases from posting to the last day.
pub(super) fn compare(
    read: &Read<'_>,
    planned: &Planned,
    recipients: &[Recipient],
    currency: Currency,
    today: NaiveDate,
) -> Result<Option<HoldOut>> {
    if recipients.iter().all(|r| r.arm == Arm::Mailed) {
        return Ok(None);
    }
    let (from, until) = (planned.starts(), planned.claim_until.unwrap_or(today));
    let sql = "SELECT COALESCE(sum(p.amount_minor), 0), count(*) FILTER (WHERE p.amount_minor > 0) \
               FROM recipient_purchase p WHERE p.recipient_id = ?1 AND p.day BETWEEN ?2 AND ?3";
    let (mut mailed, mut held): (Vec<Money>, Vec<Money>) = (Vec::new(), Vec::new());
    let (mut buyers_mailed, mut buyers_held) = (0, 0);
    for recipient in recipients.iter().filter(|r| !r.by_hand) {
        let window = params![recipient.id, from, until];
        let found = read.first(sql, window, |row| Ok((row.get(0)?, row.get::<i64>(1)? > 0)))?;
        let (spent, bought) = found.unwrap_or_default();
        let (spends, buyers) = if recipient.arm == Arm::Mailed {
            (&mut mailed, &mut buyers_mailed)
        } else {
            (&mut held, &mut buyers_held)
        };
        spends.push(spent);
        *buyers += usize::from(bought);
    }
    let lift = newcombe((buyers_mailed, mailed.len()), (buyers_held, held.len()));
    let numbers = |spends: &[Money]| spends.iter().copied().map(units).collect::<Vec<f64>>();
    let spend = welch(&numbers(&mailed), &numbers(&held));
    let mean = |spends: &[Money]| spends.iter().copied().fold(Money(0), Money::plus).divided_by(spends.len());
    Ok(Some(HoldOut {
        held_out: held.len(),
        mailed: mailed.len(),
        buyer_rate_mailed: fraction(buyers_mailed, mailed.len()),
        buyer_rate_held_out: fraction(buyers_held, held.len()),
        lift: lift.map(|(lift, _)| lift),
        lift_ci95: lift.map(|(_, interval)| interval),
        spend_per_head_mailed_minor: mean(&mailed),
        spend_per_head_held_out_minor: mean(&held),
        spend_diff_minor: spend.map(|(difference, _)| rounded(difference)),
        spend_diff_ci95_minor: spend.map(|(_, [low, high])| [rounded(low), rounded(high)]),
        verdict: verdict(lift, spend, currency, planned.claim_until.is_some_and(|until| today <= until)),
    }))
}

/// What the comparison says, and no more than that.
fn verdict(lift: Option<(f64, [f64; 2])>, spend: Option<(f64, [f64; 2])>, currency: Currency, running: bool) -> String {
    if running {
        return "too early: they may still come".to_owned();
    }
    let (Some((lift, [low, high])), Some((more, [least, _]))) = (lift, spend) else {
        return "too few to compare".to_owned();
    };
    let points = |x: f64| format!("{:.1}", x.abs() * 100.0);
    let money =
        if least > 0.0 { format!("; each spent {} more", currency.show_whole(rounded(more))) } else { String::new() };
    if low > 0.0 {
        format!("better by {} points{money}", points(lift))
    } else if high < 0.0 {
        format!("worse by {} points: fewer of those written to bought", points(lift))
    } else if least > 0.0 {
        format!("no difference shown in how many bought{money}")
    } else {
        "no difference shown".to_owned()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "amounts are far below 2^53")]
fn rounded(amount: f64) -> Money {
    Money(amount.round() as i64)
}
