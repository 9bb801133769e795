//! Mail preferences outlast every list, and returned mail is stored with the address.

use serde_json::json;

use crate::support::Shop;

const HEAD: &str = "ref,first_name,last_name,email,street,city,state,postcode,email_consent,post_consent\n";

/// A shop with these people, each a line of a list.
fn shop(people: &[&str]) -> Shop {
    let shop = Shop::without_people();
    campaign(&shop, "mail", "email", "");
    campaign(&shop, "letter", "letter", "");
    campaign(&shop, "either", "letter-else-email", "");
    list(&shop, people);
    shop.run("import customers list.csv").quiet();
    shop
}

fn campaign(shop: &Shop, name: &str, channel: &str, more: &str) {
    let text = format!(
        "name = \"{name}\"\nas_of = 2024-03-01\nchannel = \"{channel}\"\n{more}\n[segment]\nwhere = \"true\"\n\
         one_per = \"household\"\n\n[gift]\nname = \"tea\"\nunit_cost = \"1.00\"\nclaim_until = 2024-06-30\n\n\
         [letter]\ntemplate = \"spring.md\"\npostage = \"0.68\"\n"
    );
    shop.write(&format!("campaigns/{name}.toml"), text);
}

fn list(shop: &Shop, people: &[&str]) {
    shop.write("list.csv", format!("{HEAD}{}\n", people.join("\n")));
}

/// What is said to the shop.
fn say(shop: &Shop, commands: &[&str]) {
    for command in commands {
        shop.run(command)
            .says_only(&[
                "was not imported",
                "new, but perhaps",
                "still have them",
                "may have a piece",
                "is newer",
                "kept",
            ])
            .ended();
    }
}

/// The number of recipients of a campaign.
fn mailed(shop: &Shop, campaign: &str) -> i64 {
    let mut run = shop.run(&format!("--json plan {campaign} --dry-run --today 2025-03-02"));
    run.talk();
    if run.ended() == 0 { run.json()["mailed"].as_i64().unwrap() } else { 0 }
}

/// Why others are not, with how many.
fn left_out(shop: &Shop, campaign: &str) -> Vec<String> {
    let plan = shop.run(&format!("--json plan {campaign} --dry-run --today 2025-03-02")).says_only(&["warning"]).json();
    let reasons = plan["left_out"].as_array().unwrap().iter();
    reasons.map(|one| format!("{} {}", one["count"], one["reason"].as_str().unwrap())).collect()
}

const ANN: &str = "A1,Ann,Bee,a@example.com,1 Elm St,Bath,ME,04530,yes,yes";
const ANN_NO: &str = "A1,Ann,Bee,a@example.com,1 Elm St,Bath,ME,04530,no,no";
/// Under another number, by the same email or by the same name and address.
const ANN_AGAIN: &str = "A9,Ann,Bee,A@Example.com,1 Elm Street,Bath,ME,04530-1234,yes,yes";
const TOM: &str = "T1,Tom,Roe,tom@example.com,9 Oak Ave,Bath,ME,04530,yes,yes";

