//! The new messages of a folder, in batches; each message is dropped before the next is read.

use std::collections::BTreeMap;
use std::time::Duration;

use super::account::ImapAccount;
use super::fault::not_handed_out;
use super::read_mark::{ReadMark, WhichMessages, remember};
use super::session::ImapSession;
use crate::error::{Error, Result};
use crate::inbound::mailbox::mail_of;
use crate::inbound::message::{Mail, MailKind, headline};
use crate::store::Write;
use crate::text;

/// How many messages are fetched at once, and recorded in one transaction.
const BATCH: usize = 50;
/// After this many rejections in a row the server is the problem, not single messages.
const REFUSALS: usize = 5;
/// How long a check waits for the server.
const LONGEST_LOOK: Duration = Duration::from_secs(30);

/// A folder that is open for reading.
pub(crate) struct ImapMailbox {
    session: ImapSession,
    host: String,
    folder: String,
    mark: ReadMark,
    /// Still to be read, those left to the owner first.
    uids: Vec<u32>,
    read: usize,
}

/// A few messages, and what is recorded once they are acted on.
pub(crate) struct MailBatch {
    pub(crate) mails: Vec<Mail>,
    /// The requested ones; those that were deleted in the meantime have no mail.
    uids: Vec<u32>,
    mark: ReadMark,
}

impl MailBatch {
    /// Records that it was read, in the transaction that acts on it; `left` are those left to the owner.
    pub(crate) fn remember(&self, write: &Write<'_>, account: &ImapAccount, left: &[u32]) -> Result<()> {
        remember(write, account, &self.mark, &self.uids, left)
    }
}

impl ImapMailbox {
    /// Opens the folder, and determines which messages are to be read.
    ///
    /// # Errors
    /// When the server cannot be reached or is not trusted, rejects the password, or has no such folder.
    pub(crate) fn open(account: &ImapAccount, known: ReadMark, which: WhichMessages) -> Result<Self> {
        let opened = || {
            let mut session = ImapSession::open(account)?;
            let uid_validity = session.examine(&account.folder)?;
            let mark = known.under(uid_validity);
            let new =
                mark.last_uid.checked_add(1).map(|first| session.uids_from(first)).transpose()?.unwrap_or_default();
            let mut uids = if which == WhichMessages::NewAndLeft { mark.left.clone() } else { Vec::new() };
            uids.extend(new);
            let (host, folder) = (account.server.host.clone(), account.folder.clone());
            Ok(Self { session, host, folder, mark, uids, read: 0 })
        };
        opened().map_err(|fault: Error| fault.at(&account.server.host))
    }

    /// Opens the folder and disconnects.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub(crate) fn look(mut account: ImapAccount) -> Result<()> {
        account.timeout = account.timeout.min(LONGEST_LOOK);
        let opened = || {
            let mut session = ImapSession::open(&account)?;
            session.examine(&account.folder)?;
            session.quit();
            Ok(())
        };
        opened().map_err(|fault: Error| fault.at(&account.server.host))
    }

    pub(crate) fn len(&self) -> usize {
        self.uids.len()
    }

    pub(crate) fn read(&self) -> usize {
        self.read
    }

    /// The next messages; none when all are read.
    pub(crate) fn next_batch(&mut self) -> Result<Option<MailBatch>> {
        let uids: Vec<u32> = self.uids[self.read..].iter().take(BATCH).copied().collect();
        let Some(last) = uids.iter().max().copied() else { return Ok(None) };
        let mails = self.fetch(&uids).map_err(|fault| fault.at(&self.host))?;
        self.read += uids.len();
        self.mark.last_uid = self.mark.last_uid.max(last);
        Ok(Some(MailBatch { mails, uids, mark: self.mark.clone() }))
    }

    pub(crate) fn close(self) {
        self.session.quit();
    }

    fn fetch(&mut self, uids: &[u32]) -> Result<Vec<Mail>> {
        let (folder, garbled) = (self.folder.as_str(), self.session.garbled);
        let mut mails = BTreeMap::new();
        let mut add = |uid: u32, bytes: &[u8]| {
            if uids.contains(&uid) {
                mails.entry(uid).or_insert_with(|| mail(folder, uid, bytes));
            }
        };
        let done = self.session.fetch(&as_set(uids), &mut add)?;
        let is_whole = done.is_ok && self.session.garbled == garbled;
        let missing: Vec<u32> = uids.iter().copied().filter(|uid| !mails.contains_key(uid)).collect();
        if missing.is_empty() {
            return Ok(mails.into_values().collect());
        }
        // A broken response may be why nothing more came.
        let (mut reasons, mut in_a_row) = (BTreeMap::new(), 0);
        for uid in missing.iter().copied().filter(|_| !is_whole) {
            let garbled = self.session.garbled;
            let mut add = |found: u32, bytes: &[u8]| {
                if found == uid {
                    mails.insert(uid, mail(folder, uid, bytes));
                }
            };
            let done = self.session.fetch(&uid.to_string(), &mut add)?;
            if mails.contains_key(&uid) {
                in_a_row = 0;
            } else if !done.is_ok || self.session.garbled > garbled {
                let why = if done.is_ok { "its response cannot be understood".to_owned() } else { done.words };
                in_a_row += 1;
                if in_a_row >= REFUSALS {
                    return Err(not_handed_out(&why));
                }
                reasons.insert(uid, why);
            }
        }
        // A message that was deleted in the meantime is not an error.
        for uid in self.session.uids(&as_set(&missing))?.into_iter().filter(|uid| missing.contains(uid)) {
            let why = reasons.remove(&uid).unwrap_or_else(|| "it sends none of it".to_owned());
            let withheld = |place: Mail| Mail { kind: MailKind::Withheld { why }, ..place };
            mails.entry(uid).or_insert_with(|| withheld(mail(folder, uid, b"")));
        }
        Ok(mails.into_values().collect())
    }
}

/// A message with its folder, its number, and a description for the owner.
fn mail(folder: &str, uid: u32, bytes: &[u8]) -> Mail {
    let place = format!("{} {uid}{}", text::quote(folder), headline(bytes));
    Mail { uid: Some(uid), ..mail_of(&place, bytes) }
}

/// Formats sorted numbers as `5:9,12`.
fn as_set(uids: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for uid in uids {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*uid) => *last = *uid,
            _ => ranges.push((*uid, *uid)),
        }
    }
    let shown =
        ranges.iter().map(|(first, last)| if first == last { first.to_string() } else { format!("{first}:{last}") });
    shown.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_ranges() {
        for (uids, set) in [
            (&[5_u32][..], "5"),
            (&[5, 6, 7, 9, 10, 12], "5:7,9:10,12"),
            (&[u32::MAX - 1, u32::MAX], "4294967294:4294967295"),
            (&[12, 3, 4], "12,3:4"),
        ] {
            assert_eq!(as_set(uids), set);
        }
    }
}
