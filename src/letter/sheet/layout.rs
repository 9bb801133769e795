//! A letter laid out into pages: letterhead, address, blocks, signature, page breaks.

use std::collections::HashMap;
use std::sync::Arc;

use super::paper::Geometry;
use super::running::{self, Footer};
use super::{background, columns, geometry, postcard, stationery};
use crate::letter::blocks::frame::Frame;
use crate::letter::fonts::han::HanShapes;
use crate::letter::images::CoarsePicture;
use crate::letter::line::typeset::Setter;
use crate::letter::page::{LaidPage, LayoutFault, Mark, PlacedPart, SetBlock, Strip};
use crate::letter::{Images, Letter, Stationery, blocks};
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
            let head = form(stationery::letterhead(setter, &frame, own, &geometry));
            let signature = own.signature.as_deref();
            let closing = form(stationery::closing(setter, &frame, signature, &own.signer, geometry.measure));
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
    let addressed = || HanShapes::of(&own.language, &letter.country, letter.address.iter().map(String::as_str));
    if setter.fonts.has_fallbacks() {
        setter.shapes = addressed();
    }
    let set = SetLetter::new(setter, own, opening, images, letter);
    let mut faults = set.faults();
    let mut pages = if own.paper.is_postcard() { set.card(setter, &mut faults) } else { set.sheets(setter) };
    if let Some(why) = &letter.proof {
        let with_address = usize::from(own.paper.is_postcard());
        for (number, page) in pages.iter_mut().enumerate() {
            let part = stationery::guides(setter, &set.geometry, why, number == with_address);
            page.push(PlacedPart { x: 0.0, y: 0.0, part });
        }
    }
    let missing = faults.iter().filter_map(LayoutFault::missing);
    let missing =
        missing.flat_map(|character| [addressed(), shapes_of(own)].map(|shapes| (character, shapes))).collect();
    let length = set.column.iter().map(|set| set.height() + set.after).sum();
    Laid { length, coarse: set.coarse(), missing, pages, faults }
}

/// A letter whose parts are set and not placed yet.
struct SetLetter<'a> {
    letter: &'a Letter,
    frame: Frame<'a>,
    geometry: Geometry,
    head: &'a Arc<SetBlock>,
    address: SetBlock,
    /// Its blocks and its signature, one below the other.
    column: Vec<Arc<SetBlock>>,
    /// The number of the block before which the signature stands.
    closing: usize,
    /// Where in the column the back of a postcard begins, if it has one.
    back: Option<usize>,
    footer: Option<Footer>,
}

impl<'a> SetLetter<'a> {
    fn new(
        setter: &mut Setter<'_>,
        own: &'a Stationery,
        opening: &'a Opening,
        images: &'a Images,
        letter: &'a Letter,
    ) -> Self {
        let mut geometry = opening.geometry;
        let frame = frame(own, images, &geometry);
        let footer = Footer::of(setter, &frame, &mut geometry, letter);
        let forms = std::iter::once(&letter.address).chain(&letter.other_addresses);
        let address = stationery::address(setter, &frame, &geometry, forms);
        let own_closing = letter.signer.as_ref().map(|other| {
            let signature = other.signature.as_deref();
            Arc::new(stationery::closing(setter, &frame, signature, &other.name, geometry.measure))
        });
        let mut signature = Some(own_closing.unwrap_or_else(|| Arc::clone(&opening.closing)));
        let mut column: Vec<Arc<SetBlock>> = Vec::with_capacity(letter.blocks.len() + 1);
        let (mut closing, mut back) = (letter.blocks.len(), None);
        let back_measure = postcard::back(&geometry).measure;
        for (number, block) in letter.blocks.iter().enumerate() {
            if *block == Block::After
                && let Some(signature) = signature.take()
            {
                closing = number;
                column.push(signature);
            }
            if *block == Block::Back && own.paper.is_postcard() {
                back.get_or_insert(column.len());
            }
            let measure = if back.is_some() { back_measure } else { geometry.measure };
            column.push(match opening.blocks.get(block).filter(|_| back.is_none()) {
                Some(set) => Arc::clone(set),
                None => Arc::new(blocks::set(setter, &frame, block, measure)),
            });
        }
        column.extend(signature);
        Self { letter, frame, geometry, head: &opening.head, address, column, closing, back, footer }
    }

