//! Amounts at the till: without a gift, changed, undone; each counts once, is in the day's totals, and never in the
//! book's purchases.

use serde_json::json;

use crate::support::counter::{Counter, action, heading, value};
use crate::support::{Page, Server, Shop};

fn planned() -> Shop {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop
}

/// Presses "Amount only" on a card, or "Write it down" if no gift waits or the code is rejected.
fn amount_only(till: &Counter, page: &Page, amount: &str) -> Page {
    let refused = value(page, "refused");
    let form =
        [("amount", amount), ("once", &value(page, "once")), ("sure", &value(page, "sure")), ("refused", &refused)];
    let path = page.body.split("=\"/till/bought/").nth(1).expect("a button for the amount").split('"').next().unwrap();
    till.post(&format!("/till/bought/{path}"), &form)
}

#[test]
fn an_amount_without_a_gift_counts_once_and_the_gift_still_waits() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let code = shop.code("spring", "C-03");
    let card = till.find(&code);
    card.shows("Amount only, no tin");
    let page = amount_only(&till, &card, "");
    assert_eq!(page.status, 422);
    page.shows("Enter what they spent");
    let page = amount_only(&till, &card, "9412.50");
    assert_eq!(page.status, 422, "many times what they ever spent");
    page.shows("Is it right?").shows("Yes, amount only, no tin");
    assert_eq!(shop.held_of_all("at_the_till").len(), 0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(heading(&amount_only(&till, &card, "41.20")), "It is recorded."));
        }
    });
    assert_eq!(shop.times("at_the_till", &json!({ "outcome": "bought", "spend_minor": 4120 })), 1);
    assert_eq!(heading(&till.hand_over(&card, "41.20", "")), "It is recorded.", "another button of the same page");
    assert_eq!(shop.held_of_all("redemptions").len(), 0);
    assert_eq!(
        heading(&till.hand_over(&till.find(&code), "5", "")),
        "Yes. The tin is theirs.",
        "the gift still waited"
    );
    till.get("/till").shows("recorded").shows("tin given");
    till.get("/owner/day").shows("left $5.00.").shows("$41.20 more was recorded without one.");
    // The shop's own export has the same sale: the book counts only that one.
    let spent = || {
        shop.json("segment \"spend_between(date('2024-04-01'), date('2024-04-30')) > 0\" --as-of 2024-05-01")["matched"]
            .clone()
    };
    assert_eq!(spent(), 0);
    shop.write("april.csv", "Customer ID,Date,Item,Amount\nC-03,2024-04-02,tea,41.20\n");
    shop.run("import purchases april.csv --today 2024-05-01").quiet();
    assert_eq!(shop.times("purchases", &json!({ "on": "2024-04-02", "amount_minor": 4120 })), 1);
    assert_eq!(shop.json("report spring --today 2024-07-01")["takings_minor"], 500);
    let held = shop.json("customer export C-03")["at_the_till"].to_string();
    assert!(held.contains("\"outcome\":\"bought\""), "{held}");
    shop.run("customer forget C-03 --yes").talk();
    till.get("/owner/day").shows("$41.20");
    assert_eq!(shop.count("SELECT count(*) FROM redemption_event WHERE outcome = 'bought' AND ref <> ''"), 0);
}

#[test]
fn whoever_has_no_letter_or_comes_again_buys_all_the_same() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let nobody = till.open_first("C-08");
    nobody.shows("No letter this year");
    let written = amount_only(&till, &nobody, "12,50");
    assert_eq!(heading(&written), "It is recorded.");
    written.shows("$12.50 recorded at").shows("Next customer");
    assert!(!written.body.contains("btn-go"), "green is for a gift");
    // A code scanned into the amount field starts a search.
    let (code, other) = (shop.code("spring", "C-03"), shop.code("spring", "C-06"));
    till.hand_over(&till.find(&code), "5", "");
    let refused = till.find(&code);
    assert_eq!(heading(&refused), "Already given.");
    amount_only(&till, &refused, &other).shows(&other).shows("Hand over the tin");
    let page = amount_only(&till, &refused, "four");
    assert_eq!((page.status, heading(&page).as_str()), (422, "Already given."));
    page.shows("Four is not an amount.");
    assert_eq!(heading(&amount_only(&till, &refused, "7")), "It is recorded.");
    for amount in [1250, 700] {
        assert_eq!(shop.times("at_the_till", &json!({ "outcome": "bought", "spend_minor": amount })), 1);
    }
    assert_eq!(shop.times("at_the_till", &json!({ "outcome": "bought" })), 2);
    assert_eq!(shop.held_of_all("redemptions").len(), 1);
}

