//! The fields a template may use for one recipient, read from the book on the day of the plan.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::eligible::{self, Chosen};
use super::file::CampaignFile;
use crate::clock;
use crate::customers::{self, Customer, PostOptOuts};
use crate::domain::{CampaignState, CustomerId, HouseholdId, OnePer, Response, country_code};
use crate::error::Result;
use crate::merge::{Fields, address_lines, names_of};
use crate::shop::Shop;
use crate::store::{Read, params};

/// What is the same for every recipient of a plan.
pub(super) struct FreezeContext<'c> {
    pub(crate) shop: &'c Shop,
    pub(crate) file: &'c CampaignFile,
    pub(crate) as_of: NaiveDate,
    pub(crate) dated: NaiveDate,
    /// Customers excluded by hand.
    pub(crate) excluded: &'c HashSet<CustomerId>,
    pub(crate) opt_outs: &'c PostOptOuts,
    /// How many of the last purchases a template may print.
    pub(crate) purchases: usize,
}

/// A recipient as of that day.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frozen {
    /// The name line, for lists and messages.
    pub(crate) name: String,
    /// For posting order.
    pub(crate) country: String,
    /// For posting order.
    pub(crate) postcode: String,
    /// Where an email is sent.
    pub(crate) email: String,
    pub(crate) household_id: HouseholdId,
    /// The hash of the address that a letter is sent to.
    pub(crate) home: i64,
    /// How many campaigns in a row they had come to before this one.
    pub(crate) prior_years: i64,
    /// How many in a row they had missed.
    pub(crate) prior_missed: i64,
    /// Every field a template may use, except the code.
    pub(crate) fields: Fields,
}

/// Returns the members that the response of a recipient applies to, and the merge fields.
pub(super) fn freeze(
    read: &Read<'_>,
    context: &FreezeContext<'_>,
    chosen: &Chosen,
) -> Result<(Vec<CustomerId>, Frozen)> {
    let best = customers::by_id(read, chosen.id)?;
    let (members, greeted) = household(read, context.file, (context.excluded, context.opt_outs), &best)?;
    let greeted: Vec<&Customer> = greeted.iter().collect();
    let names = names_of(&greeted);
    let mut fields = Fields::default();
    let lines = address_lines(&names.line, &best, &context.shop.settings.country);
    fields.text("greeting", &names.greeting);
    fields.text("household.names", &names.line);
    fields.list("household.shorter_names", &names.shorter);
    fields.list("address_lines", &lines);
    customer(read, context, &best, &mut fields)?;
    let (prior_years, prior_missed) = last_year(read, context, &best, &mut fields)?;
    fields.group("gift");
    if let Some(gift) = &context.file.gift {
        fields.text("gift.name", &gift.name);
        fields.text("gift.claim_until", &gift.claim_until.map(|day| day.value.to_string()).unwrap_or_default());
    }
    fields.text("shop.name", &context.shop.settings.name);
    fields.list("shop.address", &context.shop.settings.address);
    fields.text("campaign.name", &context.file.name);
    fields.text("campaign.date", &context.dated.to_string());
    let country = match best.country.trim() {
        "" => context.shop.settings.country.clone(),
        country => country_code(country).to_owned(),
    };
    fields.text("customer.country", &country);
    let frozen = Frozen {
        name: line_of(names.line, &best),
        country,
        postcode: best.postcode.clone(),
        email: best.email.clone(),
        household_id: best.household_id,
        home: best.address().hash(),
        prior_years,
        prior_missed,
        fields: fields.pack(),
    };
    Ok((members, frozen))
}

/// The members of one recipient's household, and those who are greeted.
fn household(
    read: &Read<'_>,
    file: &CampaignFile,
    unwelcome: (&HashSet<CustomerId>, &PostOptOuts),
    best: &Customer,
) -> Result<(Vec<CustomerId>, Vec<Customer>)> {
    Ok(match file.one_per {
        OnePer::Customer => (vec![best.id], vec![Customer { spouse: String::new(), ..best.clone() }]),
        OnePer::Household => {
            let people = customers::household_of(read, best)?.members;
            (people.iter().map(|member| member.id).collect(), greeted(unwelcome, best, people))
        }
    })
}

/// The names that a piece of this campaign to a customer would have today; `unwelcome` has those excluded by hand and
/// the opt-outs.
pub(super) fn name_line(
    read: &Read<'_>,
    file: &CampaignFile,
    unwelcome: (&HashSet<CustomerId>, &PostOptOuts),
    id: CustomerId,
) -> Result<String> {
    let best = customers::by_id(read, id)?;
    let (_, greeted) = household(read, file, unwelcome, &best)?;
    Ok(line_of(names_of(&greeted.iter().collect::<Vec<_>>()).line, &best))
}

/// A name line; the reference if there is no name.
fn line_of(names: String, best: &Customer) -> String {
    if names.is_empty() { best.reference.clone() } else { names }
}

