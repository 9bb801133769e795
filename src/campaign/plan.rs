//! Planning: stores the draft with its codes; after that it never changes.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{NaiveDate, NaiveDateTime};
use serde::Serialize;

use super::codes;
use super::draft::{Draft, draft};
use super::eligible::Reason;
use super::file::CampaignFile;
use super::freeze;
use super::held_back::{held_back, waiting};
use super::keep;
use super::left_out::{Why, count_reasons};
use super::lines;
use super::planned::{self, Planned};
use super::recipient::{self, Recipient};
use super::reminder::Reminder;
use super::sources::Sources;
use crate::customers;
use crate::domain::{Arm, CampaignState, Channel, Code, Column};
use crate::error::{Error, Result};
use crate::files;
use crate::merge::Fields;
use crate::money::Money;
use crate::shop::Shop;
use crate::store::{Read, Write, params};
use crate::text;

/// A plan in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Summary {
    pub(crate) campaign: String,
    pub(crate) name: String,
    pub(crate) state: CampaignState,
    /// The day on which the query is evaluated.
    pub(crate) as_of: NaiveDate,
    /// The date of the letters.
    pub(crate) date: NaiveDate,
    /// The number of recipients.
    pub(crate) mailed: usize,
    /// The size of the control group.
    pub(crate) held_out: usize,
    /// Customers who match the query but are not recipients.
    pub(crate) left_out: Vec<Why>,
    /// Letters and emails.
    pub(crate) by_channel: BTreeMap<Channel, usize>,
    /// Recipients by branch; empty when the campaign has none.
    pub(crate) by_branch: Vec<Named>,
    /// What the gifts cost if everyone comes.
    pub(crate) gift_cost_minor: Money,
    /// What posting the letters costs.
    pub(crate) postage_minor: Money,
    /// The reminders, in their order.
    pub(crate) reminders: Vec<PlannedReminder>,
    /// What is worth a look.
    pub(crate) warnings: Vec<String>,
    /// What the plan is made of: the same folder gives the same.
    pub(crate) fingerprint: String,
}

/// A reminder in figures, if no one comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PlannedReminder {
    /// 1 for the first.
    pub(crate) wave: usize,
    /// How many days after a person's first piece.
    pub(crate) days: u32,
    /// The earliest day on which one can be sent.
    pub(crate) from: NaiveDate,
    pub(crate) template: String,
    /// At most this many letters and emails.
    pub(crate) by_channel: BTreeMap<Channel, usize>,
}

/// A count with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) count: usize,
}

/// Plans a campaign and stores the plan. An existing plan is shown, unless `again` is set.
///
/// # Errors
/// Every error of drafting; with `again`, when something was already printed or sent.
pub(crate) fn plan(
    write: &Write<'_>,
    shop: &Shop,
    slug: &str,
    (now, layout): (NaiveDateTime, i64),
    again: bool,
) -> Result<Summary> {
    let old = planned::current(write, slug)?;
    match &old {
        Some(old) if !again => return stored_summary(write, old),
        Some(old) if old.state != CampaignState::Planned => {
            return Err(Error::new(format!("{} was already {}; its plan stays", text::quote(slug), old.state.done()))
                .hint("make another campaign: copy its file under a new name"));
        }
        Some(old) if recipient::recipients(write, old.id)?.iter().any(|r| r.redeemed_on.is_some()) => {
            return Err(Error::new(format!(
                "a customer already came with a code of {}; its plan stays",
                text::quote(slug)
            ))
            .hint("undo that with `regulars unredeem` if it was a test, or make another campaign"));
        }
        _ => {}
    }
    let draft = draft(write, shop, slug, now.date())?;
    if let Some(old) = &old {
        keep::void(write, old)?;
    }
    keep(write, &draft, slug, (now, layout))?;
    let planned = planned::need(write, slug)?;
    let mut warnings = draft.warnings;
    if let Some(old) = &old {
        let lost = lines::hand_on(write, old, &planned)?;
        if !lost.is_empty() {
            let who = text::first_few(&lost, 5);
            warnings
                .push(format!("these personal lines have no recipient, because they are not in the new plan: {who}"));
        }
    }
    Ok(Summary { warnings, ..stored_summary(write, &planned)? })
}

