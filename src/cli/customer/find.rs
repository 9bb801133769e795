//! `customer find WORDS`: finds a customer.

use serde_json::json;

use super::one_line::one_line;
use crate::app;
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::customers::Hit;
use crate::error::{Error, Result};
use crate::text;

/// Find a customer by name (typing errors are tolerated), reference, town, email or phone number.
#[derive(Debug, clap::Args)]
pub(super) struct FindArguments {
    /// All words must match: `smyth "palo alto"`, `C-0017`, `0123`.
    #[arg(value_name = "WORDS", required = true)]
    words: Vec<String>,
}

/// How many are listed.
const MOST_SHOWN: usize = 20;

pub(super) fn run(arguments: &FindArguments, context: &Context) -> Result<Done> {
    let today = context.clock.today();
    let typed = arguments.words.join(" ");
    let (all, found) = app::find::find(&context.shop()?, &typed, today, MOST_SHOWN)?;
    if found.is_empty() {
        return Err(Error::new(format!("no one matches {}", text::quote(&typed)))
            .hint("try the surname alone, the town, or the last digits of the phone number"));
    }
    let widest = |cell: fn(&Hit) -> &String, least: usize| {
        found.iter().map(|hit| cell(hit).chars().count()).max().unwrap_or(0).clamp(least, 40)
    };
    let (refs, names, towns) =
        (widest(|hit| &hit.reference, 3), widest(|hit| &hit.name, 4), widest(|hit| &hit.city, 4));
    let mut text = format!("{:<refs$}  {:<names$}  {:<towns$}  last here\n", "ref", "name", "town");
    for hit in &found {
        let ago = hit.last_visit.map_or("never".to_owned(), |day| text::ago(day, today));
        let (reference, name, city) = (one_line(&hit.reference), one_line(&hit.name), one_line(&hit.city));
        text.push_str(&format!("{reference:<refs$}  {name:<names$}  {city:<towns$}  {ago}\n"));
    }
    if all > found.len() {
        text.push_str(&format!("… and {} more; another word narrows it down\n", text::thousands(all - found.len())));
    }
    Ok(Done::new(text, &json!({ "words": typed, "found": all, "customers": found })))
}
