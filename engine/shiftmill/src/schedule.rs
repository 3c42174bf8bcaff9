//! Which waiting job runs next: the callers take turns, then the requests of each caller, then its oldest job.
//!
//! ```text
//! lane ─→ callers, in turn ─→ requests of the caller, in turn ─→ jobs of the request, the oldest first
//! ```
//!
//! A job runs for one slice and then waits again, unless nobody else waits. So a caller with many requests, or a request
//! with many jobs, has one turn in each round like any other.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Who asks: requests of different callers take turns. What the number stands for is up to the embedder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Caller(pub u64);

/// The threads that a job waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// One thread, for the first slice of calls without plugins: they never wait for a slice of another lane.
    Call,
    /// The workers, for most jobs.
    Usual,
    /// As many workers with a lower priority of the system, for jobs whose slices cannot be made short.
    Background,
}

/// Where a job waits in its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) caller: Caller,
    /// The request, by its address.
    pub(crate) request: usize,
    /// Ascends in the order in which jobs are submitted.
    pub(crate) number: u64,
}

/// A job that waits, or is to wait.
#[derive(Debug)]
pub(crate) struct Waiting<Job> {
    pub(crate) lane: Lane,
    pub(crate) place: Place,
    pub(crate) job: Job,
}

/// The jobs of one lane.
#[derive(Debug)]
struct Queue<Job> {
    /// Each has a waiting job.
    callers: VecDeque<OfCaller<Job>>,
}

#[derive(Debug)]
struct OfCaller<Job> {
    caller: Caller,
    /// Each has a waiting job.
    requests: VecDeque<OfRequest<Job>>,
}

#[derive(Debug)]
struct OfRequest<Job> {
    request: usize,
    /// Their numbers, ascending.
    jobs: VecDeque<(u64, Job)>,
}

impl<Job> Queue<Job> {
    fn push(&mut self, place: Place, job: Job) {
        match self.callers.iter_mut().find(|known| known.caller == place.caller) {
            Some(known) => known.push(place, job),
            None => {
                let mut new = OfCaller { caller: place.caller, requests: VecDeque::new() };
                new.push(place, job);
                self.callers.push_back(new);
            }
        }
    }

    /// The next job. Its caller waits for the next round.
    fn pop(&mut self) -> Option<Job> {
        let mut first = self.callers.pop_front()?;
        let job = first.pop();
        if !first.requests.is_empty() {
            self.callers.push_back(first);
        }
        job
    }
}

impl<Job> OfCaller<Job> {
    fn push(&mut self, place: Place, job: Job) {
        match self.requests.iter_mut().find(|known| known.request == place.request) {
            Some(OfRequest { jobs, .. }) => {
                let at = jobs.partition_point(|(number, _)| *number < place.number);
                jobs.insert(at, (place.number, job));
            }
            None => {
                let jobs = VecDeque::from([(place.number, job)]);
                self.requests.push_back(OfRequest { request: place.request, jobs });
            }
        }
    }

    fn pop(&mut self) -> Option<Job> {
        let mut first = self.requests.pop_front()?;
        let job = first.jobs.pop_front();
        if !first.jobs.is_empty() {
            self.requests.push_back(first);
        }
        job.map(|(_, job)| job)
    }
}

/// The jobs of all lanes, and the threads that wait for them.
#[derive(Debug)]
pub(crate) struct Schedule<Job> {
    lanes: Mutex<Lanes<Job>>,
    call: Condvar,
    usual: Condvar,
    background: Condvar,
    /// Signalled when a job begins to wait in a lane that is watched, and when the schedule is closed.
    watch: Condvar,
}

#[derive(Debug)]
struct Lanes<Job> {
    call: Queue<Job>,
    usual: Queue<Job>,
    background: Queue<Job>,
    /// Jobs that wait or run.
    unfinished: usize,
    /// True when no job is submitted any more.
    closed: bool,
}

