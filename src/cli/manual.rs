//! `manual [TOPIC]`: the pages of the manual.

use std::io::{IsTerminal, Write};
use std::process::{Command, Stdio};

use serde_json::json;

use super::command_list;
use super::context::Context;
use super::done::Done;
use crate::error::Result;
use crate::manual::{CHAPTERS, Manual, Terminal, to_terminal};
use crate::text;

/// Show the manual: the list of its pages, or one page.
#[derive(Debug, clap::Args)]
pub(super) struct ManualArguments {
    /// The page; by default all pages are listed.
    #[arg(value_name = "TOPIC")]
    topic: Option<String>,
    /// Search all pages for these words.
    #[arg(long, value_name = "WORDS", num_args = 1.., conflicts_with = "topic")]
    search: Option<Vec<String>>,
}

/// The widest and narrowest text, whatever the width of the terminal.
const WIDEST: usize = 100;
const NARROWEST: usize = 40;

/// The pager for a page that is longer than the screen, unless PAGER is set.
const PAGER: &str = "less -FRX";

pub(super) fn run(arguments: &ManualArguments, context: &Context) -> Result<Done> {
    let manual = Manual::new(command_list::markdown(&(context.command)()));
    if let Some(words) = &arguments.search {
        return Ok(found(&manual, &words.join(" ")));
    }
    let (markdown, object) = if let Some(slug) = &arguments.topic {
        let topic = Manual::topic(slug)?;
        let markdown = manual.markdown(topic);
        let object = json!({ "topic": topic.slug, "title": topic.title(), "markdown": markdown });
        (markdown, object)
    } else {
        let pages = CHAPTERS.iter().flat_map(|chapter| chapter.topics.iter().map(|topic| (chapter.name, topic)));
        let pages =
            pages.map(|(chapter, topic)| json!({ "topic": topic.slug, "title": topic.title(), "chapter": chapter }));
        (Manual::index(), json!({ "pages": pages.collect::<Vec<_>>() }))
    };
    let is_terminal = std::io::stdout().is_terminal() && !context.json;
    let width =
        if is_terminal { usize::from(console::Term::stdout().size().1).clamp(NARROWEST, WIDEST) } else { WIDEST };
    let is_styled = is_terminal && std::env::var_os("NO_COLOR").is_none();
    let text = to_terminal(&markdown, Terminal { width, is_styled });
    let is_shown = is_terminal && paged(&text);
    Ok(Done::new(if is_shown { String::new() } else { text }, &object))
}

/// The sections that contain the words, each with the command that shows its page.
fn found(manual: &Manual, words: &str) -> Done {
    let found = manual.search(words);
    let mut text = String::new();
    for one in &found {
        let section = if one.section.is_empty() { String::new() } else { format!(": {}", one.section) };
        text.push_str(&format!("{}{section}\n  regulars manual {}\n  {}\n\n", one.title, one.topic, one.line));
    }
    if found.is_empty() {
        text = format!("No page has {}. `regulars manual` lists the pages.\n", text::quote(words));
    }
    Done::new(text, &json!({ "words": words, "found": found }))
}

/// Shows a text in a pager; returns whether there is one.
fn paged(text: &str) -> bool {
    let named = std::env::var("PAGER").ok().filter(|named| !named.trim().is_empty());
    let line = named.unwrap_or_else(|| PAGER.to_owned());
    let mut words = line.split_whitespace();
    let Some(program) = words.next() else { return false };
    let Ok(mut pager) = Command::new(program).args(words).stdin(Stdio::piped()).spawn() else { return false };
    // Ctrl-C is for the pager.
    let _ = ctrlc::set_handler(|| ());
    // The reader may close the pager early.
    let _ = pager.stdin.take().map(|mut input| input.write_all(text.as_bytes()));
    pager.wait().is_ok()
}
