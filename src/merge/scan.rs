//! A template cut into text and tags, as Tera's lexer cuts it.

/// A piece of a template.
pub(super) enum TemplatePart<'t> {
    /// Text, raw text and comments, by their bytes.
    Text(u64),
    Tag(ScannedTag<'t>),
}

impl<'t> TemplatePart<'t> {
    pub(super) fn tag(&self) -> Option<&ScannedTag<'t>> {
        if let TemplatePart::Tag(tag) = self { Some(tag) } else { None }
    }

    pub(super) fn into_tag(self) -> Option<ScannedTag<'t>> {
        if let TemplatePart::Tag(tag) = self { Some(tag) } else { None }
    }

    pub(super) fn bytes(&self) -> u64 {
        if let TemplatePart::Text(bytes) = self { *bytes } else { 0 }
    }
}

/// `{{ … }}` or `{% … %}`.
pub(super) struct ScannedTag<'t> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) prints: bool,
    pub(super) is_closed: bool,
    /// It ends in a dash.
    pub(super) trims: bool,
    pub(super) tokens: Vec<TagToken<'t>>,
    /// Where each token begins in the text.
    places: Vec<usize>,
    /// Of its brackets.
    pub(super) depth: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TagToken<'t> {
    Word(&'t str),
    Symbol(char),
    Literal,
}

/// A part of a tag in which a name has its dots: `customer.city`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum NameToken<'t> {
    Name(&'t str),
    Sign(char),
    /// A string, a number or a comparison.
    Literal,
}

impl<'t> ScannedTag<'t> {
    pub(super) fn first(&self) -> &'t str {
        self.tokens.first().map_or("", |token| if let TagToken::Word(word) = token { word } else { "" })
    }

    /// The tokens with whole names, without the minus.
    pub(super) fn names(&self, text: &'t str) -> Vec<NameToken<'t>> {
        let mut found = Vec::with_capacity(self.tokens.len());
        let mut at = 0;
        // The length of the token at a place, if one begins there that is part of a name.
        let part = |at: usize, place: usize| match self.tokens.get(at)? {
            TagToken::Word(word) if self.places[at] == place => Some(word.len()),
            TagToken::Symbol('.' | '?') if self.places[at] == place => Some(1),
            _ => None,
        };
        while let Some(token) = self.tokens.get(at) {
            let start = self.places[at];
            at += 1;
            match token {
                TagToken::Word(word) => {
                    let mut end = start + word.len();
                    while let Some(length) = part(at, end) {
                        end += length;
                        at += 1;
                    }
                    let is_number = word.starts_with(|c: char| c.is_ascii_digit());
                    let name = text[start..end].trim_end_matches('.');
                    found.push(if is_number { NameToken::Literal } else { NameToken::Name(name) });
                }
                TagToken::Symbol('=' | '!' | '<' | '>') if text[start + 1..].starts_with('=') => {
                    found.push(NameToken::Literal);
                    at += 1;
                }
                TagToken::Symbol('-') => {}
                TagToken::Symbol(symbol) => found.push(NameToken::Sign(*symbol)),
                TagToken::Literal => found.push(NameToken::Literal),
            }
        }
        found
    }

    /// `set x = …`, which needs no end.
    pub(super) fn is_assignment(&self) -> bool {
        matches!(self.first(), "set" | "set_global") && self.tokens.get(2) == Some(&TagToken::Symbol('='))
    }

    /// The names that a `for` or `set` brings in.
    pub(super) fn declares(&self) -> impl Iterator<Item = &'t str> {
        let declares = !self.prints && matches!(self.first(), "for" | "set" | "set_global");
        let names = self.tokens.iter().skip(1).take_while(|token| **token != TagToken::Word("in")).take(3);
        let names = names.filter_map(|token| if let TagToken::Word(word) = token { Some(*word) } else { None });
        let most = if self.first() == "for" { 2 } else { 1 };
        names.take(if declares { most } else { 0 })
    }
}

/// The parts of a text, as Tera's lexer finds them. What it refuses may be missing.
pub(super) fn scan(text: &str) -> Vec<TemplatePart<'_>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let next = rest.as_bytes().windows(2).position(|two| matches!(two, b"{{" | b"{%" | b"{#"));
        let Some(open) = next else {
            parts.push(TemplatePart::Text(rest.len() as u64));
            break;
        };
        if open > 0 {
            parts.push(TemplatePart::Text(open as u64));
        }
        let start = at + open;
        let inside = start + 2;
        let end = match &text[start..inside] {
            "{#" => text[inside..].find("#}").map(|length| inside + length + 2),
            "{%" => end_of_raw(text, inside),
            _ => None,
        };
        if let Some(end) = end {
            parts.push(TemplatePart::Text((end - start) as u64));
            at = end;
            continue;
        }
        let tag = tag(text, start);
        at = tag.end;
        parts.push(TemplatePart::Tag(tag));
    }
    parts
}

/// Where the raw text ends that begins with this tag, if it does.
fn end_of_raw(text: &str, inside: usize) -> Option<usize> {
    let word = |at: usize, name: &str| {
        let rest = text[at..].trim_start_matches('-').trim_ascii_start().strip_prefix(name)?.trim_ascii_start();
        let rest = rest.strip_prefix('-').unwrap_or(rest).strip_prefix("%}")?;
        Some(text.len() - rest.len())
    };
    let mut at = word(inside, "raw")?;
    loop {
        at += text[at..].find("{%")? + 2;
        if let Some(end) = word(at, "endraw") {
            return Some(end);
        }
    }
}

/// The tag that begins here.
fn tag(text: &str, start: usize) -> ScannedTag<'_> {
    let prints = text[start..].starts_with("{{");
    let close = if prints { "}}" } else { "%}" };
    let mut at = start + 2;
    if text[at..].starts_with('-') {
        at += 1;
    }
    let (mut tokens, mut places) = (Vec::new(), Vec::new());
    let (mut brackets, mut depth, mut trims, mut is_closed) = (0_usize, 0, false, false);
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        trims = rest.starts_with('-') && rest[1..].starts_with(close);
        if trims || rest.starts_with(close) {
            at += close.len() + usize::from(trims);
            is_closed = true;
            break;
        }
        if !c.is_whitespace() {
            places.push(at);
        }
        at += match c {
            '"' | '\'' | '`' => {
                tokens.push(TagToken::Literal);
                string_length(rest, c)
            }
            c if c.is_alphanumeric() || c == '_' => {
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                tokens.push(TagToken::Word(&rest[..length]));
                length
            }
            c => {
                match c {
                    '(' | '[' | '{' => brackets += 1,
                    ')' | ']' | '}' => brackets = brackets.saturating_sub(1),
                    _ => {}
                }
                depth = depth.max(brackets);
                if !c.is_whitespace() {
                    tokens.push(TagToken::Symbol(c));
                }
                c.len_utf8()
            }
        };
    }
    ScannedTag { start, end: at, prints, is_closed, trims, tokens, places, depth }
}

/// The length of a string with its quotation marks.
fn string_length(rest: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}
