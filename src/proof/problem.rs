//! One problem: its kind, its recipient, and what to do.

use serde::{Serialize, Serializer};

use crate::campaign::Recipient;
use crate::customers::Customer;
use crate::text;

/// One thing worth a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ProofProblem {
    pub(crate) gravity: Gravity,
    pub(crate) kind: ProofProblemKind,
    /// The recipient.
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) message: String,
    /// Whether the message continues after the recipient's name.
    #[serde(skip)]
    pub(crate) goes_on: bool,
    pub(crate) hint: Option<String>,
    /// The proposed name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) repair: Option<Repair>,
}

/// How serious a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Gravity {
    /// The piece is not sent or printed.
    Stops,
    /// It is sent or printed, but may be wrong.
    Look,
}

/// The kind of a problem; the most serious first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProofProblemKind {
    EmptyField,
    MissingGlyph,
    Window,
    Page,
    UnusableEmail,
    OpenComplaint,
    NotWanted,
    NoName,
    OddName,
    Remark,
    Capitals,
    Address,
    EmailFault,
    EmailTypo,
    LongLetter,
    SharedAddress,
    SharedInbox,
    TwiceAMonth,
}

impl ProofProblemKind {
    pub(super) fn gravity(self) -> Gravity {
        if self <= Self::NotWanted { Gravity::Stops } else { Gravity::Look }
    }
}

/// A name in capitals with its proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Repair {
    /// The current full name.
    pub(crate) before: String,
    /// The proposed full name.
    pub(crate) name: String,
    /// The fields of the card that change.
    pub(crate) fields: Vec<(&'static str, String)>,
}

impl Serialize for Repair {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.collect_map(self.fields.iter().map(|(field, name)| (*field, name)))
    }
}

impl ProofProblem {
    /// A problem of a recipient.
    pub(super) fn at(kind: ProofProblemKind, recipient: &Recipient, message: String, hint: impl Into<String>) -> Self {
        let (reference, name) = (recipient.reference.clone(), recipient.name.clone());
        let (gravity, hint) = (kind.gravity(), Some(hint.into()));
        Self { gravity, kind, reference, name, message, goes_on: false, hint, repair: None }
    }

    /// Pieces to one place for two recipients who may be one household.
    pub(super) fn one_household(kind: ProofProblemKind, first: &Recipient, other: &Recipient, message: String) -> Self {
        let (one, two) = (text::argument(&other.reference), text::argument(&first.reference));
        Self::at(kind, first, message, format!("if they live together: regulars customer set {one} household={two}"))
    }

    /// A problem of a card.
    pub(super) fn of(kind: ProofProblemKind, card: &Customer, message: String, hint: String) -> Self {
        let (reference, name) = (card.reference.clone(), card.name());
        let gravity = kind.gravity();
        Self { gravity, kind, reference, name, message, goes_on: false, hint: Some(hint), repair: None }
    }
}
