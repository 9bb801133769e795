//! The sources follow the map of rooms in lib.rs: who may use what, which crate is used where, how files begin.

/// No circular use of files.
mod circles;
/// A type name has one meaning; the forms of closed lists.
mod names;
/// How the sources are parsed.
pub mod sources;
/// Which room writes which table.
mod tables;

use sources::{map, map_of, none, sources};

/// Names that do not describe a room.
const NO_ROOMS: [&str; 7] = ["util", "common", "helpers", "types", "core", "manager", "service"];

/// What may be used only in certain places: the names, and the beginnings of the paths.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("rusqlite", &["store/"]),
    ("tera", &["merge/", "web/"]),
    ("printpdf", &["letter/pdf/", "letter/fonts/subset.rs"]),
    ("lopdf", &["letter/pdf/", "letter/images/pdf_page.rs"]),
    ("mail_parser", &["inbound/"]),
    ("rustls", &["mail_stream.rs", "web/tls.rs"]),
    ("rustls_native_certs", &["mail_stream.rs"]),
    ("lettre", &["email/", "outbox/"]),
    ("simple_dns", &["dns/"]),
    ("clap", &["cli/", "main.rs"]),
    ("clap_complete", &["cli/"]),
    ("clap_mangen", &["cli/"]),
    ("pulldown_cmark", &["merge/", "manual/"]),
    ("indicatif", &["cli/"]),
    ("axum", &["web/"]),
    ("tokio", &["web/"]),
    ("crate::store::Store", &["app/", "outbox/", "web/", "shop/", "for_tests.rs"]),
    ("chrono::Local", &["clock.rs"]),
    ("chrono::Utc", &["clock.rs"]),
    ("Local::now", &["clock.rs"]),
    ("Utc::now", &["clock.rs"]),
    ("SystemTime::now", &["clock.rs"]),
];

/// What `cli/` never uses: it calls `app/`, which opens the database.
const NOT_IN_CLI: [&str; 2] = ["store()", "store::"];

/// The beginnings of SQL statements. `cli/` and `web/` have none.
const SQL: [&str; 6] = ["\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM ", "\"WITH ", "params!["];

/// Where the till may parse a form directly: a code is expected there, or no field is typed into.
const FORMS: [&str; 3] = ["/typed.rs", "/find.rs", "/which.rs"];

/// The rooms in a line: after each `crate::`, or `regulars::` in main.rs; several in braces.
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

/// Whether `words` occurs in `line` as a separate name.
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
    let map = map_of(&sources);
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
            if line.contains(&"super::".repeat(depth)) {
                faults.push(format!("src/{path}:{number}: leaves its room with `super`; say `crate::…`"));
            }
            let is_adapter = path.starts_with("cli/") || path.starts_with("web/");
            if is_adapter && SQL.iter().any(|start| line.contains(start)) {
                faults.push(format!("src/{path}:{number}: SQL stands in the room that it serves"));
            }
            let opens = |word: &&str| {
                line.match_indices(*word)
                    .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
            };
            if path.starts_with("cli/") && NOT_IN_CLI.iter().any(opens) {
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
    none(faults);
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
