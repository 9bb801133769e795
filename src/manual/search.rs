//! Searches the manual: a section matches when it contains all words.

use serde::Serialize;

use super::html::section_anchor;
use super::topics::Topic;
use crate::text;

/// At most this many sections are shown.
const MOST: usize = 12;
const MOST_OF_PAGE: usize = 3;

/// At most this many characters of a section are shown.
const LONGEST: usize = 180;
const BEFORE: usize = 60;

/// How much a word counts in the heading of a section, and in the title of its page.
const IN_HEADING: usize = 10;
const IN_TITLE: usize = 5;
/// A word counts no more often in the text of a section.
const MOST_COUNTED: usize = 5;

/// A matching section.
#[derive(Debug, Serialize)]
pub(crate) struct Found {
    pub(crate) topic: &'static str,
    pub(crate) title: &'static str,
    /// Its heading; empty for the beginning of a page.
    pub(crate) section: String,
    /// The beginning of its first paragraph, item or row that contains one of the words.
    #[serde(skip)]
    pub(crate) anchor: String,
    /// A paragraph, item or row of it that has most of the words; the part around the first.
    pub(crate) line: String,
    /// The same in parts, every second of which is one of the words.
    #[serde(skip)]
    pub(crate) parts: Vec<String>,
    #[serde(skip)]
    rank: (usize, usize),
}

pub(super) fn search(pages: impl Iterator<Item = (Topic, String)>, words: &str) -> Vec<Found> {
    let folded = text::case_folded(words);
    let words: Vec<&str> = folded.split_whitespace().map(stem).filter(|word| !word.is_empty()).collect();
    let mut found: Vec<Found> = Vec::new();
    for (topic, markdown) in pages {
        let title = text::case_folded(topic.title());
        for (heading, section) in sections(&markdown) {
            let (head, body) = (text::case_folded(heading), text::case_folded(section));
            let is_intro = heading.is_empty();
            // Nothing stands above the title.
            if is_intro && section.trim().is_empty() {
                continue;
            }
            let score = |word: &&str| {
                let own = IN_HEADING * occurrences(if is_intro { &title } else { &head }, word).count().min(1)
                    + occurrences(&body, word).count().min(MOST_COUNTED);
                (own, own + IN_TITLE * occurrences(&title, word).count().min(1))
            };
            let scores: Vec<(usize, usize)> = words.iter().map(score).collect();
            // A word of the title alone is found at the beginning of the page.
            if scores.iter().all(|(own, _)| *own == 0) {
                continue;
            }
            let there = scores.iter().filter(|(_, all)| *all > 0).count();
            let (line, parts) = best_line(section, &words);
            found.push(Found {
                topic: topic.slug,
                title: topic.title(),
                section: heading.replace('`', ""),
                anchor: if is_intro { String::new() } else { section_anchor(heading) },
                line,
                parts,
                rank: (there, scores.iter().map(|(_, all)| all).sum()),
            });
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.rank));
    let most = found.first().map_or(0, |one| one.rank.0);
    let mut shown: Vec<Found> = Vec::new();
    for one in found.into_iter().filter(|one| one.rank.0 == most && 2 * most > words.len()) {
        if shown.iter().filter(|other| other.topic == one.topic).count() < MOST_OF_PAGE && shown.len() < MOST {
            shown.push(one);
        }
    }
    shown
}

/// A word without the endings that `print`, `prints`, `printed` and `printing` differ in.
fn stem(word: &str) -> &str {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let endings = ["ing", "ies", "ed", "es", "s", "y", "e"];
    let stems = endings.iter().filter_map(|ending| word.strip_suffix(ending));
    stems.into_iter().find(|stem| stem.chars().count() >= 3).unwrap_or(word)
}

/// Where words of a text begin like this one.
fn occurrences<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let begins = |at: &usize| !text[..*at].ends_with(char::is_alphanumeric);
    text.match_indices(word).map(|(at, _)| at).filter(begins)
}

/// The line of a section that has most of the words, in one piece and in parts.
fn best_line(section: &str, words: &[&str]) -> (String, Vec<String>) {
    let has = |line: &String| {
        let folded = text::case_folded(line);
        words.iter().filter(|word| occurrences(&folded, word).next().is_some()).count()
    };
    let lines: Vec<(usize, String)> =
        units(section).iter().map(|unit| plain(unit)).map(|line| (has(&line), line)).collect();
    let most = lines.iter().map(|(has, _)| *has).max().unwrap_or(0);
    let line = lines.into_iter().find(|(has, _)| *has == most).map(|(_, line)| line).unwrap_or_default();
    let line = around(&line, words);
    (line.clone(), parts(&line, words))
}

