//! What the front matter makes of a letter, in its text form.

use super::as_text::layout_text;
use crate::letter::line::typeset::Setter;
use crate::letter::page::{Mark, PagePart, reading};
use crate::letter::sheet::{geometry, layout, paper};
use crate::letter::{Colour, EnvelopeWindow, Fonts, Images, Letter, Paper, PrintJob, Stationery};
use crate::merge::head::{FigureStyle, FooterPages, Margins, TextAlign};
use crate::merge::{PAGE, PAGES};

/// A letter of this Markdown.
fn letter(markdown: &str) -> Letter {
    Letter {
        address: vec!["Rosa Okafor".to_owned(), "1 Hill Road".to_owned(), "Palo Alto, CA 94301".to_owned()],
        blocks: crate::merge::blocks(markdown).expect(markdown),
        ..Letter::default()
    }
}

fn us() -> Stationery {
    Stationery {
        window: EnvelopeWindow::Us10,
        sender: vec!["Wiedeman’s".to_owned(), "1 University Avenue".to_owned()],
        date: "January 23, 1989".to_owned(),
        signer: "Helen".to_owned(),
        ..Stationery::default()
    }
}

fn text_of(markdown: &str, own: Stationery) -> String {
    layout_text(&letter(markdown), &[own], &Images::default(), &Fonts::shipped())
}

/// The lines of a text form that hold this, without their sizes.
fn lines_with<'t>(laid: &'t str, what: &str) -> Vec<&'t str> {
    laid.lines().filter(|line| line.contains(what)).collect()
}

/// Where a line of text stands from above, and its text.
fn top_and_text(line: &str) -> String {
    let mut words = line.split_whitespace();
    let top = words.nth(1).unwrap_or_default();
    format!("{top} {}", words.skip(4).collect::<Vec<_>>().join(" "))
}

const TEXT: &str = "We bought fifty cases of it in 1988, and one of the bottles has your name on it. Come in and take it \
                    home, any day until the last of June, and bring the children if they like to come along with you.";

/// All four margins.
fn all(mm: f32) -> Margins {
    Margins { left: Some(mm), right: Some(mm), top: Some(mm), bottom: Some(mm) }
}

#[test]
fn the_text_has_a_good_length_and_margins_change_it() {
    let left = |left| Margins { left: Some(left), ..Margins::default() };
    let right = |right| Margins { right: Some(right), ..Margins::default() };
    for (paper, window, size, margins, expected) in [
        (Paper::Letter, EnvelopeWindow::Us10, 12.0, Margins::default(), (38.1, 118.5)),
        (Paper::Letter, EnvelopeWindow::None, 12.0, Margins::default(), (48.7, 118.5)),
        (Paper::Letter, EnvelopeWindow::None, 10.0, Margins::default(), (58.6, 98.8)),
        (Paper::Letter, EnvelopeWindow::None, 24.0, Margins::default(), (14.0, 187.9)),
        (Paper::A4, EnvelopeWindow::None, 12.0, Margins::default(), (45.7, 118.5)),
        (Paper::A4, EnvelopeWindow::Din5008B, 12.0, Margins::default(), (25.0, 118.5)),
        (Paper::A4, EnvelopeWindow::DlUk, 12.0, Margins::default(), (30.0, 118.5)),
        (Paper::Letter, EnvelopeWindow::Us10, 12.0, all(25.4), (25.4, 165.1)),
        (Paper::A4, EnvelopeWindow::None, 12.0, all(20.0), (20.0, 170.0)),
        (Paper::A4, EnvelopeWindow::None, 12.0, left(60.0), (60.0, 118.5)),
        (Paper::A4, EnvelopeWindow::None, 12.0, left(90.0), (90.0, 106.0)),
        (Paper::A4, EnvelopeWindow::None, 12.0, right(20.0), (71.5, 118.5)),
    ] {
        let own = Stationery { paper, window, font_size: size, margins, ..Stationery::default() };
        let geometry = geometry::geometry(&own);
        let found = (geometry.left / paper::MM, geometry.measure / paper::MM);
        let is_near = (found.0 - expected.0).abs() < 0.06 && (found.1 - expected.1).abs() < 0.06;
        assert!(is_near, "{paper} {window} {size} {margins:?}: {found:?}");
        assert!(geometry.left + geometry.measure <= geometry.width - 5.0 * paper::MM);
    }
}

