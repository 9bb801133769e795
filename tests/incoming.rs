//! Returned mail over IMAP: only new messages, each once, within time and memory limits, and each error in words.

use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::returned::{report, shop_that_wrote_to};
use crate::support::{Imap, Mood, PostOffice, Shop, dump, interrupt, program};
use crate::waves;

/// Adds a mailbox to shop.toml, with its password in a file; `more` are further keys.
pub fn with_mailbox(shop: &Shop, imap: &Imap, more: &str) {
    shop.write("../mail-password", "tea\n");
    let text = shop.read("shop.toml");
    let text = text.split("\n[bounces]").next().unwrap();
    let server = format!("server = \"imap://june@127.0.0.1:{}\"\npassword_file = \"../mail-password\"", imap.port);
    shop.write("shop.toml", format!("{text}\n[bounces]\n{server}\ntimeout = 2\n{more}\n"));
}

const GONE: &str =
    "Final-Recipient: rfc822; TO\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user";

/// A shop that emailed this many people, its mailbox, and a report about each email.
fn shop_of(people: usize, office: &PostOffice) -> (Shop, Imap, Vec<String>) {
    let names: Vec<String> = (1..=people).map(|n| format!("person{n}@home.example")).collect();
    let addresses: Vec<&str> = names.iter().map(String::as_str).collect();
    let (shop, keys) = shop_that_wrote_to(&addresses, office);
    let imap = Imap::open();
    with_mailbox(&shop, &imap, "");
    let reports = names.iter().zip(&keys).map(|(name, key)| report(name, key, GONE, "")).collect();
    (shop, imap, reports)
}

fn ordinary(n: usize) -> String {
    format!("From: Ana <ana@home.example>\nSubject: Lunch {n}\nMessage-ID: <{n}@home.example>\n\nOn Friday?\n")
}

fn deliver_ordinary(imap: &Imap, count: usize) {
    for n in 1..=count {
        imap.deliver(ordinary(n));
    }
}

fn deliver_all(imap: &Imap, reports: &[String]) {
    for text in reports {
        imap.deliver(text);
    }
}

fn people(done: &Value) -> Vec<&str> {
    done["people"].as_array().unwrap().iter().map(|one| one["ref"].as_str().unwrap()).collect()
}

/// The messages that were fetched.
fn fetched(imap: &Imap) -> Vec<String> {
    let all = imap.heard();
    let bodies = all.iter().filter(|line| line.contains("BODY"));
    bodies.map(|line| line.split(' ').nth(2).unwrap().to_owned()).collect()
}

#[test]
fn only_what_is_new_is_read_and_nothing_in_the_mailbox_changes() {
    let office = PostOffice::open();
    let (shop, imap, reports) = shop_of(3, &office);
    assert_eq!(shop.json("bounces")["messages"], 0);
    imap.deliver(ordinary(1));
    imap.deliver(&reports[0]);
    let before = dump(&shop.file("regulars.db"));
    imap.heard();
    shop.run("bounces --dry-run").shows("Read 2 messages of `INBOX`: 1 bounced, 1 other mail.").shows("dry run");
    assert_eq!(dump(&shop.file("regulars.db")), before, "a rehearsal remembers nothing");
    shop.run("bounces").shows("Read 2 messages of `INBOX`: 1 bounced, 1 other mail.\n\nno such mailbox");
    assert!(imap.heard().iter().all(|line| {
        let word = line.split(' ').next().unwrap();
        ["CAPABILITY", "LOGIN", "EXAMINE", "UID", "LOGOUT"].contains(&word) && !line.contains("BODY[")
    }));
    shop.run("bounces").stdout("Read 0 messages of `INBOX`.\nNothing new; the book stays unchanged.\n");
    assert_eq!(fetched(&imap), [""; 0]);
    imap.remove(1);
    imap.next_uid(90);
    imap.deliver(&reports[1]);
    imap.deliver(&reports[0]);
    let done = shop.json("bounces");
    assert_eq!((people(&done), &done["known"]), (vec!["P-2"], &json!(1)));
    assert_eq!(fetched(&imap), ["90:91"]);
    // The mailbox was recreated: everything is read again, and nothing counts twice.
    imap.folder("INBOX", 8);
    for text in [&reports[1], &ordinary(1), &reports[2]] {
        imap.deliver(text);
    }
    let done = shop.json("bounces");
    assert_eq!((people(&done), &done["known"], &done["messages"]), (vec!["P-3"], &json!(1), &json!(3)));
    assert_eq!(shop.times("email_answers", &json!({ "kind": "bounced" })), 3);
    // Another folder is read separately.
    imap.folder("R&APw-ckl&AOQ-ufer", 8);
    imap.deliver_to("R&APw-ckl&AOQ-ufer", ordinary(2));
    with_mailbox(&shop, &imap, "folder = \"Rückläufer\"");
    shop.run("bounces").shows("Read 1 message of `Rückläufer`: 1 other mail.");
    with_mailbox(&shop, &imap, "folder = \"inbox\"");
    assert_eq!(shop.json("bounces")["messages"], 0);
}

