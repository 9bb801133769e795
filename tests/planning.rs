//! A plan: frozen once, places filled by rank, random choices always the same, exactly one branch for each.

use std::collections::BTreeSet;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Crowd, Shop, dump, program, words_of};

/// The references of a plan, by arm.
fn arm(shop: &Shop, campaign: &str, arm: &str) -> BTreeSet<String> {
    let list = shop.json(&format!("recipients {campaign}"));
    let found = list["recipients"].as_array().unwrap().iter().filter(|r| r["arm"] == arm);
    found.map(|r| r["ref"].as_str().unwrap().to_owned()).collect()
}

fn count(plan: &Value, reason: &str) -> i64 {
    let found = plan["left_out"].as_array().unwrap().iter().find(|why| why["reason"] == reason);
    found.map_or(0, |why| why["count"].as_i64().unwrap())
}

/// A shop with a crowd, and one more line in the segment of its campaign.
fn crowded(crowd: &Crowd, limit: &str, more: &str) -> Shop {
    let shop = Shop::without_people();
    shop.write("crowd.csv", crowd.customers());
    shop.write("sales.csv", crowd.purchases());
    shop.run("import customers crowd.csv").shows("new");
    shop.run("import purchases sales.csv").shows("new");
    shop.edit("campaigns/spring.toml", "spend_12m >= 50 AND NOT has_tag('wholesale')", "spend_12m > 0");
    shop.edit("campaigns/spring.toml", "limit    = 100\n", &format!("{limit}\n{more}\n"));
    shop.edit("campaigns/spring.toml", "stock       = 100\n", "");
    shop
}

#[test]
fn a_plan_does_not_change_any_more() {
    let shop = Shop::new();
    let plan = shop.json("plan spring");
    shop.run("print spring").shows("Printed 7 letters");
    let (list, pdf) = (shop.json("recipients spring"), std::fs::read(shop.file("out/spring/letters.pdf")).unwrap());
    shop.edit("letter-templates/spring.md", "on the shelf", "ON THE SHELF");
    shop.edit("campaigns/spring.toml", "limit    = 100", "limit    = 2");
    shop.edit("customers.csv", "5 Bay Rd", "99 Bay Rd");
    shop.run("import customers customers.csv").shows("1 changed");
    let mut again = shop.run("plan spring");
    let talk = again.talk();
    for changed in
        ["letter-templates/spring.md was changed after the plan", "campaigns/spring.toml was changed after the plan"]
    {
        assert!(talk.contains(changed), "{talk}");
    }
    assert_eq!(shop.json("plan spring")["fingerprint"], plan["fingerprint"]);
    shop.run("print spring").says("the plan keeps the old one");
    let now = shop.json("recipients spring");
    assert_eq!(list, now);
    assert!(
        pdf == std::fs::read(shop.file("out/spring/letters.pdf")).unwrap(),
        "the letters changed with the template"
    );
}

#[test]
fn differences_are_told_before_anything_is_printed() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop.edit("customers.csv", "5 Bay Rd", "99 Bay Rd");
    shop.edit(
        "customers.csv",
        "C-12,Ms.,Wei,Chan,,2 Fir St,Salem,OR,97301,US,wei@example.com,yes,,",
        "C-12,Ms.,Wei,Chan,,2 Fir St,Salem,OR,97301,US,wei@example.com,yes,no,",
    );
    shop.run("import customers customers.csv").shows("2 changed");
    shop.run("plan spring")
        .says("1 recipient has another name or address in the book now")
        .says("1 recipient would be missing");
}

#[test]
fn planning_again_makes_old_codes_void() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let old = shop.code("spring", "C-03");
    shop.edit("campaigns/spring.toml", "a tin of spring tea", "a box of spring tea");
    shop.run("plan spring --again").shows("Planned 7 letters");
    let new = shop.code("spring", "C-03");
    assert_ne!(old, new);
    let refused = shop.run(&format!("--json redeem {old}")).status(1).says("is void");
    assert_eq!(refused.json()["outcome"], "void");
    shop.run(&format!("redeem {new}")).shows("a box of spring tea");
    shop.run("print spring").shows("Printed 7 letters");
    let before = dump(&shop.file("regulars.db"));
    shop.run("plan spring --again").status(1).says("`spring` was already printed; its plan stays");
    assert_eq!(before, dump(&shop.file("regulars.db")));
}

