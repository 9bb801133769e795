//! Whole jobs, without any tool but this crate.

mod as_text;
mod shapes;
mod tables;

use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::NaiveDate;

use crate::error::{Error, Result};
use crate::letter::{EnvelopeWindow, Fonts, Images, Letter, Paper, PrintJob, Printed, Stationery, check, print};
use crate::merge::block::{Block, Span, TextTable};
use as_text::layout_text;

fn span(text: &str) -> Span {
    Span { text: text.to_owned(), ..Span::default() }
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph(vec![span(text)])
}

fn letter(name: &str) -> Letter {
    let bold = Span { bold: true, ..span("a bottle") };
    Letter {
        address: vec![name.to_owned(), "1 Hill Road".to_owned(), "Palo Alto, CA 94301".to_owned()],
        blocks: vec![
            paragraph(&format!("Dear {name},")),
            Block::Paragraph(vec![span("there is "), bold, span(" waiting for you. Come in and take it home.")]),
            Block::Qr("K7QX-93MP".to_owned()),
            paragraph("Yours,"),
        ],
        ..Letter::default()
    }
}

fn stationery(window: EnvelopeWindow) -> Stationery {
    Stationery {
        window,
        sender: vec!["Wiedeman’s".to_owned(), "1 University Avenue".to_owned()],
        date: "January 23, 1989".to_owned(),
        signer: "Helen".to_owned(),
        ..Stationery::default()
    }
}

/// Prints letters on sheets for the #10 window; the file, and what was printed.
fn run(
    letters: usize,
    threads: usize,
    leave_out: bool,
    compose: &(dyn Fn(usize) -> Result<Letter> + Sync),
) -> (Vec<u8>, Printed) {
    let progress = AtomicUsize::new(0);
    let job = PrintJob {
        stationery: &[stationery(EnvelopeWindow::Us10)],
        images: &Images::default(),
        fonts: &Fonts::shipped(),
        letters,
        compose,
        title: "Letters".to_owned(),
        fingerprint: "00ff".to_owned(),
        created: NaiveDate::from_ymd_opt(1989, 1, 23).unwrap_or_default(),
        threads,
        leave_out_problems: leave_out,
        duplex: false,
        progress: &|done| {
            progress.fetch_max(done, Ordering::Relaxed);
            Ok(())
        },
    };
    let mut file = Vec::new();
    let printed = print(&job, &mut file).unwrap_or_default();
    assert_eq!(progress.load(Ordering::Relaxed), letters);
    assert_eq!(check(&job).ok().as_ref(), Some(&printed));
    (file, printed)
}

#[test]
fn the_bytes_do_not_depend_on_the_threads() {
    let names = ["Rosa Okafor", "Zümra Özdemir", "Γιώργος Παπαδόπουλος", "Анна Щербакова", "Łukasz Żółć"];
    let compose = |number: usize| Ok(letter(names[number % names.len()]));
    let (one, printed) = run(100, 1, false, &compose);
    assert_eq!((printed.pages, printed.problems), (vec![1; 100], Vec::new()));
    assert!(one.starts_with(b"%PDF-1.7"));
    assert!(!one.windows(16).any(|bytes| bytes == b"/GTS_PDFXVersion"));
    for threads in [2, 5] {
        assert!(run(100, threads, false, &compose).0 == one, "{threads} threads");
    }
}

#[test]
fn a_problem_stops_the_job_or_leaves_its_letter_out() {
    let compose = |number: usize| match number {
        3 => Ok(letter("漢 Tanaka")),
        5 => Err(Error::new("`last_purchase.item` is empty").hint("give it a default")),
        _ => Ok(letter("Rosa Okafor")),
    };
    let (file, printed) = run(40, 2, false, &compose);
    assert!(!file.ends_with(b"%%EOF\n"));
    let found: Vec<(usize, &str)> = printed.problems.iter().map(|p| (p.letter, p.message.as_str())).collect();
    assert_eq!(found, [(3, "no font has '漢' (U+6F22)"), (5, "`last_purchase.item` is empty")]);
    assert_eq!(printed.problems[1].hint.as_deref(), Some("give it a default"));
    let (file, printed) = run(40, 2, true, &compose);
    assert!(file.starts_with(b"%PDF"));
    assert_eq!(printed.pages.iter().sum::<usize>(), 38);
    assert_eq!((printed.pages[3], printed.pages[5]), (0, 0));
}

