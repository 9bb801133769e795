//! What the parts of a letter are for a reader that does not see the page: tags in a PDF, roles in an SVG.

use std::ops::Range;
use std::sync::Arc;

/// What something is for a reader.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum ReadingRole {
    #[default]
    Paragraph,
    /// Level 1 to 6.
    Heading(u8),
    Quote,
    List {
        is_numbered: bool,
    },
    /// An item of a list, its number or bullet, and its text.
    Item,
    Label,
    Body,
    Table,
    Row,
    /// A cell of a table's head, and any other.
    Head,
    Cell,
    /// A picture, with what it shows in words; without words it is decoration.
    Figure(String),
    /// Text that leads somewhere.
    Link(String),
    /// Things that belong together.
    Group,
    /// Nothing to be read: rules, marks for folding, the number of a page, text that stands elsewhere too.
    Artifact,
}

/// A step on the way from a letter to a part of it: which part, counted within the one above, and what it is.
pub type Step = (usize, ReadingRole);

/// What a stretch of a strip's marks is.
#[derive(Debug, Clone, PartialEq)]
pub struct TaggedMarks {
    /// Where it ends; it begins where the one before ended.
    pub end: usize,
    /// From the block down.
    pub path: Vec<Step>,
}

/// A stretch of a line that leads somewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct LineLink {
    /// Which link of its text, counted from 0.
    pub number: usize,
    /// Where it leads: an address of the web, of an email or a phone.
    pub target: Arc<str>,
    /// Run and glyph with which it begins, and those before which it ends.
    pub from: (usize, usize),
    pub to: (usize, usize),
    /// Where its text is, in bytes of the line's text.
    pub text: Range<usize>,
}
