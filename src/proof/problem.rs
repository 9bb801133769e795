//! One thing worth a look: what it is, whom it is about, and what to do about it.

use serde::{Serialize, Serializer};

use crate::campaign::Recipient;
use crate::customers::Customer;
use crate::text;

/// One thing worth a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ProofProblem {
    /// Whether it stops a piece.
    pub(crate) gravity: Gravity,
    /// What it is.
    pub(crate) kind: ProofProblemKind,
    /// Whom it is about.
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    /// Their name.
    pub(crate) name: String,
    /// What is to be seen.
    pub(crate) message: String,
    /// Whether that goes on from whom it is about.
    #[serde(skip)]
    pub(crate) goes_on: bool,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    /// What a name would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) repair: Option<Repair>,
}

/// How grave something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Gravity {
    /// The piece does not go out.
    Stops,
    /// It goes out, and perhaps should not like this.
    Look,
}

/// What a problem is; the most serious first.
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

/// A name in capitals as it would be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Repair {
    /// The whole name as it is.
    pub(crate) before: String,
    /// The whole name as it would be.
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
    /// Something about a recipient.
    pub(super) fn at(kind: ProofProblemKind, recipient: &Recipient, message: String, hint: impl Into<String>) -> Self {
        let (reference, name) = (recipient.reference.clone(), recipient.name.clone());
        let (gravity, hint) = (kind.gravity(), Some(hint.into()));
        Self { gravity, kind, reference, name, message, goes_on: false, hint, repair: None }
    }

    /// Pieces to one place of two recipients who may be one household.
    pub(super) fn one_household(kind: ProofProblemKind, first: &Recipient, other: &Recipient, message: String) -> Self {
        let (one, two) = (text::argument(&other.reference), text::argument(&first.reference));
        Self::at(kind, first, message, format!("if they live together: regulars customer set {one} household={two}"))
    }

    /// Something about a card.
    pub(super) fn of(kind: ProofProblemKind, card: &Customer, message: String, hint: String) -> Self {
        let (reference, name) = (card.reference.clone(), card.name());
        let gravity = kind.gravity();
        Self { gravity, kind, reference, name, message, goes_on: false, hint: Some(hint), repair: None }
    }
}
