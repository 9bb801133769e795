//! What a laid-out page consists of: strips of marks, all measures in points, y downwards.

pub(super) mod colour;
pub(super) mod reading;
pub(super) mod role;
mod tagging;

use std::ops::Range;
use std::sync::Arc;

use crate::letter::Colour;
use role::{LineLink, ReadingRole, TaggedMarks};

/// A glyph within a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    /// Its code in the face.
    pub code: u16,
    /// How far the pen moves on, kerning and stretched spaces included.
    pub advance: f32,
    /// How far the glyph is drawn from the pen.
    pub offset: (f32, f32),
}

/// Glyphs of one face and size, drawn from left to right.
#[derive(Debug, Clone, PartialEq)]
pub struct GlyphRun {
    pub face: usize,
    /// The size of the type.
    pub size: f32,
    /// Black without one.
    pub colour: Option<Colour>,
    /// Where it starts, from the start of the line.
    pub x: f32,
    pub glyphs: Vec<Glyph>,
    /// The text of stretches of glyphs that have it only as a whole: a letter with marks over it.
    pub spelled: Vec<(Range<usize>, String)>,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct TextLine {
    /// Its text.
    pub text: String,
    /// Its runs from left to right.
    pub runs: Vec<GlyphRun>,
    /// Its width, without spaces at the end.
    pub width: f32,
    /// Which of its glyphs lead somewhere.
    pub links: Vec<LineLink>,
    /// How wide its glyphs are drawn, as a share of how wide they are by nature; advances and offsets have it in them.
    pub scale: f32,
}

/// Something to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// A line of text: where it starts, and its baseline.
    Text {
        /// From the left of the strip.
        x: f32,
        /// The baseline, from the top of the strip.
        y: f32,
        line: TextLine,
    },
    /// A rule to the right of this point, which is in the middle of its weight.
    Rule { x: f32, y: f32, width: f32, weight: f32, colour: Option<Colour> },
    /// One of the images, with its left top corner and its size.
    Image { image: usize, x: f32, y: f32, size: (f32, f32) },
    /// Black boxes on a grid: a QR code or a bar code.
    Cells {
        x: f32,
        y: f32,
        /// Width and height of one cell.
        cell: (f32, f32),
        /// Column, row, columns, rows of each box.
        boxes: Vec<[u16; 4]>,
        /// The text of the code.
        text: String,
    },
}

impl Mark {
    /// The weight of most rules, in points.
    pub(crate) const THIN: f32 = 0.5;

    /// The same mark elsewhere.
    #[must_use]
    pub(crate) fn moved(mut self, right: f32, down: f32) -> Self {
        match &mut self {
            Self::Text { x, y, .. } | Self::Rule { x, y, .. } | Self::Image { x, y, .. } | Self::Cells { x, y, .. } => {
                *x += right;
                *y += down;
            }
        }
        self
    }
}

/// A strip across the column that is never cut.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Strip {
    /// White above it, dropped at the top of a page.
    pub space: f32,
    pub height: f32,
    /// No page ends between it and the strip after it.
    pub keep: bool,
    pub marks: Vec<Mark>,
    /// Which block of the letter it is from, when it stands on a page, and what that is for a reader.
    pub block: usize,
    pub role: ReadingRole,
    /// What stretches of its marks are within the block; nothing where they are the block itself.
    pub tags: Vec<TaggedMarks>,
}

impl Strip {
    /// Gives its text a color.
    pub(crate) fn tint(&mut self, colour: Option<Colour>) {
        for mark in &mut self.marks {
            if let Mark::Text { line, .. } = mark {
                line.runs.iter_mut().for_each(|run| run.colour = colour);
            }
        }
    }

    /// How far its marks reach to the right.
    pub(crate) fn reach(&self) -> f32 {
        let ends = self.marks.iter().map(|mark| match mark {
            Mark::Text { x, line, .. } => x + line.width,
            Mark::Rule { x, width, .. } => x + width,
            Mark::Image { x, size, .. } => x + size.0,
            Mark::Cells { x, cell, boxes, .. } => {
                x + cell.0 * boxes.iter().map(|[left, _, wide, _]| f32::from(left + wide)).fold(0.0, f32::max)
            }
        });
        ends.fold(0.0, f32::max)
    }

