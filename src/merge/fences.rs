//! Lines of `:::` in a template: what follows the signature, the back of a postcard, a coupon, the last purchases.

use std::borrow::Cow;

use crate::error::Error;
use crate::text;

/// The names of such lines, and which of them a line of `:::` alone closes.
const MARKS: [&str; 4] = [AFTER, BACK, COUPON, PURCHASES];
const AFTER: &str = "after";
const BACK: &str = "back";
const COUPON: &str = "coupon";
const PURCHASES: &str = "purchases";

/// How many of the last purchases a table has, where the template has no number, and at most.
const USUAL_PURCHASES: usize = 5;
pub(crate) const MOST_PURCHASES: usize = 12;

/// A part of a rendered text.
#[derive(Debug, PartialEq)]
pub(super) enum TextPart<'m> {
    Text(&'m str),
    /// What stands in a coupon.
    Coupon(&'m str),
    /// What follows stands after the signature.
    After,
    /// What follows stands on the back of a postcard.
    Back,
}

/// The mark of a line, and what stands behind its name.
fn mark(line: &str) -> Option<(&str, &str)> {
    let rest = line.trim().strip_prefix(":::")?.trim_start_matches(':').trim_start();
    let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    Some((&rest[..end], rest[end..].trim()))
}

/// Whether a text may have such lines.
pub(super) fn may_be_in(markdown: &str) -> bool {
    markdown.contains(":::")
}

/// The line on which the back of a postcard begins.
pub(crate) fn back_line(body: &str) -> Option<usize> {
    body.lines().position(|line| mark(line).is_some_and(|(name, _)| name == BACK)).map(|index| index + 1)
}

/// A rendered text in its parts. In customers' text every colon is escaped, so it has no mark.
pub(super) fn parts(markdown: &str) -> Vec<TextPart<'_>> {
    let (mut parts, mut start, mut at, mut in_coupon) = (Vec::new(), 0, 0, false);
    for line in markdown.split_inclusive('\n') {
        let next = at + line.len();
        let name = mark(line).map(|(name, _)| name).filter(|name| name.is_empty() || MARKS.contains(name));
        if let Some(name) = name {
            let text = &markdown[start..at];
            parts.push(if in_coupon { TextPart::Coupon(text) } else { TextPart::Text(text) });
            match name {
                AFTER => parts.push(TextPart::After),
                BACK => parts.push(TextPart::Back),
                _ => {}
            }
            (start, in_coupon) = (next, name == COUPON);
        }
        at = next;
    }
    let text = &markdown[start..];
    parts.push(if in_coupon { TextPart::Coupon(text) } else { TextPart::Text(text) });
    parts
}

/// What is wrong with the marks of a template's text, each with its line.
pub(super) fn check(body: &str) -> Vec<(usize, Error)> {
    let mut faults = Vec::new();
    let (mut open, mut is_unclear): (Option<usize>, bool) = (None, false);
    for (index, line) in body.lines().enumerate() {
        let Some((name, rest)) = mark(line) else { continue };
        let number = index + 1;
        if !rest.is_empty() && name != PURCHASES && (name.is_empty() || MARKS.contains(&name)) {
            let message = format!("{} stands in a line with other text", text::quote(&format!(":::{name}")));
            faults.push((number, Error::new(message).hint("write what follows it into the next line")));
        }
        if name.is_empty() {
            if open.take().is_none() && !std::mem::take(&mut is_unclear) {
                let hint = "`:::` ends a `:::coupon`; take it out, or write `:::coupon` where the coupon begins";
                faults.push((number, Error::new("`:::` closes nothing").hint(hint)));
            }
            continue;
        }
        if let Some(opened) = open.take() {
            faults.push(unclosed(opened));
        }
        match name {
            COUPON => open = Some(number),
            PURCHASES if !rest.is_empty() && !rest.parse().is_ok_and(|n| (1..=MOST_PURCHASES).contains(&n)) => {
                let fault = Error::new(format!("{} is no number of purchases", text::quote(rest)));
                faults
                    .push((number, fault.hint(format!("write a number from 1 to {MOST_PURCHASES}: `:::purchases 5`"))));
            }
            name if !MARKS.contains(&name) => {
                // A line of `:::` may close what was meant.
                is_unclear = true;
                let fault = Error::new(format!("unknown mark {}", text::quote(&format!(":::{name}"))));
                let known = MARKS.map(|name| format!(":::{name}"));
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                faults.push((number, fault.hint(text::did_you_mean(&format!(":::{name}"), &known))));
            }
            _ => {}
        }
    }
    faults.extend(open.map(unclosed));
    faults
}

