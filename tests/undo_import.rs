//! Imports listed and undone: the book is restored, except for what was used or changed since, which is reported with
//! the reason.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde_json::{Value, json};
use snapbox::str;

use crate::support::{Shop, dump};

/// Everything in the book, except which import added it.
fn book(shop: &Shop) -> String {
    let copy = shop.around().join("copy.db");
    let _ = std::fs::remove_file(&copy);
    let database = Connection::open(shop.file("regulars.db")).unwrap();
    database.execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
    let normalise = "DELETE FROM import; UPDATE customer SET import_id = 0; UPDATE customer_tag SET import_id = 0; \
                     UPDATE consent SET import_id = 0; UPDATE purchase SET import_id = 0, linked_by = linked_by <> 0; \
                     UPDATE replaced_field SET import_id = 0; UPDATE replaced_purchase SET import_id = 0, added_by = 0;";
    Connection::open(&copy).unwrap().execute_batch(normalise).unwrap();
    dump(&copy)
}

/// Undoes an import of which something stays; what, and why.
#[track_caller]
fn kept(shop: &Shop, line: &str) -> BTreeMap<String, String> {
    let answer = shop.run(&format!("--json {line}")).status(3).says_only(&["is newer"]).json();
    assert_eq!(answer["kept_count"].as_u64().unwrap(), answer["kept"].as_array().unwrap().len() as u64);
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    answer["kept"].as_array().unwrap().iter().map(|one| (text(one, "what"), text(one, "why"))).collect()
}

/// What can be imported into the book of faults/base: a verb, a file, and the counts of its undo (removed, restored).
const FILES: &[(&str, &str, [u64; 2])] = &[
    (
        "customers",
        "Customer ID,First Name,Last Name,Email Consent,Tags\nN-1,Ida,Holm,yes,\"vip, tea\"\nN-2,Tom,Holm,no,\n",
        [2, 0],
    ),
    // Existing people: names, a whole address, consent, tags; empty cells.
    (
        "customers",
        "Customer ID,First Name,Street Address,City,State,Postal Code,Country,Phone,Email Consent,Post Consent,Tags\n\
         C-03,Rose,9 New Rd,Boston,MA,02101,US,555-0123,,yes,\"tea, silk\"\nC-10,,,,,,,,yes,,\n",
        [0, 8],
    ),
    // People who move together, and apart: households are updated.
    (
        "customers",
        "Customer ID,Last Name,Street Address,City,State,Postal Code,Country\nC-12,Smith,12 Elm St,Salem,OR,97301,US\n\
         C-02,Smith,1 Far St,Salem,OR,97301,US\nN-3,Müller,3 Pine Ct Apt 4,Portland,OR,97201,US\n",
        [1, 3],
    ),
    // The reference of an earlier sale.
    ("customers", "Customer ID,First Name\nX-99,Olga\n", [1, 0]),
    // Nothing new, and a list that repeats existing values.
    ("customers", "Customer ID,First Name\nC-03,Rosa\n", [0, 0]),
    ("purchases", "Customer ID,Date,Item,Amount\nC-03,2024-02-21,a ribbon,4.00\n,2024-02-21,a pin,1.00\n", [2, 0]),
    // Cards without names; two equal rows.
    (
        "purchases --new-customers",
        "Customer ID,Date,Amount\nB-1,2024-02-21,4.00\nB-1,2024-02-21,4.00\nX-99,2024-02-02,5.00\n",
        [3, 0],
    ),
];

#[test]
fn the_book_is_as_it_was_and_the_same_file_makes_it_the_same_again() {
    for (n, (verb, file, [removed, restored])) in FILES.iter().enumerate() {
        let shop = Shop::new();
        shop.write("more.csv", file);
        let before = book(&shop);
        shop.json(&format!("import {verb} more.csv"));
        let after = book(&shop);
        let undone = shop.json("import undo");
        let counts = ["removed", "restored", "kept_count"].map(|key| undone[key].as_u64().unwrap());
        assert_eq!(counts, [*removed, *restored, 0], "{n}: {undone}");
        assert_eq!(book(&shop), before, "{n}: undone");
        shop.json(&format!("import {verb} more.csv"));
        assert_eq!(book(&shop), after, "{n}: again");
        shop.run("doctor").quiet();
    }
}

