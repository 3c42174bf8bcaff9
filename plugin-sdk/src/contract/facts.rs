//! The interface `facts`: what a plugin may ask beside the tables that a hook receives.
#![allow(unsafe_code, reason = "calls of the host, which writes its answers at an address")]

use crate::contract::{List, Text};

/// The value that one name of tags has for each row.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Tagged {
    /// The values.
    pub values: List<Text>,
    /// Of employees: 0, or one more than a position in `values`.
    pub employee: List<u32>,
    /// Of punches.
    pub punch: List<u32>,
    /// Of scheduled shifts.
    pub scheduled: List<u32>,
    /// Of spans.
    pub span: List<u32>,
}

/// What employees were told to do.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Roster {
    /// One beyond the last row of each employee.
    pub employee_end: List<u32>,
    /// The workday.
    pub workday: List<i32>,
    /// What to do.
    pub kind: List<u8>,
    /// The start.
    pub start: List<i64>,
    /// The end.
    pub end: List<i64>,
    /// The split shift that it is a block of.
    pub split: List<u8>,
}

/// Approvals.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Approvals {
    /// One beyond the last row of each employee.
    pub employee_end: List<u32>,
    /// What was asked for.
    pub kind: List<u8>,
    /// What was decided.
    pub status: List<u8>,
    /// How it is compensated.
    pub choice: List<u8>,
    /// The workday.
    pub workday: List<i32>,
    /// The start.
    pub start: List<i64>,
    /// The end.
    pub end: List<i64>,
    /// The length.
    pub amount: List<u32>,
}

/// Answers to one question.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Answers {
    /// One beyond the last row of each employee.
    pub employee_end: List<u32>,
    /// The workday.
    pub workday: List<i32>,
    /// 1 yes, 0 no.
    pub answer: List<u8>,
}

#[cfg(target_family = "wasm")]
pub use from_host::{approvals, attested, opening_balances, roster, tagged};

#[cfg(target_family = "wasm")]
mod from_host {
    use core::mem::MaybeUninit;

    use super::{Answers, Approvals, Roster, Tagged};
    use crate::contract::List;

    #[link(wasm_import_module = "shiftmill:facts/facts@1.1.0")]
    unsafe extern "C" {
        #[link_name = "tag-values"]
        fn host_tagged(name: *const u8, length: usize, answer: *mut Tagged);
        #[link_name = "roster-rows"]
        fn host_roster(answer: *mut Roster);
        #[link_name = "approval-rows"]
        fn host_approvals(answer: *mut Approvals);
        #[link_name = "attested"]
        fn host_attested(question: *const u8, length: usize, answer: *mut Answers);
        #[link_name = "opening-balances"]
        fn host_opening_balances(rule: *const u8, length: usize, answer: *mut List<i64>);
    }

    /// An answer that the host writes.
    fn answered<T>(ask: impl FnOnce(*mut T)) -> T {
        let mut answer = MaybeUninit::uninit();
        ask(answer.as_mut_ptr());
        // SAFETY: the host has written all of it, in the layout of the canonical ABI, and its lists are ours.
        unsafe { answer.assume_init() }
    }

    /// The values of a name of tags.
    pub fn tagged(name: &str) -> Tagged {
        // SAFETY: the name lives until the call returns.
        answered(|answer| unsafe { host_tagged(name.as_ptr(), name.len(), answer) })
    }

    /// The roster.
    pub fn roster() -> Roster {
        // SAFETY: the address is valid until the call returns.
        answered(|answer| unsafe { host_roster(answer) })
    }

    /// The approvals.
    pub fn approvals() -> Approvals {
        // SAFETY: the address is valid until the call returns.
        answered(|answer| unsafe { host_approvals(answer) })
    }

    /// The answers to a question.
    pub fn attested(question: &str) -> Answers {
        // SAFETY: the name lives until the call returns.
        answered(|answer| unsafe { host_attested(question.as_ptr(), question.len(), answer) })
    }

    /// What a counter held when the facts begin.
    pub fn opening_balances(rule: &str) -> List<i64> {
        // SAFETY: the name lives until the call returns.
        answered(|answer| unsafe { host_opening_balances(rule.as_ptr(), rule.len(), answer) })
    }
}

