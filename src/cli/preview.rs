//! `preview NAME REF`: that person's piece, exactly.

use std::num::NonZeroUsize;

use serde_json::json;

use super::done::Done;
use super::{Context, pieces};
use crate::campaign::{self, Planned};
use crate::customers;
use crate::domain::Arm;
use crate::error::{Error, Result};
use crate::piece::{self, FrozenCampaign};
use crate::reminder;
use crate::shop::{self, Shop};
use crate::store::Read;
use crate::text;

/// Write that person's letter or email, exactly as it will go out.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// The customer's reference.
    #[arg(value_name = "REF")]
    reference: String,
    /// Their first reminder instead, or another.
    #[arg(long, value_name = "N")]
    wave: Option<NonZeroUsize>,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let store = shop.store()?;
    let read = store.read();
    let planned = campaign::need(&read, &arguments.campaign)?;
    let customer = customers::by_ref(&read, &arguments.reference)?;
    let recipient = campaign::for_customer(&read, planned.id, customer.id)?.filter(|r| r.arm == Arm::Mailed);
    let Some(recipient) = recipient else {
        return Err(Error::new(format!(
            "{} gets nothing from {}",
            text::quote(&arguments.reference),
            text::quote(&arguments.campaign)
        ))
        .hint(format!("`regulars why {} {}` says why", arguments.campaign, arguments.reference)));
    };
    let mut on = match arguments.wave {
        Some(wave) => reminder(&read, &shop, &planned, wave.get())?,
        None => FrozenCampaign::take_for(&read, &shop, planned, &recipient)?,
    };
    let wave = on.templates.wave;
    let channel = on.templates.file.reminder(wave).map_or(recipient.goes_by(), |one| one.channel(recipient.goes_by()));
    // To look at it is not to let it go.
    let waits = on.held_back.remove(&recipient.id).map(|held| format!("it waits: {}", held.message));
    let mut name = pieces::file_name(&recipient.reference);
    if wave > 0 {
        name.push_str(&format!("-reminder-{wave}"));
    }
    let stem = shop.out(&arguments.campaign).join("previews").join(name);
    let (path, page) = if channel == "letter" {
        let mut pdf = Vec::new();
        let printed = on.print(&[&recipient], (false, false), &|_| {}, &mut pdf)?;
        Error::all(piece::problems(&printed, &[&recipient])).map_or(Ok(()), Err)?;
        let path = stem.with_extension("pdf");
        shop::write_whole(&path, &pdf)?;
        (path, None)
    } else {
        let (path, page) = (stem.with_extension("eml"), stem.with_extension("html"));
        let writer = pieces::writer(&read, &shop)?;
        shop::write_whole(&path, &pieces::email(&read, &on, &writer, &recipient)?)?;
        shop::write_whole(&page, pieces::email_page(&read, &on, &writer, &recipient)?.as_bytes())?;
        (path, Some(page))
    };
    let shown = pieces::shown(context, &path);
    let page = page.map(|page| pieces::shown(context, &page));
    let object = json!({
        "campaign": on.planned.slug, "ref": recipient.reference, "name": recipient.name, "channel": channel, "wave": wave,
        "file": shown, "page": page,
    });
    let differences = campaign::differences_of(&read, &shop, &on.planned, &on.sources, &recipient)?;
    let to_look_at = page.map_or(String::new(), |page| format!("; to look at it, open {page}"));
    let text = format!("The {channel} to {} is in {shown}{to_look_at}.", recipient.name);
    Ok(Done::new(text, &object).warn(differences).warn(waits))
}

/// A reminder to look at, with the date that it has, or would have if the first pieces went out on their first day.
fn reminder(read: &Read<'_>, shop: &Shop, planned: &Planned, wave: usize) -> Result<FrozenCampaign> {
    let file = campaign::kept_files(read, planned)?.campaign(&planned.slug)?;
    let Some(reminder) = file.reminder(wave) else {
        let has = text::count(file.reminders.len(), "reminder");
        return Err(Error::new(format!("{} was planned with {has}", text::quote(&planned.slug)))
            .hint("a reminder stands in the campaign file as `[[reminder]]`, before it is planned"));
    };
    let dated = reminder::dated(read, planned, wave)?.unwrap_or_else(|| reminder.due(planned.starts()));
    FrozenCampaign::take_reminder(read, shop, planned, wave, dated)
}
