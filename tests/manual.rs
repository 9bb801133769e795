//! README and the manual are true: every command line runs, every file in them is read, and no field, key, option or
//! verb of the program is missing or invented. The existing keys are those that the program lists when it finds an
//! unknown one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regulars::cli::verbs_with_options;

use crate::support::{PostOffice, Run, Shop, program, words_of};

const TODAY: &str = "2024-03-01";

/// Every page by name, README included.
fn pages() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = fs::read_dir(root.join("src/manual")).unwrap().map(|entry| entry.unwrap().path());
    let pages = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let named =
        |path: PathBuf| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap());
    pages.chain([root.join("README.md")]).map(named).collect()
}

/// The code blocks of a page: the language tag, and the text.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let parts = page.split("```").skip(1).step_by(2);
    parts.filter_map(|block| block.split_once('\n')).collect()
}

/// The inline code of a page.
fn code(page: &str) -> Vec<&str> {
    let outside: Vec<&str> = page.split("```").step_by(2).collect();
    outside.iter().flat_map(|text| text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))).collect()
}

/// The names in the first column of the tables of a page.
fn first_column(page: &str) -> BTreeSet<String> {
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    rows.flat_map(|row| code(row.split(" | ").next().unwrap())).map(str::to_owned).collect()
}

/// The names that the program lists as known.
fn known(stderr: &str) -> BTreeSet<String> {
    let lists = stderr.lines().filter_map(|line| line.split_once("known here: ").map(|(_, list)| list));
    lists.flat_map(code).map(str::to_owned).collect()
}

/// The names of a table's keys: `gift.stock`.
fn below(table: &str, keys: BTreeSet<String>) -> Vec<String> {
    keys.into_iter().map(|key| format!("{table}.{key}")).collect()
}

fn same(what: &str, written: &BTreeSet<String>, known: &BTreeSet<String>) {
    let missing: Vec<_> = known.difference(written).collect();
    let invented: Vec<_> = written.difference(known).collect();
    assert!(missing.is_empty() && invented.is_empty(), "{what}: the page lacks {missing:?} and invents {invented:?}");
}

#[test]
fn every_page_has_a_title_a_purpose_and_links_that_lead_somewhere() {
    let pages = pages();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, page) in &pages {
        let lines: Vec<&str> = page.lines().collect();
        assert!(
            lines[0].starts_with("# ") && lines[1].is_empty() && lines[2].ends_with('.'),
            "{name}: title and purpose"
        );
        let folder = if name == "README" { root.to_owned() } else { root.join("src/manual") };
        for link in page.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let file = link.split('#').next().unwrap();
            assert!(link.starts_with("http") || folder.join(file).exists(), "{name} leads to {link}");
        }
    }
    let shown = Shop::new().run("manual").quiet().out();
    for name in pages.keys().filter(|name| *name != "README") {
        assert!(shown.contains(&format!("`{name}`")), "`regulars manual` does not list {name}");
    }
}

/// Words that owners do not use, and how a sentence must not begin.
const AVOIDED: [&str; 20] = [
    "whom ",
    "whoever",
    "somebody",
    "telephone",
    "takings",
    "mend ",
    "gravest",
    "by lot",
    "held out",
    "put right",
    " signs of",
    "in silence",
    "anew",
    "Of ",
    "So is ",
    "What ",
    " % ",
    "line is down",
    "went out",
    "wishes",
];

#[test]
fn the_words_are_plain() {
    for (name, page) in pages() {
        let prose: Vec<&str> = page.split("```").step_by(2).collect();
        let prose = prose.join(" ");
        let without_code: String = prose.split('`').step_by(2).collect();
        for word in AVOIDED {
            let is_start = word.starts_with(char::is_uppercase);
            let found = if is_start {
                without_code.contains(&format!(". {word}")) || without_code.contains(&format!("\n{word}"))
            } else {
                without_code.contains(word)
            };
            assert!(!found, "{name} says `{word}`");
        }
    }
}

