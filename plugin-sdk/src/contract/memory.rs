//! The allocator of an instance. The instance lives for one call, so memory is rarely freed before the whole instance is.
#![allow(unsafe_code, reason = "an allocator returns addresses")]

use core::cell::{Cell, UnsafeCell};
use core::mem::MaybeUninit;
use std::alloc::{GlobalAlloc, Layout, System};

/// Bytes for a call with a usual group. An instance has them from its start, because growing memory costs the host time.
const ARENA_BYTES: usize = 1 << 20;

/// Allocates from one end of its arena to the other, and frees only the last block. What does not fit comes from the
/// allocator of the standard library.
pub struct Memory {
    arena: UnsafeCell<Arena>,
    taken: Cell<usize>,
}

#[repr(align(16))]
struct Arena(#[allow(dead_code, reason = "read and written through addresses")] [MaybeUninit<u8>; ARENA_BYTES]);

// SAFETY: a plugin has one thread.
unsafe impl Sync for Memory {}

impl Memory {
    /// An empty arena.
    pub const fn new() -> Memory {
        Memory { arena: UnsafeCell::new(Arena([MaybeUninit::uninit(); ARENA_BYTES])), taken: Cell::new(0) }
    }

    /// The start of the arena.
    fn start(&self) -> *mut u8 {
        self.arena.get().cast()
    }

    /// The offset of an address in the arena; `None` for one outside.
    fn offset_of(&self, address: *mut u8) -> Option<usize> {
        let offset = address.addr().wrapping_sub(self.start().addr());
        (offset < ARENA_BYTES).then_some(offset)
    }

    /// Allocates `size` bytes from `offset` on, and frees everything behind them; false when there are fewer.
    fn take(&self, offset: usize, size: usize) -> bool {
        let end = offset.checked_add(size).filter(|end| *end <= ARENA_BYTES);
        end.inspect(|end| self.taken.set(*end)).is_some()
    }
}

// SAFETY: blocks in the arena are disjoint, because `taken` only goes back over the block that ends there. All other blocks
// are those of `System`.
unsafe impl GlobalAlloc for Memory {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let next = self.start().wrapping_add(self.taken.get());
        let offset = self.taken.get().saturating_add(next.align_offset(layout.align()));
        match self.take(offset, layout.size()) {
            true => self.start().wrapping_add(offset),
            // SAFETY: the caller guarantees it.
            false => unsafe { System.alloc(layout) },
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match self.offset_of(block) {
            Some(offset) if offset + layout.size() == self.taken.get() => self.taken.set(offset),
            Some(_) => {}
            // SAFETY: it lies outside of the arena, so it is one of `System`.
            None => unsafe { System.dealloc(block, layout) },
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Some(offset) = self.offset_of(block) else {
            // SAFETY: it lies outside of the arena, so it is one of `System`.
            return unsafe { System.realloc(block, layout, size) };
        };
        if offset + layout.size() == self.taken.get() && self.take(offset, size) {
            return block;
        }
        if size <= layout.size() {
            return block;
        }
        // SAFETY: the caller guarantees it; the size and alignment are those of a valid layout.
        let moved = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !moved.is_null() {
            // SAFETY: both blocks are at least that long, and they do not overlap.
            unsafe { moved.copy_from_nonoverlapping(block, size.min(layout.size())) };
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).unwrap()
    }

    /// Too large for the stack of a test.
    static MEMORIES: [Memory; 3] = [const { Memory::new() }; 3];

    /// Takes a block and fills it.
    fn block(memory: &Memory, size: usize, align: usize, fill: u8) -> *mut u8 {
        // SAFETY: the block is as long as it is asked for.
        unsafe {
            let block = memory.alloc(layout(size, align));
            block.write_bytes(fill, size);
            block
        }
    }

    fn holds(block: *mut u8, size: usize, fill: u8) -> bool {
        // SAFETY: the tests ask for no more than they have filled.
        unsafe { core::slice::from_raw_parts(block, size) }.iter().all(|byte| *byte == fill)
    }

    #[test]
    fn blocks_are_apart_and_aligned() {
        let memory = &MEMORIES[0];
        let (one, two) = (block(memory, 3, 1, 1), block(memory, 16, 8, 2));
        assert!(holds(one, 3, 1) && holds(two, 16, 2));
        assert_eq!(two.align_offset(8), 0);
        assert_eq!((memory.offset_of(one), memory.offset_of(two)), (Some(0), Some(8)));
    }

    #[test]
    fn the_last_block_is_given_back_and_grows_in_place() {
        let memory = &MEMORIES[1];
        let (one, two) = (block(memory, 8, 8, 1), block(memory, 8, 8, 2));
        // SAFETY: the blocks are given back once, with the layouts they were taken with.
        unsafe {
            assert_eq!(memory.realloc(two, layout(8, 8), 64), two);
            let moved = memory.realloc(one, layout(8, 8), 32);
            assert!(moved != one && holds(moved, 8, 1) && holds(two, 8, 2));
            memory.dealloc(moved, layout(32, 8));
            memory.dealloc(two, layout(64, 8));
        }
        assert_eq!(block(memory, 8, 8, 3), two);
    }

    #[test]
    fn what_does_not_fit_comes_from_elsewhere() {
        let memory = &MEMORIES[2];
        let most = block(memory, ARENA_BYTES - 8, 8, 1);
        let other = block(memory, 9, 1, 2);
        assert!(memory.offset_of(other).is_none());
        // SAFETY: as above.
        unsafe {
            let grown = memory.realloc(other, layout(9, 1), 10_000);
            assert!(holds(grown, 9, 2));
            memory.dealloc(grown, layout(10_000, 1));
            let moved = memory.realloc(most, layout(ARENA_BYTES - 8, 8), ARENA_BYTES + 8);
            assert!(memory.offset_of(moved).is_none() && holds(moved, ARENA_BYTES - 8, 1));
            memory.dealloc(moved, layout(ARENA_BYTES + 8, 8));
        }
    }
}
