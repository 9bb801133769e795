//! Tables on pages, and letters that run from right to left, as text.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::as_text::layout_text;
use crate::letter::fonts::han::HanShapes;
use crate::letter::line::typeset::Setter;
use crate::letter::page::reading;
use crate::letter::sheet::layout::{self, Constants};
use crate::letter::{CoarsePicture, EnvelopeWindow, FontLibrary, Fonts, Images, Letter, Mark, ReadingRole, Stationery};
use crate::merge::{self, Block};

/// Fonts of a few letters each, from the Noto families.
const FIXTURES: [&str; 10] = [
    "NotoNaskhArabic-Regular.ttf",
    "NotoRashiHebrew-Regular.ttf",
    "NotoSansArabic-Regular.ttf",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSerifCJK-Regular.ttc",
    "NotoSerifDevanagari-Regular.ttf",
    "NotoSerifHebrew-Bold.ttf",
    "NotoSerifHebrew-Regular.ttf",
    "NotoSerifThai-Regular.ttf",
];

fn library(names: &[&str]) -> Arc<FontLibrary> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/letter/fonts/fixtures"));
    Arc::new(FontLibrary::of(names.iter().map(|name| folder.join(name)).collect()))
}

/// The shipped fonts and what the library has for these characters.
fn fonts_for(names: &[&str], text: &str, shapes: HanShapes) -> Option<Fonts> {
    let missing: BTreeSet<_> = text.chars().map(|c| (c, shapes)).collect();
    Fonts::shipped().with_library(library(names)).with_fallbacks_for(&missing)
}

fn letter(markdown: &str) -> Letter {
    Letter { blocks: merge::blocks(markdown).expect("blocks"), ..Letter::default() }
}

/// A letter without a letterhead as text.
fn laid_out(markdown: &str) -> String {
    layout_text(&letter(markdown), &[Stationery::default()], &pictures(), &Fonts::shipped())
}

/// `red.png`: 24 by 36 pixels, 144 an inch.
fn pictures() -> Images {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 24, 36);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: 5669, yppu: 5669, unit: png::Unit::Meter }));
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&[90; 24 * 36]));
    assert!(written.is_ok());
    let mut images = Images::default();
    images.add("red.png", &file).expect("a picture");
    images
}

#[test]
fn a_table_is_laid_out_so() {
    let laid = laid_out(
        "|Wine|Kind|Left|Price|\n|---|:-:|---|--:|\n|*Port*|red|120|$1,204.50|\n|**Sherry**|dry|7|$9.95|\n\
         |[List](https://a.example)||-3|free|\n|![Red](red.png) wine||1|$18|\n",
    );
    let expected = "page 1
 138  253 heavy rule of 230
 138  266 to 164 size 12.0 Wine
 234  266 to 258 size 12.0 Kind
 281  266 to 300 size 12.0 Left
 346  266 to 368 size 12.0 Price
 138  272 rule of 230
 138  286 to 157 size 12.0 Port
 239  286 to 253 size 12.0 red
 282  286 to 300 size 12.0 120
 322  286 to 368 size 12.0 $1,204.50
 138  307 to 171 size 12.0 Sherry
 238  307 to 254 size 12.0 dry
 294  307 to 300 size 12.0 7
 342  307 to 368 size 12.0 $9.95
 138  327 to 210 size 12.0 List (a.example)
 291  327 to 300 size 12.0 -3
 351  327 to 368 size 12.0 free
 138  340 image 0, 12 by 18
 138  374 to 160 size 12.0 wine
 294  347 to 300 size 12.0 1
 337  347 to 354 size 12.0 $18
 138  380 heavy rule of 230
";
    assert_eq!(laid, expected);
}

/// Rows of a table, each with its number.
fn rows(count: usize) -> String {
    let rows: String = (1..=count).map(|row| format!("|Row {row}|{row}.5|\n")).collect();
    format!("|Name|Price|\n|---|--:|\n{rows}")
}