#[test]
fn purchases_that_were_changed_or_cancelled_are_as_before() {
    let shop = Shop::new();
    let head = "Name,Email,Financial Status,Paid at,Created at,Currency,Total,Lineitem quantity,Lineitem name,Lineitem price,Cancelled at\n";
    let order = |name: &str, total: &str, item: &str, cancelled: &str| {
        format!("{name},rosa@example.com,paid,2024-02-20,2024-02-20,USD,{total},1,{item},{total},{cancelled}\n")
    };
    shop.write("one.csv", format!("{head}{}{}", order("#1", "10.00", "a hat", ""), order("#2", "20.00", "a belt", "")));
    shop.write(
        "two.csv",
        format!("{head}{}{}", order("#1", "12.00", "a cap", ""), order("#2", "20.00", "a belt", "2024-02-25")),
    );
    shop.run("import purchases one.csv").says("Shopify");
    let before = book(&shop);
    shop.run("import purchases two.csv").says("not imported").shows("2 changed");
    let after = book(&shop);
    assert_ne!(before, after);
    let undone = shop.json("import undo");
    assert_eq!((&undone["removed"], &undone["restored"]), (&json!(0), &json!(2)));
    assert_eq!(book(&shop), before);
    // The first one cannot undo what the second one changed; undoing the second one restores it.
    shop.run("import purchases two.csv").says("not imported");
    assert_eq!(book(&shop), after);
    let stayed = kept(&shop, "import undo 3");
    assert_eq!(stayed, [("receipt #1".to_owned(), "was changed by import 5".to_owned())].into());
    shop.json("import undo 5");
    assert_eq!(shop.times_of("C-03", "purchases", &json!({ "receipt": "#1", "amount_minor": 1000 })), 1);
    assert_eq!(shop.times("purchases", &json!({ "receipt": "#2" })), 0, "who added it was undone");
}

/// How a customer added by an import is used, and why they stay then.
const USES: &[(&str, &str)] = &[
    ("plan spring", "is frozen in the plan of `spring`"),
    ("customer note N-1 \"asked for linen\" --kind visit", "has a note"),
    ("customer set N-1 \"city=Palo Alto\"", "was changed by hand"),
    ("customer set N-1 preference.shirt=16", "was changed by hand"),
    ("customer set N-1 tag=vip", "was changed by hand"),
    ("customer set N-1 deceased=yes", "was changed by hand"),
    ("customer set N-1 email_consent=no", "has mail preferences recorded since"),
    ("customer set N-1 household=C-03", "is in a household made by hand"),
    ("customer set N-1 household=alone", "is in a household made by hand"),
    ("customer merge C-03 N-1", "another card was merged into it"),
    ("customer merge N-1 C-03", "was merged into `C-03`"),
    ("customer different N-1 N-2", "was marked as a different person than another"),
    ("import purchases sale.csv", "has purchases of another import"),
    ("import customers later.csv", "was changed by import 4"),
    ("import customers tags.csv", "was changed by import 4"),
    ("redeem --customer N-1 --campaign spring --spend 5", "has an entry at the till"),
];

