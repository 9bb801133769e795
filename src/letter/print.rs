//! All letters of a job laid out and drawn by several threads, then bound into one file.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::{Compress, Compression, FlushCompress};

use super::binder::Binder;
use super::draw::{Drawn, Pen};
use super::layout::{self, Constants};
use super::page::{Fault, Page, SetBlock};
use super::pdf::Book;
use super::typeset::Setter;
use super::used::Used;
use super::{Fonts, Job, Letter, Printed, Problem, Sort, number};
use crate::error::{Error, ErrorKind, Result};
use crate::text;

/// How many letters of each stationery tell which blocks are the same in all.
const SAMPLE: usize = 6;
/// The letters searched for that sample.
const SEARCHED: usize = 256;
/// How many letters a thread takes at a time.
const BATCH: usize = 16;

/// What became of a letter.
#[derive(Default)]
struct Done {
    letter: usize,
    pages: Vec<Vec<u8>>,
    length: u32,
    stationery: usize,
    problems: Vec<Problem>,
    /// Characters that no font has.
    missing: Vec<char>,
}

/// Lays out every letter and writes them as one PDF in the given order.
///
/// The bytes depend on the job alone: not on the number of threads, the day or the machine. If a letter has a problem and
/// the job does not leave such letters out, what was written is no whole file, and is to be thrown away; the same holds
/// for an error.
pub fn print(job: &Job<'_>, out: &mut (impl Write + Send)) -> Result<Printed> {
    let Work { bound, used, drawn, constants, fonts } = run(job, out, true)?;
    if bound.binder.pages() > 0 && bound.printed.is_to_be_written(job.leave_out_problems) {
        let mut press = Press::new();
        let forms_drawn = drawn.forms.clone();
        let mut pen = Pen::new(&fonts, drawn);
        let forms = constants.forms.iter().zip(forms_drawn).map(|(set, drawn)| {
            drawn.then(|| press.squeeze(pen.form(set)).map(|content| (content, set.height()))).transpose()
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
        })?;
    }
    Ok(bound.printed)
}

/// Lays out every letter and draws none: how many pages each takes, and every problem.
pub fn check(job: &Job<'_>) -> Result<Printed> {
    Ok(run(job, io::sink(), false)?.bound.printed)
}

/// The letters of a job laid out one by one, for another way of drawing them than ours.
pub struct Layout<'a> {
    job: &'a Job<'a>,
    setter: Setter<'a>,
    constants: Constants,
}

impl<'a> Layout<'a> {
    /// Sets what is the same in many letters.
    #[must_use]
    pub fn new(job: &'a Job<'a>) -> Self {
        let mut setter = Setter::new(job.fonts);
        let constants = Constants::new(&mut setter, job.stationery, job.images, &samples(job));
        Self { job, setter, constants }
    }

    /// What is drawn once, by the numbers that pages use for it.
    #[must_use]
    pub fn forms(&self) -> &[Arc<SetBlock>] {
        &self.constants.forms
    }

    /// The pages of a letter.
    ///
    /// # Errors
    /// When it cannot be composed, or has something that cannot be printed.
    pub fn pages(&mut self, letter: usize) -> Result<Vec<Page>> {
        let composed = (self.job.compose)(letter)?;
        let laid = layout::letter(&mut self.setter, &self.constants, self.job.stationery, self.job.images, &composed);
        match problems(letter, laid.faults).into_iter().next() {
            Some(problem) => Err(Error::new(problem.message)),
            None => Ok(laid.pages),
        }
    }

    /// The code and what it says of each glyph of a face that was laid out so far.
    pub fn used(&self, face: usize) -> impl Iterator<Item = (u16, String)> + '_ {
        self.setter.used.of(self.job.fonts, face)
    }
}

/// What is done, in the order of the letters: pages in the file, problems noted; what came before its turn waits.
struct Bound<'j, 'a, W: Write> {
    job: &'j Job<'a>,
    binder: Binder<W>,
    printed: Printed,
    waiting: BTreeMap<usize, Done>,
    /// An empty page, where each letter is to start on a front.
    back: Option<Vec<u8>>,
    /// Letters wait for the machine's fonts when they need them.
    patient: bool,
    fault: Option<Error>,
}

impl<W: Write> Bound<'_, '_, W> {
    fn take(&mut self, all: Vec<Done>) {
        self.waiting.extend(all.into_iter().map(|done| (done.letter, done)));
        while let Some(next) = self.waiting.first_entry() {
            let waits = self.patient && is_curable(self.job.fonts, next.get());
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
            self.printed.problems.extend(done.problems);
        }
    }
}

