//! From styled text to shaped lines: the one place that speaks to the shaper.

use std::ops::Range;

use parley::{
    BaseDirection, FontContext, FontFamily, FontFamilyName, FontFeature, FontFeatures, FontStyle, FontWeight, Language,
    Layout, LayoutContext, TextStyle,
};

use super::fit::{self, End, Fill, Fragment};
use super::fonts::Fonts;
use super::hyphens;
use super::page::{Glyph, GlyphRun, TextLine};
use super::used::Used;
use crate::merge::block::Span;

/// How a stretch of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Look {
    /// Size in points.
    pub size: f32,
    pub bold: bool,
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
    /// Where the text itself allows a hyphen: places of soft hyphens.
    soft: Vec<usize>,
}

impl Styled {
    /// Text in one look.
    pub(crate) fn plain(text: &str, look: Look) -> Self {
        let mut styled = Self::default();
        styled.push(text, look);
        styled
    }

    /// The spans of a block, each style added to the look; paper has no links, so where one leads is written after it.
    pub(crate) fn spans(spans: &[Span], look: Look) -> Self {
        let mut styled = Self::default();
        for linked in spans.chunk_by(|a, b| a.link == b.link) {
            let start = styled.text.len();
            for span in linked {
                let (bold, italic) = (look.bold || span.bold, look.italic != span.italic);
                let small_caps = look.small_caps || span.small_caps;
                styled.push(&span.text, Look { bold, italic, small_caps, ..look });
            }
            if let Some(link) = &linked[0].link {
                let shown =
                    ["https://", "http://", "mailto:", "tel:"].iter().find_map(|scheme| link.strip_prefix(scheme));
                let shown = shown.unwrap_or(link).trim_end_matches('/');
                if !shown.is_empty() && !styled.text[start..].contains(shown) {
                    styled.push(&format!(" ({shown})"), look);
                }
            }
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
                '\u{ad}' => self.soft.push(self.text.len()),
                '\u{feff}' | '\u{200b}' => {}
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
    pub fonts: &'a Fonts,
    /// Characters that no font has, in the order in which they were met.
    pub missing: Vec<char>,
    /// Glyphs that were used.
    pub used: Used,
    /// The families in the order in which they are asked, and the one that stands first now.
    families: Vec<FontFamilyName<'a>>,
    family: Option<usize>,
    context: FontContext,
    scratch: LayoutContext<()>,
    layout: Layout<()>,
    /// The face of the run before, which is nearly always the next one's too.
    last_font: (u64, u32, usize),
}

impl<'a> Setter<'a> {
    pub(crate) fn new(fonts: &'a Fonts) -> Self {
        let mut setter = Self {
            fonts,
            missing: Vec::new(),
            used: Used::new(fonts),
            families: Vec::new(),
            family: None,
            context: fonts.context(),
            scratch: LayoutContext::new(),
            layout: Layout::new(),
            last_font: (u64::MAX, 0, 0),
        };
        setter.use_family(None);
        setter
    }

    /// Sets what follows in this family, if there is such a one, and in the shipped one otherwise.
    pub(crate) fn use_family(&mut self, name: Option<&str>) {
        let names = self.fonts.families();
        let first = name.and_then(|name| self.fonts.family(name)).unwrap_or(0);
        if self.family != Some(first) {
            self.family = Some(first);
            let others = names.iter().enumerate().filter(|&(number, _)| number != first).map(|(_, name)| name);
            self.families =
                names.get(first).into_iter().chain(others).map(|name| FontFamilyName::named(name)).collect();
        }
    }

    /// Shapes the text and breaks it into lines no wider than `measure`; an infinite one leaves only its own line breaks.
    pub(crate) fn lines(&mut self, styled: &Styled, language: &str, measure: f32, fill: Fill) -> Vec<Broken> {
        let text = styled.text.as_str();
        if text.is_empty() {
            return Vec::new();
        }
        let mut layout = std::mem::take(&mut self.layout);
        self.shape(styled, language, &mut layout);
        layout.break_all_lines(None);
        let natural = layout.lines().map(|line| line.metrics().advance - line.metrics().hanging_advance);
        let mut lines: Vec<Broken> = if natural.fold(0.0, f32::max) <= measure {
            layout.lines().map(|line| Broken { hard: true, ..self.take(&line, text) }).collect()
        } else {
            self.fit(styled, language, measure, fill, &mut layout)
        };
        for line in &mut lines {
            line.to_the_left = layout.is_rtl();
        }
        self.layout = layout;
        lines
    }

    /// Shapes the text.
    fn shape(&mut self, styled: &Styled, language: &str, layout: &mut Layout<()>) {
        let text = styled.text.as_str();
        let mut builder = self.scratch.style_run_builder(&mut self.context, text, 1.0, false);
        builder.set_base_direction(direction(text, language));
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
                locale: Language::parse(language).ok(),
                ..TextStyle::default()
            });
            builder.push_style_run(style, range.clone());
        }
        builder.build_into(layout, text);
    }

    /// Breaks shaped text where the paragraph as a whole looks best.
    fn fit(
        &mut self,
        styled: &Styled,
        language: &str,
        measure: f32,
        fill: Fill,
        layout: &mut Layout<()>,
    ) -> Vec<Broken> {
        let text = styled.text.as_str();
        // With no room at all, every line is a stretch that no line break divides.
        layout.break_all_lines(Some(0.0));
        let (mut fragments, mut lengths) = self.fragments(styled, None, measure, layout);
        let mut ends = fit::breaks(&fragments, measure, fill);
        // Words are divided only where whole ones leave holes.
        if fill == Fill::Straight && !layout.is_rtl() && !fit::looks_good(&fragments, &ends, measure, fill) {
            (fragments, lengths) = self.fragments(styled, Some(language), measure, layout);
            ends = fit::breaks(&fragments, measure, fill);
        }
        let mut breaker = layout.break_lines();
        let mut from = 0;
        for &end in &ends {
            let length: u32 = lengths[from..=end].iter().sum();
            if length > 0 && breaker.break_next_with_length(length).is_none() {
                break;
            }
            from = end + 1;
        }
        breaker.finish();
        let lines = layout.lines().zip(ends).map(|(line, end)| {
            let mut broken = self.take(&line, text);
            broken.hard = fragments[end].end == End::Forced;
            if let End::Hyphen(width) = fragments[end].end {
                self.hyphenate(&mut broken.line, width);
            }
            broken
        });
        lines.collect()
    }

    /// The fragments of a text that is broken wherever a line may break, each with the number of its characters; with a
    /// language, words are divided.
    fn fragments(
        &mut self,
        styled: &Styled,
        language: Option<&str>,
        measure: f32,
        layout: &Layout<()>,
    ) -> (Vec<Fragment>, Vec<u32>) {
        let text = styled.text.as_str();
        let (mut fragments, mut lengths) = (Vec::new(), Vec::new());
        for line in layout.lines() {
            let (range, metrics) = (line.text_range(), line.metrics());
            let width = metrics.advance - metrics.hanging_advance;
            let end = match line.break_reason() {
                parley::BreakReason::None | parley::BreakReason::Explicit => End::Forced,
                _ if metrics.hanging_advance > 0.0 => End::Space(metrics.hanging_advance),
                _ => End::Open,
            };
            let places = language.map(|language| hyphens::places(text, range.clone(), language, &styled.soft));
            let places = places.unwrap_or_default();
            let torn = width > measure;
            let inner = if torn || !places.is_empty() { self.cuts(&line, &places, torn) } else { Vec::new() };
            let (mut x, mut from) = (0.0, range.start);
            for (place, at, end) in inner {
                fragments.push(Fragment { width: at - x, end });
                lengths.push(count(text, from..place));
                (x, from) = (at, place);
            }
            fragments.push(Fragment { width: width - x, end });
            lengths.push(count(text, from..range.end));
        }
        (fragments, lengths)
    }

    /// Where a line may be cut, each with its distance from the start: with a hyphen at some places, and torn anywhere.
    fn cuts(&mut self, line: &parley::Line<'_, ()>, hyphens: &[usize], torn: bool) -> Vec<(usize, f32, End)> {
        let (mut x, mut found) = (0.0, Vec::new());
        for run in line.runs() {
            let face = &self.fonts.faces()[self.face(run.font())];
            let hyphen = face.hyphen.map(|glyph| End::Hyphen(face.advance(glyph) * run.font_size()));
            for cluster in run.clusters() {
                let place = cluster.text_range().start;
                if x > 0.0 && !cluster.is_ligature_continuation() {
                    let end = hyphen.filter(|_| hyphens.contains(&place)).or(torn.then_some(End::Torn));
                    found.extend(end.map(|end| (place, x, end)));
                }
                x += cluster.advance();
            }
        }
        // Where text runs both ways, the distances only tell how far apart the cuts are.
        found.sort_by_key(|cut: &(usize, f32, End)| cut.0);
        let mut distances: Vec<f32> = found.iter().map(|cut| cut.1).collect();
        distances.sort_by(f32::total_cmp);
        found.iter_mut().zip(distances).for_each(|(cut, distance)| cut.1 = distance);
        found
    }

    /// Draws a hyphen at the end of a line.
    fn hyphenate(&mut self, line: &mut TextLine, width: f32) {
        let Some(run) = line.runs.last_mut() else { return };
        let Some(glyph) = self.fonts.faces()[run.face].hyphen else { return };
        let code = self.used.mark(self.fonts, run.face, glyph, "-");
        run.glyphs.push(Glyph { code, advance: width, offset: (0.0, 0.0) });
        line.width += width;
        line.text.push('-');
    }

    /// Copies a broken line out of the shaper's own form.
    fn take(&mut self, line: &parley::Line<'_, ()>, text: &str) -> Broken {
        let mut runs: Vec<GlyphRun> = Vec::new();
        let mut x = 0.0;
        let mut gaps = Vec::new();
        let mut trimmed = None;
        for run in line.runs() {
            let face = self.face(run.font());
            let glyphs = Vec::with_capacity(run.text_range().len());
            let mut out = GlyphRun { face, size: run.font_size(), x, glyphs, spelled: Vec::new() };
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
                // A cluster may be of thousands of characters; they are looked for once.
                let mut is_looked_for = false;
                for glyph in cluster.glyphs() {
                    let id = u16::try_from(glyph.id).unwrap_or_default();
                    if id == 0 && !std::mem::replace(&mut is_looked_for, true) {
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
        let text = text.get(line.text_range()).unwrap_or_default().trim_end().to_owned();
        Broken { line: TextLine { text, runs, width: trimmed.unwrap_or(x) }, gaps, hard: false, to_the_left: false }
    }

    fn face(&mut self, font: &parley::FontData) -> usize {
        let key = (font.data.id(), font.index);
        if (self.last_font.0, self.last_font.1) != key {
            self.last_font = (key.0, key.1, self.fonts.face_of(font).unwrap_or_default());
        }
        self.last_font.2
    }
}

/// How many characters a range of the text has.
fn count(text: &str, range: Range<usize>) -> u32 {
    let characters = text.get(range).map_or(0, |text| text.chars().count());
    u32::try_from(characters).unwrap_or(u32::MAX)
}

/// The direction of a paragraph: that of the letter's language, for a text with any word that runs from left to right.
fn direction(text: &str, language: &str) -> BaseDirection {
    let right_to_left = |c: char| matches!(u32::from(c), 0x590..=0x8ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff | 0x1_0800..=0x1_0fff | 0x1_e800..=0x1_efff);
    match language.split('-').next().unwrap_or_default() {
        "ar" | "he" | "iw" | "fa" | "ur" | "yi" | "ji" | "ps" | "sd" | "ug" | "ckb" | "dv" => BaseDirection::Rtl,
        _ if text.chars().any(|c| c.is_alphabetic() && !right_to_left(c)) => BaseDirection::Ltr,
        _ => BaseDirection::Auto,
    }
}

/// One range over two neighbours.
fn joined(before: Option<Range<usize>>, range: Range<usize>) -> Range<usize> {
    before.map_or(range.clone(), |other| other.start.min(range.start)..other.end.max(range.end))
}

/// A line as the breaker left it: of natural width.
pub(crate) struct Broken {
    /// The line, spaces at its end included.
    pub line: TextLine,
    /// The spaces between words, by run and glyph; those at the end too.
    pub gaps: Vec<(usize, usize)>,
    /// It ends a paragraph or stands before a forced break.
    pub hard: bool,
    /// Its paragraph runs from right to left.
    pub to_the_left: bool,
}
