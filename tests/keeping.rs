//! Backups, the doctor, and a disk that fills up.

use std::fs;

use regulars::for_tests::{import_on_a_full_disk, plan_on_a_full_disk};

use crate::support::{Crowd, Shop, dump};

#[test]
fn a_copy_can_be_put_back() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let before = dump(&shop.file("regulars.db"));
    shop.run("backup copy.db").shows("and checked the copy");
    assert_eq!(before, dump(&shop.file("copy.db")));
    let code = shop.code("spring", "C-03");
    shop.run(&format!("redeem {code}")).shows("Yes");
    // As the `backup` command describes: copied back as regulars.db, and nothing else.
    fs::copy(shop.file("copy.db"), shop.file("regulars.db")).unwrap();
    shop.run(&format!("redeem {code}")).shows("Yes");
    shop.run("doctor").shows("All is well");
}

/// While no program uses the shop, everything is in the one file that an owner copies.
#[test]
fn the_database_is_one_file() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let beside: Vec<_> =
        ["-wal", "-shm"].iter().filter(|end| shop.file(&format!("regulars.db{end}")).exists()).collect();
    assert!(beside.is_empty(), "left beside regulars.db: {beside:?}");
}

#[test]
fn the_doctor_finds_what_belongs_to_nothing() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop.run("print spring").quiet();
    shop.run("doctor")
        .stdout("All is well: the database (version 25) is sound, and every file belongs to something.\n");
    shop.write("out/sprng/letters.pdf", "old");
    shop.write("out/spring/letters.pdf.part", "half");
    fs::rename(shop.file("campaigns/spring.toml"), shop.file("spring.toml")).unwrap();
    let doctor = shop.run("doctor").status(1);
    for found in [
        "out/sprng belongs to no planned campaign",
        "out/spring/letters.pdf.part was left half written",
        "campaigns/spring.toml is gone",
    ] {
        assert!(doctor.out().contains(found), "{}", doctor.out());
    }
}

/// A damaged page is found and reported.
#[test]
fn the_doctor_finds_a_damaged_database() {
    let shop = Shop::new();
    let mut bytes = fs::read(shop.file("regulars.db")).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 2048].fill(0x5a);
    fs::write(shop.file("regulars.db"), bytes).unwrap();
    let mut run = shop.run("doctor");
    assert_eq!(run.ended(), 1);
    let said = run.talk() + &run.out();
    assert!(said.contains("damaged") && said.contains("hint:"), "{said}");
}

/// Without its key nothing matches earlier data, so every command reports it and `doctor` names it.
#[test]
fn a_missing_key_is_the_same_error_everywhere() {
    let shop = Shop::new();
    rusqlite::Connection::open(shop.file("regulars.db")).unwrap().execute("DELETE FROM setting", []).unwrap();
    shop.run("doctor").status(1).shows("found: the shop has no key");
    for command in ["plan spring", "import customers customers.csv", "customer forget C-01 --yes"] {
        shop.run(command).status(1).says("error: the shop has no key\nhint: restore the database from a backup");
    }
}

#[test]
fn a_full_disk_is_said_and_changes_nothing() {
    let shop = Shop::new();
    let path = shop.file("regulars.db");
    let before = dump(&path);
    let today = "2024-03-01".parse().unwrap();
    let error = import_on_a_full_disk(&shop.path(), &Crowd::of(3000).customers(), today).expect_err("no room");
    assert_eq!(
        error.report(),
        "error: the disk is full; nothing was changed\nhint: free some space, then do it again\n"
    );
    assert_eq!(before, dump(&path));
    // A plan does not fit either: its files alone are too large.
    shop.write(
        "letter-templates/spring.md",
        shop.read("letter-templates/spring.md") + &"Come and see us. ".repeat(3700),
    );
    let error = plan_on_a_full_disk(&shop.path(), "spring", today).expect_err("no room");
    assert!(error.to_string().contains("the disk is full; nothing was changed"), "{error}");
    assert_eq!(before, dump(&path));
    shop.run("doctor").shows("All is well");
}

#[test]
fn a_new_shop_can_be_planned_unedited() {
    let shop = Shop::new();
    shop.run("init ../new").shows("Made a shop folder");
    for (kind, n) in [("customers", "12"), ("purchases", "15")] {
        shop.run(&format!("--shop ../new import {kind} {kind}.csv")).shows(&format!("{n} new"));
    }
    let unedited =
        "warning: shop.toml has the name or the address of the sample: write who you are before letters are printed\n";
    shop.run("--shop ../new check").stderr(unedited).shows("OK: 1 campaign and 1 template");
    shop.run("--shop ../new plan thank-you").stderr(unedited).shows("Planned 8 letters");
    shop.run("--shop ../new print thank-you").shows("Printed 8 letters");
    let names: Vec<_> = crate::support::files_below(&shop.around().join("new")).into_keys().collect();
    assert!(names.iter().any(|name| name == "out/thank-you/letters.pdf"), "{names:?}");
}

/// The permissions of a file, in octal.
#[cfg(unix)]
fn mode(shop: &Shop, file: &str) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(shop.file(file)).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
fn set_mode(shop: &Shop, file: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(shop.file(file), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
#[cfg(unix)]
fn the_database_is_for_its_owner_alone() {
    use crate::support::Server;

    let shop = Shop::without_people();
    assert_eq!(mode(&shop, "regulars.db"), 0o600, "new");
    shop.run("backup copy.db").quiet();
    assert_eq!(mode(&shop, "copy.db"), 0o600, "a copy");
    for (before, after) in
        [(0o644, 0o600), (0o666, 0o600), (0o640, 0o600), (0o604, 0o600), (0o700, 0o700), (0o777, 0o700)]
    {
        set_mode(&shop, "regulars.db", before);
        shop.run("calls").talk();
        assert_eq!(mode(&shop, "regulars.db"), after, "{before:o}");
    }
    set_mode(&shop, "regulars.db", 0o644);
    let server = Server::start(&shop, "");
    assert_eq!(server.get("/till").status, 200);
    for file in ["regulars.db", "regulars.db-wal", "regulars.db-shm"] {
        assert_eq!(mode(&shop, file), 0o600, "{file}, while it is open");
    }
    drop(server);
    shop.run("doctor").shows("All is well");
    for file in ["copy.db", "of last year.db", "Straße.db"] {
        shop.write(file, "");
        set_mode(&shop, file, 0o644);
        let shown = format!("{file} can be read by other users of this machine");
        shop.run("doctor").status(1).shows(&shown).shows("chmod 600");
        set_mode(&shop, file, 0o600);
    }
    shop.run("doctor").shows("All is well");
    shop.run("init other").quiet();
    assert_eq!(mode(&shop, "other/regulars.db"), 0o600, "of `init`");
}
