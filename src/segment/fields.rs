//! What a segment may ask: the fields and functions, as tables that the checker, the help and the README read.

use std::fmt;

use crate::customers::HAS_EMAIL;
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
            Self::YesNo => "a yes or no",
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
pub(crate) struct FieldDoc {
    /// As it is typed.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) kind: Kind,
    /// What it means, for the help and the README.
    #[allow(dead_code, reason = "the manual will print it")]
    pub(crate) meaning: &'static str,
    pub(super) source: Source,
}

/// One function of the language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FunctionDoc {
    /// Its name.
    pub(crate) name: &'static str,
    /// As it is typed: `has_tag('vip')`.
    pub(crate) shape: &'static str,
    /// What it gives.
    pub(crate) kind: Kind,
    /// What it means, for the help and the README.
    #[allow(dead_code, reason = "the manual will print it")]
    pub(crate) meaning: &'static str,
}

/// Where a field comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// An expression over the customer's own row, `c`.
    Customer(&'static str),
    /// Counted over purchases, over so many months up to the day, or over all of them.
    Purchases(Measure, Option<u32>),
    /// Counted over contact notes.
    Contacts(Contact, Option<u32>),
    /// What came of the campaign that this one follows.
    Followed(Answer),
    /// A list, which only a function can ask about.
    Tags,
}

/// What is counted over purchases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Spend,
    Visits,
    Returns,
    Average,
    First,
    Last,
}

/// What is counted over contact notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contact {
    OpenComplaint,
    Last,
    Minutes,
}

/// What is asked about a person's part in a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Text,
    Invited,
    Redeemed,
    NotRedeemed,
    Undeliverable,
    On,
    Spend,
    Years,
}

/// All fields, in the order in which the help lists them.
#[must_use]
pub(crate) fn fields() -> &'static [FieldDoc] {
    FIELDS
}

/// All functions, in the order in which the help lists them.
#[must_use]
pub(crate) fn functions() -> &'static [FunctionDoc] {
    FUNCTIONS
}

pub(super) fn field(name: &str) -> Option<&'static FieldDoc> {
    FIELDS.iter().find(|field| field.name.eq_ignore_ascii_case(name))
}

pub(super) fn function(name: &str) -> Option<&'static FunctionDoc> {
    FUNCTIONS.iter().find(|function| function.name.eq_ignore_ascii_case(name))
}

const fn own(name: &'static str, kind: Kind, sql: &'static str, meaning: &'static str) -> FieldDoc {
    FieldDoc { name, kind, meaning, source: Source::Customer(sql) }
}

const fn bought(
    name: &'static str,
    kind: Kind,
    measure: Measure,
    months: Option<u32>,
    meaning: &'static str,
) -> FieldDoc {
    FieldDoc { name, kind, meaning, source: Source::Purchases(measure, months) }
}

const fn note(name: &'static str, kind: Kind, what: Contact, months: Option<u32>, meaning: &'static str) -> FieldDoc {
    FieldDoc { name, kind, meaning, source: Source::Contacts(what, months) }
}

const fn answered(name: &'static str, kind: Kind, answer: Answer, meaning: &'static str) -> FieldDoc {
    FieldDoc { name, kind, meaning, source: Source::Followed(answer) }
}

const FULL_NAME: &str =
    "CASE WHEN c.full_name <> '' THEN c.full_name ELSE TRIM(c.first_name || ' ' || c.last_name) END";

