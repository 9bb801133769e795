//! The database for the web server: one thread that writes, a few that read, and results that can be awaited.
//!
//! The writer takes all waiting jobs, runs each within one transaction so that one that fails does not affect the
//! others, and commits once; only then are the results sent. A commit waits for the disk, so that many tills at once
//! cost little more than one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{mpsc as tasks, oneshot};

use crate::app;
use crate::error::{Error, ErrorKind, Result};
use crate::shop::Shop;
use crate::store::{Read, Store, StoreReader, Write};

/// The number of reader threads.
const READERS: usize = 3;

/// The largest number of jobs in one commit.
const TOGETHER: usize = 256;

/// The largest number of waiting jobs before others are rejected.
const WAITING: usize = 1_024;

/// How long another process may lock the database before the pages report it.
const PATIENCE: Duration = Duration::from_secs(4);

/// The channel to the threads; they end when the last copy is dropped.
#[derive(Clone)]
pub(super) struct Database {
    writer: mpsc::SyncSender<Box<dyn WriteJob>>,
    readers: mpsc::SyncSender<ReadJob>,
}

type ReadJob = Box<dyn FnOnce(Result<Read<'_>>) + Send>;

/// A job that writes and gets its result after the commit.
trait WriteJob: Send {
    /// Runs it within the shared transaction.
    fn run(&mut self, write: &Write<'_>);
    /// Sends its own result, or the error of the shared transaction.
    fn tell(self: Box<Self>, whole: &Result<()>);
}

/// Jobs of one transaction, and its result.
type WriteBatch = (Vec<Box<dyn WriteJob>>, Result<()>);

/// A job with a result of type `T`.
struct PendingWrite<T, F> {
    work: Option<F>,
    done: Option<Result<T>>,
    waiting: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: FnOnce(&Write<'_>) -> Result<T> + Send> WriteJob for PendingWrite<T, F> {
    fn run(&mut self, write: &Write<'_>) {
        if let Some(work) = self.work.take() {
            self.done = Some(guarded(|| write.attempt(work)));
        }
    }

    fn tell(self: Box<Self>, whole: &Result<()>) {
        let outcome = match (self.done, whole) {
            // Its own error is more useful.
            (Some(Err(own)), _) => Err(own),
            (_, Err(all)) => Err(all.again()),
            (Some(done), Ok(())) => done,
            (None, Ok(())) => Err(broken()),
        };
        // The receiver may be gone.
        let _ = self.waiting.send(outcome);
    }
}

/// The threads, for joining.
pub(super) struct Threads(Vec<JoinHandle<()>>);

impl Threads {
    /// Waits until all jobs are done.
    pub(super) fn join(self) {
        for thread in self.0 {
            let _ = thread.join();
        }
    }
}

impl Database {
    /// Opens the database of a shop and starts the threads; `runtime` is that of the receivers.
    pub(super) fn open(shop: &Shop, runtime: &Handle) -> Result<(Self, Threads)> {
        let mut store = shop.store()?;
        store.wait_at_most(PATIENCE)?;
        app::find::prepare(&mut store)?;
        let path = shop.database();
        let (writer, jobs) = mpsc::sync_channel(WAITING);
        let (readers, questions) = mpsc::sync_channel(WAITING);
        let questions = Arc::new(Mutex::new(questions));
        let mut threads = Vec::new();
        for _ in 0..READERS {
            let (reader, questions) = (StoreReader::open(&path)?, Arc::clone(&questions));
            threads.push(start("reader", move || answer_all(&reader, &questions))?);
        }
        // The writer wakes one task for all of them, and continues; waking each would take as long as writing.
        let (done, mut all_done) = tasks::unbounded_channel();
        runtime.spawn(async move {
            while let Some(done) = all_done.recv().await {
                tell(done);
            }
        });
        threads.push(start("writer", move || write_all(store, &jobs, |jobs| drop(done.send(jobs))))?);
        Ok((Self { writer, readers }, Threads(threads)))
    }

    /// Runs `work` in a transaction; when this returns it is on disk, or nothing of it happened.
    ///
    /// # Errors
    /// Every error of `work`; a machine error when the disk is full, the database stays locked, or too many
    /// jobs wait.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Write<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (waiting, answer) = oneshot::channel();
        self.writer
            .try_send(Box::new(PendingWrite { work: Some(work), done: None, waiting }))
            .map_err(|_| crowded())?;
        answer.await.unwrap_or_else(|_| Err(broken()))
    }

    /// Runs `work` on a read-only view of the database.
    ///
    /// # Errors
    /// Every error of `work`; a machine error when too many jobs wait, or the database was removed or
    /// replaced.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Read<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (waiting, answer) = oneshot::channel();
        let job: ReadJob = Box::new(move |read| drop(waiting.send(read.and_then(|read| guarded(|| work(&read))))));
        self.readers.try_send(job).map_err(|_| crowded())?;
        answer.await.unwrap_or_else(|_| Err(broken()))
    }
}

fn start(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run);
    thread.map_err(|e| Error::of(ErrorKind::Machine, "the server could not be started").because(e))
}

