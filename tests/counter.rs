//! The till's pages: pressed twice counts once; found without the letter; rejected in words; undone; no secrets in
//! URLs.

use serde_json::json;

use crate::support::counter::{Counter, action, heading, link, value};
use crate::support::{Page, Shop};

fn planned() -> Shop {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop
}

#[test]
fn the_gift_is_handed_over_once_however_often_it_is_pressed() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    till.get("/till").shows("a tin of spring tea").shows("No one yet today.");
    let code = shop.code("spring", "C-03");
    let card = till.find(&code.to_lowercase().replace('-', " "));
    assert_eq!(card.status, 200);
    card.shows("The letter promised").shows("Last bought").shows(&code);
    let given = till.hand_over(&card, "$9,412.50", "R-77");
    assert_eq!(given.status, 422, "many times what they ever spent");
    given.shows("Is it right?");
    assert_eq!(shop.held_of_all("redemptions").len(), 0, "it was only asked about");
    let given = till.hand_over(&given, "$9,412.50", "R-77");
    assert_eq!((given.status, heading(&given).as_str()), (200, "Yes. The tin is theirs."));
    given.shows("$9,412.50 recorded at").shows("The 1st of").shows("Next customer");
    // The same button again, and from everywhere at the same moment: the same response.
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(heading(&till.hand_over(&card, "3.00", "")), "Yes. The tin is theirs."));
        }
    });
    assert_eq!(shop.times("redemptions", &json!({ "spend_minor": 941_250, "receipt": "R-77" })), 1);
    assert_eq!(shop.held_of_all("at_the_till").len(), 1, "one press, one event");
    let recipient = shop.recipient("spring", "C-03");
    assert_eq!(recipient["redeemed_on"], "2024-04-02");
    till.get("/till").shows("tin given");
    let day = till.get("/owner/day");
    day.shows("1 person came with a letter and left $9,412.50.").shows("R-77");
    let held = shop.json("customer export C-03").to_string();
    assert!(held.contains("\"receipt\":\"R-77\""), "{held}");
}

