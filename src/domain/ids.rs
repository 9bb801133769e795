//! The numbers of rows, each with its own type, so that they cannot be mixed up.

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident,)+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub(crate) struct $name(pub(crate) i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+ };
}

ids! {
    /// Of a card.
    CustomerId,
    /// Of a household: the smallest [`CustomerId`] of its members.
    HouseholdId,
    /// Of a plan.
    CampaignId,
    /// Of one recipient of one plan.
    RecipientId,
    /// Of an email in the outbox.
    OutboxId,
    /// Of a redemption, undone or not.
    RedemptionId,
    /// Of an entry in the till's record.
    EventId,
    /// Of a change that a till made on a card.
    TillChangeId,
    /// Of an import, as `import list` shows it; 0 is none.
    ImportId,
}

impl HouseholdId {
    /// The member whose number the household has.
    pub(crate) fn head(self) -> CustomerId {
        CustomerId(self.0)
    }
}
