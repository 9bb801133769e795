//! Pieces with problems: none is sent or printed while problems may not be left out.

use crate::error::{Error, ErrorKind};
use crate::text;

/// How many problems an error names at most.
const MOST_SHOWN: usize = 20;

/// The error when `bad` of `all` pieces cannot be made: the first problems, and what to do. `verb` and `done` are such
/// as `print` and `printed`, `piece` names one piece.
pub(crate) fn nothing_went(
    (verb, done): (&str, &str),
    problems: Vec<Error>,
    (bad, all): (usize, usize),
    piece: &str,
) -> Error {
    let more = problems.len().saturating_sub(MOST_SHOWN);
    let mut shown: Vec<Error> = problems.into_iter().take(MOST_SHOWN).collect();
    if more > 0 {
        shown.push(Error::new(format!("{} of this kind", text::count(more, "more problem"))));
    }
    let (bad_shown, all_shown) = (text::thousands(bad), text::count(all, piece));
    let nothing = Error::new(format!("nothing was {done}: {bad_shown} of {all_shown} cannot be"));
    let hint = format!("fix them, or {verb} the others with `--leave-out-problems`");
    shown.push(if bad < all { nothing.hint(hint) } else { nothing });
    Error::all(shown).unwrap_or_else(|| Error::of(ErrorKind::Machine, format!("nothing was {done}")))
}
