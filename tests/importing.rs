//! Import: the same file twice adds nothing, nothing is imported partly, nothing known is erased.

use serde_json::{Value, json};

use crate::support::{Shop, dump};

/// The four counts of an import.
fn counts(report: &Value) -> [i64; 4] {
    ["read", "added", "changed", "unchanged"].map(|key| report[key].as_i64().unwrap())
}

#[test]
fn a_file_twice_is_a_file_once() {
    let shop = Shop::without_people();
    assert_eq!(counts(&shop.json("import customers customers.csv")), [12, 12, 0, 0]);
    let bought = shop.json("import purchases purchases.csv");
    assert_eq!((counts(&bought), &bought["unlinked"]), ([15, 15, 0, 0], &json!(2)));
    let book =
        || dump(&shop.file("regulars.db")).lines().filter(|line| !line.starts_with("import: ")).collect::<String>();
    let before = book();
    assert_eq!(counts(&shop.json("import customers customers.csv")), [12, 0, 0, 12]);
    shop.write("renamed.csv", shop.read("purchases.csv"));
    assert_eq!(counts(&shop.json("import purchases renamed.csv")), [15, 0, 0, 15]);
    assert_eq!(before, book());
    assert_eq!(shop.json("customer show C-03")["fields"]["postcode"], "01040", "a leading zero stays");
}

#[test]
fn two_rows_alike_are_two_purchases() {
    let shop = Shop::new();
    let row = "C-03,2024-02-25,a ribbon,4.00\n";
    let head = "Customer ID,Date,Item,Amount\n";
    shop.write("more.csv", format!("{head}{row}{row}"));
    assert_eq!(counts(&shop.json("import purchases more.csv")), [2, 2, 0, 0]);
    assert_eq!(counts(&shop.json("import purchases more.csv")), [2, 0, 0, 2]);
    shop.write("third.csv", format!("{head}{row}{row}{row}"));
    assert_eq!(counts(&shop.json("import purchases third.csv")), [3, 1, 0, 2]);
}

#[test]
fn lines_of_one_receipt_are_one_purchase() {
    let shop = Shop::new();
    let before = shop.held("C-03", "purchases").len();
    let lines = "Receipt,Customer ID,Date,Item,Qty,Unit Price\n7001,C-03,2024-02-25,a ribbon,2,4.00\n7001,C-03,2024-02-25,a top hat,1,30.50\n";
    shop.write("more.csv", lines);
    shop.run("import purchases more.csv").shows("1 new");
    assert_eq!(shop.held("C-03", "purchases").len(), before + 1);
    assert_eq!(shop.times("purchases", &json!({ "receipt": "7001", "amount_minor": 3850 })), 1);
    for item in ["a ribbon", "a top hat"] {
        assert_eq!(shop.times("items", &json!({ "item": item })), 1, "{item}");
    }
    shop.write("more.csv", lines.replace("30.50", "35.50"));
    shop.run("import purchases more.csv").shows("0 new, 1 changed");
    assert_eq!(shop.times("purchases", &json!({ "receipt": "7001", "amount_minor": 4350 })), 1);
}

#[test]
fn a_sale_finds_its_customer_later() {
    let shop = Shop::new();
    assert_eq!(shop.json("best")["unlinked"]["purchases"], 2);
    shop.write("late.csv", "Customer ID,First Name,Last Name\nX-99,Olga,Brandt\n");
    shop.run("import customers late.csv").shows("1 new");
    assert_eq!(shop.json("best")["unlinked"]["purchases"], 1);
    let found = shop.json("segment \"spend_12m = 6\"");
    assert_eq!(found["customers"][0]["ref"], "X-99");
}

#[test]
fn an_empty_cell_erases_nothing() {
    let shop = Shop::new();
    shop.write("later.csv", "Customer ID,First Name,Last Name,City,Post Consent,Tags\nC-03,Rosa,,Boston,no,\n");
    assert_eq!(counts(&shop.json("import customers later.csv")), [1, 0, 1, 0]);
    let card = shop.json("customer export C-03");
    let fields =
        ["last_name", "city", "street", "post_consent", "email_consent"].map(|field| card["card"][field].as_str());
    assert_eq!(fields, ["Okafor", "Boston", "5 Bay Rd", "no", "yes"].map(Some));
    assert_eq!(card["tags"], json!([{ "tag": "tea" }]));
}

