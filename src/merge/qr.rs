//! QR codes, as dark modules or as boxes on a grid.

use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};

/// A fixed mask: choosing the best one takes ten times as long, and scanners read all of them.
const MASK: u8 = 2;

fn code(text: &str) -> Option<QrCode> {
    let (segments, mask) = (QrSegment::make_segments(text), Some(Mask::new(MASK)));
    QrCode::encode_segments_advanced(&segments, QrCodeEcc::Medium, Version::MIN, Version::MAX, mask, true).ok()
}

/// The rows of the code of a text, true for each dark module; `None` when the text is too long for any code.
pub(crate) fn rows(text: &str) -> Option<Vec<Vec<bool>>> {
    let code = code(text)?;
    Some((0..code.size()).map(|y| (0..code.size()).map(|x| code.get_module(x, y)).collect()).collect())
}

/// The dark boxes (column, row, columns, rows) of the code of a text, and its width in modules; `None` when the text is
/// too long for any code.
pub(crate) fn boxes(text: &str) -> Option<(Vec<[u16; 4]>, u16)> {
    let code = code(text)?;
    let size = code.size();
    let mut boxes: Vec<[u16; 4]> = Vec::new();
    // Boxes of the row above that may still grow downwards, by place in `boxes`.
    let mut open: Vec<usize> = Vec::new();
    for y in 0..size {
        let mut still_open = Vec::new();
        let mut x = 0;
        while x < size {
            let start = x;
            while x < size && code.get_module(x, y) {
                x += 1;
            }
            if x > start {
                let (left, top, width) = (narrow(start), narrow(y), narrow(x - start));
                let above = open.iter().copied().find(|&at| boxes[at][0] == left && boxes[at][2] == width);
                let at = above.unwrap_or(boxes.len());
                match above {
                    Some(at) => boxes[at][3] += 1,
                    None => boxes.push([left, top, width, 1]),
                }
                still_open.push(at);
            }
            x += 1;
        }
        open = still_open;
    }
    Some((boxes, narrow(size)))
}

/// Modules, of which there are 177 in a row at most.
fn narrow(modules: i32) -> u16 {
    u16::try_from(modules).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boxes_cover_the_dark_modules_once() {
        let (boxes, size) = boxes("K7QX-93MP").unwrap_or_default();
        assert_eq!(size, 21);
        let mut dark = vec![0_u8; usize::from(size) * usize::from(size)];
        for [x, y, width, height] in boxes {
            for row in y..y + height {
                for column in x..x + width {
                    dark[usize::from(row * size + column)] += 1;
                }
            }
        }
        assert!(dark.iter().all(|&times| times <= 1));
        let rows = rows("K7QX-93MP").unwrap_or_default().concat();
        assert_eq!(dark.iter().map(|&times| times == 1).collect::<Vec<_>>(), rows);
        let finder: Vec<u8> = dark[..8].to_vec();
        assert_eq!(finder, [1, 1, 1, 1, 1, 1, 1, 0]);
    }

    #[test]
    fn a_text_that_is_too_long_has_no_code() {
        assert!(boxes(&"a".repeat(5000)).is_none());
    }
}
