//! Tables embedded in the program: cells are separated by tabs, and `# ` begins a comment.

use std::collections::HashMap;

/// The rows of a table, each with its cells.
pub(crate) fn table_rows(table: &'static str) -> impl Iterator<Item = std::str::Split<'static, char>> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).map(|line| line.split('\t'))
}

/// Words by kind: the first cell of a row is their kind, the others are words, also separated by commas.
pub(crate) struct WordLists(HashMap<&'static str, Vec<&'static str>>);

impl WordLists {
    pub(crate) fn of(table: &'static str) -> Self {
        let mut lists: HashMap<&'static str, Vec<&'static str>> = HashMap::new();
        for mut cells in table_rows(table) {
            let kind = cells.next().unwrap_or_default();
            lists.entry(kind).or_default().extend(cells.flat_map(|cell| cell.split(", ")));
        }
        Self(lists)
    }

    /// The words of a kind, in order; none if the table does not have it.
    pub(crate) fn words(&self, kind: &str) -> &[&'static str] {
        self.0.get(kind).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn into_kinds(self) -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
        self.0.into_iter()
    }
}