impl<Job> Lanes<Job> {
    fn queue(&mut self, lane: Lane) -> &mut Queue<Job> {
        match lane {
            Lane::Call => &mut self.call,
            Lane::Usual => &mut self.usual,
            Lane::Background => &mut self.background,
        }
    }

    /// True when a job waits for a thread that must not be held long.
    fn waits_for_a_watched_thread(&self) -> bool {
        !self.call.callers.is_empty() || !self.usual.callers.is_empty()
    }
}

impl<Job> Default for Schedule<Job> {
    fn default() -> Schedule<Job> {
        let empty = || Queue { callers: VecDeque::new() };
        let lanes = Lanes { call: empty(), usual: empty(), background: empty(), unfinished: 0, closed: false };
        Schedule {
            lanes: Mutex::new(lanes),
            call: Condvar::new(),
            usual: Condvar::new(),
            background: Condvar::new(),
            watch: Condvar::new(),
        }
    }
}

impl<Job> Schedule<Job> {
    /// Adds a new job.
    pub(crate) fn submit(&self, waiting: Waiting<Job>) {
        let mut lanes = self.locked();
        lanes.unfinished += 1;
        self.put(&mut lanes, waiting);
    }

    /// Puts back a job whose slice has ended, and takes no other.
    pub(crate) fn give_back(&self, waiting: Waiting<Job>) {
        self.put(&mut self.locked(), waiting);
    }

