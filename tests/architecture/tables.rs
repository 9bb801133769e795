//! Each table has one owner: the only room that writes it; others read it through that room, through a view, or from
//! below.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::sources::{map_of, none, sources};

/// The owner of each table.
const OWNERS: &[(&str, &[&str])] = &[
    ("store", &["setting"]),
    (
        "customers",
        &[
            "customer",
            "customer_tag",
            "preference",
            "contact_note",
            "consent",
            "circumstance",
            "customer_alias",
            "customer_merge",
            "customer_word",
            "forgotten",
            "not_the_same",
            "purchase",
            "purchase_item",
            "replaced_field",
            "replaced_item",
            "replaced_purchase",
            "suppression",
            "till_change",
            "undeliverable_address",
        ],
    ),
    (
        "campaign",
        &[
            "campaign",
            "campaign_file",
            "email_change",
            "recipient",
            "recipient_member",
            "left_out",
            "personal_line",
            "second_piece",
            "forgotten_purchase",
        ],
    ),
    ("import", &["import"]),
    ("outbox", &["outbox", "outbox_decision", "outbox_run", "outbox_step"]),
    ("reminder", &["reminder", "reminder_letter"]),
    ("redemption", &["redemption", "redemption_event"]),
    ("inbound", &["email_answer", "imap_folder", "imap_left"]),
    ("access", &["secret", "session", "till_token", "till_answer"]),
];

/// The tables after all migrations, and the views.
fn tables() -> (BTreeSet<String>, BTreeSet<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/migrations");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut tables, mut views) = (BTreeSet::new(), BTreeSet::new());
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        let text: String =
            text.lines().map(|line| line.split("--").next().unwrap_or_default().to_owned() + " ").collect();
        for statement in text.split(';') {
            let words: Vec<&str> = statement.split_whitespace().collect();
            let name = |at: usize| words.get(at).map(|word| word.trim_end_matches('(').to_owned()).unwrap_or_default();
            match words.as_slice() {
                ["CREATE", "TABLE", ..] => drop(tables.insert(name(2))),
                ["DROP", "TABLE", ..] => drop(tables.remove(&name(2))),
                ["CREATE", "VIEW", ..] => drop(views.insert(name(2))),
                ["ALTER", "TABLE", old, "RENAME", "TO", ..] => {
                    tables.remove(*old);
                    tables.insert(name(5));
                }
                _ => {}
            }
        }
    }
    (tables, views)
}

/// A statement's use of a table.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    Written(String),
    Read(String),
    /// A name that is built at run time.
    Made,
}

/// The tables in a piece of SQL.
fn named(sql: &str) -> BTreeSet<Named> {
    let words: Vec<String> = sql.replace(['(', ')', ','], " ").split_whitespace().map(str::to_owned).collect();
    let mut found = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        let Some(next) = words.get(at + 1) else { continue };
        let before = at.checked_sub(1).map_or("", |i| words[i].as_str());
        let is_write = matches!((before, word.as_str()), ("INSERT", "INTO") | ("DELETE", "FROM"))
            || (word == "UPDATE" && before != "DO" && before != "FOR");
        let is_read = matches!(word.as_str(), "FROM" | "JOIN") && !is_write;
        if !is_write && !is_read {
            continue;
        }
        if next.starts_with('{') {
            found.insert(Named::Made);
        } else if next.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            found.insert(if is_write { Named::Written(next.clone()) } else { Named::Read(next.clone()) });
        }
    }
    found
}

fn owner(table: &str) -> Option<&'static str> {
    OWNERS.iter().find(|(_, tables)| tables.contains(&table)).map(|(room, _)| *room)
}

#[test]
fn each_table_has_one_owner_who_alone_writes_it() {
    let (tables, views) = tables();
    assert!(tables.len() > 20 && views.len() > 1, "the migrations cannot be read: {tables:?} {views:?}");
    let owned: BTreeSet<String> = OWNERS.iter().flat_map(|(_, tables)| *tables).map(|t| (*t).to_owned()).collect();
    assert_eq!(owned, tables, "the owners and the tables of the migrations");
    let sources = sources();
    let map = map_of(&sources);
    let height = |room: &str| map.get(room).copied().unwrap_or(usize::MAX);
    let mut faults = Vec::new();
    for source in sources.iter().filter(|s| !matches!(s.path.as_str(), "for_tests.rs" | "store/migrations.rs")) {
        for literal in source.literals() {
            let place = format!("src/{}:{}", source.path, literal.line);
            for named in named(&literal.text) {
                match named {
                    Named::Made => faults.push(format!("{place}: the name of a table is put together")),
                    Named::Written(table) => {
                        if owner(&table).is_some_and(|owner| owner != source.room()) {
                            let owner = owner(&table).unwrap_or_default();
                            faults.push(format!("{place}: {} writes {table}, which {owner} owns", source.room()));
                        }
                    }
                    Named::Read(table) => {
                        let owner = owner(&table).filter(|owner| *owner != source.room());
                        if let Some(owner) = owner.filter(|owner| height(owner) >= height(source.room())) {
                            faults.push(format!(
                                "{place}: {} reads {table} of {owner}, which does not stand above it",
                                source.room()
                            ));
                        }
                    }
                }
            }
        }
    }
    none(faults);
}

#[test]
fn tables_are_found_in_sql() {
    let written = |t: &str| Named::Written(t.to_owned());
    let read = |t: &str| Named::Read(t.to_owned());
    assert_eq!(
        named("INSERT INTO a (x) SELECT b.x FROM b JOIN c ON c.id = b.id ON CONFLICT DO UPDATE SET x = 1"),
        BTreeSet::from([written("a"), read("b"), read("c")])
    );
    assert_eq!(
        named("DELETE FROM a WHERE id IN (SELECT id FROM (SELECT * FROM d))"),
        BTreeSet::from([written("a"), read("d")])
    );
    assert_eq!(named("UPDATE {name} SET x = 1"), BTreeSet::from([Named::Made]));
    assert_eq!(named("a letter FROM us, or UPDATE"), BTreeSet::from([read("us")]));
}
