//! Customers who are left out, counted by reason.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::text;

/// The count for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Why {
    /// The reason in words, in the singular.
    pub(crate) reason: String,
    pub(crate) count: usize,
}

impl Why {
    /// `45 do not want post`.
    pub(crate) fn in_words(&self) -> String {
        let reason = match self.reason.strip_prefix("does ") {
            Some(rest) if self.count != 1 => format!("do {rest}"),
            _ => self.reason.clone(),
        };
        format!("{} {reason}", text::thousands(self.count))
    }
}

/// The count for each reason, most common first.
pub(super) fn count_reasons(reasons: impl Iterator<Item = String>) -> Vec<Why> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for reason in reasons {
        *counts.entry(reason).or_default() += 1;
    }
    let mut why: Vec<Why> = counts.into_iter().map(|(reason, count)| Why { reason, count }).collect();
    why.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.reason.cmp(&b.reason)));
    why
}