    /// From where to where the codes in it reach, from its top.
    pub(crate) fn code(&self) -> Option<(f32, f32)> {
        let codes = self.marks.iter().filter_map(|mark| match mark {
            Mark::Cells { y, cell, boxes, text, .. } if !text.is_empty() => {
                Some((*y, y + cell.1 * boxes.iter().map(|[_, top, _, high]| f32::from(top + high)).fold(0.0, f32::max)))
            }
            _ => None,
        });
        codes.reduce(|one, two| (one.0.min(two.0), one.1.max(two.1)))
    }

    /// How far from the left its marks begin.
    pub(crate) fn start(&self) -> f32 {
        let starts = self.marks.iter().map(|mark| match mark {
            Mark::Text { x, .. } | Mark::Rule { x, .. } | Mark::Image { x, .. } | Mark::Cells { x, .. } => *x,
        });
        starts.fold(f32::INFINITY, f32::min)
    }
}

/// A block of a letter, set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SetBlock {
    /// From top to bottom.
    pub strips: Vec<Strip>,
    /// The white wanted above it.
    pub before: f32,
    /// The white wanted below it.
    pub after: f32,
    /// Its width, if it may stand at the right of short lines rather than above them.
    pub aside: Option<f32>,
    /// A table: where it is broken, its first strip begins the next page too, and its last one ends this page.
    pub repeats_head: bool,
    /// It is the same in many letters and is drawn once, as this form.
    pub form: Option<usize>,
    /// What it is for a reader.
    pub role: ReadingRole,
    /// What is wrong with it.
    pub faults: Vec<LayoutFault>,
}

impl SetBlock {
    /// How far its marks reach to the right.
    pub(crate) fn reach(&self) -> f32 {
        self.strips.iter().map(Strip::reach).fold(0.0, f32::max)
    }

    /// The height of all its strips, without white above the first.
    #[must_use]
    pub fn height(&self) -> f32 {
        let inner: f32 = self.strips.iter().skip(1).map(|strip| strip.space).sum();
        inner + self.strips.iter().map(|strip| strip.height).sum::<f32>()
    }
}

/// Something that keeps a block from being printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayoutFault {
    /// No font has this character.
    Glyph(char),
    /// The address cannot be seen whole through the window: the message and a hint.
    Window(String, String),
    /// Anything else: the message and a hint.
    Other(String, String),
}

impl LayoutFault {
    /// The character that no font has, if it is that.
    pub(crate) fn missing(&self) -> Option<char> {
        if let Self::Glyph(character) = self { Some(*character) } else { None }
    }
}

/// Where a part of a page stands.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedPart {
    /// From the left of the sheet.
    pub x: f32,
    /// From the top of the sheet.
    pub y: f32,
    /// What stands there.
    pub part: PagePart,
}

impl PlacedPart {
    /// What is placed from the sheet's left top corner.
    pub(crate) fn whole(strip: Strip) -> Self {
        Self { x: 0.0, y: 0.0, part: PagePart::Strip(strip) }
    }

    /// A block that is drawn once.
    pub(crate) fn form(set: &Arc<SetBlock>, x: f32, y: f32) -> Self {
        Self { x, y, part: PagePart::Form(set.form.unwrap_or_default(), Arc::clone(set)) }
    }
}

/// A part of a page.
#[derive(Debug, Clone, PartialEq)]
pub enum PagePart {
    /// A strip of this letter alone.
    Strip(Strip),
    /// A whole block that is the same in many letters.
    Form(usize, Arc<SetBlock>),
    /// What only a proof has, drawn in red: outlines, and a remark in the margin.
    Guides(Vec<Outline>, Strip),
}

/// A box of which only the edge is drawn; one without height is a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outline {
    /// Left and top.
    pub at: (f32, f32),
    pub size: (f32, f32),
    /// Drawn in dashes.
    pub dashed: bool,
}

/// A laid-out page.
pub type LaidPage = Vec<PlacedPart>;
