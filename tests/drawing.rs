//! Letters for readers: the description and tags of their PDF, and their pages as SVG.

use crate::support::{Shop, outside, tools};

/// A letter with every kind of part.
const LETTER: &str = "+++\nwindow = \"us-10\"\nsubject = \"For {{ customer.first_name }}, with thanks\"\nsigner = \"Helen\"\n+++\n\n\
    ## A bottle\n\n{{ greeting }}\n\nSee https://example.com/wine or write to helen@example.com.\n\n- one\n- two\n\n\
    3. three\n\n> a word\n\n|Item|Paid|\n|-|-|\n|tie|9.50|\n|coat||\n\n---\n\n#### Less\n\n\
    ![The shop](shop.png)\n\n![](shop.png)\n\n[here](https://example.org), [not here](javascript:alert)\n\n{{ qr() }}\n";

fn shop(letter: &str) -> Shop {
    let shop = Shop::new();
    shop.write("letter-templates/spring.md", letter);
    shop.write("letter-templates/shop.png", std::fs::read("letter-templates/signature.png").unwrap());
    shop.run("plan spring").quiet();
    shop
}

/// The names that only the owner gives things: the campaign's, and that of its file.
const INNER: [&str; 2] = ["Spring", "spring"];

#[test]
fn a_pdf_has_the_subject_for_a_title_or_the_name_of_the_shop() {
    if !tools("titles of PDFs, with pdfinfo") {
        return;
    }
    let title = |shop: &Shop, file: &str| {
        let text = outside(&shop.path(), &format!("pdfinfo {file}"));
        let title = text.lines().find_map(|line| line.strip_prefix("Title:")).unwrap_or_default().trim().to_owned();
        assert!(INNER.iter().all(|inner| !title.contains(inner)), "{file}: {title}");
        // XMP has the same.
        let packet = outside(&shop.path(), &format!("pdfinfo -meta {file}"));
        let inside = title.replace('&', "&amp;").replace('<', "&lt;");
        assert!(packet.contains(&format!("<rdf:li xml:lang=\"x-default\">{inside}</rdf:li>")), "{packet}");
        assert!(packet.contains("<pdf:Producer>Regulars</pdf:Producer>") && text.contains("Producer:        Regulars"));
        let day =
            packet.split("<xmp:CreateDate>").nth(1).and_then(|rest| rest.get(..10)).unwrap_or_default().to_owned();
        let other = outside(&shop.path(), &format!("pdfinfo -isodates {file}"));
        assert!(other.contains(&format!("CreationDate:    {day}T00:00:00Z")), "{day}: {other}");
        title
    };
    let shop = shop(LETTER);
    shop.run("preview spring C-06").quiet();
    shop.run("print spring").quiet();
    shop.run("print spring --each").quiet();
    shop.run("print spring --labels 5160").quiet();
    shop.run("proof spring").quiet();
    let name = shop.json("recipients spring")["recipients"][0]["name"].as_str().unwrap().to_owned();
    let own = title(&shop, "out/spring/previews/C-06.pdf");
    assert!(own.starts_with("For ") && own.ends_with(", with thanks"), "{own} {name}");
    let each = std::fs::read_dir(shop.file("out/spring/letters")).unwrap().next().unwrap().unwrap().path();
    assert!(title(&shop, &each.display().to_string()).ends_with(", with thanks"));
    let house = title(&shop, "out/spring/letters.pdf");
    assert!(shop.read("shop.toml").contains(&house), "{house}");
    assert_eq!(title(&shop, "out/spring/proof.pdf"), house);
    assert_eq!(title(&shop, "out/spring/cover.pdf"), format!("{house}: cover"));
    assert_eq!(title(&shop, "out/spring/labels.pdf"), format!("{house}: labels"));
    let without = self::shop(&LETTER.replace("subject = \"For {{ customer.first_name }}, with thanks\"\n", ""));
    without.run("preview spring C-06").quiet();
    assert_eq!(title(&without, "out/spring/previews/C-06.pdf"), house);
}

