//! Amounts wherever they are typed: the same result in a file, on the command line, on the till's page and in a till's
//! saved visit.

use serde_json::json;

use crate::support::counter::{Counter, value};
use crate::support::{Page, Shop};

/// The result of an amount.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Read(i64),
    /// Rejected as ambiguous, with both readings.
    Asked(&'static str, &'static str),
    /// Rejected, with this reason.
    Refused(&'static str),
}
use Answer::{Asked, Read, Refused};

/// The typed text, and its result.
type Row = (&'static str, Answer);

/// Amounts by country and currency.
const AMOUNTS: &[(&str, &str, &[Row])] = &[
    (
        "DE",
        "EUR",
        &[
            ("1.250", Asked("€1.25", "€1,250.00")),
            ("1,250", Asked("€1.25", "€1,250.00")),
            ("12,50", Read(1_250)),
            ("12,-", Read(1_200)),
            ("€ 12,-", Read(1_200)),
            ("12,—", Read(1_200)),
            ("1.234,-", Read(123_400)),
            ("1.234,50 €", Read(123_450)),
            ("1.234.567,89", Read(123_456_789)),
            ("$5", Refused("is not in EUR")),
            ("12€50", Refused("is not an amount")),
            ("12,50 12,50", Refused("is not an amount")),
            ("€ 12-", Asked("€12.00", "-€12.00")),
        ],
    ),
    (
        "TN",
        "TND",
        &[
            ("12,500", Read(12_500)),
            ("12.500", Read(12_500)),
            ("1 234,567 DT", Read(1_234_567)),
            ("12,5", Read(12_500)),
            ("12,5001", Refused("has a fraction of the smallest coin")),
        ],
    ),
    (
        "KW",
        "KWD",
        &[
            ("1,250", Asked("KD 1.250", "KD 1,250.000")),
            ("12.500", Read(12_500)),
            ("1,234.567", Read(1_234_567)),
            ("١٢٫٥٠٠", Read(12_500)),
            ("1,250.000", Read(1_250_000)),
        ],
    ),
    (
        "IS",
        "ISK",
        &[
            ("1.250", Read(1_250)),
            ("1.250 kr.", Read(1_250)),
            ("1250,-", Read(1_250)),
            ("12,50", Refused("has a fraction of the smallest coin")),
        ],
    ),
    (
        "US",
        "USD",
        &[
            ("1,234.56", Read(123_456)),
            ("$1,234", Asked("$1.234", "$1,234.00")),
            ("US$ 5", Read(500)),
            ("１２.５０", Read(1_250)),
            ("A$5", Refused("is in AUD, not in USD")),
            ("1e3", Refused("is not an amount")),
            ("1,23,456", Refused("is not an amount")),
            ("9999999999999999.99", Refused("is too large an amount")),
            ("10000000000.01", Refused("is too large an amount")),
        ],
    ),
    (
        "CH",
        "CHF",
        &[
            ("1’234.50", Read(123_450)),
            ("Fr. 12.–", Read(1_200)),
            ("CHF 12.-", Read(1_200)),
            ("1'234'567.80", Read(123_456_780)),
        ],
    ),
    (
        "JP",
        "JPY",
        &[
            ("¥1,500-", Asked("¥1,500", "-¥1,500")),
            ("500-", Asked("¥500", "-¥500")),
            ("¥1,500", Read(1_500)),
            ("1500.-", Read(1_500)),
        ],
    ),
    (
        "IN",
        "INR",
        &[
            ("1,23,456.78", Read(12_345_678)),
            ("₹ 1,23,456", Read(12_345_600)),
            ("Rs. 12,500/-", Read(1_250_000)),
            ("Rs. 500", Read(50_000)),
            ("1,23,4", Refused("is not an amount")),
        ],
    ),
    (
        "SE",
        "SEK",
        &[
            ("12:-", Read(1_200)),
            ("kr 12,-", Read(1_200)),
            ("1 234,50 kr", Read(123_450)),
            ("12:50", Refused("is not an amount")),
        ],
    ),
];

/// Presses "Amount only" on a card.
fn amount_only(till: &Counter, page: &Page, amount: &str, sure: &str) -> Page {
    let path = page.body.split("=\"/till/bought/").nth(1).expect("a button for the amount").split('"').next().unwrap();
    till.post(&format!("/till/bought/{path}"), &[("amount", amount), ("once", &value(page, "once")), ("sure", sure)])
}

fn kept(till: &Counter, shop: &Shop, id: usize, amount: &str) {
    let customer = shop.count("SELECT id FROM customer WHERE ref = 'C-12'");
    let body =
        json!({ "id": format!("0123456789abcdef{id}"), "customer": customer, "amount": amount, "ago": 60 }).to_string();
    let head = "Content-Type: application/json\r\nSec-Fetch-Site: same-origin";
    till.server
        .ask(&format!("POST /till/kept HTTP/1.1\r\n{head}\r\nContent-Length: {}\r\n", body.len()), &body)
        .shows("bought");
}

#[test]
fn an_amount_is_the_same_wherever_it_is_typed() {
    for (country, currency, amounts) in AMOUNTS {
        let shop = Shop::new();
        shop.run("plan spring").quiet();
        shop.edit("shop.toml", "\"US\"", &format!("\"{country}\""));
        shop.edit("shop.toml", "\"USD\"", &format!("\"{currency}\""));
        let code = shop.code("spring", "C-03");
        shop.run(&format!("redeem {code} --today 2024-04-02")).quiet();
        let till = Counter::open(&shop, "2024-04-02");
        for (number, (typed, answer)) in amounts.iter().enumerate() {
            let row = format!("{country} {currency} {typed}");
            shop.write("one.csv", format!("Receipt;Customer ID;Date;Amount\nR-{number};C-03;2024-02-02;\"{typed}\"\n"));
            let mut file = shop.run("import purchases one.csv");
            let file_talk = file.talk();
            let mut line = shop.with(&["redeem", &code, "--spend", typed, "--change", "--today", "2024-04-02"]);
            let line_talk = line.talk();
            let page = amount_only(&till, &till.open_first("C-08"), typed, typed);
            kept(&till, &shop, number, typed);
            let at_till = |reference: &str| shop.held(reference, "at_the_till").last().unwrap()["spend_minor"].clone();
            match answer {
                Read(minor) => {
                    assert_eq!((file.ended(), line.ended()), (0, 0), "{row}: {file_talk}{line_talk}");
                    let receipt = json!({ "receipt": format!("R-{number}"), "amount_minor": minor });
                    assert_eq!(shop.times_of("C-03", "purchases", &receipt), 1, "{row}");
                    assert_eq!(shop.held("C-03", "redemptions")[0]["spend_minor"], *minor, "{row}");
                    assert_eq!(at_till("C-08"), *minor, "{row}: {}", page.body);
                    assert_eq!(at_till("C-12"), *minor, "{row}");
                }
                Asked(one, other) => {
                    assert_eq!((file.ended(), line.ended(), page.status), (1, 1, 422), "{row}");
                    let both = format!("may be {one} or {other}");
                    for talk in [&file_talk, &line_talk, &page.body] {
                        assert!(talk.contains(&both), "{row}: {talk}");
                    }
                    till.get("/owner/day").shows(&format!("The amount was typed as “{typed}”."));
                }
                Refused(why) => {
                    assert_eq!((file.ended(), line.ended(), page.status), (1, 1, 422), "{row}");
                    for talk in [&file_talk, &line_talk, &page.body] {
                        assert!(talk.contains(why), "{row}: {talk}");
                    }
                    till.get("/owner/day").shows(&format!("The amount was typed as “{typed}”."));
                }
            }
        }
    }
}

#[test]
fn the_till_keeps_its_form_and_says_how_to_write_an_amount_of_two_readings() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let till = Counter::open(&shop, "2024-04-02");
    let card = till.find(&shop.code("spring", "C-03"));
    let page = till.hand_over(&card, "1.250", "R-9");
    assert_eq!(page.status, 422);
    page.shows("1.250 may be $1.25 or $1,250.00. Write 1.25 or 1250.").shows("value=\"1.250\"").shows("value=\"R-9\"");
    assert_eq!(shop.held_of_all("redemptions").len(), 0);
}

