//! The proof as text: what stops pieces, then what is worth a look, each with its count, the first few names and what
//! to do.

use super::look::Proof;
use super::problem::{Gravity, ProofProblem, ProofProblemKind};
use crate::domain::{CampaignState, Channel};
use crate::error::about;
use crate::text;

/// How many of a kind are named.
const NAMED: usize = 5;

/// The text for the terminal; `pdf` is the file with the sample letters.
#[must_use]
pub(crate) fn text(proof: &Proof, pdf: &str) -> String {
    let mut text = format!("{}\n", summary(proof));
    for (gravity, heading) in [(Gravity::Stops, "Stopped"), (Gravity::Look, "Worth a look")] {
        let mut rest: Vec<&ProofProblem> = proof.problems.iter().filter(|problem| problem.gravity == gravity).collect();
        if !rest.is_empty() {
            text.push_str(&format!("\n{heading}\n"));
        }
        while let Some(first) = rest.first() {
            let kind = first.kind;
            let (now, later): (Vec<&ProofProblem>, Vec<&ProofProblem>) = rest.into_iter().partition(|p| p.kind == kind);
            text.push_str(&of_a_kind(kind, &now, &proof.campaign));
            rest = later;
        }
    }
    let of_the_book = |p: &ProofProblem| {
        matches!(
            p.kind,
            ProofProblemKind::NoName
                | ProofProblemKind::OddName
                | ProofProblemKind::Remark
                | ProofProblemKind::Capitals
                | ProofProblemKind::Address
                | ProofProblemKind::UnusableEmail
                | ProofProblemKind::EmailFault
                | ProofProblemKind::EmailTypo
                | ProofProblemKind::SharedAddress
                | ProofProblemKind::SharedInbox
        )
    };
    if proof.state == CampaignState::Planned && proof.problems.iter().any(of_the_book) {
        let again = format!("regulars plan {} --again", proof.campaign);
        text.push_str(&format!("\nFixes in the book get into the letters with `{again}`.\n"));
    }
    match proof.shown.as_slice() {
        [] => {}
        [_] => text.push_str(&format!("\nLook at {pdf}: the letter with its window and folds in red.\n")),
        shown => {
            let drawn = shown.iter().filter(|one| one.why == "drawn").count();
            let drawn = if drawn == 0 { String::new() } else { format!(" and {drawn} chosen at random") };
            let joint = if drawn.is_empty() { " and" } else { "," };
            text.push_str(&format!(
                "\nLook at {pdf}: the shortest letter{joint} the longest{drawn}, with window and folds in red.\n"
            ));
        }
    }
    text
}

/// `214 letters on 220 pages and 3 emails; 4 are stopped.`
fn summary(proof: &Proof) -> String {
    let mut pieces = Vec::new();
    if proof.letters > 0 {
        pieces.push(Channel::Letter.count(proof.letters));
    }
    if proof.emails > 0 {
        pieces.push(Channel::Email.count(proof.emails));
    }
    let stopped = match proof.stopped {
        0 => "nothing stops them".to_owned(),
        1 => "1 is stopped".to_owned(),
        n => format!("{} are stopped", text::thousands(n)),
    };
    let quiet = if proof.problems.is_empty() { ", and nothing looks odd" } else { "" };
    format!("{}: {}; {stopped}{quiet}.", proof.campaign, text::list(&pieces))
}

/// The name of a kind: singular and plural.
fn title(kind: ProofProblemKind, count: usize) -> String {
    let (one, several) = match kind {
        ProofProblemKind::EmptyField => ("piece that cannot be made", "pieces that cannot be made"),
        ProofProblemKind::MissingGlyph => {
            ("letter with a character that no font has", "letters with characters that no font has")
        }
        ProofProblemKind::Window => ("address that does not fit the window", "addresses that do not fit the window"),
        ProofProblemKind::Page => ("letter that cannot be set", "letters that cannot be set"),
        ProofProblemKind::UnusableEmail => ("email to an invalid address", "emails to invalid addresses"),
        ProofProblemKind::OpenComplaint => ("open complaint", "open complaints"),
        ProofProblemKind::NotWanted => ("piece that is no longer wanted", "pieces that are no longer wanted"),
        ProofProblemKind::NoName => ("person without a name", "people without a name"),
        ProofProblemKind::OddName => ("name that contains a remark", "names that contain remarks"),
        ProofProblemKind::Remark => ("card with a remark against mail", "cards with a remark against mail"),
        ProofProblemKind::Capitals => ("name in all capitals or lowercase", "names in all capitals or lowercase"),
        ProofProblemKind::Address => ("incomplete address", "incomplete addresses"),
        ProofProblemKind::EmailFault => {
            ("customer without a valid email address", "customers without a valid email address")
        }
        ProofProblemKind::EmailTypo => ("email address that looks mistyped", "email addresses that look mistyped"),
        ProofProblemKind::LongLetter => {
            ("letter that is longer than the others", "letters that are longer than the others")
        }
        ProofProblemKind::SharedAddress => ("address with several letters", "addresses with several letters"),
        ProofProblemKind::SharedInbox => ("inbox with several emails", "inboxes with several emails"),
        ProofProblemKind::TwiceAMonth => ("second piece within a month", "second pieces within a month"),
    };
    format!("{} {}", text::thousands(count), if count == 1 { one } else { several })
}

fn of_a_kind(kind: ProofProblemKind, problems: &[&ProofProblem], slug: &str) -> String {
    let mut text = format!("  {}\n", title(kind, problems.len()));
    for problem in problems.iter().take(NAMED) {
        text.push_str(&format!("    {}\n", line(problem)));
    }
    if problems.len() > NAMED {
        let more = text::thousands(problems.len() - NAMED);
        text.push_str(&format!("    and {more} more; `--json` has them all\n"));
    }
    let repairs = problems.iter().any(|problem| problem.repair.is_some());
    let hint = if repairs { Some(format!("regulars proof {slug} --mend-names")) } else { problems[0].hint.clone() };
    text.push_str(&hint.map(|hint| format!("    → {hint}\n")).unwrap_or_default());
    text
}

fn line(problem: &ProofProblem) -> String {
    let who = format!("{} ({})", clean(&problem.name), text::quote(&problem.reference));
    let message = clean(&problem.message);
    match (&problem.repair, problem.kind) {
        (Some(repair), _) => format!("{who} → {}", clean(&repair.name)),
        (None, ProofProblemKind::SharedAddress | ProofProblemKind::SharedInbox) => message,
        (None, _) => about(&who, &message, problem.goes_on),
    }
}

/// Text of customers in one line, without terminal control characters.
fn clean(text: &str) -> String {
    text::plain(text)
}
