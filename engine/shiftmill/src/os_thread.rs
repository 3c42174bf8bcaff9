//! What a thread needs of the operating system: the processor time that it has used, and a lower priority.

pub(crate) use system::{ThreadId, current, lower_priority, processor_time};

#[cfg(target_os = "linux")]
mod system {
    use std::time::Duration;

    use rustix::process::{Pid, setpriority_process};
    use rustix::thread::gettid;
    use rustix::time::{ClockId, clock_gettime};

    /// The nice value of the background: such a thread gets about a tenth of what a usual thread beside it gets.
    const NICE: i32 = 10;

    /// A thread of this process.
    pub(crate) type ThreadId = Pid;

    /// The calling thread.
    pub(crate) fn current() -> ThreadId {
        gettid()
    }

    /// The processor time that the calling thread has used since it began. Unlike the time on a clock, it does not
    /// include the time in which the system ran others.
    pub(crate) fn processor_time() -> Duration {
        let used = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(u64::try_from(used.tv_sec).unwrap_or(0), u32::try_from(used.tv_nsec).unwrap_or(0))
    }

    /// Gives a thread a lower priority, which it keeps: raising it again needs a privilege.
    pub(crate) fn lower_priority(thread: ThreadId) {
        // Linux keeps a priority for each thread. A thread that has ended, or a system that refuses, costs fairness only.
        let _set = setpriority_process(Some(thread), NICE);
    }
}

/// Without a lower priority, the system still shares the cores fairly between the threads.
#[cfg(not(target_os = "linux"))]
mod system {
    use std::sync::LazyLock;
    use std::time::{Duration, Instant};

    /// A thread of this process.
    pub(crate) type ThreadId = ();

    /// The calling thread.
    pub(crate) fn current() -> ThreadId {}

    /// The time on the clock, in place of processor time.
    pub(crate) fn processor_time() -> Duration {
        static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
        BEGAN.elapsed()
    }

    /// Does nothing.
    pub(crate) fn lower_priority((): ThreadId) {}
}