/// A file; the total of its purchases, minus returns.
#[test]
fn no_price_becomes_a_return() {
    let shop = Shop::new();
    shop.edit("shop.toml", "\"USD\"", "\"EUR\"");
    shop.write(
        "new.csv",
        "ref;on;item;amount\nC-08;2024-02-01;Hut;\"12,-\"\nC-08;2024-02-01;Hut;\"€ 12,-\"\nC-08;2024-02-01;Mantel;\"1.234,-\"\n\
         C-08;2024-02-01;Hut;\"-12,50\"\nC-08;2024-02-01;Schal;\"12,50-\"\nC-08;2024-02-01;Schal;\"(12,50)\"\nC-08;2024-02-01;Tuch;−3\n",
    );
    shop.run("import purchases new.csv").quiet();
    let amounts: Vec<_> =
        shop.held("C-08", "purchases").iter().map(|one| one["amount_minor"].as_i64().unwrap()).collect();
    for (minor, count) in [(1_200, 2), (123_400, 1), (-1_250, 3), (-300, 1)] {
        assert_eq!(amounts.iter().filter(|amount| **amount == minor).count(), count, "{minor}: {amounts:?}");
    }
}

/// Prices, quantities and minutes too large for a sum are reported; those in an old database give a clear error.
#[test]
fn no_sum_overflows() {
    let shop = Shop::new();
    for (rows, why) in [
        (
            "C-03,2024-02-02,1,9999999999999999.99,",
            "more.csv:2, column `Amount`: `9999999999999999.99` is too large an amount",
        ),
        ("C-03,2024-02-02,1,-9999999999999999.99,", "is too large an amount"),
        (
            "C-03,2024-02-02,1000000,,1000000.00",
            "more.csv:2, column `Unit Price`: `$1,000,000,000,000.00` is too large an amount",
        ),
        ("C-03,2024-02-02,99999999999999,1.00,", "more.csv:2, column `Qty`: `99999999999999` is too large a quantity"),
    ] {
        shop.write("more.csv", format!("Customer ID,Date,Qty,Amount,Unit Price\n{rows}\n"));
        shop.run("import purchases more.csv").status(1).says(why);
    }
    shop.run("customer note C-03 talked --kind call --minutes 9223372036854775807")
        .status(1)
        .says("more than one contact can take");
    shop.run("customer note C-03 talked --kind call --minutes 10080").quiet();
    let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
    let large = "UPDATE purchase SET amount_minor = 9223372036854775807, ref = 'C-03', \
                 customer_id = (SELECT id FROM customer WHERE ref = 'C-03') WHERE ref IN ('C-01', 'C-03')";
    database.execute(large, []).unwrap();
    for line in [
        "segment \"spend_ever > 0\"",
        "customer show C-03",
        "plan spring",
        "best",
        "calls",
        "import customers customers.csv --dry-run",
        "segment \"spend_12m + spend_ever > 1\"",
        "segment \"average_purchase > 1\"",
        "segment \"visits_ever > 0\" --order-by \"spend_ever DESC\" --why C-03",
    ] {
        let mut run = shop.run(line);
        let (talk, status) = (run.talk(), run.ended());
        assert!(!talk.contains("fault of the program") && !talk.contains("panicked"), "{line}: {talk}");
        assert!(status == 0 || talk.contains("too large to be added up"), "{line}: {talk}");
    }
}