fn unclosed(line: usize) -> (usize, Error) {
    (line, Error::new("this `:::coupon` is never closed").hint("write a line of `:::` where it ends"))
}

/// Whether a template's text asks for the last purchases.
pub(crate) fn asks_for_purchases(body: &str) -> bool {
    body.contains(":::purchases") || body.contains("customer.purchases")
}

/// A template's text with what marks stand for put in, line by line: what is usual in a coupon without text
/// nothing, and the table of purchases. Words are in the language of the letter.
pub(super) fn filled_in<'t>(body: &'t str, language: Option<&str>) -> Cow<'t, str> {
    if !may_be_in(body) {
        return Cow::Borrowed(body);
    }
    let words = FenceWords::of(language);
    let lines: Vec<&str> = body.lines().collect();
    let filled = lines.iter().enumerate().map(|(index, line)| match mark(line) {
        Some((COUPON, _)) => {
            let inside = lines[index + 1..].iter().find(|line| !line.trim().is_empty());
            let is_empty = inside.is_some_and(|line| mark(line).is_some_and(|(name, _)| name.is_empty()));
            Cow::Owned(if is_empty { format!(":::coupon{}", words.coupon()) } else { ":::coupon".to_owned() })
        }
        Some((PURCHASES, rest)) => Cow::Owned(words.purchases(rest.parse().unwrap_or(USUAL_PURCHASES))),
        _ => Cow::Borrowed(*line),
    });
    Cow::Owned(filled.collect::<Vec<_>>().join("\n"))
}

/// The words of a coupon and of the table of purchases, in one language.
struct FenceWords {
    date: &'static str,
    item: &'static str,
    amount: &'static str,
    until: &'static str,
    is_english: bool,
}

impl FenceWords {
    /// Those of a language; English where there are none.
    fn of(language: Option<&str>) -> Self {
        let wanted = language.unwrap_or("en").split(['-', '_']).next().unwrap_or_default().to_lowercase();
        let rows = || {
            text::table_rows(include_str!("fences.tsv")).map(|mut cells| {
                let mut next = || cells.next().unwrap_or_default();
                let key = next();
                (key, Self { date: next(), item: next(), amount: next(), until: next(), is_english: key == "en" })
            })
        };
        let found = rows().find(|(key, _)| *key == wanted).or_else(|| rows().next());
        found.map_or(Self { date: "", item: "", amount: "", until: "", is_english: true }, |(_, words)| words)
    }

    /// Gift, last day, code and QR code, all on one line of the template.
    fn coupon(&self) -> String {
        let (until, day) = (self.until, self.day("gift.claim_until"));
        format!(
            "{{{{ new_paragraph() }}}}**{{{{ gift.name }}}}**{{% if gift.claim_until %}}{{{{ new_paragraph() }}}}{until} \
             {day}{{% endif %}}{{{{ new_paragraph() }}}}**{{{{ code }}}}**{{{{ qr() }}}}"
        )
    }

    /// A table of the last purchases, all on one line; nothing for customers who have none.
    fn purchases(&self, count: usize) -> String {
        let Self { date, item, amount, .. } = self;
        let day = self.day("purchase.on");
        format!(
            "{{% if customer.purchases %}}{{{{ new_paragraph() }}}}| {date} | {item} | {amount} |{{{{ new_line() }}}}\
             |---|---|--:|{{% for purchase in customer.purchases %}}{{% if loop.index <= {count} %}}{{{{ new_line() }}}}\
             | {day} | {{% if purchase.item %}}{{{{ purchase.item }}}}{{% endif %}} | {{{{ purchase.amount | money }}}} |\
             {{% endif %}}{{% endfor %}}{{{{ new_paragraph() }}}}{{% endif %}}"
        )
    }

