//! `customer …`: what the book knows of one person, and what the owner tells it.

mod different;
mod duplicates;
mod export;
mod find;
mod forget;
mod merge;
mod note;
mod one_line;
mod resolve;
mod set;
mod show;
mod unforget;

use clap::Subcommand;

pub(super) use one_line::one_line;

use super::context::Context;
use super::done::Done;
use crate::error::Result;

/// Look somebody up, note what was said, keep the book right.
#[derive(Debug, clap::Args)]
pub(super) struct CustomerArguments {
    #[command(subcommand)]
    what: CustomerVerb,
}

#[derive(Debug, Subcommand)]
enum CustomerVerb {
    Find(find::FindArguments),
    Show(show::ShowArguments),
    Note(note::NoteArguments),
    Resolve(resolve::ResolveArguments),
    Set(set::SetArguments),
    Duplicates(duplicates::DuplicatesArguments),
    Merge(merge::MergeArguments),
    Unmerge(merge::Undo),
    Different(different::DifferentArguments),
    Forget(forget::ForgetArguments),
    Unforget(unforget::UnforgetArguments),
    Export(export::ExportArguments),
}

pub(super) fn run(arguments: &CustomerArguments, context: &Context) -> Result<Done> {
    match &arguments.what {
        CustomerVerb::Find(arguments) => find::run(arguments, context),
        CustomerVerb::Show(arguments) => show::run(arguments, context),
        CustomerVerb::Note(arguments) => note::run(arguments, context),
        CustomerVerb::Resolve(arguments) => resolve::run(arguments, context),
        CustomerVerb::Set(arguments) => set::run(arguments, context),
        CustomerVerb::Duplicates(arguments) => duplicates::run(arguments, context),
        CustomerVerb::Merge(arguments) => merge::run(arguments, context),
        CustomerVerb::Unmerge(arguments) => merge::undo(arguments, context),
        CustomerVerb::Different(arguments) => different::run(arguments, context),
        CustomerVerb::Unforget(arguments) => unforget::run(arguments, context),
        CustomerVerb::Forget(arguments) => forget::run(arguments, context),
        CustomerVerb::Export(arguments) => export::run(arguments, context),
    }
}
