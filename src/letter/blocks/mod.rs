//! Blocks of text set into strips: paragraphs, headings, lists, quotes, images, codes.

mod barcode;
mod coupon;
pub(super) mod frame;
mod text_table;

use crate::letter::line::direction;
use crate::letter::line::lines::{self, Align};
use crate::letter::line::typeset::{Look, Setter, Styled};
use crate::letter::page::role::ReadingRole;
use crate::letter::page::{LayoutFault, Mark, SetBlock, Strip};
use crate::letter::sheet::paper::MM;
use crate::merge::block::{Block, Span};
use crate::merge::qr;
use crate::text;
use frame::{Frame, baseline};

/// White between blocks, as a share of the distance of baselines.
const BETWEEN: f32 = 0.58;
/// White between the items of a list that has no paragraphs of its own.
const TIGHT: f32 = 0.16;
/// What a divided word ends in.
const HYPHENS: [char; 2] = ['-', '‐'];
/// A language of those that are written from right to left.
const RIGHT_TO_LEFT: &str = "he";
/// How wide a QR code is made, and how fine its modules may become, in mm.
const QR_WIDTH: f32 = 22.0;
const QR_MODULE: f32 = 0.4;
/// A module of a bar code and the height of its bars, in mm.
const BAR_MODULE: f32 = 0.33;
const BAR_HEIGHT: f32 = 11.0;

/// Sets a block that stands by itself in a column of `measure` points.
pub(crate) fn set(setter: &mut Setter<'_>, frame: &Frame<'_>, block: &Block, measure: f32) -> SetBlock {
    setter.missing.clear();
    let mut set = set_inner(setter, frame, block, measure);
    set.faults.extend(setter.take_missing());
    set
}

fn set_inner(setter: &mut Setter<'_>, frame: &Frame<'_>, block: &Block, measure: f32) -> SetBlock {
    let white = frame.leading() * BETWEEN;
    let is_rtl = frame.is_rtl || direction::is_rtl_block(block);
    let frame = &Frame { is_rtl, ..*frame };
    match block {
        Block::Paragraph(spans) => paragraph(setter, frame, spans, measure),
        Block::Heading(level, spans) => heading(setter, frame, *level, spans, measure),
        Block::List(first, items) => list(setter, frame, *first, items, measure),
        Block::Quote(blocks) => {
            let indent = 1.6 * frame.size;
            let mut set = stack(setter, frame, blocks, measure - 2.0 * indent, false);
            shift(&mut set, indent);
            SetBlock { before: white, after: white, role: ReadingRole::Quote, ..set }
        }
        Block::Rule => {
            let width = measure / 4.0;
            let (x, y) = ((measure - width) / 2.0, frame.size * 0.5);
            let rule = Mark::Rule { x, y, width, weight: Mark::THIN, colour: frame.own.colour };
            SetBlock { role: ReadingRole::Artifact, ..alone(rule, frame.size, white) }
        }
        Block::Coupon(inside) => coupon::set(frame, inside, measure, &mut |frame, blocks, measure| {
            stack(setter, frame, blocks, measure, false)
        }),
        // They only decide where what follows stands.
        Block::After | Block::Back => SetBlock::default(),
        Block::Table(table) => text_table::set(setter, frame, table, measure, picture),
        _ => {
            let mut set = picture(setter, frame, block, measure);
            if is_rtl {
                let reach = set.reach();
                shift(&mut set, measure - reach);
            }
            set
        }
    }
}

/// Sets an image or a code at the left.
fn picture(setter: &mut Setter<'_>, frame: &Frame<'_>, block: &Block, measure: f32) -> SetBlock {
    match block {
        Block::Image { file, width, alt } => image(frame, (file, alt), *width, measure),
        Block::Qr(text) => qr_code(frame, text),
        Block::Barcode(text) => bar_code(setter, frame, text, measure),
        _ => SetBlock::default(),
    }
}

/// Sets blocks one below the other, as one; `tight` takes the white between them away.
fn stack(setter: &mut Setter<'_>, frame: &Frame<'_>, blocks: &[Block], measure: f32, tight: bool) -> SetBlock {
    let mut whole = SetBlock::default();
    for (number, block) in blocks.iter().enumerate() {
        let mut set = set_inner(setter, frame, block, measure);
        let role = set.role.clone();
        set.put_within(number, &role);
        let between = if tight { frame.leading() * TIGHT } else { whole.after.max(set.before) };
        let space = if whole.strips.is_empty() { 0.0 } else { between };
        append(&mut whole, set, space);
    }
    whole
}

