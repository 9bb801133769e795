//! The language of questions: texts match themselves, countries are countries, slips are named, birthdays can be asked for.

use serde_json::{Value, json};

use crate::support::Shop;

/// A shop with these customers and nobody else.
fn shop_of(customers: &str) -> Shop {
    let shop = Shop::without_people();
    shop.write("people.csv", customers);
    shop.run("import customers people.csv").says_only(&["postcode"]);
    shop
}

/// Who matches, and what is said about the question.
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

/// Each question with the references that match, and nothing to be said about it.
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
        ("NOT has_tag('wholsale')", "nobody has the tag `wholsale`; did you mean `wholesale`?"),
        ("has_tag('zzzzzz')", "nobody has the tag `zzzzzz`"),
        ("city = 'Salme'", "nobody has the city `Salme`; did you mean `Salem`?"),
        ("NOT city IN ('BEND', 'Salme')", "nobody has the city `Salme`; did you mean `Salem`?"),
        ("city LIKE 'Salme'", "nobody has the city `Salme`; did you mean `Salem`?"),
        ("last_name <> 'Smiht'", "nobody has the last name `Smiht`; did you mean `Smith`?"),
        ("ref = 'C-1'", "nobody has the ref `C-1`; did you mean `C-01`?"),
        ("ref <> 'c-01'", "nobody has the ref `c-01`; did you mean `C-01`?"),
        ("country = 'Germny'", "`Germny` is no country that is known; did you mean `Germany`?"),
        ("country = 'France'", "nobody has the country `France`"),
        ("country IN ('xxyyzz')", "`xxyyzz` is no country that is known"),
        ("NOT bought('rian coat')", "nobody has bought `rian coat`; did you mean `rain coat`?"),
    ] {
        let (_, warnings) = asked(&shop, question);
        assert_eq!(warnings, [warning], "{question}");
    }
}