/// What planning would give; nothing is stored.
///
/// # Errors
/// Every error of drafting.
pub(crate) fn rehearse(read: &Read<'_>, shop: &Shop, slug: &str, today: NaiveDate) -> Result<Summary> {
    Ok(summary(&draft(read, shop, slug, today)?))
}

fn summary(draft: &Draft) -> Summary {
    let mailed: Vec<_> = draft.recipients.iter().filter(|r| !r.chosen.held_out).collect();
    let file = &draft.file;
    let channels: Vec<Channel> = mailed.iter().map(|r| r.chosen.channel).collect();
    let branches = mailed.iter().map(|r| r.branch.as_str());
    let by_channel = by_channel(channels.iter().copied());
    Summary {
        campaign: file.slug.clone(),
        name: file.name.clone(),
        state: CampaignState::Planned,
        as_of: draft.as_of,
        date: draft.dated,
        mailed: mailed.len(),
        held_out: draft.recipients.len() - mailed.len(),
        left_out: count_reasons(draft.left_out.iter().map(|(_, reason)| reason.as_str().to_owned())),
        postage_minor: file.postage.times(by_channel[&Channel::Letter]),
        by_channel,
        by_branch: by_branch(file, branches),
        gift_cost_minor: file.gift.as_ref().map_or(Money(0), |gift| gift.unit_cost.times(mailed.len())),
        reminders: reminders(file, draft.as_of, &channels),
        warnings: draft.warnings.clone(),
        fingerprint: draft.fingerprint(),
    }
}

/// The figures of a stored plan.
fn stored_summary(read: &Read<'_>, planned: &Planned) -> Result<Summary> {
    let recipients = recipient::recipients(read, planned.id)?;
    let mailed: Vec<_> = recipients.iter().filter(|r| r.arm == Arm::Mailed).collect();
    let left_out = read
        .all("SELECT reason FROM left_out WHERE campaign_id = ?1", params![planned.id], |row| row.get::<String>(0))?;
    let file = planned::kept_files(read, planned)?.campaign(&planned.slug)?;
    let channels: Vec<Channel> = mailed.iter().filter_map(|r| r.channel).collect();
    let by_channel = by_channel(channels.iter().copied());
    let held = held_back(read, planned, None)?;
    let waits = mailed.iter().filter(|r| held.get(&r.id).is_some_and(|held| held.complaint));
    let waits: Vec<String> = waits.map(|r| format!("{} ({})", r.name, text::quote(&r.reference))).collect();
    let warnings = waiting(&waits).into_iter().collect();
    Ok(Summary {
        campaign: planned.slug.clone(),
        name: planned.name.clone(),
        state: planned.state,
        as_of: planned.as_of,
        date: planned.dated,
        mailed: mailed.len(),
        held_out: recipients.len() - mailed.len(),
        left_out: count_reasons(left_out.into_iter()),
        postage_minor: planned.postage.times(by_channel[&Channel::Letter]),
        by_channel,
        by_branch: by_branch(&file, mailed.iter().map(|r| r.branch.as_str())),
        gift_cost_minor: planned.unit_cost.times(mailed.len()),
        reminders: reminders(&file, planned.starts(), &channels),
        warnings,
        fingerprint: planned.fingerprint.clone(),
    })
}

fn by_channel(channels: impl Iterator<Item = Channel>) -> BTreeMap<Channel, usize> {
    let mut counts: BTreeMap<Channel, usize> = Channel::ALL.iter().map(|channel| (*channel, 0)).collect();
    for channel in channels {
        *counts.entry(channel).or_default() += 1;
    }
    counts
}

