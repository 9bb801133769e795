//! The command line: one file a verb, each with its arguments and one function.

mod backup;
mod best;
mod bounces;
mod calls;
mod check;
mod customer;
mod demo;
mod doctor;
mod done;
mod email;
mod follow_up;
mod import;
mod import_past;
mod init;
mod note_lines;
mod outbox;
mod plan;
mod posted;
mod preview;
mod print;
mod proof;
mod recipients;
mod redeem;
mod report;
mod returned;
mod run;
mod segment;
mod send;
mod serve;
mod till;
mod unredeem;
mod why;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use chrono::NaiveDate;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};

use crate::app::{Activity, Progress};
use crate::clock::Clock;
use crate::domain::Column;
use crate::error::{Error, Result};
use crate::shop::Shop;
use crate::text;
use done::Done;

/// Keeps a shop's customer book, writes to the best customers by name, knows who came, and writes next year's letter.
#[derive(Debug, Parser)]
#[command(name = "regulars", version, max_term_width = 100, arg_required_else_help = true)]
struct Arguments {
    /// The shop folder.
    #[arg(long, global = true, env = "REGULARS_SHOP", value_name = "DIR", default_value = ".", hide_env_values = true)]
    shop: PathBuf,
    /// Rehearse as if it were this day.
    #[arg(long, global = true, env = "REGULARS_TODAY", value_name = "YYYY-MM-DD", hide_env_values = true)]
    today: Option<NaiveDate>,
    /// Print one JSON object instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Init(init::Arguments),
    Demo(demo::Arguments),
    Import(import::Arguments),
    Best(best::Arguments),
    Calls(calls::Arguments),
    Customer(customer::Arguments),
    Segment(segment::Arguments),
    Check(check::Arguments),
    Plan(plan::Arguments),
    Recipients(recipients::Arguments),
    Why(why::Arguments),
    NoteLines(note_lines::Arguments),
    Proof(proof::Arguments),
    Preview(preview::Arguments),
    Print(print::Arguments),
    Posted(posted::Arguments),
    Send(send::Arguments),
    Email(email::Arguments),
    Outbox(outbox::Arguments),
    Run(run::Arguments),
    Bounces(bounces::Arguments),
    Redeem(redeem::Arguments),
    Unredeem(unredeem::Arguments),
    Returned(returned::Arguments),
    FollowUp(follow_up::Arguments),
    Report(report::Arguments),
    Serve(serve::Arguments),
    Till(till::Arguments),
    Backup(backup::Arguments),
    Doctor(doctor::Arguments),
}

/// Where a verb works, and when.
#[derive(Debug)]
struct Context {
    folder: PathBuf,
    clock: Clock,
    /// Whether somebody watches: progress is shown.
    watched: bool,
    /// Whether an object is wanted instead of text.
    json: bool,
}

impl Context {
    fn shop(&self) -> Result<Shop> {
        Shop::open(&self.folder)
    }

