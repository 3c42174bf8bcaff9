//! The border itself: what the exports of a plugin do with addresses, and the one call that it may make.
#![allow(unsafe_code, reason = "addresses that the host hands over, and a call to it")]

use std::alloc::{Layout, alloc, handle_alloc_error, realloc as grow};

/// Adopts what the host put at an address.
///
/// # Safety
/// The host has asked [`realloc`] for the room and filled it with a valid `T`; nobody else owns it.
pub unsafe fn adopt<T>(address: *mut T) -> T {
    // SAFETY: the caller's promise; the room was taken with the layout of `T`.
    *unsafe { Box::from_raw(address) }
}

/// Adopts a list whose address and length the host passes.
///
/// # Safety
/// As for [`adopt`].
pub unsafe fn adopt_list<T>(address: *mut T, length: usize) -> Vec<T> {
    if length == 0 {
        return Vec::new();
    }
    // SAFETY: the caller's promise; the room was taken for exactly this length.
    unsafe { Vec::from_raw_parts(address, length, length) }
}

/// Hands a value over to the host, which gives it back to [`adopt`] when it has read it.
pub fn hand_over<T>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}

/// Room for what the host hands over.
///
/// # Safety
/// `align` is a power of two; `old` is 0 long or was given by this function with the same `align`.
pub unsafe fn realloc(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    if new_size == 0 {
        return core::ptr::without_provenance_mut(align);
    }
    // SAFETY: the host asks for sizes and alignments of the contract's types only.
    let layout = unsafe { Layout::from_size_align_unchecked(new_size, align) };
    // SAFETY: the size is not zero; what is made larger was allocated here with the same alignment.
    let room = unsafe {
        match old_size {
            0 => alloc(layout),
            _ => grow(old, Layout::from_size_align_unchecked(old_size, align), new_size),
        }
    };
    if room.is_null() {
        handle_alloc_error(layout);
    }
    room
}

/// How loud something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Level {
    /// For somebody who is looking for a mistake.
    Debug,
    /// Worth knowing.
    Info,
    /// Worth looking at.
    Warn,
    /// The last words before a trap.
    Panic,
}

/// Says something to the host.
#[cfg(target_family = "wasm")]
pub fn log(level: Level, employee: Option<u32>, workday: Option<i32>, message: &str) {
    #[link(wasm_import_module = "shiftmill:plugin/host@1.0.0")]
    unsafe extern "C" {
        #[link_name = "log"]
        fn host_log(
            level: i32,
            has_employee: i32,
            employee: u32,
            has_day: i32,
            day: i32,
            text: *const u8,
            length: usize,
        );
    }
    let has_employee = i32::from(employee.is_some());
    let has_day = i32::from(workday.is_some());
    let (employee, day) = (employee.unwrap_or(0), workday.unwrap_or(0));
    // SAFETY: the message lives until the call returns, and the host reads no more than its length.
    unsafe { host_log(level as i32, has_employee, employee, has_day, day, message.as_ptr(), message.len()) }
}

/// Says something to whoever runs the test.
#[cfg(not(target_family = "wasm"))]
pub fn log(level: Level, _employee: Option<u32>, _workday: Option<i32>, message: &str) {
    eprintln!("{level:?}: {message}");
}
