//! A letter laid out into pages: letterhead, address, blocks, signature, page breaks.

use std::collections::HashMap;
use std::sync::Arc;

use super::background;
use super::blocks;
use super::frame::Frame;
use super::geometry;
use super::han::HanShapes;
use super::images::CoarsePicture;
use super::page::{LaidPage, LayoutFault, Mark, PagePart, PlacedPart, SetBlock, Strip};
use super::paper::{Geometry, MM};
use super::postcard;
use super::role::ReadingRole;
use super::running::{self, Footer};
use super::sheet;
use super::typeset::Setter;
use super::{Images, Letter, Stationery};
use crate::merge::block::Block;
use crate::text;

/// What is the same in many letters: set once, drawn once.
#[derive(Debug, Default)]
pub(crate) struct Constants {
    /// The form of each, by its number.
    pub forms: Vec<Arc<SetBlock>>,
    openings: Vec<Opening>,
}

/// One stationery, made ready.
#[derive(Debug)]
struct Opening {
    geometry: Geometry,
    head: Arc<SetBlock>,
    closing: Arc<SetBlock>,
    blocks: HashMap<Block, Arc<SetBlock>>,
}

/// A laid-out letter.
#[derive(Debug, Default)]
pub(crate) struct Laid {
    pub pages: Vec<LaidPage>,
    /// How long its text is, in points, were it on one page.
    pub length: f32,
    /// What is wrong with it.
    pub faults: Vec<LayoutFault>,
    /// Pictures that are printed coarsely.
    pub coarse: Vec<CoarsePicture>,
    /// The characters that no font has, and in which shapes they are wanted.
    pub missing: Vec<(char, HanShapes)>,
}

impl Constants {
    /// Sets each letterhead and signature, and the blocks that stand in more than one letter of a sample.
    pub(crate) fn new(
        setter: &mut Setter<'_>,
        stationery: &[Stationery],
        images: &Images,
        samples: &[Vec<Letter>],
    ) -> Self {
        let mut forms = Vec::new();
        let mut form = |mut set: SetBlock| {
            set.form = Some(forms.len());
            let set = Arc::new(set);
            forms.push(Arc::clone(&set));
            set
        };
        let mut openings = Vec::new();
        for (number, own) in stationery.iter().enumerate() {
            setter.use_family(own.font.as_deref());
            setter.shapes = shapes_of(own);
            let geometry = geometry::geometry(own);
            let frame = frame(own, images, &geometry);
            let head = form(sheet::letterhead(setter, &frame, own, &geometry));
            let signature = own.signature.as_deref();
            let closing = form(sheet::closing(setter, &frame, signature, &own.signer, geometry.measure));
            let mut blocks = HashMap::new();
            for block in repeated(samples.get(number).map(Vec::as_slice).unwrap_or_default()) {
                let set = form(blocks::set(setter, &frame, block, geometry.measure));
                blocks.insert(block.clone(), set);
            }
            openings.push(Opening { geometry, head, closing, blocks });
        }
        Self { forms, openings }
    }
}

/// The blocks that stand in more than one of these letters, in the order in which they are met.
fn repeated(letters: &[Letter]) -> Vec<&Block> {
    let mut seen: HashMap<&Block, usize> = HashMap::new();
    let mut found = Vec::new();
    for (number, letter) in letters.iter().enumerate() {
        for block in &letter.blocks {
            match seen.insert(block, number) {
                Some(before) if before != number && !found.contains(&block) => found.push(block),
                _ => {}
            }
        }
    }
    found
}

/// The shapes of Chinese characters in what all letters of a stationery have.
fn shapes_of(own: &Stationery) -> HanShapes {
    HanShapes::of(&own.language, "", own.sender.iter().map(String::as_str))
}

/// What the blocks of a stationery are set with.
fn frame<'a>(stationery: &'a Stationery, images: &'a Images, geometry: &Geometry) -> Frame<'a> {
    let tallest = geometry.bottom - geometry.next_top;
    let language = stationery.language.as_str();
    let is_rtl = text::is_rtl(language);
    Frame { own: stationery, size: stationery.font_size, language, is_rtl, images, tallest }
}

