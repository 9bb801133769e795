//! `demo [DIR]`: plays the two years of the story, with the verbs that an owner would type, and shows the results.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::context::Context;
use super::done::Done;
use super::progress::progress;
use crate::app::demo;
use crate::campaign::Recipient;
use crate::clock::Clock;
use crate::demo::story::{self, GiftVisit};
use crate::demo::{people, purchases};
use crate::error::{Error, Result};
use crate::files;
use crate::money::Money;
use crate::redemption::Claim;
use crate::shop::Shop;

/// Play two years of a shop with invented customers, and show the results.
#[derive(Debug, clap::Args)]
pub(super) struct DemoArguments {
    /// The folder to create; `regulars-demo` by default.
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

const YEAR_ONE: &str = "1989-chardonnay";
const YEAR_TWO: &str = "1990-sauvignon-blanc";

pub(super) fn run(arguments: &DemoArguments, context: &Context) -> Result<Done> {
    let folder = arguments.folder.clone().map_or_else(free_folder, Ok)?;
    let bar = progress(context, 12, "Playing two years");
    let mut play = Play { folder: &folder, text: String::new(), bar, typed: context };
    demo::begin(&folder)?;
    let first = play.first_year()?;
    let second = play.second_year(&first.2)?;
    let years = play.verb(day(1990, 7, 2), &["report", "--years"])?;
    play.ending(&first.1, &second)?;
    play.bar.finish_and_clear();
    let object = json!({ "folder": folder.display().to_string(), "plan": first.0, "reports": [first.1, second], "years": years.json["years"] });
    Ok(Done::new(play.text, &object))
}

/// The first of regulars-demo, regulars-demo-2 … that does not exist.
fn free_folder() -> Result<PathBuf> {
    let names = std::iter::once("regulars-demo".to_owned()).chain((2..1000).map(|n| format!("regulars-demo-{n}")));
    let free = names.map(PathBuf::from).find(|folder| !folder.exists());
    free.ok_or_else(|| {
        Error::new("there are already a thousand demos here").hint("delete some, or give a folder: `regulars demo DIR`")
    })
}

/// A demo in progress: its folder, and its output so far.
struct Play<'p> {
    folder: &'p Path,
    text: String,
    bar: indicatif::ProgressBar,
    /// The context in which `demo` was run.
    typed: &'p Context,
}

