//! The complete workflow, with the twelve people of faults/base and known figures.

use serde_json::json;

use crate::support::{Shop, outside, tools};

#[test]
fn from_a_segment_to_next_years_letters() {
    let shop = Shop::new();
    asking(&shop);
    planning(&shop);
    printing(&shop);
    coming(&shop);
    judging(&shop);
    writing_again(&shop);
}

/// The query alone: C-04 opted out of post and C-05 has no address, but both match.
fn asking(shop: &Shop) {
    let best = shop.json("segment \"spend_12m >= 50 AND NOT has_tag('wholesale')\" --order-by 'spend_12m DESC'");
    assert_eq!(
        refs(&best["customers"]),
        ["C-06", "C-03", "C-04", "C-10", "C-01", "C-05", "C-02", "C-07", "C-09", "C-12"]
    );
    assert_eq!((&best["matched"], &best["as_of"]), (&json!(10), &json!("2024-03-01")));
}

fn planning(shop: &Shop) {
    let dry = shop.json("plan spring --dry-run");
    shop.run("recipients spring").status(1).says("`spring` is not planned");
    let plan = shop.json("plan spring");
    assert_eq!(dry, plan);
    assert_eq!((&plan["mailed"], &plan["held_out"]), (&json!(7), &json!(0)));
    assert_eq!((&plan["gift_cost_minor"], &plan["postage_minor"]), (&json!(7 * 250), &json!(7 * 68)));
    let why = |reason: &str| json!({"reason": reason, "count": 1});
    assert_eq!(plan["left_out"], json!([why("does not want post"), why("no address"), why("same household")]));
    let list = shop.json("recipients spring");
    // In posting order: by postcode, then by reference.
    assert_eq!(refs(&list["recipients"]), ["C-03", "C-07", "C-06", "C-01", "C-09", "C-12", "C-10"]);
    for (reference, sentence) in [
        ("C-01", "Robert Smith (`C-01`) is in: letter number 4."),
        ("C-02", "Eleanor Smith (`C-02`) is in, with the letter to"),
        ("C-04", "James Lee (`C-04`) matches the query and was left out: does not want post."),
        ("C-08", "Acme Uniforms (`C-08`) did not match the query."),
    ] {
        shop.run(&format!("why spring {reference}")).shows(sentence);
    }
}

fn printing(shop: &Shop) {
    shop.run("print spring").shows("Printed 7 letters on 7 pages");
    let manifest = shop.read("out/spring/manifest.csv");
    let rows: Vec<Vec<&str>> = manifest.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0], ["page", "pages", "number", "ref", "name", "postcode", "branch", "code"]);
    let code = shop.code("spring", "C-03");
    assert_eq!(rows[1], ["1", "1", "1", "C-03", "Rosa Okafor", "01040", "", code.as_str()]);
    assert_eq!(rows.len(), 8);
    let pdf = lopdf::Document::load(shop.file("out/spring/letters.pdf")).unwrap();
    assert_eq!(pdf.get_pages().len(), 7);
    shop.run("posted spring --on 2024-03-04 --today 2024-03-04").shows("was mailed on March 4, 2024");
}

fn coming(shop: &Shop) {
    let rosa = shop.code("spring", "C-03");
    shop.run(&format!("redeem {rosa} --spend 61.00 --till front --today 2024-04-01"))
        .stdout("Yes: a tin of spring tea. Rosa Okafor (`C-03`), spent $61.00.\n");
    // Eleanor left the letter at home; it is her husband's as well.
    let answer = shop.json("redeem --customer C-02 --campaign spring --spend 100.00 --today 2024-04-02");
    assert_eq!((&answer["outcome"], &answer["ref"]), (&json!("accepted"), &json!("C-01")));
    let henry = shop.code("spring", "C-07");
    shop.run(&format!("redeem {henry} --spend 5000 --today 2024-04-03")).shows("Yes");
    shop.run(&format!("unredeem {henry} --reason 'wrong person' --today 2024-04-03")).shows("can use ");
    shop.run("returned spring C-10 --today 2024-04-10").shows("Recorded");
    let states = |reference: &str| shop.recipient("spring", reference)["response"].clone();
    let expected = [("C-01", "redeemed"), ("C-03", "redeemed"), ("C-07", "not_redeemed"), ("C-10", "undeliverable")];
    for (reference, response) in expected {
        assert_eq!(states(reference), response, "{reference}");
    }
}

/// 161.00 in sales, half of it the shop's: 80.50, minus two tins and seven stamps.
fn judging(shop: &Shop) {
    let report = shop.json("report spring --today 2024-07-01");
    let expected = json!({
        "mailed": 7, "redeemed": 2, "undeliverable": 1, "takings_minor": 16100, "takings_per_redeemer_minor": 8050,
        "gift_cost_minor": 500, "postage_minor": 476, "net_minor": 8050 - 500 - 476,
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&report[key], value, "{key}");
    }
    shop.run("report spring --today 2024-07-01").shows("2 of 7 came").shows("$161.00").shows("1 letter came back");
}

fn writing_again(shop: &Shop) {
    shop.run("follow-up spring summer").shows("2 came and 4 missed").shows("1 letter came back and will be left out");
    let plan = shop.json("plan summer --today 2025-03-01");
    assert_eq!(plan["by_branch"], json!([{"name": "came", "count": 2}, {"name": "missed", "count": 4}]));
    assert_eq!((&plan["mailed"], &plan["as_of"]), (&json!(6), &json!("2025-03-01")), "a year on");
    assert!(shop.read("campaigns/summer.toml").contains("claim_until = 2025-06-30"));
    let list = shop.json("recipients summer");
    for recipient in list["recipients"].as_array().unwrap() {
        let came = ["C-01", "C-03"].contains(&recipient["ref"].as_str().unwrap());
        assert_eq!(recipient["branch"], if came { "came" } else { "missed" }, "{}", recipient["ref"]);
    }
    shop.run("print summer --today 2025-03-01").shows("Printed 6 letters");
    shop.run("why summer C-10").shows("left out: last letter came back");
    if !tools("the text of the follow-up's two letters") {
        return;
    }
    let numbers = refs(&list["recipients"]);
    for (reference, sentence) in [("C-03", "hank you for coming on April 1, 2024"), ("C-06", "you did not come")] {
        let page = 1 + numbers.iter().position(|r| r == reference).unwrap();
        let text = outside(&shop.path(), &format!("pdftotext -f {page} -l {page} out/summer/letters.pdf -"));
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(sentence), "{reference}: {text}");
        assert!(text.contains(&shop.code("summer", reference)), "{reference}: {text}");
    }
}

fn refs(list: &serde_json::Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one["ref"].as_str().unwrap().to_owned()).collect()
}
