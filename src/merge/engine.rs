//! Tera at work: the merge fields of one recipient put into a template.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::NaiveDate;
use tera::{Kwargs, State, Tera, Value};

use super::budget::{self, LetterText, Measured};
use super::fences;
use super::fields::Fields;
use super::markdown;
use super::names::{self, Word, WordKind};
use super::template::Template;
use crate::error::{Error, Result};
use crate::money::{Currency, Money};
use crate::text;

/// How amounts and days are written, and which day `ago` counts from.
#[derive(Debug, Clone)]
pub(crate) struct Style {
    /// What amounts are in.
    pub(crate) currency: Currency,
    /// The shop's country.
    pub(crate) country: String,
    /// The campaign's day.
    pub(crate) dated: NaiveDate,
}

/// Templates, checked and ready.
pub(crate) struct Engine {
    tera: Tera,
    templates: HashMap<String, Template>,
    /// The cost of each text, by its name in Tera.
    measured: HashMap<String, Measured>,
    /// The first failure of a text that costs too much; the next letter does not try again.
    stopped: Mutex<HashMap<String, Error>>,
    currency: Currency,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("templates", &self.templates.keys()).finish_non_exhaustive()
    }
}

impl Engine {
    /// Reads templates; `follows` is whether `last_year` exists.
    ///
    /// # Errors
    /// With file and line: what Tera cannot read, names, filters and functions that there are not.
    pub(crate) fn new(templates: Vec<Template>, style: &Style, follows: bool) -> Result<Self> {
        let mut tera = Tera::new();
        tera.autoescape_on([".md"]);
        tera.set_escape_fn(escape_markdown);
        register(&mut tera, style);
        budget::register(&mut tera);
        let mut faults = Vec::new();
        let mut all_measured = HashMap::new();
        for template in &templates {
            let filled_in = fences::filled_in(&template.body, template.head.language.as_deref());
            let body = (template.file.clone(), filled_in.as_ref(), template.body_starts, false);
            let of_head = HeadText::ALL.iter().filter_map(|kind| {
                let (text, line) = kind.of(template)?;
                Some((kind.name(&template.file), text, line, true))
            });
            for (name, text, starts, is_of_head) in std::iter::once(body).chain(of_head) {
                let place = |line: usize| match (is_of_head, starts) {
                    (true, 0) => template.file.clone(),
                    (true, line) => format!("{}:{line}", template.file),
                    (false, starts) => format!("{}:{}", template.file, line + starts),
                };
                let also: &[&str] = if is_of_head && starts > 0 { &["page", "pages"] } else { &[] };
                if let Err(fault) = budget::check_length(text) {
                    faults.push(fault.at(place(1)));
                    continue;
                }
                let unknown_names = names::check(text, follows, also);
                let is_clear = unknown_names.is_empty();
                faults.extend(unknown_names.into_iter().map(|(line, fault)| fault.at(place(line))));
                let measured = match budget::measure(text) {
                    Ok(measured) => measured,
                    Err((line, fault)) => {
                        faults.extend(is_clear.then(|| fault.at(place(line))));
                        continue;
                    }
                };
                if is_clear && names::words(text).len() > names::MOST_FAULTS {
                    // Tera reports each with a copy of the text.
                    let unknown = unknown_words(&tera, text);
                    if unknown.len() >= names::MOST_FAULTS {
                        faults.extend(unknown.into_iter().map(|(line, fault)| fault.at(place(line))));
                        continue;
                    }
                }
                if let Err(fault) = tera.add_raw_template(&name, &measured.text) {
                    faults.extend(refused(&tera, &fault, text, place, is_clear));
                }
                all_measured.insert(name, measured);
            }
        }
        Error::all(faults).map_or(Ok(()), Err)?;
        let templates = templates.into_iter().map(|template| (template.file.clone(), template)).collect();
        let (measured, stopped) = (all_measured, Mutex::default());
        Ok(Self { tera, templates, measured, stopped, currency: style.currency })
    }

    /// The template of a file.
    pub(crate) fn template(&self, file: &str) -> Option<&Template> {
        self.templates.get(file)
    }

