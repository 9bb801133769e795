//! Two programs at once: each does all of its work, or reports that the other is at it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Output, Stdio};

use regulars::for_tests::fuzz_cases;
use rusqlite::Connection;

use crate::sending::through;
use crate::support::{Crowd, PostOffice, Run, Shop, copy_into, dump, files_below, program, words_of};

/// Runs commands at the same time; returns their output.
fn together(folder: &Path, lines: &[&str]) -> Vec<Output> {
    let start = |line: &&str| {
        let words = words_of(&format!("--today 2024-03-01 {line}"));
        program(folder, &words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<_> = lines.iter().map(start).collect();
    children.into_iter().map(|child| child.wait_with_output().unwrap()).collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Makes a database as the program of that version left it, with a customer.
pub fn old_database(path: &Path, version: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/migrations");
    let mut steps: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    steps.sort();
    let database = Connection::open(path).unwrap();
    database.execute_batch("PRAGMA journal_mode = WAL; PRAGMA application_id = 1380404306;").unwrap();
    for step in &steps[..version] {
        database.execute_batch(&fs::read_to_string(step).unwrap()).unwrap();
    }
    let rows = "INSERT INTO setting (key, value) VALUES ('shop_key', x'0102030405060708'); \
                INSERT INTO customer (id, ref, first_name, last_name) VALUES (1, 'C-1', 'Ana', 'Lopez');";
    database.execute_batch(&format!("{rows} PRAGMA user_version = {version};")).unwrap();
}

/// The schema of a database.
fn schema(path: &Path) -> BTreeSet<String> {
    let database = Connection::open(path).unwrap();
    let mut rows =
        database.prepare("SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_schema").unwrap();
    rows.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

/// Right after an upgrade several programs open the shop: the till's timer, the owner, a script.
#[test]
fn an_upgraded_shop_is_opened_by_many_at_once() {
    let shop = Shop::without_people();
    let (newest, expected) = (shop.count("PRAGMA user_version"), schema(&shop.file("regulars.db")));
    for version in [1, 2, 3, 5, 12, 15, 18, 21].into_iter().cycle().take(24) {
        for end in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(shop.file(&format!("regulars.db{end}")));
        }
        old_database(&shop.file("regulars.db"), version);
        let verbs = ["calls", "segment true", "customer show C-1", "doctor", "customer set C-1 city=Salem", "best"];
        for (verb, output) in verbs.iter().zip(together(&shop.path(), &verbs)) {
            assert!(output.status.success(), "from version {version}, {verb}: {}", said(&output));
        }
        assert_eq!(shop.count("PRAGMA user_version"), newest, "from version {version}");
        assert_eq!(schema(&shop.file("regulars.db")), expected, "from version {version}");
        shop.run("customer show C-1").shows("Salem");
    }
}

/// The same right after a backup was restored.
#[test]
fn a_backup_as_the_database_is_opened_by_many_at_once() {
    let shop = Shop::new();
    shop.run("backup copy.db").quiet();
    for round in 0..8 {
        fs::copy(shop.file("copy.db"), shop.file("regulars.db")).unwrap();
        let verbs = ["calls", "segment true", "doctor", "customer set C-01 city=Salem", "best"];
        for (verb, output) in verbs.iter().zip(together(&shop.path(), &verbs)) {
            assert!(output.status.success(), "round {round}, {verb}: {}", said(&output));
        }
    }
}

#[test]
fn two_prints_at_once_leave_the_files_of_one() {
    let shop = Shop::without_people();
    shop.write("crowd.csv", Crowd::of(60).customers());
    shop.write("sales.csv", Crowd::of(60).purchases());
    shop.run("import customers crowd.csv").quiet();
    shop.run("import purchases sales.csv").quiet();
    shop.run("plan spring").quiet();
    let printed = |line: &str| {
        shop.run(line).quiet();
        files_below(&shop.file("out/spring"))
    };
    let lines = ["print spring --duplex", "print spring"];
    let alone = lines.map(printed);
    assert_ne!(alone[0], alone[1]);
    let mut refused = 0;
    for round in 0..6 {
        let outputs = together(&shop.path(), &lines);
        assert!(outputs.iter().any(|output| output.status.success()), "round {round}");
        for output in outputs.iter().filter(|output| !output.status.success()) {
            let expected = "error: letters of `spring` are being printed already\nhint: wait until that is done, then print again\n";
            assert_eq!(said(output), expected, "round {round}");
            refused += 1;
        }
        assert!(alone.contains(&files_below(&shop.file("out/spring"))), "round {round}: files of two runs");
    }
    assert!(refused > 0, "they never met");
}

#[test]
fn a_print_waits_for_nobody_who_prints_the_same_campaign() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    fs::copy(shop.file("campaigns/spring.toml"), shop.file("campaigns/summer.toml")).unwrap();
    shop.run("plan summer").quiet();
    fs::create_dir_all(shop.file("out/spring")).unwrap();
    let lock = File::create(shop.file("out/spring/printing.lock")).unwrap();
    lock.lock().unwrap();
    for how in ["", "--each", "--duplex", "--from 2 --to 3", "--labels 5160", "--envelopes dl"] {
        shop.run(&format!("print spring {how}")).status(1).says("letters of `spring` are being printed already");
    }
    assert_eq!(files_below(&shop.file("out/spring")).len(), 1, "the lock alone");
    shop.run("print summer").shows("Printed 7 letters");
    drop(lock);
    // A lock file left by a killed program is not a lock.
    shop.run("print spring").shows("Printed 7 letters");
    assert!(!shop.file("out/spring/printing.lock").exists());
}

#[test]
fn of_backups_to_one_name_one_wins() {
    let shop = Shop::new();
    shop.write("crowd.csv", Crowd::of(3000).customers());
    shop.run("import customers crowd.csv").quiet();
    for round in 0..5 {
        let name = format!("copy-{round}.db");
        shop.write(&format!("{name}.part"), "somebody's own");
        let line = format!("backup {name}");
        let outputs = together(&shop.path(), &[&line, &line, &line]);
        let (done, refused): (Vec<_>, Vec<_>) = outputs.iter().partition(|output| output.status.success());
        assert_eq!(done.len(), 1, "round {round}: {:?}", outputs.iter().map(said).collect::<Vec<_>>());
        for output in refused {
            let expected =
                format!("error: `{name}` already exists\nhint: choose a new name: a backup never replaces another\n");
            assert_eq!(said(output), expected);
        }
        assert_eq!(dump(&shop.file(&name)), dump(&shop.file("regulars.db")));
        assert_eq!(shop.read(&format!("{name}.part")), "somebody's own");
        let parts = files_below(&shop.path()).into_keys().filter(|path| path.contains(".part"));
        assert_eq!(parts.count(), round + 1, "nothing is left half made");
    }
}

#[test]
fn of_shops_made_in_one_folder_one_wins() {
    let shop = Shop::without_people();
    for round in 0..6 {
        let line = format!("init new-{round}");
        let outputs = together(&shop.path(), &[&line, &line, &line, &line]);
        let done = outputs.iter().filter(|output| output.status.success()).count();
        assert_eq!(done, 1, "round {round}: {:?}", outputs.iter().map(said).collect::<Vec<_>>());
        for output in outputs.iter().filter(|output| !output.status.success()) {
            let says = said(output);
            let is_clear = says.contains("is a shop folder already") || says.contains("another Regulars is at work");
            assert!(is_clear && says.contains("hint: "), "round {round}: {says}");
        }
        shop.run(&format!("--shop new-{round} doctor")).shows("All is well");
        shop.run(&format!("--shop new-{round} import customers customers.csv")).quiet();
    }
}

/// Verbs that write, each at the same time as each other one, itself among them.
const WRITING: [&str; 22] = [
    "import customers more.csv",
    "import purchases sales.csv",
    "import undo 1",
    "plan spring --again",
    "plan summer",
    "print spring",
    "print spring --each",
    "posted spring",
    "proof spring",
    "note-lines spring",
    "run",
    "follow-up spring autumn",
    "customer set C-01 city=Salem",
    "customer merge C-02 C-03",
    "customer forget C-04 --yes",
    "returned spring C-05",
    "backup copy.db",
    "restore before.db",
    "till token counter",
    "redeem --customer C-01 --campaign spring --spend 5",
    "send mailing",
    "bounces mail",
];

/// A campaign of emails that is planned, and mail that came back.
fn with_mailing(shop: &Shop, office: &PostOffice) {
    let people: String =
        (0..40).map(|n| format!("E-{n},Eve,Elm{n},{n} B St,Salem,MA,01970,e{n}@home.example,yes\n")).collect();
    shop.write(
        "mailed.csv",
        format!("ref,first_name,last_name,street,city,state,postcode,email,email_consent\n{people}"),
    );
    let sales: String = (0..40).map(|n| format!("E{n},E-{n},2024-02-02,90.00\n")).collect();
    shop.write("paid.csv", format!("receipt,ref,date,amount\n{sales}"));
    shop.run("import customers mailed.csv").quiet();
    shop.run("import purchases paid.csv").quiet();
    through(shop, "june@example.com", office, "");
    shop.write("campaigns/mailing.toml", shop.read("campaigns/spring.toml").replace("\"letter\"\n", "\"email\"\n"));
    drop(shop.run("plan mailing").talk());
    for n in 0..20 {
        let report = format!("Final-Recipient: rfc822; e{n}@home.example\nAction: failed\nStatus: 5.1.1\n");
        let head = "Content-Type: multipart/report; report-type=delivery-status; boundary=b";
        let part = format!(
            "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; home.example\n\n{report}\n--b--\n"
        );
        shop.write(&format!("mail/{n}.eml"), format!("From: daemon@home.example\nSubject: Returned\n{head}\n\n{part}"));
    }
}

/// Each does all of its work, or reports in one sentence why it did not; a sample of the pairs, all of them in `sh tests/long`.
#[test]
fn whatever_two_verbs_meet_nothing_is_half() {
    let shop = Shop::new();
    let people: String = (0..400).map(|n| format!("D-{n},Ann,Lee{n},{n} A St,Salem,MA,01970\n")).collect();
    shop.write("more.csv", format!("ref,first_name,last_name,street,city,state,postcode\n{people}"));
    let sales: String = (0..400).map(|n| format!("R{n},D-{n},2024-02-01,20.00\n")).collect();
    shop.write("sales.csv", format!("receipt,ref,date,amount\n{sales}"));
    shop.run("plan spring").quiet();
    fs::copy(shop.file("campaigns/spring.toml"), shop.file("campaigns/summer.toml")).unwrap();
    let office = PostOffice::open();
    with_mailing(&shop, &office);
    shop.run("backup before.db").quiet();
    let pairs: Vec<(&str, &str)> =
        (0..WRITING.len()).flat_map(|a| (a..WRITING.len()).map(move |b| (WRITING[a], WRITING[b]))).collect();
    let wanted = usize::try_from(fuzz_cases(1)).unwrap().min(pairs.len());
    let mut dice = fastrand::Rng::new();
    for (one, other) in dice.choose_multiple(pairs, wanted) {
        let scene = tempfile::tempdir().unwrap();
        copy_into(&shop.path(), scene.path());
        for output in together(scene.path(), &[one, other]) {
            let told = said(&output);
            let faults = told.lines().filter(|line| line.starts_with("error: ")).count();
            // 3 is for work of which a part waits, which is told on the other stream.
            let is_clear = match output.status.code() {
                Some(0) => faults == 0,
                Some(3) => faults <= 1,
                _ => faults == 1,
            };
            let internals = ["panicked", "fault of the program", "SQL", "os error", "constraint", ".part"];
            let is_clear = is_clear && !internals.iter().any(|word| told.contains(word));
            assert!(is_clear, "{one} | {other}: {:?}: {told}", output.status.code());
        }
        let mut doctor = Run::of(scene.path(), &words_of("--today 2024-03-01 doctor"));
        let told = doctor.talk() + &doctor.out();
        doctor.ended();
        // A file that belongs to a plan which `restore` has undone is named, and nothing else.
        let is_usual =
            |line: &&str| ["belongs to no planned", "read by other users"].iter().any(|words| line.contains(words));
        let others = told.lines().filter(|line| line.starts_with("found: ") && !is_usual(line)).count();
        assert!(others == 0, "{one} | {other}: {told}");
    }
}
