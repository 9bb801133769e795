//! The column of a letter broken into pages: white that shrinks, codes that move to the side, tables that repeat their heading row.

use std::sync::Arc;

use super::paper::{Geometry, MM};
use crate::letter::page::role::ReadingRole;
use crate::letter::page::{LaidPage, PagePart, PlacedPart, SetBlock, Strip};

/// White between blocks may shrink to this share of itself if that saves a second page.
const LEAST_WHITE: f32 = 0.6;
/// White between a code that stands at the side and the text next to it, in points.
const ASIDE: f32 = 24.0;

/// Breaks the column, in which the block of this number is the signature, into pages. No strip is cut, and strips that belong
/// together stay together if a page holds them.
pub(crate) fn pages(column: &[Arc<SetBlock>], closing: usize, geometry: &Geometry, is_rtl: bool) -> Vec<LaidPage> {
    let mut flat: Vec<ColumnStrip> = Vec::new();
    let mut white = 0.0_f32;
    for (block, set) in column.iter().enumerate() {
        for (number, strip) in set.strips.iter().enumerate() {
            let space = if number == 0 { white.max(set.before) } else { strip.space };
            flat.push(ColumnStrip {
                block,
                strip: number,
                space,
                height: strip.height,
                keep: strip.keep,
                shift: 0.0,
                lower: 0.0,
                grown: 0.0,
            });
        }
        if !set.strips.is_empty() {
            white = set.after;
        }
    }
    for at in 0..flat.len() {
        stand_aside(&mut flat, at, column, geometry.measure, is_rtl);
    }
    keep_end(&mut flat, closing);
    tighten(&mut flat, geometry.bottom - geometry.body_top);
    let mut pages = Vec::new();
    let mut start = 0;
    while start < flat.len() || pages.is_empty() {
        let is_first = pages.is_empty();
        let top = if is_first { geometry.body_top } else { geometry.next_top };
        let bottom = if is_first { geometry.bottom } else { geometry.next_bottom };
        let ends = flat.get(start).and_then(|first| broken_table(column, first));
        let head = ends.map_or(0.0, |(head, _)| head.height);
        let end = page_end(&flat, start, bottom - top - head);
        keep_off_folds(&mut flat[start..end], column, geometry, (top + head, bottom), is_rtl);
        let end = page_end(&flat, start, bottom - top - head);
        for next in &mut flat[end..] {
            // On the next page this is decided again.
            next.lower = 0.0;
            next.height -= std::mem::take(&mut next.grown);
        }
        let mut parts = place(&flat[start..end], column, geometry.left, top + head);
        let below = geometry.left;
        // It was read where the table began.
        let repeated = |strip: &Strip| PagePart::Strip(Strip { role: ReadingRole::Artifact, ..strip.clone() });
        parts.extend(ends.map(|(head, _)| PlacedPart { x: below, y: top, part: repeated(head) }));
        if let Some((_, foot)) = flat.get(end).and_then(|next| broken_table(column, next)) {
            let y = top + head + height(&flat[start..end]);
            parts.push(PlacedPart { x: below, y, part: repeated(foot) });
        }
        pages.push(parts);
        start = end;
    }
    pages
}

/// White between a code and a fold, in mm: what is folded scans badly.
const FOLD: f32 = 2.0;

/// A strip of the column.
struct ColumnStrip {
    /// It is drawn this much lower than it stands, and this much of its height is for that.
    lower: f32,
    grown: f32,
    block: usize,
    strip: usize,
    space: f32,
    height: f32,
    keep: bool,
    shift: f32,
}

/// Moves a code to the margin at which lines end, where it takes no height, if the lines below it leave room for it.
fn stand_aside(flat: &mut [ColumnStrip], at: usize, column: &[Arc<SetBlock>], measure: f32, is_rtl: bool) {
    let own = &column[flat[at].block];
    let Some(width) = own.aside else { return };
    let (height, space) = (flat[at].height, flat[at].space);
    let mut beside = 0.0;
    let mut end = at + 1;
    while end < flat.len() && beside < height {
        let set = &column[flat[end].block];
        let strip = &set.strips[flat[end].strip];
        if set.aside.is_some() || is_beside(strip, width, measure, is_rtl) {
            return;
        }
        beside += flat[end].height + if end == at + 1 { 0.0 } else { flat[end].space };
        end += 1;
    }
    if end == at + 1 || beside < height * 0.6 {
        return;
    }
    // The white above it is that of the first block next to it.
    let below = &column[flat[at + 1].block];
    let above = flat[..at].last().map_or(0.0, |strip| column[strip.block].after);
    flat[at + 1].space = 0.0;
    flat[end - 1].height += (height - beside).max(0.0);
    flat[at].shift = if is_rtl { width - measure } else { measure - width };
    flat[at].height = 0.0;
    flat[at].space = if at == 0 { space } else { above.max(below.before) };
    for strip in &mut flat[at..end - 1] {
        strip.keep = true;
    }
}

/// Whether a strip reaches to where a code of this width stands at the side.
fn is_beside(strip: &Strip, width: f32, measure: f32, is_rtl: bool) -> bool {
    if is_rtl { strip.start() < width + ASIDE } else { strip.reach() > measure - width - ASIDE }
}

