//! The letters that a follow-up starts with: they print as they are, and are there to be rewritten.

use crate::domain::Response;

/// The text of a template for a response, under the head that last year's letter had.
pub(super) fn text(head: &str, response: Response) -> String {
    let body = if response == Response::Redeemed { CAME } else { MISSED };
    format!("+++\n{}\n+++\n{body}", head.trim())
}

const CAME: &str = r#"
{{ greeting }}

Thank you for coming{% if last_year.redeemed_on %} on {{ last_year.redeemed_on | long_date }}{% endif %}. We hope you
liked {{ last_year.gift | default(value="what we had for you") }}.

{% if last_year.years_running and last_year.years_running > 1 %}
That makes {{ last_year.years_running }} years running, and it has not gone unnoticed.
{% endif %}

This year it is {{ gift.name | default(value="something new") }}. It waits for you at our counter
{%- if gift.claim_until %} until {{ gift.claim_until | long_date }}{% endif %}. Bring this letter, or tell us the number
{{ code }}.

{{ qr() }}

With our best regards,
"#;

const MISSED: &str = r#"
{{ greeting }}

Last year {{ last_year.gift | default(value="something") }} stood here with your name on it, and you did not come. We can
only assume that it was not to your taste.

So this year it is something else: {{ gift.name | default(value="a surprise") }}. It waits for you at our counter
{%- if gift.claim_until %} until {{ gift.claim_until | long_date }}{% endif %}. Bring this letter, or tell us the number
{{ code }}.

{{ qr() }}

We would be glad to see you again.
"#;
