//! Planned pieces that are held back: because of an open complaint, or an opt-out after the plan.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::planned::{self, Planned};
use super::sources::Sources;
use super::{eligible, freeze};
use crate::customers::{self, PostOptOuts, Suppressions};
use crate::domain::{Arm, CampaignState, Channel, Consent, CustomerId, NoteKind, RecipientId, Suppression};
use crate::error::Result;
use crate::store::{Read, params};
use crate::text;

/// Why a recipient's piece is held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeldBack {
    /// An open complaint; otherwise the piece is no longer wanted.
    pub(crate) complaint: bool,
    /// Why.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: String,
}

/// The pieces of a plan that are held back, by recipient ID; none once it was mailed or sent. `only` limits this to one
/// recipient.
pub(crate) fn held_back(
    read: &Read<'_>,
    planned: &Planned,
    only: Option<RecipientId>,
) -> Result<BTreeMap<RecipientId, HeldBack>> {
    let mut held = BTreeMap::new();
    if !matches!(planned.state, CampaignState::Planned | CampaignState::Printing | CampaignState::Sending) {
        return Ok(held);
    }
    let mine = only.map_or(String::new(), |id| format!(" AND r.id = {id}"));
    let sql = "SELECT m.recipient_id, m.customer_id, n.on_day, n.text FROM contact_note n \
               JOIN recipient_member m ON m.customer_id = n.customer_id JOIN recipient r ON r.id = m.recipient_id \
               WHERE n.kind = ?2 AND n.resolved_on IS NULL AND r.campaign_id = ?1 AND r.arm = ?3";
    let asked = params![planned.id, NoteKind::Complaint, Arm::Mailed];
    let complaints = read.all(&format!("{sql}{mine} ORDER BY n.on_day, n.id"), asked, |row| {
        Ok((row.get::<RecipientId>(0)?, row.get::<CustomerId>(1)?, row.get::<NaiveDate>(2)?, row.get::<String>(3)?))
    })?;
    for (recipient, customer, on, text) in complaints {
        let who = customers::by_id(read, customer)?;
        let message = format!("{} complained on {on}, and it is not resolved: {}", who.name(), text::quote(&text));
        let hint = format!(
            "`regulars customer resolve {}` once it is, or send the piece anyway with `--despite`",
            who.reference
        );
        held.insert(recipient, HeldBack { complaint: true, message, hint });
    }
    // The channel by which a piece is sent now: that of the second piece, if the first did not reach them.
    let sql = "SELECT r.id, COALESCE(s.channel, r.channel), c.id FROM recipient r JOIN customer c ON c.id = r.customer_id \
               LEFT JOIN second_piece s ON s.recipient_id = r.id \
               WHERE r.campaign_id = ?1 AND r.arm = ?2 AND (c.deceased <> 0 \
               OR (COALESCE(s.channel, r.channel) = ?3 AND (c.post_consent = ?4 OR c.moved_from <> '')) \
               OR (COALESCE(s.channel, r.channel) = ?5 AND c.email_consent <> ?6))";
    let asked = params![planned.id, Arm::Mailed, Channel::Letter, Consent::No, Channel::Email, Consent::Yes];
    let doubtful = read.all(&format!("{sql}{mine}"), asked, |row| {
        Ok((row.get::<RecipientId>(0)?, row.get::<Channel>(1)?, row.get::<CustomerId>(2)?))
    })?;
    for (recipient, channel, customer) in doubtful {
        let who = customers::by_id(read, customer)?;
        let message = match channel {
            _ if who.deceased => "has died since the plan",
            Channel::Email => "has opted out of email",
            _ if who.post_consent == Consent::No => "has opted out of post",
            _ if who.has_moved() => "has moved away since the plan",
            Channel::Letter => continue,
        };
        let slug = &planned.slug;
        let hint = if channel == Channel::Email {
            format!(
                "email needs the customer's consent; `regulars plan {slug} --again` leaves them out if nothing was sent yet"
            )
        } else {
            format!(
                "`regulars plan {slug} --again` leaves them out if nothing was printed yet; `--despite` prints the piece anyway"
            )
        };
        let message = format!("{} {message}", who.name());
        held.insert(recipient, HeldBack { complaint: false, message, hint });
    }
    for named in names_unwelcome(read, planned, only)? {
        let hint = format!(
            "`regulars plan {} --again` leaves them out if nothing was sent yet; `--despite` sends it anyway",
            planned.slug
        );
        let message = format!("it names {}, who {}", named.name, named.why);
        held.entry(named.recipient).or_insert(HeldBack { complaint: false, message, hint });
    }
    letters(read, planned, &mine, &mut held)?;
    let suppressions = Suppressions::of(read)?;
    if suppressions.is_empty() {
        return Ok(held);
    }
    let sql = "SELECT r.id, r.email, r.name FROM recipient r LEFT JOIN second_piece s ON s.recipient_id = r.id \
               WHERE r.campaign_id = ?1 AND COALESCE(s.channel, r.channel) = ?2";
    read.each(&format!("{sql}{mine}"), params![planned.id, Channel::Email], |row| {
        let (id, address, name) = (row.get::<RecipientId>(0)?, row.get::<String>(1)?, row.get::<String>(2)?);
        // Their own opt-out was already reported.
        let is_told = |why: &Suppression| *why == Suppression::OptedOut && held.contains_key(&id);
        if let Some(why) = suppressions.reason(&address).filter(|why| !is_told(why)) {
            let message = format!("{name} gets no email at {}: {}", text::quote(&address), why.in_words());
            let hint = how_to_lift(why).to_owned();
            held.insert(id, HeldBack { complaint: false, message, hint });
        }
        Ok(())
    })?;
    Ok(held)
}