/// Moves the codes of a page away from the folds: one at the side up or down where there is room, others down with what is
/// below them.
fn keep_off_folds(
    flat: &mut [ColumnStrip],
    column: &[Arc<SetBlock>],
    geometry: &Geometry,
    (top, bottom): (f32, f32),
    is_rtl: bool,
) {
    let clear = FOLD * MM;
    let mut y = top;
    for at in 0..flat.len() {
        y += if at == 0 { 0.0 } else { flat[at].space };
        let set = &column[flat[at].block];
        let code = set.strips[flat[at].strip].code().map(|(from, to)| (y + from, y + to));
        let crossed = code.and_then(|(from, to)| {
            let fold = geometry.folds.into_iter().find(|fold| from < fold + clear && to > fold - clear)?;
            Some((from, to, fold))
        });
        if let Some((from, to, fold)) = crossed {
            let ways = [fold - clear - to, fold + clear - from];
            let aside = set.aside.filter(|_| flat[at].shift != 0.0);
            let is_free = |width, by| {
                let mut y = top;
                let is_crossed = flat.iter().enumerate().any(|(other, strip)| {
                    y += if other == 0 { 0.0 } else { strip.space };
                    let is_near = y < to + by && y + strip.height > from + by && other != at;
                    y += strip.height;
                    let inner = &column[strip.block].strips[strip.strip];
                    is_near && is_beside(inner, width, geometry.measure, is_rtl)
                });
                from + by >= top && to + by <= bottom && !is_crossed
            };
            let free = ways.into_iter().filter(|by| aside.is_some_and(|width| is_free(width, *by)));
            let free = free.min_by(|one, two| one.abs().total_cmp(&two.abs()));
            flat[at].lower = free.unwrap_or(ways[1]);
            flat[at].grown = if free.is_some() { 0.0 } else { ways[1] };
            flat[at].height += flat[at].grown;
        }
        y += flat[at].height;
    }
}

/// Takes some of the white between blocks away if the letter then fits its first page.
fn tighten(flat: &mut [ColumnStrip], room: f32) {
    let spaces: f32 = flat.iter().skip(1).filter(|strip| strip.strip == 0).map(|strip| strip.space).sum();
    let inner: f32 = flat.iter().skip(1).filter(|strip| strip.strip > 0).map(|strip| strip.space).sum();
    let solid = inner + flat.iter().map(|strip| strip.height).sum::<f32>();
    if solid + spaces <= room || solid + spaces * LEAST_WHITE > room {
        return;
    }
    let share = (room - solid) / spaces;
    for strip in flat.iter_mut().filter(|strip| strip.strip == 0) {
        strip.space *= share;
    }
}

/// The signature never stands alone on a page: at least two lines of the body go with it.
fn keep_end(flat: &mut [ColumnStrip], closing: usize) {
    let Some(first) = flat.iter().position(|strip| strip.block == closing) else { return };
    for strip in flat[..first].iter_mut().rev().take(2) {
        strip.keep = true;
    }
}

/// The first and the last strip of the table that is broken before this strip, if one is.
fn broken_table<'c>(column: &'c [Arc<SetBlock>], next: &ColumnStrip) -> Option<(&'c Strip, &'c Strip)> {
    let set = &column[next.block];
    (set.repeats_head && next.strip > 0).then(|| set.strips.first().zip(set.strips.last())).flatten()
}

/// The height of strips that stand one below the other.
fn height(strips: &[ColumnStrip]) -> f32 {
    strips.iter().enumerate().map(|(at, strip)| strip.height + if at == 0 { 0.0 } else { strip.space }).sum()
}

/// Where the page that begins at `start` must end.
fn page_end(flat: &[ColumnStrip], start: usize, room: f32) -> usize {
    let mut used = 0.0;
    for (at, strip) in flat.iter().enumerate().skip(start) {
        used += strip.height + if at == start { 0.0 } else { strip.space };
        if used > room + 0.01 && at > start {
            let good = (start + 1..=at).rev().find(|&end| !flat[end - 1].keep);
            return good.unwrap_or(at);
        }
    }
    flat.len()
}

/// Places the strips of one page; a block that is drawn once is placed as a whole if all of it is here.
fn place(strips: &[ColumnStrip], column: &[Arc<SetBlock>], left: f32, top: f32) -> Vec<PlacedPart> {
    let mut placed = Vec::new();
    let mut y = top;
    for (number, here) in strips.chunk_by(|a, b| a.block == b.block).enumerate() {
        let set = &column[here[0].block];
        if number > 0 {
            y += here[0].space;
        }
        let whole =
            set.form.is_some() && here.len() == set.strips.len() && here[1..].iter().all(|strip| strip.lower == 0.0);
        if whole {
            placed.push(PlacedPart::form(set, left + here[0].shift, y + here[0].lower));
        }
        for (inner, strip) in here.iter().enumerate() {
            if inner > 0 {
                y += strip.space;
            }
            if !whole {
                placed.push(PlacedPart {
                    x: left + strip.shift,
                    y: y + strip.lower,
                    part: PagePart::Strip(Strip {
                        block: here[0].block + 1,
                        role: set.role.clone(),
                        ..set.strips[strip.strip].clone()
                    }),
                });
            }
            y += strip.height;
        }
    }
    placed
}
