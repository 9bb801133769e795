//! The manual: one Markdown file per page, in the order in which an owner needs them; shown by `regulars manual` and by
//! `serve`.
//!
//! A page begins with its title and one sentence about its purpose. Links name the file of another page, so that they
//! work in this folder too. `{{customer fields}}` and the like are filled in when a page is shown.

mod html;
mod search;
mod terminal;
mod topics;

use crate::campaign::past_fields;
use crate::customers::CustomerField;
use crate::domain::Column;
use crate::error::{Error, Result};
use crate::import::{Dialect, ImportKind};
use crate::text;
pub(crate) use html::{headings, to_html};
pub(crate) use search::Found;
pub(crate) use terminal::{Terminal, to_terminal};
use topics::topics;
pub(crate) use topics::{CHAPTERS, PICTURES, Topic};

/// The manual with the reference tables of this program.
pub(crate) struct Manual {
    /// The text for each placeholder.
    filled: Vec<(&'static str, String)>,
}

impl Manual {
    /// The manual of a program with these commands, a Markdown text.
    pub(crate) fn new(commands: String) -> Self {
        let list = |names: &mut dyn Iterator<Item = &str>| names.map(text::quote).collect::<Vec<_>>().join(", ");
        let systems = Dialect::all().map(|one| format!("- {}: {}\n", text::quote(one.name), one.title)).collect();
        let filled = vec![
            ("{{commands}}", commands),
            ("{{systems}}", systems),
            ("{{card fields}}", list(&mut CustomerField::ALL.iter().map(|field| field.as_str()))),
            ("{{customer fields}}", list(&mut ImportKind::Customers.fields().iter().copied())),
            ("{{purchase fields}}", list(&mut ImportKind::Purchases.fields().iter().copied())),
            ("{{past fields}}", list(&mut past_fields())),
        ];
        Self { filled }
    }

    /// The page of this name.
    pub(crate) fn topic(slug: &str) -> Result<&'static Topic> {
        topics().find(|topic| topic.slug == slug).ok_or_else(|| {
            let error = Error::new(format!("the manual has no page {}", text::quote(slug)));
            let near = text::nearest(slug, topics().map(|topic| topic.slug));
            match near.or_else(|| topics().map(|topic| topic.slug).find(|known| known.contains(slug))) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("`regulars manual` lists the pages, `regulars manual --search WORDS` searches them"),
            }
        })
    }

    /// The Markdown of a page.
    pub(crate) fn markdown(&self, topic: &Topic) -> String {
        let fill = |text: String, (name, value): &(&str, String)| text.replace(name, value);
        self.filled.iter().fold(topic.markdown.to_owned(), fill)
    }

    /// The list of pages, as Markdown.
    pub(crate) fn index() -> String {
        let mut text = "# Regulars: the manual\n".to_owned();
        for chapter in CHAPTERS {
            text.push_str(&format!("\n## {}\n\n| | |\n|---|---|\n", chapter.name));
            for topic in chapter.topics {
                text.push_str(&format!("| `{}` | {} |\n", topic.slug, topic.title()));
            }
        }
        text + "\n`regulars manual first-campaign` shows the first page. `regulars manual --search WORDS` searches all of them.\n"
    }

    /// The sections that contain all of these words, the best first.
    pub(crate) fn search(&self, words: &str) -> Vec<Found> {
        search::search(topics().map(|topic| (*topic, self.markdown(topic))), words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_is_filled() {
        let manual = Manual::new("all commands".to_owned());
        for topic in topics() {
            let text = manual.markdown(topic);
            assert!(manual.filled.iter().all(|(name, _)| !text.contains(name)), "{}", topic.slug);
            assert!(!topic.title().is_empty() && topic.purpose().ends_with('.'), "{}", topic.slug);
        }
        for (name, _) in &manual.filled {
            assert!(topics().any(|topic| topic.markdown.contains(name)), "no page has {name}");
        }
    }

    #[test]
    fn a_page_that_is_not_there_is_named_with_the_nearest() {
        let report = |slug| Manual::topic(slug).expect_err("no page").report();
        assert_eq!(report("remindes"), "error: the manual has no page `remindes`\nhint: did you mean `reminders`?\n");
        assert!(report("till").contains("`at-the-till`") && report("zzz").contains("lists the pages"));
        assert_eq!(Manual::topic("print").expect("a page").title(), "Print and mail");
    }

    #[test]
    fn all_words_must_be_there_and_headings_come_first() {
        let manual = Manual::new(String::new());
        let first = |words: &str| manual.search(words).first().map(|found| found.topic);
        assert_eq!(first("paper jam"), Some("print"));
        assert_eq!(first("PAPER Jam"), Some("print"));
        assert_eq!(first("backup"), Some("backup"));
        assert_eq!(first("undo an import"), Some("undo-import"));
        // Another ending, and words of which one is nowhere, are found as well; a part of a word is not.
        assert_eq!((first("printing labels"), first("paper jams zzz")), (Some("print"), Some("print")));
        assert_eq!((first("zzz"), first("  "), first("zzz qqq"), first("egulars")), (None, None, None, None));
        let most = |words: &str| {
            let found = manual.search(words);
            found.iter().filter(|one| one.topic == found[0].topic).count()
        };
        assert!(most("language of questions") <= 3, "one page leaves room for the others");
        for words in ["paper jam", "language", "duplicate", "json", "margin", "opt-out"] {
            for found in manual.search(words) {
                assert!(!found.line.is_empty() && found.parts.concat() == found.line, "{words}: {found:?}");
                let html = to_html(&manual.markdown(Manual::topic(found.topic).expect("a page")));
                let id = format!("id=\"{}\"", found.anchor);
                assert!(found.anchor.is_empty() || html.contains(&id), "{words}: {found:?}");
            }
        }
    }
}