/// The places of the words in a line that is written as it is: none where folding moves its letters.
fn places(line: &str, words: &[&str]) -> Vec<(usize, usize)> {
    let folded = text::case_folded(line);
    if folded.len() != line.len() {
        return Vec::new();
    }
    let end = |start: usize| {
        let rest = &line[start..];
        start + rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())
    };
    let is_whole = |start: &usize| line.is_char_boundary(*start);
    let mut found: Vec<(usize, usize)> = words
        .iter()
        .flat_map(|word| {
            occurrences(&folded, word).filter(is_whole).map(|start| (start, end(start))).collect::<Vec<_>>()
        })
        .collect();
    found.sort_unstable();
    found.dedup_by_key(|(start, _)| *start);
    found
}

/// The part of a long line around the first of the words.
fn around(line: &str, words: &[&str]) -> String {
    let first = places(line, words).first().map_or(0, |(start, _)| *start);
    if line.chars().count() <= LONGEST || line[..first].chars().count() <= BEFORE {
        return short(line);
    }
    let start = line[..first].char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at);
    let start = line[start..first].find(' ').map_or(first, |space| start + space + 1);
    format!("… {}", short(&line[start..]))
}

/// A line cut at the words: text, word, text, word, text.
fn parts(line: &str, words: &[&str]) -> Vec<String> {
    let (mut parts, mut at) = (Vec::new(), 0);
    for (start, end) in places(line, words) {
        parts.extend([line[at..start].to_owned(), line[start..end].to_owned()]);
        at = end;
    }
    parts.push(line[at..].to_owned());
    parts
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
            // What stands above the lines of a table is no row.
            Some(_) if is_rule(line) => drop(found.pop()),
            Some(last) if goes_on && !begins => *last = format!("{last} {}", line.trim_start()),
            _ => found.push(line.to_owned()),
        }
        goes_on = !(line.is_empty() || is_fence || is_code || line.starts_with('|'));
    }
    found
}

/// Whether this is the line between the headings of a table and its rows.
fn is_rule(line: &str) -> bool {
    line.starts_with('|') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// The beginning of a text, up to the end of a word.
fn short(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(LONGEST) else { return text.to_owned() };
    let end = text[..end].rfind(' ').unwrap_or(end);
    format!("{} …", &text[..end])
}

/// A line without Markdown characters.
fn plain(line: &str) -> String {
    let line = line.trim_start_matches(['#', ' ']);
    let line = line.strip_prefix("- ").unwrap_or(line).trim();
    // Code is between backticks, and stays unchanged.
    let pieces = line.split('`').enumerate().map(|(at, piece)| {
        if at % 2 == 1 {
            return piece.to_owned();
        }
        let piece = piece.replace("**", "").replace('[', "").replace(" | ", ": ");
        let mut parts = piece.split("](");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, rest| text + rest.split_once(')').map_or(rest, |(_, after)| after))
    });
    pieces.collect::<String>().trim_matches(['|', ' ']).to_owned()
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
        assert_eq!(units("| a | b |\n|---|---|\n| c | d |\n"), ["| c | d |"]);
        assert_eq!(plain("| `a` | see [the page](x.md) **now** |"), "a: see the page now");
        assert_eq!(plain("- `--x` and `[small capitals]{.smallcaps}`"), "--x and [small capitals]{.smallcaps}");
    }

    #[test]
    fn a_word_is_found_where_one_begins_and_with_other_endings() {
        for (word, stemmed) in [
            ("printing", "print"),
            ("Prints", "Print"),
            ("codes", "cod"),
            ("jams", "jam"),
            ("used", "used"),
            ("--json", "json"),
            ("--", ""),
        ] {
            assert_eq!(stem(word), stemmed, "{word}");
        }
        assert_eq!(occurrences("start, art and artful", "art").count(), 2);
        let line = format!("{} the printed page", "word ".repeat(50));
        let found = around(&line, &["print"]);
        assert!(found.starts_with("… word") && found.ends_with("the printed page"), "{found}");
        assert_eq!(parts("a printed Page", &["print", "page"]), ["a ", "printed", " ", "Page", ""]);
    }
}
