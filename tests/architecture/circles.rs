//! Files of one room do not use each other in a circle: what two of them need is in a third.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::{Source, none, sources};

/// The file of each module of a room, and the origin of re-exported names.
struct Room<'s> {
    files: BTreeMap<Vec<String>, &'s Source>,
    /// By module and name: where the name is defined.
    shown: BTreeMap<(Vec<String>, String), Vec<String>>,
}

impl<'s> Room<'s> {
    fn of(sources: &'s [Source], room: &str) -> Self {
        let files: BTreeMap<_, _> =
            sources.iter().filter(|s| s.room() == room && !is_test(s)).map(|s| (s.module(), s)).collect();
        let mut shown = BTreeMap::new();
        for (module, source) in &files {
            for item in uses(source).into_iter().filter(|item| item.is_shown) {
                let (Some(path), Some(name)) = (absolute(module, &item.path), item.path.last()) else { continue };
                shown.insert((module.clone(), name.clone()), path[..path.len() - 1].to_vec());
            }
        }
        Self { files, shown }
    }

    /// The file that defines the target of a path, following re-exports.
    fn file(&self, path: &[String]) -> Option<&'s Source> {
        let mut module = path.to_vec();
        let mut rest = Vec::new();
        while !self.files.contains_key(&module) {
            rest.insert(0, module.pop()?);
        }
        for _ in 0..8 {
            let Some(name) = rest.first() else { break };
            match self.shown.get(&(module.clone(), name.clone())) {
                Some(from) if *from != module => {
                    module.clone_from(from);
                    while !self.files.contains_key(&module) {
                        rest.insert(0, module.pop()?);
                    }
                }
                _ => break,
            }
        }
        self.files.get(&module).copied()
    }

    /// Which files each file uses.
    fn edges(&self) -> BTreeMap<&'s str, BTreeSet<&'s str>> {
        let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (module, source) in &self.files {
            let own = edges.entry(&source.path).or_default();
            for item in uses(source).into_iter().filter(|item| !item.is_shown) {
                let Some(path) = absolute(module, &item.path) else { continue };
                let other = self.file(&path).filter(|other| other.path != source.path);
                own.extend(other.map(|other| other.path.as_str()));
            }
        }
        edges
    }
}

/// A path used in a file, and whether it is only re-exported (`pub use`).
struct Use {
    path: Vec<String>,
    is_shown: bool,
}

/// Every path of a file that leads into its room: after `use`, and in the code.
fn uses(source: &Source) -> Vec<Use> {
    let code: String = source.code().map(|(_, line)| format!("{line}\n")).collect();
    let mut found = Vec::new();
    let mut children = BTreeSet::new();
    for line in code.lines() {
        let words: Vec<&str> = line.trim().trim_end_matches(';').split_whitespace().collect();
        if let Some(at) = words.iter().position(|w| *w == "mod").filter(|at| *at < 2 && line.trim().ends_with(';')) {
            children.insert(words[at + 1].to_owned());
        }
    }
    let mut rest = code.as_str();
    let mut plain = String::new();
    while let Some(at) = find_use(rest) {
        let end = rest[at..].find(';').map_or(rest.len(), |end| at + end);
        let statement = &rest[at..end];
        let is_shown = rest[..at].trim_end().rsplit('\n').next().is_some_and(|before| before.contains("pub"));
        plain.push_str(&rest[..at]);
        for path in spread(statement.trim_start_matches("use").trim()) {
            found.push(Use { path, is_shown });
        }
        rest = &rest[end..];
    }
    plain.push_str(rest);
    // In the code: `super::x::y`, `crate::room::x`, `child::x`.
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    for word in plain.split(|c: char| !is_part(c)) {
        let path: Vec<String> = word.split("::").map(str::to_owned).collect();
        let is_path = path.len() > 1 && path.iter().all(|part| !part.is_empty());
        if is_path && (matches!(path[0].as_str(), "super" | "self" | "crate") || children.contains(&path[0])) {
            found.push(Use { path, is_shown: false });
        }
    }
    for one in &mut found {
        if children.contains(&one.path[0]) {
            one.path.insert(0, "self".to_owned());
        }
    }
    found
}

fn find_use(text: &str) -> Option<usize> {
    let is_start = |at: usize| {
        let line = text[..at].rsplit('\n').next().unwrap_or_default().trim();
        line.is_empty() || line.starts_with("pub")
    };
    text.match_indices("use ").map(|(at, _)| at).find(|at| is_start(*at))
}