    /// The Markdown of a template with the fields of a customer in it.
    ///
    /// # Errors
    /// When a field that is printed is empty; the message names the field, not the person. When the text takes more than a
    /// letter may, or [`markdown::blocks`] has something against it.
    pub(crate) fn body(&self, file: &str, fields: &Fields) -> Result<String> {
        let starts = self.templates.get(file).map_or(0, |template| template.body_starts);
        let body = self.render(file, file, starts, fields)?;
        if markdown::may_be_faulty(&body) {
            markdown::blocks(&body).map_err(|error| error.at(file))?;
        }
        Ok(body)
    }

    /// The subject with the fields of a customer in it, if the template has one.
    ///
    /// # Errors
    /// When a field that is printed is empty.
    pub(crate) fn subject(&self, file: &str, fields: &Fields) -> Result<Option<String>> {
        self.of_head(HeadText::Subject, file, fields)
    }

    /// A text of the front matter with somebody's fields in it, if the template has it.
    ///
    /// # Errors
    /// When a field that is printed is empty.
    pub(crate) fn of_head(&self, kind: HeadText, file: &str, fields: &Fields) -> Result<Option<String>> {
        let Some((_, line)) = self.templates.get(file).and_then(|template| kind.of(template)) else { return Ok(None) };
        self.render(&kind.name(file), file, line.saturating_sub(1), fields).map(Some)
    }

    /// Looks whether every text of the front matter can be made.
    ///
    /// # Errors
    /// As [`Self::of_head`].
    pub(crate) fn check_head(&self, file: &str, fields: &Fields) -> Result<()> {
        HeadText::ALL.into_iter().try_for_each(|kind| self.of_head(kind, file, fields).map(|_| ()))
    }

    fn render(&self, name: &str, file: &str, starts: usize, fields: &Fields) -> Result<String> {
        let stopped = || self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = stopped().get(name) {
            return Err(error.again());
        }
        if let Some(measured) = self.measured.get(name) {
            budget::begin(measured);
        }
        let mut letter = LetterText::default();
        match self.tera.render_to(name, fields.context(self.currency), &mut letter) {
            Err(fault) if !letter.is_full() => {
                let (error, is_stopped) = self.failed(&fault, name, (file, starts), fields);
                if is_stopped {
                    stopped().insert(name.to_owned(), error.again());
                }
                Err(error)
            }
            _ => letter.text().map_err(|error| error.at(file)),
        }
    }

    /// Why a text failed, and whether it would for everyone, since it was stopped.
    fn failed(&self, fault: &tera::Error, name: &str, (file, starts): (&str, usize), fields: &Fields) -> (Error, bool) {
        let tera::ErrorKind::RenderingError(report) = fault.kind() else {
            return (Error::new(first_line(&fault.to_string())).at(file), false);
        };
        let text = self.measured.get(name).map_or("", |measured| &measured.text);
        let place = format!("{file}:{}", report.span().start_line + starts);
        if let Some(error) = budget::exceeded(&first_line(report.message())) {
            return (error.at(place), true);
        }
        let error = match value_at(text, report.span().range.start).filter(|field| !fields.has(field)) {
            Some(field) => Error::empty_field(field)
                .at(place)
                .hint(format!("write `{{{{ {field} | default(value=\"…\") }}}}`, put it into an `{{% if {field} %}}`, or leave these customers out")),
            None => Error::new(lower_first(&first_line(report.message()))).at(place),
        };
        (error, false)
    }
}

/// The name of a value at a place of a text, if one stands there and not a filter or a function.
fn value_at(text: &str, at: usize) -> Option<&str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let before = text.get(..at)?.trim_end_matches(is_name);
    let rest = &text[before.len()..];
    let (name, after) = rest.split_at(rest.find(|c| !is_name(c)).unwrap_or(rest.len()));
    let is_filter = before.trim_end().ends_with('|') || after.trim_start().starts_with('(');
    (!name.is_empty() && !is_filter).then_some(name)
}

/// A text of the front matter that may have merge fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeadText {
    /// Of an email.
    Subject,
    SecondPage,
    Footer,
}

