//! Suppressed addresses, and what happens to their owners.

use serde_json::{Value, json};
use snapbox::str;

use crate::support::{PostOffice, Shop, dump, files_below, outside, tools};

/// Suppresses an address; returns whether that is new.
fn suppress(shop: &Shop, address: &str, reason: &str) -> bool {
    let day = "2024-03-01".parse().unwrap();
    regulars::for_tests::suppress(&shop.file("regulars.db"), address, reason, "a test", day).unwrap()
}

/// A shop with three customers who consented to email; two of them share one address.
fn shop_of_three() -> Shop {
    let shop = Shop::without_people();
    shop.write("c.csv", CARDS);
    shop.write(
        "p.csv",
        "Customer ID,Date,Item,Amount\nP-1,2024-01-05,a hat,90\nP-2,2024-01-06,a hat,80\nP-3,2024-01-07,a hat,70\n",
    );
    shop.run("import customers c.csv").quiet();
    shop.run("import purchases p.csv").quiet();
    shop.edit("campaigns/spring.toml", "\"letter\"", "\"email\"");
    shop
}

const CARDS: &str = "Customer ID,First Name,Last Name,Street,City,State,Zip,Country,Email,Email Consent\n\
    P-1,Ana,Ash,1 Long Rd,Salem,OR,97301,US,ana@home.example,yes\n\
    P-2,Ben,Birch,2 Long Rd,Salem,OR,97301,US,Both@Home.example,yes\n\
    P-3,Cleo,Cedar,3 Long Rd,Salem,OR,97301,US,both@home.example,yes\n";

fn left_out(shop: &Shop) -> Value {
    shop.json("plan spring --dry-run")["left_out"].clone()
}

