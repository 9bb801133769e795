//! `customer duplicates`: possible duplicates.

use serde_json::json;

use super::one_line::one_line;
use crate::app;
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::customers::Pair;
use crate::error::Result;
use crate::text;

/// Show cards that may be the same person, with the reasons, most likely first.
#[derive(Debug, clap::Args)]
pub(super) struct DuplicatesArguments {
    /// The largest number of pairs; by default `--json` has them all.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

/// How many pairs are shown on the terminal by default.
const MOST_SHOWN: usize = 20;

pub(super) fn run(arguments: &DuplicatesArguments, context: &Context) -> Result<Done> {
    let mut pairs = app::duplicates::list(&context.shop()?)?;
    let found = pairs.len();
    pairs.truncate(arguments.limit.unwrap_or(usize::MAX));
    let object = json!({ "found": found, "pairs": pairs });
    if found == 0 {
        return Ok(Done::new("No one seems to be in the book twice.", &object));
    }
    let mut text = match found {
        1 => "1 pair may be one person:\n".to_owned(),
        _ => format!("{} may each be one person, most likely first:\n", text::count(found, "pair")),
    };
    let shown = arguments.limit.unwrap_or(MOST_SHOWN).min(pairs.len());
    for pair in &pairs[..shown] {
        text.push_str(&line(pair));
    }
    if shown < found {
        text.push_str(&format!("… and {} more; `--limit` shows them\n", text::thousands(found - shown)));
    }
    text.push_str(
        "Compare both with `regulars customer show REF`. Merge them with `regulars customer merge REF INTO`; if they are two people, record that with `regulars customer different REF OTHER`.\n",
    );
    Ok(Done::new(text, &object))
}

fn line(pair: &Pair) -> String {
    let one = |name: &str, reference: &str| format!("{} ({})", one_line(name), text::quote(reference));
    let (one, other) = (one(&pair.name, &pair.reference), one(&pair.other_name, &pair.other_ref));
    format!("{:>4}  {one} and {other}: {}\n", pair.score, text::list(&pair.why))
}
