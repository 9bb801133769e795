//! The unexpected: all external input, generated at random or changed at random from valid samples.
//!
//! Whatever the input, the program ends within ten seconds and a gigabyte, with no panic, no SQL in its output, and
//! nothing written outside the shop. Verbs run in this process, because a process for each case would be too slow; only
//! `serve` is one. Replies of mail servers, SMTP and IMAP, are tested in the unit tests whose names begin with
//! `fuzzing_`.
//!
//! Each case depends only on its number. One that fails prints its number: `REGULARS_FUZZ_SEED=NUMBER` runs only that
//! one, and its input is left in `fuzzing/` below the target's `tmp/`. `REGULARS_FUZZ` is the number of cases of each
//! property, 25 when it is not set, and 20 times as many expressions and replies of mail servers; `sh tests/long` sets
//! it to 10,000.

mod changes;
mod expressions;
mod imports;
mod mail;
mod requests;
mod shop_files;
mod workbooks;

use std::cell::Cell;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use fastrand::Rng;
use regulars::for_tests::{fuzz_cases, perform};

use crate::support::Shop;

/// The time limit of a case.
const LONGEST: Duration = Duration::from_secs(10);

/// In kB.
const MEMORY: u64 = 1_048_576;

/// What must not be in any output.
const INTERNALS: [&str; 12] = [
    "panicked",
    "SELECT ",
    "syntax error near",
    "no such column",
    "no such table",
    "no such function",
    "constraint failed",
    "fault of the program",
    "please report it",
    "RUST_",
    "unwrap()",
    "src/",
];

/// One case of a property.
struct Case<'c> {
    what: &'c str,
    number: u64,
    dice: Rng,
    /// The input file, for finding the error.
    input: PathBuf,
    running: &'c AtomicU64,
    worked: Cell<u32>,
}

impl Case<'_> {
    /// The input is kept until the next case, in case the process does not survive it.
    fn reads(&self, input: &[u8]) {
        std::fs::write(&self.input, input).unwrap();
    }

    /// Runs a verb, and checks its exit and output; returns both.
    fn verb(&self, shop: &Shop, words: &[&str], input: &[u8]) -> (u8, String) {
        self.holds(shop, &format!("{words:?}"), input, || perform(&shop.path(), today(), words))
    }

    /// The same for anything with an exit code and output.
    fn holds(&self, shop: &Shop, doing: &str, input: &[u8], run: impl FnOnce() -> (u8, String)) -> (u8, String) {
        self.reads(input);
        let (began, worked) = (Instant::now(), time_worked());
        self.running.store(self.number + 1, Ordering::SeqCst);
        let ended = catch_unwind(AssertUnwindSafe(run));
        self.running.store(0, Ordering::SeqCst);
        // On a busy machine elapsed time means nothing.
        let took = time_worked().zip(worked).map_or(began.elapsed(), |(now, before)| now.saturating_sub(before));
        let Ok((exit, said)) = ended else { self.fails(doing, "it panicked") };
        if exit > 3 || exit == 2 {
            self.fails(doing, &format!("it ended with {exit}: {said}"));
        }
        if took > LONGEST {
            self.fails(doing, &format!("it took {took:?}"));
        }
        let text = String::from_utf8_lossy(input);
        if let Some(word) = INTERNALS.iter().find(|word| said.contains(**word) && !text.contains(**word)) {
            self.fails(doing, &format!("`{word}` is in what it says: {said}"));
        }
        if exit == 1 && !said.contains("error") && !said.contains("problems") {
            self.fails(doing, &format!("it is refused without a word: {said}"));
        }
        let around: Vec<_> = shop.around().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        if around != ["shop"] {
            self.fails(doing, &format!("beside the shop there is {around:?}"));
        }
        self.worked.set(self.worked.get() + u32::from(exit == 0));
        (exit, said)
    }

    fn fails(&self, doing: &str, how: &str) -> ! {
        let Self { what, number, input, .. } = self;
        panic!(
            "{what}, case {number}: {doing}: {how}\nREGULARS_FUZZ_SEED={number} tries it again; it read {}",
            input.display()
        );
    }
}

/// Tries `times` cases of a property, or the one in REGULARS_FUZZ_SEED. At least `least` percent of the runs must
/// succeed, so that not all inputs are rejected at once.
fn property(what: &str, times: u64, least: u32, case: impl Fn(&mut Case<'_>)) {
    let one: Option<u64> = std::env::var("REGULARS_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok());
    let cases = one.map_or(0..fuzz_cases(times), |one| one..one + 1);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fuzzing");
    std::fs::create_dir_all(&folder).unwrap();
    let (running, done) = (AtomicU64::new(0), AtomicBool::new(false));
    let count = cases.end - cases.start;
    let worked = std::thread::scope(|scope| {
        scope.spawn(|| no_case_hangs(what, &running, &done));
        let worked = catch_unwind(AssertUnwindSafe(|| {
            let mut worked = 0_u64;
            for number in cases {
                let input = folder.join(what.replace(' ', "-"));
                let dice = Rng::with_seed(number);
                let mut one = Case { what, number, dice, input, running: &running, worked: Cell::new(0) };
                case(&mut one);
                worked += u64::from(one.worked.get() > 0);
            }
            worked
        }));
        done.store(true, Ordering::SeqCst);
        worked.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    assert!(one.is_some() || worked * 100 >= count * u64::from(least), "{what}: only {worked} of {count} ended well");
    held_within("self", what);
}

/// The CPU time of this thread, if the system provides it.
fn time_worked() -> Option<Duration> {
    let status = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    status.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// Ends this process when a case hangs.
fn no_case_hangs(what: &str, running: &AtomicU64, done: &AtomicBool) {
    let (mut before, mut since) = (0, Instant::now());
    while !done.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(20));
        let now = running.load(Ordering::SeqCst);
        if now != before {
            (before, since) = (now, Instant::now());
        }
        if now > 0 && since.elapsed() > 12 * LONGEST {
            let _ = writeln!(std::io::stderr(), "{what}, case {}: it hangs", now - 1);
            std::process::abort();
        }
    }
}

/// Checks that the peak memory of a process is within the limit, if the system provides it.
fn held_within(process: &str, what: &str) {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let most: u64 = most.map_or(0, |most| most.trim().trim_end_matches(" kB").parse().unwrap());
    assert!(most < MEMORY, "{what}: {most} kB were held");
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 3, 1).unwrap()
}