/// Whether the machine's fonts have all that is missing, and nothing else is wrong.
fn is_curable(fonts: &Fonts, done: &Done) -> bool {
    done.problems.len() == 1 && !done.missing.is_empty() && done.missing.iter().all(|&c| fonts.can_reach(c))
}

/// All letters laid out, and once more those that need the machine's fonts.
fn run<'j, 'a, W: Write + Send>(job: &'j Job<'a>, out: W, drawing: bool) -> Result<Work<'j, 'a, W>> {
    let samples = samples(job);
    let bound = Bound {
        job,
        binder: Binder::new(out),
        printed: Printed::default(),
        waiting: BTreeMap::new(),
        back: job.duplex.then(|| Press::new().squeeze(b"")).transpose()?,
        patient: true,
        fault: None,
    };
    let state = State::new((0..job.letters).collect(), drawing, bound);
    let mut work = shift(job, Cow::Borrowed(job.fonts), &samples, state)?;
    work.bound.patient = false;
    let (again, rest): (Vec<Done>, Vec<Done>) =
        std::mem::take(&mut work.bound.waiting).into_values().partition(|done| is_curable(job.fonts, done));
    let missing = again.iter().flat_map(|done| done.missing.iter().copied()).collect();
    match job.fonts.reaching(&missing) {
        Some(fonts) => {
            work.bound.take(rest);
            let letters = again.iter().map(|done| done.letter).collect();
            let state = State { count: job.letters.into(), ..State::new(letters, drawing, work.bound) };
            let mut more = shift(job, Cow::Owned(fonts), &samples, state)?;
            more.used.join(work.used);
            more.drawn.join(&work.drawn);
            work = more;
        }
        None => work.bound.take(again.into_iter().chain(rest).collect()),
    }
    work.bound.fault.take().map_or(Ok(work), Err)
}

/// Lets the threads work, and joins what they made.
fn shift<'j, 'a, W: Write + Send>(
    job: &'j Job<'a>,
    fonts: Cow<'a, Fonts>,
    samples: &[Vec<Letter>],
    state: State<Bound<'j, 'a, W>>,
) -> Result<Work<'j, 'a, W>> {
    let mut setter = Setter::new(&fonts);
    let constants = Constants::new(&mut setter, job.stationery, job.images, samples);
    let mut used = setter.used;
    let mut drawn = nothing(job, &constants);
    let work = || labour(job, &fonts, &constants, &state);
    let threads = job.threads.clamp(1, state.letters.len().div_ceil(BATCH).max(1));
    let hands: Vec<Option<(Used, Drawn)>> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mine = work();
        std::iter::once(Some(mine)).chain(others.into_iter().map(|other| other.join().ok())).collect()
    });
    for hand in hands {
        let Some(hand) = hand else {
            return Err(Error::of(
                ErrorKind::Machine,
                "the letters could not be laid out: a part of the program broke off",
            ));
        };
        used.join(hand.0);
        drawn.join(&hand.1);
    }
    let bound = state.bound.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Work { bound, used, drawn, constants, fonts })
}

/// No form and no image drawn yet.
fn nothing(job: &Job<'_>, constants: &Constants) -> Drawn {
    Drawn::none(constants.forms.len(), job.images.list().len())
}

