//! Set blocks told what their marks are for a reader.

use super::role::{ReadingRole, Step, TaggedMarks};
use super::{SetBlock, Strip};

impl Strip {
    /// Says what the marks are that were added since this was last said; nothing when there are none.
    pub(crate) fn tag(&mut self, role: ReadingRole) {
        let path = vec![(self.tags.len(), role)];
        self.tag_path(path);
    }

    /// The same for a cell of a table.
    pub(crate) fn tag_cell(&mut self, row: usize, column: usize, is_head: bool) {
        self.tag_path(vec![
            (row, ReadingRole::Row),
            (column, if is_head { ReadingRole::Head } else { ReadingRole::Cell }),
        ]);
    }

    fn tag_path(&mut self, path: Vec<Step>) {
        let is_cell = path.len() > 1;
        // A row has a cell in every column, an empty one as well.
        if is_cell || self.tags.last().map_or(0, |tag| tag.end) < self.marks.len() {
            self.tags.push(TaggedMarks { end: self.marks.len(), path });
        }
    }

    /// Says what a mark is that was put before all others.
    pub(crate) fn tag_first(&mut self, role: ReadingRole) {
        for tag in &mut self.tags {
            tag.end += 1;
        }
        self.tags.insert(0, TaggedMarks { end: 1, path: vec![(0, role)] });
    }
}

impl SetBlock {
    /// Puts all that the block says into a part of another block.
    pub(crate) fn put_within(&mut self, number: usize, role: &ReadingRole) {
        for strip in &mut self.strips {
            if strip.tags.is_empty() && !strip.marks.is_empty() {
                strip.tags.push(TaggedMarks { end: strip.marks.len(), path: Vec::new() });
            }
            for tag in &mut strip.tags {
                tag.path.insert(0, (number, role.clone()));
            }
        }
    }
}