/// A person named in a piece who should not be, other than its recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedUnwelcome {
    pub(crate) recipient: RecipientId,
    name: String,
    why: &'static str,
    /// Not by email either.
    pub(crate) has_died: bool,
}

/// Household members who have died since the plan, or who may no longer be named in a letter.
pub(crate) fn names_unwelcome(
    read: &Read<'_>,
    planned: &Planned,
    only: Option<RecipientId>,
) -> Result<Vec<NamedUnwelcome>> {
    let mine = only.map_or(String::new(), |id| format!(" AND r.id = {id}"));
    let sql = format!(
        "SELECT r.id, r.name, r.customer_id, c.id FROM recipient r JOIN recipient_member m ON m.recipient_id = r.id \
         JOIN customer c ON c.id = m.customer_id LEFT JOIN second_piece s ON s.recipient_id = r.id WHERE r.campaign_id = ?1 \
         AND r.arm = ?2 AND c.id <> r.customer_id AND (c.deceased <> 0 OR (COALESCE(s.channel, r.channel) = ?3 AND \
         (c.post_consent = ?4 OR c.moved_from <> ''))){mine} ORDER BY r.id, c.id"
    );
    let asked = params![planned.id, Arm::Mailed, Channel::Letter, Consent::No];
    let found = read.all(&sql, asked, |row| {
        Ok((row.get::<RecipientId>(0)?, row.get::<String>(1)?, row.get::<CustomerId>(2)?, row.get::<CustomerId>(3)?))
    })?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let file = planned::kept_files(read, planned)?.campaign(&planned.slug)?;
    let (excluded, opt_outs) = (eligible::excluded(read, &file)?, PostOptOuts::of(read)?);
    let mut unwelcome = Vec::new();
    for (recipient, frozen, best, member) in found {
        let who = customers::by_id(read, member)?;
        let why = match () {
            () if who.deceased => "has died since the plan",
            () if who.post_consent == Consent::No => "has opted out of post",
            () if who.has_moved() => "has moved away since the plan",
            () => continue,
        };
        // If this was already known, they are not in the piece.
        if freeze::name_line(read, &file, (&excluded, &opt_outs), best)? != frozen {
            unwelcome.push(NamedUnwelcome { recipient, name: who.name(), why, has_died: who.deceased });
        }
    }
    Ok(unwelcome)
}