/// The columns of a file, its rows, and the amounts that count; what is reported.
const ORDERS: &[(&str, &str, &[i64], &str)] = &[
    (
        "Name,Email,Financial Status,Created at,Total,Lineitem name,Lineitem quantity,Lineitem price,Refunded Amount",
        "#1,rosa@example.com,paid,2024-01-05 10:00:00 -0500,20.00,Hat,1,20.00,0\n\
         #2,rosa@example.com,pending,2024-01-06 10:00:00 -0500,100.00,Coat,1,100.00,0\n",
        &[2_000],
        "1 order canceled or never paid: not imported",
    ),
    (
        "Order ID,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Amount Refunded,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price",
        "3,rosa@example.com,PAID,1/15/2024 19:26,pending,USD,240,0,0,40,240,1/15/2024 19:26,1,Coat,240\n",
        &[20_000],
        "",
    ),
    // Later lines of an order have no state, and an order that does not count has none that do.
    (
        "Name,Email,Financial Status,Created at,Total,Lineitem name,Lineitem quantity,Lineitem price,Refunded Amount",
        "#1,rosa@example.com,partially_refunded,2024-01-05 10:00:00 -0500,50.00,Hat,1,20.00,10.00\n#1,rosa@example.com,,,,Tie,1,30.00,\n\
         #2,rosa@example.com,authorized,2024-01-06 10:00:00 -0500,50.00,Hat,1,20.00,0\n#2,rosa@example.com,,,,Tie,1,30.00,\n",
        &[4_000],
        "1 order canceled or never paid: not imported",
    ),
    (
        "Total,Status,Order Number,Email,Order Date,Total Refunded",
        "12.00,wc-pending,1,rosa@example.com,2024-01-05,0\n13.00,on-hold,2,rosa@example.com,2024-01-05,0\n\
         14.00,Processing,3,rosa@example.com,2024-01-05,-4.00\n15.00,refunded,4,rosa@example.com,2024-01-05,\n",
        &[1_000],
        "3 orders canceled or never paid: not imported",
    ),
    (
        "Kundennummer;Datum;Betrag;Zahlungsstatus;Offener Betrag",
        "C-03;2024-01-05;20,00;bezahlt;0\nC-03;2024-01-05;21,00;offen;21,00\nC-03;2024-01-05;22,00;teilweise bezahlt;12,00\n\
         C-03;2024-01-05;23,00;storniert;\n",
        &[1_000, 2_000],
        "2 orders canceled or never paid: not imported",
    ),
    (
        "Référence,Date de commande,Montant,Statut de paiement,Statut",
        "C-03,2024-01-05,20.00,payé,En attente\nC-03,2024-01-05,21.00,en attente,\nC-03,2024-01-06,22.00,payé,Annulée\n",
        &[2_000],
        "2 orders canceled or never paid: not imported",
    ),
    (
        "ref,on,amount,Order Status,Payment Status",
        "C-03,2024-01-05,20.00,Awaiting Shipment,Paid\nC-03,2024-01-06,21.00,Pending,Paid\nC-03,2024-01-07,22.00,Complete,requires_payment_method\n",
        &[2_000, 2_100],
        "",
    ),
    (
        "ref,on,amount,Financial Status",
        "C-03,2024-01-05,20.00,partially_paid\nC-03,2024-01-06,21.00,paid\n",
        &[2_100],
        "1 order partly paid, and no column shows how much: not imported",
    ),
    (
        "ref,on,amount,Financial Status,Amount Paid",
        "C-03,2024-01-05,20.00,partially_paid,5.00\nC-03,2024-01-06,21.00,partially_refunded,21.00\n",
        &[500, 2_100],
        "1 order partly refunded, and no column shows how much: imported in full",
    ),
    (
        "ref,on,amount,Status,Refund in EUR",
        "C-03,2024-01-05,20.00,VIP,1.00\nC-03,2024-01-06,21.00,VIP,\n",
        &[2_000, 2_100],
        "2 orders with the status `VIP`, which is unknown: imported as paid",
    ),
    (
        "ref,on,amount,Canceled date,Refund",
        "C-03,2024-01-05,20.00,,No\nC-03,2024-01-06,21.00,2024-01-07,\n",
        &[2_000],
        "1 order canceled or never paid: not imported",
    ),
    (
        "ref,on,amount,Refund in EUR,Refund reason",
        "C-03,2024-01-05,20.00,1.00,torn\n",
        &[2_000],
        "`Refund in EUR`: refunds that were not subtracted",
    ),
    ("Customer ID,Date,Net Sales,Refunds", "C-03,2024-01-05,20.00,5.00\n", &[2_000], ""),
    // Canceled by a mark, in several systems and languages.
    (
        "ref,on,amount,Cancelled",
        "C-03,2024-01-05,20.00,No\nC-03,2024-01-06,21.00,Yes\nC-03,2024-01-07,22.00,\nC-03,2024-01-07,23.00,FALSE\nC-03,2024-01-07,24.00,NULL\n",
        &[2_000, 2_200, 2_300, 2_400],
        "1 order canceled or never paid: not imported",
    ),
    (
        "ref,on,amount,Void",
        "C-03,2024-01-05,20.00,\nC-03,2024-01-06,21.00,x\nC-03,2024-01-06,22.00,Voided\nC-03,2024-01-06,23.00,0\n",
        &[2_000, 2_300],
        "2 orders canceled or never paid: not imported",
    ),
    (
        "Kundennummer;Datum;Betrag;Storno",
        "C-03;2024-01-05;20,00;N\nC-03;2024-01-06;21,00;J\nC-03;2024-01-06;22,00;nein\n",
        &[2_000, 2_200],
        "1 order canceled or never paid: not imported",
    ),
    // Returns by the type of a row, whatever the sign of their amounts.
    (
        "ref,on,amount,Type",
        "C-03,2024-01-05,20.00,Sale\nC-03,2024-01-06,5.00,Refund\nC-03,2024-01-07,-6.00,Refund\n",
        &[-600, -500, 2_000],
        "1 row read as returned, as the column `Type` has it.",
    ),
    (
        "Kundennummer;Datum;Betrag;Belegart",
        "C-03;2024-01-05;20,00;Rechnung\nC-03;2024-01-06;5,00;Gutschrift\n",
        &[-500, 2_000],
        "1 row read as returned, as the column `Belegart` has it.",
    ),
    (
        "receipt,ref,on,amount,Transaction Type",
        "1,C-03,2024-01-05,20.00,Sale\n1,C-03,2024-01-05,5.00,Return\n",
        &[1_500],
        "1 row read as returned, as the column `Transaction Type` has it.",
    ),
    ("ref,on,amount,Type", "C-03,2024-01-05,20.00,Wool\n", &[2_000], "not imported: `Type`"),
    // What was paid, if no word shows it.
    (
        "receipt,ref,on,amount,Paid",
        "1,C-03,2024-01-05,20.00,20.00\n2,C-03,2024-01-06,21.00,0.00\n3,C-03,2024-01-07,22.00,5.00\n4,C-03,2024-01-07,23.00,2024-01-09\n",
        &[500, 2_000, 2_300],
        "1 order canceled or never paid: not imported",
    ),
    (
        "receipt,ref,on,amount,Balance Due",
        "1,C-03,2024-01-05,20.00,0\n2,C-03,2024-01-06,21.00,21.00\n3,C-03,2024-01-06,10.00,15.00\n3,C-03,2024-01-06,30.00,15.00\n\
         4,C-03,2024-01-07,22.00,500.00\n",
        &[2_000, 2_200, 2_500],
        "1 order canceled or never paid: not imported",
    ),
    ("ref,on,amount,Payments,Due", "C-03,2024-01-05,20.00,3,30\n", &[2_000], ""),
    // A partly paid sale without a number would be a different sale once all is paid.
    (
        "Référence;Date de commande;Montant;Reste à payer",
        "C-03;2024-01-05;20,00;0,00\nC-03;2024-01-06;21,00;20,00\nC-03;2024-01-06;22,00;?\nC-03;2024-01-07;23,00;23,00\n",
        &[2_000, 2_100, 2_200],
        "1 order canceled or never paid: not imported",
    ),
];

