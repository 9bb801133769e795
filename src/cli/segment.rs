//! `segment WHERE`: try a query.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::context::{Context, one_of};
use super::done::Done;
use crate::app::segment::{MatchVerdict, Matching, Query, SegmentPreview, Standing, preview, why};
use crate::domain::OnePer;
use crate::error::Result;
use crate::money::Currency;
use crate::segment::{AskedColumns, Figure};
use crate::text;
use crate::text::csv::CsvTable;

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
    /// The whole list as CSV, for a spreadsheet.
    #[arg(long)]
    csv: bool,
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
    if let Some(reference) = &arguments.why {
        return Ok(show_verdict(&why(&shop, &query, reference)?));
    }
    let listed = if arguments.csv || context.json { usize::MAX } else { MOST_SHOWN };
    let preview = preview(&shop, &query, listed)?;
    // The list of a large shop is long: it is made in one form only.
    let done = if context.json {
        Done::new("", &object(&preview, query.as_of))
    } else if arguments.csv {
        Done::new(csv(&preview), &())
    } else {
        Done::new(text(&preview, query.as_of, shop.settings.currency), &())
    };
    Ok(done.warn(preview.warnings))
}

fn show_verdict(MatchVerdict { reference, name, why, standing }: &MatchVerdict) -> Done {
    let verdict = if why.holds { "matches" } else { "does not match" };
    let failing = why.first_failing();
    let mut text = format!("{name} ({}) {verdict}:\n{}\n", text::quote(reference), why.lines().join("\n"));
    if let Some(failing) = &failing {
        text.push_str(&format!("\nThe first that fails is {}.\n", failing.in_words()));
    }
    if let Some(standing) = standing {
        text.push_str(&format!("\n{}\n", standing_in_words(standing)));
    }
    let object = json!({
        "ref": reference, "matches": why.holds, "lines": why.lines(), "first_failing": failing,
        "household_ref": standing.as_ref().and_then(|s| s.instead.as_ref()).map(|(reference, _)| reference),
        "place": standing.as_ref().and_then(|s| s.place), "of": standing.as_ref().map(|s| s.of),
        "places": standing.as_ref().map(|s| s.places), "listed": standing.as_ref().is_some_and(Standing::is_within),
    });
    Done::new(text, &object)
}

fn standing_in_words(Standing { instead, place, of, places }: &Standing) -> String {
    let (all, cut) = (text::thousands(*of), text::thousands(*places));
    match (instead, place) {
        (Some((reference, name)), _) => {
            format!(
                "{name} ({}) of the same household ranks higher and is on the list instead.",
                text::quote(reference)
            )
        }
        (None, Some(place)) if place > places => {
            format!("Place {} of {all}, and the list ends at {cut}.", text::thousands(*place))
        }
        (None, Some(place)) => format!("Place {} of {all}.", text::thousands(*place)),
        (None, None) => String::new(),
    }
}

fn text(preview: &SegmentPreview, as_of: NaiveDate, currency: Currency) -> String {
    let SegmentPreview { matched, in_book, summary, customers, columns, .. } = preview;
    let match_of = if *matched == 1 { "matches, of" } else { "match, of" };
    let (who, all) = (text::count(*matched, "customer"), text::thousands(*in_book));
    let mut text = format!("{who} {match_of} {all} on {as_of}");
    if summary.customers < *matched {
        text.push_str(&format!("; the first {}", text::thousands(summary.customers)));
    }
    let [by_post, by_email] = [summary.by_post, summary.by_email].map(text::thousands);
    text.push_str(&format!(". Reached by post: {by_post}; by email: {by_email}.\n"));
    if summary.customers > 0 {
        text.push_str(&format!("They spent {} in the last twelve months.", currency.show(summary.sales_minor)));
        if let (Some(against), Some(new), Some(gone)) = (&summary.against, summary.new, summary.gone) {
            let (new, gone, against) = (text::thousands(new), text::thousands(gone), text::quote(against));
            text.push_str(&format!(" Compared with {against}: {new} new, {gone} gone."));
        }
        text.push('\n');
    }
    let rows = table(customers, columns);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    for row in &rows {
        let mut line = format!("{:>5}  {:<12} {}", row[0], row[1], row[2]);
        let mut filled = 20 + row[2].chars().count();
        let mut edge = 20 + width(2).unwrap_or_default();
        for (column, cell) in row.iter().enumerate().skip(3) {
            edge += 2 + width(column).unwrap_or_default();
            let gap = edge.saturating_sub(filled + cell.chars().count());
            line.push_str(&format!("{}{cell}", " ".repeat(gap)));
            filled = edge;
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    if summary.customers > customers.len() {
        text.push_str(&format!("       … and {} more\n", text::thousands(summary.customers - customers.len())));
    }
    text
}

/// The rows as they are shown, below the names of the columns where there are any. What is yes or no for all rows adds
/// nothing about one of them.
fn table(customers: &[Matching], columns: &AskedColumns) -> Vec<Vec<String>> {
    let labels = columns.labels();
    let is_told = |at: &usize| {
        let mut figures = customers.iter().map(|one| one.figures.get(*at));
        let first = figures.next().flatten();
        !matches!(first, Some(Figure::YesNo(_))) || figures.any(|other| other != first)
    };
    let told: Vec<usize> = (0..labels.len()).filter(is_told).collect();
    let mut rows = Vec::new();
    if !told.is_empty() && !customers.is_empty() {
        let head = [String::new(), "ref".to_owned(), "name".to_owned()];
        rows.push(head.into_iter().chain(told.iter().map(|at| labels[*at].to_owned())).collect());
    }
    for (place, one) in customers.iter().enumerate() {
        let first = [(place + 1).to_string(), one.reference.clone(), one.name.clone()];
        let cells =
            told.iter().map(|at| one.figures.get(*at).map(|figure| columns.in_table(figure)).unwrap_or_default());
        rows.push(first.into_iter().chain(cells).collect());
    }
    rows
}

fn csv(preview: &SegmentPreview) -> String {
    let keys = preview.columns.keys();
    let header = ["rank", "ref", "name"].into_iter().chain(keys.iter().map(|key| key.trim_end_matches("_minor")));
    let mut table = CsvTable::new(header);
    for (place, one) in preview.customers.iter().enumerate() {
        let first = [(place + 1).to_string(), one.reference.clone(), one.name.clone()];
        table.row(first.into_iter().chain(one.figures.iter().map(|figure| preview.columns.plain(figure))));
    }
    table.text()
}

fn object(preview: &SegmentPreview, as_of: NaiveDate) -> Value {
    let SegmentPreview { matched, in_book: _, summary, customers, columns, warnings } = preview;
    let keys = columns.keys();
    let one = |one: &Matching| {
        let own = [("ref", &one.reference), ("name", &one.name)].map(|(key, text)| (key.to_owned(), json!(text)));
        let figures = keys.iter().cloned().zip(one.figures.iter().map(Figure::to_json));
        Value::Object(figures.chain(own).collect())
    };
    let customers: Vec<Value> = customers.iter().map(one).collect();
    json!({
        "as_of": as_of, "matched": matched, "reached_by_post": summary.by_post, "reached_by_email": summary.by_email,
        "summary": summary, "customers": customers, "warnings": warnings,
    })
}
