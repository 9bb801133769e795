//! A paragraph made into lines: shaped, broken where it looks best, and spread over its measure.
//!
//! `lines` is what blocks call; `typeset` shapes the text and asks `ties`, `hyphens` and `fit` where a line may end and does.

pub(super) mod direction;
mod fit;
mod hyphens;
pub(super) mod lines;
pub(super) mod links;
mod ties;
pub(super) mod typeset;