#[cfg(not(target_family = "wasm"))]
pub use in_tests::{Made, Pairs, approvals, attested, make, opening_balances, roster, tagged};

/// The same facts in native tests, which the test kit makes.
#[cfg(not(target_family = "wasm"))]
mod in_tests {
    use std::cell::RefCell;

    use super::{Answers, Approvals, Roster, Tagged};
    use crate::contract::{List, Text};

    /// The pairs of a tag.
    pub type Pairs = Vec<(String, String)>;

    /// The facts of the one employee of a test.
    #[derive(Clone, Debug, Default)]
    pub struct Made {
        /// Of the employee.
        pub employee: Pairs,
        /// Of punches.
        pub punches: Vec<Pairs>,
        /// Of scheduled shifts.
        pub scheduled: Vec<Pairs>,
        /// Of spans.
        pub spans: Vec<Pairs>,
        /// Workday, kind, start, end.
        pub roster: Vec<(i32, u8, i64, i64)>,
        /// Kind, status, choice, workday, start, end, length.
        pub approvals: Vec<(u8, u8, u8, i32, i64, i64, u32)>,
        /// Question, workday, answer.
        pub attested: Vec<(String, i32, bool)>,
        /// By the name of their rule.
        pub balances: Vec<(String, i64)>,
    }

    thread_local! {
        static MADE: RefCell<Made> = RefCell::default();
    }

    /// Sets the facts of the next call.
    pub fn make(made: Made) {
        MADE.replace(made);
    }

    fn column<R, T>(rows: &[R], of: impl Fn(&R) -> T) -> List<T> {
        rows.iter().map(of).collect::<Vec<T>>().into()
    }

    fn value<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
        pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str())
    }

    /// The values of a name of tags.
    pub fn tagged(name: &str) -> Tagged {
        MADE.with_borrow(|made| {
            let rows = made.punches.iter().chain(&made.scheduled).chain(&made.spans).chain([&made.employee]);
            let mut values: Vec<&str> = rows.filter_map(|pairs| value(pairs, name)).collect();
            values.sort_unstable();
            values.dedup();
            let place = |pairs: &Pairs| {
                value(pairs, name).and_then(|value| values.binary_search(&value).ok()).map_or(0, |at| at as u32 + 1)
            };
            Tagged {
                employee: vec![place(&made.employee)].into(),
                punch: column(&made.punches, place),
                scheduled: column(&made.scheduled, place),
                span: column(&made.spans, place),
                values: column(&values, |value| Text::from((*value).to_owned())),
            }
        })
    }

    /// The roster.
    pub fn roster() -> Roster {
        MADE.with_borrow(|Made { roster, .. }| Roster {
            employee_end: vec![roster.len() as u32].into(),
            workday: column(roster, |row| row.0),
            kind: column(roster, |row| row.1),
            start: column(roster, |row| row.2),
            end: column(roster, |row| row.3),
            split: column(roster, |_| 0),
        })
    }

    /// The approvals.
    pub fn approvals() -> Approvals {
        MADE.with_borrow(|Made { approvals, .. }| Approvals {
            employee_end: vec![approvals.len() as u32].into(),
            kind: column(approvals, |row| row.0),
            status: column(approvals, |row| row.1),
            choice: column(approvals, |row| row.2),
            workday: column(approvals, |row| row.3),
            start: column(approvals, |row| row.4),
            end: column(approvals, |row| row.5),
            amount: column(approvals, |row| row.6),
        })
    }

    /// The answers to a question.
    pub fn attested(question: &str) -> Answers {
        MADE.with_borrow(|made| {
            let said: Vec<_> = made.attested.iter().filter(|said| said.0 == question).collect();
            Answers {
                employee_end: vec![said.len() as u32].into(),
                workday: column(&said, |said| said.1),
                answer: column(&said, |said| u8::from(said.2)),
            }
        })
    }

    /// What a counter held when the facts begin.
    pub fn opening_balances(rule: &str) -> List<i64> {
        let held = |made: &Made| made.balances.iter().rev().find(|held| held.0 == rule).map_or(-1, |held| held.1);
        vec![MADE.with_borrow(held)].into()
    }
}
