//! Reads returned mail over IMAP from the mailbox in shop.toml, in batches; each batch is recorded when it is acted on.

use std::sync::atomic::Ordering;

use chrono::NaiveDateTime;
use serde::Serialize;

use super::bounces::{BounceReport, act};
use super::progress::{Activity, Progress};
use crate::error::{Error, Result};
use crate::inbound::{self, ImapAccount, ImapMailbox, Mail, WhichMessages};
use crate::shop::Shop;
use crate::store::{Read, Store};

/// The outcome of reading a mailbox over IMAP.
#[derive(Debug, Serialize)]
pub(crate) struct IncomingReport {
    #[serde(flatten)]
    pub(crate) report: BounceReport,
    pub(crate) folder: String,
    /// How many messages were not read because it stopped early.
    pub(crate) unread: usize,
    /// Why it stopped.
    #[serde(skip)]
    pub(crate) stopped: Option<Error>,
}

/// Acts on new messages of the mailbox, and on those that were left to the owner.
///
/// # Errors
/// When shop.toml names no mailbox, or it cannot be read; then nothing was done. Later errors are in the
/// report.
pub(crate) fn bounces(
    shop: &Shop,
    by_address: bool,
    now: NaiveDateTime,
    progress: &Progress<'_>,
) -> Result<IncomingReport> {
    read(shop, &mut shop.store()?, WhichMessages::NewAndLeft, by_address, now, progress)
}

/// Reports what would be done; nothing is done or recorded.
///
/// # Errors
/// When shop.toml names no mailbox, or it cannot be read.
pub(crate) fn rehearse(
    shop: &Shop,
    by_address: bool,
    now: NaiveDateTime,
    progress: &Progress<'_>,
) -> Result<IncomingReport> {
    let mut store = shop.store()?;
    let mails = mails(shop, &store.read(), WhichMessages::NewAndLeft, progress)?;
    let report = store.rehearse(|write| act(write, &mails, by_address, now, BounceReport::default()))?;
    Ok(IncomingReport { report, folder: account(shop)?.folder, unread: 0, stopped: None })
}

/// Reads the mailbox; each batch is acted on and recorded in one transaction.
pub(super) fn read(
    shop: &Shop,
    store: &mut Store,
    which: WhichMessages,
    by_address: bool,
    now: NaiveDateTime,
    progress: &Progress<'_>,
) -> Result<IncomingReport> {
    let account = account(shop)?;
    let mut mailbox = ImapMailbox::open(&account, inbound::read_mark(&store.read(), &account)?, which)?;
    let (mut report, mut stopped) = (BounceReport::default(), None);
    loop {
        (progress.report)(Activity::ReadMailbox, mailbox.read(), mailbox.len());
        let left = mailbox.len() - mailbox.read();
        if left > 0 && progress.stop.load(Ordering::SeqCst) {
            let message = format!("you stopped it; {} of {} messages were read", mailbox.read(), mailbox.len());
            stopped = Some(Error::new(message).hint("run the same command again to continue"));
            break;
        }
        match mailbox.next_batch() {
            Ok(None) => break,
            Ok(Some(batch)) => {
                let left_before = report.left_to_you.len();
                report = store.write(|write| {
                    let report = act(write, &batch.mails, by_address, now, report)?;
                    batch.remember(write, &account, &report.left_uids(left_before))?;
                    Ok(report)
                })?;
            }
            Err(fault) if mailbox.read() == 0 => return Err(fault),
            Err(fault) => {
                let so_far = format!("{} of {} messages were read", mailbox.read(), mailbox.len());
                let hint = "what was read is done; the next run continues from there";
                stopped = Some(Error::new(format!("{fault}; {so_far}")).hint(hint));
                break;
            }
        }
    }
    let unread = mailbox.len() - mailbox.read();
    if stopped.is_none() {
        mailbox.close();
    }
    Ok(IncomingReport { report, folder: account.folder, unread, stopped })
}

/// The messages to read in a dry run.
pub(super) fn mails(shop: &Shop, read: &Read<'_>, which: WhichMessages, progress: &Progress<'_>) -> Result<Vec<Mail>> {
    let account = account(shop)?;
    let mut mailbox = ImapMailbox::open(&account, inbound::read_mark(read, &account)?, which)?;
    let mut mails = Vec::new();
    let tell = progress.of(Activity::ReadMailbox, mailbox.len());
    while let Some(batch) = mailbox.next_batch()? {
        mails.extend(batch.mails);
        tell(mailbox.read())?;
    }
    mailbox.close();
    Ok(mails)
}

/// Why the mailbox in shop.toml cannot be read; it is opened, but no message is read. None when shop.toml names no
/// mailbox.
pub(super) fn fault(shop: &Shop) -> Option<Error> {
    shop.settings.bounces.as_ref()?;
    account(shop).and_then(ImapMailbox::look).err()
}

fn account(shop: &Shop) -> Result<ImapAccount> {
    let settings = shop.settings.bounces.as_ref().ok_or_else(|| {
        Error::new("no mailbox is named").hint(
            "give a Maildir or an mbox file, or write `[bounces]` with `server = \"imaps://USER@HOST\"` into shop.toml",
        )
    })?;
    inbound::account(shop, settings, std::env::var("REGULARS_IMAP_PASSWORD").ok())
}