#[test]
fn an_amount_is_taken_back_and_changed_and_the_sums_follow() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let card = till.open_first("C-08");
    let written = amount_only(&till, &card, "12.50");
    let change = action(&written, "/till/written/");
    assert!(change.ends_with("/change"), "{change}");
    for _ in 0..2 {
        till.post(&change, &[("amount", "15")]).shows("$15.00 recorded at");
    }
    assert_eq!(shop.times("at_the_till", &json!({ "outcome": "changed" })), 1, "the same again");
    assert_eq!(shop.times("at_the_till", &json!({ "outcome": "bought", "spend_minor": 1250 })), 1, "on record");
    let day = till.get("/owner/day");
    day.shows("$15.00 was recorded without one.").shows("the amount changed: it was $12.50");
    let undo = change.replace("/change", "/undo");
    assert_eq!(till.post(&undo, &[("reason", " ")]).status, 422);
    for _ in 0..2 {
        assert_eq!(till.post(&undo, &[("reason", "the wrong person")]).status, 200);
    }
    assert_eq!(shop.times("at_the_till", &json!({ "outcome": "undone" })), 1);
    let day = till.get("/owner/day");
    day.shows("bought, and undone later").shows("undone: the wrong person");
    assert!(!day.body.contains("was recorded without one"));

    // The amount of a redemption: this till for ten minutes, then the owner.
    let code = shop.code("spring", "C-03");
    let given = till.hand_over(&till.find(&code), "50", "R-1");
    let change = action(&given, "/till/change/");
    assert_eq!(till.post(&change, &[("amount", "-5")]).status, 422);
    till.post(&change, &[("amount", "99999")]).shows("Is it right?");
    till.post(&change, &[("amount", "45.00")]).shows("$45.00 recorded at");
    assert_eq!(shop.times("redemptions", &json!({ "receipt": "R-1", "spend_minor": 4500 })), 1);
    let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
    database.execute("UPDATE redemption SET redeemed_at = '2024-04-02T00:00:00'", []).unwrap();
    let late = till.post(&change, &[("amount", "44")]);
    late.shows("This till can no longer change it.");
    let day = till.get("/owner/day");
    day.shows("the amount changed: it was $50.00").shows("left $45.00.");
    let path = action(&day, "/owner/day/2024-04-02/change/");
    till.post(&path, &[("amount", "40")]).shows("left $40.00.").shows("it was $45.00");
    shop.run(&format!("unredeem {code} --reason again --today 2024-04-02")).quiet();
    assert_eq!(till.post(&path, &[("amount", "1")]).status, 422, "nothing stands");
    assert_eq!(shop.json("report spring --today 2024-07-01")["takings_minor"], 0);
}

#[test]
fn a_clock_that_was_set_back_takes_no_undo_away() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let given = till.hand_over(&till.find(&shop.code("spring", "C-03")), "5", "");
    let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
    database.execute("UPDATE redemption SET redeemed_at = '2024-04-02T23:59:59'", []).unwrap();
    till.post(&action(&given, "/till/change/"), &[("amount", "6")]).shows("$6.00 recorded at 11:59 pm");
    let back = till.post(&action(&given, "/till/undo/"), &[("reason", "the wrong person")]);
    assert_eq!(heading(&back), "Undone.");
    assert_eq!(shop.times("redemptions", &json!({ "undone_at": "" })), 0);
}

