//! The average that a holiday pays: the time of days or workweeks before it, divided.
//! - Takes:  spans as far as they have their final pay codes; leave without clock times.
//! - Gives:  one length.
//! - Runs:   with holiday pay, which asks it.
//! - Edges:  days are those right before the holiday; workweeks are whole, the last one ends before the workweek of the
//!   holiday. Time counts on the workday that it is shown on. Without a divisor the time is divided by the days that
//!   have some of it; without any such day nothing is paid. Half a second is rounded up.
//! - Never:  counts what holidays pay; a ruleset that asks for it is refused.
//! - Source: Ontario Employment Standards Act, section 24 (the four workweeks before, divided by 20); British Columbia
//!   Employment Standards Act, section 45 (30 days before, divided by the days worked).
//! - Shown:  timecards/holidays/averages.md

use alloc::vec;
use alloc::vec::Vec;

use crate::card::{CardState, Span, SpanState};
use crate::coded::coded;
use crate::codes::{PayCode, PayCodeSet};
use crate::pay::holiday_pay;
use crate::reason::Because;
use crate::shape::workdays::workweek_start;
use crate::time::{Seconds, Workday, WorkdayRange};
use crate::timecard::Inputs;

/// An average of what was worked before a holiday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolidayAverage {
    /// How many ...
    pub over: u16,
    /// ... of these.
    pub unit: AverageUnit,
    /// What the time is divided by; `None`: by the days that have some of it.
    pub divisor: Option<u16>,
    /// The pay codes whose time counts; `None`: all work.
    pub codes: Option<PayCodeSet>,
}

coded! {
    /// What an average is taken over.
    #[derive(Default)]
    AverageUnit {
        /// Days right before the holiday.
        #[default]
        Days = 0 "days",
        /// Whole workweeks before that of the holiday.
        Workweeks = 1 "workweeks",
    }
}

coded! {
    /// What an average may count besides certain pay codes.
    AverageKind {
        /// All work.
        Work = 0 "work",
    }
}

impl HolidayAverage {
    /// How many days before a holiday it needs at most.
    pub(crate) fn days_before(&self) -> u16 {
        match self.unit {
            AverageUnit::Days => self.over,
            AverageUnit::Workweeks => self.over.saturating_mul(7).saturating_add(6),
        }
    }

    /// The average before a holiday.
    pub(crate) fn of(&self, inputs: &Inputs<'_>, state: &mut CardState, holiday: Workday) -> Seconds {
        let days = self.days(inputs, holiday);
        holiday_pay::depends_on(inputs, state, holiday, days.first);
        let times = self.times(state, days);
        let sum: u64 = times.iter().map(|time| u64::from(time.0)).sum();
        let worked_days = times.iter().filter(|time| !time.is_zero()).count() as u64;
        let divisor = self.divisor.map_or(worked_days, u64::from);
        let average = (sum + divisor / 2).checked_div(divisor).unwrap_or(0);
        Seconds(u32::try_from(average).unwrap_or(u32::MAX))
    }

    fn days(&self, inputs: &Inputs<'_>, holiday: Workday) -> WorkdayRange {
        let (end, length) = match self.unit {
            AverageUnit::Days => (holiday, i32::from(self.over)),
            AverageUnit::Workweeks => {
                (workweek_start(&inputs.timeline.at(holiday).workdays, holiday), i32::from(self.over) * 7)
            }
        };
        WorkdayRange { first: end.plus(-length), last: end.plus(-1) }
    }

    /// The time of each day. All spans are gone through once: a card may have very many.
    fn times(&self, state: &CardState, days: WorkdayRange) -> Vec<Seconds> {
        let count = usize::try_from(days.last.0 - days.first.0 + 1).unwrap_or(0);
        let mut times = vec![Seconds::ZERO; count];
        let mut add = |day: Workday, time: Seconds| {
            let place = usize::try_from(day.0 - days.first.0).ok().and_then(|index| times.get_mut(index));
            if let Some(sum) = place {
                *sum = sum.plus(time);
            }
        };
        let counted = state.spans.iter().filter(|span| self.counts(span));
        counted.for_each(|span| add(span.reporting_workday, span.length()));
        let leave = state.quantities.iter().filter(|quantity| quantity.reason.because == Because::OnLeave);
        let of_codes = |code: PayCode| self.codes.as_ref().is_some_and(|codes| codes.contains(code));
        leave.filter(|leave| of_codes(leave.code)).for_each(|leave| add(leave.workday, Seconds(leave.amount)));
        times
    }

    fn counts(&self, span: &Span) -> bool {
        match &self.codes {
            None => span.state.is_work(),
            Some(codes) => span.state != SpanState::UnpaidBreak && codes.contains(span.code),
        }
    }
}
