//! Did the letter do it? Compares the recipients with a random control group, by what each household bought in the same
//! days.

use chrono::NaiveDate;
use serde::Serialize;

use super::statistics::{fraction, newcombe, units, welch};
use crate::campaign::{Planned, Recipient};
use crate::customers::{SalesInBook, sales_in_book};
use crate::domain::Arm;
use crate::error::Result;
use crate::money::{Currency, Money};
use crate::store::{Read, params};
use crate::text;

/// The comparison with the control group. People included by hand are in neither column, because they were not assigned
/// at random. Without sales in the book for the days there are no figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct HoldOut {
    /// The size of the control group.
    pub(crate) held_out: usize,
    /// The number of recipients assigned at random.
    pub(crate) mailed: usize,
    /// The fraction of recipients who bought something.
    pub(crate) buyer_rate_mailed: Option<f64>,
    /// The fraction of the control group who did.
    pub(crate) buyer_rate_held_out: Option<f64>,
    /// The difference, absolute.
    pub(crate) lift: Option<f64>,
    /// Its 95% Newcombe interval.
    pub(crate) lift_ci95: Option<[f64; 2]>,
    /// The average spend of a recipient.
    pub(crate) spend_per_head_mailed_minor: Option<Money>,
    /// The average spend in the control group.
    pub(crate) spend_per_head_held_out_minor: Option<Money>,
    /// The difference.
    pub(crate) spend_diff_minor: Option<Money>,
    /// Its 95% Welch interval.
    pub(crate) spend_diff_ci95_minor: Option<[Money; 2]>,
    /// In words.
    pub(crate) verdict: String,
    /// The last day with sales in the book, if it is before the end of the compared days.
    pub(crate) sales_until: Option<NaiveDate>,
}

/// Compares the recipients with the control group, by their purchases from the day of mailing to the last day.
pub(super) fn compare(
    read: &Read<'_>,
    planned: &Planned,
    recipients: &[Recipient],
    (currency, country): (Currency, &str),
    today: NaiveDate,
) -> Result<Option<HoldOut>> {
    if recipients.iter().all(|r| r.arm == Arm::Mailed) {
        return Ok(None);
    }
    let (from, until) = (planned.starts(), planned.claim_until.unwrap_or(today));
    let by_chance = || recipients.iter().filter(|r| !r.by_hand);
    let count = |arm| by_chance().filter(|r| r.arm == arm).count();
    let counts = HoldOut { held_out: count(Arm::HeldOut), mailed: count(Arm::Mailed), ..HoldOut::default() };
    let too_early = planned.claim_until.filter(|until| today <= *until).map(|_| "too early: they may still come");
    let known = sales_in_book(read, from, until)?;
    if let Some(why) = nothing_to_compare(known, &text::day_range(from, until, country)) {
        return Ok(Some(HoldOut { verdict: too_early.map_or(why, str::to_owned), ..counts }));
    }
    let sql = "SELECT COALESCE(sum(p.amount_minor), 0), count(*) FILTER (WHERE p.amount_minor > 0) \
               FROM recipient_purchase p WHERE p.recipient_id = ?1 AND p.day BETWEEN ?2 AND ?3";
    let (mut mailed, mut held): (Vec<Money>, Vec<Money>) = (Vec::new(), Vec::new());
    let (mut buyers_mailed, mut buyers_held) = (0, 0);
    for recipient in by_chance() {
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
    let sales_until = match known {
        SalesInBook::UpTo(last) if too_early.is_none() && last < until => Some(last),
        _ => None,
    };
    Ok(Some(HoldOut {
        buyer_rate_mailed: fraction(buyers_mailed, mailed.len()),
        buyer_rate_held_out: fraction(buyers_held, held.len()),
        lift: lift.map(|(lift, _)| lift),
        lift_ci95: lift.map(|(_, interval)| interval),
        spend_per_head_mailed_minor: mean(&mailed),
        spend_per_head_held_out_minor: mean(&held),
        spend_diff_minor: spend.map(|(difference, _)| rounded(difference)),
        spend_diff_ci95_minor: spend.map(|(_, [low, high])| [rounded(low), rounded(high)]),
        verdict: too_early.map_or_else(|| verdict(lift, spend, currency), str::to_owned),
        sales_until,
        ..counts
    }))
}

/// Why nothing can be compared; `days` is the period of the campaign in words.
fn nothing_to_compare(known: SalesInBook, days: &str) -> Option<String> {
    match known {
        SalesInBook::None => Some(format!("no sales of {days} are in the book yet: import them to compare")),
        SalesInBook::OfNobody => Some(format!(
            "no sales of {days} in the book belong to a customer: import them with who bought, to compare"
        )),
        SalesInBook::UpTo(_) => None,
    }
}

/// What the comparison shows.
fn verdict(lift: Option<(f64, [f64; 2])>, spend: Option<(f64, [f64; 2])>, currency: Currency) -> String {
    let (Some((lift, [low, high])), Some((more, [least, most]))) = (lift, spend) else {
        return "too few to compare".to_owned();
    };
    let points = |x: f64| format!("{:.1}", x.abs() * 100.0);
    let amount = || currency.show_whole(rounded(more.abs()));
    let money = if least > 0.0 {
        format!("; each spent {} more", amount())
    } else if most < 0.0 {
        format!("; each spent {} less", amount())
    } else {
        String::new()
    };
    if low > 0.0 {
        format!("better by {} points{money}", points(lift))
    } else if high < 0.0 {
        format!("worse by {} points: fewer of those mailed bought{money}", points(lift))
    } else if money.is_empty() {
        "no difference shown".to_owned()
    } else {
        format!("no difference shown in how many bought{money}")
    }
}

#[expect(clippy::cast_possible_truncation, reason = "amounts are far below 2^53")]
fn rounded(amount: f64) -> Money {
    Money(amount.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Interval = (f64, [f64; 2]);

    #[test]
    fn the_verdict_says_which_way_and_no_more() {
        let dollars = Currency::of("USD").expect("known");
        let cases: [(Interval, Interval, &str); 8] = [
            ((0.2, [0.05, 0.33]), (1400.0, [200.0, 2600.0]), "better by 20.0 points; each spent $14 more"),
            ((0.2, [0.05, 0.33]), (1400.0, [-200.0, 3000.0]), "better by 20.0 points"),
            ((0.2, [0.05, 0.33]), (-1400.0, [-2600.0, -200.0]), "better by 20.0 points; each spent $14 less"),
            (
                (-0.03, [-0.05, -0.01]),
                (-4639.0, [-9000.0, -278.0]),
                "worse by 3.0 points: fewer of those mailed bought; each spent $46 less",
            ),
            ((-0.03, [-0.05, -0.01]), (10.0, [-9000.0, 9020.0]), "worse by 3.0 points: fewer of those mailed bought"),
            (
                (0.0, [-0.05, 0.05]),
                (-4639.0, [-9000.0, -278.0]),
                "no difference shown in how many bought; each spent $46 less",
            ),
            (
                (0.0, [-0.05, 0.05]),
                (4639.0, [278.0, 9000.0]),
                "no difference shown in how many bought; each spent $46 more",
            ),
            ((0.0, [-0.05, 0.05]), (-1.0, [-90.0, 88.0]), "no difference shown"),
        ];
        for (lift, spend, expected) in cases {
            assert_eq!(verdict(Some(lift), Some(spend), dollars), expected);
        }
        assert_eq!(verdict(None, None, dollars), "too few to compare");
    }
}