#[test]
fn whoever_is_in_use_stays() {
    let file = "Customer ID,First Name,Last Name,Street Address,City,State,Postal Code,Email Consent\n\
                N-1,Ida,Holm,7 Elm St,Salem,OR,97301,yes\nN-2,Idah,Holm,8 Elm St,Salem,OR,97301,\nN-3,Bo,Ek,,,,,\n";
    for (line, why) in USES {
        let shop = Shop::new();
        shop.write("more.csv", file);
        shop.write("sale.csv", "Customer ID,Date,Amount\nN-1,2024-02-21,4.00\n");
        shop.write("later.csv", "Customer ID,Phone\nN-1,555-0123\nN-2,\n");
        shop.write("tags.csv", "Customer ID,Tags\nN-1,vip\n");
        shop.edit("campaigns/spring.toml", "spend_12m >= 50", "(spend_12m >= 50 OR last_name = 'Holm')");
        shop.json("import customers more.csv");
        if line.starts_with("redeem") {
            shop.run("plan spring").says_only(&["share"]);
            shop.run("posted spring").says_only(&["print", "letter"]);
        }
        shop.run(line).says_only(&["warning"]);
        let stayed = kept(&shop, "import undo 3");
        assert_eq!(stayed.get("N-1").map(String::as_str), Some(*why), "{line}: {stayed:?}");
        assert_eq!(shop.count("SELECT count(*) FROM customer WHERE ref = 'N-3'"), 0, "{line}: nobody uses N-3");
        shop.run("doctor").quiet();
    }
}

const OF_ADDRESS: &str = "is part of an address that was changed since";

/// What is changed after an import of existing people, and what stays then.
const CHANGES: &[(&str, &[(&str, &str)])] = &[
    // An address is never mixed from two.
    (
        "customer set C-03 city=Lynn",
        &[("C-03 city", "was changed since"), ("C-03 postcode", OF_ADDRESS), ("C-03 street", OF_ADDRESS)],
    ),
    (
        "customer set C-03 postcode=02199 phone=5",
        &[
            ("C-03 city", OF_ADDRESS),
            ("C-03 phone", "was changed since"),
            ("C-03 postcode", "was changed since"),
            ("C-03 street", OF_ADDRESS),
        ],
    ),
    // A statement to the shop counts, even if it equals that of the list.
    ("customer set C-03 post=no", &[("C-03 post_consent", "was changed since")]),
    ("customer set C-03 post=yes", &[("C-03 post_consent", "was changed since")]),
    ("customer set C-10 email_consent=no", &[("C-10 email_consent", "was changed since")]),
    (
        "import customers later.csv",
        &[
            ("C-03 city", "was changed by import 4"),
            ("C-03 postcode", OF_ADDRESS),
            ("C-03 street", OF_ADDRESS),
            ("C-10 email_consent", "was changed by import 4"),
        ],
    ),
    // A value as it was before, or another that no import wrote.
    ("customer set C-03 first_name=Rosa", &[("C-03 first_name", "was changed since")]),
    ("customer set C-03 phone=", &[("C-03 phone", "was changed since")]),
];

/// The cards of two people.
fn cards(shop: &Shop) -> [Value; 2] {
    ["C-03", "C-10"].map(|reference| shop.json(&format!("customer export {reference}"))["card"].clone())
}

#[test]
fn a_field_stays_when_its_value_is_not_the_imports() {
    for (line, expected) in CHANGES {
        let shop = Shop::new();
        shop.write("more.csv", FILES[1].1);
        shop.write("later.csv", "Customer ID,City,Email Consent\nC-03,Lynn,\nC-10,,no\n");
        let original = cards(&shop);
        shop.json("import customers more.csv");
        shop.run(line).quiet();
        let changed = cards(&shop);
        let stayed = kept(&shop, "import undo 3 --dry-run");
        assert_eq!(cards(&shop), changed, "{line}: a dry run changes nothing");
        assert_eq!(kept(&shop, "import undo 3"), stayed, "{line}");
        let names: Vec<(&str, &str)> = stayed.iter().map(|(what, why)| (what.as_str(), why.as_str())).collect();
        assert_eq!(names, *expected, "{line}");
        let undone = cards(&shop);
        for ((undone, original), changed) in undone.iter().zip(&original).zip(&changed) {
            for (field, value) in undone.as_object().unwrap() {
                let what = format!("{} {field}", undone["ref"].as_str().unwrap());
                let from = if stayed.contains_key(&what) { changed } else { original };
                assert_eq!(value, &from[field], "{line}: {what}");
            }
        }
    }
}