/// A column of currencies, and what is reported about its second row.
#[test]
fn amounts_in_another_currency_are_named() {
    for (head, row, named) in [
        ("ref,on,amount,Currency", "C-03,2024-01-06,21.00,CAD", "1 row in another currency, `CAD`: read as USD"),
        ("Kundennummer;Datum;Betrag;Währung", "C-03;2024-01-06;21,00;€", "1 row in another currency, `€`: read"),
        ("ref,on,amount,currency_code", "C-03,2024-01-06,21.00,gbp", "1 row in another currency, `gbp`: read"),
        ("ref,on,amount,Currency", "C-03,2024-01-06,21.00,usd", ""),
        ("ref,on,amount,Currency", "C-03,2024-01-06,21.00,US$", ""),
        ("ref,on,amount,Currency", "C-03,2024-01-06,21.00,points", ""),
        ("ref,on,Converted Amount,Currency", "C-03,2024-01-06,21.00,CAD", "not imported: `Currency`"),
    ] {
        let shop = Shop::new();
        let first = if head.contains(';') { "C-03;2024-01-05;20,00;USD" } else { "C-03,2024-01-05,20.00,USD" };
        shop.write("orders.csv", format!("{head}\n{first}\n{row}\n"));
        let map = if head.contains("Converted") { " --map amount=\"Converted Amount\"" } else { "" };
        let mut run = shop.run(&format!("import purchases orders.csv{map}"));
        let talk = run.talk();
        assert!(talk.contains(named) && (named.is_empty() == talk.is_empty()), "{row}: {talk}");
    }
}