    /// The day on which something happened: today when nothing is said, and never a day to come.
    fn day_past(&self, on: Option<NaiveDate>, hint: &str) -> Result<NaiveDate> {
        let today = self.clock.today();
        let on = on.unwrap_or(today);
        if on > today { Err(Error::new(format!("{on} is in the future")).hint(hint)) } else { Ok(on) }
    }
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let context = Context {
        folder: arguments.shop,
        clock: arguments.today.map_or_else(Clock::system, Clock::fixed),
        watched: std::io::stderr().is_terminal() && !arguments.json,
        json: arguments.json,
    };
    match run(&arguments.verb, &context) {
        Ok(done) => show(&done, arguments.json),
        Err(error) => {
            if let Some(json) = done::error_json(&error).filter(|_| arguments.json) {
                to_stdout(&json);
            }
            to_stderr(&error.report());
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(verb: &Verb, context: &Context) -> Result<Done> {
    match verb {
        Verb::Init(arguments) => init::run(arguments, context),
        Verb::Demo(arguments) => demo::run(arguments, context),
        Verb::Import(arguments) => import::run(arguments, context),
        Verb::Best(arguments) => best::run(arguments, context),
        Verb::Calls(arguments) => calls::run(arguments, context),
        Verb::Customer(arguments) => customer::run(arguments, context),
        Verb::Segment(arguments) => segment::run(arguments, context),
        Verb::Check(arguments) => check::run(arguments, context),
        Verb::Plan(arguments) => plan::run(arguments, context),
        Verb::Recipients(arguments) => recipients::run(arguments, context),
        Verb::Why(arguments) => why::run(arguments, context),
        Verb::NoteLines(arguments) => note_lines::run(arguments, context),
        Verb::Proof(arguments) => proof::run(arguments, context),
        Verb::Preview(arguments) => preview::run(arguments, context),
        Verb::Print(arguments) => print::run(arguments, context),
        Verb::Posted(arguments) => posted::run(arguments, context),
        Verb::Send(arguments) => send::run(arguments, context),
        Verb::Email(arguments) => email::run(arguments, context),
        Verb::Outbox(arguments) => outbox::run(arguments, context),
        Verb::Run(arguments) => run::run(arguments, context),
        Verb::Bounces(arguments) => bounces::run(arguments, context),
        Verb::Redeem(arguments) => redeem::run(arguments, context),
        Verb::Unredeem(arguments) => unredeem::run(arguments, context),
        Verb::Returned(arguments) => returned::run(arguments, context),
        Verb::FollowUp(arguments) => follow_up::run(arguments, context),
        Verb::Report(arguments) => report::run(arguments, context),
        Verb::Serve(arguments) => serve::run(arguments, context),
        Verb::Till(arguments) => till::run(arguments, context),
        Verb::Backup(arguments) => backup::run(arguments, context),
        Verb::Doctor(arguments) => doctor::run(arguments, context),
    }
}

fn show(done: &Done, json: bool) -> ExitCode {
    if json {
        to_stdout(&format!("{}\n", done.json));
    } else {
        to_stdout(&done.text);
        for warning in &done.warnings {
            to_stderr(&format!("warning: {warning}\n"));
        }
    }
    to_stderr(&done.refusal);
    ExitCode::from(done.exit)
}

/// Writes to where data goes; a reader that has gone away is no fault of ours.
fn to_stdout(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Writes to where talk goes.
fn to_stderr(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// A bar for long work, for people who watch; it counts to `total`.
fn progress(context: &Context, total: usize, what: &'static str) -> indicatif::ProgressBar {
    if !context.watched {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::new(total as u64).with_message(what);
    let style = indicatif::ProgressStyle::with_template("{msg} {wide_bar} {percent}% {eta}");
    bar.with_style(style.unwrap_or_else(|_| indicatif::ProgressStyle::default_bar()))
}

/// Runs long work, and shows how far it is to people who watch.
fn watched<T>(context: &Context, work: impl FnOnce(&Progress<'_>) -> Result<T>) -> Result<T> {
    watched_until(context, &AtomicBool::new(false), work)
}

/// The same for work that may be stopped.
fn watched_until<T>(context: &Context, stop: &AtomicBool, work: impl FnOnce(&Progress<'_>) -> Result<T>) -> Result<T> {
    let bar = progress(context, 0, "");
    let report = |activity: Activity, done: usize, total: usize| {
        bar.set_message(match activity {
            Activity::ReadLetters => "Reading letters",
            Activity::CheckLetters => "Looking at the letters",
            Activity::LayOutLetters => "Setting letters",
            Activity::PrintLetters => "Printing letters",
            Activity::WriteEmails => "Writing emails",
            Activity::SendEmails => "Sending",
        });
        if activity == Activity::SendEmails
            && let Ok(style) =
                indicatif::ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {per_sec}, {eta} left")
        {
            bar.set_style(style);
        }
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    };
    let done = work(&Progress { report: &report, stop })?;
    bar.finish_and_clear();
    Ok(done)
}

/// What is being done now that has no measure.
fn now(bar: &indicatif::ProgressBar, what: &'static str) {
    if let Ok(style) = indicatif::ProgressStyle::with_template("{spinner} {msg} … {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar.enable_steady_tick(std::time::Duration::from_millis(100));
}

/// Reads a day, or a day and a time, as somebody types it at the till.
fn moment(text: &str, context: &Context) -> Result<chrono::NaiveDateTime> {
    let now = context.clock.now();
    let wrong = |_| {
        Error::new(format!("{} is not a day", text::quote(text)))
            .hint("write it as 1989-02-03, or with a time as 1989-02-03T14:05")
    };
    match text.split_once(['T', ' ']) {
        None => {
            let day: NaiveDate = text.parse().map_err(wrong)?;
            Ok(if day == now.date() { now } else { day.and_time(noon()) })
        }
        Some((day, time)) => {
            let day: NaiveDate = day.parse().map_err(wrong)?;
            let time = chrono::NaiveTime::parse_from_str(time, "%H:%M:%S")
                .or_else(|_| chrono::NaiveTime::parse_from_str(time, "%H:%M"));
            Ok(day.and_time(time.map_err(wrong)?))
        }
    }
}

/// One value of a closed list, by its form.
fn one_of<T: Column + std::str::FromStr<Err = Error> + Send + Sync>() -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(T::ALL.iter().map(|value| value.as_str())).try_map(|form| form.parse::<T>())
}

fn noon() -> chrono::NaiveTime {
    chrono::NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default()
}