#[test]
fn without_uidvalidity_all_is_read_each_time() {
    let office = PostOffice::open();
    let (shop, imap, reports) = shop_of(1, &office);
    imap.mood(Mood::NoValidity);
    imap.deliver(&reports[0]);
    for known in [0, 1, 1] {
        let done = shop.json("bounces");
        assert_eq!((&done["messages"], &done["known"]), (&json!(1), &json!(known)));
    }
}

#[test]
fn what_is_left_to_the_owner_is_named_until_it_is_dealt_with() {
    let office = PostOffice::open();
    let (shop, imap, _) = shop_of(3, &office);
    let guess = "0123456789abcdef0123456789abcdef";
    imap.deliver(report("person1@home.example", guess, GONE, ""));
    imap.deliver(report("person2@home.example", &guess.replace('0', "7"), GONE, ""));
    imap.deliver(ordinary(1));
    let said = "left to you: `INBOX` 1 (`Undelivered Mail Returned to Sender`, from MAILER-DAEMON@mx.example): matched by the address alone: Pat Person0 (`P-1`)";
    shop.run("run").says(said).says("`INBOX` 2").shows("Read 3 messages: 2 left to you, 1 other mail.");
    shop.run("run").stdout("Nothing is due.\n");
    shop.run("bounces").says(said).says("`INBOX` 2").says("`--by-address` accepts them");
    imap.remove(2);
    shop.run("bounces").says_only(&[said, "`--by-address` accepts them"]);
    assert_eq!(people(&shop.json("bounces --by-address")), ["P-1"]);
    shop.run("bounces").quiet().shows("Read 0 messages");
}

/// Waits until this many messages are recorded as read.
fn wait_until_read(shop: &Shop, last: i64) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while shop.count("SELECT COALESCE(MAX(last_uid), 0) FROM imap_folder") < last {
        assert!(Instant::now() < deadline, "nothing is read");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn start(shop: &Shop, words: &[&str]) -> Child {
    let words: Vec<String> = ["--today", "2024-03-01"].iter().chain(words).map(|word| (*word).to_owned()).collect();
    let mut command = program(&shop.path(), &words);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_kill_in_between_neither_loses_nor_doubles() {
    let office = PostOffice::open();
    let (shop, imap, reports) = shop_of(70, &office);
    deliver_all(&imap, &reports);
    imap.mood(Mood::Silent(60));
    let mut killed = start(&shop, &["bounces"]);
    wait_until_read(&shop, 50);
    // Its requests before the kill are known.
    while !fetched(&imap).contains(&"51:70".to_owned()) {
        std::thread::sleep(Duration::from_millis(20));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(shop.count("SELECT count(*) FROM email_answer"), 50);
    imap.mood(Mood::Good);
    imap.heard();
    let done = shop.json("bounces");
    assert_eq!((people(&done).len(), &done["known"], fetched(&imap)), (20, &json!(0), vec!["51:70".to_owned()]));
    assert_eq!(shop.count("SELECT count(DISTINCT recipient_id) FROM email_answer"), 70);
    assert_eq!(shop.json("bounces")["messages"], 0);
}

#[test]
fn ctrl_c_ends_it_between_two_batches() {
    let office = PostOffice::open();
    let (shop, imap, reports) = shop_of(1, &office);
    deliver_ordinary(&imap, 120);
    imap.deliver(&reports[0]);
    imap.mood(Mood::Slow);
    let child = start(&shop, &["--json", "bounces"]);
    wait_until_read(&shop, 50);
    interrupt(child.id());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("error: you stopped it; 100 of 121 messages were read\nhint: run the same command"),
        "{said}"
    );
    let done: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &done["messages"], &done["unread"]), (Some(3), &json!(100), &json!(21)));
    imap.mood(Mood::Good);
    assert_eq!(people(&shop.json("bounces")), ["P-1"]);
}