/// The first letters of each stationery; those that cannot be composed are found wanting later.
fn samples(job: &Job<'_>) -> Vec<Vec<Letter>> {
    let mut samples: Vec<Vec<Letter>> = vec![Vec::new(); job.stationery.len()];
    for number in 0..job.letters.min(SEARCHED) {
        if samples.iter().all(|sample| sample.len() >= SAMPLE) {
            break;
        }
        if let Ok(letter) = (job.compose)(number)
            && let Some(sample) = samples.get_mut(letter.stationery)
            && sample.len() < SAMPLE
        {
            sample.push(letter);
        }
    }
    samples
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
struct State<B> {
    letters: Vec<usize>,
    next: AtomicUsize,
    count: AtomicUsize,
    drawing: AtomicBool,
    bound: Mutex<B>,
}

impl<B> State<B> {
    fn new(letters: Vec<usize>, drawing: bool, bound: B) -> Self {
        let (next, count) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { letters, next, count, drawing: drawing.into(), bound: bound.into() }
    }
}

/// One thread's part: takes letters until there are none left.
fn labour<W: Write>(
    job: &Job<'_>,
    fonts: &Fonts,
    constants: &Constants,
    state: &State<Bound<'_, '_, W>>,
) -> (Used, Drawn) {
    let mut setter = Setter::new(fonts);
    let mut pen = Pen::new(fonts, nothing(job, constants));
    let mut press = Press::new();
    loop {
        let start = state.next.fetch_add(BATCH, Ordering::Relaxed);
        let batch: Vec<usize> = state.letters.iter().copied().skip(start).take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let mut all = Vec::with_capacity(batch.len());
        for &letter in &batch {
            let drawing = state.drawing.load(Ordering::Relaxed);
            let done = one(job, constants, &mut setter, (&mut pen, &mut press), letter, drawing);
            if !(done.problems.is_empty() || job.leave_out_problems || is_curable(fonts, &done)) {
                state.drawing.store(false, Ordering::Relaxed);
            }
            all.push(done);
        }
        state.bound.lock().unwrap_or_else(PoisonError::into_inner).take(all);
        let count = state.count.fetch_add(batch.len(), Ordering::Relaxed) + batch.len();
        (job.progress)(count.min(job.letters));
    }
    (setter.used, pen.drawn)
}

/// One letter: composed, laid out, drawn, deflated.
fn one(
    job: &Job<'_>,
    constants: &Constants,
    setter: &mut Setter<'_>,
    (pen, press): (&mut Pen<'_>, &mut Press),
    letter: usize,
    drawing: bool,
) -> Done {
    let mut done = Done { letter, ..Done::default() };
    let composed = match (job.compose)(letter) {
        Ok(composed) => composed,
        Err(error) => {
            done.problems = error.faults().map(|fault| Problem::of(letter, Sort::Field, fault)).collect();
            return done;
        }
    };
    done.stationery = composed.stationery;
    let laid = layout::letter(setter, constants, job.stationery, job.images, &composed);
    done.length = u32::from(number::whole(laid.length));
    if !laid.faults.is_empty() {
        done.missing = laid.faults.iter().filter_map(Fault::missing).collect();
        done.problems = problems(letter, laid.faults);
        return done;
    }
    let height = job.stationery.get(composed.stationery).map_or(792.0, |own| own.paper.size().1);
    for page in &laid.pages {
        let squeezed = if drawing { press.squeeze(pen.page(page, height)) } else { Ok(Vec::new()) };
        match squeezed {
            Ok(content) => done.pages.push(content),
            Err(error) => done.problems.push(Problem::of(letter, Sort::Page, &error)),
        }
    }
    done
}

/// Faults in the words of the owner; the characters that no font has in one sentence.
pub(crate) fn problems(letter: usize, faults: Vec<Fault>) -> Vec<Problem> {
    let problem = |sort, message, hint: String| {
        let hint = Some(hint).filter(|hint| !hint.is_empty());
        Problem { letter, sort, message, hint }
    };
    let mut missing = Vec::new();
    let mut problems = Vec::new();
    for fault in faults {
        match fault {
            Fault::Glyph(character) => missing.push(format!("'{character}' (U+{:04X})", u32::from(character))),
            Fault::Window(message, hint) => problems.push(problem(Sort::Window, message, hint)),
            Fault::Other(message, hint) => problems.push(problem(Sort::Page, message, hint)),
        }
    }
    if !missing.is_empty() {
        let message = format!("no font has {}", text::first_few(&missing, 5));
        let hint = "put a font that has it into the shop's `fonts` folder".to_owned();
        problems.insert(0, problem(Sort::Glyph, message, hint));
    }
    problems
}

/// Deflates page after page with the same tables.
pub(crate) struct Press {
    deflate: Compress,
    space: Vec<u8>,
}

impl Press {
    pub(crate) fn new() -> Self {
        Self { deflate: Compress::new(Compression::new(6), true), space: vec![0; 64 * 1024] }
    }

    /// The deflated bytes, in a piece of memory that is no larger than they are.
    pub(crate) fn squeeze(&mut self, content: &[u8]) -> Result<Vec<u8>> {
        // The worst case of deflate is a few bytes more than its input.
        let most = content.len() + content.len() / 1000 + 64;
        if self.space.len() < most {
            self.space.resize(most, 0);
        }
        self.deflate.reset();
        self.deflate
            .compress(content, &mut self.space, FlushCompress::Finish)
            .map_err(|e| Error::of(ErrorKind::Machine, "a page could not be compressed").because(e))?;
        let length = usize::try_from(self.deflate.total_out()).unwrap_or_default();
        Ok(self.space[..length].to_vec())
    }
}