#[test]
fn what_was_never_paid_or_was_paid_back_is_not_counted() {
    for (head, rows, amounts, named) in ORDERS {
        let shop = Shop::new();
        shop.write("orders.csv", format!("{head}\n{rows}"));
        let map = if head.contains("Net Sales") { " --map amount=\"Net Sales\"" } else { "" };
        let mut run = shop.run(&format!("import purchases orders.csv --json{map}"));
        let talk = format!("{}{}", run.talk(), run.out());
        assert_eq!(run.ended(), 0, "{head}: {talk}");
        assert!(talk.contains(named), "{head}: {talk}");
        let new = |one: &&serde_json::Value| one["on"].as_str().unwrap() < "2024-02-01";
        let mut counted: Vec<i64> = shop
            .held("C-03", "purchases")
            .iter()
            .filter(new)
            .map(|one| one["amount_minor"].as_i64().unwrap())
            .collect();
        counted.sort_unstable();
        assert_eq!(counted, *amounts, "{head}: {talk}");
    }
}

/// A payment that came later, and an order that was canceled later.
#[test]
fn an_order_follows_its_state_from_file_to_file() {
    let shop = Shop::new();
    for (state, amounts) in [("pending", vec![]), ("paid", vec![2_000]), ("voided", vec![]), ("paid", vec![2_000])] {
        shop.write(
            "orders.csv",
            format!("Receipt,ref,on,amount,Financial Status\nR-1,C-05,2024-01-05,20.00,{state}\n"),
        );
        shop.run("import purchases orders.csv").talk();
        let held = shop.held("C-05", "purchases");
        let new: Vec<_> = held
            .iter()
            .filter(|one| one["receipt"] == "R-1")
            .map(|one| one["amount_minor"].as_i64().unwrap())
            .collect();
        assert_eq!(new, amounts, "{state}");
    }
}
