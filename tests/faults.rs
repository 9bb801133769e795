//! Every folder of faults/ is a mistake: the program reports what is wrong and what to do next, exits with 1, and
//! changes nothing.
//!
//! A folder has `cmd` (the arguments) and `expected` (all of stderr; `stdout` too if there is any), and the files that
//! differ from faults/base, the shop it is run in: `shop/…` overlays the shop folder. `before` has commands, one per
//! line, that run first and succeed. `{C-01}` in a command stands for that customer's code in the campaign `spring`. A
//! line `- path` in `before` removes a file of the base; `over/…` overlays the shop after those commands.
//!
//! REGULARS_BLESS=1 writes the current output into `expected`. Read it before you commit it: does it show where, what
//! was typed, and what to do?

use std::fs;
use std::path::Path;

use crate::support::{Shop, copy_into, dump, files_below, fixtures, words_of};

#[test]
fn every_mistake_is_told_and_changes_nothing() {
    let bless = std::env::var_os("REGULARS_BLESS").is_some();
    let mut cases: Vec<_> = fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.join("cmd").is_file());
    cases.sort();
    assert!(cases.len() >= 30, "{} fixtures are too few", cases.len());
    let differences: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let name = case.file_name().unwrap().to_str().unwrap();
            let found = std::panic::catch_unwind(|| differences(case, bless));
            let found = found.unwrap_or_else(|_| vec!["what comes before the mistake did not go well".to_owned()]);
            (!found.is_empty()).then(|| format!("── {name}\n{}", found.join("\n")))
        })
        .collect();
    assert!(differences.is_empty(), "{} of {}:\n{}", differences.len(), cases.len(), differences.join("\n"));
}

/// Runs one case; returns the differences from what is expected.
fn differences(case: &Path, bless: bool) -> Vec<String> {
    let shop = Shop::new();
    let overlay = |name: &str| {
        if case.join(name).is_dir() {
            copy_into(&case.join(name), &shop.path());
        }
    };
    overlay("shop");
    let before = fs::read_to_string(case.join("before")).unwrap_or_default();
    for line in before.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("- ") {
            Some(path) => fs::remove_file(shop.file(path)).unwrap(),
            None => drop(shop.run(&filled(line, &shop)).says_only(&[
                "does not print `{{ personal_line }}`",
                "pieces cannot be made",
                "can be sent yet",
            ])),
        }
    }
    overlay("over");
    let command = filled(&fs::read_to_string(case.join("cmd")).unwrap(), &shop);
    let (files, kept) = (files_but_the_database(&shop), dump(&shop.file("regulars.db")));
    let mut run = shop.run(&command);
    let mut found = Vec::new();
    if run.ended() != 1 {
        found.push(format!("ended with {} instead of 1", run.ended()));
    }
    compare(&case.join("expected"), &run.talk(), bless, &mut found);
    compare(&case.join("stdout"), &run.out(), bless, &mut found);
    let after = files_but_the_database(&shop);
    let touched = files.iter().filter(|(path, bytes)| after.get(*path) != Some(bytes)).map(|(path, _)| path);
    let touched: Vec<_> = touched.chain(after.keys().filter(|path| !files.contains_key(*path))).collect();
    if !touched.is_empty() {
        found.push(format!("changed files: {touched:?}"));
    }
    // Every attempt at the till is recorded, also rejected ones; a rejected one may leave nothing else.
    let is_till = words_of(&command).iter().any(|word| word == "redeem");
    let rows = |dump: &str| {
        dump.lines().filter(|l| !(is_till && l.starts_with("redemption_event"))).collect::<Vec<_>>().join("\n")
    };
    if rows(&kept) != rows(&dump(&shop.file("regulars.db"))) {
        found.push("changed the database".to_owned());
    }
    found
}

/// Inserts codes where a command has `{C-01}`.
fn filled(line: &str, shop: &Shop) -> String {
    let mut line = line.trim().to_owned();
    while let Some((start, rest)) = line.split_once('{') {
        let (reference, end) = rest.split_once('}').expect("a closing brace");
        line = format!("{start}{}{end}", shop.code("spring", reference));
    }
    line
}

fn compare(path: &Path, actual: &str, bless: bool, found: &mut Vec<String>) {
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return;
    }
    if bless {
        fs::write(path, actual).unwrap();
    } else {
        let name = path.file_name().unwrap().to_str().unwrap();
        found.push(format!("{name} should be:\n{expected}but is:\n{actual}"));
    }
}

fn files_but_the_database(shop: &Shop) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut files = files_below(shop.around());
    files.remove("shop/regulars.db");
    files
}
