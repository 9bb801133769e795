//! All or nothing: what a kill, a lock or a full disk leaves is nothing, or is completed by the next command.

use std::fs;

use rusqlite::Connection;

use crate::support::{Shop, dump, files_below};

/// The database rejects this from now on, like one that is locked or full.
fn refuse(shop: &Shop, what: &str) {
    let trigger = format!("CREATE TRIGGER refused BEFORE {what} BEGIN SELECT RAISE(ABORT, 'not now'); END");
    Connection::open(shop.file("regulars.db")).unwrap().execute_batch(&trigger).unwrap();
}

fn allow(shop: &Shop) {
    Connection::open(shop.file("regulars.db")).unwrap().execute_batch("DROP TRIGGER refused").unwrap();
}

/// A new shop as `init` makes it, reduced to the state at a kill: this many of its files were moved into place.
fn init_killed(shop: &Shop, moved: usize) {
    shop.run("init whole").quiet();
    let files = ["campaigns/thank-you.toml", "letter-templates/first-letter.md", "regulars.db", "shop.toml"];
    for (at, file) in files.iter().enumerate() {
        let ready = shop.file("half/new-shop").join(file);
        let place = shop.file("half").join(file);
        let to = if at < moved { place } else { ready };
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::rename(shop.file("whole").join(file), to).unwrap();
    }
    fs::remove_dir_all(shop.file("whole")).unwrap();
}

#[test]
fn a_new_shop_is_whole_or_none() {
    for moved in 0..4 {
        let shop = Shop::without_people();
        init_killed(&shop, moved);
        for verb in ["doctor", "calls", "import customers ../customers.csv"] {
            shop.run(&format!("--shop half {verb}")).status(1).says("is not a shop folder").says("regulars init");
        }
        shop.run("init half").shows("Made a shop folder");
        assert!(!shop.file("half/new-shop").exists(), "{moved} moved");
        shop.run("--shop half doctor").shows("All is well");
        shop.run("--shop half import customers customers.csv").quiet();
        shop.run("init half").status(1).says("is a shop folder already");
    }
    // Killed at the very end, and before anything was complete.
    let shop = Shop::without_people();
    init_killed(&shop, 4);
    fs::create_dir_all(shop.file("half/new-shop/campaigns")).unwrap();
    shop.run("--shop half doctor").status(1).shows("new-shop is what `init` made this shop in");
    for left in ["new-shop.part/shop.toml", "new-shop.part/regulars.db", "new-shop.part/campaigns/x.toml.part"] {
        shop.write(&format!("early/{left}"), "half");
    }
    shop.run("init early").shows("Made a shop folder");
    shop.run("--shop early doctor").shows("All is well");
    assert!(!shop.file("early/new-shop.part").exists());
}

/// Files that the owner has put there in the meantime are not replaced.
#[test]
fn a_broken_off_init_replaces_nothing_of_the_owner() {
    let shop = Shop::without_people();
    init_killed(&shop, 1);
    shop.write("half/regulars.db", "the owner's");
    shop.run("init half").status(1).says("regulars.db` already exists");
    assert_eq!(shop.read("half/regulars.db"), "the owner's");
    let shop = Shop::without_people();
    shop.write("full/letter-templates/first-letter.md", "the owner's");
    let before = files_below(&shop.path());
    shop.run("init full").status(1).says("first-letter.md` already exists");
    assert_eq!(files_below(&shop.path()), before);
}

#[test]
fn an_empty_database_is_no_shop() {
    for verb in
        ["doctor", "calls", "segment true", "import customers customers.csv", "plan spring", "backup copy.db", "run"]
    {
        let shop = Shop::new();
        shop.write("regulars.db", "");
        shop.run(verb)
            .status(1)
            .says("the database is empty: this is no shop")
            .says("`regulars restore FILE`")
            .says("`regulars init`");
        assert_eq!(fs::read(shop.file("regulars.db")).unwrap(), b"", "{verb}");
    }
}

/// A plan whose letters have their final names cannot be planned again, whatever happened to the print run.
#[test]
fn letters_get_their_names_when_it_is_on_record_that_they_were_printed() {
    for how in ["", "--duplex", "--each", "--from 2 --to 4", "--leave-out-problems"] {
        let shop = Shop::new();
        shop.run("plan spring").quiet();
        refuse(&shop, "UPDATE ON campaign");
        shop.run(&format!("print spring {how}")).status(1).says("error: ");
        assert!(!shop.file("out/spring").exists(), "{how}: {:?}", files_below(&shop.file("out/spring")).keys());
        allow(&shop);
        shop.run("plan spring --again").talk();
        // It fails when some letters are already printed: their files are unchanged.
        shop.run("print spring --from 1 --to 2").quiet();
        let before = files_below(&shop.file("out/spring"));
        refuse(&shop, "UPDATE ON recipient");
        shop.run(&format!("print spring {how}")).status(1).says("error: ");
        assert_eq!(files_below(&shop.file("out/spring")), before, "{how}");
        allow(&shop);
        shop.run(&format!("print spring {how}")).quiet();
        shop.run("plan spring --again").status(1).says("error: ");
        shop.run("doctor").shows("All is well");
    }
}

