//! `print NAME`: the letters in posting order, with their manifest and a cover sheet; or the labels or envelopes for them.

mod cover;
mod each;
mod envelopes;
mod labels;
mod letters;

pub(super) use letters::make as make_letters;

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::done::Done;
use super::{Context, pieces, progress};
use crate::campaign::{self, Planned, Recipient, Second};
use crate::domain::CampaignState;
use crate::error::{Error, ErrorKind, Result};
use crate::letter::{Envelope, Imprint, Printed};
use crate::piece::{self, FrozenCampaign};
use crate::reminder;
use crate::shop::Shop;
use crate::store::Store;
use crate::text;

/// Print the letters: one PDF in posting order, with a manifest and a cover sheet; or labels or envelopes for them. May be
/// run any number of times.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// From this number on.
    #[arg(long, value_name = "N")]
    from: Option<usize>,
    /// Up to this number.
    #[arg(long, value_name = "M")]
    to: Option<usize>,
    /// The letters of the first reminder, or of another: those that `run` has printed, once more.
    #[arg(long, value_name = "N")]
    wave: Option<NonZeroUsize>,
    /// Print the letters that are in order, and list those that are not.
    #[arg(long)]
    leave_out_problems: bool,
    /// Let letters go that wait: for a complaint to be put right, or because of a wish since the plan.
    #[arg(long, conflicts_with = "wave")]
    despite: bool,
    /// For printing on both sides: each letter starts on a front.
    #[arg(long, conflicts_with_all = ["each", "labels", "envelopes"])]
    duplex: bool,
    /// One file a person, in out/NAME/letters/.
    #[arg(long, conflicts_with_all = ["labels", "envelopes"])]
    each: bool,
    /// Address labels for the letters instead: 5160, 5161, 5163, L7160, L7162 or L7163.
    #[arg(long, value_name = "SHEET", conflicts_with = "envelopes")]
    labels: Option<String>,
    /// The first free label on the first sheet, counted row by row.
    #[arg(long, value_name = "N", requires = "labels", default_value_t = 1)]
    start: usize,
    /// Move the labels so many mm to the right and down; `-1,0.5` is to the left and down.
    #[arg(long, value_name = "X,Y", requires = "labels", allow_hyphen_values = true)]
    nudge: Option<String>,
    /// Only the outlines of the labels, to hold against the sheet.
    #[arg(long, requires = "labels")]
    outline: bool,
    /// Addressed envelopes for the letters instead: 10, dl or c5.
    #[arg(long, value_name = "SIZE")]
    envelopes: Option<String>,
}

/// How many problems are shown on the terminal; `--json` has them all.
const MOST_SHOWN: usize = 20;

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let labels = arguments.labels.as_deref().map(|name| labels::Wanted::read(name, arguments, &shop)).transpose()?;
    let envelope: Option<Envelope> = arguments.envelopes.as_deref().map(str::parse).transpose()?;
    let mut store = shop.store()?;
    let mut on = match arguments.wave {
        Some(wave) => again(&store, &shop, &arguments.campaign, wave.get())?,
        None => FrozenCampaign::take(&store.read(), &shop, &arguments.campaign)?,
    };
    let all = campaign::recipients(&store.read(), on.planned.id)?;
    if on.planned.state == CampaignState::Posted && arguments.wave.is_none() {
        // Whoever gets a letter instead of an email may have said no since.
        let open = Planned { state: CampaignState::Sending, ..on.planned.clone() };
        on.held_back = campaign::held_back(&store.read(), &open, None)?;
        let to_post: HashSet<i64> = all.iter().filter(|r| is_to_post(r)).map(|r| r.id).collect();
        on.held_back.retain(|id, _| to_post.contains(id));
    }
    let on = if arguments.despite { on.despite() } else { on };
    let letters = match arguments.wave {
        Some(wave) => reminder::still_wanted(&store.read(), &on.planned, wave.get(), &all)?,
        None => all.iter().filter(|r| r.gets("letter")).collect(),
    };
    let run = Run::of(letters, &on, &shop, arguments, context)?;
    let done = match (labels, envelope) {
        (Some(wanted), _) if arguments.outline => labels::outline(&run, &wanted)?,
        (Some(wanted), _) => labels::print(run, &wanted)?,
        (_, Some(envelope)) => envelopes::print(run, envelope)?,
        _ if arguments.each => each::print(run, &mut store)?,
        _ => letters::print(&run, &mut store)?,
    };
    Ok(done.warn(pieces::differences(&store.read(), &shop, &on)?))
}

