//! Segments over a small shop, compared with figures computed separately in Rust.

mod mistakes;
mod random;
mod shop;

use chrono::{Datelike, Months, NaiveDate};

use super::*;
use crate::store::params;
use shop::{Person, as_of, day, shop};

type Judge = fn(&Person) -> bool;

const CASES: &[(&str, Judge)] = &[
    ("TRUE", |_| true),
    ("spend_12m >= 500", |p| p.spend(12) >= 50_000),
    ("spend_12m = 500.01", |p| p.spend(12) == 50_001),
    ("spend_24m > spend_12m * 1.5", |p| 2 * p.spend(24) > 3 * p.spend(12)),
    ("spend_ever - spend_24m > 10", |p| p.spend(900) - p.spend(24) > 1_000),
    ("spend_12m / 3 > 50", |p| p.spend(12) > 3 * 5_000),
    ("visits_12m / 2 > 1", |p| p.visits(12) > 2),
    ("spend_12m > visits_12m * 100", |p| p.spend(12) > i64::try_from(p.visits(12)).expect("few") * 10_000),
    ("visits_12m * 3 < visits_ever", |p| p.visits(12) * 3 < p.visits(900)),
    ("spend_12m / visits_12m >= 150", |p| {
        p.visits(12) > 0 && p.spend(12) >= 15_000 * i64::try_from(p.visits(12)).expect("few")
    }),
    ("spend_12m BETWEEN 100 AND 300", |p| (10_000..=30_000).contains(&p.spend(12))),
    ("visits_24m IN (0, 2, 4)", |p| [0, 2, 4].contains(&p.visits(24))),
    ("regulars", |p| p.visits(12) >= 2),
    ("last_purchase < months_ago(6)", |p| p.last().is_some_and(|on| on < as_of() - Months::new(6))),
    ("last_purchase <> date('1989-06-01')", |p| p.last() != Some(day("1989-06-01"))),
    ("last_purchase IS NULL", |p| p.last().is_none()),
    ("last_purchase IN (today(), last_contact)", |p| {
        let contact = p.notes.iter().map(|n| n.0).filter(|on| *on <= as_of()).max();
        p.last().is_some_and(|on| on == as_of() || Some(on) == contact)
    }),
    ("first_purchase NOT BETWEEN years_ago(2) AND today()", |p| {
        let first = p.until_today().filter(|(_, amount, _)| *amount >= 0).map(|(on, _, _)| *on).min();
        first.is_none_or(|on| on < as_of() - Months::new(24))
    }),
    ("average_purchase >= 200", |p| {
        let all: Vec<i64> = p.until_today().map(|(_, amount, _)| *amount).filter(|amount| *amount >= 0).collect();
        !all.is_empty() && all.iter().sum::<i64>() >= 20_000 * i64::try_from(all.len()).expect("few")
    }),
    ("returns_12m > 0", |p| p.until_today().any(|(on, amount, _)| *on > as_of() - Months::new(12) && *amount < 0)),
    ("spend_between(date('1989-01-16'), date('1999-12-31')) = spend_12m", |_| true),
    ("visits_between(date('1989-01-01'), date('1989-12-31')) >= 2", |p| {
        p.until_today().filter(|(on, amount, _)| on.year() == 1989 && *amount >= 0).count() >= 2
    }),
    ("city <> 'Springfield'", |p| p.city != "Springfield"),
    ("city IS NULL", |p| p.city.is_empty()),
    ("city LIKE 'zü%'", |p| p.city.to_lowercase().starts_with("zü")),
    ("city LIKE '%JOSÉ'", |p| p.city == "San José"),
    ("city LIKE '_ür%'", |p| p.city == "Zürich" || p.city == "ZÜRICH"),
    ("lower(city) = 'zürich'", |p| p.city.to_lowercase() == "zürich"),
    ("'ZÜRICH' = upper(city)", |p| p.city.to_lowercase() == "zürich"),
    ("lower(city) IN ('zürich', 'springfield')", |p| ["zürich", "springfield"].contains(&&*p.city.to_lowercase())),
    ("city = 'Zürich' OR city = 'O''Fallon'", |p| p.city.to_lowercase() == "zürich" || p.city == "O'Fallon"),
    ("city IN ('ZÜRICH', 'springfield')", |p| ["zürich", "springfield"].contains(&&*p.city.to_lowercase())),
    ("city < 'T' AND city >= 'O' OR city BETWEEN 'Y' AND 'Zz'", |p| {
        ("O".."T").contains(&&*p.city) || ("Y"..="Zz").contains(&&*p.city)
    }),
    ("'zürich' >= lower(city)", |p| *"zürich" >= *p.city.to_lowercase()),
    ("city = email", |p| p.city.is_empty() && p.email.is_empty()),
    ("has_email", |p| !p.email.is_empty()),
    ("has_email = has_tag('wholesale')", |p| p.email.is_empty() == p.tags.is_empty()),
    ("has_address", |p| ["C-074", "C-111"].contains(&p.reference.as_str())),
    ("preference('colour') = 'blue'", |p| p.reference == "C-028"),
    ("bought('shirt blue')", |p| p.bought(&["shirt", "blue"], NaiveDate::MIN)),
    ("bought('écharpe')", |p| p.bought(&["écharpe"], NaiveDate::MIN)),
    ("bought('50%')", |p| p.bought(&["50%"], NaiveDate::MIN)),
    ("bought('_')", |_| false),
    ("bought_since('tie', months_ago(3))", |p| p.bought(&["tie"], as_of() - Months::new(3))),
    ("open_complaint", |p| p.notes.iter().any(|n| n.1 == "complaint" && !n.3)),
    ("minutes_12m > 10", |p| {
        let within = |on: NaiveDate| on > as_of() - Months::new(12) && on <= as_of();
        p.notes.iter().filter(|n| within(n.0)).map(|n| n.2).sum::<i64>() > 10
    }),
    ("last_contact >= days_ago(90)", |p| {
        p.notes.iter().any(|n| n.0 <= as_of() && n.0 >= as_of() - chrono::TimeDelta::days(90))
    }),
    ("response('1989-chardonnay') = 'redeemed'", |p| p.answer == Some("redeemed")),
    ("response('1989-chardonnay') IN ('not_invited', 'held_out')", |p| {
        p.answer.is_none() || p.answer == Some("held_out")
    }),
    ("invited('1989-chardonnay')", |p| !matches!(p.answer, None | Some("held_out"))),
    ("redeemed AND came('1989-chardonnay')", |p| p.answer == Some("redeemed")),
    ("not_redeemed OR undeliverable", |p| matches!(p.answer, Some("not_redeemed" | "undeliverable"))),
    ("redeemed AND gift_spend > 0 AND years_running >= 1", |p| p.answer == Some("redeemed")),
    ("redeemed_on IS NOT NULL", |p| p.answer == Some("redeemed")),
    ("NOT (last_purchase < today()) AND city LIKE '%'", |p| p.last().is_none_or(|on| on >= as_of())),
];

