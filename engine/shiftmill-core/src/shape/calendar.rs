//! Day types: what kind of day each date is, and which rule decided it.
//! - Takes:  the ruleset's calendar, the named calendar that an assignment chooses, the employee's roster rows and day
//!   rows; for a statutory rest day that follows the work, the worked spans.
//! - Gives:  exactly one primary type per date, and what decided it.
//! - Runs:   first in shape; leave, tiers and premiums read it. A statutory rest day that follows the work is found once
//!   the spans are laid out.
//! - Order:  see [`DayTypeGround`], from high to low.
//! - Edges:  a statutory rest day is moved by day rows only: neither a shift that is scheduled on it nor a holiday on the
//!   same date takes it away. Rows of overtime and of being on call change no day type. What a named calendar says of a
//!   date replaces all that the ruleset's own calendar says of it; weekdays and the roster are those of the own one.
//! - Source: for China, State Council holiday notices (makeup days are ordinary workdays, shifted rest days are
//!   rest days) and Labour Law art. 38, 44(2); for Japan, Labour Standards Act art. 35; for calendars of places,
//!   holiday acts of states and provinces, such as the Bavarian Feiertagsgesetz art. 1.
//! - Shown:  timecards/calendar/day_types.md, statutory_rest.md, roster.md, timecards/assignments/calendars.md

use alloc::vec::Vec;

use crate::card::CardState;
use crate::coded::coded;
use crate::codes::{CalendarId, DayType, RosterKind};
use crate::pay::tiers::{Stretch, TierScope};
use crate::plan::Plan;
use crate::record::{Note, Recorder};
use crate::shape::day_parts::{self, HalfDay};
use crate::shape::workdays::workweek_start;
use crate::time::{Weekday, WeekdaySet, Workday};
use crate::timecard::{DayOverride, Inputs, ScheduleColumns};
use crate::zone::ZoneCursor;

/// The days that are not ordinary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Dates with a type of their own, ascending, each date once. Only `statutory_holiday`, `company_holiday`,
    /// `makeup_workday`, `shifted_rest` and `rest_day` occur.
    pub dates: Vec<(Workday, DayType)>,
    /// Stretches of dates with a type of their own, ascending, each date once.
    pub half_days: Vec<HalfDay>,
    /// Weekdays that are rest days unless something above says otherwise.
    pub rest_days: WeekdaySet,
    /// The day of rest that the law requires, if it differs from other rest days.
    pub statutory_rest_day: Option<StatutoryRestDay>,
    /// Whether a shift to work makes its day a workday. Otherwise the day keeps its type.
    pub roster_decides: bool,
    /// What a day without any roster row is, for a person who has rows in that workweek.
    pub unrostered_day: UnrosteredDay,
}

/// A calendar beside the ruleset's own, for a place whose holidays differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCalendar {
    /// Its number among the names.
    pub number: CalendarId,
    /// The dates on which it differs from the ruleset's own calendar, ascending, each once.
    pub dates: Vec<StatedDate>,
}

/// All that a named calendar says of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatedDate {
    /// The date.
    pub date: Workday,
    /// Its type, as in [`Calendar::dates`]; `None`: none of its own, whatever the ruleset's own calendar says.
    pub day_type: Option<DayType>,
    /// Its stretch with a type of its own.
    pub half_day: Option<HalfDay>,
}

impl NamedCalendar {
    /// What it says of a date.
    pub(crate) fn states(&self, workday: Workday) -> Option<&StatedDate> {
        let index = self.dates.binary_search_by_key(&workday, |stated| stated.date).ok()?;
        self.dates.get(index)
    }
}

/// Which day is the day of rest that the law requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatutoryRestDay {
    /// A weekday.
    Weekday(Weekday),
    /// It follows from the work: as many rest days must be free of work as the stretch has workweeks. As many as were
    /// not free are statutory: the last ones that were worked. The stretch is one workweek, or with an anchor four
    /// workweeks, counted from the one that contains it.
    LastWorked {
        /// A day in the first of four workweeks.
        four_weeks_from: Option<Workday>,
    },
}

