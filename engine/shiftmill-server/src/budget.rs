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

/// What one stream may take of the budget, so that no stream takes it all.
#[derive(Debug)]
pub(crate) struct Part {
    budget: Budget,
    blocks: Arc<Semaphore>,
    all: usize,
}

/// A share of the budget; given back when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    _blocks: OwnedSemaphorePermit,
    /// For a stream: as many blocks of its own part.
    _part: Option<OwnedSemaphorePermit>,
}

/// Places for work that is done a few at a time. Who waits too long for one is turned away.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    places: Arc<Semaphore>,
    wait: Duration,
    /// What is said to who is turned away.
    full: &'static str,
}

impl Places {
    /// So many places, for one of which a caller waits at most `wait`.
    pub fn new(count: usize, wait: Duration, full: &'static str) -> Places {
        Places { places: Arc::new(Semaphore::new(count)), wait, full }
    }

    /// A place; given back when dropped.
    pub async fn take(&self) -> Result<OwnedSemaphorePermit, Problem> {
        match tokio::time::timeout(self.wait, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
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

    /// Half of all bytes: what is done for one caller takes no more, so that streams go on.
    pub(crate) fn half(&self) -> usize {
        self.all / 2 * BLOCK
    }

    /// The most that anybody can take, in bytes.
    pub(crate) fn most(&self) -> usize {
        self.all * BLOCK
    }

    /// The part of a new stream: a quarter.
    pub(crate) fn part(&self) -> Part {
        let all = (self.all / 4).max(1);
        Part { budget: self.clone(), blocks: Arc::new(Semaphore::new(all)), all }
    }

    /// Takes a share of `bytes`, or of all there is when that is less.
    pub(crate) async fn take(&self, bytes: usize) -> Result<Share, Problem> {
        let blocks = self.blocks(counted(bytes, self.all)).await?;
        Ok(Share { _blocks: blocks, _part: None })
    }

    async fn blocks(&self, blocks: u32) -> Result<OwnedSemaphorePermit, Problem> {
        let waiting = Arc::clone(&self.blocks).acquire_many_owned(blocks);
        match tokio::time::timeout(self.wait, waiting).await {
            Ok(Ok(blocks)) => Ok(blocks),
            _ => Err(used_up()),
        }
    }
}

impl Part {
    /// The most that the stream can take, in bytes.
    pub(crate) fn most(&self) -> usize {
        self.all * BLOCK
    }

    /// Takes a share of `bytes`, or of the whole part when that is less. For its own chunks a stream waits as long as
    /// its client takes; for those of others, no longer than the budget allows.
    pub(crate) async fn take(&self, bytes: usize) -> Result<Share, Problem> {
        let blocks = counted(bytes, self.all);
        let part = Arc::clone(&self.blocks).acquire_many_owned(blocks).await.map_err(|_| used_up())?;
        Ok(Share { _blocks: self.budget.blocks(blocks).await?, _part: Some(part) })
    }
}

/// As many blocks as `bytes` fill, `most` at most.
fn counted(bytes: usize, most: usize) -> u32 {
    u32::try_from(bytes.div_ceil(BLOCK).min(most)).unwrap_or(u32::MAX)
}

/// The answer to a call that finds no memory.
pub(crate) fn used_up() -> Problem {
    busy("the memory for chunks under way is used up")
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

    #[tokio::test]
    async fn who_waits_too_long_for_a_place_is_turned_away() {
        let places = Places::new(1, Duration::from_millis(20), "everybody works");
        let place = places.take().await.unwrap();
        let refused = places.take().await.unwrap_err();
        assert_eq!(refused.message(), "everybody works; try again shortly");
        drop(place);
        assert!(places.take().await.is_ok());
    }

    #[tokio::test]
    async fn a_stream_takes_a_quarter_at_most() {
        let budget = Budget::new(8 * BLOCK, Duration::from_millis(20));
        let part = budget.part();
        let share = part.take(usize::MAX).await.unwrap();
        assert_eq!(budget.free(), 6 * BLOCK);
        let more = tokio::time::timeout(Duration::from_millis(50), part.take(1)).await;
        assert!(more.is_err(), "it waits for its own client");
        assert!(budget.part().take(1).await.is_ok());
        drop(share);
        assert!(part.take(1).await.is_ok());
    }
}
