//! The proof of a campaign: everything worth a look before it is printed, the gravest first, and a few letters to look at.

mod addresses;
mod capitals;
mod names;
mod sample;
mod show;
mod table;

use std::collections::{BTreeSet, HashMap};

use serde::{Serialize, Serializer};

use crate::campaign::{self, Recipient};
use crate::customers::{self, Customer};
use crate::domain::Arm;
use crate::error::Result;
use crate::files;
use crate::letter::{PrintProblemKind, Printed};
use crate::piece::FrozenCampaign;
use crate::shop::Shop;
use crate::store::Read;
use crate::text;

pub(crate) use names::mend_names;
pub(crate) use sample::Shown;
pub(crate) use show::text;

/// Pieces of two campaigns within so many days are two in a month.
const MONTH: u64 = 31;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Proof {
    /// The campaign.
    pub(crate) campaign: String,
    /// Where it stands.
    pub(crate) state: &'static str,
    /// Its letters.
    pub(crate) letters: usize,
    /// Its emails.
    pub(crate) emails: usize,
    /// How many of them do not go out as things are.
    pub(crate) stopped: usize,
    /// The pages of the letters that can be printed.
    pub(crate) pages: usize,
    /// Everything that was found, the gravest first.
    pub(crate) problems: Vec<Problem>,
    /// The letters of proof.pdf.
    pub(crate) shown: Vec<Shown>,
}

/// One thing worth a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    /// Whether it stops a piece.
    pub(crate) gravity: Gravity,
    /// What it is.
    pub(crate) kind: Kind,
    /// Whom it is about.
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    /// Their name.
    pub(crate) name: String,
    /// What is to be seen.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    /// What a name would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) repair: Option<Repair>,
}

/// How grave something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Gravity {
    /// The piece does not go out.
    Stops,
    /// It goes out, and perhaps should not like this.
    Look,
}

/// What a problem is; the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    EmptyField,
    MissingGlyph,
    Window,
    Page,
    OpenComplaint,
    NotWanted,
    NoName,
    Capitals,
    Address,
    LongLetter,
    SharedAddress,
    TwiceAMonth,
}

impl Kind {
    fn gravity(self) -> Gravity {
        if self <= Self::NotWanted { Gravity::Stops } else { Gravity::Look }
    }
}

/// A name in capitals as it would be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Repair {
    /// The whole name as it is.
    pub(crate) before: String,
    /// The whole name as it would be.
    pub(crate) name: String,
    /// The fields of the card that change.
    pub(crate) fields: Vec<(&'static str, String)>,
}

impl Serialize for Repair {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.collect_map(self.fields.iter().map(|(field, name)| (*field, name)))
    }
}

impl Problem {
    /// Something about a recipient.
    fn at(kind: Kind, recipient: &Recipient, message: String, hint: impl Into<String>) -> Self {
        let (reference, name) = (recipient.reference.clone(), recipient.name.clone());
        Self { gravity: kind.gravity(), kind, reference, name, message, hint: Some(hint.into()), repair: None }
    }

    /// Something about a card.
    fn of(kind: Kind, card: &Customer, message: String, hint: String) -> Self {
        let (reference, name) = (card.reference.clone(), card.name());
        Self { gravity: kind.gravity(), kind, reference, name, message, hint: Some(hint), repair: None }
    }
}

/// A recipient with the cards of their people, the best-ranked first.
struct Person<'r> {
    recipient: &'r Recipient,
    members: Vec<Customer>,
}

impl Person<'_> {
    /// The card that the piece is made out to.
    fn best(&self) -> Option<&Customer> {
        self.members.first()
    }

    fn said(&self) -> String {
        format!("{} ({})", self.recipient.name, text::quote(&self.recipient.reference))
    }
}

