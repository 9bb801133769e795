//! Optimum fit: where the lines of a paragraph break so that the whole of it looks best.
//!
//! The method is that of D. E. Knuth and M. F. Plass, "Breaking Paragraphs into Lines", Software: Practice and Experience
//! 11 (1981): every line has a badness, the cube of how far its spaces are stretched or shrunk, and the breaks with the
//! least sum of demerits over the paragraph win, however far they reach.

/// What may stand at the end of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum End {
    /// The white after a word, of this width, which is dropped at the end of a line.
    Space(f32),
    /// Nothing: after a hyphen that was typed, between two Chinese characters.
    Open,
    /// A hyphen of this width, drawn only if the line ends here.
    Hyphen(f32),
    /// A break within a word that is wider than a line.
    Torn,
    /// A line break that was asked for, or the end of the text.
    Forced,
}

/// A stretch of text that no line break divides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fragment {
    /// Its width, without what stands at its end.
    pub width: f32,
    /// What stands at its end.
    pub end: End,
}

/// How lines fill their measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fill {
    /// Spaces stretch and shrink until both sides are straight.
    Straight,
    /// One side stays ragged, as evenly as may be.
    Ragged,
}

/// How far a space stretches before a line is bad, and how far it may shrink, as a share of its width.
const STRETCH: f32 = 0.5;
const SHRINK: f32 = 0.22;
/// What a hyphen costs, two of them below each other, a torn word, and lines of unlike colour below each other.
const HYPHEN: f32 = 150.0;
const LADDER: f32 = 4_000.0;
const TORN: f32 = 5_000.0;
const UNLIKE: f32 = 2_000.0;
/// No line is worse than this.
const WORST: f32 = 4_000.0;
/// A last line shorter than this share of the measure looks lost, and costs this much.
const SHORTEST_LAST: f32 = 0.12;
const LOST: f32 = 20_000.0;

/// How many colours of a line are told apart.
const COLOURS: usize = 4;

/// The best way found to a break, for one colour of the line that ends there.
#[derive(Debug, Clone, Copy)]
struct BestBreak {
    demerits: f32,
    /// The fragment after which the line before ends, and that line's colour.
    from: Option<(usize, usize)>,
}

/// Whether lines that end so look good as they are, without dividing a word.
pub(crate) fn looks_good(fragments: &[Fragment], ends: &[usize], measure: f32, fill: Fill) -> bool {
    let paragraph = Paragraph::new(fragments, measure, fill);
    let starts = std::iter::once(0).chain(ends.iter().map(|end| end + 1));
    let hard = |end: usize| fragments[end].end == End::Forced;
    starts.zip(ends).all(|(start, &end)| hard(end) || paragraph.line(start, end).colour < 3)
}

/// The fragments after which lines end, the last one included.
pub(crate) fn breaks(fragments: &[Fragment], measure: f32, fill: Fill) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut start = 0;
    for (at, fragment) in fragments.iter().enumerate() {
        if fragment.end == End::Forced || at + 1 == fragments.len() {
            paragraph(&fragments[start..=at], measure, fill, |end| ends.push(start + end));
            start = at + 1;
        }
    }
    ends
}

