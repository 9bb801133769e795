//! From styled text to shaped lines: the one place that speaks to the shaper.

use std::ops::Range;

use parley::{
    FontContext, FontFamily, FontFamilyName, FontFeature, FontFeatures, FontStyle, FontWeight, Language, Layout,
    LayoutContext, OverflowWrap, TextStyle,
};

use super::fonts::Fonts;
use super::page::{Glyph, Line, Run};
use super::used::Used;
use crate::merge::block::Span;

/// How a stretch of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Look {
    /// Size in points.
    pub size: f32,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// Small letters as small capitals.
    pub small_caps: bool,
    /// Extra space after each letter, in points.
    pub tracking: f32,
}

impl Look {
    /// Upright type of this size.
    pub(crate) fn of(size: f32) -> Self {
        Self { size, ..Self::default() }
    }
}

/// Text with the look of each stretch, in order and without gaps.
#[derive(Debug, Clone, Default)]
pub(crate) struct Styled {
    text: String,
    looks: Vec<(Look, Range<usize>)>,
}

impl Styled {
    /// Text in one look.
    pub(crate) fn plain(text: &str, look: Look) -> Self {
        let mut styled = Self::default();
        styled.push(text, look);
        styled
    }

    /// The spans of a block, bold and italic added to the look.
    pub(crate) fn spans(spans: &[Span], look: Look) -> Self {
        let mut styled = Self::default();
        for span in spans {
            let own = Look { bold: look.bold || span.bold, italic: look.italic != span.italic, ..look };
            styled.push(&span.text, own);
        }
        styled
    }

    /// Appends text; characters without a shape of their own are dropped or become spaces.
    pub(crate) fn push(&mut self, text: &str, look: Look) {
        let start = self.text.len();
        for character in text.chars() {
            match character {
                '\n' | '\u{2028}' | '\u{2029}' => self.text.push('\n'),
                '\t' => self.text.push(' '),
                '\u{202f}' => self.text.push('\u{a0}'),
                '\u{ad}' | '\u{feff}' | '\u{200b}' => {}
                other if other.is_control() => {}
                other => self.text.push(other),
            }
        }
        let end = self.text.len();
        match self.looks.last_mut() {
            Some((last, range)) if *last == look => range.end = end,
            _ if start == end => {}
            _ => self.looks.push((look, start..end)),
        }
    }

    /// Whether there is nothing to be seen.
    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// Sets text: the shaper with its scratch space, and what was met on the way.
pub(crate) struct Setter<'a> {
    /// The fonts it sets in.
    pub fonts: &'a Fonts,
    /// Characters that no font has, in the order in which they were met.
    pub missing: Vec<char>,
    /// Glyphs that were used.
    pub used: Used,
    families: Vec<FontFamilyName<'a>>,
    context: FontContext,
    scratch: LayoutContext<()>,
    layout: Layout<()>,
    /// The face of the run before, which is nearly always the next one's too.
    last_font: (u64, u32, usize),
}

impl<'a> Setter<'a> {
    pub(crate) fn new(fonts: &'a Fonts) -> Self {
        Self {
            fonts,
            missing: Vec::new(),
            used: Used::new(fonts),
            families: fonts.families().iter().map(|name| FontFamilyName::named(name)).collect(),
            context: fonts.context(),
            scratch: LayoutContext::new(),
            layout: Layout::new(),
            last_font: (u64::MAX, 0, 0),
        }
    }

    /// Shapes the text and breaks it into lines no wider than `width`, or at its line breaks alone.
    pub(crate) fn lines(&mut self, styled: &Styled, language: &str, width: Option<f32>) -> Vec<Broken> {
        let text = styled.text.as_str();
        if text.is_empty() {
            return Vec::new();
        }
        let mut builder = self.scratch.style_run_builder(&mut self.context, text, 1.0, false);
        let small_caps = [FontFeature::new(parley::setting::Tag::new(b"smcp"), 1)];
        for (look, range) in &styled.looks {
            let features: &[FontFeature] = if look.small_caps { &small_caps } else { &[] };
            let style = builder.push_style(TextStyle {
                font_family: FontFamily::List(self.families.as_slice().into()),
                font_size: look.size,
                font_weight: if look.bold { FontWeight::BOLD } else { FontWeight::NORMAL },
                font_style: if look.italic { FontStyle::Italic } else { FontStyle::Normal },
                font_features: FontFeatures::List(features.into()),
                letter_spacing: look.tracking,
                overflow_wrap: OverflowWrap::BreakWord,
                locale: Language::parse(language).ok(),
                ..TextStyle::default()
            });
            builder.push_style_run(style, range.clone());
        }
        let mut layout = std::mem::take(&mut self.layout);
        builder.build_into(&mut layout, text);
        layout.break_all_lines(width);
        let lines = layout.lines().map(|line| self.take(&line, text)).collect();
        self.layout = layout;
        lines
    }