/// What happens after Ann and Tom were imported with consent to everything: commands and imports (`> line|line` is a
/// list), and whether Ann gets email and letters in the end.
const STORIES: &[(&str, &[&str], [bool; 2])] = &[
    ("nothing happens", &[], [true, true]),
    (
        "the list once more",
        &["customer set A1 email_consent=no post=no --source \"asked at the counter\"", ">A"],
        [false, false],
    ),
    (
        "the list once more, dated later",
        &["customer set A1 email_consent=no post=no", ">A --today 2025-03-01"],
        [false, false],
    ),
    (
        "what was said is older than the list",
        &["customer set A1 email_consent=no post=no --on 2023-01-01", ">A"],
        [false, false],
    ),
    ("only email", &["customer set A1 email_consent=no", ">A"], [false, true]),
    ("only post", &["customer set A1 post=no", ">A"], [true, false]),
    (
        "a new yes to us",
        &["customer set A1 email_consent=no post=no", ">A", "customer set A1 email_consent=yes post=yes", ">A"],
        [true, true],
    ),
    ("a no of a list", &[">N"], [false, false]),
    ("a yes of a list after a no of a list", &[">N", ">A"], [true, true]),
    (
        "we said unknown after no",
        &["customer set A1 email_consent=no post=no", "customer set A1 email_consent=unknown post=unknown", ">A"],
        [true, true],
    ),
    ("a no of a list between", &["customer set A1 email_consent=no post=no", ">N", ">A"], [false, false]),
    (
        "a yes to us, a no of a list, a yes of a list",
        &["customer set A1 email_consent=yes post=yes", ">N", ">A"],
        [true, true],
    ),
    (
        "a no of a list is heeded after a yes to us",
        &["customer set A1 email_consent=yes post=yes", ">N"],
        [false, false],
    ),
    ("an unknown of a list", &["customer set A1 email_consent=no post=no", ">U"], [false, false]),
    ("another email in the list", &["customer set A1 email_consent=no", ">M"], [false, true]),
    (
        "another email by hand",
        &["customer set A1 email_consent=no", "customer set A1 email=new@example.com", ">A"],
        [false, true],
    ),
    ("a new number", &["customer set A1 email_consent=no post=no", ">G"], [false, false]),
    (
        "forgotten and let back, post",
        &[
            "customer set A1 post=no",
            "customer forget A1 --yes",
            "customer unforget A1",
            "customer unforget a@example.com",
            ">G",
        ],
        [true, false],
    ),
    (
        "forgotten and let back, and a new yes",
        &[
            "customer set A1 email_consent=no post=no",
            "customer forget A1 --yes",
            "customer unforget A1",
            "customer unforget a@example.com",
            ">A",
            "customer set A1 email_consent=yes post=yes",
        ],
        [true, true],
    ),
    (
        "a new number, forgotten and let back",
        &[
            "customer set A1 email_consent=no",
            "customer forget A1 --yes",
            "customer unforget A1",
            "customer unforget a@example.com",
            ">A",
        ],
        [false, true],
    ),
    (
        "the import of the yes is undone",
        &["customer set A1 email_consent=no post=no", ">A", "import undo"],
        [false, false],
    ),
    (
        "the import of another list is undone",
        &[">G", "customer set A1 email_consent=no post=no", "import undo"],
        [false, false],
    ),
    (
        "merged into a card with yes",
        &["customer set A1 email_consent=no post=no", ">G", "customer merge A1 A9", ">A", ">G"],
        [false, false],
    ),
    (
        "a card with a no merged into it",
        &["customer set A1 email_consent=no post=no", ">G", "customer merge A9 A1", ">A", ">G"],
        [false, false],
    ),
    (
        "merged, and the other said yes to us before",
        &[
            "customer set A1 email_consent=no post=no",
            ">G",
            "customer set A9 email_consent=yes post=yes",
            "customer merge A1 A9",
            ">A",
            ">G",
        ],
        [false, false],
    ),
    (
        "merged, and apart again",
        &["customer set A1 email_consent=no post=no", ">G", "customer merge A9 A1", "customer unmerge A9", ">A", ">G"],
        [false, false],
    ),
    ("two rows of one person, no first", &[">N A"], [false, false]),
    ("two rows of one person, yes first", &[">A N"], [false, false]),
];

