//! The outbox with a misbehaving mail server: whatever it does, each email is sent at most once, and each state is the
//! one in the table of outcomes.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{House, PostOffice, Run, Shop, interrupt, program};

/// A shop whose campaign `spring` is planned as emails to these addresses, `P-1` and up, through this mail server.
fn shop_for(people: &[&str], office: &PostOffice, more: &str) -> Shop {
    let shop = unplanned(people, office, more);
    shop.run("plan spring").quiet();
    shop
}

/// The same before planning.
pub fn unplanned(people: &[&str], office: &PostOffice, more: &str) -> Shop {
    let shop = Shop::without_people();
    let mut customers =
        "Customer ID,First Name,Last Name,Street,City,State,Zip,Country,Email,Email Consent\n".to_owned();
    let mut purchases = "Customer ID,Date,Item,Amount\n".to_owned();
    for (index, name) in people.iter().enumerate() {
        let n = index + 1;
        customers += &format!("P-{n},Pat,Person{n},{n} Long Rd,Salem,OR,97301,US,{name}@example.com,yes\n");
        purchases += &format!("P-{n},2024-01-05,a scarf,90.00\n");
    }
    shop.write("customers.csv", customers);
    shop.write("purchases.csv", purchases);
    shop.run("import customers customers.csv").quiet();
    shop.run("import purchases purchases.csv").quiet();
    shop.edit("campaigns/spring.toml", "\"letter\"", "\"email\"");
    shop.edit("campaigns/spring.toml", "limit    = 100", "limit    = 20000");
    shop.edit("campaigns/spring.toml", "stock       = 100", "stock       = 20000");
    through(&shop, "june@example.com", office, more);
    shop
}

/// Adds the mail server to shop.toml.
pub fn through(shop: &Shop, from: &str, office: &PostOffice, more: &str) {
    let text = shop.read("shop.toml");
    let text = text.split("\n[email]").next().unwrap();
    let user = if more.contains("password_file") { "june@" } else { "" };
    let email =
        format!("\n[email]\nfrom = \"June <{from}>\"\nserver = \"smtp://{user}127.0.0.1:{}\"\n{more}\n", office.port);
    shop.write("shop.toml", format!("{text}{email}"));
}

/// The state of each email, in order of reference.
fn states(shop: &Shop) -> Vec<(String, String)> {
    let list = shop.json("outbox spring");
    let mut found: Vec<(String, String)> = list["emails"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["ref"].as_str().unwrap().to_owned(), e["state"].as_str().unwrap().to_owned()))
        .collect();
    found.sort();
    found
}

fn state_of(shop: &Shop, reference: &str) -> String {
    states(shop).into_iter().find(|(r, _)| r == reference).expect("an email").1
}

/// Possible messages of a run that did not send everything.
const SENDING: [&str; 4] = [
    "shows which, and the mail server's reply",
    "to retry what the mail server deferred",
    "the mail server rejects our emails",
    "continues from there",
];

#[test]
fn every_phase_and_every_mishap_leaves_the_state_that_the_table_asks_for() {
    // The mishap; the state of the email; how often it has arrived; how the run ends.
    let table = [
        ("rcpt-450", "queued", 0, 3),
        ("rcpt-550", "failed", 0, 3),
        ("rcpt-421", "queued", 0, 3),
        ("rcpt-drop", "queued", 0, 3),
        ("rcpt-hang", "queued", 0, 3),
        ("rcpt-554-policy", "failed", 0, 3),
        ("rcpt-530", "failed", 0, 3),
        ("rcpt-535", "failed", 0, 3),
        ("data-530", "failed", 0, 3),
        ("data-451", "queued", 0, 3),
        ("data-554", "failed", 0, 3),
        ("data-421", "queued", 0, 3),
        ("data-drop", "queued", 0, 3),
        ("data-hang", "queued", 0, 3),
        ("dot-451", "queued", 0, 3),
        ("dot-554", "failed", 0, 3),
        ("dot-554-policy", "failed", 0, 3),
        ("dot-421", "queued", 0, 3),
        ("dot-drop", "in_doubt", 1, 3),
        ("dot-hang", "in_doubt", 1, 3),
    ];
    for strict in [false, true] {
        std::thread::scope(|scope| {
            for (mishap, state, arrived, exit) in table {
                scope.spawn(move || {
                    let office = PostOffice::with(House { strict, ..House::default() });
                    let shop = shop_for(&["before", mishap, "after"], &office, "connections = 1\ntimeout = 2");
                    shop.run("send spring").status(exit).says_only(&SENDING);
                    let expected =
                        [("P-1", "sent"), ("P-2", state), ("P-3", "sent")].map(|(r, s)| (r.to_owned(), s.to_owned()));
                    assert_eq!(states(&shop), expected, "{mishap}, strict: {strict}");
                    // Continuing sends the rest, never anything twice.
                    shop.run("send spring").says_only(&SENDING).ended();
                    assert_eq!(state_of(&shop, "P-3"), "sent", "{mishap}");
                    assert_eq!(state_of(&shop, "P-2"), state, "{mishap}");
                    let address = format!("{mishap}@example.com");
                    let taken = office.taken();
                    assert_eq!(taken.iter().filter(|to| **to == address).count(), arrived, "{mishap}");
                    assert_eq!(taken.len(), 2 + arrived, "{mishap}: {taken:?}");
                });
            }
        });
    }
}