#[test]
fn a_small_table_stays_whole_and_a_long_one_repeats_its_head() {
    let before = "A paragraph.\n\n".repeat(12);
    for (count, pages, heads) in [(3, 1, 1), (15, 2, 1), (25, 2, 2), (80, 3, 3)] {
        let laid = laid_out(&format!("{before}{}", rows(count)));
        let found: Vec<&str> = laid.split("page ").skip(1).collect();
        assert_eq!(found.len(), pages, "{count} rows: {laid}");
        assert_eq!(laid.matches(" Name\n").count(), heads, "{count} rows: {laid}");
        for row in 1..=count {
            assert_eq!(laid.matches(&format!(" Row {row}\n")).count(), 1, "{count} rows: {laid}");
        }
        for page in found.iter().filter(|page| page.contains(" Name\n")) {
            // Two heavy rules, and a thin one under the heading row, wherever the table is broken.
            let rules = ["rule of ", "heavy rule of "].map(|rule| page.matches(rule).count());
            assert_eq!(rules, [3, 2], "{count} rows: {page}");
            assert!(page.matches(" Row ").count() >= 2, "{count} rows: {page}");
            let down = |line: &str| line.split_whitespace().nth(1).and_then(|y| y.parse::<i32>().ok());
            let marks = page.lines().filter(|line| !line.contains('–')).filter_map(down);
            assert!(marks.max().is_some_and(|lowest| lowest <= 792 - 71), "{count} rows: {page}");
        }
    }
}

#[test]
fn what_does_not_fit_is_named_and_not_cut() {
    let word = "x".repeat(300);
    let many = format!("{0}|\n{1}|\n{0}|\n", "|Wednesday".repeat(14), "|-".repeat(14));
    let tall = format!("|a|b|\n|-|-|\n|1|{}|\n", "word ".repeat(900));
    for (markdown, expected) in [
        (format!("|a|b|\n|-|-|\n|{word}|c|\n"), "a table is too wide: its columns need "),
        (many, "a table is too wide: its columns need "),
        (format!("> |a|\n> |-|\n> |{}|\n", "y".repeat(90)), "a table is too wide: its columns need "),
        (tall, "a row of a table is taller than a page"),
        (format!("|a|b|\n|-|-|\n|{}|c|\n", "word ".repeat(60)), ""),
        // Addresses part at their points and slashes; a code keeps together while another column can give way.
        (format!("|a|b|\n|-|-|\n|www.{0}.example/{0}/{0}|{1}|\n", "a".repeat(20), "word ".repeat(60)), ""),
        (format!("|a|b|\n|-|-|\n|{0}@{0}.example|{1}|\n", "a".repeat(28), "word ".repeat(60)), ""),
        (format!("{}|\n{}|\n{}|\n", "|a".repeat(7), "|-".repeat(7), "|ABCD-EFGH".repeat(7)), ""),
        ("|a|b|\n|-|-|\n|![](red.png)|![](gone.png)|\n".to_owned(), "there is no image `gone.png`"),
    ] {
        let laid = laid_out(&markdown);
        let problem = laid.lines().find_map(|line| line.strip_prefix("problem: ")).unwrap_or_default();
        assert!(problem.starts_with(expected) && (problem.is_empty() == expected.is_empty()), "{laid}");
        for line in laid.lines().filter(|line| line.contains(" to ")) {
            let end = line.split_whitespace().nth(3).and_then(|end| end.parse::<i32>().ok());
            assert!(end.is_some_and(|end| end <= 533), "{line}");
        }
    }
}

