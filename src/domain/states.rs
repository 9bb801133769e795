//! The closed lists: mail preferences, channels, states, outcomes and reasons, each value with its form in the
//! database.

use super::column::{Column, column_enum};
use crate::text;

column_enum! {
    /// Whether someone may be contacted.
    #[derive(Default)]
    pub(crate) enum Consent {
        Yes = "yes",
        No = "no",
        #[default]
        Unknown = "unknown",
    }
}

column_enum! {
    /// What a consent is about.
    pub(crate) enum ConsentChannel {
        /// Allowed unless they opted out.
        Post = "post",
        /// Allowed only with consent.
        Email = "email",
    }
}

column_enum! {
    /// A change in someone's life.
    pub(crate) enum CircumstanceKind {
        /// Nothing is sent any more.
        Deceased = "deceased",
        /// No post is sent until the card has another address.
        Moved = "moved",
    }
}

column_enum! {
    /// What a contact note is about.
    pub(crate) enum NoteKind {
        Call = "call",
        Visit = "visit",
        Praise = "praise",
        /// Stays open until it is resolved.
        Complaint = "complaint",
        Idea = "idea",
    }
}

column_enum! {
    /// What a till changed on a card.
    pub(crate) enum TillChangeKind {
        Address = "new_address",
        Note = "new_note",
        /// The card itself is new.
        Card = "new_card",
    }
}

column_enum! {
    /// How one piece is sent.
    pub(crate) enum Channel {
        Letter = "letter",
        Email = "email",
    }
}

impl Channel {
    /// A number of pieces: `3 letters`.
    pub(crate) fn count(self, n: usize) -> String {
        text::count(n, self.as_str())
    }
}

column_enum! {
    /// How the pieces of a campaign are sent.
    #[derive(Default)]
    pub(crate) enum Delivery {
        #[default]
        Letter = "letter",
        Email = "email",
        /// By post if there is an address, else by email.
        LetterElseEmail = "letter-else-email",
        /// By email if there is consent, else by post.
        EmailElseLetter = "email-else-letter",
    }
}

column_enum! {
    /// Who shares one piece.
    #[derive(Default)]
    pub(crate) enum OnePer {
        #[default]
        Household = "household",
        Customer = "customer",
    }
}

column_enum! {
    /// The state of a campaign.
    pub(crate) enum CampaignState {
        /// Frozen; nothing was printed or sent.
        Planned = "planned",
        /// Letters were printed.
        Printing = "printing",
        /// Emails are being sent.
        Sending = "sending",
        /// The owner has recorded that it was mailed.
        Posted = "posted",
        /// Over.
        Closed = "closed",
        /// Replaced by another plan.
        Void = "void",
    }
}

impl CampaignState {
    /// What was done: `printed`, `posted`.
    pub(crate) fn done(self) -> &'static str {
        match self {
            Self::Printing => PieceState::Printed.as_str(),
            Self::Sending => PieceState::Sent.as_str(),
            other => other.as_str(),
        }
    }
}

column_enum! {
    /// Whether a recipient was mailed.
    pub(crate) enum Arm {
        Mailed = "mailed",
        /// The control group, chosen at random.
        HeldOut = "held_out",
    }
}

column_enum! {
    /// The state of one piece of a campaign.
    pub(crate) enum PieceState {
        Planned = "planned",
        Printed = "printed",
        Posted = "posted",
        Sent = "sent",
        Returned = "returned",
        /// This person asked to be forgotten.
        Forgotten = "forgotten",
    }
}

column_enum! {
    /// The response to a recipient's piece.
    pub(crate) enum Response {
        Redeemed = "redeemed",
        /// Also if nothing has happened yet.
        NotRedeemed = "not_redeemed",
        Undeliverable = "undeliverable",
        HeldOut = "held_out",
        NotInvited = "not_invited",
    }
}

column_enum! {
    /// The state of an email in the outbox.
    pub(crate) enum OutboxState {
        /// Not sent yet, or to be tried again.
        Queued = "queued",
        /// Being sent by a run at this moment.
        Sending = "sending",
        /// Accepted by the mail server.
        Sent = "sent",
        /// Rejected permanently.
        Failed = "failed",
        /// Sent without a reply: it is unknown whether it was accepted.
        InDoubt = "in_doubt",
    }
}

