//! `import past-campaign FILE`: last year's mailing from a spreadsheet.

use std::path::PathBuf;

use chrono::NaiveDate;

use super::context::Context;
use super::done::Done;
use super::import_file::{self, FileArguments};
use super::stop::stop_soon_on_ctrl_c;
use crate::app;
use crate::campaign::Past;
use crate::domain::Response;
use crate::error::{Error, Result};
use crate::money::{Currency, Money};
use crate::text;

/// Import last year's mailing, with its recipients and visits, so that your first campaign here can branch on it.
#[derive(Debug, clap::Args)]
pub(super) struct ImportPastArguments {
    /// A CSV with a header row, or a workbook (.xlsx, .ods, .xls).
    #[arg(value_name = "FILE")]
    path: PathBuf,
    #[command(flatten)]
    file: FileArguments,
    /// Its name here, such as 1989-chardonnay.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Its name in letters, such as "Chardonnay"; the same name by default.
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// The day it was mailed.
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: NaiveDate,
    /// The last day to claim the gift.
    #[arg(long, value_name = "YYYY-MM-DD")]
    claim_until: NaiveDate,
    /// The gift, such as "a bottle of Chardonnay".
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    gift: String,
    /// The cost of one gift.
    #[arg(long, value_name = "AMOUNT")]
    unit_cost: Option<String>,
    /// The postage of one letter.
    #[arg(long, value_name = "AMOUNT")]
    postage: Option<String>,
    /// Which comes first in 03/04/1989: `dmy` or `mdy`.
    #[arg(long, value_name = "ORDER")]
    date_order: Option<String>,
    /// The separator before the cents in 1.149 and 1,149: `point` or `comma`; needed only when no other row shows it.
    #[arg(long, value_name = "SIGN")]
    decimal: Option<String>,
}

pub(super) fn run(arguments: &ImportPastArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let currency = shop.settings.currency;
    let slug = arguments.name.as_str();
    let past = Past {
        slug,
        name: arguments.title.as_deref().unwrap_or(slug),
        as_of: arguments.as_of,
        claim_until: arguments.claim_until,
        gift: arguments.gift.trim(),
        unit_cost: amount("--unit-cost", arguments.unit_cost.as_deref(), currency)?,
        postage: amount("--postage", arguments.postage.as_deref(), currency)?,
        day_order: arguments.date_order.as_deref().map(str::parse).transpose()?,
        decimal: arguments.decimal.as_deref().map(str::parse).transpose()?,
        map: &arguments.file.map,
        left_out: None,
    };
    arguments.file.ask(&shop, &arguments.path)?;
    let bar = super::progress::progress(context, 0, "Reading");
    let show = |at: app::import::ImportProgress<'_>| import_file::show_step(&bar, &at);
    let (file, stop) = (arguments.file.file(&arguments.path), stop_soon_on_ctrl_c()?);
    let (imported, visits) = app::import::import_past(&shop, file, past, context.clock.now(), (&stop, &show))?;
    bar.finish_and_clear();
    let recipients = imported.report.added;
    let (came, spent) = (visits.len(), visits.iter().fold(Money(0), |sum, visit| sum.plus(visit.spend)));
    let mut done = import_file::outcome(&arguments.file, "recipient", imported);
    if let Some(object) = done.json.as_object_mut() {
        object.insert("campaign".into(), slug.into());
        object.insert(Response::Redeemed.as_str().into(), came.into());
        object.insert("takings_minor".into(), spent.0.into());
    }
    if done.refusal.is_empty() {
        let verb = if file.dry_run { "Would import" } else { "Imported" };
        done.text = format!(
            "{verb} {}: {}; {} came and spent {}.\n",
            text::quote(slug),
            text::count(recipients, "recipient"),
            text::thousands(came),
            currency.show(spent)
        );
        if !file.dry_run {
            done.text.push_str(&format!("\nNext: regulars report {slug}, then regulars follow-up {slug} NEW\n"));
        }
    }
    Ok(done)
}

fn amount(flag: &str, text: Option<&str>, currency: Currency) -> Result<Money> {
    let Some(text) = text else { return Ok(Money(0)) };
    let amount = currency.read(text, None).map_err(|e| e.at(flag))?;
    if amount.0 < 0 {
        return Err(Error::new(format!("{} is negative", text::quote(text))).at(flag).hint("write it like 6.50"));
    }
    Ok(amount)
}
