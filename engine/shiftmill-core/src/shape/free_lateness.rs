//! Free lateness: the first few short latenesses of a month are waived.
//! - Takes:  latenesses beyond the grace, in the order of their scheduled shifts.
//! - Gives:  whether a lateness is waived: it raises nothing and deducts nothing.
//! - Keeps:  all time. What a workday expects stays (see `expectation`).
//! - Runs:   inside attendance.
//! - Edges:  a lateness of exactly `up_to` may be waived; its length is counted from the expected start, whatever the
//!   grace. A longer one is not waived and takes none of the free ones. The month is the calendar month of the scheduled
//!   workday, so that the days of the month before the pay period must be known (see `close/context`). A month that a
//!   change of the ruleset divides has one count; the rules of each workday say how many are free.
//! - Source: employer policy (China: 每月免迟到次数).
//! - Shown:  timecards/attendance/free_lateness.md

use alloc::vec::Vec;

use crate::time::{Seconds, Workday};

/// Which latenesses are waived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreeLateness {
    /// How many in a month.
    pub times: u8,
    /// At most this long. Inclusive.
    pub up_to: Seconds,
}

/// How many were waived, by the first day of the month.
pub(super) type Waived = Vec<(Workday, u8)>;

impl FreeLateness {
    /// Whether this lateness is waived: its number in the month.
    pub(super) fn waives(&self, workday: Workday, late: Seconds, waived: &mut Waived) -> Option<u8> {
        if late > self.up_to {
            return None;
        }
        let month = workday.month_start();
        let index = waived.iter().position(|entry| entry.0 == month).unwrap_or(waived.len());
        if index == waived.len() {
            waived.push((month, 0));
        }
        let (_, used) = waived.get_mut(index).filter(|entry| entry.1 < self.times)?;
        *used += 1;
        Some(*used)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_short_ones_of_each_month_are_waived() {
        let free = FreeLateness { times: 2, up_to: Seconds::minutes(10) };
        let mut waived = Waived::new();
        let mut waives = |month, day, minutes| {
            let workday = Workday::from_date(2026, month, day).unwrap();
            free.waives(workday, Seconds::minutes(minutes), &mut waived)
        };
        assert_eq!(waives(6, 1, 10), Some(1));
        assert_eq!(waives(6, 2, 11), None);
        assert_eq!(waives(6, 30, 1), Some(2));
        assert_eq!(waives(7, 1, 5), Some(1));
        assert_eq!(waives(6, 30, 1), None);
    }
}
