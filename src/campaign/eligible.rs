//! Who becomes a recipient: query → exclusions, mail preferences and reachability → household → order → limit → control
//! group.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::codes::keyed;
use super::file::{CampaignFile, Limit};
use super::mailed::{Mailing, mailed_between};
use crate::clock::days_before;
use crate::customers::{self, Reach};
use crate::domain::{
    Channel, CircumstanceKind, CustomerId, Delivery, HouseholdId, OnePer, Response, Suppression, email_key,
};
use crate::error::{Error, Result};
use crate::segment::{self, Scope};
use crate::store::{Read, params};
use crate::text;

/// Why a customer who matches the query is not a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// Excluded by hand.
    Excluded,
    /// They have died.
    Deceased,
    /// They opted out of post.
    NoPost,
    /// They have moved, and the new address is unknown.
    Moved,
    /// No street, or neither town nor postcode.
    NoAddress,
    /// No recorded consent to email.
    NoEmailConsent,
    /// No email address.
    NoEmail,
    /// The email on the card is not a valid address.
    UnusableEmail,
    /// The address is suppressed, whatever their consent.
    Suppressed(Suppression),
    /// The last letter to their address, or the last email to them, came back.
    CameBack,
    /// A letter was posted to them, or an email handed over, too short a time before.
    MailedLately,
    /// Another member of the household ranks higher.
    SameHousehold,
    /// Others rank higher, and the limit is reached.
    OverLimit,
}

impl Reason {
    /// Whether a reason that was kept is this one.
    pub(crate) fn is(self, kept: Option<&str>) -> bool {
        kept == Some(self.as_str())
    }

    /// In words, for reports and JSON.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Excluded => "excluded",
            Self::Deceased => CircumstanceKind::Deceased.as_str(),
            Self::NoPost => "does not want post",
            Self::Moved => "moved away",
            Self::NoAddress => "no address",
            Self::NoEmailConsent => "no consent to email",
            Self::NoEmail => "no email address",
            Self::UnusableEmail => "no valid email address",
            Self::Suppressed(why) => why.in_words(),
            Self::CameBack => "last letter came back",
            Self::MailedLately => "mailed too recently",
            Self::SameHousehold => "same household",
            Self::OverLimit => "over the limit",
        }
    }
}

/// A customer who was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(crate) id: CustomerId,
    pub(crate) reference: String,
    pub(crate) channel: Channel,
    pub(crate) held_out: bool,
    pub(crate) by_hand: bool,
}

/// Recipients in order of rank, and who is left out.
#[derive(Debug, Default)]
pub(super) struct Choice {
    pub(crate) chosen: Vec<Chosen>,
    pub(crate) left_out: Vec<(String, Reason)>,
    /// Everyone who matches the query or is included by hand.
    pub(crate) asked: HashSet<CustomerId>,
    /// Those of them who would get an email if their address were valid.
    pub(crate) unusable_emails: Vec<CustomerId>,
}

/// Chooses the recipients of a campaign file.
pub(super) fn choose(read: &Read<'_>, file: &CampaignFile, scope: &Scope<'_>, key: &[u8]) -> Result<Choice> {
    let condition = segment::condition(&file.condition, scope).map_err(|e| e.at("where").at(file.condition.line))?;
    let order =
        file.order_by.as_ref().map(|text| segment::order(text, scope).map_err(|e| e.at("order_by").at(text.line)));
    let order = order.transpose()?;
    let reach = customers::reach(read)?;
    let ranked = ranked(read, file, &condition, order.as_ref())?;
    let excluded = excluded(read, file)?;
    let back = came_back(read, file, scope)?;
    let lately = MailedLately::of(read, file, scope.as_of, &reach)?;
    let mut choice = Choice::default();
    let mut homes: HashSet<HouseholdId> = HashSet::new();
    let mut eligible: Vec<Chosen> = Vec::new();
    for (found, by_hand) in ranked {
        choice.asked.insert(found.id);
        let Some(person) = reach.get(&found.id) else { continue };
        let reason = if excluded.contains(&found.id) { Some(Reason::Excluded) } else { None };
        let channel = reason.map_or_else(|| reachable(person, file.channel, back.is_asked), Err);
        if person.has_email_fault && reason.is_none() && wants_email(file, channel) {
            choice.unusable_emails.push(found.id);
        }
        let channel =
            channel.and_then(|channel| if back.ids.contains(&found.id) { Err(Reason::CameBack) } else { Ok(channel) });
        let channel = channel
            .and_then(|channel| if lately.has(found.id, person) { Err(Reason::MailedLately) } else { Ok(channel) });
        match channel {
            Ok(channel) if file.one_per == OnePer::Customer || homes.insert(person.household_id) => {
                eligible.push(Chosen { id: found.id, reference: found.reference, channel, held_out: false, by_hand });
            }
            Ok(_) => choice.left_out.push((found.reference, Reason::SameHousehold)),
            Err(reason) => choice.left_out.push((found.reference, reason)),
        }
    }
    draw(file, key, eligible, &reach, &mut choice)?;
    choice.left_out.sort();
    Ok(choice)
}

