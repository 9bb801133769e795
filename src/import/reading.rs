//! How a file is read: its dialect, its columns, and its references.

use std::borrow::Cow;

use csv::StringRecord;

use super::cells;
use super::columns::{ADDRESS_FIELDS, AddressColumns, BOX, Columns, EMAIL, PHONE};
use super::days::DayOrder;
use super::dialect::{Dialect, ImportKind};
use super::left_out::LeftOut;
use super::order_states::{self, OrderColumns};
use super::sheet::{ImportSheet, SheetRow};
use super::survey::Survey;
use super::zones::DayZones;
use super::{ImportReport, RowProblem};
use crate::clock::TimeZone;
use crate::customers::{self, CustomerField};
use crate::domain::{EmailAddress, email_key};
use crate::error::Result;
use crate::money::DecimalSeparator;
use crate::text::heading_key;

/// Files with more bytes are handled as a first import of years of data.
pub(super) const LARGE: usize = 1 << 20;

/// The owner's options for a file.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ImportOptions<'w> {
    /// `--from`: the dialect, instead of the one that its headings show.
    pub(crate) from: Option<&'w str>,
    /// `--map`: `FIELD=COLUMN`.
    pub(crate) map: &'w [String],
    /// `--date-order`: which comes first in `03/04/1989`.
    pub(crate) day_order: Option<DayOrder>,
    /// `--decimal`: the separator before the cents in `1.149`.
    pub(crate) decimal: Option<DecimalSeparator>,
    /// The shop's.
    pub(crate) timezone: TimeZone,
}

/// How a file is read.
#[derive(Debug)]
pub(crate) struct ImportPlan<'s> {
    pub(super) sheet: &'s ImportSheet,
    pub(crate) dialect: &'static Dialect,
    pub(super) columns: Columns<'s>,
    pub(super) day_order: Option<DayOrder>,
    pub(super) decimal: Option<DecimalSeparator>,
    /// The time zones of purchases.
    pub(super) zones: DayZones,
    /// An amount in only the first line of a receipt is that of the whole: its heading is that of totals, and lines
    /// have prices.
    pub(super) has_order_total: bool,
    /// The columns that show whether an order counts.
    pub(super) orders: OrderColumns,
    /// The addresses in a file of customers, the best first; never empty.
    pub(super) addresses: Vec<AddressColumns<'s>>,
    left_out: Option<&'s LeftOut>,
    known_by: KnownBy,
}

/// How the next import identifies a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KnownBy {
    /// A column of references.
    Reference,
    /// Their email, else their phone; if both are missing, the name and the address.
    Contact,
    /// The name and the address, because the file has nothing else.
    NameAndAddress,
}

