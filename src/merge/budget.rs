//! Limits for one letter: a template is measured before Tera reads it, and counted while it is rendered.
//!
//! Tera has no limits of its own but for `range` and components. So the text is scanned as Tera's lexer scans it: how deep
//! tags and brackets go is known from that. Behind each `for` a call is put that pays for one turn of the loop, behind each
//! `set` one that measures what was set. Both print nothing and take no line.

use std::cell::Cell;
use std::collections::HashSet;
use std::io;

use tera::{Kwargs, State, StringInput, Tera, TeraResult, Value};

use super::scan::{ScannedTag, TagToken, TemplatePart, scan};
use crate::error::Error;
use crate::text;

/// How long the text of one letter may be, in bytes: about 20 pages.
const MOST_TEXT: usize = 64 * 1024;

/// How long a value may be that a template makes.
const MOST_VALUE: usize = 32 * 1024;

/// What one letter may cost. A tag costs [`TAG`], a value that a template made [`MOST_VALUE`], other text its bytes: so it
/// bounds the time, and the memory of what is captured and not printed.
const MOST_COST: u64 = 128 * 1024 * 1024;

const TAG: u64 = 512;

/// How deep tags may stand in each other, an `elif` in its `if` counted as well.
const MOST_NESTED: usize = 40;

/// How deep brackets may stand in each other.
const MOST_BRACKETS: usize = 16;

/// How many words and symbols a tag may have.
const MOST_TOKENS: usize = 400;

/// How many numbers `range` gives at most.
const MOST_NUMBERS: i128 = 1000;

/// How many items `unique` compares at most, each with each.
const MOST_COMPARED: usize = 500;

/// Filters that can make long values of short ones; they are replaced by limited ones.
const GROWING: [&str; 2] = ["replace", "join"];

thread_local! {
    /// The cost that is left for the letter being rendered.
    static LEFT: Cell<u64> = const { Cell::new(0) };
}

/// How messages about a template that was stopped begin.
const TOO_MUCH: &str = "this template";

/// A text that Tera may read.
#[derive(Debug)]
pub(super) struct Measured {
    /// The text with the calls that count.
    pub(super) text: String,
    /// What it costs without its loops.
    cost: u64,
}

/// Checks that a text is short enough to be read.
pub(super) fn check_length(text: &str) -> Result<(), Error> {
    if text.len() <= MOST_TEXT {
        return Ok(());
    }
    let hint = "a letter is a page or two: is it the right file?";
    Err(Error::new(format!("the text is longer than {} kB", MOST_TEXT / 1024)).hint(hint))
}

