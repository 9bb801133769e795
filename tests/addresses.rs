//! Addresses are imported, replaced and completed as a whole; lists that have nothing but names and addresses.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Shop, letter_lines};

/// Files that are imported in turn, and the resulting letters.
struct Case {
    files: &'static [(&'static str, &'static str)],
    /// Parts of the imports' messages.
    says: &'static [&'static str],
    letters: &'static [(&'static str, &'static str)],
}

#[track_caller]
fn check(case: &Case) {
    let shop = Shop::without_people();
    let mut said = String::new();
    for (name, text) in case.files {
        shop.write(name, text);
        let mut run = shop.run(&format!("import customers {name}"));
        said += &run.out();
        said += &run.talk();
    }
    for part in case.says {
        assert!(said.contains(part), "{part} is not in:\n{said}");
    }
    let expected: BTreeMap<String, String> =
        case.letters.iter().map(|(reference, line)| ((*reference).to_owned(), (*line).to_owned())).collect();
    assert_eq!(letter_lines(&shop, "customer"), expected);
}

const HEAD: &str = "ref,first_name,last_name,street,street2,city,state,postcode,country\n";

#[test]
fn whoever_moved_has_the_new_address_whole() {
    let shop = Shop::without_people();
    // The card, the next row, and the address afterwards.
    let table = [
        ("1 A St,Apt 4,Boston,MA,02108,", "2 B Rd,,Chicago,IL,60601,", "2 B Rd / Chicago, IL 60601"),
        ("Weg 1,,Berlin,,10115,Germany", "3 C Rd,,Chicago,IL,60601,", "3 C Rd / Chicago, IL 60601"),
        ("5 A St,Apt 5,Boston,MA,02108,", "4 D Rd,,Chicago,IL,,", "4 D Rd / Chicago, IL"),
        ("6 A St,Apt 6,Boston,MA,02108,", ",,,,,", "6 A St / Apt 6 / Boston, MA 02108"),
        // Also: abroad and back, the same house completed, a flat of the same house, a part of another address.
        ("7 A St,Apt 7,Boston,MA,02108,", "Weg 9,,Bonn,,53111,Germany", "Weg 9 / 53111 Bonn / GERMANY"),
        ("8 A St,Apt 8,Boston,,,", "8 A Street,,Boston,MA,02108,", "8 A Street / Apt 8 / Boston, MA 02108"),
        ("9 A St,Apt 9,Boston,MA,02108,", "9 A St Apt 10,,Boston,MA,02108,", "9 A St Apt 10 / Boston, MA 02108"),
        ("10 A St,Apt 1,Boston,MA,02108,", ",,Chicago,IL,60601,", "10 A St / Apt 1 / Boston, MA 02108"),
        ("11 A St,,Springfield,MA,01101,", "11 A St,,Springfield,IL,62701,", "11 A St / Springfield, IL 62701"),
    ];
    let rows = |of: fn(&(&str, &str, &str)) -> String| -> String {
        let rows = table.iter().enumerate().map(|(n, row)| format!("C{n},Ann,Move{n},{}\n", of(row)));
        format!("{HEAD}{}", rows.collect::<String>())
    };
    shop.write("first.csv", rows(|(card, ..)| (*card).to_owned()));
    shop.run("import customers first.csv").quiet();
    shop.write("second.csv", rows(|(_, row, _)| (*row).to_owned()));
    shop.run("import customers second.csv")
        .says("the new address has no postcode: C2")
        .says("the file has only part of another address, so the old one stays: C7");
    shop.run("import customers second.csv").says("the old one stays: C7").shows("9 unchanged");
    let letters = letter_lines(&shop, "customer");
    for (n, (.., after)) in table.iter().enumerate() {
        assert_eq!(letters[&format!("C{n}")], format!("Ann Move{n} / {after} | Dear Ann,"));
    }
}