    /// Copies a broken line out of the shaper's own form.
    fn take(&mut self, line: &parley::Line<'_, ()>, text: &str) -> Broken {
        let mut runs: Vec<Run> = Vec::new();
        let mut x = 0.0;
        let mut gaps = Vec::new();
        let mut trimmed = None;
        for run in line.runs() {
            let face = self.face(run.font());
            let glyphs = Vec::with_capacity(run.text_range().len());
            let mut out = Run { face, size: run.font_size(), x, glyphs, spelled: Vec::new() };
            // A ligature's glyph comes with its first cluster, which in text from right to left is met last.
            let mut clusters = run.visual_clusters().peekable();
            let mut before: Option<Range<usize>> = None;
            while let Some(cluster) = clusters.next() {
                let mut range = joined(before.take(), cluster.text_range());
                while let Some(next) = clusters.next_if(|next| next.is_ligature_continuation() && !run.is_rtl()) {
                    range = joined(Some(range), next.text_range());
                }
                if cluster.is_ligature_continuation() && run.is_rtl() {
                    before = Some(range);
                    continue;
                }
                let source = text.get(range).unwrap_or_default();
                if source == "\n" {
                    continue;
                }
                let gap = cluster.is_space_or_nbsp();
                let single = cluster.glyphs().nth(1).is_none();
                let start = out.glyphs.len();
                for glyph in cluster.glyphs() {
                    let id = u16::try_from(glyph.id).unwrap_or_default();
                    if id == 0 {
                        let fonts = self.fonts;
                        let known = source.chars().all(|c| fonts.covers(c));
                        self.missing.extend(source.chars().filter(|&c| known || !fonts.covers(c)));
                    }
                    let code = self.used.mark(self.fonts, face, id, if single { source } else { "" });
                    if gap {
                        gaps.push((runs.len(), out.glyphs.len()));
                        trimmed.get_or_insert(x);
                    } else {
                        trimmed = None;
                    }
                    out.glyphs.push(Glyph { code, advance: glyph.advance, offset: (glyph.x, -glyph.y) });
                    x += glyph.advance;
                }
                if !single {
                    out.spelled.push((start..out.glyphs.len(), source.to_owned()));
                }
            }
            if !out.glyphs.is_empty() {
                runs.push(out);
            }
        }
        let hard = matches!(line.break_reason(), parley::BreakReason::None | parley::BreakReason::Explicit);
        let text = text.get(line.text_range()).unwrap_or_default().trim_end().to_owned();
        Broken { line: Line { text, runs, width: trimmed.unwrap_or(x) }, gaps, hard }
    }

    fn face(&mut self, font: &parley::FontData) -> usize {
        let key = (font.data.id(), font.index);
        if (self.last_font.0, self.last_font.1) != key {
            self.last_font = (key.0, key.1, self.fonts.face_of(font).unwrap_or_default());
        }
        self.last_font.2
    }
}

/// One range over two neighbours.
fn joined(before: Option<Range<usize>>, range: Range<usize>) -> Range<usize> {
    before.map_or(range.clone(), |other| other.start.min(range.start)..other.end.max(range.end))
}

/// A line as the breaker left it: of natural width.
pub(crate) struct Broken {
    /// The line, spaces at its end included.
    pub line: Line,
    /// The spaces between words, by run and glyph; those at the end too.
    pub gaps: Vec<(usize, usize)>,
    /// It ends a paragraph or stands before a forced break.
    pub hard: bool,
}
