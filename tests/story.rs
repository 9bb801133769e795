//! The demo: the two years of the story, with the program's own figures.

use std::collections::HashMap;

use serde_json::Value;

use crate::support::{Run, Shop, outside, tools, words_of};

const YEARS: [&str; 2] = ["1989-chardonnay", "1990-sauvignon-blanc"];

#[test]
fn two_years_of_wine() {
    let shop = Shop::without_people();
    let told = shop.run("demo wine").out();
    let [first, second] =
        YEARS.map(|year| Run::of(&shop.path(), &words_of(&format!("--shop wine --json report {year}"))).json());
    let number = |report: &Value, key: &str| report[key].as_i64().unwrap();
    assert_eq!(number(&first, "mailed"), 600);
    assert!((330..=370).contains(&number(&first, "redeemed")), "{first}");
    assert!((20_000_000..=22_000_000).contains(&number(&first, "takings_minor")), "{first}");
    assert!((55_000..=65_000).contains(&number(&first, "takings_per_redeemer_minor")), "{first}");
    assert!(number(&second, "takings_minor") > 30_000_000, "{second}");
    // The second letter is sent to exactly those who got the first, each in the branch of their response.
    let answered = |year: &str| -> HashMap<String, Value> {
        let list = Run::of(&shop.path(), &words_of(&format!("--shop wine --json recipients {year}"))).json();
        list["recipients"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| (r["ref"].as_str().unwrap().to_owned(), r.clone()))
            .collect()
    };
    let (then, now) = (answered(YEARS[0]), answered(YEARS[1]));
    let branch = |r: &Value| if r["response"] == "redeemed" { "came" } else { "missed" };
    let mut same = 0;
    for (reference, before) in &then {
        // Another member may rank best in a household a year later; those who are the same can be compared.
        if let Some(after) = now.get(reference) {
            assert_eq!(after["branch"], branch(before), "{reference}");
            same += 1;
        }
    }
    assert!(same > 500, "{same}");
    for figure in [number(&first, "redeemed"), number(&second, "redeemed")] {
        assert!(told.contains(&figure.to_string()), "the story does not tell of {figure}");
    }
    if tools("the demo's letters") {
        letters(&shop, &now);
    }
}

/// Every name and code of the second year is in its letters, and a second run gives the same bytes.
fn letters(shop: &Shop, people: &HashMap<String, Value>) {
    let text = outside(&shop.path(), &format!("pdftotext wine/out/{}/letters.pdf -", YEARS[1]));
    for person in people.values() {
        for key in ["code", "name"] {
            let words = person[key].as_str().unwrap();
            assert!(
                text.contains(words) || key == "name" && words.split(' ').all(|word| text.contains(word)),
                "{words} is in no letter"
            );
        }
    }
    shop.run("demo once-more").quiet();
    for year in YEARS {
        let bytes = |demo: &str| std::fs::read(shop.file(&format!("{demo}/out/{year}/letters.pdf"))).unwrap();
        assert!(bytes("wine") == bytes("once-more"), "{year}: the letters differ");
    }
}
