//! All letters of a job laid out and drawn by several threads, then bound into one file.

pub(super) mod one_by_one;
mod sample;
pub(super) mod separately;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, ErrorKind, Result};
use crate::letter::fonts::han::HanShapes;
use crate::letter::fonts::used::Used;
use crate::letter::images::CoarsePicture;
use crate::letter::line::typeset::Setter;
use crate::letter::pdf::Book;
use crate::letter::pdf::binder::Binder;
use crate::letter::pdf::compress::Compressor;
use crate::letter::pdf::draw::{Drawn, Pen};
use crate::letter::problem::problems;
use crate::letter::sheet::layout::{self, Constants};
use crate::letter::{Fonts, Letter, PrintJob, PrintProblem, PrintProblemKind, Printed, number};
use sample::samples;

/// How many letters a thread takes at a time.
const BATCH: usize = 16;

/// What became of a letter.
#[derive(Default)]
struct FinishedLetter {
    letter: usize,
    pages: Vec<Vec<u8>>,
    length: u32,
    stationery: usize,
    problems: Vec<PrintProblem>,
    coarse: Vec<CoarsePicture>,
    /// Characters that no font has, and in which shapes they are wanted.
    missing: Vec<(char, HanShapes)>,
}

/// Lays out every letter and writes them as one PDF in the given order.
///
/// The bytes depend on the job alone: not on the number of threads, the day or the machine. If a letter has a problem and
/// the job does not leave such letters out, what was written is no whole file, and is to be thrown away; the same holds
/// for an error.
pub fn print(job: &PrintJob<'_>, out: &mut (impl Write + Send)) -> Result<Printed> {
    let Work { bound, used, drawn, constants, fonts } = run(job, out, true)?;
    if bound.binder.pages() > 0 && bound.printed.is_to_be_written(job.leave_out_problems) {
        let mut compressor = Compressor::new();
        let forms_drawn = drawn.forms.clone();
        let mut pen = Pen::new(&fonts, drawn);
        let forms = constants.forms.iter().zip(forms_drawn).map(|(set, drawn)| {
            drawn.then(|| compressor.compress(pen.form(set)).map(|content| (content, set.height()))).transpose()
        });
        let forms = forms.collect::<Result<_>>()?;
        let images = job.images.list().iter().zip(&pen.drawn.images);
        bound.binder.finish(&Book {
            title: &job.title,
            language: job.stationery.first().map_or("en", |own| own.language.as_str()),
            fingerprint: &job.fingerprint,
            created: job.created,
            forms,
            images: images.map(|(image, drawn)| drawn.then_some(image)).collect(),
            fonts: &fonts,
            used,
            is_universal: false,
        })?;
    }
    Ok(bound.printed)
}

/// Lays out every letter and draws none: how many pages each takes, and every problem.
pub(crate) fn check(job: &PrintJob<'_>) -> Result<Printed> {
    Ok(run(job, io::sink(), false)?.bound.printed)
}

/// What is done, in the order of the letters: pages in the file, problems noted; what came before its turn waits.
struct Bound<'j, 'a, W: Write> {
    job: &'j PrintJob<'a>,
    binder: Binder<W>,
    printed: Printed,
    waiting: BTreeMap<usize, FinishedLetter>,
    /// An empty page, where each letter is to start on a front.
    back: Option<Vec<u8>>,
    /// Letters wait for the machine's fonts when they need them.
    retry_with_fallback_fonts: bool,
    fault: Option<Error>,
}

