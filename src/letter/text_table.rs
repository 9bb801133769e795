//! Tables of two or three columns.

use super::frame::{self, Frame};
use super::lines::{self, Align};
use super::number;
use super::page::{Mark, SetBlock, Strip};
use super::role::ReadingRole;
use super::typeset::{Look, Setter, Styled};
use crate::merge::block::Span;

/// Sets a table: the head in italics above a thin rule, columns of figures ragged on the left.
pub(crate) fn set(setter: &mut Setter<'_>, frame: &Frame<'_>, rows: &[Vec<Vec<Span>>], measure: f32) -> SetBlock {
    let leading = frame::leading(frame.size);
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let cell = |row: &[Vec<Span>], column: usize, head: bool| {
        let look = Look { italic: head, ..Look::of(frame.size) };
        Styled::spans(row.get(column).map(Vec::as_slice).unwrap_or_default(), look)
    };
    let mut natural = vec![0.0_f32; columns];
    for (number, row) in rows.iter().enumerate() {
        for (column, widest) in natural.iter_mut().enumerate() {
            let width = lines::natural_width(setter, &cell(row, column, number == 0), frame.language);
            *widest = widest.max(width.ceil() + 0.5);
        }
    }
    let gap = frame.size * 1.8;
    let widths = share(&natural, measure - gap * number::measure(columns.saturating_sub(1)));
    let aligns: Vec<Align> = (0..columns).map(|column| align(rows, column)).collect();
    let across = widths.iter().sum::<f32>() + gap * number::measure(columns.saturating_sub(1));
    let mut strips = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let head = number == 0;
        let mut strip = Strip { keep: head || number + 2 == rows.len(), ..Strip::default() };
        let mut x = 0.0;
        for ((column, &width), &align) in widths.iter().enumerate().zip(&aligns) {
            let set = lines::set(setter, &cell(row, column, head), frame.language, width, align);
            let mut y = frame::baseline(frame.size, leading);
            for (start, line) in set {
                strip.height = strip.height.max(y + leading - frame::baseline(frame.size, leading));
                strip.marks.push(Mark::Text { x: x + start, y, line });
                y += leading;
            }
            strip.tag_cell(number, column, head);
            x += width + gap;
        }
        strip.height = strip.height.max(leading);
        if head {
            strip.marks.push(Mark::Rule { x: 0.0, y: strip.height + 1.0, width: across });
            strip.height += 3.5;
        }
        strips.push(strip);
    }
    SetBlock { strips, before: leading * 0.6, after: leading * 0.8, role: ReadingRole::Table, ..SetBlock::default() }
}

/// The widths of the columns: as wide as they need, the wider ones narrowed when they do not fit.
fn share(natural: &[f32], room: f32) -> Vec<f32> {
    let mut widths = natural.to_vec();
    if widths.iter().sum::<f32>() <= room {
        return widths;
    }
    // Columns narrower than an even share keep their width; the others share the rest evenly.
    let mut fixed = vec![false; widths.len()];
    loop {
        let left: f32 = room - widths.iter().zip(&fixed).filter(|(_, fixed)| **fixed).map(|(w, _)| w).sum::<f32>();
        let open = fixed.iter().filter(|fixed| !**fixed).count();
        let even = left / number::measure(open.max(1));
        let narrow: Vec<usize> = (0..widths.len()).filter(|&c| !fixed[c] && natural[c] <= even).collect();
        if narrow.is_empty() {
            for (width, fixed) in widths.iter_mut().zip(&fixed) {
                if !fixed {
                    *width = even.max(1.0);
                }
            }
            return widths;
        }
        for column in narrow {
            fixed[column] = true;
        }
    }
}

/// Columns that hold nothing but figures below the head stand on the right.
fn align(rows: &[Vec<Vec<Span>>], column: usize) -> Align {
    let figures = |cell: &Vec<Span>| {
        let text: String = cell.iter().map(|span| span.text.as_str()).collect();
        text.chars().any(|c| c.is_ascii_digit()) && !text.chars().any(|c| c.is_alphabetic() && c.is_lowercase())
    };
    let body = rows.iter().skip(1).filter_map(|row| row.get(column));
    let all = column > 0 && rows.len() > 1 && body.clone().all(figures);
    if all { Align::Right } else { Align::Left }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_share_what_room_there_is() {
        assert_eq!(share(&[50.0, 60.0], 200.0), [50.0, 60.0]);
        assert_eq!(share(&[50.0, 400.0], 200.0), [50.0, 150.0]);
        assert_eq!(share(&[300.0, 400.0, 20.0], 220.0), [100.0, 100.0, 20.0]);
    }
}
