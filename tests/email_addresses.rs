//! Invalid email addresses are found early: every check before sending reports them, and they stop no one else; two
//! people with one inbox are reported.

use serde_json::{Value, json};

use crate::support::{PostOffice, Shop, files_below};

/// A text in a list, and why it is not an address.
const NONE: [(&str, &str); 19] = [
    ("ida..x@example.com", "has two dots in a row"),
    ("ida@example..com", "has two dots in a row"),
    (".ida@example.com", "begins with a dot"),
    ("ida.@example.com", "has a dot next to the @"),
    ("ida@example.com.", "ends with a dot"),
    ("kim@example .com", "has a space in it"),
    ("kim @example.com", "has a space in it"),
    ("Ida ida@example.com", "has a space in it"),
    ("ida@example", "has no dot after the @"),
    ("ida@example.c", "ends like no domain"),
    ("ida@gmail.co.m", "ends like no domain"),
    ("ida@@example.com", "has more than one @"),
    ("ida@home@example.com", "has more than one @"),
    ("ida@example.com>", "has `>` in it"),
    ("<ida@example.com", "has `<` in it"),
    ("ida.example.com", "has no @"),
    ("no email", "has no @"),
    ("ida(at)example.com", "has no @"),
    ("@example.com", "has nothing before the @"),
];

/// A text in a list, and the address found in it.
const READ: [(&str, &str); 14] = [
    ("mailto:max@example.com", "max@example.com"),
    ("mailto:max@example.com?subject=Tea", "max@example.com"),
    ("Lou <lou@example.com>", "lou@example.com"),
    ("\"Lou, X\" <lou@example.com>", "lou@example.com"),
    ("Reed, Lou <lou@example.com>", "lou@example.com"),
    ("<lou@example.com>", "lou@example.com"),
    ("Lou <mailto:lou@example.com>", "lou@example.com"),
    ("lou@example.com (Lou)", "lou@example.com"),
    ("'lou@example.com'", "lou@example.com"),
    ("lou\u{200b}@example.com", "lou@example.com"),
    ("\u{feff}lou@exam\u{ad}ple.com", "lou@example.com"),
    ("\u{a0}lou@example.com\u{a0}", "lou@example.com"),
    ("lou\u{ff20}example.com", "lou@example.com"),
    ("lou@example.com; max@example.com", "lou@example.com"),
];

/// A list of people in Salem, each with an email, `P-1` and up.
fn list(emails: &[&str]) -> Vec<u8> {
    let mut people = csv::Writer::from_writer(Vec::new());
    people.write_record(["ref", "first_name", "last_name", "street", "city", "zip", "email", "email_consent"]).unwrap();
    for (index, email) in emails.iter().enumerate() {
        let (reference, last, street) =
            (format!("P-{}", index + 1), format!("Person{}", index + 1), format!("{} Long Rd", index + 1));
        people.write_record([&reference, "Pat", &last, &street, "Salem", "97301", email, "yes"]).unwrap();
    }
    people.into_inner().unwrap()
}

/// A shop with an empty book whose campaign is sent by this channel through a mail server.
fn shop_by(channel: &str, office: &PostOffice) -> Shop {
    let shop = Shop::without_people();
    shop.edit("campaigns/spring.toml", "spend_12m >= 50 AND NOT has_tag('wholesale')", "visits_ever >= 0");
    shop.edit("campaigns/spring.toml", "\"letter\"", &format!("\"{channel}\""));
    crate::sending::through(&shop, "june@example.com", office, "");
    shop
}

/// The same with people who have these emails.
fn shop_of(emails: &[&str], office: &PostOffice) -> Shop {
    let shop = shop_by("email", office);
    shop.write("people.csv", list(emails));
    shop.run("import customers people.csv").says_only(&["warning: "]);
    shop
}