#[test]
fn an_address_is_not_put_together_from_two() {
    for case in [
        Case {
            files: &[(
                "outlook.csv",
                "First Name,Middle Name,Last Name,Title,Suffix,E-mail Address,Home Phone,Mobile Phone,Home Street,Home Street 2,\
                 Home City,Home State,Home Postal Code,Home Country/Region,Business Street,Business Street 2,Business City,\
                 Business State,Business Postal Code,Business Country/Region\n\
                 Ann,,Home,,,h1@example.com,,,1 Home St,,Springfield,IL,62701,,5 Work Plaza,Suite 500,Boston,MA,02108,United States of America\n\
                 Bea,,Home,,,h2@example.com,,,2 Home St,,Springfield,IL,62701,,Werkstr. 5,,Berlin,,10115,Germany\n\
                 Cy,,Work,,,h3@example.com,,,,,Springfield,IL,,,6 Work Plaza,,Boston,MA,02108,\n",
            )],
            says: &["the `home` address of 2 customers and the `business` address of 1 customer"],
            letters: &[
                ("h1@example.com", "Ann Home / 1 Home St / Springfield, IL 62701 | Dear Ann,"),
                ("h2@example.com", "Bea Home / 2 Home St / Springfield, IL 62701 | Dear Bea,"),
                ("h3@example.com", "Cy Work / 6 Work Plaza / Boston, MA 02108 | Dear Cy,"),
            ],
        },
        Case {
            files: &[(
                "woo.csv",
                "order_id,order_date,order_status,billing_first_name,billing_last_name,billing_address_1,billing_address_2,\
                 billing_city,billing_state,billing_postcode,billing_country,billing_email,shipping_address_1,shipping_address_2,\
                 shipping_city,shipping_state,shipping_postcode,shipping_country,order_total\n\
                 1,2025-06-01 10:00:00,completed,Ann,Woo,,,,,90210,US,w1@example.com,12 Maple Ave,Apt 4,Ottawa,ON,K1A 0B1,CA,20.00\n",
            )],
            says: &["the `shipping` address of 1 customer"],
            letters: &[("w1@example.com", "Ann Woo / 12 Maple Ave / Apt 4 / OTTAWA ON K1A 0B1 / CANADA | Dear Ann,")],
        },
        // Also: a plain list with two addresses, postal before physical, cards with two addresses.
        Case {
            files: &[(
                "plain.csv",
                "Customer No,First Name,Last Name,Billing Street,Billing City,Billing Zip,Shipping Street,Shipping City,Shipping Zip\n\
                 1,Ann,Two,,Boston,02108,2 Ship Rd,Chicago,60601\n\
                 2,Bob,Two,1 Bill St,Boston,02108,2 Ship Rd,Chicago,60601\n",
            )],
            says: &["the `billing` address of 1 customer and the `shipping` address of 1 customer"],
            letters: &[
                ("1", "Ann Two / 2 Ship Rd / Chicago, 60601 | Dear Ann,"),
                ("2", "Bob Two / 1 Bill St / Boston, 02108 | Dear Bob,"),
            ],
        },
        Case {
            files: &[(
                "german.csv",
                "Kundennummer;Anrede;Titel;Vorname;Nachname;Rechnungsadresse Straße;Rechnungsadresse PLZ;Rechnungsadresse Ort;\
                 Lieferadresse Straße;Lieferadresse PLZ;Lieferadresse Ort;Land\n\
                 1;Frau;;Eva;Kurz;;10115;Berlin;Weg 2;50667;Köln;DE\n2;Frau;;Ida;Kurz;Weg 1;10115;Berlin;Weg 2;50667;Köln;DE\n",
            )],
            says: &["the `Rechnung` address of 1 customer and the `Lieferung` address of 1 customer"],
            letters: &[
                ("1", "Eva Kurz / Weg 2 / 50667 Köln / GERMANY | Dear Frau Kurz,"),
                ("2", "Ida Kurz / Weg 1 / 10115 Berlin / GERMANY | Dear Frau Kurz,"),
            ],
        },
        Case {
            files: &[(
                "vend.csv",
                "Customer Code,First Name,Last Name,Physical Address,Physical City,Physical Postcode,Physical Country,Postal Address,\
                 Postal City,Postal Postcode,Postal Country\n\
                 V1,Ann,Vend,1 Shop St,Boston,02108,US,PO Box 7,Salem,01970,US\n",
            )],
            says: &["the `postal` address of 1 customer"],
            letters: &[("V1", "Ann Vend / PO Box 7 / Salem, 01970 | Dear Ann,")],
        },
        Case {
            files: &[(
                "cards.vcf",
                "BEGIN:VCARD\nVERSION:3.0\nN:Card;Ann;;;\nFN:Ann Card\nEMAIL:c@example.com\nADR;TYPE=WORK:;;5 Work Plaza;Boston;MA;02108;\n\
                 ADR;TYPE=HOME:;Apt 4;1 Home St;Salem;MA;01970;\nEND:VCARD\n",
            )],
            says: &[],
            letters: &[("c@example.com", "Ann Card / 1 Home St / Apt 4 / Salem, MA 01970 | Dear Ann,")],
        },
    ] {
        check(&case);
    }
}

