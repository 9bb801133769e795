//! What a letter consists of for a reader that does not see it: the tree that its tags make, and what leads somewhere.

use std::sync::Arc;

use crate::letter::page::role::{ReadingRole, Step};

/// The parts of a letter. The first is the letter.
#[derive(Debug)]
pub(crate) struct Structure {
    pub parts: Vec<StructurePart>,
    /// For each page the part to which each stretch of its content belongs.
    pub pages: Vec<Vec<usize>>,
    pub links: Vec<PageLink>,
}

#[derive(Debug, Default)]
pub(crate) struct StructurePart {
    /// Which part of the one above, and what it is; nothing for the letter as a whole.
    pub step: Option<Step>,
    pub parent: usize,
    pub children: Vec<StructureChild>,
    /// The page and the rectangle of a picture.
    pub place: Option<(usize, [f32; 4])>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StructureChild {
    Part(usize),
    /// A stretch of content: its page, and its number there.
    Content(usize, usize),
    /// A place that leads somewhere.
    Link(usize),
}

/// A rectangle on a page that leads somewhere, y upwards from the lower edge.
#[derive(Debug)]
pub(crate) struct PageLink {
    pub page: usize,
    pub part: usize,
    pub rectangle: [f32; 4],
    pub target: Arc<str>,
    /// Its text.
    pub text: String,
}

impl Structure {
    pub(crate) fn new() -> Self {
        Self { parts: vec![StructurePart::default()], pages: Vec::new(), links: Vec::new() }
    }

    /// The part at the end of this path, which is added if it is not there.
    pub(crate) fn part(&mut self, path: &[Step]) -> usize {
        let mut at = 0;
        for step in path {
            let is_it = |child: &StructureChild| match child {
                StructureChild::Part(part) => (self.parts[*part].step.as_ref() == Some(step)).then_some(*part),
                _ => None,
            };
            let found = self.parts[at].children.iter().rev().find_map(is_it);
            at = found.unwrap_or_else(|| {
                let part = self.parts.len();
                self.parts.push(StructurePart { step: Some(step.clone()), parent: at, ..StructurePart::default() });
                self.parts[at].children.push(StructureChild::Part(part));
                part
            });
        }
        at
    }

    /// A stretch of content of a part on the last page: its number there.
    pub(crate) fn content(&mut self, part: usize) -> usize {
        let page = self.pages.len().saturating_sub(1);
        let Some(contents) = self.pages.last_mut() else { return 0 };
        contents.push(part);
        let number = contents.len() - 1;
        self.parts[part].children.push(StructureChild::Content(page, number));
        number
    }

    /// A place on the last page that leads somewhere.
    pub(crate) fn link(&mut self, part: usize, rectangle: [f32; 4], target: &Arc<str>, text: String) {
        let page = self.pages.len().saturating_sub(1);
        self.parts[part].children.push(StructureChild::Link(self.links.len()));
        self.links.push(PageLink { page, part, rectangle, target: Arc::clone(target), text });
    }

    /// The heading levels that the letter has, so that a document can count them from 1 without a gap.
    pub(crate) fn levels(&self) -> Vec<u8> {
        let mut levels: Vec<u8> = self.headings().collect();
        levels.sort_unstable();
        levels.dedup();
        levels
    }

    fn headings(&self) -> impl Iterator<Item = u8> {
        self.parts.iter().filter_map(|part| match &part.step {
            Some((_, ReadingRole::Heading(level))) => Some(*level),
            _ => None,
        })
    }

    /// Whether it is as PDF/UA-1 wants it: headings begin with the highest and leave none out, every row of a table has as
    /// many cells as the others.
    pub(crate) fn is_universal(&self) -> bool {
        let (levels, mut deepest) = (self.levels(), 0);
        let mut headings = self.headings().map(|level| levels.partition_point(|other| *other < level) + 1);
        let in_order = headings.all(|level| {
            let follows = level <= deepest + 1;
            deepest = level;
            follows
        });
        let cells = |part: &StructureChild| match part {
            StructureChild::Part(row) => self.parts[*row].children.len(),
            _ => 0,
        };
        let is_even = |part: &StructurePart| {
            let mut rows = part.children.iter().map(cells);
            let first = rows.next();
            rows.all(|row| Some(row) == first)
        };
        let mut tables = self.parts.iter().filter(|part| matches!(part.step, Some((_, ReadingRole::Table))));
        in_order && tables.all(is_even)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_again_and_levels_must_not_be_left_out() {
        let mut structure = Structure::new();
        structure.pages.push(Vec::new());
        let item = |number| {
            [(1, ReadingRole::List { is_numbered: false }), (number, ReadingRole::Item), (1, ReadingRole::Body)]
        };
        let first = structure.part(&item(0));
        let second = structure.part(&item(1));
        assert_eq!((structure.part(&item(0)), structure.part(&item(1)), structure.parts.len()), (first, second, 6));
        assert_eq!((structure.content(first), structure.content(second), structure.content(first)), (0, 1, 2));
        for (levels, is_universal) in [
            (vec![2, 2, 3], true),
            (vec![1, 3, 3, 1], true),
            (vec![2, 1], false),
            (vec![1, 3, 2], false),
            (vec![1, 2, 3, 1, 3], false),
        ] {
            let mut structure = Structure::new();
            for (number, level) in levels.iter().enumerate() {
                structure.part(&[(number, ReadingRole::Heading(*level))]);
            }
            assert_eq!(structure.is_universal(), is_universal, "{levels:?}");
        }
        for (cells, is_universal) in [([2, 2], true), ([2, 1], false)] {
            let mut structure = Structure::new();
            for (row, cells) in cells.into_iter().enumerate() {
                for cell in 0..cells {
                    structure.part(&[(0, ReadingRole::Table), (row, ReadingRole::Row), (cell, ReadingRole::Cell)]);
                }
            }
            assert_eq!(structure.is_universal(), is_universal, "{cells:?}");
        }
    }
}