/// An invalid reply ends the connection and is handled by its phase; an unusual one is valid. Nothing else is affected.
#[test]
fn every_answer_is_taken_for_what_it_is() {
    // The reply; the state of the email; how often it has arrived.
    let table = [
        // Invalid replies.
        ("rcpt-354", "queued", 0),
        ("rcpt-mixed", "queued", 0),
        ("rcpt-endless", "queued", 0),
        ("rcpt-extra", "queued", 0),
        ("rcpt-late", "queued", 0),
        ("data-250", "queued", 0),
        ("data-999", "queued", 0),
        ("data-many", "queued", 0),
        ("data-extra", "queued", 0),
        ("dot-354", "in_doubt", 1),
        ("dot-mixed", "in_doubt", 1),
        ("dot-000", "in_doubt", 1),
        ("dot-999", "in_doubt", 1),
        ("dot-abc", "in_doubt", 1),
        ("dot-halves", "sent", 1),
        ("dot-endless", "in_doubt", 1),
        ("dot-many", "in_doubt", 1),
        // Unusual replies.
        ("rcpt-bare", "sent", 1),
        ("rcpt-lines", "sent", 1),
        ("rcpt-lf", "sent", 1),
        ("data-lf", "sent", 1),
        ("dot-lf", "sent", 1),
        ("data-bare", "sent", 1),
        ("dot-bare", "sent", 1),
        ("dot-blank", "sent", 1),
        ("dot-lines", "sent", 1),
        ("dot-latin", "sent", 1),
        ("dot-long", "sent", 1),
        ("dot-extra", "sent", 1),
        ("dot-late", "sent", 1),
        ("rcpt-no", "failed", 0),
        ("dot-no", "failed", 0),
    ];
    let mut people = vec!["p-0".to_owned()];
    for (n, (answer, ..)) in table.iter().enumerate() {
        people.extend([(*answer).to_owned(), format!("p-{}", n + 1)]);
    }
    let names: Vec<&str> = people.iter().map(String::as_str).collect();
    let look = |strict: bool| {
        let office = PostOffice::with(House { strict, ..House::default() });
        let shop = shop_for(&names, &office, "connections = 1\ntimeout = 2");
        // Continuing sends nothing twice.
        for _ in 0..2 {
            shop.run("send spring").says_only(&SENDING).ended();
            let taken = office.taken();
            for (reference, found) in states(&shop) {
                let name = names[reference[2..].parse::<usize>().unwrap() - 1];
                let row = table.iter().find(|(answer, ..)| *answer == name);
                let (state, arrived) = row.map_or(("sent", 1), |(_, state, arrived)| (*state, *arrived));
                let address = format!("{name}@example.com");
                let copies = taken.iter().filter(|to| **to == address).count();
                assert_eq!((found.as_str(), copies), (state, arrived), "{name}, strict: {strict}");
            }
        }
    };
    let look = &look;
    std::thread::scope(|scope| {
        for strict in [false, true] {
            scope.spawn(move || look(strict));
        }
    });
}

/// The text of a rejection is shown in letters, whatever its encoding.
#[test]
fn a_refusal_that_is_no_utf8_is_read_all_the_same() {
    let office = PostOffice::open();
    let shop = shop_for(&["rcpt-no", "dot-no-2"], &office, "connections = 1");
    shop.run("send spring").status(3).says_only(&SENDING);
    let list = shop.json("outbox spring");
    for email in list["emails"].as_array().unwrap() {
        assert_eq!(email["reply"], "550 5.1.1 Empf\u{e4}nger unbekannt");
    }
    assert_eq!(shop.held_of_all("suppressions").len(), 2);
}

/// Data received before encryption is never taken for a reply under it.
#[test]
fn what_is_said_before_the_encryption_ends_the_connection() {
    let office = PostOffice::with(House { injects: true, ..House::default() });
    let shop = shop_for(&["ana"], &office, "timeout = 2");
    shop.edit("shop.toml", "smtp://", "smtp+starttls://");
    shop.run("email check").status(1).shows("the mail server sent an unexpected response");
    shop.run("send spring").status(3).says("the mail server sent an unexpected response");
    assert_eq!(state_of(&shop, "P-1"), "queued");
    assert!(office.taken().is_empty());
}

/// A server without EHLO, or without capabilities, is used without extensions.
#[test]
fn an_old_server_gets_its_emails() {
    for house in [House { old: true, ..House::default() }, House { bare: true, strict: true, ..House::default() }] {
        let office = PostOffice::with(house);
        let shop = shop_for(&["ana", "ben"], &office, "");
        shop.run("send spring").stdout("Sent 2 emails.\n");
        assert_eq!(office.taken(), ["ana@example.com", "ben@example.com"]);
    }
}

