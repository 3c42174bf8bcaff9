//! Long-lived workers, one per core, that evaluate whole chunks of timecards.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};
use shiftmill_core::{CheckedBatch, Evaluations};

use crate::chunk::Workspace;
use crate::request::{Request, Stopped};

/// Chunks that may wait for each worker. Two keep a worker busy while the next chunk is being read.
const WAITING_PER_WORKER: usize = 2;

/// An evaluated chunk. It returns the facts, so that their memory can be reused.
#[derive(Debug)]
pub struct Finished {
    /// The facts.
    pub batch: CheckedBatch,
    /// Their results, in the same order.
    pub results: Evaluations,
}

/// Workers that wait for chunks until the engine is dropped. Results do not depend on how many there are.
#[derive(Debug)]
pub struct Engine {
    /// `None` only while the engine is dropped.
    jobs: Option<Sender<Job>>,
    workers: Vec<JoinHandle<()>>,
    capacity: usize,
}

struct Job {
    request: Arc<Request>,
    batch: CheckedBatch,
    done: Box<dyn FnOnce(Result<Finished, Stopped>) + Send>,
}

impl Engine {
    /// Starts `workers` workers; 0 means one per core that this process may use, each pinned to its core where the
    /// system allows it.
    pub fn new(workers: usize) -> Engine {
        let cores = core_affinity::get_core_ids().unwrap_or_default();
        let available = thread::available_parallelism().map_or(1, usize::from);
        let count = if workers == 0 { available } else { workers };
        // With fewer workers than cores the system places them better, also beside other engines.
        let pinned = workers == 0 && cores.len() == count;
        let capacity = count * WAITING_PER_WORKER;
        let (jobs, waiting) = bounded::<Job>(capacity);
        let start = |number: usize| {
            let core = if pinned { cores.get(number).copied() } else { None };
            let waiting = waiting.clone();
            thread::Builder::new().name(format!("shiftmill-{number}")).spawn(move || work(&waiting, core)).ok()
        };
        let workers: Vec<_> = (0..count).filter_map(start).collect();
        Engine { jobs: Some(jobs), workers, capacity }
    }

    /// How many workers there are.
    pub fn workers(&self) -> usize {
        self.workers.len()
    }

    /// How many chunks may wait: a caller with at most this many submitted chunks never waits in [`Engine::submit`].
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Submits a chunk and returns; waits only while [`Engine::capacity`] chunks are already waiting. `done` runs on
    /// the worker and should be short; its panics are caught. It receives [`Stopped`] when a plugin or
    /// [`Request::cancel`] stopped the request: the request then has no results, and its other chunks are not
    /// evaluated.
    pub fn submit(
        &self,
        request: Arc<Request>,
        batch: CheckedBatch,
        done: impl FnOnce(Result<Finished, Stopped>) + Send + 'static,
    ) {
        let job = Job { request, batch, done: Box::new(done) };
        let refused = match &self.jobs {
            Some(jobs) if !self.workers.is_empty() => jobs.send(job).err().map(|refused| refused.into_inner()),
            _ => Some(job),
        };
        // Without workers (the system created no thread) the caller's own thread does the work.
        if let Some(job) = refused {
            job.run(&mut Workspace::default());
        }
    }

    /// Evaluates chunks on all workers and waits. The results are in the order of `batches`.
    ///
    /// # Errors
    /// When the request is stopped: a plugin does not keep employees apart, uses too much fuel on failures, or cannot
    /// be run, or the request is cancelled.
    pub fn evaluate(&self, request: &Arc<Request>, batches: Vec<CheckedBatch>) -> Result<Vec<Finished>, Stopped> {
        let (finish, finished) = crossbeam_channel::unbounded();
        for (index, batch) in batches.into_iter().enumerate() {
            let finish = finish.clone();
            self.submit(Arc::clone(request), batch, move |result| {
                // The receiver waits below for as long as a sender lives.
                let _received = finish.send((index, result));
            });
        }
        drop(finish);
        let mut results: Vec<(usize, Result<Finished, Stopped>)> = finished.iter().collect();
        results.sort_unstable_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    }
}

impl Drop for Engine {
    /// Lets the workers finish all waiting chunks and ends them. Cancelled requests do not delay it.
    fn drop(&mut self) {
        self.jobs = None;
        for worker in self.workers.drain(..) {
            // A worker catches the panics of its jobs, so joining it does not fail.
            let _ended = worker.join();
        }
    }
}

impl Job {
    fn run(self, workspace: &mut Workspace) {
        let results = workspace.evaluate(&self.request, &self.batch);
        (self.done)(results.map(|results| Finished { batch: self.batch, results }));
    }
}

fn work(waiting: &Receiver<Job>, core: Option<core_affinity::CoreId>) {
    if let Some(core) = core {
        core_affinity::set_for_current(core);
    }
    let mut workspace = Workspace::default();
    for job in waiting {
        let outcome = catch_unwind(AssertUnwindSafe(|| job.run(&mut workspace)));
        if outcome.is_err() {
            workspace = Workspace::default();
        }
    }
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").field("timecards", &self.batch.len()).finish_non_exhaustive()
    }
}
