//! Renders a page of the manual as text for a terminal: bold headings, aligned tables, wrapped lines.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Style marks inside a text during layout; they have no width, except those of code when they are printed.
const BOLD: char = '\u{1}';
const USUAL: char = '\u{2}';
const CODE: char = '\u{3}';
const CODE_ENDS: char = '\u{4}';

/// A non-breaking space, and the length up to which code is kept on one line.
const STAYS: &str = "\u{a0}";
const LONGEST: usize = 40;

/// The largest width of a table column, except the last.
const WIDEST: usize = 30;

/// The terminal that shows the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    /// Characters in a line.
    pub(crate) width: usize,
    /// Whether it shows bold.
    pub(crate) is_styled: bool,
}

/// The text of a page.
pub(crate) fn to_terminal(markdown: &str, terminal: Terminal) -> String {
    let mut page = TerminalPage { terminal, ..TerminalPage::default() };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        page.event(event);
    }
    let [bold, usual] = if terminal.is_styled { ["\u{1b}[1m", "\u{1b}[0m"] } else { ["", ""] };
    let [code, code_ends] = if terminal.is_styled { [bold, usual] } else { ["`", "`"] };
    page.out
        .replace(STAYS, " ")
        .replace(BOLD, bold)
        .replace(USUAL, usual)
        .replace(CODE, code)
        .replace(CODE_ENDS, code_ends)
}

impl Default for Terminal {
    fn default() -> Self {
        Self { width: 80, is_styled: false }
    }
}

impl Terminal {
    /// The width of a text in characters.
    fn width_of(self, text: &str) -> usize {
        let takes_room = |c: char| match c {
            BOLD | USUAL => false,
            CODE | CODE_ENDS => !self.is_styled,
            _ => true,
        };
        text.chars().filter(|c| takes_room(*c)).count()
    }

    /// Wraps a text to this width. A style that continues is started again on the next line.
    fn wrap(self, text: &str, width: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.split('\n') {
            let mut line = String::new();
            for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
                if !line.is_empty() && self.width_of(&line) + 1 + self.width_of(word) > width {
                    lines.push(std::mem::take(&mut line));
                }
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            lines.push(line);
        }
        let mut open = None;
        for line in &mut lines {
            let begins: String = open.into_iter().collect();
            for c in line.chars() {
                open = match c {
                    BOLD | CODE => Some(c),
                    USUAL | CODE_ENDS => None,
                    _ => open,
                };
            }
            let ends = open.map_or(String::new(), |mark| if mark == BOLD { USUAL } else { CODE_ENDS }.to_string());
            *line = format!("{begins}{line}{ends}");
        }
        lines
    }
}

/// A page during layout.
#[derive(Default)]
struct TerminalPage {
    terminal: Terminal,
    out: String,
    /// The text of the current paragraph, heading or cell.
    text: String,
    /// The counter of each open list; none if it has no numbers.
    lists: Vec<Option<u64>>,
    /// The marker of the item whose first line comes next.
    mark: String,
    rows: Vec<Vec<String>>,
    link: String,
    is_code: bool,
}

