//! The report, compared with counts made here and published intervals.

use serde_json::{Value, json};

use crate::support::{Crowd, Shop, tools};

/// A shop that has mailed a crowd, with branches by what they had spent.
fn written_to(n: usize, more: &str) -> (Crowd, Shop) {
    let (crowd, shop) = (Crowd::of(n), Shop::without_people());
    shop.write("crowd.csv", crowd.customers());
    shop.write("sales.csv", crowd.purchases());
    shop.run("import customers crowd.csv").quiet();
    shop.run("import purchases sales.csv").quiet();
    shop.edit("campaigns/spring.toml", "spend_12m >= 50 AND NOT has_tag('wholesale')", "spend_12m > 0");
    shop.edit("campaigns/spring.toml", "limit    = 100\n", more);
    shop.edit("campaigns/spring.toml", "template = \"spring.md\"\n", "");
    let branch = |name: &str, when: &str| {
        format!("\n[[branch]]\nname = \"{name}\"\nwhen = \"{when}\"\ntemplate = \"spring.md\"\n")
    };
    let branches = branch("big", "spend_12m >= 500") + &branch("rest", "true");
    shop.write("campaigns/spring.toml", shop.read("campaigns/spring.toml") + &branches);
    shop.run("plan spring").says_only(&["are only 100 of `a tin of spring tea`"]);
    shop.run("posted spring --on 2024-03-04 --today 2024-03-04").quiet();
    (crowd, shop)
}

fn recipients(shop: &Shop, arm: &str) -> Vec<Value> {
    let list = shop.json("recipients spring");
    list["recipients"].as_array().unwrap().iter().filter(|r| r["arm"] == arm).cloned().collect()
}

fn near(actual: &Value, expected: [f64; 2], within: f64) {
    for (at, expected) in expected.iter().enumerate() {
        let actual = actual[at].as_f64().unwrap();
        assert!((actual - expected).abs() < within, "{actual} is not {expected}");
    }
}

/// 15 of 148: an example of Newcombe, Statistics in Medicine 17 (1998) 857; Wilson's interval is 0.0624 to 0.1605.
#[test]
fn the_figures_are_those_that_a_count_gives() {
    let (_, shop) = written_to(148, "");
    let people = recipients(&shop, "mailed");
    let (mut takings, mut by_branch) = (0, [(0, 0), (0, 0)]);
    for (n, person) in people.iter().enumerate().filter(|(n, _)| n % 10 == 3) {
        let spend = i64::try_from(n * 137 + 1).unwrap();
        let line = format!(
            "redeem {} --spend {}.{:02} --today 2024-05-05",
            person["code"].as_str().unwrap(),
            spend / 100,
            spend % 100
        );
        shop.run(&line).shows("Yes");
        let branch = &mut by_branch[usize::from(person["branch"] == "rest")];
        *branch = (branch.0 + 1, branch.1 + spend);
        takings += spend;
    }
    let report = shop.json("report spring --today 2024-08-01");
    let cost = 15 * 250 + 148 * 68;
    let half = (takings + 1) / 2;
    assert_eq!(
        ["mailed", "redeemed", "undeliverable", "takings_minor", "gift_cost_minor", "postage_minor"]
            .map(|k| report[k].as_i64().unwrap()),
        [148, 15, 0, takings, 15 * 250, 148 * 68]
    );
    let net = report["net_minor"].as_i64().unwrap();
    assert!((net - (half - cost)).abs() <= 1, "{net} of {takings}");
    near(&report["response_ci95"], [0.0624, 0.1605], 0.00005);
    let branches = report["branches"].as_array().unwrap();
    for (branch, (name, (redeemed, takings))) in branches.iter().zip([("big", by_branch[0]), ("rest", by_branch[1])]) {
        assert_eq!(
            (&branch["name"], &branch["redeemed"], &branch["takings_minor"]),
            (&json!(name), &json!(redeemed), &json!(takings))
        );
    }
    let sum = |key: &str| branches.iter().map(|b| b[key].as_i64().unwrap()).sum::<i64>();
    for key in ["mailed", "redeemed", "takings_minor", "gift_cost_minor", "postage_minor"] {
        assert_eq!(sum(key), report[key].as_i64().unwrap(), "{key}");
    }
    as_csv(&shop, &report);
}

/// The CSV has the same values as the object, with a decimal point.
fn as_csv(shop: &Shop, report: &Value) {
    let text = shop.run("report spring --csv --today 2024-08-01").out();
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3, "{text}");
    let takings = report["takings_minor"].as_i64().unwrap();
    assert_eq!(
        (&rows[0][2], &rows[0][4], rows[0][8].to_owned()),
        ("148", "15", format!("{}.{:02}", takings / 100, takings % 100))
    );
    assert_eq!((&rows[1][1], &rows[2][1]), ("big", "rest"));
}