/// Breaks fragments of which only the last has a forced end.
fn paragraph(fragments: &[Fragment], measure: f32, fill: Fill, found: impl FnMut(usize)) {
    let paragraph = Paragraph::new(fragments, measure, fill);
    let last = fragments.len() - 1;
    let mut table: Vec<[Option<BestBreak>; COLOURS]> = vec![[None; COLOURS]; fragments.len()];
    let mut first = 0;
    for at in 0..fragments.len() {
        let longest = (first..at).find(|&start| !paragraph.is_overfull(start, at)).unwrap_or(at);
        // A hyphen makes a line wider than the rest of its word may do.
        if !matches!(fragments[at].end, End::Hyphen(_)) {
            first = longest;
        }
        let mut hope = false;
        for start in longest..=at {
            let LineScore { demerits, colour, is_hopeless } = paragraph.line(start, at);
            // From here on lines are only shorter.
            if is_hopeless && hope {
                break;
            }
            hope |= !is_hopeless;
            let best = match start.checked_sub(1) {
                None => Some(BestBreak { demerits, from: None }),
                Some(previous) => least(table[previous].into_iter().enumerate().filter_map(|(before, found)| {
                    let joint = paragraph.joint((previous, before), (at, colour));
                    found.map(|found| BestBreak {
                        demerits: found.demerits + demerits + joint,
                        from: Some((previous, before)),
                    })
                })),
            };
            table[at][colour] = least(best.into_iter().chain(table[at][colour]));
        }
    }
    let mut ends = vec![last];
    let mut from = least(table[last].into_iter().flatten()).and_then(|found| found.from);
    while let Some((previous, colour)) = from {
        ends.push(previous);
        from = table[previous][colour].and_then(|found| found.from);
    }
    ends.into_iter().rev().for_each(found);
}

fn least(breaks: impl Iterator<Item = BestBreak>) -> Option<BestBreak> {
    breaks.min_by(|a, b| a.demerits.total_cmp(&b.demerits))
}

/// What is to be said against a line by itself.
struct LineScore {
    demerits: f32,
    /// 0 tight, 1 decent, 2 loose, 3 very loose.
    colour: usize,
    /// No line could be worse.
    is_hopeless: bool,
}

/// A paragraph whose lines are judged.
struct Paragraph<'a> {
    fragments: &'a [Fragment],
    measure: f32,
    fill: Fill,
    /// The widths and the white before each fragment: those of a line are differences.
    before: Vec<(f32, f32)>,
}

impl<'a> Paragraph<'a> {
    fn new(fragments: &'a [Fragment], measure: f32, fill: Fill) -> Self {
        let mut before = vec![(0.0, 0.0)];
        let (mut solid, mut white) = (0.0, 0.0);
        for fragment in fragments {
            solid += fragment.width;
            if let End::Space(width) = fragment.end {
                white += width;
            }
            before.push((solid, white));
        }
        Self { fragments, measure, fill, before }
    }

    /// What the words and the spaces of a line take.
    fn widths(&self, start: usize, end: usize) -> (f32, f32) {
        let (hyphen, space) = match self.fragments[end].end {
            End::Hyphen(width) => (width, 0.0),
            End::Space(width) => (0.0, width),
            _ => (0.0, 0.0),
        };
        let (from, to) = (self.before[start], self.before[end + 1]);
        (to.0 - from.0 + hyphen, to.1 - from.1 - space)
    }

    fn is_overfull(&self, start: usize, end: usize) -> bool {
        let (solid, white) = self.widths(start, end);
        let shrink = if self.fill == Fill::Straight { SHRINK } else { 0.0 };
        solid + white * (1.0 - shrink) > self.measure + 0.01
    }

    fn line(&self, start: usize, end: usize) -> LineScore {
        let (solid, white) = self.widths(start, end);
        let free = self.measure - solid - white;
        let is_last = end + 1 == self.fragments.len();
        let ratio = match self.fill {
            _ if is_last && free >= 0.0 => 0.0,
            // A line short by a tenth of the measure is as bad as one whose spaces have grown as far as they should.
            Fill::Ragged => free / (self.measure * 0.1),
            Fill::Straight if free < 0.0 => free / (white * SHRINK).max(0.01),
            Fill::Straight => free / (white * STRETCH).max(0.01),
        };
        let colour = match ratio {
            r if r < -0.5 => 0,
            r if r <= 0.5 => 1,
            r if r <= 1.0 => 2,
            _ => 3,
        };
        let penalty = match self.fragments[end].end {
            End::Hyphen(_) => HYPHEN,
            End::Torn => TORN,
            _ => 0.0,
        };
        let badness = (100.0 * ratio.abs().powi(3)).min(WORST);
        let lost = is_last && start > 0 && solid + white < self.measure * SHORTEST_LAST;
        let demerits = (1.0 + badness + penalty).powi(2) + if lost { LOST } else { 0.0 };
        LineScore { demerits, colour, is_hopeless: badness >= WORST }
    }

