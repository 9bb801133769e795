//! What differs between databases.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::fault;
use crate::domain::EmailAddress;
use crate::error::Result;
use crate::text::case_folded;

/// The SQL function for [`case_folded`]. PostgreSQL from 18 on has it as `casefold(normalize(…))`.
const FOLDED: &str = "case_folded";

/// The SQL function that tests for an [`EmailAddress`].
const IS_EMAIL: &str = "is_email";

/// SQL for whether a text is an email address, with the function `is_email`; most invalid ones are empty.
macro_rules! is_email {
    ($text:literal) => {
        concat!("(", $text, " <> '' AND is_email(", $text, "))")
    };
}
pub(crate) use is_email;

/// SQL that chooses one of two expressions, the first for non-ASCII texts: for all others SQLite's own functions are
/// correct, and several times faster.
fn by_letters(text: &str, others: &str, ascii: &str) -> String {
    format!("(CASE WHEN LENGTH({text}) <> OCTET_LENGTH({text}) THEN {others} ELSE {ascii} END)")
}

/// SQL for [`case_folded`].
pub(crate) fn folded_sql(text: &str) -> String {
    by_letters(text, &format!("{FOLDED}({text})"), &format!("LOWER({text})"))
}

/// SQL for whether a text equals one that is already folded.
pub(crate) fn folded_equal_sql(text: &str, folded: &str) -> String {
    by_letters(text, &format!("{FOLDED}({text}) = {folded}"), &format!("{text} = {folded} COLLATE NOCASE"))
}

/// SQL for whether a text matches a pattern that is already folded, with backslash as escape character.
pub(crate) fn folded_like_sql(text: &str, pattern: &str) -> String {
    let like = format!("LIKE {pattern} ESCAPE '\\'");
    by_letters(text, &format!("{FOLDED}({text}) {like}"), &format!("{text} {like}"))
}

/// Adds the functions that statements of this program use to a connection.
pub(super) fn add_functions(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    let folded = connection.create_scalar_function(FOLDED, 1, flags, |context| {
        let text = context.get_raw(0).as_str_or_null()?;
        Ok(text.map(|text| case_folded(text).into_owned()))
    });
    folded.map_err(fault::of)?;
    let is_email = connection.create_scalar_function(IS_EMAIL, 1, flags, |context| {
        Ok(context.get_raw(0).as_str_or_null()?.is_some_and(EmailAddress::is_one))
    });
    is_email.map_err(fault::of)
}
