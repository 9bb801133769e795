//! Where everything stands on the sheets of a stationery: by its paper, its window and its margins.

use super::paper::{EnvelopeWindow, Geometry, MM, Paper, Rect};
use super::{postcard, running};
use crate::error::{Error, Result};
use crate::letter::Stationery;

/// The length of a line, as a multiple of the size of the type: 60 to 75 characters.
const MEASURE: f32 = 28.0;
/// The shortest line, and the least height of the text on the first sheet, in mm, that margins may leave.
const LEAST: (f32, f32) = (60.0, 60.0);
/// White that stays between a letterhead and the window, and the least height of a letterhead, in mm.
const HEAD: (f32, f32) = (3.2, 12.0);
/// From the lower edge of the sheet to the text and to the baseline of the line at its foot, in mm.
const BOTTOM: f32 = 22.0;
const FOLIO: f32 = 14.0;
/// The least white at the side of a line of the usual length, in mm.
const SIDE: f32 = 14.0;

/// Where everything stands on the sheets of a stationery.
pub(crate) fn geometry(own: &Stationery) -> Geometry {
    if own.paper.is_postcard() {
        return postcard::front(own, MEASURE * own.font_size);
    }
    let (width, height) = own.paper.size();
    let window = own.window;
    let (head, address, body_top) = match window {
        EnvelopeWindow::None if own.paper == Paper::A5 => ((10.0, 20.0), Rect::mm(25.4, 36.0, 100.0, 28.0), 70.0),
        EnvelopeWindow::None => ((14.0, 27.0), Rect::mm(25.4, 50.0, 100.0, 32.0), 89.0),
        EnvelopeWindow::Us10 => ((14.0, 34.0), Rect::mm(38.1, 63.5, 69.8, 16.9), 99.0),
        EnvelopeWindow::DlUk => ((14.0, 29.0), Rect::mm(30.0, 56.0, 66.8, 22.0), 101.0),
        EnvelopeWindow::Din5008A => ((7.0, 19.0), Rect::mm(25.0, 44.7, 75.0, 27.3), 82.0),
        EnvelopeWindow::Din5008B => ((14.0, 29.0), Rect::mm(25.0, 62.7, 75.0, 27.3), 99.0),
    };
    // US #10: 114.3 by 28.6, 22.2 from the left, 12.7 from the bottom of 241.3 by 104.8. DL: 90 by 35, 20 and 20 of 220 by 110.
    let (seen, behind) = match window {
        EnvelopeWindow::None => (None, None),
        EnvelopeWindow::Us10 => (Some(Rect::mm(22.2, 63.5, 88.9, 16.9)), Some(Rect::mm(22.2, 51.8, 114.3, 28.6))),
        EnvelopeWindow::DlUk => (Some(Rect::mm(20.0, 55.0, 80.0, 24.0)), Some(Rect::mm(20.0, 44.0, 90.0, 35.0))),
        EnvelopeWindow::Din5008A => (Some(Rect::mm(20.0, 27.0, 85.0, 45.0)), None),
        EnvelopeWindow::Din5008B => (Some(Rect::mm(20.0, 45.0, 85.0, 45.0)), None),
    };
    let (left, measure) = column(own, width, address.x);
    let third = height / 3.0;
    let (running, next_top) =
        running::place(own.font_size, own.margins.top.unwrap_or(if own.paper == Paper::A5 { 18.0 } else { 25.4 }) * MM);
    let bottom = height - own.margins.bottom.unwrap_or(BOTTOM) * MM;
    let mut geometry = Geometry {
        width,
        height,
        left,
        measure,
        head: (head.0 * MM, head.1 * MM),
        head_centred: window == EnvelopeWindow::None,
        address,
        seen,
        window: behind,
        folds: match window {
            EnvelopeWindow::Din5008A => [87.0 * MM, 192.0 * MM, 0.0],
            EnvelopeWindow::Din5008B => [105.0 * MM, 210.0 * MM, 0.0],
            // A5 is folded once.
            _ if own.paper == Paper::A5 => [height / 2.0, 0.0, 0.0],
            // In three it is too high for an envelope.
            _ if own.paper == Paper::Legal => [0.25, 0.5, 0.75].map(|share| share * height),
            _ => [third, 2.0 * third, 0.0],
        },
        fold_marks: matches!(window, EnvelopeWindow::Din5008A | EnvelopeWindow::Din5008B),
        address_centred: matches!(window, EnvelopeWindow::Us10 | EnvelopeWindow::DlUk),
        return_line: match window {
            EnvelopeWindow::Din5008A => Some(28.5 * MM),
            EnvelopeWindow::Din5008B => Some(46.5 * MM),
            _ => None,
        },
        body_top: body_top * MM,
        next_top,
        running,
        next_bottom: bottom,
        bottom,
        folio: height - FOLIO.min(own.margins.bottom.unwrap_or(BOTTOM) * 0.64) * MM,
    };
    if let Some(top) = own.margins.top.map(|top| top * MM) {
        let lower = top - geometry.head.0;
        geometry.head.0 = top;
        if window == EnvelopeWindow::None {
            geometry.address.y += lower;
            geometry.body_top += lower;
        } else {
            geometry.head.1 -= lower;
        }
    }
    if window == EnvelopeWindow::None {
        geometry.address.x = left;
        geometry.address.width = geometry.address.width.min(measure);
    }
    geometry
}

