//! What the letters of everybody in a book begin with: the address and the greeting.

use std::collections::BTreeMap;

use super::Shop;

/// A plan of everybody, each alone.
const EVERYBODY: &str = "name = \"Everybody\"\nas_of = 2024-03-01\n[segment]\nwhere = \"spend_ever >= 0\"\none_per = \"customer\"\n\
                         [gift]\nname = \"a hat\"\nunit_cost = \"3\"\nclaim_until = 2024-09-30\n[letter]\ntemplate = \"everybody.md\"\n";

/// Plans a letter to everybody in the book: `line / line / line | greeting` by reference; who gets none is not there.
#[track_caller]
pub fn letter_lines(shop: &Shop) -> BTreeMap<String, String> {
    shop.write("campaigns/everybody.toml", EVERYBODY);
    shop.write("letter-templates/everybody.md", "{{ greeting }}\n");
    let _ = shop.run("plan everybody").talk();
    let planned = shop.json("recipients everybody");
    let references =
        planned["recipients"].as_array().unwrap().iter().map(|one| one["ref"].as_str().unwrap().to_owned());
    let line = |reference: String| {
        let fields = &shop.held(&reference, "letters")[0]["fields"];
        let lines = fields["address_lines"].as_array().unwrap().iter().map(|line| line.as_str().unwrap());
        let lines = lines.collect::<Vec<_>>().join(" / ");
        (reference, format!("{lines} | {}", fields["greeting"].as_str().unwrap()))
    };
    references.map(line).collect()
}
