//! Reminders and `run`: on their day, each at most once, to no one who has come or must not be contacted.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::sending::{field, unplanned};
use serde_json::json;

use crate::support::{House, PostOffice, Shop, program};

const TWO: &str = "\n[[reminder]]\nafter = \"30 days\"\ntemplate = \"again.md\"\n\n[[reminder]]\nafter = \"8 weeks\"\ntemplate = \"last.md\"\n";

/// The text of the reminders, and the reminders in the campaign file.
fn with_reminders(shop: &Shop, reminders: &str) {
    let again =
        "+++\nsubject = \"It still waits\"\nsigner = \"June\"\n+++\n{{ greeting }}\n\nIt still waits: {{ code }}.\n";
    shop.write("letter-templates/again.md", again);
    shop.write("letter-templates/last.md", again.replace("still waits", "waits until Sunday"));
    let campaign = shop.read("campaigns/spring.toml");
    shop.write("campaigns/spring.toml", format!("{campaign}{reminders}"));
    shop.run("plan spring").quiet();
}

/// A shop with emails that were all sent on March 1, 2024.
pub fn sent(people: &[&str], office: &PostOffice, more: &str) -> Shop {
    let shop = unplanned(people, office, more);
    with_reminders(&shop, TWO);
    shop.run("send spring")
        .says_only(&["`daily_cap` is reached for today", "shows which, and the mail server's reply"])
        .ended();
    shop
}

fn count(office: &PostOffice, to: &str) -> usize {
    office.messages(&format!("{to}@example.com")).len()
}

#[test]
fn those_who_have_not_come_get_each_reminder_once() {
    let office = PostOffice::open();
    let shop = sent(&["ana", "ben", "cleo"], &office, "");
    let code = shop.code("spring", "P-2");
    shop.run("run").stdout("Nothing is due.\nNext: reminder 1 of `spring`, on 2024-03-31.\n");
    shop.run(&format!("redeem {code} --spend 20.00 --today 2024-03-09")).quiet();
    let at = "--today 2024-03-31";
    shop.run(&format!("run --dry-run {at}")).shows("Spring tea, reminder 1: would send 2 emails.");
    assert_eq!(office.taken().len(), 3, "a rehearsal sends nothing");
    shop.run(&format!("run {at}"))
        .stdout("Spring tea, reminder 1: sent 2 emails.\nNext: reminder 2 of `spring`, on 2024-04-26.\n");
    shop.run(&format!("run {at}")).stdout("Nothing is due.\nNext: reminder 2 of `spring`, on 2024-04-26.\n");
    let [first, again] = &office.messages("ana@example.com")[..] else { panic!("two messages") };
    let id = |text: &str| text.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned();
    assert_ne!(id(first), id(again));
    assert!(again.contains("Subject: It still waits") && again.contains("Sun, 31 Mar 2024 12:00:00"), "{again}");
    assert!(again.contains(&shop.code("spring", "P-1")), "the same code");
    // The machine was off for a while: missed pieces are sent, and the reminders keep their distance.
    shop.run("run --today 2024-05-10").shows("reminder 2: sent 2 emails");
    assert_eq!((count(&office, "ana"), count(&office, "ben"), count(&office, "cleo")), (3, 1, 3));
    shop.run("run --today 2024-06-01").stdout("Nothing is due.\n");
    let code = shop.code("spring", "P-1");
    shop.run(&format!("redeem {code} --spend 30.00 --today 2024-05-12")).quiet();
    shop.run("report spring --today 2024-06-01")
        .shows("2 got reminder 1, and 0 of them came after it.")
        .shows("2 got reminder 2, and 1 of them came after it.");
    shop.run("outbox spring --today 2024-06-01")
        .stdout("Spring tea: 3 sent.\n\nReminder 1: 2 sent.\n\nReminder 2: 2 sent.\n");
    let reminders = shop.recipient("spring", "P-1")["reminders"].clone();
    assert_eq!((&reminders[0]["on"], &reminders[1]["wave"]), (&"2024-03-31".into(), &2.into()));
}

