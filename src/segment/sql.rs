//! Translates a checked expression to portable SQL over `customer c`, with every value as a `?1` parameter.
//!
//! Each aggregate is a small separate subquery, answered by the covering index (customer_id, day, amount_minor) and
//! only for customers who match the other conditions. Joining one grouped subselect was measured too: it is no faster
//! for the whole book, and slow for one customer (`why`).

use chrono::NaiveDate;

use super::country::TypedCountries;
use super::expr::{Case, Counted, Days, Expr, Node};
use super::fields::{Answer, BIRTH_DAY, Contact, Kind, Measure};
use super::fold::{holding, pattern};
use super::tree::Comparison;
use crate::domain::{NoteKind, Response};
use crate::error::Result;
use crate::store::{Read, ToValue, Value, folded_equal_sql, folded_like_sql, folded_sql};
use crate::text::case_folded;

/// SQL with its parameters.
#[derive(Debug, Clone, Default)]
pub(super) struct Sql {
    /// Whether the query is for one customer, rather than the whole book.
    one: bool,
    /// The countries in the book, if the query needs them.
    countries: TypedCountries,
    /// How purchases are counted.
    pub(super) counting: Counting,
    /// In the order of `?1`, `?2` ….
    pub(super) params: Vec<Value<'static>>,
}

/// How the figures of purchases are written.
#[derive(Debug, Clone, Default)]
pub(super) enum Counting {
    /// A look-up for each person, unless a pass has the figure in a column.
    #[default]
    LookUp,
    /// Columns of a pass, each with the figure that it has; a look-up for all others.
    Columns(Vec<(Counted, String)>),
    /// Inside a pass over purchases `p` of these days, grouped by person.
    Grouped(Days),
    /// Their values for a customer without purchases.
    Nothing,
}

const COUNTRY: &str = "c.country";

/// A letter that occurs in no text.
const ONE_LETTER: &str = "\u{e0df}";