#[test]
fn what_breaks_off_in_the_middle_goes_on_there() {
    for (mood, said) in [
        (Mood::Goodbye(60), "127.0.0.1: the mail server ended the connection: the machine goes down"),
        (Mood::HangUp(60), "127.0.0.1: the mail server closed the connection"),
        (Mood::Silent(60), "127.0.0.1: the mail server did not answer in time"),
        (Mood::Drip(60), "127.0.0.1: the mail server did not answer in time"),
    ] {
        let office = PostOffice::open();
        let (shop, imap, reports) = shop_of(2, &office);
        with_mailbox(&shop, &imap, "");
        shop.edit("shop.toml", "timeout = 2", "timeout = 1");
        imap.deliver(&reports[0]);
        deliver_ordinary(&imap, 68);
        imap.deliver(&reports[1]);
        imap.mood(mood);
        shop.run("bounces")
            .status(3)
            .says(&format!("error: {said}; 50 of 70 messages were read\nhint: what was read is done"))
            .shows("P-1  Pat Person0");
        imap.mood(Mood::Good);
        let done = shop.json("bounces");
        assert_eq!((people(&done), &done["messages"]), (vec!["P-2"], &json!(20)), "{mood:?}");
    }
}

#[test]
fn whatever_else_is_said_meanwhile_each_message_is_read() {
    for mood in [Mood::Busy, Mood::Whole, Mood::OpenDoor, Mood::Deep] {
        let office = PostOffice::open();
        let (shop, imap, reports) = shop_of(2, &office);
        imap.mood(mood);
        imap.deliver(&reports[0]);
        // Longer than the size that is read, with text that looks like the protocol.
        imap.deliver(format!("Subject: x\n\n{}", "a3 OK done)\n* BYE {12}\n".repeat(30_000)));
        imap.deliver("");
        imap.deliver(&reports[1]);
        let done = shop.json("bounces");
        assert_eq!((people(&done), &done["messages"]), (vec!["P-1", "P-2"], &json!(4)), "{mood:?}");
    }
}

#[test]
fn one_message_that_is_not_handed_out_does_not_stop_the_others() {
    for (mood, why) in [
        (Mood::Refuse(2), "[SERVERBUG] it is broken"),
        (Mood::Garble(2), "cannot be understood"),
        (Mood::Nil(2), "it sends none of it"),
    ] {
        let office = PostOffice::open();
        let (shop, imap, reports) = shop_of(3, &office);
        deliver_all(&imap, &reports);
        imap.mood(mood);
        for _ in 0..2 {
            shop.run("bounces").says("left to you: `INBOX` 2: the mail server does not send it: ").says(why);
        }
        imap.mood(Mood::Good);
        assert_eq!(people(&shop.json("bounces")), ["P-2"], "nothing is lost");
    }
    let office = PostOffice::open();
    let (shop, imap, reports) = shop_of(2, &office);
    deliver_all(&imap, &reports);
    imap.mood(Mood::Gone(1));
    assert_eq!(people(&shop.json("bounces")), ["P-2"], "one that is gone meanwhile is no fault");
    let (shop, imap, _) = shop_of(1, &office);
    deliver_ordinary(&imap, 60);
    imap.mood(Mood::RefuseAll);
    shop.run("bounces").status(1).says("the mail server does not send the messages: [SERVERBUG] it is broken");
    imap.mood(Mood::Good);
    assert_eq!(shop.json("bounces")["messages"], 60);
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let office = PostOffice::open();
    let (shop, imap, _) = shop_of(1, &office);
    imap.folder("R&APw-ckl&AOQ-ufer", 1);
    let set = |more: &str| with_mailbox(&shop, &imap, more);
    for (mood, message, hint) in [
        (Mood::NoPasswords, "the mail server accepts no password here (LOGINDISABLED)", "write `imaps://`"),
        (Mood::Noise, "this is not an IMAP server: it answers `220 mail.example ESMTP`", "993 is usual"),
        (Mood::EndlessLine, "the mail server sends an endless line", "try again later"),
        (Mood::HugeLiteral, "the mail server closed the connection", "try again later"),
        (Mood::Chatter, "the mail server's response cannot be understood", "check the name and the port"),
        (Mood::Closed, "the mail server ended the connection: too many visitors", "try again later"),
    ] {
        imap.mood(mood);
        shop.run("bounces").status(1).says(&format!("error: 127.0.0.1: {message}\nhint: ")).says(hint);
    }
    imap.mood(Mood::Good);
    set("folder = \"Bounces\"");
    shop.run("bounces").status(1).stderr(
        "error: 127.0.0.1: there is no folder `Bounces` in this mailbox\n\
         hint: its folders are `INBOX` and `Rückläufer`; name one of them as `folder` under `[bounces]`\n",
    );
    set("");
    shop.write("../mail-password", "coffee");
    shop.run("bounces")
        .status(1)
        .says("127.0.0.1: the mail server rejects the sign-in of `june`: [AUTHENTICATIONFAILED] nicht zuzuordnen: é\n")
        .says("many providers require an app password");
    shop.write("../mail-password", "");
    shop.run("bounces")
        .status(1)
        .says("error: the password of `june` on 127.0.0.1 is not known\nhint: set REGULARS_IMAP_PASSWORD");
    shop.edit("shop.toml", "../mail-password", "../nowhere");
    shop.run("bounces").status(1).says("cannot read");
    set("");
    shop.edit("shop.toml", &format!(":{}\"", imap.port), ":1\"");
    shop.run("bounces").status(1).stderr(
        "error: 127.0.0.1: the mail server cannot be reached: connection refused\n\
         hint: check the name and the port of `server` under `[bounces]`, and the network of this machine\n",
    );
    shop.edit("shop.toml", "imap://june@127.0.0.1:1", &format!("imaps://june@127.0.0.1:{}", imap.port));
    shop.run("bounces").status(1).says("the mail server does not encrypt on this port").says("`imap+starttls://`");
    shop.edit("shop.toml", "imaps://", "imap+starttls://");
    shop.run("bounces").status(1).says("the mail server does not encrypt (no STARTTLS)").says("write `imaps://`");
    shop.write("shop.toml", shop.read("shop.toml").split("\n[bounces]").next().unwrap());
    shop.run("bounces")
        .status(1)
        .says("error: no mailbox is named\nhint: give a Maildir or an mbox file, or write `[bounces]`");
}