#[test]
fn a_no_said_to_the_shop_is_not_undone_by_a_list() {
    for (name, story, [email, post]) in STORIES {
        let shop = shop(&[ANN, TOM]);
        for step in *story {
            let Some(lines) = step.strip_prefix('>') else {
                say(&shop, &[step]);
                continue;
            };
            let (lines, day) = lines.split_once(" --today ").unwrap_or((lines, "2024-03-01"));
            let unknown = ANN.replace("yes,yes", "unknown,unknown");
            let moved = ANN.replace("a@example.com", "ann.bee@example.com");
            let row = |letter: &str| match letter {
                "A" => ANN.to_owned(),
                "N" => ANN_NO.to_owned(),
                "U" => unknown.clone(),
                "M" => moved.clone(),
                _ => ANN_AGAIN.to_owned(),
            };
            let rows: Vec<String> = lines.split(' ').map(row).collect();
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            list(&shop, &rows);
            if rows.len() > 1 {
                // The second row is left out, but its opt-out counts.
                shop.run("import customers list.csv --skip-bad").says("1 row left out");
                continue;
            }
            say(&shop, &[&format!("import customers list.csv --today {day}")]);
        }
        for (campaign, is_welcome) in [("mail", email), ("letter", post)] {
            let mailed = mailed(&shop, campaign);
            assert!(mailed >= 1, "{name}: {campaign}: Tom has said nothing");
            assert_eq!(mailed > 1, *is_welcome, "{name}: {campaign}");
        }
    }
}

/// Two cards, one of which has opted out: whether email and letters are sent to the other.
const PAIRS: &[(&str, &str, [bool; 2])] = &[
    (
        "B1,Bob,Cee,b@example.com,2 Elm St,Bath,ME,04530,no,",
        "B2,Bob,Cee,b@example.com,2 Elm St,Bath,ME,04530,yes,",
        [false, true],
    ),
    ("B1,Bob,Cee,b@example.com,,,,,no,", "B2,Rob,Dee,B@EXAMPLE.COM,2 Elm St,Bath,ME,04530,yes,", [false, true]),
    ("B1,Bob,Cee,b@example.com,,,,,no,", "B2,Rob,Dee,mailto:b@example.com,2 Elm St,Bath,ME,04530,yes,", [false, true]),
    (
        "B1,Zo\u{eb},Cee,zo\u{eb}@example.com,,,,,no,",
        "B2,Zo\u{eb},Dee,zoe\u{308}@example.com,2 Elm St,Bath,ME,04530,yes,",
        [false, true],
    ),
    (
        "B1,Bob,Cee,b@example.com,2 Elm St,Bath,ME,04530,yes,no",
        "B2,BOB,Cee,bob@example.com,2 ELM STREET,Bath,ME,04530-0001,yes,",
        [true, false],
    ),
    // A namesake elsewhere, a wife, and a son.
    (
        "B1,Bob,Cee,b@example.com,2 Elm St,Bath,ME,04530,no,no",
        "B2,Bob,Cee,bob@example.com,7 Oak Ave,Bath,ME,04530,yes,",
        [true, true],
    ),
    (
        "B1,Bob,Cee,b@example.com,2 Elm St,Bath,ME,04530,no,no",
        "B2,Ida,Cee,ida@example.com,2 Elm St,Bath,ME,04530,yes,",
        [true, true],
    ),
    (
        "B1,Bob,Roe,b@example.com,2 Elm St,Bath,ME,04530,no,no",
        "B2,Rob,Roe,rob@example.com,2 Elm St,Bath,ME,04530,yes,",
        [true, true],
    ),
];

#[test]
fn an_opt_out_on_another_card_of_the_same_address_counts() {
    for (no, yes, welcome) in PAIRS {
        for order in [[*no, *yes], [*yes, *no]] {
            let shop = shop(&order);
            for (campaign, is_welcome) in ["mail", "letter"].into_iter().zip(welcome) {
                assert_eq!(mailed(&shop, campaign) == 1, *is_welcome, "{yes}: {campaign}");
            }
        }
    }
    let shop = shop(&[PAIRS[0].0, PAIRS[0].1, TOM]);
    assert_eq!(left_out(&shop, "mail"), ["1 no consent to email", "1 opted out of email under this address"]);
    shop.run("customer show B2")
        .shows("no email is sent: opted out of email under this address, 2024-03-01 (import, card `B1`)");
    // An opt-out after the plan holds the email back.
    shop.run("customer set B1 email_consent=yes").quiet();
    shop.run("plan mail").says_only(&["no email of `mail` can be sent yet"]);
    shop.run("customer set B1 email_consent=no --source \"on the phone\"").quiet();
    shop.run("proof mail").status(1).says("would be missing").shows("has opted out of email");
    shop.run("customer show B1").shows("opted out of email, since 2024-03-01 (on the phone)");
}