/// Puts a set block below another, with white between them.
fn append(whole: &mut SetBlock, mut set: SetBlock, space: f32) {
    if let Some(first) = set.strips.first_mut() {
        first.space = space;
    }
    whole.after = set.after;
    whole.strips.append(&mut set.strips);
    whole.faults.append(&mut set.faults);
}

/// Moves everything in a block to the right.
fn shift(set: &mut SetBlock, by: f32) {
    for strip in &mut set.strips {
        strip.marks = std::mem::take(&mut strip.marks).into_iter().map(|mark| mark.moved(by, 0.0)).collect();
    }
}

/// Set text as strips, one a line, on the given distance of baselines; one line alone is never left on a page, and no word is
/// divided over two.
pub(crate) fn text(
    setter: &mut Setter<'_>,
    frame: &Frame<'_>,
    styled: &Styled,
    (measure, align): (f32, Align),
    (size, leading): (f32, f32),
) -> Vec<Strip> {
    if styled.is_blank() {
        return Vec::new();
    }
    let lines = lines::set(setter, styled, frame.language, measure, align);
    let count = lines.len();
    let strips = lines.into_iter().enumerate().map(|(number, (x, line))| Strip {
        height: leading,
        keep: number + 1 < count && (number == 0 || number + 2 == count || line.text.ends_with(HYPHENS)),
        marks: vec![Mark::Text { x, y: baseline(size, leading), line }],
        ..Strip::default()
    });
    strips.collect()
}

fn paragraph(setter: &mut Setter<'_>, frame: &Frame<'_>, spans: &[Span], measure: f32) -> SetBlock {
    let leading = frame.leading();
    let styled = Styled::spans(spans, frame.look(frame.size));
    let strips = text(setter, frame, &styled, (measure, frame.align()), (frame.size, leading));
    let white = leading * BETWEEN;
    SetBlock { strips, before: white, after: white, ..SetBlock::default() }
}

fn heading(setter: &mut Setter<'_>, frame: &Frame<'_>, level: u8, spans: &[Span], measure: f32) -> SetBlock {
    let (scale, bold, italic) = match level {
        1 => (1.45, false, false),
        2 => (1.15, true, false),
        3 => (1.0, true, false),
        _ => (1.0, false, true),
    };
    let size = frame.size * scale;
    let distance = (size * 1.2).max(frame.leading());
    let styled = Styled::spans(spans, Look { bold, italic, ..frame.look(size) });
    let mut strips = text(setter, frame, &styled, (measure, Align::Start), (size, distance));
    for strip in &mut strips {
        strip.keep = true;
        strip.tint(frame.own.colour);
    }
    let line = frame.leading();
    SetBlock { strips, before: line, after: line * 0.3, role: ReadingRole::Heading(level), ..SetBlock::default() }
}

fn list(
    setter: &mut Setter<'_>,
    frame: &Frame<'_>,
    first: Option<u64>,
    items: &[Vec<Block>],
    measure: f32,
) -> SetBlock {
    let leading = frame.leading();
    let labels: Vec<String> = match first {
        None => vec!["•".to_owned(); items.len()],
        Some(first) => (first..).take(items.len()).map(|number| format!("{number}.")).collect(),
    };
    let labels: Vec<Styled> = labels.iter().map(|label| Styled::plain(label, frame.look(frame.size))).collect();
    // A number in a list from right to left has its point on the left.
    let language = if frame.is_rtl { RIGHT_TO_LEFT } else { frame.language };
    let widths: Vec<f32> = labels.iter().map(|label| lines::natural_width(setter, label, language)).collect();
    let widest = widths.iter().copied().fold(0.0, f32::max);
    let (hang, indent) = match first {
        None => (frame.size * 0.7, frame.size * 0.7 + widest + frame.size * 0.55),
        Some(_) => (frame.size * 0.3, frame.size * 0.3 + widest + frame.size * 0.5),
    };
    let paragraphs = |item: &Vec<Block>| item.iter().filter(|block| matches!(block, Block::Paragraph(_))).count();
    let loose = items.iter().any(|item| paragraphs(item) > 1);
    let mut whole = SetBlock::default();
    for (number, ((item, label), width)) in items.iter().zip(&labels).zip(widths).enumerate() {
        let mut set = stack(setter, frame, item, measure - indent, !loose);
        if !frame.is_rtl {
            shift(&mut set, indent);
        }
        set.put_within(1, &ReadingRole::Body);
        if set.strips.is_empty() {
            set.strips.push(Strip { height: leading, ..Strip::default() });
        }
        let line = lines::set(setter, label, language, measure, Align::Left).into_iter().next();
        if let (Some(strip), Some((_, line))) = (set.strips.first_mut(), line) {
            let x = if frame.is_rtl { measure - hang - widest } else { hang + widest - width };
            strip.marks.insert(0, Mark::Text { x, y: baseline(frame.size, leading), line });
            strip.tag_first(ReadingRole::Label);
        }
        set.put_within(number, &ReadingRole::Item);
        let space = if whole.strips.is_empty() { 0.0 } else { leading * if loose { BETWEEN } else { TIGHT } };
        append(&mut whole, set, space);
    }
    let role = ReadingRole::List { is_numbered: first.is_some() };
    SetBlock { before: leading * BETWEEN, after: leading * BETWEEN, role, ..whole }
}

