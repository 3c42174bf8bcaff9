//! Tolerance by the day: small deviations are forgiven one by one only while those of the workday together are small.
//! - Takes:  scheduled shifts with the sides that were punched.
//! - Gives:  which of their edges are compared, and whether the graces hold on their workday.
//! - Keeps:  all time. Tolerance forgives deviations; it pays nothing and takes nothing away.
//! - Runs:   inside attendance.
//! - Edges:  a workday *deviates* by what the graces of its scheduled shifts forgive, on the edges that are compared: late
//!   up to `late_grace`, out early up to `early_grace`, in early up to `early_in_beyond`, out late up to
//!   `late_out_beyond`. What is beyond its own grace is judged anyway and does not count here. Exactly `day_tolerance` is
//!   forgiven; with a second more no grace holds on the workday. With `edges = "outer"` the start of the first scheduled
//!   shift of the workday and the end of the last are compared, and no edge between them; shifts wholly on leave, and
//!   those that the clock leaves out, are none of them.
//! - Source: Brazil, CLT art. 58 § 1: deviations of up to five minutes a punch, at most ten minutes a day, neither count
//!   as overtime nor are deducted.
//! - Shown:  timecards/attendance/day_tolerance.md

use alloc::vec::Vec;

use crate::card::ScheduledShift;
use crate::coded::coded;
use crate::shape::attendance::Attendance;
use crate::time::{Seconds, Workday};

coded! {
    /// Which edges of the scheduled shifts of a workday are compared with punches.
    ComparedEdges {
        /// All of them.
        All = 0 "all",
        /// The start of the first and the end of the last.
        Outer = 1 "outer",
    }
}

/// How far a punch may lie from its scheduled time. `None`: it may lie anywhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Graces {
    pub(super) late: Option<Seconds>,
    pub(super) early: Option<Seconds>,
    pub(super) early_in: Option<Seconds>,
    pub(super) late_out: Option<Seconds>,
}

impl Graces {
    pub(super) fn of(rules: &Attendance) -> Graces {
        Graces {
            late: rules.late_grace,
            early: rules.early_grace,
            early_in: rules.early_in_beyond,
            late_out: rules.late_out_beyond,
        }
    }

    /// The same checks without any grace.
    fn none(self) -> Graces {
        let none = |grace: Option<Seconds>| grace.map(|_| Seconds::ZERO);
        Graces {
            late: none(self.late),
            early: none(self.early),
            early_in: none(self.early_in),
            late_out: none(self.late_out),
        }
    }
}

/// How a scheduled shift is compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comparison {
    pub(super) graces: Graces,
    /// Whether its start is compared.
    pub(super) start: bool,
    /// Whether its end is compared.
    pub(super) end: bool,
    /// By how much its workday deviates, and the most that is forgiven: when that is exceeded.
    pub(super) exceeded: Option<(Seconds, Seconds)>,
}

impl Comparison {
    /// All edges, with the graces of the rules.
    pub(super) fn plain(rules: &Attendance) -> Comparison {
        Comparison { graces: Graces::of(rules), start: true, end: true, exceeded: None }
    }
}

/// The workdays of one card, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Days(Vec<Day>);

/// The scheduled shifts of one workday.
#[derive(Clone, Copy, Debug)]
struct Day {
    workday: Workday,
    /// The first of them ...
    first: usize,
    /// ... and the last.
    last: usize,
    /// What their graces forgive.
    deviates: Seconds,
    /// Whether it was told that the graces do not hold.
    is_told: bool,
}

impl Days {
    /// Finds the first and the last scheduled shift of every workday.
    pub(super) fn find(&mut self, scheduled: &[ScheduledShift]) {
        self.0.clear();
        let judged = scheduled.iter().enumerate().filter(|(_, shift)| shift.start < shift.end && !shift.on_leave);
        for (index, shift) in judged {
            let workday = shift.workday;
            match self.place(workday) {
                Ok(place) => {
                    if let Some(day) = self.0.get_mut(place) {
                        // Of equal ends the later one in order is the last.
                        let ends = |index: usize| scheduled.get(index).map(|shift| shift.end);
                        day.last = if ends(day.last) <= Some(shift.end) { index } else { day.last };
                    }
                }
                Err(place) => {
                    let day = Day { workday, first: index, last: index, deviates: Seconds::ZERO, is_told: false };
                    self.0.insert(place, day);
                }
            }
        }
    }

    /// How scheduled shift number `index` is compared, so far as its workday is known.
    pub(super) fn comparison(&self, rules: &Attendance, index: usize, shift: &ScheduledShift) -> Comparison {
        let plain = Comparison::plain(rules);
        let Some(day) = self.place(shift.workday).ok().and_then(|place| self.0.get(place)) else { return plain };
        let all = rules.edges == ComparedEdges::All;
        let exceeded = rules.day_tolerance.filter(|most| day.deviates > *most).map(|most| (day.deviates, most));
        let graces = if exceeded.is_some() { plain.graces.none() } else { plain.graces };
        Comparison { graces, start: all || day.first == index, end: all || day.last == index, exceeded }
    }

    /// Adds a deviation that a grace forgives.
    pub(super) fn add(&mut self, workday: Workday, forgiven: Seconds) {
        if let Some(day) = self.place(workday).ok().and_then(|place| self.0.get_mut(place)) {
            day.deviates = day.deviates.plus(forgiven);
        }
    }

    /// Whether it has still to be told that the graces of a workday do not hold; true once.
    pub(super) fn tells(&mut self, workday: Workday) -> bool {
        let day = self.place(workday).ok().and_then(|place| self.0.get_mut(place));
        day.is_some_and(|day| !core::mem::replace(&mut day.is_told, true))
    }

    fn place(&self, workday: Workday) -> Result<usize, usize> {
        self.0.binary_search_by_key(&workday, |day| day.workday)
    }
}
