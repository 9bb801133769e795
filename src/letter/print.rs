//! All letters of a job laid out and drawn by several threads, then bound into one file.

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use flate2::{Compress, Compression, FlushCompress};

use super::draw::{Drawn, Pen};
use super::layout::{self, Constants};
use super::page::Fault;
use super::pdf::{self, Book};
use super::typeset::Setter;
use super::used::Used;
use super::{Job, Letter, Printed, Problem, Sort, number};
use crate::error::{Error, Kind, Result};
use crate::words;

/// How many letters of each stationery tell which blocks are the same in all.
const SAMPLE: usize = 6;
/// The letters searched for that sample.
const SEARCHED: usize = 256;
/// How many letters a thread takes at a time.
const BATCH: usize = 16;

/// What became of a letter.
struct Done {
    letter: usize,
    pages: Vec<Vec<u8>>,
    length: u32,
    stationery: usize,
    problems: Vec<Problem>,
}

/// Lays out every letter, then writes them as one PDF in the given order.
///
/// If a letter has a problem, nothing is written, unless the job leaves such letters out. The bytes depend on the job
/// alone: not on the number of threads, the day or the machine.
pub fn print(job: &Job<'_>, out: &mut impl Write) -> Result<Printed> {
    let (work, constants) = run(job, true)?;
    let Work { mut all, used, drawn } = work;
    let printed = outcome(&mut all);
    let any = printed.pages.iter().any(|&pages| pages > 0);
    if any && (printed.problems.is_empty() || job.leave_out_problems) {
        let pages = all.into_iter().flat_map(|done| {
            let size = job.stationery.get(done.stationery).map_or((612.0, 792.0), |own| own.paper.size());
            done.pages.into_iter().map(move |page| (page, size))
        });
        let mut press = Press::new();
        let forms_drawn = drawn.forms.clone();
        let mut pen = Pen::new(job.fonts, drawn);
        let forms = constants.forms.iter().zip(forms_drawn).map(|(set, drawn)| {
            drawn.then(|| press.squeeze(pen.form(set)).map(|content| (content, set.height()))).transpose()
        });
        let forms = forms.collect::<Result<_>>()?;
        let images = job.images.list().iter().zip(&pen.drawn.images);
        let book = Book {
            title: &job.title,
            language: job.stationery.first().map_or("en", |own| own.language.as_str()),
            fingerprint: &job.fingerprint,
            created: job.created,
            forms,
            pages: pages.collect(),
            images: images.map(|(image, drawn)| drawn.then_some(image)).collect(),
            fonts: job.fonts,
            used,
        };
        pdf::write(book, out)?;
    }
    Ok(printed)
}

/// Lays out every letter and draws none: how many pages each takes, and every problem.
pub fn check(job: &Job<'_>) -> Result<Printed> {
    Ok(outcome(&mut run(job, false)?.0.all))
}

/// What became of the letters; their problems are taken out.
fn outcome(all: &mut [Done]) -> Printed {
    Printed {
        pages: all.iter().map(|done| if done.problems.is_empty() { done.pages.len() } else { 0 }).collect(),
        lengths: all.iter().map(|done| done.length).collect(),
        problems: all.iter_mut().flat_map(|done| std::mem::take(&mut done.problems)).collect(),
    }
}

/// Lets the threads work, and joins what they made.
fn run(job: &Job<'_>, drawing: bool) -> Result<(Work, Constants)> {
    let mut setter = Setter::new(job.fonts);
    let constants = Constants::new(&mut setter, job.stationery, job.images, &samples(job));
    let state = State { next: AtomicUsize::new(0), count: AtomicUsize::new(0), drawing: AtomicBool::new(drawing) };
    let work = || labour(job, &constants, &state);
    let threads = job.threads.clamp(1, job.letters.div_ceil(BATCH).max(1));
    let hands: Vec<Option<Work>> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mine = work();
        std::iter::once(Some(mine)).chain(others.into_iter().map(|other| other.join().ok())).collect()
    });
    let mut whole = Work { all: Vec::with_capacity(job.letters), used: setter.used, drawn: nothing(job, &constants) };
    for hand in hands {
        let Some(mut hand) = hand else {
            return Err(Error::of(Kind::Machine, "the letters could not be laid out: a part of the program broke off"));
        };
        whole.all.append(&mut hand.all);
        whole.used.join(hand.used);
        whole.drawn.join(&hand.drawn);
    }
    whole.all.sort_unstable_by_key(|done| done.letter);
    Ok((whole, constants))
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

/// What a thread has made, or all of them together.
struct Work {
    all: Vec<Done>,
    used: Used,
    drawn: Drawn,
}

/// What the threads share: the next letter, how many are done, and whether to draw or only to look for problems.
struct State {
    next: AtomicUsize,
    count: AtomicUsize,
    drawing: AtomicBool,
}

/// One thread's part: takes letters until there are none left.
fn labour(job: &Job<'_>, constants: &Constants, state: &State) -> Work {
    let mut setter = Setter::new(job.fonts);
    let mut pen = Pen::new(job.fonts, nothing(job, constants));
    let mut press = Press::new();
    let mut all = Vec::new();
    loop {
        let start = state.next.fetch_add(BATCH, Ordering::Relaxed);
        if start >= job.letters {
            break;
        }
        let end = (start + BATCH).min(job.letters);
        for letter in start..end {
            let drawing = state.drawing.load(Ordering::Relaxed);
            let done = one(job, constants, &mut setter, (&mut pen, &mut press), letter, drawing);
            if !done.problems.is_empty() && !job.leave_out_problems {
                state.drawing.store(false, Ordering::Relaxed);
            }
            all.push(done);
        }
        (job.progress)(state.count.fetch_add(end - start, Ordering::Relaxed) + end - start);
    }
    Work { all, used: setter.used, drawn: pen.drawn }
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
    let mut done = Done { letter, pages: Vec::new(), length: 0, stationery: 0, problems: Vec::new() };
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
        let message = format!("no font has {}", words::first_few(&missing, 5));
        let hint = "put a font that has it into the shop's `fonts` folder".to_owned();
        problems.insert(0, problem(Sort::Glyph, message, hint));
    }
    problems
}

/// Deflates page after page with the same tables.
struct Press {
    deflate: Compress,
    space: Vec<u8>,
}

impl Press {
    fn new() -> Self {
        Self { deflate: Compress::new(Compression::new(6), true), space: vec![0; 64 * 1024] }
    }

    /// The deflated bytes, in a piece of memory that is no larger than they are.
    fn squeeze(&mut self, content: &[u8]) -> Result<Vec<u8>> {
        // The worst case of deflate is a few bytes more than its input.
        let most = content.len() + content.len() / 1000 + 64;
        if self.space.len() < most {
            self.space.resize(most, 0);
        }
        self.deflate.reset();
        self.deflate
            .compress(content, &mut self.space, FlushCompress::Finish)
            .map_err(|e| Error::of(Kind::Machine, "a page could not be compressed").because(e))?;
        let length = usize::try_from(self.deflate.total_out()).unwrap_or_default();
        Ok(self.space[..length].to_vec())
    }
}