impl<W: Write> Bound<'_, '_, W> {
    fn take(&mut self, all: Vec<FinishedLetter>) {
        self.waiting.extend(all.into_iter().map(|done| (done.letter, done)));
        while let Some(next) = self.waiting.first_entry() {
            let waits = self.retry_with_fallback_fonts && can_retry_with_fallback_fonts(self.job.fonts, next.get());
            if *next.key() != self.printed.pages.len() || waits || self.fault.is_some() {
                break;
            }
            let done = next.remove();
            let size = self.job.stationery.get(done.stationery).map_or((612.0, 792.0), |own| own.paper.size());
            let pages = if done.problems.is_empty() { done.pages.len() } else { 0 };
            // A page that was not drawn, because the file is not wanted any more, has no content.
            let back = self.back.iter().filter(|_| pages % 2 == 1 && !done.pages[0].is_empty());
            for page in done.pages[..pages].iter().filter(|page| !page.is_empty()).chain(back) {
                self.fault = self.fault.take().or(self.binder.page(page, size).err());
            }
            self.printed.pages.push(pages);
            self.printed.lengths.push(done.length);
            self.printed.note_coarse(done.coarse);
            self.printed.problems.extend(done.problems);
        }
    }
}

/// Whether the machine's fonts have all that is missing, and nothing else is wrong.
fn can_retry_with_fallback_fonts(fonts: &Fonts, done: &FinishedLetter) -> bool {
    done.problems.len() == 1 && !done.missing.is_empty() && done.missing.iter().all(|&(c, _)| fonts.fallback_has(c))
}

/// All letters laid out, and once more those that need the machine's fonts.
fn run<'j, 'a, W: Write + Send>(job: &'j PrintJob<'a>, out: W, drawing: bool) -> Result<Work<'j, 'a, W>> {
    let samples = samples(job);
    let bound = Bound {
        job,
        binder: Binder::new(out),
        printed: Printed::default(),
        waiting: BTreeMap::new(),
        back: job.duplex.then(|| Compressor::new().compress(b"")).transpose()?,
        retry_with_fallback_fonts: true,
        fault: None,
    };
    let state = SharedWork::new((0..job.letters).collect(), drawing, bound);
    let mut work = run_workers(job, Cow::Borrowed(job.fonts), &samples, state)?;
    work.bound.retry_with_fallback_fonts = false;
    let (again, rest): (Vec<FinishedLetter>, Vec<FinishedLetter>) = std::mem::take(&mut work.bound.waiting)
        .into_values()
        .partition(|done| can_retry_with_fallback_fonts(job.fonts, done));
    let missing = again.iter().flat_map(|done| done.missing.iter().copied()).collect();
    match job.fonts.with_fallbacks_for(&missing) {
        Some(fonts) => {
            work.bound.take(rest);
            let letters = again.iter().map(|done| done.letter).collect();
            let state = SharedWork { count: job.letters.into(), ..SharedWork::new(letters, drawing, work.bound) };
            let mut more = run_workers(job, Cow::Owned(fonts), &samples, state)?;
            more.used.join(work.used);
            more.drawn.join(&work.drawn);
            work = more;
        }
        None => work.bound.take(again.into_iter().chain(rest).collect()),
    }
    work.bound.fault.take().map_or(Ok(work), Err)
}

/// Lets the threads work, and joins what they made.
fn run_workers<'j, 'a, W: Write + Send>(
    job: &'j PrintJob<'a>,
    fonts: Cow<'a, Fonts>,
    samples: &[Vec<Letter>],
    state: SharedWork<Bound<'j, 'a, W>>,
) -> Result<Work<'j, 'a, W>> {
    let mut setter = Setter::new(&fonts);
    let constants = Constants::new(&mut setter, job.stationery, job.images, samples);
    let mut used = setter.used;
    let mut drawn = nothing(job, &constants);
    let work = || work_through(job, &fonts, &constants, &state);
    let threads = job.threads.clamp(1, state.letters.len().div_ceil(BATCH).max(1));
    let results: Vec<Option<(Used, Drawn)>> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mine = work();
        std::iter::once(Some(mine)).chain(others.into_iter().map(|other| other.join().ok())).collect()
    });
    for result in results {
        let Some(result) = result else {
            return Err(Error::of(
                ErrorKind::Machine,
                "the letters could not be laid out: a part of the program failed",
            ));
        };
        used.join(result.0);
        drawn.join(&result.1);
    }
    let bound = state.bound.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Work { bound, used, drawn, constants, fonts })
}