/// An unreadable mailbox stops no email; nothing is shown if there is none, or it can be read.
#[test]
fn email_check_names_a_mailbox_that_cannot_be_read() {
    let office = PostOffice::open();
    let (shop, imap, _) = shop_of(1, &office);
    let check = |line: &str| {
        let answer = shop.json(line);
        let missing: Vec<Value> = answer["missing"].as_array().unwrap().clone();
        missing.into_iter().filter(|one| one["key"] == "bounces").collect::<Vec<_>>()
    };
    imap.deliver(ordinary(1));
    assert!(check("email check").is_empty());
    assert!(imap.heard().iter().all(|line| !line.contains("UID")), "nothing is asked for");
    let good = shop.read("shop.toml");
    let port = format!("127.0.0.1:{}", imap.port);
    for (from, to, said) in [
        (port.as_str(), "127.0.0.1:1", "127.0.0.1: the mail server cannot be reached: connection refused"),
        ("imap://", "imaps://", "does not encrypt on this port"),
        ("imap://", "imap+starttls://", "does not encrypt (no STARTTLS)"),
        (
            "password_file = \"../mail-password\"\ntimeout",
            "timeout",
            "the password of `june` on 127.0.0.1 is not known",
        ),
        ("../mail-password", "../no-password", "cannot read"),
        ("timeout = 2", "timeout = 2\nfolder = \"Bounces\"", "Bounces"),
    ] {
        shop.write("shop.toml", good.replace(from, to));
        let found = check("email check");
        assert_eq!((found.len(), &found[0]["stops"]), (1, &json!(false)), "{said}");
        let message = found[0]["message"].as_str().unwrap();
        assert!(message.starts_with("returned mail cannot be read: ") && message.contains(said), "{message}: {said}");
        shop.run("email check").status(0).shows("Emails can be sent.").shows("`bounces`: returned mail").quiet();
        assert!(check("email check --offline").is_empty());
    }
    shop.write("shop.toml", &good);
    for mood in [Mood::NoPasswords, Mood::Closed, Mood::Noise, Mood::EndlessLine] {
        imap.mood(mood);
        assert_eq!(check("email check").len(), 1, "{mood:?}");
    }
    shop.write("shop.toml", good.split("\n[bounces]").next().unwrap());
    assert!(check("email check").is_empty());
}