/// One strip with one mark, and white around it.
fn alone(mark: Mark, height: f32, white: f32) -> SetBlock {
    let strip = Strip { height, marks: vec![mark], ..Strip::default() };
    SetBlock { strips: vec![strip], before: white, after: white, ..SetBlock::default() }
}

/// A block that cannot be set, with the reason.
fn fault(message: String, hint: &str) -> SetBlock {
    SetBlock { faults: vec![LayoutFault::Other(message, hint.to_owned())], ..SetBlock::default() }
}

fn image(frame: &Frame<'_>, (file, alt): (&str, &str), tenths: u32, measure: f32) -> SetBlock {
    let Some((image, found)) = frame.images.find(file) else {
        return fault(
            format!("there is no image {}", text::quote(file)),
            "put the file into the folder of the letter's template",
        );
    };
    let (wide, high) = found.size;
    let wanted = if tenths == 0 { wide } else { f32::from(u16::try_from(tenths).unwrap_or(u16::MAX)) / 10.0 * MM };
    let scale = (wanted.min(measure) / wide).min(frame.tallest / high);
    let size = (wide * scale, high * scale);
    let set = alone(Mark::Image { image, x: 0.0, y: 0.0, size }, size.1, frame.leading() * 0.7);
    SetBlock { role: ReadingRole::Figure(alt.to_owned()), ..set }
}

fn qr_code(frame: &Frame<'_>, text: &str) -> SetBlock {
    let Some((boxes, modules)) = qr::boxes(text) else {
        return fault("the text is too long for a QR code".to_owned(), "give `qr()` a short text, such as the code");
    };
    let module = (QR_WIDTH / f32::from(modules)).max(QR_MODULE) * MM;
    let side = module * f32::from(modules);
    let mark = Mark::Cells { x: 0.0, y: 0.0, cell: (module, module), boxes, text: text.to_owned() };
    let role = ReadingRole::Figure(format!("QR: {text}"));
    SetBlock { aside: Some(side), role, ..alone(mark, side, frame.leading() * 0.7) }
}

fn bar_code(setter: &mut Setter<'_>, frame: &Frame<'_>, code: &str, measure: f32) -> SetBlock {
    let Some((bars, modules)) = barcode::bars(code) else {
        return fault(
            format!("{} cannot be a bar code", text::quote(code)),
            "a bar code takes plain letters, digits and symbols, without accents",
        );
    };
    let width = f32::from(modules) * BAR_MODULE * MM;
    if width > measure {
        return fault(format!("the bar code of {} is wider than the page", text::quote(code)), "shorten its text");
    }
    let cell = (BAR_MODULE * MM, BAR_HEIGHT * MM);
    let boxes = bars.into_iter().map(|(at, width)| [at, 0, width, 1]).collect();
    let mut strip = Strip::default();
    strip.marks.push(Mark::Cells { x: 0.0, y: 0.0, cell, boxes, text: code.to_owned() });
    // Its text stands below it.
    strip.tag(ReadingRole::Artifact);
    let size = frame.size * 0.78;
    let label = Styled::plain(code, Look { tracking: 1.0, ..Look::of(size) });
    let below = frame.leading_of(size);
    for (x, line) in lines::set(setter, &label, frame.language, width, Align::Centre) {
        strip.marks.push(Mark::Text { x, y: cell.1 + baseline(size, below), line });
    }
    strip.tag(ReadingRole::Paragraph);
    strip.height = cell.1 + below;
    let white = frame.leading() * 0.7;
    SetBlock { strips: vec![strip], before: white, after: white, role: ReadingRole::Group, ..SetBlock::default() }
}
