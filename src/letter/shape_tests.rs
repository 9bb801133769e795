//! What the front matter makes of a letter, in its text form.

use super::as_text::layout_text;
use super::typeset::Setter;
use super::{Colour, EnvelopeWindow, Fonts, Images, Letter, Paper, Stationery, layout, paper};
use crate::merge::head::{Figures, Margins, TextAlign};

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
        let geometry = paper::geometry(&own);
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
        (EnvelopeWindow::Din5008A, all(25.0), "the top margin leaves no room for the letterhead above the window din-5008-a"),
        (EnvelopeWindow::DlUk, high(35.0, 20.0), "the top margin leaves no room for the letterhead above the window dl-uk"),
        (EnvelopeWindow::None, high(100.0, 80.0), "the margins leave 42 mm of the first page for the text"),
        (EnvelopeWindow::None, high(60.0, 100.0), "the margins leave 62 mm of the first page for the text"),
    ] {
        let paper = window.paper().unwrap_or(Paper::A4);
        let checked = paper::check_margins(&Stationery { paper, window, margins, ..Stationery::default() });
        let found = checked.err().map(|fault| fault.message().to_owned()).unwrap_or_default();
        assert_eq!(found, expected, "{window} {margins:?}");
    }
}

#[test]
fn leading_align_figures_and_colour_are_seen() {
    let usual = text_of(TEXT, us());
    // The distance of the first two baselines of the text.
    let distance = |laid: &str| {
        let tops: Vec<i32> = laid.lines().skip(7).filter_map(|line| line.split_whitespace().nth(1)?.parse().ok()).collect();
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
        laid.lines().filter_map(|line| line.strip_suffix(" in #1b2a52")).map(|line| line.trim_start()).collect();
    assert_eq!(coloured.len(), 4, "{laid}");
    for (found, end) in coloured.iter().zip(["Wiedeman’s", "A bottle", "rule of 84", "rule of 85"]) {
        assert!(found.ends_with(end) || found.contains("rule of"), "{found}");
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
        laid.pages.into_iter().flat_map(|page| page.into_iter().skip(1)).collect::<Vec<_>>()
    };
    for (markdown, is_changed) in [
        ("In 1988 we had 1,024 of 30.", true),
        ("# Since 1924", true),
        ("1. one\n2. two", true),
        ("Your number is **34E0-7D0F**.", false),
        ("Call 650-555-0100.", false),
        ("| What | Price |\n|-|-|\n| shirts | 1990 |", false),
    ] {
        let same = pages(markdown, Figures::Lining) == pages(markdown, Figures::Oldstyle);
        assert_eq!(same, !is_changed, "{markdown}");
    }
}