/// Measures a text; or what is too much about it, with its line.
pub(super) fn measure(text: &str) -> Result<Measured, (usize, Error)> {
    let parts = scan(text);
    let locals: HashSet<&str> = parts.iter().filter_map(TemplatePart::tag).flat_map(ScannedTag::declares).collect();
    let mut open = vec![Open { word: "", name: "", cost: 0, place: 0, trims: false, depth: 0 }];
    let mut calls: Vec<(usize, String)> = Vec::new();
    for part in &parts {
        let Some(tag) = part.tag() else {
            top(&mut open).cost += part.bytes();
            continue;
        };
        let line = || 1 + text[..tag.start].matches('\n').count();
        let refuse = |message: &str, hint: &str| Err((line(), Error::new(message).hint(hint)));
        if tag.depth > MOST_BRACKETS || tag.tokens.len() > MOST_TOKENS {
            if !tag.is_closed {
                let open = text::quote(if tag.prints { "{{" } else { "{%" });
                let hint =
                    "a merge field looks like `{{ customer.city }}`, a condition like `{% if customer.spouse %}`";
                return refuse(&format!("{open} is opened and not closed"), hint);
            }
            return refuse("this tag is too long, or its brackets are too deep", "make two or three of it, with `set`");
        }
        let is_loop = |(at, token): (usize, &TagToken<'_>)| *token == TagToken::Word("for") && (tag.prints || at > 0);
        if tag.tokens.iter().enumerate().any(is_loop) {
            return refuse("a list that is made by a `for` inside a tag is not for letters", "write `{% for … %}`");
        }
        top(&mut open).cost += cost(tag, &locals);
        let word = if tag.prints { "" } else { tag.first() };
        match word {
            "component" => {
                return refuse("a letter is one text, which takes in no other", "write it where it is needed");
            }
            "if" | "for" | "filter" | "block" | "set" | "set_global" if !tag.is_assignment() => {
                let name = tag.declares().next().unwrap_or_default();
                open.push(Open { word, name, cost: 0, place: tag.end, trims: tag.trims, depth: 1 });
            }
            "elif" => top(&mut open).depth += 1,
            "endif" | "endfor" | "endset" | "endfilter" | "endblock" if open.len() > 1 => {
                let Some(closed) = open.pop() else { continue };
                top(&mut open).cost += closed.cost;
                match closed.word {
                    "for" => calls.push((closed.place, call("regulars_turn", closed.cost, closed.trims))),
                    "set" | "set_global" => {
                        calls.push((tag.end, call("regulars_value", Quoted(closed.name), tag.trims)));
                    }
                    _ => {}
                }
            }
            "set" | "set_global" => {
                let name = tag.declares().next().unwrap_or_default();
                calls.push((tag.end, call("regulars_value", Quoted(name), tag.trims)));
            }
            _ => {}
        }
        if open.iter().map(|open| open.depth).sum::<usize>() > MOST_NESTED {
            let message = format!("tags are nested more than {MOST_NESTED} deep");
            return refuse(&message, "an `if` with many cases is a branch of the campaign, or a field of the import");
        }
    }
    let cost = open.iter().map(|open| open.cost).sum();
    if cost > MOST_COST {
        return Err((1, spent()));
    }
    calls.sort_by_key(|(place, _)| *place);
    let mut counted = String::with_capacity(text.len() + 48 * calls.len());
    let mut from = 0;
    for (place, call) in calls {
        counted.push_str(&text[from..place]);
        counted.push_str(&call);
        from = place;
    }
    counted.push_str(&text[from..]);
    Ok(Measured { text: counted, cost })
}

/// What a tag costs: values that the template made are counted as long as they may be.
fn cost(tag: &ScannedTag<'_>, locals: &HashSet<&str>) -> u64 {
    let is_long = |token: &&TagToken<'_>| matches!(token, TagToken::Word(word) if locals.contains(word) || GROWING.contains(word));
    let long = tag.tokens.iter().filter(is_long).count() as u64;
    TAG + (tag.end - tag.start) as u64 + long * MOST_VALUE as u64
}

/// A tag that is not closed yet.
struct Open<'t> {
    word: &'t str,
    /// What it sets.
    name: &'t str,
    /// What its inside costs.
    cost: u64,
    /// Where its inside begins.
    place: usize,
    trims: bool,
    /// Itself and its `elif`s.
    depth: usize,
}

fn top<'o, 't>(open: &'o mut [Open<'t>]) -> &'o mut Open<'t> {
    let last = open.len() - 1;
    &mut open[last]
}

struct Quoted<'t>(&'t str);

impl std::fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

/// A call behind a tag, which trims the white space behind it as the tag does.
fn call(function: &str, argument: impl std::fmt::Display, trims: bool) -> String {
    let dash = if trims { "-" } else { "" };
    format!("{{{{{dash} {function}(of={argument}) {dash}}}}}")
}

fn spent() -> Error {
    Error::new(format!("{TOO_MUCH} takes more work than one letter may")).hint(FEW_LOOPS)
}

const FEW_LOOPS: &str =
    "a letter has few loops, and short ones: go through a list such as `customer.tags`, not through numbers";

/// Begins a letter.
pub(super) fn begin(measured: &Measured) {
    LEFT.set(MOST_COST.saturating_sub(measured.cost));
}

/// The error of a template that was stopped, if that is why it failed.
pub(super) fn exceeded(message: &str) -> Option<Error> {
    let own = &message[message.find(TOO_MUCH)?..];
    Some(Error::new(own.lines().next().unwrap_or(own)).hint(FEW_LOOPS))
}

/// Subtracts a cost from what is left.
fn pay(cost: u64) -> TeraResult<()> {
    let left = LEFT.get().checked_sub(cost);
    LEFT.set(left.unwrap_or_default());
    left.map(|_| ()).ok_or_else(|| tera::Error::message(spent().message()))
}

