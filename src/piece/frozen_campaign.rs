//! A plan ready for production: everything that its pieces are made from, as stored, with its letters checked and
//! printed.

use std::collections::BTreeMap;
use std::io::Write;

use chrono::NaiveDate;

use super::template_set::{TemplateSet, shop_fonts};
use crate::campaign::{self, HeldBack, Planned, Recipient, Sources};
use crate::domain::{CampaignState, RecipientId};
use crate::error::{Error, Result, about};
use crate::letter::{self, Letter, LetterProgress, PrintJob, Printed};
use crate::shop::{Settings, Shop};
use crate::store::Read;
use crate::text;

/// A plan, with everything its pieces are made from.
#[derive(Debug)]
pub(crate) struct FrozenCampaign {
    pub(crate) planned: Planned,
    /// Every file it was made from, as stored.
    pub(crate) sources: Sources,
    /// The stored shop.toml.
    pub(crate) settings: Settings,
    /// Templates, images and fonts.
    pub(crate) templates: TemplateSet,
    /// Pieces that are held back, by recipient ID.
    pub(crate) held_back: BTreeMap<RecipientId, HeldBack>,
}

impl FrozenCampaign {
    /// Loads a plan.
    ///
    /// # Errors
    /// When there is none, or it is over; with every error of its stored files.
    pub(crate) fn take(read: &Read<'_>, shop: &Shop, slug: &str) -> Result<Self> {
        let planned = campaign::need(read, slug)?;
        let held_back = campaign::held_back(read, &planned, None)?;
        Self::lay_out(read, shop, planned, held_back)
    }

    /// Loads a reminder of a plan; its pieces have the date `dated`. None are held back: the reminder itself decides
    /// who gets it.
    ///
    /// # Errors
    /// When the plan is over; with every error of its stored files.
    pub(crate) fn take_reminder(
        read: &Read<'_>,
        shop: &Shop,
        planned: &Planned,
        wave: usize,
        dated: NaiveDate,
    ) -> Result<Self> {
        let mut on = Self::lay_out(read, shop, Planned { dated, ..planned.clone() }, BTreeMap::new())?;
        on.templates.wave = wave;
        Ok(on)
    }

    /// The campaign's name, and which reminder it is.
    pub(crate) fn title(&self) -> String {
        match self.templates.wave {
            0 => self.planned.name.clone(),
            wave => format!("{}, reminder {wave}", self.planned.name),
        }
    }

    /// Identifies files of these pieces, in hexadecimal digits.
    pub(crate) fn fingerprint(&self) -> String {
        match self.templates.wave {
            0 => self.planned.fingerprint.clone(),
            wave => format!("{}{wave:04x}", self.planned.fingerprint),
        }
    }

    /// Loads a plan for one recipient's piece, which is faster.
    ///
    /// # Errors
    /// When the plan is over; with every error of its stored files.
    pub(crate) fn take_for(read: &Read<'_>, shop: &Shop, planned: Planned, recipient: &Recipient) -> Result<Self> {
        let held_back = campaign::held_back(read, &planned, Some(recipient.id))?;
        Self::lay_out(read, shop, planned, held_back)
    }

    fn lay_out(
        read: &Read<'_>,
        shop: &Shop,
        planned: Planned,
        held_back: BTreeMap<RecipientId, HeldBack>,
    ) -> Result<Self> {
        let slug = &planned.slug;
        if planned.state == CampaignState::Closed {
            return Err(Error::new(format!("{} is over, and its letters are not stored", text::quote(slug))).hint(
                format!(
                    "`regulars report {slug}` shows the results, `regulars follow-up {slug} NEW` starts the next one"
                ),
            ));
        }
        let sources = campaign::kept_files(read, &planned)?;
        let templates = TemplateSet::open(&sources, slug, planned.dated, shop_fonts(&shop.folder)?)?;
        Ok(Self { settings: sources.settings()?, sources, planned, templates, held_back })
    }

    /// Allows every piece, as the owner decides.
    #[must_use]
    pub(crate) fn despite(mut self) -> Self {
        self.held_back.clear();
        self
    }

    /// Checks that a piece may be sent.
    ///
    /// # Errors
    /// When it is held back: why, and what to do.
    pub(crate) fn may_go(&self, recipient: &Recipient) -> Result<()> {
        let held = self.held_back.get(&recipient.id);
        held.map_or(Ok(()), |held| Err(Error::new(held.message.clone()).hint(held.hint.clone())))
    }

    /// Prints the letters of these recipients into one PDF; for duplex, each starts on a front side.
    ///
    /// # Errors
    /// When the work is stopped, or the file cannot be written. Problems of a letter are in the result.
    pub(crate) fn print(
        &self,
        recipients: &[&Recipient],
        (leave_out_problems, duplex): (bool, bool),
        progress: LetterProgress<'_>,
        out: &mut (impl Write + Send),
    ) -> Result<Printed> {
        let compose = |index: usize| self.letter_to_go(recipients[index]);
        let job = self.job(recipients.len(), &compose, leave_out_problems, progress);
        letter::print(&PrintJob { duplex, ..job }, out)
    }

