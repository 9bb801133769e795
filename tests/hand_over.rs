//! What was sent is known wherever the shop is: a backup, a copy and a moved shop wait for the owner. A delay written
//! by a wrong clock ends when the owner decides so.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use regulars::for_tests::create_database;
use serde_json::json;

use crate::sending::{field, unplanned};
use crate::support::{House, PostOffice, Shop, program, words_of};

/// Runs a command in a shop folder, for the user with the state folder `state`; its status, and all its output.
fn run_in(folder: &Path, state: Option<&Path>, line: &str) -> (i32, String) {
    let mut words = words_of(line);
    if !words.iter().any(|word| word == "--today") {
        words.splice(0..0, ["--today".to_owned(), "2024-03-01".to_owned()]);
    }
    let mut command = program(folder, &words);
    if let Some(state) = state {
        command.env("XDG_STATE_HOME", state);
    }
    let output = command.output().expect("the program runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
}

/// The same for a command that must end with `status` and print `says`.
#[track_caller]
fn expect(folder: &Path, state: Option<&Path>, line: &str, status: i32, says: &str) {
    let (ended, said) = run_in(folder, state, line);
    assert!(ended == status && said.contains(says), "`{line}` ended with {ended}, not {status}:\n{said}");
}

/// Everything in a folder, SQLite's temporary files included.
fn copy_whole(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_whole(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Replaces the database with a backup.
fn put_back(folder: &Path, backup: &Path) {
    for companion in ["regulars.db-wal", "regulars.db-shm"] {
        let _ = fs::remove_file(folder.join(companion));
    }
    fs::copy(backup, folder.join("regulars.db")).unwrap();
}

/// A planned shop with these people, and folders for two users' states and a second shop.
struct Places {
    shop: Shop,
    here: PathBuf,
    elsewhere: PathBuf,
    copy: PathBuf,
}

impl Places {
    fn of(people: &[&str], office: &PostOffice, more: &str) -> Self {
        let shop = unplanned(people, office, more);
        shop.run("plan spring").quiet();
        let at = |name: &str| shop.around().join(name);
        let (here, elsewhere, copy) = (at("state"), at("another user"), at("copy"));
        Self { shop, here, elsewhere, copy }
    }
}

const OLDER: &str = "error: the outbox is older than what was sent from this shop last";
const MOVED: &str = "error: emails were sent from this shop in another place, or by another user";

/// A backup made before emails were sent sends none of them again, whatever the folder and the user.
#[test]
fn a_backup_sends_nothing_again_wherever_it_is_put() {
    // How many were sent before the backup, whether the whole folder is copied, and whether it is another user.
    for (before, whole, other_user) in [
        (0, true, false),
        (0, true, true),
        (0, false, false),
        (1, true, false),
        (1, true, true),
        (1, false, false),
        (1, false, true),
    ] {
        let office = PostOffice::open();
        let Places { shop, here, elsewhere, copy } = Places::of(&["a", "b", "c"], &office, "");
        let folder = shop.path();
        if before > 0 {
            expect(&folder, Some(&here), &format!("send spring --limit {before}"), 3, "left by `--limit`");
        }
        shop.run("backup ../kept.db").quiet();
        expect(&folder, Some(&here), "send spring", 0, "Sent ");
        assert_eq!(office.taken().len(), 3);
        copy_whole(&folder, &copy);
        if !whole {
            fs::remove_file(copy.join("sending.step")).unwrap();
        }
        put_back(&copy, &shop.around().join("kept.db"));
        let user = if other_user { &elsewhere } else { &here };
        let says = if other_user && !whole { MOVED } else { OLDER };
        let case = format!("{before} before, whole: {whole}, another user: {other_user}");
        let (status, said) = run_in(&copy, Some(user), "send spring");
        assert!(
            status == 1 && said.contains(says) && said.contains("`regulars send spring --restored`"),
            "{case}:\n{said}"
        );
        let (status, said) = run_in(&copy, Some(user), "run");
        assert!(
            status == 1 && said.contains(says) && said.contains("`regulars run --restored`, once"),
            "{case}:\n{said}"
        );
        assert_eq!(office.taken().len(), 3, "{case}");
        // Commands that send nothing are not affected.
        expect(&copy, Some(user), "send spring --to-folder eml", 0, "Wrote 3 emails");
        expect(&copy, Some(user), "run --dry-run", 0, "");
        expect(&copy, Some(user), "outbox spring", 0, "queued");
        // The owner's confirmation lasts.
        expect(&copy, Some(user), "send spring --restored --limit 1", 3, "Sent 1 email.");
        expect(&copy, Some(user), "send spring", 0, "Sent ");
        expect(&copy, Some(user), "run", 0, "Nothing is due");
        assert_eq!(office.taken().len(), 6 - before, "{case}");
        // The first shop is now the one that is behind.
        if !other_user {
            expect(&folder, Some(&here), "send spring", 1, OLDER);
        }
    }
}

#[test]
fn a_shop_that_was_moved_says_so_once() {
    let office = PostOffice::open();
    let Places { shop, here, elsewhere, copy } = Places::of(&["a", "b", "c"], &office, "");
    expect(&shop.path(), Some(&here), "send spring --limit 1", 3, "Sent 1 email.");
    fs::rename(shop.path(), &copy).unwrap();
    // For the same user it is recognized by its key, wherever it is.
    expect(&copy, Some(&here), "send spring --limit 1", 3, "Sent 1 email.");
    let (status, said) = run_in(&copy, Some(&elsewhere), "send spring");
    assert!(status == 1 && said.contains(MOVED), "{said}");
    assert!(
        said.contains("if this is the same shop, moved here and used nowhere else: `regulars send spring --restored`"),
        "{said}"
    );
    // As from a timer: also with nothing due, because what is due later would be sent without asking.
    expect(&copy, Some(&elsewhere), "run", 1, "`regulars run --restored`, once");
    expect(&copy, Some(&elsewhere), "run --restored", 0, "waits for your `regulars send spring`");
    expect(&copy, Some(&elsewhere), "run", 0, "waits for your `regulars send spring`");
    expect(&copy, Some(&elsewhere), "send spring", 0, "Sent 1 email.");
    assert_eq!(office.taken(), ["a", "b", "c"].map(|name| format!("{name}@example.com")));
    fs::rename(&copy, shop.path()).unwrap();
}

/// After `run --restored` with nothing due the outbox is no longer behind.
#[test]
fn a_backup_is_accepted_by_run_as_well() {
    let office = PostOffice::open();
    let Places { shop, here, .. } = Places::of(&["a", "b"], &office, "");
    let folder = shop.path();
    shop.run("backup ../kept.db").quiet();
    expect(&folder, Some(&here), "send spring", 0, "Sent 2 emails.");
    put_back(&folder, &shop.around().join("kept.db"));
    expect(&folder, Some(&here), "run", 1, OLDER);
    expect(&folder, Some(&here), "run --restored", 0, "Nothing is due");
    expect(&folder, Some(&here), "run", 0, "Nothing is due");
    expect(&folder, Some(&here), "send spring", 0, "Sent 2 emails.");
}

/// A new shop in the folder of a former one is not affected by what is left of that.
#[test]
fn a_new_shop_in_an_old_place_is_new() {
    for leftover in [true, false] {
        let office = PostOffice::open();
        let Places { shop, here, .. } = Places::of(&["a", "b"], &office, "");
        expect(&shop.path(), Some(&here), "send spring", 0, "Sent 2 emails.");
        if !leftover {
            fs::remove_file(shop.file("sending.step")).unwrap();
        }
        fs::remove_file(shop.file("regulars.db")).unwrap();
        create_database(&shop.file("regulars.db"), b"another key").unwrap();
        for kind in ["customers", "purchases"] {
            expect(&shop.path(), Some(&here), &format!("import {kind} {kind}.csv"), 0, "new");
        }
        expect(&shop.path(), Some(&here), "plan spring", 0, "Planned 2 emails");
        expect(&shop.path(), Some(&here), "send spring", 0, "Sent 2 emails.");
    }
}

/// Of two copies the one that is behind waits; it may continue when the owner confirms it, and then the other one is
/// behind.
#[test]
fn of_two_copies_the_one_that_is_behind_waits() {
    let office = PostOffice::open();
    let Places { shop, here, copy, .. } = Places::of(&["a", "b", "c", "d"], &office, "");
    let first = shop.path();
    expect(&first, Some(&here), "send spring --limit 1", 3, "Sent 1 email.");
    copy_whole(&first, &copy);
    expect(&copy, Some(&here), "send spring --limit 1", 3, "Sent 1 email.");
    expect(&first, Some(&here), "send spring --limit 1", 1, OLDER);
    expect(&copy, Some(&here), "send spring --limit 1", 3, "Sent 1 email.");
    expect(&first, Some(&here), "send spring --limit 1 --restored", 3, "Sent 1 email.");
    expect(&first, Some(&here), "send spring --limit 1", 3, "Sent 1 email.");
    expect(&copy, Some(&here), "send spring", 1, OLDER);
}

#[test]
fn two_copies_do_not_send_at_once() {
    let people: Vec<String> = (1..=30).map(|n| format!("p{n}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let office = PostOffice::with(House { slow: Duration::from_millis(100), ..House::default() });
    let Places { shop, here, copy, .. } = Places::of(&people, &office, "connections = 1");
    copy_whole(&shop.path(), &copy);
    let words = ["--today", "2024-03-01", "send", "spring"].map(str::to_owned);
    let mut first =
        program(&shop.path(), &words).env("XDG_STATE_HOME", &here).stderr(std::process::Stdio::null()).spawn().unwrap();
    while office.taken().is_empty() && first.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    expect(&copy, Some(&here), "send spring", 1, "emails are being sent from this shop");
    first.kill().unwrap();
    first.wait().unwrap();
    expect(&copy, Some(&here), "send spring", 1, OLDER);
}

/// Shops that share a key because everyone has it, such as the demo's, are distinguished.
#[test]
fn a_shop_that_was_set_apart_has_a_record_of_its_own() {
    let office = PostOffice::open();
    let Places { shop, here, .. } = Places::of(&["a"], &office, "");
    expect(&shop.path(), Some(&here), "send spring", 0, "Sent 1 email.");
    for (number, status) in [(None, 1), (Some("x'01'"), 0), (Some("x'02'"), 0)] {
        let other = unplanned(&["a"], &office, "");
        other.run("plan spring").quiet();
        if let Some(number) = number {
            let sql = format!("INSERT INTO setting VALUES ('set_apart', {number})");
            rusqlite::Connection::open(other.file("regulars.db")).unwrap().execute(&sql, []).unwrap();
        }
        expect(&other.path(), Some(&here), "send spring", status, "");
    }
}

/// The record of an older version, by the path of the shop folder.
fn record_by_path(state: &Path, folder: &Path) -> PathBuf {
    use sha2::Digest as _;
    let path = folder.canonicalize().unwrap();
    let hash = sha2::Sha256::digest(path.as_os_str().as_encoded_bytes());
    let name: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    state.join("regulars").join(name + ".step")
}

/// The records of an older version are read once; an upgraded shop continues in its place, and one that is behind does
/// not.
#[test]
fn records_of_an_older_version_are_carried_over() {
    let places = || {
        let office = PostOffice::open();
        let places = Places::of(&["a", "b", "c"], &office, "");
        places.shop.run("send spring --limit 1").status(3).says("left by `--limit`");
        let database = rusqlite::Connection::open(places.shop.file("regulars.db")).unwrap();
        database.execute("INSERT INTO setting VALUES ('sent_by_path', x'01')", []).unwrap();
        let step: i64 = database.query_row("SELECT step FROM outbox_step", [], |row| row.get(0)).unwrap();
        // As in the older version: in the user's state folder, or in the shop folder if there was none.
        fs::remove_file(places.shop.file("sending.step")).unwrap();
        fs::create_dir_all(places.here.join("regulars")).unwrap();
        (office, places, step)
    };
    // Its record, ahead of the database by this much; in the folder; the outcome.
    for (ahead, in_folder, status) in
        [(0, false, 3), (0, true, 3), (-1, false, 3), (1, false, 1), (1, true, 1), (20, false, 1)]
    {
        let (_office, Places { shop, here, .. }, step) = places();
        let record = if in_folder { shop.file("sending.step") } else { record_by_path(&here, &shop.path()) };
        fs::write(&record, format!("{:020}\n", step + ahead)).unwrap();
        let says = if status == 1 { OLDER } else { "Sent 1 email." };
        expect(&shop.path(), Some(&here), "send spring --limit 1", status, says);
        if status == 3 {
            // It is carried over: the old one is not read again.
            fs::write(&record, format!("{:020}\n", step + 500)).unwrap();
            let record = if in_folder { shop.file("sending.step") } else { record };
            fs::remove_file(record).unwrap();
            expect(&shop.path(), Some(&here), "send spring", 0, "Sent 1 email.");
        } else {
            expect(&shop.path(), Some(&here), "send spring --restored", 0, "Sent 2 emails.");
        }
    }
    // Moved before the upgrade: nothing is recorded for this place.
    let (_office, Places { shop, here, .. }, _) = places();
    expect(&shop.path(), Some(&here), "send spring", 1, MOVED);
    expect(&shop.path(), Some(&here), "send spring --restored", 0, "Sent 2 emails.");
    // A new shop does not read what an older version recorded for its place.
    let office = PostOffice::open();
    let Places { shop, here, .. } = Places::of(&["a"], &office, "");
    fs::create_dir_all(here.join("regulars")).unwrap();
    fs::write(record_by_path(&here, &shop.path()), "00000000000000000057\n").unwrap();
    fs::write(shop.file("sending.step"), "00000000000000000057\n").unwrap();
    expect(&shop.path(), Some(&here), "send spring", 0, "Sent 1 email.");
}

/// Without a state folder only the shop folder has the record, and a copy includes it.
#[test]
fn without_a_state_folder_the_shop_folder_has_the_record() {
    let office = PostOffice::open();
    let Places { shop, here, copy, .. } = Places::of(&["a", "b", "c"], &office, "");
    shop.run("backup ../kept.db").quiet();
    expect(&shop.path(), None, "send spring --limit 1", 3, "Sent 1 email.");
    copy_whole(&shop.path(), &copy);
    expect(&copy, None, "send spring --limit 1", 3, "Sent 1 email.");
    put_back(&copy, &shop.around().join("kept.db"));
    expect(&copy, None, "send spring", 1, OLDER);
    // Only the database.
    fs::remove_file(copy.join("sending.step")).unwrap();
    put_back(&copy, &shop.file("regulars.db"));
    expect(&copy, None, "send spring", 1, MOVED);
    // A user with a state folder has no record there yet.
    expect(&shop.path(), Some(&here), "send spring --limit 1", 1, MOVED);
    expect(&shop.path(), Some(&here), "send spring --limit 1 --restored", 3, "Sent 1 email.");
    // From then on with and without it.
    expect(&shop.path(), None, "send spring --limit 1", 0, "Sent 1 email.");
    expect(&shop.path(), Some(&here), "send spring", 0, "Sent 0 emails.");
}

/// What cannot be recorded is not sent.
#[test]
fn without_a_record_no_email_goes() {
    let office = PostOffice::open();
    let Places { shop, here, .. } = Places::of(&["a"], &office, "");
    fs::write(&here, "a file where a folder should be").unwrap();
    let (status, said) = run_in(&shop.path(), Some(&here), "send spring");
    assert!(
        status == 1
            && said.contains("cannot make the folder")
            && said.contains("hint: ")
            && said.contains("XDG_STATE_HOME"),
        "{said}"
    );
    assert!(office.taken().is_empty());
    fs::remove_file(&here).unwrap();
    expect(&shop.path(), Some(&here), "send spring", 0, "Sent 1 email.");
    // A damaged record is ignored, and the shop has sent.
    for entry in fs::read_dir(here.join("regulars")).unwrap() {
        fs::write(entry.unwrap().path(), b"\xff\x00").unwrap();
    }
    expect(&shop.path(), Some(&here), "send spring", 1, MOVED);
    expect(&shop.path(), Some(&here), "send spring --restored", 0, "Sent 0 emails.");
}

/// A run killed between the database and the record, in either order, continues without the owner.
#[test]
fn a_kill_beside_the_record_needs_no_word() {
    let office = PostOffice::open();
    let Places { shop, here, .. } = Places::of(&["a", "b", "c"], &office, "");
    expect(&shop.path(), Some(&here), "send spring --limit 1", 3, "Sent 1 email.");
    let records = || fs::read_dir(here.join("regulars")).unwrap().map(|entry| entry.unwrap().path());
    let text = fs::read_to_string(records().next().unwrap()).unwrap();
    let (step, mark) = text.trim().split_once(' ').unwrap();
    let step: i64 = step.parse().unwrap();
    // For the first run only the shop's ID was recorded; for a later one not the last step.
    for recorded in [0, step - 1] {
        for record in records().chain([shop.file("sending.step")]) {
            fs::write(record, format!("{recorded:020} {mark}\n")).unwrap();
        }
        expect(&shop.path(), Some(&here), "send spring --limit 1", if recorded == 0 { 3 } else { 0 }, "Sent 1 email.");
    }
    assert_eq!(office.taken().len(), 3);
}

/// A time written by a clock far ahead: the owner makes it due, on record, and everything continues from the correct
/// time.
#[test]
fn a_wait_that_a_wrong_clock_wrote_down_ends_on_the_owners_word() {
    for mishap in ["rcpt-450", "dot-451", "data-451", "rcpt-421"] {
        let office = PostOffice::open();
        let shop = unplanned(&[mishap, "ben"], &office, "connections = 1");
        shop.edit("campaigns/spring.toml", "2024-06-30", "2031-06-30");
        shop.run("plan spring").quiet();
        shop.run("send spring --today 2030-01-01").status(3).says("from 2030-01-01 12:05 on");
        let wrong = "1 email waits longer than the program ever does";
        shop.run("send spring")
            .status(3)
            .says("from 2030-01-01 12:05 on")
            .says(wrong)
            .says("`regulars outbox spring --settle REF again`");
        shop.run("outbox spring").says(wrong).shows("; next try 2030-01-01 12:05");
        shop.run("outbox spring --settle P-1 sent").status(1).says("is queued");
        shop.run("outbox spring --settle P-1 again")
            .quiet()
            .shows("The email to Pat Person1 is due now, and is sent with the next `regulars send`.");
        let emails = shop.held("P-1", "emails");
        assert_eq!(
            (&emails[0]["state"], &emails[0]["due_at"], &emails[0]["dated_at"]),
            (&json!("queued"), &json!(""), &json!(""))
        );
        let decision = &shop.held("P-1", "email_decisions")[0];
        assert_eq!(
            (&decision["verdict"], &decision["old_state"], &decision["at"]),
            (&json!("again"), &json!("queued"), &json!("2024-03-01T12:00:00"))
        );
        assert!(decision["old_due_at"].as_str().unwrap().starts_with("2030-01-01T12:05"), "{decision}");
        // Deferred again, it waits five minutes as at first, and does so for a day.
        shop.run("send spring").status(3).says("from 2024-03-01 12:05 on");
        let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
        database.execute("UPDATE recipient SET email = 'ana@example.com' WHERE ref = 'P-1'", []).unwrap();
        drop(database);
        shop.run("send spring --today 2024-03-02T08:00:00Z").quiet().stdout("Sent 1 email.\n");
        assert!(
            field(&office.messages("ana@example.com")[0], "Date").starts_with("Fri, 01 Mar 2024 12:00:00"),
            "{mishap}"
        );
    }
}

/// A first try in the future does not count, with or without the owner.
#[test]
fn a_first_try_in_the_future_makes_no_email_wait_for_ever() {
    let office = PostOffice::open();
    let shop = unplanned(&["rcpt-450", "dot-451"], &office, "connections = 1");
    shop.run("plan spring").quiet();
    shop.run("send spring").status(3).says("from 2024-03-01 12:05 on");
    let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
    database.execute("UPDATE outbox SET first_at = '2030-01-01T12:00:00', due_at = NULL", []).unwrap();
    drop(database);
    shop.run("send spring --today 2024-03-02").status(3).says("what the mail server deferred (2 emails)");
    shop.run("send spring --today 2024-03-03").status(3).says("2 emails failed");
}

/// A deferred reminder is due with the next `run`; one that was never tried is due anyway.
#[test]
fn a_reminder_that_waits_can_be_freed_as_well() {
    let office = PostOffice::open();
    let shop = unplanned(&["ana", "ben"], &office, "");
    shop.write(
        "letter-templates/again.md",
        "+++\nsubject = \"It still waits\"\n+++\n{{ greeting }}\n\nIt still waits.\n",
    );
    let campaign = shop.read("campaigns/spring.toml");
    shop.write(
        "campaigns/spring.toml",
        format!("{campaign}\n[[reminder]]\nafter = \"30 days\"\ntemplate = \"again.md\"\n"),
    );
    shop.run("plan spring").quiet();
    shop.run("outbox spring --settle P-1 again").quiet().shows("is due now, and is sent with the next `regulars send`");
    shop.run("send spring").quiet();
    let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
    database.execute("UPDATE recipient SET email = 'rcpt-450@example.com' WHERE ref = 'P-1'", []).unwrap();
    shop.run("run --today 2024-06-20").status(3).says_only(&[]).shows("1 is to be tried again");
    database.execute("UPDATE recipient SET email = 'ana@example.com' WHERE ref = 'P-1'", []).unwrap();
    shop.run("run --today 2024-03-31").quiet().shows("Nothing is due.").shows("on 2024-06-20 12:05");
    shop.run("outbox spring --settle P-1 again --today 2024-03-31")
        .quiet()
        .shows("is due now, and is sent with the next `regulars run`");
    shop.run("run --today 2024-03-31").quiet().shows("reminder 1: sent 1 email.");
    assert_eq!(office.messages("ana@example.com").len(), 2);
}
