//! Every name in a template is checked when the file is read, inside `if` as well.
//!
//! Tera reads its templates itself and reports syntax errors, unknown filters and unknown functions; it does not show the
//! names of a template. So they are looked for here, in the text of its tags.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::scan::{NameToken, ScannedTag, TemplatePart, scan};
use crate::error::Error;
use crate::text;

/// A merge field of fields.tsv.
struct MergeField {
    name: &'static str,
    is_list: bool,
}

impl MergeField {
    /// Whether it exists only in a campaign that follows another.
    fn is_of_last_year(&self) -> bool {
        self.name.starts_with("last_year.")
    }
}

static FIELDS: LazyLock<Vec<MergeField>> = LazyLock::new(|| {
    let rows = text::table_rows(include_str!("fields.tsv"));
    rows.filter_map(|mut cells| Some(MergeField { name: cells.next()?, is_list: cells.next().is_some() })).collect()
});

/// Filters of Tera's that have no use in a letter, and why.
const NOT_FOR_LETTERS: [(&str, &str); 2] =
    [("safe", "text of customers is printed as it is"), ("indent", "white at the beginning of a line is not printed")];

/// How many errors of a text are reported.
pub(super) const MOST_FAULTS: usize = 100;

/// Words of the template language itself.
const KEYWORDS: &str = "if elif else endif for in endfor set set_global endset and or not is true false True False none None \
                        filter endfilter raw endraw break continue block endblock component endcomponent include extends \
                        loop ignore missing";

fn is_keyword(word: &str) -> bool {
    KEYWORDS.split(' ').any(|keyword| keyword == word)
}

/// What is wrong with the names of a template's text, in which those of `also` are known too; each with its line in it and the
/// nearest known name.
pub(super) fn check<'t>(text: &'t str, follows: bool, also: &[&'t str]) -> Vec<(usize, Error)> {
    let mut locals: HashSet<&str> = also.iter().copied().collect();
    let mut faults = Vec::new();
    let mut open: Vec<(&str, usize)> = Vec::new();
    for (tag, line) in tags(text) {
        if faults.len() >= MOST_FAULTS {
            break;
        }
        let inside = &text[tag.start + 2..tag.end];
        if inside.contains("{{") || inside.contains("{%") {
            let message = format!("{} is opened and not closed", text::quote(if tag.prints { "{{" } else { "{%" }));
            let hint = "merge fields look like `{{ customer.city }}`, conditions like `{% if customer.spouse %}`";
            faults.push((line, Error::new(message).hint(hint)));
            continue;
        }
        let tokens = tag.names(text);
        if !tag.prints {
            let word = tag.first();
            match word {
                "if" | "for" => open.push((word, line)),
                "endif" | "endfor" => {
                    let expected = word.strip_prefix("end").unwrap_or_default();
                    if open.pop().is_none_or(|(opened, _)| opened != expected) {
                        let fault = Error::new(format!("`{word}` closes nothing"));
                        let hint = format!("put `{{% {expected} … %}}` before it, or take it out");
                        faults.push((line, fault.hint(hint)));
                    }
                }
                _ => {}
            }
        }
        locals.extend(tag.declares());
        for (index, token) in tokens.iter().enumerate() {
            let NameToken::Name(name) = token else { continue };
            let before = index.checked_sub(1).map(|at| &tokens[at]);
            let after = tokens.get(index + 1);
            let is_filter = before == Some(&NameToken::Sign('|'));
            if let Some((name, why)) = NOT_FOR_LETTERS.iter().find(|(not, _)| is_filter && not == name) {
                let fault = Error::new(format!("the filter `{name}` is not for letters"));
                faults.push((line, fault.hint(format!("leave it out: {why}"))));
                continue;
            }
            let is_test = matches!(before, Some(NameToken::Name("is"))) || is_negated_test(&tokens, index);
            let is_call = after == Some(&NameToken::Sign('('));
            let is_argument =
                after == Some(&NameToken::Sign('=')) && before.is_some_and(|b| matches!(b, NameToken::Sign('(' | ',')));
            let first = name.split('.').next().unwrap_or_default();
            if is_filter || is_test || is_call || is_argument || is_keyword(first) || locals.contains(first) {
                continue;
            }
            let is_asked = matches!(before, Some(NameToken::Name("if" | "and" | "or" | "not")));
            let fault = unknown(name, follows).or_else(|| {
                let printed_whole = tag.prints && !is_asked && after != Some(&NameToken::Sign('|'));
                printed_whole.then(|| no_single_field(name)).flatten()
            });
            faults.extend(fault.map(|error| (line, error)));
        }
    }
    for (word, line) in open.into_iter().take(MOST_FAULTS) {
        let fault = Error::new(format!("this `{word}` is never closed"));
        faults.push((line, fault.hint(format!("write `{{% end{word} %}}` where it ends"))));
    }
    faults
}

