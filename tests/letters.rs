//! Letters as other software reads them: text, fonts, structure, codes; and people with strange names.

use serde_json::Value;

use crate::support::{Shop, outside, tools};

/// Names, streets and towns that break programs: markup, fields, formulas, commands, unusual characters.
pub const STRANGE: [&str; 14] = [
    "*Anna* _Ott_ [x](y) #1",
    "<b>Bold</b> & Sons",
    "{{ shop.name }} {% raw %}",
    "=2+5+cmd|' /C calc'!A0",
    "Robert'); DROP TABLE customer;--",
    "../../etc/passwd",
    "O’Neill–Smith & Co.",
    "Ærøskøbing Şükrü Łódź",
    "Ελένη Ζήση",
    "Анна Щербакова",
    "1. Lindqvist",
    "`code` \\back\\slash $5",
    "100% | ~tilde~ ^ #",
    "Bcc: b@example.com",
];

/// A shop with these customers, one campaign letter each; every field of a card has the same text.
pub fn strange_shop() -> Shop {
    let shop = Shop::without_people();
    let mut people = csv::Writer::from_writer(Vec::new());
    people
        .write_record(["ref", "full_name", "street", "city", "zip", "email", "email_consent", "tags", "notes"])
        .unwrap();
    let mut sales = csv::Writer::from_writer(Vec::new());
    sales.write_record(["ref", "date", "item", "amount"]).unwrap();
    for (n, text) in STRANGE.iter().enumerate() {
        let (reference, zip, email) = (format!("S-{n:02}"), format!("{:05}", 10000 + n), format!("s{n}@example.com"));
        people.write_record([&reference, *text, text, text, &zip, &email, "yes", text, text]).unwrap();
        sales.write_record([&reference, "2024-02-02", text, "75.00"]).unwrap();
    }
    shop.write("people.csv", people.into_inner().unwrap());
    shop.write("sales.csv", sales.into_inner().unwrap());
    shop.write("letter-templates/spring.md", strange_letter());
    shop.run("import customers people.csv").shows("14 new");
    shop.run("import purchases sales.csv").shows("14 new");
    shop
}

/// A letter that prints a field between marks, so that a test finds it.
fn strange_letter() -> &'static str {
    "+++\nwindow = \"us-10\"\nsubject = \"For {{ customer.full_name }}\"\n+++\n\n{{ greeting }}\n\n\
     Name from here {{ customer.full_name }} to there.\n\n\
     Item from here **{{ customer.last_purchase.item }}** to there.\n\n\
     {% for tag in customer.tags %}Tag from here {{ tag }} to there.{% endfor %}\n\n{{ code }}\n"
}

/// The words of a text, in one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn recipients(shop: &Shop) -> Vec<Value> {
    shop.json("recipients spring")["recipients"].as_array().unwrap().clone()
}

#[test]
fn strange_names_stay_text_in_letters() {
    let shop = strange_shop();
    shop.run("plan spring").shows("Planned 14 letters");
    shop.run("print spring").quiet().shows("Printed 14 letters");
    assert_eq!(shop.json("segment true")["matched"], 14);
    let manifest = shop.read("out/spring/manifest.csv");
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(manifest.as_bytes()).records().map(Result::unwrap).collect();
    assert_eq!((rows.len(), &rows[3][4]), (14, "'=2+5+cmd|' /C calc'!A0"), "no formula reaches a spreadsheet");
    if !tools("strange names in the text of letters") {
        return;
    }
    for (n, text) in STRANGE.iter().enumerate() {
        let page =
            flat(&outside(&shop.path(), &format!("pdftotext -f {0} -l {0} -layout out/spring/letters.pdf -", n + 1)));
        for what in ["Name", "Item"] {
            let expected = format!("{what} from here {text} to there.");
            assert!(page.contains(&expected), "{expected}\nis not in\n{page}");
        }
    }
}

#[test]
fn a_strange_reference_is_no_path() {
    let shop = Shop::without_people();
    shop.write("people.csv", "ref,full_name,street,city,zip\n../../../x,Ida Holm,1 Elm St,Salem,97301\n");
    shop.write("sales.csv", "ref,date,amount\n../../../x,2024-02-02,75.00\n");
    shop.run("import customers people.csv").quiet();
    shop.run("import purchases sales.csv").quiet();
    shop.run("plan spring").quiet();
    shop.run("preview spring ../../../x")
        .shows("The letter to Ida Holm is in out/spring/previews/_2E_2E_2F_2E_2E_2F_2E_2E_2Fx_0274b718.pdf");
}