#[test]
fn segments_match_what_is_counted_by_hand() {
    let shop = shop();
    for (text, judge) in CASES {
        assert_eq!(shop.matching(text), shop.counted(judge), "{text}");
    }
}

#[test]
fn not_takes_exactly_the_others() {
    let shop = shop();
    let everybody = shop.matching("TRUE");
    assert_eq!(everybody.len(), shop.people.len());
    for pair in CASES.windows(2) {
        let (one, two) = (pair[0].0, pair[1].0);
        for text in [one.to_owned(), format!("({one}) AND ({two})"), format!("({one}) OR NOT ({two})")] {
            let matched = shop.matching(&text);
            let others = shop.matching(&format!("NOT ({text})"));
            assert!(matched.is_disjoint(&others), "{text}");
            assert_eq!(matched.len() + others.len(), everybody.len(), "{text}");
        }
    }
}

#[test]
fn why_agrees_with_the_segment_and_says_the_values() {
    let shop = shop();
    let read = shop.store.read();
    for pair in CASES.windows(2) {
        let text = format!("({}) AND NOT ({})", pair[0].0, pair[1].0);
        let condition = condition(&text, &shop.scope()).expect("right");
        let matched = matching(&read, &condition).expect("matched");
        for id in [1, 2, 3, 4, 5, 77] {
            assert_eq!(
                explain(&read, &condition, CustomerId(id)).expect("why").holds,
                matched.contains(&CustomerId(id)),
                "{text}"
            );
        }
    }
    let text = "spend_12m >= 600\n AND (last_purchase < months_ago(6) OR regulars) AND NOT has_tag('vip')";
    let condition = condition(text, &shop.scope()).expect("right");
    let why = explain(&read, &condition, CustomerId(1)).expect("why");
    let wanted = [
        "no   all of",
        "    no   spend_12m >= 600   (spend_12m is $500.01)",
        "    yes  one of",
        "        no   last_purchase < months_ago(6)   (last_purchase is 1990-01-15, today)",
        "        yes  regulars",
        "            yes  visits_12m >= 2   (visits_12m is 2)",
        "    yes  not",
        "        no   has_tag('vip')   (no tags)",
    ];
    assert_eq!(why.lines(), wanted);
    assert!(explain(&read, &condition, CustomerId(9_999)).is_err());
}