#[test]
fn a_single_letter_is_tagged_and_a_print_run_is_not() {
    if !tools("tags of PDFs, with pdfinfo and qpdf") {
        return;
    }
    let shop = shop(LETTER);
    shop.run("preview spring C-06").quiet();
    shop.run("print spring --each").quiet();
    shop.run("print spring").quiet();
    let file = "out/spring/previews/C-06.pdf";
    outside(&shop.path(), &format!("qpdf --check {file}"));
    let tree = outside(&shop.path(), &format!("pdfinfo -struct-text {file}"));
    let parts: Vec<&str> = tree.lines().map(str::trim).filter(|line| !line.starts_with('/')).collect();
    let tree = parts.join("\n");
    // The last word of a line and the first of the next are two.
    assert!(tree.contains("Jürgen and Anneliese Müller 3 Pine Ct Apt 4 Portland, OR 97201 "), "{tree}");
    let tree = tree.replace(" \"", "\"");
    for expected in [
        "H1 (block)\n\"A bottle\"",
        "P (block)\n\"See\"\nLink (inline)\n\"https://example.com/wine\"\nObject",
        "Link (inline)\n\"helen@example.com\"",
        "L (block)\nLI (block)\nLbl (block)\n\"•\"\nLBody (block)\nP (block)\n\"one\"\nLI (block)",
        "Lbl (block)\n\"3.\"",
        "BlockQuote\nP (block)\n\"a word\"",
        "Table (block)\nTR\nTH\n\"Item\"\nTH\n\"Paid\"\nTR\nTD\n\"tie\"\nTD\n\"9.50\"\n\
         TR\nTD\n\"coat\"\nTD",
        "H2 (block)\n\"Less\"",
        "Link (inline)\n\"here (example.org)\"",
    ] {
        assert!(tree.replace(":\n", "\n").contains(expected), "{expected}\nis not in\n{tree}");
    }
    // A picture of which nothing is said is decoration; so are rules.
    assert_eq!(tree.matches("Figure").count(), 2, "{tree}");
    let objects = outside(&shop.path(), &format!("qpdf --qdf --object-streams=disable {file} -"));
    for expected in [
        "/Alt (The shop)",
        "/Lang (en)",
        "/DisplayDocTitle true",
        "/Marked true",
        "/Tabs /S",
        "/ListNumbering /Decimal",
    ] {
        assert!(objects.contains(expected), "{expected}");
    }
    // What leads nowhere that a reader may be sent to is text.
    assert_eq!((objects.matches("/Subtype /Link").count(), objects.matches("/URI (").count()), (3, 3));
    assert!(!objects.contains("/URI (javascript"));
    let info = |file: &str| outside(&shop.path(), &format!("pdfinfo {file}"));
    assert!(info(file).contains("Tagged:          yes"));
    assert!(outside(&shop.path(), &format!("pdfinfo -meta {file}")).contains("<pdfuaid:part>1</pdfuaid:part>"));
    assert!(info("out/spring/letters.pdf").contains("Tagged:          no"));
    assert!(!outside(&shop.path(), "pdfinfo -meta out/spring/letters.pdf").contains("pdfuaid"));
    // The same letter stands in the folder of `--each`, byte for byte, and the same is read on its page of the print run.
    let number =
        shop.json("recipients spring")["recipients"].as_array().unwrap().iter().position(|one| one["ref"] == "C-06");
    let number = number.unwrap() + 1;
    let each = std::fs::read(shop.file(&format!("out/spring/letters/{number:04}-C-06.pdf"))).unwrap();
    assert!(each == std::fs::read(shop.file(file)).unwrap());
    let run = outside(&shop.path(), &format!("pdftotext -bbox -f {0} -l {0} out/spring/letters.pdf -", 2 * number - 1));
    let own = outside(&shop.path(), &format!("pdftotext -bbox -f 1 -l 1 {file} -"));
    let words = |text: &str| text.lines().filter(|l| l.contains("<word")).map(str::to_owned).collect::<Vec<_>>();
    assert!(words(&own).len() > 20);
    assert_eq!(words(&run).len(), words(&own).len());
}

#[test]
fn headings_that_leave_the_first_level_for_later_are_no_standard() {
    if !tools("the standard that a PDF names, with pdfinfo") {
        return;
    }
    for (letter, keeps_it) in [
        ("# One\n\ntext\n\n### Three\n", true),
        ("text\n", true),
        ("### Three\n\ntext\n\n# One\n", false),
        ("# One\n\n## Two\n\n# One\n\n### Three\n", false),
    ] {
        let shop = shop(&format!("+++\nwindow = \"us-10\"\nsubject = \"A\"\n+++\n\n{letter}"));
        shop.run("preview spring C-06").quiet();
        let packet = outside(&shop.path(), "pdfinfo -meta out/spring/previews/C-06.pdf");
        assert_eq!(packet.contains("pdfuaid"), keeps_it, "{letter}");
    }
}

