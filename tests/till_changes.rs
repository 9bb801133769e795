//! What a till changes on cards: the owner sees addresses, notes and new customers, with the old values, and can undo
//! them.

use serde_json::json;

use crate::support::counter::{Counter, action, heading, value};
use crate::support::{Page, Shop};

fn planned() -> Shop {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let text = shop.read("shop.toml");
    shop.write("shop.toml", format!("{text}\n[till]\nnames = [\"front\"]\n"));
    shop
}

/// The address of the first undo button on the day's list.
#[track_caller]
fn undo_of(day: &Page) -> String {
    let path = action(day, "/owner/changes/");
    assert!(path.ends_with("/undo"), "{path}");
    path
}

fn address_of(shop: &Shop, reference: &str) -> String {
    let fields = shop.json(&format!("customer show {reference}"))["fields"].clone();
    let line = |name: &str| fields[name].as_str().unwrap_or_default().to_owned();
    ["street", "street2", "city", "state", "postcode", "country"].map(line).join("|")
}

#[test]
fn another_address_is_shown_with_the_old_one_and_goes_back() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    for (reference, typed, before, now) in [
        (
            "C-03",
            [("street", "9 New Road"), ("street2", ""), ("city", "Salem"), ("state", "OR"), ("postcode", "97302")],
            "5 Bay Rd, Holyoke, MA, 01040, US",
            "9 New Road, Salem, OR, 97302, US",
        ),
        (
            "C-06",
            [("street", "3 Pine Ct"), ("street2", ""), ("city", "Portland"), ("state", "OR"), ("postcode", "97201")],
            "3 Pine Ct Apt 4, Portland, OR, 97201, US",
            "3 Pine Ct, Portland, OR, 97201, US",
        ),
        (
            "C-05",
            [("street", "Weg 1"), ("street2", "Haus <b>"), ("city", "Bend"), ("state", ""), ("postcode", "97701")],
            "no address",
            "Weg 1, Haus &lt;b&gt;, Bend, 97701",
        ),
    ] {
        let old = address_of(&shop, reference);
        let card = till.open_first(reference);
        till.post(&action(&card, "/till/address/"), &typed).shows("Another address. Recorded at ");
        assert_ne!(address_of(&shop, reference), old);
        till.post(&action(&card, "/till/address/"), &typed);
        let day = till.get("/owner/day");
        day.shows("Another address.").shows(&format!("<dd dir=\"auto\">{before}</dd>")).shows(now);
        day.shows("at the till “front”");
        assert_eq!(
            day.body.matches("Another address.</strong>").count(),
            1,
            "the same again is no change: {}",
            day.body
        );
        for _ in 0..2 {
            let day = till.post(&undo_of(&day), &[]);
            day.shows("Undone: ");
        }
        assert_eq!(address_of(&shop, reference), old, "{reference}");
        till.post(&undo_of(&day).replace("/undo", "/clear"), &[]);
        let held = shop.held(reference, "changed_at_the_till");
        assert_eq!((held.len(), held[0]["after"]["street"].as_str()), (1, Some(typed[0].1)), "it stays on record");
        shop.run(&format!("customer forget {reference} --yes")).says_only(&["recipients", "still", "printed"]);
    }
    assert_eq!(shop.count("SELECT count(*) FROM till_change"), 0, "what was forgotten is gone from there too");
}

#[test]
fn an_address_that_was_changed_again_does_not_go_back() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    till.post(&action(&till.open_first("C-03"), "/till/address/"), &[("street", "9 New Road"), ("city", "Salem")]);
    let undo = undo_of(&till.get("/owner/day"));
    shop.run("customer set C-03 street=\"10 Newer Road\" city=Bend").quiet();
    let page = till.post(&undo, &[]);
    assert_eq!(page.status, 422);
    page.shows("The address was changed again since.");
    assert!(address_of(&shop, "C-03").starts_with("10 Newer Road|"));
    // The next day it is on that day's list until dismissed, and then only on its own day's.
    let next = Counter::open(&shop, "2024-04-03");
    next.get("/owner/day").shows("9 New Road").shows("April 2, ");
    next.post(&undo.replace("/undo", "/clear"), &[]);
    assert!(!next.get("/owner/day").body.contains("9 New Road"));
    next.get("/owner/day/2024-04-02").shows("9 New Road");
}

