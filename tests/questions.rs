//! The query language: texts match themselves, countries are countries, typing errors are reported, birthdays can be
//! queried.

use serde_json::{Value, json};

use crate::support::Shop;

/// A shop with these customers only.
fn shop_of(customers: &str) -> Shop {
    let shop = Shop::without_people();
    shop.write("people.csv", customers);
    shop.run("import customers people.csv").says_only(&["postcode"]);
    shop
}

/// Who matches, and the warnings.
fn asked(shop: &Shop, question: &str) -> (Vec<String>, Vec<String>) {
    let found = shop.with(&["--json", "segment", question]).quiet().json();
    let talk = shop.with(&["segment", question]).talk();
    let texts = |list: &Value, key: Option<&str>| -> Vec<String> {
        let one = |value: &Value| key.map_or(value, |key| &value[key]).as_str().unwrap().to_owned();
        list.as_array().unwrap().iter().map(one).collect()
    };
    let warnings = texts(&found["warnings"], None);
    for warning in &warnings {
        assert!(talk.contains(warning.as_str()), "{talk}");
    }
    (texts(&found["customers"], Some("ref")), warnings)
}

/// Each query with the references that match, without warnings.
fn match_all(shop: &Shop, cases: &[(&str, &str)]) {
    for (question, refs) in cases {
        let (found, warnings) = asked(shop, question);
        assert_eq!(found.join(" "), *refs, "{question}");
        assert!(warnings.is_empty(), "{question}: {warnings:?}");
    }
}

#[test]
fn a_text_matches_itself_whatever_its_case() {
    let shop = shop_of(
        "ref,first_name,last_name,city,country,tags,email\n\
         T1,Ali,Kaya,İzmir,TR,İptal,anna@example.com\n\
         T2,Ayşe,Demir,Bursa,TR,,\n\
         T3,Jörg,Groß,Palo Alto,US,Größe L,\n\
         T4,Νίκος,Παππάς,Diyarbakır,TR,,\n\
         T5,Ørjan,Å,O'Fallon,NO,50%_off,\n",
    );
    match_all(
        &shop,
        &[
            ("city = lower(city) AND last_name <> first_name", "T1 T2 T3 T4 T5"),
            ("has_tag('İptal')", "T1"),
            ("NOT has_tag('İptal')", "T2 T3 T4 T5"),
            ("city LIKE 'İzmir'", "T1"),
            ("city = 'izmir' OR city = 'DİYARBAKIR'", "T1 T4"),
            ("city IN ('IZMIR', 'bursa')", "T1 T2"),
            ("city NOT IN ('IZMIR', 'bursa')", "T3 T4 T5"),
            ("city = 'palo alto'", "T3"),
            ("city <> 'PALO ALTO'", "T1 T2 T4 T5"),
            ("lower(city) = 'Palo Alto' AND 'PALO ALTO' = upper(city)", "T3"),
            ("last_name = 'GROSS' AND has_tag('GRÖSSE l')", "T3"),
            ("last_name LIKE '__oß' AND last_name LIKE 'gr_s_'", "T3"),
            ("last_name LIKE 'gro_' AND last_name LIKE 'GROẞ' AND last_name LIKE '%SS'", "T3"),
            ("last_name = 'ΠΑΠΠΆΣ' AND first_name LIKE 'νίκοσ'", "T4"),
            ("first_name = 'øRJAN' AND last_name = 'å'", "T5"),
            ("city = 'o''fallon'", "T5"),
            ("has_tag('50%_OFF')", "T5"),
            ("email = 'ANNA@EXAMPLE.COM'", "T1"),
            ("full_name = 'ayşe DEMİR'", "T2"),
            ("ref = 'T1' OR ref IN ('T2')", "T1 T2"),
        ],
    );
}

