//! Error messages: place, message and hint.

use std::collections::BTreeMap;

use crate::money::Currency;
use crate::segment::{Scope, condition};

/// The error of a text, as reported, in one line.
fn message_of(text: &str, follows: Option<&str>) -> String {
    let named = BTreeMap::from([
        ("regulars".to_owned(), "visits_12m >= 4".to_owned()),
        ("a".to_owned(), "b AND TRUE".to_owned()),
        ("b".to_owned(), "NOT a".to_owned()),
        ("broken".to_owned(), "spend_12 > 5".to_owned()),
        ("d0".to_owned(), "TRUE".to_owned()),
    ]);
    let campaigns = ["1989-chardonnay".to_owned()];
    let currency = Currency::of("USD").expect("known");
    let as_of = "1990-01-15".parse().expect("a day");
    let scope = Scope { as_of, currency, home: "US", follows, campaigns: &campaigns, named: &named };
    match condition(text, &scope) {
        Ok(_) => "fine".to_owned(),
        Err(error) => match error.what_next() {
            Some(hint) => format!("{error} | {hint}"),
            None => error.to_string(),
        },
    }
}

/// The typed text, and its error.
const MISTAKES: &[(&str, &str)] = &[
    ("spend_12 >= 500", "1:1: no field `spend_12` | did you mean `spend_12m`?"),
    (
        "last_purchase >= 500",
        "1:18: `last_purchase` is a date but `500` is a whole number | compare a date with date('2025-03-31'), months_ago(12) or today()",
    ),
    ("city = \"Springfield\"", "1:8: write text in single quotes: 'Springfield'"),
    ("city = Springfield", "1:8: write text in single quotes: 'Springfield'"),
    ("city IN ('Salem', Springfield)", "1:19: write text in single quotes: 'Springfield'"),
    ("city LIKE San", "1:11: write text in single quotes: 'San'"),
    ("city = stat", "1:8: write text in single quotes: 'stat' | or did you mean the field `state`?"),
    ("has_tag(vip)", "1:9: write text in single quotes: 'vip'"),
    (
        "city = New York",
        "1:12: `York` is not expected here | join conditions with AND or OR, and write text in single quotes",
    ),
    (
        "city = 'O'Hara'",
        "1:15: the text that begins here has no end | close it with a single quote; a quote inside it is written twice: 'O''Hara'",
    ),
    (
        "city = 'Salem",
        "1:8: the text that begins here has no end | close it with a single quote; a quote inside it is written twice: 'O''Hara'",
    ),
    ("spend_12m == 5", "1:11: `==` is not part of this language | write `=`"),
    ("spend_12m => 5", "1:11: `=>` is not part of this language | write `>=`"),
    ("has_email && has_address", "1:11: `&&` is not part of this language | write `AND`"),
    ("has_email || has_address", "1:11: `||` is not part of this language | write `OR`"),
    (
        "spend_12m >= $500",
        "1:14: `$` is not part of this language | write an amount without the currency symbol: spend_12m >= 500",
    ),
    ("spend_12m >= 1,000", "1:15: `,` is not expected here | write a number without commas: 1000"),
    (
        "spend_12m >= 12m",
        "1:14: `12m` is neither a number nor a name | write a number with digits and at most one point: 500 or 500.50",
    ),
    ("spend_12m >= 500.505", "1:14: `500.505` has a fraction of the smallest coin | USD has 2 digits after the point"),
    ("spend_12m >= 99999999999999999999", "1:14: `99999999999999999999` is too large a number"),
    ("spend_12m >= 999999999999999999", "1:14: `999999999999999999` is too large a number"),
    ("spend_12m >=", "1:13: the text ends where a value is needed"),
    ("  spend_12m >= 5 AND\n", "1:21: the text ends where a value is needed"),
    ("", "1:1: there is no condition here | `TRUE` matches everyone"),
    ("-- nobody", "1:1: there is no condition here | `TRUE` matches everyone"),
    ("(has_email", "1:11: a closing parenthesis is missing | the one that opens at 1:1 is never closed"),
    ("has_email)", "1:10: this parenthesis was never opened"),
    ("AND has_email", "1:1: a value is needed here, not `AND`"),
    ("spend_12m", "1:1: the whole is money, but a segment must be a condition | compare it, e.g. `spend_12m > 0`"),
    ("'x'", "1:1: the whole is text, but a segment must be a condition | compare it with a field, e.g. `city = 'x'`"),
    (
        "has_email AND last_purchase",
        "1:15: `last_purchase` is a date, where a condition is needed | compare it, e.g. `last_purchase >= months_ago(12)`",
    ),
    (
        "NOT visits_12m",
        "1:5: `visits_12m` is a whole number, where a condition is needed | compare it, e.g. `visits_12m > 0`",
    ),
    (
        "has_email = 1",
        "1:13: `has_email` is a condition but `1` is a whole number | write `has_email` or `NOT has_email`",
    ),
    (
        "has_email > has_address",
        "1:1: `has_email` is a condition, which is only compared with = and <> | join conditions with AND, OR and NOT",
    ),
    ("postcode = 94301", "1:12: `postcode` is text but `94301` is a whole number | `postcode` is text: write '94301'"),
    ("spend_12m >= '500'", "1:14: `spend_12m` is money but `'500'` is text | write numbers without quotes: 500"),
    ("last_purchase > '2025-03-31'", "1:17: write a day as date('2025-03-31')"),
    ("last_purchase > 2025-3-31", "1:17: write a day as date('2025-03-31')"),
    (
        "last_purchase > date('2025-02-30')",
        "1:22: `2025-02-30` is not a day of the calendar | write year, month and day: date('2025-03-31')",
    ),
    (
        "last_purchase > today() - 30",
        "1:17: `today()` is a date, which `-` cannot be used with | use days_ago(30), months_ago(6), years_ago(1) or date('2025-03-31')",
    ),
    ("last_purchase > today", "1:17: `today` is a function | write `today()`"),
    ("spend_12m() > 5", "1:1: `spend_12m` is written without parentheses | write `spend_12m`"),
    (
        "last_purchase = NULL",
        "1:17: nothing is compared with NULL | write IS NULL or IS NOT NULL after the field: last_purchase IS NULL",
    ),
    ("spend_12m IS NULL", "1:1: `spend_12m` is never absent | compare it, e.g. `spend_12m > 0`"),
    ("last_purchase IS 5", "1:18: only NULL can follow IS | write `=` to compare with a value"),
    (
        "city NOT 'x'",
        "1:10: after a value, NOT goes with IN, LIKE or BETWEEN | write `<>` for unlike, or put NOT in front",
    ),
    (
        "1 < visits_12m < 5",
        "1:16: a comparison cannot be compared again | join two comparisons with AND: 100 <= spend_12m AND spend_12m <= 500",
    ),
    ("spend_12m BETWEEN 500 AND 100", "1:19: nothing is between `500` and `100` | write the smaller one first"),
    (
        "spend_12m BETWEEN 500",
        "1:22: BETWEEN needs two values with AND between them | for example spend_12m BETWEEN 100 AND 500",
    ),
    ("city IN 'Salem'", "1:9: IN needs a list in parentheses | for example city IN ('Springfield', 'Salem')"),
    ("city IN ()", "1:9: the list is empty | for example city IN ('Springfield', 'Salem')"),
    ("spend_12m LIKE '5%'", "1:1: `spend_12m` is money, but LIKE compares text | compare it, e.g. `spend_12m > 0`"),
    ("spend_12m * spend_24m > 5", "1:1: money times money is nothing a shop can count | multiply by a number"),
    ("spend_12m / 0 > 5", "1:13: nothing can be divided by 0"),
    ("-city = 'x'", "1:1: `city` is text, which has no negative"),
    ("tags = 'vip'", "1:1: a person can have several tags | write has_tag('vip')"),
    ("has_tag()", "1:1: `has_tag` needs one value | for example has_tag('vip')"),
    ("has_tag('a', 'b')", "1:14: `has_tag` takes one value | for example has_tag('vip')"),
    ("has_tag(' ')", "1:9: `has_tag` needs some text | for example has_tag('vip')"),
    ("has_tag(city)", "1:9: `has_tag` needs text in single quotes | for example has_tag('vip')"),
    ("today(1) = today()", "1:7: `today` takes nothing in its parentheses | for example today()"),
    ("last_purchase > months_ago(6.5)", "1:28: `months_ago` needs a whole number | for example months_ago(6)"),
    ("last_purchase > years_ago(900)", "1:27: `years_ago` reaches back 200 years at most | for example years_ago(2)"),
    ("spend_between('2025-01-01', today()) > 5", "1:15: write a day as date('2025-01-01')"),
    (
        "spend_between(first_purchase, today()) > 5",
        "1:15: `spend_between` needs a day that is the same for everyone | for example spend_between(date('2025-01-01'), date('2025-12-31'))",
    ),
    (
        "spend_between(today(), months_ago(2)) > 5",
        "1:15: there is no day between `today()` and `months_ago(2)` | write the earlier day first",
    ),
    ("bougth('tie')", "1:1: no function `bougth` | did you mean `bought`?"),
    (
        "sum(spend_12m) > 5",
        "1:1: `sum` is not a word of this language | spend_12m and spend_between(day, day) are sums already",
    ),
    (
        "(SELECT 1) = 1",
        "1:2: a query inside a condition is not possible | ask with has_tag(), bought(), spend_between() and the like",
    ),
    (
        "EXISTS (SELECT 1)",
        "1:1: `EXISTS` is not a word of this language | ask with has_tag(), bought(), spend_between() and the like",
    ),
    (
        "CASE WHEN has_email THEN 1 END",
        "1:1: `CASE` is not a word of this language | join conditions with AND, OR and NOT",
    ),
    (
        "CAST(city AS INTEGER) = 1",
        "1:1: `CAST` is not a word of this language | compare a field with a value of its own kind",
    ),
    ("city = 'x' COLLATE NOCASE", "1:12: `COLLATE` is not expected here | LIKE and lower() do not mind capitals"),
    ("city ILIKE 'x'", "1:6: `ILIKE` is not expected here | LIKE does not mind capitals"),
    ("last_purchase > NOW()", "1:17: `NOW` is not a word of this language | write today()"),
    ("spend_12m > 5 LIMIT 5", "1:15: `LIMIT` is not expected here | the limit is given apart"),
    ("response('1989-chardonay') = 'redeemed'", "1:10: no campaign `1989-chardonay` | did you mean `1989-chardonnay`?"),
    ("response('1989-chardonnay') = 'redeem'", "1:31: `'redeem'` is not a response | did you mean `redeemed`?"),
    ("top('20%')", "1:1: `top` needs two values, how many and by what | for example top('20%', spend_12m)"),
    ("top(1, spend_12m, 2)", "1:19: `top` takes two values | for example top('20%', spend_12m)"),
    (
        "top(spend_12m, '20%')",
        "1:5: `top` needs a share such as '20%' or a number of customers, not `spend_12m` | for example top('20%', spend_12m)",
    ),
    (
        "top('20', spend_12m)",
        "1:5: `top` needs a share such as '20%' or a number of customers, not `'20'` | for example top('20%', spend_12m)",
    ),
    (
        "top('0%', spend_12m)",
        "1:5: `top` needs a share such as '20%' or a number of customers, not `'0%'` | for example top('20%', spend_12m)",
    ),
    (
        "top(0.2, spend_12m)",
        "1:5: `top` needs a share such as '20%' or a number of customers, not `0.2` | for example top('20%', spend_12m)",
    ),
    (
        "top(20%, spend_12m)",
        "1:7: `%` is not part of this language | a percent sign stands inside a text only, as in city LIKE 'San %' or top('20%', spend_12m)",
    ),
    (
        "top('20%', minutes_12m)",
        "1:12: `top` ranks by a figure of purchases, which `minutes_12m` is not | for example top('20%', spend_12m)",
    ),
    (
        "top('20%', spend_12m / visits_12m)",
        "1:12: `top` ranks by what all buyers have, which `spend_12m / visits_12m` is not | for example top('20%', spend_12m)",
    ),
    ("topp('20%', spend_12m)", "1:1: no function `topp` | did you mean `top`?"),
    ("came(spring)", "1:6: write text in single quotes: 'spring'"),
    ("came", "1:1: `came` is a function | write `came('spring-2025')`"),
    ("came('1989-chardonay')", "1:6: no campaign `1989-chardonay` | did you mean `1989-chardonnay`?"),
    (
        "redeemed('1989-chardonnay')",
        "1:1: `redeemed` is written without parentheses | write `redeemed` with `follows`; of a campaign by its name ask came('…') or response('…')",
    ),
    (
        "redeemed",
        "1:1: `redeemed` is about the campaign that this one follows; there is none | add `follows = \"…\"` to the campaign file, or write response('…') = 'redeemed'",
    ),
    ("regular", "1:1: no field `regular` | did you mean `regulars`?"),
    (
        "has_email\n  AND broken",
        "2:7: no field `spend_12` (in the segment `broken` of shop.toml, 1:1) | did you mean `spend_12m`?",
    ),
    (
        "a",
        "1:1: the segment `a` refers to itself: `a` → `b` → `a` (in the segment `b` of shop.toml, 1:5) (in the segment `a` of shop.toml, 1:1) | remove the name from one of them, in shop.toml",
    ),
    ("city = 'a' # b", "1:12: `#` is not part of this language"),
    ("has_email;", "1:10: `;` is not part of this language | leave it away: a segment is one condition"),
];