/// 56 of 70 compared with 48 of 80: Newcombe, Statistics in Medicine 17 (1998) 873, method 10: 0.2, from 0.0524 to
/// 0.3339.
#[test]
fn the_comparison_by_lot_counts_purchases_of_those_days() {
    let (_, shop) = written_to(150, "hold_out = \"53%\"\n");
    let (mailed, held) = (recipients(&shop, "mailed"), recipients(&shop, "held_out"));
    assert_eq!((mailed.len(), held.len()), (70, 80));
    let early = shop.json("report spring --today 2024-05-01");
    assert_eq!(early["hold_out"]["verdict"], "too early: they may still come");
    let mut sales = "Customer ID,Date,Amount\n".to_owned();
    for (people, buyers, amount) in [(&mailed, 56, "40.00"), (&held, 48, "30.00")] {
        for person in &people[..buyers] {
            sales += &format!("{},2024-05-05,{amount}\n", person["ref"].as_str().unwrap());
        }
        // The day before the letters were mailed, and the day after the last: neither counts.
        let other = people[buyers]["ref"].as_str().unwrap();
        sales += &format!("{other},2024-03-03,900.00\n{other},2024-07-01,900.00\n");
    }
    shop.write("may.csv", sales);
    shop.run("import purchases may.csv --today 2024-08-01").shows("108 new");
    let lot = &shop.json("report spring --today 2024-08-01")["hold_out"];
    assert_eq!((&lot["mailed"], &lot["held_out"]), (&json!(70), &json!(80)));
    near(&lot["lift_ci95"], [0.0524, 0.3339], 0.00005);
    assert!((lot["lift"].as_f64().unwrap() - 0.2).abs() < 1e-9, "{lot}");
    let heads = ["spend_per_head_mailed_minor", "spend_per_head_held_out_minor", "spend_diff_minor"];
    assert_eq!(heads.map(|key| lot[key].as_i64().unwrap()), [3200, 1800, 1400]);
    assert!(lot["verdict"].as_str().unwrap().starts_with("better by 20.0 points"), "{lot}");
}

#[test]
fn a_campaign_without_answers_and_years_without_campaigns() {
    let shop = Shop::new();
    shop.run("report --years").status(1).says("no campaign has been planned yet");
    shop.run("plan spring").quiet();
    let report = shop.json("report spring");
    assert_eq!(
        (&report["redeemed"], &report["takings_per_redeemer_minor"], &report["hold_out"]),
        (&json!(0), &json!(null), &json!(null))
    );
    assert_eq!(report["net_minor"], -476);
    let years = shop.json("report --years");
    assert_eq!(years["years"].as_array().unwrap().len(), 1);
}

/// tests/cdnow.py is run by `sh tests/run`, after these tests.
#[test]
fn real_customers_are_counted_again() {
    let _ = tools("two thousand real customers, counted again in Python");
}

/// Before the sales of its days are imported a report compares nothing, and shows what is missing.
#[test]
fn a_report_does_not_count_what_is_not_there() {
    let (_, shop) = written_to(150, "hold_out = \"10%\"\n");
    let one = recipients(&shop, "mailed")[0]["ref"].as_str().unwrap().to_owned();
    let missing = "No sales of March 4 to June 30 are in the book yet: import them to compare.";
    let sale = |who: &str, on: &str| format!("Customer ID,Date,Amount\n{who},{on},40.00\n");
    let last = |day: &str| format!("The last sale in the book is of {day}: import those after it, if there are any.");
    // Each file in addition to those before: what the report shows, and what it does not.
    let cases = [
        ("", missing.to_owned(), "Did the letter do it?"),
        (&sale(&one, "2024-07-04"), missing.to_owned(), "Bought in those days"),
        (
            &sale("", "2024-05-05"),
            "No sales of March 4 to June 30 in the book belong to a customer: import them with who bought, to compare."
                .to_owned(),
            "Bought in those days",
        ),
        (&sale(&one, "2024-05-06"), "Did the letter do it? No difference shown.".to_owned(), "The last sale"),
    ];
    for (file, shows, not) in &cases {
        if !file.is_empty() {
            shop.write("more.csv", file);
            shop.run("import purchases more.csv --today 2024-08-01");
        }
        let page = shop.run("report spring --today 2024-08-01").out();
        assert!(page.contains(shows) && !page.contains(not), "{page}");
        let lot = &shop.json("report spring --today 2024-08-01")["hold_out"];
        assert_eq!(lot["buyer_rate_mailed"].is_null(), !page.contains("Bought in those days"), "{lot}");
    }
    let (_, partly) = written_to(150, "hold_out = \"10%\"\n");
    partly.write("more.csv", sale(&one, "2024-05-06"));
    partly.run("import purchases more.csv --today 2024-08-01").quiet();
    partly.run("report spring --today 2024-08-01").shows(&last("May 6, 2024")).shows("15 were chosen at random");
    let early = partly.run("report spring --today 2024-05-07").out();
    assert!(early.contains("Too early") && !early.contains("The last sale"), "{early}");
}