/// The problems of one letter on the given stationery.
fn problems(letter: &Letter, stationery: Stationery) -> Vec<String> {
    let text = layout_text(letter, &[stationery], &Images::default(), &Fonts::shipped());
    text.lines().filter_map(|line| line.strip_prefix("problem: ")).map(str::to_owned).collect()
}

#[test]
fn an_address_is_made_smaller_until_it_fits_and_never_cut() {
    let lines = |count: usize| (1..=count).map(|number| format!("Line {number}")).collect::<Vec<_>>();
    let with = |address: Vec<String>| Letter { address, ..letter("Rosa") };
    let us = || stationery(EnvelopeWindow::Us10);
    assert!(problems(&with(lines(5)), us()).is_empty());
    assert_eq!(problems(&with(lines(6)), us()), ["address does not fit the window: 6 lines, 5 fit"]);
    assert!(
        problems(&with(lines(6)), Stationery { paper: Paper::A4, ..stationery(EnvelopeWindow::Din5008B) }).is_empty()
    );
    let long = "The Very Honourable Society of Friends of the Municipal Gardens and Adjoining Meadows of Palo Alto";
    let found = problems(&with(vec![long.to_owned()]), us());
    assert_eq!(
        found,
        ["address does not fit the window: `The Very Honourable Society of Friends of the Municipal Gar…` is too long"]
    );
}

#[test]
fn what_is_missing_is_named() {
    let own = Stationery { logo: Some("logo.png".to_owned()), ..stationery(EnvelopeWindow::None) };
    let image = Block::Image { file: "a.png".to_owned(), width: 0, alt: String::new() };
    let wrong = Letter { blocks: vec![image, Block::Barcode("Zoë".to_owned())], ..letter("Rosa") };
    let expected =
        ["there is no image `logo.png` for the logo", "there is no image `a.png`", "`Zoë` cannot be a bar code"];
    assert_eq!(problems(&wrong, own), expected);
    let nowhere = Letter { stationery: 7, ..letter("Rosa") };
    assert_eq!(problems(&nowhere, stationery(EnvelopeWindow::None)).len(), 1);
}

#[test]
fn a_long_letter_goes_on_over_numbered_pages_with_nothing_below_the_margin() {
    let text = "We have been here since our grandfather opened the door, and the bell is still his. ".repeat(6);
    let blocks = (0..14).map(|_| paragraph(&text)).collect();
    let long = Letter { blocks, ..letter("Rosa") };
    let laid = layout_text(&long, &[stationery(EnvelopeWindow::Us10)], &Images::default(), &Fonts::shipped());
    assert_eq!(laid.matches("page ").count(), 4);
    assert!(laid.contains("Rosa · January 23, 1989 · 3/4") && !laid.contains("1/4"));
    let mut body = 0;
    for line in laid.lines().filter(|line| line.contains("grandfather")) {
        let numbers: Vec<i32> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        // A point hangs out.
        assert!(numbers[0] >= 107 && numbers[1] <= 730 && numbers[2] <= 446, "{line}");
        body += 1;
    }
    assert!(body > 60, "{body}");
}