#[test]
fn a_dry_run_changes_nothing() {
    let shop = Shop::new();
    let before = dump(&shop.file("regulars.db"));
    shop.write("more.csv", "Customer ID,First Name\nC-03,Rose\nC-77,Ida\n");
    shop.run("import customers more.csv --dry-run").stdout(
        "column       is taken as  for example\n\
         Customer ID  ref          C-03\n\
         First Name   first_name   Rose\n\n\
         Would import 2 customers: 1 new, 1 changed, 0 unchanged.\n\
         Different: first_name 1.\n  \
           C-03 first_name: `Rosa`, now `Rose`\n\
         The book then has 13 customers: 10 can be reached by post, 4 by email (6 have an email; only recorded consent counts).\n\
         1 never bought (8%). Of 15 purchases, 2 have no customer (13%).\n\
         The largest customer is Acme Uniforms (`C-08`) with $5,200.00, 75% of the sales that have a customer.\n\
         No one seems to be in it twice. 1 name is written in ALL CAPS.\n",
    );
    assert_eq!(before, dump(&shop.file("regulars.db")));
}

#[test]
fn good_rows_are_taken_and_bad_ones_written_out() {
    let shop = Shop::new();
    shop.write("more.csv", "Customer ID,Date,Amount\nC-01,2024-01-31,10.00\nC-03,soon,=12.00\nC-06,2024-02-02,1.5\n");
    let report = shop.json("import purchases more.csv --skip-bad");
    assert_eq!((counts(&report), &report["rejected"]), ([3, 2, 0, 0], &json!(1)));
    let problem = |column: &str, message: &str| json!({"line": 3, "column": column, "message": message});
    let problems = [problem("Date", "`soon` is not a day"), problem("Amount", "`=12.00` is not an amount")];
    assert_eq!(report["problems"], json!(problems));
    let left_out = shop.read("out/more-left-out.csv");
    assert_eq!(left_out.lines().count(), 2, "{left_out}");
    assert!(left_out.contains("'=12.00") && left_out.contains("`soon` is not a day"), "{left_out}");
}

#[test]
fn columns_go_by_name_or_as_the_owner_says() {
    let shop = Shop::new();
    shop.write("kasse.csv", "Kunde;Tag;Betrag;Ware\nC-03;25.02.2024;12,50;Hut\n");
    shop.run("import purchases kasse.csv --map ref=Kunde --map on=Tag --map amount=Betrag --map item=Ware")
        .shows("1 new");
    assert_eq!(shop.times("items", &json!({ "item": "Hut", "amount_minor": 1250 })), 1);
    // An old Mac file, in Windows-1252: carriage returns alone, and é as one byte.
    shop.write("mac.csv", b"Customer ID,First Name,Last Name\rC-90,Ren\xe9,Dubois\rC-91,Zo\xeb,Petit\r");
    assert_eq!(counts(&shop.json("import customers mac.csv")), [2, 2, 0, 0]);
    for (reference, name) in [("C-90", "René"), ("C-91", "Zoë")] {
        assert_eq!(shop.json(&format!("customer show {reference}"))["fields"]["first_name"], name);
    }
}

#[test]
fn purchases_after_today_are_taken_with_a_warning() {
    let shop = Shop::new();
    shop.write("more.csv", "Customer ID,Date,Amount\nC-03,2024-03-02,10.00\n");
    shop.run("import purchases more.csv").shows("1 new").says("1 purchase dated after today (2024-03-01)");
    shop.write("more.csv", "Customer ID,Date,Amount\nC-80,2024-02-02,10.00\n");
    shop.run("import purchases more.csv --new-customers").shows("Opened 1 bare card");
}