fn too_long() -> tera::Error {
    tera::Error::message(format!("{TOO_MUCH} makes a value of more than {} kB", MOST_VALUE / 1024))
}

/// The counting functions, and limited forms of the filters that can make long values of short ones.
pub(super) fn register(tera: &mut Tera) {
    tera.register_function("regulars_turn", |arguments: Kwargs, _: &State| -> TeraResult<Value> {
        pay(arguments.must_get::<u64>("of")? + TAG)?;
        Ok(Value::safe_string(""))
    });
    tera.register_function("regulars_value", |arguments: Kwargs, state: &State| -> TeraResult<Value> {
        let value: Option<Value> = state.get(arguments.must_get::<&str>("of")?)?;
        let mut room = MOST_VALUE;
        if value.is_some_and(|value| !fits(&value, &mut room)) {
            return Err(too_long());
        }
        Ok(Value::safe_string(""))
    });
    tera.register_function("range", |arguments: Kwargs, _: &State| -> TeraResult<Vec<i128>> {
        let start = arguments.get::<i128>("start")?.unwrap_or_default();
        let end = arguments.must_get::<i128>("end")?;
        let step = arguments.get::<i128>("step_by")?.unwrap_or(1);
        if step == 0 || (start > end && step > 0) {
            return Err(tera::Error::message("`range` goes from `start` up to `end`, in steps of more than 0"));
        }
        let mut numbers = Vec::new();
        let mut at = start;
        while (step > 0 && at < end) || (step < 0 && at > end) {
            if numbers.len() as i128 >= MOST_NUMBERS {
                return Err(tera::Error::message(format!("{TOO_MUCH} counts further than {MOST_NUMBERS}")));
            }
            numbers.push(at);
            let Some(next) = at.checked_add(step) else { break };
            at = next;
        }
        Ok(numbers)
    });
    tera.register_filter("replace", |value: StringInput, arguments: Kwargs, state: &State| -> TeraResult<Value> {
        let (from, to) = (arguments.must_get::<&str>("from")?, arguments.must_get::<StringInput>("to")?);
        let is_safe = state.autoescaping_enabled() && (value.is_safe() || to.is_safe());
        let (value, to) = if is_safe {
            (value.rendered(state)?, to.rendered(state)?)
        } else {
            (value.as_str().into(), to.as_str().into())
        };
        let times = value.matches(from).count();
        if value.len().saturating_add(times.saturating_mul(to.len())) > MOST_TEXT {
            return Err(too_long());
        }
        let replaced = value.replace(from, &to);
        Ok(if is_safe { Value::safe_string(&replaced) } else { Value::from(replaced) })
    });
    tera.register_filter("join", |values: Vec<Value>, arguments: Kwargs, state: &State| -> TeraResult<Value> {
        let separator = arguments.get::<StringInput>("sep")?;
        let mut room = MOST_TEXT;
        if !values.iter().all(|value| fits(value, &mut room))
            || separator.as_ref().map_or(0, |sep| sep.as_str().len()).saturating_mul(values.len()) > MOST_TEXT
        {
            return Err(too_long());
        }
        let is_safe = state.autoescaping_enabled()
            && (values.iter().any(|value| value.is_string() && value.is_safe())
                || separator.as_ref().is_some_and(StringInput::is_safe));
        if !is_safe {
            let parts: Vec<String> = values.iter().map(ToString::to_string).collect();
            return Ok(Value::from(parts.join(separator.map_or("", |sep| sep.as_str()))));
        }
        let part = |value: &Value| if value.is_undefined() { Ok(String::new()) } else { state.escape_if_needed(value) };
        let parts = values.iter().map(part).collect::<TeraResult<Vec<String>>>()?;
        let separator = separator.as_ref().map(|sep| sep.rendered(state)).transpose()?.unwrap_or_default();
        Ok(Value::safe_string(&parts.join(&separator)))
    });
    tera.register_filter("unique", |values: Vec<Value>, _: Kwargs, _: &State| -> TeraResult<Vec<Value>> {
        if values.len() > MOST_COMPARED {
            return Err(tera::Error::message(format!("{TOO_MUCH} compares more than {MOST_COMPARED} values")));
        }
        pay((values.len() * values.len()) as u64 * 16)?;
        let mut found: Vec<Value> = Vec::new();
        for value in values {
            if !found.contains(&value) {
                found.push(value);
            }
        }
        Ok(found)
    });
}

