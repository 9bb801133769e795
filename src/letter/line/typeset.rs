//! From styled text to shaped lines: the one place that speaks to the shaper.

use std::ops::Range;
use std::sync::Arc;

use parley::{
    FontContext, FontFamily, FontFamilyName, FontFeature, FontFeatures, FontStyle, FontWeight, Language, Layout,
    LayoutContext, TextStyle,
};

use super::fit::{End, Fill, Fragment, Paragraph};
use super::ties::{self, Ties};
use super::{direction, hyphens, links};
use crate::letter::fonts::han::HanShapes;
use crate::letter::fonts::used::Used;
use crate::letter::fonts::{Fallback, Fonts};
use crate::letter::page::{Glyph, GlyphRun, LayoutFault, TextLine};
use crate::merge::block::Span;
use crate::text;

/// How a stretch of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Look {
    /// Size in points.
    pub size: f32,
    pub bold: bool,
    pub italic: bool,
    /// Small letters as small capitals.
    pub small_caps: bool,
    /// Figures as small letters.
    pub oldstyle: bool,
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
    /// Which stretches lead somewhere, and where.
    links: Vec<(Range<usize>, Arc<str>)>,
    /// Places of thin spaces, which no line break parts and which do not stretch; in the text they stand as other spaces.
    thin: Vec<usize>,
}

/// How much a thin space is narrower than a word space, as a share of the size of the type.
const THIN: f32 = 0.1;

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
                let look = Look { bold, italic, small_caps, ..look };
                styled.push_words(&ties::with_thin_spaces(&span.text), look);
            }
            if let Some(link) = &linked[0].link {
                let shown =
                    ["https://", "http://", "mailto:", "tel:"].iter().find_map(|scheme| link.strip_prefix(scheme));
                let shown = shown.unwrap_or(link).trim_end_matches('/');
                if !shown.is_empty() && !styled.text[start..].contains(shown) {
                    styled.push(&format!(" ({shown})"), look);
                }
                styled.links.extend(links::target(link).map(|target| (start..styled.text.len(), target)));
            } else {
                let found = links::find(&styled.text[start..]);
                styled.links.extend(found.into_iter().map(|(at, target)| (start + at.start..start + at.end, target)));
            }
        }
        styled
    }

    /// Appends text; a code in it, such as `34E0-7D0F`, has lining figures.
    fn push_words(&mut self, text: &str, look: Look) {
        if !look.oldstyle {
            return self.push(text, look);
        }
        for word in text.split_inclusive(char::is_whitespace) {
            self.push(word, Look { oldstyle: !ties::is_code(word), ..look });
        }
    }

    /// Appends text; characters without a shape of their own are dropped or become spaces.
    pub(crate) fn push(&mut self, text: &str, look: Look) {
        let mut start = self.text.len();
        for character in text.chars() {
            match character {
                '\n' | '\u{2028}' | '\u{2029}' => self.text.push('\n'),
                '\t' => self.text.push(' '),
                '\u{202f}' => {
                    self.look(look, start);
                    start = self.text.len();
                    self.thin.push(start);
                    self.text.push('\u{a0}');
                    self.look(Look { tracking: look.tracking - THIN * look.size, ..look }, start);
                    start = self.text.len();
                }
                '\u{ad}' => self.soft.push(self.text.len()),
                '\u{feff}' | '\u{200b}' => {}
                other if other.is_control() => {}
                other => self.text.push(other),
            }
        }
        self.look(look, start);
    }

    /// Gives what was appended from this place on a look.
    fn look(&mut self, look: Look, start: usize) {
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
    /// In whose shapes Chinese characters are set.
    pub shapes: HanShapes,
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
    /// What stands at the edges of the lines that are set now hangs out of them.
    hanging: bool,
}