#[test]
fn margins_that_leave_no_room_are_answered() {
    let sides = |left, right| Margins { left: Some(left), right: Some(right), ..Margins::default() };
    let high = |top, bottom| Margins { top: Some(top), bottom: Some(bottom), ..Margins::default() };
    for (window, margins, expected) in [
        (EnvelopeWindow::None, all(25.0), ""),
        (EnvelopeWindow::Us10, all(25.0), ""),
        (EnvelopeWindow::Din5008B, sides(30.0, 90.0), ""),
        (EnvelopeWindow::None, sides(80.0, 90.0), "the margins at the sides leave 40 mm for the text"),
        (EnvelopeWindow::Us10, sides(100.0, 100.0), "the margins at the sides leave 16 mm for the text"),
        (EnvelopeWindow::Us10, all(40.0), "the top margin leaves no room for the letterhead above the window us-10"),
        (
            EnvelopeWindow::Din5008A,
            all(25.0),
            "the top margin leaves no room for the letterhead above the window din-5008-a",
        ),
        (
            EnvelopeWindow::DlUk,
            high(35.0, 20.0),
            "the top margin leaves no room for the letterhead above the window dl-uk",
        ),
        (EnvelopeWindow::None, high(100.0, 80.0), "the margins leave 42 mm of the first page for the text"),
        (EnvelopeWindow::None, high(60.0, 100.0), ""),
    ] {
        let paper = window.paper().unwrap_or(Paper::A4);
        let checked = geometry::check_margins(&Stationery { paper, window, margins, ..Stationery::default() });
        let found = checked.err().map(|fault| fault.message().to_owned()).unwrap_or_default();
        assert_eq!(found, expected, "{window} {margins:?}");
    }
}

#[test]
fn leading_align_figures_and_colour_are_seen() {
    let usual = text_of(TEXT, us());
    // The distance of the first two baselines of the text.
    let distance = |laid: &str| {
        let tops: Vec<i32> =
            laid.lines().skip(7).filter_map(|line| line.split_whitespace().nth(1)?.parse().ok()).collect();
        tops[1] - tops[0]
    };
    for (leading, expected) in [(1.0, 12), (1.2, 14), (1.36, 16), (1.5, 18), (2.0, 24)] {
        assert_eq!(distance(&text_of(TEXT, Stationery { leading, ..us() })), expected, "{leading}");
    }
    let ends = |laid: &str| lines_with(laid, " to 444 ").len();
    assert!(ends(&usual) >= 3, "{usual}");
    assert_eq!(ends(&text_of(TEXT, Stationery { align: TextAlign::Left, ..us() })), 1);
    let marked = "# A bottle\n\nFor *you*\n\n---\n\n| What | Price |\n|-|-|\n| one | 5 |";
    let navy = Stationery { colour: Some(Colour([0x1b, 0x2a, 0x52])), ..us() };
    let laid = text_of(marked, navy);
    let coloured: Vec<&str> =
        laid.lines().filter_map(|line| line.strip_suffix(" in #1b2a52")).map(str::trim_start).collect();
    let ends = ["Wiedeman’s", "A bottle", "rule of 84", "heavy rule of 75", "rule of 75", "heavy rule of 75"];
    assert_eq!(coloured.len(), ends.len(), "{laid}");
    for (found, end) in coloured.iter().zip(ends) {
        assert!(found.ends_with(end), "{found}");
    }
    assert!(!text_of(marked, us()).contains(" in #"));
}