/// The address block that a letter of this campaign would have today.
pub(super) fn address(read: &Read<'_>, shop: &Shop, file: &CampaignFile, id: CustomerId) -> Result<Vec<String>> {
    let best = customers::by_id(read, id)?;
    let (_, greeted) = household(read, file, (&eligible::excluded(read, file)?, &PostOptOuts::of(read)?), &best)?;
    let names = names_of(&greeted.iter().collect::<Vec<_>>());
    Ok(address_lines(&names.line, &best, &shop.settings.country))
}

/// The people greeted by one letter: the best-ranked first, without those who have died, moved, opted out of post or
/// are excluded by hand.
fn greeted(
    (excluded, opt_outs): (&HashSet<CustomerId>, &PostOptOuts),
    best: &Customer,
    members: Vec<Customer>,
) -> Vec<Customer> {
    let alone = members.len() == 1;
    let mut greeted = vec![best.clone()];
    greeted.extend(members.into_iter().filter(|member| {
        let is_wanted = member.may_be_greeted() && !opt_outs.has_card(member);
        member.id != best.id && is_wanted && !excluded.contains(&member.id)
    }));
    for card in greeted.iter_mut().filter(|card| opt_outs.has_spouse(card)) {
        card.spouse.clear();
    }
    if !alone && greeted.len() == 1 {
        // The spouse is in the book, and must not be greeted.
        greeted[0].spouse.clear();
    }
    greeted
}

fn customer(read: &Read<'_>, context: &FreezeContext<'_>, best: &Customer, fields: &mut Fields) -> Result<()> {
    for (field, text) in [
        ("ref", &best.reference),
        ("title", &best.title),
        ("first_name", &best.first_name),
        ("last_name", &best.last_name),
        ("full_name", &best.name()),
        ("spouse", &best.spouse),
        ("city", &best.city),
        ("email", &best.email),
        ("phone", &best.phone),
    ] {
        fields.text(&format!("customer.{field}"), text);
    }
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let since = read
        .value("SELECT min(day) FROM purchase WHERE customer_id = ?1 AND day <= ?2", params![best.id, context.as_of])?;
    fields.text("customer.since", &day(since));
    fields.group("customer.last_purchase");
    let purchases = customers::last_purchases(read, best.id, context.as_of, context.purchases.max(1))?;
    if let Some(last) = purchases.first() {
        fields.text("customer.last_purchase.on", &last.on.to_string());
        fields.text("customer.last_purchase.item", &last.item);
        fields.money("customer.last_purchase.amount", last.amount);
    }
    let all = purchases.iter().take(context.purchases);
    fields.purchases("customer.purchases", all.map(|one| (one.on, one.item.as_str(), one.amount)));
    let year_ago = clock::months_before(context.as_of, 12).succ_opt().unwrap_or(context.as_of);
    fields.money("customer.spend_12m", customers::spent_between(read, best.id, year_ago, context.as_of)?);
    let visits = customers::visits_between(read, best.id, year_ago, context.as_of)?;
    fields.number("customer.visits_12m", i64::try_from(visits).unwrap_or(i64::MAX));
    fields.list("customer.tags", &customers::tags(read, best.id)?);
    fields.group("customer.preferences");
    for (key, value) in customers::preferences(read, best.id)? {
        fields.text(&format!("customer.preferences.{key}"), &value);
    }
    Ok(())
}

/// Their response to the followed campaign; how many campaigns in a row they have come to, and how many they have
/// missed.
fn last_year(read: &Read<'_>, context: &FreezeContext<'_>, best: &Customer, fields: &mut Fields) -> Result<(i64, i64)> {
    let Some(followed) = &context.file.follows else { return Ok((0, 0)) };
    fields.group("last_year");
    let sql = "SELECT r.response, r.redeemed_on, r.gift_spend_minor, r.years_running, r.years_missed FROM response r \
               WHERE r.campaign = ?1 AND r.customer_id = ?2";
    let found = read.first(sql, params![followed.value, best.id], |row| {
        Ok((
            row.get::<Response>(0)?,
            row.get::<Option<NaiveDate>>(1)?,
            row.get(2)?,
            (row.get::<i64>(3)?, row.get::<i64>(4)?),
        ))
    })?;
    let (response, redeemed_on, spend, (years_running, years_missed)) =
        found.unwrap_or((Response::NotInvited, None, crate::money::Money(0), (0, 0)));
    let (name, gift): (String, String) = read
        .first(
            "SELECT name, gift_name FROM campaign WHERE slug = ?1 AND state <> ?2",
            params![followed.value, CampaignState::Void],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?
        .unwrap_or_default();
    fields.text("last_year.name", &name);
    fields.text("last_year.gift", &gift);
    fields.text("last_year.response", response.as_str());
    if let Some(day) = redeemed_on {
        fields.text("last_year.redeemed_on", &day.to_string());
        fields.money("last_year.spend", spend);
    }
    fields.number("last_year.years_running", years_running);
    Ok((years_running, years_missed))
}