/// The paths of a `use`: `a::{b, c::d}` is `a::b` and `a::c::d`; without `as`.
fn spread(text: &str) -> Vec<Vec<String>> {
    let text = text.trim();
    let Some(open) = text.find('{') else {
        let path = text.split(" as ").next().unwrap_or_default().trim();
        let parts: Vec<String> =
            path.split("::").filter(|p| *p != "self" || path == "self").map(str::to_owned).collect();
        return if path.is_empty() {
            Vec::new()
        } else {
            vec![if path.starts_with("self::") {
                std::iter::once("self".to_owned()).chain(parts).collect()
            } else {
                parts
            }]
        };
    };
    let (head, inside) = (text[..open].trim_end_matches("::"), &text[open + 1..text.rfind('}').unwrap_or(text.len())]);
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[start..]);
    let head: Vec<String> = head.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let paths = parts.into_iter().flat_map(|part| if part.trim() == "self" { vec![Vec::new()] } else { spread(part) });
    paths.map(|path| head.iter().cloned().chain(path).collect()).collect()
}

/// A path from the crate's root, if it stays in the room.
fn absolute(module: &[String], path: &[String]) -> Option<Vec<String>> {
    let mut base = module.to_vec();
    let mut rest = path;
    match rest.first()?.as_str() {
        "crate" => {
            return (rest.get(1) == module.first() && rest.len() > 2).then(|| rest[1..].to_vec());
        }
        "self" => rest = &rest[1..],
        "super" => {}
        _ => return None,
    }
    while rest.first().is_some_and(|part| part == "super") {
        base.pop()?;
        rest = &rest[1..];
    }
    base.extend(rest.iter().cloned());
    (base.first() == module.first()).then_some(base)
}

fn is_test(source: &Source) -> bool {
    source.path.contains("/tests/") || source.path.ends_with("/tests.rs")
}

/// The circles: sets of files that all reach each other.
fn circles<'a>(edges: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<BTreeSet<&'a str>> {
    let reached = |from: &str| {
        let (mut seen, mut asks) = (BTreeSet::new(), vec![from.to_owned()]);
        while let Some(ask) = asks.pop() {
            for next in edges.get(ask.as_str()).into_iter().flatten() {
                if seen.insert(*next) {
                    asks.push((*next).to_owned());
                }
            }
        }
        seen
    };
    let all: BTreeMap<&str, BTreeSet<&str>> = edges.keys().map(|file| (*file, reached(file))).collect();
    let circle = |file: &str| -> BTreeSet<&str> {
        all.keys().copied().filter(|other| all[file].contains(other) && all[other].contains(file)).collect()
    };
    all.keys().map(|file| circle(file)).filter(|circle| circle.len() > 1).collect()
}

#[test]
fn no_files_of_a_room_use_each_other_in_a_circle() {
    let sources = sources();
    let rooms: BTreeSet<&str> = sources.iter().map(Source::room).collect();
    let mut faults = Vec::new();
    for room in rooms {
        for circle in circles(&Room::of(&sources, room).edges()) {
            let files: Vec<&str> = circle.into_iter().collect();
            faults.push(format!("src/{room}: a circle of {}", files.join(", ")));
        }
    }
    none(faults);
}

#[test]
fn circles_are_found() {
    let sources = [
        ("a/mod.rs", "mod one;\nmod two;\npub(crate) use one::{One, Other};\n"),
        ("a/one.rs", "use super::two::Two;\npub(crate) struct One;\n"),
        ("a/two.rs", "pub(crate) struct Two;\nfn f(x: super::One) {}\n"),
        ("b/mod.rs", "mod one;\npub(crate) struct Shared;\npub(crate) use one::f;\n"),
        ("b/one.rs", "use super::Shared;\npub(crate) fn f() {}\n"),
    ]
    .map(|(path, text)| Source::new(path, text));
    let found = circles(&Room::of(&sources, "a").edges());
    assert_eq!(found, BTreeSet::from([BTreeSet::from(["a/one.rs", "a/two.rs"])]));
    assert_eq!(circles(&Room::of(&sources, "b").edges()), BTreeSet::new());
    assert_eq!(spread("a::{self, b::{c, d as e}}"), [vec!["a"], vec!["a", "b", "c"], vec!["a", "b", "d"]]);
}
