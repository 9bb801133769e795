//! Next year's campaign: no one of last year is dropped silently, its file can be planned unchanged, its letters read
//! well.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::Shop;

fn refs(list: &Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|one| one["ref"].as_str().unwrap().to_owned()).collect()
}

fn recipients(shop: &Shop, campaign: &str) -> Value {
    shop.json(&format!("recipients {campaign}"))["recipients"].clone()
}

/// The sample's people with every third of them in the control group.
fn shop_with_control_group() -> Shop {
    let shop = Shop::new();
    shop.edit("campaigns/spring.toml", "one_per ", "hold_out = \"30%\"\none_per ");
    shop
}

/// The references of one arm, in order.
fn of_arm(list: &Value, arm: &str) -> Vec<String> {
    let all = list.as_array().unwrap().iter().filter(|one| one["arm"] == arm);
    all.map(|one| one["ref"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_control_group_gets_a_first_letter() {
    let shop = shop_with_control_group();
    shop.run("plan spring").quiet();
    let first = recipients(&shop, "spring");
    let held_out = of_arm(&first, "held_out");
    let mailed = of_arm(&first, "mailed");
    assert_eq!((held_out.len(), mailed.len()), (3, 4));
    shop.run("print spring").quiet();
    shop.run("posted spring --today 2024-03-04").quiet();
    shop.run(&format!("redeem --customer {} --campaign spring --spend 10 --today 2024-04-01", mailed[0])).quiet();
    shop.run("follow-up spring summer")
        .shows("3 branches: 1 came, 3 missed and 3 held_out")
        .shows("3 who were in the control group (hold-out) are in the branch `held_out`.")
        .shows("Not carried over, but in the file as a comment: `spend_12m >= 50`, `limit = 100` and `hold_out = \"30%\"`.");
    let file = shop.read("campaigns/summer.toml");
    for line in [
        "where   = \"(invited('spring') OR response('spring') = 'held_out') AND NOT has_tag('wholesale')\"",
        "# Not carried over, as a year has passed: spend_12m >= 50",
        "when     = \"held_out\"",
        "stock       = 100",
    ] {
        assert!(file.contains(line), "{line} is not in\n{file}");
    }
    shop.run("check").quiet();
    shop.run("plan summer --today 2025-03-01").quiet();
    let second = recipients(&shop, "summer");
    assert_eq!(refs(&second), refs(&first));
    for one in second.as_array().unwrap() {
        let reference = one["ref"].as_str().unwrap().to_owned();
        let branch = if held_out.contains(&reference) {
            "held_out"
        } else if reference == mailed[0] {
            "came"
        } else {
            "missed"
        };
        assert_eq!(one["branch"], branch, "{reference}");
    }
    let letter = shop.read("letter-templates/summer-held_out.md");
    assert!(!letter.to_lowercase().contains("last year") && !letter.contains("last_year"), "{letter}");
}

#[test]
fn parts_of_the_query_that_last_are_carried() {
    for (old, carried, not_carried) in [
        ("true", "", &[][..]),
        ("spend_12m >= 50", "", &["spend_12m >= 50"]),
        ("visits_ever > 0 AND NOT has_tag('wholesale')", " AND NOT has_tag('wholesale')", &["visits_ever > 0"]),
        (
            "(spend_12m >= 50 AND NOT has_tag('wholesale')) AND city <> 'Bend'",
            " AND NOT has_tag('wholesale') AND city <> 'Bend'",
            &["spend_12m >= 50"],
        ),
        (
            "(country = 'US' OR (has_email)) AND NOT (deceased OR moved)",
            " AND (country = 'US' OR (has_email)) AND NOT (deceased OR moved)",
            &[],
        ),
        ("spend_12m >= 50 OR has_tag('tea')", "", &["(spend_12m >= 50 OR has_tag('tea'))"]),
        (
            "NOT last_purchase < months_ago(12) AND first_purchase IS NOT NULL",
            "",
            &["NOT last_purchase < months_ago(12)", "first_purchase IS NOT NULL"],
        ),
        ("regulars OR TRUE", "", &["(regulars OR TRUE)"]),
        (
            "oregon AND visits_ever >= 1 -- the best\n  AND (postcode)   LIKE '97%'",
            " AND oregon AND (postcode) LIKE '97%'",
            &["visits_ever >= 1"],
        ),
        (
            "NOT bought('belt') AND average_purchase < 9999 AND returns_12m = 0 AND NOT open_complaint",
            " AND NOT open_complaint",
            &["NOT bought('belt')", "average_purchase < 9999", "returns_12m = 0"],
        ),
        (
            "spend_between(date('2020-01-01'), today()) > 1 AND preference('x') <> 'y, ''z'' AND'",
            " AND preference('x') <> 'y, ''z'' AND'",
            &["spend_between(date('2020-01-01'), today()) > 1"],
        ),
    ] {
        let shop = Shop::new();
        shop.edit("shop.toml", "[segments]", "[segments]\noregon = \"state = 'OR' AND has_address\"");
        shop.edit("campaigns/spring.toml", "\"spend_12m >= 50 AND NOT has_tag('wholesale')\"", &format!("'''{old}'''"));
        shop.run("plan spring").says_only(&["no one has"]);
        let followed = shop.json("follow-up spring summer");
        let said: Vec<&str> = followed["not_carried"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let mut wanted: Vec<String> = not_carried.iter().map(|term| format!("`{term}`")).collect();
        wanted.push("`limit = 100`".to_owned());
        assert_eq!(said, wanted, "{old}");
        let file: toml::Table = shop.read("campaigns/summer.toml").parse().unwrap();
        let condition = file["segment"]["where"].as_str().unwrap();
        assert_eq!(condition, format!("(invited('spring') OR response('spring') = 'held_out'){carried}"), "{old}");
        let text = shop.read("campaigns/summer.toml");
        for term in not_carried {
            assert!(text.contains(&format!("# Not carried over, as a year has passed: {term}\n")), "{text}");
        }
        shop.run("plan summer --today 2025-03-01").says_only(&["no one has"]);
        assert_eq!(refs(&recipients(&shop, "summer")), refs(&recipients(&shop, "spring")), "{old}");
    }
}

#[test]
fn who_is_left_behind_is_named() {
    let shop = Shop::new();
    shop.edit("campaigns/spring.toml", "include  = []", "include  = [\"C-08\"]");
    shop.run("plan spring").quiet();
    shop.run("print spring").quiet();
    shop.run("posted spring --today 2024-03-04").quiet();
    shop.run("returned spring C-10 --today 2024-04-10").quiet();
    shop.run("customer set C-03 tag=wholesale").quiet();
    shop.run("customer set C-09 post=no").quiet();
    let gone = "1 recipient of `spring` is no longer in the query: Rosa Okafor (`C-03`)";
    shop.run("follow-up spring summer").shows("1 letter came back and will be left out: C-10.").says(gone);
    let file = shop.read("campaigns/summer.toml");
    // Included by hand last year, and wholesale.
    assert!(
        file.contains("include = [\"C-08\"]") && file.contains("# 1 piece of last year came back: C-10."),
        "{file}"
    );
    shop.run("plan summer --today 2025-03-01").says(gone);
    let planned = recipients(&shop, "summer");
    assert_eq!(refs(&planned), ["C-01", "C-06", "C-07", "C-08", "C-12"].map(str::to_owned).into());
    let plan = shop.json("plan summer --today 2025-03-01");
    let why = |reason: &str| json!({"reason": reason, "count": 1});
    assert_eq!(
        plan["left_out"],
        json!([why("does not want post"), why("last letter came back"), why("same household")])
    );
}

/// Gifts with all kinds of words, the year before and now.
const GIFTS: &[[&str; 2]] = &[
    ["a bottle of Chardonnay", "a bottle of Sauvignon blanc"],
    ["two tickets", "two tickets"],
    ["10% off", "Kaffee"],
    ["ein Glas *Honig*", "10% off & a coffee"],
];

#[test]
fn the_letters_read_well_with_any_gift_and_with_none() {
    for (n, [old, new]) in GIFTS.iter().chain([&["", ""]]).enumerate() {
        let shop = shop_with_control_group();
        let name = "name        = \"a tin of spring tea\"";
        if old.is_empty() {
            let file = shop.read("campaigns/spring.toml");
            let (start, end) = (file.find("[gift]").unwrap(), file.find("[letter]").unwrap());
            shop.write("campaigns/spring.toml", format!("{}{}", &file[..start], &file[end..]));
            shop.write(
                "letter-templates/spring.md",
                "+++\nsubject = \"Come\"\n+++\n{{ greeting }}\n\nCome in with {{ code }}.\n",
            );
        } else {
            shop.edit("campaigns/spring.toml", name, &format!("name = \"{old}\""));
        }
        if n % 2 == 1 {
            shop.edit("campaigns/spring.toml", "one_per  = \"household\"", "one_per  = \"customer\"");
            shop.edit("campaigns/spring.toml", "channel = \"letter\"", "channel = \"letter-else-email\"");
            shop.edit("shop.toml", "[segments]", "[email]\nfrom = \"June <june@example.com>\"\n\n[segments]");
        }
        if n == 2 {
            shop.edit("campaigns/spring.toml", "claim_until = 2024-06-30\n", "");
            shop.write("letter-templates/spring.md", "{{ greeting }}\n\nFetch {{ gift.name }} with {{ code }}.\n");
        }
        let reminder = "\n[[reminder]]\nafter = \"30 days\"\ntemplate = \"still.md\"\n";
        shop.write("campaigns/spring.toml", format!("{}{reminder}", shop.read("campaigns/spring.toml")));
        shop.write(
            "letter-templates/still.md",
            "+++\nsubject = \"Still\"\n+++\n{{ greeting }}\n\nCome in with {{ code }}.\n",
        );
        shop.run("plan spring").quiet();
        shop.run("print spring").says_only(&["email"]);
        shop.run("posted spring --today 2024-03-04").quiet();
        let mailed = of_arm(&recipients(&shop, "spring"), "mailed");
        shop.run(&format!("redeem --customer {} --campaign spring --spend 10 --today 2024-04-01", mailed[0])).quiet();
        shop.run("follow-up spring summer").quiet();
        if !new.is_empty() {
            let file = shop.read("campaigns/summer.toml");
            let line = file.lines().find(|line| line.starts_with("name        =")).unwrap().to_owned();
            shop.edit("campaigns/summer.toml", &line, &format!("name        = \"{new}\""));
        }
        shop.run("plan summer --today 2025-03-01").quiet();
        let planned = recipients(&shop, "summer");
        let mut branches = BTreeSet::new();
        for one in planned.as_array().unwrap() {
            let reference = one["ref"].as_str().unwrap();
            branches.insert(one["branch"].as_str().unwrap().to_owned());
            for wave in ["", "--wave 1"] {
                shop.run(&format!("preview summer {reference} {wave} --today 2025-03-01")).quiet();
            }
        }
        assert_eq!(branches.len(), 3, "{branches:?}");
    }
}

#[test]
fn three_years_are_followed_and_nobody_is_lost() {
    let shop = shop_with_control_group();
    let mut years = vec!["spring".to_owned()];
    shop.run("plan spring").quiet();
    for year in [2024, 2025, 2026] {
        let now = years.last().unwrap().clone();
        let before = refs(&recipients(&shop, &now));
        shop.run(&format!("print {now} --today {year}-03-02")).quiet();
        shop.run(&format!("posted {now} --today {year}-03-04")).quiet();
        let came = of_arm(&recipients(&shop, &now), "mailed");
        if years.len() != 2 {
            shop.run(&format!("redeem --customer {} --campaign {now} --spend 10 --today {year}-04-01", came[0]))
                .quiet();
        }
        let next = format!("tea-{}", year + 1);
        shop.run(&format!("follow-up {now} {next}")).quiet();
        // As in the first year, another third gets no letter.
        let file = shop.read(&format!("campaigns/{next}.toml"));
        if file.contains("# hold_out") {
            shop.edit(&format!("campaigns/{next}.toml"), "# hold_out", "hold_out");
        }
        shop.run(&format!("plan {next} --today {}-03-01", year + 1)).says_only(&["no one is in branch"]);
        assert_eq!(refs(&recipients(&shop, &next)), before, "{next}");
        years.push(next);
    }
    let name = |campaign: &str| {
        shop.read(&format!("campaigns/{campaign}.toml")).lines().find(|l| l.starts_with("name ")).unwrap().to_owned()
    };
    assert_eq!(name("tea-2025"), "name    = \"After Spring tea\"");
    assert_eq!(name("tea-2027"), "name    = \"After Spring tea, 2027\"");
}

/// People left out of a year are reported again by the follow-up of that year, which does not select them.
#[test]
fn who_was_left_out_of_a_year_is_named_the_year_after() {
    for (step, left_out) in [
        ("returned spring C-03", true),
        ("customer set C-03 post=no", true),
        ("customer set C-03 deceased=yes", true),
        ("customer set C-03 city=Bend", false),
    ] {
        let shop = Shop::new();
        for line in ["plan spring", "print spring", "posted spring", step, "follow-up spring second"] {
            shop.run(line).quiet();
        }
        shop.run("plan second --today 2025-03-01").quiet();
        let mut run = shop.run("follow-up second third");
        let named =
            "1 customer of the campaign before was left out of `second` and so of this one: Rosa Okafor (`C-03`)";
        assert_eq!(run.talk().contains(named), left_out, "{step}: {}", run.talk());
    }
}

/// A person's response in each year, and their years in a row in the last.
const STREAKS: &[(&[&str], [i64; 2])] = &[
    (&["redeemed", "redeemed"], [2, 0]),
    (&["redeemed", "held_out"], [1, 0]),
    (&["redeemed", "held_out", "redeemed"], [2, 0]),
    (&["missed", "held_out", "missed"], [0, 2]),
    (&["missed", "missed"], [0, 2]),
    (&["redeemed", "missed"], [0, 1]),
    (&["missed", "redeemed"], [1, 0]),
    (&["redeemed", "not_invited", "redeemed"], [1, 0]),
    (&["held_out", "missed", "held_out"], [0, 1]),
    (&["missed", "undeliverable", "missed"], [0, 2]),
    (&["missed", "held_out", "undeliverable", "missed", "missed"], [0, 3]),
    (&["missed", "redeemed", "undeliverable"], [0, 0]),
];

#[test]
fn years_in_a_row_survive_a_year_in_the_control_group() {
    for (became, [running, missed]) in STREAKS {
        let shop = Shop::new();
        let file = shop
            .read("campaigns/spring.toml")
            .replace("spend_12m >= 50 AND NOT has_tag('wholesale')", "ref IN ('C-06', 'C-03')");
        let mut before = None;
        for (n, what) in became.iter().enumerate() {
            let (campaign, year) = (format!("year-{n}"), 2024 + n);
            let follows = before.as_ref().map(|before| format!("follows = \"{before}\"\n")).unwrap_or_default();
            let file = file.replace("2024", &year.to_string()).replacen("channel", &format!("{follows}channel"), 1);
            let file = match *what {
                "not_invited" => file.replace("'C-06', ", ""),
                _ => file,
            };
            let file = file + "\n[[branch]]\nname = \"all\"\nwhen = \"true\"\n";
            shop.write(&format!("campaigns/{campaign}.toml"), &file);
            shop.run(&format!("plan {campaign} --today {year}-03-01"))
                .says_only(&["no longer in the query", "no one has"]);
            let state = match *what {
                "held_out" => {
                    "UPDATE recipient SET arm = 'held_out' WHERE ref = 'C-06' AND campaign_id = (SELECT MAX(id) FROM campaign)"
                }
                "undeliverable" => {
                    "UPDATE recipient SET returned_on = 19800 WHERE ref = 'C-06' AND campaign_id = (SELECT MAX(id) FROM campaign)"
                }
                _ => "",
            };
            if state.is_empty() {
                shop.run(&format!("posted {campaign} --today {year}-03-04")).says_only(&["printed"]);
            } else {
                let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
                assert_eq!(database.execute(state, []).unwrap(), 1);
            }
            match *what {
                "redeemed" => shop
                    .run(&format!("redeem --customer C-06 --campaign {campaign} --spend 1 --today {year}-04-01"))
                    .quiet(),
                _ => shop.run("segment true").quiet(),
            };
            before = Some(campaign);
        }
        let last = before.unwrap();
        let next = file.replace("2024", "2030").replacen("channel", &format!("follows = \"{last}\"\nchannel"), 1);
        let next = next.replace(
            "ref IN ('C-06', 'C-03')",
            &format!("ref = 'C-06' AND years_running = {running} AND years_missed = {missed}"),
        );
        shop.write("campaigns/last.toml", next);
        let mut plan = shop.run("--json plan last --dry-run --today 2030-03-01");
        assert_eq!(plan.talk(), "", "{became:?}");
        let plan = plan.json();
        assert_eq!(plan["mailed"], 1, "{became:?}");
    }
}