/// If one of a couple opts out, the letter names only the other.
#[test]
fn who_opted_out_of_post_is_not_in_the_letter_to_the_others() {
    for (people, names) in [
        (
            [
                "H1,Ann,Bee,,1 Elm St,Bath,ME,04530,,",
                "H2,Tom,Bee,,1 Elm St,Bath,ME,04530,,no",
                "H3,Ida,Bee,,1 Elm St,Bath,ME,04530,,",
            ],
            "Ann and Ida Bee",
        ),
        (["H1,Ann,Bee,,1 Elm St,Bath,ME,04530,,", "H2,Tom,Bee,,1 Elm St,Bath,ME,04530,,no", ""], "Ann Bee"),
        (
            [
                "H1,Ann,Bee,,1 Elm St,Bath,ME,04530,,no",
                "H2,Ann,Bee,a@example.com,1 Elm St,Bath,ME,04530,,",
                "H3,Tom,Bee,,1 Elm St,Bath,ME,04530,,",
            ],
            "Tom Bee",
        ),
    ] {
        let shop = shop(&people);
        shop.run("customer set H1 spouse=Tom").quiet();
        shop.run("plan letter").talk();
        let list = shop.json("recipients letter");
        let all = list["recipients"].as_array().unwrap();
        assert_eq!(all.len(), 1, "{people:?}");
        assert_eq!(all[0]["name"], names, "{people:?}");
    }
}

/// Ann's letter came back; what happens then, and whether she gets one a year later, with her household.
const RETURNED: &[(&str, &[&str], bool)] = &[
    ("nothing", &[], false),
    ("the same list", &["import customers list.csv"], false),
    ("another way to write it", &["customer set A1 \"street=1 ELM STREET\" postcode=04530-1234 city=BATH"], false),
    ("a country", &["customer set A1 country=US"], false),
    ("a new street", &["customer set A1 \"street=5 Oak Ave\" city=Bath postcode=04530"], true),
    ("an apartment", &["customer set A1 \"street2=Apt 4\""], true),
    (
        "a new street, and back",
        &[
            "customer set A1 \"street=5 Oak Ave\" city=Bath",
            "customer set A1 \"street=1 Elm St\" city=Bath postcode=04530",
        ],
        false,
    ),
    ("the address was right", &["customer set A1 undeliverable_address=no"], true),
    ("that was a mistake", &["returned thanks A1 --undo"], true),
    ("the card is merged", &["import customers again.csv", "customer merge A1 A9"], false),
    ("a new card", &["customer forget A1 --yes", "import customers again.csv"], false),
    ("the last import is undone", &["import customers again.csv", "import undo"], false),
];

#[test]
fn mail_that_came_back_is_remembered_with_the_address() {
    for (name, story, is_welcome) in RETURNED {
        let shop = shop(&[ANN, TOM]);
        shop.write(
            "again.csv",
            format!("{HEAD}{}\n", ANN_AGAIN.replace("a@example.com", "").replace("A@Example.com", "")),
        );
        campaign(&shop, "thanks", "letter", "");
        for step in ["plan thanks", "print thanks", "posted thanks", "returned thanks A1"] {
            shop.run(step).talk();
        }
        say(&shop, story);
        assert_eq!(mailed(&shop, "letter") > 1, *is_welcome, "{name}");
        let asked = shop.json("segment undeliverable_address --as-of 2025-03-02");
        let is_marked = asked["matched"].as_i64().unwrap() > 0;
        assert_eq!(is_marked, !is_welcome, "{name}: {asked}");
    }
}

