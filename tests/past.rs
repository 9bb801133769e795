//! Last year's mailing from a spreadsheet: all of it or nothing, and then a campaign like any other.

use serde_json::json;

use crate::support::{Shop, dump};

const LINE: &str = "import past-campaign last.csv --name 2023-tea --as-of 2023-03-01 --claim-until 2023-06-30";
const ROWS: &str = "Customer ID,Arm,Letter,Redeemed on,Spend\nC-01,mailed,thanks,2023-05-02,80.00\nC-03,,thanks,,\n\
                    C-06,,others,2023-06-30,\"$1,410.25\"\nC-11,held out,,,\n";

#[test]
fn it_is_a_closed_campaign_with_its_response() {
    let shop = Shop::new();
    shop.write("last.csv", ROWS);
    let taken =
        shop.json(&format!("{LINE} --title \"Spring tea 2023\" --gift \"a tin of tea\" --unit-cost 2 --postage 0.60"));
    assert_eq!((&taken["added"], &taken["redeemed"], &taken["takings_minor"]), (&json!(4), &json!(2), &json!(149_025)));
    let report = shop.json("report 2023-tea");
    for (key, value) in [
        ("state", json!("closed")),
        ("name", json!("Spring tea 2023")),
        ("mailed", json!(3)),
        ("redeemed", json!(2)),
        ("takings_minor", json!(149_025)),
        ("gift_cost_minor", json!(400)),
        ("postage_minor", json!(180)),
        ("from", json!("2023-03-01")),
        ("until", json!("2023-06-30")),
    ] {
        assert_eq!(report[key], value, "{key}");
    }
    assert_eq!(report["hold_out"]["held_out"], 1);
    let branches: Vec<_> = report["branches"].as_array().unwrap().iter().map(|b| (&b["name"], &b["mailed"])).collect();
    assert_eq!(branches, [(&json!("thanks"), &json!(2)), (&json!("others"), &json!(1))]);
    for (response, reference) in [("redeemed", "C-01"), ("not_redeemed", "C-03"), ("held_out", "C-11")] {
        let found = shop.json(&format!("segment \"response('2023-tea') = '{response}'\""));
        assert_eq!(found["customers"][0]["ref"], reference);
    }
    assert_eq!(shop.times("at_the_till", &json!({ "outcome": "accepted" })), 2);
    shop.run("doctor").quiet();
    shop.run("print 2023-tea").status(1).says("`2023-tea` is over, and its letters are not stored");
    shop.run("plan 2023-tea").shows("Already planned");
    shop.run("redeem --customer C-03 --campaign 2023-tea").status(1).says("could come until June 30, 2023");
}

#[test]
fn the_first_campaign_made_here_branches_on_it() {
    let shop = Shop::new();
    shop.write("last.csv", ROWS);
    shop.run(LINE).shows("Imported `2023-tea`: 4 recipients; 2 came and spent $1,490.25.");
    shop.run("follow-up 2023-tea 2024-tea").shows("2 came, 1 missed and 1 held_out");
    let plan = shop.json("plan 2024-tea");
    assert_eq!(
        plan["by_branch"],
        json!([{ "name": "came", "count": 2 }, { "name": "missed", "count": 1 }, { "name": "held_out", "count": 1 }])
    );
    shop.run("print 2024-tea").shows("Printed 4 letters");
    assert_eq!(shop.recipient("2024-tea", "C-03")["branch"], "missed");
}

#[test]
fn a_reference_of_a_merged_card_means_the_card_that_stays() {
    let shop = Shop::new();
    shop.run("customer merge C-02 C-01").quiet();
    shop.write("last.csv", "ref,redeemed_on,spend\nC-02,2023-05-02,80.00\n");
    shop.run(LINE).shows("1 recipient; 1 came");
    assert_eq!(shop.recipient("2023-tea", "C-01")["response"], "redeemed");
    shop.write("twice.csv", "ref\nC-01\nC-02\n");
    let line = LINE.replace("last.csv", "twice.csv").replace("2023-tea", "twice");
    shop.run(&line).status(1).says("twice.csv:3, column `ref`: customer `C-02` is in line 2 already");
}

#[test]
fn nothing_is_half_taken_in() {
    let shop = Shop::new();
    shop.write("last.csv", format!("{ROWS}C-99,,thanks,,\nC-04,,thanks,2023-07-01,-3\n"));
    let before = dump(&shop.file("regulars.db"));
    shop.run(LINE).status(1).stderr(
        "error: last.csv:6, column `Customer ID`: there is no customer `C-99` in the book\n\
         error: last.csv:7, column `Redeemed on`: 2023-07-01 is outside the campaign, which ran from 2023-03-01 to 2023-06-30\n\
         error: last.csv:7, column `Spend`: `-3` is negative\n\
         hint: nothing was imported; correct the file, or import the good rows with `--skip-bad`\n",
    );
    assert_eq!(dump(&shop.file("regulars.db")), before);
    shop.run(&format!("{LINE} --dry-run --skip-bad")).shows("Would import `2023-tea`: 4 recipients").quiet();
    assert_eq!(dump(&shop.file("regulars.db")), before);
    shop.run(&format!("{LINE} --skip-bad")).shows("4 recipients").says("2 rows left out");
    assert!(shop.read("out/last-left-out.csv").contains("C-99"));
}

#[test]
fn what_cannot_be_a_past_campaign_is_refused() {
    let shop = Shop::new();
    shop.write("last.csv", ROWS);
    shop.write("nobody.csv", "ref,arm\nC-01,control\n");
    for (line, said) in [
        (LINE.replace("2023-tea", "spring"), "error: --name: `campaigns/spring.toml` already exists"),
        (LINE.replace("2023-06-30", "2024-03-01"), "error: --claim-until: 2024-03-01 is not in the past yet"),
        (LINE.replace("2023-06-30", "2023-01-01"), "error: --claim-until: 2023-01-01 is before 2023-03-01"),
        (LINE.replace("last.csv", "nobody.csv"), "error: nobody.csv: it has no recipients"),
        (format!("{LINE} --unit-cost much"), "error: --unit-cost: `much` is not an amount"),
        (format!("{LINE} --map spend=Colour"), "there is no column `Colour`"),
    ] {
        shop.run(&line).status(1).says(said);
    }
    shop.run(LINE).quiet();
    shop.run(LINE).status(1).says("error: --name: the campaign `2023-tea` already exists");
}