/// Lays a letter out.
pub(crate) fn letter(
    setter: &mut Setter<'_>,
    constants: &Constants,
    stationery: &[Stationery],
    images: &Images,
    letter: &Letter,
) -> Laid {
    let (Some(own), Some(opening)) = (stationery.get(letter.stationery), constants.openings.get(letter.stationery))
    else {
        let message = format!("the letter asks for stationery {}, which there is not", letter.stationery);
        return Laid { faults: vec![LayoutFault::Other(message, String::new())], ..Laid::default() };
    };
    setter.use_family(own.font.as_deref());
    let texts = || letter.address.iter().map(String::as_str);
    if setter.fonts.has_fallbacks() {
        setter.shapes = HanShapes::of(&own.language, &letter.country, texts());
    }
    let mut geometry = opening.geometry;
    let frame = frame(own, images, &geometry);
    let footer = Footer::of(setter, &frame, &mut geometry, letter);
    let geometry = &geometry;
    let forms = std::iter::once(&letter.address).chain(&letter.other_addresses);
    let address = sheet::address(setter, &frame, geometry, forms);
    let mut column: Vec<Arc<SetBlock>> = Vec::with_capacity(letter.blocks.len() + 1);
    let own_closing = letter.signer.as_ref().map(|other| {
        Arc::new(sheet::closing(setter, &frame, other.signature.as_deref(), &other.name, geometry.measure))
    });
    let mut closing = Some(own_closing.unwrap_or_else(|| Arc::clone(&opening.closing)));
    let mut end = letter.blocks.len();
    let (mut back_at, back) = (None, postcard::back(geometry));
    for (number, block) in letter.blocks.iter().enumerate() {
        if *block == Block::After
            && let Some(closing) = closing.take()
        {
            end = number;
            column.push(closing);
        }
        if *block == Block::Back && own.paper.is_postcard() {
            back_at.get_or_insert(column.len());
        }
        let measure = if back_at.is_some() { back.measure } else { geometry.measure };
        column.push(match opening.blocks.get(block).filter(|_| back_at.is_none()) {
            Some(set) => Arc::clone(set),
            None => Arc::new(blocks::set(setter, &frame, block, measure)),
        });
    }
    column.extend(closing);
    let mut faults = Vec::new();
    for set in [&*opening.head, &address].into_iter().chain(column.iter().map(|set| &**set)) {
        for fault in &set.faults {
            if !faults.contains(fault) {
                faults.push(fault.clone());
            }
        }
    }
    let length = column.iter().map(|set| set.height() + set.after).sum();
    faults.extend(footer.iter().flat_map(|footer| footer.faults.iter().cloned()));
    let mut pages: Vec<LaidPage> = Vec::new();
    if own.paper.is_postcard() {
        let (front_side, back_side) = postcard::sides(&column, back_at);
        let front = columns(front_side, end, geometry, frame.is_rtl);
        let back_end = end.saturating_sub(front_side.len());
        let written = columns(back_side, back_end, &back, frame.is_rtl);
        for (side, pages) in [("front", &front), ("back", &written)] {
            faults.extend((pages.len() > 1).then(|| postcard::too_long(side)));
        }
        let mut first = vec![part(&opening.head, 0.0, 0.0)];
        first.extend(front.into_iter().next().unwrap_or_default());
        let mut second: LaidPage = under(own, images, 1).into_iter().collect();
        second.push(whole(postcard::sender(setter, &frame, &back)));
        second.extend(address.strips.iter().cloned().map(whole));
        second.extend(written.into_iter().next().unwrap_or_default());
        pages.extend([first, second]);
    } else {
        let columns = columns(&column, end, geometry, frame.is_rtl);
        let count = columns.len();
        for (number, parts) in columns.into_iter().enumerate() {
            let mut page: LaidPage = Vec::with_capacity(parts.len() + 2);
            if number == 0 {
                page.push(part(&opening.head, 0.0, 0.0));
                page.extend(address.strips.iter().cloned().map(whole));
            } else {
                page.extend(under(own, images, number));
            }
            page.extend(parts);
            let numbers = (number + 1, count);
            let head = (number > 0).then(|| running::head_line(setter, &frame, geometry, letter, numbers));
            let foot = footer.as_ref().and_then(|footer| footer.on(setter, &frame, geometry, numbers));
            page.extend(head.into_iter().chain(foot).map(whole));
            pages.push(page);
        }
    }
    if let Some(why) = &letter.proof {
        let addressed = usize::from(own.paper.is_postcard());
        for (number, page) in pages.iter_mut().enumerate() {
            let part = sheet::guides(setter, geometry, why, number == addressed);
            page.push(PlacedPart { x: 0.0, y: 0.0, part });
        }
    }
    let missing: Vec<char> = faults.iter().filter_map(LayoutFault::missing).collect();
    let shapes = |&character: &char| {
        let of_letter = HanShapes::of(&own.language, &letter.country, texts());
        [of_letter, shapes_of(own)].map(|shapes| (character, shapes))
    };
    let missing = missing.iter().flat_map(shapes).collect();
    let sets = std::iter::once(&opening.head).chain(&column);
    let marks = sets.flat_map(|set| &set.strips).flat_map(|strip| &strip.marks);
    let coarse = marks.filter_map(|mark| match mark {
        Mark::Image { image, size, .. } => CoarsePicture::of(*image, images, size.0),
        _ => None,
    });
    Laid { pages, length, faults, coarse: coarse.collect(), missing }
}

