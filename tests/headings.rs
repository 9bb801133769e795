//! Headings as tills and people shorten them: what each column is taken as is shown before anything is imported.

use serde_json::{Value, json};

use crate::import_files::xlsx;
use crate::support::Shop;

/// What a rehearsal takes each column as: `heading > field`.
fn taken(shop: &Shop, what: &str, table: &str) -> Vec<String> {
    shop.write("list.csv", table);
    let report = shop.json(&format!("import {what} list.csv --dry-run"));
    let columns = report["columns"].as_array().expect("columns").clone();
    let field = |one: &Value| {
        one["fields"].as_array().map(|all| all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
    };
    columns.iter().map(|one| format!("{} > {}", one["column"].as_str().unwrap(), field(one).unwrap())).collect()
}

#[test]
fn short_headings_are_read_and_none_is_guessed() {
    let shop = Shop::new();
    for (what, headings, cells, fields) in [
        (
            "customers",
            "Cust No.,\"Name (Last, First)\",Spouse/Partner,E-mail Addr,Ph #,Addr Ln 1,Addr Ln 2,City/Town,ST,Zip+4,DoNotMail",
            "9001,\"Holm, Ida\",Jon,ida@example.com,555-010199,1 Oak St,Apt 2,Salem,OR,97301-1234,N",
            "ref,full_name,spouse,email,phone,street,street2,city,state,postcode,post_stop",
        ),
        (
            "customers",
            "CUST_NUM,FName,LName,AddrLn1,City,State,PCode,EmailAddr,BDay,Ctry",
            "9002,Ida,Holm,1 Oak St,Salem,OR,97301,ida@example.com,1980-02-01,US",
            "ref,first_name,last_name,street,city,state,postcode,email,birthday,country",
        ),
        (
            "customers",
            "Kd.-Nr.;Anrede;Vorname;Nachname;Strasse u. Hausnr.;PLZ;Ort;Geb.-Datum;Werbung erlaubt",
            "K9;Frau;Ida;Holm;Lange Gasse 8 b;04103;Leipzig;16.11.1992;ja",
            "ref,title,first_name,last_name,street,postcode,city,birthday,post_consent",
        ),
        (
            "customers",
            "Member #,Member Name,Street Addr,Town or City,Happy to get post?,Happy to get email?",
            "M-9,Ida Holm,1 Long Lane,Halifax,Yes,No",
            "ref,full_name,street,city,post_consent,email_consent",
        ),
        (
            "purchases",
            "Tkt #,Tran Date,Cust #,Item Desc,Qty,Ext Price",
            "5,2024-01-05,C-03,a scarf,1,20.00",
            "receipt,on,ref,item,quantity,amount",
        ),
        ("purchases", "Acct No,Date & Time,Descr,Amt ($)", "C-03,2024-01-05 10:30,a scarf,20.00", "ref,on,item,amount"),
        (
            "purchases",
            "Kd.-Nr.;Beleg-Nr.;Datum;Artikel;Betrag (€)",
            "C-03;B1;05.01.2024;ein Schal;20,00",
            "ref,receipt,on,item,amount",
        ),
        // What stands in brackets may make it another column, and of two that fit none is taken.
        ("purchases", "ref,on,Amt,Amt (tax)", "C-03,2024-01-05,20.00,1.00", "ref,on,amount,"),
        ("customers", "ref,last_name,Ph 1,Tel 1", "9003,Holm,555-010199,555-010198", "ref,last_name,phone,"),
        (
            "customers",
            "ref,last_name,Ph,Ph.,Tel",
            "9003,Holm,555-010199,555-010198,555-010197",
            "ref,last_name,,,phone",
        ),
        ("customers", "ref,last_name,Addr,Add", "9003,Holm,1 Oak St,2 Oak St", "ref,last_name,street,"),
    ] {
        let separator = if headings.contains(';') { ';' } else { ',' };
        let mut reader = csv::ReaderBuilder::new().delimiter(separator as u8).from_reader(headings.as_bytes());
        let names: Vec<String> = reader.headers().expect("headings").iter().map(str::to_owned).collect();
        let expected: Vec<String> =
            names.iter().zip(fields.split(',')).map(|(name, field)| format!("{name} > {field}")).collect();
        assert_eq!(taken(&shop, what, &format!("{headings}\n{cells}\n")), expected, "{headings}");
    }
}

#[test]
fn a_rehearsal_shows_each_column_with_an_example() {
    let shop = Shop::without_people();
    shop.write("list.csv", "Cust #,Surname,Likes,Where\nC1,Holm,,1 Oak St\nC2,Berg,tea,2 Oak St\n");
    let not_taken = "warning: not imported: `Likes` and `Where`\n";
    shop.run("import customers list.csv --dry-run").says(not_taken).shows(
        "column   is taken as  for example\n\
         Cust #   ref          C1\n\
         Surname  last_name    Holm\n\
         Likes    not used     tea\n\
         Where    not used     1 Oak St\n\
         No column for `street`, `city`, `postcode` and `email`. If a column is not used and should be, name it: \
         `--map street=\"COLUMN\"`.\n\nWould import 2 customers",
    );
    shop.run("import customers list.csv --dry-run --map street=Where")
        .says("warning: not imported: `Likes`\n")
        .shows("Where    street       1 Oak St\n");
    // An import shows none of it.
    let object = shop.json("import customers list.csv");
    assert_eq!((&object["columns"], &object["not_taken"]), (&json!([]), &json!(["Likes", "Where"])));
    shop.write(
        "list.csv",
        "Customer ID,First Name,Last Name,Billing Street,Billing City,Status\nC1,Ida,Holm,1 Oak St,Salem,x\n",
    );
    shop.run("import customers list.csv --dry-run")
        .says("not imported: `Status`")
        .shows("Billing Street  street (billing address)  1 Oak St\n");
}

#[test]
fn a_list_of_empty_cards_is_refused() {
    let shop = Shop::without_people();
    shop.write("list.csv", "Cust #,Called,Lives at\nC1,Ida Holm,1 Oak St\n");
    for more in ["", " --dry-run"] {
        shop.run(&format!("import customers list.csv{more}"))
            .status(1)
            .says("error: list.csv:1: no column looks like the customer's name\nhint: set it with `--map full_name=COLUMN`; the columns are `Cust #`, `Called` and `Lives at`\n");
    }
    shop.run("import customers list.csv --map full_name=Called").says("not imported: `Lives at`").shows("1 new");
    // Cards that are there already, and lists without names that have all they are to have.
    shop.write("list.csv", "Cust #,Tags,Seen\nC1,tea,yes\n");
    shop.run("import customers list.csv").says("not imported: `Seen`").shows("1 changed");
    shop.write("list.csv", "Customer ID,Tags\nC7,tea\n");
    shop.run("import customers list.csv").shows("1 new");
}

#[test]
fn another_sheet_is_named_when_the_first_is_no_list() {
    let shop = Shop::without_people();
    shop.write("book.xlsx", xlsx(&[("Read me", "1 For Jo"), ("People", "1 Acct No|Surname\n2 =7|Holm")]));
    shop.run("import customers book.xlsx").status(1).says(
        "hint: the sheet `Read me` was read; `--sheet` chooses another: `People`; set it with `--map ref=COLUMN`",
    );
    shop.run("import customers book.xlsx --sheet People").shows("1 new");
}

#[test]
fn a_shop_that_is_still_the_sample_is_named_before_letters_are_printed() {
    let shop = Shop::without_people();
    shop.run("--shop new init new").quiet();
    let on = |line: &str| shop.run(&format!("{line} --shop new"));
    let named = "warning: shop.toml has the name or the address of the sample";
    on("check").says(named);
    shop.edit("new/shop.toml", "\"My shop\"", "\"Holm & Daughter\"");
    on("check thank-you").says(named);
    shop.write("new/list.csv", "ref,last_name,street,city,postcode,on\nC1,Holm,1 Oak St,Salem,97301\n");
    shop.edit("new/shop.toml", "\"1 Main Street\", \"Springfield, IL 62701\"", "\"2 Long Lane\", \"Salem, OR 97301\"");
    on("check").quiet();
    // The paper of the sample is that of North America.
    shop.edit("new/shop.toml", "\"US\"", "\"GB\"");
    on("check").says(
        "warning: letter-templates/first-letter.md has `paper = \"letter\"`; the usual paper in United Kingdom is `a4`. Change `window` with it",
    );
    shop.edit("new/letter-templates/first-letter.md", "paper = \"letter\"", "paper = \"a4\"");
    shop.edit("new/letter-templates/first-letter.md", "window = \"us-10\"", "window = \"dl-uk\"");
    on("check").quiet();
    shop.edit("new/shop.toml", "\"GB\"", "\"CA\"");
    on("check").says("the usual paper in Canada is `letter`");
    // Who wants another size means it.
    shop.edit("new/letter-templates/first-letter.md", "window = \"dl-uk\"", "");
    for paper in ["postcard", "postcard-a6", "legal", "a5"] {
        let template = shop.read("new/letter-templates/first-letter.md");
        let line = template.lines().find(|line| line.starts_with("paper")).unwrap().to_owned();
        shop.edit("new/letter-templates/first-letter.md", &line, &format!("paper = \"{paper}\""));
        on("check").quiet();
    }
}
