//! How set blocks get the roles of their marks for a reader.

use super::role::{ReadingRole, Step, TaggedMarks};
use super::{SetBlock, Strip};

impl Strip {
    /// Gives a role to the marks added since the last tag, if there are any.
    pub(crate) fn tag(&mut self, role: ReadingRole) {
        let path = vec![(self.tags.len(), role)];
        self.tag_path(path);
    }

    /// Marks added since the last tag have the role of the whole.
    pub(crate) fn tag_rest(&mut self) {
        self.tag_path(Vec::new());
    }

    /// Makes it a cell of a table; a row has a cell in every column, an empty one as well.
    pub(crate) fn put_within_cell(&mut self, row: usize, column: usize) {
        if self.tags.is_empty() {
            self.tags.push(TaggedMarks { end: self.marks.len(), path: Vec::new() });
        }
        let cell = if row == 0 { ReadingRole::Head } else { ReadingRole::Cell };
        for tag in &mut self.tags {
            tag.path.splice(0..0, [(row, ReadingRole::Row), (column, cell.clone())]);
        }
    }

    fn tag_path(&mut self, path: Vec<Step>) {
        if self.tags.last().map_or(0, |tag| tag.end) < self.marks.len() {
            self.tags.push(TaggedMarks { end: self.marks.len(), path });
        }
    }

    /// Takes the marks of another strip, each with its role, this far to the right and down.
    pub(crate) fn take(&mut self, other: Self, right: f32, down: f32) {
        let above = self.marks.len();
        self.tags.extend(other.tags.into_iter().map(|tag| TaggedMarks { end: above + tag.end, ..tag }));
        self.marks.extend(other.marks.into_iter().map(|mark| mark.moved(right, down)));
    }

    /// Gives a role to a mark that was put before all others.
    pub(crate) fn tag_first(&mut self, role: ReadingRole) {
        for tag in &mut self.tags {
            tag.end += 1;
        }
        self.tags.insert(0, TaggedMarks { end: 1, path: vec![(0, role)] });
    }
}

impl SetBlock {
    /// Makes all of the block a part of another block.
    pub(crate) fn put_within(&mut self, number: usize, role: &ReadingRole) {
        for strip in &mut self.strips {
            if strip.tags.is_empty() {
                strip.tag_rest();
            }
            for tag in &mut strip.tags {
                tag.path.insert(0, (number, role.clone()));
            }
        }
    }
}
