//! Who to call today, and about what: open complaints, new customers, and the best customers who have not come for
//! long.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::customer_sales::{self, Complaint, CustomerSales, rank};
use super::day_span::DaySpan;
use crate::clock;
use crate::customers::{self, Customer, LastPurchase, Note};
use crate::domain::{CustomerId, NoteKind};
use crate::error::Result;
use crate::money::{Currency, Money};
use crate::store::{Read, Write};
use crate::text;
use crate::text::ago;

/// Customers are new for this many days after their first purchase.
const NEW_FOR: u64 = 7;
/// After a call about it, an open complaint returns to the list in this many days.
const COMPLAINT_RESTS: u64 = 7;
/// The best are the top fifth by sales in this many months.
const BEST_OF_MONTHS: u32 = 24;

/// Settings of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CallOptions {
    pub(crate) today: NaiveDate,
    pub(crate) limit: usize,
    /// The best are listed after this many days without a purchase or a call.
    pub(crate) quiet_days: u64,
}

/// Why a customer is on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CallReason {
    /// They have an open complaint.
    Complaint,
    /// They bought for the first time.
    FirstPurchase,
    /// One of the best, without a purchase or a call for long.
    Quiet,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CallEntry {
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) reason: CallReason,
    /// Why, in a sentence.
    pub(crate) why: String,
    /// Something to talk about.
    pub(crate) about: Vec<String>,
}

/// The list for a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CallList {
    pub(crate) today: NaiveDate,
    /// How many there would be without a limit.
    pub(crate) waiting: usize,
    /// Customers to call, in order.
    pub(crate) calls: Vec<CallEntry>,
}

/// Makes the list for a day.
pub(crate) fn calls(read: &Read<'_>, options: CallOptions, currency: Currency) -> Result<CallList> {
    let today = options.today;
    let mut who: Vec<(CustomerId, CallReason, String)> = Vec::new();
    // Customers who have died are skipped like those already listed.
    let mut seen: HashSet<CustomerId> = customer_sales::deceased(read)?;
    for complaint in customer_sales::complaints(read, today, clock::days_before(today, COMPLAINT_RESTS))? {
        let Complaint { customer_id, on, text } = complaint;
        let mut complaint = text;
        if seen.insert(customer_id) {
            if let Some(end) = complaint.strip_suffix('.') {
                complaint = end.to_owned();
            }
            who.push((customer_id, CallReason::Complaint, format!("complained {}: {complaint}", ago(on, today))));
        }
    }
    let window = DaySpan { from: Some(clock::months_before(today, BEST_OF_MONTHS)), as_of: today };
    let everybody = customer_sales::entries(read, window)?;
    let spoken = customer_sales::last_spoken(read, today)?;
    for entry in new_faces(&everybody, clock::days_before(today, NEW_FOR)) {
        let was_spoken_to = spoken.get(&entry.id).is_some_and(|on| *on >= entry.since);
        if !was_spoken_to && seen.insert(entry.id) {
            let why = format!("bought here for the first time {}", ago(entry.since, today));
            who.push((entry.id, CallReason::FirstPurchase, why));
        }
    }
    let quiet_since = clock::days_before(today, options.quiet_days);
    for entry in quiet(&everybody, |id| spoken.get(&id).copied(), quiet_since) {
        if seen.insert(entry.id) {
            let last = entry.latest.max(spoken.get(&entry.id).copied()).unwrap_or(entry.since);
            let why = format!(
                "one of your best, with {} in two years, last visit or call {}",
                currency.show_whole(entry.takings()),
                ago(last, today)
            );
            who.push((entry.id, CallReason::Quiet, why));
        }
    }
    let waiting = who.len();
    let calls =
        who.into_iter().take(options.limit).map(|(id, reason, why)| call(read, id, reason, why, today, currency));
    Ok(CallList { today, waiting, calls: calls.collect::<Result<_>>()? })
}

/// Customers whose first purchase is after a day, the newest last.
fn new_faces(everybody: &[CustomerSales], after: NaiveDate) -> Vec<&CustomerSales> {
    let mut new: Vec<&CustomerSales> =
        everybody.iter().filter(|entry| entry.since > after && entry.visits > 0).collect();
    new.sort_unstable_by_key(|entry| (entry.since, entry.place));
    new
}

/// The best customers without a purchase or a call since a day, the best first.
fn quiet(
    everybody: &[CustomerSales],
    spoken: impl Fn(CustomerId) -> Option<NaiveDate>,
    since: NaiveDate,
) -> Vec<CustomerSales> {
    let mut ranked = rank(everybody);
    ranked.truncate(ranked.len().div_ceil(5));
    let quiet = |entry: &CustomerSales| entry.latest.max(spoken(entry.id)).is_none_or(|last| last < since);
    ranked.retain(|entry| entry.takings() > Money(0) && quiet(entry));
    ranked
}