impl StatutoryRestDay {
    /// The workweeks in which rest days must be free: one, or four from an anchor.
    pub(crate) const fn scope(four_weeks_from: Option<Workday>) -> TierScope {
        match four_weeks_from {
            None => TierScope::Workweek,
            Some(anchor) => TierScope::Workweeks { count: 4, anchor },
        }
    }
}

coded! {
    /// The kinds of [`StatutoryRestDay`] that have a word; the others are weekdays.
    StatutoryRestKind {
        /// It follows from the work.
        LastWorked = 0 "last_worked",
    }
}

coded! {
    /// What a day without any roster row is, for a person who has rows in that workweek.
    #[derive(Default)]
    UnrosteredDay {
        /// What it is without a roster.
        #[default]
        ByPattern = 0 "by_pattern",
        /// A rest day.
        RestDay = 1 "rest_day",
        /// A workday.
        Workday = 2 "workday",
    }
}

coded! {
    /// Where a holiday that falls on a weekday off is observed. Compiled into the dates of a calendar.
    #[derive(Default)]
    SubstituteDay {
        /// Nowhere else.
        #[default]
        None = 0 "none",
        /// On the next working day.
        Next = 1 "next_workday",
        /// On the last working day before it.
        Previous = 2 "previous_workday",
        /// On the nearer of both, of two as near the next.
        Nearest = 3 "nearest_workday",
    }
}

impl UnrosteredDay {
    const fn day_type(self) -> Option<DayType> {
        match self {
            UnrosteredDay::ByPattern => None,
            UnrosteredDay::RestDay => Some(DayType::RestDay),
            UnrosteredDay::Workday => Some(DayType::Workday),
        }
    }
}

coded! {
    /// What decided the type of a day. The first that says something about the day decides.
    DayTypeGround {
        /// A day row of the person.
        DayRow = 0 "day_row",
        /// The weekday that the law requires as the day of rest.
        StatutoryRestDay = 1 "statutory_rest_day",
        /// The rest days of the week were worked, and the last of them counts as the day of rest that the law requires.
        LastWorked = 2 "last_worked",
        /// A date of the calendar: a holiday, a makeup workday, a shifted rest day.
        Date = 3 "date",
        /// A roster row that says that the person rests.
        RosterRest = 4 "roster_rest",
        /// A roster row with a shift to work, where the roster decides.
        RosterWork = 5 "roster_work",
        /// The person has roster rows in the workweek, and none on this day.
        Unrostered = 6 "unrostered",
        /// The weekdays off.
        RestWeekday = 7 "rest_weekday",
        /// Nothing: an ordinary workday.
        Nothing = 8 "nothing",
    }
}

impl Calendar {
    /// True when every date is an ordinary workday unless it is decided otherwise for an employee.
    pub(crate) fn is_plain(&self) -> bool {
        self.rest_days == WeekdaySet::NONE
            && self.unrostered_day.day_type().is_none_or(DayType::is_working)
            && !self.has_dated_seconds()
    }

    /// True when some date may be a holiday or statutory rest day, which begins and ends at midnight.
    pub(crate) fn has_dated_seconds(&self) -> bool {
        !self.dates.is_empty() || self.statutory_rest_day.is_some() || !self.half_days.is_empty()
    }

    /// True when the statutory rest day follows from the work.
    pub(crate) fn follows_work(&self) -> bool {
        matches!(self.statutory_rest_day, Some(StatutoryRestDay::LastWorked { .. }))
    }

    /// The type of a date that the calendar itself names.
    fn type_of(&self, workday: Workday) -> Option<DayType> {
        let index = self.dates.binary_search_by_key(&workday, |date| date.0).ok()?;
        self.dates.get(index).map(|date| date.1)
    }