#[test]
fn pages_are_written_as_svg_one_file_each() {
    let long = format!("{LETTER}\n{}", "We have been here since our grandfather opened the door.\n\n".repeat(40));
    let shop = shop(&long);
    let object = shop.json("preview spring C-06 --svg");
    let pages: Vec<&str> = object["pages"].as_array().unwrap().iter().map(|page| page.as_str().unwrap()).collect();
    assert_eq!(pages[..2], ["out/spring/previews/C-06-1.svg", "out/spring/previews/C-06-2.svg"]);
    assert_eq!((&object["file"], &object["channel"]), (&object["pages"][0], &"letter".into()));
    let first = shop.read(pages[0]);
    for expected in [
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"612pt\" height=\"792pt\"",
        ", with thanks, 1/",
        "<g role=\"heading\" aria-level=\"2\">",
        "<a href=\"https://example.com/wine\">https://example.com/wine</a>",
        "<a href=\"mailto:helen@example.com\">helen@example.com</a>",
        "<g role=\"list\"><g role=\"listitem\">",
        "<g role=\"table\"><g role=\"row\"><g role=\"columnheader\">",
        " role=\"document\" lang=\"en\">",
    ] {
        assert!(first.contains(expected), "{expected}");
    }
    for page in &pages {
        let page = shop.read(page);
        for banned in ["<style", "<script", "style=", "href=\"javascript", "onload"] {
            assert!(!page.contains(banned), "{banned}");
        }
    }
    assert_eq!(shop.json("preview spring C-06 --svg"), object);
    assert_eq!(shop.read(pages[0]), first, "the same bytes");
    assert!(object["page"].is_null() && shop.json("preview spring C-06")["pages"] == serde_json::json!([]));
    // A letter that has become shorter leaves no page of the longer one behind.
    shop.write("letter-templates/spring.md", LETTER.replace("{{ qr() }}", ""));
    shop.run("plan spring --again").shows("Planned");
    let shorter = shop.json("preview spring C-06 --svg")["pages"].as_array().unwrap().len();
    assert!(shorter < pages.len());
    for (number, page) in pages.iter().enumerate() {
        assert_eq!(shop.file(page).exists(), number < shorter, "{page}");
    }
}

#[test]
fn text_of_customers_stays_text_in_an_svg() {
    let shop = crate::letters::strange_shop();
    shop.run("plan spring").quiet();
    for (number, text) in crate::letters::STRANGE.iter().enumerate() {
        let pages = shop.json(&format!("preview spring S-{number:02} --svg"))["pages"].clone();
        let page = shop.read(pages[0].as_str().unwrap());
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        assert!(page.contains(&format!("<title>For {escaped}</title>")), "{text}");
        assert!(!page.contains("<b>") && !page.contains("&lt;b&gt;Bold&lt;/b&gt; & "), "{text}");
    }
}

#[test]
fn an_email_is_no_svg() {
    let shop = Shop::new();
    shop.edit("campaigns/spring.toml", "\"letter\"", "\"email\"");
    let sender = "\n[email]\nfrom = \"June <june@example.com>\"\nserver = \"smtps://june@mail.example.com\"\n";
    shop.write("shop.toml", shop.read("shop.toml") + sender);
    shop.run("plan spring").shows("Planned");
    let recipients = shop.json("recipients spring")["recipients"].clone();
    let reference = recipients.as_array().unwrap()[0]["ref"].as_str().unwrap();
    shop.run(&format!("preview spring {reference} --svg"))
        .status(1)
        .says("is an email, not a letter\nhint: leave out `--svg`: an email is shown as a page of its own");
}

#[test]
fn a_plan_of_another_version_says_that_lines_may_break_elsewhere() {
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    let told = |shop: &Shop| {
        ["print spring", "print spring --each", "print spring --labels 5160"]
            .map(|words| shop.run(words).talk().contains("lines and pages may break elsewhere"))
    };
    assert_eq!(told(&shop), [false; 3]);
    let database = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
    let set = |layout: i64| database.execute("UPDATE campaign SET layout = ?1", [layout]).unwrap();
    for layout in [1, 0, 99] {
        set(layout);
        assert_eq!(told(&shop), [true, true, false], "{layout}");
    }
    shop.run("print spring").says(
        "warning: `spring` was planned with another version of Regulars: lines and pages may break elsewhere than in a proof \
         from then; `regulars proof spring` shows the letters as they are printed now",
    );
}
