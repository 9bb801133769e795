//! `customer …`: looks up and changes one customer's card.

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
mod unmerge;

pub(super) use forget::late_warnings;
pub(super) use one_line::one_line;

use super::context::Context;
use super::done::Done;
use super::verb_list::verbs;
use crate::error::Result;

/// Look up a customer, record notes, correct the card.
#[derive(Debug, clap::Args)]
pub(super) struct CustomerArguments {
    #[command(subcommand)]
    what: CustomerVerb,
}

verbs! { CustomerVerb:
    Find = find::FindArguments,
    Show = show::ShowArguments,
    Note = note::NoteArguments,
    Resolve = resolve::ResolveArguments,
    Set = set::SetArguments,
    Duplicates = duplicates::DuplicatesArguments,
    Merge = merge::MergeArguments,
    Unmerge = unmerge::UnmergeArguments,
    Different = different::DifferentArguments,
    Forget = forget::ForgetArguments,
    Unforget = unforget::UnforgetArguments,
    Export = export::ExportArguments,
}

pub(super) fn run(arguments: &CustomerArguments, context: &Context) -> Result<Done> {
    arguments.what.run(context)
}
