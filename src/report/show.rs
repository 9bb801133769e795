//! The report as text, and for a spreadsheet.

use super::figures::{CampaignReport, Figures};
use super::hold_out::HoldOut;
use crate::domain::{Arm, Channel, Response};
use crate::money::{Currency, Money};
use crate::text;
use crate::text::csv::CsvTable;
use crate::text::long_date;

/// The report as a page of text.
pub(crate) fn table(report: &CampaignReport, currency: Currency, country: &str) -> String {
    let figures = &report.figures;
    let mut lines = Vec::new();
    let until = report.until.map(|day| format!(" to {}", long_date(day, country))).unwrap_or_default();
    lines.push(format!("{} · {}{until}", report.name, long_date(report.from, country)));
    lines.push(String::new());
    lines.push(format!(
        "{} of {} came: {}.",
        text::thousands(figures.redeemed),
        text::thousands(figures.mailed),
        rate(figures)
    ));
    if figures.instead > 0 {
        let lost = text::count(figures.instead, "piece");
        lines.push(format!("{lost} did not arrive and got the other kind of piece instead."));
    }
    if figures.undeliverable > 0 {
        let what = if figures.emails == 0 { Channel::Letter.as_str() } else { "piece" };
        lines.push(format!("{} came back undelivered.", text::count(figures.undeliverable, what)));
    }
    for one in &report.reminders {
        lines.push(format!(
            "{} got reminder {}, and {} of them came after it.",
            text::thousands(one.reminded),
            one.wave,
            text::thousands(one.redeemed)
        ));
    }
    lines.push(String::new());
    let mut rows = vec![("", &report.figures)];
    if report.branches.len() > 1 {
        rows.extend(report.branches.iter().map(|branch| (branch.name.as_str(), &branch.figures)));
    }
    lines.extend(columns(&rows, currency));
    if let Some(control) = &report.hold_out {
        lines.push(String::new());
        lines.extend(comparison(control, currency, country));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// The comparison with the control group, one line per figure.
fn comparison(control: &HoldOut, currency: Currency, country: &str) -> Vec<String> {
    let were = text::was(control.held_out);
    let (held_out, mailed) = (text::thousands(control.held_out), text::thousands(control.mailed));
    let mut lines =
        vec![format!("{held_out} {were} chosen at random as a control group (hold-out), and {mailed} mailed.")];
    let percent = |rate: f64| format!("{:.1}%", rate * 100.0);
    if let (Some(mailed), Some(held_out)) = (control.buyer_rate_mailed, control.buyer_rate_held_out) {
        let (mailed, held_out) = (percent(mailed), percent(held_out));
        lines.push(format!("Bought in those days: {mailed} of those mailed, {held_out} of the control group."));
    }
    if let Some([low, high]) = control.lift_ci95 {
        lines.push(format!(
            "Difference: {:+.1} points (95%: {:+.1} to {:+.1}).",
            control.lift.unwrap_or(0.0) * 100.0,
            low * 100.0,
            high * 100.0
        ));
    }
    if let (Some(difference), Some(interval)) = (control.spend_diff_minor, control.spend_diff_ci95_minor) {
        let [low, high] = interval.map(|amount| more_or_less(amount, currency));
        lines.push(format!("Spent per person: {} (95%: {low} to {high}).", more_or_less(difference, currency)));
    }
    if let Some(last) = control.sales_until {
        let last = long_date(last, country);
        lines.push(format!("The last sale in the book is of {last}: import those after it, if there are any."));
    }
    let verdict = text::capitalised(&control.verdict);
    // Without figures the question has no answer.
    let asks = if control.lift.is_some() { "Did the letter do it? " } else { "" };
    lines.push(format!("{asks}{verdict}."));
    lines
}

/// `$46.39 less`.
fn more_or_less(amount: Money, currency: Currency) -> String {
    let which = if amount.0 < 0 { "less" } else { "more" };
    format!("{} {which}", currency.show(Money(amount.0.saturating_abs())))
}

fn rate(figures: &Figures) -> String {
    match (figures.response_rate, figures.response_ci95) {
        (Some(rate), Some([low, high])) => {
            format!("{:.1}% (95%: {:.1} to {:.1})", rate * 100.0, low * 100.0, high * 100.0)
        }
        _ => "no one was mailed".to_owned(),
    }
}

/// One line per figure, with a column for all and one for each branch.
fn columns(rows: &[(&str, &Figures)], currency: Currency) -> Vec<String> {
    type Cell = fn(&Figures, Currency) -> String;
    let figures: [(&str, Cell); 8] = [
        ("mailed", |f, _| text::thousands(f.mailed)),
        ("came", |f, _| text::thousands(f.redeemed)),
        ("sales", |f, c| c.show(f.takings_minor)),
        ("  each who came", |f, c| f.takings_per_redeemer_minor.map_or("–".to_owned(), |m| c.show(m))),
        ("gifts", |f, c| c.show(f.gift_cost_minor)),
        ("postage", |f, c| c.show(f.postage_minor)),
        ("profit", |f, c| c.show(f.net_minor)),
        ("  return per unit spent", |f, _| {
            f.return_on_cost.map_or("–".to_owned(), |r| format!("{:.1}", (r * 10.0).round() / 10.0 + 0.0))
        }),
    ];
    let widths: Vec<usize> = rows
        .iter()
        .map(|(name, f)| {
            figures
                .iter()
                .map(|(_, cell)| cell(f, currency).chars().count())
                .chain([name.chars().count()])
                .max()
                .unwrap_or(0)
                + 3
        })
        .collect();
    let mut lines = Vec::new();
    if rows.len() > 1 {
        let heads: String = rows
            .iter()
            .zip(&widths)
            .map(|((name, _), width)| format!("{:>width$}", if name.is_empty() { "all" } else { name }))
            .collect();
        lines.push(format!("{:<24}{heads}", ""));
    }
    for (name, cell) in figures {
        let cells: String =
            rows.iter().zip(&widths).map(|((_, f), width)| format!("{:>width$}", cell(f, currency))).collect();
        lines.push(format!("{name:<24}{cells}"));
    }
    lines
}

/// The report as CSV: a row for all, a row for each branch; amounts with a decimal point.
pub(crate) fn csv(report: &CampaignReport, currency: Currency) -> String {
    let mut table = CsvTable::new([
        "campaign",
        "branch",
        Arm::Mailed.as_str(),
        Response::Undeliverable.as_str(),
        Response::Redeemed.as_str(),
        "response_rate",
        "response_low",
        "response_high",
        "takings",
        "takings_per_redeemer",
        "gift_cost",
        "postage",
        "net",
        "return_on_cost",
    ]);
    let all = std::iter::once(("", &report.figures));
    for (name, f) in all.chain(report.branches.iter().map(|branch| (branch.name.as_str(), &branch.figures))) {
        let fraction = |x: Option<f64>| x.map(|x| format!("{x:.4}")).unwrap_or_default();
        let money = |amount: Money| currency.plain(amount);
        table.row([
            report.campaign.clone(),
            name.to_owned(),
            f.mailed.to_string(),
            f.undeliverable.to_string(),
            f.redeemed.to_string(),
            fraction(f.response_rate),
            fraction(f.response_ci95.map(|[low, _]| low)),
            fraction(f.response_ci95.map(|[_, high]| high)),
            money(f.takings_minor),
            f.takings_per_redeemer_minor.map(money).unwrap_or_default(),
            money(f.gift_cost_minor),
            money(f.postage_minor),
            money(f.net_minor),
            fraction(f.return_on_cost),
        ]);
    }
    table.text()
}