#[test]
fn no_amount_is_read_as_another_and_sums_stay_numbers() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let card = till.open_first("C-08");
    for typed in ["1e9", "-5", "12 50", "12.5.0", "12\0", "99999999999999999", "4 hundred"] {
        let page = amount_only(&till, &card, typed);
        assert_eq!(page.status, 422, "{typed}");
        assert!(page.body.contains("role=\"alert\""), "{typed}");
    }
    assert_eq!(shop.held_of_all("at_the_till").len(), 0);
    let code = shop.code("spring", "C-03");
    shop.run(&format!("redeem {code} --spend 99999999999999")).status(1).says("is too large an amount");
    for (typed, minor) in [("12,50", 1_250), ("1.234,56", 123_456), ("$1,149.00", 114_900), ("1 149,00", 114_900)] {
        amount_only(&till, &till.open_first("C-08"), typed);
        assert_eq!(shop.held("C-08", "at_the_till").last().unwrap()["spend_minor"], minor, "{typed}");
    }
}

#[test]
fn a_second_gift_stands_in_the_sums_and_can_be_taken_back() {
    let shop = planned();
    let text = shop.read("shop.toml");
    shop.write("shop.toml", format!("{text}\n[till]\nhonour_twice = true\n"));
    let till = Counter::open(&shop, "2024-04-02");
    let code = shop.code("spring", "C-03");
    till.hand_over(&till.find(&code), "5", "");
    let page = till.find(&code);
    let again = page.body.split("formaction=\"").nth(1).unwrap().split('"').next().unwrap();
    let given = till.post(again, &[("amount", "8.40"), ("once", &value(&page, "once"))]);
    assert_eq!(heading(&given), "Yes. A second tin is theirs.");
    assert_eq!(heading(&amount_only(&till, &page, "8.40")), "Yes. A second tin is theirs.", "the other button");
    till.get("/owner/day").shows("left $5.00.").shows("$8.40 more was recorded").shows("a second one given");
    let undo = given.body.split("action=\"").filter_map(|rest| rest.split('"').next()).find(|p| p.ends_with("/undo"));
    till.post(undo.unwrap(), &[("reason", "one was enough")]);
    let day = till.get("/owner/day");
    day.shows("a second one given, and undone later");
    assert!(!day.body.contains("more was recorded"));
    assert_eq!(heading(&till.get(again)), "Already given.");
}

#[test]
fn an_amount_that_a_till_kept_is_written_down_once() {
    let shop = planned();
    let server = Server::start(&shop, "--today 2024-04-02");
    let customer = shop.count("SELECT id FROM customer WHERE ref = 'C-08'");
    let sent = |kept: &serde_json::Value| {
        let body = kept.to_string();
        let head = "Content-Type: application/json\r\nSec-Fetch-Site: same-origin";
        server.ask(&format!("POST /till/kept HTTP/1.1\r\n{head}\r\nContent-Length: {}\r\n", body.len()), &body)
    };
    let kept = json!({ "id": "0123456789abcdef", "customer": customer, "amount": "20", "ago": 60 });
    for _ in 0..3 {
        sent(&kept).shows("\"outcome\":\"bought\"");
    }
    assert_eq!(shop.times("at_the_till", &json!({ "outcome": "bought", "spend_minor": 2000 })), 1);
    let page = server.get("/owner/day");
    page.shows("$20.00 was recorded without one.");
    assert!(!page.body.contains("look at this"), "nothing to settle");
    // The response was lost, and then the other button of the same card was pressed.
    let code = shop.code("spring", "C-03");
    let other = json!({ "id": "0123456789abcdef", "code": code, "amount": "20", "ago": 30 });
    for _ in 0..2 {
        sent(&other).shows("\"outcome\":\"accepted\"");
    }
    assert_eq!(shop.held_of_all("redemptions").len(), 1);
    server.get("/owner/day").shows("check whether it counts twice");
    let odd = json!({ "id": "fedcba9876543210", "customer": customer, "amount": "4 hundred", "ago": 60 });
    sent(&odd);
    let gone = json!({ "id": "00000000000000000", "customer": 4711, "amount": "7", "ago": 60 });
    sent(&gone).shows("bought");
    server.get("/owner/day").shows("The amount was typed as “4 hundred”.").shows("Acme");
}