/// Files of a killed print run: `named` have their final names, the others wait; `batch` is in the list.
fn print_killed(shop: &Shop, folder: &str, batch: usize, files: &[&str], named: usize) {
    let mut list = format!("{batch}\n");
    for (at, file) in files.iter().enumerate() {
        list.push_str(&format!("{file}\n"));
        if at >= named {
            let (first, rest) = file.split_once('/').map_or((*file, None), |(first, rest)| (first, Some(rest)));
            let draft = rest.map_or(format!("{first}.part"), |rest| format!("{first}.part/{rest}"));
            fs::create_dir_all(shop.file(&format!("{folder}/{draft}")).parent().unwrap()).unwrap();
            fs::rename(shop.file(&format!("{folder}/{file}")), shop.file(&format!("{folder}/{draft}"))).unwrap();
        }
    }
    shop.write(&format!("{folder}/printing.part"), list);
}

#[test]
fn a_print_that_was_killed_between_two_names_is_completed_by_the_next() {
    let files = ["letters.pdf", "manifest.csv", "cover.pdf"];
    for named in 1..=3 {
        for next in ["print spring --from 2 --to 3", "print spring --labels 5160", "print spring --each"] {
            let shop = Shop::new();
            shop.run("plan spring").quiet();
            shop.run("print spring --duplex").quiet();
            let whole = files_below(&shop.file("out/spring"));
            print_killed(&shop, "out/spring", 0, &files, named);
            shop.run("doctor").status(1).shows("out/spring/printing.part was left half written");
            shop.run(next).quiet();
            let after = files_below(&shop.file("out/spring"));
            for file in &files[..2] {
                assert!(after.get(*file) == whole.get(*file), "{named} {next}: {file}");
            }
            assert!(after.contains_key("cover.pdf"));
            assert!(!after.keys().any(|name| name.contains(".part")), "{named} {next}: {:?}", after.keys());
            shop.run("doctor").shows("All is well");
        }
    }
    // One file per person: the folder has those of one run.
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop.run("print spring --each").quiet();
    let whole = files_below(&shop.file("out/spring"));
    let names: Vec<&str> = whole.keys().map(String::as_str).filter(|name| name.starts_with("letters/")).collect();
    print_killed(&shop, "out/spring", 0, &names, 3);
    shop.run("print spring --from 2 --to 3").quiet();
    let after = files_below(&shop.file("out/spring"));
    assert!(whole.iter().all(|(name, bytes)| after.get(name) == Some(bytes)), "{:?}", after.keys());
    assert!(!shop.file("out/spring/letters.part").exists());
}

#[test]
fn a_print_that_was_killed_before_its_files_had_names_is_cleared_by_the_next() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop.run("print spring").quiet();
    let whole = files_below(&shop.file("out/spring"));
    for left in
        ["letters.pdf.part", "manifest.csv.part", "cover.pdf.part", "letters-2-3.pdf.part", "letters.part/0001-C.pdf"]
    {
        shop.write(&format!("out/spring/{left}"), "of a run that was killed");
    }
    shop.write("out/spring/printing.part", "0\nletters.pdf\nmanifest.csv\ncover.pdf\n");
    shop.write("out/spring/notes.part", "the owner's own");
    shop.run("print spring --labels 5160").quiet();
    let after = files_below(&shop.file("out/spring"));
    assert!(whole.iter().all(|(name, bytes)| after.get(name) == Some(bytes)));
    let parts: Vec<_> = after.keys().filter(|name| name.contains(".part")).collect();
    assert_eq!(parts, ["notes.part"]);
}

/// A shop with a reminder by letter, due on 2024-03-31.
fn with_reminder() -> Shop {
    let shop = Shop::new();
    let campaign = shop.read("campaigns/spring.toml");
    let reminder = "\n[[reminder]]\nafter = \"30 days\"\ntemplate = \"again.md\"\n";
    shop.write("campaigns/spring.toml", campaign + reminder);
    shop.write("letter-templates/again.md", "{{ greeting }}\n\nIt still waits: {{ code }}.\n");
    shop.run("plan spring").quiet();
    shop.run("print spring").quiet();
    shop.run("posted spring").quiet();
    shop
}