/// An opt-out stays, whatever its source; consent that replaced an opt-out, or nothing, is removed.
#[test]
fn a_no_stays_a_no() {
    let shop = Shop::new();
    let wishes = |shop: &Shop| {
        ["C-01", "C-03", "C-05", "C-06"].map(|reference| {
            let card = &shop.json(&format!("customer export {reference}"))["card"];
            ["email_consent", "post_consent"].map(|field| card[field].as_str().unwrap().to_owned())
        })
    };
    shop.write(
        "more.csv",
        "Customer ID,Email Consent,Post Consent\nC-01,no,yes\nC-03,unknown,no\nC-05,,no\nC-06,yes,yes\n",
    );
    shop.json("import customers more.csv");
    let stays = "is an opt-out, which stays";
    let expected = ["C-01 email_consent", "C-03 post_consent", "C-05 post_consent"];
    assert_eq!(kept(&shop, "import undo"), expected.map(|what| (what.to_owned(), stays.to_owned())).into());
    let expected = [["no", "unknown"], ["yes", "no"], ["no", "no"], ["unknown", "unknown"]];
    assert_eq!(wishes(&shop), expected.map(|pair| pair.map(str::to_owned)));
    assert_eq!(shop.times_of("C-06", "consents", &json!({})), 0, "nobody said anything");
    // A second import adds no second statement.
    shop.json("import customers more.csv");
    assert_eq!(shop.times_of("C-01", "consents", &json!({ "channel": "email", "state": "no" })), 1);
}

/// Imports of the same fields, undone in any order, restore the original book: a later one restores what an earlier one
/// would have. Only opt-outs stay.
#[test]
fn imports_are_undone_in_any_order() {
    let cities = ["Lynn", "Troy", "Rome"];
    let wishes = [["yes", "unknown", "yes"], ["no", "yes", ""], ["yes", "no", "yes"]];
    for (order, wishes) in
        [[3, 4, 5], [3, 5, 4], [4, 3, 5], [4, 5, 3], [5, 3, 4], [5, 4, 3]].iter().zip(wishes.iter().cycle())
    {
        let shop = Shop::new();
        let before = book(&shop);
        let wish = |shop: &Shop| shop.json("customer export C-06")["card"]["post_consent"].as_str().unwrap().to_owned();
        for (n, (city, wish)) in cities.iter().zip(wishes).enumerate() {
            // The first one has a whole address, the others correct its city.
            let (heading, street) = if n == 0 { ("Street Address,", "9 New Rd,") } else { ("", "") };
            let rows = format!(
                "C-03,{street}{city},{city} 1,\nC-04,{street}{city},,\nC-06,{},,{wish}\n",
                if n == 0 { "," } else { "" }
            );
            shop.write("more.csv", format!("Customer ID,{heading}City,Phone,Post Consent\n{rows}"));
            shop.json("import customers more.csv");
        }
        for number in order {
            assert!([0, 3].contains(&shop.run(&format!("import undo {number}")).ended()));
        }
        if wishes.contains(&"no") {
            assert_eq!(wish(&shop), "no", "{order:?} {wishes:?}");
        } else {
            assert_eq!(book(&shop), before, "{order:?}");
        }
    }
}