#[test]
fn of_many_tills_one_hands_over_and_the_others_say_when() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let code = shop.code("spring", "C-03");
    let cards: Vec<Page> = (0..16).map(|_| till.find(&code)).collect();
    let tokens: std::collections::HashSet<String> = cards.iter().map(|card| value(card, "once")).collect();
    assert_eq!(tokens.len(), 16, "each page is a request of its own");
    let headings: Vec<String> = std::thread::scope(|scope| {
        let pressed: Vec<_> =
            cards.iter().map(|card| scope.spawn(|| heading(&till.hand_over(card, "20", "")))).collect();
        pressed.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(headings.iter().filter(|heading| *heading == "Yes. The tin is theirs.").count(), 1);
    assert_eq!(headings.iter().filter(|heading| *heading == "Already given.").count(), 15);
    assert_eq!(shop.held_of_all("redemptions").len(), 1);
    assert_eq!(shop.times("at_the_till", &json!({ "outcome": "already_redeemed" })), 15);
}

#[test]
fn a_refusal_says_why_in_words_and_has_no_green() {
    let shop = planned();
    shop.run("posted spring --on 2024-03-04 --today 2024-03-04").quiet();
    let code = shop.code("spring", "C-03");
    shop.run(&format!("redeem {code} --spend 12.50 --on 2024-04-01T14:05 --till back --today 2024-04-02")).quiet();
    let (early, late, other) = (shop.code("spring", "C-06"), shop.code("spring", "C-07"), "0000-0000");
    let look = |today: &str, typed: &str| {
        let page = Counter::open(&shop, today).find(typed);
        let verdict = page.body.split("<main").nth(1).unwrap().to_owned();
        assert!(
            !verdict.contains("btn-go") && !verdict.contains("class=\"go") && !verdict.contains(" yes"),
            "{verdict}"
        );
        page
    };
    let given = look("2024-04-02", &code);
    assert_eq!(heading(&given), "Already given.");
    given.shows("Monday, April 1, at 2:05 pm, at the till “back”.").shows("the owner can undo it");
    assert!(!given.body.contains("12.50"), "what was spent is the owner's to know");
    assert!(!given.body.contains("Give a second"));
    let page = look("2024-03-02", &early);
    assert_eq!(heading(&page), "Not yet.");
    page.shows("is ready from Monday, March 4.");
    let page = look("2024-07-01", &late);
    assert_eq!(heading(&page), "Too late.");
    page.shows("waited until Sunday, June 30.");
    let page = look("2024-04-02", other);
    assert_eq!((page.status, heading(&page).as_str()), (404, "No such code."));
    let page = Counter::open(&shop, "2024-04-02").find("7K3M-9QXB");
    page.shows("A character is wrong, or two are swapped.");
    let refused =
        "SELECT count(*) FROM redemption_event WHERE outcome IN ('already_redeemed', 'not_yet', 'expired', 'unknown')";
    assert_eq!(shop.count(refused), 4, "every refusal is written down");

    let text = shop.read("shop.toml");
    shop.write("shop.toml", format!("{text}\n[till]\nhonour_twice = true\nshow_earlier_amount = true\n"));
    let till = Counter::open(&shop, "2024-04-02");
    let page = till.find(&code);
    page.shows("They spent $12.50.").shows("Give a second tin");
    assert_eq!(heading(&till.get(&action(&page, "/till/again/"))), "Already given.", "a yes that nobody gave");
    let again = [("amount", "8,40"), ("once", value(&page, "once").as_str())].map(|(k, v)| (k, v.to_owned()));
    let again: Vec<(&str, &str)> = again.iter().map(|(k, v)| (*k, v.as_str())).collect();
    for _ in 0..2 {
        assert_eq!(heading(&till.post(&action(&page, "/till/again/"), &again)), "Yes. A second tin is theirs.");
    }
    assert_eq!(shop.held_of_all("redemptions").len(), 1, "never a second redemption");
    assert_eq!(shop.times("at_the_till", &json!({ "outcome": "honoured_again", "spend_minor": 840 })), 1);
}

#[test]
fn a_code_that_was_replaced_leads_to_the_card() {
    let shop = planned();
    let old = shop.code("spring", "C-03");
    shop.edit("letter-templates/spring.md", "Yours,", "Ever yours,");
    shop.run("plan spring --again").quiet();
    let till = Counter::open(&shop, "2024-04-02");
    let page = till.find(&old);
    assert_eq!(heading(&page), "This letter was replaced.");
    let card = page.body.split("href=\"/till/person/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    till.get(&format!("/till/person/{card}")).shows("Hand over the tin").shows(&shop.code("spring", "C-03"));
}

#[test]
fn people_are_found_without_their_letter_and_nothing_tells_the_held_out() {
    let shop = Shop::new();
    shop.edit("campaigns/spring.toml", "limit    = 100", "limit    = 100\nhold_out = \"30%\"");
    shop.run("plan spring").quiet();
    let list = shop.json("recipients spring");
    let held =
        list["recipients"].as_array().unwrap().iter().find(|r| r["arm"] == "held_out").expect("one by lot").clone();
    let till = Counter::open(&shop, "2024-04-02");
    let with = list["recipients"].as_array().unwrap().iter().find(|r| r["arm"] == "mailed").unwrap()["ref"]
        .as_str()
        .unwrap()
        .to_owned();
    let page = till.find(&with);
    page.shows("A tin is waiting");
    till.open_first(&with).shows("Hand over the tin");
    let reference = held["ref"].as_str().unwrap();
    let page = till.find(reference);
    page.shows("Nothing waiting").shows("no letter this year");
    let card = till.open_first(reference);
    card.shows("No letter this year");
    for word in ["held", "lot", "Hand over", "spring"] {
        assert!(!card.body.contains(word), "`{word}` gives them away: {}", card.body);
    }
    till.find("zzzzzz").shows("No one matches “zzzzzz”.");
    till.find("<b>&\"'").shows("&lt;b&gt;&amp;&quot;&#39;");
}

#[test]
fn names_come_while_they_are_typed_and_nothing_is_written() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    till.get("/till").shows("data-names").shows("id=\"names\"");
    let attribute = |page: &Page, name: &str| {
        let start = format!("data-{name}=\"");
        page.body.split_once(&start).map(|(_, rest)| rest.split('"').next().unwrap().to_owned()).unwrap_or_default()
    };
    let typed = |text: &str, search: &str| till.post("/till/names", &[("q", text), ("search", search)]);
    let page = typed("smi", "");
    page.shows("Robert Smith").shows("A tin is waiting").shows("Enter opens.");
    let search = attribute(&page, "search");
    let page = typed("smyth", &search);
    assert_eq!(attribute(&page, "search"), search, "one search, however often it is typed on");
    let first = attribute(&page, "first");
    till.post("/till/find", &[("q", "smyth"), ("was", "smyth"), ("first", &first)]).shows("Hand over the tin");
    till.get(&format!("/till/found/{search}")).shows("value=\"smyth\"");
    for nothing in ["zzzzzz", "", &shop.code("spring", "C-03"), "0000-0000"] {
        assert_eq!(typed(nothing, "").status, 204, "{nothing}");
    }
    assert_eq!(shop.held_of_all("at_the_till").len(), 0);
}

#[test]
fn a_code_scanned_into_another_field_is_a_search_and_writes_nothing() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let (one, other) = (shop.code("spring", "C-03"), shop.code("spring", "C-06"));
    let before = shop.held_of_all("at_the_till").len();
    let card = till.find(&one);
    let customer = value(&card, "customer");
    for page in [
        till.hand_over(&card, &other, ""),
        till.hand_over(&card, "12.00", &other),
        till.post(&format!("/till/note/{customer}"), &[("kind", "visit"), ("text", &other)]),
        till.post(&format!("/till/address/{customer}"), &[("street", &other), ("city", "Salem")]),
    ] {
        assert_eq!(page.status, 200);
        page.shows(&other).shows("Hand over the tin");
    }
    assert_eq!(shop.held_of_all("redemptions").len(), 0);
    assert_eq!(shop.held_of_all("at_the_till").len(), before);
    assert_eq!(shop.held_of_all("contacts").len(), 0);
    // A text that happens to have the characters of a code, but is on no letter, is not one: a receipt, a phone number.
    let chance =
        |start: u64| (start..start + 1_000).map(|n| n.to_string()).find(|n| regulars::for_tests::is_code(n)).unwrap();
    till.find(&chance(50_312_000)).shows("No one matches");
    let receipt = chance(70_000_000);
    assert_eq!(heading(&till.hand_over(&card, "1", &receipt)), "Yes. The tin is theirs.");
    assert_eq!(shop.times("redemptions", &json!({ "receipt": receipt })), 1);
    shop.run(&format!("unredeem {one} --reason again")).quiet();
    let card = till.find(&one);
    for (typed, says) in [("twelve", "Twelve is not an amount."), ("-3", "cannot be negative")] {
        let page = till.hand_over(&card, typed, "");
        assert_eq!(page.status, 422);
        page.shows(says).shows(&format!("value=\"{typed}\""));
    }
    for amount in ["12.50", "12,50", "$12.50", ""] {
        assert_eq!(heading(&till.hand_over(&till.find(&one), amount, "")), "Yes. The tin is theirs.", "{amount}");
        shop.run(&format!("unredeem {one} --reason again")).quiet();
    }
}

