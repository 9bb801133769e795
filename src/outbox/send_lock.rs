//! One sender at a time, and never with an outbox that is older than what was sent from this shop.
//!
//! The step of the outbox is recorded outside the database: in the user's state folder, under the shop's key, so that
//! it is found wherever the shop folder is; and in the shop folder, so that a copy of the folder includes it. An outbox
//! behind either record is an older copy. One that has sent, without a record here, was moved or copied. Both wait for
//! the owner.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Seek, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::queue;
use crate::error::{Error, Result};
use crate::files;
use crate::store::{Read, Store, Write};

/// A setting of shops whose key is shared, as in every demo: it distinguishes them.
const SET_APART: &str = "set_apart";
/// A setting of shops of an older version, whose record depends on the path of the folder.
const BY_PATH: &str = "sent_by_path";

/// The lock for sending from a shop; released when it is dropped or the program ends.
#[derive(Debug)]
pub(crate) struct SendLock {
    _folder: File,
    records: Vec<StepRecord>,
}

impl SendLock {
    /// Takes the lock for `regulars {command}`. With `restored` the owner confirms that the outbox may be older than
    /// what was sent.
    ///
    /// # Errors
    /// When another program is sending from this shop, or the outbox may be older than what was sent.
    pub(crate) fn take(folder: &Path, store: &mut Store, restored: bool, command: &str) -> Result<Self> {
        let lock = lock_folder(folder)?;
        let shop = shop_mark(&store.read())?;
        let (state, mut records) = (state_folder()?, Vec::new());
        if let Some(state) = &state {
            records.push(StepRecord::open(state.join(format!("{shop}.sent")), &shop)?);
        }
        records.push(StepRecord::open(folder.join("sending.step"), &shop)?);
        if records[0].step.is_none() && store.read().setting(BY_PATH)?.is_some() {
            let by_path = state.map_or(Ok(None), |state| step_by_path(&state, folder))?;
            records[0].step = by_path.max(records.iter().filter_map(|record| record.unmarked).max());
        }
        let mut send_lock = Self { _folder: lock, records };
        send_lock.compare(store, restored, command)?;
        Ok(send_lock)
    }

    /// Compares the outbox with the records; from then on it is recorded here.
    fn compare(&mut self, store: &mut Store, restored: bool, command: &str) -> Result<()> {
        let step = queue::step(&store.read())?;
        let recorded = self.records.iter().filter_map(|record| record.step).max().unwrap_or(0);
        if restored {
            store.write(|write| queue::catch_up(write, recorded))?;
        } else if step < recorded {
            let what = "the outbox is older than what was sent from this shop last: emails that are queued in it may have been sent";
            return Err(Error::new(what).hint(format!(
                "if a backup was put back, or this is a copy: compare what is queued with the mail server's log; then \
                 `regulars {command} --restored`, once, sends it"
            )));
        } else if step > 0 && self.records[0].step.is_none() {
            let what = "emails were sent from this shop in another place, or by another user: what is queued here may have \
                        been sent there";
            return Err(Error::new(what).hint(format!(
                "if this is the same shop, moved here and used nowhere else: `regulars {command} --restored`, once; if it is a \
                 copy or a backup, compare what is queued with the mail server's log first"
            )));
        }
        self.record(step.max(recorded))
    }

    /// Records the step of the outbox.
    pub(super) fn record(&mut self, step: i64) -> Result<()> {
        self.records.iter_mut().try_for_each(|record| record.write(step))
    }
}

/// The lock for recording what an interrupted run has left in this folder.
///
/// # Errors
/// When another program is sending from this folder.
pub(super) fn lock_folder(folder: &Path) -> Result<File> {
    let path = folder.join("sending.lock");
    let lock = open(&path)?;
    try_lock(&lock, &path)?;
    Ok(lock)
}

/// Distinguishes a shop from others with the same key.
pub(crate) fn set_apart(write: &Write<'_>, number: &[u8]) -> Result<()> {
    write.set_setting(SET_APART, number)
}

/// A file with the step of a shop's outbox.
#[derive(Debug)]
struct StepRecord {
    path: PathBuf,
    file: File,
    shop: String,
    step: Option<i64>,
    /// A step without the ID of a shop, as older versions wrote it.
    unmarked: Option<i64>,
}

impl StepRecord {
    /// Opens and locks it: a copy of the shop in another folder has the same record. A record of another shop is
    /// ignored.
    fn open(path: PathBuf, shop: &str) -> Result<Self> {
        let mut file = open(&path)?;
        try_lock(&file, &path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|e| Error::io("read", &path, e))?;
        let text = String::from_utf8_lossy(&bytes);
        let mut words = text.split_whitespace();
        let (step, mark) = (words.next().and_then(|step| step.parse().ok()), words.next());
        let of = |is_so: bool| step.filter(|_| is_so);
        Ok(Self { step: of(mark == Some(shop)), unmarked: of(mark.is_none()), shop: shop.to_owned(), path, file })
    }

    fn write(&mut self, step: i64) -> Result<()> {
        let text = format!("{step:020} {}\n", self.shop);
        let outcome = self.file.rewind().and_then(|()| self.file.write_all(text.as_bytes()));
        outcome.map_err(|e| Error::io("record what was sent in", &self.path, e))?;
        self.step = Some(step);
        Ok(())
    }
}

/// The ID of a shop in its records: its key cannot be derived from it.
fn shop_mark(read: &Read<'_>) -> Result<String> {
    let mut hash = Sha256::new_with_prefix(b"what was sent from the shop with the key ");
    hash.update(read.shop_key()?);
    hash.update(read.setting(SET_APART)?.unwrap_or_default());
    Ok(short(&hash.finalize()))
}

/// The step that an older version recorded for the shop in this folder.
fn step_by_path(state: &Path, folder: &Path) -> Result<Option<i64>> {
    let place = folder.canonicalize().map_err(|e| Error::io("find", folder, e))?;
    let path = state.join(short(&Sha256::digest(place.as_os_str().as_encoded_bytes())) + ".step");
    Ok(std::fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok()))
}

/// The first bytes of a hash, in hexadecimal digits.
fn short(hash: &[u8]) -> String {
    hash[..8].iter().fold(String::new(), |name, byte| name + &format!("{byte:02x}"))
}

/// The user's state folder, created if missing; none when the user has no such place.
fn state_folder() -> Result<Option<PathBuf>> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state =
        set("XDG_STATE_HOME").or_else(|| set("LOCALAPPDATA")).or_else(|| Some(set("HOME")?.join(".local/state")));
    let Some(state) = state.map(|state| state.join("regulars")) else { return Ok(None) };
    std::fs::create_dir_all(&state).map_err(|e| unwritable("make the folder", &state, e))?;
    Ok(Some(state))
}

fn open(path: &Path) -> Result<File> {
    files::open_or_create(path).map_err(|e| unwritable("write", path, e))
}

fn unwritable(what: &str, path: &Path, cause: std::io::Error) -> Error {
    let is_full = cause.kind() == ErrorKind::StorageFull;
    let error = Error::io(what, path, cause);
    if is_full {
        error
    } else {
        error.hint("what was sent is recorded here: without that no email goes; XDG_STATE_HOME may name another folder, which has to stay")
    }
}

fn try_lock(file: &File, path: &Path) -> Result<()> {
    files::try_lock(file, path, || {
        Error::new("emails are being sent from this shop folder already")
            .hint("wait until that is done, or stop it with Ctrl-C where it runs")
    })
}
