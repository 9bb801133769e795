//! The lines that every page has: at the top of the pages after the first, and at the foot.

use super::paper::{Geometry, MM};
use crate::letter::blocks::frame::Frame;
use crate::letter::line::lines::{self, Align};
use crate::letter::line::typeset::{Look, Setter, Styled};
use crate::letter::page::role::ReadingRole;
use crate::letter::page::{LayoutFault, Mark, Strip, TextLine};
use crate::letter::{Letter, Stationery, number};
use crate::merge::head::FooterPages;
use crate::merge::{PAGE, PAGES};
use crate::text;

/// The size of these lines, as a share of that of the text.
const HEAD: f32 = 0.88;
const FOOT: f32 = 0.76;
/// White above the foot, in mm.
const ABOVE: f32 = 4.0;
/// A number that no block of a letter has: the foot is a paragraph by itself.
const FOOT_BLOCK: usize = usize::MAX / 2;
/// How many lines stand at the foot at most.
const MOST: usize = 6;

/// The foot of a letter's pages, set; it may have numbers of pages.
pub(crate) struct Footer {
    /// With the number of the page and of all pages still to be put in.
    text: String,
    /// How many lines it takes.
    count: usize,
    /// What is wrong with it.
    pub faults: Vec<LayoutFault>,
}

impl Footer {
    /// Measures the foot of a letter, if it has one, and ends the text above it.
    pub(crate) fn of(
        setter: &mut Setter<'_>,
        frame: &Frame<'_>,
        geometry: &mut Geometry,
        letter: &Letter,
    ) -> Option<Self> {
        let text = letter.footer.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
        setter.missing.clear();
        let count = set(setter, frame, geometry, &with_numbers(text, (1, 1))).len();
        let mut faults: Vec<LayoutFault> = setter.take_missing().collect();
        if count > MOST {
            let message = format!("the footer takes {}, and {MOST} is the most", text::count(count, "line"));
            faults.push(LayoutFault::Other(message, "shorten the text of `footer` in the front matter".to_owned()));
        }
        let top = first_baseline(frame, geometry, count) - distance(frame) - ABOVE * MM;
        geometry.bottom = geometry.bottom.min(top);
        if frame.own.footer_on == FooterPages::Each {
            geometry.next_bottom = geometry.next_bottom.min(top);
        }
        Some(Self { text: text.to_owned(), count, faults })
    }

    /// The foot of a page, counted from 1, if that page has one.
    pub(crate) fn on(
        &self,
        setter: &mut Setter<'_>,
        frame: &Frame<'_>,
        geometry: &Geometry,
        (page, pages): (usize, usize),
    ) -> Option<Strip> {
        if page > 1 && frame.own.footer_on == FooterPages::First {
            return None;
        }
        let mut y = first_baseline(frame, geometry, self.count);
        // It is read once, however many pages have it.
        let role = if page > 1 { ReadingRole::Artifact } else { ReadingRole::Paragraph };
        let mut strip = Strip { height: geometry.height, block: FOOT_BLOCK, role, ..Strip::default() };
        for (x, line) in set(setter, frame, geometry, &with_numbers(&self.text, (page, pages))) {
            strip.marks.push(Mark::Text { x: geometry.left + x, y, line });
            y += distance(frame);
        }
        Some(strip)
    }
}

fn set(setter: &mut Setter<'_>, frame: &Frame<'_>, geometry: &Geometry, text: &str) -> Vec<(f32, TextLine)> {
    let align = if geometry.head_centred { Align::Centre } else { Align::Start };
    let styled = Styled::plain(text, Look::of(frame.size * FOOT));
    lines::set(setter, &styled, frame.language, geometry.measure, align)
}

/// From one line at the foot to the next.
fn distance(frame: &Frame<'_>) -> f32 {
    (frame.size * FOOT * 13.0).round() / 10.0
}

fn first_baseline(frame: &Frame<'_>, geometry: &Geometry, count: usize) -> f32 {
    geometry.folio - number::measure(count.saturating_sub(1)) * distance(frame)
}

fn with_numbers(text: &str, (page, pages): (usize, usize)) -> String {
    text.replace(PAGE, &page.to_string()).replace(PAGES, &pages.to_string())
}

/// The line at the top of a page after the first: that of the template, or whose letter it is, its date and the page.
pub(crate) fn head_line(
    setter: &mut Setter<'_>,
    frame: &Frame<'_>,
    geometry: &Geometry,
    letter: &Letter,
    numbers: (usize, usize),
) -> Strip {
    let text = letter.second_page.clone().unwrap_or_else(|| usual(frame.own, letter));
    let styled = Styled::plain(with_numbers(&text, numbers).trim(), Look::of(frame.size * HEAD));
    // What has no room in one line goes on above the text.
    let set = lines::set(setter, &styled, frame.language, geometry.measure, Align::Start);
    let first = geometry.running - number::measure(set.len().saturating_sub(1)) * distance(frame);
    let marks = set.into_iter().enumerate().map(|(number, (x, line))| {
        let y = first + number::measure(number) * distance(frame);
        Mark::Text { x: geometry.left + x, y, line }
    });
    Strip { height: geometry.height, marks: marks.collect(), role: ReadingRole::Artifact, ..Strip::default() }
}

/// `Rosa Okafor · January 23, 1989 · 2/2`.
fn usual(own: &Stationery, letter: &Letter) -> String {
    let name = letter.address.first().map(String::as_str).unwrap_or_default();
    let number = format!("{PAGE}/{PAGES}");
    let parts = [name, own.date.as_str(), number.as_str()].into_iter().filter(|part| !part.trim().is_empty());
    parts.collect::<Vec<_>>().join(" · ")
}

/// Where the line at the top of later pages stands, and where their text begins, when it is to begin at `top`.
pub(crate) fn place(size: f32, top: f32) -> (f32, f32) {
    let above = top - size * 2.0;
    if above >= 10.0 * MM { (above, top) } else { (top + size * 0.7, top + size * 2.4) }
}
