//! Visits saved while a till was offline: only codes of a list are accepted, each visit counts once, is decided by its
//! own day, and problems are shown to the owner with both sides until dismissed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::{Server, Shop};

const ONE: &str = "0123456789abcdef";
const TWO: &str = "fedcba9876543210";

fn planned() -> Shop {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop
}

/// Sends a saved visit, as the script of the pages does.
#[track_caller]
fn send(server: &Server, kept: &Value) -> (u16, Value) {
    let body = kept.to_string();
    let head = "Content-Type: application/json\r\nSec-Fetch-Site: same-origin";
    let page = server.ask(&format!("POST /till/kept HTTP/1.1\r\n{head}\r\nContent-Length: {}\r\n", body.len()), &body);
    (page.status, serde_json::from_str(&page.body).unwrap_or_else(|_| panic!("{}", page.body)))
}

#[test]
fn each_counts_once_however_often_it_is_sent() {
    let shop = planned();
    let server = Server::start(&shop, "--today 2024-04-02");
    let code = shop.code("spring", "C-03");
    let kept = json!({ "id": ONE, "code": code, "amount": "88.00", "receipt": "R-7", "ago": 60 });
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(send(&server, &kept).1["outcome"], "accepted"));
        }
    });
    assert_eq!(send(&server, &kept).1["id"], ONE, "by its token the till knows that it may forget it");
    assert_eq!(shop.times("redemptions", &json!({ "spend_minor": 8800, "receipt": "R-7" })), 1);
    assert_eq!(
        shop.held("C-03", "at_the_till").iter().filter(|one| one["at"].as_str() < one["arrived_at"].as_str()).count(),
        1
    );
    assert!(!server.get("/owner/day").body.contains("look at this"), "it went well");
    // The card was open, the machine recorded it, and its response was lost: the same token again.
    let letter = shop.count("SELECT id FROM recipient WHERE code = (SELECT code FROM recipient WHERE ref = 'C-06')");
    assert_eq!(
        server.post(&format!("/till/hand-over/{letter}"), &format!("amount=12&receipt=&once={TWO}")).status,
        303
    );
    let (status, answer) = send(&server, &json!({ "id": TWO, "letter": letter, "amount": "12", "ago": 3 }));
    assert_eq!((status, &answer["outcome"], &answer["letter"]), (200, &json!("accepted"), &json!(letter)));
    assert_eq!(shop.held_of_all("redemptions").len(), 2);
    assert_eq!(shop.held_of_all("at_the_till").len(), 2);
}

