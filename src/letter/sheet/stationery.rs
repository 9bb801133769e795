//! What the stationery gives a letter: letterhead, date, address in the window, signature.

use super::address::{self, AddressPlace};
use super::background;
use super::paper::{Geometry, MM};
use crate::letter::blocks;
use crate::letter::blocks::frame::{self, Frame};
use crate::letter::line::lines::{self, Align};
use crate::letter::line::typeset::{Look, Setter, Styled};
use crate::letter::page::role::ReadingRole;
use crate::letter::page::{LayoutFault, Mark, Outline, PagePart, SetBlock, Strip};
use crate::letter::{Colour, EnvelopeWindow, Stationery};
use crate::text;

/// The most that a logo takes in width, and a signature in width and height, in mm.
const LOGO_WIDTH: f32 = 75.0;
const SIGNATURE: (f32, f32) = (58.0, 19.0);
/// Fold marks begin so far from the left edge, where printers can print; their length, and that of the punch mark, in mm.
const MARKS: (f32, f32, f32) = (5.0, 4.0, 6.0);
/// Where the sheet is punched, in mm: half the height of A4.
const PUNCH: f32 = 148.5;
/// The remark on a proof: its size in points, and where it stands, from the left and the top, in mm.
const PROOF: (f32, f32, f32) = (8.0, 8.0, 6.0);
/// White for signing by hand, in mm.
const HAND: f32 = 15.0;

/// The letterhead and the date, placed from the sheet's top left corner.
pub(crate) fn letterhead(
    setter: &mut Setter<'_>,
    frame: &Frame<'_>,
    stationery: &Stationery,
    geometry: &Geometry,
) -> SetBlock {
    setter.missing.clear();
    let mut strip = Strip { height: geometry.height, ..Strip::default() };
    let mut faults = Vec::new();
    let sender: Vec<&str> =
        stationery.sender.iter().map(String::as_str).filter(|line| !line.trim().is_empty()).collect();
    strip.marks.extend(background::under(stationery, frame.images, 0));
    // A logo or a background is a letterhead of the shop's own making: it names the sender itself.
    let is_card = stationery.paper.is_postcard();
    let is_own = stationery.logo.is_some() || stationery.background.is_some() || is_card;
    let head: &[&str] = if is_own { &[] } else { &sender };
    let name_size = frame.size * 1.55;
    let line_size = frame.size * 0.76;
    let (name_height, line_height) = (name_size * 1.3, line_size * 1.5);
    let (mut y, room) = geometry.head;
    let text_height = match head.len() {
        0 => 0.0,
        1 => name_height,
        _ => name_height + line_height,
    };
    match stationery.logo.as_ref().map(|key| (key, frame.images.find(key))) {
        Some((_, Some((image, found)))) => {
            let most = (room - text_height - 5.0).max(20.0);
            let size = fit(found.size, (LOGO_WIDTH * MM, most));
            let x = geometry.left + geometry.head_shift(size.0);
            strip.marks.push(Mark::Image { image, x, y, size });
            strip.tag(ReadingRole::Figure(sender.first().copied().unwrap_or_default().to_owned()));
            y += size.1 + 5.0;
        }
        Some((key, None)) => faults.push(no_image("logo", key)),
        None => {}
    }
    let align = if geometry.head_centred { Align::Centre } else { Align::Left };
    let mut place = |setter: &mut Setter<'_>, text: &str, look: Look, y: f32, colour: Option<Colour>| {
        let styled = Styled::plain(text, look);
        let mut line_of_head = Strip::default();
        for (x, line) in lines::set(setter, &styled, frame.language, geometry.measure, align) {
            // Tracking also follows the last letter; half of it would put the line out of the middle.
            let x = geometry.left + x + if geometry.head_centred { look.tracking / 2.0 } else { 0.0 };
            line_of_head.marks.push(Mark::Text { x, y, line });
        }
        line_of_head.tint(colour);
        strip.marks.append(&mut line_of_head.marks);
        strip.tag(ReadingRole::Paragraph);
    };
    if let Some((name, rest)) = head.split_first() {
        let look = Look { small_caps: true, tracking: name_size * 0.09, ..Look::of(name_size) };
        place(setter, name, look, y + name_size * 0.85, stationery.colour);
        let look = Look { tracking: line_size * 0.02, ..Look::of(line_size) };
        if !rest.is_empty() {
            place(setter, &rest.join("  ·  "), look, y + name_height + line_size * 0.85, None);
        }
    }
    if let Some(top) = geometry.return_line.filter(|_| !sender.is_empty()) {
        return_line(setter, frame, geometry, &sender.join(" · "), top, &mut strip);
    }
    // The sender was read above.
    strip.tag(ReadingRole::Artifact);
    if geometry.fold_marks {
        fold_marks(geometry.folds, &mut strip);
    }
    if !is_card {
        date(setter, frame, geometry, &mut strip);
    }
    faults.extend(setter.take_missing());
    SetBlock { strips: vec![strip], role: ReadingRole::Group, faults, ..SetBlock::default() }
}

