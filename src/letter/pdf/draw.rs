//! Laid-out pages as PDF content: the operators that draw them.

use crate::letter::Colour;
use crate::letter::fonts::Fonts;
use crate::letter::number::{self, hundredths, push_hundredths, push_whole};
use crate::letter::page::{GlyphRun, LaidPage, Mark, Outline, PagePart, SetBlock, TextLine};

/// Glyphs as wide as they are by nature, in hundredths of a percent.
const NATURAL: i32 = 10_000;

/// Draws pages of one job.
pub(crate) struct Pen<'a> {
    fonts: &'a Fonts,
    out: Vec<u8>,
    /// The height of the sheet in hundredths; PDF counts from the bottom.
    height: i32,
    /// Inside `BT … ET`.
    in_text: bool,
    /// The font and size that are set, the size in hundredths.
    font: Option<(usize, i32)>,
    /// The fill color; none is black.
    colour: Option<Colour>,
    /// How wide glyphs are drawn, in hundredths of a percent, if it is known.
    scale: Option<i32>,
    /// Where the current line began, in hundredths.
    line_start: (i32, i32),
    /// Which forms and images were drawn.
    pub drawn: Drawn,
}

/// Which forms and images were drawn, by their numbers.
#[derive(Debug, Clone)]
pub(crate) struct Drawn {
    pub forms: Vec<bool>,
    pub images: Vec<bool>,
}

impl Drawn {
    /// Nothing yet, of so many forms and images.
    pub(crate) fn none(forms: usize, images: usize) -> Self {
        Self { forms: vec![false; forms], images: vec![false; images] }
    }

    /// Adds what another pen drew.
    pub(crate) fn join(&mut self, other: &Self) {
        for (mine, theirs) in [(&mut self.forms, &other.forms), (&mut self.images, &other.images)] {
            for (drawn, too) in mine.iter_mut().zip(theirs) {
                *drawn |= too;
            }
        }
    }
}

impl<'a> Pen<'a> {
    pub(crate) fn new(fonts: &'a Fonts, drawn: Drawn) -> Self {
        Self {
            fonts,
            out: Vec::with_capacity(16 * 1024),
            height: 0,
            in_text: false,
            font: None,
            colour: None,
            scale: None,
            line_start: (0, 0),
            drawn,
        }
    }

    /// The content of a page whose sheet is `height` points high.
    pub(crate) fn page(&mut self, page: &LaidPage, height: f32) -> &[u8] {
        self.start(height);
        self.scale = Some(NATURAL);
        for placed in page {
            match &placed.part {
                PagePart::Strip(strip) => {
                    for mark in &strip.marks {
                        self.mark(mark, placed.x, placed.y);
                    }
                }
                PagePart::Form(form, _) => {
                    self.end_text();
                    self.fill_with(None);
                    if let Some(drawn) = self.drawn.forms.get_mut(*form) {
                        *drawn = true;
                    }
                    self.out.extend_from_slice(b"q 1 0 0 1 ");
                    self.point(hundredths(placed.x), self.height - hundredths(placed.y));
                    self.out.extend_from_slice(b" cm /X");
                    push_whole(&mut self.out, i32::try_from(*form).unwrap_or_default());
                    self.out.extend_from_slice(b" Do Q\n");
                }
                PagePart::Guides(outlines, strip) => {
                    self.end_text();
                    self.fill_with(None);
                    self.out.extend_from_slice(b"q 1 0 0 RG 1 0 0 rg .7 w\n");
                    for outline in outlines {
                        self.outline(*outline);
                    }
                    for mark in &strip.marks {
                        self.mark(mark, placed.x, placed.y);
                    }
                    self.end_text();
                    self.out.extend_from_slice(b"Q\n");
                    // The font and the width that are set now are those from before.
                    self.font = None;
                    self.scale = None;
                }
            }
        }
        self.end_text();
        &self.out
    }

    fn outline(&mut self, outline: Outline) {
        let (left, top) = (hundredths(outline.at.0), self.height - hundredths(outline.at.1));
        let (width, height) = (hundredths(outline.size.0), hundredths(outline.size.1));
        self.out.extend_from_slice(if outline.dashed { b"[4 3] 0 d " } else { b"[] 0 d " });
        self.point(left, top);
        if height == 0 {
            self.out.extend_from_slice(b" m ");
            self.point(left + width, top);
            self.out.extend_from_slice(b" l S\n");
        } else {
            self.out.push(b' ');
            self.point(width, -height);
            self.out.extend_from_slice(b" re S\n");
        }
    }

