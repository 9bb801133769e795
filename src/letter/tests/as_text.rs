//! Laid-out pages as text: where each line stands and its text, for golden files and for reading.

use std::fmt::Write;

use crate::letter::line::typeset::Setter;
use crate::letter::number::rounded;
use crate::letter::page::{LaidPage, Mark, PagePart};
use crate::letter::problem::problems;
use crate::letter::sheet::layout;
use crate::letter::{Colour, Fonts, Images, Letter, Stationery};

/// The laid-out pages of a letter as text, a line for each line: where it stands, in points, and its text.
/// Problems come first.
pub(crate) fn layout_text(letter: &Letter, stationery: &[Stationery], images: &Images, fonts: &Fonts) -> String {
    let mut setter = Setter::new(fonts);
    let constants = layout::Constants::new(&mut setter, stationery, images, &[]);
    let laid = layout::letter(&mut setter, &constants, stationery, images, letter);
    let problems = problems(0, laid.faults);
    let problems: Vec<String> = problems.into_iter().map(|p| format!("problem: {}\n", p.message)).collect();
    problems.concat() + &pages(&laid.pages)
}

/// One line of text a mark: page, left and baseline in whole points from the top left corner, contents.
fn pages(pages: &[LaidPage]) -> String {
    let mut text = String::new();
    for (number, page) in pages.iter().enumerate() {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "page {}", number + 1);
        for placed in page {
            let mut y = placed.y;
            let strips = match &placed.part {
                PagePart::Strip(strip) | PagePart::Guides(_, strip) => std::slice::from_ref(strip),
                PagePart::Form(_, set) => set.strips.as_slice(),
            };
            for (number, strip) in strips.iter().enumerate() {
                if number > 0 {
                    y += strip.space;
                }
                for mark in &strip.marks {
                    describe(&mut text, mark, placed.x, y);
                }
                y += strip.height;
            }
        }
    }
    text
}

/// A color after what has it; nothing for black.
fn shown(colour: Option<Colour>) -> String {
    let digits = |Colour(parts): Colour| parts.map(|part| format!("{part:02x}")).concat();
    colour.map(|colour| format!(" in #{}", digits(colour))).unwrap_or_default()
}

fn describe(text: &mut String, mark: &Mark, left: f32, top: f32) {
    let (x, y, what) = match mark {
        Mark::Text { x, y, line } => {
            let size = line.runs.first().map_or(0.0, |run| run.size);
            let end = rounded(left + x + line.width);
            let colour = shown(line.runs.first().and_then(|run| run.colour));
            (x, y, format!("to {end:>3} size {size:<4.1} {}{colour}", line.text))
        }
        Mark::Rule { x, y, width, weight, colour } => {
            let kind = if *weight > Mark::THIN { "heavy rule" } else { "rule" };
            (x, y, format!("{kind} of {}{}", rounded(*width), shown(*colour)))
        }
        Mark::Image { image, x, y, size } => {
            (x, y, format!("image {image}, {} by {}", rounded(size.0), rounded(size.1)))
        }
        Mark::Cells { x, y, text, boxes, .. } if text.is_empty() => (x, y, format!("{} boxes", boxes.len())),
        Mark::Cells { x, y, text, .. } => (x, y, format!("code {text}")),
    };
    let _ = writeln!(text, "{:>4} {:>4} {what}", rounded(left + x), rounded(top + y));
}
