//! Optimum fit: where the lines of a paragraph break so that the whole of it looks best.
//!
//! The method is that of D. E. Knuth and M. F. Plass, "Breaking Paragraphs into Lines", Software: Practice and Experience
//! 11 (1981): every line has a badness, the cube of how far it is stretched or shrunk, and the breaks with the least sum of
//! demerits over the paragraph win, however far they reach. Not only the spaces stretch and shrink: the glyphs do as well,
//! by as little as cannot be seen, and what stands at the edge of a line hangs out of it; both are after Hàn Thế Thành,
//! "Micro-typographic extensions to the TeX typesetting system" (2000).

/// What may stand at the end of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum End {
    /// The white after a word, of this width, which is dropped at the end of a line.
    Space(f32),
    /// Nothing: after a hyphen that was typed, within a web address, between two Chinese characters.
    Open,
    /// A hyphen of this width, drawn only if the line ends here.
    Hyphen(f32),
    /// A break within a word that is wider than a line, or within a web address where nothing else helps.
    Torn,
    /// A line break that was asked for, or the end of the text.
    Forced,
}

/// A stretch of text that no line break divides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fragment {
    /// The width of its glyphs, without what stands at its end.
    pub solid: f32,
    /// The width of the spaces between words that it holds together.
    pub white: f32,
    /// How far a line hangs out of its measure, on the left if it starts with this, on the right if it ends so.
    pub hang: (f32, f32),
    /// What stands at its end.
    pub end: End,
}

/// What spaces hold together is not wider than this share of the measure.
const WIDEST_HELD: f32 = 0.5;

impl Fragment {
    /// Whether what comes next, of which no line may begin, still finds room in the same line.
    pub(crate) fn takes(&self, next: &Self, measure: f32) -> bool {
        let (space, most) = match self.end {
            End::Space(width) => (width, measure * WIDEST_HELD),
            _ => (0.0, measure),
        };
        self.solid + self.white + space + next.solid + next.white <= most
    }

    /// Adds what comes next.
    pub(crate) fn join(&mut self, next: Self) {
        self.solid += next.solid;
        self.white += next.white + if let End::Space(width) = self.end { width } else { 0.0 };
        self.hang.1 = next.hang.1;
        self.end = next.end;
    }
}

/// How lines fill their measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fill {
    /// Spaces and glyphs stretch and shrink until both sides are straight.
    Straight,
    /// One side stays ragged, as evenly as may be.
    Ragged,
}

/// How far a space stretches before a line is bad, and how far it may shrink, as a share of its width.
const STRETCH: f32 = 0.35;
const SHRINK: f32 = 0.22;
/// How much wider or narrower the glyphs of a line may become.
pub(crate) const SCALE: f32 = 0.02;
/// What a hyphen costs, two of them below each other, a third one, a torn word, and a tight line next to a loose one.
const HYPHEN: f64 = 100.0;
const LADDER: f64 = 20_000.0;
const THIRD: f64 = 100_000_000.0;
const TORN: f64 = 1_000.0;
const UNLIKE: f64 = 2_000.0;
/// No line is worse than this.
const WORST: f64 = 100_000.0;
/// A way to a break is not tried when it costs so much more than another one.
const BEYOND: f64 = 1_000_000.0;
/// A last line shorter than this share of the measure looks lost, and costs this much.
const SHORTEST_LAST: f32 = 0.12;
const LOST: f64 = 20_000.0;

/// How many kinds of lines there are, from tight to very loose, and how many hyphens below each other.
const COLOURS: usize = 4;
const HYPHENS: usize = 3;

/// The best way found to a break, for one kind of the line that ends there and one number of hyphens.
#[derive(Debug, Clone, Copy)]
struct BestBreak {
    /// Infinite when there is no such way.
    demerits: f64,
    /// The fragment after which the line before ends, if there is one, and which of the ways to that break it is.
    from: Option<(usize, u8)>,
}

/// The best ways to a break: by kind, and within it by the number of hyphens.
type Ways = [BestBreak; COLOURS * HYPHENS];

const NO_WAYS: Ways = [BestBreak { demerits: f64::INFINITY, from: None }; COLOURS * HYPHENS];

/// A paragraph whose lines are judged, and broken.
pub(crate) struct Paragraph<'a> {
    fragments: &'a [Fragment],
    measure: f32,
    fill: Fill,
    /// What every line stretches by besides its spaces and glyphs, for paragraphs that nothing else helps.
    spare: f32,
    /// The glyphs and the white before each fragment: those of a line are differences.
    before: Vec<(f32, f32)>,
}

/// How bad a line is by itself.
struct LineScore {
    demerits: f64,
    /// 0 tight, 1 decent, 2 loose, 3 very loose.
    colour: usize,
}