#[test]
fn old_style_figures_are_not_in_codes_addresses_and_tables() {
    let pages = |markdown: &str, figures| {
        let (fonts, images, own) = (Fonts::shipped(), Images::default(), [Stationery { figures, ..us() }]);
        let mut setter = Setter::new(&fonts);
        let constants = layout::Constants::new(&mut setter, &own, &images, &[]);
        let laid = layout::letter(&mut setter, &constants, &own, &images, &letter(markdown));
        // The letterhead has the date.
        let parts = laid.pages.into_iter().flat_map(|page| page.into_iter().skip(1));
        let strips =
            parts.filter_map(|placed| if let PagePart::Strip(strip) = placed.part { Some(strip) } else { None });
        let marks = strips.flat_map(|strip| strip.marks);
        let lines = marks.filter_map(|mark| if let Mark::Text { line, .. } = mark { Some(line) } else { None });
        lines.flat_map(|line| line.runs).flat_map(|run| run.glyphs).map(|glyph| glyph.code).collect::<Vec<_>>()
    };
    for (markdown, is_changed) in [
        ("In 1988 we had 1,024 of 30.", true),
        ("# Since 1924", true),
        ("1. one\n2. two", true),
        ("Your number is **34E0-7D0F**.", false),
        ("Call 650-555-0100.", false),
        ("| What | Price |\n|-|-|\n| shirts | 1990 |", false),
    ] {
        let same = pages(markdown, FigureStyle::Lining) == pages(markdown, FigureStyle::Oldstyle);
        assert_eq!(same, !is_changed, "{markdown}");
    }
}

#[test]
fn later_pages_say_whose_they_are_and_pages_have_a_foot() {
    let long = format!("{TEXT}\n\n").repeat(16);
    let laid = |second: Option<&str>, footer: Option<&str>, footer_on| {
        let letter =
            Letter { second_page: second.map(str::to_owned), footer: footer.map(str::to_owned), ..letter(&long) };
        layout_text(&letter, &[Stationery { footer_on, ..us() }], &Images::default(), &Fonts::shipped())
    };
    let own = format!("Page {PAGE} of {PAGES}, for Rosa");
    let foot = format!("Open every day but Sunday\nfrom ten · {PAGE}");
    let name = "48 Rosa Okafor · January 23, 1989 · 2/2";
    for (second, footer, footer_on, expected) in [
        (None, None, FooterPages::Each, vec![name]),
        (Some(own.as_str()), None, FooterPages::Each, vec!["48 Page 2 of 2, for Rosa"]),
        (
            None,
            Some(foot.as_str()),
            FooterPages::Each,
            vec![
                "740 Open every day but Sunday",
                "752 from ten · 1",
                name,
                "740 Open every day but Sunday",
                "752 from ten · 2",
            ],
        ),
        (Some("Rosa"), Some("Open every day"), FooterPages::First, vec!["752 Open every day", "48 Rosa"]),
    ] {
        let laid = laid(second, footer, footer_on);
        let small = |line: &&str| line.contains(" size 10.6 ") || line.contains(" size 9.1 ");
        let small = laid.lines().filter(small).filter(|line| !line.contains("University"));
        let found: Vec<String> = small.map(top_and_text).collect();
        assert_eq!(found, expected, "{second:?} {footer:?}");
        let lowest = laid
            .lines()
            .filter(|line| line.contains("size 12.0"))
            .filter_map(|line| line.split_whitespace().nth(1)?.parse::<i32>().ok());
        let most = if footer.is_some() { 728 } else { 730 };
        assert!(lowest.max() <= Some(most), "{footer:?} {laid:?}");
    }
    let many = laid(None, Some(&"line\n".repeat(7)), FooterPages::Each);
    assert!(many.starts_with("problem: the footer takes 7 lines, and 6 is the most\n"), "{many}");
}

