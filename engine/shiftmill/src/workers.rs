//! The threads of an engine, and how a thread that is held by a long slice is replaced.
//!
//! * One worker per core, and one thread for small calls. A thread whose slice takes too long while others wait is
//!   relieved: it gets a lower priority and ends after the slice, and a new thread takes its place. A slice cannot be
//!   interrupted, and this way it does not have to be.
//! * As many background workers, with a lower priority.
//! * A thread that watches.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use core_affinity::CoreId;
use shiftmill_plugin_host::os_thread::{self, ThreadId, Yields};

use crate::schedule::{Lane, Place, Ran, Schedule, Taken};

/// How often it is checked whether a slice takes too long.
const WATCH: Duration = Duration::from_millis(10);
/// The time on the clock after which a thread is relieved: many slices, because the system may run other threads
/// meanwhile.
const HELD: Duration = Duration::from_millis(30);
/// Threads that may be relieved and not have ended, for each worker.
const RELIEVED_PER_WORKER: usize = 2;

/// A job that threads run slice by slice.
pub(crate) trait Work: Sized + Send + 'static {
    /// The memory that a thread reuses.
    type Workspace: Default;

    /// Runs a slice. Does not panic.
    fn run_slice(self, workspace: &mut Self::Workspace) -> Ran<Self>;
}

/// All threads of an engine. They end when this is dropped, after all jobs.
#[derive(Debug)]
pub(crate) struct Workers<Job> {
    /// Without threads nothing is scheduled.
    crew: Option<Arc<Crew<Job>>>,
    watch: Option<JoinHandle<()>>,
    count: usize,
}

/// What the threads share.
#[derive(Debug)]
struct Crew<Job> {
    schedule: Schedule<Job>,
    threads: Mutex<Threads>,
    began: Instant,
}

#[derive(Debug, Default)]
struct Threads {
    /// All that have not been seen to have ended.
    handles: Vec<JoinHandle<()>>,
    /// The threads that may be relieved.
    watched: Vec<Arc<Post>>,
    relieved: Vec<Arc<Post>>,
}

/// The place of a thread: which jobs it runs, and since when.
#[derive(Debug)]
struct Post {
    lane: Lane,
    core: Option<CoreId>,
    thread: OnceLock<ThreadId>,
    /// When its slice began, in microseconds after the crew; 0: it waits.
    busy_since: AtomicU64,
    is_relieved: AtomicBool,
    has_ended: AtomicBool,
}

impl Post {
    fn new(lane: Lane, core: Option<CoreId>) -> Arc<Post> {
        Arc::new(Post {
            lane,
            core,
            thread: OnceLock::new(),
            busy_since: AtomicU64::new(0),
            is_relieved: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
        })
    }
}

impl<Job: Work> Workers<Job> {
    /// Starts the threads: `workers` workers, 0 for one per core, and those beside them. Without threads when the system
    /// creates too few.
    pub(crate) fn start(workers: usize) -> Workers<Job> {
        let cores = core_affinity::get_core_ids().unwrap_or_default();
        let available = thread::available_parallelism().map_or(1, usize::from);
        let count = if workers == 0 { available } else { workers };
        // With fewer workers than cores the system places them better, also beside other engines.
        let pinned = workers == 0 && cores.len() == count;
        let crew = Arc::new(Crew { schedule: Schedule::default(), threads: Mutex::default(), began: Instant::now() });
        let core_of = |number: usize| if pinned { cores.get(number).copied() } else { None };
        let usual = (0..count).map(|number| Post::new(Lane::Usual, core_of(number)));
        let others = (0..count).map(|_| Post::new(Lane::Background, None)).chain([Post::new(Lane::Call, None)]);
        let all_started = usual.chain(others).all(|post| crew.start(post).is_ok());
        let watch = all_started.then(|| crew.start_watch());
        let mut workers = Workers { crew: Some(crew), watch: watch.and_then(Result::ok), count };
        if workers.watch.is_none() {
            workers.end();
        }
        workers
    }

    /// How many workers there are for usual jobs.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Schedules a job; returns it when there are no threads.
    pub(crate) fn submit(&self, lane: Lane, place: Place, job: Job) -> Option<Job> {
        match &self.crew {
            Some(crew) => {
                crew.schedule.submit(lane, place, job);
                None
            }
            None => Some(job),
        }
    }
}

impl<Job> Workers<Job> {
    /// Waits until all jobs are finished, and ends the threads.
    fn end(&mut self) {
        let Some(crew) = self.crew.take() else { return };
        self.count = 0;
        crew.schedule.close();
        // A thread catches the panics of its jobs, so joining it does not fail. Once the watch has ended no thread begins.
        if let Some(watch) = self.watch.take() {
            let _ended = watch.join();
        }
        let threads = std::mem::take(&mut crew.locked().handles);
        for thread in threads {
            let _ended = thread.join();
        }
    }
}

impl<Job> Drop for Workers<Job> {
    /// Lets the threads finish all jobs and ends them. Cancelled requests do not delay it.
    fn drop(&mut self) {
        self.end();
    }
}

impl<Job> Crew<Job> {
    fn locked(&self) -> MutexGuard<'_, Threads> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Microseconds since the crew began, never 0.
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX).max(1)
    }
}

