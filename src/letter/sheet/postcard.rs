//! Postcards: a front with a picture or a text, and a back with the address where the post reads it.

use super::paper::{Geometry, MM, Rect};
use crate::letter::Stationery;
use crate::letter::blocks::frame::Frame;
use crate::letter::line::lines::{self, Align};
use crate::letter::line::typeset::{Look, Setter, Styled};
use crate::letter::page::{LayoutFault, Mark, Strip};

/// The white at the edges, in mm.
const EDGE: f32 = 9.0;
/// The back is halved; white on both sides of the middle, in mm.
const MIDDLE: f32 = 5.0;
/// The address begins so far down, as a share of the height: above it is room for the stamp. Its white at the right and
/// below it, where the posts print codes of their own, in mm.
const ADDRESS_TOP: f32 = 0.44;
const ADDRESS_CLEAR: (f32, f32) = (8.0, 16.0);
/// The height of a logo, in mm, and the size of the sender on the back, in points.
const LOGO: f32 = 18.0;
const SENDER: f32 = 7.5;

/// Where everything stands on the front; the address is on the back.
pub(crate) fn front(own: &Stationery, usual: f32) -> Geometry {
    let (width, height) = own.paper.size();
    let margin = |side: Option<f32>| side.unwrap_or(EDGE) * MM;
    let room = width - margin(own.margins.left) - margin(own.margins.right);
    let is_given = own.margins.left.is_some() || own.margins.right.is_some();
    let measure = if is_given { room } else { usual.min(room) };
    let top = margin(own.margins.top);
    let head = if own.logo.is_some() { LOGO * MM } else { 0.0 };
    let address_top = height * ADDRESS_TOP;
    let address = Rect {
        x: width / 2.0 + MIDDLE * MM,
        y: address_top,
        width: width / 2.0 - (MIDDLE + ADDRESS_CLEAR.0) * MM,
        height: height - ADDRESS_CLEAR.1 * MM - address_top,
    };
    let bottom = height - margin(own.margins.bottom);
    Geometry {
        width,
        height,
        left: margin(own.margins.left) + (room - measure) / 2.0,
        measure,
        head: (top, head),
        head_centred: true,
        address,
        address_centred: false,
        seen: Some(address),
        window: None,
        folds: [0.0; 3],
        fold_marks: false,
        return_line: None,
        body_top: if head > 0.0 { top + head + 3.0 * MM } else { top },
        next_top: top,
        bottom,
        next_bottom: bottom,
        folio: bottom,
        running: top,
    }
}

/// The same for the message on the back, left of the address.
pub(crate) fn back(front: &Geometry) -> Geometry {
    let left = EDGE * MM;
    let measure = front.width / 2.0 - left - MIDDLE * MM;
    let bottom = front.height - EDGE * MM;
    Geometry { left, measure, body_top: left + SENDER * 4.2, bottom, next_bottom: bottom, ..*front }
}

/// The sender, small at the left top of the back.
pub(crate) fn sender(setter: &mut Setter<'_>, frame: &Frame<'_>, back: &Geometry) -> Strip {
    let text = frame.own.sender.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect::<Vec<_>>();
    let styled = Styled::plain(&text.join(" · "), Look::of(SENDER));
    let set = lines::set(setter, &styled, frame.language, back.measure, Align::Start);
    let mut y = EDGE * MM;
    let marks = set.into_iter().take(3).map(|(x, line)| {
        let mark = Mark::Text { x: back.left + x, y, line };
        y += SENDER * 1.25;
        mark
    });
    let marks = marks.collect();
    // What no font has is noted where its text is set.
    setter.missing.clear();
    Strip { height: back.height, marks, ..Strip::default() }
}

/// Why the text of a side cannot be printed.
pub(crate) fn too_long(side: &str) -> LayoutFault {
    let hint = "shorten it, choose a smaller `size`, or move a part of it to the other side with a line of `:::back`";
    LayoutFault::Other(format!("the text does not fit the {side} of the postcard"), hint.to_owned())
}
