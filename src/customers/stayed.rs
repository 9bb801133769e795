//! What an undo leaves unchanged, each with the reason.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::ImportId;

/// One item that stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct StayedItem {
    /// The reference or the receipt, and the field.
    pub(crate) what: String,
    pub(crate) why: String,
}

/// Everything that stays: all counted, the first ones named.
#[derive(Debug, Default)]
pub(crate) struct Stayed {
    pub(crate) first: Vec<StayedItem>,
    /// The count for each reason.
    pub(crate) counts: BTreeMap<String, usize>,
}

impl Stayed {
    /// At most this many are named, plus some for each further reason.
    const MOST: usize = 1_000;
    const MOST_OF_A_REASON: usize = 5;

    pub(super) fn add(&mut self, what: String, why: impl Into<String>) {
        let why = why.into();
        let count = self.counts.entry(why.clone()).or_default();
        *count += 1;
        if self.first.len() < Self::MOST || *count <= Self::MOST_OF_A_REASON {
            self.first.push(StayedItem { what, why });
        }
    }

    pub(crate) fn total(&self) -> usize {
        self.counts.values().sum()
    }
}

/// The reason when a later import changed something.
pub(super) fn changed_by(import: ImportId) -> String {
    format!("was changed by import {import}")
}