#[test]
fn a_visit_is_judged_by_its_own_day_and_never_by_one_to_come() {
    let shop = planned();
    let server = Server::start(&shop, "--today 2024-07-03");
    let sent = |id: &str, reference: &str, ago: i64| {
        let kept = json!({ "id": format!("{id:0>16}"), "code": shop.code("spring", reference), "ago": ago });
        send(&server, &kept).1["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!(sent("a", "C-03", 4 * 86_400), "accepted");
    assert_eq!(shop.recipient("spring", "C-03")["redeemed_on"], "2024-06-29");
    assert_eq!(sent("b", "C-06", 86_400), "expired");
    assert_eq!(sent("c", "C-07", -30 * 86_400), "expired");
    assert_eq!(sent("d", "C-09", i64::MAX), "expired", "longer ago than time is long: nobody knows");
    assert!(shop.held_of_all("at_the_till").iter().all(|one| one["at"].as_str() <= one["arrived_at"].as_str()));
}

#[test]
fn a_gift_given_twice_is_shown_with_both_sides_until_it_is_put_aside() {
    let shop = planned();
    let (code, today) = (shop.code("spring", "C-03"), "--today 2024-04-02");
    shop.run(&format!("redeem {code} --spend 30 --till back --on 2024-04-01T14:05 {today}")).quiet();
    let server = Server::start(&shop, today);
    let kept = json!({ "id": ONE, "code": code, "amount": "45", "ago": 30 });
    assert_eq!(send(&server, &kept).1["outcome"], "already_redeemed");
    assert_eq!(send(&server, &json!({ "id": TWO, "code": "0000-0000", "ago": 30 })).1["outcome"], "unknown");
    let much = json!({ "id": "a".repeat(16), "code": shop.code("spring", "C-06"), "amount": "99,000.00", "ago": 30 });
    assert_eq!(send(&server, &much).1["outcome"], "accepted");
    let odd = json!({ "id": "b".repeat(16), "code": shop.code("spring", "C-07"), "amount": "4x<b>", "ago": 30 });
    assert_eq!(send(&server, &odd).1["outcome"], "accepted");
    let page = server.get("/owner/day");
    page.shows("Given twice.").shows("$45.00").shows("April 1, 2:05 pm at the till “back”, $30.00");
    page.shows("0000-0000").shows("Given for a code that is on no letter.");
    page.shows("That is a lot").shows("The amount was typed as “4x&lt;b&gt;”.");
    assert!(!server.get("/owner/day/2024-04-01").body.contains("look at this"), "it is on today's list");
    let before = shop.held_of_all("at_the_till").len();
    let event = shop.count(&format!("SELECT id FROM redemption_event WHERE request = '{ONE}'"));
    for _ in 0..2 {
        assert_eq!(server.post(&format!("/owner/kept/{event}"), "").status, 303);
    }
    let page = server.get("/owner/day");
    assert!(!page.body.contains("Given twice."), "it was put aside");
    page.shows("0000-0000").shows("given while offline: had it already");
    assert_eq!(shop.held_of_all("at_the_till").len(), before, "nothing is dropped");
    assert_eq!(shop.times("redemptions", &json!({ "spend_minor": 3000 })), 1, "the first one stands");
}

#[test]
fn what_is_no_visit_is_refused_and_the_till_keeps_what_it_has() {
    let shop = planned();
    let server = Server::start(&shop, "--today 2024-04-02");
    let code = shop.code("spring", "C-03");
    for wrong in [
        json!([]),
        json!({ "id": ONE, "code": code }),
        json!({ "id": "short", "code": code, "ago": 1 }),
        json!({ "id": "a".repeat(65), "code": code, "ago": 1 }),
        json!({ "id": format!("{ONE}'--"), "code": code, "ago": 1 }),
    ] {
        assert_eq!(send(&server, &wrong).0, 400, "{wrong}");
    }
    let elsewhere = "POST /till/kept HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\nContent-Length: 0\r\n";
    assert_eq!(server.ask(elsewhere, "").status, 403);
    assert_eq!(shop.held_of_all("at_the_till").len(), 0);
    // The browser stores no names, and the script that stores data is only for these pages.
    let page = server.get("/till/kept");
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("Till “"), "{}", page.body);
    assert!(server.get("/worker.js").header("content-security-policy").contains("worker-src 'self'"));
}

/// The list of open codes as a till fetches it: its key, and the fingerprints.
#[track_caller]
fn listed(server: &Server) -> (String, Vec<u32>) {
    let page = server.get("/till/open-codes");
    assert_eq!((page.status, page.header("cache-control")), (200, "no-store"));
    let list: Value = serde_json::from_str(&page.body).unwrap();
    let bytes = STANDARD.decode(list["codes"].as_str().unwrap()).unwrap();
    let (mut fingerprints, mut last, mut distance, mut shift) = (Vec::new(), 0, 0, 0);
    for byte in bytes {
        distance |= u32::from(byte & 127) << shift;
        if byte & 128 != 0 {
            shift += 7;
            continue;
        }
        last += distance;
        fingerprints.push(last);
        (distance, shift) = (0, 0);
    }
    (list["key"].as_str().unwrap().to_owned(), fingerprints)
}

fn is_listed((key, fingerprints): &(String, Vec<u32>), code: &str) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(code.as_bytes());
    let sum: [u8; 32] = mac.finalize().into_bytes().into();
    fingerprints.contains(&(u32::from_be_bytes([sum[0], sum[1], sum[2], sum[3]]) >> 12))
}

#[test]
fn a_till_knows_the_open_codes_by_fingerprints_that_give_none_away() {
    let shop = planned();
    shop.run("posted spring --on 2024-03-04 --today 2024-03-04").quiet();
    let codes: Vec<String> = ["C-01", "C-03", "C-06"].iter().map(|one| shop.code("spring", one)).collect();
    let all = shop.json("recipients spring")["recipients"].as_array().unwrap().len();
    let server = Server::start(&shop, "--today 2024-04-02");
    let (one, other) = (listed(&server), listed(&server));
    assert!(one.0 != other.0 && one.1 != other.1, "each list has a key of its own");
    assert_eq!(one.1.len(), all);
    assert!(one.1.is_sorted() && one.1.iter().all(|fingerprint| *fingerprint < 1 << 20), "{:?}", one.1);
    assert!(codes.iter().all(|code| is_listed(&one, code)));
    assert!(!is_listed(&one, "0000-0000") && !is_listed(&one, &codes[0].replace('-', "")));
    assert!(!server.get("/till/open-codes").body.contains(&codes[0]));
    // A redeemed code is not open; once undone it is again; a replaced plan has no open codes.
    shop.run(&format!("redeem {} --today 2024-04-02", codes[1])).quiet();
    assert!(!is_listed(&listed(&server), &codes[1]));
    shop.run(&format!("unredeem {} --reason again --today 2024-04-02", codes[1])).quiet();
    assert!(is_listed(&listed(&server), &codes[1]));
    for (today, open, ends) in [
        ("2024-03-03", 0, false),
        ("2024-03-04", all, false),
        ("2024-06-29", all, false),
        ("2024-06-30", all, true),
        ("2024-07-01", 0, false),
    ] {
        let server = Server::start(&shop, &format!("--today {today}"));
        assert_eq!(listed(&server).1.len(), open, "{today}");
        let list: Value = serde_json::from_str(&server.get("/till/open-codes").body).unwrap();
        assert_eq!(list["ends_in"].as_i64().is_some_and(|left| (0..=86_400).contains(&left)), ends, "{today}: {list}");
        assert!(ends || list["ends_in"].is_null(), "{today}: {list}");
    }
}

