//! What people type out of habit from SQL and other languages, and what serves instead.

/// The words that no field or segment can be named by.
pub(super) const KEYWORDS: [&str; 12] =
    ["AND", "OR", "NOT", "BETWEEN", "IN", "LIKE", "IS", "NULL", "TRUE", "FALSE", "ASC", "DESC"];

/// What to write here instead of a word of SQL.
pub(super) fn instead(word: &str) -> Option<&'static str> {
    NOT_HERE.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, hint)| *hint)
}

/// Whether a word has a meaning of its own, so that nothing can be named by it.
pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word)) || instead(word).is_some()
}

/// Signs of other languages, the longer ones first, and what serves instead.
pub(super) const SIGNS_ELSEWHERE: [(&str, &str); 12] = [
    ("==", "write `=`"),
    ("=>", "write `>=`"),
    ("=<", "write `<=`"),
    ("&&", "write `AND`"),
    ("||", "write `OR`"),
    ("/*", "a comment begins with `--` and goes to the end of the line"),
    ("!", "write `NOT`, or `<>` for unlike"),
    ("&", "write `AND`"),
    ("|", "write `OR`"),
    (";", "leave it away: a segment is one condition"),
    ("%", "a percent sign has a meaning only inside the text of a LIKE, as in city LIKE 'San %'"),
    ("`", "write names without quotes and text in single quotes"),
];

pub(super) const QUERY_HINT: &str = "ask with has_tag(), bought(), spend_between() and the like";

/// Words of SQL that are no part of this language, in capitals, and what serves instead.
const NOT_HERE: [(&str, &str); 30] = [
    ("SELECT", QUERY_HINT),
    ("EXISTS", QUERY_HINT),
    ("WHERE", "leave the word away and begin with the condition"),
    ("CASE", "join conditions with AND, OR and NOT"),
    ("CAST", "compare a field with a value of its own kind"),
    ("CONVERT", "compare a field with a value of its own kind"),
    ("COLLATE", "LIKE and lower() do not mind capitals"),
    ("ILIKE", "LIKE does not mind capitals"),
    ("GLOB", "write LIKE with % and _"),
    ("REGEXP", "write LIKE with % and _"),
    ("SIMILAR", "write LIKE with % and _"),
    ("CONTAINS", "write LIKE with %: city LIKE '%field%'"),
    ("ESCAPE", "LIKE knows % and _ only"),
    ("ORDER", "the order is given apart, in order_by"),
    ("LIMIT", "the limit is given apart"),
    ("GROUP", "fields such as spend_12m and visits_12m are sums and counts already"),
    ("HAVING", "fields such as spend_12m and visits_12m are sums and counts already"),
    ("UNION", "join conditions with OR"),
    ("INTERVAL", "write days_ago(30), months_ago(6) or years_ago(1)"),
    ("NOW", "write today()"),
    ("CURRENT_DATE", "write today()"),
    ("DATEADD", "write days_ago(30), months_ago(6) or years_ago(1)"),
    ("DATEDIFF", "compare the date with days_ago(30), months_ago(6) or years_ago(1)"),
    ("SUM", "spend_12m and spend_between(day, day) are sums already"),
    ("COUNT", "visits_12m and visits_between(day, day) are counts already"),
    ("AVG", "average_purchase is an average already"),
    ("MIN", "first_purchase is the first day already"),
    ("MAX", "last_purchase is the last day already"),
    ("COALESCE", "absent text is '' and absent sums are 0 here; ask for a date with IS NULL"),
    ("XOR", "write `<>` between two conditions in parentheses"),
];