impl<Job: Work> Crew<Job> {
    /// Starts the thread of a post.
    fn start(self: &Arc<Self>, post: Arc<Post>) -> std::io::Result<()> {
        let (crew, own) = (Arc::clone(self), Arc::clone(&post));
        let name = match post.lane {
            Lane::Call => "shiftmill-calls",
            Lane::Usual => "shiftmill",
            Lane::Background => "shiftmill-low",
        };
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || crew.work(&own))?;
        let mut threads = self.locked();
        threads.handles.retain(|thread| !thread.is_finished());
        threads.handles.push(thread);
        if post.lane != Lane::Background {
            threads.watched.push(post);
        }
        Ok(())
    }

    /// Runs jobs until there are no more, or the thread is relieved.
    fn work(&self, post: &Post) {
        if let Some(core) = post.core {
            core_affinity::set_for_current(core);
        }
        let thread = os_thread::current();
        let _first = post.thread.set(thread);
        if post.lane == Lane::Background {
            os_thread::lower_priority(thread, Yields::Background);
        }
        let mut workspace = Job::Workspace::default();
        let mut ended = None;
        while let Some(Taken { job, used }) = self.schedule.next(post.lane, ended.take()) {
            post.busy_since.store(self.now(), Ordering::Relaxed);
            ended = Some((job.run_slice(&mut workspace), used));
            post.busy_since.store(0, Ordering::Relaxed);
            if post.is_relieved.load(Ordering::Relaxed) {
                break;
            }
        }
        if let Some(ended) = ended {
            self.schedule.give_back(post.lane, ended);
        }
        post.has_ended.store(true, Ordering::Relaxed);
    }

    fn start_watch(self: &Arc<Self>) -> std::io::Result<JoinHandle<()>> {
        let crew = Arc::clone(self);
        let watch = move || {
            while let Some(others_wait) = crew.schedule.watch(WATCH) {
                if others_wait {
                    crew.relieve();
                }
            }
        };
        thread::Builder::new().name("shiftmill-watch".to_owned()).spawn(watch)
    }

    /// Replaces the threads that are held by a slice.
    fn relieve(self: &Arc<Self>) {
        for post in self.held() {
            let (Some(thread), new) = (post.thread.get(), Post::new(post.lane, post.core)) else { continue };
            // Before its priority is lowered: without a new thread it stays what it is.
            if self.start(new).is_err() {
                return;
            }
            post.is_relieved.store(true, Ordering::Relaxed);
            os_thread::lower_priority(*thread, Yields::Background);
            let mut threads = self.locked();
            threads.watched.retain(|watched| !Arc::ptr_eq(watched, &post));
            threads.relieved.push(post);
        }
    }

    /// The threads that are held by a slice, as many as may be relieved.
    fn held(&self) -> Vec<Arc<Post>> {
        let mut threads = self.locked();
        threads.relieved.retain(|post| !post.has_ended.load(Ordering::Relaxed));
        let most = threads.watched.len() * RELIEVED_PER_WORKER;
        let room = most.saturating_sub(threads.relieved.len());
        let now = self.now();
        let is_held = |post: &&Arc<Post>| match post.busy_since.load(Ordering::Relaxed) {
            0 => false,
            since => u128::from(now.saturating_sub(since)) > HELD.as_micros(),
        };
        threads.watched.iter().filter(is_held).take(room).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;
    use crate::schedule::Caller;

    /// A job that waits for a message, or one that tells that it ran.
    enum Told {
        Waits(Receiver<()>),
        Tells(Sender<()>),
    }

    impl Work for Told {
        type Workspace = ();

        fn run_slice(self, (): &mut ()) -> Ran<Told> {
            match self {
                Told::Waits(message) => message.recv().unwrap(),
                Told::Tells(sender) => sender.send(()).unwrap(),
            }
            Ran { place: PLACE, took: Duration::ZERO, rest: None }
        }
    }

    const PLACE: Place = Place { caller: Caller(0), request: 0, number: 0 };

    #[test]
    fn a_thread_that_is_held_is_replaced_while_others_wait() {
        for lane in [Lane::Usual, Lane::Call] {
            let workers: Workers<Told> = Workers::start(1);
            let (release, held) = channel();
            let (told, ran) = channel();
            workers.submit(lane, Place { number: 0, ..PLACE }, Told::Waits(held));
            workers.submit(lane, Place { number: 1, ..PLACE }, Told::Tells(told));
            ran.recv_timeout(Duration::from_secs(20)).unwrap();
            release.send(()).unwrap();
            drop(workers);
        }
    }

    #[test]
    fn only_so_many_threads_are_held_and_the_others_wait_until_one_ends() {
        let workers: Workers<Told> = Workers::start(1);
        let (told, ran) = channel();
        let mut releases = Vec::new();
        // A worker and the thread for calls are watched: one of them is held, and twice as many are relieved.
        for number in 0..5 {
            let (release, held) = channel();
            releases.push(release);
            workers.submit(Lane::Usual, Place { number, ..PLACE }, Told::Waits(held));
        }
        workers.submit(Lane::Usual, Place { number: 5, ..PLACE }, Told::Tells(told));
        assert!(ran.recv_timeout(Duration::from_millis(300)).is_err());
        releases[0].send(()).unwrap();
        ran.recv_timeout(Duration::from_secs(20)).unwrap();
        releases.iter().skip(1).for_each(|release| release.send(()).unwrap());
    }

    #[test]
    fn all_jobs_are_finished_before_the_threads_end() {
        let workers: Workers<Told> = Workers::start(2);
        let (told, ran) = channel();
        for number in 0..50 {
            workers.submit(Lane::Background, Place { number, ..PLACE }, Told::Tells(told.clone()));
        }
        drop((workers, told));
        assert_eq!(ran.iter().count(), 50);
    }
}