#[test]
fn odd_blocks_are_set_without_harm() {
    let word = "x".repeat(300);
    let blocks = vec![
        paragraph(""),
        paragraph("\n"),
        paragraph(&word),
        Block::Heading(1, Vec::new()),
        Block::List(None, Vec::new()),
        Block::List(Some(3), vec![Vec::new()]),
        Block::Quote(Vec::new()),
        Block::Table(TextTable::default()),
        Block::Table(TextTable {
            aligns: Vec::new(),
            rows: vec![vec![vec![paragraph("Name")], Vec::new()], vec![Vec::new()]],
        }),
        Block::Rule,
    ];
    let odd = Letter { blocks, ..Letter::default() };
    for window in [EnvelopeWindow::None, EnvelopeWindow::DlUk, EnvelopeWindow::Din5008A] {
        let laid = layout_text(&odd, &[stationery(window)], &Images::default(), &Fonts::shipped());
        assert!(!laid.contains("problem"), "{laid}");
        for line in laid.lines().filter(|line| line.contains("xx")) {
            let end = line.split_whitespace().nth(3).and_then(|end| end.parse::<i32>().ok());
            assert!(end.is_some_and(|end| end <= 541), "{line}");
        }
    }
}

#[test]
fn a_short_letter_is_laid_out_so() {
    let laid = layout_text(
        &letter("Zümra Özdemir"),
        &[stationery(EnvelopeWindow::Us10)],
        &Images::default(),
        &Fonts::shipped(),
    );
    let expected = "page 1
 108   55 to 224 size 18.6 Wiedeman’s
 108   72 to 182 size 9.1  1 University Avenue
 366  261 to 444 size 12.0 January 23, 1989
 108  193 to 183 size 12.0 Zümra Özdemir
 108  207 to 162 size 12.0 1 Hill Road
 108  221 to 204 size 12.0 Palo Alto, CA 94301
 108  292 to 210 size 12.0 Dear Zümra Özdemir,
 108  318 to 379 size 12.0 there is a bottle waiting for you. Come in and take it home.
 382  332 code K7QX-93MP
 108  343 to 136 size 12.0 Yours,
 108  412 to 136 size 12.0 Helen
";
    assert_eq!(laid, expected);
}

/// A PNG file of two by two pixels, the last one transparent.
fn drop_of_ink() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 2, 2);
    encoder.set_color(png::ColorType::Rgba);
    let encoded = encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&[0, 0, 90, 255, 0, 0, 90, 255, 0, 0, 90, 255, 0, 0, 90, 0]));
    assert!(encoded.is_ok());
    file
}

#[test]
fn sheets_of_two_sizes_and_an_image_go_into_one_file() {
    let mut images = Images::default();
    assert!(images.add("ink.png", &drop_of_ink()).is_ok());
    let here = Stationery { signature: Some("ink.png".to_owned()), ..stationery(EnvelopeWindow::Us10) };
    let abroad = Stationery { paper: Paper::A4, ..stationery(EnvelopeWindow::Din5008B) };
    let job = PrintJob {
        stationery: &[here, abroad],
        images: &images,
        fonts: &Fonts::shipped(),
        letters: 4,
        compose: &|number| Ok(Letter { stationery: number % 2, ..letter("Rosa") }),
        title: "Two papers".to_owned(),
        fingerprint: String::new(),
        created: NaiveDate::default(),
        threads: 1,
        leave_out_problems: false,
        duplex: false,
        progress: &|_| Ok(()),
    };
    let mut file = Vec::new();
    assert_eq!(print(&job, &mut file).map(|printed| printed.pages).ok(), Some(vec![1; 4]));
    let count = |what: &[u8]| file.windows(what.len()).filter(|bytes| bytes == &what).count();
    assert_eq!((count(b"/MediaBox[0 0 612 792]"), count(b"/MediaBox[0 0 595.28 841.89]")), (1, 2));
    assert_eq!((count(b"/SMask"), count(b"/Type/Page/")), (1, 4));
}

#[test]
fn nothing_to_print_writes_nothing() {
    let (file, printed) = run(0, 2, false, &|_| Ok(Letter::default()));
    assert_eq!((file.len(), printed), (0, Printed::default()));
}

