//! The beginning of everyone's letter: the address and the greeting.

use std::collections::BTreeMap;

use super::Shop;

/// Plans the campaign `all`, a letter to everyone in the book, `one_per` household or customer: `line / line |
/// greeting` by reference; customers without a letter are absent.
#[track_caller]
pub fn letter_lines(shop: &Shop, one_per: &str) -> BTreeMap<String, String> {
    let campaign = format!(
        "name = \"All\"\nas_of = 2024-03-01\nchannel = \"letter\"\n[segment]\nwhere = \"spend_ever >= 0\"\n\
         one_per = \"{one_per}\"\n[letter]\ntemplate = \"all.md\"\n"
    );
    shop.write("campaigns/all.toml", campaign);
    shop.write("letter-templates/all.md", "{{ address_lines | join(sep=\" / \") }} | {{ greeting }}\n");
    let _ = shop.run("plan all").talk();
    let planned = shop.json("recipients all");
    let references = planned["recipients"].as_array().unwrap().iter().map(|one| one["ref"].as_str().unwrap());
    let line = |reference: &str| {
        let letters = shop.held(reference, "letters");
        let letter = letters.iter().find(|letter| letter["ref"] == reference).unwrap();
        let lines = letter["fields"]["address_lines"].as_array().unwrap().iter().map(|line| line.as_str().unwrap());
        let lines = lines.collect::<Vec<_>>().join(" / ");
        (reference.to_owned(), format!("{lines} | {}", letter["fields"]["greeting"].as_str().unwrap()))
    };
    references.map(line).collect()
}
