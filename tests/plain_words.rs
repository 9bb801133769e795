//! No text that people read has a word that a newcomer would stumble over: messages, help, pages, README, manual, and the
//! comments of the code.
//!
//! The words are in `plain_words/words.tsv`, each with what to write in its place; `plain_words/allowed.tsv` has the phrases in
//! which one of them means something else.

use std::fs;
use std::path::{Path, PathBuf};

use crate::architecture::sources::{none, sources};

const WORDS: &str = include_str!("plain_words/words.tsv");
const ALLOWED: &str = include_str!("plain_words/allowed.tsv");

/// One text: its place, and its words in lowercase, separated by single spaces.
struct Text {
    place: String,
    words: String,
}

impl Text {
    fn new(place: String, text: &str) -> Self {
        let text = text.to_lowercase().replace("\\n", " ").replace('’', "'");
        let letters: String =
            text.chars().map(|c| if c.is_alphanumeric() || "'%".contains(c) { c } else { ' ' }).collect();
        let words: Vec<&str> = letters.split_whitespace().collect();
        Self { place, words: format!(" {} ", words.join(" ")) }
    }
}

fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once('\t').unwrap_or((line, "")))
}

/// Markdown without its code, which has names of fields.
fn prose(markdown: &str) -> String {
    let (mut text, mut is_code) = (String::new(), false);
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            for (n, part) in line.split('`').enumerate() {
                text.push_str(if n % 2 == 0 { part } else { " CODE " });
            }
        }
        text.push('\n');
    }
    text
}

/// A page without its tags and the expressions in it.
fn page(html: &str) -> String {
    let (mut text, mut depth) = (String::new(), 0_i32);
    for c in html.replace("{{", "<").replace("{%", "<").replace("}}", ">").replace("%}", ">").chars() {
        match c {
            '<' => depth += 1,
            '>' => depth = (depth - 1).max(0),
            c if depth == 0 => text.push(c),
            '\n' => text.push('\n'),
            _ => {}
        }
    }
    text
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found
}

fn texts() -> Vec<Text> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for source in sources() {
        let is_sql = |text: &str| {
            ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WHERE ", "FROM "].iter().any(|w| text.contains(w))
        };
        for literal in source.literals().iter().filter(|literal| literal.text.contains(' ') && !is_sql(&literal.text)) {
            found.push(Text::new(
                format!("src/{}:{}", source.path, literal.line),
                &page(&prose(&literal.text.replace('{', "<").replace('}', ">"))),
            ));
        }
    }
    let mut by_lines = |path: &Path, text: &str| {
        let place = path.strip_prefix(root).unwrap_or(path).display().to_string();
        found.extend(text.lines().enumerate().map(|(n, line)| Text::new(format!("{place}:{}", n + 1), line)));
    };
    for path in files(&root.join("src/manual"), ".md").into_iter().chain([root.join("README.md")]) {
        by_lines(&path, &prose(&fs::read_to_string(&path).unwrap()));
    }
    for path in files(&root.join("src/web/pages"), ".html") {
        by_lines(&path, &page(&fs::read_to_string(&path).unwrap()));
    }
    for path in ["src/app/shop.toml", "src/app/email_check.tsv"].map(|path| root.join(path)) {
        by_lines(&path, &fs::read_to_string(&path).unwrap());
    }
    for path in ["src", "tests", "benches"].iter().flat_map(|folder| files(&root.join(folder), ".rs")) {
        by_lines(&path, &prose(&comments(&fs::read_to_string(&path).unwrap())));
    }
    found
}

/// The comments of a source, each on its line; all other lines are empty.
fn comments(source: &str) -> String {
    let comment = |line: &str| {
        let line = line.trim_start();
        let whole = line.strip_prefix("//").map(|rest| rest.trim_start_matches(['/', '!']).to_owned());
        whole.or_else(|| line.rsplit_once(" // ").map(|(_, rest)| rest.to_owned())).unwrap_or_default()
    };
    source.lines().map(|line| comment(line) + "\n").collect()
}

#[test]
fn no_text_has_a_word_to_stumble_over() {
    let allowed: Vec<String> = rows(ALLOWED).map(|(phrase, _)| format!(" {phrase} ")).collect();
    let mut found = Vec::new();
    let (mut used, texts) = (vec![false; allowed.len()], texts());
    assert!(texts.len() > 3000, "only {} texts", texts.len());
    for text in texts {
        let mut words = text.words.clone();
        for (n, phrase) in allowed.iter().enumerate() {
            while words.contains(phrase.as_str()) {
                words = words.replacen(phrase.as_str(), " / ", 1);
                used[n] = true;
            }
        }
        for (word, instead) in rows(WORDS).filter(|(word, _)| words.contains(&format!(" {word} "))) {
            found.push(format!("{}: `{word}`, write {instead}", text.place));
        }
        let has_percent = words
            .split(' ')
            .zip(words.split(' ').skip(1))
            .any(|(number, sign)| sign == "%" && number.ends_with(|c: char| c.is_ascii_digit()));
        if has_percent {
            found.push(format!("{}: a space before %", text.place));
        }
    }
    let idle = allowed
        .iter()
        .zip(used)
        .filter(|(_, used)| !used)
        .map(|(phrase, _)| format!("allowed.tsv: `{}` is nowhere", phrase.trim()));
    found.extend(idle);
    none(found);
}