/// Letters of a reminder are printed once: a recorded file has its final name, or gets it from the next `run`.
#[test]
fn letters_of_a_reminder_that_are_on_record_are_not_lost() {
    let day = "--today 2024-04-02";
    let shop = with_reminder();
    refuse(&shop, "INSERT ON reminder_letter");
    shop.run(&format!("run {day}")).status(3).says("error: ");
    assert_eq!(files_below(&shop.file("out/spring/reminder-1")).len(), 0);
    allow(&shop);
    shop.run(&format!("run {day}")).shows("printed 7 letters");
    let whole = files_below(&shop.file("out/spring/reminder-1"));
    let files = ["letters.pdf", "manifest.csv", "cover.pdf"];
    for named in 0..=3 {
        print_killed(&shop, "out/spring/reminder-1", 1, &files, named);
        shop.run("doctor").status(1).shows("out/spring/reminder-1/printing.part was left half written");
        shop.run(&format!("run {day}"))
            .says("an earlier run that was interrupted had printed out/spring/reminder-1/letters.pdf");
        assert_eq!(files_below(&shop.file("out/spring/reminder-1")), whole, "{named}");
    }
    // Not recorded: it is deleted, and printed when it is due.
    for file in files {
        shop.write(&format!("out/spring/reminder-1/{}.part", file.replace('.', "-2.")), "half");
    }
    shop.write("out/spring/reminder-1/printing.part", "2\nletters-2.pdf\nmanifest-2.csv\ncover-2.pdf\n");
    shop.run(&format!("run {day}")).quiet();
    assert_eq!(files_below(&shop.file("out/spring/reminder-1")), whole);
}

#[test]
fn a_follow_up_that_was_broken_off_can_be_run_again() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop.run("print spring").quiet();
    shop.run("posted spring").quiet();
    shop.run(&format!("redeem {}", shop.code("spring", "C-03"))).quiet();
    let before = files_below(&shop.path());
    shop.run("follow-up spring next").quiet();
    let whole = files_below(&shop.path());
    let written: Vec<&String> =
        whole.keys().filter(|name| !before.contains_key(*name) && *name != "regulars.db").collect();
    assert!(written.len() >= 3 && written[0] == "campaigns/next.toml", "{written:?}");
    // Killed after some of its files, the campaign's own being the last.
    for templates in 0..written.len() {
        fs::remove_file(shop.file("campaigns/next.toml")).unwrap();
        for gone in written.iter().skip(1 + templates) {
            fs::remove_file(shop.file(gone)).unwrap();
        }
        shop.run("follow-up spring next").shows("Wrote campaigns/next.toml");
        let after = files_below(&shop.path());
        assert!(written.iter().all(|name| after.get(*name) == whole.get(*name)), "{templates}");
    }
    shop.run("plan next --today 2025-03-01 --dry-run").talk();
    // Edited, they are the owner's; complete, the campaign exists.
    shop.run("follow-up spring next").status(1).says("already exists");
    fs::remove_file(shop.file("campaigns/next.toml")).unwrap();
    shop.write(written[1], "the owner's");
    shop.run("follow-up spring next").status(1).says(&format!("{}` already exists", written[1]));
    assert_eq!(shop.read(written[1]), "the owner's");
    assert!(!shop.file("campaigns/next.toml").exists());
}

/// Killed or not, the owner repeats it: what was never printed is not recorded as mailed by that.
#[test]
fn posted_again_changes_nothing() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop.run("print spring --from 1 --to 3").quiet();
    for _ in 0..3 {
        shop.run("posted spring").says("4 letters of it were never printed");
        let list = shop.json("recipients spring");
        let posted = list["recipients"].as_array().unwrap().iter().filter(|one| one["state"] == "posted");
        assert_eq!(posted.count(), 3);
    }
}

/// Whether a text is in the database's files.
fn is_readable(shop: &Shop, text: &str) -> bool {
    ["", "-wal"]
        .iter()
        .filter_map(|end| fs::read(shop.file(&format!("regulars.db{end}"))).ok())
        .any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}