/// Letters to addresses from which one came back since the plan, and to people who have opted out on another card.
fn letters(read: &Read<'_>, planned: &Planned, mine: &str, held: &mut BTreeMap<RecipientId, HeldBack>) -> Result<()> {
    let slug = &planned.slug;
    let again = format!(
        "`regulars plan {slug} --again` leaves them out if nothing was printed yet; `--despite` prints the piece anyway"
    );
    let letter = "FROM recipient r JOIN customer c ON c.id = r.customer_id LEFT JOIN second_piece s ON s.recipient_id = r.id \
                  WHERE r.campaign_id = ?1 AND r.arm = ?2 AND COALESCE(s.channel, r.channel) = ?3";
    let asked = params![planned.id, Arm::Mailed, Channel::Letter];
    let sql = format!(
        "SELECT r.id, r.name, CASE r.home WHEN 0 THEN c.home ELSE r.home END, c.ref {letter}{mine} AND EXISTS (SELECT 1 \
         FROM undeliverable_address u WHERE u.home = CASE r.home WHEN 0 THEN c.home ELSE r.home END AND u.home <> 0 \
         AND u.lifted_on IS NULL)"
    );
    let back = read.all(&sql, asked, |row| {
        Ok((row.get::<RecipientId>(0)?, row.get::<String>(1)?, row.get::<i64>(2)?, row.get::<String>(3)?))
    })?;
    // Recipients of a branch for returned mail are not held back.
    let is_asked = |sources: Sources| Ok(eligible::asks_for_undeliverable(&sources.campaign(slug)?));
    let is_asked = !back.is_empty() && planned::kept_files(read, planned).and_then(is_asked)?;
    for (id, name, home, reference) in back.into_iter().filter(|_| !is_asked) {
        let Some(mail) = customers::returned_mail(read, home)? else { continue };
        let message = match mail.campaign.as_str() {
            "" => format!("the address of {name} is undeliverable since {}", mail.on),
            other => format!("the last letter to the address of {name} came back: {other}, {}", mail.on),
        };
        let hint = format!(
            "`regulars customer set {reference} street=… city=… postcode=…`, or `undeliverable_address=no` if it is right; {again}"
        );
        held.insert(id, HeldBack { complaint: false, message, hint });
    }
    let opt_outs = PostOptOuts::of(read)?;
    if opt_outs.is_empty() {
        return Ok(());
    }
    let sql = format!("SELECT r.id, r.customer_id {letter}{mine} AND c.home IN (SELECT o.home FROM post_opt_out o)");
    for (id, customer) in read.all(&sql, asked, |row| Ok((row.get::<RecipientId>(0)?, row.get::<CustomerId>(1)?)))? {
        let who = customers::by_id(read, customer)?;
        if opt_outs.has_card(&who) && !held.contains_key(&id) {
            let message =
                format!("{} has opted out of post on another card with the same name and address", who.name());
            held.insert(id, HeldBack { complaint: false, message, hint: again.clone() });
        }
    }
    Ok(())
}

/// What the owner can do about a suppressed address.
fn how_to_lift(why: Suppression) -> &'static str {
    if why.is_wish() {
        "only new consent of the customer who opted out allows it: `regulars customer set REF email_consent=yes --source \"asked at the counter\"`"
    } else {
        "if the mailbox works again: `regulars customer set REF email_works=yes`"
    }
}

/// A plan's message about open complaints of its recipients; none when there are none.
pub(super) fn waiting(people: &[String]) -> Option<String> {
    let (have, wait, go) = match people.len() {
        0 => return None,
        1 => ("1 recipient has a complaint that is".to_owned(), "their piece waits", "goes"),
        n => (format!("{} have complaints that are", text::count(n, "recipient")), "their pieces wait", "go"),
    };
    Some(format!(
        "{have} not resolved, {}; {wait} until `regulars customer resolve REF`, or {go} with `--despite`",
        text::first_few(people, 3)
    ))
}
