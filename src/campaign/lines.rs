//! The personal lines of a plan: a sheet with each recipient's card and an empty line, and reading it back.
//!
//! A line and a manually chosen signer belong to one frozen piece. They are stored with a timestamp next to the plan,
//! which they do not change, and its templates get them as `personal_line` and `signer`; see `recipient`.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use serde::Serialize;

use super::planned::Planned;
use super::recipient::{self, Recipient};
use crate::customers::{self, CustomerField, Note};
use crate::domain::{Arm, CampaignState, RecipientId};
use crate::error::{Error, Result};
use crate::import::{Columns, Field, ImportSheet};
use crate::money::Currency;
use crate::store::{Read, Write, params};
use crate::text;
use crate::text::ago;
use crate::text::csv::{self, CsvTable};

/// The columns that are read back; the others are for information.
const FIELDS: &[Field] = &[
    ("ref", &["ref"]),
    ("number", &["number"]),
    ("name", &["name"]),
    ("personal_line", &["personalline"]),
    ("signer", &["signer"]),
];

const HEADER: &str = "number ref name last_visit last_purchases spouse children taste \
                      open_complaint last_contact personal_line signer";

/// How many purchases are listed in a row.
const PURCHASES: usize = 3;

/// A personal line and a signer; either may be empty.
type ByHand = (String, String);

/// What was read from a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct TakenLines {
    /// Personal lines in the sheet.
    pub(crate) lines: usize,
    /// Signers in the sheet.
    pub(crate) signers: usize,
    /// Recipients who have a line or signer now, and had none.
    pub(crate) added: Vec<String>,
    /// Recipients whose line or signer is different now.
    pub(crate) changed: Vec<String>,
    /// Recipients who had one and have none now.
    pub(crate) removed: Vec<String>,
}

/// Recipients in posting order, without those who were forgotten.
fn written_to(read: &Read<'_>, planned: &Planned) -> Result<Vec<Recipient>> {
    let all = recipient::recipients(read, planned.id)?;
    Ok(all.into_iter().filter(|r| r.arm == Arm::Mailed && r.number.is_some()).collect())
}

/// The sheet to fill in: a row for each recipient with the card and the lines written so far.
pub(crate) fn lines_sheet(
    read: &Read<'_>,
    planned: &Planned,
    currency: Currency,
    today: NaiveDate,
) -> Result<(usize, Vec<u8>)> {
    let own = by_hand(read, planned)?;
    let recipients = written_to(read, planned)?;
    let mut table = CsvTable::marked(HEADER.split(' '));
    for recipient in &recipients {
        let (line, signer) = own.get(&recipient.id).cloned().unwrap_or_default();
        let known = known(read, recipient, currency, today)?;
        let number = recipient.number.unwrap_or_default().to_string();
        let texts = [number, recipient.reference.clone(), recipient.name.clone()];
        table.row(texts.into_iter().chain(known).chain([line, signer]));
    }
    Ok((recipients.len(), table.text().into_bytes()))
}

/// What the book has about a recipient, as a short text for the owner.
fn known(read: &Read<'_>, recipient: &Recipient, currency: Currency, today: NaiveDate) -> Result<[String; 7]> {
    let Some(customer) = customers::resolve_ref(read, &recipient.reference)? else { return Ok(Default::default()) };
    let card = customers::card(read, &customers::by_id(read, customer)?, today)?;
    let bought = card.purchases.iter().take(PURCHASES).map(|one| {
        let what = if one.item.is_empty() { String::new() } else { format!("{}, ", one.item) };
        format!("{what}{}, {}", currency.show(one.amount), ago(one.on, today))
    });
    let bought = bought.collect::<Vec<_>>().join("; ");
    let is_child = |key: &str| key.to_lowercase().starts_with("child");
    let likes = |children: bool| {
        let wanted = card.preferences.iter().filter(|(key, _)| is_child(key) == children);
        let preferences = wanted.map(|(key, value)| if children { value.clone() } else { format!("{key}: {value}") });
        preferences.collect::<Vec<_>>().join("; ")
    };
    let note_text = |note: Option<&Note>| {
        note.map(|note| format!("{} {}: {}", note.kind, ago(note.on, today), note.text)).unwrap_or_default()
    };
    Ok([
        card.last_visit_ago.clone().unwrap_or_default(),
        bought,
        card.fields.get(&CustomerField::Spouse).cloned().unwrap_or_default(),
        likes(true),
        likes(false),
        note_text(card.open_complaints.first()),
        note_text(card.contacts.first()),
    ])
}

