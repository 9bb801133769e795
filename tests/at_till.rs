//! At the till: a scan finds its letter whatever was in the field, every gift that waits has its button, an undo is
//! shown, and nothing waits after the last day.

use serde_json::json;

use crate::support::counter::{Counter, action, heading, link, value};
use crate::support::{Page, Shop};

fn planned() -> Shop {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop
}

/// The same with a second letter for everyone, whose gift waits until the end of May.
fn with_two_letters() -> Shop {
    let shop = planned();
    let summer = shop
        .read("campaigns/spring.toml")
        .replace("Spring tea", "May scarf")
        .replace("a tin of spring tea", "a scarf of silk")
        .replace("2024-06-30", "2024-05-31")
        .replace("as_of   = 2024-03-01", "as_of   = 2024-03-02");
    shop.write("campaigns/may.toml", summer);
    shop.run("plan may --today 2024-03-02").quiet();
    shop
}

#[test]
fn a_scan_finds_its_letter_whatever_stood_in_the_field() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let (code, other) = (shop.code("spring", "C-03"), shop.code("spring", "C-06"));
    let plain = code.replace('-', "");
    let is_mixed = plain.contains(|c: char| c.is_ascii_digit()) && plain.contains(|c: char| c.is_ascii_alphabetic());
    assert!(is_mixed, "a code of both, as nearly all are: {code}");
    for typed in [
        format!("smi{code}"),
        format!("{code}{code}"),
        format!("{code}smith"),
        format!("412.50{}", code.to_lowercase()),
        format!("Okafor {plain}"),
        format!("https://shop.example/l?code={code}&from=letter"),
        format!("HTTPS://SHOP.EXAMPLE/{plain}"),
        format!("{plain}{plain}"),
        format!("  {code}\t"),
        // Dashes, and what a scanner types instead with other keyboard layouts.
        code.replace('-', "\u{2014}"),
        code.replace('-', "\u{2212}"),
        code.replace('-', "\u{ad}"),
        code.replace('-', "ß"),
        code.replace('-', "'"),
        format!("smi{}", code.replace('-', "ß").to_lowercase()),
        format!("12.50{}", code.replace('-', "_")),
    ] {
        till.find(&typed).shows("Hand over the tin").shows(&format!("code {code}"));
    }
    let card = till.find(&other);
    let customer = value(&card, "customer");
    for page in [
        till.hand_over(&card, &format!("412.50{code}"), ""),
        till.hand_over(&card, &format!("{code}{code}"), ""),
        till.hand_over(&card, "12.00", &format!("R-7{code}")),
        till.post(&action(&card, "/till/bought/"), &[("amount", &format!("9{plain}"))]),
        till.post(&format!("/till/note/{customer}"), &[("kind", "visit"), ("text", &format!("She said {code}"))]),
        till.post(&format!("/till/address/{customer}"), &[("street", &format!("9 New Road{code}"))]),
    ] {
        assert_eq!(page.status, 200);
        page.shows("Hand over the tin").shows(&format!("code {code}"));
    }
    assert_eq!(shop.held_of_all("at_the_till").len(), 0, "a scan wrote something down");
    assert_eq!(shop.held_of_all("contacts").len(), 0);
    // Numbers, names and words are not codes.
    for typed in ["12345678", "+1 (650) 555-0123", "Bartholomew", "Smith 97301"] {
        let page = till.find(typed);
        assert!(!page.body.contains("The letter promised"), "{typed}");
    }
    till.find("smi7ZXC-71S3").shows("No one matches “smi7ZXC-71S3”.");
    assert_eq!(heading(&till.hand_over(&card, "5", "12345678")), "Yes. The tin is theirs.");
}

#[test]
fn a_name_or_a_phone_number_that_reads_as_a_code_is_what_it_is() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let people = [
        "Jane Wood",
        "jane kate",
        "Karl Hill",
        "Rose West",
        "Anna-Nina",
        "Hans-Anya",
        "Mary Remi",
        "Jens  Nils",
        "5550 1012",
        "6123 1008",
        "9876 1073",
        "98761095",
    ];
    for typed in people.iter().cycle().take(36) {
        assert!(regulars::for_tests::is_code(typed), "{typed}");
        let page = till.find(typed);
        page.shows(&format!("“{typed}”"));
        assert!(!page.body.contains("No such code"), "{typed}");
    }
    till.find(&shop.code("spring", "C-03")).shows("Hand over the tin");
    assert_eq!(shop.held_of_all("at_the_till").len(), 0, "a name was written down as a code");
}

#[test]
fn what_a_page_sends_along_is_no_guess_at_a_code() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let customer = value(&till.open_first("Okafor"), "customer");
    let token = "x_7K3M9QX5-9QX57K3M";
    assert!(regulars::for_tests::is_code("7K3M9QX5"));
    for field in ["once", "search", "refused", "customer", "sure"] {
        for _ in 0..21 {
            let page = till.post(&format!("/till/bought/{customer}"), &[("amount", ""), (field, token)]);
            assert_eq!(page.status, 422, "{field}");
        }
        till.find(&shop.code("spring", "C-03")).shows("Hand over the tin");
    }
    // Typed text counts as one, in any field.
    for _ in 0..21 {
        till.post(&format!("/till/bought/{customer}"), &[("amount", ""), ("receipt", "7K3M-9QX5")]);
    }
    till.find(&shop.code("spring", "C-03")).shows("Too many codes were tried here");
}

