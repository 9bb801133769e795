//! Errors are reported: output that cannot be written, a disk that is full or read-only, files that a killed run left.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Server, Shop, files_below, program, words_of};

/// Every kind of output: a list, a sentence, an object, a rejection, help.
const ANSWERS: &[(&str, i32)] = &[
    ("segment true", 0),
    ("--json segment true", 0),
    ("customer show C-01", 0),
    ("--json customer find Smith", 0),
    ("customer export C-01", 0),
    ("best --csv", 0),
    ("check", 0),
    ("plan spring --dry-run", 0),
    ("--json plan spring --dry-run", 0),
    ("import customers customers.csv --dry-run", 0),
    ("import list", 0),
    ("doctor", 0),
    ("email keys --help", 0),
    ("--version", 0),
    ("help", 0),
    ("--json plan nobody", 1),
    ("--json redeem 2222-2222", 1),
];

/// The program of a shop with the test's day.
fn command(shop: &Shop, line: &str) -> Command {
    let mut words = vec!["--today".to_owned(), "2024-03-01".to_owned()];
    words.extend(words_of(line));
    program(&shop.path(), &words)
}

#[test]
fn output_that_does_not_arrive_is_an_error_of_every_verb() {
    let Ok(full) = File::options().write(true).open("/dev/full") else { return };
    let shop = Shop::new();
    for (line, _) in ANSWERS {
        let output = command(&shop, line).stdout(full.try_clone().unwrap()).output().unwrap();
        let talk = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{line}: {talk}");
        let expected = "error: cannot write the output: no space left on device\n\
                        hint: the command itself is done; free some space, then run it again\n";
        assert!(talk.ends_with(expected), "{line}: {talk}");
    }
}

#[test]
fn a_reader_that_has_gone_away_has_what_it_wanted() {
    let shop = Shop::new();
    for (line, status) in ANSWERS {
        let mut child = command(&shop, line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let talk = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(*status), "{line}: {talk}");
        assert!(!talk.contains("cannot write") && !talk.contains("pipe"), "{line}: {talk}");
    }
}

#[test]
fn an_import_that_takes_nothing_is_refused() {
    let shop = Shop::new();
    let bad_sales = "receipt,ref,on,amount\nR-1,C-01,soon,5.00\nR-2,C-01,2024-02-30,5.00\n";
    shop.write("sales.csv", bad_sales);
    shop.write("people.csv", "ref,last_name,email_consent\nC-90,Ana,perhaps\n");
    shop.write("past.csv", "ref,redeemed_on,spend\nC-01,never,5.00\n");
    let before = shop.json("import list");
    for (line, left_out) in [
        ("import purchases sales.csv --skip-bad", "2 rows are in out/sales-left-out.csv"),
        ("import customers people.csv --skip-bad", "1 row are in out/people-left-out.csv"),
        (
            "import past-campaign past.csv --name old --as-of 2023-01-01 --claim-until 2023-06-30 --skip-bad",
            "1 row are in out/past-left-out.csv",
        ),
    ] {
        let left_out = left_out.replace("1 row are", "1 row is");
        let hint = format!("hint: nothing was imported: every row has an error; {left_out} with");
        shop.run(line).status(1).says("error: ").says(&hint);
        let file = line.split(' ').nth(2).unwrap().replace(".csv", "");
        assert!(shop.read(&format!("out/{file}-left-out.csv")).lines().count() > 1);
        let dry = shop.run(&format!("{line} --dry-run")).status(1);
        drop(dry.says("hint: nothing would be imported: every row has an error\n"));
    }
    assert_eq!(shop.json("import list"), before, "nothing is listed as an import");
    shop.write("sales.csv", format!("{bad_sales}R-3,C-01,2024-02-20,5.00\n"));
    shop.run("import purchases sales.csv --skip-bad").says("2 rows left out; they are in out/sales-left-out.csv");
}