/// Marks where the sheet is folded and punched.
fn fold_marks([upper, lower, _]: [f32; 3], strip: &mut Strip) {
    for (y, length) in [(upper, MARKS.1), (PUNCH * MM, MARKS.2), (lower, MARKS.1)] {
        strip.marks.push(Mark::Rule { x: MARKS.0 * MM, y, width: length * MM, weight: Mark::THIN, colour: None });
    }
}

/// The date: DIN 5008 has it next to the address, where the sheet does not slide; elsewhere it stands above the body.
fn date(setter: &mut Setter<'_>, frame: &Frame<'_>, geometry: &Geometry, strip: &mut Strip) {
    let text = Styled::plain(&frame.own.date, frame.look(frame.size));
    if text.is_blank() {
        return;
    }
    let is_din = matches!(frame.own.window, EnvelopeWindow::Din5008A | EnvelopeWindow::Din5008B);
    let y = if is_din {
        geometry.address.y + frame::baseline(frame.size, frame.size * address::LEADING)
    } else {
        geometry.body_top - frame.leading() * 1.2
    };
    let align = if frame.is_rtl && !is_din { Align::Left } else { Align::Right };
    for (x, line) in lines::set(setter, &text, frame.language, geometry.measure, align) {
        strip.marks.push(Mark::Text { x: geometry.left + x, y, line });
    }
    strip.tag(ReadingRole::Paragraph);
}

/// The sender in one small line above the address, seen through the window.
fn return_line(
    setter: &mut Setter<'_>,
    frame: &Frame<'_>,
    geometry: &Geometry,
    text: &str,
    top: f32,
    strip: &mut Strip,
) {
    let size = 7.5;
    let styled = Styled::plain(text, Look::of(size));
    let width = geometry.address.width;
    if let Some((x, line)) = lines::set(setter, &styled, frame.language, width, Align::Left).into_iter().next() {
        let y = top + 3.4 * MM;
        strip.marks.push(Mark::Rule {
            x: geometry.left,
            y: y + 2.6,
            width: line.width,
            weight: Mark::THIN,
            colour: None,
        });
        strip.marks.push(Mark::Text { x: geometry.left + x, y, line });
    }
}

/// The address, set as large as the window allows; placed from the sheet's top left corner.
pub(crate) fn address<'f>(
    setter: &mut Setter<'_>,
    frame: &Frame<'_>,
    geometry: &Geometry,
    forms: impl IntoIterator<Item = &'f Vec<String>>,
) -> SetBlock {
    let window = geometry.address;
    let what = if frame.own.paper.is_postcard() { "postcard" } else { "window" };
    let place = AddressPlace { what, room: (window.width, window.height), most: frame.size };
    let mut set = address::fit(setter, frame.language, forms, place);
    let free = if geometry.address_centred { (window.height - set.height()).max(0.0) / 2.0 } else { 0.0 };
    let faults = std::mem::take(&mut set.faults);
    let marks = set.marks(window.x, window.y + free).collect();
    SetBlock {
        strips: vec![Strip { height: geometry.height, marks, ..Strip::default() }],
        faults,
        ..SetBlock::default()
    }
}