#[test]
fn a_reminder_in_doubt_is_settled_by_the_owner_alone() {
    let office = PostOffice::open();
    let shop = sent(&["ana"], &office, "timeout = 2");
    let campaign = "UPDATE recipient SET email = 'dot-drop@example.com'";
    rusqlite::Connection::open(shop.file("regulars.db")).unwrap().execute(campaign, []).unwrap();
    shop.run("run --today 2024-03-31").status(3).says("`regulars outbox spring` shows which").shows("1 is in doubt");
    shop.run("run --today 2024-04-01").shows("Nothing is due.");
    shop.run("outbox spring")
        .says("may have arrived, and is never sent again automatically")
        .shows("Spring tea: 1 sent.")
        .shows("Reminder 1: 1 in doubt.");
    shop.run("outbox spring --settle P-1 again").shows("is sent again with the next `regulars run`");
    shop.run("run --today 2024-04-02").status(3).says("shows which, and the mail server's reply");
    let twice = office.messages("dot-drop@example.com");
    assert_eq!(twice.len(), 2, "the owner wanted it");
    assert_eq!(twice[0], twice[1], "the same message, so the same Message-ID");
}

#[test]
fn a_missed_reminder_goes_and_the_next_keeps_its_distance() {
    let office = PostOffice::open();
    let shop = sent(&["ana"], &office, "");
    shop.run("run --today 2024-05-20")
        .shows("reminder 1: sent 1 email.")
        .shows("reminder 2 of `spring`, on 2024-06-15");
    shop.run("run --today 2024-05-20").stdout("Nothing is due.\nNext: reminder 2 of `spring`, on 2024-06-15.\n");
    shop.run("run --today 2024-07-01").stdout("Nothing is due.\n");
    assert_eq!(count(&office, "ana"), 2, "nothing after the last day of the gift");
}

#[test]
fn a_reminder_that_is_refused_stops_the_address_and_says_nothing_of_the_first_email() {
    let office = PostOffice::open();
    let shop = sent(&["ana", "ben"], &office, "");
    let moved = "UPDATE recipient SET email = 'rcpt-550@example.com' WHERE ref = 'P-1'";
    rusqlite::Connection::open(shop.file("regulars.db")).unwrap().execute(moved, []).unwrap();
    shop.run("run --today 2024-03-31")
        .status(3)
        .says("shows which, and the mail server's reply")
        .shows("reminder 1: sent 1 email; 1 failed");
    assert_eq!(shop.count("SELECT count(*) FROM suppression"), 1);
    assert_eq!(shop.recipient("spring", "P-1")["response"], "not_redeemed", "the first one reached them");
    shop.run("outbox spring").quiet().shows("Spring tea: 2 sent.").shows("Reminder 1: 1 sent, 1 failed.");
    shop.run("run --today 2024-05-10").shows("reminder 2: sent 1 email.");
    assert_eq!((office.taken().len(), count(&office, "ben")), (4, 3));
}

#[test]
fn who_got_a_letter_instead_is_reminded_by_letter_from_the_day_it_was_posted() {
    let office = PostOffice::open();
    let shop = unplanned(&["ana", "rcpt-550"], &office, "");
    shop.edit("campaigns/spring.toml", "\"email\"", "\"email-else-letter\"");
    with_reminders(&shop, TWO);
    shop.run("send spring").status(3).says("shows which, and the mail server's reply");
    shop.run("print spring").quiet().shows("Printed 1 letter");
    shop.run("run --today 2024-03-31").shows("reminder 1: sent 1 email.").ended();
    shop.run("posted spring --today 2024-04-01").quiet();
    shop.run("run --today 2024-04-30").shows("reminder 1 of `spring`, on 2024-05-01").ended();
    shop.run("run --today 2024-05-01")
        .shows("reminder 1: printed 1 letter on 1 page to out/spring/reminder-1/letters.pdf")
        .ended();
    let manifest = shop.read("out/spring/reminder-1/manifest.csv");
    assert!(manifest.contains("P-2") && !manifest.contains("instead_of"), "{manifest}");
}