#[test]
fn what_follows_the_signature_stands_below_it() {
    for (markdown, expected) in [
        (
            "Dear Rosa,\n\nYours,\n:::after\nP.S. Bring Ed.",
            ["Dear Rosa,", "Yours,", "Helen", "P.S. Bring Ed."].as_slice(),
        ),
        ("Yours,\n\n:::after\n\nEnclosed: a card\n\n- one", &["Yours,", "Helen", "Enclosed: a card", "• one"]),
        ("Yours,\n:::after", &["Yours,", "Helen"]),
        (":::after\nP.S.\n:::after\nP.P.S.", &["Helen", "P.S.", "P.P.S."]),
    ] {
        let laid = text_of(markdown, us());
        let body = laid.lines().skip(7).filter(|line| !line.contains("problem")).map(top_and_text);
        let lines: Vec<String> =
            body.map(|line| line.split_once(' ').map_or("", |(_, text)| text).to_owned()).collect();
        let lines = lines.join(" ").replace("  ", " ");
        assert_eq!(lines, expected.join(" "), "{laid}");
    }
    // The signature keeps the end of the text with it, wherever it stands.
    let long = format!("{}:::after\n{}", format!("{TEXT}\n\n").repeat(10), format!("{TEXT}\n\n").repeat(2));
    let laid = text_of(&long, us());
    let second = laid.split("page 2").nth(1).expect("two pages");
    let before = second.lines().take_while(|line| !line.ends_with("Helen")).count();
    assert!(before >= 3 && second.contains("Helen"), "{laid}");
}

#[test]
fn a_coupon_is_a_box_with_its_code_at_the_right() {
    let laid = text_of("Yours,\n\n:::coupon\n**A bottle**\n\n![](regulars-qr:K7QX-93MP)\n:::\n", us());
    let expected = " 108  313 96 boxes\n 120  360 to 161 size 12.0 A bottle\n 369  326 code K7QX-93MP\n";
    let found: String = laid.lines().skip(8).take(3).map(|line| format!("{line}\n")).collect();
    assert_eq!(found, expected, "{laid}");
    for (markdown, expected) in [
        (":::coupon\na\n:::", ""),
        (":::coupon\n![](regulars-barcode:K7QX-93MP)\n:::", ""),
        (":::coupon\n:::", ""),
        (&*format!(":::coupon\n{}:::", "a\n\n".repeat(40)), "problem: the coupon does not fit one page\n"),
        (":::coupon\n![](none.png)\n:::", "problem: there is no image `none.png`\n"),
    ] {
        let laid = text_of(markdown, us());
        assert_eq!(laid.split("page 1").next(), Some(expected), "{markdown}");
    }
}

#[test]
fn the_foot_is_read_by_itself_and_last() {
    let (fonts, images, own) = (Fonts::shipped(), Images::default(), [us()]);
    let mut setter = Setter::new(&fonts);
    let constants = layout::Constants::new(&mut setter, &own, &images, &[]);
    let letter = Letter { footer: Some("Open every day".to_owned()), ..letter(TEXT) };
    let laid = layout::letter(&mut setter, &constants, &own, &images, &letter);
    let read = reading::page(&laid.pages[0], 0);
    let of_foot: Vec<usize> = (0..read.len()).filter(|&at| read[at].path == read[read.len() - 1].path).collect();
    assert_eq!(of_foot, [read.len() - 1]);
    assert!(matches!(read[read.len() - 1].mark, Some(Mark::Text { line, .. }) if line.text == "Open every day"));
}

