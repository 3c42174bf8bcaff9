//! Eligibility for holiday pay: how long the person is employed, whether they worked before and after the holiday, and
//! what they did on it.
//! - Takes:  dates of employment; worked spans, scheduled shifts and leave of the days around a holiday.
//! - Gives:  whether the holiday is paid. For each condition that is not met an exception of its own
//!   (`holiday_employed_short`, `holiday_missed_before`, `holiday_missed_after`, `holiday_missed_on_day`), at the
//!   midnight that opens the holiday; `holiday_undecided` while days that are not over may still decide.
//! - Runs:   with holiday pay, which asks it.
//! - Edges:  the days before are looked at one after the other, from the holiday backwards, until enough of them were
//!   worked, or no longer can be, but at most `within` days away; those after it, forwards. Days of the kind that is
//!   asked for count towards `of_last`; days that are holidays as a whole are passed over. A day is worked when work is
//!   shown on it. A day is scheduled when some shift or length is, and not all of that is on leave; it is off when its
//!   roster says that the person rests, or when leave takes all of it. While nothing decides yet the holiday is not
//!   paid, and the result is provisional. A day beyond the facts asks for days of context.
//! - Never:  by what holidays pay, so that no holiday depends on itself.
//! - Source: British Columbia Employment Standards Act, section 44 (30 days employed, 15 of the 30 days before worked);
//!   Ontario Employment Standards Act, section 26 (last scheduled day before, first after); employer policy.
//! - Shown:  timecards/holidays/eligibility.md, on_the_day.md

use crate::card::CardState;
use crate::card::Noticed;
use crate::coded::coded;
use crate::codes::{ExceptionCode, RosterKind, RuleId};
use crate::pay::holiday_pay::{self, HolidayOf};
use crate::shape::calendar;
use crate::time::{Seconds, Workday};
use crate::timecard::{Employment, Inputs};

/// Who is paid for a holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HolidayEligibility {
    /// Employed for so many days on the holiday, without a break; 0: no condition.
    pub employed_for: u16,
    /// Days before the holiday that must be worked.
    pub before: Option<WorkedDays>,
    /// Days after the holiday that must be worked.
    pub after: Option<WorkedDays>,
    /// What the person must do on the holiday.
    pub on_holiday: OnHoliday,
    /// Whether the holiday is one for overtime, premiums and day types of work even for a person who is not employed long
    /// enough, or who missed days before or after it.
    pub forced_overtime: bool,
}

/// Days on one side of a holiday that must be worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkedDays {
    /// At least so many ...
    pub at_least: u16,
    /// ... of the nearest so many days ...
    pub of: u16,
    /// ... of this kind ...
    pub days: DaysAround,
    /// ... at most so many days away.
    pub within: u16,
    /// Whether a day of paid leave counts as worked.
    pub leave_counts: bool,
}

coded! {
    /// Which days around a holiday are looked at.
    #[derive(Default)]
    DaysAround {
        /// All of them.
        #[default]
        Calendar = 0 "calendar",
        /// Those on which the person is scheduled.
        Scheduled = 1 "scheduled",
        /// Those of the weekday of the holiday.
        SameWeekday = 2 "same_weekday",
    }
}

coded! {
    /// What a person must do on a holiday to be paid for it.
    #[derive(Default)]
    OnHoliday {
        /// Not work.
        #[default]
        MustNotWork = 0 "must_not_work",
        /// Work.
        MustWork = 1 "must_work",
        /// Anything.
        Either = 2 "either",
        /// Work, where a shift is scheduled.
        MustWorkIfScheduled = 3 "must_work_if_scheduled",
        /// Not work, where the schedule says so.
        MustNotWorkIfOff = 4 "must_not_work_if_off",
        /// Not work, and the schedule must say so.
        MustNotWorkAndBeOff = 5 "must_not_work_and_be_off",
        /// Not work, and be left out of the schedule.
        MustNotWorkNorBeScheduled = 6 "must_not_work_nor_be_scheduled",
    }
}

/// How a condition turns out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Met,
    Missed,
    /// Days that are not over may decide.
    Open,
}

impl Verdict {
    fn of(met: bool) -> Verdict {
        if met { Verdict::Met } else { Verdict::Missed }
    }
}

impl HolidayEligibility {
    /// How many days before and after a holiday decide at most.
    pub(crate) fn days_around(&self) -> (u16, u16) {
        let within = |worked: Option<WorkedDays>| worked.map_or(0, |worked| worked.within);
        (within(self.before), within(self.after))
    }

    /// Whether the holiday is paid. Notices which conditions are not met.
    pub(crate) fn judge(&self, inputs: &Inputs<'_>, state: &mut CardState, rule: RuleId, holiday: &HolidayOf) -> bool {
        let verdicts = [
            (ExceptionCode::HolidayEmployedShort, self.employment(inputs, holiday.date)),
            (ExceptionCode::HolidayMissedBefore, side(inputs, state, holiday.date, self.before, -1)),
            (ExceptionCode::HolidayMissedAfter, side(inputs, state, holiday.date, self.after, 1)),
            (ExceptionCode::HolidayMissedOnDay, self.on_the_day(inputs, state, holiday)),
        ];
        let at = inputs.card.zone.midnight(holiday.date);
        let notice =
            |code| Noticed { code, workday: holiday.date, at, measure: Seconds::ZERO, rule, shift: None, says: None };
        let missed = verdicts.iter().filter(|(_, verdict)| *verdict == Verdict::Missed);
        let before = state.noticed.len();
        state.noticed.extend(missed.map(|(code, _)| notice(*code)));
        let is_missed = state.noticed.len() > before;
        let is_open = !is_missed && verdicts.iter().any(|(_, verdict)| *verdict == Verdict::Open);
        if is_open {
            state.noticed.push(notice(ExceptionCode::HolidayUndecided));
        }
        !is_missed && !is_open
    }