impl TerminalPage {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.is_code => {
                for line in text.lines() {
                    self.out.push_str(format!("    {line}").trim_end());
                    self.out.push('\n');
                }
            }
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text.push_str(&text),
            Event::Code(text) => {
                let text = if text.len() <= LONGEST { text.replace(' ', STAYS) } else { text.to_string() };
                self.text.push_str(&format!("{CODE}{text}{CODE_ENDS}"));
            }
            Event::SoftBreak => self.text.push(' '),
            Event::HardBreak => self.text.push('\n'),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::Table(_) => self.gap(),
            Tag::Heading { .. } => {
                self.gap();
                self.text.push(BOLD);
            }
            Tag::Strong => self.text.push(BOLD),
            Tag::Link { dest_url, .. } => self.link = dest_url.to_string(),
            Tag::Image { .. } => self.text.push_str("[picture: "),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                self.flush();
                self.gap();
                self.is_code = true;
            }
            Tag::List(first) => {
                self.flush();
                if self.lists.is_empty() {
                    self.gap();
                }
                self.lists.push(*first);
            }
            Tag::Item => {
                self.mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".to_owned(),
                };
            }
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => {
                self.text.push(USUAL);
                let width = self.terminal.width_of(&self.text);
                self.flush();
                if !self.terminal.is_styled && level <= HeadingLevel::H2 {
                    let rule = if level == HeadingLevel::H1 { "=" } else { "-" };
                    self.out.push_str(&format!("{}\n", rule.repeat(width)));
                }
            }
            TagEnd::Paragraph | TagEnd::Item => self.flush(),
            TagEnd::Strong => self.text.push(USUAL),
            TagEnd::Image => self.text.push(']'),
            TagEnd::Link => {
                let link = std::mem::take(&mut self.link);
                match link.split_once(".md") {
                    Some((page, _)) if !link.contains("://") => {
                        self.text.push_str(&format!(" ({CODE}regulars{STAYS}manual{STAYS}{page}{CODE_ENDS})"));
                    }
                    _ if self.text.ends_with(&link) => {}
                    _ => self.text.push_str(&format!(" ({link})")),
                }
            }
            TagEnd::CodeBlock => self.is_code = false,
            TagEnd::List(_) => drop(self.lists.pop()),
            TagEnd::TableCell => {
                let text = std::mem::take(&mut self.text);
                self.rows.last_mut().into_iter().for_each(|row| row.push(text.clone()));
            }
            TagEnd::Table => self.table(),
            _ => {}
        }
    }

    /// An empty line between blocks.
    fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") && self.mark.is_empty() {
            self.out.push('\n');
        }
    }

    /// Writes the current text.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if text.is_empty() {
            return;
        }
        let mark = std::mem::take(&mut self.mark);
        let depth = 2 * self.lists.len().saturating_sub(1);
        let hang = depth + if self.lists.is_empty() { 0 } else { mark.len().max(2) };
        for (number, line) in self.terminal.wrap(&text, self.terminal.width.saturating_sub(hang)).iter().enumerate() {
            let begins = if number == 0 { format!("{}{mark}", " ".repeat(depth)) } else { String::new() };
            self.out.push_str(format!("{begins:hang$}{line}").trim_end());
            self.out.push('\n');
        }
    }

    /// Writes the current table: columns as wide as their content, the last as wide as the remaining space.
    fn table(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
        let width_of = |column: usize| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| self.terminal.width_of(cell)).max()
        };
        let mut widths: Vec<usize> = (0..columns).map(|column| width_of(column).unwrap_or_default()).collect();
        let room = self.terminal.width.saturating_sub(2 * columns.saturating_sub(1));
        while widths.iter().sum::<usize>() > room {
            // The widest column is narrowed; a first column with names stays complete as long as possible.
            let Some(widest) = (0..columns).filter(|column| widths[*column] > 12).max_by_key(|column| widths[*column])
            else {
                break;
            };
            let too_much = widths.iter().sum::<usize>() - room;
            let others = widths.iter().enumerate().filter(|(column, _)| *column != widest).map(|(_, width)| *width);
            let next = others.max().unwrap_or_default().max(WIDEST.min(room / 2));
            widths[widest] = if widths[widest] > next {
                next.max(widths[widest].saturating_sub(too_much))
            } else {
                widths[widest] - 1
            };
        }
        for (number, row) in rows.iter().enumerate() {
            let is_head = number == 0;
            if is_head && row.iter().all(String::is_empty) {
                continue;
            }
            let cells: Vec<Vec<String>> =
                row.iter().zip(&widths).map(|(cell, width)| self.terminal.wrap(cell, *width)).collect();
            for line in 0..cells.iter().map(Vec::len).max().unwrap_or_default() {
                let mut text = String::new();
                for (cell, width) in cells.iter().zip(&widths) {
                    let part = cell.get(line).map_or("", String::as_str);
                    let room = width.saturating_sub(self.terminal.width_of(part)) + 2;
                    text.push_str(&if is_head { format!("{BOLD}{part}{USUAL}") } else { part.to_owned() });
                    text.push_str(&" ".repeat(room));
                }
                self.out.push_str(text.trim_end());
                self.out.push('\n');
            }
            if is_head && !self.terminal.is_styled {
                let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
                self.out.push_str(&format!("{}\n", rules.join("  ")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(markdown: &str, width: usize) -> String {
        to_terminal(markdown, Terminal { width, is_styled: false })
    }

    #[test]
    fn a_page_reads_well_without_any_style() {
        let text = "# A title\n\nSee [print](print.md), or <https://x.example>.\n\n- one two three four\n- `b`\n\n1. x\n2. y\n\n```sh\na b\n```\n\n\
                    | k | v |\n|---|---|\n| `a` | one two three |\n| b | c |\n";
        let wanted = "A title\n=======\n\nSee print\n(`regulars manual print`), or\nhttps://x.example.\n\n- one two three four\n- `b`\n\n1. x\n2. y\n\n    a b\n\n\
                      k    v\n---  -------------\n`a`  one two three\nb    c\n";
        assert_eq!(plain(text, 32), wanted);
        assert_eq!(plain("- one two three", 10), "- one two\n  three\n");
    }

    #[test]
    fn tables_fit_and_styles_end_with_their_line() {
        let table = "| key | means |\n|---|---|\n| `a_long_key` | one two three four five six seven eight nine ten |\n";
        for width in [28, 40, 80] {
            let text = plain(table, width);
            assert!(text.lines().all(|line| line.chars().count() <= width), "{width}: {text}");
        }
        let styled = to_terminal("**one two** `three`", Terminal { width: 4, is_styled: true });
        assert_eq!(styled, "\u{1b}[1mone\u{1b}[0m\n\u{1b}[1mtwo\u{1b}[0m\n\u{1b}[1mthree\u{1b}[0m\n");
    }
}
