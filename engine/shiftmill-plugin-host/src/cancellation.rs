//! Ends the calls of plugins before their fuel does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Ends the calls of the plugins that share it: when their caller has gone, or at an instant. A running call ends at the
/// next tick of the host's timer, which is a tenth of a second. Neither is a pay result.
#[derive(Debug, Default)]
pub struct Cancellation {
    cancelled: AtomicBool,
    deadline: Option<Instant>,
    outer: Option<Arc<Cancellation>>,
}

impl Cancellation {
    /// One that also ends calls at an instant.
    pub fn at(deadline: Instant) -> Cancellation {
        Cancellation { deadline: Some(deadline), ..Cancellation::default() }
    }

    /// One for a part of the calls of another, which ends them too.
    pub fn within(outer: &Arc<Cancellation>) -> Cancellation {
        Cancellation { outer: Some(Arc::clone(outer)), ..Cancellation::default() }
    }

    /// Ends running and further calls.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }

    /// True when calls end, for any reason.
    pub fn is_cancelled(&self) -> bool {
        let is_outer_cancelled = || self.outer.as_ref().is_some_and(|outer| outer.is_cancelled());
        self.cancelled.load(Ordering::Acquire) || self.is_late() || is_outer_cancelled()
    }

    /// True when the instant has passed.
    pub fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_end_when_cancelled_or_late() {
        let (open, late) = (Cancellation::default(), Cancellation::at(Instant::now()));
        assert_eq!((open.is_cancelled(), late.is_cancelled(), late.is_late()), (false, true, true));
        let open = Arc::new(open);
        let (one, other) = (Cancellation::within(&open), Cancellation::within(&open));
        one.cancel();
        assert_eq!((one.is_cancelled(), open.is_cancelled(), other.is_cancelled()), (true, false, false));
        open.cancel();
        assert_eq!((open.is_cancelled(), open.is_late(), other.is_cancelled()), (true, false, true));
    }
}