/// Recipients that a server rejects, defers or hangs up on are reported; all others have their email after one run, and
/// no one two.
#[test]
fn a_hostile_server_harms_only_those_whom_it_turns_on() {
    const PEOPLE: usize = 400;
    let people: Vec<String> = (1..=PEOPLE)
        .map(|n| match n % 50 {
            3 => format!("rcpt-550-{n}-policy"),
            13 => format!("rcpt-450-{n}"),
            23 => format!("dot-451-{n}"),
            33 => format!("body-drop-{n}"),
            43 if n % 100 == 43 => format!("rcpt-drop-{n}"),
            43 => format!("dot-mixed-{n}"),
            _ => format!("p{n}"),
        })
        .collect();
    let names: Vec<&str> = people.iter().map(String::as_str).collect();
    for house in [
        House { bare: true, strict: true, most: Some(19), ..House::default() },
        House { most: Some(45), ..House::default() },
    ] {
        let office = PostOffice::with(house);
        let shop = shop_for(&names, &office, "connections = 4\ntimeout = 10");
        let began = Instant::now();
        shop.run("send spring").status(3).says_only(&SENDING);
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
        let mut once = office.taken();
        once.dedup();
        assert_eq!(once.len(), office.taken().len(), "somebody got it twice");
        let list = shop.run("outbox spring").says("may have arrived").out();
        for (n, state) in states(&shop) {
            let name = names[n[2..].parse::<usize>().unwrap() - 1];
            let expected = match name.split('-').take(2).collect::<Vec<_>>()[..] {
                ["rcpt", "550"] => "failed",
                ["rcpt", "450" | "drop"] | ["dot", "451"] => "queued",
                ["dot", "mixed"] | ["body", "drop"] => "in_doubt",
                _ => "sent",
            };
            assert_eq!(state, expected, "{name}");
            let arrived = once.binary_search(&format!("{name}@example.com")).is_ok();
            assert_eq!(arrived, expected == "sent" || name.starts_with("dot-mixed"), "{name}");
            assert!(expected == "sent" || list.contains(&format!("{n} ")), "{name} is not named: {list}");
        }
    }
}

/// The error of one recipient affects only them; five similar ones among the last six mean that we are rejected, and no
/// recipient is blamed.
#[test]
fn one_who_is_refused_does_not_stop_the_others_and_five_alike_do() {
    let (no, gone, full) = ("rcpt-550-policy", "rcpt-550", "rcpt-552-full");
    // The people in order; their states after one run, `s`ent, `f`ailed or `q`ueued; whether the run ended early.
    let cases: [(&[&str], &str, bool); 8] = [
        (&["a", "b", no, "c", "d", "e", "f", "g"], "ssfsssss", false),
        (&[no, no, no, no, "a", "b"], "ffffss", false),
        (&[no, no, no, no, no, "a", "b"], "qqqqqqq", true),
        (&["a", no, no, "b", no, no, no, "c"], "sqqsqqqq", true),
        (&[no, no, "a", no, "b", no, no, "c"], "ffsfsffs", false),
        (&[gone, gone, gone, gone, gone, gone, "a"], "ffffffs", false),
        (&[full, no, full, no, full, no, "a"], "ffffffs", false),
        (
            &["dot-554-policy", "dot-554-policy", "dot-554-policy", "dot-554-policy", "dot-554-policy", "a"],
            "qqqqqq",
            true,
        ),
    ];
    for (people, expected, ends) in cases {
        let office = PostOffice::open();
        let named: Vec<String> = people
            .iter()
            .enumerate()
            .map(|(n, name)| match name.split_once("-policy").or(name.split_once("-full")) {
                Some((first, _)) => format!("{first}-{n}{}", &name[first.len()..]),
                None => format!("{name}-{n}"),
            })
            .collect();
        let named: Vec<&str> = named.iter().map(String::as_str).collect();
        let shop = shop_for(&named, &office, "connections = 1");
        let run = shop.run("send spring").status(3);
        let run = if ends { run.says("rejects our emails, 5 of the last 6 in the same way: 5") } else { run };
        run.says_only(&SENDING);
        let found: String = states(&shop).iter().map(|(_, state)| &state[..1]).collect();
        assert_eq!(found, expected, "{people:?}");
        let struck = shop.held_of_all("suppressions").len();
        assert_eq!(struck, people.iter().filter(|name| **name == gone).count(), "{people:?}");
    }
}

/// An extension is used only if the address needs it and the mail server offers it; otherwise only that email fails.
#[test]
fn addresses_beyond_ascii_use_what_the_server_offers() {
    for (utf8, strict) in [(false, false), (false, true), (true, false)] {
        let office = PostOffice::with(House { strict, utf8, ..House::default() });
        let shop = unplanned(&["x"], &office, "connections = 1");
        let mut cards = "Customer ID,First Name,Last Name,Email,Email Consent\n".to_owned();
        for (n, email) in
            ["anna@b\u{fc}cher.example", "bob@example.com", "j\u{f6}rg@example.com", "li@\u{4f8b}\u{3048}.example"]
                .iter()
                .enumerate()
        {
            cards += &format!("P-{},J\u{f6}rg,M\u{fc}ller{n},{email},yes\n", n + 1);
        }
        shop.write("customers.csv", cards);
        shop.run("import customers customers.csv").quiet();
        shop.edit("campaigns/spring.toml", "spend_12m >= 50 AND NOT has_tag('wholesale')", "has_email");
        shop.run("plan spring").quiet();
        let run = shop.run("send spring");
        let found: String = states(&shop).iter().map(|(_, state)| &state[..1]).collect();
        assert_eq!(found, if utf8 { "ssss" } else { "ssfs" });
        run.status(if utf8 { 0 } else { 3 }).says_only(&SENDING);
        let taken = office.taken();
        assert!(taken.contains(&"anna@xn--bcher-kva.example".to_owned()), "{taken:?}");
        assert_eq!(taken.contains(&"j\u{f6}rg@example.com".to_owned()), utf8);
        let text = &office.messages("anna@xn--bcher-kva.example")[0];
        assert!(text.split("\r\n\r\n").next().unwrap().is_ascii(), "{text}");
        if !utf8 {
            let why = shop.run("outbox spring").out();
            assert!(why.contains("this address needs SMTPUTF8, which the mail server does not offer"), "{why}");
            assert_eq!(shop.held_of_all("suppressions").len(), 0);
        }
    }
}