/// Runs a command whose files may have at most this many blocks of 512 bytes.
fn with_blocks(shop: &Shop, blocks: usize, line: &str) -> (Option<i32>, String) {
    let inner = command(shop, line);
    let mut sh = Command::new("sh");
    sh.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")]).arg(inner.get_program());
    sh.args(inner.get_args()).current_dir(shop.path()).env_clear().env("NO_COLOR", "1").env("REGULARS_FONTS", "");
    let output = sh.stdin(Stdio::null()).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn what_has_no_room_on_the_disk_says_so_in_words() {
    if !cfg!(unix) {
        return;
    }
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let logo = fs::read(format!("{}/letter-templates/letterhead.png", env!("CARGO_MANIFEST_DIR"))).unwrap();
    shop.write("letter-templates/logo.png", logo);
    shop.edit("letter-templates/spring.md", "paper = \"letter\"", "logo = \"logo.png\"");
    shop.run("plan spring --again").quiet();
    // Its letters are larger than this; SQLite's own files are not.
    let (status, talk) = with_blocks(&shop, 80, "print spring");
    assert_eq!(status, Some(1), "{talk}");
    assert_eq!(
        talk,
        "error: cannot write the letters: file too large\nhint: files of this size are not allowed here: ask the administrator of this machine\n"
    );
    shop.run("backup sound.db").quiet();
    for line in ["backup copy.db", "restore sound.db"] {
        let (status, talk) = with_blocks(&shop, 80, line);
        assert_eq!(status, Some(1), "{talk}");
    }
    assert!(!files_below(&shop.path()).keys().any(|path| path.contains(".part")), "nothing is left half written");
    shop.write("copy.db.part-journal", "of a backup that was killed");
    shop.run("doctor").status(1).shows("copy.db.part-journal was left half written");
    // The index of the log takes 32 kB.
    let (status, talk) = with_blocks(&shop, 8, "segment true");
    assert_eq!(status, Some(1), "{talk}");
    assert!(talk.contains("the disk is full; nothing was changed\nhint: free some space"), "{talk}");
    assert!(!talk.contains("os error") && !talk.contains("the disk failed"), "{talk}");
}

#[test]
fn what_a_killed_run_left_is_named_and_goes_with_the_next() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let left = [
        "out/spring/letters.pdf.part",
        "out/spring/labels.pdf.part",
        "out/spring/letters.part/0001-C-01.pdf",
        "out/spring/reminder-1/letters.pdf.part",
        "out/spring/reminder-1/manifest.csv.part",
        "out/past-left-out.csv.part",
        "out/gone/deep/er/x.part",
        "campaigns/next.toml.part",
        "letter-templates/next.md.part",
        "regulars.db.part",
        "copy.db.part",
    ];
    for path in left {
        shop.write(path, "half");
    }
    let talk = shop.run("doctor").status(1).talk() + &shop.run("doctor").status(1).out();
    for path in left {
        let named = path.strip_suffix("/0001-C-01.pdf").unwrap_or(path);
        assert!(talk.contains(&format!("{named} was left half written")), "{path}:\n{talk}");
    }
    shop.run("print spring").quiet();
    let parts: Vec<_> = files_below(&shop.path()).into_keys().filter(|path| path.contains(".part")).collect();
    assert!(!parts.iter().any(|path| path.starts_with("out/spring/") && !path.contains("reminder")), "{parts:?}");
    // It may be the user's own file.
    shop.run("backup copy.db").quiet();
    assert!(shop.file("copy.db.part").exists());
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_file_is_never_followed() {
    use std::os::unix::fs::symlink;
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let outside = shop.around().join("outside");
    fs::create_dir(&outside).unwrap();
    let mut watched = Vec::new();
    let mut link = |path: &str| {
        let target = outside.join(format!("{}.txt", watched.len()));
        fs::write(&target, "somebody else's").unwrap();
        fs::create_dir_all(shop.file(path).parent().unwrap()).unwrap();
        symlink(&target, shop.file(path)).unwrap();
        watched.push((path.to_owned(), target));
    };
    for path in [
        "out/spring/letters.pdf.part",
        "out/spring/manifest.csv.part",
        "out/spring/letters.pdf",
        "out/spring/manifest.csv",
        "out/spring/labels.pdf.part",
        "out/spring/previews/C-01.pdf.part",
        "campaigns/next.toml.part",
        "copy.db.part",
        "sending.lock",
        "serve.lock",
        "curve.svg.part",
    ] {
        link(path);
    }
    // A folder in the place of one that letters are made in.
    let folder = outside.join("folder");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("0001-C-01.pdf"), "somebody else's").unwrap();
    symlink(&folder, shop.file("out/spring/letters.part")).unwrap();
    let talk = shop.run("doctor").status(1).talk() + &shop.run("doctor").status(1).out();
    assert!(talk.contains("out/spring/letters.pdf.part was left half written"), "{talk}");
    for line in
        ["print spring", "print spring --labels 5160", "print spring --each", "backup copy.db", "best --svg curve.svg"]
    {
        drop(shop.run(line).talk());
    }
    drop(shop.run("preview spring C-01").talk());
    drop(shop.run("posted spring").talk());
    drop(shop.run("follow-up spring next").talk());
    drop(shop.run("run").talk());
    drop(Server::start(&shop, ""));
    for (path, target) in watched {
        assert_eq!(fs::read_to_string(&target).unwrap(), "somebody else's", "{path} was followed");
    }
    assert_eq!(fs::read_to_string(folder.join("0001-C-01.pdf")).unwrap(), "somebody else's");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    assert!(shop.file("out/spring/letters.pdf").metadata().unwrap().len() > 1000);
}

