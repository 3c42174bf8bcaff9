//! The memory of an instance. It lives for one call, so what is taken is hardly ever given back before all of it is.
#![allow(unsafe_code, reason = "an allocator hands out addresses")]

use core::cell::{Cell, UnsafeCell};
use core::mem::MaybeUninit;
use std::alloc::{GlobalAlloc, Layout, System};

/// What a call for a usual chunk takes. It belongs to an instance from its start: growing is what the host pays for.
const ROOM: usize = 1 << 20;

/// Hands out its room from one end to the other, and takes back only what was handed out last. What does not fit comes
/// from the allocator of the standard library.
pub struct Memory {
    room: UnsafeCell<Room>,
    taken: Cell<usize>,
}

#[repr(align(16))]
struct Room(#[allow(dead_code, reason = "read and written through addresses")] [MaybeUninit<u8>; ROOM]);

// SAFETY: a plugin has one thread.
unsafe impl Sync for Memory {}

impl Memory {
    /// Nothing is taken.
    pub const fn new() -> Memory {
        Memory { room: UnsafeCell::new(Room([MaybeUninit::uninit(); ROOM])), taken: Cell::new(0) }
    }

    /// Where its room begins.
    fn begins(&self) -> *mut u8 {
        self.room.get().cast()
    }

    /// How far into the room an address lies; `None` for one outside.
    fn place_of(&self, address: *mut u8) -> Option<usize> {
        let place = address.addr().wrapping_sub(self.begins().addr());
        (place < ROOM).then_some(place)
    }

    /// Takes `size` bytes from `place` on, and leaves everything behind them untaken; false when there are fewer.
    fn take(&self, place: usize, size: usize) -> bool {
        let end = place.checked_add(size).filter(|end| *end <= ROOM);
        end.inspect(|end| self.taken.set(*end)).is_some()
    }
}

// SAFETY: blocks in the room are disjoint, since `taken` only goes back over the block that ends there; all others are
// those of `System`.
unsafe impl GlobalAlloc for Memory {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let next = self.begins().wrapping_add(self.taken.get());
        let place = self.taken.get().saturating_add(next.align_offset(layout.align()));
        match self.take(place, layout.size()) {
            true => self.begins().wrapping_add(place),
            // SAFETY: the caller's promise.
            false => unsafe { System.alloc(layout) },
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match self.place_of(block) {
            Some(place) if place + layout.size() == self.taken.get() => self.taken.set(place),
            Some(_) => {}
            // SAFETY: it lies outside of the room, so it is one of `System`.
            None => unsafe { System.dealloc(block, layout) },
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Some(place) = self.place_of(block) else {
            // SAFETY: it lies outside of the room, so it is one of `System`.
            return unsafe { System.realloc(block, layout, size) };
        };
        if place + layout.size() == self.taken.get() && self.take(place, size) {
            return block;
        }
        if size <= layout.size() {
            return block;
        }
        // SAFETY: the caller's promise; the size and alignment are those of a valid layout.
        let moved = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !moved.is_null() {
            // SAFETY: both blocks are at least as long, and the new one is another.
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
        assert_eq!((memory.place_of(one), memory.place_of(two)), (Some(0), Some(8)));
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
        let most = block(memory, ROOM - 8, 8, 1);
        let other = block(memory, 9, 1, 2);
        assert!(memory.place_of(other).is_none());
        // SAFETY: as above.
        unsafe {
            let grown = memory.realloc(other, layout(9, 1), 10_000);
            assert!(holds(grown, 9, 2));
            memory.dealloc(grown, layout(10_000, 1));
            let moved = memory.realloc(most, layout(ROOM - 8, 8), ROOM + 8);
            assert!(memory.place_of(moved).is_none() && holds(moved, ROOM - 8, 1));
            memory.dealloc(moved, layout(ROOM + 8, 8));
        }
    }
}