#[test]
fn the_held_out_come_on_top_of_the_mailed() {
    let crowd = Crowd::of(300);
    let shop = crowded(&crowd, "limit    = 100", "hold_out = \"10%\"");
    let plan = shop.json("plan spring");
    // 112 is the smallest number of which a tenth, rounded up, leaves 100.
    assert_eq!((&plan["mailed"], &plan["held_out"]), (&json!(100), &json!(12)));
    assert_eq!(count(&plan, "over the limit"), 188);
    let (mailed, held) = (arm(&shop, "spring", "mailed"), arm(&shop, "spring", "held_out"));
    assert!(mailed.is_disjoint(&held));
    let best: BTreeSet<String> = crowd.ranked()[..112].iter().map(|r| (*r).to_owned()).collect();
    assert_eq!(mailed.union(&held).cloned().collect::<BTreeSet<_>>(), best, "the next in rank fill every place");
    let lots: Vec<_> = shop.json("recipients spring")["recipients"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["arm"] == "held_out")
        .cloned()
        .collect();
    assert!(lots.iter().all(|r| r["code"].is_null() && r["number"].is_null()), "{lots:?}");
    shop.run("plan spring --again").quiet();
    assert_eq!(arm(&shop, "spring", "held_out"), held, "the lot falls on the same people");
    shop.run("redeem --customer P-0001 --campaign nothing").status(1).says("`nothing` is not planned");
    let who = held.first().unwrap();
    shop.run(&format!("redeem --customer {who} --campaign spring")).status(1).says("has no letter of `spring`");
}

#[test]
fn a_share_is_of_those_eligible_and_rounded_up() {
    let crowd = Crowd::of(301);
    let shop = crowded(&crowd, "limit    = \"20%\"", "");
    let plan = shop.json("plan spring");
    assert_eq!((&plan["mailed"], count(&plan, "over the limit")), (&json!(61), 240));
    let best: BTreeSet<String> = crowd.ranked()[..61].iter().map(|r| (*r).to_owned()).collect();
    assert_eq!(arm(&shop, "spring", "mailed"), best);
    let shop = crowded(&crowd, "", "hold_out = \"25%\"");
    let plan = shop.json("plan spring");
    assert_eq!((&plan["mailed"], &plan["held_out"]), (&json!(225), &json!(76)));
}

#[test]
fn people_are_included_and_excluded_by_hand() {
    let shop = Shop::new();
    // C-11 bought nothing this year; C-04 opted out of post, which an inclusion by hand does not override.
    shop.edit("campaigns/spring.toml", "include  = []", "include  = [\"C-11\", \"C-04\"]");
    shop.edit("campaigns/spring.toml", "exclude  = []", "exclude  = [\"C-03\"]");
    shop.edit("campaigns/spring.toml", "limit    = 100", "limit    = 2");
    let plan = shop.json("plan spring");
    assert_eq!(arm(&shop, "spring", "mailed"), ["C-06", "C-11"].map(str::to_owned).into());
    assert_eq!([count(&plan, "excluded"), count(&plan, "does not want post")], [1, 1]);
    shop.run("why spring C-11").shows("included by hand");
    shop.run("why spring C-03").shows("left out: excluded");
}

#[test]
fn a_household_is_one_letter_unless_each_customer_is() {
    let shop = Shop::new();
    shop.run("plan spring").shows("same household");
    shop.edit("campaigns/spring.toml", "\"household\"", "\"customer\"");
    let plan = shop.json("plan spring --again");
    assert_eq!(plan["mailed"], 8);
    shop.run("redeem --customer C-02 --campaign spring").shows("Eleanor Smith");
    assert_eq!(shop.recipient("spring", "C-01")["response"], "not_redeemed");
}