#[test]
fn the_best_come_first_and_ties_stand_by_reference() {
    let shop = shop();
    let read = shop.store.read();
    let all = condition("TRUE", &shop.scope()).expect("right");
    let by = order("spend_12m desc, last_purchase DESC", &shop.scope()).expect("right");
    let found = find(&read, &all, Some(&by), None).expect("found").found;
    let mut wanted: Vec<&Person> = shop.people.iter().collect();
    wanted.sort_by_key(|p| (-p.spend(12), std::cmp::Reverse(p.last()), p.reference.clone()));
    let wanted: Vec<&str> = wanted.iter().map(|p| p.reference.as_str()).collect();
    assert_eq!(found.iter().map(|f| f.reference.as_str()).collect::<Vec<_>>(), wanted);
    assert_eq!(find(&read, &all, Some(&by), Some(&|_| 7)).expect("found").found, found[..7]);

    let up = order("last_purchase, lower(city) DESC, has_email", &shop.scope()).expect("right");
    let found = find(&read, &all, Some(&up), None).expect("found").found;
    let last = found.last().and_then(|f| shop.people.iter().find(|p| p.reference == f.reference));
    assert_eq!(last.and_then(Person::last), None, "who never bought stands last, upwards as well");
    let plain = find(&read, &all, None, Some(&|_| 2)).expect("found").found;
    assert_eq!(plain.iter().map(|f| f.reference.as_str()).collect::<Vec<_>>(), ["C-000", "C-001"]);
}

#[test]
fn an_order_is_checked_too() {
    let shop = shop();
    for (text, wanted) in [
        ("", "1:1: there is nothing to order by"),
        ("spend_12m DOWN", "1:11: `DOWN` is not expected here"),
        ("spend_12m DESC,", "1:16: the text ends where a value is needed"),
        ("spend_12m DESC NULLS LAST", "1:16: the place of absent dates cannot be chosen"),
        ("spend_12", "1:1: no field `spend_12`"),
        ("5", "1:1: `5` is the same for everyone"),
        ("city, today() DESC", "1:7: `today()` is the same for everyone"),
    ] {
        assert_eq!(order(text, &shop.scope()).map_err(|e| e.to_string()).err().as_deref(), Some(wanted));
    }
}

#[test]
fn named_segments_are_checked_all_at_once() {
    let mut shop = shop();
    assert!(check_named(&shop.scope()).is_ok());
    for (name, text) in
        [("best-ones", "TRUE"), ("city", "TRUE"), ("one", "spend_12 > 5"), ("two", "three"), ("three", "two")]
    {
        shop.named.insert(name.to_owned(), text.to_owned());
    }
    let error = check_named(&shop.scope()).expect_err("faults");
    let places: Vec<Option<&str>> = error.faults().map(Error::place).collect();
    assert_eq!(places, [Some("best-ones"), Some("city"), Some("one:1:1"), Some("three:1:1"), Some("two:1:1")]);
}

#[test]
fn long_and_deep_segments_run() {
    let shop = shop();
    let many = vec!["has_email"; 300].join(" or ");
    assert_eq!(shop.matching(&many), shop.matching("has_email"));
    let list: Vec<String> = (0..700).map(|n| n.to_string()).collect();
    assert_eq!(shop.matching(&format!("visits_12m in ({})", list.join(","))).len(), shop.people.len());
    let deep = format!("{}has_email{}", "not (".repeat(19), " = TRUE)".repeat(19));
    assert!(condition(&deep, &shop.scope()).is_ok());
    shop.matching(&deep);
    let sum = format!("visits_12m{} > 5", " / 1".repeat(95));
    shop.matching(&sum);
    shop.matching(&format!("city like '{}'", "é%".repeat(1_500)));
}

