//! Restoring a backup: exactly the backup, or nothing changed; a copy over an open shop, or next to an old log, is
//! detected.

use std::fs::{self, File};

use rusqlite::Connection;
use serde_json::Value;

use crate::sending::unplanned;
use crate::support::{PostOffice, Run, Server, Shop, dump, files_below};

/// Verbs of every kind: they read, write, print, send, serve, copy, check the shop.
const VERBS: &[&str] = &[
    "doctor",
    "calls",
    "best",
    "segment true",
    "check",
    "plan spring",
    "plan spring --dry-run",
    "recipients spring",
    "why spring C-01",
    "proof spring",
    "preview spring C-01",
    "print spring",
    "posted spring",
    "send spring",
    "outbox spring",
    "run",
    "bounces mail",
    "report spring",
    "returned spring C-01",
    "redeem 0000-0000",
    "follow-up spring next",
    "customer find Smith",
    "customer show C-01",
    "customer note C-01 hello --kind call",
    "customer forget C-01 --yes",
    "import customers customers.csv",
    "import list",
    "till token front",
    "serve --listen 127.0.0.1:0",
    "backup other.db",
];

/// A shop with a backup `copy.db`, then a log next to its database with later changes: its server was killed.
fn killed(since: &[&str]) -> Shop {
    let shop = Shop::new();
    shop.run("backup copy.db").quiet();
    let server = Server::start(&shop, "");
    for line in since {
        shop.run(line).talk();
    }
    drop(server);
    assert!(shop.file("regulars.db-wal").exists(), "a killed program leaves a log");
    shop
}

#[test]
fn a_copy_beside_the_log_of_another_is_refused_by_every_verb() {
    for since in [
        &["customer note C-01 hello --kind call"][..],
        &["import customers customers.csv", "plan spring", "customer note C-02 again --kind visit"],
        &[],
    ] {
        let shop = killed(since);
        fs::copy(shop.file("copy.db"), shop.file("regulars.db")).unwrap();
        let before = files_below(&shop.path());
        for verb in VERBS {
            shop.run(verb)
                .status(1)
                .says("the log next to this copy of the database belongs to another")
                .says("hint: do not copy a backup over regulars.db: run `regulars restore FILE`");
        }
        let after = files_below(&shop.path());
        let touched: Vec<_> = after.keys().filter(|path| before.get(*path) != after.get(*path)).collect();
        assert!(touched.is_empty(), "{touched:?}");
        shop.run("restore copy.db").shows("Restored the database from `copy.db`").says("could not be read");
        assert_eq!(dump(&shop.file("regulars.db")), dump(&shop.file("copy.db")));
        shop.run("doctor").shows("All is well");
    }
}

/// The backup was moved, not copied: it is restored from there.
#[test]
fn a_copy_beside_the_log_of_another_can_be_restored_in_place() {
    let shop = killed(&["customer note C-01 hello --kind call"]);
    let copy = dump(&shop.file("copy.db"));
    fs::rename(shop.file("copy.db"), shop.file("regulars.db")).unwrap();
    shop.run("calls").status(1).says("belongs to another");
    shop.run("restore regulars.db").shows("Restored").says("could not be read");
    assert_eq!(dump(&shop.file("regulars.db")), copy);
    shop.run("doctor").shows("All is well");
}

/// A change to a database file.
type Change<'c> = &'c dyn Fn(&Shop);

