//! Roster and calendar: rows that tell a person something else than the calendar says of the day.
//! - Takes:  roster rows, the types of their days.
//! - Gives:  `rest_day_rostered` for each shift to work on a day that stays a rest day: at its start, measured by its
//!   planned time (without clock times: at midnight); `workday_rest` for each day off by roster that is a working day, at its midnight. Which work a row
//!   allows that is no shift.
//! - Keeps:  all time. Both exceptions are for information: the day is paid by its type.
//! - Runs:   after the days have their types, before attendance.
//! - Edges:  planned overtime on a rest day raises nothing, because it says so itself.
//! - Source: China, Labour Law art. 38 and 44(2): work on a rest day is paid as such, however it was planned.
//! - Shown:  timecards/calendar/roster.md, timecards/schedule/kinds.md

use crate::card::CardState;
use crate::codes::{ExceptionCode, RosterKind};
use crate::shape::{calendar, schedule, split};
use crate::time::{Seconds, Timestamp, Workday};
use crate::timecard::Inputs;
use crate::zone::ZoneCursor;

/// Notices rows that do not agree with the type of their day.
pub(super) fn compare(inputs: &Inputs<'_>, state: &mut CardState) {
    let roster = &inputs.card.schedule;
    if roster.workday.is_empty() || !calendar::may_be_special(inputs) {
        return;
    }
    for index in 0..state.scheduled.len() {
        let Some(shift) = state.scheduled.get(index).copied() else { continue };
        let rests = || calendar::of_card(inputs, &state.last_worked, shift.workday).is_rest();
        if shift.kind == RosterKind::Work && rests() && split::is_first_block(&state.scheduled, index) {
            let planned = split::blocks_of(&state.scheduled, &shift).map(|block| block.planned).sum();
            state.notice(ExceptionCode::RestDayRostered, shift.workday, shift.start, planned);
        }
    }
    let mut clock = ZoneCursor::new(inputs.card.zone);
    for row in 0..roster.hours.len() {
        let Some(workday) = roster.length_of(row).and(roster.workday.get(row)).copied().map(Workday) else { continue };
        let again = (0..row).any(|it| roster.length_of(it).is_some() && roster.workday.get(it) == Some(&workday.0));
        let is_rest = || calendar::of_card(inputs, &state.last_worked, workday).is_rest();
        if !again && inputs.card.employs(workday) && is_rest() {
            let planned = roster.expected_on(workday).unwrap_or_default();
            state.notice(ExceptionCode::RestDayRostered, workday, clock.midnight(workday), planned);
        }
    }
    for (index, workday) in roster.of_kind(RosterKind::Rest).enumerate() {
        let again = roster.of_kind(RosterKind::Rest).take(index).any(|earlier| earlier == workday);
        if !again && inputs.card.employs(workday) && calendar::of_card(inputs, &state.last_worked, workday).is_working()
        {
            state.notice(ExceptionCode::WorkdayRest, workday, clock.midnight(workday), Seconds::ZERO);
        }
    }
}

/// Whether a row allows work that begins at an instant of a workday, although no shift is scheduled: the day is open, a
/// row expects a length of it, or the person is on call that day or at that time.
pub(super) fn allows(inputs: &Inputs<'_>, workday: Workday, at: Timestamp) -> bool {
    let roster = &inputs.card.schedule;
    let mut clock = ZoneCursor::new(inputs.card.zone);
    let mut holds = |index: usize| {
        let on_day = roster.workday.get(index) == Some(&workday.0);
        match roster.kind_of(index) {
            RosterKind::Work | RosterKind::Rest | RosterKind::Overtime => false,
            RosterKind::Open => on_day,
            RosterKind::OnCall => {
                let mut blocks = schedule::timed_row(inputs, &mut clock, index).into_iter().flatten();
                on_day || blocks.any(|block| block.start <= at && at < block.end)
            }
        }
    };
    // Without kinds every row is a shift.
    roster.expected_on(workday).is_some() || (0..roster.kind.len()).any(&mut holds)
}