    /// What is wrong with its parts, each only once.
    fn faults(&self) -> Vec<LayoutFault> {
        let mut faults = Vec::new();
        for set in [&**self.head, &self.address].into_iter().chain(self.column.iter().map(|set| &**set)) {
            for fault in &set.faults {
                if !faults.contains(fault) {
                    faults.push(fault.clone());
                }
            }
        }
        faults.extend(self.footer.iter().flat_map(|footer| footer.faults.iter().cloned()));
        faults
    }

    /// The two sides of a postcard.
    fn card(&self, setter: &mut Setter<'_>, faults: &mut Vec<LayoutFault>) -> Vec<LaidPage> {
        let (frame, back) = (&self.frame, postcard::back(&self.geometry));
        let (of_front, of_back) = self.column.split_at(self.back.unwrap_or(self.column.len()));
        let on_front = columns::pages(of_front, self.closing, &self.geometry, frame.is_rtl);
        let on_back = columns::pages(of_back, self.closing.saturating_sub(of_front.len()), &back, frame.is_rtl);
        for (side, pages) in [("front", &on_front), ("back", &on_back)] {
            faults.extend((pages.len() > 1).then(|| postcard::too_long(side)));
        }
        let mut first = vec![PlacedPart::form(self.head, 0.0, 0.0)];
        first.extend(on_front.into_iter().next().unwrap_or_default());
        let mut second: LaidPage = under(frame, 1).into_iter().collect();
        second.push(PlacedPart::whole(postcard::sender(setter, frame, &back)));
        second.extend(self.address.strips.iter().cloned().map(PlacedPart::whole));
        second.extend(on_back.into_iter().next().unwrap_or_default());
        vec![first, second]
    }

    /// The pages of a letter that goes into an envelope.
    fn sheets(&self, setter: &mut Setter<'_>) -> Vec<LaidPage> {
        let (frame, geometry) = (&self.frame, &self.geometry);
        let columns = columns::pages(&self.column, self.closing, geometry, frame.is_rtl);
        let count = columns.len();
        let pages = columns.into_iter().enumerate().map(|(number, parts)| {
            let mut page: LaidPage = Vec::with_capacity(parts.len() + 2);
            if number == 0 {
                page.push(PlacedPart::form(self.head, 0.0, 0.0));
                page.extend(self.address.strips.iter().cloned().map(PlacedPart::whole));
            } else {
                page.extend(under(frame, number));
            }
            page.extend(parts);
            let numbers = (number + 1, count);
            let head = (number > 0).then(|| running::head_line(setter, frame, geometry, self.letter, numbers));
            let foot = self.footer.as_ref().and_then(|footer| footer.on(setter, frame, geometry, numbers));
            page.extend(head.into_iter().chain(foot).map(PlacedPart::whole));
            page
        });
        pages.collect()
    }

    /// Its pictures that are printed coarsely.
    fn coarse(&self) -> Vec<CoarsePicture> {
        let sets = std::iter::once(self.head).chain(&self.column);
        let marks = sets.flat_map(|set| &set.strips).flat_map(|strip| &strip.marks);
        let coarse = marks.filter_map(|mark| match mark {
            Mark::Image { image, size, .. } => CoarsePicture::of(*image, self.frame.images, size.0),
            _ => None,
        });
        coarse.collect()
    }
}

/// The background of a page, counted from 0, if it has one.
fn under(frame: &Frame<'_>, page: usize) -> Option<PlacedPart> {
    let mark = background::under(frame.own, frame.images, page)?;
    Some(PlacedPart::whole(Strip { marks: vec![mark], ..Strip::default() }))
}