/// Commands that only read.
const READING: &[&str] = &[
    "segment true",
    "--json segment \"spend_12m > 0\" --order-by ref",
    "customer show C-01",
    "customer find C-01",
    "customer export C-01",
    "report spring",
    "outbox spring",
    "check",
    "recipients spring",
    "why spring C-01",
    "plan spring --dry-run",
    "best",
    "calls",
    "import list",
];

/// Commands that write, and report that they cannot.
const WRITING: &[&str] = &[
    "import customers customers.csv",
    "redeem --customer C-01 --campaign spring --spend 5",
    "print spring",
    "proof spring",
    "preview spring C-01",
    "posted spring",
    "follow-up spring next",
    "backup copy.db",
    "customer set C-01 city=Salem",
    "run",
    "serve --listen 127.0.0.1:0",
];

#[cfg(unix)]
#[test]
fn a_copy_that_may_not_be_written_can_be_read() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let files = files_below(&shop.path());
    // Root may write everywhere, so the test runs as `nobody`, who cannot reach the folder of the tested program.
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let copy = shop.around().join("regulars-under-test");
    let own = program(&shop.path(), &[]);
    if is_root {
        fs::copy(own.get_program(), &copy).unwrap();
    }
    let folders = ["", "out", "campaigns", "letter-templates"].map(|folder| shop.file(folder));
    let set = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set(shop.around(), 0o755);
    for path in files.keys() {
        set(&shop.file(path), 0o444);
    }
    folders.iter().filter(|folder| folder.exists()).for_each(|folder| set(folder, 0o555));
    let run = |line: &str| {
        let typed = command(&shop, line);
        if !is_root {
            return command(&shop, line).output().unwrap();
        }
        let mut nobody = Command::new(&copy);
        nobody.args(typed.get_args()).current_dir(shop.path()).env_clear().env("REGULARS_FONTS", "");
        nobody.uid(65_534).gid(65_534).stdin(Stdio::null()).output().unwrap()
    };
    for line in READING {
        let output = run(line);
        let talk = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !talk.contains("error"), "{line}: {talk}");
        assert!(!output.stdout.is_empty(), "{line}");
    }
    let doctor = run("doctor");
    let (found, talk) = (String::from_utf8_lossy(&doctor.stdout), String::from_utf8_lossy(&doctor.stderr));
    let lines = found.lines().chain(talk.lines()).filter(|line| line.contains("regulars.db"));
    assert!(lines.count() > 0 && !talk.contains("cannot"), "that others may read it is all: {found}{talk}");
    for line in WRITING {
        let output = run(line);
        let talk = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{line}: {talk}");
        let is_said = ["the database cannot be written", "permission denied"].iter().any(|words| talk.contains(words));
        assert!(is_said && !talk.contains("panicked") && !talk.contains("fault of the program"), "{line}: {talk}");
    }
    folders.iter().filter(|folder| folder.exists()).for_each(|folder| set(folder, 0o755));
    assert_eq!(files_below(&shop.path()), files, "nothing was written");
}

#[test]
fn only_a_key_of_emails_is_ever_replaced() {
    let shop = Shop::new();
    let toml = shop.read("shop.toml");
    shop.write("own.txt", "the recipe of the tea");
    shop.write("half.pem", "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n");
    let email = "\n[email]\nfrom = \"June <june@example.com>\"\n";
    for name in [
        "regulars.db",
        "shop.toml",
        "own.txt",
        "half.pem",
        "campaigns/spring.toml",
        "letter-templates",
        "../shop/own.txt",
    ] {
        shop.write("shop.toml", format!("{toml}{email}dkim_key = \"{name}\"\n"));
        let before = files_below(&shop.path());
        for kind in ["", " --kind ed25519"] {
            let run = shop.run(&format!("email keys --replace{kind}")).status(1);
            drop(
                run.says(&format!("error: shop.toml: `{name}` is not a key that signs emails, so it is not replaced")),
            );
        }
        assert_eq!(files_below(&shop.path()), before, "{name}");
    }
    shop.write("shop.toml", format!("{toml}{email}dkim_key = \"own.pem\"\n"));
    shop.run("email keys --kind ed25519").quiet();
    let first = shop.read("own.pem");
    shop.run("email keys --kind ed25519 --replace").says("were signed with the old key");
    assert_ne!(shop.read("own.pem"), first);
    let till = "\n[till]\ncertificate = \"chain.pem\"\nkey = \"own.pem\"\n";
    shop.write("shop.toml", format!("{toml}{email}dkim_key = \"own.pem\"\n{till}"));
    shop.run("email keys --kind ed25519 --replace")
        .status(1)
        .says("`own.pem` is the key of the pages, so it is not replaced");
}

