//! What is printed to go with the letters: address labels, envelopes, and a cover sheet for each pile.

pub(super) mod cover;
pub(super) mod envelopes;
pub(super) mod imprint;
pub(super) mod labels;
pub(super) mod own_labels;