/// Whatever is under the database's name: the backup replaces it, and the old file stays next to it.
#[test]
fn whatever_is_there_the_backup_takes_its_place() {
    let other_program = |shop: &Shop| {
        fs::remove_file(shop.file("regulars.db")).unwrap();
        let other = Connection::open(shop.file("regulars.db")).unwrap();
        other.execute_batch("CREATE TABLE track (id INTEGER); PRAGMA user_version = 3").unwrap();
    };
    let damaged = |shop: &Shop| {
        let mut bytes = fs::read(shop.file("regulars.db")).unwrap();
        let middle = bytes.len() / 2 / 4096 * 4096;
        bytes[4096..middle].fill(0x5a);
        fs::write(shop.file("regulars.db"), bytes).unwrap();
    };
    let newer = |shop: &Shop| {
        Connection::open(shop.file("regulars.db")).unwrap().execute_batch("PRAGMA user_version = 999").unwrap();
    };
    let cases: [(&str, Change<'_>); 8] = [
        ("as it was", &|_| {}),
        ("gone", &|shop| fs::remove_file(shop.file("regulars.db")).unwrap()),
        ("empty", &|shop| shop.write("regulars.db", "")),
        ("text", &|shop| shop.write("regulars.db", "not a database ".repeat(1000))),
        ("half", &|shop| {
            let bytes = fs::read(shop.file("regulars.db")).unwrap();
            shop.write("regulars.db", &bytes[..bytes.len() / 2]);
        }),
        ("damaged", &damaged),
        ("of another program", &other_program),
        ("of a newer version", &newer),
    ];
    for (what, change) in cases {
        let shop = Shop::new();
        shop.run("backup copy.db").quiet();
        change(&shop);
        let old = fs::read(shop.file("regulars.db")).ok();
        let mut restore = shop.run("restore copy.db");
        assert_eq!((restore.ended(), restore.talk().contains("error")), (0, false), "{what}");
        assert_eq!(dump(&shop.file("regulars.db")), dump(&shop.file("copy.db")), "{what}");
        let kept = files_below(&shop.path()).into_iter().filter(|(name, _)| name.starts_with("regulars-until-"));
        let kept: Vec<_> = kept.map(|(_, bytes)| bytes).collect();
        assert_eq!(kept.len(), usize::from(old.is_some()), "{what}");
        if matches!(what, "empty" | "text" | "of another program" | "of a newer version") {
            assert!(kept.first() == old.as_ref(), "{what}: what was there is kept byte by byte");
        }
        shop.run("doctor").shows("All is well");
        shop.run("restore copy.db").shows("is kept as regulars-until-2024-03-01-120000");
    }
}

#[test]
fn what_is_no_sound_backup_is_refused_and_changes_nothing() {
    let shop = Shop::new();
    shop.run("backup copy.db").quiet();
    let bytes = fs::read(shop.file("copy.db")).unwrap();
    shop.write("cut.db", &bytes[..20_000]);
    shop.write("empty.db", "");
    let mut damaged = bytes.clone();
    let middle = bytes.len() / 2 / 4096 * 4096;
    damaged[middle..middle + 3000].fill(0x5a);
    shop.write("damaged.db", damaged);
    fs::create_dir(shop.file("folder.db")).unwrap();
    let changed = |name: &str, sql: &str| {
        shop.write(name, &bytes);
        Connection::open(shop.file(name)).unwrap().execute_batch(sql).unwrap();
    };
    changed("newer.db", "PRAGMA user_version = 999");
    changed("keyless.db", "DELETE FROM setting");
    changed("foreign.db", "PRAGMA application_id = 7");
    Connection::open(shop.file("other.db")).unwrap().execute_batch("CREATE TABLE track (id INTEGER)").unwrap();
    shop.run("calls").talk();
    let (before, files) = (dump(&shop.file("regulars.db")), files_below(&shop.path()));
    for (file, says) in [
        ("nowhere.db", "`nowhere.db` is not a file"),
        ("folder.db", "`folder.db` is not a file"),
        ("shop.toml", "this file is not a database of Regulars"),
        ("empty.db", "this is no database of Regulars"),
        ("cut.db", "damaged"),
        ("damaged.db", "damaged"),
        ("newer.db", "the database is of version 999"),
        ("keyless.db", "the shop has no key"),
        ("foreign.db", "database of another program"),
        ("other.db", "database of another program"),
        ("regulars.db", "is the database of this shop itself"),
        ("./regulars.db", "is the database of this shop itself"),
    ] {
        shop.run(&format!("restore {file} --yes")).status(1).says(says).says("hint: ");
        assert_eq!(dump(&shop.file("regulars.db")), before, "{file}");
        assert_eq!(files_below(&shop.path()).keys().collect::<Vec<_>>(), files.keys().collect::<Vec<_>>(), "{file}");
    }
}

#[test]
fn what_the_shop_would_lose_is_said_first() {
    for (since, words, key) in [
        ("customer note C-01 hello --kind call", "1 note", "notes"),
        ("import purchases more.csv", "2 purchases", "purchases"),
        ("import customers more-people.csv", "1 customer", "customers"),
        ("customer set C-02 city=Elsewhere", "1 customer", "customers"),
        ("customer set C-02 email_consent=no", "1 mail preference", "mail_preferences"),
        ("redeem {C-03} --spend 12.50", "1 redemption", "redemptions"),
        ("print spring", "1 plan", "plans"),
        ("plan spring --again", "1 plan", "plans"),
        ("customer forget C-05 --yes", "a customer's request to be forgotten", "forgotten"),
    ] {
        let shop = Shop::new();
        shop.write(
            "more.csv",
            "Customer ID,Date,Item,Amount\nC-01,2024-02-20,socks,7.50\nC-02,2024-02-21,socks,7.50\n",
        );
        shop.write("more-people.csv", "Customer ID,First Name,Last Name\nN-1,Nora,Lindqvist\n");
        shop.run("plan spring").quiet();
        shop.run("backup copy.db").quiet();
        shop.run("restore copy.db").shows("Restored").quiet();
        let since = since.replace("{C-03}", &shop.code("spring", "C-03"));
        shop.run(&since).talk();
        let now = dump(&shop.file("regulars.db"));
        let refused = shop.run("restore copy.db").status(1);
        refused.says(words).says("nothing was restored").says("use `--yes`");
        assert_eq!(dump(&shop.file("regulars.db")), now, "{since}");
        let mut restored = shop.run("--json restore copy.db --yes");
        let (object, said) = (restored.json(), restored.talk());
        let count = &object["not_in_the_backup"][key];
        assert!(*count == true || count.as_u64().is_some_and(|n| n > 0), "{object}");
        assert_eq!(said, "");
        assert_eq!(dump(&shop.file("regulars.db")), dump(&shop.file("copy.db")), "{since}");
        // The replaced file is next to it, and can itself be restored.
        let kept = object["kept"].as_str().unwrap();
        shop.run(&format!("restore {kept} --yes")).talk();
        assert_eq!(dump(&shop.file("regulars.db")), now, "{since}");
    }
}

/// The log of a manual copy of both files belongs to the copy.
#[test]
fn a_copy_with_its_own_log_is_restored_with_it() {
    let shop = killed(&["customer note C-01 hello --kind call"]);
    for end in ["", "-wal"] {
        fs::copy(shop.file(&format!("regulars.db{end}")), shop.file(&format!("byhand.db{end}"))).unwrap();
    }
    shop.run("customer show C-01").shows("hello");
    let now = dump(&shop.file("regulars.db"));
    shop.run("restore copy.db --yes").talk();
    shop.run("restore byhand.db --yes").talk();
    assert_eq!(dump(&shop.file("regulars.db")), now);
}

/// Emails sent since the backup are queued in it.
#[test]
fn emails_that_went_out_since_the_backup_are_not_sent_again() {
    let office = PostOffice::open();
    let shop = unplanned(&["ana", "ben", "cleo"], &office, "");
    shop.run("plan spring").quiet();
    shop.run("backup copy.db").quiet();
    shop.run("send spring").quiet();
    assert_eq!(office.taken().len(), 3);
    shop.run("restore copy.db").status(1).says("3 emails");
    shop.run("restore copy.db --yes").says("emails that were sent since the backup may be queued there");
    shop.run("send spring").status(1).says("--restored");
    assert_eq!(office.taken().len(), 3);
}

/// A backup of an older version is migrated to this one; the backup itself is not changed.
#[test]
fn an_old_backup_is_brought_up_to_date() {
    let shop = Shop::new();
    for version in [2, 6, 14, 21] {
        let old = shop.file(&format!("old-{version}.db"));
        crate::two_at_once::old_database(&old, version);
        let bytes = fs::read(&old).unwrap();
        fs::remove_file(&old).unwrap();
        fs::create_dir_all(shop.file("old")).unwrap();
        let old = shop.file(&format!("old/{version}.db"));
        fs::write(&old, &bytes).unwrap();
        shop.run(&format!("restore old/{version}.db --yes")).talk();
        shop.run("doctor").shows("All is well");
        assert!(bytes == fs::read(&old).unwrap(), "version {version}");
    }
}

#[test]
fn nothing_is_restored_while_somebody_has_the_shop_open() {
    let shop = Shop::new();
    shop.run("backup copy.db").quiet();
    shop.run("customer note C-01 hello --kind call").quiet();
    let before = dump(&shop.file("regulars.db"));
    let refused = |shop: &Shop| {
        shop.run("restore copy.db --yes")
            .status(1)
            .says("another Regulars is at work in this shop folder")
            .says("hint: end `regulars serve`");
    };
    let server = Server::start(&shop, "");
    refused(&shop);
    server.interrupt();
    server.ended();
    // An older Regulars, or another program, does not use our locks.
    let other = Connection::open(shop.file("regulars.db")).unwrap();
    assert!(other.query_row("SELECT count(*) FROM customer", [], |row| row.get::<_, i64>(0)).is_ok());
    shop.run("restore copy.db --yes").status(1).says("another program has the database open");
    drop(other);
    // Every verb holds this while it has the database open.
    let lock = File::open(shop.file("regulars.lock")).unwrap();
    lock.lock_shared().unwrap();
    refused(&shop);
    assert_eq!(dump(&shop.file("regulars.db")), before);
    drop(lock);
    // And no program opens it while it is replaced.
    let lock = File::options().write(true).open(shop.file("regulars.lock")).unwrap();
    lock.lock().unwrap();
    for verb in ["calls", "customer note C-01 hello --kind call", "serve --listen 127.0.0.1:0", "backup other.db"] {
        shop.run(verb).status(1).says("this shop is being made or restored at this moment");
    }
    drop(lock);
    shop.run("restore copy.db --yes").talk();
    assert_eq!(dump(&shop.file("regulars.db")), dump(&shop.file("copy.db")));
}

/// What can happen to the files of a shop while its pages are open.
#[cfg(unix)]
type Accident = (&'static str, fn(&Shop));

#[cfg(unix)]
const ACCIDENTS: &[Accident] = &[
    ("removed", |shop| fs::remove_file(shop.file("regulars.db")).unwrap()),
    ("all of it removed", |shop| {
        for end in ["", "-wal", "-shm"] {
            fs::remove_file(shop.file(&format!("regulars.db{end}"))).unwrap();
        }
    }),
    ("renamed", |shop| fs::rename(shop.file("regulars.db"), shop.file("old.db")).unwrap()),
    ("replaced by a backup", |shop| fs::rename(shop.file("copy.db"), shop.file("regulars.db")).unwrap()),
    ("a backup copied over it", |shop| shop.write("regulars.db", fs::read(shop.file("copy.db")).unwrap())),
    ("emptied", |shop| shop.write("regulars.db", "")),
    ("its log removed", |shop| fs::remove_file(shop.file("regulars.db-wal")).unwrap()),
    ("its log replaced", |shop| {
        fs::copy(shop.file("regulars.db-wal"), shop.file("log")).unwrap();
        fs::rename(shop.file("log"), shop.file("regulars.db-wal")).unwrap();
    }),
    ("its index removed", |shop| fs::remove_file(shop.file("regulars.db-shm")).unwrap()),
    ("its index removed, and another at work", |shop| {
        fs::remove_file(shop.file("regulars.db-shm")).unwrap();
        shop.run("customer note C-01 hello --kind call").quiet();
    }),
    ("another shop's database", |shop| {
        let other = Shop::new();
        fs::copy(other.file("regulars.db"), shop.file("other.db")).unwrap();
        fs::rename(shop.file("other.db"), shop.file("regulars.db")).unwrap();
    }),
];

#[test]
#[cfg(unix)]
fn open_pages_acknowledge_nothing_that_is_not_in_the_file_of_that_name() {
    for (what, happens) in ACCIDENTS {
        let shop = Shop::new();
        shop.run("plan spring").quiet();
        shop.run("posted spring").quiet();
        let token = shop.json("till token front")["token"].as_str().unwrap().to_owned();
        let codes = ["C-03", "C-01"].map(|reference| shop.code("spring", reference));
        shop.run("backup copy.db").quiet();
        let server = Server::start(&shop, "");
        let redeem = |code: &str| {
            let body = format!("{{\"code\": \"{code}\", \"spend_minor\": 900}}");
            let head = format!(
                "POST /v1/redemptions HTTP/1.1\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {code}\r\n\
                 Content-Type: application/json\r\nContent-Length: {}\r\n",
                body.len()
            );
            server.ask(&head, &body)
        };
        assert_eq!(redeem(&codes[0]).status, 201, "{what}");
        assert_eq!(server.get("/health").body, "ok\n");
        happens(&shop);
        let health = server.get("/health");
        assert_eq!(health.status, 503, "{what}");
        health.shows("removed or replaced");
        let answer = redeem(&codes[1]);
        assert_eq!(answer.status, 503, "{what}: {}", answer.body);
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.starts_with("The shop's database was removed or replaced while it was open;"), "{detail}");
        let page = server.post("/till/find", "q=Smith");
        assert_eq!(page.status, 503, "{what}");
        page.shows("database was removed or replaced").shows("start it again");
        // Earlier responses are valid or known to be lost; others are nowhere. Then everything continues.
        server.interrupt();
        assert_eq!(server.ended().0, 0, "{what}");
        if shop.file("copy.db").exists() {
            shop.run("restore copy.db --yes").talk();
            assert_eq!(dump(&shop.file("regulars.db")), dump(&shop.file("copy.db")), "{what}");
        } else {
            shop.run("calls").status(1).says("belongs to another");
            shop.run("restore regulars.db --yes").talk();
        }
        shop.run("doctor").shows("All is well");
        let server = Server::start(&shop, "");
        assert_eq!(server.get("/health").status, 200, "{what}");
    }
}

/// Ctrl-C moves the log into the database, but never into one that is not its own.
#[test]
#[cfg(unix)]
fn an_ending_server_mixes_nothing_into_a_backup_that_was_copied_over_its_database() {
    let shop = Shop::new();
    shop.run("backup copy.db").quiet();
    let server = Server::start(&shop, "");
    shop.run("customer note C-01 hello --kind call").quiet();
    let copy = fs::read(shop.file("copy.db")).unwrap();
    fs::write(shop.file("regulars.db"), &copy).unwrap();
    server.interrupt();
    server.ended();
    assert!(fs::read(shop.file("regulars.db")).unwrap() == copy, "the copy is as it was");
    let mut run: Run = shop.run("calls");
    assert_eq!(run.ended(), 1);
    assert!(run.talk().contains("belongs to another"));
}
