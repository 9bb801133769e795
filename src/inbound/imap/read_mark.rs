//! How far a folder was read: its UIDVALIDITY and its last UID, with the messages that were left to the owner.

use super::account::ImapAccount;
use crate::error::Result;
use crate::store::{Read, Write, params};

/// How far a folder was read (RFC 9051, 2.3.1.1).
#[derive(Debug, Clone, Default)]
pub(crate) struct ReadMark {
    pub(super) uid_validity: u32,
    pub(super) last_uid: u32,
    /// Left to the owner: they are read again until the owner has deleted or confirmed them.
    pub(super) left: Vec<u32>,
}

/// Which messages of a folder to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhichMessages {
    New,
    /// Also those that were left to the owner.
    NewAndLeft,
}

impl ReadMark {
    /// The same if the folder still has this UIDVALIDITY; otherwise everything is read again.
    pub(super) fn under(self, uid_validity: u32) -> Self {
        let is_same = self.uid_validity == uid_validity && uid_validity != 0;
        if is_same { self } else { Self { uid_validity, ..Self::default() } }
    }
}

pub(crate) fn read_mark(read: &Read<'_>, account: &ImapAccount) -> Result<ReadMark> {
    let (name, folder) = (account.name(), &account.folder);
    let sql = "SELECT uid_validity, last_uid FROM imap_folder WHERE account = ?1 AND folder = ?2";
    let Some((uid_validity, last_uid)) =
        read.first(sql, params![name, folder], |row| Ok((row.get(0)?, row.get(1)?)))?
    else {
        return Ok(ReadMark::default());
    };
    let sql = "SELECT uid FROM imap_left WHERE account = ?1 AND folder = ?2 ORDER BY uid";
    let left = read.all(sql, params![name, folder], |row| row.get(0))?;
    Ok(ReadMark { uid_validity, last_uid, left })
}

/// Records how far a folder was read; `left` are the requested messages that are left to the owner.
pub(super) fn remember(
    write: &Write<'_>,
    account: &ImapAccount,
    mark: &ReadMark,
    asked: &[u32],
    left: &[u32],
) -> Result<()> {
    let (name, folder) = (account.name(), &account.folder);
    let known = "SELECT count(*) > 0 FROM imap_folder WHERE account = ?1 AND folder = ?2 AND uid_validity = ?3";
    if !write.value::<bool>(known, params![name, folder, mark.uid_validity])? {
        write.run("DELETE FROM imap_left WHERE account = ?1 AND folder = ?2", params![name, folder])?;
    }
    // Another run may have read further in the meantime.
    let sql = "INSERT INTO imap_folder (account, folder, uid_validity, last_uid) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT (account, folder) DO UPDATE SET uid_validity = excluded.uid_validity, \
               last_uid = CASE WHEN imap_folder.uid_validity = excluded.uid_validity \
               AND imap_folder.last_uid > excluded.last_uid THEN imap_folder.last_uid ELSE excluded.last_uid END";
    write.run(sql, params![name, folder, mark.uid_validity, mark.last_uid])?;
    let mut done = write.prepare("DELETE FROM imap_left WHERE account = ?1 AND folder = ?2 AND uid = ?3")?;
    for uid in asked.iter().filter(|uid| !left.contains(uid) && mark.left.contains(uid)) {
        done.run(params![name, folder, *uid])?;
    }
    let mut leave = write.prepare(
        "INSERT INTO imap_left (account, folder, uid) VALUES (?1, ?2, ?3) ON CONFLICT (account, folder, uid) DO NOTHING",
    )?;
    for uid in left {
        leave.run(params![name, folder, *uid])?;
    }
    Ok(())
}