    /// The content of a form, whose origin is the block's top left corner.
    pub(crate) fn form(&mut self, set: &SetBlock) -> &[u8] {
        self.start(0.0);
        let mut y = 0.0;
        for (number, strip) in set.strips.iter().enumerate() {
            if number > 0 {
                y += strip.space;
            }
            for mark in &strip.marks {
                self.mark(mark, 0.0, y);
            }
            y += strip.height;
        }
        self.end_text();
        &self.out
    }

    /// Begins content that is drawn mark by mark, for a sheet of this height.
    pub(crate) fn start(&mut self, height: f32) {
        self.out.clear();
        self.height = hundredths(height);
        self.in_text = false;
        self.font = None;
        self.colour = None;
        // A form begins with what is set on the page.
        self.scale = None;
    }

    /// Begins a stretch of content that is marked so.
    pub(crate) fn open(&mut self, marked: &str) {
        self.end_text();
        self.out.extend_from_slice(marked.as_bytes());
    }

    /// Ends that stretch.
    pub(crate) fn close(&mut self) {
        self.end_text();
        self.out.extend_from_slice(b"EMC\n");
    }

    /// What was drawn since it was begun.
    pub(crate) fn content(&self) -> &[u8] {
        &self.out
    }

    pub(crate) fn mark(&mut self, mark: &Mark, left: f32, top: f32) {
        match mark {
            Mark::Text { x, y, line } => self.text(line, left + x, top + y),
            Mark::Rule { x, y, width, weight, colour } => {
                self.end_text();
                if let Some(colour) = colour {
                    self.out.extend_from_slice(b"q ");
                    self.colour_operator(*colour, b" RG ");
                }
                push_hundredths(&mut self.out, hundredths(*weight));
                self.out.extend_from_slice(b" w ");
                let y = self.height - hundredths(top + y);
                self.point(hundredths(left + x), y);
                self.out.extend_from_slice(b" m ");
                self.point(hundredths(left + x + width), y);
                self.out.extend_from_slice(if colour.is_some() { b" l S Q\n" } else { b" l S\n" });
            }
            Mark::Image { image, x, y, size } => {
                self.end_text();
                if let Some(drawn) = self.drawn.images.get_mut(*image) {
                    *drawn = true;
                }
                self.out.extend_from_slice(b"q ");
                push_hundredths(&mut self.out, hundredths(size.0));
                self.out.extend_from_slice(b" 0 0 ");
                self.point(hundredths(size.1), hundredths(left + x));
                self.out.push(b' ');
                push_hundredths(&mut self.out, self.height - hundredths(top + y + size.1));
                self.out.extend_from_slice(b" cm /I");
                push_whole(&mut self.out, i32::try_from(*image).unwrap_or_default());
                self.out.extend_from_slice(b" Do Q\n");
            }
            Mark::Cells { x, y, cell, boxes, .. } => {
                self.end_text();
                self.fill_with(None);
                self.out.extend_from_slice(b"q ");
                // A tenth of a thousandth of a point: 200 cells add up.
                self.fine(cell.0);
                self.out.extend_from_slice(b" 0 0 ");
                self.fine(-cell.1);
                self.out.push(b' ');
                self.point(hundredths(left + x), self.height - hundredths(top + y));
                self.out.extend_from_slice(b" cm\n");
                for numbers in boxes {
                    for number in numbers {
                        push_whole(&mut self.out, i32::from(*number));
                        self.out.push(b' ');
                    }
                    self.out.extend_from_slice(b"re\n");
                }
                self.out.extend_from_slice(b"f Q\n");
            }
        }
    }

    fn text(&mut self, line: &TextLine, x: f32, y: f32) {
        if line.runs.is_empty() {
            return;
        }
        if !self.in_text {
            self.out.extend_from_slice(b"BT\n");
            self.in_text = true;
            self.line_start = (0, 0);
        }
        let y = self.height - hundredths(y);
        let scale = hundredths(line.scale * 100.0);
        if self.scale != Some(scale) {
            self.scale = Some(scale);
            push_hundredths(&mut self.out, scale);
            self.out.extend_from_slice(b" Tz ");
        }
        let mut pen = f32::NAN;
        for run in &line.runs {
            let start = x + run.x;
            self.set_font(run);
            self.fill_with(run.colour);
            if !(start - pen).abs().lt(&0.05) {
                let at = (hundredths(start), y);
                self.point(at.0 - self.line_start.0, at.1 - self.line_start.1);
                self.out.extend_from_slice(b" Td");
                self.line_start = at;
            }
            pen = start + self.glyphs(run, line.scale);
        }
    }