#[test]
fn of_several_orders_the_newest_address_counts() {
    let head = "order_id,order_date,order_status,billing_first_name,billing_last_name,billing_address_1,billing_address_2,billing_city,\
                billing_state,billing_postcode,billing_country,billing_email,order_total\n";
    let old = "1,2023-06-01 10:00:00,completed,Ann,Woo,1 Old St,Apt 4,Boston,MA,02108,US,w1@example.com,20.00\n";
    let new = "2,2025-06-01 10:00:00,completed,Ann,Woo,2 New Rd,,Chicago,IL,60601,US,w1@example.com,20.00\n";
    let later = "3,2025-06-01 18:00:00,completed,Ann,Woo,3 Late Rd,,Chicago,IL,60601,US,w1@example.com,20.00\n";
    let none = "4,2026-01-01 10:00:00,completed,Ann,Woo,,,,,,US,w1@example.com,20.00\n";
    for (rows, street) in [
        ([old, new, ""], "2 New Rd"),
        ([new, old, ""], "2 New Rd"),
        // Also: the time of day, an order without an address, all three.
        ([later, new, old], "3 Late Rd"),
        ([none, old, new], "2 New Rd"),
        ([old, none, ""], "1 Old St / Apt 4"),
    ] {
        let shop = Shop::without_people();
        shop.write("woo.csv", format!("{head}{}", rows.concat()));
        shop.run("import customers woo.csv").says("WooCommerce").shows("1 new");
        let town = if street.starts_with('1') { "Boston, MA 02108" } else { "Chicago, IL 60601" };
        let expected = format!("Ann Woo / {street} / {town} | Dear Ann,");
        assert_eq!(letter_lines(&shop, "customer")["w1@example.com"], expected, "{rows:?}");
    }
}

#[test]
fn boxes_and_lines_of_an_address_are_printed() {
    let cards = [
        ("b1", "ADR:PO Box 12;;;Boston;MA;02108;", "PO Box 12 / Boston, MA 02108"),
        ("b2", "ADR:12;;1 A St;Boston;MA;02108;", "1 A St / PO Box 12 / Boston, MA 02108"),
        ("b3", "ADR:77;;;Berlin;;10115;Germany", "Postfach 77 / 10115 Berlin / GERMANY"),
        ("b4", "ADR:;Suite 2;1 A St\\nRear;Boston;MA;02108;", "1 A St, Rear / Suite 2 / Boston, MA 02108"),
        (
            "b5",
            "ADR:;;Rose House,14 High Street,Little Snoring;Fakenham;Norfolk;NR21 0HX;United Kingdom",
            "Rose House, 14 High Street, Little Snoring / FAKENHAM / NR21 0HX / UNITED KINGDOM",
        ),
    ];
    let shop = Shop::without_people();
    let card = |(key, address, _): &(&str, &str, &str)| {
        format!("BEGIN:VCARD\nVERSION:3.0\nN:Box;Ann;;;\nFN:Ann Box\nEMAIL:{key}@example.com\n{address}\nEND:VCARD\n")
    };
    shop.write("cards.vcf", cards.iter().map(card).collect::<String>());
    shop.run("import customers cards.vcf").says("address cards");
    let head = "ref,first_name,last_name,street,street2,PO Box,city,state,postcode\n";
    shop.write(
        "boxes.csv",
        format!("{head}P1,Bea,Box,,PO Box 12,,Boston,MA,02108\nP2,Bea,Box,,,13,Boston,MA,02108\nP3,Bea,Box,\"1 A St\nApt 5\",,,Boston,MA,02108\n"),
    );
    shop.run("import customers boxes.csv").quiet();
    let letters = letter_lines(&shop, "customer");
    for (key, _, lines) in cards {
        assert_eq!(letters[&format!("{key}@example.com")], format!("Ann Box / {lines} | Dear Ann,"));
    }
    for (key, lines) in [("P1", "PO Box 12"), ("P2", "PO Box 13"), ("P3", "1 A St / Apt 5")] {
        assert_eq!(letters[key], format!("Bea Box / {lines} / Boston, MA 02108 | Dear Bea,"));
    }
}

