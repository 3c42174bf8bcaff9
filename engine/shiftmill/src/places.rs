//! The chunks of one request that may be under way in the engine at a time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Chunks of one request that wait or run. It bounds what a caller in process queues; a service has smaller bounds of its
/// own, so that it never waits here.
pub(crate) const PLACES: usize = 64;

/// The places of one request.
#[derive(Debug, Default)]
pub(crate) struct Places {
    taken: Mutex<usize>,
    freed: Condvar,
}

impl Places {
    /// Takes a place; waits while all are taken.
    pub(crate) fn take(&self) {
        let taken = self.freed.wait_while(self.locked(), |taken| *taken >= PLACES);
        *taken.unwrap_or_else(PoisonError::into_inner) += 1;
    }

    /// Frees a place.
    pub(crate) fn free(&self) {
        *self.locked() -= 1;
        self.freed.notify_one();
    }

    fn locked(&self) -> MutexGuard<'_, usize> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
