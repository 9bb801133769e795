//! The worksheet as a page of text.

use super::curve::Top;
use super::ends::OtherEnd;
use super::fifths::Fifth;
use super::worksheet::Worksheet;
use crate::money::Currency;
use crate::text;
use crate::text::{ago, long_date};

/// How many of the list are on the page; the CSV and `--json` have them all.
pub(crate) const ON_THE_PAGE: usize = 40;
/// How many of each other table are.
const MOST_ELSEWHERE: usize = 8;
/// The points of the curve that are in the text.
const STEPS: [usize; 6] = [1, 5, 10, 20, 30, 50];

/// The worksheet as a page of text.
pub(crate) fn text(sheet: &Worksheet, top: Top, currency: Currency, country: &str) -> String {
    let day = |day| long_date(day, country);
    let from = sheet.from.map_or("everything".to_owned(), day);
    let mut page = vec![format!("Best customers · {from} to {}", day(sheet.as_of)), String::new()];
    if sheet.customers == 0 {
        page.push("No customer in the book bought anything in these days.".to_owned());
        return page.join("\n") + "\n";
    }
    page.extend(headline(sheet, top, currency));
    page.push(String::new());
    page.extend(curve(sheet, currency));
    page.push(String::new());
    page.extend(fifths(sheet, currency));
    page.push(String::new());
    page.extend(list(sheet, currency));
    page.extend(common(sheet));
    page.extend(slipping(sheet, currency));
    page.extend(other_end(sheet, currency));
    page.join("\n") + "\n"
}

fn headline(sheet: &Worksheet, top: Top, currency: Currency) -> Vec<String> {
    let of = match top {
        Top::Share(_) => format!(" ({})", percent(part(sheet.top.count, sheet.customers))),
        Top::Count(_) => String::new(),
    };
    let mut lines = vec![format!(
        "The best {} of {}{of} brought {} of {}{}.",
        text::thousands(sheet.top.count),
        text::count(sheet.customers, "customer"),
        currency.show(sheet.top.takings_minor),
        currency.show(sheet.takings_minor),
        sheet.top.share.map(|share| format!(": {}", percent(share))).unwrap_or_default(),
    )];
    if let (Some(making), Some(share)) = (sheet.customers_making_80pct, sheet.customers_making_80pct_share) {
        let who = if making == 1 {
            "One customer brings".to_owned()
        } else {
            format!("{} bring", text::count(making, "customer"))
        };
        lines.push(format!("{who} 80% of sales: {} of all.", percent(share)));
    }
    if sheet.unlinked.purchases > 0 {
        lines.push(format!(
            "Not counted: {} for {} without a known customer.",
            text::count(sheet.unlinked.purchases, "sale"),
            currency.show(sheet.unlinked.takings_minor)
        ));
    }
    lines
}

fn curve(sheet: &Worksheet, currency: Currency) -> Vec<String> {
    let mut rows = vec![["the best".into(), "customers".into(), "sales".into(), "of all".into()]];
    let at = |step: usize| (sheet.customers * step).div_ceil(100);
    for step in STEPS {
        let before = rows.len() > 1 && STEPS.iter().any(|other| *other < step && at(*other) == at(step));
        if let Some(point) = sheet.curve.iter().find(|point| point.customers == at(step)).filter(|_| !before) {
            let (takings, share) = (currency.show(point.takings_minor), percent(point.share));
            rows.push([format!("{step}%"), text::thousands(point.customers), takings, share]);
        }
    }
    columns(&rows, &[false, true, true, true])
}

fn fifths(sheet: &Worksheet, currency: Currency) -> Vec<String> {
    let mut rows = vec![["by fifths".into(), String::new(), "customers".into(), "sales".into(), "of all".into()]];
    let mut add = |what: &str, fifths: Vec<(String, usize, String, f64)>| {
        for (index, (span, customers, takings, share)) in fifths.into_iter().enumerate() {
            let what = if index == 0 { what } else { "" };
            rows.push([what.to_owned(), span, text::thousands(customers), takings, percent(share)]);
        }
    };
    let span = |least: String, most: String| if least == most { least } else { format!("{least} to {most}") };
    add(
        "bought last",
        fifth_rows(&sheet.fifths.recency, currency, |f| {
            let day = |day: Option<chrono::NaiveDate>| day.map_or("never".to_owned(), |day| day.to_string());
            span(day(f.least), day(f.most))
        }),
    );
    add(
        "number of visits",
        fifth_rows(&sheet.fifths.frequency, currency, |f| span(text::thousands(f.least), text::thousands(f.most))),
    );
    add("brought", fifth_rows(&sheet.fifths.money, currency, |f| span(currency.show(f.least), currency.show(f.most))));
    columns(&rows, &[false, false, true, true, true])
}

fn fifth_rows<T>(
    fifths: &[Fifth<T>],
    currency: Currency,
    span: impl Fn(&Fifth<T>) -> String,
) -> Vec<(String, usize, String, f64)> {
    fifths.iter().map(|f| (span(f), f.customers, currency.show(f.takings_minor), f.share)).collect()
}