#[test]
fn each_has_exactly_one_branch_and_the_branches_are_all() {
    let crowd = Crowd::of(120);
    let shop = crowded(&crowd, "", "hold_out = \"10%\"");
    shop.edit("campaigns/spring.toml", "template = \"spring.md\"\n", "");
    let branch = |name: &str, when: &str| {
        format!("\n[[branch]]\nname = \"{name}\"\nwhen = \"{when}\"\ntemplate = \"spring.md\"\n")
    };
    let (big, some, rest, never) = (
        branch("big", "spend_12m >= 700"),
        branch("some", "spend_12m >= 300"),
        branch("rest", "true"),
        branch("never", "true"),
    );
    shop.write("campaigns/spring.toml", shop.read("campaigns/spring.toml") + &big + &some + &rest + &never);
    let mut run = shop.run("--json plan spring");
    let plan = run.json();
    assert_eq!(run.talk(), "");
    let counts: Vec<i64> = plan["by_branch"].as_array().unwrap().iter().map(|b| b["count"].as_i64().unwrap()).collect();
    assert_eq!(counts.iter().sum::<i64>(), plan["mailed"].as_i64().unwrap());
    assert_eq!(plan["warnings"], json!(["no one is in branch `never` (line 39)"]));
    for recipient in shop.json("recipients spring")["recipients"].as_array().unwrap() {
        let spent = crowd.people.iter().find(|(r, _)| recipient["ref"] == r.as_str()).unwrap().1;
        let expected = if spent >= 70_000 {
            "big"
        } else if spent >= 30_000 {
            "some"
        } else {
            "rest"
        };
        assert_eq!(recipient["branch"], expected, "{recipient}");
    }
}

#[test]
fn who_cannot_be_reached_one_way_is_reached_the_other() {
    let shop = Shop::new();
    shop.edit("campaigns/spring.toml", "\"letter\"", "\"letter-else-email\"");
    let plan = shop.json("plan spring --dry-run");
    assert_eq!(plan["by_channel"], json!({"letter": 7, "email": 1}), "C-04 by email; C-05 said no to it");
    shop.edit("campaigns/spring.toml", "\"letter-else-email\"", "\"email-else-letter\"");
    let plan = shop.json("plan spring");
    assert_eq!(plan["by_channel"], json!({"letter": 4, "email": 4}), "C-10 never said yes");
    assert_eq!(plan["postage_minor"], 4 * 68);
    shop.edit("campaigns/spring.toml", "\"email-else-letter\"", "\"email\"");
    assert_eq!(shop.json("plan spring --again")["mailed"], 4);
}

#[test]
fn more_promised_than_there_are_is_a_warning() {
    let shop = Shop::new();
    shop.edit("campaigns/spring.toml", "stock       = 100", "stock       = 6");
    shop.run("plan spring")
        .shows("Planned 7 letters")
        .stderr("warning: 7 households are invited, but there are only 6 of `a tin of spring tea`\n");
}

#[test]
fn the_same_folder_gives_the_same_codes_and_the_same_bytes() {
    let made = || {
        let shop = Shop::new();
        let plan = shop.json("plan spring");
        shop.run("print spring --today 2024-03-05").quiet();
        let files =
            ["letters.pdf", "manifest.csv"].map(|name| std::fs::read(shop.file("out/spring").join(name)).unwrap());
        (plan, shop.json("recipients spring"), files)
    };
    let (once, twice) = (made(), made());
    assert_eq!((&once.0, &once.1), (&twice.0, &twice.1));
    assert!(once.2 == twice.2, "the letters differ");
}

/// A person who has the gift would get it again with a new code, and the amount spent would be in no report.
#[test]
fn a_gift_handed_over_keeps_the_plan() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop.run(&format!("redeem {}", shop.code("spring", "C-03"))).shows("Yes");
    shop.run("plan spring --again").status(1).says("a customer already came with a code of `spring`");
    shop.run("redeem --customer C-03 --campaign spring").status(1).says("was already redeemed");
}

#[test]
fn an_exclusion_holds_with_a_space_behind_it() {
    let shop = Shop::new();
    shop.edit("campaigns/spring.toml", "exclude  = []", "exclude  = [\"C-03 \"]");
    shop.run("plan spring").quiet();
    shop.run("why spring C-03").shows("left out: excluded");
}

