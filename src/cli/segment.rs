//! `segment WHERE`: try a query.

use chrono::NaiveDate;
use serde_json::json;

use super::context::{Context, one_of};
use super::done::Done;
use crate::app::segment::{MatchVerdict, Query, SegmentPreview, preview, why};
use crate::domain::OnePer;
use crate::error::Result;
use crate::text;

/// Try a query: who matches, in which order.
#[derive(Debug, clap::Args)]
pub(super) struct SegmentArguments {
    /// The query, such as "spend_12m >= 500 AND NOT has_tag('wholesale')".
    #[arg(value_name = "WHERE")]
    condition: String,
    /// The ranking, such as "spend_12m DESC".
    #[arg(long, value_name = "EXPRESSION")]
    order_by: Option<String>,
    /// The largest number of customers, or a share such as 20%.
    #[arg(long, value_name = "N|P%")]
    limit: Option<String>,
    /// Only the best-ranked customer of each household.
    #[arg(long, value_name = "WHAT", value_parser = one_of::<OnePer>())]
    one_per: Option<OnePer>,
    /// The day on which it is evaluated; today by default.
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<NaiveDate>,
    /// Explain why this customer matches or not.
    #[arg(long, value_name = "REF")]
    why: Option<String>,
}

/// How many customers are listed on a terminal; `--json` has them all.
const MOST_SHOWN: usize = 40;

pub(super) fn run(arguments: &SegmentArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let query = Query {
        condition: &arguments.condition,
        order_by: arguments.order_by.as_deref(),
        limit: arguments.limit.as_deref(),
        one_per: arguments.one_per.unwrap_or(OnePer::Customer),
        as_of: arguments.as_of.unwrap_or(context.clock.today()),
    };
    match &arguments.why {
        Some(reference) => Ok(show_verdict(&why(&shop, &query, reference)?)),
        None => Ok(show(&preview(&shop, &query)?, query.as_of)),
    }
}

fn show_verdict(MatchVerdict { reference, name, why }: &MatchVerdict) -> Done {
    let verdict = if why.holds { "matches" } else { "does not match" };
    let text = format!("{name} ({}) {verdict}:\n{}\n", text::quote(reference), why.lines().join("\n"));
    Done::new(text, &json!({ "ref": reference, "matches": why.holds, "lines": why.lines() }))
}

fn show(preview: &SegmentPreview, as_of: NaiveDate) -> Done {
    let SegmentPreview { matched, in_book, by_post, by_email, customers, warnings } = preview;
    let match_of = if *matched == 1 { "matches, of" } else { "match, of" };
    let (who, all) = (text::count(*matched, "customer"), text::thousands(*in_book));
    let mut text = format!("{who} {match_of} {all} on {as_of}");
    if customers.len() < *matched {
        text.push_str(&format!("; the first {}", text::thousands(customers.len())));
    }
    text.push_str(&format!(
        ". Reached by post: {}; by email: {}.\n",
        text::thousands(*by_post),
        text::thousands(*by_email)
    ));
    for (place, one) in customers.iter().take(MOST_SHOWN).enumerate() {
        text.push_str(&format!("{:>5}  {:<12} {}\n", place + 1, one.reference, one.name));
    }
    if customers.len() > MOST_SHOWN {
        text.push_str(&format!("       … and {} more\n", text::thousands(customers.len() - MOST_SHOWN)));
    }
    let object = json!({
        "as_of": as_of, "matched": matched, "reached_by_post": by_post, "reached_by_email": by_email, "customers": customers,
        "warnings": warnings
    });
    Done::new(text, &object).warn(warnings.clone())
}
