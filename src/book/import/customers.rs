//! Customers from a CSV: new cards, and what changed on the old ones.

use std::collections::HashMap;

use chrono::NaiveDate;
use csv::StringRecord;

use super::columns::{CUSTOMER_FIELDS, Columns};
use super::{Problem, Report, Sheet};
use crate::book::customer::TEXT_FIELDS;
use crate::book::household;
use crate::error::Result;
use crate::params;
use crate::store::{ToValue, Value, Write};
use crate::words;

/// One row, read.
struct Row {
    reference: String,
    texts: Vec<String>,
    post: Option<&'static str>,
    email: Option<&'static str>,
    tags: Vec<String>,
}

/// Takes the customers of a sheet into the book. Empty cells never erase what the book knows.
///
/// Rows with a fault are left out and named in the report; whether the rest stands is for the caller to say.
///
/// # Errors
/// When the columns are not clear, or the database fails.
pub fn customers(
    write: &Write<'_>,
    sheet: &Sheet,
    map: &[String],
    today: NaiveDate,
    progress: &dyn Fn(usize),
) -> Result<Report> {
    let columns = Columns::find(CUSTOMER_FIELDS, sheet, map)?;
    columns.need("ref", "the customer's reference")?;
    let mut report = Report::default();
    let mut odd = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    sheet.each(
        |line, offset, cells| {
            report.read += 1;
            if report.read.is_multiple_of(1000) {
                progress(offset);
            }
            let read = read_row(&columns, line, cells).and_then(|row| match seen.insert(row.reference.clone(), line) {
                None => Ok(row),
                Some(first) => {
                    let message = format!("customer {} is in line {first} already", words::quote(&row.reference));
                    Err(vec![Problem::new(line, columns.heading(columns.place("ref").unwrap_or(0)), message)])
                }
            });
            match read {
                Ok(row) => take(write, &row, today, &mut report)?,
                Err(problems) => {
                    report.rejected += 1;
                    report.problems.extend(problems);
                }
            }
            Ok(())
        },
        |problem, _| odd.push(problem),
    )?;
    report.read += odd.len();
    report.rejected += odd.len();
    report.problems.append(&mut odd);
    report.problems.sort_by_key(|problem| problem.line);
    if !columns.unused().is_empty() {
        let names: Vec<String> = columns.unused().iter().map(|name| words::quote(name)).collect();
        report.warnings.push(format!("not taken: {}", words::list(&names)));
    }
    if report.added + report.changed > 0 {
        link_sales(write)?;
        household::regroup(write)?;
    }
    Ok(report)
}

/// Sales that came before their customer find them now.
fn link_sales(write: &Write<'_>) -> Result<()> {
    let sql = "UPDATE purchase SET customer_id = (SELECT c.id FROM customer c WHERE c.ref = purchase.ref) \
               WHERE customer_id IS NULL AND ref <> '' AND EXISTS (SELECT 1 FROM customer c WHERE c.ref = purchase.ref)";
    write.run(sql, params![]).map(|_| ())
}

fn read_row(columns: &Columns<'_>, line: usize, cells: &StringRecord) -> std::result::Result<Row, Vec<Problem>> {
    let mut problems = Vec::new();
    let cell = |field: &str| columns.place(field).and_then(|place| cells.get(place)).map_or("", str::trim);
    let heading = |field: &str| columns.place(field).map_or("", |place| columns.heading(place));
    let reference = clean(cell("ref"));
    if reference.is_empty() {
        problems.push(Problem::new(line, heading("ref"), "a customer without a reference"));
    }
    let texts: Vec<String> = TEXT_FIELDS.iter().map(|field| clean(cell(field))).collect();
    let mut wish = |field: &'static str| match consent(cell(field)) {
        Ok(wish) => wish,
        Err(message) => {
            problems.push(Problem::new(line, heading(field), message));
            None
        }
    };
    let (post, email) = (wish("post_consent"), wish("email_consent"));
    if problems.is_empty() {
        let tags = cell("tags").split([',', ';']).map(clean).filter(|tag| !tag.is_empty()).collect();
        Ok(Row { reference, texts, post, email, tags })
    } else {
        Err(problems)
    }
}

/// A cell without control characters and outer spaces. Line breaks inside become spaces.
fn clean(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.trim().to_owned()
}