#[test]
fn a_letter_from_right_to_left_is_mirrored() {
    let markdown = "# שלום\n\nשלום דוד כהן, Ana\n\n- שלום\n- Ana 1987\n\n1. דוד\n\n> שלום\n\n|שלום|דוד|\n|---|--:|\n|כהן|12.5|\n|Ana|7|\n";
    let fonts = fonts_for(&FIXTURES, markdown, HanShapes::default()).expect("fonts");
    let own = Stationery {
        language: "he".to_owned(),
        date: "1989".to_owned(),
        signer: "דוד".to_owned(),
        signature: Some("red.png".to_owned()),
        ..Stationery::default()
    };
    let laid = layout_text(&letter(markdown), &[own], &pictures(), &fonts);
    let expected = "page 1
 138  233 to 161 size 12.0 1989
 437  267 to 474 size 17.4 שלום
 386  294 to 474 size 12.0 שלום דוד כהן, Ana
 461  320 to 466 size 12.0 •
 429  320 to 455 size 12.0 שלום
 461  339 to 466 size 12.0 •
 410  339 to 455 size 12.0 Ana 1987
 462  364 to 470 size 12.0 1.
 440  364 to 456 size 12.0 דוד
 429  390 to 455 size 12.0 שלום
 404  405 heavy rule of 70
 448  419 to 474 size 12.0 שלום
 410  419 to 426 size 12.0 דוד
 404  425 rule of 70
 457  439 to 474 size 12.0 כהן
 406  439 to 426 size 12.0 12.5
 455  455 to 474 size 12.0 Ana
 412  455 to 417 size 12.0 7
 404  462 heavy rule of 70
 462  476 image 0, 12 by 18
 458  505 to 474 size 12.0 דוד
";
    assert_eq!(laid, expected);
}

/// The steps that lead to the pictures of a page.
fn pictures_of(markdown: &str) -> Vec<Vec<ReadingRole>> {
    let fonts = Fonts::shipped();
    let (mut setter, images) = (Setter::new(&fonts), pictures());
    let own = [Stationery::default()];
    let constants = Constants::new(&mut setter, &own, &images, &[]);
    let laid = layout::letter(&mut setter, &constants, &own, &images, &letter(markdown));
    let read = reading::page(&laid.pages[0], 0);
    let is_picture = |mark: Option<&Mark>| matches!(mark, Some(Mark::Image { .. } | Mark::Cells { .. }));
    let read = read.into_iter().filter(|one| is_picture(one.mark) && !one.path.is_empty());
    read.map(|one| one.path.into_iter().map(|(_, role)| role).collect()).collect()
}

#[test]
fn pictures_keep_their_words_wherever_they_stand() {
    let figure = |words: &str| ReadingRole::Figure(words.to_owned());
    let cell = |role: ReadingRole, words: &str| vec![ReadingRole::Table, ReadingRole::Row, role, figure(words)];
    for (markdown, expected) in [
        ("![Red](red.png)", vec![vec![figure("Red")]]),
        ("|Wine|\n|-|\n|![Red](red.png)|\n", vec![cell(ReadingRole::Cell, "Red")]),
        ("|![Red](red.png) wine|\n|-|\n|Port|\n", vec![cell(ReadingRole::Head, "Red")]),
        ("|a|b|\n|-|-|\n||![](regulars-qr:K7QX-93MP)|\n", vec![cell(ReadingRole::Cell, "QR: K7QX-93MP")]),
        ("|a|\n|-|\n|one ![Red](red.png) two|\n", vec![cell(ReadingRole::Cell, "Red")]),
        ("|a|\n|-|\n|![](red.png)|\n|![](regulars-barcode:K7QX)|\n", Vec::new()),
    ] {
        assert_eq!(pictures_of(markdown), expected, "{markdown}");
    }
}

#[test]
fn what_stands_round_a_letter_from_right_to_left_is_mirrored() {
    for (language, [coupon, running, footer], is_mirrored) in [
        ("he", ["שלום", "דוד כהן", "כהן שלום"], true),
        ("en", ["שלום", "דוד כהן", "כהן שלום"], true),
        ("en", ["A gift", "Ana Ruiz", "Open daily"], false),
    ] {
        let text = format!("{coupon} ").repeat(100);
        let blocks =
            format!(":::coupon\n{coupon}\n\n![](regulars-qr:K7QX-93MP)\n:::\n{}", format!("{text}\n\n").repeat(3));
        let (second_page, footer_text) = (Some(running.to_owned()), Some(footer.to_owned()));
        let letter = Letter { second_page, footer: footer_text, ..letter(&blocks) };
        let fonts = fonts_for(&FIXTURES, &format!("{coupon}{running}{footer}"), HanShapes::default())
            .unwrap_or_else(Fonts::shipped);
        let own = Stationery { language: language.to_owned(), window: EnvelopeWindow::Us10, ..Stationery::default() };
        let laid = layout_text(&letter, &[own], &pictures(), &fonts);
        let place = |what: &str| {
            let line = laid.lines().find(|line| line.ends_with(what)).unwrap_or_else(|| panic!("{what}: {laid}"));
            line.split_whitespace().filter_map(|word| word.parse::<i32>().ok()).collect::<Vec<_>>()
        };
        let (left, right) = (108, 444);
        for what in [running, footer] {
            let line = place(&format!(" {what}"));
            assert_eq!((line[0] == left, line[2] == right), (!is_mirrored, is_mirrored), "{what}: {laid}");
        }
        // Inside the line are 4.5 mm, 13 points, of white; a letter at its edge may hang into it.
        let is_at = |place: i32, expected: i32| (place - expected).abs() <= 1;
        let (code, text) = (place("code K7QX-93MP"), place(&format!(" {coupon}")));
        assert_eq!(is_at(code[0], left + 13), is_mirrored, "{laid}");
        assert_eq!((is_at(text[0], left + 13), is_at(text[2], right - 13)), (!is_mirrored, is_mirrored), "{laid}");
    }
}

