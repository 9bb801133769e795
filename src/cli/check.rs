//! `check [NAME]`: every file read and cross-checked, all faults at once.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::json;

use super::context::Context;
use super::done::Done;
use crate::campaign::{self, CampaignFile, Sources};
use crate::error::{Error, Result};
use crate::piece::{TemplateSet, shop_fonts};
use crate::segment::{self, Scope};
use crate::shop::Shop;
use crate::text;

/// Read and cross-check every file of the shop folder, or of one campaign, and tell all faults at once.
#[derive(Debug, clap::Args)]
pub(super) struct CheckArguments {
    /// The campaign; all of them when nothing is said.
    #[arg(value_name = "NAME")]
    campaign: Option<String>,
}

pub(super) fn run(arguments: &CheckArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let store = shop.store()?;
    let files = campaign::list_files(&shop)?;
    let mut known: BTreeSet<String> = campaign::slugs(&store.read())?.into_iter().collect();
    known.extend(files.iter().cloned());
    let known: Vec<String> = known.into_iter().collect();
    let today = context.clock.today();
    let named = &shop.settings.segments;
    let scope = Scope { as_of: today, currency: shop.settings.currency, follows: None, campaigns: &known, named };
    let mut faults: Vec<Error> = segment::check_named(&scope).err().map(|e| e.at("shop.toml")).into_iter().collect();
    let slugs = arguments.campaign.as_ref().map_or(files, |slug| vec![slug.clone()]);
    let mut templates = BTreeSet::new();
    for slug in &slugs {
        match one(&shop, slug, &known, today) {
            Ok(sources) => templates.extend(sources.templates()?.into_iter().map(|template| template.file)),
            Err(found) => faults.extend(found),
        }
    }
    // Two campaigns with one letter find its faults twice.
    let mut seen = BTreeSet::new();
    faults.retain(|fault| seen.insert(fault.report()));
    if let Some(faults) = Error::all(faults) {
        return Err(faults);
    }
    let text =
        format!("In order: {} and {}.", text::count(slugs.len(), "campaign"), text::count(templates.len(), "template"));
    Ok(Done::new(text, &json!({ "campaigns": slugs, "templates": templates })))
}

/// Everything about one campaign that can be told without its recipients.
fn one(shop: &Shop, slug: &str, known: &[String], today: NaiveDate) -> std::result::Result<Sources, Vec<Error>> {
    let file = CampaignFile::open(shop, slug).map_err(|e| vec![e])?;
    let mut faults = Vec::new();
    let scope = Scope {
        as_of: file.as_of.unwrap_or(today),
        currency: shop.settings.currency,
        follows: file.follows.as_deref(),
        campaigns: known,
        named: &shop.settings.segments,
    };
    if let Some(followed) = file.follows.as_ref().filter(|followed| !known.contains(followed)) {
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        faults.push(
            Error::new(format!("there is no campaign {}", text::quote(followed)))
                .at(file.line_of("follows"))
                .hint(text::did_you_mean(followed, &names)),
        );
    }
    faults.extend(segment::condition(&file.condition, &scope).err().map(|e| e.at("where").at(file.line_of("where"))));
    let order = file.order_by.as_ref().and_then(|text| segment::order(text, &scope).err());
    faults.extend(order.map(|e| e.at("order_by").at(file.line_of("order_by"))));
    for (index, branch) in file.branches.iter().enumerate() {
        faults.extend(
            segment::condition(&branch.when, &scope).err().map(|e| e.at("when").at(file.line_of_branch(index))),
        );
    }
    for (index, signer) in file.signers.iter().enumerate() {
        let fault = segment::condition(&signer.when, &scope).err();
        faults.extend(fault.map(|e| e.at("when").at(file.line_of_signer(index, "when"))));
    }
    faults.extend(campaign::too_late(&file, scope.as_of));
    let mut faults: Vec<Error> = faults.into_iter().map(|e| e.at(format!("campaigns/{slug}.toml"))).collect();
    match Sources::from_folder(shop, &file)
        .and_then(|sources| desk(shop, &sources, slug, &file, today).map(|_| sources))
    {
        Ok(sources) if faults.is_empty() => return Ok(sources),
        Ok(_) => {}
        Err(fault) => faults.push(fault),
    }
    Err(faults)
}

fn desk(shop: &Shop, sources: &Sources, slug: &str, file: &CampaignFile, today: NaiveDate) -> Result<TemplateSet> {
    TemplateSet::open(sources, slug, file.date.or(file.as_of).unwrap_or(today), shop_fonts(&shop.folder)?)
}
