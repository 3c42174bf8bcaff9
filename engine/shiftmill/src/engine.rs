//! The engine: evaluates chunks of timecards on long-lived workers, slice by slice, so that requests share them fairly.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use shiftmill_core::{CheckedBatch, Evaluations};
use shiftmill_plugin_host::os_thread::processor_time;

use crate::chunk::{Progress, Workspace, is_small_call};
use crate::places::PLACES;
use crate::request::{Request, Stopped};
use crate::schedule::{Lane, Place, Ran};
use crate::workers::{Work, Workers};

/// An evaluated chunk. It returns the facts, so that their memory can be reused.
#[derive(Debug)]
pub struct Finished {
    /// The facts.
    pub batch: CheckedBatch,
    /// Their results, in the same order.
    pub results: Evaluations,
}

/// Workers that wait for chunks until the engine is dropped. Results do not depend on how many there are.
///
/// Callers share the workers by processor time, then the requests of each caller, in slices of about a millisecond. A request whose plugins
/// take longer for a single card goes on in the background: on other threads, with a lower priority of the system.
#[derive(Debug)]
pub struct Engine {
    workers: Workers<Box<Job>>,
    /// The number of the next job.
    next: AtomicU64,
}

impl Engine {
    /// Starts `workers` workers; 0 means one per core that this process may use, each pinned to its core where the
    /// system allows it. Beside them are a thread for small calls and as many workers for the background.
    pub fn new(workers: usize) -> Engine {
        Engine { workers: Workers::start(workers), next: AtomicU64::new(0) }
    }

    /// How many workers there are, without those for small calls and for the background.
    pub fn workers(&self) -> usize {
        self.workers.count()
    }

    /// How many chunks of one request may be under way: a caller with at most this many unfinished chunks never waits in
    /// [`Engine::submit`].
    pub const fn capacity(&self) -> usize {
        PLACES
    }

    /// Submits a chunk and returns; waits only while [`Engine::capacity`] chunks of the request are under way. `done` runs
    /// on a worker and should be short; its panics are caught. It receives [`Stopped`] when a plugin or
    /// [`Request::cancel`] stopped the request: the request then has no results, and its other chunks are not
    /// evaluated.
    pub fn submit(
        &self,
        request: Arc<Request>,
        batch: CheckedBatch,
        done: impl FnOnce(Result<Finished, Stopped>) + Send + 'static,
    ) {
        let job = self.job(request, batch, done);
        let lane = job.lane();
        self.start(lane, job);
    }

    /// Submits the timecards of a call for which somebody waits, like [`Engine::submit`]. Up to about a thousand
    /// employee-days without plugins do not wait for slices of chunks.
    pub fn submit_call(
        &self,
        request: Arc<Request>,
        batch: CheckedBatch,
        done: impl FnOnce(Result<Finished, Stopped>) + Send + 'static,
    ) {
        let job = self.job(request, batch, done);
        let is_small = is_small_call(&job.request.0, &job.batch);
        let lane = if is_small { Lane::Call } else { job.lane() };
        self.start(lane, job);
    }

    fn job(
        &self,
        request: Arc<Request>,
        batch: CheckedBatch,
        done: impl FnOnce(Result<Finished, Stopped>) + Send + 'static,
    ) -> Box<Job> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let request = UnderWay::begin(request);
        Box::new(Job { number, request, batch, progress: Progress::default(), done: Box::new(done) })
    }

    fn start(&self, lane: Lane, job: Box<Job>) {
        let mut refused = self.workers.submit(lane, job.place(), job);
        // Without workers (the system created no thread) the caller's own thread does the work.
        let mut workspace = Workspace::default();
        while let Some(job) = refused {
            refused = job.run_slice(&mut workspace).rest.map(|(_, job)| job);
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

/// A chunk on its way through the engine.
struct Job {
    number: u64,
    request: UnderWay,
    batch: CheckedBatch,
    progress: Progress,
    done: Box<dyn FnOnce(Result<Finished, Stopped>) + Send>,
}

impl Job {
    /// Where it waits for its next slice.
    fn lane(&self) -> Lane {
        if self.request.0.pace().is_background() { Lane::Background } else { Lane::Usual }
    }

    fn place(&self) -> Place {
        let request = &self.request.0;
        Place { caller: request.caller(), request: Arc::as_ptr(request).addr(), number: self.number }
    }

    /// Evaluates the next slice, which began at `began`; true when it was the last.
    fn evaluate_slice(&mut self, began: Duration, workspace: &mut Workspace) -> Result<bool, Stopped> {
        let request = &self.request.0;
        let slice = workspace.evaluate_slice(request, &self.batch, request.pace().days(), &mut self.progress)?;
        request.pace().measured(slice, processor_time().saturating_sub(began));
        Ok(slice.is_last)
    }

    fn finish(self: Box<Self>, outcome: Result<(), Stopped>) {
        let Job { request, batch, progress, done, .. } = *self;
        drop(request);
        done(outcome.map(|()| Finished { batch, results: progress.into_results() }));
    }
}

impl Work for Box<Job> {
    type Workspace = Workspace;

    fn run_slice(mut self, workspace: &mut Workspace) -> Ran<Box<Job>> {
        let (place, began) = (self.place(), processor_time());
        let outcome = catch_unwind(AssertUnwindSafe(|| self.evaluate_slice(began, workspace)));
        let rest = match outcome {
            Ok(Ok(false)) => Some((self.lane(), self)),
            Ok(outcome) => {
                let finish = || self.finish(outcome.map(|_last| ()));
                // The panic of a callback concerns its caller alone.
                let _panicked = catch_unwind(AssertUnwindSafe(finish));
                None
            }
            Err(_) => {
                *workspace = Workspace::default();
                None
            }
        };
        Ran { place, took: processor_time().saturating_sub(began), rest }
    }
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").field("timecards", &self.batch.len()).finish_non_exhaustive()
    }
}

/// A request with one of its places in the engine, which is freed when this is dropped.
struct UnderWay(Arc<Request>);

impl UnderWay {
    /// Waits for a place.
    fn begin(request: Arc<Request>) -> UnderWay {
        request.places().take();
        UnderWay(request)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.places().free();
    }
}