#[test]
fn nobody_is_reminded_who_is_not_to_be_written_to() {
    let office = PostOffice::open();
    let shop = sent(&["ana", "ben", "cleo", "dora", "eve", "rcpt-550"], &office, "");
    shop.run("customer set P-1 email_consent=no").quiet();
    shop.run("customer set P-2 deceased=yes").quiet();
    shop.run("customer note P-3 \"the seam came open\" --kind complaint").quiet();
    shop.run("returned spring P-4 --today 2024-03-05").quiet();
    let at = "--today 2024-03-31";
    shop.run(&format!("run {at}"))
        .status(3)
        .says("a reminder waits until a complaint is resolved (`regulars customer resolve REF`): Pat Person3 (`P-3`)")
        .shows("reminder 1: sent 1 email.");
    assert_eq!(office.taken().len(), 6);
    assert_eq!(count(&office, "eve"), 2);
    shop.run("customer resolve P-3").quiet();
    shop.run(&format!("run {at}")).shows("reminder 1: sent 1 email.");
    assert_eq!(count(&office, "cleo"), 2);
}

#[test]
fn somebody_who_comes_while_it_waits_is_left_alone() {
    let office = PostOffice::open();
    let shop = sent(&["ana", "ben"], &office, "daily_cap = 1");
    shop.run("run --today 2024-03-02")
        .shows("Spring tea: sent 1 email.")
        .shows("reminder 1 of `spring`, on 2024-03-31");
    let at = "--today 2024-04-02";
    shop.run(&format!("run {at}"))
        .status(3)
        .says("for today, which leaves 1 email for tomorrow")
        .shows("Next: reminder 1 of `spring`, on 2024-04-03.");
    let waits = if count(&office, "ana") == 2 { "P-2" } else { "P-1" };
    assert_eq!(shop.times("emails", &json!({ "wave": 1, "state": "queued" })), 1);
    let code = shop.code("spring", waits);
    shop.run(&format!("redeem {code} --spend 20.00 {at}")).quiet();
    shop.run("run --today 2024-04-03").quiet();
    assert_eq!(office.taken().len(), 3);
    assert_eq!(shop.times("emails", &json!({ "wave": 1, "state": "queued" })), 0);
}

#[test]
fn nothing_begins_by_itself_and_a_limit_stays_one() {
    let office = PostOffice::open();
    let shop = unplanned(&["ana", "rcpt-450", "cleo"], &office, "connections = 1");
    with_reminders(&shop, TWO);
    let later = "--today 2024-03-02";
    shop.run(&format!("run {later}")).stdout("Nothing is due.\n");
    shop.run("send spring --limit 2").status(3).says("to retry what the mail server deferred");
    // Emails already tried continue; those excluded by the limit do not.
    shop.run(&format!("run {later}"))
        .status(3)
        .says("`regulars outbox spring` shows which")
        .says("Spring tea: 1 email waits for your `regulars send spring`")
        .shows("sent 0 emails; 1 failed");
    assert_eq!(office.taken(), ["ana@example.com"]);
    shop.run(&format!("send spring {later}")).status(3).says("1 email failed: `regulars outbox spring` shows which");
    assert_eq!(office.taken(), ["ana@example.com", "cleo@example.com"]);
}

#[test]
fn what_the_mail_server_put_off_is_tried_again() {
    let office = PostOffice::open();
    let shop = sent(&["ana"], &office, "");
    shop.edit("shop.toml", "june@example.com", "mail-451@example.com");
    let at = "--today 2024-03-31";
    shop.run(&format!("run {at}")).status(3).quiet().shows("1 is to be tried again").shows("on 2024-03-31 12:05");
    shop.run(&format!("run {at}")).shows("Nothing is due.").shows("on 2024-03-31 12:05");
    shop.edit("shop.toml", "mail-451@example.com", "june@example.com");
    shop.run("run --today 2024-04-01").shows("reminder 1: sent 1 email.");
    assert_eq!(count(&office, "ana"), 2);
}

