//! The fields and functions of a segment, as tables for the checker.

use std::fmt;

use crate::customers::{HAS_EMAIL, IS_UNDELIVERABLE};
use crate::domain::Response;

/// The kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// True or false.
    YesNo,
    /// Text; absent text is the empty text.
    Text,
    /// A day, which can be absent.
    Date,
    /// An amount in the shop's currency.
    Money,
    /// A whole number.
    Whole,
    /// A number with a fraction.
    Number,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::YesNo => "a condition",
            Self::Text => "text",
            Self::Date => "a date",
            Self::Money => "money",
            Self::Whole => "a whole number",
            Self::Number => "a number",
        })
    }
}

/// One field of the language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SegmentField {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(super) source: Source,
}

/// One function of the language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SegmentFunction {
    pub(crate) name: &'static str,
    /// As typed: `has_tag('vip')`.
    pub(crate) shape: &'static str,
    /// The kind of its result.
    pub(crate) kind: Kind,
}

/// Where a field comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// An expression over the customer's own row, `c`.
    Customer(&'static str),
    /// The country, which has a code.
    Country,
    /// Aggregated over purchases, in the months up to the day, or over all of them.
    Purchases(Measure, Option<u32>),
    /// Aggregated over contact notes.
    Contacts(Contact, Option<u32>),
    /// The response to the campaign that this one follows.
    Followed(Answer),
    /// A list, which only a function can test.
    Tags,
}

/// What is aggregated over purchases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Spend,
    Visits,
    Returns,
    Average,
    First,
    Last,
}

/// What is aggregated over contact notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contact {
    OpenComplaint,
    Last,
    Minutes,
}

/// What is asked about a customer's part in a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Text,
    Invited,
    Redeemed,
    NotRedeemed,
    Undeliverable,
    HeldOut,
    On,
    Spend,
    Years,
    YearsMissed,
}

pub(super) fn field(name: &str) -> Option<&'static SegmentField> {
    FIELDS.iter().find(|field| field.name.eq_ignore_ascii_case(name))
}

pub(super) fn function(name: &str) -> Option<&'static SegmentFunction> {
    FUNCTIONS.iter().find(|function| function.name.eq_ignore_ascii_case(name))
}

const fn own(name: &'static str, kind: Kind, sql: &'static str) -> SegmentField {
    SegmentField { name, kind, source: Source::Customer(sql) }
}

const fn bought(name: &'static str, kind: Kind, measure: Measure, months: Option<u32>) -> SegmentField {
    SegmentField { name, kind, source: Source::Purchases(measure, months) }
}

const fn note(name: &'static str, kind: Kind, what: Contact, months: Option<u32>) -> SegmentField {
    SegmentField { name, kind, source: Source::Contacts(what, months) }
}

const fn answered(name: &'static str, kind: Kind, answer: Answer) -> SegmentField {
    SegmentField { name, kind, source: Source::Followed(answer) }
}

/// The column of references.
pub(super) const REF: &str = "c.ref";

macro_rules! day {
    () => {
        "CAST(SUBSTR(c.birthday, 9, 2) AS INTEGER)"
    };
}
macro_rules! month {
    () => {
        "CAST(SUBSTR(c.birthday, 6, 2) AS INTEGER)"
    };
}
/// Since 4801 BC, from March to February.
macro_rules! year {
    () => {
        concat!("(CAST(SUBSTR(c.birthday, 1, 4) AS INTEGER) + 4800 - (14 - ", month!(), ") / 12)")
    };
}

const FULL_NAME: &str =
    "CASE WHEN c.full_name <> '' THEN c.full_name ELSE TRIM(c.first_name || ' ' || c.last_name) END";

/// The day number of a birthday with a year; the Gregorian calendar in whole numbers.
pub(super) const BIRTHDAY: &str = concat!(
    "CASE WHEN c.birthday LIKE '____-__-__' THEN ",
    day!(),
    " + (153 * (",
    month!(),
    " + (14 - ",
    month!(),
    ") / 12 * 12 - 3) + 2) / 5 + 365 * ",
    year!(),
    " + ",
    year!(),
    " / 4 - ",
    year!(),
    " / 100 + ",
    year!(),
    " / 400 - 2472633 END"
);

/// The month of a birthday.
pub(super) const BIRTH_MONTH: &str = "CASE WHEN c.birthday LIKE '____-__-__' THEN CAST(SUBSTR(c.birthday, 6, 2) AS INTEGER) \
     WHEN c.birthday LIKE '--____' OR c.birthday LIKE '--__-__' THEN CAST(SUBSTR(c.birthday, 3, 2) AS INTEGER) END";

/// Month and day of a birthday, `11-05`; NULL without one.
pub(super) const BIRTH_DAY: &str = "CASE WHEN c.birthday LIKE '____-__-__' THEN SUBSTR(c.birthday, 6, 5) \
     WHEN c.birthday LIKE '--__-__' THEN SUBSTR(c.birthday, 3, 5) \
     WHEN c.birthday LIKE '--____' THEN SUBSTR(c.birthday, 3, 2) || '-' || SUBSTR(c.birthday, 5, 2) ELSE '' END";