impl<'s> ImportPlan<'s> {
    /// Recognizes a file.
    ///
    /// # Errors
    /// When there is no such dialect, or a required column is missing.
    pub(crate) fn of(sheet: &'s ImportSheet, kind: ImportKind, wishes: ImportOptions<'_>) -> Result<Self> {
        let dialect = match wishes.from {
            Some(name) => Dialect::named(name, sheet.header(), kind)?,
            None => Dialect::recognise(sheet.header(), kind, sheet.is_cards())?,
        };
        let columns_with = |more: Option<(&'static str, &'static [&'static str])>| {
            let fields = dialect.columns(kind).iter().chain(dialect.others(kind));
            let fields = fields.map(|(name, columns)| (*name, columns.as_slice()));
            Columns::of(kind.fields(), fields.chain(more), sheet, wishes.map)
        };
        let mut columns = columns_with(None)?;
        // A refund is recognized by its heading in every file, unless the amounts already have it subtracted.
        if kind == ImportKind::Purchases && !order_states::is_net(columns.heading_of("amount")) {
            columns = columns_with(Some(("less", order_states::refund_headings())))?;
        }
        let orders = match kind {
            ImportKind::Purchases => OrderColumns::of(sheet.header(), &columns),
            ImportKind::Customers => OrderColumns::default(),
        };
        let amount_key = heading_key(columns.heading_of("amount"));
        let is_total = amount_key.contains("total") || amount_key.contains("gesamt");
        let is_of_line = ["line", "item", "position"].iter().any(|word| amount_key.contains(word));
        let has_order_total = is_total && !is_of_line && columns.pick("unit_price").is_there();
        let by_email = heading_key(columns.heading_of("ref")).contains("mail");
        let contact = |field| columns.pick(field).is_there();
        let addresses = addresses(&columns, dialect, kind, sheet, wishes.map)?;
        let known_by = if by_email || columns.place("ref").is_none() && (contact(EMAIL) || contact(PHONE)) {
            KnownBy::Contact
        } else if columns.place("ref").is_none() && has_name_and_address(&columns, &addresses) {
            KnownBy::NameAndAddress
        } else {
            columns.need("ref", "the customer's reference")?;
            KnownBy::Reference
        };
        if kind == ImportKind::Purchases {
            columns.need("on", "the day of the purchase")?;
            if columns.place("amount").is_none() {
                columns.need("unit_price", "an amount or a price")?;
            }
        }
        let day_order = wishes.day_order.or(dialect.quirks.day_order);
        let (decimal, zones) = (wishes.decimal, DayZones::of(wishes.timezone, columns.heading_of("on")));
        Ok(Self {
            sheet,
            dialect,
            columns,
            day_order,
            decimal,
            zones,
            orders,
            has_order_total,
            addresses,
            left_out: None,
            known_by,
        })
    }

    /// The same, writing out rows that cannot be imported.
    #[must_use]
    pub(crate) fn writing_out(self, left_out: Option<&'s LeftOut>) -> Self {
        Self { left_out, ..self }
    }

    /// Leaves out a row, with its errors.
    pub(super) fn leave_out(
        &self,
        report: &mut ImportReport,
        row: &SheetRow<'_>,
        problems: Vec<RowProblem>,
    ) -> Result<()> {
        if let Some(left_out) = self.left_out {
            left_out.row(row.line, row.cells, &problems)?;
        }
        report.reject(problems);
        Ok(())
    }

    /// Answers questions about the whole file.
    pub(super) fn survey(&self) -> Survey<'_> {
        Survey::new(self.sheet, &self.columns, &self.addresses)
    }

    pub(super) fn has_street_column(&self) -> bool {
        self.addresses.iter().any(|address| address.columns.pick(STREET).is_there())
    }

    pub(crate) fn known_by(&self) -> KnownBy {
        self.known_by
    }

    /// Headings that no field uses.
    pub(super) fn not_taken(&self) -> Vec<&str> {
        let of_addresses: Vec<Vec<&str>> = self.addresses.iter().map(|one| one.columns.unused()).collect();
        let unused = self.columns.unused().into_iter();
        unused.filter(|heading| of_addresses.iter().all(|unused| unused.contains(heading))).collect()
    }

    /// Headings of purchases that are not used.
    pub(super) fn purchase_columns_not_taken(&self) -> Vec<&str> {
        let header = self.sheet.header();
        let is_read = |place: usize| self.columns.takes(place) || self.orders.read(place);
        let unread = (0..header.len()).filter(|place| !is_read(*place)).map(|place| self.columns.heading(place));
        unread.filter(|heading| !heading.is_empty() && !self.dialect.quirks.reads(heading)).collect()
    }

    /// The heading for errors of the reference.
    pub(super) fn reference_heading(&self) -> &str {
        let fields = ["ref", EMAIL, PHONE];
        fields.into_iter().map(|field| self.columns.heading_of(field)).find(|heading| !heading.is_empty()).unwrap_or("")
    }

    /// The reference in a row.
    pub(super) fn reference<'r>(&self, row: &'r StringRecord, survey: &Survey<'_>) -> Result<Cow<'r, str>> {
        if self.known_by == KnownBy::Reference {
            return self.id("ref", row, survey);
        }
        let email = self.email_reference(row);
        let (email, _) = cells::email_of(&email);
        if email.is_empty() { self.phone_reference(row, survey) } else { Ok(Cow::Owned(email_key(&email))) }
    }

    /// The same for a customer; an invalid email does not identify one.
    pub(super) fn customer_reference<'r>(&self, row: &'r StringRecord, survey: &Survey<'_>) -> Result<Cow<'r, str>> {
        let is_none =
            self.known_by == KnownBy::Contact && !EmailAddress::is_one(&cells::email_of(&self.email_reference(row)).0);
        if is_none { self.phone_reference(row, survey) } else { self.reference(row, survey) }
    }

