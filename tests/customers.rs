//! The customer verbs: the card, fields and notes, duplicates, and a person who is to be forgotten.

use regulars::for_tests::{card_fields, suppress};
use rusqlite::Connection;
use serde_json::{Value, json};
use snapbox::str;

use crate::support::{Shop, dump};

#[test]
fn the_card_says_what_the_counter_must_know() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop.run("customer note C-03 \"The hem came back crooked\" --kind complaint --minutes 10 --on 2024-02-26").stdout(
        str![[r"
Noted for Rosa Okafor (`C-03`): complaint, 2024-02-26. It stays open until `regulars customer resolve C-03`.

"]],
    );
    shop.run("customer note C-03 \"Loves green\" --kind visit").quiet().shows("visit, 2024-03-01.");
    shop.run("customer set C-03 preference.shoes=38 preference.children=\"Ife, 9\" birthday=1975-05-04").quiet();
    shop.run("customer show C-03").stdout(str![[r"
Ms. Okafor
Rosa Okafor (`C-03`), Holyoke
Last here ten days ago, on February 20, 2024.

Open complaint, from four days ago: The hem came back crooked
  Resolved? `regulars customer resolve C-03`

Waiting until June 30, 2024: a tin of spring tea. Code [..].

  Birthday       1975-05-04
  Taste          children Ife, 9; shoes 38
  Tags           tea
  Address        5 Bay Rd, Holyoke, MA, 01040, US
  Reached by     rosa@example.com
  Wishes         may be emailed

Last bought
  February 20, 2024        $310.00  a rain coat
  In twelve months: 1 purchase, $310.00.

Last heard
  March 1, 2024       visit: Loves green

"]]);
    let card = shop.json("customer show C-03");
    assert_eq!((&card["ref"], &card["greeting"]), (&json!("C-03"), &json!("Dear Ms. Okafor,")));
    assert_eq!(card["gift"]["state"], "waiting");
    assert_eq!(card["open_complaints"][0]["text"], "The hem came back crooked");
    assert_eq!(card["purchases"][0]["amount_minor"], 31000);
    shop.run("customer resolve C-03").stdout(str![[r"
Resolved: 1 complaint of Rosa Okafor (`C-03`).

"]]);
    shop.run("customer resolve C-03").status(1).says("has no open complaint");
    assert_eq!(shop.json("customer show C-03")["open_complaints"], json!([]));
    // The family is on each card.
    assert_eq!(shop.json("customer show C-02")["family"], json!([{ "ref": "C-01", "name": "Robert Smith" }]));
}

#[test]
fn people_are_found_however_they_are_spelt() {
    let shop = Shop::new();
    for (words, reference) in [
        ("Okafo", "C-03"),
        ("okaafor", "C-03"),
        ("rosa holyoke", "C-03"),
        ("c-07", "C-07"),
        ("obrien", "C-07"),
        ("muller", "C-06"),
        ("james.lee@example.com", "C-04"),
    ] {
        let found = shop.with(&["--json", "customer", "find", words]).json();
        assert_eq!(found["customers"][0]["ref"], reference, "{words}");
    }
    shop.run("customer find nobody-at-all").status(1).says("no one matches `nobody-at-all`");
}

#[test]
fn what_is_set_is_shown_with_what_was_there() {
    let shop = Shop::new();
    shop.run("customer set C-05 street=\"1 New St\" city=Salem tag=+vip post=no --source \"said so at the counter\"")
        .stdout(str![[r"
Changed 4 things on the card of Ana Lopez (`C-05`):
  street: – → 1 New St
  city: – → Salem
  tags: – → vip
  post_consent: unknown → no

"]]);
    shop.run("customer set C-05 city=Salem").stdout(str![[r"
The card of Ana Lopez (`C-05`) already has that.

"]]);
    shop.run("customer set C-05 citty=Salem post=perhaps tag=-vip").status(1).stderr(str![[r"
error: there is no field `citty`
hint: did you mean `city`?
error: `perhaps` is not a value of `post`
hint: write yes, no or unknown

"]]);
    assert_eq!(shop.json("customer show C-05")["tags"], json!(["vip"]), "all of it or nothing");
    shop.run("customer set C-05 post=yes --on 2024-02-01").quiet();
    let wishes = shop.json("customer show C-05")["wishes"].clone();
    let of_post: Vec<&Value> = wishes.as_array().unwrap().iter().filter(|wish| wish["about"] == "post").collect();
    assert_eq!(of_post.len(), 2, "nothing that was said is taken back");
    assert_eq!(of_post[0]["source"], "said so at the counter");
}

#[test]
fn nobody_writes_to_the_dead_or_to_where_they_lived_before() {
    let shop = Shop::new();
    shop.run("customer set C-06 moved=yes").quiet().shows("moved: no → yes");
    shop.run("customer set C-11 deceased=yes").quiet();
    shop.run("customer set C-01 deceased=yes --source Eleanor").quiet();
    shop.run("customer set C-12 moved=yes").quiet();
    shop.run("customer set C-12 street=\"9 New St\"").quiet();
    let plan = shop.json("plan spring");
    let reasons = plan["left_out"].as_array().unwrap();
    assert!(reasons.contains(&json!({ "reason": "moved away", "count": 1 })), "{reasons:?}");
    assert!(reasons.contains(&json!({ "reason": "deceased", "count": 1 })), "{reasons:?}");
    // The widow gets a letter, alone.
    let eleanor = shop.recipient("spring", "C-02");
    assert_eq!(eleanor["name"], "Eleanor Smith");
    assert_eq!(shop.recipient("spring", "C-12")["arm"], "mailed", "a new street makes the address good again");
}

#[test]
fn households_are_put_together_and_taken_apart_by_hand() {
    let shop = Shop::new();
    shop.run("customer set C-01 household=alone").quiet().shows("household: with Eleanor Smith → alone");
    shop.run("customer set C-03 household=C-12").quiet().shows("household: alone → with Wei Chan");
    assert_eq!(shop.json("customer show C-02")["family"], json!([]));
    // An import updates it, and keeps what the owner did.
    shop.run("import customers customers.csv").quiet();
    assert_eq!(shop.json("customer show C-02")["family"], json!([]));
    assert_eq!(shop.json("customer show C-12")["family"][0]["ref"], "C-03");
}

/// Everything in the book except the records of merges and imports.
fn book(shop: &Shop) -> String {
    dump(&shop.file("regulars.db"))
        .lines()
        .filter(|line| !line.starts_with("customer_merge") && !line.starts_with("import: "))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn one_person_twice_becomes_one_and_two_again() {
    let shop = Shop::new();
    shop.write("twin.csv", "Customer ID,First Name,Last Name,Street Address,City,State,Postal Code,Phone,Post Consent,Email Consent,Tags\nD-3,Rosie,Okafor,5 Bay Road,Holyoke,MA,01040,413 555 0100,no,yes,coffee\n");
    shop.run("import customers twin.csv").quiet();
    shop.write(
        "twin-bought.csv",
        "Customer ID,Date,Item,Qty,Amount\nD-3,2024-01-05,a cap,1,60.00\nC-03,2024-01-06,a tie,1,20.00\n",
    );
    shop.run("import purchases twin-bought.csv").quiet();
    shop.run("customer note D-3 \"asked for coffee\" --kind visit").quiet();
    shop.run("customer set D-3 preference.cup=large").quiet();
    shop.run("plan spring").quiet();
    shop.run("customer duplicates").quiet().shows("Rosa Okafor (`C-03`) and Rosie Okafor (`D-3`)");
    let before = book(&shop);
    shop.run("customer merge D-3 C-03").stdout(str![[r"
Rosie Okafor (`D-3`) was merged into Rosa Okafor (`C-03`), with 1 purchase and 1 note. Filled or changed: phone and post_consent.
Not the same person after all? `regulars customer unmerge D-3`

"]]);
    let card = shop.json("customer show D-3");
    assert_eq!((&card["ref"], &card["old_refs"]), (&json!("C-03"), &json!(["D-3"])));
    assert_eq!((&card["post_consent"], &card["email_consent"]), (&json!("no"), &json!("yes")), "a no wins");
    assert_eq!(card["tags"], json!(["coffee", "tea"]));
    assert_eq!(card["purchases"].as_array().unwrap().len(), 3);
    // The old reference is accepted wherever a reference is.
    shop.run("why spring D-3").quiet().shows("Rosa Okafor");
    shop.run("customer find D-3").quiet().shows("Rosa Okafor");
    shop.edit("campaigns/spring.toml", "exclude  = []", "exclude  = [\"D-3\"]");
    let plan = shop.json("plan spring --dry-run");
    assert!(plan["left_out"].as_array().unwrap().contains(&json!({ "reason": "excluded", "count": 1 })), "{plan}");
    shop.run("customer merge D-3 C-03").status(1).says("are already one card");
    shop.run("customer unmerge C-03").status(1).says("`D-3` was merged into it");
    shop.run("customer unmerge D-3").stdout(str![[r"
Rosie Okafor (`D-3`) and Rosa Okafor (`C-03`) are separate again; 1 purchase and 1 note moved back.

"]]);
    assert_eq!(book(&shop), before, "as they were");
    shop.run("customer unmerge D-3").status(1).says("`D-3` was not merged");
}

#[test]
fn merges_are_undone_in_the_order_of_a_stack() {
    let shop = Shop::new();
    let before = book(&shop);
    shop.run("customer merge C-01 C-02").quiet();
    shop.run("customer merge C-02 C-03").quiet();
    assert_eq!(shop.json("customer show C-01")["ref"], "C-03");
    shop.run("customer unmerge C-01").status(1).says("`regulars customer unmerge C-02`");
    // Sales under the old reference move to the card that has it, and back.
    shop.write("late.csv", "Customer ID,Date,Item,Qty,Amount\nC-01,2024-02-28,a cap,1,60.00\n");
    shop.run("import purchases late.csv").quiet();
    assert_eq!(shop.times("purchases", &json!({ "ref": "C-01", "on": "2024-02-28" })), 1);
    shop.run("customer unmerge C-02").quiet();
    shop.run("customer unmerge C-01").quiet();
    let owner = "SELECT c.id FROM purchase p JOIN customer c ON c.id = p.customer_id WHERE p.day = 19781";
    assert_eq!(shop.count(owner), 1);
    let database = Connection::open(shop.file("regulars.db")).unwrap();
    database
        .execute("DELETE FROM purchase_item WHERE purchase_id IN (SELECT id FROM purchase WHERE day = 19781)", [])
        .unwrap();
    database.execute("DELETE FROM purchase WHERE day = 19781", []).unwrap();
    drop(database);
    assert_eq!(book(&shop), before);
}

#[test]
fn two_people_who_look_like_one_are_shown_no_more() {
    let shop = Shop::new();
    shop.write("more.csv", "Customer ID,First Name,Last Name,Street Address,City,Postal Code,Email\nD-3,Rosie,Okafor,5 Bay Rd,Holyoke,01040,rosa@example.com\n");
    shop.run("import customers more.csv").quiet();
    shop.run("customer duplicates").shows("Rosa Okafor (`C-03`) and Rosie Okafor (`D-3`)");
    shop.run("customer different D-3 C-03").stdout("Rosie Okafor (`D-3`) and Rosa Okafor (`C-03`) are two people.\n");
    shop.run("customer duplicates").stdout("No one seems to be in the book twice.\n");
    assert_eq!(shop.json("customer export D-3")["not_the_same"][0]["ref"], "C-03");
    shop.run("customer different C-03 D-3 --undo").shows("may be one person again");
    shop.run("customer duplicates").shows("D-3");
    shop.run("customer different D-3 D-3").status(1).says("`D-3` is a single card");
}

/// A forgotten person does not come back under another reference, in a list without any, or in a sale; until they want
/// to.
#[test]
fn somebody_forgotten_comes_back_only_when_they_want_to() {
    let shop = Shop::without_people();
    let (c, list, sales) = ("c.csv", "list.csv", "sales.csv");
    shop.write(c, "Customer ID,Last Name,Email\nC-1,Okafor,Rosa@example.com\nC-2,Holm,ida@example.com\n");
    shop.write(list, "First Name,Email\nRosa,rosa@example.com\nIda,ida@example.com\n");
    shop.write(sales, "Email,Date,Amount\nROSA@example.com,2024-02-20,10.00\n");
    shop.run("import customers c.csv").quiet();
    shop.run("customer forget C-1 --yes").says("still have them");
    shop.run("import purchases sales.csv").says("people are identified by email");
    assert_eq!(shop.count("SELECT count(*) FROM purchase WHERE ref <> '' OR customer_id IS NOT NULL"), 0);
    for file in [c, list] {
        shop.run(&format!("import customers {file}")).says("asked to be forgotten: left out");
        assert_eq!(shop.count("SELECT count(*) FROM customer WHERE email LIKE 'rosa%'"), 0, "{file}");
    }
    shop.run("customer unforget C-9").status(1).says("no one was forgotten under `C-9`");
    shop.run("customer unforget C-1").stdout("The next import may add `C-1` again.\n");
    shop.run("customer unforget rosa@example.com").quiet();
    shop.run("import customers c.csv").quiet().shows("1 new");
    assert_eq!(shop.count("SELECT count(*) FROM purchase WHERE ref <> ''"), 0, "what was erased stays erased");
}

#[test]
fn a_segment_asks_who_has_died_or_moved() {
    let shop = Shop::new();
    let found = |shop: &Shop, of: &str| shop.json(&format!("segment {of}"))["matched"].as_i64().unwrap();
    shop.run("customer set C-03 moved=yes").quiet();
    shop.run("customer set C-06 deceased=yes").quiet();
    assert_eq!((found(&shop, "moved"), found(&shop, "deceased")), (1, 1));
    shop.run("customer set C-03 \"street=9 New Rd\"").quiet();
    assert_eq!(found(&shop, "moved"), 0, "a new street makes it good again");
}

/// A shop with one customer who has everything that can be stored.
fn one_person() -> Shop {
    let shop = Shop::without_people();
    shop.write("c.csv", "Customer ID,First Name,Last Name,Street Address,City,State,Postal Code,Email Consent,Tags\nC-1,Rosa,Okafor,5 Bay Rd,Holyoke,MA,01040,yes,tea\nD-1,Rose,Okafor,5 Bay Rd,Holyoke,MA,01040,,\n");
    shop.run("import customers c.csv").quiet();
    shop.write("p.csv", "Receipt,Customer ID,Date,Item,Qty,Amount\nR-1,C-1,2024-02-20,a rain coat,1,300.00\n");
    shop.run("import purchases p.csv").quiet();
    // What imports replaced is stored until they are undone.
    shop.write("c.csv", "Customer ID,Phone\nC-1,555-0123\n");
    shop.run("import customers c.csv").quiet();
    shop.write("p.csv", "Receipt,Customer ID,Date,Item,Qty,Amount\nR-1,C-1,2024-02-20,a rain coat,1,310.00\n");
    shop.run("import purchases p.csv").quiet();
    shop.run("customer note C-1 \"crooked hem\" --kind complaint").quiet();
    shop.run("customer set C-1 preference.shoes=38 post=yes moved=yes").quiet();
    shop.run("customer set C-1 moved=no").quiet();
    shop.run("customer merge D-1 C-1").quiet();
    shop.run("plan spring").says("has a complaint that is not resolved");
    shop.write("lines.csv", "ref,personal_line,signer\nC-1,Rosa!,Tom\n");
    shop.run("note-lines spring --take lines.csv").says("does not print `{{ personal_line }}`");
    let code = shop.code("spring", "C-1");
    shop.run(&format!("redeem {code} --spend 40.00 --till one --today 2024-03-09")).quiet();
    shop.run(&format!("unredeem {code} --reason \"Rosa was not there\" --today 2024-03-09")).quiet();
    let database = Connection::open(shop.file("regulars.db")).unwrap();
    database.execute("INSERT INTO left_out VALUES (1, 'C-1', 'excluded')", []).unwrap();
    let unknown = "INSERT INTO redemption_event (ref, outcome, at, on_day) VALUES ('C-1', 'unknown', '2024-03-09T12:00:00', 19791)";
    database.execute(unknown, []).unwrap();
    let sent = "INSERT INTO outbox (recipient_id, state, message_key, reply) VALUES (1, 'sent', 'x', '250 taken')";
    database.execute(sent, []).unwrap();
    for sql in [
        "INSERT INTO reminder_letter VALUES (1, 1, 1, 19791)",
        "INSERT INTO email_answer (recipient_id, hash, kind, said, on_day) VALUES (1, x'01', 'bounced', 'x', 19791)",
        "INSERT INTO second_piece (recipient_id, channel, since) VALUES (1, 'email', 19791)",
        "INSERT INTO till_change (customer_id, kind, at, on_day) VALUES (1, 'new_address', '2024-03-09T12:00:00', 19791)",
        "INSERT INTO email_change (recipient_id, old_email, new_email, at) VALUES (1, 'a', 'b', '2024-03-09T12:00:00')",
        "INSERT INTO outbox_decision (recipient_id, wave, verdict, old_state, at) VALUES (1, 0, 'again', 'failed', '2024-03-09T12:00:00')",
        "INSERT INTO till_token VALUES (1, x'00', 'one', 19791, NULL)",
        "INSERT INTO till_answer VALUES (1, 'key', x'00', 200, '{}', 1, '2024-03-09T12:00:00')",
    ] {
        database.execute(sql, []).unwrap();
    }
    shop
}

/// Puts a distinct mark into every text column that can have personal data; returns the marks.
fn plant(shop: &Shop) -> Vec<String> {
    let database = Connection::open(shop.file("regulars.db")).unwrap();
    let texts = |sql: &str| -> Vec<String> {
        database.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    // The shop's own tables: nothing in them is about a person.
    let mut of_the_shop = vec![
        "setting",
        "campaign",
        "campaign_file",
        "forgotten",
        "forgotten_purchase",
        "import",
        "outbox_run",
        "outbox_step",
        "reminder",
    ];
    of_the_shop.extend(["secret", "session", "till_token", "imap_folder", "imap_left"]);
    // Found by a hash of the address: added below.
    of_the_shop.push("suppression");
    // Found by the hash of the address, without its text.
    of_the_shop.push("undeliverable_address");
    // Derived from the cards, for searching; IDs only.
    of_the_shop.extend(["customer_word", "not_the_same"]);
    let mut marks = Vec::new();
    for table in texts("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name")
    {
        if of_the_shop.contains(&table.as_str()) {
            continue;
        }
        assert!(shop.count(&format!("SELECT count(*) FROM {table}")) > 0, "nobody wrote anything into {table}");
        for column in texts(&format!("SELECT name FROM pragma_table_info('{table}') WHERE type = 'TEXT'")) {
            // Foreign keys, times, and enum values stay.
            let joins = [
                ("recipient", "state"),
                ("replaced_purchase", "ref"),
                ("left_out", "ref"),
                ("redemption_event", "ref"),
                ("customer_merge", "ref"),
                ("customer_merge", "into_ref"),
            ];
            if column == "at" || column.ends_with("_at") || joins.contains(&(table.as_str(), column.as_str())) {
                continue;
            }
            let mark = match (table.as_str(), column.as_str()) {
                // A recipient has no other text there than a code.
                ("recipient", "code") => "MARK-RTC5".to_owned(),
                _ => format!("mark-{table}-{column}"),
            };
            let text = if column == "fields" { format!("{{\"x\":\"{mark}\"}}") } else { mark.clone() };
            database.execute(&format!("UPDATE OR IGNORE {table} SET {column} = ?1"), [&text]).unwrap();
            let taken: i64 = database
                .query_row(&format!("SELECT count(*) FROM {table} WHERE {column} = ?1"), [&text], |row| row.get(0))
                .unwrap();
            if taken > 0 {
                marks.push(mark);
            }
        }
    }
    for sql in [
        "UPDATE left_out SET ref = 'mark-customer-ref'",
        "UPDATE redemption_event SET ref = 'mark-customer-ref' WHERE ref <> ''",
    ] {
        database.execute(sql, []).unwrap();
    }
    assert!(marks.len() > 45, "{marks:?}");
    let day = "2024-03-01".parse().unwrap();
    suppress(&shop.file("regulars.db"), "mark-customer-email", "hard_bounce", "mark-suppression-source", day).unwrap();
    marks.push("mark-suppression-source".to_owned());
    marks
}

#[test]
fn a_person_is_given_everything_that_is_held_on_them() {
    let shop = one_person();
    let marks = plant(&shop);
    let all = shop.json("customer export mark-customer-ref");
    let text = all.to_string();
    let missing: Vec<&String> = marks.iter().filter(|mark| !text.contains(mark.as_str())).collect();
    assert!(missing.is_empty(), "not given out: {missing:?}\n{all:#}");
    for list in [
        "contacts",
        "consents",
        "circumstances",
        "purchases",
        "items",
        "merges",
        "replaced_fields",
        "replaced_purchases",
        "replaced_items",
        "letters",
        "reminder_letters",
        "redemptions",
        "told_to_tills",
        "left_out",
        "suppressions",
    ] {
        assert_ne!(all[list], json!([]), "{list}");
    }
    assert_eq!(all["at_the_till"].as_array().unwrap().len(), 3);
}

#[test]
fn a_person_who_is_forgotten_leaves_no_trace() {
    let shop = one_person();
    let marks = plant(&shop);
    shop.run("customer forget mark-customer-ref").status(1).says("use `--yes` to confirm");
    shop.run("customer forget mark-customer-ref --yes").stderr(str![[r"
warning: backups, exports and printed letters made before today still have them

"]]);
    // Data about the sale, the till and the campaign stays.
    let stays = [
        "mark-purchase-source",
        "mark-purchase-receipt",
        "mark-purchase_item-item",
        "mark-replaced_purchase-source",
        "mark-replaced_purchase-receipt",
        "mark-replaced_item-item",
        "mark-redemption-till",
        "mark-redemption_event-till",
        "mark-recipient-branch",
        "mark-left_out-reason",
    ];
    let mut bytes = std::fs::read(shop.file("regulars.db")).unwrap();
    bytes.extend(std::fs::read(shop.file("regulars.db-wal")).unwrap_or_default());
    let held = |mark: &str| bytes.windows(mark.len()).any(|window| window == mark.as_bytes());
    let left: Vec<&String> = marks.iter().filter(|mark| !stays.contains(&mark.as_str()) && held(mark)).collect();
    assert!(left.is_empty(), "still in the file: {left:?}");
    for word in ["Rosa", "Okafor", "nokafor", "choly", "Bay Rd", "crooked"] {
        assert!(!held(word), "{word} is still in the file");
    }
    assert_eq!(shop.count("SELECT sum(amount_minor) FROM purchase"), 31000, "the totals stay");
    assert_eq!(shop.count("SELECT count(*) FROM customer_word"), 0, "they are found under no word");
    assert_eq!(shop.count("SELECT count(*) FROM forgotten"), 2, "both references are remembered, hashed");
    shop.run("customer show mark-customer-ref").status(1).says("there is no customer");
    shop.run("recipients spring").quiet().shows("forgotten");
    shop.run("print spring").status(1).says("has no letter to print");
    shop.run("doctor").quiet();
}

#[test]
fn the_figures_stay_when_somebody_is_forgotten() {
    let shop = Shop::new();
    shop.edit("campaigns/spring.toml", "one_per  = \"household\"", "one_per  = \"household\"\nhold_out = \"30%\"");
    shop.run("plan spring").quiet();
    shop.write("more.csv", "Customer ID,Date,Item,Qty,Amount\nC-01,2024-03-02,a shirt,1,80.00\nC-02,2024-03-03,a scarf,1,45.50\nC-03,2024-03-04,a coat,1,99.00\nC-06,2024-03-05,a hat,1,30.00\nC-10,2024-03-05,a tie,1,31.00\n");
    shop.run("import purchases more.csv --today 2024-07-01").quiet();
    let people = shop.json("recipients spring")["recipients"].clone();
    let mailed = people
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["arm"] == "mailed" && r["ref"] != "C-01" && r["ref"] != "C-02")
        .unwrap()
        .clone();
    let (reference, code) = (mailed["ref"].as_str().unwrap(), mailed["code"].as_str().unwrap());
    shop.run(&format!("redeem {code} --spend 99.00 --today 2024-03-04")).quiet();
    let report = || shop.json("report spring --today 2024-07-01");
    let (before, plan) = (report(), shop.json("plan spring"));
    shop.run(&format!("customer forget {reference} --yes")).says("still have them");
    for held_out in people.as_array().unwrap().iter().filter(|r| r["arm"] == "held_out") {
        shop.run(&format!("customer forget {} --yes", held_out["ref"].as_str().unwrap())).says("still have them");
    }
    shop.run("customer forget C-02 --yes").says("still have them");
    assert_eq!(report(), before);
    assert_eq!(shop.json("plan spring")["left_out"], plan["left_out"]);
    shop.run(&format!("redeem {code} --today 2024-03-05")).status(1).says("there is no code");
    // The letter to the household is for the husband alone.
    let robert = shop.recipient("spring", "C-01");
    assert_eq!(robert["name"], "Robert Smith");
    assert_eq!(shop.json("customer show C-01")["fields"].get("spouse"), None);
}

#[test]
fn a_letter_stays_with_those_of_the_household_who_stay() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let before = shop.recipient("spring", "C-01");
    assert_eq!(before["name"], "Robert and Eleanor Smith");
    shop.run("customer forget C-01 --yes").says("still have them");
    let after = shop.recipient("spring", "C-02");
    assert_eq!((&after["name"], &after["code"]), (&json!("Eleanor Smith"), &before["code"]));
    shop.run("print spring").quiet();
    let fields = "SELECT count(*) FROM recipient WHERE fields LIKE '%Robert%' OR fields LIKE '%robert%'";
    assert_eq!(shop.count(fields), 0);
    shop.run(&format!("redeem {}", after["code"].as_str().unwrap())).quiet().shows("Eleanor Smith");
}

#[test]
fn hostile_text_comes_out_as_it_went_in() {
    let shop = Shop::new();
    for text in [
        "=HYPERLINK(\"http://example.com\")",
        "'; DROP TABLE customer; --",
        "{{ greeting }}",
        "<script>alert(1)</script>",
        "\u{202e}olleh\u{202c} \u{200b}x",
        "line\nbreak\r\nand\ttab",
        "\u{1b}[2J\u{7}",
        " leading and trailing ",
        "🏳️‍🌈 田中さん ﷽ e\u{301}",
        "-x --yes ?1 %s \\",
    ] {
        let mut words: Vec<String> = ["customer", "set", "C-03", "--source", "x"].map(str::to_owned).to_vec();
        let fields = || card_fields().into_iter().filter(|field| *field != "email");
        words.extend(fields().map(|field| format!("{field}={text}")));
        words.extend([format!("preference.x={text}"), format!("tag=+{text}")]);
        shop.with(&words).quiet();
        shop.with(&["customer", "note", "C-03", "--kind", "idea", "--", text]).quiet();
        let (card, all) = (shop.json("customer show C-03"), shop.json("customer export C-03"));
        for field in fields() {
            assert_eq!((&card["fields"][field], &all["card"][field]), (&json!(text), &json!(text)), "{field}");
        }
        assert_eq!((&card["preferences"]["x"], &card["contacts"][0]["text"]), (&json!(text), &json!(text)));
        assert!(card["tags"].as_array().unwrap().contains(&json!(text)));
        let page = shop.run("customer show C-03").quiet().out();
        assert!(!page.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{page}");
    }
}

#[test]
fn an_export_shows_amounts_as_the_letter_printed_them() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let all = shop.json("customer export C-03");
    let frozen = &all["letters"][0]["fields"]["customer"];
    assert_eq!((&frozen["spend_12m"], &frozen["last_purchase"]["amount"]), (&json!(310.0), &json!(310.0)));
}
