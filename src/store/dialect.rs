//! What databases say in different words.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::fault;
use crate::error::Result;
use crate::text::case_folded;

/// The function of [`folded_sql`], which SQLite does not have.
const FOLDED: &str = "case_folded";

/// SQL for a text as [`case_folded`] gives it. PostgreSQL from 18 on has it as `casefold(normalize(…))`.
///
/// SQLite's own `LOWER` is several times faster, and right for texts of ASCII.
pub(crate) fn folded_sql(text: &str) -> String {
    format!("(CASE WHEN {text} GLOB '*[^ -~]*' THEN {FOLDED}({text}) ELSE LOWER({text}) END)")
}

/// Gives a connection the functions that statements of this program use.
pub(super) fn add_functions(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    let folded = connection.create_scalar_function(FOLDED, 1, flags, |context| {
        let text = context.get_raw(0).as_str_or_null()?;
        Ok(text.map(|text| case_folded(text).into_owned()))
    });
    folded.map_err(fault::of)
}

/// The condition that a text has none of the characters of a class such as `a-z,;`.
macro_rules! has_none_of {
    ($text:expr, $class:literal) => {
        concat!($text, " NOT GLOB '*[", $class, "]*'")
    };
}
pub(crate) use has_none_of;