column_enum! {
    /// Why an address is suppressed; the most serious first.
    pub(crate) enum Suppression {
        /// The reader marked our email as spam.
        Complaint = "complaint",
        /// They unsubscribed.
        Unsubscribed = "unsubscribed",
        /// Someone who has it, or had it until they were forgotten, has opted out.
        OptedOut = "opted_out",
        /// A report showed that there is no such mailbox.
        HardBounce = "hard_bounce",
        /// The mail server rejected it when the email was sent.
        Refused = "refused",
        /// The mailbox was full three times.
        MailboxFull = "mailbox_full",
    }
}

impl Suppression {
    /// In words, after "left out:" or "no email:".
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Complaint => "complained that our email is spam",
            Self::Unsubscribed => "unsubscribed from email",
            Self::OptedOut => "opted out of email under this address",
            Self::HardBounce => "email came back",
            Self::Refused => "email address refused",
            Self::MailboxFull => "mailbox full",
        }
    }

    /// The kind of report that causes this.
    pub(crate) fn inbound_kind(self) -> InboundKind {
        match self {
            Self::Complaint => InboundKind::Complaint,
            Self::Unsubscribed | Self::OptedOut => InboundKind::Unsubscribed,
            Self::HardBounce | Self::Refused => InboundKind::Bounced,
            Self::MailboxFull => InboundKind::MailboxFull,
        }
    }

    /// Whether it is an opt-out, which only new consent lifts; otherwise it is about the mailbox.
    pub(crate) fn is_wish(self) -> bool {
        matches!(self, Self::Complaint | Self::Unsubscribed | Self::OptedOut)
    }
}

column_enum! {
    /// What came back about an email.
    pub(crate) enum InboundKind {
        Bounced = "bounced",
        Undelivered = "undelivered",
        MailboxFull = "mailbox_full",
        Complaint = "complaint",
        Unsubscribed = "unsubscribed",
    }
}

column_enum! {
    /// What happened at the till.
    pub(crate) enum EventKind {
        /// The gift was handed over.
        Accepted = "accepted",
        /// They already had it.
        AlreadyRedeemed = "already_redeemed",
        /// After the last day.
        Expired = "expired",
        /// Before the first day.
        NotYet = "not_yet",
        /// No such code, or no letter this year.
        Unknown = "unknown",
        /// The code of a replaced plan.
        Void = "void",
        /// A second gift, on purpose.
        HonouredAgain = "honoured_again",
        /// An amount without a gift.
        Bought = "bought",
        /// The amount of an earlier event was changed.
        Changed = "changed",
        /// An earlier event was undone.
        Undone = "undone",
        /// A letter came back.
        Returned = "returned",
    }
}

column_enum! {
    /// What the file of an import has.
    pub(crate) enum ImportedData {
        Customers = "customers",
        Purchases = "purchases",
        PastCampaign = "past_campaign",
    }
}

column_enum! {
    /// Who is signed in.
    pub(crate) enum Role {
        /// The owner, with the passphrase.
        Owner = "owner",
        /// A till, with the PIN of all tills.
        Till = "till",
    }
}

impl Role {
    /// What they sign in with.
    pub(crate) fn secret(self) -> &'static str {
        match self {
            Self::Owner => "passphrase",
            Self::Till => "PIN",
        }
    }
}

/// Every form of every list, by the name of its type: no other string may contain them.
pub fn forms() -> Vec<(&'static str, Vec<&'static str>)> {
    fn of<T: Column>() -> Vec<&'static str> {
        T::ALL.iter().map(|value| value.as_str()).collect()
    }
    vec![
        ("Consent", of::<Consent>()),
        ("ConsentChannel", of::<ConsentChannel>()),
        ("CircumstanceKind", of::<CircumstanceKind>()),
        ("NoteKind", of::<NoteKind>()),
        ("Channel", of::<Channel>()),
        ("Delivery", of::<Delivery>()),
        ("OnePer", of::<OnePer>()),
        ("CampaignState", of::<CampaignState>()),
        ("Arm", of::<Arm>()),
        ("PieceState", of::<PieceState>()),
        ("Response", of::<Response>()),
        ("OutboxState", of::<OutboxState>()),
        ("Suppression", of::<Suppression>()),
        ("InboundKind", of::<InboundKind>()),
        ("EventKind", of::<EventKind>()),
        ("Role", of::<Role>()),
        ("ImportedData", of::<ImportedData>()),
        ("TillChangeKind", of::<TillChangeKind>()),
    ]
}
