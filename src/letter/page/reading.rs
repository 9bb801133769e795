//! The marks of a page in the order in which they are read, each with what it is for a reader.

use super::role::{ReadingRole, Step};
use super::{LaidPage, Mark, PagePart, SetBlock, Strip};

/// Something on a page.
#[derive(Debug)]
pub(crate) struct Reading<'p> {
    /// From the block down to what it is; empty when it is nothing to be read.
    pub path: Vec<Step>,
    pub mark: Option<&'p Mark>,
    /// The left top corner of its strip.
    pub at: (f32, f32),
}

/// The marks of a page, but for what only a proof has. The number of the page keeps blocks of different pages apart.
pub(crate) fn page(page: &LaidPage, number: usize) -> Vec<Reading<'_>> {
    let mut found = Vec::new();
    for (place, placed) in page.iter().enumerate() {
        match &placed.part {
            PagePart::Strip(one) => strip(&mut found, one, &[(one.block, one.role.clone())], (placed.x, placed.y)),
            PagePart::Form(_, set) => {
                // A block that is drawn once stands on one page as a whole; those in pieces are counted from 0.
                let block = usize::MAX - 1000 * number - place;
                for (y, one) in strips(set, placed.y) {
                    strip(&mut found, one, &[(block, set.role.clone())], (placed.x, y));
                }
            }
            PagePart::Guides(..) => {}
        }
    }
    found
}

/// The strips of a block from this height on, each with its own.
pub(crate) fn strips(set: &SetBlock, top: f32) -> impl Iterator<Item = (f32, &Strip)> {
    let mut y = top;
    set.strips.iter().enumerate().map(move |(number, strip)| {
        y += if number > 0 { strip.space } else { 0.0 };
        let here = y;
        y += strip.height;
        (here, strip)
    })
}

fn strip<'p>(found: &mut Vec<Reading<'p>>, strip: &'p Strip, block: &[Step], at: (f32, f32)) {
    let mut begin = 0;
    for tag in &strip.tags {
        let path = || block.iter().chain(&tag.path).cloned().collect();
        if begin == tag.end {
            // An empty cell of a table.
            found.push(Reading { path: path(), mark: None, at });
        }
        found.extend(strip.marks[begin..tag.end].iter().map(|mark| reading(path(), mark, at)));
        begin = tag.end;
    }
    found.extend(strip.marks[begin..].iter().map(|mark| reading(block.to_vec(), mark, at)));
}

/// What a mark is: rules, pictures without alternative text and boxes to tick are not read.
fn reading(path: Vec<Step>, mark: &Mark, at: (f32, f32)) -> Reading<'_> {
    let is_silent = path.iter().any(|(_, role)| *role == ReadingRole::Artifact);
    let says = match (mark, path.last()) {
        (Mark::Image { .. } | Mark::Cells { .. }, Some((_, ReadingRole::Figure(words)))) => !words.trim().is_empty(),
        (Mark::Rule { .. } | Mark::Image { .. } | Mark::Cells { .. }, _) => false,
        (Mark::Text { .. }, _) => true,
    };
    Reading { path: if says && !is_silent { path } else { Vec::new() }, mark: Some(mark), at }
}