impl Sql {
    /// SQL for the whole book.
    pub(super) fn for_all<'e>(read: &Read<'_>, exprs: impl IntoIterator<Item = &'e Expr>) -> Result<Self> {
        let mut facts = Vec::new();
        exprs.into_iter().for_each(|expr| expr.facts(&mut facts));
        let asks_country = facts.iter().any(|fact| matches!(fact.node, Node::Country(_)));
        let countries = if asks_country { TypedCountries::of(read)? } else { TypedCountries::default() };
        Ok(Self { countries, ..Self::default() })
    }

    /// SQL in which purchases are counted in this way, about nothing but those.
    pub(super) fn counting(counting: Counting) -> Self {
        Self { counting, ..Self::default() }
    }

    /// SQL for one customer: nothing in it reads other customers.
    pub(super) fn for_one(read: &Read<'_>, expr: &Expr) -> Result<Self> {
        Ok(Self { one: true, ..Self::for_all(read, [expr])? })
    }

    /// A parameter; an equal one is reused.
    pub(super) fn bind(&mut self, value: Value<'static>) -> String {
        let at = self.params.iter().position(|known| *known == value).unwrap_or_else(|| {
            self.params.push(value);
            self.params.len() - 1
        });
        format!("?{}", at + 1)
    }

    fn day(&mut self, day: NaiveDate) -> String {
        self.bind(day.to_value().into_owned())
    }

    fn text(&mut self, text: &str) -> String {
        self.bind(text.to_value().into_owned())
    }

    /// Any checked part. A condition is never NULL; other values may be if `absent` is set.
    pub(super) fn expr(&mut self, expr: &Expr) -> String {
        match &expr.node {
            Node::Text(text) => self.text(text),
            Node::Whole(n) | Node::Money(n) => self.bind(Value::Int(*n)),
            Node::Decimal(digits, scale) => decimal(*digits, *scale),
            Node::Day(day) => self.day(*day),
            Node::Value(value) => self.bind(value.clone()),
            Node::YesNo(yes) => (if *yes { "TRUE" } else { "FALSE" }).to_owned(),
            Node::Customer(sql) => format!("({sql})"),
            Node::Country(_) => COUNTRY.to_owned(),
            Node::Purchases(counted) => self.purchases(*counted),
            Node::Contacts(contact, days) => self.contacts(*contact, *days),
            Node::Answer(answer, campaign) => self.answer(*answer, campaign),
            Node::Tag(tag) => {
                let is_tag = folded_equal_sql("t.tag", &self.text(&case_folded(tag)));
                self.among("FROM customer_tag t", "t.customer_id", &is_tag, "")
            }
            Node::Bought(words, days) => self.bought(words, *days),
            Node::Came(campaign) => self.came(campaign),
            // The caller has replaced it by the figure at the cut; no one is on top of an unknown book.
            Node::Top(..) => "FALSE".to_owned(),
            Node::Preference(key) => {
                let is_key = folded_equal_sql("f.key", &self.text(&case_folded(key)));
                let of = format!("FROM preference f WHERE f.customer_id = c.id AND {is_key}");
                format!("COALESCE((SELECT MIN(f.value) {of}), '')")
            }
            Node::BirthdayWithin(from, to) => {
                let day = format!("({BIRTH_DAY})");
                let is_born = format!("{day} <> ''");
                let [after, before] = [(">=", from), ("<=", to)]
                    .map(|(sign, day_of_year)| format!("{day} {sign} {}", self.text(day_of_year)));
                let word = if from <= to { "AND" } else { "OR" };
                format!("({is_born} AND ({after} {word} {before}))")
            }
            Node::Fold(case, inside) => {
                let word = if *case == Case::Lower { "LOWER" } else { "UPPER" };
                format!("{word}({})", self.expr(inside))
            }
            Node::Named(inside) => self.expr(inside),
            Node::Negate(inside) => format!("(-{})", self.expr(inside)),
            Node::Arithmetic(sign, a, b) => self.arithmetic(*sign, a, b),
            Node::Compare(comparison, a, b) => self.compare(*comparison, a, b),
            Node::Between(a, low, high) => {
                let from = self.compare(Comparison::AtLeast, a, low);
                let to = self.compare(Comparison::AtMost, a, high);
                format!("({from} AND {to})")
            }
            Node::In(a, items) => self.within(a, items),
            Node::Like(a, like) => self.like(a, like),
            Node::IsNull(a) if a.absent => format!("({} IS NULL)", self.expr(a)),
            Node::IsNull(a) => format!("({} = '')", self.expr(a)),
            Node::All(parts) => self.joined(" AND ", parts),
            Node::Any(parts) => self.joined(" OR ", parts),
            Node::Not(inside) => format!("(NOT {})", self.expr(inside)),
        }
    }

    /// In halves, so that a long list is not a deep expression for the database.
    fn joined(&mut self, word: &str, parts: &[Expr]) -> String {
        let all: Vec<String> = parts.iter().map(|part| self.expr(part)).collect();
        halves(word, &all)
    }

    fn compare(&mut self, comparison: Comparison, a: &Expr, b: &Expr) -> String {
        let is_equality = matches!(comparison, Comparison::Equal | Comparison::Unlike);
        if let (Node::Country(home), Node::Text(asked)) | (Node::Text(asked), Node::Country(home)) =
            (&a.unfolded().node, &b.unfolded().node)
            && is_equality
        {
            let countries = std::mem::take(&mut self.countries);
            let meant = self.one_of(COUNTRY, &countries.meant(asked, home));
            self.countries = countries;
            return if comparison == Comparison::Equal { meant } else { format!("(NOT {meant})") };
        }
        if let Some(same) = is_equality.then(|| self.same_text(a, b).or_else(|| self.same_text(b, a))).flatten() {
            return if comparison == Comparison::Equal { same } else { format!("(NOT {same})") };
        }
        let (left, right) = self.sides(comparison, a, b);
        let compared = format!("{left} {} {right}", comparison.sign());
        if !a.absent && !b.absent {
            return format!("({compared})");
        }
        // An absent value is equal to nothing, and so different from everything; it is neither before nor after.
        let otherwise = if comparison == Comparison::Unlike { "TRUE" } else { "FALSE" };
        format!("COALESCE({compared}, {otherwise})")
    }

    /// Texts are equal ignoring case; their order is by bytes.
    fn sides(&mut self, comparison: Comparison, a: &Expr, b: &Expr) -> (String, String) {
        let is_equality = matches!(comparison, Comparison::Equal | Comparison::Unlike);
        let has_case = |e: &Expr| matches!(e.node, Node::Fold(..));
        let is_text = a.kind == Kind::Text && !a.is_exact() && !b.is_exact();
        if is_text && (is_equality || has_case(a) || has_case(b)) {
            return (self.folded(a), self.folded(b));
        }
        (self.expr(a), self.expr(b))
    }

    /// Whether a text equals the typed one, ignoring case.
    fn same_text(&mut self, text: &Expr, typed: &Expr) -> Option<String> {
        let Node::Text(typed) = &typed.unfolded().node else { return None };
        if text.is_exact() || text.is_constant() {
            return None;
        }
        let column = self.expr(text.unfolded());
        Some(folded_equal_sql(&column, &self.text(&case_folded(typed))))
    }

    /// A text without case.
    fn folded(&mut self, expr: &Expr) -> String {
        match &expr.unfolded().node {
            Node::Text(text) => self.text(&case_folded(text)),
            _ => folded_sql(&self.expr(expr.unfolded())),
        }
    }

    fn within(&mut self, a: &Expr, items: &[Expr]) -> String {
        let mut all = std::iter::once(a).chain(items);
        if all.clone().any(|one| matches!(one.unfolded().node, Node::Country(_))) {
            let any: Vec<String> = items.iter().map(|item| self.compare(Comparison::Equal, a, item)).collect();
            return halves(" OR ", &any);
        }
        let folds = a.kind == Kind::Text && !all.any(Expr::is_exact);
        let column = if folds { self.folded(a) } else { self.expr(a) };
        let list: Vec<String> =
            items.iter().map(|item| if folds { self.folded(item) } else { self.expr(item) }).collect();
        let within = format!("{column} IN ({})", list.join(", "));
        if a.absent || items.iter().any(|item| item.absent) {
            return format!("COALESCE({within}, FALSE)");
        }
        format!("({within})")
    }

    /// A column that has one of these texts.
    fn one_of(&mut self, column: &str, texts: &[&str]) -> String {
        let texts: Vec<String> = texts.iter().map(|text| self.text(text)).collect();
        if texts.is_empty() { "FALSE".to_owned() } else { format!("({column} IN ({}))", texts.join(", ")) }
    }

    fn like(&mut self, a: &Expr, like: &str) -> String {
        if let Node::Country(home) = &a.unfolded().node {
            let countries = std::mem::take(&mut self.countries);
            let found = self.one_of(COUNTRY, &countries.like(like, home));
            self.countries = countries;
            return found;
        }
        let column = self.expr(a.unfolded());
        let folded = self.text(&pattern(like));
        let any = folded_like_sql(&column, &folded);
        if !like.contains('_') {
            return any;
        }
        // An ß is one letter, but two once it is folded.
        let folded = self.text(&pattern(&like.replace(['ß', 'ẞ'], ONE_LETTER)));
        let column = format!("REPLACE(REPLACE({column}, 'ß', '{ONE_LETTER}'), 'ẞ', '{ONE_LETTER}')");
        format!("({any} OR {})", folded_like_sql(&column, &folded))
    }

    /// Division gives an exact fraction; a decimal factor is two whole numbers, so that `x * 1.1` is not rounded.
    fn arithmetic(&mut self, sign: char, a: &Expr, b: &Expr) -> String {
        let (factor, other) = match (&a.node, &b.node) {
            (_, Node::Decimal(digits, scale)) => (Some((*digits, *scale)), a),
            (Node::Decimal(digits, scale), _) => (Some((*digits, *scale)), b),
            _ => (None, a),
        };
        if let ('*', Some((digits, scale))) = (sign, factor) {
            return format!("({} * {digits} * 1.0 / {})", self.expr(other), 10_i64.pow(scale));
        }
        let (left, right) = (self.expr(a), self.expr(b));
        match sign {
            '/' => format!("({left} * 1.0 / NULLIF({right}, 0))"),
            sign => format!("({left} {sign} {right})"),
        }
    }

    fn purchases(&mut self, counted: Counted) -> String {
        match &self.counting {
            Counting::Columns(columns) => match columns.iter().find(|(known, _)| *known == counted) {
                Some((_, column)) => column.clone(),
                None => self.look_up(counted),
            },
            Counting::LookUp => self.look_up(counted),
            Counting::Nothing if matches!(counted.measure, Measure::First | Measure::Last) => "NULL".to_owned(),
            Counting::Nothing => "0".to_owned(),
            Counting::Grouped(days) => {
                let is_narrower = *days != counted.days;
                let within = is_narrower.then(|| self.within_days("p.day", counted.days));
                of_group(counted.measure, within)
            }
        }
    }

    fn look_up(&mut self, Counted { measure, days }: Counted) -> String {
        let within = self.within_days("p.day", days);
        let what = match measure {
            Measure::Spend => "COALESCE(SUM(p.amount_minor), 0)",
            Measure::Visits | Measure::Returns => "COUNT(*)",
            Measure::Average => "COALESCE(SUM(p.amount_minor) * 1.0 / NULLIF(COUNT(*), 0), 0)",
            Measure::First => "MIN(p.day)",
            Measure::Last => "MAX(p.day)",
        };
        let sign = sign_of(measure).map(|sign| format!(" AND {sign}")).unwrap_or_default();
        format!("(SELECT {what} FROM purchase p WHERE p.customer_id = c.id AND {within}{sign})")
    }

    fn contacts(&mut self, contact: Contact, days: Days) -> String {
        let of = "FROM contact_note n WHERE n.customer_id = c.id AND";
        match contact {
            // Whenever it was recorded: a complaint that is open now must stop a letter.
            Contact::OpenComplaint => {
                let complaint = self.text(NoteKind::Complaint.as_str());
                let open = format!("n.kind = {complaint} AND n.resolved_on IS NULL");
                self.among("FROM contact_note n", "n.customer_id", &open, "")
            }
            Contact::Last => format!("(SELECT MAX(n.on_day) {of} {})", self.within_days("n.on_day", days)),
            Contact::Minutes => {
                format!("(SELECT COALESCE(SUM(n.minutes), 0) {of} {})", self.within_days("n.on_day", days))
            }
        }
    }

    /// Whether they, or a present member of their household, came: a piece was for its whole household.
    fn came(&mut self, campaign: &str) -> String {
        let [campaign, redeemed] = [campaign, Response::Redeemed.as_str()].map(|text| self.text(text));
        format!(
            "(c.household_id IN (SELECT h.household_id FROM response r JOIN customer h ON h.id = r.customer_id \
             WHERE r.campaign = {campaign} AND r.response = {redeemed}))"
        )
    }

    pub(super) fn within_days(&mut self, column: &str, days: Days) -> String {
        let to = self.day(days.to);
        match days.from {
            Some(from) => format!("{column} BETWEEN {} AND {to}", self.day(from)),
            None => format!("{column} <= {to}"),
        }
    }

    /// One row even for a customer who belongs to two recipients: having come outranks not having come.
    fn answer(&mut self, answer: Answer, campaign: &str) -> String {
        let campaign = self.text(campaign);
        let of = format!("FROM response r WHERE r.campaign = {campaign} AND r.customer_id = c.id");
        let asked = match answer {
            Answer::On => return format!("(SELECT MAX(r.redeemed_on) {of})"),
            Answer::Spend => return format!("(SELECT COALESCE(MAX(r.gift_spend_minor), 0) {of})"),
            Answer::Years => return format!("(SELECT COALESCE(MAX(r.years_running), 0) {of})"),
            Answer::YearsMissed => return format!("(SELECT COALESCE(MAX(r.years_missed), 0) {of})"),
            Answer::Text => None,
            Answer::Invited => Some("<= 3"),
            Answer::Redeemed => Some("= 1"),
            Answer::NotRedeemed => Some("= 2"),
            Answer::Undeliverable => Some("= 3"),
            Answer::HeldOut => Some("= 4"),
        };
        let responses = [Response::Redeemed, Response::NotRedeemed, Response::Undeliverable];
        let [came, missed, returned] = responses.map(|response| self.text(response.as_str()));
        let rank =
            format!("MIN(CASE r.response WHEN {came} THEN 1 WHEN {missed} THEN 2 WHEN {returned} THEN 3 ELSE 4 END)");
        if let Some(asked) = asked {
            let having = format!(" GROUP BY r.customer_id HAVING {rank} {asked}");
            return self.among("FROM response r", "r.customer_id", &format!("r.campaign = {campaign}"), &having);
        }
        let [held_out, not_invited] =
            [Response::HeldOut, Response::NotInvited].map(|response| self.text(response.as_str()));
        format!(
            "CASE (SELECT {rank} {of}) WHEN 1 THEN {came} WHEN 2 THEN {missed} WHEN 3 THEN {returned} WHEN 4 THEN {held_out} ELSE {not_invited} END"
        )
    }

    fn bought(&mut self, words: &[String], days: Days) -> String {
        let within = self.within_days("p.day", days);
        let holds = |word: &String| folded_like_sql("i.item", &self.text(&holding(word)));
        let all = words.iter().map(holds).collect::<Vec<_>>().join(" AND ");
        let items = "FROM purchase_item i JOIN purchase p ON p.id = i.purchase_id";
        self.among(items, "p.customer_id", &format!("p.customer_id IS NOT NULL AND {within} AND {all}"), "")
    }

    /// Whether the customer is one of those in `from` who are `such`.
    ///
    /// As a list that is computed once: three to five times faster over the whole book than a lookup per customer, and
    /// other conditions are evaluated only for those in the list. For one customer only their own rows are read.
    fn among(&self, from: &str, who: &str, such: &str, grouped: &str) -> String {
        let own = if self.one { format!("{who} = c.id AND ") } else { String::new() };
        format!("(c.id IN (SELECT {who} {from} WHERE {own}{such}{grouped}))")
    }
}

