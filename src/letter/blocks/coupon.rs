//! A coupon: a box with a dashed line to cut along, its text where lines begin and its QR code where they end.

use super::frame::Frame;
use crate::letter::page::role::ReadingRole;
use crate::letter::page::{LayoutFault, Mark, SetBlock, Strip};
use crate::letter::sheet::paper::MM;
use crate::letter::{Stationery, number};
use crate::merge::block::Block;
use crate::merge::head::TextAlign;

/// White inside the line, and between text and code, in mm.
const INSIDE: f32 = 4.5;
const BETWEEN: f32 = 6.0;
/// The width of the line in points, and how many of it a dash and the white after it are long.
const HAIR: f32 = 0.6;
const DASH: (u16, u16) = (9, 6);

/// Sets a coupon as one strip, which is never cut by a page; `stack` sets blocks one below the other.
pub(crate) fn set(
    frame: &Frame<'_>,
    inside: &[Block],
    measure: f32,
    stack: &mut dyn FnMut(&Frame<'_>, &[Block], f32) -> SetBlock,
) -> SetBlock {
    let ragged = Stationery { align: TextAlign::Left, ..frame.own.clone() };
    let frame = Frame { own: &ragged, ..*frame };
    let (codes, text): (Vec<Block>, Vec<Block>) =
        inside.iter().cloned().partition(|block| matches!(block, Block::Qr(_)));
    let pad = INSIDE * MM;
    let mut code = stack(&Frame { is_rtl: false, ..frame }, &codes, measure);
    let wide = code.reach();
    let room = measure - 2.0 * pad - if wide > 0.0 { wide + BETWEEN * MM } else { 0.0 };
    let mut text = stack(&frame, &text, room);
    let faults = text.faults.drain(..).chain(code.faults.drain(..)).collect();
    let height = text.height().max(code.height()) + 2.0 * pad;
    if height > frame.tallest {
        let hint = "shorten its text, or put a line of `:::` where it ends";
        let fault = LayoutFault::Other("the coupon does not fit one page".to_owned(), hint.to_owned());
        return SetBlock { faults: vec![fault], ..SetBlock::default() };
    }
    let mut strip = Strip { height, marks: vec![edge(measure, height)], ..Strip::default() };
    strip.tag(ReadingRole::Artifact);
    let [at_text, at_code] = if frame.is_rtl { [measure - pad - room, pad] } else { [pad, measure - pad - wide] };
    for (part, (mut set, x)) in [(text, at_text), (code, at_code)].into_iter().enumerate() {
        set.put_within(part + 1, &ReadingRole::Group);
        let mut y = (height - set.height()) / 2.0;
        for (number, inner) in set.strips.into_iter().enumerate() {
            y += if number == 0 { 0.0 } else { inner.space };
            let height = inner.height;
            strip.take(inner, x, y);
            y += height;
        }
    }
    let white = frame.leading();
    SetBlock {
        strips: vec![strip],
        before: white,
        after: white,
        role: ReadingRole::Group,
        faults,
        ..SetBlock::default()
    }
}

/// The four sides of a box, in dashes.
fn edge(width: f32, height: f32) -> Mark {
    let [right, bottom] = [width, height].map(|points| number::whole(points / HAIR).saturating_sub(1));
    let dashes = |length: u16| {
        let starts = (0..length).step_by(usize::from(DASH.0 + DASH.1));
        starts.map(move |start| (start, DASH.0.min(length - start)))
    };
    let across = dashes(right).flat_map(|(at, long)| [[at, 0, long, 1], [at, bottom, long, 1]]);
    let down = dashes(bottom).flat_map(|(at, long)| [[0, at, 1, long], [right, at, 1, long]]);
    let boxes = across.chain(down).collect();
    Mark::Cells { x: 0.0, y: 0.0, cell: (HAIR, HAIR), boxes, text: String::new() }
}