#[test]
fn codes_keep_clear_of_the_folds() {
    let code = "![](regulars-qr:K7QX-93MP)";
    let ends = [
        format!("{code}\n\nYours,"),
        format!("{code}\n\n{TEXT}"),
        format!("> {code}\n\nYours,"),
        format!("Yours,\n\n:::after\n\n{code}\n\nP.S. {TEXT}"),
        format!(":::coupon\n**A bottle**\n\n{code}\n:::"),
    ];
    for (paper, window) in [
        (Paper::Letter, EnvelopeWindow::Us10),
        (Paper::A4, EnvelopeWindow::Din5008A),
        (Paper::A5, EnvelopeWindow::None),
        (Paper::Legal, EnvelopeWindow::None),
    ] {
        let own = || Stationery { paper, window, ..us() };
        let geometry = geometry::geometry(&own());
        for (lines, end) in (0..30).flat_map(|lines| ends.iter().map(move |end| (lines, end))) {
            let laid = text_of(&format!("{}{end}", "a\n\n".repeat(lines)), own());
            let found = lines_with(&laid, "code K7QX-93MP");
            let top = found[0].split_whitespace().nth(1).and_then(|top| top.parse::<f32>().ok()).expect("a top");
            let bottom = top + 22.0 * paper::MM;
            let is_clear = |fold: f32| top >= fold + 5.0 || bottom <= fold - 5.0;
            let is_whole = found.len() == 1 && bottom <= geometry.bottom + 1.0;
            assert!(is_whole && geometry.folds.into_iter().all(is_clear), "{paper} {lines} {end}: {laid}");
        }
    }
    // In the text of a short letter the code goes down next to the signature, and nothing else moves.
    let laid = |folded| {
        let window = if folded { EnvelopeWindow::Us10 } else { EnvelopeWindow::None };
        let laid = text_of(&format!("{}{}", "a\n\n".repeat(8), ends[0]), Stationery { window, ..us() });
        let top = |what| lines_with(&laid, what)[0].split_whitespace().nth(1).and_then(|top| top.parse::<i32>().ok());
        top("Yours,").zip(top("Helen")).map(|(above, below)| below - above)
    };
    assert_eq!(laid(true), laid(false));
}

