//! The letters that a follow-up starts with: they print as they are, with any gift or none, and are there to be rewritten.

use toml::de::DeTable;

use crate::domain::Response;

/// A letter before it is the owner's.
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
    /// The template under the front matter that last year's letter had, with a subject of its own and without its date.
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
    body: r"
{{ greeting }}

Thank you for coming{% if last_year.redeemed_on %} on {{ last_year.redeemed_on | long_date }}{% endif %}. It was good to see
you here.
{%- if last_year.gift %} We hope that you were pleased with {{ last_year.gift }}. If you were not, come in and tell us; we would
much rather know.{% endif %}

{% if last_year.years_running and last_year.years_running > 1 %}
That makes {{ last_year.years_running }} years running, and it has not gone unnoticed.
{% endif %}

{% if personal_line %}
{{ personal_line }}
{% endif %}

{% if gift.name and last_year.gift and gift.name == last_year.gift %}
This year we have {{ gift.name }} for you again.
{% elif gift.name %}
This year we have something new for you: {{ gift.name }}.
{% else %}
We would be glad to see you here again this year.
{% endif %}

Bring this letter with you, or only the number **{{ code }}**
{%- if gift.claim_until %}, until **{{ gift.claim_until | long_date }}**{% endif %}.
{%- if customer.spouse %} Come with {{ customer.spouse }}, if you like.{% endif %}

{{ qr() }}

With our best regards,
",
};

const MISSED: LetterDraft = LetterDraft {
    subject: "We missed you{% if gift.name %}, and have {{ gift.name }} for you{% endif %}",
    body: r"
{{ greeting }}

{% if last_year.gift %}
Last year we had {{ last_year.gift }} for you, and you did not come.
{%- if gift.name and gift.name != last_year.gift %} We can only assume that we did not choose well for you, and we should have
asked you first.{% endif %}
{% else %}
Last year we wrote to you, and you did not come.
{% endif %}

{% if personal_line %}
{{ personal_line }}
{% endif %}

{% if gift.name and last_year.gift and gift.name == last_year.gift %}
Perhaps it was the wrong moment. This year we have {{ gift.name }} for you again. If it is not what you like, come in and tell
us what is; we would much rather know.
{% elif gift.name %}
So this year we have something else for you: {{ gift.name }}. If that is not what you like either, come in and tell us what is;
we would much rather know.
{% else %}
We would be glad to see you this year. If something kept you away, come in and tell us; we would much rather know.
{% endif %}

Bring this letter with you, or only the number **{{ code }}**
{%- if gift.claim_until %}, until **{{ gift.claim_until | long_date }}**{% endif %}.
{%- if customer.spouse %} Come with {{ customer.spouse }}, if you like.{% endif %}

{{ qr() }}

Hoping to see you,
",
};

/// To those who were held out: they have had no letter, and hear of none.
const FIRST: LetterDraft = LetterDraft {
    subject: "{% if gift.name %}We have {{ gift.name }} for you{% else %}Thank you, from all of us{% endif %}",
    body: r"
{{ greeting }}

We have sat down with our book, to see who keeps this shop going, and your name is on its first pages. We ought to have thanked
you long ago, so we are doing it now.

{% if customer.last_purchase.on and customer.last_purchase.item %}
It has been {{ customer.last_purchase.on | ago }} since you were last in, and what you took home then is down as
“{{ customer.last_purchase.item }}”. We hope that all is well with it; if it is not, we would like to hear about it.
{% endif %}

{% if personal_line %}
{{ personal_line }}
{% endif %}

{% if gift.name %}
To say thank you we have {{ gift.name }} for you.
{% else %}
Come in when it suits you, and let us thank you in person.
{% endif %}

Bring this letter with you, or only the number **{{ code }}**
{%- if gift.claim_until %}, until **{{ gift.claim_until | long_date }}**{% endif %}.
{%- if customer.spouse %} Come with {{ customer.spouse }}, if you like.{% endif %}

{{ qr() }}

With thanks from all of us,
",
};

/// To those who have not come yet.
pub(super) const REMINDER: LetterDraft = LetterDraft {
    subject: "{% if gift.name %}We still have {{ gift.name }} for you{% else %}We would be glad to see you{% endif %}",
    body: r"
{{ greeting }}

{% if gift.name %}
Some time ago we wrote to you that we have {{ gift.name }} for you. You have not been in yet, and there is still time
{%- if gift.claim_until %}, until **{{ gift.claim_until | long_date }}**{% endif %}.
{% else %}
Some time ago we wrote to you, and you have not been in yet. We would still be glad to see you.
{% endif %}

Bring this letter with you, or only the number **{{ code }}**.

{{ qr() }}

With our best regards,
",
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