    /// Whether the day is no holiday for the work of a person who is not eligible. What the person does on the day itself
    /// does not matter.
    pub(crate) fn leaves_ordinary(&self, inputs: &Inputs<'_>, state: &mut CardState, date: Workday) -> bool {
        !self.forced_overtime
            && (self.employment(inputs, date) == Verdict::Missed
                || side(inputs, state, date, self.before, -1) == Verdict::Missed
                || side(inputs, state, date, self.after, 1) == Verdict::Missed)
    }

    fn employment(&self, inputs: &Inputs<'_>, date: Workday) -> Verdict {
        let employment = inputs.card.employment;
        let since = |employed: &&Employment| {
            let began = employed.hired.is_none_or(|hired| hired.plus(i32::from(self.employed_for)) <= date);
            began && employed.holds(date)
        };
        Verdict::of(self.employed_for == 0 || employment.is_empty() || employment.iter().any(|it| since(&it)))
    }

    fn on_the_day(&self, inputs: &Inputs<'_>, state: &CardState, holiday: &HolidayOf) -> Verdict {
        let worked = holiday_pay::is_worked(state, holiday);
        let scheduled = || is_scheduled(inputs, state, holiday.date);
        let off = || is_off(inputs, state, holiday.date);
        let must_work = match self.on_holiday {
            OnHoliday::Either => return Verdict::Met,
            OnHoliday::MustNotWork => return Verdict::of(!worked),
            OnHoliday::MustNotWorkIfOff => return Verdict::of(!worked || !off()),
            OnHoliday::MustNotWorkAndBeOff => return Verdict::of(!worked && off()),
            OnHoliday::MustNotWorkNorBeScheduled => return Verdict::of(!worked && !scheduled() && !off()),
            OnHoliday::MustWork => true,
            OnHoliday::MustWorkIfScheduled => scheduled(),
        };
        match worked || !must_work {
            true => Verdict::Met,
            false if is_over(inputs, holiday.date) => Verdict::Missed,
            false => Verdict::Open,
        }
    }
}

/// Whether enough of the days on one side of a holiday were worked: before it with a step of -1, after it with 1.
fn side(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    holiday: Workday,
    worked_days: Option<WorkedDays>,
    step: i32,
) -> Verdict {
    let Some(rule) = worked_days else { return Verdict::Met };
    let (mut looked_at, mut worked, mut open) = (0, 0, 0);
    for away in 1..=i32::from(rule.within) {
        if worked >= rule.at_least || worked + open + (rule.of - looked_at) < rule.at_least || looked_at == rule.of {
            break;
        }
        let day = holiday.plus(away * step);
        if !inputs.window.facts.contains(day) {
            holiday_pay::depends_on(inputs, state, holiday, holiday.plus(i32::from(rule.within) * step));
            open += rule.of - looked_at;
            break;
        }
        holiday_pay::depends_on(inputs, state, holiday, day);
        if !rule.looks_at(inputs, state, holiday, day) {
            continue;
        }
        looked_at += 1;
        if rule.is_worked(inputs, state, day) {
            worked += 1;
        } else if !is_over(inputs, day) {
            open += 1;
        }
    }
    match worked >= rule.at_least {
        true => Verdict::Met,
        false if worked + open >= rule.at_least => Verdict::Open,
        false => Verdict::Missed,
    }
}

impl WorkedDays {
    fn looks_at(&self, inputs: &Inputs<'_>, state: &CardState, holiday: Workday, day: Workday) -> bool {
        let of_kind = match self.days {
            DaysAround::Calendar => true,
            DaysAround::Scheduled => is_scheduled(inputs, state, day),
            DaysAround::SameWeekday => day.weekday() == holiday.weekday(),
        };
        of_kind && !calendar::of_card(inputs, &state.last_worked, day).is_holiday()
    }

    fn is_worked(&self, inputs: &Inputs<'_>, state: &CardState, day: Workday) -> bool {
        holiday_pay::is_worked(state, &HolidayOf { date: day, stretch: None })
            || self.leave_counts && holiday_pay::is_on_paid_leave(inputs, state, day)
    }
}

/// Whether the person is scheduled on a day, and not all of it is on leave.
fn is_scheduled(inputs: &Inputs<'_>, state: &CardState, day: Workday) -> bool {
    let shifts = state.scheduled.iter().filter(|shift| shift.workday == day);
    shifts.clone().any(|shift| !shift.on_leave) || expects_a_length(inputs, state, day) == Some(true)
}

/// Whether the schedule says that the person does not work on a day.
fn is_off(inputs: &Inputs<'_>, state: &CardState, day: Workday) -> bool {
    let planned =
        state.scheduled.iter().any(|shift| shift.workday == day) || expects_a_length(inputs, state, day).is_some();
    let rests = inputs.card.schedule.of_kind(RosterKind::Rest).any(|rest| rest == day);
    (rests || planned) && !is_scheduled(inputs, state, day)
}

/// Whether more of a length without clock times is expected of a day than leave takes; `None`: no such length is.
fn expects_a_length(inputs: &Inputs<'_>, state: &CardState, day: Workday) -> Option<bool> {
    let expected = inputs.card.schedule.expected_on(day)?;
    let leave: Seconds = holiday_pay::leave_amounts(state, day).map(|leave| Seconds(leave.amount)).sum();
    Some(expected > leave)
}

/// Whether a day is over at `as_of`.
fn is_over(inputs: &Inputs<'_>, day: Workday) -> bool {
    inputs.card.zone.midnight(day.plus(1)) <= inputs.window.as_of
}
