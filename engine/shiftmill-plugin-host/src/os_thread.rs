//! What a thread needs of the operating system: the processor time that it has used, and a lower priority.

pub use system::{ThreadId, current, lower_priority, processor_time};

/// How much a thread yields to the others of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Yields {
    /// Trials of rulesets, for which a caller waits: about a third of what a usual thread beside it gets.
    Trial,
    /// Requests whose plugins take long for a single card: about a tenth of what a usual thread beside it gets.
    Background,
}

#[cfg(target_os = "linux")]
mod system {
    use std::time::Duration;

    use rustix::process::{Pid, getpriority_process, setpriority_process};
    use rustix::thread::gettid;
    use rustix::time::{ClockId, clock_gettime};

    use super::Yields;

    /// A thread of this process.
    pub type ThreadId = Pid;

    /// The calling thread.
    pub fn current() -> ThreadId {
        gettid()
    }

    /// The processor time that the calling thread has used since it began. Unlike the time on a clock, it does not
    /// include the time in which the system ran others.
    pub fn processor_time() -> Duration {
        let used = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(u64::try_from(used.tv_sec).unwrap_or(0), u32::try_from(used.tv_nsec).unwrap_or(0))
    }

    /// Gives a thread a lower priority, which it keeps: raising it again needs a privilege.
    pub fn lower_priority(thread: ThreadId, to: Yields) {
        let nice = match to {
            Yields::Trial => 5,
            Yields::Background => 10,
        };
        // Linux keeps a priority for each thread. A thread that has ended, or a system that refuses, costs fairness only.
        if getpriority_process(Some(thread)).is_ok_and(|now| now < nice) {
            let _set = setpriority_process(Some(thread), nice);
        }
    }
}

/// Without a lower priority, the system still shares the cores fairly between the threads.
#[cfg(not(target_os = "linux"))]
mod system {
    use std::sync::LazyLock;
    use std::time::{Duration, Instant};

    use super::Yields;

    /// A thread of this process.
    pub type ThreadId = ();

    /// The calling thread.
    pub fn current() -> ThreadId {}

    /// The time on the clock, in place of processor time.
    pub fn processor_time() -> Duration {
        static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
        BEGAN.elapsed()
    }

    /// Does nothing.
    pub fn lower_priority((): ThreadId, _to: Yields) {}
}