#[test]
fn an_amount_that_cannot_be_taken_has_the_focus_and_is_typed_over() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let card = till.find(&shop.code("spring", "C-03"));
    let customer = value(&card, "customer");
    let focus = |page: &Page, id: &str| {
        let inputs = page.body.split("<input ").skip(1).map(|rest| rest.split('>').next().unwrap());
        let focused: Vec<_> = inputs.filter(|input| input.contains(" autofocus")).collect();
        assert!(focused.len() == 1 && focused[0].contains(&format!("id=\"{id}\"")), "{focused:?}");
        focused[0].contains("data-select")
    };
    assert!(!focus(&card, "amt"), "there is nothing to type over");
    assert!(focus(&till.hand_over(&card, "4x12", ""), "amt"));
    let given = till.hand_over(&card, "12.50", "");
    assert!(!focus(&given, "q"));
    assert!(focus(&till.post(&action(&given, "/till/change/"), &[("amount", "4x12")]), "amt"));
    focus(&till.post(&action(&given, "/till/undo/"), &[("reason", " ")]), "why");
    let refused = [("amount", "4x"), ("refused", &action(&given, "/till/change/")["/till/change/".len()..])];
    assert!(focus(&till.post(&format!("/till/bought/{customer}"), &refused), "amt"));
}

#[test]
fn a_code_that_does_not_hold_says_so_behind_anything_too() {
    let shop = planned();
    let code = shop.code("spring", "C-03");
    for (today, verdict) in [("2024-07-01", "Too late."), ("2024-02-28", "Not yet.")] {
        let till = Counter::open(&shop, today);
        assert_eq!(heading(&till.find(&format!("oka{code}"))), verdict, "{today}");
    }
}

#[test]
fn what_was_taken_back_is_said_and_enter_is_the_next_customer() {
    let shop = planned();
    let till = Counter::open(&shop, "2024-04-02");
    let code = shop.code("spring", "C-03");
    let given = till.hand_over(&till.find(&code), "12.50", "");
    let undo = action(&given, "/till/undo/");
    let back = till.post(&undo, &[("reason", "wrong person")]);
    assert_eq!((back.status, heading(&back).as_str()), (200, "Undone."));
    back.shows("Ms. Okafor").shows("The tin and $12.50, at ").shows("It no longer counts.");
    assert!(!back.body.contains("hand-over") && !back.body.contains("btn-go"), "{}", back.body);
    let field = back.body.split("name=\"q\"").nth(1).unwrap().split('>').next().unwrap();
    assert!(field.contains("autofocus"), "{field}");
    till.find("").shows("Scan or type the code, or a name");
    let here = till.seen.lock().unwrap().iter().rev().find(|path| path.contains("undone")).unwrap().clone();
    for _ in 0..2 {
        assert_eq!(heading(&till.get(&here)), "Undone.", "loaded again");
        assert_eq!(heading(&till.post(&undo, &[("reason", "wrong person")])), "Undone.", "pressed again");
    }
    assert_eq!(shop.times("at_the_till", &json!({ "outcome": "undone" })), 1);
    assert_eq!(shop.times("redemptions", &json!({ "undone_at": "" })), 0);
    till.get(&link(&back, "/till/letter/")).shows("Hand over the tin");
    // An amount without a gift, for a customer without a letter.
    let bought = till.post(&action(&till.open_first("C-08"), "/till/bought/"), &[("amount", "20"), ("once", "abc")]);
    let back = till.post(&action(&bought, "/till/written/"), &[("amount", "21")]);
    let undo = back.body.split("action=\"").find(|path| path.contains("/undo\"")).unwrap().split('"').next().unwrap();
    let back = till.post(undo, &[("reason", "twice")]);
    assert_eq!(heading(&back), "Undone.");
    back.shows("$21.00, at ").shows("Acme Uniforms");
    assert!(link(&back, "/till/person/").len() > "/till/person/".len());
    for nothing in ["/till/undone/1", "/till/undone/999999"] {
        till.get(nothing).shows("Scan or type the code, or a name");
    }
}