fn list(sheet: &Worksheet, currency: Currency) -> Vec<String> {
    let head = ["", "ref", "name", "city", "sales", "visits", "bought last", "since", "R F M"];
    let mut rows = vec![head.map(str::to_owned)];
    for one in sheet.list.iter().take(ON_THE_PAGE) {
        rows.push([
            text::thousands(one.rank),
            one.reference.clone(),
            one.name.clone(),
            one.city.clone(),
            currency.show(one.takings_minor),
            text::thousands(one.visits),
            one.last_purchase.map_or("–".to_owned(), |day| ago(day, sheet.as_of)),
            one.since.format("%Y").to_string(),
            format!("{} {} {}", one.recency, one.frequency, one.money),
        ]);
    }
    let mut lines = columns(&rows, &[true, false, false, false, true, true, false, false, false]);
    if sheet.top.count > ON_THE_PAGE {
        lines.push(format!("… and {} more; --csv has them all", text::thousands(sheet.top.count - ON_THE_PAGE)));
    }
    lines
}

fn common(sheet: &Worksheet) -> Vec<String> {
    let common = &sheet.common;
    let mut rows = Vec::new();
    let mut add = |what: &str, shared: Vec<(String, f64, f64)>| {
        for (index, (thing, share, others)) in shared.into_iter().enumerate() {
            let what = if index == 0 { what.to_owned() } else { String::new() };
            rows.push([what, thing, percent(share), percent(others)]);
        }
    };
    add("bought", common.items.iter().map(|s| (s.what.clone(), s.share, s.share_of_others)).collect());
    add("live in", common.cities.iter().map(|s| (s.what.clone(), s.share, s.share_of_others)).collect());
    add("since", common.since.iter().map(|s| (s.what.to_string(), s.share, s.share_of_others)).collect());
    if rows.is_empty() {
        return Vec::new();
    }
    let who = if common.of < sheet.top.count {
        format!("the best {}", text::thousands(common.of))
    } else {
        "the best".into()
    };
    rows.insert(0, ["in common".to_owned(), String::new(), who, "the others".to_owned()]);
    let mut lines = vec![String::new()];
    lines.extend(columns(&rows, &[false, false, true, true]));
    lines
}

fn slipping(sheet: &Worksheet, currency: Currency) -> Vec<String> {
    if sheet.slipping.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![
        String::new(),
        format!(
            "Slipping: {} among the best of the year before, and not among those of the last twelve months.",
            if sheet.slipping_count == 1 {
                "1 was".to_owned()
            } else {
                format!("{} were", text::thousands(sheet.slipping_count))
            }
        ),
    ];
    let mut rows = vec![["ref", "name", "the year before", "the last twelve months", "bought last"].map(str::to_owned)];
    for one in sheet.slipping.iter().take(MOST_ELSEWHERE) {
        rows.push([
            one.reference.clone(),
            one.name.clone(),
            currency.show(one.year_before_minor),
            currency.show(one.this_year_minor),
            one.last_purchase.map_or("–".to_owned(), |day| ago(day, sheet.as_of)),
        ]);
    }
    lines.extend(columns(&rows, &[false, false, true, true, false]));
    lines
}

fn other_end(sheet: &Worksheet, currency: Currency) -> Vec<String> {
    let mut lines = Vec::new();
    let mut add = |sentence: &str, people: &[OtherEnd]| {
        if people.is_empty() {
            return;
        }
        lines.extend([String::new(), sentence.to_owned()]);
        let head = ["ref", "name", "sales", "sent back", "minutes", "sales an hour"];
        let mut rows = vec![head.map(str::to_owned)];
        for one in people.iter().take(MOST_ELSEWHERE) {
            let share = one.returned_share.map(|share| format!(" ({})", percent(share))).unwrap_or_default();
            rows.push([
                one.reference.clone(),
                one.name.clone(),
                currency.show(one.takings_minor),
                if one.returned_minor.0 > 0 { currency.show(one.returned_minor) + &share } else { String::new() },
                if one.minutes > 0 {
                    text::thousands(usize::try_from(one.minutes).unwrap_or(0))
                } else {
                    String::new()
                },
                one.takings_an_hour_minor.map(|amount| currency.show(amount)).unwrap_or_default(),
            ]);
        }
        lines.extend(columns(&rows, &[false, false, true, true, true, true]));
    };
    add("The other end: they return a quarter or more of what they buy.", &sheet.returns);
    add("The other end: they take the most time for what they spend.", &sheet.time);
    lines
}

/// Rows with aligned cells; `right` marks right-aligned columns.
fn columns<const N: usize>(rows: &[[String; N]], right: &[bool; N]) -> Vec<String> {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; N]| {
        let cells =
            row.iter().zip(widths).zip(right).map(|((cell, width), right)| {
                if *right { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
            });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

fn part(of: usize, all: usize) -> f64 {
    super::curve::fraction(of, all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let rows = [["ref", "takings"].map(str::to_owned), ["Zoë", "1"].map(str::to_owned)];
        assert_eq!(columns(&rows, &[false, true]), ["ref  takings", "Zoë        1"]);
    }
}