/// The signature and the signer's name, which stay with the end of the body.
pub(crate) fn closing(
    setter: &mut Setter<'_>,
    frame: &Frame<'_>,
    signature: Option<&str>,
    signer: &str,
    measure: f32,
) -> SetBlock {
    setter.missing.clear();
    let leading = frame.leading();
    let mut set =
        SetBlock { before: leading * 0.45, after: leading * 0.9, role: ReadingRole::Group, ..SetBlock::default() };
    match signature.map(|key| (key, frame.images.find(key))) {
        Some((_, Some((image, found)))) => {
            let size = fit(found.size, (SIGNATURE.0 * MM, SIGNATURE.1 * MM));
            let x = if frame.is_rtl { measure - size.0 } else { 0.0 };
            let mark = Mark::Image { image, x, y: 0.0, size };
            let mut strip = Strip { height: size.1, keep: true, marks: vec![mark], ..Strip::default() };
            strip.tag(ReadingRole::Figure(signer.trim().to_owned()));
            set.strips.push(strip);
        }
        Some((key, None)) => set.faults.push(no_image("signature", key)),
        None if signer.trim().is_empty() => return SetBlock { after: 0.0, ..set },
        None => set.strips.push(Strip { height: HAND * MM, keep: true, ..Strip::default() }),
    }
    let name = Styled::plain(signer, Look::of(frame.size));
    set.strips.extend(blocks::text(setter, frame, &name, (measure, Align::Start), (frame.size, leading)));
    let last = set.strips.len().saturating_sub(1);
    for (number, strip) in set.strips.iter_mut().enumerate() {
        strip.keep = number < last;
        strip.tag(ReadingRole::Paragraph);
    }
    set.faults.extend(setter.take_missing());
    set
}

/// What a proof shows in red on a page: window and folds on the first, and in the margin why the letter is there.
pub(crate) fn guides(setter: &mut Setter<'_>, geometry: &Geometry, why: &str, is_first: bool) -> PagePart {
    let mut outlines = Vec::new();
    if is_first {
        let windows = [(geometry.seen, false), (geometry.window, true)];
        let windows = windows.into_iter().filter_map(|(rect, dashed)| rect.map(|rect| (rect, dashed)));
        outlines.extend(windows.map(|(r, dashed)| Outline { at: (r.x, r.y), size: (r.width, r.height), dashed }));
        let folds = geometry.folds.into_iter().filter(|&y| y > 0.0);
        outlines.extend(folds.map(|y| Outline { at: (0.0, y), size: (geometry.width, 0.0), dashed: true }));
    }
    let (size, x, y) = (PROOF.0, PROOF.1 * MM, PROOF.2 * MM);
    let styled = Styled::plain(why, Look::of(size));
    let set = lines::set(setter, &styled, "en", geometry.width - 2.0 * x, Align::Left).into_iter().next();
    let marks = set.map(|(inset, line)| Mark::Text { x: x + inset, y, line }).into_iter().collect();
    // The characters of `why` are not those of the letter.
    setter.missing.clear();
    PagePart::Guides(outlines, Strip { height: geometry.height, marks, ..Strip::default() })
}

/// The natural size, made smaller until it fits.
fn fit(natural: (f32, f32), most: (f32, f32)) -> (f32, f32) {
    let scale = (most.0 / natural.0).min(most.1 / natural.1).min(1.0);
    (natural.0 * scale, natural.1 * scale)
}

fn no_image(what: &str, key: &str) -> LayoutFault {
    LayoutFault::Other(
        format!("there is no image {} for the {what}", text::quote(key)),
        "put the file into the folder of the letter's template".to_owned(),
    )
}