/// Matches of the query, with those included by hand first.
fn ranked(
    read: &Read<'_>,
    file: &CampaignFile,
    condition: &segment::Condition,
    order: Option<&segment::Order>,
) -> Result<Vec<(segment::Found, bool)>> {
    let found = segment::find(read, condition, order, None)?.found;
    let mut by_hand = HashSet::new();
    let mut ranked = Vec::with_capacity(found.len() + file.include.len());
    for reference in file.include.iter() {
        let customer = customers::by_ref(read, reference).map_err(|e| e.at(file.include.line))?;
        if by_hand.insert(customer.id) {
            ranked.push((segment::Found { id: customer.id, reference: customer.reference }, true));
        }
    }
    ranked.extend(found.into_iter().filter(|found| !by_hand.contains(&found.id)).map(|found| (found, false)));
    Ok(ranked)
}

/// Customers excluded by hand, under any of their references.
pub(super) fn excluded(read: &Read<'_>, file: &CampaignFile) -> Result<HashSet<CustomerId>> {
    let id = |reference: &String| customers::by_ref(read, reference).map(|customer| customer.id);
    file.exclude.iter().map(|reference| id(reference).map_err(|e| e.at(file.exclude.line))).collect()
}

/// Customers who were mailed too recently, and their households.
#[derive(Default)]
struct MailedLately {
    people: HashSet<CustomerId>,
    /// Where a household gets one piece, what one of them got counts for all.
    households: HashSet<HouseholdId>,
}

impl MailedLately {
    fn of(read: &Read<'_>, file: &CampaignFile, as_of: NaiveDate, reach: &HashMap<CustomerId, Reach>) -> Result<Self> {
        let people: HashSet<CustomerId> = mailed_lately(read, file, as_of)?.into_keys().collect();
        let households = match file.one_per {
            OnePer::Customer => HashSet::new(),
            OnePer::Household => people.iter().filter_map(|id| reach.get(id)).map(|one| one.household_id).collect(),
        };
        Ok(Self { people, households })
    }

    fn has(&self, id: CustomerId, person: &Reach) -> bool {
        self.people.contains(&id) || self.households.contains(&person.household_id)
    }
}

/// The mailing because of which a household is left out: the last piece of any of its members.
pub(crate) fn last_mailed(
    read: &Read<'_>,
    file: &CampaignFile,
    as_of: NaiveDate,
    people: &[CustomerId],
) -> Result<Option<Mailing>> {
    let mut lately = mailed_lately(read, file, as_of)?;
    Ok(people.iter().filter_map(|id| lately.remove(id)).max_by(|a, b| (a.on, &a.campaign).cmp(&(b.on, &b.campaign))))
}

/// Customers mailed within the days set by a campaign file, before its own day; none if it sets none.
fn mailed_lately(read: &Read<'_>, file: &CampaignFile, as_of: NaiveDate) -> Result<HashMap<CustomerId, Mailing>> {
    let Some(span) = &file.unless_mailed_within else { return Ok(HashMap::new()) };
    mailed_between(read, &file.slug, days_before(as_of, span.value.days.into()), as_of)
}

/// Customers whose mail of the previous campaign came back.
#[derive(Default)]
struct CameBack {
    /// A branch asks for them: they become recipients, and the owner checks their addresses.
    is_asked: bool,
    /// Customers whose address does not decide: an email came back, or the address is unknown.
    ids: HashSet<CustomerId>,
}

/// Whether a branch is for customers whose mail came back.
pub(super) fn asks_for_undeliverable(file: &CampaignFile) -> bool {
    file.branches.iter().any(|branch| branch.when.contains(Response::Undeliverable.as_str()))
}

/// Customers whose mail of the previous campaign came back. A letter is stored with its address, which may differ from
/// the current one.
fn came_back(read: &Read<'_>, file: &CampaignFile, scope: &Scope<'_>) -> Result<CameBack> {
    let Some(followed) = scope.follows else { return Ok(CameBack::default()) };
    if asks_for_undeliverable(file) {
        return Ok(CameBack { is_asked: true, ids: HashSet::new() });
    }
    let sql = "SELECT v.customer_id, r.email, c.email, r.home <> 0 AND COALESCE(s.channel, r.channel) = ?3 FROM response v \
               JOIN recipient r ON r.id = v.recipient_id JOIN customer c ON c.id = v.customer_id \
               LEFT JOIN second_piece s ON s.recipient_id = r.id WHERE v.campaign = ?1 AND v.response = ?2";
    let mut ids = HashSet::new();
    read.each(sql, params![followed, Response::Undeliverable, Channel::Letter], |row| {
        let (old, new) = (email_key(&row.get::<String>(1)?), email_key(&row.get::<String>(2)?));
        let has_another = !old.is_empty() && !new.is_empty() && old != new;
        if !row.get::<bool>(3)? && !has_another {
            ids.insert(row.get(0)?);
        }
        Ok(())
    })?;
    Ok(CameBack { is_asked: false, ids })
}

