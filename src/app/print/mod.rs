//! Printing: the letters in posting order, with their manifest and a cover sheet; or the labels or envelopes for them.

mod cover;
mod each;
mod envelopes;
mod labels;
mod letters;
mod list;
mod options;
mod publish;
mod run;

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::progress::Progress;
use crate::campaign::{self, Planned, Recipient};
use crate::domain::{CampaignState, Channel, RecipientId};
use crate::error::{Error, Result};
use crate::letter::LAYOUT_VERSION;
use crate::piece::FrozenCampaign;
use crate::reminder;
use crate::shop::Shop;
use crate::store::Read;
use crate::text;

pub(crate) use letters::print as print_letters;
pub(crate) use options::{LabelOptions, PrintForm, PrintOptions, PrintOutcome};
pub(crate) use publish::PrintLock;
pub(crate) use run::PrintRun;

/// Prints; may be repeated any number of times.
///
/// # Errors
/// When there is nothing to print, or a letter has a problem and problems may not be left out.
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
        // Someone who gets a letter instead of an email may have opted out since.
        let open = Planned { state: CampaignState::Sending, ..on.planned.clone() };
        on.held_back = campaign::held_back(&read, &open, None)?;
        let to_post: HashSet<RecipientId> = all.iter().filter(|r| run::is_to_post(r)).map(|r| r.id).collect();
        on.held_back.retain(|id, _| to_post.contains(id));
    }
    let _lock = PrintLock::take(shop, slug)?;
    end_what_was_left(&read, shop, &on.planned, options.wave.map_or(0, NonZeroUsize::get))?;
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
        (PrintForm::List, _) => list::print(run, &mut store)?,
        _ => {
            let (outcome, printed, files) = letters::print(&run)?;
            files.announce(0)?;
            run.mark_printed(&mut store, &printed)?;
            files.publish()?;
            outcome
        }
    };
    let mut differences = campaign::differences(&store.read(), shop, &on.planned)?;
    differences.extend(other_layout(&on.planned, form));
    Ok(PrintOutcome { differences, ..outcome })
}

/// That lines may break elsewhere than in a proof which was made with the plan, if letters are set in another way now.
fn other_layout(planned: &Planned, form: &PrintForm) -> Option<String> {
    let slug = &planned.slug;
    let is_text = matches!(form, PrintForm::Letters | PrintForm::Each);
    (is_text && planned.layout != LAYOUT_VERSION).then(|| {
        format!(
            "{} was planned with another version of Regulars: lines and pages may break elsewhere than in a proof from \
             then; `regulars proof {slug}` shows the letters as they are printed now",
            text::quote(slug)
        )
    })
}

/// Completes what a killed run left of the letters of a wave; returns the files that have their final names now. The
/// lock must be held.
pub(crate) fn end_what_was_left(read: &Read<'_>, shop: &Shop, planned: &Planned, wave: usize) -> Result<Vec<PathBuf>> {
    let batches = if wave == 0 { 0 } else { reminder::batches(read, planned, wave)? };
    publish::recover(&run::folder(shop, &planned.slug, wave), batches)
}

/// The reminders for which a killed run left files in the folder of a campaign.
pub(crate) fn waves_left(out: &Path) -> Vec<usize> {
    let folders = std::fs::read_dir(out).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let left = folders.filter(|folder| publish::is_left(folder));
    left.filter_map(|folder| folder.file_name()?.to_str()?.strip_prefix("reminder-")?.parse().ok()).collect()
}