/// Days of eight years, including those from which a month back is the end of a month or February 29.
#[test]
fn nobody_falls_between_two_twelve_months() {
    let mut shop = shop();
    let sample: toml::Table = include_str!("../../app/shop.toml").parse().expect("the sample");
    let lapsed = sample["segments"]["lapsed"].as_str().expect("a segment").to_owned();
    shop.named.insert("lapsed".to_owned(), lapsed);
    let (first, last) = (day("2019-01-01"), day("2026-12-31"));
    shop.store
        .write(|w| {
            w.run("DELETE FROM purchase_item", params![])?;
            w.run("DELETE FROM purchase", params![])?;
            w.run("DELETE FROM recipient_member WHERE customer_id > 7", params![])?;
            w.run("DELETE FROM contact_note", params![])?;
            // Three visits each: the last is moved for every day.
            for id in 1..=7_usize {
                for nth in 0..3 {
                    let on = day("2010-01-01") + chrono::TimeDelta::days(nth);
                    let sql = "INSERT INTO purchase (id, source, customer_id, day, amount_minor, same, nth) \
                               VALUES (?1, 'test', ?2, ?3, 100, ?4, 1)";
                    let number = id * 10 + usize::try_from(nth).expect("small");
                    w.run(sql, params![number, id, on, number.to_string().into_bytes()])?;
                }
            }
            let named = &shop.named;
            for as_of in first.iter_days().take_while(|day| *day <= last) {
                let year_ago = as_of - Months::new(12);
                for id in 1..=7_usize {
                    let on = year_ago + chrono::TimeDelta::days(i64::try_from(id).expect("small") - 4);
                    w.run("UPDATE purchase SET day = ?2 WHERE id = ?1", params![id * 10 + 2, on])?;
                }
                let currency = Currency::of("USD").expect("known");
                let scope = Scope { as_of, currency, home: "US", follows: None, campaigns: &[], named };
                let who = |text: &str| {
                    matching(w, &condition(&format!("visits_ever > 0 AND {text}"), &scope).expect("right"))
                        .expect("ids")
                };
                let (thanked, missed) = (who("spend_12m > 0"), who("lapsed"));
                assert!(thanked.is_disjoint(&missed), "{as_of}");
                assert_eq!(thanked.len() + missed.len(), 7, "{as_of}");
            }
            Ok(())
        })
        .expect("every day");
}

