//! Files of customers and purchases: lists, workbooks and address cards, changed at random; a rejection changes
//! nothing.

use regulars::for_tests::import_file;

use super::workbooks::{ods, packed, records, xls, xlsx};
use super::{Case, changes, property, today};
use crate::support::Shop;

const CUSTOMERS: [&str; 3] = [
    "ref,title,first_name,last_name,street,city,state,postcode,country,email,birthday,email_consent,tags,notes\n\
     N-1,Mrs.,Ann,Lee,1 Elm St,Salem,OR,97301,US,ann@example.com,1960-05-04,yes,\"vip, tea\",\"likes \"\"tea\"\"\"\n\
     N-2,,José,Muñoz,2 Elm St,Salem,OR,97302,US,jose@example.com,,no,,\nC-01,,Rosa,Lee,,,,,,,,,,\n",
    "Customer ID;First Name;Last Name;Street;City;Zip;Country;Email Consent\r\nA1;Jürgen;Groß;Weg 5;Köln;50667;DE;ja\r\n",
    "Name\tAddress\nAnn & Bob Lee\t1 Elm St, Salem, OR 97301\nDr. May Ito\t2 Elm St, Salem, OR 97301\n",
];

const PURCHASES: [&str; 2] = [
    "receipt,ref,on,item,quantity,unit_price,amount\nR-1,C-01,2024-01-05,tea,2,4.50,9.00\nR-1,C-01,2024-01-05,cup,1,8,8.00\n\
     R-2,C-09,2024-02-28,\"hat, blue\",1,,90.00\n,C-03,2024-02-29,socks,,,-9.50\n",
    "Receipt;Customer ID;Date;Item;Amount\r\n1;C-01;05.01.2024;Tee;1.234,50\r\n2;C-02;31.12.2023;Hut;9,99\r\n",
];

const CARDS: [&str; 2] = [
    "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:K-1\r\nN:Lee;Ann;;Mrs.;\r\nFN:Ann Lee\r\nADR;TYPE=HOME:;;1 Elm St;Salem;OR;97301;USA\r\n\
     item1.EMAIL;type=INTERNET:ann@example.com\r\nTEL;TYPE=CELL:+1 650 555 0123\r\nBDAY:1960-05-04\r\nNOTE:likes tea\\, black\r\n \
     and green\r\nEND:VCARD\r\n",
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;Zo=C3=AB\r\nADR:;;2 Elm St;Salem;OR;97301;\r\n\
     EMAIL:zoe@example.com\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nFN:May Ito\r\nADR:;;3 Elm St;Salem;OR;97301;\r\nEND:VCARD\r\n",
];

/// Imports bytes into a separate shop.
fn import(case: &Case<'_>, name: &str, bytes: &[u8], purchases: bool) {
    let shop = Shop::new();
    shop.write(name, bytes);
    let counts = "SELECT (SELECT count(*) FROM customer) * 100000 + (SELECT count(*) FROM purchase) + (SELECT count(*) FROM customer_tag)";
    let before = shop.count(counts);
    let (exit, said) =
        case.holds(&shop, name, bytes, || import_file(&shop.path(), today(), &shop.file(name), purchases));
    if exit > 0 && shop.count(counts) != before {
        case.fails(name, &format!("what was refused left something: {said}"));
    }
    let is_whole = shop.count("SELECT (SELECT count(*) FROM pragma_foreign_key_check) + (SELECT integrity_check <> 'ok' FROM pragma_integrity_check)");
    if is_whole != 0 {
        case.fails(name, "the database is damaged");
    }
}

#[test]
fn no_list_breaks_anything() {
    property("lists of customers", 1, 10, |case| {
        let good = CUSTOMERS[case.dice.usize(..CUSTOMERS.len())].as_bytes();
        let bytes = changes::bytes(good, &mut case.dice);
        import(case, "people.csv", &bytes, false);
    });
    property("lists of purchases", 1, 5, |case| {
        let good = PURCHASES[case.dice.usize(..PURCHASES.len())].as_bytes();
        let bytes = changes::bytes(good, &mut case.dice);
        import(case, "sales.csv", &bytes, true);
    });
}

#[test]
fn no_workbook_breaks_anything() {
    let plain = Shop::new();
    for (name, bytes) in
        [("a.xlsx", packed(&xlsx(), true)), ("a.ods", packed(&ods(), true)), ("a.xls", xls(&records()))]
    {
        plain.write(name, &bytes);
        let (exit, said) = import_file(&plain.path(), today(), &plain.file(name), false);
        assert_eq!((exit, said.contains("\"read\":2")), (0, true), "{name}: {said}");
    }
    property("workbooks", 1, 5, |case| {
        let dice = &mut case.dice;
        let inside = dice.bool();
        let (name, bytes) = match dice.u8(..3) {
            0 => {
                let mut stream = records();
                if inside {
                    stream = changes::bytes(&stream, dice);
                }
                ("people.xls", xls(&stream))
            }
            kind => {
                let mut parts = if kind == 1 { xlsx() } else { ods() };
                if inside {
                    let which = dice.usize(..parts.len());
                    parts[which].1 = changes::bytes(&parts[which].1, dice);
                }
                (["", "people.xlsx", "people.ods"][usize::from(kind)], packed(&parts, dice.bool()))
            }
        };
        let bytes = if inside { bytes } else { changes::bytes(&bytes, dice) };
        import(case, name, &bytes, false);
    });
}

#[test]
fn cells_far_apart_do_not_fill_the_memory() {
    let far = |row: u16, column: u16| {
        let mut stream = records();
        let label = b"\x04\x02\x1b\0\0\0\x02\0";
        let at = stream.windows(label.len()).position(|bytes| bytes == label).unwrap() + 4;
        stream[at..at + 4].copy_from_slice(&[row.to_le_bytes(), column.to_le_bytes()].concat());
        stream
    };
    let shop = Shop::new();
    for (row, column, is_too_large) in
        [(0, 255, false), (65_535, 40, false), (6_400, 6_400, true), (65_535, 65_535, true)]
    {
        shop.write("people.xls", xls(&far(row, column)));
        let (_, said) = import_file(&shop.path(), today(), &shop.file("people.xls"), false);
        assert_eq!(said.contains("this workbook is too large"), is_too_large, "{row}, {column}: {said}");
    }
}

#[test]
fn a_name_of_twenty_thousand_letters_is_read_in_time() {
    let shop = Shop::new();
    for letter in ["\u{feff}", "é", "ж", "я́"] {
        let name = letter.repeat(20_000);
        shop.write("people.csv", format!("ref,last_name\nN-1,{name}\n"));
        let began = std::time::Instant::now();
        let (exit, said) = import_file(&shop.path(), today(), &shop.file("people.csv"), false);
        assert!(exit <= 1 && began.elapsed() < super::LONGEST, "{exit} after {:?}: {said:.200}", began.elapsed());
    }
}

#[test]
fn no_address_card_breaks_anything() {
    property("address cards", 1, 10, |case| {
        let bytes = changes::bytes(CARDS[case.dice.usize(..CARDS.len())].as_bytes(), &mut case.dice);
        import(case, "people.vcf", &bytes, false);
    });
}
