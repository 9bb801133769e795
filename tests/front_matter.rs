//! What the front matter and the marks of a template make of a campaign: lists for mailing companies, postcards, coupons,
//! tables of purchases, labels of one's own.

use crate::support::{Shop, outside, pdf, tools};

/// Writes the letter of the campaign `spring`.
fn letter(shop: &Shop, head: &str, body: &str) {
    shop.write("letter-templates/spring.md", format!("+++\nsubject = \"Tea\"\n{head}\n+++\n\n{body}"));
}

#[test]
fn a_list_for_a_mailing_company_has_all_that_is_printed() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop.run("print spring --list")
        .quiet()
        .shows("with address, greeting and code to out/spring/list.csv, in posting order. They count as printed.");
    shop.run("plan spring --again").status(1).says("was already printed");
    let list = shop.read("out/spring/list.csv");
    let mut table = csv::Reader::from_reader(list.as_bytes());
    let head: Vec<String> = table.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(
        head.join(" "),
        "page pages number ref name postcode branch code address_1 address_2 address_3 address_4 address_5 address_6 \
         city state country greeting"
    );
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), shop.json("recipients spring")["recipients"].as_array().unwrap().len());
    let robert = rows.iter().find(|row| &row[3] == "C-01").unwrap();
    let shown: Vec<&str> = robert.iter().skip(8).collect();
    assert_eq!(
        shown,
        [
            "Robert and Eleanor Smith",
            "12 Elm St",
            "Salem, OR 97301",
            "",
            "",
            "",
            "Salem",
            "OR",
            "US",
            "Dear Mr. and Mrs. Smith,"
        ]
    );
    assert_eq!(&robert[7], shop.code("spring", "C-01"));
    // It agrees with the manifest, and some of the letters alone have a list of their own.
    shop.run("print spring").quiet();
    let manifest = shop.read("out/spring/manifest.csv");
    for (listed, row) in rows.iter().zip(csv::Reader::from_reader(manifest.as_bytes()).records().map(Result::unwrap)) {
        assert_eq!(listed.iter().take(8).collect::<Vec<_>>(), row.iter().collect::<Vec<_>>());
    }
    shop.run("print spring --list --from 2 --to 3").quiet();
    assert_eq!(shop.read("out/spring/list-2-3.csv").lines().count(), 3);
}

#[test]
fn a_list_is_whole_or_is_not_there() {
    let shop = Shop::new();
    letter(&shop, "", "{{ greeting }}\n\n{{ customer.spouse }}\n");
    shop.run("plan spring").says("pieces cannot be made");
    shop.run("print spring --list").status(1).says("needs `customer.spouse`, which is empty");
    assert!(!shop.file("out/spring/list.csv").exists());
    shop.run("print spring --list --leave-out-problems").status(3).says("left out");
    assert!(shop.read("out/spring/list.csv").lines().count() > 1);
}

#[test]
fn purchases_and_coupons_stand_in_letters_and_emails() {
    for (language, date, until) in [
        ("", "December 11, 2023", "Valid until June 30, 2024"),
        ("language = \"de\"", "11.12.2023", "Gültig bis 30.6.2024"),
    ] {
        let shop = Shop::new();
        shop.edit("campaigns/spring.toml", "channel = \"letter\"", "channel = \"email-else-letter\"");
        letter(
            &shop,
            language,
            "{{ greeting }}\n\n:::purchases 2\n\nYours,\n\n:::after\nP.S. Come.\n\n:::coupon\n:::\n",
        );
        shop.run("plan spring").says_only(&["does not print `{{ personal_line }}`", "can be sent yet"]);
        let email = "[email]\nfrom = \"June <june@example.com>\"\n";
        shop.write("shop.toml", shop.read("shop.toml").replace("[segments]", &format!("{email}\n[segments]")));
        shop.run("preview spring C-01").shows("C-01");
        let page = shop.read("out/spring/previews/C-01.html");
        for text in [date, "a wool scarf", "$45.50", "P.S. Come.", "a tin of spring tea", until, "dashed"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(!page.contains(":::"));
        if tools("purchases and coupons on paper") {
            let letters = shop.json("recipients spring")["recipients"].as_array().unwrap().clone();
            let by_post =
                letters.iter().find(|one| one["channel"] == "letter").unwrap()["ref"].as_str().unwrap().to_owned();
            shop.with(&["preview", "spring", &by_post]).shows("is in out/spring/previews/");
            let text = pdf::pages(&shop.path(), &format!("out/spring/previews/{by_post}.pdf"))[0].text();
            assert!(text.contains(until) && text.contains("P.S. Come."), "{text}");
        }
    }
}

#[test]
fn a_postcard_has_two_sides_and_its_address_on_the_second() {
    for (country, size) in [("US", (152.4, 101.6)), ("GB", (148.0, 105.0))] {
        let shop = Shop::new();
        shop.edit("shop.toml", "country  = \"US\"", &format!("country  = \"{country}\""));
        letter(&shop, "paper = \"postcard\"", "# We miss you\n\n:::back\n{{ greeting }}\n\nYours,\n");
        shop.run("plan spring").status(0);
        let printed = shop.json("print spring");
        assert_eq!(printed["pages"].as_u64().unwrap(), 2 * printed["letters"].as_u64().unwrap());
        if tools("the sides of postcards") {
            let sheets = pdf::pages(&shop.path(), "out/spring/letters.pdf");
            assert!((sheets[0].size.0 - size.0).abs() < 0.2 && (sheets[0].size.1 - size.1).abs() < 0.2);
            assert_eq!(sheets[0].text(), "We miss you");
            let address = sheets[1].within([size.0 / 2.0, size.1 * 0.4, size.0 - 8.0, size.1 - 16.0]);
            assert!(address.contains("97301") || address.contains("01040"), "{address}");
        }
    }
}

#[test]
fn labels_of_ones_own_are_printed_and_outlined() {
    let shop = Shop::new();
    let own = "[[labels]]\nname = \"Tea boxes\"\ncolumns = 2\nrows = 3\nwidth = 95\nheight = 60\nleft = 10\ntop = 15\npitch_x = 100\n";
    shop.write("shop.toml", shop.read("shop.toml").replace("[segments]", &format!("{own}\n[segments]")));
    shop.run("check spring").status(0);
    shop.run("plan spring").quiet();
    shop.with(&["print", "spring", "--labels", "tea boxes"]).quiet().shows("of Tea boxes to out/spring/labels.pdf");
    shop.with(&["print", "spring", "--labels", "tea boxes", "--outline"]).quiet().shows("The outlines of Tea boxes");
    shop.with(&["print", "spring", "--labels", "tea boxes", "--start", "7"])
        .status(1)
        .says("no label `7` on a sheet of");
    shop.with(&["print", "spring", "--labels", "tee"])
        .status(1)
        .says("known are `Tea boxes` (6 of 95 × 60 mm), `5160`");
    if tools("labels of one's own") {
        let text = outside(&shop.path(), "pdftotext -layout out/spring/labels-outline.pdf -");
        assert!(text.contains("1 · Tea boxes") && text.contains('6') && !text.contains('7'), "{text}");
    }
}