#[test]
fn birthdays_are_asked_for() {
    let mut shop = shop();
    let born =
        ["1980-02-29", "1975-11-05", "", "--11-05", "--0229", "1990-01-15", "1969-12-31", "in May", "2000-02-28"];
    shop.store
        .write(|w| {
            for (id, birthday) in (1_usize..).zip(born) {
                w.run("UPDATE customer SET birthday = ?2 WHERE id = ?1", params![id, birthday])?;
            }
            w.run("DELETE FROM recipient_member WHERE customer_id > 9", params![])?;
            Ok(())
        })
        .expect("born");
    let matching_on = |text: &str, as_of: &str| {
        let scope = Scope { as_of: day(as_of), ..shop.scope() };
        let found = matching(&shop.store.read(), &condition(text, &scope).expect(text)).expect(text);
        let mut ids: Vec<i64> = found.into_iter().map(|id| id.0).filter(|id| *id <= 9).collect();
        ids.sort_unstable();
        ids
    };
    for (text, as_of, wanted) in [
        ("birthday_month = 11", "1990-01-15", &[2, 4][..]),
        ("NOT birthday_month = 11", "1990-01-15", &[1, 3, 5, 6, 7, 8, 9]),
        ("birthday_month <> 11", "1990-01-15", &[1, 3, 5, 6, 7, 8, 9]),
        ("birthday_month IN (2, 12)", "1990-01-15", &[1, 5, 7, 9]),
        ("birthday_month IS NULL", "1990-01-15", &[3, 8]),
        ("birthday_month BETWEEN 1 AND 2", "1990-01-15", &[1, 5, 6, 9]),
        ("birthday = date('1980-02-29')", "1990-01-15", &[1]),
        ("birthday = date('1969-12-31')", "1990-01-15", &[7]),
        ("birthday < date('1980-01-01')", "1990-01-15", &[2, 7]),
        ("birthday >= today()", "1990-01-15", &[6, 9]),
        ("birthday > years_ago(18)", "2008-02-29", &[9]),
        ("birthday BETWEEN date('1970-01-01') AND date('1980-02-29')", "1990-01-15", &[1, 2]),
        ("birthday IS NULL", "1990-01-15", &[3, 4, 5, 8]),
        ("NOT birthday < date('1980-01-01')", "1990-01-15", &[1, 3, 4, 5, 6, 8, 9]),
        ("birthday_within(0)", "1990-01-15", &[6]),
        ("birthday_within(0)", "2023-02-28", &[1, 5, 9]),
        ("birthday_within(0)", "2024-02-28", &[9]),
        ("birthday_within(1)", "2024-02-28", &[1, 5, 9]),
        ("birthday_within(0)", "2023-03-01", &[]),
        ("birthday_within(15)", "2023-12-31", &[6, 7]),
        ("birthday_within(14)", "2023-12-31", &[7]),
        ("birthday_within(7)", "2023-02-21", &[1, 5, 9]),
        ("birthday_within(6)", "2023-02-21", &[]),
        ("birthday_within(364)", "2023-11-06", &[1, 5, 6, 7, 9]),
        ("birthday_within(364)", "2022-11-06", &[1, 2, 4, 5, 6, 7, 9]),
        ("birthday_within(363)", "2022-11-06", &[1, 5, 6, 7, 9]),
        ("birthday_within(366)", "2023-11-06", &[1, 2, 4, 5, 6, 7, 9]),
        ("NOT birthday_within(366)", "2023-11-06", &[3, 8]),
    ] {
        assert_eq!(matching_on(text, as_of), wanted, "{text} on {as_of}");
    }
    let read = shop.store.read();
    for (text, lines) in [
        ("birthday_month = 11", "yes  birthday_month = 11   (birthday_month is 11)"),
        ("birthday < today()", "yes  birthday < today()   (birthday is 1975-11-05, 14 years ago)"),
        ("birthday_within(30)", "no   birthday_within(30)   (birthday is 1975-11-05)"),
    ] {
        let condition = condition(text, &shop.scope()).expect(text);
        assert_eq!(explain(&read, &condition, CustomerId(2)).expect("why").lines(), [lines]);
        assert!(explain(&read, &condition, CustomerId(3)).expect("why").lines()[0].contains("no   birthday"));
    }
    let condition = condition("birthday_within(3) OR birthday_month = 2", &shop.scope()).expect("right");
    let said = unknown_values(&read, &condition).expect("said");
    assert_eq!(said.len(), 1);
    assert!(
        said[0].contains("1 customer has a birthday that is not a day") && said[0].contains("`in May`"),
        "{said:?}"
    );
}

#[test]
fn counting_uses_the_covering_index() {
    let shop = shop();
    let scope = shop.scope();
    let condition = condition("spend_12m >= 5 and visits_ever > 1 and last_purchase > today()", &scope).expect("right");
    let read = shop.store.read();
    for (search, in_order) in [
        (Search::plain(&read, &condition.root, Vec::new()).expect("read"), 0),
        (Search::of(&read, &condition.root, Vec::new()).expect("read"), 1),
    ] {
        let (text, sql) = search.statement(None);
        let plan =
            read.all(&format!("EXPLAIN QUERY PLAN {text}"), &sql.params, |row| row.get::<String>(3)).expect("plan");
        let covered = plan.iter().filter(|line| line.contains("COVERING INDEX purchase_customer")).count();
        assert_eq!(covered, 3, "{plan:#?}");
        let grouped = plan.iter().filter(|line| line.starts_with("CO-ROUTINE")).count();
        assert_eq!(grouped, in_order, "{plan:#?}");
        assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE") || line.contains("AUTOMATIC")), "{plan:#?}");
    }
}
