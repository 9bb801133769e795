//! Glyphs that stand together again and again ("th", "and"), found on a page, so that it names them once.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// A glyph or a group of glyphs by its number, and where it stands in its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlacedGlyph {
    pub what: usize,
    pub at: (i32, i32),
}

/// Two that stand together: the second so far from the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct GlyphPair {
    pub first: usize,
    pub second: usize,
    pub step: (i32, i32),
}

/// A group that stands on a page this often makes the file shorter.
const WORTH: usize = 3;
/// How often groups are put together into larger ones.
const ROUNDS: usize = 24;

/// Puts what stands together often into groups, which get the numbers from `next` on.
pub(crate) fn group(lines: &mut [Vec<PlacedGlyph>], next: usize) -> Vec<GlyphPair> {
    let mut groups = Vec::new();
    for _ in 0..ROUNDS {
        let found = worth_it(lines);
        if found.is_empty() {
            break;
        }
        let numbers: HashMap<GlyphPair, usize> = found.iter().copied().zip(next + groups.len()..).collect();
        groups.extend(found);
        for line in lines.iter_mut() {
            let mut joined: Vec<PlacedGlyph> = Vec::with_capacity(line.len());
            let mut rest = line.iter().copied().peekable();
            while let Some(one) = rest.next() {
                let number = rest.peek().and_then(|two| numbers.get(&pair(one, *two)));
                joined.push(match number {
                    Some(&what) => {
                        rest.next();
                        PlacedGlyph { what, ..one }
                    }
                    None => one,
                });
            }
            *line = joined;
        }
    }
    groups
}

fn pair(one: PlacedGlyph, two: PlacedGlyph) -> GlyphPair {
    GlyphPair { first: one.what, second: two.what, step: (two.at.0 - one.at.0, two.at.1 - one.at.1) }
}

/// The pairs that come often enough, the most frequent first; each glyph in one of them only, as one takes it from another.
fn worth_it(lines: &[Vec<PlacedGlyph>]) -> Vec<GlyphPair> {
    let mut counts: HashMap<GlyphPair, usize> = HashMap::new();
    for both in lines.iter().flat_map(|line| line.windows(2)) {
        *counts.entry(pair(both[0], both[1])).or_default() += 1;
    }
    let mut found: Vec<(usize, GlyphPair)> =
        counts.into_iter().filter(|(_, count)| *count >= WORTH).map(|(pair, count)| (count, pair)).collect();
    found.sort_unstable_by_key(|&(count, pair)| (Reverse(count), pair));
    let mut taken = HashSet::new();
    found.retain(|(_, pair)| {
        let is_free = !taken.contains(&pair.first) && !taken.contains(&pair.second) && pair.first != pair.second;
        if is_free {
            taken.extend([pair.first, pair.second]);
        }
        is_free
    });
    found.into_iter().map(|(_, pair)| pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The glyphs of a group, each where it stands.
    fn unfold(one: PlacedGlyph, groups: &[GlyphPair], out: &mut Vec<PlacedGlyph>) {
        match one.what.checked_sub(4).map(|group| groups[group]) {
            Some(GlyphPair { first, second, step }) => {
                unfold(PlacedGlyph { what: first, ..one }, groups, out);
                let at = (one.at.0 + step.0, one.at.1 + step.1);
                unfold(PlacedGlyph { what: second, at }, groups, out);
            }
            None => out.push(one),
        }
    }

    #[test]
    fn what_stands_together_often_is_a_group_and_stays_in_its_place() {
        let word = |x: i32, glyphs: &[usize]| -> Vec<PlacedGlyph> {
            (0..).zip(glyphs).map(|(n, &what)| PlacedGlyph { what, at: (x + 10 * n, 0) }).collect()
        };
        let mut lines: Vec<Vec<PlacedGlyph>> = (0..5).map(|line| word(7 * line, &[0, 1, 2, 3])).collect();
        lines.push(word(3, &[1, 0, 3, 2]));
        let before = lines.clone();
        let groups = group(&mut lines, 4);
        assert_eq!(groups.len(), 3);
        assert_eq!(lines[1], [PlacedGlyph { what: 6, at: (7, 0) }]);
        assert_eq!(lines[5], before[5]);
        // Unfolded they are what they were.
        for (line, before) in lines.iter().zip(before) {
            let mut out = Vec::new();
            for one in line {
                unfold(*one, &groups, &mut out);
            }
            assert_eq!(out, before);
        }
    }
}