#[test]
fn letters_of_a_reminder_are_printed_once_and_again_on_purpose() {
    let shop = Shop::new();
    with_reminders(&shop, TWO);
    shop.run("print spring").quiet();
    shop.run("run --today 2024-03-02").says("count from the day that `regulars posted spring` records");
    shop.run("posted spring --today 2024-03-04").quiet();
    let recipients = shop.json("recipients spring")["recipients"].clone();
    let who = |index: usize| recipients[index]["ref"].as_str().unwrap();
    let gone = recipients.as_array().unwrap().len();
    let code = shop.code("spring", who(0));
    shop.run(&format!("redeem {code} --spend 20.00 --today 2024-03-09")).quiet();
    shop.run(&format!("returned spring {} --today 2024-03-09", who(1))).quiet();
    shop.run("print spring --wave 1 --today 2024-04-02").status(1).says("no letter of reminder 1");
    shop.run("run --today 2024-04-02").shows("Next: reminder 1 of `spring`, on 2024-04-03.");
    let waiting = shop.json("run --dry-run --today 2024-04-03")["would_go"][0]["refs"].as_array().unwrap().len();
    assert_eq!(waiting, gone - 2);
    shop.run("run --today 2024-04-03").shows("reminder-1/letters.pdf; they want posting.");
    let manifest = shop.read("out/spring/reminder-1/manifest.csv");
    assert_eq!(manifest.lines().count(), 1 + waiting);
    assert!(!manifest.contains(who(0)) && !manifest.contains(who(1)) && manifest.contains(who(2)));
    shop.run("run --today 2024-04-03").shows("Nothing is due.");
    let pdf = std::fs::read(shop.file("out/spring/reminder-1/letters.pdf")).unwrap();
    shop.run("print spring --wave 1 --today 2024-04-05").shows("reminder-1/letters.pdf").quiet();
    assert_eq!(std::fs::read(shop.file("out/spring/reminder-1/letters.pdf")).unwrap(), pdf, "the same bytes");
    let code = shop.code("spring", who(2));
    shop.run(&format!("redeem {code} --spend 20.00 --today 2024-04-06")).quiet();
    shop.run("print spring --wave 1 --today 2024-04-06").quiet();
    assert!(!shop.read("out/spring/reminder-1/manifest.csv").contains(who(2)), "they have come since");
}

#[test]
fn a_reminder_by_the_other_channel_reaches_who_may_be_reached() {
    let office = PostOffice::open();
    let shop = unplanned(&["ana", "ben"], &office, "");
    with_reminders(&shop, &TWO.replace("again.md\"", "again.md\"\nchannel = \"letter\""));
    shop.run("send spring").quiet();
    shop.run("customer set P-2 post=no").quiet();
    shop.run("run --today 2024-03-31").shows("reminder 1: printed 1 letter on 1 page").shows("it wants posting");
    shop.run("run --today 2024-04-26").shows("reminder 2: sent 2 emails.");
    shop.run("run --today 2024-04-26").shows("Nothing is due.");
}

#[test]
fn letters_are_printed_when_no_email_can_go() {
    let office = PostOffice::open();
    let shop = unplanned(&["ana", "rcpt-450"], &office, "");
    with_reminders(&shop, &TWO.replace("again.md\"", "again.md\"\nchannel = \"letter\""));
    shop.run("send spring").status(3).says("to retry what the mail server deferred");
    let text = shop.read("shop.toml");
    shop.write("shop.toml", text.split("server =").next().unwrap());
    let at = "--today 2024-03-31";
    shop.run(&format!("run {at}")).status(3).says("there is no mail server to send with").shows("printed 1 letter");
    shop.write("shop.toml", text);
    shop.run(&format!("run {at}"))
        .status(3)
        .says("shows which, and the mail server's reply")
        .shows("Spring tea: sent 0 emails; 1 failed.");
}

#[test]
fn a_later_edit_is_shown_and_not_applied() {
    let office = PostOffice::open();
    let shop = sent(&["ana"], &office, "");
    shop.edit("letter-templates/again.md", "It still waits:", "Hurry:");
    shop.edit("campaigns/spring.toml", "30 days", "3 days");
    shop.run("plan spring").says("letter-templates/again.md was changed").says("campaigns/spring.toml was changed");
    shop.run("run --today 2024-03-30").shows("Nothing is due.");
    shop.run("run --today 2024-03-31").shows("sent 1 email");
    assert!(!office.messages("ana@example.com")[1].contains("Hurry"));
}