#[test]
fn what_is_said_at_the_till_stands_on_the_card() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let card = till.open_first("C-03");
    let customer = value(&card, "search");
    assert!(!customer.is_empty(), "the names to go back to");
    let path = action(&card, "/till/note/");
    let said = [("kind", "complaint"), ("text", "The hem <came> down"), ("search", customer.as_str())];
    for _ in 0..2 {
        till.post(&path, &said).shows("Open complaint, from today.").shows("The hem &lt;came&gt; down");
    }
    assert_eq!(shop.held_of_all("contacts").len(), 1, "pressed twice, it is one");
    assert_eq!(till.post(&path, &[("kind", "visit"), ("text", " ")]).status, 422);
    till.post(&action(&card, "/till/address/"), &[("street", "9 New Road"), ("city", "Salem"), ("postcode", "97302")]);
    let card = shop.json("customer show C-03");
    assert_eq!((&card["fields"]["street"], &card["fields"]["postcode"]), (&"9 New Road".into(), &"97302".into()));
}

#[test]
fn what_cannot_be_taken_is_told_in_words() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let card = till.open_first("C-03");
    let (note, address) = (action(&card, "/till/note/"), action(&card, "/till/address/"));
    let said = |text: &str| till.post(&note, &[("kind", "complaint"), ("text", text)]);
    assert_eq!(said("\0\u{7}").status, 422, "nothing that anybody can read");
    let page = said(&"x".repeat(3_000));
    assert_eq!(page.status, 422);
    page.shows("That is too long").shows(&"x".repeat(2_000));
    let lines = "The coat.\r\n".repeat(150);
    let page = said(&lines);
    page.shows("The coat. … Tell them you know about it.").shows("All of it");
    assert!(shop.held("C-03", "contacts").iter().all(|note| !note["text"].as_str().unwrap().contains('\r')));
    assert_eq!(till.post(&address, &[("street", &"x".repeat(300))]).status, 422);
    till.post(&address, &[("street", "9 New\nRoad\0")]);
    assert_eq!(shop.json("customer show C-03")["fields"]["street"], "9 New Road");
    for (path, form) in [
        ("/till/note/4711", "kind=visit&text=x"),
        ("/till/address/4711", "street=x"),
        ("/till/bought/4711", "amount=5"),
    ] {
        let page = till.once(path, Some(form));
        assert_eq!(page.status, 422);
        page.shows("This person is no longer in the book.");
    }
    for path in ["/till/person/abc", "/till/given/99999999999999999999", "/owner/day/2024-13-01"] {
        let page = till.get(path);
        assert_eq!((page.status, heading(&page).as_str()), (400, "That did not work."), "{path}");
    }
    for path in ["/till/find", "/till/undo/1", "/owner/day/2024-04-02/undo/1"] {
        let page = till.once(path, Some("x=y"));
        assert_eq!((page.status, heading(&page).as_str()), (422, "That did not work."), "{path}");
    }
}

