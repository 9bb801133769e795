//! `import customers FILE` and `import purchases FILE`; the other verbs of `import` have their own files.

use std::path::PathBuf;

use clap::Subcommand;

use super::context::Context;
use super::done::Done;
use super::import_file::{self, FileArguments};
use super::output::to_stderr;
use super::progress::progress;
use super::stop::stop_soon_on_ctrl_c;
use super::{import_list, import_past, import_undo};
use crate::app::import::{self, ImportProgress, ImportRequest, PurchaseImport, Recognised};
use crate::error::Result;
use crate::import::{BookProfile, ImportOptions, KnownBy};

/// Import customers or purchases from a CSV file or a workbook; list imports, and undo them.
#[derive(Debug, clap::Args)]
pub(super) struct ImportArguments {
    #[command(subcommand)]
    verb: ImportVerb,
}

#[derive(Debug, Subcommand)]
enum ImportVerb {
    /// Import customers: new cards, and changes of existing ones. Empty cells never erase what is on a card.
    Customers(CustomerFile),
    /// Import purchases: each counts once, however often the file is imported.
    Purchases(PurchaseFile),
    PastCampaign(import_past::ImportPastArguments),
    List(import_list::ImportListArguments),
    Undo(import_undo::ImportUndoArguments),
}

#[derive(Debug, clap::Args)]
struct CustomerFile {
    /// A CSV with a header row, a workbook (.xlsx, .ods, .xls), or address cards (.vcf).
    #[arg(value_name = "FILE")]
    path: PathBuf,
    #[command(flatten)]
    file: FileArguments,
    /// The kind of export, if its headings do not show it: `square-customers`, `outlook`, `plain` …
    #[arg(long, value_name = "DIALECT")]
    from: Option<String>,
    /// Which comes first in a birthday such as 03/04/1989: `dmy` or `mdy`.
    #[arg(long, value_name = "ORDER")]
    date_order: Option<String>,
}

#[derive(Debug, clap::Args)]
struct PurchaseFile {
    /// A CSV with a header row, or a workbook (.xlsx, .ods, .xls).
    #[arg(value_name = "FILE")]
    path: PathBuf,
    #[command(flatten)]
    file: FileArguments,
    /// Which comes first in 03/04/1989: `dmy` or `mdy`.
    #[arg(long, value_name = "ORDER")]
    date_order: Option<String>,
    /// The separator before the cents in 1.149 and 1,149: `point` or `comma`; needed only when no other row shows it.
    #[arg(long, value_name = "SIGN")]
    decimal: Option<String>,
    /// The kind of export, if its headings do not show it: `square-items`, `shopify-orders`, `plain` …
    #[arg(long, value_name = "DIALECT")]
    from: Option<String>,
    /// The scope in which receipt numbers are unique, for shops with several tills of one kind; by default the
    /// exporting system.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Add a card without a name for each reference that is not in the book.
    #[arg(long)]
    new_customers: bool,
}

pub(super) fn run(arguments: &ImportArguments, context: &Context) -> Result<Done> {
    let (path, file, noun, options, purchases) = match &arguments.verb {
        ImportVerb::PastCampaign(past) => return import_past::run(past, context),
        ImportVerb::List(list) => return import_list::run(list, context),
        ImportVerb::Undo(undo) => return import_undo::run(undo, context),
        ImportVerb::Customers(CustomerFile { path, file, from, date_order }) => {
            let day_order = date_order.as_deref().map(str::parse).transpose()?;
            let options =
                ImportOptions { from: from.as_deref(), map: &file.map, day_order, ..ImportOptions::default() };
            (path, file, "customer", options, None)
        }
        ImportVerb::Purchases(PurchaseFile { path, file, date_order, decimal, from, source, new_customers }) => {
            let day_order = date_order.as_deref().map(str::parse).transpose()?;
            let decimal = decimal.as_deref().map(str::parse).transpose()?;
            let options =
                ImportOptions { from: from.as_deref(), map: &file.map, day_order, decimal, ..ImportOptions::default() };
            let purchases = PurchaseImport { source: source.as_deref(), new_customers: *new_customers };
            (path, file, "purchase", options, Some(purchases))
        }
    };
    let shop = context.shop()?;
    file.ask(&shop, path)?;
    let in_words = |profile: &BookProfile| format!("{}\n", profile.in_words(shop.settings.currency));
    let bar = progress(context, 0, "Reading");
    let show = |at: ImportProgress<'_>| match at {
        ImportProgress::Recognised(recognised) => show_recognised(recognised, context),
        ImportProgress::Profile(profile) => {
            bar.finish_and_clear();
            if context.watched && !file.dry_run {
                to_stderr(&in_words(profile));
            }
        }
        at => import_file::show_step(&bar, &at),
    };
    let stop = stop_soon_on_ctrl_c()?;
    let request = ImportRequest { file: file.file(path), options, purchases, with_profile: context.watched };
    let (imported, recognised, profile) = import::import(&shop, request, context.clock.now(), (&stop, &show))?;
    bar.finish_and_clear();
    let mut done = import_file::outcome(file, noun, imported);
    if let Some(object) = done.json.as_object_mut() {
        object.insert("dialect".into(), recognised.dialect.name.into());
        let reference = match recognised.known_by {
            KnownBy::Reference => "column",
            KnownBy::Contact => "email or phone",
            KnownBy::NameAndAddress => "name and address",
        };
        object.insert("reference".into(), reference.into());
        if let Some(profile) = &profile {
            object.insert("profile".into(), serde_json::to_value(profile).unwrap_or_default());
        }
    }
    if let Some(profile) = profile.filter(|_| file.dry_run && done.refusal.is_empty()) {
        done.text.push_str(&in_words(&profile));
    }
    Ok(done)
}

/// "This looks like a Square customer export." For plain lists it is shown only on a terminal.
fn show_recognised(recognised: &Recognised, context: &Context) {
    if recognised.dialect.is_plain() && !context.watched && recognised.known_by == KnownBy::Reference {
        return;
    }
    to_stderr(&format!("This looks like {}.\n", recognised.dialect.title));
    to_stderr(match recognised.known_by {
        KnownBy::Reference => "",
        KnownBy::Contact => "It has no customer numbers: people are identified by email, else by phone.\n",
        KnownBy::NameAndAddress => "It has no customer numbers: people are identified by name and address.\n",
    });
}
