//! Checks a plan: everything worth a look, the most serious first, and proof.pdf.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::problem::{Gravity, ProofProblem, ProofProblemKind};
use super::sample::{self, SampleLetter};
use super::{addresses, emails, names, people, same_weeks};
use crate::campaign::{self, Recipient};
use crate::domain::{Arm, CampaignState, Channel};
use crate::error::Result;
use crate::files;
use crate::letter::{LetterProgress, PrintProblemKind, Printed};
use crate::piece::FrozenCampaign;
use crate::shop::Shop;
use crate::store::Read;
use crate::text;

/// The result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Proof {
    pub(crate) campaign: String,
    pub(crate) state: CampaignState,
    pub(crate) letters: usize,
    pub(crate) emails: usize,
    /// How many of them are not sent as things are.
    pub(crate) stopped: usize,
    /// The pages of the letters that can be printed.
    pub(crate) pages: usize,
    /// Everything that was found, the most serious first.
    pub(crate) problems: Vec<ProofProblem>,
    /// The letters of proof.pdf.
    pub(crate) shown: Vec<SampleLetter>,
    /// Pictures that are printed coarsely.
    #[serde(skip)]
    pub(crate) coarse_pictures: Vec<String>,
}

/// Checks a plan and writes out/NAME/proof.pdf, if any of its letters can be printed.
///
/// # Errors
/// When there is no plan, its stored files have errors, the work is stopped, or the file cannot be written.
pub(crate) fn proof(read: &Read<'_>, shop: &Shop, on: &FrozenCampaign, progress: LetterProgress<'_>) -> Result<Proof> {
    let planned = &on.planned;
    let all = campaign::recipients(read, planned.id)?;
    let pieces: Vec<&Recipient> = all.iter().filter(|r| r.arm == Arm::Mailed && r.number.is_some()).collect();
    let (letters, by_email): (Vec<&Recipient>, Vec<&Recipient>) =
        pieces.iter().partition(|r| r.goes_by() == Some(Channel::Letter));
    let printed = on.check(&letters, progress)?;
    let people = people::people(read, on, &pieces)?;

    let mut problems = of_letters(&printed, &letters);
    problems.extend(by_email.iter().filter_map(|email| of_email(on, email)));
    problems.extend(emails::unusable(&people, planned));
    problems.extend(pieces.iter().filter_map(|piece| {
        let held = on.held_back.get(&piece.id)?;
        let kind = if held.complaint { ProofProblemKind::OpenComplaint } else { ProofProblemKind::NotWanted };
        Some(ProofProblem::at(kind, piece, held.message.clone(), held.hint.clone()))
    }));
    problems.extend(pieces.iter().filter_map(|piece| nameless(piece)));
    problems.extend(names::remarks(&people));
    problems.extend(names::problems(&people, planned));
    problems.extend(addresses::problems(&people, &on.settings.country));
    problems.extend(emails::not_reached(read, on, &people)?);
    problems.extend(emails::typos(&people));
    problems.extend(long(&printed, &letters));
    problems.extend(addresses::shared(&people));
    problems.extend(emails::shared(&people));
    problems.extend(same_weeks::problems(read, on, &pieces)?);
    problems.sort_by_key(|problem| problem.kind);

    let shown = sample::choose(planned, &letters, &printed);
    let path = shop.out_to_write(&planned.slug)?.join("proof.pdf");
    if shown.is_empty() {
        // An earlier proof is outdated.
        let _ = std::fs::remove_file(&path);
    } else {
        let remarks: Vec<(&Recipient, String)> = shown.iter().map(|one| (letters[one.index], one.remark())).collect();
        files::write_whole_with(&path, |out| on.proof(&remarks, out))?;
    }
    let stopped: BTreeSet<&str> =
        problems.iter().filter(|p| p.gravity == Gravity::Stops).map(|p| p.reference.as_str()).collect();
    Ok(Proof {
        campaign: planned.slug.clone(),
        state: planned.state,
        letters: letters.len(),
        emails: by_email.len(),
        stopped: stopped.len(),
        pages: printed.pages.iter().sum(),
        problems,
        shown,
        coarse_pictures: printed.coarse.iter().map(|&coarse| on.templates.images.coarse(coarse)).collect(),
    })
}

/// Problems that stop letters from being printed.
fn of_letters(printed: &Printed, letters: &[&Recipient]) -> Vec<ProofProblem> {
    let found = printed.problems.iter().map(|problem| {
        let kind = match problem.kind {
            PrintProblemKind::Field => ProofProblemKind::EmptyField,
            PrintProblemKind::Glyph => ProofProblemKind::MissingGlyph,
            PrintProblemKind::Window => ProofProblemKind::Window,
            PrintProblemKind::Page => ProofProblemKind::Page,
        };
        let found = ProofProblem::at(kind, letters[problem.letter], problem.message.clone(), "");
        ProofProblem { hint: problem.hint.clone(), goes_on: problem.goes_on, ..found }
    });
    found.collect()
}

/// Why an email cannot be made.
fn of_email(on: &FrozenCampaign, email: &Recipient) -> Option<ProofProblem> {
    let (engine, template) = (&on.templates.engine, on.templates.template_of(email));
    let composed = engine.body(template, &email.fields).and_then(|_| engine.subject(template, &email.fields));
    let fault = composed.err()?;
    let place = fault.place().map(|place| format!("in letter-templates/{place}: ")).unwrap_or_default();
    let hint = format!("{place}{}", fault.what_next().unwrap_or("check the template and the card"));
    let found = ProofProblem::at(ProofProblemKind::EmptyField, email, fault.message().to_owned(), hint);
    Some(ProofProblem { goes_on: fault.goes_on(), ..found })
}

/// A recipient without a name.
fn nameless(piece: &Recipient) -> Option<ProofProblem> {
    let fields = piece.fields.to_read();
    let greeting = fields.get("greeting").filter(|greeting| *greeting == "Dear customer,")?;
    let hint = format!("regulars customer set {} first_name=… last_name=…", text::argument(&piece.reference));
    Some(ProofProblem::at(
        ProofProblemKind::NoName,
        piece,
        format!("no one to greet except {}", text::quote(greeting)),
        hint,
    ))
}

/// Letters with more pages than most of their branch.
fn long(printed: &Printed, letters: &[&Recipient]) -> Vec<ProofProblem> {
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
    let longer = with_usual.filter(|(_, pages, usual)| pages > usual).map(|(one, pages, usual)| {
        let message = format!("{}, where most have {usual}", text::count(pages, "page"));
        ProofProblem::at(
            ProofProblemKind::LongLetter,
            one,
            message,
            "shorten what is only in their letter: a long item, a personal line",
        )
    });
    longer.collect()
}
