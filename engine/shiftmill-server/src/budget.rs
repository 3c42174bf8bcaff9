//! The memory that chunks and results under way may take, of all streams together.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::{ErrorCode, Problem};

/// Bytes are counted in blocks, since permits are counted in `u32`.
const BLOCK: usize = 1_024;

/// A number of bytes that streams share. A stream waits for its reservation, so a full budget slows clients down first;
/// only a caller that waits too long is refused.
#[derive(Clone, Debug)]
pub struct Budget {
    blocks: Arc<Semaphore>,
    all: usize,
    wait: Duration,
}

/// The part of the budget that one stream may use, so that no stream uses it all.
#[derive(Debug)]
pub(crate) struct StreamBudget {
    budget: Budget,
    blocks: Arc<Semaphore>,
    all: usize,
}

/// Reserved bytes of the budget; released when dropped.
#[derive(Debug)]
pub(crate) struct Reservation {
    _blocks: OwnedSemaphorePermit,
    /// For a stream: as many blocks of its own budget.
    _stream: Option<OwnedSemaphorePermit>,
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
        match tokio::time::timeout(self.wait, Arc::clone(&self.slots).acquire_owned()).await {
            Ok(Ok(slot)) => Ok(slot),
            _ => Err(busy(self.full)),
        }
    }
}

impl Budget {
    /// A budget of `bytes`, for which a stream waits at most `wait`.
    pub fn new(bytes: usize, wait: Duration) -> Budget {
        let all = (bytes / BLOCK).max(1);
        Budget { blocks: Arc::new(Semaphore::new(all)), all, wait }
    }

    /// Bytes not in use.
    pub fn free(&self) -> usize {
        self.blocks.available_permits() * BLOCK
    }

    /// Half of all bytes: the most for one caller outside a stream, so that streams go on.
    pub(crate) fn half(&self) -> usize {
        self.all / 2 * BLOCK
    }

    /// The largest possible reservation, in bytes.
    pub(crate) fn most(&self) -> usize {
        self.all * BLOCK
    }

    /// The budget of a new stream: a quarter.
    pub(crate) fn stream_budget(&self) -> StreamBudget {
        let all = (self.all / 4).max(1);
        StreamBudget { budget: self.clone(), blocks: Arc::new(Semaphore::new(all)), all }
    }

    /// Reserves `bytes`, or the whole budget when that is less.
    pub(crate) async fn take(&self, bytes: usize) -> Result<Reservation, Problem> {
        let blocks = self.blocks(counted(bytes, self.all)).await?;
        Ok(Reservation { _blocks: blocks, _stream: None })
    }

    async fn blocks(&self, blocks: u32) -> Result<OwnedSemaphorePermit, Problem> {
        let waiting = Arc::clone(&self.blocks).acquire_many_owned(blocks);
        match tokio::time::timeout(self.wait, waiting).await {
            Ok(Ok(blocks)) => Ok(blocks),
            _ => Err(used_up()),
        }
    }
}

impl StreamBudget {
    /// The largest possible reservation of the stream, in bytes.
    pub(crate) fn most(&self) -> usize {
        self.all * BLOCK
    }

    /// Reserves `bytes`, or the whole budget of the stream when that is less. A stream waits for its own chunks as long
    /// as its client takes to read; it waits for other streams no longer than the budget allows.
    pub(crate) async fn take(&self, bytes: usize) -> Result<Reservation, Problem> {
        let blocks = counted(bytes, self.all);
        let stream = Arc::clone(&self.blocks).acquire_many_owned(blocks).await.map_err(|_| used_up())?;
        Ok(Reservation { _blocks: self.budget.blocks(blocks).await?, _stream: Some(stream) })
    }
}

/// The number of blocks that `bytes` fill, at most `most`.
fn counted(bytes: usize, most: usize) -> u32 {
    u32::try_from(bytes.div_ceil(BLOCK).min(most)).unwrap_or(u32::MAX)
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

    #[tokio::test]
    async fn a_caller_that_waits_too_long_is_refused_and_a_reservation_is_released() {
        let budget = Budget::new(10 * BLOCK, Duration::from_millis(20));
        let reservation = budget.take(10 * BLOCK).await.unwrap();
        assert_eq!(budget.free(), 0);
        assert!(budget.take(1).await.is_err());
        drop(reservation);
        assert!(budget.take(usize::MAX).await.is_ok());
    }

    #[tokio::test]
    async fn a_caller_that_waits_too_long_for_a_slot_is_refused() {
        let slots = Slots::new(1, Duration::from_millis(20), "all slots are in use");
        let slot = slots.take().await.unwrap();
        let refused = slots.take().await.unwrap_err();
        assert_eq!(refused.message(), "all slots are in use; try again shortly");
        drop(slot);
        assert!(slots.take().await.is_ok());
    }

    #[tokio::test]
    async fn a_stream_takes_a_quarter_at_most() {
        let budget = Budget::new(8 * BLOCK, Duration::from_millis(20));
        let stream = budget.stream_budget();
        let reservation = stream.take(usize::MAX).await.unwrap();
        assert_eq!(budget.free(), 6 * BLOCK);
        let more = tokio::time::timeout(Duration::from_millis(50), stream.take(1)).await;
        assert!(more.is_err(), "it waits for its own client");
        assert!(budget.stream_budget().take(1).await.is_ok());
        drop(reservation);
        assert!(stream.take(1).await.is_ok());
    }
}