#[test]
fn check_reads_the_keys() {
    let shop = Shop::without_people();
    let text = shop.read("shop.toml");
    for (keys, said) in [
        ("folder = \"INBOX\"", "`server` is missing"),
        ("server = \"smtps://june@mail.example.com\"", "a mail server is written as `imaps://USER@HOST`"),
        ("server = \"imap://june@mail.example.com\"", "`imap://` is not encrypted and allowed only for this machine"),
        ("server = \"imaps://mail.example.com\"", "the user of the mailbox is missing"),
        ("server = \"imaps://june:tea@mail.example.com\"", "set it as REGULARS_IMAP_PASSWORD"),
        ("server = \"imaps://june@mail.example.com\"\nfolder = \" \"", "is not the name of a folder"),
        ("server = \"imaps://june@mail.example.com\"\ntimeout = 0", "from 1 to 65535"),
        ("server = \"imaps://june@mail.example.com\"\nfolders = \"x\"", "did you mean `folder`?"),
    ] {
        shop.write("shop.toml", format!("{text}\n[bounces]\n{keys}\n"));
        let mut run = shop.run("check").status(1).says(said);
        assert!(run.talk().starts_with("error: shop.toml:") && !run.talk().contains(":tea"), "{keys}: {}", run.talk());
    }
    shop.write("shop.toml", format!("{text}\n[bounces]\nserver = \"imaps://june@mail.example.com\"\n"));
    shop.run("check spring").quiet();
}

#[test]
fn run_reads_it_before_it_decides_what_is_due() {
    let office = PostOffice::open();
    let shop = waves::sent(&["ana", "ben", "cleo"], &office, "");
    let imap = Imap::open();
    with_mailbox(&shop, &imap, "");
    let key = |n: usize| {
        let held = shop.json(&format!("customer export P-{n}"));
        held["emails"][0]["message_key"].as_str().unwrap().to_owned()
    };
    imap.deliver(report("ana@example.com", &key(1), GONE, ""));
    imap.deliver(format!("From: ben@example.com\nSubject: Re: unsubscribe {}\nMessage-ID: <1@x>\n\n", key(2)));
    let before = dump(&shop.file("regulars.db"));
    let rehearsal = shop.json("run --dry-run --today 2024-03-31");
    assert_eq!(rehearsal["would_go"][0]["refs"], json!(["P-3"]), "{rehearsal:#}");
    assert_eq!(dump(&shop.file("regulars.db")), before, "a rehearsal remembers nothing");
    shop.run("run --today 2024-03-31")
        .quiet()
        .shows("Read 2 messages: 1 bounced, 1 unsubscribed.")
        .shows("Spring tea, reminder 1: sent 1 email.\nNext: reminder 2 of `spring`, on 2024-04-26.\n");
    assert_eq!(office.messages("ana@example.com").len(), 1);
    // An unreadable mailbox stops nothing else.
    imap.mood(Mood::Closed);
    shop.run("run --today 2024-04-26")
        .status(3)
        .shows("Spring tea, reminder 2: sent 1 email.")
        .says("error: 127.0.0.1: the mail server ended the connection: too many visitors\n");
    shop.run("run --dry-run --today 2024-04-26").status(3).says("too many visitors");
    imap.mood(Mood::Good);
    assert_eq!(shop.json("run --today 2024-04-27")["came_back"]["messages"], 0);
}

/// The peak memory of reading this many messages, in kilobytes; none if the system does not provide it.
fn peak(shop: &Shop) -> Option<u64> {
    let mut child = start(shop, &["bounces"]);
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.trim_end_matches("kB").trim().parse().ok()).or(peak);
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    peak
}

#[test]
fn ten_thousand_messages_take_no_more_memory_than_five_hundred() {
    let office = PostOffice::open();
    let (shop, imap, reports) = shop_of(1, &office);
    let long: Arc<[u8]> =
        format!("Subject: x\r\n\r\n{}", "Thank you for the lovely tea.\r\n".repeat(100)).into_bytes().into();
    let fill = |n: usize| {
        for _ in 0..n {
            imap.deliver_shared("INBOX", Arc::clone(&long));
        }
    };
    fill(500);
    let few = peak(&shop);
    imap.folder("INBOX", 8);
    fill(9_999);
    imap.deliver(&reports[0]);
    let many = peak(&shop);
    assert_eq!(shop.times("email_answers", &json!({ "kind": "bounced" })), 1);
    if let (Some(few), Some(many)) = (few, many) {
        // They have 31 megabytes.
        assert!(many < few + 8_192, "{few} and {many} kB");
    }
}

#[test]
fn a_report_without_a_message_id_is_one_however_its_lines_end() {
    let office = PostOffice::open();
    let (shop, imap, reports) = shop_of(1, &office);
    let lines = reports[0].lines().filter(|line| !line.starts_with("Message-ID: <r."));
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    imap.deliver(&text);
    assert_eq!(people(&shop.json("bounces")), ["P-1"]);
    for (file, text) in [("lf.eml", text.clone()), ("crlf.eml", text.replace('\n', "\r\n"))] {
        shop.write(file, text);
        assert_eq!(shop.json(&format!("bounces {file}"))["known"], 1, "{file}");
    }
}