/// A person is forgotten, and wiping the file is stopped before it begins.
fn forgotten_but_not_wiped() -> Shop {
    let shop = Shop::new();
    shop.run("customer note C-05 \"collects Zwiebelmuster\" --kind visit").quiet();
    let database = Connection::open(shop.file("regulars.db")).unwrap();
    database.execute_batch("PRAGMA secure_delete = OFF").unwrap();
    assert!(is_readable(&shop, "Zwiebelmuster"));
    // The same transaction as that of `forget`, without the following steps.
    let forget = "DELETE FROM contact_note; INSERT INTO setting (key, value) VALUES ('to_wipe', x'')";
    database.execute_batch(&format!("BEGIN; {forget}; COMMIT")).unwrap();
    drop(database);
    assert!(is_readable(&shop, "Zwiebelmuster"), "erased is not wiped");
    shop
}

#[test]
fn what_was_erased_and_not_wiped_is_wiped_by_the_next_command() {
    for next in ["calls", "doctor", "customer find Smith", "segment true", "backup copy.db", "import list"] {
        let shop = forgotten_but_not_wiped();
        shop.run(next).talk();
        assert!(!is_readable(&shop, "Zwiebelmuster"), "{next}");
        assert_eq!(shop.count("SELECT count(*) FROM setting WHERE key = 'to_wipe'"), 0, "{next}");
        shop.run("doctor").shows("All is well");
    }
}

/// Where the letters and previews of a forgotten person lie is told once, by `forget` or by whatever wipes the file later.
#[test]
fn traces_of_a_forgotten_person_are_told_after_a_kill() {
    const LETTERS: &str =
        "warning: out/spring may have a piece of a customer who was forgotten: print it again, or delete it";
    const NAMED: &str = "warning: campaigns/spring.toml has the reference of a customer who was forgotten, and so does";
    let traces = "out/spring\nout/never\ncampaigns/spring.toml\nout/spring\n";
    let note = |shop: &Shop, key: &str| {
        let sql = "INSERT INTO setting (key, value) VALUES (?1, CAST(?2 AS BLOB))";
        Connection::open(shop.file("regulars.db")).unwrap().execute(sql, [key, traces]).unwrap();
    };
    let notes = |shop: &Shop| shop.count("SELECT count(*) FROM setting WHERE key IN ('to_wipe', 'to_tell')");
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop.run("print spring").quiet();
    for key in ["to_wipe", "to_tell"] {
        for (next, status) in [
            ("calls", 0),
            ("customer find Smith", 0),
            ("segment true", 0),
            ("doctor", 0),
            ("import list", 0),
            ("customer show C-99", 1),
        ] {
            note(&shop, key);
            let told = shop.run(next).status(status).talk();
            assert_eq!(told.matches(LETTERS).count(), 1, "{key} {next}: {told}");
            assert_eq!(told.matches(NAMED).count(), 1, "{key} {next}: {told}");
            assert!(!told.contains("out/never"), "{key} {next}: {told}");
            assert_eq!(notes(&shop), 0, "{key} {next}");
            assert!(!shop.run(next).status(status).talk().contains("forgotten"), "{key} {next}: told twice");
        }
    }
    // An object has no warnings, so the next command shows them.
    note(&shop, "to_wipe");
    shop.run("calls --json").quiet();
    assert!(shop.run("calls").talk().contains(LETTERS));
    // `forget` shows it itself, also of the one before, and nothing is left to show.
    note(&shop, "to_wipe");
    let told = shop.run("customer forget C-01 --yes").talk();
    assert!(told.contains("out/spring may have a piece of theirs") && told.contains(LETTERS), "{told}");
    assert_eq!(notes(&shop), 0);
    shop.run("calls").quiet();
}

#[test]
fn what_cannot_be_wiped_yet_is_named_by_the_doctor() {
    let shop = forgotten_but_not_wiped();
    let reader = Connection::open(shop.file("regulars.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM customer").unwrap();
    assert_eq!(reader.query_row("SELECT count(*) FROM customer", [], |row| row.get::<_, i64>(0)), Ok(12));
    for _ in 0..2 {
        shop.run("doctor").status(1).shows("found: a customer was forgotten, but can still be read");
        shop.run("calls").talk();
    }
    drop(reader);
    shop.run("doctor").shows("All is well");
    assert!(!is_readable(&shop, "Zwiebelmuster"));
}

#[test]
fn forget_leaves_nothing_on_record_to_be_wiped() {
    let shop = Shop::new();
    shop.run("customer note C-05 \"collects Zwiebelmuster\" --kind visit").quiet();
    shop.run("customer forget C-05 --yes").talk();
    assert!(!is_readable(&shop, "Zwiebelmuster"));
    assert_eq!(shop.count("SELECT count(*) FROM setting WHERE key = 'to_wipe'"), 0);
    let before = dump(&shop.file("regulars.db"));
    shop.run("doctor").shows("All is well");
    assert_eq!(dump(&shop.file("regulars.db")), before);
}
