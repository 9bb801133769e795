//! A sale is imported once, whatever the form of the second file; and sales find their customer, once.

use serde_json::{Value, json};

use crate::support::{Shop, dump};

/// A shop with three customers.
fn shop() -> Shop {
    let shop = Shop::without_people();
    shop.write(
        "c.csv",
        "Customer ID,First Name,Last Name,Email\nA1,Ann,Bee,ann@example.com\nB2,Bob,Cee,bob@example.com\nÉ3,Zoë,Dee,\n",
    );
    shop.run("import customers c.csv").quiet();
    shop
}

/// Imports sales; returns the output.
fn sales(shop: &Shop, file: &str, options: &str) -> Value {
    shop.write("s.csv", file.replace('|', "\n"));
    shop.run(&format!("--json import purchases s.csv {options}"))
        .says_only(&["warning", "This looks like", "people are identified by"])
        .json()
}

/// Every sale in the book: customer, item (with the quantity in thousandths), and amount.
fn book(shop: &Shop) -> Vec<String> {
    let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
    let sql = "SELECT COALESCE(c.ref, '-') || ' ' || p.receipt || ' ' || p.amount_minor || ' ' || COALESCE(p.quantity_milli, '-') \
               || ' ' || COALESCE((SELECT group_concat(i.item || ' ' || COALESCE(i.quantity_milli, '-'), ', ' ORDER BY i.line) \
               FROM purchase_item i WHERE i.purchase_id = p.id), '') FROM purchase p LEFT JOIN customer c ON c.id = p.customer_id \
               ORDER BY p.day, p.amount_minor, 1";
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|row| row.unwrap().split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Files imported one after the other, and the resulting book.
const FILES: &[(&str, &[&str], &[&str])] = &[
    (
        "an item",
        &[
            "ref,on,amount|A1,2024-01-05,10.00|A1,2024-01-06,12.50",
            "ref,on,amount,item|A1,2024-01-05,10.00,coat|A1,2024-01-06,12.50,hat",
        ],
        &["A1 1000 - coat -", "A1 1250 - hat -"],
    ),
    (
        "a capital",
        &["ref,on,amount,item|A1,2024-01-05,10.00,coat", "ref,on,amount,item|A1,2024-01-05,10.00,Coat"],
        &["A1 1000 - coat -"],
    ),
    (
        "spaces and accents of an item",
        &[
            "ref,on,amount,item|A1,2024-01-05,10.00,café crème",
            "ref,on,amount,item|A1,2024-01-05,10.00,CAFE\u{301}  cre\u{300}me ",
        ],
        &["A1 1000 - café crème -"],
    ),
    (
        "capitals, spaces and accents of the customer",
        &[
            "ref,on,amount|A1,2024-01-05,10.00|É3,2024-01-05,11.00|X9,2024-01-05,12.00",
            "ref,on,amount|a1,2024-01-05,10.00|E\u{301}3,2024-01-05,11.00|x9,2024-01-05,12.00",
        ],
        &["A1 1000 -", "É3 1100 -", "- 1200 -"],
    ),
    (
        "the item is dropped",
        &[
            "ref,on,amount,item|A1,2024-01-05,10.00,coat|A1,2024-01-05,10.00,hat",
            "ref,on,amount|A1,2024-01-05,10.00|A1,2024-01-05,10.00",
        ],
        &["A1 1000 - coat -", "A1 1000 - hat -"],
    ),
    (
        "a quantity and its price",
        &[
            "ref,on,amount|A1,2024-01-05,10.00",
            "ref,on,quantity,unit_price|A1,2024-01-05,2,5.00",
            "ref,on,amount,item|A1,2024-01-05,10.00,sock",
        ],
        &["A1 1000 2000 sock 2000"],
    ),
    (
        "the time of day",
        &["ref,on,amount|A1,2024-01-05,10.00", "ref,on,amount|A1,2024-01-05 14:30,10.00"],
        &["A1 1000 -"],
    ),
    (
        "a receipt number",
        &[
            "ref,on,amount,item|A1,2024-01-05,10.00,coat",
            "ref,on,amount,item,receipt|A1,2024-01-05,10.00,coat,R1",
            "ref,on,amount,item|A1,2024-01-05,10.00,coat",
        ],
        &["A1 R1 1000 - coat -"],
    ),
    (
        "a receipt number of two lines",
        &[
            "ref,on,amount,item|A1,2024-01-05,10.00,coat|A1,2024-01-05,5.00,hat",
            "ref,on,amount,item,receipt|A1,2024-01-05,10.00,coat,R1|A1,2024-01-05,5.00,hat,R1",
        ],
        &["A1 R1 1500 - coat -, hat -"],
    ),
    (
        "the receipt number is dropped",
        &[
            "ref,on,amount,item,receipt|A1,2024-01-05,10.00,coat,R1|A1,2024-01-05,5.00,hat,R1|A1,2024-01-05,7.00,cap,R2",
            "ref,on,amount,item|A1,2024-01-05,10.00,coat|A1,2024-01-05,5.00,hat|A1,2024-01-05,7.00,cap",
        ],
        &["A1 R2 700 - cap -", "A1 R1 1500 - coat -, hat -"],
    ),
    (
        "with a receipt number, an item and a quantity, and neither",
        &[
            "ref,on,amount,receipt|A1,2024-01-05,10.00,R1",
            "ref,on,amount,item,quantity,receipt|A1,2024-01-05,10.00,coat,2,R1",
            "ref,on,amount,receipt|A1,2024-01-05,10.00,R1",
            "ref,on,amount,item,receipt|a1,2024-01-05,10.00,COAT,R1",
        ],
        &["A1 R1 1000 2000 coat 2000"],
    ),
    (
        "two equal rows are two sales",
        &[
            "ref,on,amount|A1,2024-01-05,10.00|A1,2024-01-05,10.00",
            "ref,on,amount,item|A1,2024-01-05,10.00,coat|A1,2024-01-05,10.00,coat",
            "ref,on,amount|A1,2024-01-05,10.00|A1,2024-01-05,10.00",
        ],
        &["A1 1000 - coat -", "A1 1000 - coat -"],
    ),
    (
        "another item for the same money",
        &["ref,on,amount,item|A1,2024-01-05,10.00,coat", "ref,on,amount,item|A1,2024-01-05,10.00,hat"],
        &["A1 1000 - coat -", "A1 1000 - hat -"],
    ),
    (
        "another day, another customer, another amount, another quantity",
        &[
            "ref,on,amount,quantity|A1,2024-01-05,10.00,1",
            "ref,on,amount,quantity|A1,2024-01-06,10.00,1|B2,2024-01-05,10.00,1|A1,2024-01-05,10.01,1|A1,2024-01-05,10.00,2",
        ],
        &["A1 1000 1000", "A1 1000 2000", "B2 1000 1000", "A1 1001 1000", "A1 1000 1000"],
    ),
    (
        "a part of the rows, and then all",
        &[
            "ref,on,amount,item|A1,2024-01-05,10.00,coat",
            "ref,on,amount|A1,2024-01-05,10.00|A1,2024-01-05,10.00|A1,2024-01-07,3.00",
        ],
        &["A1 1000 -", "A1 1000 - coat -", "A1 300 -"],
    ),
    (
        "of nobody",
        &[
            "ref,on,amount|,2024-01-05,10.00|,2024-01-05,10.00",
            "ref,on,amount,item|,2024-01-05,10.00,coat|,2024-01-05,10.00,hat|A1,2024-01-05,10.00,cap",
        ],
        &["- 1000 - coat -", "- 1000 - hat -", "A1 1000 - cap -"],
    ),
    (
        "some rows were known better",
        &[
            "ref,on,amount,item|A1,2024-01-05,10.00,|A1,2024-01-05,10.00,coat",
            "ref,on,amount,item|A1,2024-01-05,10.00,hat|A1,2024-01-05,10.00,coat",
        ],
        &["A1 1000 - coat -", "A1 1000 - hat -"],
    ),
];

#[test]
fn a_sale_is_taken_once_however_its_file_is_written() {
    for (name, files, expected) in FILES {
        let shop = shop();
        for (n, file) in files.iter().enumerate() {
            let before = dump(&shop.file("regulars.db"));
            let answer = sales(&shop, file, "");
            let rows = answer["added"].as_u64().unwrap()
                + answer["changed"].as_u64().unwrap()
                + answer["unchanged"].as_u64().unwrap();
            assert!(rows > 0, "{name}: {answer}");
            if n + 1 == files.len() {
                assert_eq!(book(&shop), *expected, "{name}");
                // What it filled in is undone, and nothing else.
                shop.run("import undo").says_only(&["is newer"]).ended();
                let of_sales = |dump: &str| -> Vec<String> {
                    dump.lines().filter(|line| line.starts_with("purchase")).map(str::to_owned).collect()
                };
                assert_eq!(of_sales(&dump(&shop.file("regulars.db"))), of_sales(&before), "{name}: undone");
                sales(&shop, file, "");
                assert_eq!(book(&shop), *expected, "{name}: again");
                let again = sales(&shop, file, "");
                assert_eq!((&again["added"], &again["changed"]), (&json!(0), &json!(0)), "{name}: once more");
                assert_eq!(book(&shop), *expected, "{name}: once more");
            }
        }
    }
}

/// Random sales, imported with columns dropped and added in any order: each is stored once, and has all values in the
/// end.
#[test]
fn columns_that_come_and_go_double_nothing() {
    let mut dice = fastrand::Rng::with_seed(11);
    let columns = ["item", "quantity", "receipt"];
    for book_number in 0..12 {
        let with_receipts = book_number % 3 == 0;
        let mut rows = Vec::new();
        for n in 0..dice.usize(2..14) {
            let mut one = |of: &[&'static str]| of[dice.usize(..of.len())];
            let row = [
                one(&["A1", "B2", "", "X9"]).to_owned(),
                one(&["2024-01-05", "2024-01-06"]).to_owned(),
                one(&["10.00", "10.00", "4.50"]).to_owned(),
                one(&["coat", "hat", ""]).to_owned(),
                one(&["1", "2", ""]).to_owned(),
                if with_receipts { format!("R{n}") } else { String::new() },
            ];
            rows.push(row);
        }
        let shop = shop();
        let total: i64 = rows.iter().map(|row| row[2].replace('.', "").parse::<i64>().unwrap()).sum();
        for round in 0..4 {
            let all = round == 3;
            let shown: Vec<usize> =
                (0..columns.len()).filter(|at| all || dice.bool() && (*at < 2 || with_receipts)).collect();
            dice.shuffle(&mut rows);
            let mut file =
                format!("ref,on,amount{}", shown.iter().map(|at| format!(",{}", columns[*at])).collect::<String>());
            for row in &rows {
                let mut cells: Vec<String> = row[..3].to_vec();
                let odd = |text: &str, dice: &mut fastrand::Rng| {
                    if dice.bool() { text.to_uppercase() } else { text.to_owned() }
                };
                cells.extend(
                    shown.iter().map(|at| if *at == 0 { odd(&row[3], &mut dice) } else { row[3 + at].clone() }),
                );
                file.push_str(&format!("|{}", cells.join(",")));
            }
            let answer = sales(&shop, &file, "");
            assert_eq!(
                shop.count("SELECT count(*) FROM purchase"),
                i64::try_from(rows.len()).unwrap(),
                "book {book_number}, round {round}: {file}\n{answer}"
            );
            assert_eq!(
                shop.count("SELECT sum(amount_minor) FROM purchase"),
                total,
                "book {book_number}, round {round}: {file}"
            );
        }
    }
}

const ORDER: &str = "Name,Email,Financial Status,Created at,Total,Lineitem name,Lineitem quantity,Lineitem price,Refunded Amount|\
                     #1,ANN@example.com,paid,2024-01-05 10:00:00 -0500,20.00,Hat,1,20.00,0";

/// What happens after a sale that has only the email of two cards, and its customer in the end.
const FINDING: &[(&str, &[&str], &str)] = &[
    ("nothing", &[], "-"),
    ("the same file", &["import purchases s.csv"], "-"),
    ("a merge", &["customer merge A2 A1"], "A1"),
    ("a merge the other way", &["customer merge A1 A2"], "A2"),
    ("a merge and the same file", &["customer merge A2 A1", "import purchases s.csv"], "A1"),
    ("a merge and apart again", &["customer merge A2 A1", "customer unmerge A2"], "-"),
    (
        "a merge, a later file and apart again",
        &["customer merge A2 A1", "import purchases s.csv", "customer unmerge A2", "import purchases s.csv"],
        "-",
    ),
    ("the other has another email", &["customer set A2 email=a2@example.com"], "A1"),
    ("the other has none", &["customer set A1 email="], "A2"),
    ("a new email is that of one more", &["customer set B2 email=ann@example.com"], "-"),
    ("the list says so", &["import customers fixed.csv"], "A1"),
    ("the list says so, undone", &["import customers fixed.csv", "import undo"], "-"),
    ("a merge, and the sales undone", &["customer merge A2 A1", "import undo 2 --yes"], ""),
    ("the only one is forgotten", &["customer merge A2 A1", "customer forget A1 --yes", "import purchases s.csv"], "-"),
];

#[test]
fn sales_find_their_person_when_the_cards_are_put_right() {
    for (name, story, whose) in FINDING {
        let shop = Shop::without_people();
        let list = "ref,first_name,last_name,email\nA1,Ann,Bee,ann@example.com\nA2,Ann,Bee,ann@example.com\nB2,Bob,Cee,bob@example.com\n";
        shop.write("c.csv", list);
        shop.write("fixed.csv", list.replace("A2,Ann,Bee,ann@", "A2,Ann,Bee,eve@"));
        shop.run("import customers c.csv").quiet();
        assert_eq!(sales(&shop, ORDER, "")["unlinked"], 1, "{name}");
        for step in *story {
            let mut run = shop.run(step);
            run.talk();
            run.ended();
        }
        let owners: Vec<String> = book(&shop).iter().map(|sale| sale.split(' ').next().unwrap().to_owned()).collect();
        let expected: Vec<&str> = if whose.is_empty() { Vec::new() } else { vec![*whose] };
        assert_eq!(owners, expected, "{name}: {:?}", book(&shop));
        if !matches!(*whose, "" | "-") {
            let again = sales(&shop, ORDER, "");
            assert_eq!((&again["unlinked"], &again["added"]), (&json!(0), &json!(0)), "{name}");
        }
    }
    // By its number, also under the old one.
    let shop = shop();
    sales(&shop, "ref,on,amount|B2,2024-01-05,10.00", "");
    shop.run("customer merge B2 A1").quiet();
    sales(&shop, "ref,on,amount,item|B2,2024-01-05,10.00,coat|B2,2024-02-05,3.00,tie", "");
    assert_eq!(book(&shop), ["A1 1000 - coat -", "A1 300 - tie -"]);
}
