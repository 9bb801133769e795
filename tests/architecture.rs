//! The sources keep to the map of rooms in lib.rs: who may use whom, which crate is named where, how files begin.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Names that say nothing about what is in a room.
const NO_ROOMS: [&str; 7] = ["util", "common", "helpers", "types", "core", "manager", "service"];

/// What may be named only in certain places: the words, and how the paths begin.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("rusqlite", &["store/"]),
    ("tera", &["merge/", "web/"]),
    ("printpdf", &["letter/pdf.rs"]),
    ("lopdf", &["letter/pdf.rs"]),
    ("mail_parser", &["inbound/"]),
    ("lettre", &["email/", "outbox/"]),
    ("plotters", &["insights/chart.rs"]),
    ("chrono_tz", &["clock.rs"]),
    ("clap", &["cli/", "main.rs"]),
    ("axum", &["web/"]),
    ("tokio", &["web/"]),
    ("chrono::Local", &["clock.rs"]),
    ("chrono::Utc", &["clock.rs"]),
    ("Local::now", &["clock.rs"]),
    ("Utc::now", &["clock.rs"]),
    ("SystemTime::now", &["clock.rs"]),
];

/// What `cli/` never names: it calls `app/`, which opens the database.
const NOT_IN_CLI: [&str; 2] = ["store()", "store::"];

/// How a statement of SQL begins. `cli/` and `web/` have none.
const SQL: [&str; 6] = ["\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM ", "\"WITH ", "params!["];

/// Where the till may read a form as it is: there a code is meant, or none of the fields is typed into.
const FORMS: [&str; 3] = ["/typed.rs", "/find.rs", "/which.rs"];

/// One file of src/, by its path there.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// `letter` of `letter/mod.rs`.
    fn room(&self) -> &str {
        self.path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    /// The lines that are code, with their numbers; comments aside.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(i, line)| (i + 1, line)).filter(|(_, l)| !l.trim_start().starts_with("//"))
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { path: path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(), text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The map in lib.rs: each room with its height. Rooms joined by `·` or `|` are neighbours and stand on one height; rooms
/// side by side with only space between them stand one above the other.
fn map(lib: &str) -> BTreeMap<String, usize> {
    let lines = lib.lines().skip_while(|l| l.trim() != "//! ```text").skip(1).take_while(|l| l.trim() != "//! ```");
    let mut map = BTreeMap::new();
    let mut height = 0;
    for line in lines {
        let mut neighbour = true;
        height += 1;
        for word in line.trim_start_matches("//!").split_whitespace() {
            if matches!(word, "·" | "|") {
                neighbour = true;
                continue;
            }
            height += usize::from(!neighbour);
            neighbour = false;
            map.insert(word.to_owned(), height);
        }
    }
    map
}

/// The rooms that a line names: after each `crate::`, or `regulars::` in main.rs; several in braces.
fn named(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for start in ["crate::", "regulars::"] {
        for rest in line.split(start).skip(1) {
            let inside = rest.strip_prefix('{').map_or(rest, |list| list.split('}').next().unwrap_or_default());
            let parts: Vec<&str> = if rest.starts_with('{') { inside.split(',').collect() } else { vec![inside] };
            for part in parts {
                let name: String = part.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                found.push(name);
            }
        }
    }
    found
}

/// Whether `words` stands in `line` as a name of its own.
fn names(line: &str, words: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(words).any(|(at, _)| {
        let (before, after) = (line[..at].chars().next_back(), &line[at + words.len()..]);
        let is_path = words.contains("::") || after.starts_with("::") || after.starts_with(';');
        !is_part(before) && before != Some('"') && !is_part(after.chars().next()) && is_path
    })
}

#[test]
fn the_house_is_built_as_its_map_says() {
    let sources = sources();
    let map = map(&sources.iter().find(|s| s.path == "lib.rs").expect("src/lib.rs").text);
    assert!(map.len() > 10, "the map of rooms in src/lib.rs cannot be read: {map:?}");
    let mut faults = Vec::new();
    for source in &sources {
        let (path, room) = (&source.path, source.room());
        if !source.text.starts_with("//! ") {
            faults.push(format!("src/{path}: the first line does not say what the file is for (`//! …`)"));
        }
        for part in path.trim_end_matches(".rs").split('/').filter(|part| NO_ROOMS.contains(part)) {
            faults.push(format!("src/{path}: `{part}` says nothing about what is in it"));
        }
        let height = map.get(room).copied();
        if height.is_none() && !matches!(room, "lib" | "main" | "for_tests") {
            faults.push(format!("src/{path}: `{room}` is not on the map of rooms in lib.rs"));
        }
        let depth = path.matches('/').count() + usize::from(!path.ends_with("mod.rs"));
        for (number, line) in source.code() {
            for other in named(line) {
                let Some(theirs) = map.get(&other) else { continue };
                if height.is_some_and(|own| other != room && *theirs >= own) {
                    faults.push(format!("src/{path}:{number}: {room} uses {other}, which does not stand above it"));
                }
            }
            if line.contains(&"super::".repeat(depth)) && !in_tests(source, number) {
                faults.push(format!("src/{path}:{number}: leaves its room with `super`; say `crate::…`"));
            }
            let is_adapter = path.starts_with("cli/") || path.starts_with("web/");
            if is_adapter && SQL.iter().any(|start| line.contains(start)) {
                faults.push(format!("src/{path}:{number}: SQL stands in the room that it serves"));
            }
            if path.starts_with("cli/") && NOT_IN_CLI.iter().any(|word| line.contains(word)) {
                faults.push(format!("src/{path}:{number}: a verb calls app/, which opens the database"));
            }
            let is_form = path.starts_with("web/till/") && line.contains("extract::") && line.contains("Form");
            if is_form && !FORMS.iter().any(|file| path.ends_with(file)) {
                faults.push(format!(
                    "src/{path}:{number}: a form of the till is read by `Typed`, which knows a scanned code"
                ));
            }
            for (words, places) in ONLY_IN {
                if names(line, words) && !places.iter().any(|place| path.starts_with(place)) {
                    faults.push(format!("src/{path}:{number}: `{words}` is named only in {}", places.join(" and ")));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Whether a line stands in the tests at the foot of a file, where `super` is the file itself.
fn in_tests(source: &Source, number: usize) -> bool {
    source.text.lines().position(|line| line.trim() == "#[cfg(test)]").is_some_and(|start| number > start)
}

#[test]
fn the_sources_are_read_as_they_are_meant() {
    assert_eq!(named("use crate::{store, merge::Engine}; // regulars::cli::run()"), ["store", "merge", "cli"]);
    assert!(names("    let x = rusqlite::Connection::open(p);", "rusqlite") && names("use clap;", "clap"));
    assert!(!names("    my_tera::x", "tera") && !names("\"tera::x\"", "tera") && !names("a tera, b", "tera"));
    let heights = map("//! x\n//! ```text\n//! words  money\n//! shop · store\n//! ```\n//! y");
    assert_eq!(
        heights.into_iter().collect::<Vec<_>>(),
        [("money", 2), ("shop", 3), ("store", 3), ("words", 1)].map(|(r, h)| (r.to_owned(), h))
    );
}
