//! The memory that chunks and results under way may take, of all streams together.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::{Kind, Problem};

/// Bytes are counted in blocks, since permits are counted in `u32`.
const BLOCK: usize = 1_024;

/// A number of bytes that streams share. A stream waits for its share, so a full budget slows clients down first; only
/// who waits too long is turned away.
#[derive(Clone, Debug)]
pub struct Budget {
    blocks: Arc<Semaphore>,
    all: usize,
    wait: Duration,
}

/// A share of the budget; given back when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    _blocks: OwnedSemaphorePermit,
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

    /// Takes a share of `bytes`, or of all there is when that is less.
    pub(crate) async fn take(&self, bytes: usize) -> Result<Share, Problem> {
        let blocks = u32::try_from(bytes.div_ceil(BLOCK).min(self.all)).unwrap_or(u32::MAX);
        let waiting = Arc::clone(&self.blocks).acquire_many_owned(blocks);
        match tokio::time::timeout(self.wait, waiting).await {
            Ok(Ok(blocks)) => Ok(Share { _blocks: blocks }),
            _ => Err(busy("the memory for chunks under way is used up")),
        }
    }
}

/// The answer to a call that finds no room.
pub(crate) fn busy(what: &str) -> Problem {
    Problem::new(Kind::Busy, format!("{what}; try again shortly"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_too_long_is_turned_away_and_a_share_comes_back() {
        let budget = Budget::new(10 * BLOCK, Duration::from_millis(20));
        let share = budget.take(10 * BLOCK).await.unwrap();
        assert_eq!(budget.free(), 0);
        assert!(budget.take(1).await.is_err());
        drop(share);
        assert!(budget.take(usize::MAX).await.is_ok());
    }
}