/// His wife gets the letter, he does not: that is why, and it still applies to the gift.
#[test]
fn why_names_the_wish_of_one_of_a_couple() {
    let shop = Shop::new();
    shop.edit("customers.csv", "robert.smith@example.com,yes,,", "robert.smith@example.com,yes,no,");
    shop.run("import customers customers.csv").quiet();
    shop.run("plan spring").quiet();
    assert_eq!(shop.recipient("spring", "C-02")["name"], "Eleanor Smith");
    shop.run("why spring C-01").shows("left out: does not want post");
}

#[test]
fn a_last_day_that_is_over_is_refused() {
    let shop = Shop::new();
    shop.edit("campaigns/spring.toml", "as_of   = 2024-03-01\n", "");
    let mut run = shop.run("plan spring --today 2024-07-01");
    assert_eq!(run.ended(), 1, "every code of this plan has expired:\n{}", run.out());
    let _ = run.talk();
}

#[test]
fn planned_from_two_places_at_once_it_is_planned_once() {
    let shop = Shop::new();
    let start =
        |_| program(&shop.path(), &words_of("--today 2024-03-01 --json plan spring")).stdout(Stdio::piped()).spawn();
    let running: Vec<_> = (0..4).map(start).map(Result::unwrap).collect();
    let answers: Vec<_> = running.into_iter().map(|run| run.wait_with_output().unwrap()).collect();
    let plans: BTreeSet<String> = answers.iter().map(|a| String::from_utf8_lossy(&a.stdout).into_owned()).collect();
    assert_eq!(plans.len(), 1, "{plans:?}");
    assert!(answers.iter().all(|answer| answer.status.success()), "{answers:?}");
    assert_eq!(shop.count("SELECT count(*) FROM campaign"), 1);
    assert_eq!(shop.json("recipients spring")["recipients"].as_array().unwrap().len(), 7);
}

/// Domestic first, then abroad by country, then by postcode, then by reference; after household merging.
#[test]
fn letters_stand_in_posting_order() {
    let shop = Shop::without_people();
    let people = [
        "B-9,Ann,Vik,1 A St,Salem,97301,US",
        "B-1,Bo,Vik,2 A St,Salem,97301,United States",
        "B-2,Cy,Vik,3 A St,Salem,97301,",
        "H-1,Di,Holm,4 A St,Salem,97399,USA",
        "H-2,Ed,Holm,4 A St,Salem,01001,US",
        "P-1,Flo,Vik,1 Calle,San Juan,00901,PR",
        "G-2,Gus,Vik,1 High St,London,sw1a 1aa,England",
        "G-1,Hal,Vik,2 High St,London,SW1A 1AA,GB",
        "D-2,Ida,Vik,Weg 2,Bonn,53111,Deutschland",
        "D-1,Jo,Vik,Weg 1,Berlin,10115,DE",
        "A-1,Kim,Vik,Weg 1,Wien,1010,Austria",
    ];
    let rows = people.join("\n");
    shop.write("people.csv", format!("ref,first_name,last_name,street,city,zip,country\n{rows}\n"));
    let spent = |row: &&str| {
        let reference = row.split(',').next().unwrap();
        // In the household H-2 ranks best, and its postcode counts.
        format!("{reference},2024-02-01,{}\n", if reference == "H-2" { 500 } else { 90 })
    };
    let sales: String = people.iter().map(spent).collect();
    shop.write("sales.csv", format!("ref,date,amount\n{sales}"));
    shop.run("import customers people.csv").quiet();
    shop.run("import purchases sales.csv").quiet();
    shop.run("customer set H-1 household=H-2").quiet();
    shop.run("plan spring").quiet();
    let list = shop.json("recipients spring");
    let order: Vec<&str> = list["recipients"].as_array().unwrap().iter().map(|r| r["ref"].as_str().unwrap()).collect();
    assert_eq!(order, ["P-1", "H-2", "B-1", "B-2", "B-9", "A-1", "D-1", "D-2", "G-1", "G-2"]);
    let numbers: Vec<u64> =
        list["recipients"].as_array().unwrap().iter().map(|r| r["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=10).collect::<Vec<u64>>());
}
