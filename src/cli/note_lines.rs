//! `note-lines NAME`: a personal line for each letter, written in a spreadsheet and read back.

use std::path::PathBuf;

use serde_json::json;

use super::context::Context;
use super::done::Done;
use crate::app::note_lines::{self, LinesOutcome};
use crate::campaign::TakenLines;
use crate::error::Result;
use crate::text;

/// Write a sheet with each recipient's card and an empty line; `--take` reads back what you wrote into it.
#[derive(Debug, clap::Args)]
pub(super) struct NoteLinesArguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// Read the lines and signers of this sheet, as you saved it.
    #[arg(long, value_name = "FILE")]
    take: Option<PathBuf>,
}

pub(super) fn run(arguments: &NoteLinesArguments, context: &Context) -> Result<Done> {
    let (shop, slug, now) = (context.shop()?, &arguments.campaign, context.clock.now());
    let Some(file) = &arguments.take else {
        let sheet = note_lines::write_sheet(&shop, slug, now)?;
        let (file, cards) = (shop.shown(&sheet.file), text::count(sheet.recipients, "card"));
        let text = format!(
            "Wrote {cards} to {file}. Fill in `personal_line`, and `signer` where another person signs, and save it as CSV.\n\n\
             Next: regulars note-lines {slug} --take {file}\n",
        );
        let object = json!({ "campaign": slug, "file": file, "recipients": sheet.recipients });
        return Ok(Done::new(text, &object).warn(silent(sheet.silent, slug)));
    };
    let LinesOutcome { lines, print_again, silent: templates } = note_lines::read_sheet(&shop, slug, file, now)?;
    let mut object = serde_json::to_value(&lines).unwrap_or_default();
    object["campaign"] = slug.as_str().into();
    let again = print_again.then(|| "letters were already printed: print them again".to_owned());
    let silent = silent(templates, slug).filter(|_| lines.lines > 0);
    Ok(Done::new(summary(&lines), &object).warn(silent).warn(again))
}

/// `12 personal lines and 1 signer`, and whose are new, changed or removed.
fn summary(outcome: &TakenLines) -> String {
    let lines = text::count(outcome.lines, "personal line");
    let signers =
        if outcome.signers > 0 { format!(" and {}", text::count(outcome.signers, "signer")) } else { String::new() };
    let mut text = format!("Read {lines}{signers}.\n");
    let lists = [("New", &outcome.added), ("Changed", &outcome.changed), ("Removed", &outcome.removed)];
    if lists.iter().all(|(_, list)| list.is_empty()) && outcome.lines + outcome.signers == 0 {
        return "The sheet is empty.\n".to_owned();
    }
    if lists.iter().all(|(_, list)| list.is_empty()) {
        return format!("{lines}{signers}, all of them already stored.\n");
    }
    for (what, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        text.push_str(&format!("  {what}: {}\n", text::first_few(list, 5)));
    }
    text
}

/// A warning for templates that print no personal line.
fn silent(templates: Vec<String>, slug: &str) -> impl Iterator<Item = String> {
    templates.into_iter().map(move |file| {
        format!(
            "letter-templates/{file} does not print `{{{{ personal_line }}}}`: add it within an `if`, then `regulars plan {slug} --again`; the lines stay stored",
        )
    })
}
