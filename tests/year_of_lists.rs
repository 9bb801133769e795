//! A year's lists imported as an owner would: exports of Square and Shopify and the old workbook, none edited manually,
//! and one import undone and made again.

use serde_json::{Value, json};

use crate::import_files::xlsx;
use crate::support::{Shop, letter_lines};

const SQUARE: &str = "Reference ID,First Name,Last Name,Email Address,Phone Number,Street Address 1,Street Address 2,City,State,Postal Code,\
                      Square Customer ID,Email Subscription Status,Birthday\n\
                      ,Anna & David,Lopez,,'+1 413 555 0101,1 Elm St,,Holyoke,MA,1040,SQ1,unsubscribed,\n\
                      ,ROSA,OKAFOR,rosa@example.com,,2 Elm St,Apt 4,Holyoke,MA,1040,SQ2,subscribed,\n\
                      ,,,,'+1 413 555 0103,,,,,,SQ3,,\n\
                      ,NULL,Brandt,,,3 Elm St,,Holyoke,MA,1040,SQ4,,\n";

const SQUARE_SALES: &str = "Date,Time,Item,Qty,Price Point Name,Net Sales,Transaction ID,Event Type,Customer ID\n\
                            01/15/2024,12:59:30,a tie,1.0,,\"$1,149.00 \",T1,Payment,SQ1\n\
                            02/03/2024,10:00:00,socks,2.0,,$8.00,T2,Payment,SQ2\n\
                            02/04/2024,10:00:00,socks,-1.0,,($4.00),T3,Refund,SQ2\n\
                            02/05/2024,10:00:00,socks,1.0,,$4.00,T4,Payment,SQ99\n";

const SHOPIFY: &str = "Name,Email,Financial Status,Created at,Total,Refunded Amount,Cancelled at,Lineitem quantity,Lineitem name,Lineitem price,\
                       Billing Name,Billing Address1,Billing Address2,Billing City,Billing Zip,Billing Province,Billing Country,Shipping Name,\
                       Shipping Address1,Shipping Address2,Shipping City,Shipping Zip,Shipping Province,Shipping Country,Accepts Marketing\n\
                       #1,ida@example.com,paid,2023-06-05 10:00:00 -0500,100.00,10.00,,2,a tie,20.00,Ida Holm,1 Old St,,Salem,'97301,OR,US,Ida Holm,1 Old St,,Salem,'97301,OR,US,yes\n\
                       #1,,,,,,,1,socks,70.00,,,,,,,,,,,,,,,\n\
                       #2,ida@example.com,paid,2024-01-05 10:00:00 -0500,50.00,0.00,,1,a tie,50.00,,,,,,,,Ida Holm,2 New Rd,Unit 3,Bend,'97701,OR,US,yes\n";

/// Titles, blank lines, couples, capitals, days as the workbook stores them.
const WORKBOOK: &str = "1 Christmas list\n3 Name|Address|City|ST|Zip|Birthday|Do Not Mail\n\
                        4 Mr. and Mrs. Robert Smith|9 Oak St|Salem|OR|=97301|@22682|\n5 ELEANOR VIK|10 Oak St|Salem|OR|=97301||x\n\
                        7 Smith, Eleanor|11 Oak St|Salem|OR|=97301||\n8 The Jones Family|12 Oak St|Salem|OR|=97301||\n\
                        10 Total||=4|||";

fn imports(shop: &Shop) -> Vec<Value> {
    shop.json("import list")["imports"].as_array().unwrap().clone()
}

/// The cards of everyone.
fn cards(shop: &Shop) -> Vec<Value> {
    let everybody = shop.json("segment true");
    let references = everybody["customers"].as_array().unwrap().iter().map(|one| one["ref"].as_str().unwrap());
    references.map(|reference| shop.json(&format!("customer export {reference}"))["card"].clone()).collect()
}

#[test]
fn a_year_of_lists_is_taken_in_undone_and_taken_in_again() {
    let shop = Shop::without_people();
    shop.write("customers.csv", SQUARE);
    shop.write("items.csv", SQUARE_SALES);
    shop.write("orders_export_1.csv", SHOPIFY);
    shop.write("Christmas.xlsx", xlsx(&[("List", WORKBOOK)]));
    shop.run("import customers customers.csv").says("a Square customer export").shows("4 new");
    shop.run("import purchases items.csv").says("a Square export of items sold").shows("4 new");
    shop.run("import customers orders_export_1.csv").says("a Shopify order export").shows("1 new");
    shop.run("import purchases orders_export_1.csv").says("a Shopify order export").shows("2 new");
    shop.run("import customers Christmas.xlsx").says("identified by name and address").says("Total").shows("4 new");
    let before = cards(&shop);
    let listed = imports(&shop);
    let kinds: Vec<(&Value, &Value)> = listed.iter().map(|one| (&one["file"], &one["added"])).collect();
    assert!(kinds.contains(&(&json!("Christmas.xlsx"), &json!(4))), "{listed:?}");
    let number = listed.iter().find(|one| one["file"] == "Christmas.xlsx").unwrap()["number"].as_i64().unwrap();
    let undone = shop.json(&format!("import undo {number}"));
    assert_eq!((&undone["removed"], &undone["kept"]), (&json!(4), &json!([])), "{undone}");
    shop.run("import customers Christmas.xlsx").says("identified by name and address").shows("4 new");
    assert_eq!(cards(&shop), before);
    let letters = letter_lines(&shop, "customer");
    let lines: Vec<&str> = letters.values().map(String::as_str).collect();
    for line in [
        "Anna and David Lopez / 1 Elm St / Holyoke, MA 01040 | Dear Anna and David,",
        "Ida Holm / 2 New Rd / Unit 3 / Bend, OR 97701 | Dear Ida,",
        "Mr. and Mrs. Robert Smith / 9 Oak St / Salem, OR 97301 | Dear Mr. and Mrs. Smith,",
        "Eleanor Smith / 11 Oak St / Salem, OR 97301 | Dear Eleanor,",
        "The Jones Family / 12 Oak St / Salem, OR 97301 | Dear Jones family,",
    ] {
        assert!(lines.contains(&line), "{line} is not in {lines:#?}");
    }
    assert!(
        !lines.iter().any(|line| line.contains("VIK") || line.contains("NULL") || line.contains("Total")),
        "{lines:#?}"
    );
    assert_eq!(shop.json("customer show SQ1")["fields"]["postcode"], "01040");
}
