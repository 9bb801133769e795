//! Turns database errors into messages for the owner.

use rusqlite::{ErrorCode, ffi};

use crate::error::{Error, ErrorKind};

/// SQLite's error when a file next to the database cannot grow.
const NO_ROOM: [i32; 2] = [ffi::SQLITE_IOERR_SHMSIZE, ffi::SQLITE_IOERR_SHMMAP];

/// Whether the error is temporary: another program has the database, or the disk is full.
pub(super) fn may_pass(error: &Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<rusqlite::Error>());
    let passes = [ErrorCode::DatabaseBusy, ErrorCode::DatabaseLocked, ErrorCode::DiskFull];
    cause.and_then(rusqlite::Error::sqlite_error).is_some_and(|error| passes.contains(&error.code) || is_no_room(error))
}

/// Whether another connection has a lock.
pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn is_no_room(error: &ffi::Error) -> bool {
    NO_ROOM.contains(&error.extended_code)
}

/// Whether a sum exceeded the database's largest number.
pub(crate) fn is_too_large_a_sum(error: &Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<rusqlite::Error>());
    cause.is_some_and(is_sum)
}

/// The error of a sum that is not made by the database.
pub(crate) fn too_large_a_sum() -> Error {
    of(rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ERROR),
        Some(OVERFLOW.to_owned()),
    ))
}

const OVERFLOW: &str = "integer overflow";

fn is_sum(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(_, Some(message)) if message == OVERFLOW)
}

/// Converts a database error.
pub(super) fn of(error: rusqlite::Error) -> Error {
    if is_sum(&error) {
        return Error::new("amounts in this shop are too large to be added up")
            .hint("`regulars doctor` names whose they are; `regulars import undo NUMBER` takes the import back that has them")
            .because(error);
    }
    let (message, hint) = match error.sqlite_error_code() {
        // The index of the log could not grow, which takes 32 kB.
        _ if error.sqlite_error().is_some_and(is_no_room) => {
            ("the disk is full; nothing was changed", "free some space, then do it again")
        }
        Some(ErrorCode::DiskFull) => ("the disk is full; nothing was changed", "free some space, then do it again"),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            ("another Regulars is writing to this shop folder", "wait until it is done, then do it again")
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            ("the database cannot be written", "check who owns the shop folder, and that it is not read-only")
        }
        Some(ErrorCode::NotADatabase) => (
            "this file is not a database of Regulars",
            "put the last backup back with `regulars restore FILE`, which keeps this file next to it",
        ),
        Some(ErrorCode::DatabaseCorrupt) => (
            "the database is damaged",
            "put the last backup back with `regulars restore FILE`, which keeps this file next to it",
        ),
        Some(ErrorCode::CannotOpen) => ("the database cannot be opened", "check that the folder exists and is yours"),
        Some(ErrorCode::SystemIoFailure) => (
            "the disk failed while the database was in use",
            "check the disk and its free space, then run `regulars doctor`",
        ),
        _ => ("the database refused a statement", "this is an error in the program: please report it"),
    };
    Error::of(ErrorKind::Machine, message).hint(hint).because(error)
}
