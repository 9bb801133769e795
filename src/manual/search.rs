//! Searches the manual: a section matches when it contains all words.

use serde::Serialize;

use super::topics::Topic;
use crate::text;

/// At most this many sections are shown.
const MOST: usize = 12;

/// At most this many characters of a section are shown.
const LONGEST: usize = 180;

/// A matching section.
#[derive(Debug, Serialize)]
pub(crate) struct Found {
    pub(crate) topic: &'static str,
    pub(crate) title: &'static str,
    /// Its heading; empty for the beginning of a page.
    pub(crate) section: String,
    /// The beginning of its first paragraph, item or row that contains one of the words.
    pub(crate) line: String,
    #[serde(skip)]
    score: usize,
}

pub(super) fn search(pages: impl Iterator<Item = (Topic, String)>, words: &str) -> Vec<Found> {
    let folded = text::case_folded(words).into_owned();
    let words: Vec<&str> = folded.split_whitespace().collect();
    if words.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<Found> = Vec::new();
    for (topic, markdown) in pages {
        let title = text::case_folded(topic.title());
        for (heading, section) in sections(&markdown) {
            let (head, body) = (text::case_folded(heading), text::case_folded(section));
            let score = |word: &&str| {
                10 * usize::from(head.contains(*word))
                    + 10 * usize::from(title.contains(*word))
                    + body.matches(*word).count()
            };
            let scores: Vec<usize> = words.iter().map(score).collect();
            if scores.contains(&0) {
                continue;
            }
            let units = units(section);
            let has_word = |unit: &&String| words.iter().any(|word| text::case_folded(unit).contains(word));
            let line = units.iter().find(has_word).or(units.first());
            found.push(Found {
                topic: topic.slug,
                title: topic.title(),
                section: heading.to_owned(),
                line: line.map(|line| short(&plain(line))).unwrap_or_default(),
                score: scores.iter().sum(),
            });
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.score));
    found.truncate(MOST);
    found
}

/// The sections of a page, each with its heading. A `#` in a block of code is not a heading.
fn sections(markdown: &str) -> Vec<(&str, &str)> {
    let (mut found, mut heading, mut start, mut at, mut is_code) = (Vec::new(), "", 0, 0, false);
    for line in markdown.split_inclusive('\n') {
        is_code ^= line.starts_with("```");
        if !is_code && line.starts_with('#') {
            found.push((heading, &markdown[start..at]));
            heading = if line.starts_with("# ") { "" } else { line.trim_matches(['#', ' ', '\n']) };
            start = at + line.len();
        }
        at += line.len();
    }
    found.push((heading, &markdown[start..]));
    found
}

/// The paragraphs, items, rows and lines of code of a section, each as one line.
fn units(section: &str) -> Vec<String> {
    let (mut found, mut is_code, mut goes_on) = (Vec::<String>::new(), false, false);
    for line in section.lines() {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        let begins = is_code || line.starts_with(['|', '-', '#']) || line.starts_with(|c: char| c.is_ascii_digit());
        match found.last_mut() {
            _ if line.is_empty() || is_fence => {}
            Some(last) if goes_on && !begins => *last = format!("{last} {}", line.trim_start()),
            _ => found.push(line.to_owned()),
        }
        goes_on = !(line.is_empty() || is_fence || is_code || line.starts_with('|'));
    }
    found
}

/// The beginning of a text, up to the end of a word.
fn short(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(LONGEST) else { return text.to_owned() };
    let end = text[..end].rfind(' ').unwrap_or(end);
    format!("{} …", &text[..end])
}

/// A line without Markdown characters.
fn plain(line: &str) -> String {
    let cells: Vec<&str> = line.trim_matches(['|', ' ', '-', '#']).split('|').map(str::trim).collect();
    let line = cells.join(": ").replace("**", "").replace('`', "");
    let mut parts = line.split("](");
    let first = parts.next().unwrap_or_default().to_owned();
    let link = |text: String, rest: &str| text + rest.split_once(')').map_or(rest, |(_, after)| after);
    parts.fold(first, link).replace('[', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_end_at_headings_and_not_in_code() {
        let text = "# T\n\nWhy.\n\n## A\n```sh\n# no\n```\n### B\nb\n";
        let found = [("", ""), ("", "\nWhy.\n\n"), ("A", "```sh\n# no\n```\n"), ("B", "b\n")];
        assert_eq!(sections(text), found);
        let lines = ["A b. C", "- d e", "| f |", "g", "h"];
        assert_eq!(units("A b.\nC\n\n- d\n  e\n\n| f |\n\n```\ng\nh\n```\n"), lines);
        assert_eq!((short("a b"), short(&"ab ".repeat(100)).len()), ("a b".to_owned(), 179 + " …".len()));
        assert_eq!(plain("| `a` | see [the page](x.md) **now** |"), "a: see the page now");
    }
}
