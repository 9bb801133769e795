//! Questions: made from the words of the language as its grammar has them, and changed at random.

use std::sync::OnceLock;

use fastrand::Rng;
use regulars::for_tests::{OpenShop, segment_words};
use serde_json::Value;

use super::{changes, property, today};
use crate::support::Shop;

const TEXTS: [&str; 8] = ["'Salem'", "''", "'R%'", "'O''Neil'", "'%_%'", "'ß'", "'US'", "'redeemed'"];
const NUMBERS: [&str; 9] =
    ["0", "1", "-1", "12.50", "500", "9223372036854775807", "99999999999999999999", "0.001", "365"];
const DAYS: [&str; 5] = ["today()", "date('2024-02-29')", "date('0001-01-01')", "date('9999-12-31')", "birthday"];
const COMPARISONS: [&str; 6] = ["=", "<>", "<", "<=", ">", ">="];

/// The words that give a value of a kind.
fn words(kind: &str, dice: &mut Rng) -> &'static str {
    static WORDS: OnceLock<Vec<(&str, String)>> = OnceLock::new();
    let words = WORDS.get_or_init(segment_words);
    // One in twenty does not fit.
    let mut fits = |of: &str| dice.u8(..20) == 0 || of == kind;
    let found: Vec<&'static str> = words.iter().filter(|(_, of)| fits(of)).map(|(word, _)| *word).collect();
    if found.is_empty() { "ref" } else { found[dice.usize(..found.len())] }
}

/// A value of a kind.
fn value(kind: &str, depth: u32, dice: &mut Rng) -> String {
    match (kind, dice.u8(..6)) {
        ("text", 0..=1) => TEXTS[dice.usize(..TEXTS.len())].to_owned(),
        ("text", 2) if depth > 0 => format!("lower({})", value(kind, depth - 1, dice)),
        ("a date", 0..=1) => DAYS[dice.usize(..DAYS.len())].to_owned(),
        ("a date", 2) => format!("days_ago({})", dice.i32(-1..90_000)),
        ("text" | "a date", _) => words(kind, dice).to_owned(),
        (_, 0..=1) => NUMBERS[dice.usize(..NUMBERS.len())].to_owned(),
        (_, 2) if depth > 0 => {
            let (left, right) = (value(kind, depth - 1, dice), value("a whole number", depth - 1, dice));
            format!("({left} {} {right})", ["+", "-", "*", "/"][dice.usize(..4)])
        }
        _ => words(kind, dice).to_owned(),
    }
}

/// A condition.
fn condition(depth: u32, dice: &mut Rng) -> String {
    let kind = ["text", "a date", "money", "a whole number"][dice.usize(..4)];
    match dice.u8(..if depth > 0 { 12 } else { 7 }) {
        0 => words("a condition", dice).to_owned(),
        1 => format!("{} IN ({}, {})", words(kind, dice), value(kind, 0, dice), value(kind, 0, dice)),
        2 => format!("{} BETWEEN {} AND {}", value(kind, 1, dice), value(kind, 1, dice), value(kind, 0, dice)),
        3 => format!("{} LIKE {}", words("text", dice), TEXTS[dice.usize(..TEXTS.len())]),
        4 => format!("{} IS {}NULL", words(kind, dice), ["", "NOT "][dice.usize(..2)]),
        5..=6 => {
            let comparison = COMPARISONS[dice.usize(..COMPARISONS.len())];
            format!("{} {comparison} {}", value(kind, 2, dice), value(kind, 2, dice))
        }
        7 => format!("NOT {}", condition(depth - 1, dice)),
        8 => format!("({})", condition(depth - 1, dice)),
        joined => {
            let word = if joined % 2 == 0 { "AND" } else { "OR" };
            format!("{} {word} {}", condition(depth - 1, dice), condition(depth - 1, dice))
        }
    }
}

/// What somebody asks: as the grammar has it, or changed.
fn question(dice: &mut Rng) -> String {
    let asked = condition(dice.u32(0..6), dice);
    if dice.u8(..3) == 0 { changes::text(&asked, dice) } else { asked }
}

#[test]
fn no_question_breaks_anything() {
    let shop = Shop::new();
    // The object stands behind the text, which may have braces as well.
    let object = |said: &str| -> Value { serde_json::from_str(said.lines().last().unwrap()).unwrap() };
    let open = OpenShop::open(&shop.path()).unwrap();
    property("questions", 20, 25, |case| {
        let asked = question(&mut case.dice);
        let (exit, found) = case.holds(&shop, &asked, asked.as_bytes(), || open.ask(today(), &asked));
        if case.dice.u8(..20) == 0 {
            let (again, told) = case.verb(&shop, &["segment", "--", &asked], asked.as_bytes());
            if again != exit || exit == 0 && object(&told)["matched"] != object(&found)["matched"] {
                case.fails(&asked, &format!("a shop that is open finds {found}, one that is opened {told}"));
            }
        }
        if exit > 0 {
            return;
        }
        match case.dice.u8(..8) {
            0 => {
                // Everybody matches it or its opposite.
                let opposite = format!("NOT ({asked}\n)");
                let (exit, other) = case.holds(&shop, &opposite, asked.as_bytes(), || open.ask(today(), &opposite));
                let (of, others) = (object(&found)["matched"].as_u64(), object(&other)["matched"].as_u64());
                let all = u64::try_from(shop.count("SELECT count(*) FROM customer")).unwrap();
                if exit > 0 || of.unwrap() + others.unwrap() != all {
                    case.fails(&asked, &format!("{of:?} match it, {others:?} its opposite, of {all}"));
                }
            }
            1 if case.dice.u8(..5) == 0 => {
                let (exit, why) = case.verb(&shop, &["segment", "--why", "C-03", "--", &asked], asked.as_bytes());
                let is_in = object(&found)["customers"].as_array().unwrap().iter().any(|one| one["ref"] == "C-03");
                if exit > 0 || object(&why)["matches"] != is_in {
                    case.fails(&asked, &format!("whether C-03 matches is told in two ways: {is_in}, {why}"));
                }
            }
            2 if case.dice.u8(..5) == 0 => {
                let order = format!("--order-by={}", changes::text("spend_12m DESC, last_name", &mut case.dice));
                case.verb(&shop, &["segment", &order, "--", &asked], format!("{asked}\n{order}").as_bytes());
            }
            _ => {}
        }
    });
}
