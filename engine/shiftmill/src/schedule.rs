//! Which waiting job runs next: that of the caller who has used least, of the caller's request that has used least, and
//! of its jobs the oldest.
//!
//! ```text
//! lane ─→ caller with the least time ─→ its request with the least time ─→ the oldest job of the request
//! ```
//!
//! A job runs for one slice and then waits again, unless nobody else waits. What counts is the processor time of slices:
//! a caller with many requests, with many jobs or with long slices gets no more of it than any other.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Who asks: requests of different callers take turns. What the number stands for is up to the embedder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Caller(pub u64);

/// The threads that a job waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// One thread, for small calls without plugins: they never wait for a slice of another lane.
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

/// What came of a slice.
#[derive(Debug)]
pub(crate) struct Ran<Job> {
    pub(crate) place: Place,
    /// Its processor time.
    pub(crate) took: Duration,
    /// The job and the lane where it goes on, unless it is finished.
    pub(crate) rest: Option<(Lane, Job)>,
}

/// A job that a thread has taken for one slice, with what its caller and its request had used then.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Taken<Job> {
    pub(crate) job: Job,
    pub(crate) used: Used,
}

/// Time used in a lane since the lane began. Whoever comes later, or comes back, begins with the least time that anybody
/// had when a job was taken last: nobody saves up time by waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Used {
    caller: Duration,
    request: Duration,
}

/// What waits, by who has used how much time.
#[derive(Debug)]
struct Shares<Key, Kept> {
    all: Vec<Share<Key, Kept>>,
    /// What the last one that was chosen had used.
    least: Duration,
}

#[derive(Debug)]
struct Share<Key, Kept> {
    key: Key,
    used: Duration,
    kept: Kept,
}

impl<Key, Kept> Default for Shares<Key, Kept> {
    fn default() -> Shares<Key, Kept> {
        Shares { all: Vec::new(), least: Duration::ZERO }
    }
}

impl<Key: PartialEq, Kept: Default> Shares<Key, Kept> {
    /// The share of `key`, which has used `took` since it had used `before`.
    fn charge(&mut self, key: Key, before: Duration, took: Duration) -> Option<&mut Kept> {
        let known = self.all.iter().position(|share| share.key == key);
        let at = known.unwrap_or_else(|| {
            let used = self.least.max(before);
            self.all.push(Share { key, used, kept: Kept::default() });
            self.all.len() - 1
        });
        let share = self.all.get_mut(at)?;
        share.used += took;
        Some(&mut share.kept)
    }

    /// Adds the time of something of which nothing is put back.
    fn charge_known(&mut self, key: Key, took: Duration) -> Option<&mut Kept> {
        let share = self.all.iter_mut().find(|share| share.key == key)?;
        share.used += took;
        Some(&mut share.kept)
    }

    /// Takes from the share with the least time, the first one of several. A share that is empty then is removed.
    fn take<Item>(
        &mut self,
        take: impl FnOnce(&mut Kept) -> Option<Item>,
        is_empty: impl FnOnce(&Kept) -> bool,
    ) -> Option<(Duration, Item)> {
        let (at, _) = self.all.iter().enumerate().min_by_key(|(_, share)| share.used)?;
        let share = self.all.get_mut(at)?;
        self.least = share.used;
        let (used, item) = (share.used, take(&mut share.kept));
        if is_empty(&share.kept) {
            self.all.remove(at);
        }
        item.map(|item| (used, item))
    }
}

/// The jobs of one lane. Every caller and every request has a waiting job.
#[derive(Debug)]
struct Queue<Job> {
    callers: Shares<Caller, Shares<usize, VecDeque<(u64, Job)>>>,
    /// Jobs in it.
    jobs: usize,
    /// Threads of the lane that wait for a job.
    idle: usize,
}

impl<Job> Queue<Job> {
    /// True when a job waits and no thread is about to take it.
    fn has_waiting(&self) -> bool {
        self.jobs > self.idle
    }

    fn push(&mut self, place: Place, used: Used, took: Duration, job: Job) {
        let Place { caller, request, number } = place;
        self.jobs += 1;
        let requests = self.callers.charge(caller, used.caller, took);
        if let Some(jobs) = requests.and_then(|requests| requests.charge(request, used.request, took)) {
            let at = jobs.partition_point(|(other, _)| *other < number);
            jobs.insert(at, (number, job));
        }
    }

    /// Adds the time of a job that is not put back to what its caller and its request have used.
    fn charge(&mut self, place: Place, took: Duration) {
        let requests = self.callers.charge_known(place.caller, took);
        let _charged = requests.and_then(|requests| requests.charge_known(place.request, took));
    }