/// No form and no image drawn yet.
fn nothing(job: &PrintJob<'_>, constants: &Constants) -> Drawn {
    Drawn::none(constants.forms.len(), job.images.list().len())
}

/// What all threads have made together.
struct Work<'j, 'a, W: Write> {
    bound: Bound<'j, 'a, W>,
    used: Used,
    drawn: Drawn,
    constants: Constants,
    fonts: Cow<'a, Fonts>,
}

/// What the threads share: the letters to be made, the next of them, how many are done, whether to draw or only to look
/// for problems, and where the letters go.
struct SharedWork<B> {
    letters: Vec<usize>,
    next: AtomicUsize,
    count: AtomicUsize,
    drawing: AtomicBool,
    bound: Mutex<B>,
}

impl<B> SharedWork<B> {
    fn new(letters: Vec<usize>, drawing: bool, bound: B) -> Self {
        let (next, count) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { letters, next, count, drawing: drawing.into(), bound: bound.into() }
    }
}

/// One thread's part: takes letters until there are none left.
fn work_through<W: Write>(
    job: &PrintJob<'_>,
    fonts: &Fonts,
    constants: &Constants,
    state: &SharedWork<Bound<'_, '_, W>>,
) -> (Used, Drawn) {
    let mut setter = Setter::new(fonts);
    let mut pen = Pen::new(fonts, nothing(job, constants));
    let mut compressor = Compressor::new();
    loop {
        let start = state.next.fetch_add(BATCH, Ordering::Relaxed);
        let batch: Vec<usize> = state.letters.iter().copied().skip(start).take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let mut all = Vec::with_capacity(batch.len());
        for &letter in &batch {
            let drawing = state.drawing.load(Ordering::Relaxed);
            let done = one(job, constants, &mut setter, (&mut pen, &mut compressor), letter, drawing);
            if !(done.problems.is_empty() || job.leave_out_problems || can_retry_with_fallback_fonts(fonts, &done)) {
                state.drawing.store(false, Ordering::Relaxed);
            }
            all.push(done);
        }
        let count = state.count.fetch_add(batch.len(), Ordering::Relaxed) + batch.len();
        let reported = (job.progress)(count.min(job.letters));
        let mut bound = state.bound.lock().unwrap_or_else(PoisonError::into_inner);
        bound.take(all);
        bound.fault = bound.fault.take().or(reported.err());
        if bound.fault.is_some() {
            break;
        }
    }
    (setter.used, pen.drawn)
}

/// One letter: composed, laid out, drawn, deflated.
fn one(
    job: &PrintJob<'_>,
    constants: &Constants,
    setter: &mut Setter<'_>,
    (pen, compressor): (&mut Pen<'_>, &mut Compressor),
    letter: usize,
    drawing: bool,
) -> FinishedLetter {
    let mut done = FinishedLetter { letter, ..FinishedLetter::default() };
    let composed = match (job.compose)(letter) {
        Ok(composed) => composed,
        Err(error) => {
            done.problems.extend(PrintProblem::not_composed(letter, &error));
            return done;
        }
    };
    done.stationery = composed.stationery;
    let laid = layout::letter(setter, constants, job.stationery, job.images, &composed);
    done.length = u32::from(number::whole(laid.length));
    done.coarse = laid.coarse;
    if !laid.faults.is_empty() {
        done.missing = laid.missing;
        done.problems = problems(letter, laid.faults);
        return done;
    }
    let height = job.stationery.get(composed.stationery).map_or(792.0, |own| own.paper.size().1);
    for page in &laid.pages {
        let compressed = if drawing { compressor.compress(pen.page(page, height)) } else { Ok(Vec::new()) };
        match compressed {
            Ok(content) => done.pages.push(content),
            Err(error) => done.problems.push(PrintProblem::of(letter, PrintProblemKind::Page, &error)),
        }
    }
    done
}