/// Starts `run` in the background.
fn started(shop: &Shop, today: &str) -> std::process::Child {
    let words = ["--today", today, "run"].map(str::to_owned);
    program(&shop.path(), &words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn until(what: impl Fn() -> bool) {
    let patience = Instant::now();
    while !what() && patience.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn killed_in_the_middle_again_and_again_nobody_gets_a_wave_twice() {
    const PEOPLE: usize = 120;
    let people: Vec<String> = (1..=PEOPLE).map(|n| format!("p{n}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let office = PostOffice::with(House { slow: Duration::from_millis(2), ..House::default() });
    let shop = sent(&people, &office, "connections = 3");
    assert_eq!(office.taken().len(), PEOPLE);
    let days = ["2024-03-31", "2024-04-01", "2024-04-02", "2024-05-01", "2024-05-02", "2024-05-03"];
    for (turn, today) in days.into_iter().enumerate() {
        let before = office.taken().len();
        let mut run = started(&shop, today);
        until(|| office.taken().len() > before + 5);
        if turn == 0 {
            shop.run(&format!("run --today {today}"))
                .status(1)
                .says("emails are being sent from this shop folder already");
        }
        run.kill().unwrap();
        run.wait().unwrap();
    }
    for today in ["2024-05-05", "2024-06-05"] {
        shop.run(&format!("run --today {today}")).says_only(&["in doubt since an earlier run was interrupted"]).ended();
    }
    let emails = shop.held_of_all("emails");
    let count = |state: &str| emails.iter().filter(|email| email["state"] == state).count();
    assert_eq!(count("queued"), 0);
    for person in people {
        let messages = office.messages(&format!("{person}@example.com"));
        let mut once = messages.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), messages.len(), "{person} got a wave twice");
        assert!(messages.len() <= 3);
    }
    let (sent, doubts) = (count("sent"), count("in_doubt"));
    assert_eq!(sent + doubts, 3 * PEOPLE, "somebody is missing");
    assert!(doubts <= 6 * 3, "{doubts} doubts after 6 kills");
}

/// Whatever happens on any day: at most one for each recipient and wave.
#[test]
fn however_run_is_called_each_wave_reaches_each_at_most_once() {
    const ANY_DAY: [&str; 12] = [
        "shows which, and the mail server's reply",
        "to retry what the mail server deferred",
        "held back",
        "has no open complaint",
        "there is nothing to resolve",
        "until a complaint is resolved",
        "`daily_cap` is reached for today",
        "was already redeemed",
        "if that was a mistake",
        "expired: ",
        "if they came in time, give the day",
        "an email in doubt may have arrived",
    ];
    for seed in 1..=6u64 {
        let mut state = seed * 0x9E37_79B9;
        let mut dice = |sides: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % sides
        };
        let office = PostOffice::open();
        let people = ["ana", "ben", "cleo", "dora", "rcpt-450", "dot-drop", "eve"];
        let shop = sent(&people, &office, "daily_cap = 4\ntimeout = 2\nconnections = 2");
        let mut day: chrono::NaiveDate = "2024-03-01".parse().unwrap();
        while day.to_string().as_str() < "2024-07-05" {
            day = day + chrono::Days::new(1 + dice(12));
            let person = 1 + dice(7);
            let done = match dice(6) {
                0 => format!("redeem --customer P-{person} --campaign spring"),
                1 => format!("customer set P-{person} email_consent=no"),
                2 => format!("customer set P-{person} email_consent=yes"),
                3 => format!("customer note P-{person} \"a tear\" --kind complaint"),
                4 => format!("customer resolve P-{person}"),
                _ => "send spring".to_owned(),
            };
            shop.run(&format!("{done} --today {day}")).says_only(&ANY_DAY).ended();
            shop.run(&format!("run --today {day}")).says_only(&ANY_DAY).ended();
        }
        for person in people {
            let subjects: Vec<String> = office
                .messages(&format!("{person}@example.com"))
                .iter()
                .map(|text| text.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned())
                .collect();
            let mut once = subjects.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), subjects.len(), "seed {seed}: {person} got a wave twice");
            assert!(once.len() <= 3, "seed {seed}: {person}");
        }
        assert!(office.taken().len() > people.len(), "seed {seed}: hardly anything happened");
    }
}

