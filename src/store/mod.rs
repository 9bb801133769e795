//! The shop's one SQLite file: opened and migrated, read in snapshots, written in transactions.
//!
//! All other code uses [`Read`], [`Write`] and [`Row`] with portable SQL and `?1` parameters. Days are whole days since
//! 1970-01-01, times are ISO text, money is minor units, absent text is `''`.

mod backup;
mod database;
mod dialect;
mod fault;
mod lock;
mod migrations;
mod restore;
mod setting;
mod statement;
mod value;
mod watch;

pub(crate) use backup::{Finding, backup, examine};
pub(crate) use database::{Store, StoreReader};
pub(crate) use dialect::{folded_equal_sql, folded_like_sql, folded_sql, is_email};
pub(crate) use fault::{is_too_large_a_sum, too_large_a_sum};
pub(crate) use lock::ShopLock;
pub(crate) use restore::{OldDatabase, Restoring};
pub(crate) use statement::{PreparedStatement, Read, Row, Write};
pub(crate) use value::{ToValue, Value};
pub(crate) use watch::files_of;

/// Parameters of a statement, in the order of `?1`, `?2` ….
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::store::ToValue::to_value(&$value)),*] as &[$crate::store::Value<'_>] };
}
pub(crate) use params;