#[test]
fn composed_and_decomposed_letters_are_the_same() {
    let shop = shop_of(
        "ref,first_name,last_name,street,city,postcode,tags\n\
         D1,José,Núñez,1 Elm St,San José,94301,café\n\
         D2,Jose\u{301},Nu\u{301}n\u{303}ez,1 Elm St,San Jose\u{301},94301,cafe\u{301}\n\
         D3,Jose,Nunez,2 Elm St,San Jose,94301,cafe\n",
    );
    match_all(
        &shop,
        &[
            ("first_name = 'José'", "D1 D2"),
            ("first_name = 'Jose\u{301}'", "D1 D2"),
            ("first_name LIKE 'jos%'", "D1 D2 D3"),
            ("first_name LIKE 'JOSÉ'", "D1 D2"),
            ("first_name LIKE 'Jos_'", "D1 D2 D3"),
            ("first_name LIKE 'jose%'", "D3"),
            ("first_name LIKE 'Jos__' OR first_name LIKE 'jose_'", ""),
            ("first_name LIKE '_o_É'", "D1 D2"),
            ("last_name IN ('NÚÑEZ')", "D1 D2"),
            ("city <> 'san josé'", "D3"),
            ("has_tag('café')", "D1 D2"),
            ("has_tag('CAFE\u{301}')", "D1 D2"),
            ("NOT has_tag('café')", "D3"),
        ],
    );
    let households = |reference: &str| shop.held(reference, "household").len();
    assert_eq!(households("D1"), 1, "{:?}", shop.held("D1", "household"));
    let one_per = shop.json("segment \"last_name = 'Núñez'\" --one-per household");
    assert_eq!(one_per["matched"], 1, "two people of one house are one household");
}

#[test]
fn one_tag_is_not_there_twice() {
    let shop = shop_of("ref,last_name,tags\nG1,Ray,\"Café, VIP\"\nG2,Poe,\"cafe\u{301},CAFÉ\"\n");
    shop.run("customer set G1 tag=cafe\u{301} tag=vip tag=İyi tag=iyi").quiet();
    let tags = |reference: &str| shop.json(&format!("customer show {reference}"))["tags"].clone();
    assert_eq!((tags("G1"), tags("G2")), (json!(["Café", "VIP", "İyi"]), json!(["cafe\u{301}"])));
    shop.write("again.csv", "ref,last_name,tags\nG1,Ray,\"CAFÉ,vip,İYİ,new\"\n");
    shop.run("import customers again.csv").quiet();
    assert_eq!(tags("G1"), json!(["Café", "VIP", "new", "İyi"]));
    shop.run("customer set G1 tag=-CAFE\u{301}").quiet();
    assert_eq!(tags("G1"), json!(["VIP", "new", "İyi"]));
}

#[test]
fn a_country_is_a_country_however_it_was_typed() {
    let shop = shop_of(
        "ref,first_name,last_name,country\n\
         H1,Ann,One,\n\
         H2,Bob,Two,US\n\
         H3,Cy,Three,USA\n\
         H4,Dee,Four,United States\n\
         H5,Eva,Five,Germany\n\
         H6,Fay,Six,Schweiz\n\
         H7,Gus,Seven,U.K.\n\
         H8,Hal,Eight,Utopia\n",
    );
    match_all(
        &shop,
        &[
            ("country = 'US'", "H1 H2 H3 H4"),
            ("NOT country = 'US'", "H5 H6 H7 H8"),
            ("country <> 'u.s.a.'", "H5 H6 H7 H8"),
            ("country = 'us'", "H1 H2 H3 H4"),
            ("'United States of America' = country", "H1 H2 H3 H4"),
            ("country IN ('Deutschland', 'Suisse')", "H5 H6"),
            ("country NOT IN ('DE', 'CHE', 'usa')", "H7 H8"),
            ("lower(country) IN ('Alemania', '')", "H1 H5"),
            ("'u.s.' IN (country)", "H1 H2 H3 H4"),
            ("country = 'England' OR country = 'gb'", "H7"),
            ("country = 'UTOPIA'", "H8"),
            ("country = ''", "H1"),
            ("country IS NULL", "H1"),
            ("country LIKE 'United%'", "H1 H2 H3 H4 H7"),
            ("lower(country) = 'allemagne'", "H5"),
            ("upper(country) LIKE '%REICH%'", "H7"),
        ],
    );
    shop.with(&["segment", "country = 'US'", "--why", "H3"]).shows("yes  country = 'US'   (country is 'USA')");
    shop.with(&["segment", "country = 'US'", "--why", "H5"]).shows("no   country = 'US'   (country is 'Germany')");
}

