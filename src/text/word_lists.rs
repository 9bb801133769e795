//! Tables that are data of this program: tabs part the cells, and `# ` begins a remark.

use std::collections::HashMap;

/// The rows of a table, each with its cells.
pub(crate) fn table_rows(table: &'static str) -> impl Iterator<Item = std::str::Split<'static, char>> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).map(|line| line.split('\t'))
}

/// Words by what they mean: the first cell of a row is their kind, the others are words, and commas part words as well.
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

    /// The words of a kind, in their order; none of a kind that is not in the table.
    pub(crate) fn words(&self, kind: &str) -> &[&'static str] {
        self.0.get(kind).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn into_kinds(self) -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
        self.0.into_iter()
    }
}
