//! The columns that a hook may read, by their names in `plugin!`.
//!
//! A hook reads all columns unless `plugin!` lists fewer, which saves the host copies:
//!
//! ```text
//! plugin!(NightPremium: days(span.start, span.end, span.state));
//! plugin!(NightPremium: days(span, scheduled.start));            // the name of a table stands for all its columns
//! ```
//!
//! The label of a workday and its marks are always read. A rule that reads a column which is not listed stops with a message
//! that names the column, natively and in the sandbox.

use crate::config::position;
use crate::contract::FixedText;

pub use crate::contract::{carried, day, exception, premium, punch, quantity, scheduled, shift, span};

/// The name of a column, such as `span.start`.
#[derive(Clone, Copy)]
pub struct Column(FixedText);

impl Column {
    pub(crate) const fn named(name: &'static str) -> Column {
        Column(FixedText::of(name))
    }

    /// The name in the contract.
    pub const fn name(self) -> &'static str {
        self.0.get()
    }

    /// The name in the contract.
    pub const fn text(self) -> FixedText {
        self.0
    }
}

/// The columns that every hook reads, for the SDK itself.
pub const ALWAYS: &[Column] = &[day::workday, day::marks];

/// All columns in the hook `punches`.
pub const IN_PUNCHES: &[&[Column]] = &[ALWAYS, &[day::day_type], punch::ALL, exception::ALL, carried::ALL];
/// All columns in the hook `schedule`.
pub const IN_SCHEDULE: &[&[Column]] =
    &[day::ALL, punch::ALL, shift::ALL, scheduled::ALL, span::ALL, quantity::ALL, exception::ALL, carried::ALL];
/// All columns in the hooks `days` and `period`.
pub const IN_DAYS: &[&[Column]] = &[
    day::ALL,
    punch::ALL,
    shift::ALL,
    scheduled::ALL,
    span::ALL,
    quantity::ALL,
    exception::ALL,
    premium::ALL,
    carried::ALL,
];

/// Every column that a hook of this name may read.
pub const fn of_hook(hook: &str) -> &'static [&'static [Column]] {
    match hook.as_bytes() {
        b"punches" => IN_PUNCHES,
        b"schedule" => IN_SCHEDULE,
        _ => IN_DAYS,
    }
}

/// The number of columns in these lists without repetition.
pub const fn count(lists: &[&[Column]]) -> usize {
    // No hook has more columns than this.
    gathered::<64>(lists).1
}

/// The columns of these lists without repetition.
pub const fn gather<const COUNT: usize>(lists: &[&[Column]]) -> [FixedText; COUNT] {
    gathered::<COUNT>(lists).0
}

/// Whether a hook of this name may read these columns.
pub const fn exist_in(hook: &str, names: &[FixedText]) -> bool {
    let (known, count) = gathered::<64>(of_hook(hook));
    let (known, _) = known.split_at(count);
    let mut rest = names;
    while let [name, after @ ..] = rest {
        if position(known, name.get()).is_none() {
            return false;
        }
        rest = after;
    }
    true
}

const fn gathered<const ROOM: usize>(lists: &[&[Column]]) -> ([FixedText; ROOM], usize) {
    let mut found = [FixedText::of(""); ROOM];
    let mut count = 0;
    let mut lists = lists;
    while let [list, after @ ..] = lists {
        let mut rest = *list;
        while let [column, after @ ..] = rest {
            if position(&found, column.name()).is_none() {
                #[allow(clippy::indexing_slicing, reason = "runs in the compiler, where too many columns are an error")]
                let place = &mut found[count];
                *place = column.text();
                count += 1;
            }
            rest = after;
        }
        lists = after;
    }
    (found, count)
}
