//! The owner's personal line in a letter, and the signer.

use serde_json::json;
use snapbox::str;

use crate::support::{Shop, outside, tools};

/// A shop whose letter prints the personal line, with `spring` planned.
fn planned() -> Shop {
    let shop = Shop::new();
    shop.edit(
        "letter-templates/spring.md",
        "Yours,",
        "{% if personal_line %}Between us: {{ personal_line }} That is all.{% endif %}\n\nIt greets you {{ signer }}.\n\nYours,",
    );
    shop.run("customer set C-06 preference.children=\"Lena, 9\" preference.tie=silk").quiet();
    shop.run("customer note C-06 \"asked for linen\" --kind visit --on 2024-02-20").quiet();
    shop.run("plan spring").quiet();
    shop
}

/// The sheet as rows of text.
fn rows(shop: &Shop) -> Vec<Vec<String>> {
    let text = shop.read("out/spring/note-lines.csv");
    let text = text.strip_prefix('\u{feff}').expect("the mark of UTF-8");
    let rows = csv::Reader::from_reader(text.as_bytes()).into_records();
    rows.map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// A recipient's cells in the sheet.
fn kept(shop: &Shop, reference: &str) -> [String; 2] {
    shop.run("note-lines spring").quiet();
    let row = rows(shop).into_iter().find(|row| row[1] == reference).expect("a row");
    [row[10].clone(), row[11].clone()]
}

/// The sheet as saved in Germany: semicolons, Windows-1252, and only some of the columns.
fn german(rows: &[[&str; 3]]) -> Vec<u8> {
    let mut text = "ref;personal_line;signer\r\n".to_owned();
    for row in rows {
        text.push_str(&format!("{}\r\n", row.join(";")));
    }
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

#[test]
fn the_sheet_tells_what_the_book_knows() {
    let shop = planned();
    shop.run("note-lines spring").stdout(str![[r"
Wrote 7 cards to out/spring/note-lines.csv. Fill in `personal_line`, and `signer` where another person signs, and save it as CSV.

Next: regulars note-lines spring --take out/spring/note-lines.csv

"]]);
    let rows = rows(&shop);
    let card = rows.iter().find(|row| row[1] == "C-06").expect("a row");
    let known = [
        "Jürgen and Anneliese Müller",
        "four months ago",
        "a winter coat, $410.25, four months ago",
        "Anneliese",
        "Lena, 9",
        "tie: silk",
        "",
        "visit ten days ago: asked for linen",
        "",
        "",
    ];
    assert_eq!(card[2..], known);
    assert_eq!(rows.len(), 7);
}

#[test]
fn a_line_goes_into_one_letter_and_only_there() {
    let shop = planned();
    let fingerprint = shop.json("plan spring")["fingerprint"].clone();
    let taken = [["C-06", "Grüße an *Lena* {{ code }}; =1+1", "Tom Hartley"], ["C-03", "'twas good to see you", ""]];
    let quoted = [["C-06", "\"Grüße an *Lena* {{ code }}; =1+1\"", "Tom Hartley"], taken[1]];
    shop.write("back.csv", german(&quoted));
    shop.run("note-lines spring --take back.csv").stdout(str![[r"
Read 2 personal lines and 1 signer.
  New: Jürgen and Anneliese Müller (`C-06`) and Rosa Okafor (`C-03`)

"]]);
    for [reference, line, signer] in taken {
        assert_eq!(kept(&shop, reference), [line, signer]);
    }
    shop.run("note-lines spring --take out/spring/note-lines.csv").shows("all of them already stored");
    assert_eq!(shop.json("plan spring")["fingerprint"], fingerprint, "the plan itself is as it was");
    // A formula is harmless in the sheet, and unchanged when read back.
    std::fs::remove_file(shop.file("out/spring/note-lines.csv")).unwrap();
    shop.write("back.csv", "ref,personal_line\nC-03,=1+1\n");
    let answer = shop.json("note-lines spring --take back.csv");
    assert_eq!((&answer["changed"], &answer["removed"]), (&json!(["Rosa Okafor (`C-03`)"]), &json!([])));
    shop.run("note-lines spring").quiet();
    assert!(shop.read("out/spring/note-lines.csv").contains(",'=1+1,"));
    shop.run("note-lines spring --take out/spring/note-lines.csv").shows("all of them already stored");
    if !tools("personal lines on the page") {
        return;
    }
    shop.run("print spring").quiet();
    let text = outside(&shop.path(), "pdftotext out/spring/letters.pdf -");
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("Between us: Grüße an *Lena* {{ code }}; =1+1 That is all."), "{flat}");
    assert!(flat.contains("Between us: =1+1 That is all."), "{flat}");
    assert_eq!(flat.matches("Between us").count(), 2);
    // Signed by another person, in the text and below it.
    assert_eq!((flat.matches("Tom Hartley").count(), flat.matches("June Hartley").count()), (2, 12));
}

#[test]
fn lines_go_into_emails_and_into_a_new_plan() {
    let shop = planned();
    shop.edit("campaigns/spring.toml", "channel = \"letter\"", "channel = \"email\"");
    shop.edit("shop.toml", "[segments]", "[email]\nfrom = \"June <june@example.com>\"\n\n[segments]");
    shop.write("back.csv", german(&[["C-03", "See you in May", "Tom Hartley"], ["C-06", "Bring Lena", ""]]));
    shop.run("note-lines spring --take back.csv").quiet();
    shop.run("plan spring --again").says(
        "these personal lines have no recipient, because they are not in the new plan: Jürgen and Anneliese Müller (`C-06`)",
    );
    shop.run("preview spring C-03").quiet();
    let mail = shop.read("out/spring/previews/C-03.eml");
    assert_eq!((mail.matches("See you in May").count(), mail.matches("Tom Hartley").count()), (2, 4), "{mail}");
    assert!(!mail.contains("June Hartley") && !mail.contains("Bring Lena"));
}

#[test]
fn words_that_were_not_taken_are_not_written_over() {
    let shop = planned();
    shop.run("note-lines spring").quiet();
    shop.run("note-lines spring --take out/spring/note-lines.csv").shows("The sheet is empty.");
    let text = shop.read("out/spring/note-lines.csv").replacen(",,\n", ",Come in May,\n", 1);
    shop.write("out/spring/note-lines.csv", &text);
    shop.run("note-lines spring").status(1).stderr(str![[r"
error: `out/spring/note-lines.csv` has lines that were not read back yet
hint: read it with `regulars note-lines spring --take out/spring/note-lines.csv`, or delete it

"]]);
    shop.run("note-lines spring --take out/spring/note-lines.csv").quiet();
    shop.run("note-lines spring").quiet();
    // An empty cell removes the line.
    shop.write("out/spring/note-lines.csv", text.replace("Come in May", ""));
    shop.run("note-lines spring --take out/spring/note-lines.csv").shows("Read 0 personal lines").shows("Removed: ");
}

#[test]
fn a_reference_that_a_spreadsheet_made_a_number_of_is_found_by_place_and_name() {
    let shop = Shop::without_people();
    shop.write("people.csv", "ref,full_name,street,city,state,zip\n007,Ida Holm,1 Elm St,Salem,OR,97301\n");
    shop.write("sales.csv", "ref,date,amount\n007,2024-02-02,75.00\n");
    shop.run("import customers people.csv").quiet();
    shop.run("import purchases sales.csv").quiet();
    shop.run("plan spring").quiet();
    shop.write("back.csv", "number,ref,name,personal_line\n1,7,Ida Holm,Hello\n");
    shop.run("note-lines spring --take back.csv").says("does not print `{{ personal_line }}`");
    assert_eq!(shop.held("007", "by_hand")[0]["personal_line"], "Hello");
}

#[test]
fn whoever_is_forgotten_takes_the_line_along() {
    let shop = planned();
    shop.write("back.csv", "ref,personal_line\nC-01,Dear Robert\n");
    shop.run("note-lines spring --take back.csv").quiet();
    assert_eq!(shop.json("customer export C-02")["by_hand"][0]["personal_line"], "Dear Robert");
    shop.run("customer forget C-01 --yes").says("still have them");
    assert_eq!(shop.count("SELECT count(*) FROM personal_line"), 0);
}

#[test]
fn signers_are_chosen_by_the_campaign_file() {
    let shop = Shop::new();
    let pixel = std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("letter-templates/signature.png"));
    shop.write("letter-templates/tom.png", pixel.unwrap());
    let plain = shop.json("plan spring --dry-run")["fingerprint"].clone();
    let file = shop.read("campaigns/spring.toml");
    let signers = "\n[[signer]]\nname = \"Tom Hartley\"\nwhen = \"has_tag('tea')\"\nsignature = \"tom.png\"\n\n\
                   [[signer]]\nname = \"Ann Hartley\"\nwhen = \"city = 'Portland' OR has_tag('tea')\"\n\n\
                   [[signer]]\nname = \"Nobody\"\nwhen = \"has_tag('none')\"\n";
    shop.write("campaigns/spring.toml", format!("{file}{signers}"));
    let line =
        1 + shop.read("campaigns/spring.toml").lines().position(|line| line.contains("has_tag('none')")).unwrap();
    shop.run("plan spring").says(&format!("`Nobody` has no letter to sign (line {line})"));
    assert_ne!(shop.json("plan spring")["fingerprint"], plain);
    let signer = |reference: &str| {
        let fields = format!("SELECT fields ->> 'signer' = ?1 FROM recipient WHERE ref = '{reference}'");
        ["Tom Hartley", "Ann Hartley", "June Hartley"]
            .into_iter()
            .find(|name| shop.count(&fields.replace("?1", &format!("'{name}'"))) == 1)
    };
    assert_eq!(signer("C-03"), Some("Tom Hartley"), "the first that matches");
    assert_eq!(signer("C-06"), Some("Ann Hartley"));
    assert_eq!(signer("C-09"), Some("June Hartley"), "the template's own");
    shop.run("follow-up spring next").quiet();
    assert!(shop.read("campaigns/next.toml").contains("signature = \"tom.png\""));
    if !tools("signatures on the page") {
        return;
    }
    // The image is that of the signer, from the file or chosen by hand; no one signs with another's.
    shop.write("back.csv", "ref,personal_line,signer\nC-09,,Tom Hartley\nC-12,,Tom's mother\n");
    shop.run("note-lines spring --take back.csv").quiet();
    for (reference, name, images) in [
        ("C-03", "Tom Hartley", 1),
        ("C-06", "Ann Hartley", 0),
        ("C-09", "Tom Hartley", 1),
        ("C-12", "Tom’s mother", 0),
    ] {
        shop.run(&format!("preview spring {reference}")).quiet();
        let file = format!("out/spring/previews/{reference}.pdf");
        let text = outside(&shop.path(), &format!("pdftotext {file} -"));
        assert!(text.contains(name) || text.contains(&name.replace('’', "'")), "{text}");
        let listed = outside(&shop.path(), &format!("pdfimages -list {file}"));
        assert_eq!(
            listed.lines().filter(|line| line.split_whitespace().nth(2) == Some("image")).count(),
            images,
            "{listed}"
        );
    }
}
