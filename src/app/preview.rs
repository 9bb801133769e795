//! One person's piece, exactly as it will be sent.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use crate::campaign::{self, HeldBack, Planned, Recipient};
use crate::customers;
use crate::domain::{Arm, Channel};
use crate::error::{Error, Result};
use crate::files;
use crate::piece::{self, EmailComposer, FrozenCampaign};
use crate::reminder;
use crate::shop::Shop;
use crate::store::Read;
use crate::text;

/// The preview of a piece.
pub(crate) struct PiecePreview {
    pub(crate) recipient: Recipient,
    pub(crate) channel: Channel,
    /// 0 for the first piece, 1 and up for reminders.
    pub(crate) wave: usize,
    pub(crate) file: PathBuf,
    /// The pages of a letter, where each was to be an SVG.
    pub(crate) pages: Vec<PathBuf>,
    /// An email as an HTML page.
    pub(crate) page: Option<PathBuf>,
    /// Why it is held back.
    pub(crate) held_back: Option<HeldBack>,
    /// What has changed since the plan.
    pub(crate) differences: Vec<String>,
}

/// Writes the piece of the customer `reference`, or their reminder; a letter as SVG, if that is wanted.
///
/// # Errors
/// When they get none, or it cannot be made.
pub(crate) fn preview(
    shop: &Shop,
    slug: &str,
    reference: &str,
    wave: Option<NonZeroUsize>,
    as_svg: bool,
) -> Result<PiecePreview> {
    let store = shop.store()?;
    let read = store.read();
    let planned = campaign::need(&read, slug)?;
    let customer = customers::by_ref(&read, reference)?;
    let recipient = campaign::for_customer(&read, planned.id, customer.id)?.filter(|r| r.arm == Arm::Mailed);
    let Some(recipient) = recipient else {
        let message = format!("{} gets nothing from {}", text::quote(reference), text::quote(slug));
        return Err(Error::new(message).hint(format!("`regulars why {slug} {reference}` shows why")));
    };
    let mut on = match wave {
        Some(wave) => reminder(&read, shop, &planned, wave.get())?,
        None => FrozenCampaign::take_for(&read, shop, planned, &recipient)?,
    };
    let wave = on.templates.wave;
    let first = recipient.goes_by().unwrap_or(Channel::Letter);
    let channel = on.templates.file.reminder(wave).map_or(first, |reminder| reminder.channel(first));
    // A preview is allowed even for a piece that is held back.
    let held_back = on.held_back.remove(&recipient.id);
    let mut name = piece::file_name(&recipient.reference);
    if wave > 0 {
        name.push_str(&format!("-reminder-{wave}"));
    }
    let stem = shop.out_to_write(slug)?.join("previews").join(name);
    if as_svg && channel != Channel::Letter {
        let message = format!("the piece to {} ({}) is an email, not a letter", recipient.name, text::quote(reference));
        return Err(Error::new(message).hint("leave out `--svg`: an email is shown as a page of its own"));
    }
    let mut pages = Vec::new();
    let (file, page) = if as_svg {
        let (printed, drawn) = on.svg(&recipient)?;
        Error::all(piece::problems(&printed, &[&recipient])).map_or(Ok(()), Err)?;
        pages = write_pages(&stem, &drawn)?;
        (pages.first().cloned().unwrap_or(stem), None)
    } else if channel == Channel::Letter {
        let mut pdf = Vec::new();
        let printed = on.print_one(&recipient, &mut pdf)?;
        Error::all(piece::problems(&printed, &[&recipient])).map_or(Ok(()), Err)?;
        let file = stem.with_extension("pdf");
        files::write_whole(&file, &pdf)?;
        (file, None)
    } else {
        let (file, page) = (stem.with_extension("eml"), stem.with_extension("html"));
        let composer = EmailComposer::open(&read, shop)?;
        files::write_whole(&file, &composer.compose(&read, &on, &recipient)?)?;
        files::write_whole(&page, composer.page(&read, &on, &recipient)?.as_bytes())?;
        (file, Some(page))
    };
    let differences = campaign::differences_of(&read, shop, &on.planned, &on.sources, &recipient)?;
    Ok(PiecePreview { recipient, channel, wave, file, pages, page, held_back, differences })
}

/// Writes each page into a file of its own, and takes away those of a letter that had more.
fn write_pages(stem: &Path, pages: &[String]) -> Result<Vec<PathBuf>> {
    let name = stem.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let path = |number: usize| stem.with_file_name(format!("{name}-{number}.svg"));
    let mut written = Vec::new();
    for (number, page) in (1..).zip(pages) {
        files::write_whole(&path(number), page.as_bytes())?;
        written.push(path(number));
    }
    let mut more = (pages.len() + 1..).map(path).take_while(|old| old.exists());
    more.try_for_each(|old| files::remove(&old))?;
    Ok(written)
}

/// A reminder to preview, with its date; if the first pieces have not been sent, with the date it would have if they
/// were sent on their first day.
fn reminder(read: &Read<'_>, shop: &Shop, planned: &Planned, wave: usize) -> Result<FrozenCampaign> {
    let file = campaign::kept_files(read, planned)?.campaign(&planned.slug)?;
    let Some(reminder) = file.reminder(wave) else {
        let has = text::count(file.reminders.len(), "reminder");
        return Err(Error::new(format!("{} was planned with {has}", text::quote(&planned.slug)))
            .hint("a reminder is written in the campaign file as `[[reminder]]`, before it is planned"));
    };
    let dated = reminder::dated(read, planned, wave)?.unwrap_or_else(|| reminder.due(planned.starts()));
    FrozenCampaign::take_reminder(read, shop, planned, wave, dated)
}