/// Line and signer, by recipient ID.
fn by_hand(read: &Read<'_>, planned: &Planned) -> Result<HashMap<RecipientId, ByHand>> {
    let sql = "SELECT p.recipient_id, p.line, p.signer FROM personal_line p JOIN recipient r ON r.id = p.recipient_id \
               WHERE r.campaign_id = ?1";
    Ok(read.all(sql, params![planned.id], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?.into_iter().collect())
}

/// Reads the sheet back: every row replaces what its recipient had, and an empty cell removes it. All rows are stored
/// or none.
///
/// # Errors
/// When the campaign was sent; when a column is missing; with every row that belongs to no recipient, by line.
pub(crate) fn take_lines(
    write: &Write<'_>,
    planned: &Planned,
    sheet: &ImportSheet,
    now: NaiveDateTime,
) -> Result<TakenLines> {
    if planned.state == CampaignState::Posted || planned.state == CampaignState::Closed {
        let slug = text::quote(&planned.slug);
        return Err(Error::new(format!("{slug} was mailed: a line written now would reach no one"))
            .hint("write it in the next campaign, or note it on the card: `regulars customer note REF TEXT`"));
    }
    let before = by_hand(write, planned)?;
    let recipients = written_to(write, planned)?;
    let mut outcome = TakenLines::default();
    for (one, line, signer) in rows(planned, sheet, &recipients)? {
        let old = before.get(&one.id).cloned().unwrap_or_default();
        let new = (line, signer.unwrap_or_else(|| old.1.clone()));
        outcome.lines += usize::from(!new.0.is_empty());
        outcome.signers += usize::from(!new.1.is_empty());
        if old == new {
            continue;
        }
        keep(write, one.id, &new, now)?;
        let list = match (old == ByHand::default(), new == ByHand::default()) {
            (true, _) => &mut outcome.added,
            (_, true) => &mut outcome.removed,
            _ => &mut outcome.changed,
        };
        list.push(format!("{} ({})", one.name, text::quote(&one.reference)));
    }
    Ok(outcome)
}

/// The rows of a sheet: recipient, line, and signer if there is such a column.
fn rows<'r>(
    planned: &Planned,
    sheet: &ImportSheet,
    recipients: &'r [Recipient],
) -> Result<Vec<(&'r Recipient, String, Option<String>)>> {
    let columns = Columns::find(FIELDS, sheet, &[])?;
    if columns.place("ref").is_none() || columns.place("personal_line").is_none() {
        return Err(Error::new("the columns `ref` and `personal_line` are not both there")
            .at(1)
            .hint(format!("use the sheet that `regulars note-lines {}` writes", planned.slug)));
    }
    let finder = Finder::of(recipients);
    let (mut rows, mut faults, mut seen) = (Vec::new(), Vec::new(), HashMap::new());
    sheet.each(|row| {
        let at = row.line;
        if let Some(fault) = &row.fault {
            faults.push((at, fault.message.clone()));
            return Ok(());
        }
        let cell = |field: &str| columns.place(field).and_then(|place| row.cells.get(place)).map(plain);
        let text_of = |field: &str| cell(field).unwrap_or_default();
        let named = text_of("ref");
        match finder.find(&named, &text_of("number"), &text_of("name")) {
            Some(one) => match seen.insert(one.id, at) {
                Some(first) => faults.push((at, format!("{} is in line {first} already", text::quote(&named)))),
                None => rows.push((one, text_of("personal_line"), cell("signer"))),
            },
            None => {
                let slug = text::quote(&planned.slug);
                faults.push((at, format!("{} is not a recipient of {slug}", text::quote(&named))));
            }
        }
        Ok(())
    })?;
    let hint = format!("remove these rows; `regulars recipients {}` lists the recipients", planned.slug);
    let faults = faults.into_iter().map(|(at, message)| Error::new(message).at(at).hint(hint.clone()));
    Error::all(faults.collect()).map_or(Ok(rows), Err)
}

fn keep(write: &Write<'_>, recipient: RecipientId, (line, signer): &ByHand, now: NaiveDateTime) -> Result<()> {
    if line.is_empty() && signer.is_empty() {
        return forget(write, recipient);
    }
    let sql = "INSERT INTO personal_line (recipient_id, line, signer, written_at) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT (recipient_id) DO UPDATE SET line = excluded.line, signer = excluded.signer, \
               written_at = excluded.written_at";
    write.run(sql, params![recipient, line, signer, now]).map(|_| ())
}

/// Removes the line of a recipient.
pub(super) fn forget(write: &Write<'_>, recipient: RecipientId) -> Result<()> {
    write.run("DELETE FROM personal_line WHERE recipient_id = ?1", params![recipient]).map(|_| ())
}

/// Copies the lines to the plan that replaces another; returns those without a recipient there.
pub(super) fn hand_on(write: &Write<'_>, from: &Planned, to: &Planned) -> Result<Vec<String>> {
    let sql = "INSERT INTO personal_line (recipient_id, line, signer, written_at) \
               SELECT n.id, p.line, p.signer, p.written_at FROM personal_line p \
               JOIN recipient o ON o.id = p.recipient_id JOIN recipient n ON n.ref = o.ref AND n.arm = ?3 \
               WHERE o.campaign_id = ?1 AND n.campaign_id = ?2";
    write.run(sql, params![from.id, to.id, Arm::Mailed])?;
    let sql = "SELECT o.name, o.ref FROM personal_line p JOIN recipient o ON o.id = p.recipient_id \
               LEFT JOIN recipient n ON n.ref = o.ref AND n.arm = ?3 AND n.campaign_id = ?2 \
               WHERE o.campaign_id = ?1 AND n.id IS NULL ORDER BY o.ref";
    write.all(sql, params![from.id, to.id, Arm::Mailed], |row| {
        Ok(format!("{} ({})", row.get::<String>(0)?, text::quote(&row.get::<String>(1)?)))
    })
}

/// Finds recipients by the reference in a sheet, even after a spreadsheet has turned it into a number.
struct Finder<'r> {
    by_ref: HashMap<&'r str, &'r Recipient>,
    by_place: HashMap<(String, String), &'r Recipient>,
}

impl<'r> Finder<'r> {
    fn of(recipients: &'r [Recipient]) -> Self {
        let place = |r: &Recipient| (r.number.unwrap_or_default().to_string(), plain(&r.name));
        Self {
            by_ref: recipients.iter().map(|r| (r.reference.as_str(), r)).collect(),
            by_place: recipients.iter().map(|r| (place(r), r)).collect(),
        }
    }

    fn find(&self, reference: &str, number: &str, name: &str) -> Option<&'r Recipient> {
        let by_place = || self.by_place.get(&(number.to_owned(), name.to_owned()));
        self.by_ref.get(reference).or_else(by_place).copied()
    }
}

/// A cell without control characters, outer spaces, and the `'` that prevents formulas.
fn plain(cell: &str) -> String {
    csv::live(text::plain(cell).trim()).to_owned()
}
