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
    /// The page; without it all pages are listed.
    #[arg(value_name = "TOPIC")]
    topic: Option<String>,
    /// Search all pages for these words.
    #[arg(long, value_name = "WORDS", num_args = 1.., conflicts_with = "topic")]
    search: Option<Vec<String>>,
}

/// Lines are no longer, however wide the terminal is.
const WIDEST: usize = 100;

/// A page that is longer than the screen is shown by this, unless PAGER names another.
const PAGER: &str = "less -FRX";

pub(super) fn run(arguments: &ManualArguments, context: &Context) -> Result<Done> {
    let manual = Manual::new(command_list::markdown(&(context.command)()));
    let (markdown, object) = match (&arguments.search, &arguments.topic) {
        (Some(words), _) => {
            let words = words.join(" ");
            let found = manual.search(&words);
            let mut text = String::new();
            for one in &found {
                let place = if one.section.is_empty() {
                    one.title.to_owned()
                } else {
                    format!("{}: {}", one.title, one.section)
                };
                text.push_str(&format!("- **{place}** (`regulars manual {}`)\n  {}\n", one.topic, one.line));
            }
            if found.is_empty() {
                text = format!("No page has {}. `regulars manual` lists the pages.\n", text::quote(&words));
            }
            (text, json!({ "words": words, "found": found }))
        }
        (None, Some(slug)) => {
            let topic = Manual::topic(slug)?;
            let markdown = manual.markdown(topic);
            let object = json!({ "topic": topic.slug, "title": topic.title(), "markdown": markdown });
            (markdown, object)
        }
        (None, None) => {
            let pages = CHAPTERS.iter().flat_map(|part| part.topics.iter().map(|topic| (part.name, topic)));
            let pages = pages.map(|(part, topic)| json!({ "topic": topic.slug, "title": topic.title(), "part": part }));
            (Manual::index(), json!({ "pages": pages.collect::<Vec<_>>() }))
        }
    };
    let is_terminal = std::io::stdout().is_terminal() && !context.json;
    if is_terminal {
        let width = usize::from(console::Term::stdout().size().1).clamp(40, WIDEST);
        let is_styled = std::env::var_os("NO_COLOR").is_none();
        let text = to_terminal(&markdown, Terminal { width, is_styled });
        return Ok(Done::new(if paged(&text) { String::new() } else { text }, &object));
    }
    Ok(Done::new(to_terminal(&markdown, Terminal { width: WIDEST, is_styled: false }), &object))
}

/// Shows a text by a pager; whether there is one.
fn paged(text: &str) -> bool {
    let named = std::env::var("PAGER").ok().filter(|named| !named.trim().is_empty());
    let line = named.unwrap_or_else(|| PAGER.to_owned());
    let mut words = line.split_whitespace();
    let Some(program) = words.next() else { return false };
    let Ok(mut pager) = Command::new(program).args(words).stdin(Stdio::piped()).spawn() else { return false };
    // Whoever has read enough closes it before the end.
    let _ = pager.stdin.take().map(|mut input| input.write_all(text.as_bytes()));
    pager.wait().is_ok()
}
