//! Parses the sources in src/ for the architecture rules: code without comments and tests, and its strings.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// One file of src/, with its path there.
pub struct Source {
    pub path: String,
    pub text: String,
    /// The end of the code, before the tests; the length of `text` if there are none.
    code: usize,
}

/// One string in the code.
pub struct Literal {
    pub line: usize,
    pub text: String,
    /// The code before and after it.
    pub before: String,
    pub after: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let is_test = path.contains("/tests/") || path.ends_with("/tests.rs");
        let code = if is_test { 0 } else { text.find("\n#[cfg(test)]\nmod ").unwrap_or(text.len()) };
        Self { path: path.to_owned(), text: text.to_owned(), code }
    }

    /// `letter` of `letter/mod.rs`.
    pub fn room(&self) -> &str {
        self.path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    /// The module of the file: `["letter", "page"]` of `letter/page.rs`.
    pub fn module(&self) -> Vec<String> {
        let path = self.path.trim_end_matches(".rs").trim_end_matches("/mod");
        path.split('/').map(str::to_owned).collect()
    }

    /// The lines of code, with their numbers, without comments and tests.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text[..self.code].lines().enumerate().map(|(i, line)| (i + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// The strings in the code, including raw ones; a continued string is one.
    pub fn literals(&self) -> Vec<Literal> {
        let code: Vec<char> = self.text[..self.code].chars().collect();
        let (mut found, mut at, mut line) = (Vec::new(), 0, 1);
        let is = |at: usize, c: char| code.get(at) == Some(&c);
        while at < code.len() {
            match code[at] {
                '\n' => line += 1,
                '/' if is(at + 1, '/') => {
                    while at + 1 < code.len() && code[at + 1] != '\n' {
                        at += 1;
                    }
                }
                // A character: 'x', '\n', '\u{1f}'; not a lifetime.
                '\'' if is(at + 1, '\\') => {
                    at += 2;
                    while !is(at + 1, '\'') {
                        at += 1;
                    }
                    at += 1;
                }
                '\'' if is(at + 2, '\'') => at += 2,
                '"' => {
                    let hashes = (0..at).rev().take_while(|i| code[*i] == '#').count();
                    let is_raw = at > hashes && code[at - hashes - 1] == 'r';
                    let (start, first) = (at + 1, line);
                    at += 1;
                    loop {
                        match code.get(at) {
                            None => break,
                            Some('\\') if !is_raw => {
                                line += usize::from(is(at + 1, '\n'));
                                at += 1;
                            }
                            Some('\n') => line += 1,
                            Some('"') if !is_raw || (0..hashes).all(|i| is(at + 1 + i, '#')) => break,
                            Some(_) => {}
                        }
                        at += 1;
                    }
                    let around = |range: &[char]| range.iter().collect::<String>();
                    found.push(Literal {
                        line: first,
                        text: around(&code[start..at.min(code.len())]).replace("\\\n", ""),
                        before: around(&code[start.saturating_sub(60)..start - 1]),
                        after: around(&code[(at + 1).min(code.len())..(at + 20).min(code.len())]),
                    });
                }
                _ => {}
            }
            at += 1;
        }
        found
    }
}

/// Every file of src/.
pub fn sources() -> Vec<Source> {
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
                found.push(Source::new(path.strip_prefix(&root).unwrap().to_str().unwrap(), &text));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The map in lib.rs: each room with its height. Rooms joined by `·` or `|` are neighbors and have the same height;
/// rooms separated only by spaces are one above the other.
pub fn map(lib: &str) -> BTreeMap<String, usize> {
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

/// The map of the current sources.
pub fn map_of(sources: &[Source]) -> BTreeMap<String, usize> {
    let map = map(&sources.iter().find(|s| s.path == "lib.rs").expect("src/lib.rs").text);
    assert!(map.len() > 10, "the map of rooms in src/lib.rs cannot be read: {map:?}");
    map
}

/// Fails with all errors, one per line.
#[track_caller]
pub fn none(mut faults: Vec<String>) {
    faults.sort();
    faults.dedup();
    assert!(faults.is_empty(), "{} faults:\n{}\n", faults.len(), faults.join("\n"));
}

#[test]
fn strings_are_found_where_they_stand() {
    let text = "// \"no\"\nlet a = \"one \\\"two\\\" \\\n three\";\nlet c = '\"'; let d: &'static str = r#\"a \"raw\" one\"#;\n\n#[cfg(test)]\nmod tests { \"x\" }";
    let found: Vec<(usize, String)> =
        Source::new("a/b.rs", text).literals().into_iter().map(|l| (l.line, l.text)).collect();
    let wanted = [(2, "one \\\"two\\\"  three"), (4, "a \"raw\" one")];
    assert_eq!(found, wanted.map(|(line, text)| (line, text.to_owned())));
    assert_eq!(Source::new("letter/page.rs", "").module(), ["letter", "page"]);
    assert_eq!(Source::new("letter/mod.rs", "").module(), ["letter"]);
}