#[test]
fn amounts_of_an_older_version_that_cannot_be_added_up_are_named() {
    let shop = Shop::new();
    let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
    let sql = "INSERT INTO purchase (source, receipt, ref, customer_id, day, amount_minor, same, nth) \
               SELECT 'old', 'R' || value, ref, id, 19700, 999999999999999999, CAST('r' || value AS BLOB), 1 \
               FROM customer, generate_series(1, 12) WHERE ref = 'C-02'";
    let series = sql.replace(
        "generate_series(1, 12)",
        "(WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 12) SELECT value FROM n)",
    );
    database.execute(&series, []).unwrap();
    drop(database);
    for line in [
        "segment \"spend_ever > 5\"",
        "segment true --order-by spend_24m",
        "customer show C-02",
        "plan spring --dry-run",
    ] {
        let run = shop.run(line).status(1).says("amounts in this shop are too large to be added up");
        let whose = ": a purchase of `C-02` on 2023-12-09 is of $9,999,999,999,999,999.99\n";
        drop(run.says(whose).says("hint: `regulars doctor` names whose they are"));
    }
    let mut doctor = shop.run("doctor").status(1);
    let said = doctor.talk() + &doctor.out();
    assert!(said.contains("a purchase of `C-02` on 2023-12-09 is of $9,999,999,999,999,999.99, larger than"), "{said}");
    for line in ["best", "best --csv", "best --as-of 2024-03-01", "calls"] {
        drop(shop.run(line).status(1).says("amounts in this shop are too large to be added up: a purchase of `C-02`"));
    }
    for line in ["report --years", "customer find C-02", "customer export C-02", "check"] {
        let mut run = shop.run(line);
        let (talk, status) = (run.talk(), run.ended());
        assert!(status == 0 || talk.contains("too large") || talk.contains("no campaign"), "{line}: {talk}");
        assert!(!talk.contains("panicked") && !talk.contains("fault of the program"), "{line}: {talk}");
    }
}

#[test]
fn amounts_have_a_limit_wherever_they_are_typed() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let huge = "9999999999999999.99";
    shop.write("sales.csv", format!("receipt,ref,on,amount\nR-1,C-01,2024-02-20,5.00\nR-2,C-01,2024-02-20,{huge}\n"));
    shop.run("import purchases sales.csv")
        .status(1)
        .says("sales.csv:3, column `amount`: `9999999999999999.99` is too large an amount");
    shop.write("items.csv", "receipt,ref,on,quantity,unit_price\nR-1,C-01,2024-02-20,999999999,999999999.00\n");
    shop.run("import purchases items.csv").status(1).says("items.csv:2");
    shop.run(&format!("redeem --customer C-01 --campaign spring --spend {huge}"))
        .status(1)
        .says("is too large an amount");
    for minutes in ["10081", "9223372036854775807"] {
        let line = format!("customer note C-01 called --kind call --minutes {minutes}");
        shop.run(&line).status(1).says("minutes are more than one contact can take");
    }
    let campaign = shop.read("campaigns/spring.toml");
    for (old, new, said) in [
        ("unit_cost   = \"2.50\"", format!("unit_cost = \"{huge}\""), "is too large an amount"),
        ("postage  = \"0.68\"", format!("postage = \"{huge}\""), "is too large an amount"),
        ("stock       = 100", "stock = 99999999999999999999999".to_owned(), "campaigns/next.toml:"),
        ("limit    = 100", "limit = 99999999999999999999999".to_owned(), "campaigns/next.toml:"),
        ("spend_12m >= 50", "spend_12m >= 99999999999999999999".to_owned(), ""),
    ] {
        shop.write("campaigns/next.toml", campaign.replace(old, &new));
        let mut run = shop.run("check next");
        let talk = run.talk();
        assert!(run.ended() <= 1 && talk.contains(said) && !talk.contains("fault of the program"), "{new}: {talk}");
    }
}