#[test]
fn whose_letter_came_back_is_told_and_gets_an_email_where_there_is_a_choice() {
    let wife = "A2,Eve,Bee,,1 Elm St,Bath,ME,04530,,yes";
    let neighbour = "N1,Ned,Poe,,1 Elm Street,Bath,ME,04530,,yes";
    let shop = shop(&[ANN, TOM, wife, neighbour]);
    campaign(&shop, "thanks", "letter", "");
    shop.run("plan letter").talk();
    for step in ["plan thanks", "print thanks", "posted thanks"] {
        shop.run(step).talk();
    }
    shop.run("returned thanks A1 --on 2024-03-01").quiet();
    // It applies to everyone there, also in an earlier plan.
    let proof = shop.run("--json proof letter").status(1).quiet().json();
    let named: Vec<&str> = proof["problems"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["kind"] == "not_wanted")
        .map(|one| one["ref"].as_str().unwrap())
        .collect();
    assert_eq!(named, ["A1", "N1"], "{proof}");
    shop.run("proof letter")
        .status(1)
        .says("would be missing")
        .shows("the last letter to the address of Ned Poe came back: thanks, 2024-03-01");
    campaign(&shop, "next", "letter", "");
    assert_eq!(left_out(&shop, "next"), ["3 last letter came back"]);
    assert_eq!(left_out(&shop, "either"), ["2 last letter came back"]);
    shop.run("customer show N1")
        .shows("the letter of `thanks` came back on 2024-03-01: no post until there is another address");
    let card = shop.json("customer show N1");
    assert_eq!(card["returned_mail"], json!({ "campaign": "thanks", "on": "2024-03-01" }));
    assert_eq!(shop.json("customer export N1")["returned_mail"][0]["campaign"], "thanks");
    // A follow-up has the new street.
    campaign(&shop, "again", "letter", "follows = \"thanks\"");
    assert_eq!(left_out(&shop, "again"), ["3 last letter came back"]);
    shop.run("customer set A1 \"street=5 Oak Ave\" city=Bath postcode=04530").quiet();
    assert_eq!(left_out(&shop, "again"), ["2 last letter came back"]);
    assert_eq!(shop.json("report thanks")["undeliverable"], 1);
    // The owner's statement is on record.
    shop.run("customer set N1 undeliverable_address=no --source \"the neighbour\"")
        .shows("undeliverable_address: yes → no");
    shop.run("customer set N1 undeliverable_address=no").shows("already has that");
    shop.run("customer set N1 undeliverable_address=yes").shows("undeliverable_address: no → yes");
    shop.run("customer show N1").shows("undeliverable address since 2024-03-01");
    shop.run("customer set N1 undeliverable_address=perhaps").status(1).says("write yes or no");
    shop.run("returned thanks T1 --undo").status(1).says("no letter of `thanks` came back from `T1`");
}

/// Two people who each had a letter are merged later: a letter came back from the address it was sent to.
#[test]
fn a_letter_to_a_card_that_was_merged_comes_back_from_its_own_address() {
    for (typed, undeliverable) in [("T1", "9 Oak Ave"), ("A1", "1 Elm St")] {
        let shop = shop(&[ANN, TOM]);
        campaign(&shop, "thanks", "letter", "");
        for step in ["plan thanks", "print thanks", "posted thanks", "customer merge T1 A1"] {
            shop.run(step).talk();
        }
        shop.run(&format!("returned thanks {typed}")).quiet();
        for (street, count) in [("9 Oak Ave", 1), ("1 Elm St", 1)] {
            shop.write("new.csv", format!("{HEAD}N1,Ned,Poe,,{street},Bath,ME,04530,,\n"));
            shop.run("import customers new.csv").talk();
            let asked = shop.json("segment \"undeliverable_address AND ref = 'N1'\"");
            assert_eq!(asked["matched"], if street == undeliverable { count } else { 0 }, "{typed}: {street}");
            shop.run("import undo").talk();
        }
        shop.run(&format!("returned thanks {typed} --undo")).quiet();
    }
}

