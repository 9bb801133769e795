//! Printing: the letters in posting order, with their manifest and a cover sheet; or the labels or envelopes for them.

mod cover;
mod each;
mod envelopes;
mod labels;
mod letters;
mod options;
mod run;

use std::collections::HashSet;

use super::progress::Progress;
use crate::campaign::{self, Planned, Recipient};
use crate::domain::{CampaignState, Channel, RecipientId};
use crate::error::{Error, Result};
use crate::piece::FrozenCampaign;
use crate::reminder;
use crate::shop::Shop;
use crate::store::Read;
use crate::text;

pub(crate) use letters::print as print_letters;
pub(crate) use options::{LabelOptions, PrintForm, PrintOptions, PrintOutcome};
pub(crate) use run::PrintRun;

/// Prints; may be done any number of times.
///
/// # Errors
/// When there is nothing to print, or a letter has a problem that may not be left out.
pub(crate) fn print(
    shop: &Shop,
    slug: &str,
    form: &PrintForm,
    options: &PrintOptions,
    progress: &Progress<'_>,
) -> Result<PrintOutcome> {
    let placed = match form {
        PrintForm::Labels(labels) => Some((labels::LabelPlaces::of(labels, shop)?, labels.outline)),
        _ => None,
    };
    let mut store = shop.store()?;
    let read = store.read();
    let mut on = match options.wave {
        Some(wave) => printed_reminder(&read, shop, slug, wave.get())?,
        None => FrozenCampaign::take(&read, shop, slug)?,
    };
    let all = campaign::recipients(&read, on.planned.id)?;
    if on.planned.state == CampaignState::Posted && options.wave.is_none() {
        // Whoever gets a letter instead of an email may have said no since.
        let open = Planned { state: CampaignState::Sending, ..on.planned.clone() };
        on.held_back = campaign::held_back(&read, &open, None)?;
        let to_post: HashSet<RecipientId> = all.iter().filter(|r| run::is_to_post(r)).map(|r| r.id).collect();
        on.held_back.retain(|id, _| to_post.contains(id));
    }
    let on = if options.despite { on.despite() } else { on };
    let letters: Vec<&Recipient> = match options.wave {
        Some(wave) => reminder::still_wanted(&read, &on.planned, wave.get(), &all)?,
        None => all.iter().filter(|r| r.gets(Channel::Letter)).collect(),
    };
    let run = PrintRun::of(letters, &on, shop, options, progress)?;
    let outcome = match (form, placed) {
        (_, Some((placed, true))) => labels::outline(&run, &placed)?,
        (_, Some((placed, false))) => labels::print(run, &placed)?,
        (PrintForm::Envelopes(envelope), _) => envelopes::print(run, *envelope)?,
        (PrintForm::Each, _) => each::print(run, &mut store)?,
        _ => {
            let (outcome, printed) = letters::print(&run)?;
            run.mark_printed(&mut store, &printed)?;
            outcome
        }
    };
    Ok(PrintOutcome { differences: campaign::differences(&store.read(), shop, &on.planned)?, ..outcome })
}

/// A reminder whose letters were printed, to print them again.
fn printed_reminder(read: &Read<'_>, shop: &Shop, slug: &str, wave: usize) -> Result<FrozenCampaign> {
    let planned = campaign::need(read, slug)?;
    let printed = reminder::batches(read, &planned, wave)?;
    match reminder::dated(read, &planned, wave)?.filter(|_| printed > 0) {
        Some(dated) => FrozenCampaign::take_reminder(read, shop, &planned, wave, dated),
        None => Err(Error::new(format!("no letter of reminder {wave} of {} was printed yet", text::quote(slug)))
            .hint("`regulars run` prints them on their day; `regulars preview NAME REF --wave N` shows one")),
    }
}