impl<'a> Paragraph<'a> {
    pub(crate) fn new(fragments: &'a [Fragment], measure: f32, fill: Fill, spare: f32) -> Self {
        let mut before = vec![(0.0, 0.0)];
        let (mut solid, mut white) = (0.0, 0.0);
        for fragment in fragments {
            solid += fragment.solid;
            white += fragment.white;
            if let End::Space(width) = fragment.end {
                white += width;
            }
            before.push((solid, white));
        }
        Self { fragments, measure, fill, spare, before }
    }

    /// The fragments after which lines end, the last one included.
    pub(crate) fn breaks(&self) -> Vec<usize> {
        let mut ends = Vec::new();
        let mut start = 0;
        for (at, fragment) in self.fragments.iter().enumerate() {
            if fragment.end == End::Forced || at + 1 == self.fragments.len() {
                self.break_part(start, at, &mut ends);
                start = at + 1;
            }
        }
        ends
    }

    /// How far the line that is stretched most is stretched, as a multiple of how far it should be at most; no line is good
    /// that ends within a word without a hyphen.
    pub(crate) fn loosest(&self, ends: &[usize]) -> f32 {
        let starts = std::iter::once(0).chain(ends.iter().map(|end| end + 1));
        let lines = starts.zip(ends).map(|(start, &end)| match self.fragments[end].end {
            End::Forced => 0.0,
            End::Torn => f32::INFINITY,
            _ => self.ratio(start, end),
        });
        lines.fold(0.0, f32::max)
    }

    /// Finds the lines of fragments of which only the last has a forced end.
    fn break_part(&self, begin: usize, last: usize, ends: &mut Vec<usize>) {
        let mut table = vec![NO_WAYS; last + 1 - begin];
        let mut first = begin;
        for at in begin..=last {
            let longest = (first..at).find(|&start| !self.is_overfull(start, at)).unwrap_or(at);
            // A hyphen makes a line wider than the rest of its word may do.
            if !self.is_hyphen(at) {
                first = longest;
            }
            let (above, here) = table.split_at_mut(at - begin);
            let mut least = f64::INFINITY;
            for start in longest..=at {
                let line = self.line(start, at);
                // From here on lines are only shorter.
                if line.demerits > least + BEYOND {
                    break;
                }
                match start.checked_sub(begin + 1) {
                    None => self.reach(&mut here[0], at, &line, None),
                    Some(row) => {
                        for (way, found) in (0..).zip(&above[row]) {
                            if found.demerits.is_finite() {
                                self.reach(&mut here[0], at, &line, Some((start - 1, way, found.demerits)));
                            }
                        }
                    }
                }
                least = here[0].iter().map(|way| way.demerits).fold(least, f64::min);
            }
        }
        let found = ends.len();
        ends.push(last);
        let least = table[last - begin].iter().min_by(|a, b| a.demerits.total_cmp(&b.demerits));
        let mut from = least.and_then(|way| way.from);
        while let Some((previous, way)) = from {
            ends.push(previous);
            from = table[previous - begin][usize::from(way)].from;
        }
        ends[found..].reverse();
    }

    /// Notes a line that ends here, below a line that was found to end where it starts, if that is the best way so far.
    fn reach(&self, here: &mut Ways, at: usize, line: &LineScore, above: Option<(usize, u8, f64)>) {
        let way = above.map_or(0, |(_, way, _)| usize::from(way));
        let (colour, hyphens) = (way / HYPHENS, way % HYPHENS);
        let sum = above.map_or(0.0, |(.., sum)| sum + self.joint((colour, hyphens), (at, line.colour)));
        let hyphens = if self.is_hyphen(at) { (hyphens + 1).min(HYPHENS - 1) } else { 0 };
        let best = &mut here[line.colour * HYPHENS + hyphens];
        let demerits = sum + line.demerits;
        if demerits < best.demerits {
            *best = BestBreak { demerits, from: above.map(|(previous, way, _)| (previous, way)) };
        }
    }

    fn is_hyphen(&self, end: usize) -> bool {
        matches!(self.fragments[end].end, End::Hyphen(_))
    }

    /// Whether nothing of the paragraph, or of its part after a forced break, is above a line.
    fn is_first(&self, start: usize) -> bool {
        start.checked_sub(1).is_none_or(|above| self.fragments[above].end == End::Forced)
    }

    /// Whether nothing of the paragraph, or of its part before a forced break, is below a line.
    fn is_last(&self, end: usize) -> bool {
        self.fragments[end].end == End::Forced || end + 1 == self.fragments.len()
    }

    /// What the glyphs and the spaces of a line take, less what hangs out of it.
    fn widths(&self, start: usize, end: usize) -> (f32, f32) {
        let (hyphen, space) = match self.fragments[end].end {
            End::Hyphen(width) => (width, 0.0),
            End::Space(width) => (0.0, width),
            _ => (0.0, 0.0),
        };
        let (from, to) = (self.before[start], self.before[end + 1]);
        let hang = self.fragments[start].hang.0 + self.fragments[end].hang.1;
        (to.0 - from.0 + hyphen - hang, to.1 - from.1 - space)
    }