/// The channel by which a customer can be reached, or why there is none.
fn reachable(person: &Reach, channel: Delivery, is_asked: bool) -> std::result::Result<Channel, Reason> {
    if person.deceased {
        return Err(Reason::Deceased);
    }
    let letter = match (person.wants_no_post, person.has_moved, person.has_address) {
        (true, _, _) => Err(Reason::NoPost),
        (_, true, _) => Err(Reason::Moved),
        (_, _, false) => Err(Reason::NoAddress),
        _ if person.is_undeliverable && !is_asked => Err(Reason::CameBack),
        _ => Ok(Channel::Letter),
    };
    let email = match (person.has_email, person.suppressed, person.email_consent) {
        (false, _, _) if person.has_email_fault => Err(Reason::UnusableEmail),
        (false, _, _) => Err(Reason::NoEmail),
        (_, Some(why), _) => Err(Reason::Suppressed(why)),
        (_, None, false) => Err(Reason::NoEmailConsent),
        _ => Ok(Channel::Email),
    };
    match channel {
        Delivery::Letter => letter,
        Delivery::Email => email,
        Delivery::LetterElseEmail => letter.or_else(|reason| email.map_err(|_| reason)),
        Delivery::EmailElseLetter => email.or_else(|reason| letter.map_err(|_| reason)),
    }
}

/// Whether someone who gets `channel`, or none, would be sent an email as first, second or repeated piece.
fn wants_email(file: &CampaignFile, channel: std::result::Result<Channel, Reason>) -> bool {
    let is_gone = matches!(channel, Err(Reason::Deceased | Reason::Excluded));
    let is_first = match file.channel {
        Delivery::Letter => false,
        Delivery::Email | Delivery::EmailElseLetter => true,
        Delivery::LetterElseEmail => channel.is_err(),
    };
    !is_gone && (is_first || channel.is_ok() && file.reminders.iter().any(|one| one.channel == Some(Channel::Email)))
}

/// Fills the places in order of rank, and adds the control group at random.
fn draw(
    file: &CampaignFile,
    key: &[u8],
    mut eligible: Vec<Chosen>,
    reach: &HashMap<CustomerId, Reach>,
    choice: &mut Choice,
) -> Result<()> {
    let places = match file.limit {
        None => eligible.len(),
        Some(Limit::Count(n)) => n,
        Some(Limit::Share(share)) => share.of_rounded_up(eligible.len()),
    };
    let by_hand = eligible.iter().filter(|chosen| chosen.by_hand).count();
    if by_hand > places {
        let message = format!(
            "{} included by hand, but the limit is {}",
            text::count(by_hand, "customer"),
            text::thousands(places)
        );
        return Err(Error::new(message).at(file.include.line).hint("raise the limit"));
    }
    let free = places - by_hand;
    let standing = eligible.len() - by_hand;
    let (total, held) = match file.hold_out {
        None => (free.min(standing), 0),
        Some(share) if file.limit.is_none() => (standing, share.of_rounded_up(standing)),
        Some(share) => {
            let total = (free..=standing).find(|n| n - share.of_rounded_up(*n) >= free).unwrap_or(standing);
            (total, share.of_rounded_up(total))
        }
    };
    for spare in eligible.drain(by_hand + total..) {
        choice.left_out.push((spare.reference, Reason::OverLimit));
    }
    let mut lots: Vec<([u8; 32], usize)> = eligible[by_hand..]
        .iter()
        .enumerate()
        .map(|(index, chosen)| (lot(file, key, chosen, reach), by_hand + index))
        .collect();
    lots.sort_unstable();
    for (_, index) in lots.into_iter().take(held) {
        eligible[index].held_out = true;
    }
    choice.chosen = eligible;
    Ok(())
}

/// The random number of a household (or of a customer, if each is separate): always the same.
fn lot(file: &CampaignFile, key: &[u8], chosen: &Chosen, reach: &HashMap<CustomerId, Reach>) -> [u8; 32] {
    let home = match file.one_per {
        OnePer::Household => reach
            .get(&chosen.id)
            .and_then(|person| reach.get(&person.household_id.head()))
            .map(|head| head.reference.as_str()),
        OnePer::Customer => None,
    };
    keyed(key, &["hold-out", &file.slug, home.unwrap_or(&chosen.reference)])
}