    /// The stretch of a date with a type of its own.
    pub(crate) fn half_day(&self, workday: Workday) -> Option<HalfDay> {
        let index = self.half_days.binary_search_by_key(&workday, |half_day| half_day.date).ok()?;
        self.half_days.get(index).copied()
    }
}

/// True when a day of the card may be something else than an ordinary workday.
pub(crate) fn may_be_special(inputs: &Inputs<'_>) -> bool {
    let card = &inputs.card;
    inputs.timeline.needs().day_types
        || !card.day_overrides.is_empty()
        || card.schedule.of_kind(RosterKind::Rest).next().is_some()
}

/// The type of a day of a card, by the plan of that day. `last_worked` holds the days that became statutory rest days
/// because they were worked, as far as that is known by now.
pub(crate) fn of_card(inputs: &Inputs<'_>, last_worked: &[Workday], workday: Workday) -> DayType {
    decide(inputs, last_worked, workday).0
}

/// As [`of_card`], and what decided it.
pub(crate) fn decide(inputs: &Inputs<'_>, last_worked: &[Workday], workday: Workday) -> (DayType, DayTypeGround) {
    let (card, plan) = (&inputs.card, inputs.timeline.at(workday));
    let calendar = &plan.calendar;
    // A shortcut: without dates, rest days and rows about days every day is an ordinary workday.
    let instead = inputs.timeline.stated_by_named_calendar(workday);
    let no_dates = calendar.is_plain() && instead.is_none();
    if no_dates && card.day_overrides.is_empty() && card.schedule.kind.is_empty() {
        return (DayType::Workday, DayTypeGround::Nothing);
    }
    let whole = |decided: &&DayOverride| decided.workday == workday && decided.window.is_none();
    if let Some(decided) = card.day_overrides.iter().find(whole) {
        return (decided.day_type, DayTypeGround::DayRow);
    }
    if calendar.statutory_rest_day == Some(StatutoryRestDay::Weekday(workday.weekday())) {
        return (DayType::StatutoryRest, DayTypeGround::StatutoryRestDay);
    }
    if last_worked.contains(&workday) {
        return (DayType::StatutoryRest, DayTypeGround::LastWorked);
    }
    if let Some(dated) = instead.map_or_else(|| calendar.type_of(workday), |(_, stated)| stated.day_type) {
        return (dated, DayTypeGround::Date);
    }
    without_dates(inputs, workday)
}

/// The type of a day by the roster and its weekday, and what decided it: that of a day of which nothing above says
/// anything.
pub(crate) fn without_dates(inputs: &Inputs<'_>, workday: Workday) -> (DayType, DayTypeGround) {
    let (card, plan) = (&inputs.card, inputs.timeline.at(workday));
    let calendar = &plan.calendar;
    if card.schedule.of_kind(RosterKind::Rest).any(|rest| rest == workday) {
        return (DayType::RestDay, DayTypeGround::RosterRest);
    }
    if calendar.roster_decides && card.schedule.is_to_work(workday) {
        return (DayType::Workday, DayTypeGround::RosterWork);
    }
    if let Some(unrostered) = calendar.unrostered_day.day_type()
        && is_unrostered(&card.schedule, plan, workday)
    {
        return (unrostered, DayTypeGround::Unrostered);
    }
    match calendar.rest_days.contains(workday.weekday()) {
        true => (DayType::RestDay, DayTypeGround::RestWeekday),
        false => (DayType::Workday, DayTypeGround::Nothing),
    }
}

/// True for a day without a roster row in a workweek with one.
fn is_unrostered(schedule: &ScheduleColumns<'_>, plan: &Plan, workday: Workday) -> bool {
    let week = workweek_start(&plan.workdays, workday);
    let in_week = |row: &i32| (week.0..week.0 + 7).contains(row);
    !schedule.workday.contains(&workday.0) && schedule.workday.iter().any(in_week)
}

