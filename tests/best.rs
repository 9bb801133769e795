//! The best-customer worksheet, and the call list.

use serde_json::{Value, json};

use crate::support::Shop;

fn refs(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["ref"].as_str().unwrap()).collect()
}

/// Adds a note as the owner would.
fn note(shop: &Shop, reference: &str, days_ago: i64, kind: &str, text: &str, minutes: i64) {
    let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
    // The tests' day is 2024-03-01, day number 19783.
    let sql = "INSERT INTO contact_note (customer_id, on_day, kind, text, minutes) \
               SELECT id, 19783 - ?2, ?3, ?4, ?5 FROM customer WHERE ref = ?1";
    assert_eq!(database.execute(sql, (reference, days_ago, kind, text, minutes)).unwrap(), 1);
}

#[test]
fn the_worksheet_says_who_brings_the_takings() {
    let shop = Shop::new();
    let sheet = shop.json("best --top 3");
    assert_eq!((&sheet["customers"], &sheet["takings_minor"]), (&json!(12), &json!(688_775)));
    assert_eq!(sheet["unlinked"], json!({ "purchases": 2, "takings_minor": 1200 }));
    assert_eq!(refs(&sheet["list"]), ["C-08", "C-06", "C-03"]);
    assert_eq!(sheet["top"]["takings_minor"], 520_000 + 41_025 + 31_000);
    assert_eq!(sheet["customers_making_80pct"], 2);
    assert_eq!(sheet["list"][0]["frequency"], 1, "eleven bought once");
    let share = sheet["top"]["share"].as_f64().unwrap();
    assert!((share - 592_025.0 / 688_775.0).abs() < 1e-12, "{share}");
    shop.run("best --top 20%").shows("The best 3 of 12 customers (25.0%) brought $5,920.25 of $6,887.75: 86.0%.");
}

#[test]
fn only_the_days_that_are_asked_for_count() {
    let shop = Shop::new();
    let sheet = shop.json("best --from 2024-01-01 --as-of 2024-02-19");
    assert_eq!((refs(&sheet["list"]), &sheet["takings_minor"]), (vec!["C-12"], &json!(5200)));
    let nothing = shop.json("best --from 2024-02-25");
    assert_eq!((&nothing["customers"], &nothing["top"]["share"]), (&json!(0), &Value::Null));
    shop.run("best --from 2024-02-25").shows("No customer in the book bought anything");
    shop.run("best --from 2024-02-25 --svg curve.svg").status(1).says("there is no curve to draw");
    shop.run("best --from 2024-03-02").status(1).says("error: --from: 2024-03-02 is after 2024-03-01");
    shop.run("best --top some").status(1).says("error: --top: `some` is not a number or a share");
}

#[test]
fn whoever_slips_and_whoever_costs_is_named() {
    let shop = Shop::new();
    shop.write(
        "more.csv",
        "Customer ID,Date,Item,Amount\nC-11,2022-12-24,a coat,900.00\nC-07,2024-02-01,a belt back,-30.00\n",
    );
    shop.run("import purchases more.csv").shows("2 new");
    note(&shop, "C-07", 10, "call", "about the belt", 45);
    note(&shop, "C-08", 10, "call", "an order", 15);
    let sheet = shop.json("best --top 2");
    assert_eq!((refs(&sheet["slipping"]), &sheet["slipping_count"]), (vec!["C-11"], &json!(1)));
    assert_eq!(sheet["slipping"][0]["year_before_minor"], 97_500);
    assert_eq!(refs(&sheet["returns"]), ["C-07"]);
    assert_eq!(sheet["returns"][0]["returned_share"], 0.5);
    assert_eq!(refs(&sheet["time"]), ["C-07"], "the best may take their time");
    assert_eq!(sheet["time"][0]["takings_an_hour_minor"], 4000);
}

#[test]
fn the_list_is_safe_in_a_spreadsheet_and_the_curve_is_a_drawing_with_words() {
    let shop = Shop::new();
    shop.write("odd.csv", "Customer ID,First Name,Last Name,City\nC-06,=1+1,\"<b>&\",+49\n");
    shop.run("import customers odd.csv").quiet();
    let csv = shop.run("best --csv --top 2 --svg charts/curve.svg").out();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[1], "1,C-08,Acme Uniforms,Portland,5200.00,0.7550,1,2023-08-01,2023-08-01,2,1,5");
    assert!(lines[2].starts_with("2,C-06,'=1+1 <b>&,'+49,410.25,"), "{}", lines[2]);
    let svg = shop.read("charts/curve.svg");
    assert!(
        svg.starts_with("<svg role=\"img\" aria-label=\"The best 2 of 12 customers bring 81.5% of sales;"),
        "{svg}"
    );
    assert!(svg.contains("<text") && !svg.contains("style=") && !svg.contains("<script"));
}

#[test]
fn complaints_come_first_then_new_faces_then_the_best_who_stay_away() {
    let shop = Shop::new();
    note(&shop, "C-04", 20, "complaint", "A button is missing.", 0);
    let list = shop.json("calls");
    let calls = list["calls"].as_array().unwrap();
    let told: Vec<(&str, &str)> =
        calls.iter().map(|c| (c["ref"].as_str().unwrap(), c["reason"].as_str().unwrap())).collect();
    assert_eq!(told, [("C-04", "complaint"), ("C-08", "quiet"), ("C-06", "quiet")]);
    assert_eq!(calls[0]["why"], "complained two weeks ago: A button is missing");
    assert_eq!(calls[0]["about"], json!(["last bought a tweed jacket ($240.00 in all), five months ago"]));
    assert!(calls[2]["about"].as_array().unwrap().contains(&json!("married to Anneliese")));
    let early = shop.json("calls --today 2024-02-24 --limit 2");
    assert_eq!((refs(&early["calls"]), &early["waiting"]), (vec!["C-04", "C-03"], &json!(4)));
    assert_eq!(early["calls"][1]["why"], "bought here for the first time four days ago");
}

#[test]
fn whoever_was_called_is_off_the_list_and_a_complaint_comes_back() {
    let shop = Shop::new();
    note(&shop, "C-04", 20, "complaint", "A button is missing.", 0);
    shop.run("calls --done C-04 --note \"We sew it on.\"").shows("The complaint stays open");
    shop.run("calls --done C-08").stdout("Noted: you spoke with Acme Uniforms.\n");
    assert_eq!(refs(&shop.json("calls")["calls"]), ["C-06"]);
    assert_eq!(refs(&shop.json("calls --today 2024-03-09")["calls"]), ["C-04", "C-06"]);
    assert_eq!(shop.times("contacts", &json!({ "kind": "call", "text": "We sew it on." })), 1);
    shop.run("calls --done C-99").status(1).says("there is no customer `C-99`");
    shop.run("calls --today 2021-01-01").stdout("No one is waiting for a call today.\n");
}

#[test]
fn nobody_calls_the_dead() {
    let shop = Shop::new();
    shop.run("customer set C-06 deceased=yes").quiet();
    assert_eq!(refs(&shop.json("calls")["calls"]), ["C-08"]);
}