/// Someone who has moved away from an address or died is not there under another card either.
#[test]
fn a_merge_keeps_that_somebody_has_moved_or_died() {
    for (circumstance, street, reason) in [
        ("moved=yes", "1 Elm Street", "1 moved away"),
        ("moved=yes", "", "1 moved away"),
        ("moved=yes", "5 Oak Ave", ""),
        ("deceased=yes", "5 Oak Ave", "1 deceased"),
    ] {
        let again = format!("A9,Ann,Bee,,{street},{},,,,", if street.is_empty() { "" } else { "Bath" });
        let again = if street == "1 Elm Street" { ANN_AGAIN.to_owned() } else { again };
        let shop = shop(&[ANN, TOM, &again]);
        say(&shop, &[&format!("customer set A1 {circumstance}"), "customer merge A1 A9"]);
        let expected: Vec<&str> = Some(reason).filter(|reason| !reason.is_empty()).into_iter().collect();
        assert_eq!(left_out(&shop, "letter"), expected, "{circumstance} {street}");
        say(&shop, &["customer unmerge A1"]);
        assert!(!shop.json("customer show A9")["moved"].as_bool().unwrap(), "{circumstance} {street}");
    }
}

/// A column of opt-outs with a cell, and which of email and letters is still sent.
const OPT_OUTS: &[(&str, &str, [bool; 2])] = &[
    ("Do Not Contact", "yes", [false, false]),
    ("Opt Out", "x", [false, false]),
    ("DNC", "1", [false, false]),
    ("Marketing Opt-Out", "TRUE", [false, false]),
    ("Opted out on", "2023-11-05", [false, false]),
    ("Keine Werbung", "ja", [false, false]),
    ("Werbewiderspruch", "J", [false, false]),
    ("Ne pas contacter", "oui", [false, false]),
    ("Lista Robinson", "sí", [false, false]),
    ("Unsubscribed at", "2023-11-05 10:00", [false, true]),
    ("Has Opted Out Of Email", "1", [false, true]),
    ("Unsubscribed from all email", "true", [false, true]),
    ("Email Subscription Status", "unsubscribed", [false, true]),
    ("Post erlaubt", "nein", [true, false]),
    ("Do Not Contact", "no", [true, true]),
    ("Opt Out", "0", [true, true]),
    ("Unsubscribed at", "0000-00-00 00:00:00", [true, true]),
    ("Opted out on", "", [true, true]),
];

#[test]
fn an_opt_out_in_a_column_of_a_list_is_heeded() {
    for (heading, cell, welcome) in OPT_OUTS {
        let shop = shop(&[ANN, TOM]);
        shop.write("again.csv", format!("ref,first_name,last_name,{heading}\nA1,Ann,Bee,{cell}\n"));
        shop.run("import customers again.csv").quiet();
        for (campaign, is_welcome) in ["mail", "letter"].into_iter().zip(welcome) {
            assert_eq!(mailed(&shop, campaign) == 2, *is_welcome, "{heading} {cell}: {campaign}");
        }
    }
}

const HUSBAND: &str = "T2,Tom,Bee,tom.bee@example.com,1 Elm St,Bath,ME,04530,yes,yes";

/// Ann's husband's preferences before the plan and after it, and whether the letter, the email and the reminder to both
/// are sent.
const NAMED: &[(&[&str], &[&str], [bool; 3])] = &[
    (&[], &[], [true, true, true]),
    (&[], &["customer set T2 deceased=yes"], [false, false, false]),
    (&[], &["customer set T2 post=no"], [false, true, false]),
    (&[], &["customer set T2 moved=yes"], [false, true, false]),
    (&[], &["customer set T2 email_consent=no"], [true, true, true]),
    (&[], &["customer set T2 \"street=5 Oak Ave\" city=Bath postcode=04530"], [true, true, true]),
    (&["customer set T2 deceased=yes"], &[], [true, true, true]),
    (&["customer set T2 deceased=yes"], &["customer set T2 post=no"], [true, true, true]),
    (&["customer set T2 post=no"], &["customer set A1 phone=5550101"], [true, true, true]),
];