#[test]
fn blocks_from_right_to_left_are_mirrored_in_a_letter_from_left_to_right() {
    let fonts = fonts_for(&FIXTURES, "שלוםדוכהןمرحبا", HanShapes::default()).expect("fonts");
    for (markdown, at_right) in [
        ("- שלום\n- דוד", true),
        ("- مرحبا", true),
        ("- שלום Ana", false),
        ("1. דוד", true),
        ("|שלום|דוד|\n|-|-|\n|כהן|דוד|", true),
        ("|שלום|Ana|\n|-|-|\n|כהן|דוד|", false),
        ("# שלום", true),
        ("# Ana שלום", false),
    ] {
        let laid = layout_text(&letter(markdown), &[Stationery::default()], &pictures(), &fonts);
        let first = laid.lines().find(|line| line.contains(" to ")).expect("a line");
        let ends: Vec<i32> = first.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        assert_eq!(ends[2] > 440, at_right, "{markdown}: {laid}");
        assert_eq!(ends[0] < 150, !at_right, "{markdown}: {laid}");
    }
}

#[test]
fn justified_lines_from_right_to_left_are_straight_on_both_sides() {
    for (language, word) in [("he", "שלום דוד כהן "), ("ar", "مرحبا "), ("en", "שלום כהן דוד ")]
    {
        let text = word.repeat(60);
        let fonts = fonts_for(&FIXTURES, &text, HanShapes::default()).expect("fonts");
        let own = Stationery { language: language.to_owned(), ..Stationery::default() };
        let laid = layout_text(&letter(&text), &[own], &Images::default(), &fonts);
        let lines: Vec<Vec<&str>> = laid.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
        assert!(lines.len() > 3, "{laid}");
        for line in &lines[..lines.len() - 1] {
            assert_eq!((line[0], line[3]), ("138", "474"), "{laid}");
        }
        assert_eq!(lines.last().map(|line| line[3]), Some("474"), "{laid}");
    }
}

#[test]
fn fonts_are_chosen_by_script_whatever_their_order() {
    let mut names = FIXTURES;
    let mut random = fastrand::Rng::with_seed(18);
    for _ in 0..6 {
        random.shuffle(&mut names);
        for (text, shapes, expected) in [
            ("שלום", HanShapes::Japanese, "NotoSerifHebrew-Regular NotoSerifHebrew-Bold"),
            ("مرحبا", HanShapes::Japanese, "NotoNaskhArabic-Regular"),
            ("สวัสดี", HanShapes::Japanese, "NotoSerifThai-Regular"),
            ("नमस्ते", HanShapes::Japanese, "NotoSerifDevanagari-Regular"),
            ("直骨", HanShapes::Japanese, "NotoSerifCJKjp-Regular"),
            ("直骨", HanShapes::Simplified, "NotoSerifCJKsc-Regular"),
            ("直骨", HanShapes::Traditional, "NotoSerifCJKtc-Regular"),
            ("直骨", HanShapes::HongKong, "NotoSerifCJKhk-Regular"),
            ("直骨", HanShapes::Korean, "NotoSerifCJKkr-Regular"),
            ("あ", HanShapes::Korean, "NotoSerifCJKjp-Regular"),
            ("김", HanShapes::Simplified, "NotoSerifCJKkr-Regular"),
        ] {
            let fonts = fonts_for(&names, text, shapes).expect("fonts");
            let faces: Vec<&str> = fonts.faces()[4..].iter().map(|face| face.name.as_str()).collect();
            assert_eq!(faces.join(" "), expected, "{text} {shapes:?} {names:?}");
        }
    }
}