/// The reminders to recipients whose first pieces use these channels, from `starts` on.
fn reminders(file: &CampaignFile, starts: NaiveDate, channels: &[Channel]) -> Vec<PlannedReminder> {
    let one = |(index, reminder): (usize, &Reminder)| PlannedReminder {
        wave: index + 1,
        days: reminder.days,
        from: reminder.due(starts),
        template: reminder.template.value.clone(),
        by_channel: by_channel(channels.iter().map(|first| reminder.channel(*first))),
    };
    file.reminders.iter().enumerate().map(one).collect()
}

/// In the order of the file.
fn by_branch<'b>(file: &CampaignFile, branches: impl Iterator<Item = &'b str>) -> Vec<Named> {
    let mut named: Vec<Named> =
        file.branches.iter().map(|branch| Named { name: branch.name.clone(), count: 0 }).collect();
    for branch in branches {
        if let Some(named) = named.iter_mut().find(|named| named.name == branch) {
            named.count += 1;
        }
    }
    named
}

/// Stores the draft, with a code for each recipient.
fn keep(write: &Write<'_>, draft: &Draft, slug: &str, (now, layout): (NaiveDateTime, i64)) -> Result<()> {
    let earlier: usize = write.value("SELECT count(*) FROM campaign WHERE slug = ?1", params![slug])?;
    let campaign_id = keep::insert(write, draft, now, layout)?;
    keep::insert_files(write, campaign_id, &draft.sources)?;
    for (reference, reason) in &draft.left_out {
        write.run(
            "INSERT INTO left_out (campaign_id, ref, reason) VALUES (?1, ?2, ?3)",
            params![campaign_id, reference, reason.as_str()],
        )?;
    }
    let key = write.shop_key()?;
    for (index, recipient) in draft.recipients.iter().enumerate() {
        let mut frozen = recipient.frozen.clone();
        let mut code = None;
        if !recipient.chosen.held_out {
            let fresh = fresh_code(write, &key, slug, earlier + 1, &recipient.chosen.reference)?;
            frozen.fields.text("code", fresh.as_str());
            code = Some(fresh);
        }
        let number = (!recipient.chosen.held_out).then_some(index + 1);
        keep::insert_recipient(write, campaign_id, recipient, &frozen, number, code.as_ref())?;
    }
    Ok(())
}

/// A code that no recipient of this shop has or had.
fn fresh_code(read: &Read<'_>, key: &[u8], slug: &str, plan: usize, reference: &str) -> Result<Code> {
    for attempt in 0.. {
        let code = codes::code(key, slug, plan, reference, attempt);
        if recipient::by_code(read, &code)?.is_none() {
            return Ok(code);
        }
    }
    unreachable!("there are 2^35 codes")
}

/// What differs today from the plan: files and people.
///
/// # Errors
/// When the database or the folder cannot be read.
pub(crate) fn differences(read: &Read<'_>, shop: &Shop, planned: &Planned) -> Result<Vec<String>> {
    if planned.state == CampaignState::Closed {
        return Ok(Vec::new());
    }
    let mut found = changed_files(shop, &planned::kept_files(read, planned)?);
    if planned.state == CampaignState::Planned && shop.campaigns().join(format!("{}.toml", planned.slug)).is_file() {
        found.extend(people(read, shop, planned)?);
    }
    Ok(found)
}

/// What differs today for one recipient: files, and their own name and address.
///
/// # Errors
/// When the database or the folder cannot be read.
pub(crate) fn differences_of(
    read: &Read<'_>,
    shop: &Shop,
    planned: &Planned,
    stored: &Sources,
    recipient: &Recipient,
) -> Result<Vec<String>> {
    let mut found = changed_files(shop, stored);
    let known = customers::resolve_ref(read, &recipient.reference)?;
    if let (CampaignState::Planned, Some(id)) = (planned.state, known) {
        let now = freeze::address(read, shop, &stored.campaign(&planned.slug)?, id)?;
        if now != recipient.fields.get_list("address_lines") {
            let name = &recipient.name;
            found.push(format!("{name} has another name or address in the book now; the letter keeps the old one"));
        }
    }
    Ok(found)
}

/// The largest file that is compared, in MB: no larger one is stored.
const MOST_COMPARED: u64 = 30;