    /// Puts back the job whose slice has ended, if any, and takes the next job of a lane: the same one when nobody else
    /// waits. Waits for a job. `None` when the schedule is closed and all jobs are finished.
    pub(crate) fn next(&self, lane: Lane, slice_ended: Option<Waiting<Job>>) -> Option<Job> {
        let mut lanes = self.locked();
        if let Some(waiting) = slice_ended {
            if waiting.lane == lane && lanes.queue(lane).callers.is_empty() {
                return Some(waiting.job);
            }
            self.put(&mut lanes, waiting);
        }
        loop {
            if let Some(job) = lanes.queue(lane).pop() {
                return Some(job);
            }
            if lanes.closed && lanes.unfinished == 0 {
                return None;
            }
            lanes = self.arrived(lane).wait(lanes).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Counts a job that was taken and is not put back.
    pub(crate) fn finished(&self) {
        let mut lanes = self.locked();
        lanes.unfinished -= 1;
        if lanes.closed && lanes.unfinished == 0 {
            self.wake_all();
        }
    }

    /// Lets the threads end once all jobs are finished.
    pub(crate) fn close(&self) {
        self.locked().closed = true;
        self.wake_all();
    }

    /// Waits until a job waits for a thread of a lane that is watched, and for `time` more. True when one waits then;
    /// `None` when the schedule is closed.
    pub(crate) fn watch(&self, time: Duration) -> Option<bool> {
        let idle = |lanes: &mut Lanes<Job>| !lanes.closed && !lanes.waits_for_a_watched_thread();
        let lanes = self.watch.wait_while(self.locked(), idle).unwrap_or_else(PoisonError::into_inner);
        let open = |lanes: &mut Lanes<Job>| !lanes.closed;
        let (lanes, _) = self.watch.wait_timeout_while(lanes, time, open).unwrap_or_else(PoisonError::into_inner);
        (!lanes.closed).then(|| lanes.waits_for_a_watched_thread())
    }

    fn put(&self, lanes: &mut Lanes<Job>, waiting: Waiting<Job>) {
        let Waiting { lane, place, job } = waiting;
        let was_idle = !lanes.waits_for_a_watched_thread();
        lanes.queue(lane).push(place, job);
        self.arrived(lane).notify_one();
        if was_idle && lane != Lane::Background {
            self.watch.notify_one();
        }
    }

    fn arrived(&self, lane: Lane) -> &Condvar {
        match lane {
            Lane::Call => &self.call,
            Lane::Usual => &self.usual,
            Lane::Background => &self.background,
        }
    }

    fn wake_all(&self) {
        for waiting in [&self.call, &self.usual, &self.background, &self.watch] {
            waiting.notify_all();
        }
    }

    fn locked(&self) -> MutexGuard<'_, Lanes<Job>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A usual job, by its caller, its request and its number.
    type Named = (u64, usize, u64);

    fn waiting(job: Named) -> Waiting<Named> {
        let place = Place { caller: Caller(job.0), request: job.1, number: job.2 };
        Waiting { lane: Lane::Usual, place, job }
    }

    /// So many slices of one worker; no job ends.
    fn slices(schedule: &Schedule<Named>, count: usize) -> Vec<Named> {
        let mut run = Vec::new();
        let mut ended = None;
        for _ in 0..count {
            let job = schedule.next(Lane::Usual, ended.take()).unwrap();
            run.push(job);
            ended = Some(waiting(job));
        }
        schedule.give_back(ended.unwrap());
        run
    }

    #[test]
    fn callers_take_turns_and_then_their_requests() {
        let schedule = Schedule::default();
        for job in [(1, 10, 0), (1, 11, 1), (1, 12, 2), (2, 20, 3), (1, 10, 4)] {
            schedule.submit(waiting(job));
        }
        let run = slices(&schedule, 12);
        let of_two = run.iter().filter(|job| job.0 == 2).count();
        assert_eq!(of_two, 6, "one caller with one request has as many slices as one with three: {run:?}");
        for request in [10, 11, 12] {
            assert_eq!(run.iter().filter(|job| job.1 == request).count(), 2, "{run:?}");
        }
    }

    #[test]
    fn the_oldest_job_of_a_request_goes_on_first() {
        let schedule = Schedule::default();
        for number in 0..3 {
            schedule.submit(waiting((1, 10, number)));
        }
        assert_eq!(slices(&schedule, 3), [(1, 10, 0); 3]);
        let (first, second) = (schedule.next(Lane::Usual, None), schedule.next(Lane::Usual, None));
        assert_eq!((first, second), (Some((1, 10, 0)), Some((1, 10, 1))), "two workers may run jobs of one request");
        schedule.give_back(waiting((1, 10, 1)));
        schedule.give_back(waiting((1, 10, 0)));
        assert_eq!(slices(&schedule, 1), [(1, 10, 0)]);
    }

    #[test]
    fn a_newcomer_waits_for_one_slice_of_each_caller_at_most() {
        let schedule = Schedule::default();
        for number in 0..100 {
            schedule.submit(waiting((1, number as usize, number)));
        }
        let running = schedule.next(Lane::Usual, None).unwrap();
        schedule.submit(waiting((2, 200, 100)));
        schedule.give_back(waiting(running));
        assert!(slices(&schedule, 2).contains(&(2, 200, 100)));
    }

    #[test]
    fn a_job_alone_is_continued_and_lanes_do_not_mix() {
        let schedule = Schedule::default();
        schedule.submit(waiting((1, 10, 0)));
        schedule.submit(Waiting { lane: Lane::Background, ..waiting((2, 20, 1)) });
        assert_eq!(slices(&schedule, 3), [(1, 10, 0); 3]);
        assert_eq!(schedule.next(Lane::Background, None), Some((2, 20, 1)));
        schedule.give_back(Waiting { lane: Lane::Usual, ..waiting((2, 20, 1)) });
        assert_eq!(slices(&schedule, 2), [(1, 10, 0), (2, 20, 1)]);
    }

    #[test]
    fn a_closed_schedule_ends_when_its_jobs_have() {
        let schedule = Schedule::default();
        schedule.submit(waiting((1, 10, 0)));
        schedule.close();
        assert_eq!(schedule.next(Lane::Usual, None), Some((1, 10, 0)));
        assert_eq!(schedule.watch(Duration::ZERO), None);
        schedule.finished();
        assert_eq!(schedule.next(Lane::Usual, None), None);
    }
}
