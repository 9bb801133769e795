//! Last year's mailing from a spreadsheet: once imported, it is a closed campaign like any other, with its response.

use std::collections::HashSet;

use chrono::{NaiveDate, NaiveDateTime};

use super::draft::{Draft, DraftRecipient};
use super::eligible::Chosen;
use super::file::CampaignFile;
use super::folder::{check_slug, place};
use super::freeze::{self, FreezeContext};
use super::keep;
use super::past_rows::{self, Past, PastRow};
use super::planned;
use super::sources::Sources;
use crate::customers::{self, PostOptOuts};
use crate::domain::{Channel, OnePer, RecipientId};
use crate::error::{Error, Result};
use crate::import::{ImportReport, ImportSheet};
use crate::money::Money;
use crate::shop::Shop;
use crate::store::Write;
use crate::text;

/// A visit of a past campaign, for the record of redemptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PastVisit {
    pub(crate) recipient_id: RecipientId,
    pub(crate) on: NaiveDate,
    pub(crate) spend: Money,
}

/// The template name in the stored file; the letters themselves are unknown.
const NOT_KEPT: &str = "not-kept.md";

/// Imports a past campaign: its file and its recipients, each customer separately. The visits are for the record of
/// redemptions.
///
/// Rows with an error are left out and named in the report; the caller decides whether the rest is imported.
///
/// # Errors
/// When a campaign of that name exists, its days are not in the past or in the wrong order, or the sheet has
/// no recipients.
pub(crate) fn take_past(
    write: &Write<'_>,
    shop: &Shop,
    sheet: &ImportSheet,
    past: &Past<'_>,
    now: NaiveDateTime,
    progress: &dyn Fn(usize),
) -> Result<(ImportReport, Vec<PastVisit>)> {
    check(write, shop, past, now.date())?;
    let settings = (shop.settings.currency, shop.settings.timezone);
    let (rows, mut report) = past_rows::read(sheet, past, settings, &customers::ids(write)?, progress)?;
    if rows.iter().all(|row| row.held_out) {
        if report.problems.is_empty() {
            return Err(Error::new("it has no recipients").hint("each row is one customer who got the letter"));
        }
        return Ok((report, Vec::new()));
    }
    let draft = draft(write, shop, past, &rows)?;
    let campaign_id = keep::insert(write, &draft, now, 0)?;
    keep::insert_files(write, campaign_id, &draft.sources)?;
    let mut visits = Vec::new();
    for (recipient, row) in draft.recipients.iter().zip(&rows) {
        let id = keep::insert_recipient(write, campaign_id, recipient, &recipient.frozen, None, None)?;
        if let Some(came) = row.came {
            visits.push(PastVisit { recipient_id: id, on: came.on, spend: came.spend });
        }
    }
    keep::mark_past(write, campaign_id, past.as_of, past.claim_until)?;
    report.added = rows.len();
    Ok((report, visits))
}

/// Whether such a campaign can be imported.
fn check(write: &Write<'_>, shop: &Shop, past: &Past<'_>, today: NaiveDate) -> Result<()> {
    check_slug(past.slug)?;
    if past.claim_until < past.as_of {
        return Err(Error::new(format!("{} is before {}, the day it was mailed", past.claim_until, past.as_of))
            .at("--claim-until")
            .hint("give the last day on which they could come"));
    }
    if past.claim_until >= today {
        return Err(Error::new(format!("{} is not in the past yet", past.claim_until))
            .at("--claim-until")
            .hint("import a campaign when it is over, or use `--today YYYY-MM-DD`"));
    }
    let name_in_use = |what: String| {
        Error::new(what).at("--name").hint("choose another name; what was imported or planned once is never changed")
    };
    if planned::current(write, past.slug)?.is_some() {
        return Err(name_in_use(format!("the campaign {} already exists", text::quote(past.slug))));
    }
    if shop.folder.join(place(past.slug)).exists() {
        return Err(name_in_use(format!("{} already exists", text::quote(&place(past.slug)))));
    }
    Ok(())
}

fn draft(write: &Write<'_>, shop: &Shop, past: &Past<'_>, rows: &[PastRow]) -> Result<Draft> {
    let text = file_text(shop, past, rows);
    let file = CampaignFile::read(past.slug, &text, shop.settings.currency).map_err(|e| e.at(place(past.slug)))?;
    let files = [(place(past.slug), text.into_bytes()), ("shop.toml".to_owned(), shop.text.clone().into_bytes())];
    let excluded = HashSet::new();
    let opt_outs = PostOptOuts::default();
    let (as_of, dated) = (past.as_of, past.as_of);
    let context =
        FreezeContext { shop, file: &file, as_of, dated, excluded: &excluded, opt_outs: &opt_outs, purchases: 0 };
    let mut recipients = Vec::with_capacity(rows.len());
    for row in rows {
        let (id, reference) = (row.customer_id, customers::by_id(write, row.customer_id)?.reference);
        let chosen = Chosen { id, reference, channel: Channel::Letter, held_out: row.held_out, by_hand: false };
        let (members, frozen) = freeze::freeze(write, &context, &chosen)?;
        recipients.push(DraftRecipient { chosen, members, branch: row.branch.clone(), frozen });
    }
    Ok(Draft {
        file,
        as_of: past.as_of,
        dated: past.as_of,
        sources: Sources { files: files.into_iter().collect() },
        recipients,
        left_out: Vec::new(),
        warnings: Vec::new(),
    })
}

/// The campaign file that the report and the follow-up read.
fn file_text(shop: &Shop, past: &Past<'_>, rows: &[PastRow]) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let plain = |amount| quoted(&shop.settings.currency.plain(amount));
    let mut text = format!(
        "# Imported from a spreadsheet; its letters are not kept.\n\
         name    = {}\nas_of   = {}\nchannel = \"{}\"\n\n\
         [segment]\nwhere   = \"invited('{}')\"\none_per = \"{}\"\n",
        quoted(past.name),
        past.as_of,
        Channel::Letter,
        past.slug,
        OnePer::Customer
    );
    text.push_str(&format!(
        "\n[gift]\nname        = {}\nunit_cost   = {}\nclaim_until = {}\n",
        quoted(past.gift),
        plain(past.unit_cost),
        past.claim_until
    ));
    text.push_str(&format!("\n[letter]\ntemplate = {}\npostage  = {}\n", quoted(NOT_KEPT), plain(past.postage)));
    let mut branches: Vec<&str> = Vec::new();
    for row in rows.iter().filter(|row| !row.branch.is_empty()) {
        if !branches.contains(&row.branch.as_str()) {
            branches.push(&row.branch);
        }
    }
    for branch in branches {
        text.push_str(&format!("\n[[branch]]\nname = {}\nwhen = \"true\"\n", quoted(branch)));
    }
    text
}