/// The files that differ from what was stored.
fn changed_files(shop: &Shop, stored: &Sources) -> Vec<String> {
    let mut found = Vec::new();
    for (path, bytes) in &stored.files {
        let there = shop.folder.join(path);
        match files::read(&there, MOST_COMPARED) {
            Ok(now) if same_content(path, &now, bytes) => {}
            _ if there.exists() => found.push(format!("{path} was changed after the plan; the plan keeps the old one")),
            _ => found.push(format!("{path} is gone; the plan keeps it")),
        }
    }
    found
}

/// Whether a file has the same content; settings of shop.toml that no letter shows are ignored.
fn same_content(path: &str, now: &[u8], stored: &[u8]) -> bool {
    if now == stored {
        return true;
    }
    let shown = |bytes: &[u8]| {
        let settings = crate::shop::Settings::read(&String::from_utf8_lossy(bytes)).ok()?;
        Some((settings.name, settings.address, settings.country, settings.currency))
    };
    path == "shop.toml" && shown(now).is_some() && shown(now) == shown(stored)
}

/// Who would be added or missing, and whose name or address would differ, if it were planned today.
fn people(read: &Read<'_>, shop: &Shop, planned: &Planned) -> Result<Vec<String>> {
    let today = match draft(read, shop, &planned.slug, planned.as_of) {
        Ok(draft) => draft,
        Err(fault) => return Ok(vec![format!("it could not be planned today: {fault}")]),
    };
    let before = recipient::recipients(read, planned.id)?;
    let old: HashSet<&str> = before.iter().map(|r| r.reference.as_str()).collect();
    let new: HashSet<&str> = today.recipients.iter().map(|r| r.chosen.reference.as_str()).collect();
    let mut found = Vec::new();
    for (count, what) in
        [(new.difference(&old).count(), "would be added"), (old.difference(&new).count(), "would be missing")]
    {
        if count > 0 {
            found.push(format!("{} {what} if it were planned today", text::count(count, "recipient")));
        }
    }
    let address = |fields: &Fields| fields.to_read().get_list("address_lines");
    let now: HashMap<&str, &Fields> =
        today.recipients.iter().map(|t| (t.chosen.reference.as_str(), &t.frozen.fields)).collect();
    let is_other =
        |r: &&Recipient| now.get(r.reference.as_str()).is_some_and(|fields| address(fields) != address(&r.fields));
    let moved = before.iter().filter(is_other).count();
    if moved > 0 {
        found.push(format!(
            "{} another name or address in the book now; the letters keep the old one",
            if moved == 1 { "1 recipient has".to_owned() } else { format!("{} have", text::count(moved, "recipient")) }
        ));
    }
    Ok(found)
}

/// Why a customer who matches the query was left out of a stored plan.
pub(crate) fn why_left_out(read: &Read<'_>, planned: &Planned, reference: &str) -> Result<Option<String>> {
    // A plan has the references of its day; some may have been merged since.
    let sql = "SELECT reason FROM left_out WHERE campaign_id = ?1 AND (ref = ?2 OR ref IN (SELECT a.ref \
               FROM customer_alias a JOIN customer c ON c.id = a.customer_id WHERE c.ref = ?2)) ORDER BY ref <> ?2";
    read.first(sql, params![planned.id, reference], |row| row.get(0))
}

/// Customers left out of a stored plan although they matched, because neither a letter nor an email could reach them.
pub(crate) fn left_out_as_unreachable(read: &Read<'_>, planned: &Planned) -> Result<Vec<String>> {
    let other = [Reason::Excluded, Reason::Deceased, Reason::MailedLately, Reason::SameHousehold, Reason::OverLimit]
        .map(Reason::as_str);
    let sql = "SELECT ref FROM left_out WHERE campaign_id = ?1 AND reason NOT IN (?2, ?3, ?4, ?5, ?6) ORDER BY ref";
    read.all(sql, params![planned.id, other[0], other[1], other[2], other[3], other[4]], |row| row.get(0))
}
