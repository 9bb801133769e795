//! What a refusal says about the address.

use super::states::InboundKind;

/// What a refusal says about the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BounceClass {
    /// There is no such mailbox: the address gets no email any more.
    NoMailbox,
    /// The mailbox is full.
    MailboxFull,
    /// The email did not reach it this time.
    Unreached,
}

impl BounceClass {
    /// As it is stored.
    pub(crate) fn kind(self) -> InboundKind {
        match self {
            Self::NoMailbox => InboundKind::Bounced,
            Self::MailboxFull => InboundKind::MailboxFull,
            Self::Unreached => InboundKind::Undelivered,
        }
    }
}
