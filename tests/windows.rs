//! The position of the letter, measured on the page: by the dimensions of envelopes, not by those used for typesetting.

use crate::support::{Shop, outside, pdf, tools};

/// The area always visible through each window, in mm: left, top, right, bottom; and the paper for it.
///
/// #10: 22.2 from the left and 12.7 from below, as the folded sheet slides in it. DL: the same for 20 and 20. DIN 5008:
/// the address zone of six lines.
const WINDOWS: [(&str, &str, Option<[f64; 4]>); 6] = [
    ("none", "letter", None),
    ("none", "a4", None),
    ("us-10", "letter", Some([22.2, 63.5, 111.1, 80.4])),
    ("dl-uk", "a4", Some([20.0, 55.0, 100.0, 79.0])),
    ("din-5008-a", "a4", Some([20.0, 44.7, 105.0, 72.0])),
    ("din-5008-b", "a4", Some([20.0, 62.7, 105.0, 90.0])),
];

/// The base shop with a household of long names and a customer abroad, its letter with both kinds of code.
pub fn wide_shop() -> Shop {
    let shop = Shop::new();
    let long = "Featherstonehaugh-Cholmondeley-Warner";
    let people = format!(
        "Customer ID,Title,First Name,Last Name,Spouse,Street Address,City,State,Postal Code,Country\n\
         L-1,Mr.,Robert Maximilian,{long},Eleanor Alexandra,1 High St,Salem,OR,97305,US\n\
         L-2,Frau,Anke,Schröder,,Lange Straße 12,Köln,,50667,Germany\n\
         L-3,,Νίκος,Ζήσης,,\"Farm Cottage, the far end of Long Lane\",Bath,,ba11aa,UK\n"
    );
    shop.write("more.csv", people);
    shop.write("sales.csv", "Customer ID,Date,Amount\nL-1,2024-02-01,90\nL-2,2024-02-01,90\nL-3,2024-02-01,90\n");
    shop.run("import customers more.csv").shows("3 new");
    shop.run("import purchases sales.csv").shows("3 new");
    shop.edit("letter-templates/spring.md", "{{ qr() }}", "{{ qr() }}\n\n{{ barcode() }}");
    shop
}

/// What must be in the window for each reference.
const ADDRESSES: [(&str, &str); 10] = [
    ("C-01", "12 Elm St Salem, OR 97301"),
    ("C-03", "5 Bay Rd Holyoke, MA 01040"),
    ("C-06", "3 Pine Ct Apt 4 Portland, OR 97201"),
    ("C-07", "77 Harbor Way Astoria, OR 97103"),
    ("C-09", "Νίκη Παπαδοπούλου 8 Hill St Salem, OR 97301"),
    ("C-10", "Анна Ковальчук 40 River Rd Eugene, OR 97401"),
    ("C-12", "Wei Chan 2 Fir St Salem, OR 97301"),
    ("L-1", "1 High St Salem, OR 97305"),
    ("L-2", "Anke Schröder Lange Straße 12 50667 Köln GERMANY"),
    ("L-3", "Νίκος Ζήσης Farm Cottage, the far end of Long Lane BATH BA1 1AA UNITED KINGDOM"),
];

#[test]
fn the_address_stands_in_every_window_and_the_text_within_its_margins() {
    if !tools("where the letter stands behind every window") {
        return;
    }
    for (window, paper, seen) in WINDOWS {
        let shop = wide_shop();
        let head = format!("paper = \"{paper}\"\nwindow = \"{window}\"");
        shop.edit("letter-templates/spring.md", "paper = \"letter\"\nwindow = \"us-10\"", &head);
        shop.run("plan spring").quiet();
        let mut run = shop.run("print spring");
        assert_eq!(run.ended(), 0, "{window}: {}", run.talk());
        let (letters, path) = (shop.read("out/spring/manifest.csv"), shop.path());
        let letters: Vec<csv::StringRecord> =
            csv::Reader::from_reader(letters.as_bytes()).records().map(Result::unwrap).collect();
        let pages = pdf::pages(&path, "out/spring/letters.pdf");
        let codes = pdf::scanned(&path, "out/spring/letters.pdf", ADDRESSES.len());
        assert_eq!((letters.len(), pages.len()), (ADDRESSES.len(), ADDRESSES.len()), "{window}");
        for ((letter, page), codes) in letters.iter().zip(&pages).zip(codes) {
            let (width, height) = page.size;
            let expected = if paper == "a4" { (210.0, 297.0) } else { (215.9, 279.4) };
            assert!((width - expected.0).abs() < 0.1 && (height - expected.1).abs() < 0.1, "{window} {paper}");
            for (word, [left, top, right, bottom]) in &page.words {
                // A letter may hang out of the text by a fiftieth of its size.
                let is_in = *left >= 24.6 && *right <= width - 20.0 && *top >= 5.0 && *bottom <= height - 10.0;
                assert!(is_in, "{window} {paper}: `{word}` at {left:.1} {top:.1} {right:.1} {bottom:.1}");
            }
            let address = ADDRESSES.iter().find(|(reference, _)| *reference == &letter[3]).expect("a known address").1;
            let found = seen.map_or_else(|| page.text(), |seen| page.within(seen));
            assert!(found.contains(address), "{window}: `{address}` is not in `{found}`");
            let code = &letter[7];
            assert_eq!(codes.len(), 2, "{window}: a QR code and a bar code: {codes:?}");
            assert!(codes.iter().all(|read| read == code || *read == code.replace('-', "")), "{code}: {codes:?}");
        }
    }
}

/// Names that are too wide are split into two lines if there is space, or else shortened; the postcode stays in the
/// window.
#[test]
fn names_that_are_too_long_never_push_the_postcode_out() {
    let shop = wide_shop();
    shop.run("plan spring").quiet();
    shop.run("print spring").shows("Printed 10 letters");
    if !tools("long names in a window") {
        return;
    }
    let numbers = shop.recipient("spring", "L-1")["number"].as_u64().unwrap();
    let text = outside(&shop.path(), &format!("pdftotext -f {numbers} -l {numbers} -layout out/spring/letters.pdf -"));
    let lines: Vec<&str> = text.lines().map(str::trim).skip_while(|line| !line.starts_with("Robert")).take(4).collect();
    let expected = [
        "Robert Maximilian and",
        "Eleanor Alexandra Featherstonehaugh-Cholmondeley-Warner",
        "1 High St",
        "Salem, OR 97305",
    ];
    assert_eq!(lines, expected);
    // On a narrow label there is no space for half of them.
    shop.run("print spring --labels 5160").shows("Printed 10 labels on 1 sheet of 5160");
    let text = outside(&shop.path(), "pdftotext -raw out/spring/labels.pdf -");
    assert!(
        text.contains("\nR. M. and\nE. A. Featherstonehaugh-Cholmondeley-Warner\n1 High St\nSalem, OR 97305\n"),
        "{text}"
    );
}
