//! `[[labels]]`: sheets of labels of the shop's own.

use super::placed::Placed;
use super::toml_table::TomlTable;

/// A sheet of labels as shop.toml has it; measures in mm.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LabelSettings {
    /// Where it stands.
    pub(crate) line: usize,
    pub(crate) name: Placed<String>,
    /// The name of the paper; the shop's country decides when it is not given.
    pub(crate) paper: Option<Placed<String>>,
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    /// Width and height of a label.
    pub(crate) size: (f32, f32),
    /// Left and top of the first label.
    pub(crate) first: (f32, f32),
    /// From one label to the next, to the right and down.
    pub(crate) pitch: (f32, f32),
}

impl LabelSettings {
    /// Nothing when a key is missing, which is noted.
    pub(super) fn of(mut table: TomlTable<'_>) -> Option<Self> {
        let line = table.line;
        let (name, paper) = (table.need("name"), table.take("paper"));
        let (columns, rows) = (table.need("columns"), table.need("rows"));
        let mut need = |key| table.need::<f32>(key).map(|mm| mm.value);
        let (width, height, left, top) = (need("width"), need("height"), need("left"), need("top"));
        // Labels that touch are as far apart as they are large.
        let (pitch_x, pitch_y) = (table.value_if("pitch_x"), table.value_if("pitch_y"));
        let size = (width?, height?);
        Some(Self {
            line,
            name: name?,
            paper,
            columns: columns?.value,
            rows: rows?.value,
            size,
            first: (left?, top?),
            pitch: (pitch_x.unwrap_or(size.0), pitch_y.unwrap_or(size.1)),
        })
    }
}