const FIELDS: &[FieldDoc] = &[
    own("ref", Kind::Text, "c.ref", "the reference, as in the export"),
    own("first_name", Kind::Text, "c.first_name", "the first name"),
    own("last_name", Kind::Text, "c.last_name", "the last name"),
    own("full_name", Kind::Text, FULL_NAME, "the whole name"),
    own("spouse", Kind::Text, "c.spouse", "the name of the husband or wife"),
    own("company", Kind::Text, "c.company", "the company"),
    own("city", Kind::Text, "c.city", "the city"),
    own("state", Kind::Text, "c.state", "the state or province"),
    own("postcode", Kind::Text, "c.postcode", "the postcode, as text: '94301'"),
    own("country", Kind::Text, "c.country", "the country"),
    own("email", Kind::Text, "c.email", "the email address"),
    own("phone", Kind::Text, "c.phone", "the telephone number"),
    own("has_email", Kind::YesNo, HAS_EMAIL, "an email address is known"),
    own(
        "has_address",
        Kind::YesNo,
        "c.street <> '' AND (c.city <> '' OR c.postcode <> '')",
        "a street and a city or postcode are known",
    ),
    own("deceased", Kind::YesNo, "c.deceased <> 0", "they have died"),
    own("moved", Kind::YesNo, "c.moved <> 0", "they have left the address on the card"),
    FieldDoc { name: "tags", kind: Kind::Text, meaning: "asked with has_tag('…')", source: Source::Tags },
    bought("spend_12m", Kind::Money, Measure::Spend, Some(12), "spent in the last 12 months, less returns"),
    bought("spend_24m", Kind::Money, Measure::Spend, Some(24), "spent in the last 24 months, less returns"),
    bought("spend_ever", Kind::Money, Measure::Spend, None, "spent in all, less returns"),
    bought(
        "visits_12m",
        Kind::Whole,
        Measure::Visits,
        Some(12),
        "purchases in the last 12 months, returns not counted",
    ),
    bought(
        "visits_24m",
        Kind::Whole,
        Measure::Visits,
        Some(24),
        "purchases in the last 24 months, returns not counted",
    ),
    bought("visits_ever", Kind::Whole, Measure::Visits, None, "purchases in all, returns not counted"),
    bought("average_purchase", Kind::Money, Measure::Average, None, "the average purchase, returns not counted"),
    bought("first_purchase", Kind::Date, Measure::First, None, "the day of the first purchase; absent if never"),
    bought("last_purchase", Kind::Date, Measure::Last, None, "the day of the last purchase; absent if never"),
    bought("returns_12m", Kind::Whole, Measure::Returns, Some(12), "returns in the last 12 months"),
    note("open_complaint", Kind::YesNo, Contact::OpenComplaint, None, "a complaint that is not resolved yet"),
    note("last_contact", Kind::Date, Contact::Last, None, "the day of the last contact note; absent if none"),
    note("minutes_12m", Kind::Whole, Contact::Minutes, Some(12), "minutes given to this person in the last 12 months"),
    answered(
        Response::Redeemed.as_str(),
        Kind::YesNo,
        Answer::Redeemed,
        "came for the gift of the campaign that this one follows",
    ),
    answered(
        Response::NotRedeemed.as_str(),
        Kind::YesNo,
        Answer::NotRedeemed,
        "was written to in that campaign and did not come",
    ),
    answered(
        Response::Undeliverable.as_str(),
        Kind::YesNo,
        Answer::Undeliverable,
        "the mail of that campaign came back",
    ),
    answered("redeemed_on", Kind::Date, Answer::On, "the day they came for that gift; absent if never"),
    answered("gift_spend", Kind::Money, Answer::Spend, "what they spent when they came for that gift"),
    answered(
        "years_running",
        Kind::Whole,
        Answer::Years,
        "how many campaigns in a row they came to, that one included",
    ),
];

const fn call(name: &'static str, shape: &'static str, kind: Kind, meaning: &'static str) -> FunctionDoc {
    FunctionDoc { name, shape, kind, meaning }
}

const FUNCTIONS: &[FunctionDoc] = &[
    call("has_tag", "has_tag('vip')", Kind::YesNo, "carries this tag; capitals do not matter"),
    call("bought", "bought('blue shirt')", Kind::YesNo, "bought an item whose text holds all these words"),
    call("bought_since", "bought_since('blue shirt', months_ago(6))", Kind::YesNo, "the same, on that day or later"),
    call(
        "spend_between",
        "spend_between(date('2025-01-01'), date('2025-12-31'))",
        Kind::Money,
        "spent from the one day to the other, both included, less returns",
    ),
    call(
        "visits_between",
        "visits_between(date('2025-01-01'), date('2025-12-31'))",
        Kind::Whole,
        "purchases from the one day to the other, both included, returns not counted",
    ),
    call(
        "response",
        "response('spring-2025')",
        Kind::Text,
        "'redeemed', 'not_redeemed', 'undeliverable', 'held_out' or 'not_invited' in that campaign",
    ),
    call("invited", "invited('spring-2025')", Kind::YesNo, "was written to in that campaign"),
    call("preference", "preference('shirt size')", Kind::Text, "what is noted as their preference; empty if nothing"),
    call("today", "today()", Kind::Date, "the day on which the segment is judged (as_of)"),
    call("days_ago", "days_ago(30)", Kind::Date, "so many days before that day"),
    call("months_ago", "months_ago(6)", Kind::Date, "so many months before that day"),
    call("years_ago", "years_ago(2)", Kind::Date, "so many years before that day"),
    call("date", "date('2025-03-31')", Kind::Date, "a day of the calendar"),
    call("lower", "lower(city)", Kind::Text, "in small letters, so that capitals do not matter"),
    call("upper", "upper(city)", Kind::Text, "in capitals, so that small letters do not matter"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_there_once_and_explained() {
        let mut names: Vec<&str> = fields().iter().map(|f| f.name).chain(functions().iter().map(|f| f.name)).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
        assert!(fields().iter().all(|f| !f.meaning.is_empty() && !f.meaning.ends_with('.')));
        assert!(functions().iter().all(|f| f.shape.starts_with(f.name)));
    }
}
