//! The figures of one campaign, in total and by branch.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::hold_out::{self, HoldOut};
use super::statistics::{fraction, ratio, wilson};
use crate::campaign::{self, Planned, Recipient};
use crate::domain::{Arm, CampaignState, Channel, RecipientId, Response};
use crate::error::Result;
use crate::money::{Money, Share};
use crate::reminder::{self, SentReminder};
use crate::shop::Settings;
use crate::store::{self, Read};

/// The response to a campaign, or to one branch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Figures {
    /// The number of recipients.
    pub(crate) mailed: usize,
    /// How many of them got an email, at first or instead of a letter.
    pub(crate) emails: usize,
    /// How many got a second piece by the other channel because the first did not reach them.
    pub(crate) instead: usize,
    /// How many had their mail returned.
    pub(crate) undeliverable: usize,
    /// How many came.
    pub(crate) redeemed: usize,
    /// As a fraction of the recipients.
    pub(crate) response_rate: Option<f64>,
    /// Its 95% Wilson interval.
    pub(crate) response_ci95: Option<[f64; 2]>,
    /// The amounts entered at redemption.
    pub(crate) takings_minor: Money,
    /// The same per person who came.
    pub(crate) takings_per_redeemer_minor: Option<Money>,
    /// The cost of the gifts handed over.
    pub(crate) gift_cost_minor: Money,
    /// The postage of the letters, those of reminders included.
    pub(crate) postage_minor: Money,
    /// Sales (or their margin, if the shop has set one) minus gifts and postage.
    pub(crate) net_minor: Money,
    /// Net divided by cost; none when it cost nothing.
    pub(crate) return_on_cost: Option<f64>,
}

/// The report of one campaign.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct CampaignReport {
    pub(crate) campaign: String,
    pub(crate) name: String,
    pub(crate) state: CampaignState,
    /// The gift.
    pub(crate) gift: String,
    /// The day it was mailed, or its own day.
    pub(crate) from: NaiveDate,
    /// The last day to claim the gift.
    pub(crate) until: Option<NaiveDate>,
    #[serde(flatten)]
    pub(crate) figures: Figures,
    pub(crate) branches: Vec<BranchFigures>,
    /// The reminders that were sent.
    pub(crate) reminders: Vec<Reminded>,
    /// The comparison with the control group, where there is one.
    pub(crate) hold_out: Option<HoldOut>,
}

/// The response to a reminder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Reminded {
    /// 1 for the first.
    pub(crate) wave: usize,
    /// How many got it.
    pub(crate) reminded: usize,
    /// How many of them came, on that day or later, and before the next reminder.
    pub(crate) redeemed: usize,
}

/// The figures of a branch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct BranchFigures {
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) figures: Figures,
}

/// Computes the response to a campaign, as of `today`.
///
/// # Errors
/// When it was not planned.
pub(crate) fn report(read: &Read<'_>, slug: &str, settings: &Settings, today: NaiveDate) -> Result<CampaignReport> {
    let (planned, margin) = (campaign::need(read, slug)?, settings.margin);
    let recipients = campaign::recipients(read, planned.id)?;
    let mailed: Vec<&Recipient> = recipients.iter().filter(|r| r.arm == Arm::Mailed).collect();
    // A book may have amounts from before there was a limit.
    if mailed.iter().filter_map(|r| r.spend).any(|spend| !spend.is_within_limit()) {
        return Err(store::too_large_a_sum());
    }
    let file = campaign::kept_files(read, &planned)?.campaign(slug)?;
    let got = reminder::sent_reminders(read, &planned)?;
    let branches = file.branches.iter().map(|branch| {
        let members: Vec<&Recipient> = mailed.iter().copied().filter(|r| r.branch == branch.name).collect();
        BranchFigures { name: branch.name.clone(), figures: figures(&planned, &members, &got, margin) }
    });
    Ok(CampaignReport {
        campaign: planned.slug.clone(),
        name: planned.name.clone(),
        state: planned.state,
        gift: planned.gift_name.clone(),
        from: planned.starts(),
        until: planned.claim_until,
        figures: figures(&planned, &mailed, &got, margin),
        branches: branches.collect(),
        reminders: reminded(&mailed, &got),
        hold_out: hold_out::compare(read, &planned, &recipients, (settings.currency, &settings.country), today)?,
    })
}

/// How many were reminded, and how many came after that: counted for the last reminder before they came.
fn reminded(mailed: &[&Recipient], got: &BTreeMap<RecipientId, Vec<SentReminder>>) -> Vec<Reminded> {
    let mut waves: BTreeMap<usize, Reminded> = BTreeMap::new();
    for recipient in mailed {
        let theirs = got.get(&recipient.id).map_or(&[][..], Vec::as_slice);
        for one in theirs {
            let fresh = Reminded { wave: one.wave, reminded: 0, redeemed: 0 };
            waves.entry(one.wave).or_insert(fresh).reminded += 1;
        }
        let before = |day: NaiveDate| theirs.iter().rev().find(|one| one.on <= day);
        if let Some(wave) = recipient.redeemed_on.and_then(before).and_then(|last| waves.get_mut(&last.wave)) {
            wave.redeemed += 1;
        }
    }
    waves.into_values().collect()
}

fn figures(
    planned: &Planned,
    mailed: &[&Recipient],
    got: &BTreeMap<RecipientId, Vec<SentReminder>>,
    margin: Option<Share>,
) -> Figures {
    let count = |response: Response| mailed.iter().filter(|r| r.response() == response).count();
    let (redeemed, undeliverable) = (count(Response::Redeemed), count(Response::Undeliverable));
    let reminders = mailed.iter().filter_map(|r| got.get(&r.id)).flatten();
    let letters = mailed.iter().filter(|r| r.gets(Channel::Letter)).count()
        + reminders.filter(|one| one.channel == Channel::Letter).count();
    let takings = mailed.iter().filter_map(|r| r.spend).fold(Money(0), Money::plus);
    let (gift_cost, postage) = (planned.unit_cost.times(redeemed), planned.postage.times(letters));
    let cost = gift_cost.plus(postage);
    let gross_profit = margin.map_or(takings, |margin| margin.of_money(takings));
    let net = Money(gross_profit.0.saturating_sub(cost.0));
    Figures {
        mailed: mailed.len(),
        emails: mailed.iter().filter(|r| r.gets(Channel::Email)).count(),
        instead: mailed.iter().filter(|r| r.second.is_some()).count(),
        undeliverable,
        redeemed,
        response_rate: fraction(redeemed, mailed.len()),
        response_ci95: wilson(redeemed, mailed.len()),
        takings_minor: takings,
        takings_per_redeemer_minor: takings.divided_by(redeemed),
        gift_cost_minor: gift_cost,
        postage_minor: postage,
        net_minor: net,
        return_on_cost: ratio(net, cost),
    }
}
