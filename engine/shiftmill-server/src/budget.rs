//! Memory that is counted before it is used, and slots for work of which only a few run at a time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use crate::problem::{ErrorCode, Problem};

/// Bytes are counted in blocks, since permits are counted in `u32`.
const BLOCK: usize = 1_024;

/// A number of bytes that callers share. A part of a budget is a budget of its own, whose bytes also count in the whole.
/// Callers wait for their reservation, so a full budget slows clients down first; only a caller that waits too long is
/// refused.
#[derive(Clone, Debug)]
pub struct Budget {
    /// The innermost part first, the whole last.
    levels: Vec<Level>,
}

#[derive(Clone, Debug)]
struct Level {
    blocks: Arc<Semaphore>,
    all: usize,
    /// How long a caller waits; without an end when it waits for itself only.
    wait: Option<Duration>,
}

/// Reserved bytes of a budget; released when dropped.
#[derive(Debug)]
pub(crate) struct Reservation {
    budget: Budget,
    /// One for each level.
    blocks: Vec<OwnedSemaphorePermit>,
}

/// Slots for work of which only a few run at a time. A caller that waits too long for a slot is refused.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    slots: Arc<Semaphore>,
    wait: Duration,
    /// The message of the refusal.
    full: &'static str,
}

impl Slots {
    /// `count` slots; a caller waits at most `wait` for one.
    pub fn new(count: usize, wait: Duration, full: &'static str) -> Slots {
        Slots { slots: Arc::new(Semaphore::new(count)), wait, full }
    }

    /// A slot; released when dropped.
    pub async fn take(&self) -> Result<OwnedSemaphorePermit, Problem> {
        match timeout(self.wait, Arc::clone(&self.slots).acquire_owned()).await {
            Ok(Ok(slot)) => Ok(slot),
            _ => Err(busy(self.full)),
        }
    }
}

impl Level {
    fn new(all: usize, wait: Option<Duration>) -> Level {
        let all = all.clamp(1, u32::MAX as usize);
        Level { blocks: Arc::new(Semaphore::new(all)), all, wait }
    }

    async fn take(&self, blocks: u32) -> Result<OwnedSemaphorePermit, Problem> {
        let waiting = Arc::clone(&self.blocks).acquire_many_owned(blocks);
        let taken: Result<Result<_, AcquireError>, Elapsed> = match self.wait {
            Some(wait) => timeout(wait, waiting).await,
            None => Ok(waiting.await),
        };
        match taken {
            Ok(Ok(blocks)) => Ok(blocks),
            _ => Err(used_up()),
        }
    }
}

impl Budget {
    /// A budget of `bytes`, for which a caller waits at most `wait`.
    pub fn new(bytes: usize, wait: Duration) -> Budget {
        Budget { levels: vec![Level::new(bytes / BLOCK, Some(wait))] }
    }

    /// A part of `percent` of the budget. A caller waits for it as long as for the whole.
    pub(crate) fn part(&self, percent: usize) -> Budget {
        let wait = self.levels.first().and_then(|level| level.wait);
        self.with_level(Level::new(self.most() / BLOCK * percent / 100, wait))
    }

    /// The part of one stream: a quarter of the whole, or all of this budget when that is less. The stream waits for its
    /// own chunks as long as its client takes to read; it waits for other streams no longer than the budget allows.
    pub(crate) fn stream_part(&self) -> Budget {
        let quarter = self.levels.last().map_or(0, |whole| whole.all / 4);
        self.with_level(Level::new(quarter.min(self.most() / BLOCK), None))
    }

    fn with_level(&self, level: Level) -> Budget {
        Budget { levels: std::iter::once(level).chain(self.levels.iter().cloned()).collect() }
    }

    /// Bytes of the whole that are not in use.
    pub fn free(&self) -> usize {
        self.levels.last().map_or(0, |whole| whole.blocks.available_permits() * BLOCK)
    }

    /// Whether a part would hold more than is left for others if it took `bytes`. Parts that then wait leave memory for
    /// others, however many they are.
    pub(crate) fn is_scarce(&self, bytes: usize) -> bool {
        let [own, around @ ..] = &*self.levels else { return false };
        let held = own.all.saturating_sub(own.blocks.available_permits());
        let wanted = held + self.counted(bytes) as usize;
        around.iter().any(|level| wanted > level.blocks.available_permits())
    }

    /// The largest possible reservation, in bytes.
    pub(crate) fn most(&self) -> usize {
        self.levels.first().map_or(0, |level| level.all * BLOCK)
    }

    /// Reserves `bytes`, or the whole budget when that is less.
    pub(crate) async fn take(&self, bytes: usize) -> Result<Reservation, Problem> {
        let mut reservation = Reservation { budget: self.clone(), blocks: Vec::with_capacity(self.levels.len()) };
        let blocks = self.counted(bytes);
        for level in &self.levels {
            reservation.blocks.push(level.take(blocks).await?);
        }
        Ok(reservation)
    }