/// An unsent email is sent to the address that is now on the card, when the owner decides so, and this is recorded.
#[test]
fn an_email_that_failed_or_waits_goes_to_another_address() {
    let office = PostOffice::open();
    let shop = shop_for(&["rcpt-550", "rcpt-450", "dot-drop", "ana", "rcpt-551"], &office, "connections = 1");
    let no = |reference: &str, says: &str| {
        shop.run(&format!("outbox spring --readdress {reference}")).status(1).says(says);
    };
    no("P-1", "has the same address, `rcpt-550@example.com`");
    shop.run("send spring").status(3).says_only(&SENDING);
    for (reference, says) in [
        ("P-1", "has the same address, `rcpt-550@example.com`"),
        ("P-3", "may have arrived"),
        ("P-4", "was sent"),
        ("P-9", "gets no email of `spring`"),
    ] {
        no(reference, says);
    }
    for (reference, email, says) in [
        ("P-1", "", "has no email, which is not a valid address"),
        ("P-1", "rcpt-551@example.com", "no email can be sent to `rcpt-551@example.com`: email address refused"),
        ("P-1", "rosa@example.com", ""),
        ("P-2", "tom@example.com", ""),
    ] {
        shop.run(&format!("customer set {reference} email={email}")).quiet();
        if says.is_empty() {
            let done = format!("to Pat Person{} is sent to `{email}` instead of `rcpt-", &reference[2..]);
            shop.run(&format!("outbox spring --readdress {reference}")).says_only(&["in doubt may have"]).shows(&done);
        } else {
            no(reference, says);
        }
    }
    assert_eq!(["P-1", "P-2"].map(|one| state_of(&shop, one)), ["queued", "queued"]);
    shop.run("send spring --today 2024-03-02").status(3).says_only(&SENDING);
    assert_eq!(["P-1", "P-2"].map(|one| state_of(&shop, one)), ["sent", "sent"]);
    assert!(office.messages("rosa@example.com")[0].contains("To: \"Pat Person1\" <rosa@example.com>"));
    assert_eq!(shop.recipient("spring", "P-1")["response"], "not_redeemed");
    let held = shop.json("customer export P-1");
    let change = &held["email_changes"][0];
    assert_eq!(
        (&change["old_email"], &change["new_email"]),
        (&"rcpt-550@example.com".into(), &"rosa@example.com".into())
    );
    assert_eq!(held["letters"][0]["fields"]["customer"]["email"], "rosa@example.com");
    no("P-1", "was sent");
}

#[test]
fn a_refused_sender_stops_everything_and_blames_nobody() {
    for (from, says) in [("mail-550", "rejects us: 550 5.1.1 as you wish"), ("mail-530", "rejects us: 530")] {
        let office = PostOffice::open();
        let shop = shop_for(&["ana", "ben"], &office, "");
        through(&shop, &format!("{from}@example.com"), &office, "");
        shop.run("send spring").status(3).says(says).says("2 emails stay queued");
        assert!(states(&shop).iter().all(|(_, state)| state == "queued"));
        through(&shop, "june@example.com", &office, "");
        shop.run("send spring").stdout("Sent 2 emails.\n");
        assert_eq!(office.taken(), ["ana@example.com", "ben@example.com"]);
    }
    for (from, state) in
        [("mail-451", "queued"), ("mail-421", "queued"), ("mail-drop", "queued"), ("mail-hang", "queued")]
    {
        let office = PostOffice::open();
        let shop = shop_for(&["ana"], &office, "timeout = 1");
        through(&shop, &format!("{from}@example.com"), &office, "timeout = 1");
        shop.run("send spring").status(3).says("to retry what the mail server deferred");
        assert_eq!(state_of(&shop, "P-1"), state, "{from}");
    }
}

#[test]
fn the_password_comes_from_a_file_and_is_never_shown() {
    for asks in [false, true] {
        let office = PostOffice::with(House { locked: true, asks, ..House::default() });
        let shop = shop_for(&["ana"], &office, "password_file = \"secret\"");
        shop.write("secret", "coffee-and-cake\n");
        let mut run = shop.run("send spring").status(3).says("rejects us: 535 5.7.8 not you");
        assert!(!run.talk().contains("coffee"));
        shop.write("secret", "tea\n");
        shop.run("send spring").stdout("Sent 1 email.\n");
        let database = std::fs::read(shop.file("regulars.db")).unwrap();
        assert!(!database.windows(6).any(|window| window == b"coffee"));
        std::fs::remove_file(shop.file("secret")).unwrap();
        shop.run("send spring").status(1).says("cannot read");
    }
}