/// The writer: waiting jobs are done together.
fn write_all(mut store: Store, jobs: &mpsc::Receiver<Box<dyn WriteJob>>, done: impl Fn(WriteBatch)) {
    while let Ok(first) = jobs.recv() {
        let mut together = vec![first];
        together.extend(jobs.try_iter().take(TOGETHER - 1));
        let whole = store.write(|write| {
            for job in &mut together {
                job.run(write);
            }
            Ok(())
        });
        if let Err(fault) = &whole {
            tracing::error!(jobs = together.len(), %fault, "nothing was written");
        }
        done((together, whole));
    }
}

/// Sends the results of jobs that were done together.
fn tell((together, whole): WriteBatch) {
    for job in together {
        job.tell(&whole);
    }
}

/// A reader: one job after the other.
fn answer_all(reader: &StoreReader, questions: &Mutex<mpsc::Receiver<ReadJob>>) {
    loop {
        let next = questions.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(question) = next else { return };
        question(reader.check().map(|()| reader.read()));
    }
}

/// Runs `work`; a panic in it is an error of this one job.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        tracing::error!("a job panicked");
        Err(broken())
    })
}

fn broken() -> Error {
    Error::of(ErrorKind::Machine, "the program failed at this; nothing was recorded").hint("please report it")
}

fn crowded() -> Error {
    Error::of(ErrorKind::Machine, "too many requests at once; nothing was recorded").hint("try again in a moment")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::access;

    fn shop(folder: &Path) -> Shop {
        let text = "name = \"A\"\naddress = []\ncountry = \"US\"\ncurrency = \"USD\"\n";
        std::fs::write(folder.join("shop.toml"), text).expect("shop.toml");
        drop(Store::create(&folder.join("regulars.db")).expect("database"));
        Shop::open(folder).expect("a shop")
    }

    fn make_token(write: &Write<'_>, till: &str) -> Result<i64> {
        access::make_token(write, till, chrono::NaiveDate::default()).map(|(number, _)| number)
    }

    #[test]
    fn many_write_together_and_a_bad_one_harms_nobody() {
        let folder = tempfile::tempdir().expect("folder");
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("runtime");
        let (database, threads) = Database::open(&shop(folder.path()), runtime.handle()).expect("open");
        let outcomes = runtime.block_on(async {
            let tasks: Vec<_> = (0..200)
                .map(|n| {
                    let database = database.clone();
                    tokio::spawn(async move {
                        database
                            .write(move |write| {
                                make_token(write, "front")?;
                                match n % 10 {
                                    3 => Err(Error::new("no")),
                                    7 => panic!("on purpose"),
                                    _ => Ok(n),
                                }
                            })
                            .await
                    })
                })
                .collect();
            let mut outcomes = Vec::new();
            for task in tasks {
                outcomes.push(task.await.expect("the task").is_ok());
            }
            let tokens = database.read(access::tokens).await;
            assert_eq!(tokens.expect("the tokens").len(), 160, "what was answered is there to read");
            outcomes
        });
        assert!(outcomes.iter().enumerate().all(|(n, done)| *done == !matches!(n % 10, 3 | 7)));
        drop((database, runtime));
        threads.join();
    }

    #[test]
    fn what_a_full_disk_takes_away_nobody_is_told_as_done() {
        let folder = tempfile::tempdir().expect("folder");
        let shop = shop(folder.path());
        let mut store = shop.store().expect("store");
        store.limit_pages(1).expect("limited");
        let (writer, jobs) = mpsc::sync_channel::<Box<dyn WriteJob>>(8);
        let mut answers = Vec::new();
        for n in 0..3_usize {
            let (waiting, answer) = oneshot::channel();
            let work =
                move |write: &Write<'_>| make_token(write, &n.to_string().repeat(if n == 1 { 1 << 20 } else { 1 }));
            writer.send(Box::new(PendingWrite { work: Some(work), done: None, waiting })).expect("sent");
            answers.push(answer);
        }
        drop(writer);
        write_all(store, &jobs, tell);
        let confirmed: Vec<bool> = answers.iter_mut().map(|answer| answer.try_recv().expect("told").is_ok()).collect();
        let store = shop.store().expect("store");
        for (n, is_confirmed) in confirmed.iter().enumerate() {
            let tokens = access::tokens(&store.read()).expect("the tokens");
            assert_eq!(*is_confirmed, tokens.iter().any(|token| token.till.starts_with(&n.to_string())), "job {n}");
        }
        assert!(!confirmed[1], "the disk was full");
    }
}
