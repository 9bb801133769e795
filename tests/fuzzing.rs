//! What nobody thought of: questions, campaigns, shop.toml and templates with pieces changed at random.
//!
//! Whatever stands in them, the program ends in bounded time, with no panic and no word of SQL in what it says.
//! REGULARS_FUZZ is how many of each are tried, 25 when it is not set; REGULARS_FUZZ_SEED is where the dice begin.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Run, Shop, program};

/// Pieces that have a meaning somewhere.
const PIECES: &[&str] = &[
    "'",
    "\"",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "{{",
    "}}",
    "{%",
    "%}",
    "+++",
    "=",
    "==",
    "<",
    ">=",
    ",",
    ".",
    "-",
    "~",
    "|",
    "*",
    "_",
    "#",
    "\n",
    "\\",
    "\0",
    "ä",
    "漢",
    "\u{202e}",
    "0",
    "-1",
    "99999999999999999999",
    "1e999",
    "NaN",
    "true",
    "NOT ",
    " AND ",
    " OR ",
    "BETWEEN ",
    "IN (",
    "LIKE ",
    "NULL",
    "; DROP TABLE customer; --",
    "spend_12m",
    "spend_between(",
    "has_tag('x')",
    "response('",
    "redeemed",
    "today()",
    "1990-02-31",
    "9999-12-31",
    "%",
    "for x in ",
    "if ",
    "endif",
    "endfor",
    "set x = ",
    "default(value=",
    "range(end=9)",
    "qr()",
    "image(file=",
    "customer.",
    "gift.",
    "last_year.",
    "[[branch]]",
    "[segment]",
    "where = ",
    "limit = ",
    "hold_out = ",
    "\"101%\"",
    "![](",
    "![](regulars-image:9mm:",
    "> ",
    "1. ",
    "|a|b|\n|-|-|\n",
    "---",
    "`",
    "&amp;",
    "<b>",
];

/// What must not reach anybody.
const INTERNALS: &[&str] = &[
    "panicked",
    "SELECT ",
    "syntax error near",
    "no such column",
    "no such function",
    "fault of the program",
    "refused a statement",
    "RUST_",
    "unwrap()",
    "os error",
];

fn rounds() -> usize {
    std::env::var("REGULARS_FUZZ").ok().and_then(|many| many.parse().ok()).unwrap_or(25)
}

fn dice(of: u64) -> fastrand::Rng {
    let seed = std::env::var("REGULARS_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1989_u64);
    fastrand::Rng::with_seed(seed.wrapping_mul(31).wrapping_add(of))
}

/// A text with one to four places changed: a piece put in, a stretch taken out, doubled, or moved.
fn mutated(text: &str, dice: &mut fastrand::Rng) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..dice.usize(1..=4) {
        let (at, length) = (dice.usize(0..=chars.len()), dice.usize(1..=12));
        let end = (at + length).min(chars.len());
        match dice.u8(0..6) {
            0..=2 => {
                let piece: Vec<char> = PIECES[dice.usize(..PIECES.len())].chars().collect();
                let piece = piece.repeat(if dice.u8(..20) == 0 { 200 } else { 1 });
                chars.splice(at..at, piece);
            }
            3 => drop(chars.drain(at..end)),
            4 => {
                let stretch: Vec<char> = chars[at..end].to_vec();
                chars.splice(at..at, stretch);
            }
            _ => {
                let stretch: Vec<char> = chars.drain(at..end).collect();
                let to = dice.usize(0..=chars.len());
                chars.splice(to..to, stretch);
            }
        }
    }
    chars.into_iter().collect()
}

/// Runs a command with what was made at random, and looks at how it ends.
fn bears(shop: &Shop, words: &[&str], input: &str) {
    let mut typed = vec!["--today".to_owned(), "2024-03-01".to_owned()];
    typed.extend(words.iter().map(|word| (*word).to_owned()));
    let began = Instant::now();
    let output = program(&shop.path(), &typed).stdin(Stdio::null()).output().unwrap();
    let took = began.elapsed();
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    let ended = output.status.code();
    let told = || format!("{words:?} ended with {ended:?} after {took:?}:\n{said}\n── for\n{input}");
    assert!(ended.is_some_and(|status| status <= 3), "{}", told());
    assert!(took < Duration::from_secs(10), "{}", told());
    let internal = INTERNALS.iter().find(|word| said.contains(**word) && !input.contains(**word));
    assert!(internal.is_none(), "{internal:?}: {}", told());
}

#[test]
fn no_question_breaks_anything() {
    let shop = Shop::new();
    let questions = [
        "spend_12m >= 500 AND NOT has_tag('wholesale')",
        "visits_ever > 2 OR last_purchase < today() - 30 days",
        "city = 'Salem' AND bought('tea', 6 months) AND birthday_month = 5",
        "spend_between('2023-01-01', '2023-12-31') BETWEEN 10 AND 200.50",
        "state IN ('OR', 'CA') AND first_name LIKE 'R%' AND regulars",
    ];
    let mut dice = dice(1);
    for round in 0..rounds() {
        let question = mutated(questions[round % questions.len()], &mut dice).replace('\0', "");
        bears(&shop, &["segment", "--", &question], &question);
        let order = mutated("spend_12m DESC, last_name", &mut dice).replace('\0', "");
        bears(&shop, &["segment", "true", &format!("--order-by={order}")], &order);
    }
}

#[test]
fn no_file_of_a_shop_breaks_anything() {
    let shop = Shop::new();
    let samples: Vec<(&str, String)> = ["shop.toml", "campaigns/spring.toml", "letter-templates/spring.md"]
        .into_iter()
        .map(|path| (path, shop.read(path)))
        .collect();
    let of_project = |path: &str| std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let letter = of_project("letter-templates/first-letter.md");
    let mut dice = dice(2);
    for round in 0..3 * rounds() {
        let (path, text) = &samples[round % samples.len()];
        let text = if round % 6 == 2 { &letter } else { text };
        let text = mutated(text, &mut dice);
        shop.write(path, &text);
        bears(&shop, &["check"], &text);
        bears(&shop, &["plan", "spring", "--dry-run"], &text);
        for (path, text) in &samples {
            shop.write(path, text);
        }
    }
    drop(Run::of(&shop.path(), &["check".to_owned(), "--today".to_owned(), "2024-03-01".to_owned()]).quiet());
}

#[test]
fn no_letter_that_is_planned_breaks_the_print() {
    let letter = Shop::new().read("letter-templates/spring.md");
    let mut dice = dice(3);
    for _ in 0..rounds().div_ceil(3) {
        let shop = Shop::new();
        let text = mutated(&letter, &mut dice);
        shop.write("letter-templates/spring.md", &text);
        for words in
            [&["plan", "spring"][..], &["proof", "spring"], &["preview", "spring", "C-01"], &["print", "spring"]]
        {
            bears(&shop, words, &text);
        }
    }
}