/// Whether a value with all that is in it takes no more than this room, of which it takes its share.
fn fits(value: &Value, room: &mut usize) -> bool {
    let own = value.as_str().map_or(8, |text| 8 + text.len());
    let Some(rest) = room.checked_sub(own) else { return false };
    *room = rest;
    if let Some(list) = value.as_array() {
        return list.iter().all(|item| fits(item, room));
    }
    value.as_map().is_none_or(|map| map.iter().all(|(_, item)| fits(item, room)))
}

/// Takes the text of one letter, up to its limit.
#[derive(Debug, Default)]
pub(super) struct LetterText {
    bytes: Vec<u8>,
    is_full: bool,
}

impl LetterText {
    /// The text.
    ///
    /// # Errors
    /// When it was more than a letter may be.
    pub(super) fn text(self) -> Result<String, Error> {
        if self.is_full {
            let hint = "a letter is a page or two: look for a loop that prints too much";
            return Err(Error::new(format!("the letter is longer than {} kB", MOST_TEXT / 1024)).hint(hint));
        }
        String::from_utf8(self.bytes).map_err(|e| Error::new("the letter is not text in UTF-8").because(e))
    }

    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }
}

impl io::Write for &mut LetterText {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > MOST_TEXT {
            self.is_full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(text: &str) -> Result<String, String> {
        let measured = measure(text).map_err(|(line, fault)| format!("{line}: {fault}"))?;
        let mut tera = Tera::new();
        tera.autoescape_on([".md"]);
        register(&mut tera);
        tera.add_raw_template("a.md", &measured.text).map_err(|fault| format!("Tera: {fault}"))?;
        let mut context = tera::Context::new();
        context.insert("tags", &["wine", "red", "wine"]);
        context.insert("name", "Ana & Co");
        begin(&measured);
        let mut letter = LetterText::default();
        let outcome = tera.render_to("a.md", &context, &mut letter);
        if letter.is_full() {
            return letter.text().map_err(|fault| fault.to_string());
        }
        outcome.map_err(|fault| exceeded(&fault.to_string()).map_or(fault.to_string(), |own| own.to_string()))?;
        letter.text().map_err(|fault| fault.to_string())
    }

    /// As Tera renders it without counting.
    fn plain(text: &str) -> String {
        let mut tera = Tera::new();
        tera.autoescape_on([".md"]);
        tera.add_raw_template("a.md", text).expect(text);
        let mut context = tera::Context::new();
        context.insert("tags", &["wine", "red", "wine"]);
        context.insert("name", "Ana & Co");
        tera.render("a.md", &context).expect(text)
    }

    #[test]
    fn what_is_counted_is_printed_as_it_would_be() {
        for text in [
            "a {{ name }} b",
            "{% for tag in tags %} {{ tag }}, {% endfor %}!",
            "x {%- for tag in tags -%}  {{ tag }}  {%- endfor -%}  y",
            "{% for tag in tags -%}\n {{ loop.index }} {% if tag == \"red\" %}{% continue %}{% endif %}\n{% endfor %}",
            "{% for tag in [] %}a{% else %} none {% endfor %}",
            "{% set x = name -%}  {{ x }}{% set y %} {{ x }} {% endset -%}  {{ y | upper }}",
            "{% set s = \"%} {% for x in y %} }}\" %}{{ s }} {{ \"\\\"}}\" }}",
            "{% raw %}{% for x in %}{{ {% endraw %}{# {% for #}{%- raw -%} {% set {%- endraw %}",
            "{% for a in range(end=3) %}{% for b in tags %}{{ a }}{{ b }}{% if loop.last %}{% break %}{% endif %}{% endfor %}{% endfor %}",
            "{{ name | replace(from=\"&\", to=\"<\") }} {{ tags | join(sep=\" & \") }} {{ tags | unique | join }} {{ tags | length }}",
            "{% filter replace(from=\"a\", to=\"&\") %}a {{ name }}{% endfilter %}{% set_global g = 1 %}{{ g }}",
            "{{ range(start=5, end=1, step_by=-2) | join(sep=\",\") }}{{ range(end=0) | length }}",
            "{% if name is containing(pat=\"Co\") %}1{% elif name %}2{% else %}3{% endif %} {{ {\"a\": 1} }}",
        ] {
            assert_eq!(render(text).as_deref(), Ok(plain(text).as_str()), "{text}");
        }
    }