#[test]
fn a_till_takes_back_for_ten_minutes_and_then_the_owner() {
    let shop = planned();
    let text = shop.read("shop.toml");
    shop.write("shop.toml", format!("{text}\n[till]\nnames = [\"front\", \"Büro\"]\n"));
    let till = Counter::open(&shop, "2024-04-02");
    assert_eq!(heading(&till.get("/till")), "Which till is this?");
    till.post("/till/which", &[("name", "front")]).shows("Till “front”");
    let front = till.cookie.lock().unwrap().clone();
    till.post("/till/which", &[("name", "Büro")]).shows("Till “Büro”");
    let code = shop.code("spring", "C-03");
    let card = till.find(&code);
    let given = till.hand_over(&card, "", "");
    given.shows("Undo it").shows("BÜRO");
    let undo = action(&given, "/till/undo/");
    assert_eq!(till.post(&undo, &[("reason", " ")]).status, 422);
    let büro = till.cookie.lock().unwrap().clone();
    *till.cookie.lock().unwrap() = front;
    let page = till.post(&undo, &[("reason", "not mine")]);
    assert_eq!(page.status, 422);
    page.shows("This till can no longer undo it.");
    *till.cookie.lock().unwrap() = büro;
    let back = till.post(&undo, &[("reason", "wrong person")]);
    assert_eq!(heading(&back), "Undone.");
    let back = till.get(&link(&back, "/till/letter/"));
    back.shows("Hand over the tin");
    assert_eq!(shop.times("at_the_till", &json!({ "outcome": "undone", "reason": "wrong person" })), 1);
    assert_eq!(heading(&till.hand_over(&back, "5", "")), "Yes. The tin is theirs.");
    // Eleven minutes later.
    let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
    let earlier =
        "UPDATE redemption SET redeemed_at = '2024-04-02T00:00:00', redeemed_on = redeemed_on WHERE undone_at IS NULL";
    database.execute(earlier, []).unwrap();
    assert_eq!(till.post(&undo, &[("reason", "too late")]).status, 422);
    let day = till.get("/owner/day");
    day.shows("undone: wrong person").shows("given, and undone later");
    for (what, field, wrong) in [("undo", "reason", "\u{200b}"), ("undo", "reason", ""), ("change", "amount", "4x")] {
        let page = till.post(&action(&day, &format!("/owner/day/2024-04-02/{what}/")), &[(field, wrong)]);
        assert_eq!(page.status, 422, "{what} {wrong}");
        page.shows("href=\"/owner/day/2024-04-02\">Back to the day");
    }
    till.post(&action(&day, "/owner/day/2024-04-02/undo/"), &[("reason", "the owner says so")]);
    assert_eq!(shop.times("redemptions", &json!({ "undone_at": "" })), 0);
    assert_eq!(shop.held_of_all("redemptions").len(), 2, "nothing is deleted");
}

