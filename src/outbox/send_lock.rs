//! One runner at a time, and never with an outbox that is older than what this machine has sent.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::files;
use crate::store::Read;

use super::queue;

/// The right to send from a shop folder; given back when it is dropped, or the program ends in whatever way.
#[derive(Debug)]
pub(crate) struct SendLock {
    _lock: File,
    record: File,
    /// The step that was recorded last.
    pub(super) recorded: i64,
}

impl SendLock {
    /// Takes it.
    ///
    /// # Errors
    /// When another program sends from this folder.
    pub(crate) fn take(folder: &Path) -> Result<Self> {
        let open = |path: &Path| {
            files::remove_link(path)?;
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
            file.map_err(|e| Error::io("write", path, e))
        };
        let path = folder.join("sending.lock");
        let lock = open(&path)?;
        lock.try_lock().map_err(|e| match e {
            TryLockError::WouldBlock => Error::new("emails are being sent from this shop folder already")
                .hint("wait until that is done, or stop it with Ctrl-C where it runs"),
            TryLockError::Error(e) => Error::io("lock", &path, e),
        })?;
        let path = record_of(folder)?;
        let mut record = open(&path)?;
        let mut text = String::new();
        record.read_to_string(&mut text).map_err(|e| Error::io("read", &path, e))?;
        Ok(Self { _lock: lock, record, recorded: text.trim().parse().unwrap_or(0) })
    }

    /// Compares the outbox with what was recorded.
    ///
    /// # Errors
    /// When it is older, as after a backup was put back.
    pub(crate) fn check(&self, read: &Read<'_>, slug: &str) -> Result<()> {
        if queue::step(read)? >= self.recorded {
            return Ok(());
        }
        Err(Error::new("the outbox is older than what was sent from this folder last: emails that it has as queued may be out")
            .hint(format!(
                "was a backup put back? Compare `regulars outbox {slug}` with the mail server, then `regulars send {slug} --restored` sends what is queued"
            )))
    }

    /// Records how far the outbox has come.
    pub(super) fn record(&mut self, step: i64) -> Result<()> {
        let outcome = self.record.rewind().and_then(|()| self.record.write_all(format!("{step:020}\n").as_bytes()));
        outcome.map_err(|e| Error::new("what was sent cannot be recorded").because(e))?;
        self.recorded = step;
        Ok(())
    }
}

/// The file that remembers: with the user's own state, so that it stays when the folder is put back from a backup; in the
/// folder when the user has no such place.
fn record_of(folder: &Path) -> Result<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state =
        set("XDG_STATE_HOME").or_else(|| set("LOCALAPPDATA")).or_else(|| Some(set("HOME")?.join(".local/state")));
    let Some(state) = state else { return Ok(folder.join("sending.step")) };
    let home = folder.canonicalize().map_err(|e| Error::io("find", folder, e))?;
    let hash = Sha256::digest(home.as_os_str().as_encoded_bytes());
    let name = hash[..8].iter().fold(String::new(), |name, byte| name + &format!("{byte:02x}"));
    let state = state.join("regulars");
    std::fs::create_dir_all(&state).map_err(|e| Error::io("make the folder", &state, e))?;
    Ok(state.join(name + ".step"))
}
