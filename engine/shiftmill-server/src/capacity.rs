//! What callers may use at a time: all of them together, and each peer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::budget::Budget;
use crate::config::Limits;
use crate::peer::Peer;

/// Small calls have this part of the memory for chunks beside it.
const SMALL_CALLS_PART: usize = 16;
/// Calls are small up to this part of the memory for all small calls of a peer.
const SMALL_CALL_PART: usize = 8;
/// From so many peers on, those without connections are forgotten.
const PEERS_TO_PRUNE: usize = 1_024;

/// What may be used at a time. Everything that a peer uses also counts in what there is for all.
#[derive(Debug)]
pub(crate) struct Capacity {
    /// Open connections.
    pub connections: Places,
    /// Calls of any kind.
    pub calls: Places,
    /// Streams of evaluations.
    pub streams: Places,
    /// The memory for chunks, large calls and results under way.
    pub chunks: Budget,
    /// The memory for small calls, so that none of them waits for a stream.
    pub small_calls: Budget,
    /// The memory for messages that are being received and decoded.
    pub messages: Budget,
}

/// A number of places that are taken and given back.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// Those of a peer first, all of them last.
    levels: Vec<Arc<Semaphore>>,
    count: usize,
}

/// A place; given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _permits: Vec<OwnedSemaphorePermit>,
}

impl Places {
    fn new(count: usize) -> Places {
        Places { levels: vec![Arc::new(Semaphore::new(count))], count }
    }

    fn part(&self, percent: usize) -> Places {
        let count = (self.count * percent / 100).max(1);
        let own = Arc::new(Semaphore::new(count));
        Places { levels: std::iter::once(own).chain(self.levels.iter().cloned()).collect(), count }
    }

    /// A place, if there is one.
    pub fn take(&self) -> Option<Place> {
        let permits = self.levels.iter().map(|level| Arc::clone(level).try_acquire_owned());
        Some(Place { _permits: permits.collect::<Result<_, _>>().ok()? })
    }

    /// Resolves when all places have been given back.
    pub async fn all_free(&self) {
        let count = u32::try_from(self.count).unwrap_or(u32::MAX);
        if let Some(level) = self.levels.last() {
            // It fails only when the places are closed, which nobody does.
            let _all = level.acquire_many(count).await;
        }
    }
}

impl Capacity {
    fn of(limits: &Limits, connections: usize) -> Capacity {
        Capacity {
            connections: Places::new(connections),
            calls: Places::new(limits.calls),
            streams: Places::new(limits.streams),
            chunks: Budget::new(limits.bytes_under_way, limits.memory_wait),
            small_calls: Budget::new(limits.bytes_under_way / SMALL_CALLS_PART, limits.memory_wait),
            messages: Budget::new(limits.bytes_received, limits.memory_wait),
        }
    }

    /// The memory for a call that needs so many bytes.
    pub fn of_call(&self, bytes: usize) -> &Budget {
        if bytes <= self.small_calls.most() / SMALL_CALL_PART { &self.small_calls } else { &self.chunks }
    }

    fn part(&self, percent: usize) -> Capacity {
        Capacity {
            connections: self.connections.part(percent),
            calls: self.calls.part(percent),
            streams: self.streams.part(percent),
            chunks: self.chunks.part(percent),
            small_calls: self.small_calls.part(percent),
            messages: self.messages.part(percent),
        }
    }
}

/// The capacities of all peers that have connections.
#[derive(Debug)]
pub(crate) struct Capacities {
    /// What there is for all.
    pub all: Capacity,
    peer_percent: usize,
    peers: Mutex<HashMap<Peer, Weak<Capacity>>>,
}

impl Capacities {
    /// The capacities that `limits` state, with a maximum of `connections`.
    pub fn new(limits: &Limits, connections: usize) -> Capacities {
        let peer_percent = usize::from(limits.peer_percent.clamp(1, 100));
        Capacities { all: Capacity::of(limits, connections), peer_percent, peers: Mutex::default() }
    }

    /// The capacity of a peer. Connections and calls keep it while they last.
    pub fn of(&self, peer: Peer) -> Arc<Capacity> {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = peers.get(&peer).and_then(Weak::upgrade) {
            return known;
        }
        if peers.len() >= PEERS_TO_PRUNE {
            peers.retain(|_, capacity| capacity.strong_count() > 0);
        }
        let capacity = Arc::new(self.all.part(self.peer_percent));
        peers.insert(peer, Arc::downgrade(&capacity));
        capacity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(last: u8) -> Peer {
        Peer::at([10, 0, 0, last].into())
    }

    #[test]
    fn one_peer_cannot_take_all_places() {
        let limits = Limits { streams: 8, peer_percent: 50, ..Limits::default() };
        let capacities = Capacities::new(&limits, 4);
        let (greedy, other) = (capacities.of(peer(1)), capacities.of(peer(2)));
        let taken: Vec<Place> = std::iter::from_fn(|| greedy.streams.take()).collect();
        assert_eq!(taken.len(), 4);
        assert!(capacities.of(peer(1)).streams.take().is_none(), "another connection of the same peer");
        assert!(other.streams.take().is_some());
        drop(taken);
        assert!(greedy.streams.take().is_some());
    }

    #[tokio::test]
    async fn a_small_call_does_not_wait_for_the_memory_of_streams() {
        let capacities = Capacities::new(&Limits::default(), 4);
        let own = capacities.of(peer(1));
        let all = own.chunks.take(usize::MAX).await.unwrap();
        let small = own.of_call(256 << 10);
        let soon = std::time::Duration::from_secs(1);
        assert!(tokio::time::timeout(soon, small.take(256 << 10)).await.is_ok());
        let large = own.of_call(8 << 20);
        assert!(tokio::time::timeout(soon / 10, large.take(8 << 20)).await.is_err());
        drop(all);
        assert!(large.take(8 << 20).await.is_ok());
    }

    #[test]
    fn a_refused_place_takes_nothing() {
        let capacities = Capacities::new(&Limits { streams: 1, peer_percent: 100, ..Limits::default() }, 4);
        let (first, second) = (capacities.of(peer(1)), capacities.of(peer(2)));
        let taken = first.streams.take();
        assert!(taken.is_some() && second.streams.take().is_none());
        drop(taken);
        assert!(second.streams.take().is_some());
    }

    #[test]
    fn peers_without_connections_are_forgotten() {
        let capacities = Capacities::new(&Limits::default(), 4);
        for number in 0..u16::MAX {
            let [high, low] = number.to_be_bytes();
            drop(capacities.of(Peer::at([10, 1, high, low].into())));
        }
        assert!(capacities.peers.lock().unwrap().len() <= PEERS_TO_PRUNE);
    }
}
