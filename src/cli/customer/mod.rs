//! `customer …`: what the book knows of one person, and what the owner tells it.

mod different;
mod duplicates;
mod export;
mod find;
mod forget;
mod merge;
mod note;
mod resolve;
mod set;
mod show;
mod unforget;

use clap::Subcommand;

use super::Context;
use super::done::Done;
use crate::customers::Customer;
use crate::error::Result;
use crate::text;

/// Look somebody up, note what was said, keep the book right.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Find(find::Arguments),
    Show(show::Arguments),
    Note(note::Arguments),
    Resolve(resolve::Arguments),
    Set(set::Arguments),
    Duplicates(duplicates::Arguments),
    Merge(merge::Arguments),
    Unmerge(merge::Undo),
    Different(different::Arguments),
    Forget(forget::Arguments),
    Unforget(unforget::Arguments),
    Export(export::Arguments),
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    match &arguments.what {
        What::Find(arguments) => find::run(arguments, context),
        What::Show(arguments) => show::run(arguments, context),
        What::Note(arguments) => note::run(arguments, context),
        What::Resolve(arguments) => resolve::run(arguments, context),
        What::Set(arguments) => set::run(arguments, context),
        What::Duplicates(arguments) => duplicates::run(arguments, context),
        What::Merge(arguments) => merge::run(arguments, context),
        What::Unmerge(arguments) => merge::undo(arguments, context),
        What::Different(arguments) => different::run(arguments, context),
        What::Unforget(arguments) => unforget::run(arguments, context),
        What::Forget(arguments) => forget::run(arguments, context),
        What::Export(arguments) => export::run(arguments, context),
    }
}

/// Somebody with their reference: ``Rosa Okafor (`C-0088`)``.
fn who(customer: &Customer) -> String {
    format!("{} ({})", said(&customer.name()), text::quote(&customer.reference))
}

/// A text of somebody's card on the terminal: on one line, and unable to move the cursor.
fn said(text: &str) -> String {
    let is_hidden = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain: String = text.chars().filter(|c| !is_hidden(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.trim().to_owned()
}