    /// The next job.
    fn pop(&mut self) -> Option<Taken<Job>> {
        let of_request =
            |requests: &mut Shares<usize, VecDeque<(u64, Job)>>| requests.take(VecDeque::pop_front, VecDeque::is_empty);
        let (caller, (request, (_, job))) = self.callers.take(of_request, |requests| requests.all.is_empty())?;
        self.jobs -= 1;
        Some(Taken { job, used: Used { caller, request } })
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
        self.call.has_waiting() || self.usual.has_waiting()
    }
}

impl<Job> Default for Schedule<Job> {
    fn default() -> Schedule<Job> {
        let empty = || Queue { callers: Shares::default(), jobs: 0, idle: 0 };
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
    pub(crate) fn submit(&self, lane: Lane, place: Place, job: Job) {
        let mut lanes = self.locked();
        lanes.unfinished += 1;
        lanes.queue(lane).push(place, Used::default(), Duration::ZERO, job);
        self.announce(&lanes, lane);
    }

    /// Puts back a job after a slice in `lane`, and takes no other.
    pub(crate) fn give_back(&self, lane: Lane, ended: (Ran<Job>, Used)) {
        let mut lanes = self.locked();
        self.put_back(&mut lanes, lane, ended);
        self.announce(&lanes, lane);
    }

    /// Puts back the job whose slice in `lane` has ended, if any, and takes the next job of the lane: the same one when
    /// nobody else waits. Waits for a job. `None` when the schedule is closed and all jobs are finished.
    pub(crate) fn next(&self, lane: Lane, ended: Option<(Ran<Job>, Used)>) -> Option<Taken<Job>> {
        let mut lanes = self.locked();
        match ended {
            Some((Ran { rest: Some((next, job)), .. }, used)) if next == lane && lanes.queue(lane).jobs == 0 => {
                return Some(Taken { job, used });
            }
            Some(ended) => self.put_back(&mut lanes, lane, ended),
            None => {}
        }
        loop {
            if let Some(taken) = lanes.queue(lane).pop() {
                return Some(taken);
            }
            if lanes.closed && lanes.unfinished == 0 {
                return None;
            }
            lanes.queue(lane).idle += 1;
            lanes = self.arrived(lane).wait(lanes).unwrap_or_else(PoisonError::into_inner);
            lanes.queue(lane).idle -= 1;
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

    /// Puts back what is left of a job. In the same lane no thread has to be told: this one takes the next job.
    fn put_back(&self, lanes: &mut Lanes<Job>, before: Lane, (ran, used): (Ran<Job>, Used)) {
        let Ran { place, took, rest } = ran;
        // On a coarse clock too, whoever has run comes after those who wait.
        let took = took.max(Duration::from_micros(1));
        match rest {
            Some((lane, job)) if lane == before => lanes.queue(lane).push(place, used, took, job),
            // In another lane it is new.
            Some((lane, job)) => {
                lanes.queue(before).charge(place, took);
                lanes.queue(lane).push(place, Used::default(), Duration::ZERO, job);
                self.announce(lanes, lane);
            }
            None => {
                lanes.queue(before).charge(place, took);
                lanes.unfinished -= 1;
                if lanes.closed && lanes.unfinished == 0 {
                    self.wake_all();
                }
            }
        }
    }

    /// Wakes a thread for a job that waits.
    fn announce(&self, lanes: &Lanes<Job>, lane: Lane) {
        self.arrived(lane).notify_one();
        if lanes.waits_for_a_watched_thread() {
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

    const SLICE: Duration = Duration::from_millis(1);

    fn place(job: Named) -> Place {
        Place { caller: Caller(job.0), request: job.1, number: job.2 }
    }

    fn submit(schedule: &Schedule<Named>, job: Named) {
        schedule.submit(Lane::Usual, place(job), job);
    }

    fn take(schedule: &Schedule<Named>, lane: Lane) -> Named {
        schedule.next(lane, None).unwrap().job
    }

    /// A slice of a job that goes on in the usual lane.
    fn goes_on(job: Named) -> Ran<Named> {
        Ran { place: place(job), took: SLICE, rest: Some((Lane::Usual, job)) }
    }

    /// The last slice of a job.
    fn finished(job: Named) -> Ran<Named> {
        Ran { rest: None, ..goes_on(job) }
    }

    /// So many slices of one worker, which end as `ran` says.
    fn slices(schedule: &Schedule<Named>, count: usize, ran: impl Fn(Named) -> Ran<Named>) -> Vec<Named> {
        let mut run = Vec::new();
        let mut ended = None;
        for _ in 0..count {
            let Taken { job, used } = schedule.next(Lane::Usual, ended.take()).unwrap();
            run.push(job);
            ended = Some((ran(job), used));
        }
        schedule.give_back(Lane::Usual, ended.unwrap());
        run
    }

    fn of(run: &[Named], met: impl Fn(&Named) -> bool) -> usize {
        run.iter().filter(|job| met(job)).count()
    }

    #[test]
    fn callers_take_turns_and_then_their_requests() {
        let schedule = Schedule::default();
        for job in [(1, 10, 0), (1, 11, 1), (1, 12, 2), (2, 20, 3), (1, 10, 4)] {
            submit(&schedule, job);
        }
        let run = slices(&schedule, 12, goes_on);
        assert_eq!(of(&run, |job| job.0 == 2), 6, "a caller with one request has as many as one with three: {run:?}");
        for request in [10, 11, 12] {
            assert_eq!(of(&run, |job| job.1 == request), 2, "{run:?}");
        }
    }

    #[test]
    fn whoever_has_longer_slices_has_fewer() {
        let schedule = Schedule::default();
        for job in [(1, 10, 0), (2, 20, 1), (2, 21, 2)] {
            submit(&schedule, job);
        }
        let run =
            slices(&schedule, 1_100, |job| Ran { took: if job.0 == 1 { 10 * SLICE } else { SLICE }, ..goes_on(job) });
        let of_one = of(&run, |job| job.0 == 1);
        assert!((95..=105).contains(&of_one), "{of_one}");
        let run =
            slices(&schedule, 1_200, |job| Ran { took: if job.1 == 20 { 5 * SLICE } else { SLICE }, ..goes_on(job) });
        let (of_20, of_21) = (of(&run, |job| job.1 == 20), of(&run, |job| job.1 == 21));
        assert!(of_20 * 4 < of_21 && of_21 < of_20 * 6, "{of_20} {of_21}");
    }

    #[test]
    fn jobs_of_one_slice_are_charged_too() {
        let schedule = Schedule::default();
        (0..100).for_each(|number| submit(&schedule, (1, 10, number)));
        submit(&schedule, (2, 20, 100));
        let ran = |job: Named| if job.0 == 1 { finished(job) } else { goes_on(job) };
        let run = slices(&schedule, 40, ran);
        assert_eq!(of(&run, |job| job.0 == 1), 20, "{run:?}");
    }

    #[test]
    fn the_oldest_job_of_a_request_goes_on_first() {
        let schedule = Schedule::default();
        for number in 0..3 {
            submit(&schedule, (1, 10, number));
        }
        assert_eq!(slices(&schedule, 3, goes_on), [(1, 10, 0); 3]);
        let (first, second) = (take(&schedule, Lane::Usual), take(&schedule, Lane::Usual));
        assert_eq!((first, second), ((1, 10, 0), (1, 10, 1)), "two workers may run jobs of one request");
        schedule.give_back(Lane::Usual, (goes_on((1, 10, 1)), Used::default()));
        schedule.give_back(Lane::Usual, (goes_on((1, 10, 0)), Used::default()));
        assert_eq!(slices(&schedule, 1, goes_on), [(1, 10, 0)]);
    }

    #[test]
    fn a_newcomer_has_the_next_turn_and_no_more_than_its_share() {
        let schedule = Schedule::default();
        for number in 0..100 {
            submit(&schedule, (1, number as usize, number));
        }
        assert_eq!(slices(&schedule, 500, goes_on).len(), 500);
        submit(&schedule, (2, 200, 100));
        let run = slices(&schedule, 20, goes_on);
        assert!(run[..2].contains(&(2, 200, 100)), "{run:?}");
        assert_eq!(of(&run, |job| job.0 == 2), 10, "{run:?}");
    }

    #[test]
    fn a_job_alone_is_continued_and_lanes_do_not_mix() {
        let schedule = Schedule::default();
        submit(&schedule, (1, 10, 0));
        schedule.submit(Lane::Background, place((2, 20, 1)), (2, 20, 1));
        assert_eq!(slices(&schedule, 3, goes_on), [(1, 10, 0); 3]);
        let Taken { job, used } = schedule.next(Lane::Background, None).unwrap();
        assert_eq!(job, (2, 20, 1));
        schedule.give_back(Lane::Background, (goes_on(job), used));
        let run = slices(&schedule, 4, goes_on);
        assert_eq!(of(&run, |job| job.0 == 2), 2, "{run:?}");
    }

    #[test]
    fn a_closed_schedule_ends_when_its_jobs_have() {
        let schedule = Schedule::default();
        submit(&schedule, (1, 10, 0));
        schedule.close();
        let Taken { job, used } = schedule.next(Lane::Usual, None).unwrap();
        assert_eq!(schedule.watch(Duration::ZERO), None);
        assert_eq!(schedule.next(Lane::Usual, Some((finished(job), used))), None);
    }
}