/// Collects what there is to talk about.
fn call(
    read: &Read<'_>,
    id: CustomerId,
    reason: CallReason,
    why: String,
    today: NaiveDate,
    currency: Currency,
) -> Result<CallEntry> {
    let card = customers::by_id(read, id)?;
    let mut about = Vec::new();
    if let Some(last) = customers::last_purchases(read, id, today, 1)?.first() {
        about.push(bought(last, today, currency));
    }
    if !card.spouse.is_empty() {
        about.push(format!("married to {}", card.spouse));
    }
    if let Some((key, value)) = customers::preferences(read, id)?.into_iter().next() {
        about.push(format!("{key}: {value}"));
    }
    if about.is_empty() && !card.notes.is_empty() {
        about.push(card.notes.clone());
    }
    let name = card.name();
    let Customer { reference, phone, email, .. } = card;
    Ok(CallEntry { reference, name, phone, email, reason, why, about })
}

/// `bought a linen shirt for $89.00, three weeks ago`.
fn bought(last: &LastPurchase, today: NaiveDate, currency: Currency) -> String {
    let (amount, when) = (currency.show(last.amount), ago(last.on, today));
    if last.item.is_empty() {
        format!("last bought for {amount}, {when}")
    } else {
        format!("last bought {} ({amount} in all), {when}", last.item)
    }
}

/// Records a call, which takes a customer off the list; returns whether they still have an open complaint.
///
/// # Errors
/// When there is no such customer.
pub(crate) fn note_call(
    write: &Write<'_>,
    reference: &str,
    text: Option<&str>,
    today: NaiveDate,
) -> Result<(Customer, bool)> {
    let card = customers::by_ref(write, reference)?;
    customers::add_note(write, card.id, today, NoteKind::Call, text.unwrap_or("spoken to, from the list of calls"), 0)?;
    let open = customers::notes(write, card.id)?.iter().any(Note::is_open);
    Ok((card, open))
}

/// The list as a page of text.
pub(crate) fn calls_table(list: &CallList) -> String {
    if list.calls.is_empty() {
        return "No one is waiting for a call today.\n".to_owned();
    }
    let mut text = String::new();
    let mut heading = None;
    for call in &list.calls {
        if heading != Some(call.reason) {
            if heading.is_some() {
                text.push('\n');
            }
            heading = Some(call.reason);
            text.push_str(match call.reason {
                CallReason::Complaint => "Open complaints\n",
                CallReason::FirstPurchase => "New this week\n",
                CallReason::Quiet => "No visit or call for long\n",
            });
        }
        let reach = [call.phone.as_str(), call.email.as_str()].into_iter().find(|reach| !reach.is_empty());
        text.push_str(&format!(
            "  {} ({}){}\n      {}\n",
            call.name,
            call.reference,
            reach.map(|reach| format!(" · {reach}")).unwrap_or_default(),
            call.why
        ));
        if !call.about.is_empty() {
            text.push_str(&format!("      {}\n", call.about.join("; ")));
        }
    }
    let more = list.waiting - list.calls.len();
    if more > 0 {
        text.push_str(&format!("\n{} more; --limit N shows them.\n", text::thousands(more)));
    }
    text.push_str("\nDone with one: regulars calls --done REF\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insights::customer_sales::tests::entry;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("day")
    }

    #[test]
    fn the_best_are_called_when_neither_seen_nor_spoken_to() {
        let everybody: Vec<CustomerSales> = (1..=5)
            .map(|id| CustomerSales {
                latest: Some(day("1989-03-01")),
                ..entry(id, 1000 - i64::try_from(id).expect("small"))
            })
            .collect();
        for (spoken, since, expected) in [
            (None, "1989-06-01", vec![1]),
            (None, "1989-03-01", vec![]),
            (Some("1989-02-01"), "1989-06-01", vec![1]),
            (Some("1989-06-02"), "1989-06-01", vec![]),
        ] {
            let found = quiet(&everybody, |_| spoken.map(day), day(since));
            assert_eq!(found.iter().map(|entry| entry.id.0).collect::<Vec<_>>(), expected, "{spoken:?} {since}");
        }
    }

    #[test]
    fn a_purchase_is_told_in_words() {
        let usd = Currency::of("USD").expect("known");
        let last = LastPurchase { on: day("1989-03-01"), item: "a tweed jacket".into(), amount: Money(34_500) };
        let text = bought(&last, day("1989-03-22"), usd);
        assert_eq!(text, "last bought a tweed jacket ($345.00 in all), three weeks ago");
        let bare = LastPurchase { item: String::new(), ..last };
        assert_eq!(bought(&bare, day("1989-03-02"), usd), "last bought for $345.00, yesterday");
    }
}