#[test]
fn who_is_still_to_come_and_no_address_tells_of_anybody() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let (code, all) =
        (shop.code("spring", "C-03"), shop.json("recipients spring")["recipients"].as_array().unwrap().len());
    till.get("/owner/to-come").shows(&format!("{all} are still to come."));
    let card = till.find(&code);
    till.hand_over(&card, "5", "R-9");
    till.get("/owner/to-come").shows(&format!("{} are still to come.", all - 1)).shows("1 of the");
    till.open_first("smith");
    till.get("/till/person/999999").shows("no longer in the book");
    assert_eq!(till.get("/till/letter/999999").status, 200, "back to waiting");
    let secrets = [code.as_str(), &code.replace('-', ""), "C-03", "smith", "Smith", "R-9", "Mill"];
    for path in till.seen.lock().unwrap().iter() {
        assert!(!secrets.iter().any(|secret| path.contains(secret)), "{path}");
    }
    let log = till.server.said();
    assert!(log.contains("route=\"/till/letter/{recipient}\""), "{log}");
    assert!(!secrets.iter().any(|secret| log.contains(secret)), "{log}");
}

#[test]
fn while_the_database_is_locked_the_same_button_stays_at_hand() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let card = till.find(&shop.code("spring", "C-03"));
    let mut other = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
    let lock = other.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    let page = till.hand_over(&card, "12.40", "R-1");
    assert_eq!((page.status, heading(&page).as_str()), (503, "Not recorded."));
    page.shows("Another Regulars is writing");
    drop(lock);
    let again = till.hand_over(&page, &value(&page, "amount"), &value(&page, "receipt"));
    assert_eq!(heading(&again), "Yes. The tin is theirs.");
    assert_eq!(shop.times("redemptions", &json!({ "spend_minor": 1240, "receipt": "R-1" })), 1);
}

#[test]
fn goods_that_are_scanned_are_no_letters() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    for _ in 0..6 {
        for goods in ["4006381333931", "9783161484100", "036000291452", "96385074", "10614141543219"] {
            let page = till.find(goods);
            assert_eq!(page.status, 200, "{goods}");
            page.shows("That is the bar code of a product, not of a letter.");
        }
    }
    assert_eq!(shop.held_of_all("at_the_till").len(), 0, "nobody was turned away");
    till.find(&shop.code("spring", "C-03")).shows("Hand over the tin");
    assert!(!till.find("4006381333932").body.contains("bar code"), "a number of something else");
}