    /// The demerits of two lines below each other, each by its last fragment and its colour.
    fn joint(&self, above: (usize, usize), below: (usize, usize)) -> f32 {
        let hyphen = |fragment: usize| matches!(self.fragments[fragment].end, End::Hyphen(_));
        let is_last = below.0 + 1 == self.fragments.len();
        let ladder = hyphen(above.0) && (hyphen(below.0) || is_last);
        let unlike = self.fill == Fill::Straight && above.1.abs_diff(below.1) > 1;
        (if ladder { LADDER } else { 0.0 }) + (if unlike { UNLIKE } else { 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(widths: &[f32]) -> Vec<Fragment> {
        let last = widths.len() - 1;
        let end = |at| if at == last { End::Forced } else { End::Space(5.0) };
        widths.iter().enumerate().map(|(at, &width)| Fragment { width, end: end(at) }).collect()
    }

    /// The demerits of a paragraph whose lines end so, and whether one is hopeless; nothing when one does not fit.
    fn sum(fragments: &[Fragment], measure: f32, fill: Fill, ends: &[usize]) -> Option<(f32, bool)> {
        let paragraph = Paragraph::new(fragments, measure, fill);
        let (mut demerits, mut hopeless) = (0.0, false);
        let (mut start, mut above) = (0, None);
        for &end in ends {
            if start < end && paragraph.is_overfull(start, end) {
                return None;
            }
            let line = paragraph.line(start, end);
            let colour = line.colour;
            hopeless |= line.is_hopeless;
            demerits += line.demerits + above.map_or(0.0, |above| paragraph.joint(above, (end, colour)));
            above = Some((end, colour));
            start = end + 1;
        }
        Some((demerits, hopeless))
    }

    #[test]
    fn no_other_breaks_have_fewer_demerits() {
        let mut random = fastrand::Rng::with_seed(1988);
        let mut hopeful = 0;
        for _ in 0..300 {
            let mut fragments = words(&vec![0.0; random.usize(2..11)]);
            for fragment in &mut fragments {
                fragment.width = 4.0 + random.f32() * 40.0;
                if fragment.end != End::Forced && random.u8(0..3) == 0 {
                    fragment.end = End::Hyphen(4.0);
                }
            }
            for fill in [Fill::Straight, Fill::Ragged] {
                let ends = breaks(&fragments, 90.0, fill);
                let ours = sum(&fragments, 90.0, fill, &ends);
                let inner = fragments.len() - 1;
                let all = (0..1_u32 << inner).filter_map(|choice| {
                    let ends = (0..inner).filter(|at| choice >> at & 1 == 1).chain([inner]);
                    sum(&fragments, 90.0, fill, &ends.collect::<Vec<_>>())
                });
                // Where hope is left, none is given up.
                let all = all.filter(|(_, hopeless)| !hopeless).map(|(demerits, _)| demerits);
                let least = all.fold(f32::INFINITY, f32::min);
                hopeful += usize::from(least.is_finite());
                let found = ours.is_some_and(|(ours, _)| ours <= least * 1.000_01);
                assert!(found, "{fragments:?} {ends:?} {ours:?} {least}");
            }
        }
        assert!(hopeful > 200, "{hopeful}");
    }

    #[test]
    fn what_fits_one_line_is_one_line_and_forced_breaks_hold() {
        assert_eq!(breaks(&words(&[10.0, 20.0]), 40.0, Fill::Straight), [1]);
        let mut fragments = words(&[10.0, 10.0, 10.0]);
        fragments[0].end = End::Forced;
        assert_eq!(breaks(&fragments, 40.0, Fill::Ragged), [0, 2]);
        assert_eq!(breaks(&[], 40.0, Fill::Ragged), [] as [usize; 0]);
    }

    #[test]
    fn a_word_wider_than_the_measure_gets_a_line_of_its_own() {
        assert_eq!(breaks(&words(&[10.0, 90.0, 10.0]), 40.0, Fill::Straight), [0, 1, 2]);
    }
}
