//! Lines of a paragraph: broken, then justified or set at one side.

use super::fit::{Fill, SCALE};
use super::typeset::{Broken, Setter, Styled};
use crate::letter::number;
use crate::letter::page::TextLine;

/// How lines fill their measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// Both sides straight; the last line and those that would be torn apart are ragged where they end. What stands at the
    /// edges hangs out of them.
    Justify,
    /// Ragged where the lines end: on the right, or on the left in a script that runs to the left. What stands at the other
    /// edge hangs out of it.
    Start,
    /// Ragged on the right.
    Left,
    /// Ragged on both sides.
    Centre,
    /// Ragged on the left.
    Right,
}

/// How much a word space may grow, as a share of the size of the type.
const MOST_STRETCH: f32 = 0.6;
/// Glyphs become wider or narrower by whole steps of this: few numbers keep the file small.
const SCALE_STEP: f32 = 0.0025;

/// Breaks text into lines of at most `measure` points; returns each with the x where it starts.
pub(crate) fn set(
    setter: &mut Setter<'_>,
    styled: &Styled,
    language: &str,
    measure: f32,
    align: Align,
) -> Vec<(f32, TextLine)> {
    let fill = if align == Align::Justify { Fill::Straight } else { Fill::Ragged };
    let hanging = matches!(align, Align::Justify | Align::Start);
    let lines = setter.lines(styled, language, measure, fill, hanging);
    lines.into_iter().map(|broken| place(broken, measure, align)).collect()
}

/// The width that the text takes on a single line, its forced breaks apart.
pub(crate) fn natural_width(setter: &mut Setter<'_>, styled: &Styled, language: &str) -> f32 {
    let lines = setter.lines(styled, language, f32::INFINITY, Fill::Ragged, false);
    lines.iter().map(|broken| broken.line.width).fold(0.0, f32::max)
}

fn place(broken: Broken, measure: f32, align: Align) -> (f32, TextLine) {
    let (to_the_left, (left, right)) = (broken.to_the_left, broken.hang);
    let free = measure + left + right - broken.line.width;
    let line =
        if align == Align::Justify && (!broken.hard || free < 0.0) { stretch(broken, free) } else { drop_end(broken) };
    let free = (measure - line.width).max(0.0);
    let x = match align {
        Align::Justify | Align::Start if to_the_left => free,
        Align::Justify | Align::Start | Align::Left => -left,
        Align::Right => free,
        Align::Centre => free / 2.0,
    };
    (x, line)
}

/// Shares the free width, or what is missing if it is negative, among the glyphs, as far as cannot be seen, and then the word
/// spaces, unless they would become too wide.
fn stretch(broken: Broken, free: f32) -> TextLine {
    let inner = inner_gaps(&broken);
    let line = &broken.line;
    let size = line.runs.iter().map(|run| run.size).fold(0.0, f32::max);
    let white: f32 = broken.gaps[..inner].iter().map(|&(run, glyph)| line.runs[run].glyphs[glyph].advance).sum();
    let solid = line.width - white;
    let steps = (free / solid).clamp(-SCALE, SCALE) / SCALE_STEP;
    // A line without spaces is only as straight as its glyphs make it.
    let steps = if inner == 0 { steps.floor() } else { steps.round() };
    let (scale, gaps) = (1.0 + steps * SCALE_STEP, number::measure(inner.max(1)));
    if (free - solid * (scale - 1.0)) / gaps > MOST_STRETCH * size {
        return drop_end(broken);
    }
    // Whole thousandths of the size: the same number for each space of the line keeps the file small.
    let thousandth = size * scale / 1000.0;
    let left = free - line.width * (scale - 1.0);
    let each = (left / gaps / thousandth).floor() * thousandth;
    let mut line = broken.line;
    line.scale = scale;
    for glyph in line.runs.iter_mut().flat_map(|run| &mut run.glyphs) {
        glyph.advance *= scale;
        glyph.offset.0 *= scale;
    }
    for &(run, glyph) in &broken.gaps[..inner] {
        line.runs[run].glyphs[glyph].advance += each;
    }
    line.width = line.width * scale + each * number::measure(inner);
    let mut x = 0.0;
    for run in &mut line.runs {
        run.x = x;
        x += run.glyphs.iter().map(|glyph| glyph.advance).sum::<f32>();
    }
    drop_end(Broken { line, ..broken })
}

/// How many of the gaps stand between words, and not at the end of the line.
fn inner_gaps(broken: &Broken) -> usize {
    let mut end = broken.line.runs.last().map_or((0, 0), |run| (broken.line.runs.len() - 1, run.glyphs.len()));
    let mut inner = broken.gaps.len();
    while inner > 0 {
        let (run, glyph) = broken.gaps[inner - 1];
        let at_end =
            (run, glyph + 1) == end || (glyph + 1 == broken.line.runs[run].glyphs.len() && end == (run + 1, 0));
        if !at_end {
            break;
        }
        end = (run, glyph);
        inner -= 1;
    }
    inner
}