#[test]
fn slips_are_named_with_the_nearest() {
    let shop = Shop::new();
    for (question, warning) in [
        ("NOT has_tag('wholsale')", "no one has the tag `wholsale`; did you mean `wholesale`?"),
        ("has_tag('zzzzzz')", "no one has the tag `zzzzzz`"),
        ("city = 'Salme'", "no one has the city `Salme`; did you mean `Salem`?"),
        ("NOT city IN ('BEND', 'Salme')", "no one has the city `Salme`; did you mean `Salem`?"),
        ("city LIKE 'Salme'", "no one has the city `Salme`; did you mean `Salem`?"),
        ("last_name <> 'Smiht'", "no one has the last name `Smiht`; did you mean `Smith`?"),
        ("ref = 'C-1'", "no one has the ref `C-1`; did you mean `C-01`?"),
        ("ref <> 'c-01'", "no one has the ref `c-01`; did you mean `C-01`?"),
        ("country = 'Germny'", "there is no country `Germny`; did you mean `Germany`?"),
        ("country = 'France'", "no one has the country `France`"),
        ("country IN ('xxyyzz')", "there is no country `xxyyzz`"),
        ("NOT bought('rian coat')", "no one has bought `rian coat`; did you mean `rain coat`?"),
    ] {
        let (_, warnings) = asked(&shop, question);
        assert_eq!(warnings, [warning], "{question}");
    }
    // An exclusion of no one that resembles nothing in the book is not a typing error.
    match_all(
        &shop,
        &[
            ("ref = 'C-06' AND NOT has_tag('staff')", "C-06"),
            ("ref = 'C-06' AND city <> 'Zanzibar' AND NOT bought('zebra')", "C-06"),
            ("ref = 'C-06' AND country NOT IN ('FR', 'Deutschland')", "C-06"),
        ],
    );
}

#[test]
fn slips_are_named_by_check_and_plan_as_well() {
    let shop = Shop::new();
    shop.edit("campaigns/spring.toml", "has_tag('wholesale')", "has_tag('wholsale') AND NOT city = 'Eugen'");
    shop.edit(
        "campaigns/spring.toml",
        "[letter]",
        "[[signer]]\nname = \"Tom\"\nwhen = \"city = 'Astorai'\"\n\n[letter]",
    );
    shop.edit("shop.toml", "[segments]", "[segments]\nknitters = \"bought('wool skarf')\"");
    let wholesale = "no one has the tag `wholsale`; did you mean `wholesale`?";
    shop.run("check")
        .says(&format!("campaigns/spring.toml:6: {wholesale}"))
        .says("campaigns/spring.toml:6: no one has the city `Eugen`; did you mean `Eugene`?")
        .says("no one has the city `Astorai`; did you mean `Astoria`?")
        .says("shop.toml: segment `knitters`: no one has bought `wool skarf`; did you mean `wool scarf`?");
    let mut plan = shop.run("plan spring --dry-run");
    let talk = plan.talk();
    for warning in [wholesale, "no one has the city `Eugen`", "no one has the city `Astorai`"] {
        assert!(talk.contains(warning), "{talk}");
    }
}

#[test]
fn what_was_bought_is_found_without_case_or_named() {
    let shop = shop_of("ref,last_name\nI1,One\nI2,Two\nI3,Three\n");
    shop.write("sales.csv", "ref,on,item,amount\nI1,2024-01-05,\"Crème fraîche, 200 g\",3\nI2,2024-01-06,CRE\u{300}ME FRAI\u{302}CHE,3\nI3,2024-01-07,Weiße Schuhe,9\n");
    shop.run("import purchases sales.csv").quiet();
    match_all(
        &shop,
        &[
            ("bought('crème fraîche')", "I1 I2"),
            ("bought('FRAÎCHE cre\u{300}me')", "I1 I2"),
            ("bought_since('WEISSE', months_ago(3))", "I3"),
            ("NOT bought('weiße schuhe')", "I1 I2"),
            ("bought('200')", "I1"),
        ],
    );
    for (question, warning) in [
        ("bought('creme fraiche')", "no one has bought `creme fraiche`; did you mean `Crème fraîche, 200 g`?"),
        ("NOT bought('weisse schue')", "no one has bought `weisse schue`; did you mean `weisse Schuhe`?"),
        ("bought_since('zzzzzz', months_ago(3))", "no one has bought `zzzzzz`"),
    ] {
        assert_eq!(asked(&shop, question).1, [warning], "{question}");
    }
}

