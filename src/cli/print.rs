//! `print NAME`: the letters in posting order, with their manifest and a cover sheet; or the labels or envelopes for them.

use std::num::NonZeroUsize;
use std::path::Path;

use serde_json::json;

use super::context::Context;
use super::done::Done;
use super::progress::watched;
use crate::app::print::{self, LabelOptions, PrintForm, PrintOptions, PrintOutcome};
use crate::domain::Channel;
use crate::error::{Error, Result};
use crate::letter::Envelope;
use crate::shop::Shop;
use crate::text;

/// Print the letters in posting order, with a manifest and a cover sheet; or labels or envelopes for them.
///
/// May be repeated any number of times.
#[derive(Debug, clap::Args)]
pub(super) struct PrintArguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// Print from this number on.
    #[arg(long, value_name = "N")]
    from: Option<usize>,
    /// Print up to this number.
    #[arg(long, value_name = "M")]
    to: Option<usize>,
    /// Print the letters of a reminder again that `run` has printed; the first by default.
    #[arg(long, value_name = "N")]
    wave: Option<NonZeroUsize>,
    /// Print the letters without problems, and list the others.
    #[arg(long)]
    leave_out_problems: bool,
    /// Also print letters that are held back: because of an open complaint, or an opt-out after the plan.
    #[arg(long, conflicts_with = "wave")]
    despite: bool,
    /// For printing on both sides: each letter starts on a front side.
    #[arg(long, conflicts_with_all = ["each", "labels", "envelopes"])]
    duplex: bool,
    /// Write one file per person, in out/NAME/letters/.
    #[arg(long, conflicts_with_all = ["labels", "envelopes"])]
    each: bool,
    /// Instead, a list with addresses and greetings for a company that prints and mails the letters.
    #[arg(long, conflicts_with_all = ["each", "duplex", "labels", "envelopes"])]
    list: bool,
    /// Address labels for the letters instead: 5160, 5161, 5163, L7160, L7162, L7163, or a name of `[[labels]]` in shop.toml.
    #[arg(long, value_name = "SHEET", conflicts_with = "envelopes")]
    labels: Option<String>,
    /// The first free label on the first sheet, counted row by row.
    #[arg(long, value_name = "N", requires = "labels", default_value_t = 1)]
    start: usize,
    /// Move the labels this many mm to the right and down; `-1,0.5` is to the left and down.
    #[arg(long, value_name = "X,Y", requires = "labels", allow_hyphen_values = true)]
    nudge: Option<String>,
    /// Print only the outlines of the labels, to compare with the sheet.
    #[arg(long, requires = "labels")]
    outline: bool,
    /// Addressed envelopes for the letters instead: 10, dl or c5.
    #[arg(long, value_name = "SIZE")]
    envelopes: Option<String>,
}

pub(super) fn run(arguments: &PrintArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let form = match (&arguments.labels, &arguments.envelopes) {
        (Some(sheet), _) => PrintForm::Labels(LabelOptions {
            sheet: sheet.clone(),
            start: arguments.start,
            nudge: arguments.nudge.clone(),
            outline: arguments.outline,
        }),
        (_, Some(size)) => PrintForm::Envelopes(Envelope::called(size)?),
        _ if arguments.each => PrintForm::Each,
        _ if arguments.list => PrintForm::List,
        _ => PrintForm::Letters,
    };
    let options = PrintOptions {
        from: arguments.from,
        to: arguments.to,
        wave: arguments.wave,
        leave_out_problems: arguments.leave_out_problems,
        despite: arguments.despite,
        duplex: arguments.duplex,
    };
    let slug = &arguments.campaign;
    let printed = watched(context, |progress| print::print(&shop, slug, &form, &options, progress))?;
    let PrintOutcome { count, pages, sheets, size, .. } = printed;
    let (file, cover) = (shop.shown(&printed.file), shown(&shop, printed.cover.as_deref()));
    let left_out: Vec<&str> = printed.left_out.iter().map(Error::message).collect();
    let done = match form {
        PrintForm::Letters => {
            let manifest = shown(&shop, printed.manifest.as_deref());
            let text = format!(
                "Printed {} on {}{} to {file}, in posting order; {} lists who is on which page{}.",
                Channel::Letter.count(count),
                text::count(pages, "page"),
                if arguments.duplex { format!(" of {}", text::count(sheets, "sheet")) } else { String::new() },
                manifest.as_deref().unwrap_or_default(),
                cover.as_ref().map_or(String::new(), |cover| format!(", {cover} has the counts")),
            );
            let object = json!({
                "campaign": slug, "letters": count, "pages": pages, "sheets": sheets, "file": file, "manifest": manifest,
                "cover": cover, "left_out": left_out,
            });
            Done::new(text, &object)
        }
        PrintForm::Each => {
            let text = format!(
                "Printed {}, one file a person, into {file}{}{}.",
                Channel::Letter.count(count),
                std::path::MAIN_SEPARATOR,
                cover.as_ref().map_or(String::new(), |cover| format!("; {cover} has the counts")),
            );
            let object = json!({
                "campaign": slug, "letters": count, "pages": pages, "folder": file, "cover": cover, "left_out": left_out,
            });
            Done::new(text, &object)
        }
        PrintForm::List => {
            let text = format!(
                "Wrote {} with address, greeting and code to {file}, in posting order. They count as printed.",
                Channel::Letter.count(count),
            );
            let object = json!({
                "campaign": slug, "letters": count, "pages": pages, "file": file, "left_out": left_out,
            });
            Done::new(text, &object)
        }
        PrintForm::Labels(LabelOptions { outline: true, .. }) => {
            let text = format!(
                "The outlines of {size} are in {file}: print them on plain paper, compare it with a sheet of labels, and correct the offset with `--nudge`.",
            );
            Done::new(text, &json!({ "campaign": slug, "sheet": size, "file": file }))
        }
        PrintForm::Labels(_) => {
            let (labels, on) = (text::count(count, "label"), text::count(sheets, "sheet"));
            let text = format!("Printed {labels} on {on} of {size} to {file}, in the order of the letters.");
            let object = json!({
                "campaign": slug, "labels": count, "sheets": sheets, "sheet": size, "file": file, "left_out": left_out,
            });
            Done::new(text, &object)
        }
        PrintForm::Envelopes(_) => {
            let envelopes = text::count(count, "envelope");
            let text = format!("Printed {envelopes} ({size}) to {file}, in the order of the letters.");
            let object =
                json!({ "campaign": slug, "envelopes": count, "size": size, "file": file, "left_out": left_out });
            Done::new(text, &object)
        }
    };
    let is_partial = !left_out.is_empty();
    let left_out = printed.left_out.iter().map(|problem| format!("left out: {problem}"));
    Ok(done.warn(printed.warnings).warn(left_out).warn(printed.differences).partial(is_partial))
}

fn shown(shop: &Shop, path: Option<&Path>) -> Option<String> {
    path.map(|path| shop.shown(path))
}
