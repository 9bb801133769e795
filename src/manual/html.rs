//! Renders a page of the manual as HTML, for `serve`.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// The HTML of a page: links lead to the other pages, and headings have anchors.
pub(crate) fn to_html(markdown: &str) -> String {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).scan(false, |is_table, event| {
        match event {
            Event::Start(Tag::Table(_)) => *is_table = true,
            Event::End(TagEnd::Table) => *is_table = false,
            Event::Code(code) if *is_table => return Some(Event::InlineHtml(breaking(&code).into())),
            _ => {}
        }
        Some(event)
    });
    let mut events: Vec<Event<'_>> = events.collect();
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

/// The headings below the title of a page, each with what it is linked by.
pub(crate) fn headings(markdown: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut is_heading = false;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) => {
                is_heading = true;
                found.push((String::new(), String::new()));
            }
            Event::End(TagEnd::Heading(_)) => is_heading = false,
            Event::Text(text) | Event::Code(text) if is_heading => {
                if let Some((heading, anchor)) = found.last_mut() {
                    heading.push_str(&text);
                    *anchor = section_anchor(heading);
                }
            }
            _ => {}
        }
    }
    found
}

/// Code that may go on in the next line behind a `.`, `_`, `/` or `=`: names are longer than the columns of a phone.
fn breaking(code: &str) -> String {
    let mut html = "<code>".to_owned();
    for c in code.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            c => html.push(c),
        }
        if matches!(c, '.' | '_' | '/' | '=') {
            html.push_str("<wbr>");
        }
    }
    html + "</code>"
}

/// The anchor of a heading: its words in lowercase.
fn anchor(after: &[Event<'_>]) -> String {
    let inside = after.iter().take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
    let words = inside.filter_map(|event| match event {
        Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
        _ => None,
    });
    section_anchor(&words.collect::<String>())
}

/// What a heading of these words is linked by.
pub(super) fn section_anchor(heading: &str) -> String {
    let text = heading.to_lowercase();
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
        assert!(to_html("| a |\n|---|\n| `a.b<c>` |\n").contains("<code>a.<wbr>b&lt;c&gt;</code>"));
        let listed = headings("# T\n\n## A `new` *one*\n\n### Below\n\n## B\n");
        let listed: Vec<(&str, &str)> = listed.iter().map(|(text, anchor)| (text.as_str(), anchor.as_str())).collect();
        assert_eq!(listed, [("A new one", "a-new-one"), ("B", "b")]);
    }
}
