//! `print NAME`: one PDF for all, in posting order, with its manifest.

use std::path::Path;

use serde_json::json;

use super::done::Done;
use super::{Context, pieces, progress};
use crate::campaign::{self, Recipient};
use crate::error::{Error, Kind, Result};
use crate::letter::{self, OnDesk, Printed};
use crate::shop;
use crate::words;

/// Print the letters: one PDF in posting order, with a manifest. May be run any number of times.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// From this number on.
    #[arg(long, value_name = "N")]
    from: Option<usize>,
    /// Up to this number.
    #[arg(long, value_name = "M")]
    to: Option<usize>,
    /// Print the letters that are in order, and list those that are not.
    #[arg(long)]
    leave_out_problems: bool,
    /// Let letters go that wait: for a complaint to be put right, or because of a wish since the plan.
    #[arg(long)]
    despite: bool,
}

/// How many problems are shown on the terminal; `--json` has them all.
const MOST_SHOWN: usize = 20;

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let mut store = shop.store()?;
    let on = OnDesk::take(&store.read(), &shop, &arguments.campaign)?;
    let on = if arguments.despite { on.despite() } else { on };
    let all = campaign::recipients(&store.read(), on.planned.id)?;
    let (from, to) = (arguments.from.unwrap_or(1), arguments.to.unwrap_or(usize::MAX));
    let wanted = |r: &&Recipient| r.channel == "letter" && r.number.is_some_and(|n| (from..=to).contains(&n));
    let letters: Vec<&Recipient> = all.iter().filter(wanted).collect();
    if letters.is_empty() {
        let hint = if all.iter().any(|r| r.channel == "letter") {
            "look at the numbers in `regulars recipients`"
        } else {
            "its pieces are emails: `regulars send`"
        };
        return Err(Error::new(format!("{} has no letter to print", words::quote(&arguments.campaign))).hint(hint));
    }
    let part = if arguments.from.is_some() || arguments.to.is_some() {
        let number = |r: Option<&&Recipient>| r.and_then(|r| r.number).unwrap_or(0);
        format!("-{}-{}", number(letters.first()), number(letters.last()))
    } else {
        String::new()
    };
    let folder = shop.out(&arguments.campaign);
    let (pdf, manifest) = (folder.join(format!("letters{part}.pdf")), folder.join(format!("manifest{part}.csv")));
    let bar = progress(context, letters.len(), "Setting letters");
    let step = |done: usize| bar.set_position(done as u64);
    let (printed, problems) = write(
        &pdf,
        |out| {
            let printed = on.print(&letters, arguments.leave_out_problems, &step, out)?;
            let problems = letter::problems(&printed, &letters);
            Ok((printed, problems))
        },
        arguments.leave_out_problems,
    )?;
    bar.finish_and_clear();
    shop::write_whole(&manifest, &manifest_csv(&letters, &printed)?)?;
    let done = letters.iter().zip(&printed.pages).filter(|(_, pages)| **pages > 0).map(|(letter, _)| *letter);
    store.write(|write| campaign::mark_printed(write, &on.planned, done))?;
    let count = printed.pages.iter().filter(|pages| **pages > 0).count();
    let sheets: usize = printed.pages.iter().sum();
    let text = format!(
        "Printed {} on {} to {}, in posting order; who is on which page stands in {}.",
        words::count(count, "letter"),
        words::count(sheets, "page"),
        pieces::shown(context, &pdf),
        pieces::shown(context, &manifest),
    );
    let object = json!({
        "campaign": on.planned.slug, "letters": count, "pages": sheets, "file": pieces::shown(context, &pdf),
        "manifest": pieces::shown(context, &manifest), "left_out": problems.iter().map(Error::message).collect::<Vec<_>>(),
    });
    let done = Done::new(text, &object).warn(pieces::differences(&store.read(), &shop, &on)?);
    if problems.is_empty() {
        return Ok(done);
    }
    let warnings = problems.iter().map(|problem| format!("left out: {problem}"));
    Ok(done.warn(warnings).exit(3))
}

/// Writes the PDF, or nothing when there are problems that may not be left out.
fn write(
    pdf: &Path,
    print: impl FnOnce(&mut std::io::BufWriter<std::fs::File>) -> Result<(Printed, Vec<Error>)>,
    leave_out: bool,
) -> Result<(Printed, Vec<Error>)> {
    shop::write_whole_with(pdf, |out| {
        let (printed, problems) = print(out)?;
        if problems.is_empty() {
            return Ok((printed, problems));
        }
        if leave_out && printed.pages.iter().any(|pages| *pages > 0) {
            return Ok((printed, problems));
        }
        let (bad, all) = (printed.pages.iter().filter(|pages| **pages == 0).count(), printed.pages.len());
        let more = problems.len().saturating_sub(MOST_SHOWN);
        let mut shown: Vec<Error> = problems.into_iter().take(MOST_SHOWN).collect();
        if more > 0 {
            shown.push(Error::new(format!("{} of this kind", words::count(more, "more problem"))));
        }
        let nothing = Error::new(format!(
            "nothing was printed: {} of {} cannot be",
            words::thousands(bad),
            words::count(all, "letter")
        ));
        shown.push(if bad < all {
            nothing.hint("mend them, or print the others with `--leave-out-problems`")
        } else {
            nothing
        });
        Err(Error::all(shown).unwrap_or_else(|| Error::of(Kind::Machine, "the letters could not be printed")))
    })
}

/// Which letter is on which page.
fn manifest_csv(letters: &[&Recipient], printed: &Printed) -> Result<Vec<u8>> {
    let failed = |e: csv::Error| Error::new("the manifest could not be written").because(e);
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["page", "pages", "number", "ref", "name", "postcode", "branch", "code"]).map_err(failed)?;
    let mut page = 1;
    for (letter, pages) in letters.iter().zip(&printed.pages).filter(|(_, pages)| **pages > 0) {
        let number = letter.number.map(|n| n.to_string()).unwrap_or_default();
        let code = letter.code.clone().unwrap_or_default();
        let text = [&letter.reference, &letter.name, &letter.postcode, &letter.branch].map(|text| words::inert(text));
        let [reference, name, postcode, branch] = text;
        out.write_record([page.to_string(), pages.to_string(), number, reference, name, postcode, branch, code])
            .map_err(failed)?;
        page += pages;
    }
    out.into_inner().map_err(|e| Error::new("the manifest could not be written").because(e.into_error()))
}