/// Which purchases a figure counts, where it does not count all.
fn sign_of(measure: Measure) -> Option<&'static str> {
    match measure {
        Measure::Spend => None,
        Measure::Returns => Some("p.amount_minor < 0"),
        Measure::Visits | Measure::Average | Measure::First | Measure::Last => Some("p.amount_minor >= 0"),
    }
}

/// A figure over the purchases of a group, or over those `within` some of its days.
fn of_group(measure: Measure, within: Option<String>) -> String {
    let counts: Vec<String> = within.into_iter().chain(sign_of(measure).map(str::to_owned)).collect();
    let such = |what: &str| {
        let counts = counts.join(" AND ");
        if counts.is_empty() { what.to_owned() } else { format!("CASE WHEN {counts} THEN {what} END") }
    };
    match measure {
        Measure::Spend => format!("COALESCE(SUM({}), 0)", such("p.amount_minor")),
        Measure::Visits | Measure::Returns => format!("COUNT({})", such("1")),
        Measure::Average => {
            let (sum, count) = (such("p.amount_minor"), such("1"));
            format!("COALESCE(SUM({sum}) * 1.0 / NULLIF(COUNT({count}), 0), 0)")
        }
        Measure::First => format!("MIN({})", such("p.day")),
        Measure::Last => format!("MAX({})", such("p.day")),
    }
}

fn decimal(digits: i64, scale: u32) -> String {
    let unit = 10_i64.pow(scale);
    format!("{}.{:0width$}", digits / unit, digits % unit, width = scale as usize)
}

fn halves(word: &str, parts: &[String]) -> String {
    match parts {
        [] => "TRUE".to_owned(),
        [one] => one.clone(),
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            format!("({}{word}{})", halves(word, left), halves(word, right))
        }
    }
}
