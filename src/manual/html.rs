//! Renders a page of the manual as HTML, for `serve`.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html};

/// The HTML of a page: links lead to the other pages, and headings have anchors.
pub(crate) fn to_html(markdown: &str) -> String {
    let mut events: Vec<Event<'_>> = Parser::new_ext(markdown, Options::ENABLE_TABLES).collect();
    for at in 0..events.len() {
        let anchor = match &events[at] {
            Event::Start(Tag::Heading { level, .. }) if *level as usize > 1 => anchor(&events[at + 1..]),
            _ => String::new(),
        };
        match &mut events[at] {
            Event::Start(Tag::Heading { id, .. }) if !anchor.is_empty() => *id = Some(anchor.into()),
            Event::Start(Tag::Link { dest_url, .. }) => *dest_url = address(dest_url),
            Event::Start(Tag::Image { dest_url, .. }) => *dest_url = format!("/manual/{dest_url}").into(),
            _ => {}
        }
    }
    let mut text = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut text, events.into_iter());
    text
}

/// The anchor of a heading: its words in lowercase.
fn anchor(after: &[Event<'_>]) -> String {
    let inside = after.iter().take_while(|event| !matches!(event, Event::End(pulldown_cmark::TagEnd::Heading(_))));
    let words = inside.filter_map(|event| match event {
        Event::Text(text) | Event::Code(text) => Some(text.to_lowercase()),
        _ => None,
    });
    let text: String = words.collect();
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

/// The target of a link: `print.md#labels` leads to the page of that name.
fn address<'t>(link: &str) -> CowStr<'t> {
    match link.split_once(".md") {
        Some((page, rest)) if !link.contains("://") => format!("/manual/{page}{rest}").into(),
        _ => link.to_owned().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_headings_and_pictures_lead_to_pages() {
        let html = to_html(
            "# T\n\n## A *new* one\n\n[a](print.md#labels) [b](https://x.example/a.md) ![P](pictures/p.png) `<b>`",
        );
        for part in [
            "<h1>T</h1>",
            "<h2 id=\"a-new-one\">",
            "href=\"/manual/print#labels\"",
            "href=\"https://x.example/a.md\"",
            "src=\"/manual/pictures/p.png\" alt=\"P\"",
            "<code>&lt;b&gt;</code>",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }
}