impl<'a> Setter<'a> {
    pub(crate) fn new(fonts: &'a Fonts) -> Self {
        let mut setter = Self {
            fonts,
            shapes: HanShapes::default(),
            missing: Vec::new(),
            used: Used::new(fonts),
            families: Vec::new(),
            family: None,
            context: fonts.context(),
            scratch: LayoutContext::new(),
            layout: Layout::new(),
            last_font: (u64::MAX, 0, 0),
            hanging: false,
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
    /// What stands at the edge of a line may hang out of it if `hanging` is set.
    pub(crate) fn lines(
        &mut self,
        styled: &Styled,
        language: &str,
        measure: f32,
        fill: Fill,
        hanging: bool,
    ) -> Vec<Broken> {
        if styled.text.is_empty() {
            return Vec::new();
        }
        let mut layout = std::mem::take(&mut self.layout);
        self.shape(styled, language, &mut layout);
        self.hanging = hanging && !layout.is_rtl();
        layout.break_all_lines(None);
        let natural = layout.lines().map(|line| line.metrics().advance - line.metrics().hanging_advance);
        let mut lines: Vec<Broken> = if natural.fold(0.0, f32::max) <= measure {
            layout.lines().map(|line| Broken { hard: true, ..self.take(&line, styled) }).collect()
        } else {
            self.fit(styled, language, measure, fill, &mut layout)
        };
        for line in &mut lines {
            line.to_the_left = layout.is_rtl() || text::is_rtl(language);
            line.hang = self.hang(&line.line);
        }
        self.layout = layout;
        lines
    }

    /// How far a line hangs out on the left and on the right.
    fn hang(&self, line: &TextLine) -> (f32, f32) {
        let mut characters = line.text.chars();
        let (Some(first), Some(last)) = (line.runs.first(), line.runs.last()) else { return (0.0, 0.0) };
        let start = characters.next().map_or(0.0, |c| self.hang_of(c, first.face, first.size).0);
        let end = line.text.chars().next_back().map_or(0.0, |c| self.hang_of(c, last.face, last.size).1);
        (start, end)
    }

    /// How far a character hangs out.
    fn hang_of(&self, character: char, face: usize, size: f32) -> (f32, f32) {
        let (left, right) = match self.fonts.faces().get(face) {
            Some(face) if self.hanging => face.hang(character),
            _ => (0.0, 0.0),
        };
        (left * size, right * size)
    }

    /// The width of the widest stretch that no line break divides; with ties, those within words hold, and addresses part.
    pub(crate) fn narrowest(&mut self, styled: &Styled, language: &str, is_tied: bool) -> f32 {
        let mut layout = std::mem::take(&mut self.layout);
        self.shape(styled, language, &mut layout);
        layout.break_all_lines(Some(0.0));
        let ties = if is_tied { Ties::within_words(&styled.text) } else { Ties::default() };
        let (fragments, _) = self.fragments(styled, language, PASSES[0], &ties, f32::INFINITY, &layout);
        self.layout = layout;
        fragments.iter().map(|fragment| fragment.solid + fragment.white).fold(0.0, f32::max)
    }

    /// Shapes the text.
    fn shape(&mut self, styled: &Styled, language: &str, layout: &mut Layout<()>) {
        let text = styled.text.as_str();
        let mut builder = self.scratch.style_run_builder(&mut self.context, text, 1.0, false);
        builder.set_base_direction(direction::of(text, language));
        let all = [b"smcp", b"onum"].map(|tag| FontFeature::new(parley::setting::Tag::new(tag), 1));
        let (fonts, shapes) = (self.fonts, self.shapes);
        for (look, whole) in &styled.looks {
            let features: &[FontFeature] = match (look.small_caps, look.oldstyle) {
                (false, false) => &[],
                (true, false) => &all[..1],
                (false, true) => &all[1..],
                (true, true) => &all[..],
            };
            for (fallback, range) in parts(fonts, shapes, text, whole.clone()) {
                let of_fallback: Vec<FontFamilyName<'_>>;
                let families = match fallback {
                    None => self.families.as_slice(),
                    Some(fallback) => {
                        let first = std::iter::once(FontFamilyName::named(&fallback.name));
                        of_fallback = first.chain(self.families.iter().cloned()).collect();
                        &of_fallback
                    }
                };
                // A face that is not there is not made up.
                let is_bold = look.bold && fallback.is_none_or(|fallback| fallback.has_bold);
                let is_italic = look.italic && fallback.is_none_or(|fallback| fallback.has_italic);
                let language = fallback.and_then(|fallback| fallback.language).unwrap_or(language);
                let style = builder.push_style(TextStyle {
                    font_family: FontFamily::List(families.into()),
                    font_size: look.size,
                    font_weight: if is_bold { FontWeight::BOLD } else { FontWeight::NORMAL },
                    font_style: if is_italic { FontStyle::Italic } else { FontStyle::Normal },
                    font_features: FontFeatures::List(features.into()),
                    letter_spacing: look.tracking,
                    locale: Language::parse(language).ok(),
                    ..TextStyle::default()
                });
                builder.push_style_run(style, range);
            }
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
        // With no room at all, every line is a stretch that no line break divides.
        layout.break_all_lines(Some(0.0));
        let ties = Ties::of(&styled.text);
        let size = styled.looks.first().map_or(0.0, |(look, _)| look.size);
        let may_divide = fill == Fill::Straight && !layout.is_rtl();
        let (mut fragments, mut lengths, mut ends) = Default::default();
        for pass in PASSES {
            (fragments, lengths) = self.fragments(styled, language, pass, &ties, measure, layout);
            let paragraph = Paragraph::new(&fragments, measure, fill, pass.spare * size);
            ends = paragraph.breaks();
            if !may_divide || paragraph.loosest(&ends) <= pass.enough {
                break;
            }
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
            let mut broken = self.take(&line, styled);
            broken.hard = fragments[end].end == End::Forced;
            if let End::Hyphen(width) = fragments[end].end {
                self.hyphenate(&mut broken.line, width);
            }
            broken
        });
        lines.collect()
    }

    /// The fragments of a text that is broken wherever a line may break, each with the number of its characters.
    fn fragments(
        &mut self,
        styled: &Styled,
        language: &str,
        pass: Pass,
        ties: &Ties,
        measure: f32,
        layout: &Layout<()>,
    ) -> (Vec<Fragment>, Vec<u32>) {
        let text = styled.text.as_str();
        let (mut fragments, mut lengths): (Vec<Fragment>, Vec<u32>) = (Vec::new(), Vec::new());
        let mut held = false;
        for line in layout.lines() {
            let (range, metrics) = (line.text_range(), line.metrics());
            let width = metrics.advance - metrics.hanging_advance;
            let end = match line.break_reason() {
                parley::BreakReason::None | parley::BreakReason::Explicit => End::Forced,
                _ if metrics.hanging_advance > 0.0 => End::Space(metrics.hanging_advance),
                _ => End::Open,
            };
            let holds = ties.holds(range.end);
            let address = ties.is_address(&range);
            // What is held to the word before or after it is a name, a figure, a code: not to be divided.
            let hyphens = if pass.words && !held && !holds && !address {
                hyphens::places(text, range.clone(), language, &styled.soft, pass.first_words)
            } else {
                Vec::new()
            };
            let torn = width > measure || (address && pass.addresses);
            let open = if address { ties.open(&range) } else { &[] };
            let inner = if torn || !hyphens.is_empty() || !open.is_empty() {
                self.cuts(&line, text, &hyphens, open, torn)
            } else {
                Vec::new()
            };
            let (mut x, mut from) = (0.0, range.start);
            let (mut left, right) = self.edges(&line, text.get(range.clone()).unwrap_or_default());
            let hard_spaces = Self::hard_spaces(&line, styled);
            let last = Cut { place: range.end, x: width, end, hang: (right, 0.0) };
            for cut in inner.into_iter().chain([last]) {
                let hard: f32 =
                    hard_spaces.iter().filter(|(place, _)| (from..cut.place).contains(place)).map(|s| s.1).sum();
                let piece = Fragment { solid: cut.x - x - hard, white: hard, hang: (left, cut.hang.0), end: cut.end };
                let length = count(text, from..cut.place);
                match (fragments.last_mut(), lengths.last_mut()) {
                    (Some(before), Some(characters)) if held && before.takes(&piece, measure) => {
                        before.join(piece);
                        *characters += length;
                    }
                    _ => {
                        fragments.push(piece);
                        lengths.push(length);
                    }
                }
                held = false;
                (x, from, left) = (cut.x, cut.place, cut.hang.1);
            }
            held = holds && end != End::Forced;
        }
        (fragments, lengths)
    }

    /// How far a line would hang out that begins with this part of the text, and one that ends with it.
    fn edges(&mut self, line: &parley::Line<'_, ()>, part: &str) -> (f32, f32) {
        if !self.hanging {
            return (0.0, 0.0);
        }
        let mut runs = line.runs();
        let Some(first) = runs.next() else { return (0.0, 0.0) };
        let last = runs.last().unwrap_or(first);
        let (start, end) = (part.chars().next(), part.trim_end().chars().next_back());
        let (face, size) = (self.face(first.font()), first.font_size());
        let left = start.map_or(0.0, |c| self.hang_of(c, face, size).0);
        let (face, size) = (self.face(last.font()), last.font_size());
        (left, end.map_or(0.0, |c| self.hang_of(c, face, size).1))
    }

    /// The places and widths of spaces that no line break parts.
    fn hard_spaces(line: &parley::Line<'_, ()>, styled: &Styled) -> Vec<(usize, f32)> {
        if !styled.text.get(line.text_range()).is_some_and(|text| text.contains('\u{a0}')) {
            return Vec::new();
        }
        let spaces = line.runs().flat_map(|run| run.clusters().collect::<Vec<_>>());
        let spaces = spaces.map(|cluster| (cluster.text_range().start, cluster.advance()));
        spaces
            .filter(|(place, _)| styled.text[*place..].starts_with('\u{a0}') && !styled.thin.contains(place))
            .collect()
    }

    /// Where a line may be cut: with a hyphen at some places, without one at others, and torn anywhere.
    fn cuts(
        &mut self,
        line: &parley::Line<'_, ()>,
        text: &str,
        hyphens: &[usize],
        open: &[usize],
        torn: bool,
    ) -> Vec<Cut> {
        let (mut x, mut found) = (0.0, Vec::new());
        for run in line.runs() {
            let number = self.face(run.font());
            let (face, size) = (&self.fonts.faces()[number], run.font_size());
            let hyphen = face.hyphen.map(|glyph| End::Hyphen(face.advance(glyph) * size));
            for cluster in run.clusters() {
                let place = cluster.text_range().start;
                if x > 0.0 && !cluster.is_ligature_continuation() {
                    let end = hyphen.filter(|_| hyphens.contains(&place));
                    let is_open = open.contains(&place) || (torn && text[place..].starts_with(IN_ADDRESSES));
                    let end = end.or(is_open.then_some(End::Open)).or(torn.then_some(End::Torn));
                    if let Some(end) = end {
                        let above =
                            if matches!(end, End::Hyphen(_)) { Some('-') } else { text[..place].chars().next_back() };
                        let hang = |c: Option<char>| c.map_or((0.0, 0.0), |c| self.hang_of(c, number, size));
                        let hang = (hang(above).1, hang(text[place..].chars().next()).0);
                        found.push(Cut { place, x, end, hang });
                    }
                }
                x += cluster.advance();
            }
        }
        // Where text runs both ways, the distances only tell how far apart the cuts are.
        found.sort_by_key(|cut: &Cut| cut.place);
        let mut distances: Vec<f32> = found.iter().map(|cut| cut.x).collect();
        distances.sort_by(f32::total_cmp);
        found.iter_mut().zip(distances).for_each(|(cut, distance)| cut.x = distance);
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
    fn take(&mut self, line: &parley::Line<'_, ()>, styled: &Styled) -> Broken {
        let (text, mut links) = (styled.text.as_str(), Vec::new());
        let mut runs: Vec<GlyphRun> = Vec::new();
        let mut x = 0.0;
        let mut gaps = Vec::new();
        let mut trimmed = None;
        let whole = line.text_range();
        let line_end = whole.start + text.get(whole).unwrap_or_default().trim_end().len();
        for run in line.runs() {
            let face = self.face(run.font());
            let glyphs = Vec::with_capacity(run.text_range().len());
            let mut out = GlyphRun { face, size: run.font_size(), colour: None, x, glyphs, spelled: Vec::new() };
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
                let place = range.start;
                let source = text.get(range).unwrap_or_default();
                if source == "\n" {
                    continue;
                }
                let gap = cluster.is_space_or_nbsp() && !styled.thin.contains(&place);
                // The space at the end of a line that runs to the left comes first.
                if gap && runs.is_empty() && out.glyphs.is_empty() && line_end <= place {
                    continue;
                }
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
                if !styled.links.is_empty() {
                    let glyphs = (runs.len(), start..out.glyphs.len());
                    links::note(&mut links, &styled.links, place, glyphs, &line.text_range());
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
        let line = TextLine { text, runs, width: trimmed.unwrap_or(x), scale: 1.0, links };
        Broken { line, gaps, hang: (0.0, 0.0), hard: false, to_the_left: false }
    }

    /// The characters that no font had since this was last asked.
    pub(crate) fn take_missing(&mut self) -> impl Iterator<Item = LayoutFault> {
        self.missing.drain(..).map(LayoutFault::Glyph)
    }

    fn face(&mut self, font: &parley::FontData) -> usize {
        let key = (font.data.id(), font.index);
        if (self.last_font.0, self.last_font.1) != key {
            self.last_font = (key.0, key.1, self.fonts.face_of(font).unwrap_or_default());
        }
        self.last_font.2
    }
}

/// One try at a paragraph. The next one is made when a line is stretched more than is enough.
#[derive(Clone, Copy)]
struct Pass {
    /// Words are divided; of those that begin a sentence, long ones as well; and addresses anywhere.
    words: bool,
    first_words: bool,
    addresses: bool,
    /// How far every line stretches besides, as a share of the size of the type.
    spare: f32,
    /// As a multiple of how far a line should be stretched at most.
    enough: f32,
}

/// Words are divided only where whole ones leave holes, and so on.
const PASSES: [Pass; 4] = [
    Pass { words: false, first_words: false, addresses: false, spare: 0.0, enough: 0.5 },
    Pass { words: true, first_words: false, addresses: false, spare: 0.0, enough: 1.3 },
    Pass { words: true, first_words: true, addresses: false, spare: 0.0, enough: 3.0 },
    Pass { words: true, first_words: true, addresses: true, spare: 1.0, enough: f32::INFINITY },
];

/// Before these an address is cut rather than before a letter.
const IN_ADDRESSES: [char; 9] = ['-', '_', '?', '&', '=', '#', '%', '~', '+'];

/// A place where a stretch of text may be cut.
struct Cut {
    place: usize,
    /// Its distance from the start.
    x: f32,
    end: End,
    /// How far a line that ends here hangs out on the right, and one that begins here on the left.
    hang: (f32, f32),
}

/// How many characters a range of the text has.
fn count(text: &str, range: Range<usize>) -> u32 {
    let characters = text.get(range).map_or(0, |text| text.chars().count());
    u32::try_from(characters).unwrap_or(u32::MAX)
}

/// A stretch of text by the families of the machine that its characters are set in; marks go with the letter before them.
fn parts<'f>(
    fonts: &'f Fonts,
    shapes: HanShapes,
    text: &str,
    whole: Range<usize>,
) -> Vec<(Option<&'f Fallback>, Range<usize>)> {
    let mut parts: Vec<(Option<&Fallback>, Range<usize>)> = Vec::with_capacity(1);
    if !fonts.has_fallbacks() {
        parts.push((None, whole));
        return parts;
    }
    for (at, c) in text[whole.clone()].char_indices() {
        let (start, end) = (whole.start + at, whole.start + at + c.len_utf8());
        let is_mark = matches!(u32::from(c), 0x300..=0x36f | 0x200c..=0x200f | 0xfe00..=0xfe0f);
        let fallback = fonts.fallback_for(c, shapes);
        match parts.last_mut() {
            Some((_, range)) if is_mark => range.end = end,
            Some((last, range)) if last.map(|last| &last.name) == fallback.map(|own| &own.name) => range.end = end,
            _ => parts.push((fallback, start..end)),
        }
    }
    parts
}

/// One range over two that touch.
fn joined(before: Option<Range<usize>>, range: Range<usize>) -> Range<usize> {
    before.map_or(range.clone(), |other| other.start.min(range.start)..other.end.max(range.end))
}

/// A line as the breaker left it: of natural width.
pub(crate) struct Broken {
    /// The line, spaces at its end included.
    pub line: TextLine,
    /// The spaces between words, by run and glyph; those at the end too.
    pub gaps: Vec<(usize, usize)>,
    /// How far what stands at its edges hangs out, on the left and on the right.
    pub hang: (f32, f32),
    /// It ends a paragraph or stands before a forced break.
    pub hard: bool,
    /// Its paragraph runs from right to left.
    pub to_the_left: bool,
}