/// Columns of birthdays, and their stored form.
const BIRTHDAYS: &[(&[&str], &[&str])] = &[
    (&["1980-02-29", "1975-11-05", ""], &["1980-02-29", "1975-11-05", ""]),
    (&["5/6/1980", "25/12/1975", "11/05"], &["1980-06-05", "1975-12-25", "--05-11"]),
    (&["5/6/1980", "12/25/1975", "11/05"], &["1980-05-06", "1975-12-25", "--11-05"]),
    (&["5.6.1980", "5.11.", "29. Februar"], &["1980-06-05", "--11-05", "--02-29"]),
    (&["--11-05", "--0229", "1604-03-01"], &["--11-05", "--02-29", "--03-01"]),
    (&["Nov 5, 1975", "5 de mayo", "11/25/62"], &["1975-11-05", "--05-05", "1962-11-25"]),
];

#[test]
fn a_birthday_is_a_day_settled_by_other_rows() {
    for (cells, kept) in BIRTHDAYS {
        let rows = cells.iter().enumerate().map(|(n, cell)| format!("B{n},Ann,N{n},\"{cell}\"\n"));
        let shop = shop_of(&format!("ref,first_name,last_name,birthday\n{}", rows.collect::<String>()));
        for (n, kept) in kept.iter().enumerate() {
            let card = shop.json(&format!("customer show B{n}"));
            assert_eq!(card["fields"]["birthday"].as_str().unwrap_or_default(), *kept, "{cells:?}");
        }
    }
    // Nothing settles it: the owner is asked, and nothing is imported.
    let shop = Shop::without_people();
    for cells in [["5/6/1980", ""], ["11/05", "6/6/1980"], ["25/12/1975\nB9,Z,5/6/1980", "12/25/1975"]] {
        shop.write("people.csv", format!("ref,last_name,birthday\nB1,One,{}\nB2,Two,{}\n", cells[0], cells[1]));
        shop.run("import customers people.csv").status(1).says("could be two different days").says("--date-order");
    }
    shop.run("import customers people.csv --date-order dmy")
        .says("1 birthday is not a day in the past and not imported: `12/25/1975` (line 4)");
    assert_eq!(shop.json("customer show B9")["fields"]["birthday"], "1980-06-05");
}