#[test]
fn a_server_that_ends_connections_gets_everything_once() {
    let people: Vec<String> = (1..=30).map(|n| format!("p{n}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let office = PostOffice::with(House { most: Some(7), ..House::default() });
    let shop = shop_for(&people, &office, "connections = 2");
    shop.run("send spring").stdout("Sent 30 emails.\n");
    let mut taken = office.taken();
    taken.dedup();
    assert_eq!((taken.len(), office.taken().len()), (30, 30));
}

#[test]
fn put_off_again_and_again_it_fails_after_a_day() {
    let office = PostOffice::open();
    let shop = shop_for(&["rcpt-450"], &office, "");
    let due = |at: &str| {
        let list = shop.json(&format!("--today {at} outbox spring"));
        list["emails"][0]["due_at"].as_str().map(str::to_owned)
    };
    shop.run("send spring").status(3).says("from 2024-03-01 12:05 on");
    assert_eq!(due("2024-03-01").as_deref().map(|due| &due[..16]), Some("2024-03-01T12:05"));
    shop.run("send spring").status(3).says("from 2024-03-01 12:05 on").stdout("Sent 0 emails.\n");
    assert_eq!(shop.json("outbox spring")["emails"][0]["attempts"], 1, "it was not due");
    shop.run("send spring --today 2024-03-02").status(3).says("shows which, and the mail server's reply");
    assert_eq!(state_of(&shop, "P-1"), "failed");
}

#[test]
fn a_doubt_is_settled_by_the_owner_alone() {
    let office = PostOffice::open();
    let shop = shop_for(&["dot-drop-a", "dot-drop-b", "ana"], &office, "connections = 1");
    shop.run("send spring")
        .status(3)
        .says("shows which, and the mail server's reply")
        .stdout("Sent 1 email; 2 are in doubt.\n");
    shop.run("send spring").status(3).says("2 emails are in doubt: `regulars outbox").stdout("Sent 0 emails.\n");
    shop.run("outbox spring --settle P-3 again").status(1).says("is sent").says("only an email in doubt");
    shop.run("outbox spring --settle P-1 maybe").status(1).says("is not `sent` or `again`");
    shop.run("outbox spring --settle P-1 sent")
        .says("may have arrived, and is never sent again automatically")
        .shows("was sent")
        .shows("1 in doubt");
    shop.run("outbox spring --settle P-2 again").quiet().shows("1 queued");
    shop.run("send spring").status(3).says("shows which, and the mail server's reply");
    let twice = office.messages("dot-drop-b@example.com");
    assert_eq!(twice.len(), 2, "the owner wanted it");
    assert_eq!(twice[0], twice[1], "the same message, so the same Message-ID");
    assert_eq!(office.messages("dot-drop-a@example.com").len(), 1);
}

#[test]
fn a_wish_since_the_plan_holds_the_email_back() {
    let office = PostOffice::open();
    let shop = shop_for(&["ana", "ben", "cleo", "dora"], &office, "");
    shop.run("customer set P-2 email_consent=no").quiet();
    shop.run("customer set P-3 deceased=yes").quiet();
    shop.run("customer note P-4 \"the seam came open\" --kind complaint").quiet();
    shop.run("send spring")
        .status(3)
        .says("1 email held back until a complaint is resolved (`regulars customer resolve REF`)")
        .says("2 emails held back: Pat Person2 has opted out of email")
        .stdout("Sent 1 email.\n");
    shop.run("send spring --despite").says("has opted out of email").stdout("Sent 1 email.\n");
    assert_eq!(office.taken(), ["ana@example.com", "dora@example.com"]);
    shop.run("plan spring --again").status(1).says("was already sent");
}

#[test]
fn limits_and_caps_leave_the_rest_for_later() {
    let office = PostOffice::open();
    let shop = shop_for(&["a", "b", "c", "d", "e"], &office, "daily_cap = 3\nrate = \"20/s\"");
    shop.run("send spring --limit 2")
        .status(3)
        .says("3 emails are left by `--limit`: `regulars send spring` sends them")
        .stdout("Sent 2 emails.\n");
    let goes_on = "`daily_cap` is reached for today: `regulars send spring` continues tomorrow with 2 emails";
    shop.run("send spring").status(3).says(goes_on).stdout("Sent 1 email.\n");
    shop.run("send spring").status(3).says(goes_on).stdout("Sent 0 emails.\n");
    let began = Instant::now();
    shop.run("send spring --today 2024-03-02").stdout("Sent 2 emails.\n");
    assert!(began.elapsed() >= Duration::from_millis(50), "faster than the rate");
    let list = shop.json("outbox spring");
    assert_eq!((&list["sent"], &list["queued"], &list["in_doubt"]), (&5.into(), &0.into(), &0.into()));
    assert_eq!(office.taken().len(), 5);
}

/// Starts a run in the background.
fn started(shop: &Shop) -> std::process::Child {
    let words = ["--today", "2024-03-01", "send", "spring"].map(str::to_owned);
    program(&shop.path(), &words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn one_runs_at_a_time_and_ctrl_c_ends_it_in_order() {
    let people: Vec<String> = (1..=40).map(|n| format!("p{n}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let office = PostOffice::with(House { slow: Duration::from_millis(100), ..House::default() });
    let shop = shop_for(&people, &office, "connections = 1");
    let mut first = started(&shop);
    let patience = Instant::now();
    while office.taken().is_empty() && patience.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(10));
    }
    shop.run("send spring").status(1).says("emails are being sent from this shop folder already");
    interrupt(first.id());
    assert_eq!(first.wait().unwrap().code(), Some(3));
    let list = shop.json("outbox spring");
    let sent = list["sent"].as_u64().unwrap();
    assert!(sent > 0 && sent < 40 && list["in_doubt"] == 0 && list["sending"] == 0, "{list:#}");
    assert_eq!(office.taken().len() as u64, sent);
}

#[test]
fn killed_at_any_moment_nothing_goes_twice_and_nobody_is_lost() {
    const PEOPLE: usize = 300;
    let people: Vec<String> = (1..=PEOPLE).map(|n| format!("p{n}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let office = PostOffice::with(House { slow: Duration::from_millis(2), ..House::default() });
    let shop = shop_for(&people, &office, "connections = 4");
    let mut kills = 0;
    for turn in 0..8u64 {
        let mut run = started(&shop);
        let before = office.taken().len();
        let patience = Instant::now();
        while office.taken().len() == before && patience.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(turn * 7 % 20));
        kills += usize::from(run.try_wait().unwrap().is_none());
        run.kill().unwrap();
        run.wait().unwrap();
    }
    assert!(kills >= 4, "hardly anything was killed");
    let doubts = ["in doubt since an earlier run was interrupted", "in doubt: `regulars outbox spring`"];
    shop.run("send spring").says_only(&doubts).ended();
    let list = shop.json("outbox spring");
    let doubts = usize::try_from(list["in_doubt"].as_u64().unwrap()).unwrap();
    let taken = office.taken();
    let mut once = taken.clone();
    once.dedup();
    assert_eq!(once.len(), taken.len(), "somebody got it twice");
    assert!(doubts <= kills * 4, "{doubts} doubts after {kills} kills");
    let sent: Vec<&serde_json::Value> =
        list["emails"].as_array().unwrap().iter().filter(|email| email["state"] == "sent").collect();
    assert_eq!(sent.len() + doubts, PEOPLE, "somebody is missing");
    assert!(sent.iter().all(|email| once.binary_search(&email["email"].as_str().unwrap().to_owned()).is_ok()));
}

#[test]
fn a_restored_backup_does_not_send_again() {
    let office = PostOffice::open();
    let shop = shop_for(&["a", "b", "c"], &office, "");
    shop.run("send spring --limit 1").status(3).says("2 emails are left by `--limit`");
    shop.run("backup kept.db").quiet();
    shop.run("send spring --limit 1").status(3).says("1 email is left by `--limit`");
    for companion in ["regulars.db-wal", "regulars.db-shm"] {
        let _ = std::fs::remove_file(shop.file(companion));
    }
    std::fs::copy(shop.file("kept.db"), shop.file("regulars.db")).unwrap();
    shop.run("send spring").status(1).says("the outbox is older than what was sent").says("--restored");
    assert_eq!(office.taken().len(), 2);
    // The owner settles what they know was sent, and only then continues.
    shop.run("send spring --restored --limit 1").status(3).says("1 email is left by `--limit`");
    shop.run("send spring").quiet();
    assert_eq!(office.taken().len(), 4, "b was sent again, on the owner's word");
}

#[test]
fn what_is_forgotten_leaves_the_outbox() {
    let office = PostOffice::open();
    let shop = shop_for(&["ana", "rcpt-550"], &office, "connections = 1");
    shop.run("send spring").status(3).says("shows which, and the mail server's reply");
    let held = shop.json("customer export P-2");
    assert_eq!(held["emails"][0]["state"], "failed");
    assert!(held["emails"][0]["reply"].as_str().unwrap().starts_with("550 5.1.1"));
    for reference in ["P-1", "P-2"] {
        shop.run(&format!("customer forget {reference} --yes")).says("still have them");
    }
    assert_eq!(shop.count("SELECT count(*) FROM outbox WHERE message_key <> ''"), 0);
    assert_eq!(shop.count("SELECT count(*) FROM outbox WHERE state = 'failed' AND reply <> ''"), 0);
    let list = shop.json("outbox spring");
    assert_eq!((&list["sent"], &list["failed"]), (&1.into(), &1.into()), "the figures stay");
}

#[test]
fn without_a_server_nothing_is_tried() {
    let office = PostOffice::open();
    let shop = shop_for(&["ana"], &office, "");
    for (server, says) in [
        ("smtp://mail.example.com", "is not encrypted and allowed only for this machine"),
        ("smtps://june:tea@mail.example.com", "the password does not belong in this file"),
        ("mail.example.com", "a mail server is written as `smtps://USER@HOST`"),
    ] {
        let line = format!("server = \"smtp://127.0.0.1:{}\"", office.port);
        let text = shop.read("shop.toml");
        shop.edit("shop.toml", &line, &format!("server = \"{server}\""));
        let run: Run = shop.run("send spring").status(1).says(says);
        drop(run);
        shop.write("shop.toml", text);
    }
    shop.edit("shop.toml", "127.0.0.1:", "127.0.0.1:1#");
    shop.run("send spring").status(1).says("is not a port");
}

fn in_zone(shop: &Shop, zone: &str) {
    shop.write("shop.toml", format!("timezone = \"{zone}\"\n{}", shop.read("shop.toml")));
}

/// The value of a header field.
pub fn field(message: &str, name: &str) -> String {
    let head = message.split("\r\n\r\n").next().unwrap();
    let line = head.split("\r\n").find(|line| line.starts_with(&format!("{name}: ")));
    line.unwrap_or_else(|| panic!("no {name} in\n{head}"))[name.len() + 2..].to_owned()
}

/// The Date of an email is the time at which it is sent, on the shop's clock; that of its files and previews is the day
/// of the letter.
#[test]
fn an_email_is_dated_by_the_moment_at_which_it_is_handed_over() {
    for (zone, moment, date) in [
        ("America/Los_Angeles", "2024-08-15T17:02:03Z", "Thu, 15 Aug 2024 10:02:03 -0700"),
        ("America/Los_Angeles", "2024-12-15T17:02:03Z", "Sun, 15 Dec 2024 09:02:03 -0800"),
        ("Europe/Berlin", "2024-10-27T00:30:00Z", "Sun, 27 Oct 2024 02:30:00 +0200"),
        ("Europe/Berlin", "2024-10-27T01:30:00Z", "Sun, 27 Oct 2024 02:30:00 +0100"),
        ("Asia/Kolkata", "2024-02-29T20:00:00Z", "Fri, 01 Mar 2024 01:30:00 +0530"),
        ("America/St_Johns", "2024-07-01T02:29:59Z", "Sun, 30 Jun 2024 23:59:59 -0230"),
        ("UTC", "2024-03-05", "Tue, 05 Mar 2024 12:00:00 +0000"),
        ("Pacific/Auckland", "2024-03-05", "Tue, 05 Mar 2024 12:00:00 +1300"),
    ] {
        let office = PostOffice::open();
        let shop = unplanned(&["ana"], &office, "");
        in_zone(&shop, zone);
        shop.edit("campaigns/spring.toml", "2024-06-30", "2025-06-30");
        shop.run("plan spring").quiet();
        shop.run(&format!("send spring --to-folder eml --today {moment}")).quiet();
        shop.run(&format!("send spring --today {moment}")).quiet();
        let message = &office.messages("ana@example.com")[0];
        assert_eq!(field(message, "Date"), date, "{zone} {moment}");
        let file = shop.read("eml/000001-P-1.eml");
        assert_eq!(field(&file, "Date"), "Fri, 01 Mar 2024 12:00:00 +0000", "as the letter");
        let other = |text: &str| text.lines().filter(|line| !line.starts_with("Date: ")).collect::<String>();
        assert_eq!(other(message), other(&file), "nothing else differs");
    }
    // Without a rehearsal it is now.
    let office = PostOffice::open();
    let shop = shop_for(&["ana"], &office, "");
    let now = |file: &str| {
        shop.write(file, "");
        chrono::DateTime::<chrono::Utc>::from(shop.file(file).metadata().unwrap().modified().unwrap()).timestamp()
    };
    let before = now("before");
    let sent = program(&shop.path(), &["send".to_owned(), "spring".to_owned()]).output().unwrap();
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    let date = chrono::DateTime::parse_from_rfc2822(&field(&office.messages("ana@example.com")[0], "Date")).unwrap();
    assert!((before..=now("after")).contains(&date.timestamp()), "{date}");
}

/// A retry, after anything and however late, sends the same email.
#[test]
fn what_is_handed_over_again_is_the_same_email() {
    let settled = ["outbox spring --settle P-1 again"];
    // What happens the first time, what the owner does then, and whether the address changes.
    for (mishap, then) in [
        ("dot-drop", &settled[..]),
        ("dot-hang", &settled),
        ("dot-451", &[]),
        ("dot-421", &[]),
        ("dot-554", &settled),
        ("dot-554-policy", &settled),
        ("rcpt-450", &[]),
        ("data-451", &[]),
    ] {
        let office = PostOffice::open();
        let shop = unplanned(&[mishap], &office, "timeout = 1");
        in_zone(&shop, "America/New_York");
        shop.run("plan spring").quiet();
        shop.run("send spring").status(3).says_only(&SENDING);
        for command in then {
            shop.run(command).says_only(&["in doubt may have"]);
        }
        let first = office.messages(&format!("{mishap}@example.com"));
        // The mail server accepts this address.
        let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
        database.execute("UPDATE recipient SET email = 'ana@example.com'", []).unwrap();
        drop(database);
        shop.run("send spring --today 2024-03-02T08:00:00Z").quiet().stdout("Sent 1 email.\n");
        let again = &office.messages("ana@example.com")[0];
        assert_eq!(field(again, "Date"), "Fri, 01 Mar 2024 12:00:00 -0500", "{mishap}");
        if let Some(first) = first.first() {
            assert_eq!(again.replace("ana@example.com", &format!("{mishap}@example.com")), *first, "{mishap}");
        }
        let emails = shop.held("P-1", "emails");
        assert_eq!(emails[0]["dated_at"], "2024-03-01T12:00:00-05:00", "{mishap}");
    }
}

/// To another address it is a different email, dated when it is first sent. One that was rejected before its bytes
/// could be sent, and is sent again by the owner, gets that date.
#[test]
fn another_email_has_a_date_of_its_own() {
    for (mishap, then) in [
        ("dot-554", &["customer set P-1 email=ana@example.com", "outbox spring --readdress P-1"][..]),
        ("rcpt-450", &["customer set P-1 email=ana@example.com", "outbox spring --readdress P-1"]),
        ("dot-451", &["customer set P-1 email=ana@example.com", "outbox spring --readdress P-1"]),
        ("rcpt-551", &["customer set P-1 email_works=yes", "outbox spring --settle P-1 again"]),
    ] {
        let office = PostOffice::open();
        let shop = unplanned(&[mishap], &office, "");
        in_zone(&shop, "America/New_York");
        shop.run("plan spring").quiet();
        shop.run("send spring").status(3).says_only(&SENDING);
        for command in then {
            shop.run(&format!("{command} --today 2024-03-02")).quiet();
        }
        let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
        database.execute("UPDATE recipient SET email = 'ana@example.com'", []).unwrap();
        drop(database);
        shop.run("send spring --today 2024-03-02").quiet().stdout("Sent 1 email.\n");
        let again = &office.messages("ana@example.com")[0];
        assert_eq!(field(again, "Date"), "Sat, 02 Mar 2024 12:00:00 -0500", "{mishap}");
    }
}

/// Emails wait for their turn at a slow rate, made in advance: each is dated when it is sent.
#[test]
fn an_email_made_ahead_is_dated_when_it_goes() {
    let office = PostOffice::open();
    let shop = shop_for(&["a", "b", "c"], &office, "rate = \"20/min\"\nconnections = 1");
    let began = Instant::now();
    let sent = program(&shop.path(), &["send".to_owned(), "spring".to_owned()]).output().unwrap();
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    assert!(began.elapsed() >= Duration::from_secs(6));
    let date = |to: &str| {
        let date = field(&office.messages(&format!("{to}@example.com"))[0], "Date");
        chrono::DateTime::parse_from_rfc2822(&date).unwrap().timestamp()
    };
    assert!(date("b") - date("a") >= 2 && date("c") - date("b") >= 2, "{} {} {}", date("a"), date("b"), date("c"));
}

/// `send` exits with 3 as long as something of the campaign can still be sent, and shows what, and what to do.
#[test]
fn send_is_done_when_all_has_gone_that_can() {
    // The people; what happened before the last `send`; its status, and its output.
    for (people, before, status, says) in [
        (&["ana", "ben"][..], &[][..], 0, ""),
        (&["ana"], &["send spring"], 0, ""),
        (&["ana", "ben"], &["send spring --limit 1"], 0, ""),
        (
            &["rcpt-450", "ana"],
            &["send spring"],
            3,
            "what the mail server deferred (1 email): `regulars send spring`, from",
        ),
        (&["dot-451", "rcpt-450"], &["send spring"], 3, "what the mail server deferred (2 emails)"),
        (&["rcpt-550", "ana"], &["send spring"], 3, "1 email failed: `regulars outbox spring` shows which"),
        (&["dot-554", "rcpt-551"], &["send spring"], 3, "2 emails failed: `regulars outbox spring`"),
        (&["dot-drop", "ana"], &["send spring"], 3, "1 email is in doubt: `regulars outbox spring` shows which"),
        (&["dot-drop"], &["send spring", "outbox spring --settle P-1 sent"], 0, ""),
        (&["ana", "ben"], &["customer note P-1 \"a tear\" --kind complaint"], 3, "1 email held back until a complaint"),
        (
            &["ana", "ben"],
            &["customer set P-1 email_consent=no"],
            0,
            "1 email held back: Pat Person1 has opted out of email",
        ),
        (&["ana", "ben"], &["customer set P-1 deceased=yes"], 0, "1 email held back: Pat Person1 has died"),
        (&["ana", "ben"], &["customer forget P-1 --yes"], 0, ""),
        (
            &["rcpt-550", "ben"],
            &["send spring", "customer set P-1 email_consent=no"],
            3,
            "1 email failed: `regulars outbox spring`",
        ),
    ] {
        let office = PostOffice::open();
        let shop = shop_for(people, &office, "connections = 1");
        for command in before {
            let mut run = shop.run(command);
            run.talk();
            run.ended();
        }
        let run = shop.run("send spring").status(status);
        if says.is_empty() {
            run.quiet()
        } else {
            run.says(says)
        };
    }
    // A daily cap, and a run that is stopped, leave the rest.
    let office = PostOffice::open();
    let shop = shop_for(&["a", "b"], &office, "daily_cap = 1");
    shop.run("send spring").status(3).says("continues tomorrow with 1 email");
    shop.run("send spring --today 2024-03-02").quiet();
    let shop = shop_for(&["a", "b"], &office, "");
    shop.edit("shop.toml", "june@example.com", "mail-550@example.com");
    shop.run("send spring").status(3).says("2 emails stay queued").says("`regulars send spring` continues from there");
}
