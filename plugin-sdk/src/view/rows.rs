//! Reads columns: the value of a row, and the rows of an owner.

use core::ops::Range;

use crate::columns::Column;

/// The value of a row.
#[inline]
#[track_caller]
pub(crate) fn value<T: Copy>(column: &[T], row: u32, name: Column) -> T {
    match column.get(row as usize) {
        Some(value) => *value,
        None => not_read(name.name()),
    }
}

/// The value of a row in a column of facts.
#[inline]
#[track_caller]
pub(crate) fn value_of<T: Copy>(column: &[T], row: u32, table: &'static str) -> T {
    match column.get(row as usize) {
        Some(value) => *value,
        None => not_read(table),
    }
}

/// The rows of an owner in a table. `ends` has the ends of the rows of all owners.
#[inline]
#[track_caller]
pub(crate) fn rows(ends: &[u32], owner: u32, table: &'static str) -> Range<u32> {
    let owner = owner as usize;
    let start = owner.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    match ends.get(owner) {
        Some(end) => start..*end,
        None => not_read(table),
    }
}

/// The owner of a row, one of `owners`. `ends` has the ends of the rows of all owners, which ascend.
#[track_caller]
pub(crate) fn owner(ends: &[u32], owners: Range<u32>, row: u32, table: &'static str) -> u32 {
    match ends.get(owners.start as usize..owners.end as usize) {
        Some(ends) => owners.start + ends.partition_point(|end| *end <= row) as u32,
        None => not_read(table),
    }
}

#[cold]
#[inline(never)]
#[track_caller]
#[allow(
    clippy::panic,
    reason = "a mistake in the plugin, found when the rule reads the column; the message names its line"
)]
fn not_read(what: &str) -> ! {
    panic!("this hook does not read `{what}`: list it in `plugin!`, or use a later hook");
}
