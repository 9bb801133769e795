//! A second piece: the same text and the same code by the other channel.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::{Channel, PieceState};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SecondPiece {
    pub(crate) channel: Channel,
    pub(crate) state: PieceState,
    /// The day on which it was mailed.
    pub(crate) posted_on: Option<NaiveDate>,
    /// The day on which it also came back.
    pub(crate) returned_on: Option<NaiveDate>,
}

impl SecondPiece {
    /// Whether it is a letter that was not mailed yet.
    pub(crate) fn is_to_post(&self) -> bool {
        self.channel == Channel::Letter && matches!(self.state, PieceState::Planned | PieceState::Printed)
    }
}