#[test]
fn a_complaint_is_withdrawn_and_stays_on_record_as_undone() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let card = till.open_first("C-03");
    assert!(!card.body.contains("Recorded at"));
    for blank in ["", " \n ", "\u{200b}", "\u{feff}\u{2060} \u{3164}", "\u{202e}", "\u{ad}"] {
        let page = till.post(&action(&card, "/till/note/"), &[("kind", "visit"), ("text", blank)]);
        page.shows("Write what it was about.");
    }
    for (kind, text, what) in [
        ("complaint", "The hem <came> down", "A complaint."),
        ("praise", "Lovely tea", "Praise."),
        ("idea", "Open on Sundays", "An idea."),
        ("visit", "Likes oolong", "A note."),
    ] {
        let noted = till.post(&action(&card, "/till/note/"), &[("kind", kind), ("text", text)]);
        noted.shows(&format!("role=\"status\">{what} Recorded at "));
        let day = till.get("/owner/day");
        day.shows(what).shows(&text.replace('<', "&lt;").replace('>', "&gt;"));
        till.post(&undo_of(&day), &[]).shows("Undone: ");
        let contacts = shop.held("C-03", "contacts");
        assert!(contacts.iter().all(|note| note["text"] != text), "{contacts:?}");
        let held = shop.held("C-03", "changed_at_the_till");
        assert!(held.iter().any(|one| one["after"] == text && one["undone_at"] != ""), "{held:?}");
    }
    let card = till.open_first("C-03");
    assert!(
        !card.body.contains("Open complaint") && !card.body.contains("Recorded at"),
        "it was undone: {}",
        card.body
    );
    assert_eq!(shop.json("customer show C-03")["open_complaints"], json!([]));
}

#[test]
fn changes_go_with_the_card_that_takes_over() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    till.post(&action(&till.open_first("C-12"), "/till/note/"), &[("kind", "visit"), ("text", "Likes oolong")]);
    shop.run("customer merge C-12 C-11").quiet();
    assert_eq!(shop.held("C-11", "changed_at_the_till").len(), 1);
    till.get("/owner/day").shows("Samuel Green").shows("Likes oolong");
    shop.run("customer unmerge C-12").quiet();
    assert_eq!(shop.held("C-12", "changed_at_the_till").len(), 1);
    assert_eq!(shop.held("C-11", "changed_at_the_till").len(), 0);
}

/// Sends the form of a new customer from a page, with the typed values.
fn add(till: &Counter, page: &Page, typed: &[(&str, &str)]) -> Page {
    let hidden = ["once", "sure", "search"].map(|name| (name, value(page, name)));
    let hidden = hidden.iter().map(|(name, text)| (*name, text.as_str()));
    till.post("/till/new", &typed.iter().copied().chain(hidden).collect::<Vec<_>>())
}

#[test]
fn a_new_customer_has_a_card_with_a_reference_of_its_own_series() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let nobody = till.find("Ingrid Maria Sørensen");
    nobody.shows("Add a new customer");
    let form =
        till.get(&format!("/till/new/{}", nobody.body.split("/till/new/").nth(1).unwrap().split('"').next().unwrap()));
    form.shows("value=\"Ingrid Maria\"").shows("value=\"Sørensen\"").shows("May we email them?");
    let typed = [
        ("first_name", "Ingrid"),
        ("last_name", " Sørensen "),
        ("street", "31 Cowper Street"),
        ("city", "Salem"),
        ("postcode", "97301"),
        ("phone", "(503) 555-0142"),
        ("email", "ingrid@example.com"),
        ("post_consent", ""),
        ("email_consent", "yes"),
    ];
    for _ in 0..2 {
        let card = add(&till, &form, &typed);
        assert_eq!((card.status, heading(&card).contains("Sørensen")), (200, true), "{}", card.body);
        card.shows("No letter this year");
    }
    let card = shop.json("customer show TILL-0001");
    assert_eq!((&card["name"], &card["fields"]["phone"]), (&json!("Ingrid Sørensen"), &json!("(503) 555-0142")));
    assert_eq!((&card["email_consent"], &card["post_consent"]), (&json!("yes"), &json!("unknown")));
    assert_eq!((&card["wishes"][0]["source"], &card["wishes"][0]["on"]), (&json!("at the till"), &json!("2024-04-02")));
    assert_eq!(card["wishes"].as_array().unwrap().len(), 1, "who was not asked has said nothing");
    shop.run("customer show TILL-0002").status(1).says("there is no customer `TILL-0002`");
    till.find("sorensen").shows("Ingrid Sørensen");
    let day = till.get("/owner/day");
    day.shows("A new customer.").shows("Ingrid Sørensen").shows("at the till “front”");
    // The next one, with only a name and an opt-out.
    let form = till.get("/till/new");
    add(&till, &form, &[("last_name", "Vik"), ("post_consent", "no")]).shows("Vik");
    let card = shop.json("customer show TILL-0002");
    assert_eq!((&card["name"], &card["post_consent"]), (&json!("Vik"), &json!("no")));
    // Both are undone, because nothing refers to them; their references are free again.
    for _ in 0..2 {
        let day = till.get("/owner/day");
        till.post(&undo_of(&day), &[]).shows("Undone: ");
    }
    for reference in ["TILL-0001", "TILL-0002"] {
        shop.run(&format!("customer show {reference}")).status(1).says("there is no customer");
    }
    till.find("sorensen").shows("No one matches");
    // The same button does not recreate an undone card; two forms without a token are two requests.
    let again = add(&till, &form, &[("last_name", "Vik"), ("post_consent", "no")]);
    assert_eq!(again.status, 422);
    again.shows("undone since");
    for name in ["One", "Two"] {
        assert!(heading(&till.post("/till/new", &[("last_name", name)])).contains(name));
        till.post(&undo_of(&till.get("/owner/day")), &[]).shows("Undone: ");
    }
    shop.run("doctor").shows("All is well");
}