/// A file in which every row is bad: each is counted and written out, and only the first errors are stored.
#[test]
fn faults_without_end_fill_no_memory() {
    let shop = Shop::new();
    let rows = 2_500;
    let bad: String = (0..rows).map(|n| format!("C-03,day {n},x\n")).collect();
    shop.write("more.csv", format!("Customer ID,Date,Amount\n{bad}C-03,2024-02-02,1.50\n"));
    let report = shop.json("import purchases more.csv --skip-bad");
    assert_eq!((&report["rejected"], &report["faults"]), (&json!(rows), &json!(2 * rows)));
    assert_eq!((report["problems"].as_array().unwrap().len(), &report["added"]), (1_000, &json!(1)));
    let left_out = shop.read("out/more-left-out.csv");
    assert_eq!(left_out.lines().count(), rows + 1);
    let last = format!("C-03,day {0},x,{1},`day {0}` is not a day; `x` is not an amount", rows - 1, rows + 1);
    assert_eq!(left_out.lines().last(), Some(last.as_str()));
}

/// `1.149` may be little more than a dollar, or more than a thousand: other rows show which, otherwise the owner
/// decides.
#[test]
fn an_amount_that_could_be_two_is_never_guessed() {
    let head = "Receipt;Customer ID;Date;Qty;Amount\nR-1;C-03;2024-02-02;";
    let doubt = "` may be ";
    for (rows, more, taken) in [
        ("1;1.149\n", "", Err(doubt)),
        ("1;1,149\n", "", Err(doubt)),
        ("1;1.149\n", "--decimal comma", Ok(114_900)),
        ("1;1,149\n", "--decimal point", Ok(114_900)),
        ("1;1.149\nR-2;C-03;2024-02-02;1;12,50\n", "", Ok(114_900)),
        ("1;1,149\nR-2;C-03;2024-02-02;1;12.5\n", "", Ok(114_900)),
        ("1;1.149.000\nR-2;C-03;2024-02-02;1;1.149\n", "", Ok(114_900_000)),
        ("1;1,149\nR-2;C-03;2024-02-02;1;12.5\nR-3;C-03;2024-02-02;1;12,5\n", "", Err(doubt)),
        ("1.500;30\n", "", Err(doubt)),
        ("1.500;30.00\n", "", Ok(3_000)),
        ("1;1.149\n", "--decimal point", Err("has a fraction of the smallest coin")),
        ("1;12.3456\n", "", Err("has a fraction of the smallest coin")),
        ("1;59.970000000000006\n", "", Ok(5_997)),
    ] {
        let shop = Shop::new();
        shop.write("more.csv", format!("{head}{rows}"));
        let mut run = shop.run(&format!("import purchases more.csv {more}"));
        let said = run.talk();
        match taken {
            Ok(minor) => {
                assert_eq!(run.ended(), 0, "{rows}: {said}");
                let read = json!({ "receipt": "R-1", "amount_minor": minor });
                assert_eq!(shop.times("purchases", &read), 1, "{rows}");
            }
            Err(why) => assert!(run.ended() == 1 && said.contains(why), "{rows}: {said}"),
        }
    }
}

#[test]
fn what_other_rows_settle_is_said() {
    let shop = Shop::new();
    shop.write("more.csv", "Customer ID;Date;Amount\nC-03;03/04/2024;1.149\nC-03;25/03/2024;12,50\n");
    shop.run("import purchases more.csv").says("2 purchases dated after today (2024-03-01)").shows(
        "Days such as `03/04/2024` were read with the day first, as other rows show.\n\
         Amounts such as `1.149` were read with a decimal comma, as other rows show or this system writes.\n",
    );
    assert_eq!(shop.times("purchases", &json!({ "on": "2024-04-03", "amount_minor": 114_900 })), 1);
}

/// Money is in one currency: that of the shop, dollars here.
#[test]
fn amounts_of_another_currency_are_refused() {
    let shop = Shop::new();
    for amount in ["5.00 USD", "$5.00"] {
        shop.write("more.csv", format!("Customer ID,Date,Amount\nC-03,2024-02-02,{amount}\n"));
        shop.run("import purchases more.csv --dry-run").shows("1 purchase");
    }
    for amount in ["€5.00", "5.00 EUR", "£5.00"] {
        shop.write("more.csv", format!("Customer ID,Date,Amount\nC-03,2024-02-02,{amount}\n"));
        let mut run = shop.run("import purchases more.csv");
        assert_eq!(run.ended(), 1, "{amount} was taken as dollars");
        let _ = run.talk();
    }
}
