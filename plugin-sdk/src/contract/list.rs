//! Lists of the contract: an address and a length, in the layout of the canonical ABI.
#![allow(unsafe_code, reason = "a list that came over the border is an address and a length")]

use core::ops::Deref;
use core::ptr::{NonNull, slice_from_raw_parts_mut};
use core::slice;

/// An owned list. Lists from the host are adopted, not copied.
#[repr(C)]
pub struct List<T> {
    data: NonNull<T>,
    length: usize,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        List { data: NonNull::dangling(), length: 0 }
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(list: Vec<T>) -> Self {
        let list = Box::leak(list.into_boxed_slice());
        let length = list.len();
        List { data: NonNull::from(list).cast(), length }
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: a list owns `length` values at `data`: it is made from a boxed slice, or by the host, which allocates
        // the memory with `realloc` and fills it.
        unsafe { slice::from_raw_parts(self.data.as_ptr(), self.length) }
    }
}

impl<T> Drop for List<T> {
    fn drop(&mut self) {
        if self.length == 0 {
            return;
        }
        // SAFETY: see `deref`; both ways of making a list allocate from the global allocator with the layout of
        // a slice of this length.
        drop(unsafe { Box::from_raw(slice_from_raw_parts_mut(self.data.as_ptr(), self.length)) });
    }
}

impl<T: core::fmt::Debug> core::fmt::Debug for List<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.deref().fmt(f)
    }
}

/// Owned text.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Text(List<u8>);

impl From<String> for Text {
    fn from(text: String) -> Self {
        Text(text.into_bytes().into())
    }
}

impl Text {
    /// The text.
    pub fn as_str(&self) -> &str {
        // The host passes valid UTF-8. If it did not, the text would be empty rather than wrong.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// A static list of the program.
#[repr(C)]
pub struct Fixed<T: 'static> {
    data: *const T,
    length: usize,
}

// SAFETY: it is a shared reference with another layout.
unsafe impl<T: Sync> Sync for Fixed<T> {}

impl<T> Clone for Fixed<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Fixed<T> {}

impl<T> Fixed<T> {
    /// The list.
    pub const fn of(list: &'static [T]) -> Self {
        Fixed { data: list.as_ptr(), length: list.len() }
    }

    /// The list.
    pub const fn get(self) -> &'static [T] {
        // SAFETY: made from such a slice, by `of` alone.
        unsafe { slice::from_raw_parts(self.data, self.length) }
    }
}

/// Static text of the program.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct FixedText(Fixed<u8>);

impl FixedText {
    /// The text.
    pub const fn of(text: &'static str) -> Self {
        FixedText(Fixed::of(text.as_bytes()))
    }

    /// The text.
    pub const fn get(self) -> &'static str {
        // SAFETY: made from text, by `of` alone.
        unsafe { core::str::from_utf8_unchecked(self.0.get()) }
    }
}

/// An optional value. The first byte states whether it is present.
#[repr(C, u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maybe<T> {
    /// Absent.
    None,
    /// Present.
    Some(T),
}

impl<T> From<Option<T>> for Maybe<T> {
    fn from(value: Option<T>) -> Self {
        match value {
            None => Maybe::None,
            Some(value) => Maybe::Some(value),
        }
    }
}

impl<T: Copy> Maybe<T> {
    /// The value.
    pub const fn get(self) -> Option<T> {
        match self {
            Maybe::None => None,
            Maybe::Some(value) => Some(value),
        }
    }
}