fn warnings(answer: &Value) -> String {
    let all: Vec<&str> = answer["warnings"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    all.join("\n")
}

#[track_caller]
fn names_ida(answer: &str, email: &str, fault: &str) {
    for part in ["Pat Person1", "P-1", &format!("`{email}` {fault}")] {
        assert!(answer.contains(part), "{email}: no `{part}` in\n{answer}");
    }
}

#[test]
fn what_is_no_address_is_named_by_every_look_and_stops_nobody() {
    let (long, label) = (format!("{}@example.com", "n".repeat(65)), format!("ida@{}.com", "l".repeat(64)));
    let more = [
        (long.as_str(), "has more than 64 characters before the @"),
        (label.as_str(), "has a part of more than 63 characters after the @"),
    ];
    for (email, fault) in NONE.into_iter().chain(more) {
        let shown = if email.len() > 60 { format!("{}…", &email[..59]) } else { email.to_owned() };
        let office = PostOffice::open();
        let shop = shop_by("email", &office);
        shop.write("people.csv", list(&[email, "ann@example.com", "bob@example.com"]));
        let imported = shop.json("import customers people.csv");
        assert_eq!((&imported["added"], &imported["rejected"]), (&json!(3), &json!(0)), "{email}");
        names_ida(&warnings(&imported), &shown, fault);
        assert!(warnings(&imported).contains("(`P-1`) in line 2: "), "{}", warnings(&imported));
        assert!(!warnings(&imported).contains("Person2"), "{}", warnings(&imported));
        for line in ["check", "check spring", "plan spring --dry-run", "plan spring"] {
            names_ida(&warnings(&shop.json(line)), &shown, fault);
        }
        let why = shop.json("why spring P-1");
        assert_eq!((&why["status"], &why["reason"]), (&json!("left_out"), &json!("no valid email address")));
        names_ida(why["why"].as_str().unwrap(), &shown, fault);
        let proof = shop.json("proof spring");
        let problem = &proof["problems"][0];
        assert_eq!((&problem["kind"], &problem["gravity"]), (&json!("email_fault"), &json!("look")), "{email}");
        assert_eq!((&problem["ref"], &problem["name"]), (&json!("P-1"), &json!("Pat Person1")));
        assert_eq!(problem["message"], format!("`{shown}` {fault}, so they are left out"));
        assert_eq!(shop.json("segment has_email")["customers"].as_array().unwrap().len(), 2, "{email}");
        shop.run("send spring").stdout("Sent 2 emails.\n").quiet();
        assert_eq!(office.taken(), ["ann@example.com", "bob@example.com"], "{email}");
    }
}

#[test]
fn an_address_is_read_out_of_what_stands_around_it() {
    for (cell, address) in READ {
        let office = PostOffice::open();
        let shop = shop_by("email", &office);
        shop.write("people.csv", list(&[cell, "ann@example.com"]));
        shop.run("import customers people.csv").quiet();
        assert_eq!(shop.json("customer show P-1")["fields"]["email"], address, "{cell}");
        shop.run("plan spring").quiet();
        shop.run("send spring").quiet();
        assert_eq!(office.taken(), ["ann@example.com", address], "{cell}");
        if !cell.contains([';', ',']) {
            shop.with(&["customer", "set", "P-2", &format!("email={cell}")]).quiet();
            assert_eq!(shop.json("customer show P-2")["fields"]["email"], address, "{cell}");
        }
    }
}

#[test]
fn a_card_takes_nothing_for_an_address_that_is_none() {
    let office = PostOffice::open();
    let shop = shop_of(&["ann@example.com", "ida..x@example.com"], &office);
    for (email, fault) in NONE {
        shop.with(&["customer", "set", "P-1", &format!("email={email}")])
            .status(1)
            .says(&format!("error: `{email}` is not an email address: it {fault}"));
    }
    assert_eq!(shop.json("customer show P-1")["fields"]["email"], "ann@example.com");
    // Nor does a list, if the book has a valid one.
    for (email, kept) in [
        ("ann..x@example.com", "ann@example.com"),
        ("none", "ann@example.com"),
        ("ann@home.example", "ann@home.example"),
    ] {
        shop.write("again.csv", list(&[email]));
        shop.run("import customers again.csv").says_only(&["two dots in a row (the book keeps `ann@example.com`)"]);
        assert_eq!(shop.json("customer show P-1")["fields"]["email"], kept);
    }
    shop.run("customer set P-2 email=ida.x@example.com").quiet();
    assert_eq!(warnings(&shop.json("check")), "");
    shop.run("customer set P-2 email=").quiet();
    assert_eq!(shop.json("customer show P-2")["fields"]["email"], Value::Null);
}

/// In a list without numbers an email identifies people only if it is valid; a card that an earlier version made of
/// such a list is found again.
#[test]
fn what_is_no_address_tells_nobody_apart() {
    let import = |shop: &Shop| {
        let run = shop.run("--json import customers people.csv");
        run.says_only(&["This looks like a plain list.", "It has no customer numbers: "]).json()
    };
    let shop = Shop::without_people();
    let heading = "first_name,last_name,street,city,zip,phone,email\n";
    let rows = "Ann,Able,1 Oak St,Salem,97301,,no email\nBob,Beech,2 Oak St,Salem,97301,,no email\n\
                Cy,Cedar,3 Oak St,Salem,97301,503 555 0101,ida..x@example.com\n\
                Dee,Dale,4 Oak St,Salem,97301,503 555 0102,ida..x@example.com\n\
                Eve,Elm,5 Oak St,Salem,97301,,Eve <eve@example.com>\nFay,Fir,6 Oak St,Salem,97301,,fay@home@example.com\n";
    shop.write("people.csv", format!("{heading}{rows}"));
    let imported = import(&shop);
    assert_eq!((&imported["added"], &imported["rejected"]), (&json!(6), &json!(0)), "{imported}");
    for name in ["Ann Able", "Bob Beech", "Cy Cedar", "Dee Dale", "Fay Fir"] {
        assert!(warnings(&imported).contains(name), "{name}: {imported}");
    }
    let again = import(&shop);
    assert_eq!((&again["added"], &again["unchanged"]), (&json!(0), &json!(6)), "{again}");

    let shop = Shop::without_people();
    let cards = "ref,first_name,last_name,email\neve <eve@example.com>,Eve,Elm,Eve <eve@example.com>\n\
                 ida..x@example.com,Cy,Cedar,ida..x@example.com\nfay@home@example.com,Fay,Fir,fay@home@example.com\n";
    shop.write("cards.csv", cards);
    shop.run("import customers cards.csv").says("has two dots in a row");
    shop.write("people.csv", format!("{heading}{rows}"));
    let found = import(&shop);
    assert_eq!((&found["added"], &found["changed"]), (&json!(3), &json!(3)), "{found}");
    assert_eq!(shop.json("customer show \"eve <eve@example.com>\"")["fields"]["email"], "eve@example.com");
}

/// A customer without a valid email gets a letter if the campaign allows it, and is reported if an email was intended.
#[test]
fn the_channel_is_chosen_by_whether_the_address_is_one() {
    for (channel, house, gets, says) in [
        ("email-else-letter", true, "letter", "so they get a letter"),
        ("email-else-letter", false, "", "so they are left out"),
        ("letter-else-email", true, "letter", ""),
        ("letter-else-email", false, "", "so they are left out"),
        ("email", true, "", "so they are left out"),
        ("letter", true, "letter", ""),
    ] {
        let office = PostOffice::open();
        let shop = shop_by(channel, &office);
        let mut people = String::from_utf8(list(&["ida..x@example.com", "ann@example.com"])).unwrap();
        if !house {
            people = people.replace("1 Long Rd,Salem,97301", ",,");
        }
        shop.write("people.csv", people);
        shop.run("import customers people.csv").says("`ida..x@example.com` has two dots in a row");
        let planned = shop.json("plan spring");
        assert_eq!(warnings(&planned).contains("ida..x"), !says.is_empty(), "{channel} {house}: {planned}");
        let list = shop.json("recipients spring");
        let ida = list["recipients"].as_array().unwrap().iter().find(|one| one["ref"] == "P-1");
        assert_eq!(ida.map_or("", |one| one["channel"].as_str().unwrap()), gets, "{channel} {house}");
        let proof = shop.json("proof spring")["problems"].to_string();
        assert_eq!(proof.contains("email_fault"), !says.is_empty(), "{channel} {house}: {proof}");
        assert!(proof.contains(says), "{channel} {house}: {proof}");
        let why = shop.json("why spring P-1");
        assert_eq!(why["email_fault"].is_null(), channel == "letter", "{why}");
    }
}

/// A plan frozen by an earlier version may have an invalid address.
#[test]
fn a_plan_with_an_impossible_address_goes_out_without_it() {
    for frozen in
        ["ida..x@example.com", "kim@example .com", "max@example", "max@example.com?subject=x", "a@b@example.com"]
    {
        let office = PostOffice::open();
        let shop = shop_of(&["p1@example.com", "p2@example.com", "p3@example.com"], &office);
        shop.run("plan spring").quiet();
        let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
        let sql = "UPDATE recipient SET email = ?1 WHERE ref = 'P-2'";
        assert_eq!(database.execute(sql, [frozen]).unwrap(), 1);
        drop(database);
        let mut run = shop.run("proof spring").status(1).quiet();
        for part in ["1 email to an invalid address", "Pat Person2 (`P-2`): `", "regulars customer set P-2 email="] {
            assert!(run.out().contains(part), "{frozen}: no `{part}` in\n{}", run.out());
        }
        assert_eq!(run.ended(), 1);
        let says = format!("email to Pat Person2 (`P-2`): `{frozen}` is not an email address: it has ");
        for line in ["send spring", "send spring --to-folder out/mail"] {
            shop.run(line).status(1).says(&says).says("1 of 3 emails cannot be").says("with `--leave-out-problems`");
        }
        assert!(office.taken().is_empty() && !shop.file("out/mail").exists(), "{frozen}");

        let to_folder = shop.run("--json send spring --to-folder out/mail --leave-out-problems").status(3);
        let to_folder = to_folder.quiet().json();
        assert_eq!((&to_folder["written"], files_below(&shop.file("out/mail")).len()), (&json!(2), 2));
        let sent = shop.run("--json send spring --leave-out-problems").status(3);
        let sent = sent.quiet().json();
        assert!(sent["left_out"][0].as_str().unwrap().starts_with(&says), "{sent}");
        assert_eq!((&sent["sent"], &sent["queued"]), (&json!(2), &json!(1)), "{frozen}");
        assert_eq!(office.taken(), ["p1@example.com", "p3@example.com"], "{frozen}");
        shop.run("send spring --leave-out-problems --to-folder out/more").status(3).says(&format!("left out: {says}"));
        let rest = shop.run("send spring --leave-out-problems").status(3).stdout("Sent 0 emails.\n");
        rest.says(&format!("left out: {says}"));
        shop.run("send spring").status(1).says("nothing was sent: 1 of 1 email cannot be");
        shop.run("run").status(3).says(&says);

        shop.run("customer set P-2 email=right@example.com").quiet();
        shop.run("outbox spring --readdress P-2").shows("is sent to `right@example.com`");
        shop.run("send spring").stdout("Sent 1 email.\n").quiet();
        assert_eq!(office.taken(), ["p1@example.com", "p3@example.com", "right@example.com"], "{frozen}");
    }
}

#[test]
fn what_is_most_likely_mistyped_is_asked_about_by_proof_alone() {
    let emails = [
        "lou@gmial.com",
        "max@hotmial.com",
        "ann@example.con",
        "bob@yahoo.cmo",
        "cy@gmail.com",
        "dee@ymail.com",
        "eve@mail.com",
        "fay@example.co",
        "gus@gmx.net",
        "hal@outlook.fr",
    ];
    let office = PostOffice::open();
    let shop = shop_by("email", &office);
    shop.write("people.csv", list(&emails));
    shop.run("import customers people.csv").quiet();
    shop.run("check").quiet();
    shop.run("plan spring").quiet();
    let problems = shop.json("proof spring")["problems"].clone();
    let said: Vec<(&str, &str)> = problems
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["kind"].as_str().unwrap(), one["message"].as_str().unwrap()))
        .collect();
    let perhaps = |typed: &str, meant: &str| format!("`{typed}` may be a typing error for `{meant}`");
    let expected = [
        perhaps("lou@gmial.com", "lou@gmail.com"),
        perhaps("max@hotmial.com", "max@hotmail.com"),
        perhaps("ann@example.con", "ann@example.com"),
        perhaps("bob@yahoo.cmo", "bob@yahoo.com"),
    ];
    assert_eq!(said, expected.each_ref().map(|message| ("email_typo", message.as_str())));
    assert_eq!(problems[0]["hint"], "regulars customer set P-1 email=lou@gmail.com");
    shop.run("proof spring").shows("4 email addresses that look mistyped").quiet();
}