/// A font of its own family, of which a table was broken in every way in which files break.
fn broken_fonts() -> Vec<(String, Vec<u8>)> {
    let mut whole = include_bytes!("../fonts/EBGaramond-Regular.ttf").to_vec();
    let wide = |name: &str| -> Vec<u8> { name.encode_utf16().flat_map(u16::to_be_bytes).collect() };
    let (old, new) = (wide("EB Garamond"), wide("XB Garamond"));
    while let Some(at) = whole.windows(old.len()).position(|bytes| bytes == old) {
        whole[at..at + new.len()].copy_from_slice(&new);
    }
    let number = |at: usize| usize::try_from(u32::from_be_bytes(whole[at..at + 4].try_into().unwrap())).unwrap();
    let mut dice = fastrand::Rng::with_seed(16);
    let mut found = vec![("whole".to_owned(), whole.clone())];
    for table in 0..usize::from(u16::from_be_bytes([whole[4], whole[5]])) {
        let entry = 12 + 16 * table;
        let name = String::from_utf8_lossy(&whole[entry..entry + 4]).into_owned();
        let range = number(entry + 8)..number(entry + 8) + number(entry + 12);
        let mut with = |how: &str, change: &mut dyn FnMut(&mut [u8])| {
            let mut bytes = whole.clone();
            change(&mut bytes);
            found.push((format!("{name} {how}"), bytes));
        };
        with("of zeros", &mut |bytes| bytes[range.clone()].fill(0));
        with("of ones", &mut |bytes| bytes[range.clone()].fill(255));
        with("at random", &mut |bytes| bytes[range.clone()].iter_mut().for_each(|byte| *byte = dice.u8(..)));
        with("missing", &mut |bytes| bytes[entry..entry + 4].copy_from_slice(b"zzzz"));
        with("of half its length", &mut |bytes| {
            let half = u32::try_from(range.len() / 2).unwrap();
            bytes[entry + 12..entry + 16].copy_from_slice(&half.to_be_bytes());
        });
        with("of five bytes", &mut |bytes| bytes[entry + 12..entry + 16].copy_from_slice(&5_u32.to_be_bytes()));
        with("beyond the end", &mut |bytes| bytes[entry + 8..entry + 12].fill(255));
        let head = range.start..range.start + range.len().min(64);
        with("with a wrong bit", &mut |bytes| bytes[dice.usize(head.clone())] ^= 1 << dice.u8(..8));
    }
    found.extend((0..12).map(|part| (format!("cut to {part} of 12"), whole[..whole.len() * part / 12].to_vec())));
    found.push(("random bytes".to_owned(), std::iter::repeat_with(|| dice.u8(..)).take(5000).collect()));
    found
}

#[test]
fn a_broken_font_is_named_and_never_stops_the_program() {
    let (mut refused, mut printed) = (0, 0);
    for (how, bytes) in broken_fonts() {
        let fonts = match Fonts::with(vec![("fonts/own.ttf".to_owned(), bytes)]) {
            Ok(fonts) => fonts,
            Err(error) => {
                assert_eq!(error.message(), "`fonts/own.ttf` is not a font that can be printed", "{how}");
                refused += 1;
                continue;
            }
        };
        let job = PrintJob {
            stationery: &[Stationery { font: Some("XB Garamond".to_owned()), ..stationery(EnvelopeWindow::Us10) }],
            images: &Images::default(),
            fonts: &fonts,
            letters: 1,
            compose: &|_| Ok(letter("Zümra Öz Effi Łukasz")),
            title: "Letters".to_owned(),
            fingerprint: "00ff".to_owned(),
            created: NaiveDate::from_ymd_opt(1989, 1, 23).unwrap_or_default(),
            threads: 1,
            leave_out_problems: false,
            duplex: false,
            progress: &|_| Ok(()),
        };
        match print(&job, &mut Vec::new()) {
            Ok(_) => printed += 1,
            Err(error) => assert_eq!(error.message(), "the font `fonts/own.ttf` cannot be put into a PDF", "{how}"),
        }
    }
    assert!(refused > 30 && printed > 30, "{refused} refused, {printed} printed");
}
