//! The till: a code is accepted once, even with requests at the same moment; every outcome has its exit code and its
//! object.

use std::collections::HashSet;
use std::process::Stdio;

use serde_json::json;

use crate::support::{Crowd, Shop, program, words_of};

#[test]
fn of_many_tills_at_once_one_hands_the_gift_over() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let code = shop.code("spring", "C-03");
    let tills: Vec<_> = (0..8)
        .map(|n| {
            let line = format!("--today 2024-04-01 --json redeem {code} --spend {n}.00 --till t{n}");
            let mut till = program(&shop.path(), &words_of(&line));
            till.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let answers: Vec<_> = tills.into_iter().map(|till| till.wait_with_output().unwrap()).collect();
    let mut outcomes: Vec<(i32, String)> = answers
        .iter()
        .map(|answer| {
            let object: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
            (answer.status.code().unwrap(), object["outcome"].as_str().unwrap().to_owned())
        })
        .collect();
    outcomes.sort();
    let mut expected = vec![(1, "already_redeemed".to_owned()); 8];
    expected[0] = (0, "accepted".to_owned());
    assert_eq!(outcomes, expected);
    assert_eq!(shop.held_of_all("redemptions").len(), 1);
    assert_eq!(shop.held_of_all("at_the_till").len(), 8, "every attempt is written down");
}

#[test]
fn a_code_is_read_as_people_type_it() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let list = shop.json("recipients spring");
    let codes: Vec<&str> = list["recipients"].as_array().unwrap().iter().map(|r| r["code"].as_str().unwrap()).collect();
    let with = |sign: char| *codes.iter().find(|code| code.contains(sign)).expect("a code with that sign");
    let (zero, one, code) = (with('0'), with('1'), codes[0]);
    let slips = [(zero, zero.replace('0', "O")), (one, one.replace('1', "l")), (one, one.replace('1', "I"))];
    let forms = [(code, code.to_lowercase()), (code, code.replace('-', "")), (code, code.replace('-', " "))];
    for (code, typed) in slips.into_iter().chain(forms) {
        let answer = shop.with(&["--json", "redeem", &typed, "--today", "2024-04-01"]).json();
        assert_eq!((&answer["outcome"], &answer["code"]), (&json!("accepted"), &json!(code)), "{typed}");
        shop.with(&["unredeem", &typed, "--reason", "the next one"]).quiet();
    }
    let redemptions = shop.held_of_all("redemptions");
    assert_eq!(redemptions.iter().filter(|one| one["undone_at"] != "").count(), 6, "nothing is deleted");
    assert_eq!(shop.held_of_all("at_the_till").len(), 12);
    // One wrong character is detected in any position.
    for at in [0, 1, 2, 3, 5, 6, 7, 8] {
        let wrong = if &code[at..=at] == "7" { "8" } else { "7" };
        let typed = format!("{}{wrong}{}", &code[..at], &code[at + 1..]);
        shop.run(&format!("redeem {typed}")).status(1).says("a character is wrong, or two are swapped");
    }
}

#[test]
fn goods_are_no_letters() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    for goods in ["4006381333931", "978-3-16-148410-0", "036000291452", "96385074", "]E04006381333931"] {
        shop.run(&format!("redeem {goods} --today 2024-04-01"))
            .status(1)
            .says("is not a code: it is the bar code of a product");
    }
    shop.run("redeem 4006381333932 --today 2024-04-01").status(1).says("it has 13 characters instead of 8");
}

#[test]
fn the_days_of_a_code_are_both_inside() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop.run("posted spring --on 2024-03-04 --today 2024-03-04").quiet();
    let judge = |reference: &str, day: &str| {
        let code = shop.code("spring", reference);
        let mut run = shop.run(&format!("--json redeem {code} --on {day} --today 2024-12-31"));
        let (ended, outcome) = (run.ended(), run.json()["outcome"].as_str().unwrap().to_owned());
        let _ = run.talk();
        (ended, outcome)
    };
    for (reference, day, outcome) in [
        ("C-03", "2024-03-03", (1, "not_yet")),
        ("C-03", "2024-03-04", (0, "accepted")),
        ("C-06", "2024-06-30", (0, "accepted")),
        ("C-07", "2024-07-01", (1, "expired")),
        ("C-06", "2024-07-02", (1, "already_redeemed")),
    ] {
        let (ended, said) = judge(reference, day);
        assert_eq!((ended, said.as_str()), outcome, "{reference} on {day}");
    }
}

#[test]
fn one_gift_for_a_household_whoever_comes() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop.run(
        "redeem --customer C-02 --campaign spring --spend 12.50 --on 2024-04-01T14:05 --till back --today 2024-04-02",
    )
    .shows("Robert and Eleanor Smith");
    let code = shop.code("spring", "C-01");
    shop.run(&format!("redeem {code} --today 2024-04-03")).status(1).says(
        "was already redeemed: April 1, 2024 at 14:05 at till `back`, $12.50, by Robert and Eleanor Smith (`C-01`)",
    );
    shop.run("redeem --customer C-01 --campaign spring --today 2024-04-03").status(1).says("was already redeemed");
    let changed = format!("redeem {code} --spend 9.80 --change --today 2024-04-03");
    shop.run(&changed).stdout("Changed: Robert and Eleanor Smith (`C-01`) spent $9.80.\n");
    shop.run(&format!("redeem {code} --change --today 2024-04-03")).status(2).talk();
    let amounts = shop.recipient("spring", "C-01")["spend_minor"].clone();
    assert_eq!((amounts, shop.times_of("C-01", "at_the_till", &json!({ "spend_minor": 1250 }))), (json!(980), 1));
    shop.run(&format!("unredeem {code} --reason 'they changed their mind' --today 2024-04-03")).quiet();
    shop.run(&changed).status(1).says("nothing was handed over for this letter");
    shop.run(&format!("redeem {code} --today 2024-04-03")).shows("Yes");
}

#[test]
fn codes_are_unique_and_of_the_32_signs() {
    let crowd = Crowd::of(400);
    let shop = Shop::without_people();
    shop.write("crowd.csv", crowd.customers());
    shop.run("import customers crowd.csv").quiet();
    shop.edit("campaigns/spring.toml", "spend_12m >= 50 AND NOT has_tag('wholesale')", "true");
    shop.edit("campaigns/spring.toml", "limit    = 100\n", "");
    shop.run("plan spring").shows("Planned 400 letters").says("are only 100 of `a tin of spring tea`");
    let list = shop.json("recipients spring");
    let codes: HashSet<&str> =
        list["recipients"].as_array().unwrap().iter().map(|r| r["code"].as_str().unwrap()).collect();
    assert_eq!(codes.len(), 400);
    let is_sign = |c: char| "0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(c);
    assert!(codes.iter().all(
        |code| code.len() == 9 && code.chars().enumerate().all(|(i, c)| if i == 4 { c == '-' } else { is_sign(c) })
    ));
}