#[test]
fn mistakes_are_named_where_they_stand() {
    for (text, wanted) in MISTAKES {
        assert_eq!(message_of(text, None), *wanted, "{text}");
    }
}

#[test]
fn what_is_right_passes() {
    for text in [
        "spend_12m >= 500 AND NOT has_tag('wholesale')",
        "spend_12m >= 500.50 and SPEND_24M > spend_12m * 1.5 -- growing\n or regulars",
        "not not has_email",
        "spend_12m / visits_12m > 20 and spend_12m / spend_24m < 0.5",
        "100 < spend_12m + 5 and spend_12m > visits_12m * 50 and -spend_12m < -(3 + 4)",
        "has_email = TRUE and (has_email <> has_address)",
        "lower(city) = 'zürich' or upper(lower(city)) in ('ZÜRICH', 'Bern') or lower('A') = 'a'",
        "last_purchase is null or last_contact not between days_ago(90) and today()",
        "response('1989-chardonnay') in ('redeemed', 'held_out') and invited('1989-chardonnay')",
        "redeemed and not undeliverable and redeemed_on > date('1989-02-01') and gift_spend > 5 and years_running = 1",
        "bought('blue shirt') or bought_since('tie', years_ago(1)) and preference('colour') <> ''",
        "top('20%', spend_12m) or top(600, visits_ever) and not came('1989-chardonnay') or years_missed >= 2",
        "TRUE",
    ] {
        assert_eq!(message_of(text, Some("1989-chardonnay")), "fine", "{text}");
    }
}

#[test]
fn named_segments_cannot_grow_without_end() {
    let mut named = BTreeMap::from([("d0".to_owned(), "has_email".to_owned())]);
    for i in 1..60 {
        named.insert(format!("d{i}"), format!("d{0} and d{0}", i - 1));
    }
    let currency = Currency::of("USD").expect("known");
    let as_of = "1990-01-15".parse().expect("a day");
    let scope = Scope { as_of, currency, home: "US", follows: None, campaigns: &[], named: &named };
    assert!(condition("d5", &scope).is_ok());
    let error = condition("d59", &scope).expect_err("too long").to_string();
    assert!(error.contains("too long when the named segments") || error.contains("too deeply"), "{error}");
}
