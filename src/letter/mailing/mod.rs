//! What is printed beside the letters: address labels, envelopes, and a cover sheet for each pile.

pub(super) mod cover;
pub(super) mod envelopes;
pub(super) mod imprint;
pub(super) mod labels;
pub(super) mod own_labels;
