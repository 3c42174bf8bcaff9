//! The input of a hook: the tables of `types.wit`, with the columns in its order.

use crate::contract::List;

/// Declares a table of columns, each with its name in the contract. Columns that a manifest can list also have that name.
macro_rules! table {
    (
        $(#[$meta:meta])* $name:ident
        $(, asked for in $module:ident { $($(#[$doc:meta])* $column:ident: $kind:ty = $asked:literal,)* })?
        $(, ends { $($(#[$end_doc:meta])* $end:ident of $owned:ident,)* })?
        $(, given { $($(#[$given_doc:meta])* $given:ident: $given_kind:ty,)* })?
    ) => {
        $(#[$meta])*
        #[repr(C)]
        #[derive(Debug, Default)]
        pub struct $name {
            $($($(#[$doc])* pub $column: List<$kind>,)*)?
            $($($(#[$end_doc])* pub $end: List<u32>,)*)?
            $($($(#[$given_doc])* pub $given: List<$given_kind>,)*)?
        }

        impl $name {
            /// The columns in the order of the contract, with the type of their rows.
            pub const COLUMNS: &'static [(&'static str, &'static str)] = &[
                $($((stringify!($column), stringify!($kind)),)*)?
                $($((stringify!($end), "u32"),)*)?
                $($((stringify!($given), stringify!($given_kind)),)*)?
            ];

            /// Empties the columns that the hook does not read, as a host does.
            #[cfg(not(target_family = "wasm"))]
            #[allow(dead_code, reason = "what is always given is kept")]
            pub(crate) fn keep(&mut self, asked: &[&str]) {
                let _ = asked;
                $($(if !asked.contains(&$asked) { self.$column = List::default(); })*)?
                $($(if !asked.iter().any(|column| column.starts_with(concat!(stringify!($owned), "."))) {
                    self.$end = List::default();
                })*)?
            }
        }

        $(
            #[doc = concat!("The columns of `", stringify!($module), "`.")]
            #[allow(non_upper_case_globals, reason = "columns are named as the contract spells them")]
            pub mod $module {
                use crate::columns::Column;

                $($(#[$doc])* pub const $column: Column = Column::named($asked);)*
                /// All of them.
                pub const ALL: &[Column] = &[$($column,)*];
            }
        )?
    };
}

pub(crate) use table;

/// The timecards of a group of employees.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Cards {
    /// The days of the evaluation.
    pub window: Window,
    /// The pay codes of the ruleset.
    pub pay_codes: PayCodes,
    /// The time zones of the employees.
    pub zones: Zones,
    /// The employees.
    pub employees: Employees,
    /// Workdays.
    pub days: Days,
    /// Punches.
    pub punches: Punches,
    /// Worked shifts.
    pub shifts: Shifts,
    /// Scheduled shifts.
    pub scheduled: Scheduled,
    /// Spans of time on the timeline.
    pub spans: Spans,
    /// Pay that is not clock time.
    pub quantities: Quantities,
    /// Exceptions.
    pub exceptions: Exceptions,
    /// Spans of time that are paid a premium.
    pub premiums: Premiums,
    /// Carried values.
    pub carried: Carried,
}

#[cfg(target_family = "wasm")]
const _: () = assert!(size_of::<Cards>() == 456, "as the canonical ABI lays it out");

/// The days of the evaluation.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Window {
    /// The first workday that is paid.
    pub pay_period_first: i32,
    /// The last workday that is paid.
    pub pay_period_last: i32,
    /// The instant as of which everything is calculated.
    pub as_of: i64,
}

table! {
    /// The pay codes of the ruleset.
    PayCodes, given {
        /// The layer.
        layer: u8,
        /// The unit.
        unit: u8,
        /// 1 when it is paid.
        paid: u8,
        /// Thousandths of the plain rate.
        multiplier: u16,
    }
}

table! {
    /// The time zones of the employees.
    Zones, given {
        /// Seconds east of UTC until the first change.
        first_offset: i32,
        /// One beyond the last change of the zone.
        change_end: u32,
        /// When the offset changes.
        change_at: i64,
        /// Seconds east of UTC from then on.
        change_offset: i32,
    }
}

table! {
    /// The employees of the group.
    Employees, given {
        /// The home zone.
        zone: u32,
        /// One beyond the last row of `days`.
        day_end: u32,
        /// One beyond the last row of `quantities`.
        quantity_end: u32,
        /// One beyond the last row of `exceptions`.
        exception_end: u32,
        /// One beyond the last row of `premiums`.
        premium_end: u32,
        /// One beyond the last row of `carried`.
        carried_end: u32,
    }
}

table! {
    /// Workdays.
    Days, asked for in day {
        /// The label.
        workday: i32 = "day.workday",
        /// Whether it is in the pay period, and the plugin in force.
        marks: u8 = "day.marks",
        /// The day type.
        day_type: u8 = "day.day-type",
        /// Work time shown on it.
        worked: u32 = "day.worked",
    },
    ends {
        /// One beyond the last row of `punches`.
        punch_end of punch,
        /// One beyond the last row of `shifts`.
        shift_end of shift,
        /// One beyond the last row of `scheduled`.
        scheduled_end of scheduled,
        /// One beyond the last row of `spans`.
        span_end of span,
    }
}

table! {
    /// Punches that count.
    Punches, asked for in punch {
        /// The instant, unrounded.
        at: i64 = "punch.at",
        /// The kind.
        kind: u8 = "punch.kind",
        /// Its role in a pair.
        role: u8 = "punch.role",
    }
}

table! {
    /// Worked shifts.
    Shifts, asked for in shift {
        /// The first punch.
        first: i64 = "shift.first",
        /// The last punch.
        last: i64 = "shift.last",
        /// One more than its row of `scheduled`.
        scheduled: u32 = "shift.scheduled",
    }
}

table! {
    /// Scheduled shifts.
    Scheduled, asked for in scheduled {
        /// The start.
        start: i64 = "scheduled.start",
        /// The end.
        end: i64 = "scheduled.end",
        /// The expected start.
        expected_start: i64 = "scheduled.expected-start",
        /// The expected end.
        expected_end: i64 = "scheduled.expected-end",
        /// Planned work.
        planned: u32 = "scheduled.planned",
        /// Whether a worked shift matches it, and whether leave covers it.
        marks: u8 = "scheduled.marks",
    }
}

table! {
    /// Spans of time on the timeline.
    Spans, asked for in span {
        /// The start.
        start: i64 = "span.start",
        /// The end.
        end: i64 = "span.end",
        /// Worked, break or leave.
        state: u8 = "span.state",
        /// Its pay code.
        pay_code: u16 = "span.pay-code",
        /// The workday that overtime counts it in.
        overtime_workday: i32 = "span.overtime-workday",
        /// The day type of its seconds.
        day_type: u8 = "span.day-type",
        /// One more than the row of its worked shift.
        shift: u32 = "span.shift",
    }
}

table! {
    /// Pay that is not clock time.
    Quantities, asked for in quantity {
        /// The workday it is shown on.
        workday: i32 = "quantity.workday",
        /// Its pay code.
        pay_code: u16 = "quantity.pay-code",
        /// The amount.
        amount: u32 = "quantity.amount",
    }
}

table! {
    /// Exceptions.
    Exceptions, asked for in exception {
        /// The workday it is shown on.
        workday: i32 = "exception.workday",
        /// The number of its code.
        code: u8 = "exception.code",
        /// The instant it refers to.
        at: i64 = "exception.at",
        /// Its size.
        measure: u32 = "exception.measure",
        /// 1 when a person has waived it.
        waived: u8 = "exception.waived",
    }
}

table! {
    /// Spans of time that are paid a premium.
    Premiums, asked for in premium {
        /// The start.
        start: i64 = "premium.start",
        /// The end.
        end: i64 = "premium.end",
        /// The workday it is shown on.
        workday: i32 = "premium.workday",
        /// Its pay code.
        pay_code: u16 = "premium.pay-code",
    }
}

table! {
    /// Carried values.
    Carried, asked for in carried {
        /// The key.
        key: u16 = "carried.key",
        /// The value.
        value: i64 = "carried.value",
    }
}

impl Cards {
    /// Empties the columns that the hook does not read, as a host does.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn keep(&mut self, asked: &[&str]) {
        self.days.keep(asked);
        self.punches.keep(asked);
        self.shifts.keep(asked);
        self.scheduled.keep(asked);
        self.spans.keep(asked);
        self.quantities.keep(asked);
        self.exceptions.keep(asked);
        self.premiums.keep(asked);
        self.carried.keep(asked);
    }
}