    /// The number of blocks that `bytes` fill, at most all.
    fn counted(&self, bytes: usize) -> u32 {
        let most = self.levels.first().map_or(0, |level| level.all);
        u32::try_from(bytes.div_ceil(BLOCK).min(most)).unwrap_or(u32::MAX)
    }
}

impl Reservation {
    /// The reserved bytes.
    pub fn bytes(&self) -> usize {
        self.blocks.first().map_or(0, |blocks| blocks.num_permits() * BLOCK)
    }

    /// Reserves `bytes` instead, or the whole budget when that is less.
    pub async fn resize(&mut self, bytes: usize) -> Result<(), Problem> {
        self.shrink(bytes);
        let blocks = self.budget.counted(bytes);
        for (level, held) in self.budget.levels.iter().zip(&mut self.blocks) {
            let missing = blocks.saturating_sub(u32::try_from(held.num_permits()).unwrap_or(u32::MAX));
            if missing > 0 {
                held.merge(level.take(missing).await?);
            }
        }
        Ok(())
    }

    /// Releases what is reserved beyond `bytes`.
    pub fn shrink(&mut self, bytes: usize) {
        let blocks = self.budget.counted(bytes) as usize;
        for held in &mut self.blocks {
            // The part that is split off is dropped, and so released.
            drop(held.split(held.num_permits().saturating_sub(blocks)));
        }
    }
}

/// The error of a call for which there is no memory.
pub(crate) fn used_up() -> Problem {
    busy("the memory for chunks under way is used up")
}

/// The error of a call when the service is at a limit.
pub(crate) fn busy(what: &str) -> Problem {
    Problem::new(ErrorCode::Busy, format!("{what}; try again shortly"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn a_caller_that_waits_too_long_is_refused_and_a_reservation_is_released() {
        let budget = Budget::new(10 * BLOCK, SHORT);
        let reservation = budget.take(10 * BLOCK).await.unwrap();
        assert_eq!(budget.free(), 0);
        assert!(budget.take(1).await.is_err());
        drop(reservation);
        assert!(budget.take(usize::MAX).await.is_ok());
    }

    #[tokio::test]
    async fn a_caller_that_waits_too_long_for_a_slot_is_refused() {
        let slots = Slots::new(1, SHORT, "all slots are in use");
        let slot = slots.take().await.unwrap();
        let refused = slots.take().await.unwrap_err();
        assert_eq!(refused.message(), "all slots are in use; try again shortly");
        drop(slot);
        assert!(slots.take().await.is_ok());
    }

    #[tokio::test]
    async fn a_stream_takes_a_quarter_at_most() {
        let budget = Budget::new(8 * BLOCK, SHORT);
        let stream = budget.stream_part();
        let reservation = stream.take(usize::MAX).await.unwrap();
        assert_eq!(budget.free(), 6 * BLOCK);
        let more = timeout(Duration::from_millis(50), stream.take(1)).await;
        assert!(more.is_err(), "it waits for its own client");
        assert!(budget.stream_part().take(1).await.is_ok());
        drop(reservation);
        assert!(stream.take(1).await.is_ok());
    }

    #[tokio::test]
    async fn a_peer_leaves_memory_for_others() {
        let budget = Budget::new(8 * BLOCK, SHORT);
        let (greedy, other) = (budget.part(50), budget.part(50));
        let _held = (greedy.take(usize::MAX).await.unwrap(), BLOCK);
        assert_eq!(budget.free(), 4 * BLOCK);
        assert!(greedy.stream_part().take(1).await.is_err());
        assert!(other.stream_part().take(2 * BLOCK).await.is_ok());
    }

    #[tokio::test]
    async fn many_parts_that_wait_when_memory_is_scarce_leave_some_for_another() {
        let budget = Budget::new(100 * BLOCK, SHORT);
        let streams: Vec<Budget> = (0..9).map(|_| budget.stream_part()).collect();
        let mut held = Vec::new();
        for _ in 0..100 {
            for stream in streams.iter().filter(|stream| !stream.is_scarce(BLOCK)) {
                held.push(stream.take(BLOCK).await.unwrap());
            }
        }
        assert_eq!(held.len(), 90, "each as much as is left");
    }

    #[tokio::test]
    async fn a_reservation_grows_and_shrinks_at_every_level() {
        let budget = Budget::new(8 * BLOCK, SHORT);
        let part = budget.part(50);
        let mut reservation = part.take(BLOCK).await.unwrap();
        reservation.resize(3 * BLOCK).await.unwrap();
        assert_eq!((reservation.bytes(), budget.free()), (3 * BLOCK, 5 * BLOCK));
        reservation.shrink(BLOCK + 1);
        assert_eq!((reservation.bytes(), budget.free()), (2 * BLOCK, 6 * BLOCK));
        let _rest = part.take(2 * BLOCK).await.unwrap();
        assert!(reservation.resize(3 * BLOCK).await.is_err());
        drop(reservation);
        assert_eq!(budget.free(), 6 * BLOCK);
    }
}