/// A reminder whose letters were printed, to print them again.
fn again(store: &Store, shop: &Shop, slug: &str, wave: usize) -> Result<FrozenCampaign> {
    let planned = campaign::need(&store.read(), slug)?;
    let printed = reminder::batches(&store.read(), &planned, wave)?;
    match reminder::dated(&store.read(), &planned, wave)?.filter(|_| printed > 0) {
        Some(dated) => FrozenCampaign::take_reminder(&store.read(), shop, &planned, wave, dated),
        None => Err(Error::new(format!("no letter of reminder {wave} of {} was printed yet", text::quote(slug)))
            .hint("`regulars run` prints them on their day; `regulars preview NAME REF --wave N` shows one")),
    }
}

/// Whether they get a letter instead of an email, and it was not posted yet.
fn is_to_post(recipient: &Recipient) -> bool {
    recipient.second.as_ref().is_some_and(Second::is_to_post)
}

/// What is to be printed, from which plan, and where it goes.
pub(super) struct Run<'r> {
    context: &'r Context,
    shop: &'r Shop,
    on: &'r FrozenCampaign,
    /// The recipients of letters, in posting order.
    letters: Vec<&'r Recipient>,
    /// They are all the letters of the campaign.
    whole: bool,
    /// `-2-3` after the names of files that hold only some of the letters.
    part: String,
    leave_out: bool,
    duplex: bool,
}

impl<'r> Run<'r> {
    fn of(
        all: Vec<&'r Recipient>,
        on: &'r FrozenCampaign,
        shop: &'r Shop,
        arguments: &Arguments,
        context: &'r Context,
    ) -> Result<Self> {
        let (from, to) = (arguments.from.unwrap_or(1), arguments.to.unwrap_or(usize::MAX));
        let none = all.is_empty();
        let whole = arguments.from.is_none() && arguments.to.is_none();
        // After the campaign was posted, emails may have become letters: then it is those alone that are missing.
        let has_rest = arguments.wave.is_none() && on.planned.posted_on.is_some();
        let rest = whole && has_rest && all.iter().any(|r| is_to_post(r));
        let wanted = |r: &&Recipient| r.number.is_some_and(|n| (from..=to).contains(&n)) && (!rest || is_to_post(r));
        let letters: Vec<&Recipient> = all.into_iter().filter(wanted).collect();
        if letters.is_empty() {
            let hint = match (none, arguments.wave) {
                (false, _) => "look at the numbers in `regulars recipients`",
                (true, None) => "its pieces are emails: `regulars send`",
                (true, Some(_)) => "all whose letter was printed have come since, or are not to be written to any more",
            };
            return Err(Error::new(format!("{} has no letter to print", text::quote(&arguments.campaign))).hint(hint));
        }
        let number = |r: Option<&&Recipient>| r.and_then(|r| r.number).unwrap_or(0);
        let part = format!("-{}-{}", number(letters.first()), number(letters.last()));
        let part = match (rest, whole) {
            (true, _) => "-instead".to_owned(),
            (_, true) => String::new(),
            (_, false) => part,
        };
        let whole = whole && !rest;
        let (leave_out, duplex) = (arguments.leave_out_problems, arguments.duplex);
        Ok(Self { context, shop, on, letters, whole, part, leave_out, duplex })
    }

    /// The letters of a reminder that are due, for the print run `batch` of it.
    pub(super) fn of_reminder(
        context: &'r Context,
        shop: &'r Shop,
        on: &'r FrozenCampaign,
        letters: Vec<&'r Recipient>,
        batch: usize,
    ) -> Self {
        let part = if batch == 1 { String::new() } else { format!("-{batch}") };
        Self { context, shop, on, letters, whole: true, part, leave_out: true, duplex: false }
    }