#[test]
fn what_only_unfit_fonts_have_is_missing() {
    for (names, text, expected) in [
        (vec!["NotoRashiHebrew-Regular.ttf"], "שלום", false),
        (vec!["NotoRashiHebrew-Regular.ttf", "NotoSansHebrew-Regular.ttf"], "שלום", true),
        (vec!["NotoSansCJKsc-Regular.otf"], "直", true),
        (vec!["NotoSansCJKsc-Regular.otf"], "漢", false),
        (vec!["NotoSerifHebrew-Bold.ttf"], "שלום", true),
        (Vec::new(), "שלום", false),
    ] {
        assert_eq!(fonts_for(&names, text, HanShapes::Japanese).is_some(), expected, "{names:?} {text}");
    }
}

#[test]
fn names_of_several_countries_have_their_own_shapes_in_one_job() {
    let names = ["JP", "CN", "TW", "HK", "KR", "US"];
    let compose = |number: usize| {
        let country = names[number].to_owned();
        let blocks = letter("**直** *骨* 角 שלום **שלום** *שלום*").blocks;
        Ok(Letter { address: vec!["直骨".to_owned()], country, blocks, ..Letter::default() })
    };
    let fonts = Fonts::shipped().with_library(library(&FIXTURES));
    let job = crate::letter::PrintJob {
        stationery: &[Stationery::default()],
        images: &Images::default(),
        fonts: &fonts,
        letters: names.len(),
        compose: &compose,
        title: String::new(),
        fingerprint: "00".to_owned(),
        created: chrono::NaiveDate::default(),
        threads: 2,
        leave_out_problems: false,
        duplex: false,
        progress: &|_| Ok(()),
    };
    let mut file = Vec::new();
    let printed = crate::letter::print(&job, &mut file).expect("a file");
    assert_eq!((printed.pages, printed.problems.len()), (vec![1; 6], 0));
    let chinese = ["jp", "sc", "tc", "hk", "kr"].map(|shapes| format!("NotoSerifCJK{shapes}-Regular"));
    let hebrew = ["Regular", "Bold"].map(|look| format!("NotoSerifHebrew-{look}"));
    for name in chinese.iter().chain(&hebrew) {
        assert!(file.windows(name.len()).any(|bytes| bytes == name.as_bytes()), "{name}");
    }
}

#[test]
fn coarse_pictures_are_noted_by_their_printed_width() {
    let images = pictures();
    let image = |width| Block::Image { file: "red.png".to_owned(), width, alt: String::new() };
    for (blocks, expected) in [
        (vec![image(0)], vec![(144, 4)]),
        (vec![image(40)], Vec::new()),
        (vec![image(100)], vec![(61, 10)]),
        (vec![image(40), image(200), image(100)], vec![(30, 20)]),
    ] {
        let compose = |_: usize| Ok(Letter { blocks: blocks.clone(), ..Letter::default() });
        let job = crate::letter::PrintJob {
            stationery: &[Stationery::default()],
            images: &images,
            fonts: &Fonts::shipped(),
            letters: 2,
            compose: &compose,
            title: String::new(),
            fingerprint: String::new(),
            created: chrono::NaiveDate::default(),
            threads: 1,
            leave_out_problems: false,
            duplex: false,
            progress: &|_| Ok(()),
        };
        let coarse = crate::letter::check(&job).expect("checked").coarse;
        assert_eq!(coarse.iter().map(|coarse| (coarse.dpi, coarse.width)).collect::<Vec<_>>(), expected);
    }
    assert_eq!(
        images.coarse(CoarsePicture { image: 0, dpi: 61, width: 10 }),
        "letter-templates/red.png: the picture is printed 10 mm wide with 61 dpi, and below 150 it looks coarse; take one \
         at least 60 pixels wide, or print it 4 mm wide at most"
    );
}