#[test]
fn keys_fields_and_verbs_are_those_of_the_program() {
    let pages = pages();
    let shop = Shop::new();
    // One unknown key at a time shows the keys of its table.
    let unknown = "qqqqzzzz = 1";
    let keys = |path: &str, before: &str, after: &str, command: &str| -> BTreeSet<String> {
        let usual = shop.read(path);
        shop.write(path, format!("{before}{unknown}\n{after}"));
        let found = known(&shop.run(command).status(1).talk());
        shop.write(path, usual);
        assert!(!found.is_empty(), "{command} names no keys of {path}: {before}");
        found
    };
    let shop_toml = "name = \"x\"\naddress = [\"x\"]\ncountry = \"US\"\ncurrency = \"USD\"\n";
    let mut found: BTreeSet<String> = keys("shop.toml", shop_toml, "", "segment true").into_iter().collect();
    found.retain(|key| !["email", "till", "bounces", "labels"].contains(&key.as_str()));
    for (table, needed) in
        [("email", "from = \"a@example.com\"\n"), ("till", ""), ("bounces", "server = \"imaps://a@example.com\"\n")]
    {
        let before = format!("{shop_toml}[{table}]\n{needed}");
        found.extend(below(table, keys("shop.toml", &before, "", "segment true")));
    }
    let label = "name = \"x\"\ncolumns = 1\nrows = 1\nwidth = 90\nheight = 50\nleft = 5\ntop = 5\n";
    let before = format!("{shop_toml}[[labels]]\n{label}");
    found.extend(below("labels", keys("shop.toml", &before, "", "segment true")));
    same("shop.toml", &first_column(&pages["shop-file"]), &found);

    let whole = "name = \"x\"\n[segment]\nwhere = \"true\"\n[letter]\ntemplate = \"spring.md\"\n";
    let mut found = keys("campaigns/spring.toml", "", whole, "check spring");
    for table in ["segment", "gift", "letter", "branch", "reminder", "signer"] {
        found.remove(table);
        let (header, own) = match table {
            "segment" => ("[segment]", "where = \"true\"\n"),
            "letter" => ("[letter]", "template = \"spring.md\"\n"),
            "gift" => ("[gift]", "name = \"x\"\n"),
            "branch" => ("[[branch]]", "name = \"x\"\nwhen = \"true\"\ntemplate = \"spring.md\"\n"),
            "reminder" => ("[[reminder]]", "after = \"9 days\"\ntemplate = \"spring.md\"\n"),
            _ => ("[[signer]]", "name = \"x\"\nwhen = \"true\"\n"),
        };
        let others = match table {
            "segment" => "name = \"x\"\n[letter]\ntemplate = \"spring.md\"\n",
            "letter" => "name = \"x\"\n[segment]\nwhere = \"true\"\n",
            _ => whole,
        };
        let before = format!("{others}{header}\n{own}");
        found.extend(below(table, keys("campaigns/spring.toml", &before, "", "check spring")));
    }
    same("the campaign file", &first_column(&pages["campaign-file"]), &found);

    let template = &pages["template"];
    let part = |from: &str, to: &str| template.split_once(from).unwrap().1.split_once(to).unwrap().0.to_owned();
    let head = keys("letter-templates/spring.md", "+++\n", "+++\nDear\n", "check spring");
    same("the front matter", &first_column(&part("## Front matter", "\n## ")), &head);
    let fields = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/merge/fields.tsv")).unwrap();
    let fields = fields.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let fields = fields.map(|line| line.split('\t').next().unwrap().to_owned()).collect();
    same("merge fields", &first_column(&part("## Fields", "\n## ")), &fields);

    let queries = first_column(&pages["queries"]);
    let functions = known(&shop.run("segment qqqqzzzz()").status(1).talk());
    let called = queries.iter().filter_map(|name| name.split_once('(')).map(|(name, _)| name.to_owned()).collect();
    same("functions of a question", &called, &functions);
    let talk = shop.run("segment qqqqzzzz").status(1).talk();
    let fields = talk.split_once("the fields are ").unwrap().1.trim().replace(" and ", ", ");
    // The shop's own segments are at the end.
    let fields = fields.split(", ").filter(|name| *name != "regulars").map(str::to_owned).collect();
    let asked = queries.iter().filter(|name| !name.contains('(')).cloned().collect();
    same("fields of a question", &asked, &fields);
}