impl HeadText {
    const ALL: [Self; 3] = [Self::Subject, Self::SecondPage, Self::Footer];

    /// It in a template, with its line; a subject has none.
    fn of(self, template: &Template) -> Option<(&str, usize)> {
        let placed = match self {
            Self::Subject => return template.head.subject.as_deref().map(|text| (text, 0)),
            Self::SecondPage => &template.head.second_page,
            Self::Footer => &template.head.footer,
        };
        placed.as_ref().map(|text| (text.value.as_str(), text.line))
    }

    /// Its name in Tera; it does not end in `.md`, so nothing is escaped.
    fn name(self, file: &str) -> String {
        let key = match self {
            Self::Subject => "subject",
            Self::SecondPage => "second_page",
            Self::Footer => "footer",
        };
        format!("{file}: {key}")
    }
}

/// The errors that Tera finds in a text. In one whose names have errors already, only the unknown words.
fn refused(
    tera: &Tera,
    fault: &tera::Error,
    text: &str,
    place: impl Fn(usize) -> String,
    is_clear: bool,
) -> Vec<Error> {
    if let tera::ErrorKind::SyntaxError(report) = fault.kind() {
        let message = lower_first(&first_line(report.message()));
        let hint =
            "merge fields look like `{{ customer.city }}`, conditions like `{% if customer.spouse %} … {% endif %}`";
        let fault = || Error::new(message).at(place(report.span().start_line)).hint(hint);
        return is_clear.then(fault).into_iter().collect();
    }
    // Tera reports unknown words only in a text for terminals.
    let unknown = unknown_words(tera, text).into_iter();
    let mut faults: Vec<Error> = unknown.map(|(line, fault)| fault.at(place(line))).collect();
    if faults.is_empty() && is_clear {
        faults.push(Error::new("a letter is one text, which takes in no other").at(place(1)).hint(SEE_MANUAL));
    }
    faults
}

/// The filters, functions and tests of a text that Tera does not know, each tried by itself, with their lines.
fn unknown_words(tera: &Tera, text: &str) -> Vec<(usize, Error)> {
    let mut known: HashMap<String, bool> = HashMap::new();
    let mut is_known = |word: &Word<'_>| {
        let alone = |word: &String| Tera::clone(tera).add_raw_template("word", word).is_ok();
        *known.entry(word.alone()).or_insert_with_key(alone)
    };
    let unknown = names::words(text).into_iter().filter(|word| !is_known(word)).take(names::MOST_FAULTS);
    unknown.map(|word| (word.line, unknown_word(&word))).collect()
}

const SEE_MANUAL: &str = "`regulars manual template` lists what a template may have";

fn unknown_word(word: &Word<'_>) -> Error {
    let (what, known): (&str, &[&str]) = match word.kind {
        WordKind::Filter => (
            "filter",
            &["money", "long_date", "ago", "join_and", "default", "upper", "lower", "title", "trim", "length"],
        ),
        WordKind::Function => ("function", &["qr", "barcode", "image"]),
        WordKind::Test => ("test", &[]),
    };
    let hint = if known.is_empty() { SEE_MANUAL.to_owned() } else { text::did_you_mean(word.name, known) };
    Error::new(format!("unknown {what} {}", text::quote(word.name))).hint(hint)
}

