//! The functions behind the exports of a plugin, which use addresses, and the one host function.
#![allow(unsafe_code, reason = "addresses from the host, and a call of the host")]

use std::alloc::{Layout, alloc, handle_alloc_error, realloc as grow};

/// Takes ownership of the value that the host wrote at an address.
///
/// # Safety
/// The host allocated the memory with [`realloc`] and wrote a valid `T`. Nothing else owns it.
pub unsafe fn adopt<T>(address: *mut T) -> T {
    // SAFETY: the caller guarantees it; the memory was allocated with the layout of `T`.
    *unsafe { Box::from_raw(address) }
}

/// Takes ownership of a list, by the address and length that the host passes.
///
/// # Safety
/// As for [`adopt`].
pub unsafe fn adopt_list<T>(address: *mut T, length: usize) -> Vec<T> {
    if length == 0 {
        return Vec::new();
    }
    // SAFETY: the caller guarantees it; the memory was allocated for exactly this length.
    unsafe { Vec::from_raw_parts(address, length, length) }
}

/// Passes a value to the host. After the host has read it, [`adopt`] takes it back.
pub fn hand_over<T>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}

/// Allocates memory for the input from the host.
///
/// # Safety
/// `align` is a power of two. `old_size` is 0, or this function allocated `old` with the same `align`.
pub unsafe fn realloc(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    if new_size == 0 {
        return core::ptr::without_provenance_mut(align);
    }
    // SAFETY: the host passes only sizes and alignments of types of the contract.
    let layout = unsafe { Layout::from_size_align_unchecked(new_size, align) };
    // SAFETY: the size is not zero, and `old` was allocated here with the same alignment.
    let block = unsafe {
        match old_size {
            0 => alloc(layout),
            _ => grow(old, Layout::from_size_align_unchecked(old_size, align), new_size),
        }
    };
    if block.is_null() {
        handle_alloc_error(layout);
    }
    block
}

/// The level of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Level {
    /// Details for the author of the plugin.
    Debug,
    /// Information.
    Info,
    /// Unusual, and not a failure.
    Warn,
    /// The message of a panic, before the trap.
    Panic,
}

/// Passes a log line to the host.
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

/// Prints a log line, in native tests.
#[cfg(not(target_family = "wasm"))]
pub fn log(level: Level, _employee: Option<u32>, _workday: Option<i32>, message: &str) {
    eprintln!("{level:?}: {message}");
}