/// All fields, in the order of the manual.
pub(super) const FIELDS: &[SegmentField] = &[
    own("ref", Kind::Text, REF),
    own("first_name", Kind::Text, "c.first_name"),
    own("last_name", Kind::Text, "c.last_name"),
    own("full_name", Kind::Text, FULL_NAME),
    own("spouse", Kind::Text, "c.spouse"),
    own("company", Kind::Text, "c.company"),
    own("city", Kind::Text, "c.city"),
    own("state", Kind::Text, "c.state"),
    own("postcode", Kind::Text, "c.postcode"),
    SegmentField { name: "country", kind: Kind::Text, source: Source::Country },
    own("email", Kind::Text, "c.email"),
    own("phone", Kind::Text, "c.phone"),
    own("birthday", Kind::Date, BIRTHDAY),
    own("birthday_month", Kind::Whole, BIRTH_MONTH),
    own("has_email", Kind::YesNo, HAS_EMAIL),
    own("has_address", Kind::YesNo, "(c.street <> '' OR c.street2 <> '') AND (c.city <> '' OR c.postcode <> '')"),
    own("deceased", Kind::YesNo, "c.deceased <> 0"),
    own("moved", Kind::YesNo, "c.moved <> 0"),
    own("undeliverable_address", Kind::YesNo, IS_UNDELIVERABLE),
    SegmentField { name: "tags", kind: Kind::Text, source: Source::Tags },
    bought("spend_12m", Kind::Money, Measure::Spend, Some(12)),
    bought("spend_24m", Kind::Money, Measure::Spend, Some(24)),
    bought("spend_ever", Kind::Money, Measure::Spend, None),
    bought("visits_12m", Kind::Whole, Measure::Visits, Some(12)),
    bought("visits_24m", Kind::Whole, Measure::Visits, Some(24)),
    bought("visits_ever", Kind::Whole, Measure::Visits, None),
    bought("average_purchase", Kind::Money, Measure::Average, None),
    bought("first_purchase", Kind::Date, Measure::First, None),
    bought("last_purchase", Kind::Date, Measure::Last, None),
    bought("returns_12m", Kind::Whole, Measure::Returns, Some(12)),
    note("open_complaint", Kind::YesNo, Contact::OpenComplaint, None),
    note("last_contact", Kind::Date, Contact::Last, None),
    note("minutes_12m", Kind::Whole, Contact::Minutes, Some(12)),
    answered(Response::Redeemed.as_str(), Kind::YesNo, Answer::Redeemed),
    answered(Response::NotRedeemed.as_str(), Kind::YesNo, Answer::NotRedeemed),
    answered(Response::Undeliverable.as_str(), Kind::YesNo, Answer::Undeliverable),
    answered(Response::HeldOut.as_str(), Kind::YesNo, Answer::HeldOut),
    answered("redeemed_on", Kind::Date, Answer::On),
    answered("gift_spend", Kind::Money, Answer::Spend),
    answered("years_running", Kind::Whole, Answer::Years),
    answered("years_missed", Kind::Whole, Answer::YearsMissed),
];

const fn call(name: &'static str, shape: &'static str, kind: Kind) -> SegmentFunction {
    SegmentFunction { name, shape, kind }
}

/// All functions, in the order of the manual.
pub(super) const FUNCTIONS: &[SegmentFunction] = &[
    call("has_tag", "has_tag('vip')", Kind::YesNo),
    call("bought", "bought('blue shirt')", Kind::YesNo),
    call("bought_since", "bought_since('blue shirt', months_ago(6))", Kind::YesNo),
    call("spend_between", "spend_between(date('2025-01-01'), date('2025-12-31'))", Kind::Money),
    call("visits_between", "visits_between(date('2025-01-01'), date('2025-12-31'))", Kind::Whole),
    call("response", "response('spring-2025')", Kind::Text),
    call("invited", "invited('spring-2025')", Kind::YesNo),
    call("came", "came('spring-2025')", Kind::YesNo),
    call("top", "top('20%', spend_12m)", Kind::YesNo),
    call("preference", "preference('shirt size')", Kind::Text),
    call("birthday_within", "birthday_within(14)", Kind::YesNo),
    call("today", "today()", Kind::Date),
    call("days_ago", "days_ago(30)", Kind::Date),
    call("months_ago", "months_ago(6)", Kind::Date),
    call("years_ago", "years_ago(2)", Kind::Date),
    call("date", "date('2025-03-31')", Kind::Date),
    call("lower", "lower(city)", Kind::Text),
    call("upper", "upper(city)", Kind::Text),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_there_once() {
        let mut names: Vec<&str> = FIELDS.iter().map(|f| f.name).chain(FUNCTIONS.iter().map(|f| f.name)).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
        assert!(FUNCTIONS.iter().all(|f| f.shape.starts_with(f.name)));
    }
}