fn first_line(text: &str) -> String {
    text.lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default()
        .trim_end_matches('.')
        .replace('\'', "`")
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// The text of a customer as Markdown: every character that could be markup is escaped. Its apostrophes become those of the text
/// around it.
fn escape_markdown(text: &str, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    let mut buffer = [0; 4];
    for c in text::with_apostrophes(text.trim_start()).chars() {
        if c.is_ascii_punctuation() {
            out.write_all(b"\\")?;
        }
        let c = if c.is_control() { ' ' } else { c };
        out.write_all(c.encode_utf8(&mut buffer).as_bytes())?;
    }
    Ok(())
}

/// The filters and functions of ours.
fn register(tera: &mut Tera, style: &Style) {
    let (currency, country, dated) = (style.currency, style.country.clone(), style.dated);
    tera.register_filter("money", move |amount: f64, _: Kwargs, _: &State| currency.show(minor(amount, currency)));
    tera.register_filter("long_date", move |day: &str, _: Kwargs, _: &State| -> tera::TeraResult<String> {
        Ok(text::long_date(read_day(day)?, &country))
    });
    tera.register_filter("ago", move |day: &str, _: Kwargs, _: &State| -> tera::TeraResult<String> {
        let words = text::ago(read_day(day)?, dated);
        Ok(words.strip_suffix(" ago").unwrap_or(&words).to_owned())
    });
    tera.register_filter("numeric_date", move |day: &str, _: Kwargs, _: &State| -> tera::TeraResult<String> {
        Ok(read_day(day)?.format("%-d.%-m.%Y").to_string())
    });
    tera.register_function("new_paragraph", |_: Kwargs, _: &State| Value::safe_string("\n\n"));
    tera.register_function("new_line", |_: Kwargs, _: &State| Value::safe_string("\n"));
    tera.register_filter("join_and", |items: Vec<String>, _: Kwargs, _: &State| text::list(&items));
    tera.register_function("qr", |_: Kwargs, state: &State| code_block(state, "qr"));
    tera.register_function("barcode", |_: Kwargs, state: &State| code_block(state, "barcode"));
    tera.register_function("image", |arguments: Kwargs, _: &State| -> tera::TeraResult<Value> {
        let file: &str = arguments.must_get("file")?;
        let width: Option<&str> = arguments.get("width")?;
        Ok(Value::safe_string(&format!("\n\n![](regulars-image:{}:{})\n\n", width.unwrap_or_default(), percent(file))))
    });
}

/// The mark that becomes a block of its own when the Markdown is read.
fn code_block(state: &State<'_>, kind: &str) -> tera::TeraResult<Value> {
    let code: Option<String> = state.get("code")?;
    let code = code.ok_or_else(|| tera::Error::message("there is no code to print"))?;
    Ok(Value::safe_string(&format!("\n\n![](regulars-{kind}:{code})\n\n")))
}

fn read_day(text: &str) -> tera::TeraResult<NaiveDate> {
    text.parse().map_err(|_| tera::Error::message(format!("{} is not a day", text::quote(text))))
}

/// A file's name as part of a Markdown address.
fn percent(file: &str) -> String {
    file.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'/' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

/// An amount as a template counts it, in whole minor units.
fn minor(amount: f64, currency: Currency) -> Money {
    let unit = f64::from(10_u32.pow(currency.digits));
    #[expect(clippy::cast_possible_truncation, reason = "amounts came from whole minor units and are far below 2^53")]
    Money((amount * unit).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::{Block, Span};

    fn engine(body: &str) -> Result<Engine> {
        let style = Style {
            currency: Currency::of("USD").expect("known"),
            country: "US".into(),
            dated: NaiveDate::from_ymd_opt(1990, 1, 15).expect("day"),
        };
        let text = format!("+++\nsubject = \"For {{{{ customer.first_name }}}}\"\n+++\n{body}");
        let (template, faults) = Template::read("a.md", &text);
        assert!(faults.is_empty(), "{faults:?}");
        Engine::new(vec![template], &style, true)
    }

    fn fields() -> Fields {
        let json = serde_json::json!({
            "code": "ABCD-2345",
            "customer": {"first_name": "*Ana* <b>", "last_name": "O'Neil", "email": "o'n@x.example", "spend_12m": 612.4, "last_purchase": {"on": "1989-06-15"}, "preferences": {}},
            "last_year": {"spend": 1204.5},
        });
        serde_json::from_value(json).expect("fields")
    }

    #[test]
    fn fields_are_put_in_and_escaped() {
        let engine = engine("{{ customer.first_name }} {{ customer.spend_12m | money }} {{ customer.last_purchase.on | ago }} {{ customer.last_purchase.on | long_date }}").expect("ready");
        let body = engine.body("a.md", &fields()).expect("rendered");
        assert_eq!(body, "\\*Ana\\* \\<b\\> \\$612\\.40 seven months June 15\\, 1989");
        assert_eq!(engine.subject("a.md", &fields()).expect("rendered").as_deref(), Some("For *Ana* <b>"));
    }

    #[test]
    fn merged_text_gets_the_apostrophes_of_the_text_around_it() {
        let engine = engine("{{ customer.last_name }}'s {{ customer.email }} {{ code }}").expect("ready");
        let body = engine.body("a.md", &fields()).expect("rendered");
        assert_eq!(body, "O’Neil's o\\'n\\@x\\.example ABCD\\-2345");
        let span = Span { text: "O’Neil’s o'n@x.example ABCD-2345".to_owned(), ..Span::default() };
        assert_eq!(markdown::blocks(&body).expect("blocks"), [Block::Paragraph(vec![span])]);
    }

    #[test]
    fn an_empty_field_is_an_error_that_names_it() {
        for body in [
            "x\n{{ customer.spouse }}",
            "x\n{{ customer.spouse | upper }}",
            "x\n{{ customer.preferences.wine }}",
            "x\n{{ customer.last_purchase.item }}",
        ] {
            let error = engine(body).expect("ready").body("a.md", &fields()).expect_err(body);
            assert!(error.to_string().starts_with("a.md:5: needs `customer."), "{error}");
            assert!(error.to_string().ends_with(", which is empty"), "{error}");
        }
        for body in [
            "{{ customer.spouse | default(value=\"x\") }}",
            "{% if customer.spouse %}x{% endif %}",
            "{% if customer.preferences.wine %}x{% endif %}",
        ] {
            assert!(engine(body).expect("ready").body("a.md", &fields()).is_ok(), "{body}");
        }
    }

    #[test]
    fn texts_of_the_front_matter_have_fields_and_the_numbers_of_pages() {
        for (head, expected) in [
            ("footer = \"For {{ customer.first_name }}, {{ page }}/{{ pages }}\"", "For *Ana* <b>, \u{f8f0}/\u{f8f1}"),
            ("second_page = \"{% if customer.spouse %}a{% else %}b{% endif %}\"", "b"),
            ("footer = \"Open * daily\"", "Open * daily"),
            ("\nfooter = \"{{ customer.spouse }}\"", "a.md:3: needs `customer.spouse`, which is empty"),
            ("footer = \"{{ customer.spose }}\"", "a.md:2: unknown merge field `customer.spose`"),
            ("second_page = \"{{ pag }}\"", "a.md:2: unknown merge field `pag`"),
            ("subject = \"{{ page }}\"", "a.md: unknown merge field `page`"),
            ("footer = \"{% if code %}\"", "a.md:2: this `if` is never closed"),
        ] {
            let (template, faults) = Template::read("a.md", &format!("+++\n{head}\n+++\nDear"));
            assert!(faults.is_empty(), "{faults:?}");
            let kind = if head.contains("second") { HeadText::SecondPage } else { HeadText::Footer };
            let style = Style {
                currency: Currency::of("USD").expect("known"),
                country: "US".into(),
                dated: NaiveDate::from_ymd_opt(1990, 1, 15).expect("day"),
            };
            let engine = Engine::new(vec![template], &style, false);
            let found = engine.and_then(|engine| engine.of_head(kind, "a.md", &fields()));
            let found = found.map_or_else(|fault| fault.to_string(), Option::unwrap_or_default);
            assert!(found.starts_with(expected), "{head}: {found}");
        }
    }

    #[test]
    fn faults_of_the_text_have_file_and_line() {
        for (body, start) in [
            ("ok\n{% if customer.city %}", "a.md:5: "),
            ("{{ customer.city | shout }}", "a.md:4: "),
            ("{{ nonsense() }}", "a.md:4: unknown function `nonsense`"),
            ("ok\n{% if customer.city is odder %}x{% endif %}", "a.md:5: unknown test `odder`"),
            ("{{ customer.city | upper | shout }}", "a.md:4: unknown filter `shout`"),
            ("{% include \"b.md\" %}", "a.md:4: a letter is one text"),
            ("{{ customer.citty }}", "a.md:4: unknown merge field `customer.citty`"),
        ] {
            let error = engine(body).expect_err(body);
            assert!(error.to_string().starts_with(start), "{error}");
        }
    }
}
