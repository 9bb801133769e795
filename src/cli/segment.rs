//! `segment WHERE`: try a query.

use chrono::NaiveDate;
use serde_json::json;

use super::Context;
use super::done::Done;
use crate::campaign;
use crate::customers::{self, Reach};
use crate::error::{Error, Result};
use crate::money::Share;
use crate::segment::{self, Scope};
use crate::store::Read;
use crate::text;

/// Try a query: who matches, in which order.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The query, such as "spend_12m >= 500 AND NOT has_tag('wholesale')".
    #[arg(value_name = "WHERE")]
    condition: String,
    /// How they are ranked, such as "spend_12m DESC".
    #[arg(long, value_name = "EXPRESSION")]
    order_by: Option<String>,
    /// How many at most: a number, or a share such as 20%.
    #[arg(long, value_name = "N|P%")]
    limit: Option<String>,
    /// Only the best-ranked of each household.
    #[arg(long, value_name = "WHAT", value_parser = ["household", "customer"])]
    one_per: Option<String>,
    /// The day it is judged on; today when nothing is said.
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<NaiveDate>,
    /// Why this customer matches or not.
    #[arg(long, value_name = "REF")]
    why: Option<String>,
}

/// How many people are listed on a terminal; `--json` has them all.
const MOST_SHOWN: usize = 40;

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let store = shop.store()?;
    let read = store.read();
    let campaigns = campaign::slugs(&read)?;
    let as_of = arguments.as_of.unwrap_or(context.clock.today());
    let named = &shop.settings.segments;
    let scope = Scope { as_of, currency: shop.settings.currency, follows: None, campaigns: &campaigns, named };
    let condition = segment::condition(&arguments.condition, &scope)?;
    let order = arguments.order_by.as_ref().map(|text| segment::order(text, &scope)).transpose();
    let order = order.map_err(|e| e.at("--order-by"))?;
    if let Some(reference) = &arguments.why {
        let customer = customers::by_ref(&read, reference)?;
        let why = segment::explain(&read, &condition, customer.id)?;
        let verdict = if why.holds { "matches" } else { "does not match" };
        let text = format!(
            "{} ({}) {verdict}:\n{}\n",
            customer.name(),
            text::quote(&customer.reference),
            why.lines().join("\n")
        );
        return Ok(Done::new(text, &json!({ "ref": customer.reference, "matches": why.holds, "lines": why.lines() })));
    }
    let limit = arguments.limit.as_deref().map(limit).transpose()?;
    let reach = customers::reach(&read)?;
    let mut found = segment::find(&read, &condition, order.as_ref(), None)?;
    if arguments.one_per.as_deref() == Some("household") {
        let mut homes = std::collections::HashSet::new();
        found.retain(|one| reach.get(&one.id).is_none_or(|person| homes.insert(person.household_id)));
    }
    let matched = found.len();
    if let Some(limit) = limit {
        found.truncate(limit(matched));
    }
    let people: Vec<&Reach> = found.iter().filter_map(|one| reach.get(&one.id)).collect();
    let by_post = people.iter().filter(|p| p.has_address && !p.wants_no_post).count();
    let by_email = people.iter().filter(|p| p.has_email && p.email_consent && p.suppressed.is_none()).count();
    let customers = found.iter().map(|one| Ok(json!({ "ref": one.reference, "name": name(&read, one.id)? })));
    let customers = customers.collect::<Result<Vec<_>>>()?;
    let mut text =
        format!("{} of {} on {as_of}", text::count(matched, "customer"), text::thousands(customers::count(&read)?));
    text = text.replacen(" of ", if matched == 1 { " matches, of " } else { " match, of " }, 1);
    if found.len() < matched {
        text.push_str(&format!("; the first {}", text::thousands(found.len())));
    }
    text.push_str(&format!(
        ". Reached by post: {}; by email: {}.\n",
        text::thousands(by_post),
        text::thousands(by_email)
    ));
    for (place, one) in customers.iter().take(MOST_SHOWN).enumerate() {
        let cell = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        text.push_str(&format!("{:>5}  {:<12} {}\n", place + 1, cell("ref"), cell("name")));
    }
    if customers.len() > MOST_SHOWN {
        text.push_str(&format!("       … and {} more\n", text::thousands(customers.len() - MOST_SHOWN)));
    }
    let object = json!({ "as_of": as_of, "matched": matched, "reached_by_post": by_post, "reached_by_email": by_email, "customers": customers });
    Ok(Done::new(text, &object))
}

fn name(read: &Read<'_>, id: i64) -> Result<String> {
    customers::by_id(read, id).map(|customer| customer.name())
}

/// A limit as a function of how many there are.
fn limit(text: &str) -> Result<impl Fn(usize) -> usize> {
    let count: Option<usize> = text.trim().parse().ok().filter(|n| *n > 0);
    let share: Option<Share> = text.parse().ok();
    if count.is_none() && share.is_none() {
        return Err(Error::new(format!("{} is not a limit", text::quote(text)))
            .hint("write a number such as 600, or a share such as 20%"));
    }
    Ok(move |n: usize| count.or_else(|| share.map(|share| share.of_rounded_up(n))).unwrap_or(n))
}