    fn is_overfull(&self, start: usize, end: usize) -> bool {
        let (solid, white) = self.widths(start, end);
        let shrink = if self.fill == Fill::Straight { white * SHRINK + solid * SCALE } else { 0.0 };
        solid + white - shrink > self.measure + 0.01
    }

    /// How far a line is stretched, or shrunk if it is negative, as a share of how far it should be at most.
    fn ratio(&self, start: usize, end: usize) -> f32 {
        let (solid, white) = self.widths(start, end);
        let free = self.measure - solid - white;
        let glyphs = solid * SCALE;
        match self.fill {
            _ if free >= 0.0 && self.is_last(end) => 0.0,
            // A line short by a tenth of the measure is as bad as one whose spaces have grown as far as they should.
            Fill::Ragged => free / (self.measure * 0.1),
            Fill::Straight if free < 0.0 => free / (white * SHRINK + glyphs).max(0.01),
            Fill::Straight => free / (white * STRETCH + glyphs + self.spare).max(0.01),
        }
    }

    fn line(&self, start: usize, end: usize) -> LineScore {
        let ratio = self.ratio(start, end);
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
        let badness = (100.0 * f64::from(ratio.abs()).powi(3)).min(WORST);
        let lost = self.is_last(end) && !self.is_first(start) && {
            let (solid, white) = self.widths(start, end);
            solid + white < self.measure * SHORTEST_LAST
        };
        let demerits = (1.0 + badness + penalty).powi(2) + if lost { LOST } else { 0.0 };
        LineScore { demerits, colour }
    }

    /// The demerits of two lines below each other: the upper one's kind and how many lines down to it end in hyphens, the
    /// lower one's last fragment and its kind.
    fn joint(&self, (colour, hyphens): (usize, usize), (end, below): (usize, usize)) -> f64 {
        let ladder = match hyphens {
            0 => 0.0,
            2 if self.is_hyphen(end) => THIRD,
            _ if self.is_hyphen(end) || self.is_last(end) => LADDER,
            _ => 0.0,
        };
        let unlike = self.fill == Fill::Straight && colour.abs_diff(below) > 1;
        ladder + if unlike { UNLIKE } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(widths: &[f32]) -> Vec<Fragment> {
        let last = widths.len() - 1;
        let end = |at| if at == last { End::Forced } else { End::Space(5.0) };
        let fragment = |(at, &solid)| Fragment { solid, white: 0.0, hang: (0.0, 0.0), end: end(at) };
        widths.iter().enumerate().map(fragment).collect()
    }

    fn breaks(fragments: &[Fragment], measure: f32, fill: Fill) -> Vec<usize> {
        Paragraph::new(fragments, measure, fill, 0.0).breaks()
    }

    /// The demerits of a paragraph whose lines end so, and whether one is hopeless; nothing when one does not fit.
    fn sum(fragments: &[Fragment], measure: f32, fill: Fill, ends: &[usize]) -> Option<(f64, bool)> {
        let paragraph = Paragraph::new(fragments, measure, fill, 0.0);
        let (mut demerits, mut hopeless) = (0.0, false);
        let (mut start, mut above, mut hyphens) = (0, None, 0);
        for &end in ends {
            if start < end && paragraph.is_overfull(start, end) {
                return None;
            }
            let line = paragraph.line(start, end);
            hopeless |= line.demerits >= WORST.powi(2);
            demerits += line.demerits;
            demerits += above.map_or(0.0, |colour| paragraph.joint((colour, hyphens), (end, line.colour)));
            above = Some(line.colour);
            hyphens = if paragraph.is_hyphen(end) { (hyphens + 1).min(2) } else { 0 };
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
                fragment.solid = 4.0 + random.f32() * 40.0;
                fragment.hang = (random.f32() * 2.0, random.f32() * 2.0);
                match random.u8(0..6) {
                    _ if fragment.end == End::Forced => {}
                    0 | 1 => fragment.end = End::Hyphen(4.0),
                    2 => fragment.white = 5.0,
                    _ => {}
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
                let least = all.fold(f64::INFINITY, f64::min);
                hopeful += usize::from(least.is_finite());
                let found = ours.is_some_and(|(ours, _)| ours <= least * 1.000_001);
                assert!(found, "{fragments:?} {ends:?} {ours:?} {least}");
            }
        }
        assert!(hopeful > 200, "{hopeful}");
    }

    #[test]
    fn a_third_hyphen_is_avoided_where_two_are_not() {
        // Words that fill a line each but for their last part, which a hyphen divides.
        let mut fragments = words(&[60.0, 30.0, 25.0, 30.0, 25.0, 30.0, 25.0, 30.0, 25.0, 30.0]);
        for at in (1..9).step_by(2) {
            fragments[at].end = End::Hyphen(4.0);
        }
        let ends = breaks(&fragments, 62.0, Fill::Straight);
        let hyphens: Vec<bool> = ends.iter().map(|&end| matches!(fragments[end].end, End::Hyphen(_))).collect();
        assert!(!hyphens.windows(3).any(|three| three == [true; 3]), "{ends:?}");
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
