//! The verbs, and their common options.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use chrono::NaiveDate;
use clap::{CommandFactory, Parser};

use super::context::Context;
use super::done::{self, Done};
use super::output::{is_printed, show, to_stderr, to_stdout, unless_unprinted};
use super::verb_list::verbs;
use super::{
    backup, best, bounces, calls, check, command_list, completions, customer, demo, doctor, email, follow_up, import,
    init, man, manual, note_lines, outbox, plan, posted, preview, print, proof, recipients, redeem, report, restore,
    returned, run, segment, send, serve, till, unredeem, why,
};
use crate::app;
use crate::clock::{Clock, Rehearsal};
use crate::error::{Error, Result};
use crate::shop::Shop;
use crate::text;

/// The text below the list of verbs.
const MORE: &str = "`regulars manual` lists the pages of the manual, `regulars manual first-campaign` shows the first.";

/// Keep a shop's customer book, write to the best customers by name, record who came, and prepare next year's letter.
#[derive(Debug, Parser)]
#[command(name = "regulars", version, max_term_width = 100, arg_required_else_help = true, after_help = MORE)]
struct CommandLine {
    /// The shop folder.
    #[arg(
        long,
        global = true,
        display_order = 901,
        env = "REGULARS_SHOP",
        value_name = "DIR",
        default_value = ".",
        hide_env_values = true
    )]
    shop: PathBuf,
    /// Act as if it were this day, or this moment: 2025-01-01T01:30:00Z.
    #[arg(
        long,
        global = true,
        display_order = 902,
        env = "REGULARS_TODAY",
        value_name = "YYYY-MM-DD",
        hide_env_values = true
    )]
    today: Option<Rehearsal>,
    /// Print one JSON object instead of text.
    #[arg(long, global = true, display_order = 903)]
    json: bool,
    #[command(subcommand)]
    verb: Verb,
}

verbs! { Verb:
    Init = init::InitArguments,
    Demo = demo::DemoArguments,
    Import = import::ImportArguments,
    Best = best::BestArguments,
    Calls = calls::CallsArguments,
    Customer = customer::CustomerArguments,
    Segment = segment::SegmentArguments,
    Check = check::CheckArguments,
    Plan = plan::PlanArguments,
    Recipients = recipients::RecipientsArguments,
    Why = why::WhyArguments,
    NoteLines = note_lines::NoteLinesArguments,
    Proof = proof::ProofArguments,
    Preview = preview::PreviewArguments,
    Print = print::PrintArguments,
    Posted = posted::PostedArguments,
    Send = send::SendArguments,
    Email = email::EmailArguments,
    Outbox = outbox::OutboxArguments,
    Run = run::RunArguments,
    Bounces = bounces::BouncesArguments,
    Redeem = redeem::RedeemArguments,
    Unredeem = unredeem::UnredeemArguments,
    Returned = returned::ReturnedArguments,
    FollowUp = follow_up::FollowUpArguments,
    Report = report::ReportArguments,
    Serve = serve::ServeArguments,
    Till = till::TillArguments,
    Backup = backup::BackupArguments,
    Restore = restore::RestoreArguments,
    Doctor = doctor::DoctorArguments,
    Manual = manual::ManualArguments,
    Completions = completions::CompletionsArguments,
    Man = man::ManArguments,
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let line = match CommandLine::try_parse() {
        Ok(line) => line,
        // Help and the version are printed this way too.
        Err(told) => {
            // The same words again, without terminal control codes.
            let words = std::env::args_os().map(|word| text::plain(&word.to_string_lossy()));
            let told = if told.use_stderr() { CommandLine::try_parse_from(words).err().unwrap_or(told) } else { told };
            return unless_unprinted(is_printed(told.print()), u8::try_from(told.exit_code()).unwrap_or(2));
        }
    };
    let context = Context {
        clock: Clock::of(line.today, Shop::timezone(&line.shop)),
        folder: line.shop,
        watched: std::io::stderr().is_terminal() && !line.json,
        json: line.json,
        traces: Arc::default(),
        perform,
        command: CommandLine::command,
    };
    let exit = match line.verb.run(&context) {
        Ok(done) => show(&done, line.json),
        Err(error) => {
            let error = app::doctor::with_whose(error, &context.folder);
            let json = done::error_json(&error).filter(|_| line.json);
            let printed = json.map_or(Ok(()), |json| to_stdout(&json));
            to_stderr(&error.report());
            unless_unprinted(printed, error.exit_code())
        }
    };
    // As an object there are no warnings.
    if let Some(traces) = context.traces.get().filter(|_| !line.json) {
        tell(traces, &context);
    }
    exit
}

/// Shows the warnings of a `customer forget` that was killed.
fn tell(traces: &[String], context: &Context) {
    let Ok(shop) = context.shop() else { return };
    for line in customer::late_warnings(&shop, traces) {
        to_stderr(&format!("warning: {line}\n"));
    }
    let _ = app::forget::told(&shop);
}

/// Every verb with its options, for the tests of the manual.
#[must_use]
pub fn verbs_with_options() -> Vec<(String, Vec<String>)> {
    command_list::verbs(&CommandLine::command()).map(|verb| (verb.path, verb.options)).collect()
}

/// Runs a verb given as words.
fn perform(words: Vec<OsString>, context: &Context) -> Result<Done> {
    let line = CommandLine::try_parse_from(std::iter::once("regulars".into()).chain(words))
        .map_err(|e| Error::new("the demo does not know its own verbs").hint("please report it").because(e))?;
    line.verb.run(context)
}

/// Runs a verb in a folder on a day without printing: its exit code, and all its output.
pub(crate) fn perform_in(folder: &Path, today: NaiveDate, words: &[&str]) -> (u8, String) {
    let clock = Clock::fixed(today);
    let context = Context {
        folder: folder.to_owned(),
        clock,
        watched: false,
        json: true,
        traces: Arc::default(),
        perform,
        command: CommandLine::command,
    };
    match perform(words.iter().map(OsString::from).collect(), &context) {
        Ok(done) => (done.exit, format!("{}{}\n{}{}", done.text, done.warnings.join("\n"), done.refusal, done.json)),
        Err(error) => (error.exit_code(), error.report() + &done::error_json(&error).unwrap_or_default()),
    }
}