/// The background of a page, counted from 0, if it has one.
fn under(own: &Stationery, images: &Images, page: usize) -> Option<PlacedPart> {
    let (image, (x, y), size) = background::under(own, images, page)?;
    Some(whole(Strip { marks: vec![Mark::Image { image, x, y, size }], ..Strip::default() }))
}

/// What is placed from the sheet's left top corner.
fn whole(strip: Strip) -> PlacedPart {
    PlacedPart { x: 0.0, y: 0.0, part: PagePart::Strip(strip) }
}

fn part(set: &Arc<SetBlock>, x: f32, y: f32) -> PlacedPart {
    let form = set.form.unwrap_or_default();
    PlacedPart { x, y, part: PagePart::Form(form, Arc::clone(set)) }
}

/// White between blocks may shrink to this share of itself if that saves a second page.
const LEAST_WHITE: f32 = 0.6;
/// White between a code that stands at the side and the text beside it, in points.
const ASIDE: f32 = 24.0;

/// Breaks the column, in which the block of this number is the signature, into pages; no strip is cut, and strips that belong together stay together if a page holds them.
fn columns(column: &[Arc<SetBlock>], closing: usize, geometry: &Geometry, is_rtl: bool) -> Vec<Vec<PlacedPart>> {
    let mut flat: Vec<Flat> = Vec::new();
    let mut white = 0.0_f32;
    for (block, set) in column.iter().enumerate() {
        for (number, strip) in set.strips.iter().enumerate() {
            let space = if number == 0 { white.max(set.before) } else { strip.space };
            flat.push(Flat {
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
            // On the next page it is looked at anew.
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
struct Flat {
    /// It is drawn so much lower than it stands, and how much of its height it has for that.
    lower: f32,
    grown: f32,
    block: usize,
    strip: usize,
    space: f32,
    height: f32,
    keep: bool,
    shift: f32,
}

/// A code moves to the margin at which lines end, and takes no height, if the lines below it are short enough to stand beside it.
fn stand_aside(flat: &mut [Flat], at: usize, column: &[Arc<SetBlock>], measure: f32, is_rtl: bool) {
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
    // The white above it is that of the first block beside it.
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
    flat: &mut [Flat],
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
fn tighten(flat: &mut [Flat], room: f32) {
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
fn keep_end(flat: &mut [Flat], closing: usize) {
    let Some(first) = flat.iter().position(|strip| strip.block == closing) else { return };
    for strip in flat[..first].iter_mut().rev().take(2) {
        strip.keep = true;
    }
}

/// The first and the last strip of the table that is broken before this strip, if one is.
fn broken_table<'c>(column: &'c [Arc<SetBlock>], next: &Flat) -> Option<(&'c Strip, &'c Strip)> {
    let set = &column[next.block];
    (set.repeats_head && next.strip > 0).then(|| set.strips.first().zip(set.strips.last())).flatten()
}

/// The height of strips that stand one below the other.
fn height(strips: &[Flat]) -> f32 {
    strips.iter().enumerate().map(|(at, strip)| strip.height + if at == 0 { 0.0 } else { strip.space }).sum()
}

/// Where the page that begins at `start` must end.
fn page_end(flat: &[Flat], start: usize, room: f32) -> usize {
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
fn place(strips: &[Flat], column: &[Arc<SetBlock>], left: f32, top: f32) -> Vec<PlacedPart> {
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
            placed.push(part(set, left + here[0].shift, y + here[0].lower));
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