/// Looks a plan over and writes out/NAME/proof.pdf, if any of its letters can be printed.
///
/// # Errors
/// When there is no plan, what it kept has faults, or the file cannot be written.
pub(crate) fn proof(
    read: &Read<'_>,
    shop: &Shop,
    on: &FrozenCampaign,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Proof> {
    let planned = &on.planned;
    let all = campaign::recipients(read, planned.id)?;
    let pieces: Vec<&Recipient> = all.iter().filter(|r| r.arm == Arm::Mailed && r.number.is_some()).collect();
    let (letters, emails): (Vec<&Recipient>, Vec<&Recipient>) = pieces.iter().partition(|r| r.goes_by() == "letter");
    let printed = on.check(&letters, progress)?;
    let people = people(read, on, &pieces)?;

    let mut problems = of_letters(&printed, &letters);
    problems.extend(emails.iter().filter_map(|email| of_email(on, email)));
    problems.extend(pieces.iter().filter_map(|piece| {
        let held = on.held_back.get(&piece.id)?;
        let kind = if held.complaint { Kind::OpenComplaint } else { Kind::NotWanted };
        Some(Problem::at(kind, piece, held.message.clone(), held.hint.clone()))
    }));
    problems.extend(pieces.iter().filter_map(|piece| nameless(piece)));
    problems.extend(names::problems(&people, planned));
    problems.extend(addresses::problems(&people, &on.settings.country));
    problems.extend(long(&printed, &letters));
    problems.extend(addresses::shared(&people));
    problems.extend(twice(read, on, &pieces)?);
    problems.sort_by_key(|problem| problem.kind);

    let shown = sample::choose(planned, &letters, &printed);
    let path = shop.out(&planned.slug).join("proof.pdf");
    if shown.is_empty() {
        // What an earlier proof showed is no longer so.
        let _ = std::fs::remove_file(&path);
    } else {
        let remarks: Vec<(&Recipient, String)> = shown.iter().map(|one| (letters[one.index], one.remark())).collect();
        files::write_whole_with(&path, |out| on.proof(&remarks, out))?;
    }
    let stopped: BTreeSet<&str> =
        problems.iter().filter(|p| p.gravity == Gravity::Stops).map(|p| p.reference.as_str()).collect();
    Ok(Proof {
        campaign: planned.slug.clone(),
        state: planned.state.as_str(),
        letters: letters.len(),
        emails: emails.len(),
        stopped: stopped.len(),
        pages: printed.pages.iter().sum(),
        problems,
        shown,
    })
}

/// The recipients with their cards.
fn people<'r>(read: &Read<'_>, on: &FrozenCampaign, pieces: &[&'r Recipient]) -> Result<Vec<Person<'r>>> {
    let members = table::members(read, &on.planned)?;
    let mut people = Vec::with_capacity(pieces.len());
    for recipient in pieces {
        let ids = members.get(&recipient.id).map(Vec::as_slice).unwrap_or_default();
        let mut cards = ids.iter().map(|id| customers::by_id(read, *id)).collect::<Result<Vec<_>>>()?;
        cards.sort_by_key(|card| card.reference != recipient.reference);
        people.push(Person { recipient, members: cards });
    }
    Ok(people)
}

/// What keeps letters from being printed.
fn of_letters(printed: &Printed, letters: &[&Recipient]) -> Vec<Problem> {
    let told = printed.problems.iter().map(|problem| {
        let kind = match problem.kind {
            PrintProblemKind::Field => Kind::EmptyField,
            PrintProblemKind::Glyph => Kind::MissingGlyph,
            PrintProblemKind::Window => Kind::Window,
            PrintProblemKind::Page => Kind::Page,
        };
        let found = Problem::at(kind, letters[problem.letter], problem.message.clone(), "");
        Problem { hint: problem.hint.clone(), ..found }
    });
    told.collect()
}

/// What keeps an email from being made.
fn of_email(on: &FrozenCampaign, email: &Recipient) -> Option<Problem> {
    let (engine, template) = (&on.templates.engine, on.templates.template_of(email));
    let made = engine.body(template, &email.fields).and_then(|_| engine.subject(template, &email.fields));
    let fault = made.err()?;
    let place = fault.place().map(|place| format!("in letter-templates/{place}: ")).unwrap_or_default();
    let hint = format!("{place}{}", fault.what_next().unwrap_or("look at the template and at the card"));
    Some(Problem::at(Kind::EmptyField, email, fault.message().to_owned(), hint))
}

/// Somebody of whom no name is known.
fn nameless(piece: &Recipient) -> Option<Problem> {
    let fields = piece.fields.to_read();
    let greeting = fields.get("greeting").filter(|greeting| *greeting == "Dear customer,")?;
    let hint = format!("regulars customer set {} first_name=… last_name=…", names::argument(&piece.reference));
    Some(Problem::at(Kind::NoName, piece, format!("nobody to greet but {}", text::quote(greeting)), hint))
}

/// Letters of more pages than most of their branch have.
fn long(printed: &Printed, letters: &[&Recipient]) -> Vec<Problem> {
    let mut counts: HashMap<&str, HashMap<usize, usize>> = HashMap::new();
    for (letter, pages) in letters.iter().zip(&printed.pages).filter(|(_, pages)| **pages > 0) {
        *counts.entry(&letter.branch).or_default().entry(*pages).or_default() += 1;
    }
    let usual = |branch: &str| {
        let pages = counts.get(branch)?.iter().max_by_key(|(pages, count)| (**count, std::cmp::Reverse(**pages)));
        pages.map(|(pages, _)| *pages)
    };
    let with_usual =
        letters.iter().zip(&printed.pages).filter_map(|(one, pages)| Some((one, *pages, usual(&one.branch)?)));
    let told = with_usual.filter(|(_, pages, usual)| pages > usual).map(|(one, pages, usual)| {
        let message = format!("{}, where most have {usual}", text::count(pages, "page"));
        Problem::at(
            Kind::LongLetter,
            one,
            message,
            "shorten what is only in their letter: a long item, a personal line",
        )
    });
    told.collect()
}

/// Who gets a piece of another campaign in the same weeks.
fn twice(read: &Read<'_>, on: &FrozenCampaign, pieces: &[&Recipient]) -> Result<Vec<Problem>> {
    let by_id: HashMap<i64, &Recipient> = pieces.iter().map(|piece| (piece.id, *piece)).collect();
    let mut found = Vec::new();
    for other in table::others(read, &on.planned, MONTH)? {
        let Some(piece) = by_id.get(&other.recipient_id) else { continue };
        let what = if other.posted { "went out on" } else { "is planned for" };
        let message = format!("also gets {}, which {what} {}", text::quote(&other.campaign), other.on);
        let hint = "leave them out of one: `exclude`, or `NOT invited('…')` in its question";
        found.push(Problem::at(Kind::TwiceAMonth, piece, message, hint));
    }
    Ok(found)
}