    #[test]
    fn what_is_too_much_is_refused() {
        let doubled = format!("{{% set x = \"0123456789\" %}}{}", "{% set x = x ~ x %}".repeat(40));
        let nested = "{% for a in range(end=1000) %}".repeat(3) + &"{% endfor %}".repeat(3);
        let captured = "{% set x = 1 %}".to_owned() + &"{% set x %}0123456789{{ x }}{{ x }}{% endset %}".repeat(40);
        let listed = format!("{{% set x = [1] %}}{}{{{{ x }}}}", "{% set x = [x, x] %}".repeat(40));
        let body = "0123456789".repeat(100);
        let printed = format!("{{% for a in range(end=1000) %}}{body}{{% endfor %}}");
        let hidden = format!(
            "{{% set y %}}{}{{% endset %}}",
            "{% for a in range(end=1000) %}".to_owned()
                + "{% for b in range(end=900) %}"
                + &body
                + "{% endfor %}{% endfor %}"
        );
        let value = "{% set x = range(end=999) | join(sep=\"12345678901234567890\") %}";
        let replaced = format!("{value}{{{{ x | replace(from=\"\", to=x) }}}}");
        let in_braces = format!("{{% set q = \"\\\"\" %}}{nested}");
        for (text, expected) in [
            (doubled.as_str(), "this template makes a value of more than 32 kB"),
            (&nested, "this template takes more work than one letter may"),
            (&in_braces, "this template takes more work than one letter may"),
            (&captured, "this template makes a value of more than 32 kB"),
            (&listed, "this template makes a value of more than 32 kB"),
            (&printed, "the letter is longer than 64 kB"),
            (&hidden, "this template takes more work than one letter may"),
            (&replaced, "this template makes a value of more than 32 kB"),
            ("{% for a in range(end=1000000000) %}{% endfor %}", "this template counts further than 1000"),
            ("{{ range(end=1000) | unique | length }}", "this template compares more than 500 values"),
            (&("\n".to_owned() + &"{% if name %}".repeat(41)), "1: tags are nested"),
            (&("{% if name %}".to_owned() + &"{% elif name %}".repeat(3_000)), "1: tags are nested"),
            (&format!("{{{{ {}1{} }}}}", "(".repeat(20_000), ")".repeat(20_000)), "1: this tag is too long"),
            (&format!("{{{{ {}1{} }}}}", "[".repeat(30), "]".repeat(30)), "1: this tag is too long"),
            (&format!("\n\n{{{{ {}name }}}}", "not ".repeat(10_000)), "3: this tag is too long"),
            (&format!("{{{{ name{} }}}}", " ~ name".repeat(5000)), "1: this tag is too long"),
            ("{% set a = 1 %}{{ [a for a in range(end=9)] | length }}", "1: a list that is made by a `for` inside"),
            (
                "{% set a = 1 %}{% set b = [[a for a in tags] for a in tags] %}",
                "1: a list that is made by a `for` inside",
            ),
            ("{% component x() %}a{% endcomponent %}", "1: a letter is one text"),
        ] {
            let error = render(text).expect_err(text.get(..80).unwrap_or(text));
            let error = error.strip_prefix("2: tags").map_or(error.clone(), |rest| format!("1: tags{rest}"));
            assert!(error.starts_with(expected), "{error}\n{}", text.get(..80).unwrap_or(text));
        }
    }

    #[test]
    fn whatever_stands_in_a_template_is_scanned_to_its_end() {
        let pieces = [
            "{{", "}}", "{%", "%}", "-", "\"", "\\", "raw", "endraw", "{#", "#}", "ä", " ", "for", "set", "x", "=",
            "in",
        ];
        let mut state = 7_u64;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..12 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(pieces[usize::try_from(state >> 33).unwrap_or_default() % pieces.len()]);
            }
            let bytes: u64 = scan(&text)
                .iter()
                .map(|part| part.tag().map_or(part.bytes(), |tag| (tag.end - tag.start) as u64))
                .sum();
            assert_eq!(bytes, text.len() as u64, "{text}");
            drop(measure(&text));
        }
    }
}
