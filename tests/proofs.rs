//! The proof before printing: what stops a letter, what is worth a look, the sample letters, corrected names.

use serde_json::{Value, json};
use snapbox::str;

use crate::support::{Crowd, Shop, outside, tools};

/// The problems of a kind, as `ref: message`.
fn of_kind(proof: &Value, kind: &str) -> Vec<String> {
    let all = proof["problems"].as_array().unwrap().iter().filter(|problem| problem["kind"] == kind);
    all.map(|p| format!("{}: {}", p["ref"].as_str().unwrap(), p["message"].as_str().unwrap())).collect()
}

#[test]
fn everything_worth_a_look_is_told_in_order_of_gravity() {
    let shop = Shop::new();
    for (old, new) in [
        ("Wei,Chan", "Wei,Chan \u{12000}"),
        ("Holyoke,MA,01040", "Holyoke,OR,1040"),
        ("40 River Rd,Eugene,OR,97401", "8 Hill St,Salem,OR,97301"),
    ] {
        shop.edit("customers.csv", old, new);
    }
    shop.run("import customers customers.csv").quiet();
    shop.run("customer set C-03 postcode=1040").quiet();
    shop.run("customer set C-07 postcode=").quiet();
    shop.run("plan spring").quiet();
    shop.run("customer note C-06 \"The coat came back\" --kind complaint --on 2024-02-27").quiet();
    shop.edit("campaigns/spring.toml", "Spring tea", "Second tea");
    shop.write("campaigns/second.toml", shop.read("campaigns/spring.toml").replace("limit    = 100", "limit    = 1"));
    shop.run("plan second").says("has a complaint that is not resolved");
    let mut run = shop.run("proof spring").status(1).says("was changed after the plan; the plan keeps the old one");
    snapbox::assert_data_eq!(
        run.out(),
        str![[r"
spring: 7 letters; 2 are stopped.

Stopped
  1 letter with a character that no font has
    Wei Chan 𒀀 (`C-12`): no font has '𒀀' (U+12000)
    → put a font that has it into the shop's `fonts` folder
  1 open complaint
    Jürgen and Anneliese Müller (`C-06`): Jürgen Müller complained on 2024-02-27, and it is not resolved: `The coat came back`
    → `regulars customer resolve C-06` once it is, or send the piece anyway with `--despite`

Worth a look
  1 name in all capitals or lowercase
    HENRY O'BRIEN (`C-07`) → Henry O'Brien
    → regulars proof spring --mend-names
  2 incomplete addresses
    HENRY O'BRIEN (`C-07`): no postcode
    Rosa Okafor (`C-03`): `1040` is not a postcode (United States: 97301 or 97301-1234)
    → regulars customer set C-07 postcode=…
  1 address with several letters
    2 letters to 8 Hill St, Salem, OR 97301: Νίκη Παπαδοπούλου (`C-09`) and Анна Ковальчук (`C-10`)
    → if they live together: regulars customer set C-10 household=C-09
  1 second piece within a month
    Jürgen and Anneliese Müller (`C-06`) also gets `second`, which is planned for 2024-03-01
    → leave them out of one: `exclude`, or `NOT invited('…')` in its question

Fixes in the book get into the letters with `regulars plan spring --again`.

Look at out/spring/proof.pdf: the shortest letter, the longest and 4 chosen at random, with window and folds in red.

"]]
    );
    assert!(run.talk().contains("changed after the plan"), "{}", run.talk());
}

#[test]
fn a_plan_without_faults_says_so() {
    let shop = Shop::new();
    shop.run("customer set C-07 first_name=Henry \"last_name=O'Brien\"").quiet();
    shop.run("plan spring").quiet();
    let proof = shop.json("proof spring");
    assert_eq!((&proof["problems"], &proof["stopped"], &proof["letters"]), (&json!([]), &json!(0), &json!(7)));
    shop.run("proof spring").stdout(str![[r"
spring: 7 letters; nothing stops them, and nothing looks odd.

Look at out/spring/proof.pdf: the shortest letter, the longest and 5 chosen at random, with window and folds in red.

"]]);
}

#[test]
fn names_in_capitals_are_mended_when_the_owner_says_yes() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let proof = shop.json("proof spring");
    let capitals = &proof["problems"][0];
    assert_eq!((&capitals["gravity"], &capitals["kind"]), (&json!("look"), &json!("capitals")));
    assert_eq!(capitals["repair"], json!({ "first_name": "Henry", "last_name": "O'Brien" }));
    let command = capitals["hint"].as_str().unwrap();
    assert_eq!(command, "regulars customer set C-07 first_name=Henry last_name=\"O'Brien\"");
    shop.run("proof spring --mend-names").status(1).says("it was not confirmed");
    shop.run("proof spring --mend-names --yes").shows("Changed 1 name in the book.").shows("plan spring --again");
    assert_eq!(of_kind(&shop.json("proof spring"), "capitals"), ["C-07: the plan still has `HENRY O'BRIEN`"]);
    shop.run("plan spring --again").quiet();
    assert_eq!(shop.json("proof spring")["problems"], json!([]));
    assert_eq!(shop.recipient("spring", "C-07")["name"], "Henry O'Brien");
}

#[test]
fn a_complaint_holds_a_letter_back_until_it_is_put_right() {
    let shop = Shop::new();
    shop.run("customer note C-02 \"The hem is crooked\" --kind complaint --on 2024-02-27").quiet();
    shop.run("plan spring").says(
        "1 recipient has a complaint that is not resolved, Robert and Eleanor Smith (`C-01`); their piece waits until \
         `regulars customer resolve REF`, or goes with `--despite`",
    );
    // The plan has a place and a code for them; the letter waits.
    assert!(shop.recipient("spring", "C-01")["code"].is_string());
    shop.run("print spring").status(1).stderr(str![[r"
error: letter to Robert and Eleanor Smith (`C-01`): Eleanor Smith complained on 2024-02-27, and it is not resolved: `The hem is crooked`
hint: `regulars customer resolve C-02` once it is, or send the piece anyway with `--despite`
error: nothing was printed: 1 of 7 letters cannot be
hint: fix them, or print the others with `--leave-out-problems`

"]]);
    shop.run("preview spring C-01").says("it is held back: Eleanor Smith complained on 2024-02-27");
    let out = shop.run("print spring --leave-out-problems").status(3).says("Eleanor Smith complained").out();
    assert!(out.starts_with("Printed 6 letters"), "{out}");
    assert_eq!(of_kind(&shop.run("--json proof spring").status(1).quiet().json(), "open_complaint").len(), 1);
    shop.run("print spring --despite").shows("Printed 7 letters");
    shop.run("customer resolve C-02").quiet();
    shop.run("print spring").shows("Printed 7 letters");
}

#[test]
fn a_wish_since_the_plan_holds_a_piece_back() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    for (said, told) in [
        ("post=no", "has opted out of post"),
        ("deceased=yes", "has died since the plan"),
        ("moved=yes", "has moved away since the plan"),
    ] {
        let (field, value) = said.split_once('=').unwrap();
        shop.run(&format!("customer set C-10 {said}")).quiet();
        shop.run("print spring").status(1).says(&format!("Анна Ковальчук (`C-10`): Анна Ковальчук {told}"));
        let back = if value == "no" { "unknown" } else { "no" };
        shop.run(&format!("customer set C-10 {field}={back}")).quiet();
    }
    shop.run("print spring").shows("Printed 7 letters");
    // What was mailed is no longer held back.
    shop.run("posted spring").quiet();
    shop.run("customer set C-10 post=no").quiet();
    shop.run("print spring").shows("Printed 7 letters");
    // Nor is an email sent that is not wanted.
    shop.edit("campaigns/spring.toml", "channel = \"letter\"", "channel = \"email\"");
    shop.write("campaigns/mail.toml", shop.read("campaigns/spring.toml"));
    shop.edit("shop.toml", "[segments]", "[email]\nfrom = \"June <june@example.com>\"\n\n[segments]");
    shop.run("plan mail").quiet();
    shop.run("customer set C-03 email_consent=no").quiet();
    shop.run("send mail --to-folder eml")
        .status(1)
        .says("email to Rosa Okafor (`C-03`): Rosa Okafor has opted out of email");
    shop.run("send mail --to-folder eml --despite").status(1).says("hint: email needs the customer's consent");
}

#[test]
fn the_proof_shows_the_same_letters_each_time() {
    let shop = Shop::without_people();
    let crowd = Crowd::of(40);
    shop.write("c.csv", crowd.customers());
    shop.write("p.csv", crowd.purchases());
    shop.run("import customers c.csv").quiet();
    shop.run("import purchases p.csv").quiet();
    shop.edit(
        "letter-templates/spring.md",
        "Yours,",
        "{% if customer.ref == \"P-0014\" %}{% for n in [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25] %}\n\nOne more line.\n\n{% endfor %}{% endif %}\n\nYours,",
    );
    shop.run("plan spring").quiet();
    let proof = shop.json("proof spring");
    let shown = proof["shown"].as_array().unwrap();
    assert_eq!(shown.len(), 7);
    let longest = shown.iter().find(|one| one["why"] == "longest").unwrap();
    assert_eq!((&longest["ref"], &longest["pages"]), (&json!("P-0014"), &json!(2)));
    assert_eq!(of_kind(&proof, "long_letter"), ["P-0014: 2 pages, where most have 1"]);
    let bytes = std::fs::read(shop.file("out/spring/proof.pdf")).unwrap();
    assert_eq!(shop.json("proof spring")["shown"], proof["shown"]);
    assert_eq!(std::fs::read(shop.file("out/spring/proof.pdf")).unwrap(), bytes);
    if !tools("the pages of a proof") {
        return;
    }
    outside(&shop.path(), "qpdf --check out/spring/proof.pdf");
    assert!(outside(&shop.path(), "pdfinfo out/spring/proof.pdf").contains("Pages:           8"));
    for (page, one) in [1, 2, 4].into_iter().zip(shown) {
        let text = outside(&shop.path(), &format!("pdftotext -layout -f {page} -l {page} out/spring/proof.pdf -"));
        let remark = format!("Proof: {}", one["why"].as_str().unwrap());
        assert!(text.contains(&remark) && text.contains(&format!("({})", one["ref"].as_str().unwrap())), "{text}");
    }
    // The letters themselves have none of this.
    shop.run("print spring").quiet();
    let letters = outside(&shop.path(), "pdftotext out/spring/letters.pdf -");
    assert!(!letters.contains("Proof:"), "{letters}");
    let red = |file: &str| {
        let page = outside(&shop.path(), &format!("qpdf --qdf --object-streams=disable out/spring/{file} -"));
        page.matches("1 0 0 RG").count()
    };
    assert_eq!((red("proof.pdf"), red("letters.pdf")), (8, 0));
}

#[test]
fn german_letter_paper_has_its_marks_and_no_other() {
    if !tools("fold marks on the page") {
        return;
    }
    let shop = Shop::new();
    let strokes = |window: &str| {
        let head = shop.read("letter-templates/spring.md");
        let paper = if window == "us-10" { "letter" } else { "a4" };
        let window = format!("paper = \"{paper}\"\nwindow = \"{window}\"");
        let old = head.lines().skip(1).take(2).collect::<Vec<_>>().join("\n");
        shop.edit("letter-templates/spring.md", &old, &window);
        shop.run("plan spring --again").quiet();
        shop.run("preview spring C-06").quiet();
        let page = outside(&shop.path(), "qpdf --qdf --object-streams=disable out/spring/previews/C-06.pdf -");
        // Short lines at the left edge: their distance from the top of the sheet, in tenths of a millimeter.
        let marks = page.lines().filter_map(|line| {
            let numbers: Vec<f64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
            let [_, x, y, end, _] = numbers[..] else { return None };
            (line.ends_with(" l S") && x < 20.0 && end < 40.0)
                .then_some((if y < 0.0 { -y } else { 841.89 - y }) / 72.0 * 254.0)
        });
        #[expect(clippy::cast_possible_truncation, reason = "tenths of a millimetre on a page")]
        let mut marks: Vec<i64> = marks.map(|tenths| tenths.round() as i64).collect();
        marks.sort_unstable();
        marks
    };
    for (window, marks) in [
        ("din-5008-a", vec![870, 1485, 1920]),
        ("din-5008-b", vec![1050, 1485, 2100]),
        ("dl-uk", vec![]),
        ("us-10", vec![]),
        ("none", vec![]),
    ] {
        assert_eq!(strokes(window), marks, "{window}");
    }
}

#[test]
fn pictures_that_look_coarse_are_named_by_check_and_proof() {
    let shop = Shop::new();
    let picture = std::fs::File::create(shop.path().join("letter-templates/name.png")).unwrap();
    let encoder = png::Encoder::new(picture, 100, 8);
    encoder.write_header().unwrap().write_image_data(&[90; 800]).unwrap();
    let letter = shop.read("letter-templates/spring.md");
    shop.run("import customers customers.csv").quiet();
    shop.run("plan spring").quiet();
    for (width, expected) in [("10mm", None), ("60mm", Some("printed 60 mm wide with 42 dpi"))] {
        let image = format!("{letter}\n{{{{ image(file=\"name.png\", width=\"{width}\") }}}}\n");
        shop.write("letter-templates/spring.md", image);
        shop.run("plan spring --again").quiet();
        for verb in ["check spring", "proof spring"] {
            let talk = shop.run(verb).talk();
            let found = talk.contains("letter-templates/name.png: the picture is printed");
            assert_eq!(found, expected.is_some(), "{verb} {width}: {talk}");
            assert!(expected.is_none_or(|expected| talk.contains(expected)), "{verb} {width}: {talk}");
        }
    }
}