/// A reminder whose letters were printed, for a reprint.
fn printed_reminder(read: &Read<'_>, shop: &Shop, slug: &str, wave: usize) -> Result<FrozenCampaign> {
    let planned = campaign::need(read, slug)?;
    let printed = reminder::batches(read, &planned, wave)?;
    match reminder::dated(read, &planned, wave)?.filter(|_| printed > 0) {
        Some(dated) => FrozenCampaign::take_reminder(read, shop, &planned, wave, dated),
        None => Err(Error::new(format!("no letter of reminder {wave} of {} was printed yet", text::quote(slug)))
            .hint("`regulars run` prints them on their day; `regulars preview NAME REF --wave N` shows one")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use chrono::NaiveDate;

    use super::*;
    use crate::app::plan::PlanMode;
    use crate::app::progress::Activity;
    use crate::app::{init, plan, proof};
    use crate::clock::Clock;
    use crate::domain::ImportId;
    use crate::files;
    use crate::import::{self, ImportKind, ImportOptions, ImportPlan, ImportSheet};
    use crate::letter::Envelope;

    const PEOPLE: &str = "Customer ID,First Name,Last Name,Street,City,State,Zip\n\
                          C-1,Ana,Lopez,1 Oak St,Palo Alto,CA,94301\nC-2,Rosa,Okafor,2 Oak St,Palo Alto,CA,94301\n";

    /// A shop that has planned a letter to two people.
    fn planned(folder: &std::path::Path, today: NaiveDate) -> Result<Shop> {
        init::init(folder, today)?;
        let campaign = folder.join("campaigns/thank-you.toml");
        let text = files::read_text(&campaign)?.replace("spend_12m > 0", "visits_ever >= 0");
        files::write_whole(&campaign, text.as_bytes())?;
        let shop = Shop::open(folder)?;
        let sheet = ImportSheet::read(PEOPLE.as_bytes())?;
        let people = ImportPlan::of(&sheet, ImportKind::Customers, ImportOptions::default())?;
        shop.store()?.write(|write| import::customers(write, &people, (ImportId(0), today), &|_| Ok(())))?;
        plan::plan(&shop, "thank-you", PlanMode::Once, Clock::fixed(today).now())?;
        Ok(shop)
    }

    #[test]
    fn every_part_of_a_print_and_a_proof_can_be_stopped_and_leaves_no_file() {
        let folder = tempfile::tempdir().expect("folder");
        let shop = planned(folder.path(), NaiveDate::from_ymd_opt(2024, 3, 1).expect("a day")).expect("a plan");
        let labels =
            || PrintForm::Labels(LabelOptions { sheet: "5160".to_owned(), start: 1, nudge: None, outline: false });
        let envelopes = || PrintForm::Envelopes(Envelope::No10);
        for (form, part, what) in [
            (None, Activity::ReadLetters, "written"),
            (Some(PrintForm::Letters), Activity::LayOutLetters, "printed"),
            (Some(PrintForm::Each), Activity::CheckLetters, "printed"),
            (Some(PrintForm::Each), Activity::PrintLetters, "printed"),
            (Some(PrintForm::List), Activity::CheckLetters, "printed"),
            (Some(labels()), Activity::CheckLetters, "printed"),
            (Some(labels()), Activity::PrintLetters, "printed"),
            (Some(envelopes()), Activity::CheckLetters, "printed"),
            (Some(envelopes()), Activity::PrintLetters, "printed"),
        ] {
            let stop = AtomicBool::new(false);
            let begins = |activity, _, _| stop.store(activity == part, Ordering::SeqCst);
            let progress = Progress { report: &begins, stop: &stop };
            let outcome = match &form {
                None => proof::proof(&shop, "thank-you", &progress).map(|_| ()),
                Some(form) => print(&shop, "thank-you", form, &PrintOptions::default(), &progress).map(|_| ()),
            };
            let message = outcome.expect_err("it went on").message().to_owned();
            assert_eq!(message, format!("you stopped it; nothing was {what}"), "{form:?} {part:?}");
            let left = std::fs::read_dir(shop.out("thank-you")).map_or(0, Iterator::count);
            assert_eq!(left, 0, "{form:?} {part:?}");
        }
        let stop = AtomicBool::new(false);
        let progress = Progress { report: &|_, _, _| {}, stop: &stop };
        let printed = print(&shop, "thank-you", &labels(), &PrintOptions::default(), &progress).expect("labels");
        assert_eq!(printed.count, 2);
    }
}