#[test]
fn cards_of_companies_are_companies() {
    let shop = Shop::without_people();
    let card = |key: &str, lines: &str| {
        format!(
            "BEGIN:VCARD\nVERSION:4.0\n{lines}\nEMAIL:{key}@example.com\nADR:;;1 Main St;Boston;MA;02108;\nEND:VCARD\n"
        )
    };
    let table = [
        ("o1", "FN:Only A Probe\nORG:Only A Probe", "Only A Probe"),
        ("o2", "KIND:org\nFN:City Library", "City Library"),
        ("o3", "FN:Rose's Flowers\nN:;;;;\nORG:Rose's Flowers;Sales", "Rose's Flowers"),
        ("o4", "X-ABShowAs:COMPANY\nFN:Blue Door\nN:Door;Blue;;;\nORG:Blue Door", "Blue Door"),
        ("o5", "kind:ORG\nFN:Corner Cafe\nORG:Corner Cafe Group", "Corner Cafe Group"),
    ];
    shop.write("cards.vcf", table.iter().map(|(key, lines, _)| card(key, lines)).collect::<String>());
    shop.run("import customers cards.vcf").says("address cards");
    let letters = letter_lines(&shop, "customer");
    for (key, _, company) in table {
        let expected = format!("{company} / 1 Main St / Boston, MA 02108 | Dear friends at {company},");
        assert_eq!(letters[&format!("{key}@example.com")], expected);
    }
}

#[test]
fn whole_addresses_in_one_cell_are_taken_apart() {
    check(&Case {
        files: &[
            (
                "mailchimp.csv",
                "Email Address,First Name,Last Name,Address,MEMBER_RATING,OPTIN_TIME,LEID,EUID\n\
                 m1@example.com,Ann,Chimp,12 Main St  Springfield  IL  62701  US,2,2024-01-01 10:00:00,1,a\n\
                 m2@example.com,Bob,Chimp,12 Main St  Apt 3  Springfield  IL  62701,2,2024-01-01 10:00:00,1,a\n",
            ),
            (
                "city.csv",
                "Acct No,Name,Street Address Line 1,\"City, State Zip\"\n7,Cy Moss,1 A St,\"Boston, MA 02108\"\n8,Di Moss,2 A St,Salem MA 01970-1234\n",
            ),
            (
                "one.csv",
                "Member No,Name,Address\n9,Ed Moss,\"3 A St, Apt 4, Boston, MA 02108\"\n10,Flo Moss,\"Weg 1, 10115 Berlin, Germany\"\n",
            ),
        ],
        says: &[],
        letters: &[
            ("m1@example.com", "Ann Chimp / 12 Main St / Springfield, IL 62701 | Dear Ann,"),
            ("m2@example.com", "Bob Chimp / 12 Main St / Apt 3 / Springfield, IL 62701 | Dear Bob,"),
            ("7", "Cy Moss / 1 A St / Boston, MA 02108 | Dear Cy,"),
            ("8", "Di Moss / 2 A St / Salem, MA 01970-1234 | Dear Di,"),
            ("9", "Ed Moss / 3 A St / Apt 4 / Boston, MA 02108 | Dear Ed,"),
            ("10", "Flo Moss / Weg 1 / 10115 Berlin / GERMANY | Dear Flo,"),
        ],
    });
}

#[test]
fn a_list_of_names_and_addresses_is_taken_and_known_again() {
    let shop = Shop::without_people();
    let list = "LAST,FIRST,MI,ADDR1,ADDR2,CITY,STATE,ZIP\n\
                Moss,Ann,Q,1 A St,Apt 2,Boston,MA,02108\n\
                Moss,Ann,Q,1 A St,Apt 2,Boston,MA,02108\n\
                Moss,Ann,,1 A St,Apt 5,Boston,MA,02108\n\
                Reed,Bob,,2 B St,,Boston,MA,02108\n";
    shop.write("list.csv", list);
    shop.run("import customers list.csv")
        .says("people are identified by name and address")
        .says("1 row like another one: each such customer was imported once")
        .shows("3 new");
    let before = letter_lines(&shop, "customer");
    let references: Vec<&String> = before.keys().collect();
    assert!(references.iter().all(|one| one.starts_with("L-")), "{references:?}");
    assert_eq!(references.iter().filter(|one| one.ends_with("-2")).count(), 1, "{references:?}");
    // In another order and spelling they are the same; someone who moved is a new card and a reported duplicate.
    let again = "LAST,FIRST,ADDR1,ADDR2,CITY,STATE,ZIP\n\
                 REED,Bob,2 B Street,,Boston,MA,02108-1234\n\
                 Moss,Ann,1 A St.,Apt 5,Boston,MA,02108\n\
                 Moss,Ann,1 A St,Apt 2,Boston,MA,02108\n";
    shop.write("again.csv", again);
    shop.run("import customers again.csv").says("name and address").shows("0 new");
    shop.run(&format!("customer set {} street=\"9 Z St\" city=Salem state=MA postcode=01970", references[0])).quiet();
    shop.run("import customers list.csv").says("like another").shows("0 new");
    shop.write("moved.csv", list.replace("2 B St,,Boston,MA,02108", "7 New Rd,,Salem,MA,01970"));
    shop.run("import customers moved.csv").says("like another").shows("1 new");
    shop.run("customer duplicates").shows("Bob Reed").quiet();
    // A file with columns for phones has gaps: people without one are identified by name and address.
    shop.write(
        "phones.csv",
        "Name,Phone,Street,City,Zip\nIda Vik,617-555-0142,5 C St,Boston,02108\nOle Vik,,6 C St,Boston,02108\n",
    );
    shop.run("import customers phones.csv").says("identified by email, else by phone").shows("2 new");
    shop.write("nobody.csv", "Name,Phone,Street,City,Zip\n,,5 C St,Boston,02108\n");
    let refused = shop.run("import customers nobody.csv").status(1);
    refused.says("a customer without email, phone, and name and street");
}

