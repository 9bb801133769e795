//! The owner's files: shop.toml, campaigns and templates, changed at random.

use fastrand::Rng;

use super::{changes, property};
use crate::support::Shop;

const CAMPAIGN: &str = "campaigns/spring.toml";
const LETTER: &str = "letter-templates/spring.md";

/// A campaign with every possible setting.
const FULL: &str = r#"name = "Spring tea"
as_of = 2024-03-01
date = 2024-03-04
channel = "letter-else-email"

[segment]
where = "spend_12m >= 50 AND NOT has_tag('wholesale')"
order_by = "spend_12m DESC"
limit = "80%"
one_per = "household"
hold_out = "10%"
include = ["C-05"]
exclude = ["C-01"]

[gift]
name = "a tin of spring tea"
unit_cost = "2.50"
stock = 100
claim_until = 2024-06-30

[letter]
postage = "0.68"

[[branch]]
name = "new"
when = "visits_ever < 3"
template = "spring.md"

[[branch]]
name = "others"
when = "true"
template = "spring.md"

[[reminder]]
after = "30 days"
template = "spring.md"
"#;

/// The syntax of templates.
const TAGS: [&str; 24] = [
    "{{ greeting }}",
    "{{ code }}",
    "{{ qr() }}",
    "{{ barcode() }}",
    "{{ gift.claim_until | long_date }}",
    "{{ customer.spend_12m | money }}",
    "{{ customer.last_purchase.on | ago }}",
    "{{ customer.last_purchase.item | default(value=\"tea\") }}",
    "{{ customer.tags | join_and }}",
    "{{ customer.preferences.size | default(value=1) }}",
    "{% if customer.spouse %}",
    "{% elif customer.email %}",
    "{% else %}",
    "{% endif %}",
    "{% for line in address_lines %}",
    "{{ line }}",
    "{% endfor %}",
    "{% set x = customer.visits_12m %}",
    "{{ x * 1000000000000 * x }}",
    "{{ shop.name | upper | replace(from=\"a\", to=\"**\") }}",
    "{{ 1 / 0 }}",
    "{{ [1, 2, [3]] | join(sep=\",\") }}",
    "{# a remark",
    "{{ image(file=\"../shop.toml\", width=\"9mm\") }}",
];

const MARKDOWN: [&str; 14] = [
    "# Tea\n",
    "- one\n  - two\n",
    "> said\n",
    "**bold** ",
    "*slanted* ",
    "[link](https://example.com) ",
    "`code` ",
    "\n\n",
    "\n---\n",
    "|a|b|\n|-|-|\n|1|2|\n",
    "1. first\n",
    "![](logo.png)",
    "&amp; <b>x</b> ",
    "a\\\n",
];

fn template(good: &str, dice: &mut Rng) -> String {
    if dice.bool() {
        return changes::text(good, dice);
    }
    let mut text = "+++\nsubject = \"Tea\"\n+++\n".to_owned();
    for _ in 0..dice.usize(1..12) {
        text += if dice.bool() { TAGS[dice.usize(..TAGS.len())] } else { MARKDOWN[dice.usize(..MARKDOWN.len())] };
        text += [" ", "\n\n", "Tea and more tea. "][dice.usize(..3)];
    }
    if dice.u8(..4) == 0 { changes::text(&text, dice) } else { text }
}

#[test]
fn no_settings_break_anything() {
    let shop = Shop::new();
    let email = "\n[email]\nfrom = \"June <june@shop.example>\"\nserver = \"smtps://june@mail.example.com\"\nconnections = 2\n\
        rate = \"10/s\"\ndaily_cap = 100\nreply_to = \"a@shop.example\"\n[till]\nlisten = \"127.0.0.1:0\"\n\
        names = [\"front\"]\n[bounces]\nserver = \"imaps://june@mail.example.com\"\n";
    let good = shop.read("shop.toml") + email;
    property("shop.toml", 1, 2, |case| {
        let text = changes::text(&good, &mut case.dice);
        shop.write("shop.toml", &text);
        case.verb(&shop, &["check"], text.as_bytes());
        case.verb(&shop, &["plan", "spring", "--dry-run"], text.as_bytes());
    });
}

#[test]
fn no_campaign_breaks_anything() {
    let shop = Shop::new();
    let samples = [shop.read(CAMPAIGN), FULL.to_owned()];
    shop.write(CAMPAIGN, FULL);
    shop.run("check").says_only(&["warning"]);
    property("campaigns", 1, 2, |case| {
        let text = changes::text(&samples[case.dice.usize(..2)], &mut case.dice);
        shop.write(CAMPAIGN, &text);
        case.verb(&shop, &["check"], text.as_bytes());
        case.verb(&shop, &["plan", "spring", "--dry-run"], text.as_bytes());
    });
}

#[test]
fn no_template_breaks_anything() {
    let whole = Shop::new();
    let good = whole.read(LETTER);
    property("templates", 1, 5, |case| {
        let text = template(&good, &mut case.dice);
        // One in ten is planned and printed, in a separate shop.
        let own = case.number.is_multiple_of(10).then(Shop::new);
        let shop = own.as_ref().unwrap_or(&whole);
        shop.write(LETTER, &text);
        case.verb(shop, &["check"], text.as_bytes());
        case.verb(shop, &["plan", "spring", "--dry-run"], text.as_bytes());
        if own.is_some() {
            for words in
                [&["plan", "spring"][..], &["proof", "spring"], &["preview", "spring", "C-03"], &["print", "spring"]]
            {
                case.verb(shop, words, text.as_bytes());
            }
        }
    });
}