/// The header of a reminder has the time at which it is sent, whatever date is in its text, and keeps it.
#[test]
fn a_reminder_is_dated_by_its_own_moment() {
    let office = PostOffice::open();
    let shop = unplanned(&["ana", "ben", "cleo"], &office, "daily_cap = 3");
    shop.write("shop.toml", format!("timezone = \"America/New_York\"\n{}", shop.read("shop.toml")));
    with_reminders(&shop, TWO);
    shop.run("send spring").quiet();
    shop.edit("shop.toml", "daily_cap = 3", "daily_cap = 1");
    let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
    database.execute("UPDATE recipient SET email = 'dot-drop@example.com' WHERE ref = 'P-2'", []).unwrap();
    let mut dates = Vec::new();
    for (moment, date) in [
        ("2024-03-31T13:00:00Z", "Sun, 31 Mar 2024 09:00:00 -0400"),
        ("2024-04-01T03:59:59Z", "Sun, 31 Mar 2024 23:59:59 -0400"),
        ("2024-04-01T13:00:00Z", "Mon, 01 Apr 2024 09:00:00 -0400"),
        ("2024-04-02T13:00:00Z", "Tue, 02 Apr 2024 09:00:00 -0400"),
    ] {
        shop.run(&format!("run --today {moment}"))
            .says_only(&[
                "`daily_cap` is reached for today",
                "shows which, and the mail server's reply",
                "was changed since",
            ])
            .ended();
        dates.push(date);
    }
    // The second has waited for its day, because one is sent per day.
    dates.remove(1);
    let mut found = Vec::new();
    for to in ["ana", "dot-drop", "cleo"] {
        let messages = office.messages(&format!("{to}@example.com"));
        found.push(field(messages.last().unwrap(), "Date"));
    }
    found.sort();
    dates.sort_unstable();
    assert_eq!(found, dates);
    let first = office.messages("dot-drop@example.com");
    shop.run("outbox spring --settle P-2 again").quiet();
    shop.run("run --today 2024-04-09").status(3).says("shows which, and the mail server's reply");
    let again = office.messages("dot-drop@example.com");
    assert_eq!((again.len(), &again[1]), (2, &first[0]), "the same bytes, the same Date");
}

/// `run` exits with 3 when something that is due failed, waits or is in doubt, and with 0 when nothing is due.
#[test]
fn run_is_done_when_all_has_gone_that_is_due() {
    let at = "--today 2024-03-31";
    let (gone, doubt) = ("shows which, and the mail server's reply", "in doubt since an earlier run was interrupted");
    // What is done first; direct changes to the database; how `run` on that day ends, and its output; and how the next
    // one ends.
    for (before, sql, status, says, then) in [
        ("", "", 0, "", 0),
        ("", "UPDATE recipient SET email = 'rcpt-550@example.com' WHERE ref = 'P-1'", 3, gone, 0),
        ("", "UPDATE recipient SET email = 'rcpt-450@example.com' WHERE ref = 'P-1'", 3, "", 0),
        ("", "UPDATE recipient SET email = 'dot-drop@example.com' WHERE ref = 'P-1'", 3, gone, 0),
        ("", "UPDATE outbox SET state = 'sending'", 3, doubt, 0),
        ("customer note P-1 \"a tear\" --kind complaint", "", 3, "until a complaint is resolved", 3),
        ("customer set P-1 email_consent=no", "", 0, "", 0),
        ("posted spring", "", 0, "", 0),
    ] {
        let office = PostOffice::open();
        let shop = sent(&["ana", "ben"], &office, "connections = 1");
        if !before.is_empty() {
            let mut run = shop.run(before);
            run.talk();
            run.ended();
        }
        if !sql.is_empty() {
            rusqlite::Connection::open(shop.file("regulars.db")).unwrap().execute(sql, []).unwrap();
        }
        shop.run(&format!("run --dry-run {at}")).says_only(&["until a complaint is resolved"]);
        let run = shop.run(&format!("run {at}")).status(status);
        if says.is_empty() {
            run.quiet()
        } else {
            run.says(says)
        };
        shop.run(&format!("run {at}")).status(then).says_only(&["until a complaint is resolved"]);
    }
    // What the owner's `send` has left is not due.
    let office = PostOffice::open();
    let shop = unplanned(&["ana", "ben"], &office, "");
    with_reminders(&shop, TWO);
    shop.run("send spring --limit 1").status(3).says("1 email is left by `--limit`");
    shop.run("run").says("1 email waits for your `regulars send spring`");
    // What a complaint holds back is.
    let shop = unplanned(&["ana", "ben"], &office, "");
    with_reminders(&shop, TWO);
    shop.run("customer note P-1 \"a tear\" --kind complaint").quiet();
    shop.run("send spring").status(3).says("until a complaint is resolved");
    shop.run("run").status(3).says("1 email held back until a complaint is resolved (`regulars customer resolve REF`)");
    shop.run("customer resolve P-1").quiet();
    shop.run("run").quiet().shows("sent 1 email.");
}