#[test]
fn who_may_be_known_already_is_shown_first() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    shop.run("customer set C-12 phone=\"+1 503 555 0177\"").quiet();
    for (typed, name) in [
        (
            vec![
                ("first_name", "Bob"),
                ("last_name", "Smith"),
                ("street", "12 Elm Street"),
                ("city", "Salem"),
                ("postcode", "97301"),
            ],
            "Robert Smith",
        ),
        (vec![("last_name", "Nobody"), ("email", "ROSA@example.com")], "Rosa Okafor"),
        (vec![("first_name", "W."), ("last_name", "Chen"), ("phone", "503-555-0177")], "Wei Chan"),
        (
            vec![
                ("first_name", "Ковальчук"),
                ("last_name", "Анна"),
                ("street", "40 River Road"),
                ("postcode", "97401"),
            ],
            "Анна Ковальчук",
        ),
    ] {
        let form = till.get("/till/new");
        let asked = add(&till, &form, &typed);
        assert_eq!(asked.status, 422, "{name}");
        asked.shows("Is it one of these?").shows(name).shows("None of these: add the customer");
        asked.shows(&format!("value=\"{}\"", typed[0].1));
        assert!(!asked.body.split("<main").nth(1).unwrap().contains("btn-go"), "green before a question");
        let before = shop.count("SELECT count(*) FROM customer");
        assert_eq!(add(&till, &asked, &typed).status, 200);
        assert_eq!(shop.count("SELECT count(*) FROM customer"), before + 1);
    }
    for other in [
        vec![("first_name", "Eleanor"), ("last_name", "Okafor")],
        vec![
            ("first_name", "Robert"),
            ("last_name", "Smith"),
            ("street", "77 Far Ave"),
            ("city", "Bend"),
            ("postcode", "97701"),
        ],
        vec![("last_name", "Quirin"), ("phone", "503-555-0999")],
    ] {
        assert_eq!(add(&till, &till.get("/till/new"), &other).status, 200, "{other:?}");
    }
}

#[test]
fn what_cannot_be_taken_of_a_new_customer_is_said_at_its_field() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let before = shop.count("SELECT count(*) FROM customer");
    for (typed, field, says) in [
        (vec![("last_name", "  "), ("city", "Salem")], "last_name", "Enter their name."),
        (vec![("last_name", "Vik"), ("email", "vik at home")], "email", "That is not an email address."),
        (
            vec![("last_name", "Vik"), ("email_consent", "yes")],
            "email",
            "Enter the email address that they said yes to.",
        ),
        (vec![("last_name", "Vik"), ("phone", "none")], "phone", "That is not a phone number."),
    ] {
        let page = add(&till, &till.get("/till/new"), &typed);
        assert_eq!(page.status, 422, "{says}");
        page.shows("<title>Error: ")
            .shows(&format!("<a href=\"#f-{field}\">{says}"))
            .shows(&format!("id=\"w-{field}\">{says}"));
        for (_, text) in typed.iter().filter(|(name, text)| !text.trim().is_empty() && !name.ends_with("consent")) {
            page.shows(&format!("value=\"{text}\""));
        }
        let input = page.body.split(&format!("id=\"f-{field}\"")).nth(1).unwrap().split('>').next().unwrap();
        assert!(input.contains("aria-invalid") && input.contains(&format!("w-{field}")), "{input}");
    }
    assert_eq!(shop.count("SELECT count(*) FROM customer"), before);
    // A code scanned into a field of the form starts a search.
    let code = shop.code("spring", "C-03");
    let page = add(&till, &till.get("/till/new"), &[("last_name", "Vik"), ("phone", &format!("503{code}"))]);
    page.shows("Hand over the tin");
    assert_eq!(shop.count("SELECT count(*) FROM customer"), before);
}

#[test]
fn a_new_card_stays_once_something_hangs_on_it() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    for (name, then, why) in [
        ("Vik", "customer note TILL-0001 'Likes oolong' --kind visit", "has a note"),
        ("Berg", "customer set TILL-0002 city=Bend", "was changed since"),
        ("Dahl", "customer set TILL-0003 tag=vip", "has a tag"),
        ("Holm", "customer set TILL-0004 preference.tea=green", "has a preference"),
        ("Lund", "customer set TILL-0005 email_consent=no", "has mail preferences recorded since"),
        ("Moe", "", "has an entry at the till"),
    ] {
        let card = add(&till, &till.get("/till/new"), &[("last_name", name)]);
        if then.is_empty() {
            till.post(&action(&card, "/till/bought/"), &[("amount", "20"), ("once", "abc")]);
        } else {
            shop.run(then).quiet();
        }
        let day = till.get("/owner/day");
        let page = till.post(&undo_of(&day), &[]);
        assert_eq!(page.status, 422, "{name}");
        page.shows(&format!("The new card stays: it {why}."));
        till.find(name).shows(name);
    }
}
