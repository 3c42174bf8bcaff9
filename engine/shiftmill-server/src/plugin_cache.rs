//! Decides which plugins are kept when there are too many: the pinned ones, and the most recently used ones.

use shiftmill::core::PluginHash;

/// The plugins that are kept, the least recently used first.
#[derive(Debug)]
pub(crate) struct PluginCache {
    entries: Vec<Entry>,
    count_max: usize,
    bytes_max: usize,
}

#[derive(Debug)]
struct Entry {
    hash: PluginHash,
    bytes: usize,
    pinned: bool,
}

impl PluginCache {
    /// A cache of at most so many plugins with so many bytes in all, besides the pinned ones.
    pub fn new(count_max: usize, bytes_max: usize) -> PluginCache {
        PluginCache { entries: Vec::new(), count_max, bytes_max }
    }

    /// Marks a plugin as used. False when it is not kept.
    pub fn touch(&mut self, hash: PluginHash) -> bool {
        let Some(position) = self.entries.iter().position(|entry| entry.hash == hash) else { return false };
        let entry = self.entries.remove(position);
        self.entries.push(entry);
        true
    }

    /// Whether a plugin is kept.
    pub fn holds(&self, hash: PluginHash) -> bool {
        self.entries.iter().any(|entry| entry.hash == hash)
    }

    /// Keeps a plugin, and returns the plugins to remove for it.
    pub fn add(&mut self, hash: PluginHash, bytes: usize) -> Vec<PluginHash> {
        if !self.touch(hash) {
            self.entries.push(Entry { hash, bytes, pinned: false });
        }
        self.make_room()
    }

    /// Pins exactly these plugins, and returns the plugins to remove because they are no longer pinned. A pinned plugin
    /// is never removed and does not count.
    pub fn pin(&mut self, pinned: &[(PluginHash, usize)]) -> Vec<PluginHash> {
        for entry in &mut self.entries {
            entry.pinned = pinned.iter().any(|(hash, _)| *hash == entry.hash);
        }
        for (hash, bytes) in pinned {
            if !self.holds(*hash) {
                self.entries.push(Entry { hash: *hash, bytes: *bytes, pinned: true });
            }
        }
        self.make_room()
    }

    /// Whether a plugin is pinned.
    pub fn is_pinned(&self, hash: PluginHash) -> bool {
        self.entries.iter().any(|entry| entry.hash == hash && entry.pinned)
    }

    fn make_room(&mut self) -> Vec<PluginHash> {
        let mut gone = Vec::new();
        while self.is_full() {
            let Some(position) = self.entries.iter().position(|entry| !entry.pinned) else { break };
            gone.push(self.entries.remove(position).hash);
        }
        gone
    }

    fn is_full(&self) -> bool {
        let loose = || self.entries.iter().filter(|entry| !entry.pinned);
        loose().count() > self.count_max || loose().map(|entry| entry.bytes).sum::<usize>() > self.bytes_max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: u8) -> PluginHash {
        PluginHash([number; 32])
    }

    #[test]
    fn the_least_recently_used_leaves_first() {
        let mut cache = PluginCache::new(2, 100);
        assert_eq!(cache.add(hash(1), 10), []);
        assert_eq!(cache.add(hash(2), 10), []);
        assert!(cache.touch(hash(1)));
        assert_eq!(cache.add(hash(3), 10), [hash(2)]);
        assert!(!cache.touch(hash(2)));
        assert_eq!(cache.add(hash(4), 95), [hash(1), hash(3)], "bytes count too");
    }

    #[test]
    fn pinned_plugins_stay_and_take_no_room() {
        let mut cache = PluginCache::new(1, 100);
        assert_eq!(cache.add(hash(1), 10), []);
        assert_eq!(cache.pin(&[(hash(1), 10), (hash(9), 1_000)]), []);
        assert_eq!(cache.add(hash(2), 10), []);
        assert_eq!(cache.add(hash(3), 10), [hash(2)]);
        assert!(cache.is_pinned(hash(9)) && !cache.is_pinned(hash(3)));
        assert_eq!(cache.pin(&[]), [hash(1), hash(9)], "what was pinned is one of many again");
    }
}
