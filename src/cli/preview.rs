//! `preview NAME REF`: one person's piece, exactly.

use std::num::NonZeroUsize;

use serde_json::json;

use super::context::Context;
use super::done::Done;
use crate::app::preview::{self, PiecePreview};
use crate::error::Result;
use crate::text;

/// Write one person's letter or email, exactly as it will be sent.
#[derive(Debug, clap::Args)]
pub(super) struct PreviewArguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// The customer's reference.
    #[arg(value_name = "REF")]
    reference: String,
    /// Their reminder with this number instead; the first by default.
    #[arg(long, value_name = "N")]
    wave: Option<NonZeroUsize>,
    /// A letter as SVG instead of PDF, one file a page.
    #[arg(long)]
    svg: bool,
}

pub(super) fn run(arguments: &PreviewArguments, context: &Context) -> Result<Done> {
    let (shop, slug) = (context.shop()?, &arguments.campaign);
    let outcome = preview::preview(&shop, slug, &arguments.reference, arguments.wave, arguments.svg)?;
    let PiecePreview { recipient, channel, wave, .. } = outcome;
    let (file, page) = (shop.shown(&outcome.file), outcome.page.map(|page| shop.shown(&page)));
    let pages: Vec<String> = outcome.pages.iter().map(|page| shop.shown(page)).collect();
    let object = json!({
        "campaign": slug, "ref": recipient.reference, "name": recipient.name, "channel": channel, "wave": wave,
        "file": file, "page": page, "pages": pages,
    });
    let to_look_at = page.map_or(String::new(), |page| format!("; to view it, open {page}"));
    let places = if pages.is_empty() { file } else { text::list(&pages) };
    let text = format!("The {channel} to {} is in {places}{to_look_at}.", recipient.name);
    let waits = outcome.held_back.map(|held| format!("it is held back: {}", held.message));
    Ok(Done::new(text, &object).warn(outcome.differences).warn(waits))
}