    /// Prints the letter of one recipient as they may read it on a screen: with its subject for a title, and tagged.
    ///
    /// # Errors
    /// As [`Self::print`].
    pub(crate) fn print_one(&self, recipient: &Recipient, out: &mut impl Write) -> Result<Printed> {
        let compose = |_| self.letter_to_go(recipient);
        letter::print_tagged(
            &PrintJob { title: self.subject(recipient), ..self.job(1, &compose, false, &|_| Ok(())) },
            out,
        )
    }

    /// The pages of one recipient's letter as SVG; none when something is wrong with it.
    ///
    /// # Errors
    /// As [`Self::print`].
    pub(crate) fn svg(&self, recipient: &Recipient) -> Result<(Printed, Vec<String>)> {
        let compose = |_| self.letter_to_go(recipient);
        let job = PrintJob { title: self.subject(recipient), ..self.job(1, &compose, false, &|_| Ok(())) };
        let (printed, letters) = letter::svg(&job)?;
        Ok((printed, letters.into_iter().flatten().collect()))
    }

    /// What a piece is called for who gets it: its subject, else the shop's name.
    fn subject(&self, recipient: &Recipient) -> String {
        let template = self.templates.template_of(recipient);
        // An email's subject may print a field that a letter does without.
        let subject = self.templates.engine.subject(template, &self.templates.fields(recipient)).ok().flatten();
        let subject = subject.map(|subject| subject.split_whitespace().collect::<Vec<_>>().join(" "));
        subject.filter(|subject| !subject.is_empty()).unwrap_or_else(|| self.settings.name.clone())
    }

    /// Typesets these letters as [`Self::print`] does, without printing.
    ///
    /// # Errors
    /// When the work is stopped, or a thread panics.
    pub(crate) fn check_to_go(&self, recipients: &[&Recipient], progress: LetterProgress<'_>) -> Result<Printed> {
        let compose = |index: usize| self.letter_to_go(recipients[index]);
        letter::check(&self.job(recipients.len(), &compose, true, progress))
    }

    fn letter_to_go(&self, recipient: &Recipient) -> Result<Letter> {
        self.may_go(recipient)?;
        self.templates.letter(recipient)
    }

    /// Typesets these letters without printing; those held back as well.
    ///
    /// # Errors
    /// When the work is stopped, or a thread panics.
    pub(crate) fn check(&self, recipients: &[&Recipient], progress: LetterProgress<'_>) -> Result<Printed> {
        let compose = |index: usize| self.templates.letter(recipients[index]);
        letter::check(&self.job(recipients.len(), &compose, true, progress))
    }

    /// Prints letters with the window and the folds in red, and the reason for showing each in the margin.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn proof(&self, shown: &[(&Recipient, String)], out: &mut (impl Write + Send)) -> Result<Printed> {
        let compose = |index: usize| {
            let (recipient, why) = &shown[index];
            Ok(Letter { proof: Some(why.clone()), ..self.templates.letter(recipient)? })
        };
        letter::print(&self.job(shown.len(), &compose, true, &|_| Ok(())), out)
    }

    fn job<'a>(
        &'a self,
        letters: usize,
        compose: &'a (dyn Fn(usize) -> Result<Letter> + Sync),
        leave_out_problems: bool,
        progress: LetterProgress<'a>,
    ) -> PrintJob<'a> {
        PrintJob {
            stationery: &self.templates.stationery,
            images: &self.templates.images,
            fonts: &self.templates.fonts,
            letters,
            compose,
            title: self.settings.name.clone(),
            fingerprint: self.fingerprint(),
            created: self.planned.dated,
            threads: threads(),
            leave_out_problems,
            duplex: false,
            progress,
        }
    }
}

/// How many threads work on letters; the output does not depend on it.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The problems of letters, each with its recipient.
pub(crate) fn problems(printed: &Printed, recipients: &[&Recipient]) -> Vec<Error> {
    problems_of("letter to", printed, recipients)
}

/// The problems of what is printed for recipients (`label for`), each with its recipient.
pub(crate) fn problems_of(what: &str, printed: &Printed, recipients: &[&Recipient]) -> Vec<Error> {
    let named = printed.problems.iter().map(|problem| {
        let who = recipients[problem.letter];
        let whose = format!("{what} {} ({})", who.name, text::quote(&who.reference));
        let error = Error::new(about(&whose, &problem.message, problem.goes_on));
        match &problem.hint {
            Some(hint) => error.hint(hint.clone()),
            None => error,
        }
    });
    named.collect()
}
