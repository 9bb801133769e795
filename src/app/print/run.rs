//! One run over the letters of a campaign: which letters, where the files are written, and what may be left out.

use std::path::PathBuf;

use super::options::PrintOptions;
use crate::app::problems::nothing_went;
use crate::app::progress::{Activity, Progress};
use crate::campaign::{self, Recipient, SecondPiece};
use crate::domain::{Channel, PieceState};
use crate::error::{Error, Result};
use crate::letter::{AddressForms, Imprint, Printed};
use crate::merge;
use crate::piece::{self, FrozenCampaign};
use crate::shop::Shop;
use crate::store::Store;
use crate::text;

/// What is to be printed, from which plan, and where the files are written.
pub(crate) struct PrintRun<'r> {
    pub(super) shop: &'r Shop,
    pub(super) on: &'r FrozenCampaign,
    pub(super) progress: &'r Progress<'r>,
    /// The recipients of letters, in posting order.
    pub(super) letters: Vec<&'r Recipient>,
    /// Whether they are all letters of the campaign.
    pub(super) whole: bool,
    /// `-2-3` after the names of files with only some of the letters.
    part: String,
    pub(super) leave_out: bool,
    pub(super) duplex: bool,
}

/// Whether they get a letter instead of an email that was not mailed yet.
pub(super) fn is_to_post(recipient: &Recipient) -> bool {
    recipient.second.as_ref().is_some_and(SecondPiece::is_to_post)
}

/// The folder of the letters of a wave.
pub(super) fn folder(shop: &Shop, slug: &str, wave: usize) -> PathBuf {
    let folder = shop.out(slug);
    if wave == 0 { folder } else { folder.join(format!("reminder-{wave}")) }
}

impl<'r> PrintRun<'r> {
    pub(super) fn of(
        all: Vec<&'r Recipient>,
        on: &'r FrozenCampaign,
        shop: &'r Shop,
        options: &PrintOptions,
        progress: &'r Progress<'r>,
    ) -> Result<Self> {
        let (from, to) = (options.from.unwrap_or(1), options.to.unwrap_or(usize::MAX));
        let none = all.is_empty();
        let whole = options.from.is_none() && options.to.is_none();
        // After the campaign was mailed, emails may have been replaced by letters: then only those are missing.
        let has_rest = options.wave.is_none() && on.planned.posted_on.is_some();
        let rest = whole && has_rest && all.iter().any(|r| is_to_post(r));
        let wanted = |r: &&Recipient| r.number.is_some_and(|n| (from..=to).contains(&n)) && (!rest || is_to_post(r));
        let letters: Vec<&Recipient> = all.into_iter().filter(wanted).collect();
        if letters.is_empty() {
            let hint = match (none, options.wave) {
                (false, _) => "check the numbers in `regulars recipients`",
                (true, None) => "its pieces are emails: `regulars send`",
                (true, Some(_)) => {
                    "everyone whose letter was printed has come since, or must not be contacted any more"
                }
            };
            return Err(Error::new(format!("{} has no letter to print", text::quote(&on.planned.slug))).hint(hint));
        }
        let number = |r: Option<&&Recipient>| r.and_then(|r| r.number).unwrap_or(0);
        let part = match (rest, whole) {
            (true, _) => "-instead".to_owned(),
            (_, true) => String::new(),
            (_, false) => format!("-{}-{}", number(letters.first()), number(letters.last())),
        };
        let whole = whole && !rest;
        let (leave_out, duplex) = (options.leave_out_problems, options.duplex);
        Ok(Self { shop, on, progress, letters, whole, part, leave_out, duplex })
    }

    /// The letters of a reminder that are due, for its print run `batch`.
    pub(crate) fn of_reminder(
        letters: Vec<&'r Recipient>,
        on: &'r FrozenCampaign,
        shop: &'r Shop,
        batch: usize,
        progress: &'r Progress<'r>,
    ) -> Self {
        let part = if batch == 1 { String::new() } else { format!("-{batch}") };
        Self { shop, on, progress, letters, whole: true, part, leave_out: true, duplex: false }
    }

    /// The path of a file of this run: `out/NAME/letters-2-3.pdf`, of a reminder `out/NAME/reminder-1/letters.pdf`.
    pub(super) fn path(&self, stem: &str, ending: &str) -> PathBuf {
        self.folder().join(format!("{stem}{}{ending}", self.part))
    }

    /// The folder of these files.
    pub(super) fn folder(&self) -> PathBuf {
        folder(self.shop, &self.on.planned.slug, self.on.templates.wave)
    }

    /// Records that letters were printed; those of a reminder are recorded as sent.
    pub(super) fn mark_printed(&self, store: &mut Store, letters: &[&Recipient]) -> Result<()> {
        if self.on.templates.wave > 0 {
            return Ok(());
        }
        store.write(|write| campaign::mark_printed(write, &self.on.planned, letters.iter().copied()))
    }

    /// How many sheets of paper letters with these page counts take.
    pub(super) fn sheets(&self, pages: &[usize]) -> usize {
        // The two pages of a postcard are its sides.
        let is_double = self.duplex || self.on.templates.stationery.iter().all(|own| own.paper.is_postcard());
        pages.iter().map(|pages| if is_double { pages.div_ceil(2) } else { *pages }).sum()
    }

    /// Settings for the files that accompany the letters; each kind has its own identity.
    pub(super) fn imprint<'i>(&'i self, kind: &str, progress: &'i dyn Fn(usize) -> Result<()>) -> Imprint<'i> {
        Imprint {
            fonts: &self.on.templates.fonts,
            language: self.on.templates.stationery.first().map_or("en", |own| own.language.as_str()),
            title: format!("{}: {kind}", self.on.settings.name),
            fingerprint: kind.bytes().fold(self.on.fingerprint(), |id, byte| id + &format!("{byte:02x}")),
            created: self.on.planned.dated,
            progress,
        }
    }

    /// The addresses of the letters.
    pub(super) fn addresses(&self) -> Vec<AddressForms> {
        let of = |letter: &&Recipient| {
            let fields = letter.fields.to_read();
            let country = fields.get("customer.country").unwrap_or(&self.on.settings.country).to_owned();
            AddressForms { forms: merge::address_forms(&fields), country }
        };
        self.letters.iter().map(of).collect()
    }

    /// Keeps only the letters without problems, so that labels and envelopes match the stack of letters; returns the
    /// problems of the others, and the page count of each letter.
    ///
    /// # Errors
    /// When there is a problem and problems may not be left out.
    pub(super) fn in_order(mut self) -> Result<(Self, Vec<Error>, Vec<usize>)> {
        let report = self.progress.of(Activity::CheckLetters, self.letters.len());
        let printed = self.on.check_to_go(&self.letters, &report)?;
        let problems = self.allowed(piece::problems(&printed, &self.letters), &printed, Channel::Letter.as_str())?;
        let mut pages = printed.pages.iter();
        self.letters.retain(|_| pages.next().is_some_and(|pages| *pages > 0));
        Ok((self, problems, printed.pages.into_iter().filter(|pages| *pages > 0).collect()))
    }

    /// The problems, if everything else may be printed without them.
    pub(super) fn allowed(&self, problems: Vec<Error>, printed: &Printed, what: &str) -> Result<Vec<Error>> {
        if problems.is_empty() || (self.leave_out && printed.pages.iter().any(|pages| *pages > 0)) {
            return Ok(problems);
        }
        let (bad, all) = (printed.pages.iter().filter(|pages| **pages == 0).count(), printed.pages.len());
        Err(nothing_went(("print", PieceState::Printed.as_str()), problems, (bad, all), what))
    }
}