#[test]
fn nobody_is_named_who_has_died_or_opted_out_since_the_plan() {
    for (before, after, [letter, email, reminder]) in NAMED {
        let shop = shop(&[ANN, HUSBAND, TOM]);
        campaign(&shop, "first", "letter", "");
        let file = shop.read("campaigns/first.toml");
        let reminder_part = "\n[[reminder]]\nafter = \"30 days\"\ntemplate = \"spring.md\"\n";
        shop.write("campaigns/first.toml", format!("{file}{reminder_part}"));
        say(&shop, before);
        for step in ["plan letter", "plan mail", "plan first", "print first", "posted first"] {
            shop.run(step).talk();
        }
        say(&shop, after);
        for (name, goes) in [("letter", letter), ("mail", email)] {
            let mut run = shop.run(&format!("--json proof {name}"));
            run.talk();
            let _ = run.ended();
            let stopped = run.json()["problems"].to_string().contains("it names Tom Bee, who");
            assert_eq!(stopped, !goes, "{before:?} {after:?}: {name}");
        }
        shop.run("run --today 2024-04-05").talk();
        let list = shop.read("out/first/reminder-1/manifest.csv");
        assert_eq!(list.contains("A1"), *reminder, "{before:?} {after:?}: {list}");
        assert!(list.contains("T1"), "{list}");
    }
}

/// A list with both opt-out and consent of one person means opt-out, in any order, and importing the file again changes
/// nothing.
#[test]
fn of_two_rows_of_one_person_the_no_counts() {
    let listed = "First Name,Last Name,Street Address,City,Postal Code,Email Consent,Post Consent";
    let ordered = "Name,Email,Financial Status,Paid at,Created at,Currency,Total,Accepts Marketing,Lineitem quantity,Lineitem name,Lineitem price,Billing Name,Billing Street,Billing City,Billing Zip";
    for (head, yes, no) in [
        (listed, "Ann,Bee,1 Elm St,Bath,04530,yes,yes", "Ann,Bee,1 Elm St,Bath,04530,no,no"),
        (listed, "Ann,Bee,1 Elm St,Bath,04530,yes,yes", "Ann,Bee,1 Elm St,Bath,04530,unsubscribed,opt-out"),
        (
            ordered,
            "#1,ann@example.com,paid,2024-02-01,2024-02-01,USD,10.00,yes,1,Hat,10.00,Ann Bee,1 Elm St,Bath,04530",
            "#2,ann@example.com,paid,2024-02-02,2024-02-02,USD,12.00,no,1,Tie,12.00,Ann Bee,1 Elm St,Bath,04530",
        ),
    ] {
        for rows in [[yes, no], [no, yes]] {
            let shop = Shop::without_people();
            shop.write("list.csv", format!("{head}\n{}\n", rows.join("\n")));
            for again in [false, true] {
                let mut run = shop.run("--json import customers list.csv");
                run.talk();
                let answer = run.json();
                assert!(!again || answer["changed"] == 0, "{rows:?}: {answer}");
            }
            let states = "SELECT count(*) FROM customer WHERE email_consent = 'no'";
            let yes = "SELECT count(*) FROM customer WHERE email_consent = 'yes'";
            assert_eq!((shop.count(states) > 0, shop.count(yes)), (true, 0), "{rows:?}");
        }
    }
}

