//! What is printed with the letters: labels, envelopes, one file per person, the cover sheet, duplex.

use std::fs;

use crate::support::{Shop, files_below, pdf, tools};
use crate::windows::wide_shop;

/// Name, columns, rows, size, left and top of the first, pitch: as on the boxes, in mm.
type Sheet = (&'static str, [usize; 2], [f64; 2], [f64; 2], [f64; 2]);
const SHEETS: [Sheet; 6] = [
    ("5160", [3, 10], [66.68, 25.4], [3.97, 12.7], [70.64, 25.4]),
    ("5161", [2, 10], [101.6, 25.4], [3.97, 12.7], [106.36, 25.4]),
    ("5163", [2, 5], [101.6, 50.8], [4.13, 12.7], [106.36, 50.8]),
    ("L7160", [3, 7], [63.5, 38.1], [7.21, 15.15], [66.04, 38.1]),
    ("L7162", [2, 8], [99.1, 33.9], [4.0, 13.0], [102.5, 33.9]),
    ("L7163", [2, 7], [99.1, 38.1], [4.65, 15.15], [101.6, 38.1]),
];

fn planned() -> Shop {
    let shop = wide_shop();
    shop.run("plan spring").quiet();
    shop
}

/// The postcodes of the letters, in the order of the manifest, as in addresses.
fn postcodes(shop: &Shop) -> Vec<String> {
    let list = shop.json("recipients spring");
    let letters = list["recipients"].as_array().unwrap().iter();
    let known = [("L-1", "97305"), ("L-2", "50667"), ("L-3", "BA1 1AA")];
    let base = shop.read("customers.csv");
    letters
        .map(|letter| {
            let reference = letter["ref"].as_str().unwrap();
            let row = base.lines().find(|line| line.starts_with(&format!("{reference},")));
            let of_base = row.map(|row| row.split(',').nth(8).unwrap());
            of_base.or(known.iter().find(|(r, _)| *r == reference).map(|(_, code)| *code)).unwrap().to_owned()
        })
        .collect()
}

#[test]
fn every_label_holds_its_address_in_the_order_of_the_letters() {
    if !tools("labels measured on every sheet") {
        return;
    }
    let shop = planned();
    let codes = postcodes(&shop);
    for (name, [columns, rows], size, first, pitch) in SHEETS {
        // The last but one of the first sheet, so that a second is started; and a nudge.
        let (start, [x, y]) = (columns * rows - 1, [1.5, -1.0]);
        shop.run(&format!("print spring --labels {name} --start {start} --nudge {x},{y}"))
            .shows(&format!("Printed 10 labels on 2 sheets of {name} to out/spring/labels.pdf"));
        let pages = pdf::pages(&shop.path(), "out/spring/labels.pdf");
        assert_eq!(pages.len(), 2);
        let mut seen = 0;
        for (n, code) in codes.iter().enumerate() {
            let place = start - 1 + n;
            let (page, place) = (&pages[place / (columns * rows)], place % (columns * rows));
            let [column, row] = [place % columns, place / columns].map(|n| f64::from(u32::try_from(n).unwrap()));
            let (left, top) = (first[0] + column * pitch[0] + x, first[1] + row * pitch[1] + y);
            let found = page.within([left, top, left + size[0], top + size[1]]);
            assert!(found.contains(code.as_str()), "{name}, label {place}: `{found}` is not for {code}");
            seen += found.split_whitespace().count();
        }
        assert_eq!(seen, pages.iter().map(|page| page.words.len()).sum::<usize>(), "{name}: text beside the labels");
        shop.run(&format!("print spring --labels {name} --outline")).shows("labels-outline.pdf");
        let outline = pdf::pages(&shop.path(), "out/spring/labels-outline.pdf");
        assert_eq!(outline.len(), 1);
        assert!(outline[0].text().ends_with(&(columns * rows).to_string()), "{}", outline[0].text());
    }
}

#[test]
fn envelopes_have_their_true_size_and_both_addresses_where_the_post_looks() {
    if !tools("envelopes measured") {
        return;
    }
    let shop = planned();
    let codes = postcodes(&shop);
    for (name, width, height) in [("10", 241.3, 104.8), ("dl", 220.0, 110.0), ("c5", 229.0, 162.0)] {
        shop.run(&format!("print spring --envelopes {name}")).shows("Printed 10 envelopes");
        let pages = pdf::pages(&shop.path(), "out/spring/envelopes.pdf");
        assert_eq!(pages.len(), codes.len());
        for (page, code) in pages.iter().zip(&codes) {
            assert!((page.size.0 - width).abs() < 0.1 && (page.size.1 - height).abs() < 0.1, "{name} {:?}", page.size);
            let sender = page.within([5.0, 5.0, width * 0.45, height * 0.4]);
            assert_eq!(sender, "Hartley & Daughters 14 Mill Street Salem, OR 97301");
            // Below the stamp, right of the sender, outside the area of sorting machines.
            let recipient = page.within([width * 0.4, 40.0, width - 15.0, height - 15.9]);
            assert!(recipient.contains(code.as_str()), "{name}: {recipient}");
            let words = sender.split_whitespace().count() + recipient.split_whitespace().count();
            assert_eq!(words, page.words.len(), "{name}: {}", page.text());
        }
    }
}

#[test]
fn each_is_one_file_a_person_as_preview_gives_it() {
    let shop = planned();
    shop.write("out/spring/letters/0099-GONE.pdf", "from an earlier plan");
    shop.write("out/spring/letters/notes.txt", "the owner's own");
    shop.run("print spring --each")
        .shows("Printed 10 letters, one file a person, into out/spring/letters/; out/spring/cover.pdf has the counts");
    let files = files_below(&shop.file("out/spring/letters"));
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!((names.len(), names[0], names[10]), (11, "0001-C-03.pdf", "notes.txt"), "{names:?}");
    for reference in ["C-03", "L-2"] {
        shop.run(&format!("preview spring {reference}")).quiet();
        let preview = fs::read(shop.file(&format!("out/spring/previews/{reference}.pdf"))).unwrap();
        let file = files.iter().find(|(name, _)| name.ends_with(&format!("-{reference}.pdf"))).expect("a file").1;
        assert!(*file == preview, "{reference}");
    }
    let list = shop.json("recipients spring");
    let printed = list["recipients"].as_array().unwrap().iter().filter(|one| one["state"] == "printed");
    assert_eq!(printed.count(), 10);
    shop.run("print spring --each --from 2 --to 3").shows("into out/spring/letters-2-3/.");
    assert_eq!(files_below(&shop.file("out/spring/letters-2-3")).len(), 2);
    if tools("one file a person, read by others") {
        for name in names.iter().filter(|name| **name != "notes.txt") {
            assert_eq!(pdf::pages(&shop.path(), &format!("out/spring/letters/{name}")).len(), 1);
        }
    }
}

/// One problem, and the folder is unchanged.
#[test]
fn each_is_all_or_nothing() {
    let shop = planned();
    shop.run("print spring --each").quiet();
    let before = files_below(&shop.file("out/spring"));
    shop.edit("more.csv", "Anke", "Anke \u{12000}");
    shop.run("import customers more.csv").quiet();
    fs::copy(shop.file("campaigns/spring.toml"), shop.file("campaigns/summer.toml")).unwrap();
    shop.run("plan summer").quiet();
    shop.run("print summer --each").status(1).says("letter to Anke \u{12000} Schröder (`L-2`): no font has");
    assert!(!shop.file("out/summer").exists());
    for beside in ["--labels 5160", "--envelopes dl"] {
        shop.run(&format!("print summer {beside}")).status(1).says("nothing was printed: 1 of 10 letters cannot be");
        let left =
            shop.run(&format!("print summer {beside} --leave-out-problems")).status(3).says("left out: letter to");
        assert!(left.out().starts_with("Printed 9 "), "{}", left.out());
    }
    assert_eq!(files_below(&shop.file("out/spring")), before);
}

#[test]
fn the_cover_says_what_lies_under_it() {
    let shop = planned();
    shop.run("print spring --from 2").quiet();
    assert!(!shop.file("out/spring/cover.pdf").exists(), "a part has no cover");
    shop.run("print spring").shows("out/spring/cover.pdf has the counts");
    if !tools("the cover sheet read by others") {
        return;
    }
    let pages = pdf::pages(&shop.path(), "out/spring/cover.pdf");
    assert_eq!(pages.len(), 1);
    let text = pages[0].within([25.0, 24.0, 191.0, 255.0]);
    assert_eq!(text, pages[0].text(), "everything stands within the margins");
    let text = pages[0].rows();
    for said in [
        "Spring tea",
        "Hartley & Daughters: letters of March 1, 2024",
        "Letters 10",
        "Sheets of paper 10",
        "First letter number 1: Rosa Okafor, 01040",
        "Last letter number 10: Νίκος Ζήσης, BA1 1AA",
        "Abroad 2",
        "Postage $6.80, $0.68 each",
        "not reached: 8 within the US, it takes 200",
        "Germany 1",
        "010 1",
        "973 4",
        "posted on by",
    ] {
        assert!(text.contains(said), "`{said}` is not in {text}");
    }
}

#[test]
fn on_both_sides_each_letter_starts_on_a_front() {
    let shop = planned();
    // Three pages for one of them, one for the others.
    let long = "We have been here since our grandfather opened the door. ".repeat(80);
    shop.edit(
        "letter-templates/spring.md",
        "Yours,",
        &format!("{{% if customer.ref == \"C-07\" %}}{long}{{% endif %}}\n\nYours,"),
    );
    shop.run("plan spring --again").quiet();
    shop.run("print spring").shows("Printed 10 letters on 12 pages to");
    shop.run("print spring --duplex").shows("Printed 10 letters on 12 pages of 11 sheets to");
    let manifest = shop.read("out/spring/manifest.csv");
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(manifest.as_bytes()).records().map(Result::unwrap).collect();
    let starts: Vec<usize> = rows.iter().map(|row| row[0].parse().unwrap()).collect();
    assert_eq!(starts, [1, 3, 7, 9, 11, 13, 15, 17, 19, 21]);
    assert_eq!(&rows[1][1], "3", "the pages of the letter itself");
    let document = lopdf::Document::load(shop.file("out/spring/letters.pdf")).unwrap();
    assert_eq!(document.get_pages().len(), 22);
    if tools("letters for both sides, read by others") {
        let pages = pdf::pages(&shop.path(), "out/spring/letters.pdf");
        for (row, start) in rows.iter().zip(starts) {
            assert!(pages[start - 1].text().contains(&row[7]), "page {start}");
            assert_eq!(start == 3, !pages[start].words.is_empty(), "the back of page {start}");
        }
    }
}

/// The same plan gives the same bytes; parts of it give the same pages.
#[test]
fn what_is_printed_again_is_the_same() {
    let shop = planned();
    let all = ["", "--duplex", "--labels L7160", "--labels L7160 --outline", "--envelopes c5", "--each"];
    let print = || {
        let _ = fs::remove_dir_all(shop.file("out"));
        all.map(|how| {
            shop.run(&format!("print spring {how}")).quiet();
            files_below(&shop.file("out/spring"))
        })
    };
    assert!(print() == print(), "printing twice gives other bytes");
    for (how, file) in [("", "letters"), ("--labels 5160", "labels"), ("--envelopes 10", "envelopes")] {
        shop.run(&format!("print spring {how} --from 4 --to 5")).shows("Printed 2 ");
        assert!(shop.file(&format!("out/spring/{file}-4-5.pdf")).exists(), "{file}");
    }
}
