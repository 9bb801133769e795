//! What a bounced email means for its address and its recipient, and what an unsubscribe means.

use chrono::NaiveDate;

use crate::campaign::{self, Recipient};
use crate::customers;
use crate::domain::{BounceClass, Channel, Consent, ConsentChannel, RecipientId, Suppression};
use crate::error::Result;
use crate::inbound::{self, EmailAnswer};
use crate::outbox::{SentEmail, Undeliverable};
use crate::store::Write;

/// After this many reports of a full mailbox the address is suppressed.
const FULL: usize = 3;

/// A report about an email.
#[derive(Debug, Clone, Copy)]
pub(super) struct BounceNotice<'n> {
    pub(super) class: BounceClass,
    /// The report; none when the mail server rejected the email at once.
    pub(super) report: Option<&'n [u8]>,
    /// As the report words it.
    pub(super) diagnostic: &'n str,
    pub(super) on: NaiveDate,
}

/// The outcome.
#[derive(Debug)]
pub(super) struct BounceOutcome {
    /// The updated recipient.
    pub(super) recipient: Recipient,
    /// Why the address gets no more email.
    pub(super) suppressed: Option<Suppression>,
}

/// Records that an email did not reach its address: an address without a mailbox, or full for the third time, is
/// suppressed; the recipient becomes undeliverable, or gets a letter instead, unless it was only a reminder.
pub(super) fn undelivered(
    write: &Write<'_>,
    id: RecipientId,
    wave: usize,
    notice: &BounceNotice<'_>,
) -> Result<BounceOutcome> {
    let BounceNotice { class, report, diagnostic, on } = *notice;
    inbound::record(write, &EmailAnswer { recipient: id, hash: report, kind: class.kind(), diagnostic, on })?;
    let recipient = campaign::recipient(write, id)?;
    let address = &recipient.email;
    let suppressed = match class {
        BounceClass::NoMailbox if report.is_none() => Some(Suppression::Refused),
        BounceClass::NoMailbox => Some(Suppression::HardBounce),
        BounceClass::MailboxFull if times_full(write, address)? >= FULL => Some(Suppression::MailboxFull),
        BounceClass::MailboxFull | BounceClass::Unreached => None,
    };
    if let Some(reason) = suppressed {
        customers::suppress(write, address, reason, diagnostic, on)?;
    }
    let recipient = if wave == 0 { campaign::came_back(write, id, Channel::Email, on)? } else { recipient };
    Ok(BounceOutcome { recipient, suppressed })
}

/// The same for an email that the mail server rejected during sending.
pub(super) fn refused(write: &Write<'_>, email: &Undeliverable<'_>) -> Result<()> {
    let notice = BounceNotice { class: email.class, report: None, diagnostic: email.reply, on: email.on };
    undelivered(write, email.recipient, email.wave, &notice).map(|_| ())
}

/// How often the mailbox of an address was full since the owner last confirmed that it works.
fn times_full(write: &Write<'_>, address: &str) -> Result<usize> {
    let lifted = customers::suppressions(write, address)?.into_iter();
    let since = lifted.filter(|one| one.reason == Suppression::MailboxFull).find_map(|one| one.lifted_on);
    inbound::times_full(write, address, since.unwrap_or_default())
}

/// Records that the reader of an email unsubscribed or marked it as spam: for their address, and for its recipient.
pub(super) fn no_more(
    write: &Write<'_>,
    email: &SentEmail,
    reason: Suppression,
    (hash, diagnostic): (&[u8], &str),
    on: NaiveDate,
) -> Result<()> {
    let kind = reason.inbound_kind();
    inbound::record(write, &EmailAnswer { recipient: email.recipient, hash: Some(hash), kind, diagnostic, on })?;
    opt_out(write, email.recipient, &email.address, reason, diagnostic, on)
}

/// Suppresses an address for everyone who has it, and opts out the person that an email there was addressed to.
pub(super) fn opt_out(
    write: &Write<'_>,
    recipient: RecipientId,
    address: &str,
    reason: Suppression,
    source: &str,
    on: NaiveDate,
) -> Result<()> {
    if !address.is_empty() {
        customers::suppress(write, address, reason, source, on)?;
    }
    // Their card may have another address by now.
    match campaign::customer_of(write, recipient)? {
        Some(id) if customers::by_id(write, id)?.email_consent != Consent::No => {
            customers::record_consent(write, id, ConsentChannel::Email, Consent::No, on, source)
        }
        _ => Ok(()),
    }
}