#[test]
fn a_gift_that_was_only_promised_is_shown_to_the_owner_as_one() {
    let shop = planned();
    shop.run("posted spring --on 2024-03-04 --today 2024-03-04").quiet();
    let (code, today) = (shop.code("spring", "C-03"), "--today 2024-04-02");
    shop.run(&format!("redeem {code} --spend 30 --till back --on 2024-04-01T14:05 {today}")).quiet();
    let server = Server::start(&shop, today);
    let promised = |id: &str, code: &str, days: i64| {
        let kept = json!({ "id": id.repeat(16), "code": code, "given": false, "amount": "9", "ago": days * 86_400 });
        send(&server, &kept).1["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!(promised("a", &shop.code("spring", "C-06"), 0), "accepted");
    assert_eq!(promised("b", &code, 0), "already_redeemed");
    assert_eq!(promised("c", "0000-0000", 0), "unknown");
    assert_eq!(promised("d", &shop.code("spring", "C-07"), 30), "not_yet");
    let page = server.get("/owner/day");
    page.shows("Saved without the gift: check that they got it.").shows("Not given: they had it already.");
    page.shows("Not given: the code is on no letter.").shows("Not given: it was before the first day.");
    page.shows("saved while offline, not given: had it already")
        .shows("saved while offline, not given: a code that is on no letter");
    server.get("/owner/day/2024-03-03").shows("saved while offline, not given: too early");
    assert!(!page.body.contains(">Given ") && !page.body.contains("given while offline"), "{}", page.body);
    let held = shop.held("C-06", "at_the_till");
    assert_eq!((held.len(), &held[0]["promised"]), (1, &json!(true)));
}

#[test]
fn an_amount_without_a_gift_is_shown_as_one() {
    let shop = planned();
    let server = Server::start(&shop, "--today 2024-04-02");
    let customer = shop.count("SELECT id FROM customer WHERE ref = 'C-03'");
    for (n, (amount, remark)) in [
        ("-3", "The amount was typed as “-3”."),
        ("4x", "The amount was typed as “4x”."),
        ("99,000.00", "That is a lot"),
        ("1e9", "“1e9”"),
    ]
    .into_iter()
    .enumerate()
    {
        let kept = json!({ "id": format!("{ONE}{n}"), "customer": customer, "amount": amount, "ago": 5 });
        assert_eq!(send(&server, &kept).1["outcome"], "bought", "{amount}");
        let page = server.get("/owner/day");
        page.shows("Okafor").shows(remark);
        assert!(!page.body.contains(">Given "), "no gift was given: {}", page.body);
    }
    let nobodys = json!({ "id": TWO, "code": "", "ago": 5 });
    assert_eq!(send(&server, &nobodys).1["outcome"], "unknown");
    server.get("/owner/day").shows("dir=\"auto\">Unknown</span> <strong>Given for a code that is on no letter.");
}

#[test]
fn a_visit_outside_its_days_is_shown_with_them() {
    let shop = planned();
    shop.run("posted spring --on 2024-03-04 --today 2024-03-04").quiet();
    for (today, what, days) in [
        ("2024-03-02", "Given before the first day.", "from March 4 until June 30"),
        ("2024-07-01", "Given after the last day.", "from March 4 until June 30"),
        ("2025-01-02", "Given after the last day.", "from March 4, 2024 until June 30, 2024"),
    ] {
        let server = Server::start(&shop, &format!("--today {today}"));
        let id = today.replace('-', "").repeat(2);
        let kept = json!({ "id": id, "code": shop.code("spring", "C-03"), "amount": "12.50", "ago": 60 });
        assert!(["not_yet", "expired"].contains(&send(&server, &kept).1["outcome"].as_str().unwrap()), "{today}");
        server.get("/owner/day").shows("Rosa Okafor").shows(what).shows(days).shows("$12.50");
        assert_eq!(shop.held("C-03", "redemptions").len(), 0, "it was taken: {today}");
        let event = shop.count("SELECT max(id) FROM redemption_event");
        assert_eq!(server.post(&format!("/owner/kept/{event}"), "").status, 303);
    }
}