/// Left edge and width of the text. Behind a window the text stands under the address, otherwise in the middle of the sheet;
/// a line has so many characters as are read with ease, unless both margins are given.
fn column(own: &Stationery, width: f32, window: f32) -> (f32, f32) {
    let (left, right) = (own.margins.left.map(|mm| mm * MM), own.margins.right.map(|mm| mm * MM));
    let usual = MEASURE * own.font_size;
    match (left, right) {
        (Some(left), Some(right)) => (left, width - left - right),
        (Some(left), None) => (left, usual.min(width - left - SIDE * MM)),
        (None, Some(right)) => {
            let measure = usual.min(width - right - SIDE * MM);
            (width - right - measure, measure)
        }
        (None, None) if own.window == EnvelopeWindow::None => {
            let measure = usual.min(width - 2.0 * SIDE * MM);
            ((width - measure) / 2.0, measure)
        }
        (None, None) => (window, usual.min(width - window - SIDE * MM)),
    }
}

/// Looks whether margins leave room for the text, and for a letterhead above the window.
///
/// # Errors
/// What has no room, with what to do.
pub(crate) fn check_margins(own: &Stationery) -> Result<()> {
    let geometry = geometry(own);
    let [wide, high] = [geometry.measure, geometry.bottom - geometry.body_top].map(|points| points / MM);
    if wide < LEAST.0 {
        return Err(Error::new(format!("the margins at the sides leave {:.0} mm for the text", wide.max(0.0)))
            .hint(format!("make them smaller: a line takes {} mm or more", LEAST.0)));
    }
    let top = geometry.return_line.or(geometry.window.map(|window| window.y)).unwrap_or(geometry.address.y);
    let room = top / MM - HEAD.0 - HEAD.1;
    if own.margins.top.is_some_and(|top| top > room) && own.window != EnvelopeWindow::None {
        let message =
            format!("the top margin leaves no room for the letterhead above the window {}", own.window.as_str());
        let hint = "or leave `top` out: `margins = { left = 30, right = 30 }`";
        return Err(Error::new(message).hint(format!("choose {room:.0} mm or less, {hint}")));
    }
    if high < LEAST.1 {
        return Err(Error::new(format!("the margins leave {:.0} mm of the first page for the text", high.max(0.0)))
            .hint("make `top` or `bottom` smaller"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_starts_below_every_window() {
        for window in [
            EnvelopeWindow::None,
            EnvelopeWindow::Us10,
            EnvelopeWindow::DlUk,
            EnvelopeWindow::Din5008A,
            EnvelopeWindow::Din5008B,
        ] {
            let g = geometry(&Stationery { paper: Paper::A4, window, ..Stationery::default() });
            assert!(g.head.0 + g.head.1 < g.return_line.unwrap_or(g.address.y), "{window:?}");
            assert!(g.address.y + g.address.height < g.body_top, "{window:?}");
            if let Some(seen) = g.seen {
                let (own, all) = (g.address, [seen.x + seen.width, seen.y + seen.height]);
                assert!(own.x >= seen.x && own.x + own.width <= all[0] + 0.01, "{window:?}");
                assert!(own.y >= seen.y && own.y + own.height <= all[1] + 0.01, "{window:?}");
            }
        }
    }
}