    /// Fills with a color from here on.
    fn fill_with(&mut self, colour: Option<Colour>) {
        if self.colour == colour {
            return;
        }
        self.colour = colour;
        match colour {
            Some(colour) => self.colour_operator(colour, b" rg "),
            None => self.out.extend_from_slice(b"0 g "),
        }
    }

    /// A color by its three parts, and the operator that takes them.
    fn colour_operator(&mut self, Colour(parts): Colour, operator: &[u8]) {
        for (number, part) in parts.into_iter().enumerate() {
            if number > 0 {
                self.out.push(b' ');
            }
            self.fine(f32::from(part) / 255.0);
        }
        self.out.extend_from_slice(operator);
    }

    fn set_font(&mut self, run: &GlyphRun) {
        let font = (run.face, hundredths(run.size));
        if self.font == Some(font) {
            return;
        }
        self.font = Some(font);
        self.out.extend_from_slice(b"/F");
        push_whole(&mut self.out, i32::try_from(run.face).unwrap_or_default());
        self.out.push(b' ');
        push_hundredths(&mut self.out, font.1);
        self.out.extend_from_slice(b" Tf ");
    }

    /// Shows the glyphs of a run; returns how far the pen has moved.
    fn glyphs(&mut self, run: &GlyphRun, scale: f32) -> f32 {
        let fonts = self.fonts;
        let widths = fonts.faces().get(run.face).map(|face| face.widths.as_slice()).unwrap_or_default();
        let scale = 1000.0 / (run.size * scale);
        // Both in thousandths of the size as it is drawn: where the viewer's pen is, and where it should be.
        let (mut at, mut want) = (0_i32, 0.0_f32);
        let mut rise = 0;
        let mut spelled = run.spelled.iter().peekable();
        let mut open = None;
        self.out.extend_from_slice(b"[(");
        for (number, glyph) in run.glyphs.iter().enumerate() {
            if open == Some(number) {
                self.out.extend_from_slice(b")]TJ EMC[(");
                open = None;
            }
            if let Some((range, text)) = spelled.next_if(|(range, _)| range.start == number) {
                self.out.extend_from_slice(b")]TJ");
                self.spell(text);
                self.out.extend_from_slice(b"[(");
                open = Some(range.end);
            }
            let lift = hundredths(glyph.offset.1);
            if lift != rise {
                rise = lift;
                self.out.extend_from_slice(b")]TJ ");
                push_hundredths(&mut self.out, rise);
                self.out.extend_from_slice(b" Ts[(");
            }
            let move_by = at - number::rounded(want + glyph.offset.0 * scale);
            if move_by != 0 {
                self.out.push(b')');
                push_whole(&mut self.out, move_by);
                self.out.push(b'(');
                at -= move_by;
            }
            for byte in glyph.code.to_be_bytes() {
                match byte {
                    b'(' | b')' | b'\\' => self.out.extend_from_slice(&[b'\\', byte]),
                    b'\r' => self.out.extend_from_slice(b"\\r"),
                    _ => self.out.push(byte),
                }
            }
            at += i32::from(widths.get(usize::from(glyph.code)).copied().unwrap_or_default());
            want += glyph.advance * scale;
        }
        self.out.push(b')');
        let rest = at - number::rounded(want);
        if rest != 0 {
            push_whole(&mut self.out, rest);
        }
        self.out.extend_from_slice(b"]TJ");
        if open.is_some() {
            self.out.extend_from_slice(b" EMC");
        }
        if rise != 0 {
            self.out.extend_from_slice(b" 0 Ts");
        }
        self.out.push(b'\n');
        want / scale
    }

    /// Begins a stretch whose glyphs together stand for this text.
    fn spell(&mut self, text: &str) {
        self.out.extend_from_slice(b" /Span<</ActualText<feff");
        for unit in text.encode_utf16() {
            self.out.extend_from_slice(format!("{unit:04x}").as_bytes());
        }
        self.out.extend_from_slice(b">>>BDC");
    }

    fn end_text(&mut self) {
        if self.in_text {
            self.out.extend_from_slice(b"ET\n");
            self.in_text = false;
        }
    }

    /// Two numbers in hundredths.
    fn point(&mut self, x: i32, y: i32) {
        push_hundredths(&mut self.out, x);
        self.out.push(b' ');
        push_hundredths(&mut self.out, y);
    }

    /// A small number with four decimals.
    fn fine(&mut self, points: f32) {
        self.out.extend_from_slice(format!("{points:.4}").as_bytes());
    }
}