#[test]
fn a_suppressed_address_is_left_out_whoever_has_it_and_whatever_is_imported() {
    let shop = shop_of_three();
    assert!(suppress(&shop, " BOTH@home.example ", "hard_bounce"));
    assert!(!suppress(&shop, "both@home.example", "hard_bounce"), "it is known already");
    assert_eq!(left_out(&shop), json!([{ "reason": "email came back", "count": 2 }]));
    shop.run("import customers c.csv").quiet();
    assert_eq!(left_out(&shop), json!([{ "reason": "email came back", "count": 2 }]));
    shop.run("customer show P-3").shows("no email is sent: email came back, 2024-03-01");
    assert_eq!(shop.json("customer export P-3")["suppressions"][0]["reason"], "hard_bounce");
    shop.run("customer set P-3 email_consent=yes").shows("already has that");
    shop.run("customer set P-3 email_works=no").status(1).says("write yes when the mailbox works again");
    shop.run("customer set P-3 email_works=yes").stdout(str![[r"
Changed 1 thing on the card of Cleo Cedar (`P-3`):
  email_works: no (email came back) → yes

"]]);
    assert_eq!(left_out(&shop), json!([]));
    assert_eq!(shop.json("customer export P-3")["suppressions"][0]["lifted_on"], "2024-03-01");
}

#[test]
fn only_a_new_yes_lifts_what_was_wished() {
    for (reason, words) in
        [("complaint", "complained that our email is spam"), ("unsubscribed", "unsubscribed from email")]
    {
        let shop = shop_of_three();
        suppress(&shop, "both@home.example", reason);
        suppress(&shop, "both@home.example", "mailbox_full");
        for person in ["P-2", "P-3"] {
            assert_eq!(shop.json(&format!("customer show {person}"))["email_consent"], "no");
        }
        shop.run("import customers c.csv").says("so the consent in the file was not imported: P-2 and P-3");
        assert_eq!(left_out(&shop), json!([{ "reason": words, "count": 2 }]), "an export says nothing new");
        shop.run("customer set P-2 email_works=yes").quiet();
        assert_eq!(left_out(&shop), json!([{ "reason": words, "count": 2 }]));
        let said = "customer set P-2 email_consent=yes --source \"asked at the counter\"";
        shop.run(said).shows(&format!("email_consent: no ({words}) → yes"));
        assert_eq!(shop.json("customer show P-2")["suppressed"], Value::Null);
        assert_eq!(shop.json("customer show P-2")["wishes"][0]["source"], "asked at the counter");
    }
}

#[test]
fn the_address_of_somebody_forgotten_stays_without_email_on_any_card() {
    let shop = shop_of_three();
    suppress(&shop, "ana@home.example", "unsubscribed");
    shop.run("customer forget P-1 --yes").says("still have them");
    let bytes = std::fs::read(shop.file("regulars.db")).unwrap();
    assert!(!bytes.windows(8).any(|window| window == b"ana@home"), "only a hash is left");
    shop.run("customer set P-3 email=Ana@home.example").quiet();
    assert_eq!(left_out(&shop), json!([{ "reason": "unsubscribed from email", "count": 1 }]));
}

/// A shop that has sent `spring` by `channel` to these people, `P-1` and up, through a mail server that behaves as
/// their names ask for; each has a street address and consented to email.
fn shop_of(people: &[&str], channel: &str, office: &PostOffice) -> Shop {
    let shop = Shop::without_people();
    let mut cards = "Customer ID,First Name,Last Name,Street,City,State,Zip,Country,Email,Email Consent\n".to_owned();
    let mut sales = "Customer ID,Date,Item,Amount\n".to_owned();
    for (index, name) in people.iter().enumerate() {
        let n = index + 1;
        cards += &format!("P-{n},Pat,Person{n},{n} Long Rd,Salem,OR,9730{n},US,{name}@home.example,yes\n");
        sales += &format!("P-{n},2024-01-05,a scarf,90.00\n");
    }
    shop.write("c.csv", cards);
    shop.write("p.csv", sales);
    shop.run("import customers c.csv").quiet();
    shop.run("import purchases p.csv").quiet();
    let text = shop.read("shop.toml");
    let text = text.split("\n[email]").next().unwrap();
    let server = format!("server = \"smtp://127.0.0.1:{}\"\nconnections = 1\ntimeout = 2", office.port);
    shop.write("shop.toml", format!("{text}\n[email]\nfrom = \"June <june@shop.example>\"\n{server}\n"));
    shop.edit("campaigns/spring.toml", "\"letter\"", &format!("\"{channel}\""));
    shop.run("plan spring").quiet();
    shop
}

/// Puts a message of answers/ into the shop's Maildir, about the email to a person.
fn arrive(shop: &Shop, shape: &str, to: &str, key: &str) {
    let path = format!("{}/tests/answers/{shape}.eml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.replace("{TO}", to).replace("{KEY}", key);
    let n = shop.path().join("mail/new").read_dir().map_or(0, Iterator::count);
    std::fs::create_dir_all(shop.file("mail/cur")).unwrap();
    shop.write(&format!("mail/new/170928{n:04}.{shape}.host"), text);
}

/// The part before the @ in the Message-ID of a person's email of `spring`.
fn key_of(shop: &Shop, reference: &str) -> String {
    let all = shop.json(&format!("customer export {reference}"));
    all["emails"][0]["message_key"].as_str().expect("an email").to_owned()
}

fn response(shop: &Shop, reference: &str) -> String {
    shop.recipient("spring", reference)["response"].as_str().unwrap().to_owned()
}

fn stopped(shop: &Shop, reference: &str) -> Value {
    shop.json(&format!("customer show {reference}"))["suppressed"]["reason"].clone()
}

#[test]
fn every_shape_of_report_is_acted_upon_once_and_the_mailbox_stays_as_it_is() {
    // The shape; its count; the response; why the address is suppressed.
    let table = [
        ("postfix", "bounced", "undeliverable", json!("hard_bounce")),
        ("exchange", "bounced", "undeliverable", json!("hard_bounce")),
        ("gmail", "undelivered", "undeliverable", Value::Null),
        ("full", "mailbox_full", "undeliverable", Value::Null),
        ("policy", "undelivered", "undeliverable", Value::Null),
        ("delayed", "delayed", "not_redeemed", Value::Null),
        ("complaint", "complaints", "not_redeemed", json!("complaint")),
        ("unsubscribe", "unsubscribed", "not_redeemed", json!("unsubscribed")),
        ("unsubscribe-by-hand", "unsubscribed", "not_redeemed", json!("unsubscribed")),
        ("out-of-office", "automatic", "not_redeemed", Value::Null),
        ("reply", "replies", "not_redeemed", Value::Null),
        ("qmail", "bounced", "undeliverable", json!("hard_bounce")),
        ("no-original", "left", "not_redeemed", Value::Null),
        ("ordinary", "ordinary", "not_redeemed", Value::Null),
    ];
    let office = PostOffice::open();
    let names: Vec<String> = (1..=table.len()).map(|n| format!("person{n}")).collect();
    let people: Vec<&str> = names.iter().map(String::as_str).collect();
    let shop = shop_of(&people, "email", &office);
    shop.run("send spring").quiet();
    let mut counts = std::collections::BTreeMap::<&str, i64>::new();
    for (n, (shape, count, ..)) in table.iter().enumerate() {
        arrive(&shop, shape, &format!("{}@home.example", names[n]), &key_of(&shop, &format!("P-{}", n + 1)));
        *counts.entry(count).or_default() += 1;
    }
    let (before, mail) = (dump(&shop.file("regulars.db")), files_below(&shop.file("mail")));
    let rehearsal = shop.json("bounces mail --dry-run");
    assert_eq!(dump(&shop.file("regulars.db")), before, "a rehearsal does nothing");
    let done = shop.json("bounces mail");
    assert_eq!((&done["people"], &done["left_to_you"]), (&rehearsal["people"], &rehearsal["left_to_you"]));
    for (count, n) in counts {
        assert_eq!(done[count], n, "{count}: {done:#}");
    }
    for (n, (shape, _, answer, reason)) in table.iter().enumerate() {
        let person = format!("P-{}", n + 1);
        assert_eq!((response(&shop, &person).as_str(), stopped(&shop, &person)), (*answer, reason.clone()), "{shape}");
        let wish = if reason == "complaint" || reason == "unsubscribed" { "no" } else { "yes" };
        assert_eq!(shop.json(&format!("customer show {person}"))["email_consent"], wish, "{shape}");
    }
    assert_eq!(files_below(&shop.file("mail")), mail, "nobody touches the mailbox");
    // Again, also as an mbox: nothing changes.
    let after = dump(&shop.file("regulars.db"));
    shop.run("bounces mail")
        .says("left to you: 1709280012.no-original.host: matched by the address alone")
        .shows("Nothing new: every report in it was already read");
    assert_eq!(dump(&shop.file("regulars.db")), after);
    let mbox: Vec<u8> =
        mail.values().flat_map(|text| [b"From x Fri Mar  1\n", text.as_slice(), b"\n"].concat()).collect();
    shop.write("mbox", mbox);
    let counted = shop.json("bounces mbox");
    assert_eq!((&counted["messages"], &counted["people"]), (&json!(table.len()), &json!([])));
    assert_eq!(dump(&shop.file("regulars.db")), after, "the same reports elsewhere are the same reports");
    let letters = shop.held_of_all("letters");
    assert_eq!(letters.iter().filter(|letter| !letter["returned_on"].is_null()).count(), 6);
    assert_eq!(shop.held_of_all("suppressions").len(), 6);
    assert_eq!(shop.json("report spring")["undeliverable"], 6);
    let list = shop.json("recipients spring");
    let responses = list["recipients"].as_array().unwrap().iter().filter(|one| one["response"] == "undeliverable");
    assert_eq!(responses.count(), 6);
}

#[test]
fn reports_are_read_in_whatever_encoding_they_come() {
    if !tools("delivery reports written by Python's email module") {
        return;
    }
    let shapes = ["plain", "base64", "quoted", "global", "charset", "subject", "crlf", "bytes", "cut"];
    let office = PostOffice::open();
    let shop = shop_of(&shapes, "email", &office);
    shop.run("send spring").quiet();
    let line = |(n, shape): (usize, &&str)| {
        format!("{shape} {} {shape}@home.example\n", key_of(&shop, &format!("P-{}", n + 1)))
    };
    shop.write("wanted", shapes.iter().enumerate().map(line).collect::<String>());
    std::fs::create_dir_all(shop.file("mail/cur")).unwrap();
    let made = format!("{}/tests/answers/make.py", env!("CARGO_MANIFEST_DIR"));
    outside(&shop.path(), &format!("sh -c 'python3 {made} mail/cur < wanted'"));
    let done = shop.json("bounces mail");
    assert_eq!(done["bounced"], shapes.len(), "{done:#}");
}

#[test]
fn a_report_without_our_own_mark_waits_for_the_owner() {
    let office = PostOffice::open();
    let shop = shop_of(&["ana", "ben"], "email", &office);
    shop.run("send spring").quiet();
    let (guess, before) = ("0123456789abcdef0123456789abcdef", dump(&shop.file("regulars.db")));
    for (shape, to) in
        [("postfix", "ana@home.example"), ("no-original", "Ben@home.example"), ("gmail", "x@home.example")]
    {
        arrive(&shop, shape, to, guess);
    }
    shop.run("bounces mail")
        .says("matched by the address alone: Pat Person1 (`P-1`)")
        .says("`--by-address` accepts them");
    assert_eq!(dump(&shop.file("regulars.db")), before, "nobody is lost to a forged report");
    // A report that names another person's email has no effect on this one.
    arrive(&shop, "postfix", "ben@home.example", &key_of(&shop, "P-1"));
    shop.run("bounces mail").says("left to you: 1709280000.postfix.host: matched by the address alone");
    assert_eq!((stopped(&shop, "P-1"), stopped(&shop, "P-2")), (Value::Null, Value::Null), "a dead end behind theirs");
    shop.run("bounces mail --by-address").says("about no email of the last 30 days").shows("by the address alone");
    assert_eq!(stopped(&shop, "P-2"), "hard_bounce");
    shop.run("bounces nowhere").status(1).says("cannot read");
    shop.run("bounces campaigns").status(1).says("is not a Maildir: it has neither `new` nor `cur`");
}

#[test]
fn what_the_mail_server_says_of_an_address_counts_as_a_report_does() {
    let office = PostOffice::open();
    let shop = shop_of(&["rcpt-550", "rcpt-552-full", "dot-554", "ana"], "email", &office);
    shop.run("send spring").status(3).says("shows which, and the mail server's reply");
    assert_eq!(
        [1, 2, 3, 4].map(|n| response(&shop, &format!("P-{n}"))),
        ["undeliverable", "undeliverable", "undeliverable", "not_redeemed"]
    );
    assert_eq!([1, 2].map(|n| stopped(&shop, &format!("P-{n}"))), [json!("refused"), Value::Null]);
    shop.run("outbox spring").quiet().shows("came back");
    // Full the second and the third time.
    for times in [2, 3] {
        shop.run("outbox spring --settle P-2 again").quiet();
        assert_eq!(response(&shop, "P-2"), "not_redeemed");
        shop.run("send spring").says_only(&["shows which, and the mail server's reply"]).ended();
        assert_eq!(stopped(&shop, "P-2"), if times == 3 { json!("mailbox_full") } else { Value::Null });
    }
    // The address is checked again at the moment of sending.
    shop.run("outbox spring --settle P-2 again").quiet();
    shop.run("send spring").status(3).says("mailbox full");
    shop.run("customer set P-2 email_works=yes").quiet();
    shop.run("send spring --today 2024-03-02").status(3).says("shows which, and the mail server's reply");
    assert_eq!(stopped(&shop, "P-2"), Value::Null, "it begins anew");
}

#[test]
fn an_answer_of_any_kind_settles_a_doubt() {
    for (shape, count) in
        [("reply", "replies"), ("out-of-office", "automatic"), ("postfix", "bounced"), ("delayed", "delayed")]
    {
        let office = PostOffice::open();
        let shop = shop_of(&["dot-drop"], "email", &office);
        shop.run("send spring").status(3).says("shows which, and the mail server's reply");
        assert_eq!(shop.json("outbox spring")["in_doubt"], 1);
        arrive(&shop, shape, "dot-drop@home.example", &key_of(&shop, "P-1"));
        let done = shop.json("bounces mail");
        assert_eq!((&done["settled"], &done[count]), (&json!(1), &json!(1)), "{shape}");
        assert_eq!(shop.json("outbox spring")["sent"], 1, "{shape}");
        assert_eq!(shop.json("bounces mail")["settled"], 0);
    }
}

#[test]
fn an_email_that_does_not_arrive_becomes_a_letter_once() {
    let office = PostOffice::open();
    let shop = shop_of(&["ana", "ben", "cleo", "rcpt-550"], "email-else-letter", &office);
    shop.run("customer set P-3 post=no").quiet();
    shop.run("send spring").status(3).says("shows which, and the mail server's reply");
    let codes: Vec<String> = (1..=4).map(|n| shop.code("spring", &format!("P-{n}"))).collect();
    shop.run("print spring").quiet().shows("Printed 1 letter");
    for n in [1, 3] {
        arrive(&shop, "postfix", "x@home.example", &key_of(&shop, &format!("P-{n}")));
    }
    let done = shop.json("bounces mail");
    assert_eq!((&done["people"][0]["instead"], &done["people"][1]["instead"]), (&json!("letter"), &Value::Null));
    assert_eq!(
        [1, 2, 3, 4].map(|n| response(&shop, &format!("P-{n}"))),
        ["not_redeemed", "not_redeemed", "undeliverable", "not_redeemed"]
    );
    shop.run("print spring").quiet().shows("Printed 2 letters");
    let manifest = shop.read("out/spring/manifest.csv");
    assert!(manifest.lines().nth(1).unwrap().ends_with(&format!("{},email", codes[0])), "the same code: {manifest}");
    shop.run("why spring P-1").shows("the email did not reach them, a letter goes instead (printed)");
    shop.run("recipients spring").shows("letter instead: printed");
    shop.run("outbox spring").quiet().shows("; a letter instead: printed");
    shop.run("outbox spring --settle P-4 again").status(1).says("gets a letter instead");
    shop.run("posted spring").quiet();
    // A week later another one comes back: only that letter is printed, and no one gets two.
    arrive(&shop, "gmail", "x@home.example", &key_of(&shop, "P-2"));
    shop.run("bounces mail --today 2024-03-08").quiet();
    shop.run("print spring --today 2024-03-08").quiet().shows("Printed 1 letter");
    assert!(shop.read("out/spring/manifest-instead.csv").contains("P-2"));
    shop.run("posted spring --today 2024-03-08").stdout(str![[r"
The letters of Spring tea that replace emails were mailed on March 8, 2024; the codes are valid from March 1, 2024, unchanged.

"]]);
    shop.run("send spring --today 2024-03-08").quiet();
    assert_eq!(office.taken().len(), 3, "no email goes out again");
    // The letter also comes back.
    shop.run("returned spring P-1 --today 2024-03-12").quiet();
    assert_eq!(response(&shop, "P-1"), "undeliverable");
    let undeliverable = "SELECT count(*) FROM response WHERE response = 'undeliverable'";
    assert_eq!((shop.count(undeliverable), shop.json("report spring")["undeliverable"].clone()), (2, json!(2)));
    assert_eq!(shop.json("report spring")["instead"], 3);
    shop.run("report spring").shows("3 pieces did not arrive and got the other kind of piece instead.");
}

#[test]
fn a_letter_that_comes_back_becomes_an_email_once() {
    let office = PostOffice::open();
    let shop = shop_of(&["ana", "ben", "cleo"], "letter-else-email", &office);
    shop.run("customer set P-2 email_consent=no").quiet();
    shop.run("print spring").quiet();
    shop.run("posted spring").quiet();
    shop.run("send spring").status(1).says("has no email to send");
    shop.run("returned spring P-1").stdout(
        "Recorded: the letter to Pat Person1 came back. They get an email with the next `regulars send spring`.\n",
    );
    shop.run("returned spring P-2").stdout("Recorded: the letter to Pat Person2 came back.\n");
    assert_eq!(
        [1, 2, 3].map(|n| response(&shop, &format!("P-{n}"))),
        ["not_redeemed", "undeliverable", "not_redeemed"]
    );
    let code = shop.code("spring", "P-1");
    for _ in 0..2 {
        shop.run("returned spring P-1").quiet();
        shop.run("send spring").quiet();
    }
    assert_eq!(office.taken(), ["ana@home.example"]);
    assert!(office.messages("ana@home.example")[0].contains(&code));
    assert_eq!(shop.recipient("spring", "P-1")["second"]["state"], "sent");
    arrive(&shop, "postfix", "ana@home.example", &key_of(&shop, "P-1"));
    shop.run("bounces mail").quiet();
    assert_eq!(response(&shop, "P-1"), "undeliverable");
}

#[test]
fn an_email_instead_of_a_letter_that_fails_may_go_out_again() {
    let office = PostOffice::open();
    let shop = shop_of(&["rcpt-552-full", "ana"], "letter-else-email", &office);
    shop.run("print spring").quiet();
    shop.run("posted spring").quiet();
    shop.run("returned spring P-1").quiet();
    shop.run("send spring").status(3).says("shows which, and the mail server's reply");
    assert_eq!(response(&shop, "P-1"), "undeliverable");
    shop.run("outbox spring --settle P-1 again").quiet();
    assert_eq!(
        (response(&shop, "P-1").as_str(), shop.json("outbox spring")["queued"].clone()),
        ("not_redeemed", json!(1))
    );
}