/// Remarks and tags of a list are reported; a favorite color is not.
#[test]
fn remarks_of_a_list_are_not_passed_over() {
    let head = "ref,first_name,last_name,street,city,state,postcode,Remarks,Tags\n";
    let people = [
        ("R1", "DECEASED", ""),
        ("R2", "moved to Boston 2024", ""),
        ("R4", "", "verstorben"),
        ("R5", "tall", "vip; NPAI"),
        ("R6", "Bitte keine Werbung", ""),
        ("R7", "decedută", "deceduta"),
    ];
    let others = [
        ("R3", "likes grey", "vip"),
        ("R8", "likes the Deceased (book)", "regular"),
        ("R9", "was moved by our card", "tea"),
    ];
    let shop = Shop::without_people();
    campaign(&shop, "letter", "letter", "");
    let row = |(reference, remark, tags): &(&str, &str, &str)| {
        format!("{reference},Ann,N{reference},{reference} Elm St,Bath,ME,04530,\"{remark}\",\"{tags}\"\n")
    };
    shop.write("list.csv", format!("{head}{}", people.iter().chain(&others).map(row).collect::<String>()));
    let warnings = shop.run("--json import customers list.csv").says_only(&["warning"]).json()["warnings"].to_string();
    for (reference, ..) in people {
        assert!(warnings.contains(reference), "{reference}: {warnings}");
    }
    for (reference, ..) in others {
        assert!(!warnings.contains(reference), "{reference}: {warnings}");
    }
    shop.run("customer set R1 deceased=yes").quiet();
    shop.run("plan letter").talk();
    let proof = shop.json("proof letter");
    let all = proof["problems"].as_array().unwrap().iter().filter(|one| one["kind"] == "remark");
    let named: Vec<&str> = all.map(|one| one["ref"].as_str().unwrap()).collect();
    assert_eq!(named, ["R2", "R4", "R5", "R6", "R7"], "{proof}");
    shop.write("clean.csv", format!("{head}{}", others.iter().map(row).collect::<String>()));
    shop.run("import customers clean.csv").quiet();
}

/// Data of older versions: returned letters, and opt-outs that a list had overridden.
#[test]
fn an_older_database_keeps_what_was_said_and_came_back() {
    let shop = shop(&[ANN, TOM]);
    campaign(&shop, "thanks", "letter", "");
    for step in ["plan thanks", "print thanks", "posted thanks"] {
        shop.run(step).talk();
    }
    let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
    database
        .execute_batch(
            "DROP TABLE imap_left; DROP TABLE imap_folder; DROP TABLE outbox_step; DROP TABLE outbox_decision; \
             ALTER TABLE outbox DROP COLUMN dated_at; ALTER TABLE outbox_run ADD COLUMN step INTEGER NOT NULL DEFAULT 0; \
             DROP TABLE email_change; DROP TABLE undeliverable_address; ALTER TABLE recipient DROP COLUMN home; DROP VIEW email_opt_out; \
             DROP VIEW post_opt_out; DROP INDEX customer_email_opt_out; DROP INDEX customer_post_opt_out; \
             DROP INDEX purchase_unlinked_email; ALTER TABLE campaign DROP COLUMN layout; \
             UPDATE recipient SET returned_on = 19780, state = 'returned' WHERE ref = 'A1'; \
             INSERT INTO consent (customer_id, channel, state, on_day, source) SELECT id, 'email', 'no', 19780, 'the owner' \
             FROM customer WHERE ref = 'T1'; \
             INSERT INTO consent (customer_id, channel, state, on_day, source) SELECT id, 'email', 'yes', 19781, 'import' \
             FROM customer WHERE ref = 'T1'; PRAGMA user_version = 20;",
        )
        .unwrap();
    drop(database);
    assert_eq!(left_out(&shop, "letter"), ["1 last letter came back"]);
    assert_eq!(left_out(&shop, "mail"), ["1 no consent to email"]);
    shop.run("customer show A1").shows("the letter of `thanks` came back on 2024-02-27");
    shop.run("returned thanks A1 --undo").quiet();
    assert_eq!(mailed(&shop, "letter"), 2);
}

#[test]
fn an_opt_out_in_the_second_row_of_somebody_new_is_heeded() {
    for columns in ["email_consent", "post_consent"] {
        let shop = Shop::without_people();
        shop.write("c.csv", format!("ref,last_name,email,{columns}\nN-1,Lee,a@example.com,\nN-2,Fox,b@example.com,\nN-1,Lee,a@example.com,no\n"));
        shop.run("import customers c.csv").status(1).says("customer `N-1` is in line 2 already");
        shop.run("import customers c.csv --skip-bad").says("1 row left out");
        assert_eq!(shop.json("customer show N-1")[columns], "no", "{columns}");
    }
}