#[test]
fn what_is_no_birthday_is_named_and_left() {
    let shop = shop_of("ref,last_name,birthday\nB1,One,1975-11-05\nB4,Four,1990-01-15\n");
    shop.write("again.csv", "ref,last_name,birthday\nB1,One,in May\nB2,Two,2031-01-01\nB3,Three,5.11.20\n");
    shop.run("import customers again.csv")
        .says("2 birthdays are not days in the past and not imported: `in May` (line 2) and `2031-01-01` (line 3)")
        .says("1 birthday imported without the year, whose century is not clear: `5.11.20` (line 4)");
    let birthday = |reference: &str| {
        shop.json(&format!("customer show {reference}"))["fields"]["birthday"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(["B1", "B2", "B3"].map(birthday), ["1975-11-05", "", "--11-05"]);
    shop.run("customer set B2 birthday=--0229").quiet();
    shop.run("customer set B4 birthday=").quiet();
    assert_eq!(["B2", "B4"].map(birthday), ["--02-29", ""]);
    for (typed, hint) in
        [("5/6/1980", "1975-11-05"), ("1981-02-29", "--11-05"), ("--13-01", "when the year is not known")]
    {
        shop.run(&format!("customer set B1 birthday={typed}")).status(1).says("is not a birthday").says(hint);
    }
    match_all(
        &shop,
        &[
            ("birthday_month = 11", "B1 B3"),
            ("NOT birthday_month = 11", "B2 B4"),
            ("birthday = date('1975-11-05')", "B1"),
            ("birthday_within(366)", "B1 B2 B3"),
        ],
    );
}

#[test]
fn the_best_are_taken_of_those_who_bought() {
    let shop = Shop::new();
    match_all(
        &shop,
        &[
            ("top('20%', spend_12m)", "C-03 C-06 C-08"),
            ("TOP('27.3%', spend_12m)", "C-03 C-04 C-06 C-08"),
            ("top(2, spend_12m) AND NOT has_tag('wholesale')", "C-06"),
            ("top(1, visits_12m)", "C-01"),
            ("top(3, visits_12m)", "C-01 C-02 C-03"),
            ("NOT top('100%', spend_12m)", "C-11"),
            ("top(600, spend_24m) <> top(600, spend_12m)", "C-11"),
            ("top(2, last_purchase)", "C-03 C-12"),
            ("top(1, spend_between(date('2023-07-01'), date('2023-07-31')))", "C-05"),
            ("top(5, spend_24m - spend_12m)", "C-01 C-02 C-03 C-04 C-11"),
        ],
    );
    shop.run("segment \"top('20%', spend_12m)\" --why C-04").shows(
        "no   top('20%', spend_12m)   (spend_12m is $240.00 and 3 of 11 who bought are on top, down to $310.00)",
    );
}

#[test]
fn a_household_has_come_when_one_of_it_has() {
    for one_per in ["household", "customer"] {
        let shop = Shop::new();
        let file = shop.read("campaigns/spring.toml").replace("\"household\"", &format!("\"{one_per}\""));
        shop.write("campaigns/spring.toml", file);
        shop.run("plan spring").quiet();
        shop.run("posted spring --on 2024-03-01").says_only(&["printed"]);
        for who in ["C-01", "C-03"] {
            shop.run(&format!("redeem --customer {who} --campaign spring --spend 20 --on 2024-03-01")).quiet();
        }
        match_all(&shop, &[("came('spring')", "C-01 C-02 C-03"), ("NOT came('spring') AND ref < 'C-05'", "C-04")]);
        shop.run("segment \"came('spring')\" --why C-02")
            .shows("yes  came('spring')   (the letter to `C-01` was redeemed on 2024-03-01)");
        shop.run("segment \"came('spring')\" --why C-04").shows("(no one of the household came)");
    }
}

const SUMMER: &str = "name = \"Summer\"\nas_of = AS_OF\n[segment]\nwhere = \"ref IN ('C-02', 'C-06', 'C-11')\"\n\
                      unless_mailed_within = \"SPAN\"\none_per = \"household\"\n[letter]\ntemplate = \"spring.md\"\n\
                      [gift]\nname = \"tea\"\nclaim_until = 2025-01-01\n";

#[test]
fn nobody_is_mailed_twice_within_the_days_that_the_file_names() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let summer = |as_of: &str, span: &str| {
        let text = SUMMER.replace("AS_OF", as_of).replace("SPAN", span);
        shop.write("campaigns/summer.toml", text);
        let mut plan = shop.run(&format!("--json plan summer --dry-run --today {as_of}"));
        plan.talk();
        let plan = plan.json();
        (plan["mailed"].as_u64().unwrap(), plan["left_out"].clone())
    };
    assert_eq!(summer("2024-05-03", "60 days"), (3, json!([])), "what is planned has not been mailed");
    shop.run("posted spring --on 2024-03-04 --today 2024-03-04").says_only(&["printed"]);
    let two = json!([{ "reason": "mailed too recently", "count": 2 }]);
    // Of the Smiths the letter went to Robert, and so to Eleanor.
    for (as_of, span, mailed) in [
        ("2024-05-03", "60 days", 1),
        ("2024-05-04", "60 days", 3),
        ("2024-05-04", "9 weeks", 1),
        ("2024-03-04", "1 day", 1),
        ("2024-03-03", "1 day", 3),
    ] {
        let left_out = if mailed == 1 { two.clone() } else { json!([]) };
        assert_eq!(summer(as_of, span), (mailed, left_out), "{span} before {as_of}");
    }
    summer("2024-05-03", "60 days");
    shop.run("plan summer --today 2024-05-03").shows("2 mailed too recently");
    let why = shop.json("why summer C-06");
    assert_eq!(why["reason"], "mailed too recently");
    assert_eq!(why["last_mailed"], json!({ "campaign": "spring", "on": "2024-03-04", "channel": "letter" }));
    shop.run("why summer C-02").shows("The last letter to them was that of `spring`, on 2024-03-04.");
    // Its own pieces leave no one out of it.
    shop.run("posted summer --on 2024-05-03 --today 2024-05-03").says_only(&["printed"]);
    assert!(!shop.run("plan summer --today 2024-05-03").out().contains("would be"));
    // An email that was handed over counts as a letter does, one that failed does not.
    for (state, mailed) in [("failed", 2), ("sent", 1), ("in_doubt", 1)] {
        let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
        let of = "(SELECT id FROM recipient WHERE ref = 'C-06' AND campaign_id = (SELECT id FROM campaign WHERE slug = 'spring'))";
        let email = format!(
            "UPDATE recipient SET channel = 'email' WHERE id = {of}; DELETE FROM outbox; \
             INSERT INTO outbox (recipient_id, state, message_key, at) VALUES ({of}, '{state}', 'k', '2024-03-05T09:00:00');"
        );
        database.execute_batch(&email).unwrap();
        drop(database);
        shop.write("campaigns/other.toml", SUMMER.replace("AS_OF", "2024-04-01").replace("SPAN", "30 days"));
        let mut plan = shop.run("--json plan other --dry-run --today 2024-04-01");
        plan.talk();
        assert_eq!(plan.json()["mailed"], mailed, "{state}");
    }
    for (span, wrong) in [("2 months", "`2 months` is not a time"), ("0 days", "`0 days`"), ("soon", "\"30 days\"")] {
        shop.write("campaigns/other.toml", SUMMER.replace("AS_OF", "2024-04-01").replace("SPAN", span));
        shop.run("check").status(1).says("campaigns/other.toml:5:").says(wrong);
    }
    shop.write("campaigns/other.toml", SUMMER.replace("AS_OF", "2024-04-01").replace("mailed_within", "mailed_withn"));
    shop.run("check").status(1).says("did you mean `unless_mailed_within`?");
}

#[test]
fn a_list_has_what_the_question_speaks_of() {
    let shop = Shop::new();
    let question = "spend_12m >= 100 AND last_purchase >= months_ago(18) AND NOT has_tag('wholesale') \
                    AND spend_between(date('2023-10-01'), date('2023-12-31')) < 900";
    let args = ["segment", question, "--order-by", "spend_12m DESC, visits_12m", "--limit", "3"];
    let with = |more: &[&str]| shop.with(&[&args[..], more].concat());
    let list = with(&["--json"]).quiet().json();
    assert_eq!(
        list["customers"][0],
        json!({
            "ref": "C-06", "name": "Jürgen Müller", "spend_12m_minor": 41_025, "last_purchase": "2023-10-03",
            "has_tag_wholesale": false, "spend_between_date_2023_10_01_date_2023_12_31_minor": 41_025, "visits_12m": 1,
        })
    );
    assert_eq!(
        list["summary"],
        json!({
            "customers": 3, "sales_minor": 96_025, "by_post": 2, "by_email": 2, "against": null, "new": null, "gone": null,
        })
    );
    assert_eq!(
        with(&["--csv"]).quiet().out().lines().take(2).collect::<Vec<_>>(),
        [
            "rank,ref,name,spend_12m,last_purchase,has_tag_wholesale,spend_between_date_2023_10_01_date_2023_12_31,visits_12m",
            "1,C-06,Jürgen Müller,410.25,2023-10-03,no,410.25,1",
        ]
    );
    let shown = with(&[]).quiet().out();
    assert!(shown.contains("They spent $960.25 in the last twelve months.\n"), "{shown}");
    let rows: Vec<&str> = shown.lines().skip(2).collect();
    assert!(rows[0].contains("ref          name") && rows[0].contains("spend_12m  last_purchase"), "{shown}");
    assert!(rows[1].contains("Jürgen Müller") && rows[1].contains("$410.25"), "{shown}");
    assert!(!shown.contains("has_tag"), "what is the same for all is not shown\n{shown}");
    assert!(shop.run("segment true").quiet().out().contains("    1  C-01         Robert Smith\n"));
    // Against the last campaign: of the four that it went to one is not here, and one here was not in it.
    shop.edit(
        "campaigns/spring.toml",
        "spend_12m >= 50",
        "ref IN ('C-03', 'C-06', 'C-07', 'C-09') AND spend_12m >= 50",
    );
    shop.run("plan spring").quiet();
    assert_eq!(shop.json("segment true")["summary"]["against"], Value::Null, "nothing was mailed yet");
    shop.run("posted spring --on 2024-03-01").says_only(&["printed"]);
    let summary = shop.json("segment \"ref IN ('C-03', 'C-06', 'C-07', 'C-12')\"")["summary"].clone();
    assert_eq!((&summary["against"], &summary["new"], &summary["gone"]), (&json!("spring"), &json!(1), &json!(1)));
}

#[test]
fn why_names_the_first_part_that_fails_and_the_place() {
    let shop = Shop::new();
    let asked = |who: &str, question: &str| {
        let verdict = shop.with(&["--json", "segment", question, "--why", who]).quiet().json();
        let failing = &verdict["first_failing"];
        let values = failing["values"]
            .as_array()
            .map(|all| all.iter().map(|value| value.as_str().unwrap().to_owned()).collect::<Vec<_>>().join("; "));
        (failing["line"].as_str().unwrap_or_default().to_owned(), values.unwrap_or_default())
    };
    for (who, question, line, values) in [
        ("C-04", "has_address AND spend_12m >= 500", "spend_12m >= 500", "spend_12m is $240.00; 500 is $500.00"),
        (
            "C-11",
            "NOT has_tag('x') AND last_purchase >= months_ago(12) AND FALSE",
            "last_purchase >= months_ago(12)",
            "last_purchase is 2022-12-24, 14 months ago; months_ago(12) is 2023-03-01, twelve months ago",
        ),
        ("C-08", "spend_12m > 1 AND NOT has_tag('wholesale')", "NOT has_tag('wholesale')", "tags: `wholesale`"),
        (
            "C-04",
            "spend_24m > spend_12m * 1.5",
            "spend_24m > spend_12m * 1.5",
            "spend_24m is $240.00 and spend_12m is $240.00; spend_12m * 1.5 is $360.00",
        ),
        (
            "C-04",
            "(city = 'Bend' OR spend_12m > 900) AND has_email",
            "city = 'Bend' OR spend_12m > 900",
            "city is 'Salem'; spend_12m is $240.00; 900 is $900.00",
        ),
        ("C-04", "visits_12m BETWEEN 2 AND 4", "visits_12m BETWEEN 2 AND 4", "visits_12m is 1"),
        ("C-04", "has_email", "", ""),
    ] {
        assert_eq!(asked(who, question), (line.to_owned(), values.to_owned()), "{question} of {who}");
    }
    shop.run("segment \"spend_12m >= 500\" --why C-04")
        .shows("\nThe first that fails is `spend_12m >= 500` (spend_12m is $240.00; 500 is $500.00).\n");
    let ranked = "segment \"spend_12m >= 60\" --order-by \"spend_12m DESC\" --limit 6 --one-per household --why";
    shop.run(&format!("{ranked} C-03")).shows("\nPlace 3 of 8.\n");
    shop.run(&format!("{ranked} C-07")).shows("\nPlace 8 of 8, and the list ends at 6.\n");
    shop.run(&format!("{ranked} C-02"))
        .shows("Robert Smith (`C-01`) of the same household ranks higher and is on the list instead.");
    let over = shop.json(&format!("{ranked} C-07"));
    assert_eq!((&over["matches"], &over["place"], &over["listed"]), (&json!(true), &json!(8), &json!(false)));
}