#[test]
fn papers_and_postcards_are_laid_out_so() {
    let card = |markdown: &str, paper, size| {
        let own = Stationery { paper, window: EnvelopeWindow::None, font_size: size, ..us() };
        let laid = text_of(markdown, own);
        laid.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let message = "# We miss you\n\n:::back\nDear Rosa,\n\ncome in.";
    let us_card = "page 1
 75   38 to 144 size 14.5 We miss you
page 2
 25   26 to 123 size 7.5  Wiedeman’s · 1 University Avenue
 230  135 to 279 size 10.0 Rosa Okafor";
    let laid = card(message, Paper::Postcard, 10.0);
    for line in us_card.lines().map(str::trim) {
        let start = |line: &str| line.split(" to ").next().unwrap_or_default().trim().to_owned();
        assert!(laid.iter().any(|found| start(found) == start(line)), "{line}: {laid:#?}");
    }
    for (markdown, paper, size, expected) in [
        (message, Paper::PostcardA6, 10.0, ""),
        ("Dear Rosa,", Paper::Postcard, 12.0, ""),
        (
            &*format!("{TEXT}\n\n").repeat(4),
            Paper::Postcard,
            12.0,
            "problem: the text does not fit the front of the postcard",
        ),
        (
            &*format!(":::back\n{}", format!("{TEXT}\n\n").repeat(3)),
            Paper::PostcardA6,
            12.0,
            "problem: the text does not fit the back of the postcard",
        ),
    ] {
        let laid = card(markdown, paper, size);
        let problem = laid.first().filter(|line| line.starts_with("problem")).map_or("", String::as_str);
        assert_eq!(problem, expected, "{paper} {markdown}");
        assert_eq!(laid.iter().filter(|line| line.starts_with("page")).count(), 2, "{laid:#?}");
        // Nothing of the message reaches into the address, and nothing leaves the card.
        let (width, height) = paper.size();
        let second = laid.iter().skip_while(|line| *line != "page 2");
        for line in second.filter(|line| line.contains(" to ") && problem.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [left, top, right] = [words[0], words[1], words[3]].map(|number| number.parse::<f32>().expect(line));
            assert!(right <= width / 2.0 || left > width / 2.0, "{line}");
            assert!(top < height - 16.0 && right < width, "{line}");
        }
    }
    for (paper, expected) in [(Paper::A5, (42, 378)), (Paper::Legal, (138, 474)), (Paper::A4, (130, 466))] {
        let laid = text_of(TEXT, Stationery { paper, window: EnvelopeWindow::None, ..us() });
        let ends = format!(" to {} size 12.0", expected.1);
        // The left of a W hangs out.
        let starts = [expected.0, expected.0 - 1].map(|start| format!("{start} "));
        let full = lines_with(&laid, &ends);
        let full = full.iter().filter(|line| starts.iter().any(|start| line.trim_start().starts_with(start)));
        assert!(full.count() >= 1, "{laid}");
    }
}

#[test]
fn a_background_has_the_size_of_the_paper_and_is_in_the_file_once() {
    let page = |sizes: &[(u16, u16)]| {
        let count = sizes.len();
        let kids: String = (0..count).map(|number| format!("{} 0 R ", 4 + 2 * number)).collect();
        let mut objects = vec![
            "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
            format!("<</Type/Pages/Count {count}/Kids[{kids}]/Resources<</Font<</H 3 0 R>>>>>>"),
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
        ];
        for (number, (width, height)) in sizes.iter().enumerate() {
            let content = 5 + 2 * number;
            objects.push(format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Contents {content} 0 R>>"));
            objects.push("<</Length 26>>stream\nBT /H 9 Tf (Marlowe) Tj ET\nendstream".to_owned());
        }
        let mut file = "%PDF-1.5\n".to_owned();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
        for (number, object) in objects.iter().enumerate() {
            table += &format!("{:010} 00000 n \n", file.len());
            file += &format!("{} 0 obj\n{object}\nendobj\n", number + 1);
        }
        let (start, size) = (file.len(), objects.len() + 1);
        file += &format!("{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
        file.into_bytes()
    };
    let checked = |bytes: &[u8], paper| {
        let mut images = Images::default();
        images.add("paper.pdf", bytes)?;
        let own = Stationery { paper, background: Some("paper.pdf".to_owned()), ..us() };
        crate::letter::check_background(&own, &images).map(|()| (own, images))
    };
    for (sizes, paper, expected) in [
        (vec![(612, 792)], Paper::Letter, ""),
        (vec![(612, 792); 3], Paper::Letter, ""),
        // With 3 mm to be cut off at each edge.
        (vec![(629, 809)], Paper::Letter, ""),
        (vec![(595, 842)], Paper::Letter, "the background `paper.pdf` is 210 × 297 mm, and the paper is 216 × 279 mm"),
        (vec![(595, 842)], Paper::A4, ""),
        (
            vec![(612, 792), (792, 612)],
            Paper::Letter,
            "the background `paper.pdf` is 279 × 216 mm, and the paper is 216 × 279 mm",
        ),
        (vec![], Paper::Letter, "background `paper.pdf` cannot be used: the PDF file has no page"),
    ] {
        let found = checked(&page(&sizes), paper).err().map(|fault| fault.message().to_owned()).unwrap_or_default();
        assert_eq!(found, expected, "{sizes:?}");
    }
    for broken in [b"%PDF-1.4".as_slice(), &page(&[(612, 792)])[..200]] {
        let fault = checked(broken, Paper::Letter).expect_err("a broken file");
        assert!(fault.message().starts_with("background `paper.pdf` cannot be used: the PDF file "), "{fault}");
    }
    let (own, images) = checked(&page(&[(612, 792), (612, 792)]), Paper::Letter).expect("a background");
    let long = format!("{TEXT}\n\n").repeat(16);
    let job = PrintJob {
        stationery: &[own],
        images: &images,
        fonts: &Fonts::shipped(),
        letters: 3,
        compose: &|_| Ok(letter(&long)),
        title: "Letters".to_owned(),
        fingerprint: "00ff".to_owned(),
        created: chrono::NaiveDate::default(),
        threads: 1,
        leave_out_problems: false,
        duplex: false,
        progress: &|_| Ok(()),
    };
    let mut bytes = Vec::new();
    let printed = crate::letter::print(&job, &mut bytes).expect("letters");
    assert_eq!((printed.pages, printed.problems.len()), (vec![2; 3], 0));
    let count = |what: &[u8]| bytes.windows(what.len()).filter(|found| *found == what).count();
    // Each of its two pages once, for six pages of letters; each brought its font along.
    assert_eq!((count(b"/Matrix"), count(b"/Helvetica")), (2, 2));
}