impl Play<'_> {
    /// 1989: the plan, the report, and the recipients.
    fn first_year(&mut self) -> Result<(Value, Value, Vec<String>)> {
        let january = day(1989, 1, 15);
        self.file("exports/customers.csv", &people::customers())?;
        self.file("exports/purchases-1987-88.csv", &purchases::purchases(day(1987, 1, 2), day(1988, 12, 31)))?;
        self.tell("JANUARY 1989. A clothing store in Palo Alto takes its customer book and two years of sales out of the old till.");
        self.say(january, &["import", "customers", "exports/customers.csv"])?;
        self.say(january, &["import", "purchases", "exports/purchases-1987-88.csv"])?;
        self.tell(
            "A president pours a Californian Chardonnay at his inauguration. The store buys fifty cases, paid in clothing, and \
             writes to its 600 best customers: thank you, a bottle is waiting.",
        );
        let plan = self.say(january, &["plan", YEAR_ONE])?;
        self.say(january, &["print", YEAR_ONE])?;
        self.say(day(1989, 1, 18), &["posted", YEAR_ONE])?;
        let recipients = demo::written_to(self.folder, YEAR_ONE)?;
        let invited: Vec<String> = recipients.iter().map(|r| r.reference.clone()).collect();
        let visits = story::first_year(&invited);
        self.tell("They come. The person at the till types the code on each letter, and what was spent; a bottle goes over the counter.");
        demo::visits(self.folder, &recipients, &visits)?;
        self.second_scan(&recipients, &visits)?;
        self.file("exports/purchases-1989.csv", &story::year_between(&invited, &visits))?;
        self.tell("JULY 1989. How did it go?");
        let report = self.say(day(1989, 7, 3), &["report", YEAR_ONE])?;
        Ok((plan, report, invited))
    }

    /// 1990: two letters, and the report.
    fn second_year(&mut self, invited: &[String]) -> Result<Value> {
        let january = day(1990, 1, 15);
        self.tell("JANUARY 1990. A year of sales goes into the book, and next year's campaign is written from last year's response.");
        self.say(january, &["import", "purchases", "exports/purchases-1989.csv"])?;
        let draft = self.say(january, &["follow-up", YEAR_ONE, YEAR_TWO])?;
        self.tell(
            "The owner edits what it wrote. This year it is Sauvignon blanc. Those who came are thanked; those who did not come \
             are told that we can only assume they don't care for Chardonnay.",
        );
        demo::edit(self.folder, draft["templates"].as_array().into_iter().flatten().filter_map(Value::as_str))?;
        self.say(january, &["plan", YEAR_TWO])?;
        self.say(january, &["print", YEAR_TWO])?;
        self.say(day(1990, 1, 18), &["posted", YEAR_TWO])?;
        let recipients = demo::written_to(self.folder, YEAR_TWO)?;
        let asked: Vec<(String, bool)> = recipients.iter().map(|r| (r.reference.clone(), r.branch == "came")).collect();
        debug_assert!(asked.len() <= invited.len());
        demo::visits(self.folder, &recipients, &story::second_year(&asked))?;
        self.tell("JULY 1990. And this time?");
        self.say(day(1990, 7, 2), &["report", YEAR_TWO])
    }

    /// The comparison of the years, what to look at, and what to try next.
    fn ending(&mut self, first: &Value, second: &Value) -> Result<()> {
        self.tell("The two years side by side:");
        self.say(day(1990, 7, 2), &["report", "--years"])?;
        let folder = self.folder.display().to_string();
        let someone = demo::written_to(self.folder, YEAR_TWO)?
            .iter()
            .find(|r| r.branch == "missed")
            .map(|r| r.reference.clone())
            .unwrap_or_default();
        let currency = Shop::open(self.folder)?.settings.currency;
        let money = |report: &Value, key: &str| currency.show_whole(Money(report[key].as_i64().unwrap_or(0)));
        let figures = format!(
            "{} came in the first year and left {} in the till, for {} of wine and {} of stamps. In the second year it was {}, with {}.",
            first["redeemed"],
            money(first, "takings_minor"),
            money(first, "gift_cost_minor"),
            money(first, "postage_minor"),
            second["redeemed"],
            money(second, "takings_minor"),
        );
        self.tell(&figures);
        self.text.push_str(&format!(
            "\nThe shop is yours to try things out. Look at\n  {folder}/out/{YEAR_ONE}/letters.pdf       the first year's letters, in posting order\n  \
             {folder}/out/{YEAR_TWO}/letters.pdf  the second year's two letters\n  \
             {folder}/campaigns/ and {folder}/letter-templates/   what they were made from\n\nand try\n  \
             regulars --shop {folder} why {YEAR_TWO} {someone}\n  \
             regulars --shop {folder} preview {YEAR_TWO} {someone}\n  \
             regulars --shop {folder} segment \"regulars AND bought('blazer')\" --as-of 1990-01-15 --order-by \"spend_12m DESC\"\n",
        ));
        Ok(())
    }

    /// Runs a verb as the owner would type it, and shows the command and its output.
    fn say(&mut self, today: NaiveDate, words: &[&str]) -> Result<Value> {
        let done = self.verb(today, words)?;
        self.text.push_str(&format!("\n  $ regulars {}\n", words.join(" ")));
        let answer = done.text.split("\nNext:").next().unwrap_or_default();
        for line in answer.trim_end().lines() {
            self.text.push_str(&format!("  {line}\n"));
        }
        for warning in &done.warnings {
            self.text.push_str(&format!("  warning: {warning}\n"));
        }
        Ok(done.json)
    }

    /// Runs a verb in the demo's folder on a day of the story.
    fn verb(&mut self, today: NaiveDate, words: &[&str]) -> Result<Done> {
        self.bar.inc(1);
        let words = words.iter().map(|word| {
            if word.starts_with("exports/") { self.folder.join(word).into_os_string() } else { (*word).into() }
        });
        let context = Context {
            folder: self.folder.to_owned(),
            clock: Clock::fixed(today),
            watched: false,
            json: false,
            traces: Arc::default(),
            perform: self.typed.perform,
            command: self.typed.command,
        };
        (self.typed.perform)(words.collect(), &context)
    }

    fn tell(&mut self, words: &str) {
        self.text.push('\n');
        let mut width = 0;
        for word in words.split(' ') {
            let length = word.chars().count();
            if width > 0 && width + 1 + length > 78 {
                self.text.push('\n');
                width = 0;
            } else if width > 0 {
                self.text.push(' ');
                width += 1;
            }
            self.text.push_str(word);
            width += length;
        }
        self.text.push('\n');
    }

    fn file(&self, path: &str, text: &str) -> Result<()> {
        files::write_whole(&self.folder.join(path), text.as_bytes())
    }

    /// Someone tries the same letter twice.
    fn second_scan(&mut self, recipients: &[Recipient], visits: &[GiftVisit]) -> Result<()> {
        let Some((claim, answer)) = demo::second_scan(self.folder, recipients, visits)? else { return Ok(()) };
        let Claim::Typed(code) = &claim else { return Ok(()) };
        self.tell("One of them tries it twice:");
        self.text.push_str(&format!("\n  $ regulars redeem {code}\n"));
        for line in super::redeem::sentence(&answer, &claim, &Shop::open(self.folder)?).lines() {
            self.text.push_str(&format!("  {line}\n"));
        }
        Ok(())
    }
}

/// A day of the story; all of them exist.
fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}