#[test]
fn imports_are_listed_and_undone_once() {
    let shop = Shop::without_people();
    shop.run("import list").stdout("Nothing has been imported yet.\n");
    shop.run("import undo").status(1).stderr(str![[r"
error: there is no import to undo
hint: `regulars import list` shows the imports

"]]);
    shop.run("import customers customers.csv").quiet();
    shop.run("import customers customers.csv --today 2024-03-02").quiet();
    shop.run("import purchases purchases.csv --dry-run").quiet();
    shop.write("bad.csv", "Customer ID,Date,Amount\nC-03,soon,1.00\n");
    shop.run("import purchases bad.csv").status(1).says("not a day");
    shop.run("import purchases purchases.csv --today 2024-03-03").quiet();
    let last = "import past-campaign last.csv --name 2023-tea --as-of 2023-03-01 --claim-until 2023-06-30";
    shop.write("last.csv", "Customer ID\nC-03\nC-06\n");
    shop.run(last).says("no one did");
    let list = shop.json("import list")["imports"].clone();
    let imports: Vec<Value> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!([one["number"], one["kind"], one["file"], one["added"], one["changed"], one["undone"]]))
        .collect();
    assert_eq!(
        json!(imports),
        json!([
            [1, "customers", "customers.csv", 12, 0, false],
            [2, "customers", "customers.csv", 0, 0, false],
            [3, "purchases", "purchases.csv", 15, 0, false],
            [4, "past_campaign", "last.csv", 2, 0, false],
        ])
    );
    assert!(list[1]["at"].as_str().unwrap().starts_with("2024-03-02T"));
    let before = book(&shop);
    shop.run("import undo").status(1).stderr(str![[r"
error: import 4 is a past campaign: what was mailed stays on record
hint: to undo the import before it: `regulars import undo 3`

"]]);
    shop.run("import undo 9").status(1).says("there is no import 9");
    shop.run("import undo 3 --dry-run")
        .stdout("Would undo import 3 (`purchases.csv` of 2024-03-03): 15 purchases removed.\n");
    assert_eq!(book(&shop), before);
    shop.run("import undo 3 --yes").stdout("Undid import 3 (`purchases.csv` of 2024-03-03): 15 purchases removed.\n");
    shop.run("import undo 3 --today 2024-03-09").status(1).stderr(str![[r"
error: import 3 was already undone, on 2024-03-01
hint: import `purchases.csv` again to get it back

"]]);
    shop.run("import undo 2").stdout("Undid import 2 (`customers.csv` of 2024-03-02): nothing to remove or restore.\n");
    shop.run("import undo 1").status(3).stdout(str![[r"
Undid import 1 (`customers.csv` of 2024-03-01): 10 customers removed.
Kept C-03 and C-06: each is frozen in the plan of `2023-tea`.

"]]);
    shop.run("import list").shows("customers from customers.csv: 12 added, 0 changed; undone on 2024-03-01");
}

/// What a merge moves is found again, before and after it is undone.
#[test]
fn cards_that_were_merged_and_taken_apart_can_be_undone() {
    let shop = Shop::new();
    let before = book(&shop);
    shop.write("more.csv", "Customer ID,First Name,Phone\nC-03,Rosa,555-0123\nN-1,Rosa,\n");
    shop.run("import customers more.csv").quiet();
    shop.run("customer merge C-03 N-1").quiet();
    shop.run("customer unmerge C-03").quiet();
    let undone = shop.json("import undo");
    assert_eq!((&undone["removed"], &undone["restored"]), (&json!(1), &json!(1)));
    let plain =
        |text: String| text.lines().filter(|line| !line.starts_with("customer_merge")).collect::<Vec<_>>().join("\n");
    assert_eq!(plain(book(&shop)), plain(before));
}

/// A sale with only an email finds its customer by an import, and loses them when that is undone.
#[test]
fn a_sale_loses_the_customer_that_the_import_gave_it() {
    let shop = Shop::new();
    shop.write(
        "sale.csv",
        "Customer ID,Date,Amount\nida@example.com,2024-02-21,4.00\nroso@example.com,2024-02-21,4.00\n",
    );
    shop.run("import purchases sale.csv").quiet();
    let before = book(&shop);
    shop.write("more.csv", "Customer ID,Email\nN-1,ida@example.com\nC-03,Roso@example.com\n");
    shop.run("import customers more.csv").quiet();
    assert_eq!(shop.count("SELECT count(*) FROM purchase WHERE linked_by = 4"), 2);
    assert_eq!(shop.json("import undo")["removed"], 1);
    assert_eq!(book(&shop), before);
    // A newer import has the customer as well; there is no way to know.
    shop.run("import customers more.csv").quiet();
    shop.run("import customers more.csv").quiet();
    shop.run("import undo 5")
        .says("import 6 is newer: customers that it found unchanged are removed too; import `more.csv` again");
}

/// Whatever is imported and edited: a card that was not changed since is restored, and on the others every field that
/// is not the import's.
#[test]
fn whatever_was_not_touched_is_as_before() {
    let mut dice = fastrand::Rng::with_seed(11);
    let shop = Shop::new();
    let export = |shop: &Shop| -> BTreeMap<String, Value> {
        let everybody = shop.json("segment true");
        let refs = everybody["customers"].as_array().unwrap().iter().map(|one| one["ref"].as_str().unwrap().to_owned());
        refs.map(|reference| (reference.clone(), shop.json(&format!("customer export {reference}")))).collect()
    };
    for round in 0..4 {
        let before = export(&shop);
        let mut rows = "Customer ID,First Name,City,Phone,Email Consent,Tags\n".to_owned();
        let known: Vec<&String> = before.keys().collect();
        for n in 0..6 {
            let reference =
                if dice.bool() { known[dice.usize(..known.len())].clone() } else { format!("R-{round}-{n}") };
            if rows.contains(&format!("\n{reference},")) {
                continue;
            }
            let mut one = |words: &[&str]| words[dice.usize(..words.len())].to_owned();
            let cells = [
                one(&["", "Ida", "Tom"]),
                one(&["", "Lynn", "Troy"]),
                one(&["", "1", "2"]),
                one(&["", "yes"]),
                one(&["", "tea"]),
            ];
            rows.push_str(&format!("{reference},{}\n", cells.join(",")));
        }
        shop.write("more.csv", &rows);
        shop.run("import customers more.csv").quiet();
        let imported = export(&shop);
        let everybody: Vec<&String> = imported.keys().collect();
        let touched = everybody[dice.usize(..everybody.len())].as_str();
        let edit = ["city=Bath", "tag=silk", "preference.hat=7"][dice.usize(..3)];
        shop.run(&format!("customer set {touched} {edit}")).quiet();
        let edited = shop.json(&format!("customer export {touched}"));
        assert!([0, 3].contains(&shop.run("import undo").ended()));
        let undone = export(&shop);
        for (reference, card) in &undone {
            if reference != touched {
                assert_eq!(Some(card), before.get(reference), "{rows}");
                continue;
            }
            let Some(original) = before.get(reference) else {
                assert_eq!(card, &edited, "{rows}");
                continue;
            };
            for (field, value) in card["card"].as_object().unwrap() {
                let is_the_imports = edited["card"][field] == imported[reference]["card"][field];
                let expected = if is_the_imports { original } else { &edited };
                assert_eq!(value, &expected["card"][field], "{reference} {field}\n{rows}");
            }
        }
        assert!(before.keys().all(|reference| undone.contains_key(reference)));
    }
}

/// Replaced values of an import never name a forgotten person.
#[test]
fn whoever_is_forgotten_is_not_in_what_is_kept() {
    let shop = Shop::new();
    shop.write("more.csv", "Customer ID,Spouse,Phone\nC-01,Mrs. Eleanor Smith,1\nC-02,,2\n");
    shop.run("import customers more.csv").quiet();
    shop.write("more.csv", "Customer ID,Spouse,Phone\nC-01,Ellen,3\n");
    shop.run("import customers more.csv").quiet();
    shop.run("customer forget C-02 --yes").says("still have them");
    assert_eq!(shop.count("SELECT count(*) FROM replaced_field WHERE before || after LIKE '%Eleanor%'"), 0);
    assert_eq!(shop.count("SELECT count(*) FROM replaced_field WHERE field = 'phone'"), 2);
    assert!([0, 3].contains(&shop.run("import undo 3").ended()));
    assert_eq!(shop.json("customer export C-01")["card"]["spouse"], "Ellen");
}
