//! Late off, late on (晚走晚到): an employee who leaves late in the evening may come later on the next day.
//! - Takes:  the punches of the evening before, and the first scheduled shift of the day.
//! - Gives:  a later expected start, from which lateness is measured.
//! - Keeps:  the shift and its end.
//! - Edges:  the evening ends with the last punch that ends work, so a missing out punch earns nothing. A time equal to a
//!   step reaches it. Leave in the morning is not added: the later of the two starts is used.
//! - Source: company policy; the ladder is a setting.
//! - Shown:  timecards/late-off-late-on.md

use core::iter::successors;

use shiftmill_plugin::prelude::*;

#[derive(Config)]
#[config(check = rises, context = days_before)]
struct LateOffLateOn {
    /// The steps: how long the employee stayed, and how much later the next day begins, from short to long.
    #[config(most = 12)]
    ladder: Vec<Step>,
    /// Whether the evening before days off counts for the first day after them.
    #[config(default = "false")]
    over_days_off: bool,
}

#[derive(Row)]
struct Step {
    /// The employee left at least this long after the scheduled end.
    #[config(most = "16h")]
    stayed: Length,
    /// How much later the start is.
    #[config(most = "12h")]
    later: Length,
}

fn rises(config: &LateOffLateOn) -> Result<(), String> {
    match config.ladder.is_sorted_by(|low, high| low.stayed < high.stayed && low.later <= high.later) {
        true => Ok(()),
        false => Err("`ladder` must rise: who stays longer comes no earlier".to_owned()),
    }
}

/// The context days. Two weeks are more than the longest holidays.
fn days_before(config: &LateOffLateOn) -> ContextDays {
    ContextDays { before: if config.over_days_off { 14 } else { 1 }, after: 0 }
}

#[derive(Reason)]
#[reason(
    "left {stayed} after the end of the shift on {evening}, so may come {later} later",
    chinese = "{evening}晚走{stayed}，可晚到{later}"
)]
struct StayedLate {
    stayed: Length,
    evening: Workday,
    later: Length,
}

impl Schedule for LateOffLateOn {
    type Why = StayedLate;

    fn day(&self, day: &Day, edits: &mut ScheduleEdits<StayedLate>) -> Outcome {
        let Some(shift) = day.scheduled().next() else { return Ok(()) };
        let Some(evening) = self.evening_before(*day) else { return Ok(()) };
        let Some(stayed) = stayed(evening) else { return Ok(()) };
        let Some(step) = self.ladder.iter().rev().find(|step| step.stayed <= stayed) else { return Ok(()) };
        let (start, end) = (shift.start() + step.later, shift.expected_end());
        if shift.expected_start() < start && start < end {
            edits.expect(shift, start, end, StayedLate { stayed, evening: evening.workday(), later: step.later });
        }
        Ok(())
    }
}

impl LateOffLateOn {
    /// The earlier day that decides when this one begins.
    fn evening_before<'a>(&self, day: Day<'a>) -> Option<Day<'a>> {
        match self.over_days_off {
            true => successors(day.previous(), |day| day.previous()).find(|day| day.scheduled().next().is_some()),
            false => day.day_before(),
        }
    }
}

/// How long after the end of the last shift of the day the employee left.
fn stayed(evening: Day) -> Option<Length> {
    let over = evening.scheduled().next_back()?.end();
    let left = evening.punches().rfind(|punch| punch.role() == PunchRole::Closes)?.at();
    over.until(left).unless_zero()
}

plugin!(LateOffLateOn: schedule(punch.at, punch.role, scheduled));

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    fn with_ladder() -> Trial<LateOffLateOn> {
        trial::<LateOffLateOn>().set("ladder", "1h 30m / 2h 1h / 5h 3h")
    }

    #[test]
    fn the_last_step_reached_decides() {
        let week = week![
            "Mon scheduled 09:00-18:00, 09:00-19:59:59",
            "Tue scheduled 09:00-18:00, 09:00-20:00",
            "Wed scheduled 09:00-18:00, 09:00-18:59:59",
            "Thu scheduled 09:00-18:00, 09:00-00:30",
            "Fri scheduled 09:00-18:00, 12:00-18:00",
        ];
        assert_edits!(
            with_ladder().schedule(&week),
            "Tue 2026-06-02 expect 09:30-18:00 for 09:00-18:00: left 1:59:59 after the end of the shift on 2026-06-01, \
             so may come 0:30 later",
            "Wed 2026-06-03 expect 10:00-18:00 for 09:00-18:00: left 2:00 after the end of the shift on 2026-06-02, \
             so may come 1:00 later",
            "Fri 2026-06-05 expect 12:00-18:00 for 09:00-18:00: left 6:30 after the end of the shift on 2026-06-04, \
             so may come 3:00 later",
        );
    }

    #[test]
    fn friday_counts_for_monday_only_where_the_customer_says_so() {
        let week = week!["Fri scheduled 09:00-18:00, 09:00-20:00", "Sat 10:00-11:00", "Mon scheduled 09:00-18:00"];
        assert_edits!(with_ladder().schedule(&week));
        assert_edits!(
            with_ladder().set("over_days_off", "true").schedule(&week),
            "Mon 2026-06-08 expect 10:00-18:00 for 09:00-18:00: left 2:00 after the end of the shift on 2026-06-05, \
             so may come 1:00 later",
        );
    }

    #[test]
    fn over_days_off_it_looks_further_back() {
        assert_eq!(with_ladder().context().before, 1);
        assert_eq!(with_ladder().set("over_days_off", "true").context().before, 14);
    }

    #[test]
    fn a_missing_out_punch_earns_nothing() {
        let week = week!["Mon scheduled 09:00-18:00, in@09:00", "Tue scheduled 09:00-18:00, 10:00-18:00"];
        assert_edits!(with_ladder().schedule(&week));
    }

    #[test]
    fn a_ladder_that_falls_is_refused() {
        let refused = trial::<LateOffLateOn>().set("ladder", "2h 1h / 1h 2h").refusal();
        assert_eq!(refused.as_deref(), Some("`ladder` must rise: who stays longer comes no earlier"));
    }
}