#[test]
fn usual_headings_and_wishes_of_lists_are_known() {
    check(&Case {
        files: &[
            (
                "home.csv",
                "Cust #,First Name,Last Name,Home Address,City,State,Zip,Home Phone,No Mail\n17,Ann,Moss,1 A St,Boston,MA,02108,617-555-0142,\n18,Bea,Moss,1 A St,Boston,MA,02108,,x\n19,Cy,Moss,1 A St,Boston,MA,02108,,no\n",
            ),
            (
                "german.csv",
                "Kundennummer;Vorname;Nachname;Straße;PLZ;Ort;Land;Keine Post\nK1;Eva;Kurz;Weg 2;10115;Berlin;Germany;ja\nK2;Uwe;Kurz;Weg 2;10115;Berlin;Germany;\n",
            ),
            (
                "gone.csv",
                "ref,first_name,last_name,street,city,state,postcode,deceased,moved\nD1,Ann,Gone,1 A St,Boston,MA,02108,2023-05-01,\nD2,Bob,Gone,1 A St,Boston,MA,02108,,yes\nD3,Cy,Gone,1 A St,Boston,MA,02108,no,no\n",
            ),
        ],
        says: &[],
        letters: &[
            ("17", "Ann Moss / 1 A St / Boston, MA 02108 | Dear Ann,"),
            ("19", "Cy Moss / 1 A St / Boston, MA 02108 | Dear Cy,"),
            ("K2", "Uwe Kurz / Weg 2 / 10115 Berlin / GERMANY | Dear Uwe,"),
            ("D3", "Cy Gone / 1 A St / Boston, MA 02108 | Dear Cy,"),
        ],
    });
}

#[test]
fn an_address_is_set_and_merged_as_a_whole() {
    let shop = Shop::without_people();
    let rows = "C1,Ann,Set,1 A St,Apt 4,Boston,MA,02108,\nC2,Ann,Set,1 A St,,Chicago,IL,60601,\nC3,Bob,Set,Weg 1,,Berlin,,10115,Germany\n\
                C4,Cy,Set,1 A St,Apt 4,Boston,,,\nC5,Cy,Set,1 A Street,,Boston,MA,02108,US\n";
    shop.write("people.csv", format!("{HEAD}{rows}"));
    shop.run("import customers people.csv").quiet();
    shop.run("customer set C1 street=\"2 B Rd\" city=Chicago state=IL postcode=60601")
        .quiet()
        .shows("street2: Apt 4 → –");
    shop.run("customer set C3 street=\"3 C Rd\" city=Chicago state=IL postcode=60601")
        .quiet()
        .shows("country: Germany → –");
    shop.run("customer set C2 street2=\"Apt 9\"").quiet();
    shop.run("customer merge C5 C4").quiet();
    let letters = letter_lines(&shop, "customer");
    assert_eq!(letters["C1"], "Ann Set / 2 B Rd / Chicago, IL 60601 | Dear Ann,");
    assert_eq!(letters["C2"], "Ann Set / 1 A St / Apt 9 / Chicago, IL 60601 | Dear Ann,");
    assert_eq!(letters["C3"], "Bob Set / 3 C Rd / Chicago, IL 60601 | Dear Bob,");
    assert_eq!(letters["C4"], "Cy Set / 1 A St / Apt 4 / Boston, MA 02108 | Dear Cy,");
    // A card in another town is not completed from one in the same street here.
    shop.write("more.csv", format!("{HEAD}C6,Di,Set,8 D St,,Boston,,,\nC7,Di,Set,8 D St,,Salem,OR,97301,\n"));
    shop.run("import customers more.csv").quiet();
    shop.run("customer merge C7 C6").quiet();
    assert_eq!(shop.json("customer show C6")["fields"]["postcode"], Value::Null);
}