/// Leaves out the spaces at the end of the line.
fn drop_end(broken: Broken) -> TextLine {
    let inner = inner_gaps(&broken);
    let mut line = broken.line;
    for &(run, glyph) in broken.gaps[inner..].iter().rev() {
        line.runs[run].glyphs.truncate(glyph);
    }
    line.runs.retain(|run| !run.glyphs.is_empty());
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::Fonts;
    use crate::letter::line::typeset::Look;

    /// The text of lines together.
    fn joined(lines: &[(f32, TextLine)]) -> String {
        let words = lines.iter().map(|(_, line)| match line.text.strip_suffix('-') {
            Some(part) => part.to_owned(),
            None => format!("{} ", line.text),
        });
        words.collect::<String>().trim_end().to_owned()
    }

    #[test]
    fn justified_lines_end_at_the_measure_and_the_last_is_ragged() {
        let fonts = Fonts::shipped();
        let mut setter = Setter::new(&fonts);
        let text = "We bought fifty cases of it, and one of the bottles has your name on it. Come in and take it home.";
        let lines = set(&mut setter, &Styled::plain(text, Look::of(12.0)), "en", 200.0, Align::Justify);
        assert!(lines.len() > 2);
        let (last, full) = lines.split_last().unwrap_or((&lines[0], &[]));
        for (_, line) in full {
            let inked: f32 = line.runs.iter().flat_map(|run| &run.glyphs).map(|glyph| glyph.advance).sum();
            assert!((inked - line.width).abs() < 0.01, "{}", line.text);
            // What hangs out comes on top.
            assert!(line.width < 203.0 && line.width > 199.7, "{} {}", line.width, line.text);
            assert!((line.scale - 1.0).abs() <= SCALE, "{}", line.text);
        }
        let hung = full.iter().find(|(_, line)| line.text.ends_with(','));
        assert!(hung.is_none_or(|(_, line)| line.width > 201.2));
        assert!(last.1.width < 195.0);
        assert_eq!(joined(&lines), text);
    }

    #[test]
    fn a_line_that_would_be_torn_apart_stays_ragged() {
        let fonts = Fonts::shipped();
        let mut setter = Setter::new(&fonts);
        let text = "a Donaudampfschifffahrtsgesellschaftskapitän an";
        let lines = set(&mut setter, &Styled::plain(text, Look::of(12.0)), "de", 230.0, Align::Justify);
        assert!(lines[0].1.width < 229.0);
    }

    #[test]
    fn words_are_divided_in_narrow_columns_and_say_the_same() {
        let fonts = Fonts::shipped();
        let mut setter = Setter::new(&fonts);
        let text = "Zur Weihnachtsfeier bekommen Stammkunden ein Überraschungsgeschenk, solange der Vorrat reicht, und \
                    Weihnachtsgebäck.";
        let lines = set(&mut setter, &Styled::plain(text, Look::of(12.0)), "de", 120.0, Align::Justify);
        assert!(lines.iter().any(|(_, line)| line.text.ends_with('-')));
        let hyphen = 0.274 * 0.5 * 12.0;
        assert!(lines.iter().all(|(x, line)| *x <= 0.0 && x + line.width < 120.0 + hyphen + 0.01));
        assert_eq!(joined(&lines), text);
        let soft = "Sonder\u{ad}angebote und Sonder\u{ad}angebote";
        let lines = set(&mut setter, &Styled::plain(soft, Look::of(12.0)), "xx", 60.0, Align::Justify);
        assert_eq!(lines[0].1.text, "Sonder-");
    }

    #[test]
    fn a_missing_character_is_noted() {
        let fonts = Fonts::shipped();
        let mut setter = Setter::new(&fonts);
        set(&mut setter, &Styled::plain("Frau 漢 (Zoë)", Look::of(12.0)), "de", 200.0, Align::Left);
        assert_eq!(setter.missing.iter().collect::<String>(), "漢");
    }

    #[test]
    fn what_only_the_upright_face_has_is_found_in_italic_text() {
        let fonts = Fonts::shipped();
        let mut setter = Setter::new(&fonts);
        let look = Look { italic: true, ..Look::of(12.0) };
        let lines = set(&mut setter, &Styled::plain("12 m²", look), "de", 200.0, Align::Left);
        assert!(setter.missing.is_empty());
        let faces: Vec<usize> = lines[0].1.runs.iter().map(|run| run.face).collect();
        assert_eq!(faces, [1, 0]);
    }
}