#[test]
fn every_gift_that_waits_has_its_own_button() {
    let shop = with_two_letters();
    let till = Counter::open(&shop, "2024-04-02");
    let page = till.find("Okafor");
    page.shows("Something is waiting").shows("May scarf: scarf; Spring tea: tin");
    let card = till.open_first("Okafor");
    card.shows("a scarf of silk").shows("Also waiting").shows("a tin of spring tea");
    // The scanned letter comes first.
    let (tin, scarf) = (shop.code("spring", "C-03"), shop.code("may", "C-03"));
    let card = till.find(&tin);
    card.shows("Hand over the tin<kbd").shows("Hand over the scarf <span");
    let other = card.body.split("formaction=\"/till/hand-over/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    // After an unreadable amount the pressed button stays in front.
    let once = value(&card, "once");
    let wrong = till.post(
        &format!("/till/hand-over/{other}"),
        &[("amount", "4x"), ("once", &once), ("customer", &value(&card, "customer"))],
    );
    assert_eq!(wrong.status, 422);
    wrong.shows("Hand over the scarf<kbd").shows("Hand over the tin <span");
    let given = till.post(&format!("/till/hand-over/{other}"), &[("amount", "30"), ("once", &once)]);
    assert_eq!(heading(&given), "Yes. The scarf is theirs.");
    given.shows("The tin still waits for them: Spring tea");
    till.find("Okafor").shows("A tin is waiting").shows("Spring tea: tin");
    let refused = till.find(&scarf);
    assert_eq!(heading(&refused), "Already given.");
    refused.shows("The tin still waits for them: Spring tea");
    let card = till.get(&link(&given, "/till/letter/"));
    card.shows("Hand over the tin<kbd");
    assert!(!card.body.contains("Also waiting"));
    let given = till.hand_over(&card, "", "");
    assert_eq!(heading(&given), "Yes. The tin is theirs.");
    assert!(!given.body.contains("still waits"));
    assert_eq!(shop.held("C-03", "redemptions").len(), 2);
    till.open_first("Okafor").shows("Had the scarf");
    // A household, whichever member comes; the API and the card of the command line.
    let gifts = shop.json("customer show C-02 --today 2024-04-02")["gifts"].as_array().unwrap().clone();
    let names: Vec<_> = gifts.iter().map(|gift| (gift["campaign"].clone(), gift["state"].clone())).collect();
    assert_eq!(names, [(json!("may"), json!("waiting")), (json!("spring"), json!("waiting"))]);
    shop.run("customer show C-02 --today 2024-04-02")
        .shows("Waiting until May 31, 2024: a scarf of silk.")
        .shows("Waiting until June 30, 2024: a tin of spring tea.");
    till.get("/till").shows("The gifts these days: a scarf of silk, until").shows("; a tin of spring tea, until");
    till.get("/till").shows(", May scarf</dt>");
    let to_come = till.get("/owner/to-come");
    let (before, after) = to_come.body.split_once("<table").unwrap();
    assert!(before.contains(">Spring tea</a>") && !after.contains(">Spring tea</a>"), "above the list: {before}");
    let page = till.get("/owner/to-come/999");
    page.shows("There is no such campaign.");
    assert!(!page.body.contains("has been planned yet"), "{}", page.body);
    // Without the campaign's name a gift is handed over if it is the only one.
    shop.run("redeem --customer C-02 --today 2024-04-02")
        .status(1)
        .says("`C-02` has several letters: `may` and `spring`")
        .says("give one of them with `--campaign NAME`");
    shop.run("redeem --customer C-02 --campaign may --today 2024-04-02").shows("Yes: a scarf of silk.");
    shop.run("redeem --customer C-02 --today 2024-04-02").shows("Yes: a tin of spring tea.");
    shop.run("redeem --customer C-04 --today 2024-04-02").status(1).says("`C-04` has no letter");
    // One has ended, the other waits.
    let later = Counter::open(&shop, "2024-06-10");
    let card = later.open_first("Müller");
    card.shows("Hand over the tin<kbd");
    assert!(!card.body.contains("May scarf"), "{}", card.body);
}

#[test]
fn after_the_last_day_nothing_waits_and_before_the_first_nothing_yet() {
    let shop = planned();
    shop.run("posted spring --on 2024-03-04 --today 2024-03-04").quiet();
    let all = shop.json("recipients spring")["recipients"].as_array().unwrap().len();
    let (code, waits) = (shop.code("spring", "C-03"), "waits until");
    for (today, title, lead, found, card) in [
        (
            "2024-03-02",
            "are expected.",
            "A tin of spring tea waits from Monday, March 4 until Sunday, June 30.",
            "the tin is ready from March 4",
            "Not yet.",
        ),
        ("2024-06-30", "are still to come.", "codes are valid until Sunday, June 30", "Spring tea: tin", "Ms. Okafor"),
        (
            "2024-07-01",
            "did not come.",
            "codes were valid until Sunday, June 30",
            "the tin waited until June 30",
            "Too late.",
        ),
        (
            "2025-08-05",
            "did not come.",
            "codes were valid until Sunday, June 30, 2024",
            "the tin waited until June 30, 2024",
            "Too late.",
        ),
    ] {
        let till = Counter::open(&shop, today);
        let page = till.get("/owner/to-come");
        page.shows(&format!("{all} {title}")).shows(lead);
        assert_eq!(page.body.contains(waits), lead.contains(waits), "{today}: {}", page.body);
        till.find("Okafor").shows(found);
        till.find(&code).shows(card);
        let gift = if today == "2024-06-30" { "The gift these days" } else { "No gift waits at the moment" };
        till.get("/till").shows(gift);
    }
}