/// What a wish says, in the words that exports use; an empty cell says nothing.
fn consent(text: &str) -> std::result::Result<Option<&'static str>, String> {
    match text.to_lowercase().as_str() {
        "" => Ok(None),
        "yes" | "y" | "true" | "1" | "subscribed" | "opted in" | "opt-in" => Ok(Some("yes")),
        "no" | "n" | "false" | "0" | "unsubscribed" | "opted out" | "opt-out" => Ok(Some("no")),
        "unknown" | "?" | "not subscribed" | "never subscribed" => Ok(Some("unknown")),
        _ => Err(format!("{} is not a wish: yes, no or unknown", words::quote(text))),
    }
}

/// Writes one row: a new card, or what is different on the old one.
fn take(write: &Write<'_>, row: &Row, today: NaiveDate, report: &mut Report) -> Result<()> {
    let sql =
        format!("SELECT id, post_consent, email_consent, {} FROM customer WHERE ref = ?1", TEXT_FIELDS.join(", "));
    let old = write.first(&sql, params![row.reference], |found| {
        let texts = (0..TEXT_FIELDS.len()).map(|index| found.get(index + 3)).collect::<Result<Vec<String>>>()?;
        Ok((found.get::<i64>(0)?, found.get::<String>(1)?, found.get::<String>(2)?, texts))
    })?;
    let (id, mut different, is_new, post, email) = match old {
        None => (insert(write, row)?, false, true, "unknown".to_owned(), "unknown".to_owned()),
        Some((id, post, email, texts)) => {
            let merged: Vec<&str> = row
                .texts
                .iter()
                .zip(&texts)
                .map(|(new, old)| if new.is_empty() { old.as_str() } else { new })
                .collect();
            let different = merged.iter().zip(&texts).any(|(new, old)| new != old);
            if different {
                update(write, id, &merged)?;
            }
            (id, different, false, post, email)
        }
    };
    for (channel, wish, before) in [("post", row.post, post), ("email", row.email, email)] {
        if let Some(wish) = wish.filter(|wish| *wish != before) {
            record_wish(write, id, channel, wish, today)?;
            different = true;
        }
    }
    for tag in &row.tags {
        let sql = "INSERT INTO customer_tag (customer_id, tag) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        different |= write.run(sql, params![id, tag])? > 0;
    }
    match (is_new, different) {
        (true, _) => report.added += 1,
        (false, true) => report.changed += 1,
        (false, false) => report.unchanged += 1,
    }
    Ok(())
}

fn insert(write: &Write<'_>, row: &Row) -> Result<i64> {
    let marks: Vec<String> = (2..TEXT_FIELDS.len() + 2).map(|n| format!("?{n}")).collect();
    let sql = format!(
        "INSERT INTO customer (ref, {}) VALUES (?1, {}) RETURNING id",
        TEXT_FIELDS.join(", "),
        marks.join(", ")
    );
    let values: Vec<Value<'_>> = std::iter::once(&row.reference).chain(&row.texts).map(ToValue::to_value).collect();
    let id: i64 = write.value(&sql, &values)?;
    write.run("UPDATE customer SET household_id = ?1 WHERE id = ?1", params![id])?;
    Ok(id)
}

fn update(write: &Write<'_>, id: i64, texts: &[&str]) -> Result<()> {
    let sets: Vec<String> = TEXT_FIELDS.iter().enumerate().map(|(n, field)| format!("{field} = ?{}", n + 2)).collect();
    let sql = format!("UPDATE customer SET {} WHERE id = ?1", sets.join(", "));
    let values: Vec<Value<'_>> = std::iter::once(Value::Int(id)).chain(texts.iter().map(ToValue::to_value)).collect();
    write.run(&sql, &values).map(|_| ())
}

/// Adds a wish to the record and makes it the one that counts.
fn record_wish(write: &Write<'_>, id: i64, channel: &str, wish: &str, today: NaiveDate) -> Result<()> {
    let sql = "INSERT INTO consent (customer_id, channel, state, on_day, source) VALUES (?1, ?2, ?3, ?4, 'import')";
    write.run(sql, params![id, channel, wish, today])?;
    let column = if channel == "post" { "post_consent" } else { "email_consent" };
    write.run(&format!("UPDATE customer SET {column} = ?2 WHERE id = ?1"), params![id, wish]).map(|_| ())
}
