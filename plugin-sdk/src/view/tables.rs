//! The items of a day beside its spans: punches, shifts, quantities, premiums, exceptions.

use crate::codes::{ExceptionCode, Layer, PayCode, PunchKind, PunchRole};
use crate::columns::{exception, premium, punch, quantity, scheduled, shift};
use crate::time::{Instant, Length, Workday};
use crate::view::rows::{owner, value};
use crate::view::{Day, Employee};

macro_rules! view {
    ($(#[$meta:meta])* $name:ident of $table:ident in $columns:ident {
        $($(#[$doc:meta])* $method:ident -> $answer:ty: $column:ident, |$raw:ident| $make:expr;)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<'a> {
            pub(crate) employee: &'a Employee<'a>,
            pub(crate) row: u32,
        }

        impl<'a> $name<'a> {
            $(
                $(#[$doc])*
                #[inline]
                #[track_caller]
                pub fn $method(self) -> $answer {
                    let $raw = value(&self.employee.cards.$table.$column, self.row, $columns::$column);
                    $make
                }
            )*
        }
    };
}

/// Declares the day of a view whose rows belong to days.
macro_rules! of_day {
    ($($name:ident of $table:literal by $end:ident,)*) => {$(
        impl<'a> $name<'a> {
            /// The day that it is shown on. In the hook `punches`, the date on the wall clock.
            #[track_caller]
            pub fn day(self) -> Day<'a> {
                let Employee { cards, first_day, end_day, .. } = self.employee;
                let row = owner(&cards.days.$end, *first_day..*end_day, self.row, $table);
                Day { employee: self.employee, row }
            }
        }
    )*};
}

of_day! {
    Punch of "punch" by punch_end,
    Shift of "shift" by shift_end,
    Scheduled of "scheduled" by scheduled_end,
}

view! {
    /// A punch that counts.
    Punch of punches in punch {
        /// Its instant, corrected, unrounded.
        at -> Instant: at, |at| Instant(at);
        /// Its kind.
        kind -> PunchKind: kind, |kind| PunchKind::from_number(kind);
        /// Its role in a pair; unused in the hook `punches`.
        role -> PunchRole: role, |role| PunchRole::from_number(role);
    }
}

view! {
    /// A worked shift: a run of punches that belong together.
    Shift of shifts in shift {
        /// Its first punch.
        first_punch -> Instant: first, |at| Instant(at);
        /// Its last punch.
        last_punch -> Instant: last, |at| Instant(at);
    }
}

impl<'a> Shift<'a> {
    /// The scheduled shift that it matches.
    #[track_caller]
    pub fn scheduled(self) -> Option<Scheduled<'a>> {
        let row = value(&self.employee.cards.shifts.scheduled, self.row, shift::scheduled).checked_sub(1)?;
        Some(Scheduled { employee: self.employee, row })
    }
}

/// Two shifts are the same when they are the same row.
impl PartialEq for Shift<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.row == other.row
    }
}

const FITS: u8 = 1;
const ON_LEAVE: u8 = 2;

view! {
    /// A scheduled shift.
    Scheduled of scheduled in scheduled {
        /// The start.
        start -> Instant: start, |at| Instant(at);
        /// The end.
        end -> Instant: end, |at| Instant(at);
        /// The expected start, after changes by leave and earlier plugins.
        expected_start -> Instant: expected_start, |at| Instant(at);
        /// The expected end.
        expected_end -> Instant: expected_end, |at| Instant(at);
        /// Planned work: its length without its breaks.
        planned -> Length: planned, |length| Length(length);
        /// True when a worked shift matches it.
        is_worked -> bool: marks, |marks| marks & FITS != 0;
        /// True when leave covers all of it.
        is_on_leave -> bool: marks, |marks| marks & ON_LEAVE != 0;
    }
}

view! {
    /// Pay that is not clock time.
    Quantity of quantities in quantity {
        /// The workday that it is shown on.
        workday -> Workday: workday, |label| Workday(label);
        /// Its pay code.
        pay_code -> PayCode: pay_code, |code| PayCode(code);
        /// The amount: seconds, or occurrences.
        amount -> u32: amount, |amount| amount;
    }
}

impl Quantity<'_> {
    /// True for leave without times of day: a length, or a whole workday without a scheduled shift. It is no span. Its pay
    /// code is of the base layer, and that of every other quantity is not.
    #[track_caller]
    pub fn is_leave(self) -> bool {
        self.employee.pay_code(self.pay_code()).layer == Layer::Base
    }
}

view! {
    /// A span of time that is paid a premium on top of the pay of its seconds.
    Premium of premiums in premium {
        /// The start.
        start -> Instant: start, |at| Instant(at);
        /// The end; the first second that does not belong to it.
        end -> Instant: end, |at| Instant(at);
        /// The workday that it is shown on.
        workday -> Workday: workday, |label| Workday(label);
        /// Its pay code.
        pay_code -> PayCode: pay_code, |code| PayCode(code);
    }
}

impl Premium<'_> {
    /// Its length.
    #[track_caller]
    pub fn length(self) -> Length {
        self.end().since(self.start())
    }
}

view! {
    /// An exception: something that a person must look at.
    Exception of exceptions in exception {
        /// Its code.
        code -> ExceptionCode: code, |code| ExceptionCode::from_number(code);
        /// The workday that it is shown on.
        workday -> Workday: workday, |label| Workday(label);
        /// The instant that it refers to.
        at -> Instant: at, |at| Instant(at);
        /// Its size; zero where it has none.
        measure -> Length: measure, |length| Length(length);
        /// True when a person has waived it.
        is_waived -> bool: waived, |waived| waived != 0;
    }
}