/// Two people, where they live, and their emails; whether two emails to one inbox are reported.
const TWO: [(&str, &str, &str, &str, bool); 7] = [
    ("shared@example.com", "shared@example.com", "", "email", true),
    ("shared@example.com", "Shared@EXAMPLE.com", "", "email", true),
    ("jörg@example.com", "JÖRG@example.com", "", "email-else-letter", true),
    ("mailto:shared@example.com", "Cy <shared@example.com>", "", "email", true),
    ("shared@example.com", "shared@example.com", "household", "email", false),
    ("shared@example.com", "shared@example.com", "", "letter", false),
    ("bob@example.com", "cy@example.com", "", "email", false),
];

#[test]
fn two_people_with_one_inbox_are_named() {
    for (one, other, home, channel, is_named) in TWO {
        let office = PostOffice::open();
        let shop = shop_by(channel, &office);
        shop.write("people.csv", list(&[one, other, "ann@example.com"]));
        shop.run("import customers people.csv").quiet();
        if !home.is_empty() {
            shop.run("customer set P-2 household=P-1").quiet();
        }
        let shown = shop.json("customer show P-1")["fields"]["email"].as_str().unwrap().to_owned();
        let message = format!("2 emails to `{shown}`: Pat Person1 (`P-1`) and Pat Person2 (`P-2`)");
        let planned = warnings(&shop.json("plan spring"));
        assert_eq!(planned.contains(&message), is_named, "{one} {other} {home}: {planned}");
        assert!(is_named || planned.is_empty(), "{planned}");
        let proof = shop.json("proof spring");
        let inboxes: Vec<&Value> =
            proof["problems"].as_array().unwrap().iter().filter(|one| one["kind"] == "shared_inbox").collect();
        assert_eq!(inboxes.len(), usize::from(is_named), "{one} {other} {home}: {proof}");
        if let [inbox] = inboxes[..] {
            assert_eq!(inbox["message"], message);
            assert_eq!(inbox["hint"], "if they live together: regulars customer set P-2 household=P-1");
            shop.run("proof spring").shows("1 inbox with several emails").shows(&message).quiet();
        }
    }
}