/// What inline code that begins with `regulars` may have: an existing verb, and its options.
fn faults_of(line: &str, verbs: &[(String, Vec<String>)]) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    let words: Vec<&str> = words.iter().copied().skip_while(|word| word.starts_with("--") || *word == "DIR").collect();
    let typed = |path: &str| {
        words.len() >= path.split(' ').count() && path.split(' ').zip(&words).all(|(verb, word)| verb == *word)
    };
    let first = *words.first()?;
    if first == "VERB" {
        return None;
    }
    let found: Vec<&(String, Vec<String>)> = verbs
        .iter()
        .filter(|(path, _)| typed(path) || (words.len() == 1 && path.starts_with(&format!("{first} "))))
        .collect();
    if found.is_empty() {
        return Some(format!("`{line}`: no such verb"));
    }
    let is_known = |option: &str| {
        ["--json", "--today", "--shop", "--help"].contains(&option)
            || found.iter().any(|(_, options)| options.iter().any(|known| known == option))
    };
    let option =
        words.iter().map(|word| word.split('=').next().unwrap()).find(|word| word.starts_with("--") && !is_known(word));
    option.map(|option| format!("`{line}`: no option {option}"))
}

#[test]
fn what_is_named_in_a_sentence_can_be_typed() {
    let verbs = verbs_with_options();
    let every: BTreeSet<&str> = verbs.iter().flat_map(|(_, options)| options.iter().map(String::as_str)).collect();
    let mut faults = Vec::new();
    for (name, page) in pages() {
        for piece in code(&page) {
            if piece.starts_with("regulars ") {
                faults.extend(faults_of(piece, &verbs).map(|fault| format!("{name}: {fault}")));
            }
            let option = piece.split([' ', '=']).next().unwrap();
            let is_known =
                every.contains(option) || ["--json", "--today", "--shop", "--help", "--release"].contains(&option);
            if option.starts_with("--") && !option.starts_with("--11") && !is_known && !BENCH_OPTIONS.contains(&option)
            {
                faults.push(format!("{name}: no verb has {option}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Options of the benches.
const BENCH_OPTIONS: [&str; 1] = ["--flush"];

/// The customers of the pages, with the references used there.
fn customers(text: &str) -> String {
    let pairs = [("C-01,", "C-0017,"), ("C-03,", "C-0044,"), ("C-06,", "C-0071,"), ("C-12,", "C-0093,")];
    pairs.iter().fold(text.replace("Salem", "Palo Alto"), |text, (old, new)| text.replace(old, new))
}

const REMINDERS: &str = "\n[[reminder]]\nafter = \"30 days\"\ntemplate = \"still-waiting.md\"\n";

/// The shop in which the pages are run: the customers of the tests, and the campaign of `init`.
fn played(post: &PostOffice) -> Shop {
    let shop = Shop::without_people();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let base = |file: &str| fs::read_to_string(crate::support::fixtures().join("base").join(file)).unwrap();
    let (mut book, mut sales) = (customers(&base("customers.csv")), customers(&base("purchases.csv")));
    for number in 50..60 {
        book.push_str(&format!(
            "C-{number},,Pat,Person,,{number} Long Rd,Palo Alto,CA,94301,US,pat{number}@example.com,yes,,\n"
        ));
        sales.push_str(&format!("C-{number},2024-01-15,a scarf,1,80.00\n"));
    }
    shop.write("customers.csv", &book);
    shop.write(
        "cards.csv",
        book.replace("Customer ID", "Card No").replace("Title,", "Anrede,").replace("Tags", "Titel"),
    );
    shop.write("sales.csv", sales);
    shop.write("last.csv", "ref,arm,branch,redeemed_on,spend\nC-0017,mailed,,,\nC-0044,mailed,,,\n");
    let campaign = fs::read_to_string(root.join("campaigns/thank-you.toml")).unwrap();
    let campaign = campaign.replace("as_of = 1989-01-15", "as_of = 2024-03-01").replace("1989-06-30", "2024-06-30");
    shop.write("campaigns/thank-you.toml", campaign);
    for file in fs::read_dir(root.join("letter-templates")).unwrap().map(|entry| entry.unwrap().path()) {
        shop.write(
            &format!("letter-templates/{}", file.file_name().unwrap().to_str().unwrap()),
            fs::read(&file).unwrap(),
        );
    }
    for file in ["still-waiting.md", "last-days.md"] {
        shop.write(&format!("letter-templates/{file}"), shop.read("letter-templates/first-letter.md"));
    }
    for file in ["bottle.png", "tom.png"] {
        shop.write(&format!("letter-templates/{file}"), fs::read(root.join("letter-templates/signature.png")).unwrap());
    }
    let settings = shop.read("shop.toml");
    let email = format!("[email]\nfrom = \"June <june@example.com>\"\nserver = \"smtp://127.0.0.1:{}\"\n", post.port);
    shop.write("shop.toml", format!("{settings}\n{email}\n[till]\nnames = [\"front\", \"back\"]\n"));
    shop.run("import customers customers.csv").quiet();
    shop.run("import purchases sales.csv").quiet();
    shop.write("Maildir/new/1", "From: a@example.com\nSubject: Hello\n\nHello\n");
    shop
}

/// Setup for the commands of a page: commands, or `email` for a campaign by email, `reminders` for one that has some,
/// `empty` for a folder without a shop.
const BEFORE: &[(&str, &[&str])] = &[
    ("README", &["empty"]),
    ("first-campaign", &["empty"]),
    ("personal-lines", &["plan thank-you"]),
    ("proof", &["customer note C-0017 'it came down' --kind complaint", "plan thank-you"]),
    ("print", &["plan thank-you"]),
    ("letters", &["plan thank-you"]),
    ("emails", &["email", "plan thank-you"]),
    ("send", &["email", "plan thank-you"]),
    ("bounces", &["plan thank-you", "posted thank-you"]),
    ("no-mail", &["plan thank-you", "posted thank-you"]),
    ("reminders", &["reminders", "plan thank-you", "print thank-you", "posted thank-you", "run --today 2024-04-02"]),
    ("at-the-till", &["plan thank-you", "posted thank-you"]),
    ("api", &[]),
    ("report", &["plan thank-you", "posted thank-you"]),
    ("next-year", &["plan thank-you", "posted thank-you"]),
];

/// Beginnings of commands that need a person, a running server or a broken connection: they are only parsed.
const READ_ONLY: [&str; 9] = [
    "regulars serve",
    "regulars till passphrase",
    "regulars till pin",
    "regulars till revoke",
    "regulars customer forget",
    "regulars customer unforget",
    "regulars outbox thank-you --settle",
    "regulars outbox thank-you --readdress",
    "regulars demo",
];

/// The same without arguments: a mailbox read over IMAP.
const READ_ONLY_ALONE: [&str; 2] = ["regulars bounces", "regulars bounces --dry-run"];

/// Commands that exit with another status than 0 in the shop of the pages, and print why.
const ENDS: [(&str, i32); 3] =
    [("regulars send thank-you --limit", 3), ("regulars email check", 1), ("regulars proof thank-you", 1)];

/// Other programs.
const OTHERS: [&str; 9] =
    ["openssl ", "curl ", "systemctl ", "loginctl ", "journalctl ", "cargo ", "sh ", "python3 ", ".ci/run"];

/// The command lines of a page, in order.
fn commands(page: &str) -> Vec<String> {
    let shell = blocks(page).into_iter().filter(|(kind, _)| *kind == "sh").map(|(_, text)| text.replace("\\\n", " "));
    let lines = shell.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
    let without_note = |line: String| line.split(" #").next().unwrap().trim().to_owned();
    lines.filter(|line| !line.starts_with('#')).map(without_note).filter(|line| !line.is_empty()).collect()
}

#[test]
fn every_command_line_runs_in_its_order() {
    let post = PostOffice::open();
    let made = played(&post);
    let mut faults = Vec::new();
    for (name, page) in pages() {
        let before = BEFORE.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, before)| before);
        let commands = commands(&page);
        if commands.iter().any(|line| line.starts_with("regulars ")) {
            faults.extend(play(&made, before, &commands).into_iter().map(|fault| format!("{name}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Runs the commands of a page in a copy of the shop; returns the errors.
fn play(made: &Shop, before: &[&str], commands: &[String]) -> Vec<String> {
    let home = tempfile::TempDir::new().unwrap();
    let mut folder = home.path().join("shop");
    let mut faults = Vec::new();
    let run = |folder: &Path, line: &str| {
        let mut words = words_of(line);
        if !words.iter().any(|word| word == "--today") {
            words.splice(0..0, ["--today".to_owned(), TODAY.to_owned()]);
        }
        // The home folder of the pages is the shop itself.
        for word in &mut words {
            *word = word.replace("~/", "");
        }
        let output = program(folder, &words).output().unwrap();
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        (output.status.code().unwrap_or(-1), text.concat())
    };
    if before == ["empty"] {
        folder = home.path().to_owned();
    } else {
        crate::support::copy_into(&made.path(), &folder);
    }
    let campaign = folder.join("campaigns/thank-you.toml");
    for line in before {
        match *line {
            "empty" => {}
            "email" => {
                let text = fs::read_to_string(&campaign).unwrap();
                fs::write(&campaign, text.replace("channel = \"letter\"", "channel = \"email\"")).unwrap();
            }
            "reminders" => fs::write(&campaign, fs::read_to_string(&campaign).unwrap() + REMINDERS).unwrap(),
            line => {
                let (status, text) = run(&folder, line);
                assert_eq!(status, 0, "{line}: {text}");
            }
        }
    }
    for line in commands {
        if let Some(into) = line.strip_prefix("cd ") {
            folder = folder.join(into);
            for file in ["customers.csv", "sales.csv", "last.csv"] {
                fs::copy(made.file(file), folder.join(file)).unwrap();
            }
            continue;
        }
        let Some(typed) = line.strip_prefix("regulars ") else {
            if !OTHERS.iter().any(|other| line.starts_with(other)) {
                faults.push(format!("`{line}` is no command of ours"));
            }
            continue;
        };
        if READ_ONLY.iter().any(|start| line.starts_with(start)) || READ_ONLY_ALONE.contains(&line.as_str()) {
            let (status, text) = run(&folder, &format!("{typed} --help"));
            if status != 0 {
                faults.push(format!("`{line}` is not understood: {text}"));
            }
            continue;
        }
        let typed =
            if typed.contains("7K3M-9QX5") { typed.replace("7K3M-9QX5", &code_in(&folder)) } else { typed.to_owned() };
        let (status, text) = run(&folder, &typed);
        let allowed = ENDS.iter().find(|(start, _)| line.starts_with(start)).map_or(0, |(_, status)| *status);
        if status != 0 && status != allowed {
            faults.push(format!("`{line}` ends with {status}:\n{text}"));
        }
    }
    faults
}

/// The code of the first letter of the shop's campaign.
fn code_in(folder: &Path) -> String {
    let words = words_of(&format!("--today {TODAY} --json recipients thank-you"));
    let list = Run::of(folder, &words).quiet().json();
    let mailed = list["recipients"].as_array().unwrap().iter().find(|one| one["ref"] == "C-0017");
    mailed.unwrap()["code"].as_str().unwrap().to_owned()
}

#[test]
fn every_file_and_question_is_read_without_a_fault() {
    let post = PostOffice::open();
    let shop = played(&post);
    shop.write("1989.csv", "ref\nC-0017\nC-0044\n");
    shop.run("import past-campaign 1989.csv --name 1989-chardonnay --as-of 1989-01-16 --claim-until 1989-06-30")
        .says("no one did");
    let settings = shop.read("shop.toml");
    let campaign = shop.read("campaigns/thank-you.toml");
    let letter = "letter-templates/first-letter.md";
    let first = shop.read(letter);
    let mut faults = Vec::new();
    let mut check = |name: &str, text: &str, line: &str| {
        let mut run = shop.run(line);
        let status = run.ended();
        if status != 0 {
            faults.push(format!("{name}: {}\nin\n{text}", run.talk()));
        }
        drop(run.talk());
    };
    // A table of shop.toml replaces the same table.
    let without = |table: &str| settings.split(&format!("[{table}]")).next().unwrap().to_owned();
    for (name, page) in pages() {
        for (kind, text) in blocks(&page) {
            match kind {
                "toml" if text.contains("currency") => {
                    shop.write("shop.toml", text);
                    check(&name, text, "segment true");
                }
                "toml"
                    if text.contains("[email]")
                        || text.contains("[till]")
                        || text.contains("[bounces]")
                        || text.contains("[segments]") =>
                {
                    // Certificates are made by other commands.
                    shop.write("shop.toml", format!("{}\n{text}", without("segments")));
                    check(&name, text, "segment true");
                }
                "toml" if text.contains("[segment]") => {
                    shop.write("campaigns/page.toml", text);
                    check(&name, text, "check page");
                }
                "toml" => {
                    let text = if text.starts_with("channel") {
                        campaign.replace("channel = \"letter\"", text)
                    } else {
                        campaign.clone() + text
                    };
                    shop.write("campaigns/page.toml", &text);
                    check(&name, &text, "check page");
                }
                "template" => {
                    shop.write(letter, text);
                    shop.write(
                        "campaigns/page.toml",
                        campaign.replace("name = \"Thank", "follows = \"1989-chardonnay\"\nname = \"Thank"),
                    );
                    check(&name, text, "check page");
                    shop.write(letter, &first);
                }
                "query" => {
                    shop.write("campaigns/page.toml", &campaign);
                    text.lines().for_each(|line| check(&name, line, &format!("segment \"{line}\"")));
                }
                "sh" | "ini" | "" | "text" => {}
                other => panic!("{name}: a block of `{other}`"),
            }
            let _ = fs::remove_file(shop.file("campaigns/page.toml"));
            shop.write("shop.toml", &settings);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A command for each row of the table of JSON keys, in a shop whose letters were mailed.
const OBJECTS: [(&str, &str); 26] = [
    ("import customers", "import customers customers.csv --dry-run"),
    ("import purchases", "import purchases sales.csv --dry-run"),
    ("import list", "import list"),
    ("import undo", "import undo --dry-run"),
    ("best", "best"),
    ("calls", "calls"),
    ("customer find", "customer find smith"),
    ("customer show", "customer show C-0017"),
    ("customer duplicates", "customer duplicates"),
    ("segment", "segment true"),
    ("segment --why", "segment true --why C-0017"),
    ("check", "check"),
    ("email check", "email check --offline"),
    ("plan", "plan thank-you"),
    ("recipients", "recipients thank-you"),
    ("why", "why thank-you C-0017"),
    ("proof", "proof thank-you"),
    ("preview", "preview thank-you C-0017"),
    ("print", "print thank-you"),
    ("outbox", "outbox thank-you"),
    ("run --dry-run", "run --dry-run"),
    ("report", "report thank-you"),
    ("report --years", "report --years"),
    ("doctor", "doctor"),
    ("backup", "backup copy.db"),
    ("till tokens", "till tokens"),
];

#[test]
fn the_keys_of_json_are_those_of_the_page() {
    let post = PostOffice::open();
    let shop = played(&post);
    shop.run("plan thank-you").talk();
    shop.run("posted thank-you").talk();
    let page = &pages()["json"];
    let code = shop.code("thank-you", "C-0017");
    let redeem = format!("redeem {code} --spend 20");
    for (row, line) in OBJECTS.iter().copied().chain([("redeem", redeem.as_str())]) {
        let mut run = shop.run(&format!("--json {line}"));
        run.ended();
        run.talk();
        let object = run.json();
        let given: BTreeSet<String> = object.as_object().unwrap().keys().cloned().collect();
        let is_row = |line: &&str| line.starts_with("| ") && code_of_first(line).any(|name| name == row);
        let written = page.lines().find(is_row).unwrap_or_else(|| panic!("the page has no row for {row}"));
        let written: BTreeSet<String> =
            self::code(written.split(" | ").nth(1).unwrap()).into_iter().map(str::to_owned).collect();
        let missing: Vec<_> = given.difference(&written).collect();
        assert!(missing.is_empty(), "{row}: the page lacks {missing:?}");
        // Some keys exist only when there is something to report.
        let absent: Vec<_> = written.difference(&given).collect();
        assert!(absent.iter().all(|key| SOMETIMES.contains(&key.as_str())), "{row}: the page invents {absent:?}");
    }
}

fn code_of_first(row: &str) -> impl Iterator<Item = &str> {
    code(row.split(" | ").next().unwrap_or_default()).into_iter()
}

const SOMETIMES: [&str; 1] = ["date"];

#[test]
fn messages_on_the_page_of_errors_are_said_by_the_program() {
    let said: String = fs::read_dir(crate::support::fixtures())
        .unwrap()
        .filter_map(|case| fs::read_to_string(case.unwrap().path().join("expected")).ok())
        .collect();
    let page = &pages()["errors"];
    for message in first_column(page) {
        assert!(said.contains(&message), "no mistake of tests/faults says `{message}`");
    }
}

#[test]
fn every_dependency_has_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cargo = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let parts =
        cargo.split("\n[").filter(|part| part.starts_with("dependencies]") || part.starts_with("dev-dependencies]"));
    let names =
        parts.flat_map(|part| part.lines().skip(1)).filter_map(|line| line.split_once(" = ")).map(|(name, _)| name);
    let page = &pages()["dependencies"];
    let rows: String =
        page.lines().filter_map(|line| line.split(" | ").next()).map(|cell| cell.to_owned() + ",").collect();
    for name in names {
        let is_there = rows.split([',', '|', '(', ')']).any(|word| word.trim() == name);
        assert!(is_there, "the page of dependencies lacks {name}");
    }
}

#[test]
fn pages_are_shown_searched_and_served() {
    let shop = Shop::new();
    shop.run("manual print").quiet().shows("Print and mail\n==============\n").shows("    regulars print thank-you\n");
    shop.run("manual commands").quiet().shows("`--labels SHEET`");
    shop.run("manual --search paper jam").quiet().shows("Print and mail: After a paper jam\n  regulars manual print\n");
    shop.run("manual --search zzzz").quiet().shows("No page has `zzzz`");
    shop.run("manual prnt").status(1).says("did you mean `print`?");
    let server = crate::support::Server::start(&shop, "");
    server.get("/manual").shows("<a href=\"/manual/print\">Print and mail</a>");
    let page = server.get("/manual/campaign-file");
    page.shows("<td><code>segment.<wbr>hold_<wbr>out</code></td>").shows("href=\"/manual/queries\"");
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    let picture = server.ask("HEAD /manual/pictures/till.png HTTP/1.1\r\n", "");
    assert_eq!((picture.status, picture.header("content-type")), (200, "image/png"));
    assert_eq!((server.get("/manual/nothing").status, server.get("/manual/pictures/../x").status), (404, 404));
    server
        .post("/manual/search", "q=paper+jam")
        .shows("<a href=\"/manual/print#after-a-paper-jam\">Print and mail: After a paper jam</a>");
    server.post("/manual/search", "q=paper+jams").shows("After a paper jam</a>").shows("1 section found");
    server.post("/manual/search", "q=duplicate").shows("regulars customer <mark>duplicates</mark>");
    let page = server.get("/manual/print");
    page.shows("<h2 id=\"here\">On this page</h2>").shows("<a href=\"#after-a-paper-jam\">After a paper jam</a>");
    page.shows("<a href=\"/manual/print\" aria-current=\"page\">")
        .shows("<span class=\"soft\">Next</span> The same text");
    server.post("/manual/search", "q=%3Cb%3E").shows("value=\"&lt;b&gt;\"");
}

#[test]
fn completions_name_campaigns_and_man_has_a_page_for_each_verb() {
    let shop = Shop::new();
    shop.run("completions --campaigns").quiet().stdout("spring\n");
    for (shell, part) in [
        (
            "bash",
            "regulars__subcmd__note__subcmd__lines)\n            opts=\"$(regulars completions --campaigns 2>/dev/null) ",
        ),
        ("zsh", "':campaign -- The campaign\\: campaigns/NAME.toml:_regulars_campaigns' \\"),
        ("fish", "-f -a \"(regulars completions --campaigns 2>/dev/null)\""),
        ("elvish", "note-lines"),
    ] {
        shop.run(&format!("completions {shell}")).quiet().shows(part);
    }
    shop.run("man pages").quiet();
    for (path, _) in verbs_with_options() {
        let page = shop.read(&format!("pages/regulars-{}.1", path.replace(' ', "-")));
        assert!(page.contains(".TH regulars-"), "{path}");
    }
}