    fn phone_reference<'r>(&self, row: &'r StringRecord, survey: &Survey<'_>) -> Result<Cow<'r, str>> {
        let phone = self.id(PHONE, row, survey)?;
        Ok(Cow::Owned(customers::dialled(cells::first_of(&phone, &cells::BETWEEN_VALUES).0)))
    }

    /// The email cell used as the reference.
    fn email_reference<'r>(&self, row: &'r StringRecord) -> Cow<'r, str> {
        self.columns.pick(if self.columns.place("ref").is_some() { "ref" } else { EMAIL }).of(row)
    }

    /// The reference that earlier versions made of an email such as `Lou <lou@example.com>`, if different.
    pub(super) fn former_reference(&self, row: &StringRecord, reference: &str) -> Option<String> {
        if self.known_by != KnownBy::Contact {
            return None;
        }
        let cell = self.email_reference(row);
        if !cell.contains('@') || EmailAddress::is_one(&cell) {
            return None;
        }
        let former = email_key(cells::first_of(&cell, &cells::BETWEEN_VALUES).0);
        (former.contains('@') && former != reference).then_some(former)
    }

    /// The cell under a heading of the export that is not a field.
    pub(super) fn cell<'r>(&self, heading: &str, row: &'r StringRecord) -> &'r str {
        let place = self.sheet.header().iter().position(|known| known.eq_ignore_ascii_case(heading));
        place.and_then(|place| row.get(place)).unwrap_or("")
    }

    /// An identifier, without what spreadsheets add to it.
    pub(super) fn id<'r>(&self, field: &str, row: &'r StringRecord, survey: &Survey<'_>) -> Result<Cow<'r, str>> {
        id_of(&self.columns, field, row, survey)
    }
}

/// The same for other columns.
pub(super) fn id_of<'r>(
    columns: &Columns<'_>,
    field: &str,
    row: &'r StringRecord,
    survey: &Survey<'_>,
) -> Result<Cow<'r, str>> {
    let cell = columns.pick(field).of(row);
    let bare = cells::unquoted(&cell);
    let bare = match cells::without_point_zero(bare) {
        Some(digits) if survey.point_zero(field)? => digits,
        _ => bare,
    };
    Ok(if bare.len() == cell.len() { cell } else { Cow::Owned(bare.to_owned()) })
}

/// The addresses of a file: that of unnamed columns, and those of the dialect that have a street or a box.
fn addresses<'s>(
    columns: &Columns<'s>,
    dialect: &'static Dialect,
    kind: ImportKind,
    sheet: &'s ImportSheet,
    map: &[String],
) -> Result<Vec<AddressColumns<'s>>> {
    if kind == ImportKind::Purchases {
        return Ok(Vec::new());
    }
    let mut found = vec![AddressColumns { name: "", columns: columns.of_fields(ADDRESS_FIELDS) }];
    for address in dialect.addresses.iter().chain(dialect.plain_addresses()) {
        let fields = address.columns.iter().map(|(name, columns)| (*name, columns.as_slice()));
        let columns = Columns::of(ADDRESS_FIELDS, fields, sheet, &[])?;
        if has_street(&columns) {
            found.push(AddressColumns { name: address.name, columns });
        }
    }
    // A column without an address name, or set by the owner, belongs to all addresses.
    let is_said = |field: &str| map.iter().any(|said| said.split('=').next().is_some_and(|name| name.trim() == field));
    if found.len() > 1 && !has_street(&found[0].columns) {
        let of_all = found.remove(0).columns;
        for address in &mut found {
            address.columns.complete(&of_all, is_said);
        }
    }
    Ok(found)
}

fn has_street(columns: &Columns<'_>) -> bool {
    [STREET, BOX].into_iter().any(|field| columns.pick(field).is_there())
}

/// Whether a list has what a letter needs, which then identifies people.
fn has_name_and_address(columns: &Columns<'_>, addresses: &[AddressColumns<'_>]) -> bool {
    let names = [CustomerField::LastName, CustomerField::FullName, CustomerField::FirstName, CustomerField::Company];
    names.iter().any(|field| columns.pick(field.as_str()).is_there())
        && addresses.iter().any(|address| has_street(&address.columns))
}

const STREET: &str = CustomerField::Street.as_str();