#[test]
fn a_letter_is_read_by_other_programs() {
    if !tools("letters read with pdftotext, pdffonts, qpdf, pdftoppm and zbarimg") {
        return;
    }
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop.run("print spring").quiet();
    let pdf = "out/spring/letters.pdf";
    outside(&shop.path(), &format!("qpdf --check {pdf}"));
    for font in outside(&shop.path(), &format!("pdffonts {pdf}")).lines().skip(2) {
        let words: Vec<&str> = font.split_whitespace().collect();
        let [embedded, subset, unicode] = words[words.len() - 5..words.len() - 2] else { panic!("{font}") };
        assert_eq!((embedded, subset, unicode), ("yes", "yes", "yes"), "{font}");
    }
    for (n, recipient) in recipients(&shop).iter().enumerate() {
        let page = n + 1;
        let text = flat(&outside(&shop.path(), &format!("pdftotext -f {page} -l {page} {pdf} -")));
        let (name, code) = (recipient["name"].as_str().unwrap(), recipient["code"].as_str().unwrap());
        assert!(text.contains(code) && text.contains("until June 30, 2024"), "{name}: {text}");
        let surname = name.rsplit(' ').next().unwrap();
        assert!(text.contains(surname), "{name}: {text}");
        outside(&shop.path(), &format!("pdftoppm -r 150 -f {page} -l {page} -png {pdf} out/page"));
        let picture = std::fs::read_dir(shop.file("out"))
            .unwrap()
            .map(|e| e.unwrap().path())
            .find(|p| p.extension().is_some_and(|e| e == "png"));
        let picture = picture.expect("a picture of the page");
        let scanned = outside(&shop.path(), &format!("zbarimg --quiet --raw {}", picture.display()));
        assert!(scanned.contains(code) || scanned.contains(&code.replace('-', "")), "{name}: {scanned}");
        std::fs::remove_file(picture).unwrap();
    }
}

/// The address is in the window of a #10 envelope: 22.2 mm from the left, as the folded sheet lies in it.
#[test]
fn the_address_stands_in_the_window() {
    if !tools("where the address stands on the page") {
        return;
    }
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    shop.run("preview spring C-06").shows("out/spring/previews/C-06.pdf");
    let text = outside(&shop.path(), "pdftotext -bbox out/spring/previews/C-06.pdf -");
    let place = |word: &str| -> [f64; 4] {
        let line = text
            .lines()
            .find(|line| line.contains(&format!(">{word}<")))
            .unwrap_or_else(|| panic!("no {word} in {text}"));
        let numbers: Vec<f64> = line.split('"').skip(1).step_by(2).map(|n| n.parse().unwrap()).collect();
        [numbers[0], numbers[1], numbers[2], numbers[3]].map(|points| points / 72.0 * 25.4)
    };
    // The window: 12.7 to 127 mm above the envelope's lower edge, 22.2 to 136.5 mm from its left; the sheet may slide
    // in it.
    for word in ["Müller", "97201"] {
        let [left, top, right, bottom] = place(word);
        assert!(
            left > 22.0 && right < 137.0 && top > 40.0 && bottom < 90.0,
            "{word} stands at {left} {top} {right} {bottom}"
        );
    }
}

#[test]
fn letters_are_printed_in_parts_and_without_problems_too() {
    let shop = Shop::new();
    shop.edit("customers.csv", "Wei,Chan", "Wei,Chan \u{12000}");
    shop.run("import customers customers.csv").quiet();
    shop.run("plan spring").quiet();
    shop.run("print spring").status(1).says("(`C-12`): no font has");
    assert!(!shop.file("out/spring").join("letters.pdf").exists());
    let run = shop.run("print spring --leave-out-problems").status(3).says("left out: letter to");
    assert!(run.out().starts_with("Printed 6 letters on 6 pages"), "{}", run.out());
    let manifest = shop.read("out/spring/manifest.csv");
    assert!(!manifest.contains("C-12") && manifest.lines().count() == 7, "{manifest}");
    shop.run("print spring --from 2 --to 3").shows("Printed 2 letters on 2 pages");
    assert_eq!(shop.read("out/spring/manifest-2-3.csv").lines().count(), 3);
    shop.run("print spring --from 90").status(1).says("has no letter to print");
}

/// `{{ customer }}` would print everything on the card, in program syntax.
#[test]
fn a_group_of_fields_is_no_field() {
    let shop = Shop::new();
    for group in ["customer", "customer.last_purchase", "gift"] {
        shop.write("letter-templates/spring.md", format!("{{{{ greeting }}}}\n\nYou: {{{{ {group} }}}}\n"));
        let mut run = shop.run("plan spring --dry-run");
        assert_eq!(run.ended(), 1, "`{group}` can be printed");
        assert!(run.talk().contains(&format!("`{group}`")), "{}", run.talk());
    }
}