/// Finds the statutory rest days that follow from the work. `worked` is scratch for the dates with work.
pub(crate) fn find_last_worked(inputs: &Inputs<'_>, state: &mut CardState, worked: &mut Vec<Workday>) {
    state.last_worked.clear();
    if !inputs.timeline.needs().follows_work {
        return;
    }
    gather_worked_dates(inputs, state, worked);
    let facts = inputs.window.facts;
    let mut day = facts.first;
    while day <= facts.last {
        let plan = inputs.timeline.at(day);
        let Some(StatutoryRestDay::LastWorked { four_weeks_from }) = plan.calendar.statutory_rest_day else {
            day = day.plus(1);
            continue;
        };
        let scope = StatutoryRestDay::scope(four_weeks_from);
        let stretch = scope.stretch(day, plan.workdays.workweek_opens, inputs.window.pay_period);
        make_up_for_lacking(inputs, state, worked, stretch);
        day = stretch.until;
    }
}

/// The dates on which anything was worked, in order.
fn gather_worked_dates(inputs: &Inputs<'_>, state: &CardState, worked: &mut Vec<Workday>) {
    let mut clock = ZoneCursor::new(inputs.card.zone);
    worked.clear();
    for span in state.spans.iter().filter(|span| span.state.is_work()) {
        let mut at = span.start;
        while at < span.end {
            let (date, until) = clock.date_until(at);
            worked.push(date);
            at = until;
        }
    }
    worked.sort_unstable();
}

/// Makes as many of the last worked rest days of a stretch statutory as it lacks free rest days.
fn make_up_for_lacking(inputs: &Inputs<'_>, state: &mut CardState, worked: &[Workday], stretch: Stretch) {
    let days = || (stretch.from.0..stretch.until.0).map(Workday);
    let is_worked = |date: Workday| worked.binary_search(&date).is_ok();
    let is_free = |date: &Workday| {
        let day_type = of_card(inputs, &[], *date);
        day_type == DayType::StatutoryRest || day_type.is_rest() && !is_worked(*date)
    };
    let may_follow = |date: &Workday| {
        let (day_type, ground) = decide(inputs, &[], *date);
        day_type.is_rest() && ground != DayTypeGround::DayRow && is_worked(*date)
    };
    let needed = (stretch.until.0 - stretch.from.0) / 7;
    let lacking = usize::try_from(needed).unwrap_or(0).saturating_sub(days().filter(is_free).count());
    state.last_worked.extend(days().rev().filter(may_follow).take(lacking));
}