/// What a word of a tag does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordKind {
    Filter,
    Function,
    Test,
}

/// A filter, function or test that a template asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word<'t> {
    pub(super) kind: WordKind,
    pub(super) name: &'t str,
    pub(super) line: usize,
}

impl Word<'_> {
    /// A template of nothing but this word.
    pub(super) fn alone(&self) -> String {
        match self.kind {
            WordKind::Filter => format!("{{{{ 1 | {} }}}}", self.name),
            WordKind::Function => format!("{{{{ {}() }}}}", self.name),
            WordKind::Test => format!("{{% if 1 is {} %}}{{% endif %}}", self.name),
        }
    }
}

/// The filters, functions and tests of a text.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    for (tag, line) in tags(text) {
        let tokens = tag.names(text);
        for (index, token) in tokens.iter().enumerate() {
            let NameToken::Name(name) = token else { continue };
            let before = index.checked_sub(1).map(|at| &tokens[at]);
            let kind = if matches!(before, Some(NameToken::Sign('|') | NameToken::Name("filter"))) {
                WordKind::Filter
            } else if (matches!(before, Some(NameToken::Name("is"))) && *name != "not")
                || is_negated_test(&tokens, index)
            {
                WordKind::Test
            } else if tokens.get(index + 1) == Some(&NameToken::Sign('(')) && !is_keyword(name) {
                WordKind::Function
            } else {
                continue;
            };
            found.push(Word { kind, name, line });
        }
    }
    found
}

/// What is wrong with a name, if anything.
fn unknown(name: &str, follows: bool) -> Option<Error> {
    let is_known = |field: &&MergeField| {
        field.name == name || field.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
    };
    let mut known = FIELDS.iter().filter(is_known);
    if name.starts_with("customer.preferences.") || known.any(|field| follows || !field.is_of_last_year()) {
        return None;
    }
    let error = Error::new(format!("unknown merge field {}", text::quote(name)));
    if FIELDS.iter().any(|field| is_known(&field)) {
        return Some(error.hint("`last_year` is there only in a campaign with `follows = \"…\"`"));
    }
    let names = || FIELDS.iter().map(|field| field.name);
    let tail = |field: &str| field.rsplit('.').next().unwrap_or_default().to_owned();
    Some(match text::nearest(name, names()).or_else(|| names().find(|field| tail(field) == tail(name))) {
        Some(field) => error.hint(format!("did you mean `{field}`?")),
        None => error.hint("`regulars manual template` lists the merge fields"),
    })
}

/// What is wrong with printing a group of fields, or a list as it is.
fn no_single_field(name: &str) -> Option<Error> {
    if FIELDS.iter().any(|field| field.is_list && field.name == name) {
        let hint = format!("write `{{{{ {name} | join_and }}}}`, or go through it with `{{% for … in {name} %}}`");
        return Some(Error::new(format!("{} is a list", text::quote(name))).hint(hint));
    }
    let inside = format!("{name}.");
    let first = match name {
        "customer.preferences" => "customer.preferences.KEY",
        _ => FIELDS.iter().find(|field| field.name.starts_with(&inside))?.name,
    };
    let error = Error::new(format!("{} is a group of fields", text::quote(name)));
    Some(error.hint(format!("print one of them, such as `{first}`")))
}