    /// A day as the language writes it.
    fn day(&self, field: &str) -> String {
        format!("{{{{ {field} | {} }}}}", if self.is_english { "long_date" } else { "numeric_date" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_its_marks() {
        use TextPart::{After, Back, Coupon, Text};
        for (markdown, expected) in [
            ("a\n:::after\nb", vec![Text("a\n"), After, Text("b")]),
            ("a\n:::back\n", vec![Text("a\n"), Back, Text("")]),
            ("a\n:::coupon\nb\n:::\nc", vec![Text("a\n"), Text(""), Text("c")]),
            ("::: after", vec![Text(""), After, Text("")]),
            ("a ::: after", vec![Text("a ::: after")]),
            ("\\:\\:\\:after", vec![Text("\\:\\:\\:after")]),
            (":::other", vec![Text(":::other")]),
        ] {
            let mut expected = expected;
            if markdown.contains("coupon") {
                expected[1] = Coupon("b\n");
            }
            assert_eq!(parts(markdown), expected, "{markdown}");
        }
    }

    #[test]
    fn wrong_marks_are_told_with_their_line() {
        for (body, expected) in [
            ("a\n:::after\nP.S.", ""),
            (":::coupon\n:::\n:::purchases 3\n:::back", ""),
            ("a\n:::afer", "error: 2: unknown mark `:::afer`\nhint: did you mean `:::after`?\n"),
            (
                "a\n:::after :::coupon\n",
                "error: 2: `:::after` stands in a line with other text\nhint: write what follows it into the next line\n",
            ),
            (
                ":::back, please",
                "error: 1: `:::back` stands in a line with other text\nhint: write what follows it into the next line\n",
            ),
            (":::cupon\n", "error: 1: unknown mark `:::cupon`\nhint: did you mean `:::coupon`?\n"),
            (":::coupon\nx", "error: 1: this `:::coupon` is never closed\nhint: write a line of `:::` where it ends\n"),
            (
                ":::coupon\nx\n:::after\n",
                "error: 1: this `:::coupon` is never closed\nhint: write a line of `:::` where it ends\n",
            ),
            (
                "a\n:::",
                "error: 2: `:::` closes nothing\nhint: `:::` ends a `:::coupon`; take it out, or write `:::coupon` where the coupon begins\n",
            ),
            (
                ":::purchases all",
                "error: 1: `all` is no number of purchases\nhint: write a number from 1 to 12: `:::purchases 5`\n",
            ),
            (
                ":::purchases 0",
                "error: 1: `0` is no number of purchases\nhint: write a number from 1 to 12: `:::purchases 5`\n",
            ),
        ] {
            let faults = check(body).into_iter().map(|(line, fault)| fault.at(line)).collect();
            assert_eq!(Error::all(faults).map(|fault| fault.report()).unwrap_or_default(), expected, "{body}");
        }
    }

    #[test]
    fn what_is_put_in_takes_no_line_and_speaks_the_language() {
        let body = "a\n:::coupon\n\n:::\n:::coupon\nown\n:::\n:::purchases 3\n";
        for (language, words) in [
            (None, ["| Date | Item | Amount |", "Valid until {{ gift.claim_until | long_date }}"]),
            (Some("de-AT"), ["| Datum | Artikel | Betrag |", "Gültig bis {{ gift.claim_until | numeric_date }}"]),
            (Some("fr"), ["| Date | Article | Montant |", "Valable jusqu’au {{ gift.claim_until | numeric_date }}"]),
            (Some("xx"), ["| Date | Item | Amount |", "Valid until {{ gift.claim_until | long_date }}"]),
        ] {
            let filled = filled_in(body, language);
            assert_eq!(filled.lines().count(), body.lines().count());
            assert!(words.iter().all(|word| filled.matches(word).count() == 1), "{language:?}: {filled}");
            assert!(filled.contains("loop.index <= 3"));
        }
        assert!(matches!(filled_in("a\nb", None), Cow::Borrowed(_)));
    }
}
