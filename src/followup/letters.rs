//! The letters that a follow-up starts with: they print unchanged, with any gift or none, and are meant to be
//! rewritten.

use toml::de::DeTable;

use crate::domain::Response;

/// A letter template for the owner to edit.
pub(super) struct LetterDraft {
    subject: &'static str,
    body: &'static str,
}

/// The letter for a response.
pub(super) fn for_response(response: Response) -> &'static LetterDraft {
    match response {
        Response::Redeemed => &CAME,
        Response::HeldOut => &FIRST,
        _ => &MISSED,
    }
}

impl LetterDraft {
    /// The template with the front matter of last year's letter, but with its own subject and without the date.
    pub(super) fn template(&self, head: &str) -> String {
        let subject = toml::Value::from(self.subject).to_string();
        let dated = DeTable::parse_recoverable(head).0.into_inner();
        let date = dated.get_key_value("date").map(|(key, value)| key.span().start..value.span().end);
        let head =
            &date.map_or_else(|| head.to_owned(), |date| format!("{}{}", &head[..date.start], &head[date.end..]));
        let place = DeTable::parse_recoverable(head).0.into_inner().get("subject").map(toml::Spanned::span);
        let head = match place {
            Some(place) => format!("{}{subject}{}", &head[..place.start], &head[place.end..]),
            None => format!("{}\nsubject = {subject}", head.trim_end()),
        };
        format!("+++\n{}\n+++\n{}", head.trim(), self.body)
    }
}

const CAME: LetterDraft = LetterDraft {
    subject: "Thank you for coming{% if gift.name %}. This year: {{ gift.name }}{% endif %}",
    body: include_str!("letters/came.md"),
};

const MISSED: LetterDraft = LetterDraft {
    subject: "We missed you{% if gift.name %}, and have {{ gift.name }} for you{% endif %}",
    body: include_str!("letters/missed.md"),
};

/// For the control group: they had no letter, so it is not mentioned.
const FIRST: LetterDraft = LetterDraft {
    subject: "{% if gift.name %}We have {{ gift.name }} for you{% else %}Thank you, from all of us{% endif %}",
    body: include_str!("letters/first.md"),
};

/// For those who have not come yet.
pub(super) const REMINDER: LetterDraft = LetterDraft {
    subject: "{% if gift.name %}We still have {{ gift.name }} for you{% else %}We would be glad to see you{% endif %}",
    body: include_str!("letters/reminder.md"),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_front_matter_is_kept_but_for_the_subject() {
        for (head, start) in [
            (
                "paper = \"a4\"\nsubject = \"Old\" # about it\nsigner = \"June\"",
                "+++\npaper = \"a4\"\nsubject = \"Thank",
            ),
            ("subject = '''\nOld\nwine'''\nsigner = \"June\"", "+++\nsubject = \"Thank"),
            ("date = \"Old May\"\nsubject = \"Old\"\nsigner = \"June\"", "+++\nsubject = \"Thank"),
            ("paper = \"a4\"\ndate = '1 Old' # spring\n", "+++\npaper = \"a4\"\n # spring\nsubject = \"Thank"),
            ("signer = \"June\"\n", "+++\nsigner = \"June\"\nsubject = \"Thank"),
            ("", "+++\nsubject = \"Thank"),
        ] {
            let text = CAME.template(head);
            assert!(text.starts_with(start) && text.contains("\n+++\n\n{{ greeting }}"), "{text}");
            assert!(!text.contains("Old") && text.contains("June") == head.contains("June"), "{text}");
        }
    }
}