/// The tags of a text, each with the line on which it begins; what Tera will refuse as never closed is passed over.
fn tags(text: &str) -> impl Iterator<Item = (ScannedTag<'_>, usize)> {
    let (mut line, mut before) = (1, 0);
    let tags = scan(text).into_iter().filter_map(TemplatePart::into_tag).filter(|tag| tag.is_closed);
    tags.map(move |tag| {
        line += text[before..tag.start].matches('\n').count();
        before = tag.start;
        (tag, line)
    })
}

/// `is not NAME`.
fn is_negated_test(tokens: &[NameToken<'_>], index: usize) -> bool {
    index >= 2 && tokens[index - 1] == NameToken::Name("not") && tokens[index - 2] == NameToken::Name("is")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_pass() {
        for text in [
            "{{ greeting }}",
            "{% if customer.spouse %}{{ customer.spouse }}{% endif %}",
            "{{ customer.last_purchase.item | default(value=\"something\") }}",
            "{% for tag in customer.tags %}{{ tag | upper }}{{ loop.index }}{% endfor %}",
            "{% set n = customer.first_name %}{{ n }}",
            "{{ gift.claim_until | long_date }} {{ qr() }} {{ image(file=\"a.png\", width=\"40mm\") }}",
            "{% if customer.spouse is defined and not customer.city == \"Palo Alto\" %}{% endif %}",
            "{{ customer.preferences.wine }} {# customer.nonsense #}",
            "{% raw %}{{ nonsense }}{% endraw %}",
            "{%- raw -%}{{ nonsense }} endraw {{ more }}{%- endraw -%}",
            "{{ customer.city | default(value='}} nonsense \\' %}') }}",
            "{% if (customer.spend_12m >= 4.5) and (customer.city == customer.country) %}x{% endif %}",
            "{% for key, value in customer.preferences %}{{ key }}{{ value }}{% endfor %}",
            "{{ customer.spend_12m - 3 }} {# {{ nonsense }} #}",
            "{%- if customer.visits_12m >= 4 -%}x{%- endif -%}",
        ] {
            assert!(check(text, false, &[]).is_empty(), "{text}");
        }
        assert!(check("{{ last_year.spend | money }}", true, &[]).is_empty());
    }

    #[test]
    fn unknown_names_are_told_with_line_and_hint() {
        for (text, report) in [
            (
                "a\n{{ custmer.city }}",
                "error: 2: unknown merge field `custmer.city`\nhint: did you mean `customer.city`?\n",
            ),
            (
                "{% if customer.spuse %}x{% endif %}",
                "error: 1: unknown merge field `customer.spuse`\nhint: did you mean `customer.spouse`?\n",
            ),
            (
                "{{ last_purchase.item }}",
                "error: 1: unknown merge field `last_purchase.item`\nhint: did you mean `customer.last_purchase.item`?\n",
            ),
            (
                "{{ last_year.gift }}",
                "error: 1: unknown merge field `last_year.gift`\nhint: `last_year` is there only in a campaign with `follows = \"…\"`\n",
            ),
            (
                "{{ customer.city | default(value=\"}}\\\" {{\") }}{{ nonsense }}",
                "error: 1: `{{` is opened and not closed\nhint: merge fields look like `{{ customer.city }}`, conditions \
                 like `{% if customer.spouse %}`\nerror: 1: unknown merge field `nonsense`\nhint: `regulars manual \
                 template` lists the merge fields\n",
            ),
            (
                "{{ customer.city | safe }}",
                "error: 1: the filter `safe` is not for letters\nhint: leave it out: text of customers is printed as it is\n",
            ),
        ] {
            let faults = check(text, false, &[]).into_iter().map(|(line, fault)| fault.at(line)).collect();
            assert_eq!(Error::all(faults).expect(text).report(), report);
        }
    }
}