/// Notes what decided the type of each workday on which anything happened, where it is no ordinary workday.
pub(crate) fn note<R: Recorder>(inputs: &Inputs<'_>, state: &CardState, recorder: &mut R) {
    if !R::LISTENS {
        return;
    }
    for workday in state.workdays.iter().map(|row| row.workday) {
        let by_name = inputs.timeline.stated_by_named_calendar(workday).map(|(number, _)| number);
        let calendar = |ground| by_name.filter(|_| ground == DayTypeGround::Date);
        let (day_type, ground) = decide(inputs, &state.last_worked, workday);
        if ground != DayTypeGround::Nothing {
            recorder.note(Note::DayTyped { workday, day_type, ground, window: None, calendar: calendar(ground) });
        }
        if let Some((half_day, ground)) = day_parts::of(inputs, workday) {
            let (day_type, window) = (half_day.day_type, Some(half_day.window));
            recorder.note(Note::DayTyped { workday, day_type, ground, window, calendar: calendar(ground) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::ShiftFact;
    use crate::testing::{Card, monday};

    /// The type of a day of test cards, and what decided it.
    fn of(card: &mut Card, day: i32) -> (DayType, DayTypeGround) {
        let mut found = None;
        card.run(|inputs, state, scratch, notes| {
            crate::Stage::Open.run(inputs, state, scratch, Some(notes))?;
            crate::Stage::LayOut.run(inputs, state, scratch, Some(notes))?;
            found = Some(decide(inputs, &state.last_worked, monday().plus(day)));
            Ok(())
        })
        .unwrap();
        found.unwrap()
    }

    fn weekend() -> WeekdaySet {
        WeekdaySet::NONE.with(Weekday::Saturday).with(Weekday::Sunday)
    }

    #[test]
    fn each_ground_decides_where_none_above_it_does() {
        let mut card = Card::new();
        card.plan.calendar.rest_days = weekend();
        assert_eq!(of(&mut card, 0), (DayType::Workday, DayTypeGround::Nothing));
        assert_eq!(of(&mut card, 5), (DayType::RestDay, DayTypeGround::RestWeekday));
        card.plan.calendar.unrostered_day = UnrosteredDay::Workday;
        assert_eq!(of(&mut card, 5), (DayType::RestDay, DayTypeGround::RestWeekday), "nobody is rostered");
        card.schedule(0, "09:00", "17:00");
        assert_eq!(of(&mut card, 5), (DayType::Workday, DayTypeGround::Unrostered));
        card.schedule(5, "09:00", "17:00");
        assert_eq!(of(&mut card, 5), (DayType::RestDay, DayTypeGround::RestWeekday), "the day keeps its type");
        card.plan.calendar.roster_decides = true;
        assert_eq!(of(&mut card, 5), (DayType::Workday, DayTypeGround::RosterWork));
        card.facts.shifts[1].kind = RosterKind::Overtime;
        assert_eq!(of(&mut card, 5), (DayType::RestDay, DayTypeGround::RestWeekday));
        card.facts.shifts.push(ShiftFact::whole_day(monday().plus(2), RosterKind::Rest));
        assert_eq!(of(&mut card, 2), (DayType::RestDay, DayTypeGround::RosterRest));
        card.plan.calendar.dates.push((monday().plus(2), DayType::MakeupWorkday));
        assert_eq!(of(&mut card, 2), (DayType::MakeupWorkday, DayTypeGround::Date));
        card.facts.day_overrides.push(DayOverride {
            workday: monday().plus(2),
            day_type: DayType::CompanyHoliday,
            window: None,
        });
        assert_eq!(of(&mut card, 2), (DayType::CompanyHoliday, DayTypeGround::DayRow));
    }

    #[test]
    fn only_a_day_row_moves_a_statutory_rest_day() {
        let mut card = Card::new();
        let sunday = monday().plus(6);
        card.plan.calendar.statutory_rest_day = Some(StatutoryRestDay::Weekday(Weekday::Sunday));
        card.plan.calendar.roster_decides = true;
        card.plan.calendar.dates.push((sunday, DayType::StatutoryHoliday));
        card.schedule(6, "09:00", "17:00");
        assert_eq!(of(&mut card, 6), (DayType::StatutoryRest, DayTypeGround::StatutoryRestDay));
        card.facts.day_overrides.push(DayOverride { workday: sunday, day_type: DayType::Workday, window: None });
        assert_eq!(of(&mut card, 6), (DayType::Workday, DayTypeGround::DayRow));
    }

    #[test]
    fn the_last_rest_day_worked_is_statutory_when_none_was_free() {
        use crate::PunchKind::{In, Out};
        let mut card = Card::new();
        card.plan.calendar.rest_days = weekend();
        card.plan.calendar.statutory_rest_day = Some(StatutoryRestDay::LastWorked { four_weeks_from: None });
        card.punches(6, &[("09:00", In), ("17:00", Out)]);
        assert_eq!(of(&mut card, 6), (DayType::RestDay, DayTypeGround::RestWeekday));
        card.punches(5, &[("09:00", In), ("17:00", Out)]);
        assert_eq!(of(&mut card, 6), (DayType::StatutoryRest, DayTypeGround::LastWorked));
        assert_eq!(of(&mut card, 5).0, DayType::RestDay);
        // Of the eight rest days of four weeks six are free.
        let four_weeks_from = Some(monday());
        card.plan.calendar.statutory_rest_day = Some(StatutoryRestDay::LastWorked { four_weeks_from });
        assert_eq!(of(&mut card, 6).0, DayType::RestDay);
    }
}
