//! `print NAME`: the letters in posting order, with their manifest and a cover sheet; or the labels or envelopes for them.

mod cover;
mod each;
mod envelopes;
mod labels;
mod letters;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::done::Done;
use super::{Context, pieces, progress};
use crate::campaign::{self, Planned, Recipient, Second, State};
use crate::error::{Error, Kind, Result};
use crate::letter::{self, Envelope, Imprint, OnDesk, Printed};
use crate::shop::Shop;
use crate::words;

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
    /// Print the letters that are in order, and list those that are not.
    #[arg(long)]
    leave_out_problems: bool,
    /// Let letters go that wait: for a complaint to be put right, or because of a wish since the plan.
    #[arg(long)]
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
    let mut on = OnDesk::take(&store.read(), &shop, &arguments.campaign)?;
    let all = campaign::recipients(&store.read(), on.planned.id)?;
    if on.planned.state == State::Posted {
        // Whoever gets a letter instead of an email may have said no since.
        let open = Planned { state: State::Sending, ..on.planned.clone() };
        on.held_back = campaign::held_back(&store.read(), &open, None)?;
        let to_post: HashSet<i64> = all.iter().filter(|r| is_to_post(r)).map(|r| r.id).collect();
        on.held_back.retain(|id, _| to_post.contains(id));
    }
    let on = if arguments.despite { on.despite() } else { on };
    let run = Run::of(&all, &on, &shop, arguments, context)?;
    let done = match (labels, envelope) {
        (Some(wanted), _) if arguments.outline => labels::outline(&run, &wanted)?,
        (Some(wanted), _) => labels::print(run, &wanted)?,
        (_, Some(envelope)) => envelopes::print(run, envelope)?,
        _ if arguments.each => each::print(run, &mut store)?,
        _ => letters::print(&run, &mut store)?,
    };
    Ok(done.warn(pieces::differences(&store.read(), &shop, &on)?))
}

/// Whether they get a letter instead of an email, and it was not posted yet.
fn is_to_post(recipient: &Recipient) -> bool {
    recipient.second.as_ref().is_some_and(Second::is_to_post)
}

/// What is to be printed, from which plan, and where it goes.
struct Run<'r> {
    context: &'r Context,
    shop: &'r Shop,
    on: &'r OnDesk,
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
        all: &'r [Recipient],
        on: &'r OnDesk,
        shop: &'r Shop,
        arguments: &Arguments,
        context: &'r Context,
    ) -> Result<Self> {
        let (from, to) = (arguments.from.unwrap_or(1), arguments.to.unwrap_or(usize::MAX));
        let whole = arguments.from.is_none() && arguments.to.is_none();
        // After the campaign was posted, emails may have become letters: then it is those alone that are missing.
        let rest = whole && on.planned.posted_on.is_some() && all.iter().any(is_to_post);
        let wanted = |r: &&Recipient| {
            r.gets("letter") && r.number.is_some_and(|n| (from..=to).contains(&n)) && (!rest || is_to_post(r))
        };
        let letters: Vec<&Recipient> = all.iter().filter(wanted).collect();
        if letters.is_empty() {
            let hint = if all.iter().any(|r| r.gets("letter")) {
                "look at the numbers in `regulars recipients`"
            } else {
                "its pieces are emails: `regulars send`"
            };
            return Err(Error::new(format!("{} has no letter to print", words::quote(&arguments.campaign))).hint(hint));
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

    /// Where a file of this run goes: `out/NAME/letters-2-3.pdf`.
    fn path(&self, stem: &str, ending: &str) -> PathBuf {
        self.shop.out(&self.on.planned.slug).join(format!("{stem}{}{ending}", self.part))
    }

    /// How many sheets of paper letters of so many pages take.
    fn sheets(&self, pages: &[usize]) -> usize {
        pages.iter().map(|pages| if self.duplex { pages.div_ceil(2) } else { *pages }).sum()
    }

    /// A path as the owner sees it.
    fn shown(&self, path: &Path) -> String {
        pieces::shown(self.context, path)
    }

    /// What the files beside the letters are made with; each kind has an identity of its own.
    fn imprint(&self, kind: &str) -> Imprint<'_> {
        Imprint {
            fonts: &self.on.desk.fonts,
            language: self.on.desk.stationery.first().map_or("en", |own| own.language.as_str()),
            title: format!("{}: {kind}", self.on.planned.name),
            fingerprint: kind.bytes().fold(self.on.planned.fingerprint.clone(), |id, byte| id + &format!("{byte:02x}")),
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
        let problems = self.allowed(letter::problems(&printed, &self.letters), &printed, "letter")?;
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
            shown.push(Error::new(format!("{} of this kind", words::count(more, "more problem"))));
        }
        let (bad_shown, all_shown) = (words::thousands(bad), words::count(all, what));
        let nothing = Error::new(format!("nothing was printed: {bad_shown} of {all_shown} cannot be"));
        let hint = "mend them, or print the others with `--leave-out-problems`";
        shown.push(if bad < all { nothing.hint(hint) } else { nothing });
        Err(Error::all(shown).unwrap_or_else(|| Error::of(Kind::Machine, "the letters could not be printed")))
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
