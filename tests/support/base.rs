//! The shop folder of a test.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use regulars::for_tests::create_database;
use serde_json::Value;
use tempfile::TempDir;

use super::run::{Run, words_of};

/// The tests' day.
const TODAY: &str = "2024-03-01";

/// A shop folder that is deleted after the test.
#[derive(Debug)]
pub struct Shop {
    home: TempDir,
}

impl Shop {
    /// The shop of faults/base, its customers and purchases imported, its campaign `spring` not planned.
    pub fn new() -> Self {
        static MADE: OnceLock<TempDir> = OnceLock::new();
        let made = MADE.get_or_init(|| {
            let shop = Self::without_people();
            shop.run("import customers customers.csv").quiet();
            shop.run("import purchases purchases.csv").quiet();
            // SQLite's log is moved into the file before it is copied.
            let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
            database.pragma_query(None, "wal_checkpoint", |_| Ok(())).unwrap();
            drop(database);
            shop.home
        });
        let shop = Self { home: TempDir::new().unwrap() };
        copy_into(made.path(), shop.home.path());
        shop
    }

    /// The same folder with an empty book.
    pub fn without_people() -> Self {
        let shop = Self { home: TempDir::new().unwrap() };
        copy_into(&fixtures().join("base"), &shop.path());
        create_database(&shop.file("regulars.db"), b"a key that is the same in all tests").unwrap();
        shop
    }

    pub fn path(&self) -> PathBuf {
        self.home.path().join("shop")
    }

    /// The parent of the shop folder, for what must not be reached from it.
    pub fn around(&self) -> &Path {
        self.home.path()
    }

    /// A file of the folder.
    pub fn file(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.file(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        fs::create_dir_all(self.file(path).parent().unwrap()).unwrap();
        fs::write(self.file(path), text).unwrap();
    }

    /// Replaces a part of a file, which must exist.
    #[track_caller]
    pub fn edit(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "{path} does not hold `{old}`");
        self.write(path, text.replacen(old, new, 1));
    }

    pub fn run(&self, line: &str) -> Run {
        self.with(&words_of(line))
    }

    /// Runs a command given as separate words.
    pub fn with<S: AsRef<str>>(&self, words: &[S]) -> Run {
        let mut arguments: Vec<String> = words.iter().map(|word| word.as_ref().to_owned()).collect();
        if !arguments.iter().any(|word| word == "--today") {
            arguments.splice(0..0, ["--today".to_owned(), TODAY.to_owned()]);
        }
        Run::of(&self.path(), &arguments)
    }

    /// Runs a command with `--json`; returns its output.
    #[track_caller]
    pub fn json(&self, line: &str) -> Value {
        self.run(&format!("--json {line}")).quiet().json()
    }

    /// The code of a recipient.
    #[track_caller]
    pub fn code(&self, campaign: &str, reference: &str) -> String {
        self.recipient(campaign, reference)["code"].as_str().expect("a code").to_owned()
    }

    /// A recipient as in the list.
    #[track_caller]
    pub fn recipient(&self, campaign: &str, reference: &str) -> Value {
        let list = self.json(&format!("recipients {campaign}"));
        let found = list["recipients"].as_array().expect("recipients").iter().find(|r| r["ref"] == reference);
        found.unwrap_or_else(|| panic!("{reference} is not a recipient of {campaign}")).clone()
    }

    /// What is stored about a person under a key, from `customer export`.
    #[track_caller]
    pub fn held(&self, reference: &str, what: &str) -> Vec<Value> {
        let held = self.json(&format!("customer export {reference}"));
        held[what].as_array().unwrap_or_else(|| panic!("nothing is held as {what}")).clone()
    }

    /// The same for everyone in the book.
    #[track_caller]
    pub fn held_of_all(&self, what: &str) -> Vec<Value> {
        let everybody = self.json("segment true");
        let references = everybody["customers"].as_array().unwrap().iter().map(|one| one["ref"].as_str().unwrap());
        references.flat_map(|reference| self.held(reference, what)).collect()
    }

    /// How many stored items of everyone have these fields. Items of a household are repeated for each of its members.
    #[track_caller]
    pub fn times(&self, what: &str, fields: &Value) -> usize {
        having(&self.held_of_all(what), fields)
    }

    /// The same for one person.
    #[track_caller]
    pub fn times_of(&self, reference: &str, what: &str, fields: &Value) -> usize {
        having(&self.held(reference, what), fields)
    }

    /// A number from the database by SQL, if no command shows it.
    #[track_caller]
    pub fn count(&self, sql: &str) -> i64 {
        let database = rusqlite::Connection::open(self.file("regulars.db")).unwrap();
        database.query_row(sql, [], |row| row.get(0)).unwrap()
    }
}

fn having(rows: &[Value], fields: &Value) -> usize {
    let fields = fields.as_object().unwrap();
    rows.iter().filter(|row| fields.iter().all(|(key, value)| row[key] == *value)).count()
}

/// The folder of the mistakes.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults")
}

/// Copies the content of a folder into another.
pub fn copy_into(from: &Path, to: &Path) {
    for (path, bytes) in files_below(from) {
        let target = to.join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, bytes).unwrap();
    }
}

/// Every file below a folder: path and bytes, without SQLite's temporary files.
pub fn files_below(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !name.ends_with("-wal") && !name.ends_with("-shm") {
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

/// Everything in a database, as text, table by table. Other files are returned byte by byte.
pub fn dump(path: &Path) -> String {
    let read = || -> rusqlite::Result<String> {
        let database = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let mut text = String::new();
        let tables = texts(&database, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
        for table in tables {
            let columns =
                texts(&database, &format!("SELECT 'quote(\"' || name || '\")' FROM pragma_table_info('{table}')"))?;
            let rows =
                texts(&database, &format!("SELECT {} FROM \"{table}\" ORDER BY 1", columns.join(" || ', ' || ")))?;
            for row in rows {
                let _ = writeln!(text, "{table}: {row}");
            }
        }
        Ok(text)
    };
    read().unwrap_or_else(|_| format!("{:?}", fs::read(path).unwrap_or_default()))
}

fn texts(database: &rusqlite::Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    database.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}