    /// Where a file of this run goes: `out/NAME/letters-2-3.pdf`, of a reminder `out/NAME/reminder-1/letters.pdf`.
    fn path(&self, stem: &str, ending: &str) -> PathBuf {
        let folder = self.shop.out(&self.on.planned.slug);
        let folder = match self.on.templates.wave {
            0 => folder,
            wave => folder.join(format!("reminder-{wave}")),
        };
        folder.join(format!("{stem}{}{ending}", self.part))
    }

    /// Writes down that letters were printed; those of a reminder are written down with it.
    fn mark_printed(&self, store: &mut Store, letters: &[&Recipient]) -> Result<()> {
        if self.on.templates.wave > 0 {
            return Ok(());
        }
        store.write(|write| campaign::mark_printed(write, &self.on.planned, letters.iter().copied()))
    }

    /// How many sheets of paper letters of so many pages take.
    fn sheets(&self, pages: &[usize]) -> usize {
        pages.iter().map(|pages| if self.duplex { pages.div_ceil(2) } else { *pages }).sum()
    }

    /// A path as the owner sees it.
    pub(super) fn shown(&self, path: &Path) -> String {
        pieces::shown(self.context, path)
    }

    /// What the files beside the letters are made with; each kind has an identity of its own.
    fn imprint(&self, kind: &str) -> Imprint<'_> {
        Imprint {
            fonts: &self.on.templates.fonts,
            language: self.on.templates.stationery.first().map_or("en", |own| own.language.as_str()),
            title: format!("{}: {kind}", self.on.title()),
            fingerprint: kind.bytes().fold(self.on.fingerprint(), |id, byte| id + &format!("{byte:02x}")),
            created: self.on.planned.dated,
        }
    }

    /// The same with only those whose letter is in order, so that what is made beside the letters matches their stack; what
    /// is wrong with the others, and the pages of each letter.
    ///
    /// # Errors
    /// When something is wrong that may not be left out.
    fn in_order(mut self) -> Result<(Self, Vec<Error>, Vec<usize>)> {
        let bar = progress(self.context, self.letters.len(), "Looking at the letters");
        let printed = self.on.check_to_go(&self.letters, &|done| bar.set_position(done as u64))?;
        bar.finish_and_clear();
        let problems = self.allowed(piece::problems(&printed, &self.letters), &printed, "letter")?;
        let mut pages = printed.pages.iter();
        self.letters.retain(|_| pages.next().is_some_and(|pages| *pages > 0));
        Ok((self, problems, printed.pages.into_iter().filter(|pages| *pages > 0).collect()))
    }

    /// The problems, if all else may be printed without them.
    fn allowed(&self, problems: Vec<Error>, printed: &Printed, what: &str) -> Result<Vec<Error>> {
        if problems.is_empty() || (self.leave_out && printed.pages.iter().any(|pages| *pages > 0)) {
            return Ok(problems);
        }
        let (bad, all) = (printed.pages.iter().filter(|pages| **pages == 0).count(), printed.pages.len());
        let more = problems.len().saturating_sub(MOST_SHOWN);
        let mut shown: Vec<Error> = problems.into_iter().take(MOST_SHOWN).collect();
        if more > 0 {
            shown.push(Error::new(format!("{} of this kind", text::count(more, "more problem"))));
        }
        let (bad_shown, all_shown) = (text::thousands(bad), text::count(all, what));
        let nothing = Error::new(format!("nothing was printed: {bad_shown} of {all_shown} cannot be"));
        let hint = "mend them, or print the others with `--leave-out-problems`";
        shown.push(if bad < all { nothing.hint(hint) } else { nothing });
        Err(Error::all(shown).unwrap_or_else(|| Error::of(ErrorKind::Machine, "the letters could not be printed")))
    }
}

/// Done, or done in part when something was left out.
fn finished(done: Done, left_out: &[Error]) -> Done {
    if left_out.is_empty() {
        return done;
    }
    done.warn(left_out.iter().map(|problem| format!("left out: {problem}"))).exit(3)
}

/// The messages of what was left out, for programs.
fn messages(left_out: &[Error]) -> Vec<&str> {
    left_out.iter().map(Error::message).collect()
}
