//! Overtime rounding: the overtime of a workday is rounded up, in the employee's favour; regular time is not rounded.
//! - Takes:  the timeline of one workday, after overtime.
//! - Gives:  a longer last span of overtime, so that the overtime of the workday is whole quarter hours.
//! - Keeps:  everything else. It adds seconds that were not worked, with a reason.
//! - Edges:  whole quarters do not change. Time is added only where there is no span; when a span follows directly, no time
//!   is added.
//! - Source: collective agreement; the step is a setting.
//! - Shown:  timecards/overtime-rounding.md

use core::iter::successors;

use shiftmill_plugin::prelude::*;

#[derive(Config)]
struct OvertimeRounding {
    /// Overtime is rounded up to a multiple of this.
    #[config(default = "15m", least = "1m", most = "1h")]
    step: Length,
    /// The pay codes of overtime.
    #[config(most = 16)]
    overtime: Vec<BaseCode>,
}

#[derive(Reason)]
#[reason(
    "{added} more, so that overtime of {overtime} is whole steps of {step}",
    chinese = "加班{overtime}按{step}进位，加{added}"
)]
struct RoundedUp {
    overtime: Length,
    added: Length,
    step: Length,
}

impl Period for OvertimeRounding {
    type Why = RoundedUp;

    fn day(&self, day: &Day, edits: &mut Edits<RoundedUp>) -> Outcome {
        let mut stretches = day.work().filter(|span| self.is_overtime(span.pay_code()));
        let overtime: Length = stretches.clone().map(Span::length).sum();
        let Some(last) = stretches.next_back() else { return Ok(()) };
        let lacking = overtime.short_of(overtime.rounded_up(self.step));
        let room = following(last).map_or(lacking, |start| last.end().until(start));
        if let Some(added) = lacking.min(room).unless_zero() {
            edits.resize(last, last.start(), last.end() + added, RoundedUp { overtime, added, step: self.step });
        }
        Ok(())
    }
}

impl OvertimeRounding {
    fn is_overtime(&self, code: PayCode) -> bool {
        self.overtime.iter().any(|overtime| code == *overtime)
    }
}

/// The start of the next span, on this day or a later one.
fn following(span: Span) -> Option<Instant> {
    let days = successors(Some(span.day()), |day| day.next());
    days.flat_map(Day::spans).map(Span::start).find(|start| *start >= span.end())
}

plugin!(OvertimeRounding: period(span.start, span.end, span.state, span.pay_code));

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    fn with_codes() -> Trial<OvertimeRounding> {
        trial::<OvertimeRounding>().set("overtime", "overtime_1_5 / overtime_2_0")
    }

    #[test]
    fn overtime_is_rounded_up_and_regular_time_is_not() {
        let week = week!["Mon 08:00-16:00 16:00-16:07=overtime_1_5", "Tue 08:00-15:53", "Wed 16:00-16:15=overtime_1_5"];
        assert_edits!(
            with_codes().period(&week),
            "Mon 2026-06-01 resize 16:00-16:07 to 16:00-16:15: 0:08 more, so that overtime of 0:07 is whole steps of 0:15",
        );
    }

    #[test]
    fn the_workday_is_rounded_not_each_stretch() {
        let week = week!["Sat 08:00-12:01=overtime_1_5 12:30-16:00=overtime_1_5 16:00-16:31=overtime_2_0"];
        assert_edits!(
            with_codes().period(&week),
            "Sat 2026-06-06 resize 16:00-16:31 to 16:00-16:44: 0:13 more, so that overtime of 8:02 is whole steps of 0:15",
        );
    }

    #[test]
    fn nothing_is_added_into_what_follows() {
        let week = week![
            "Mon 16:00-16:05=overtime_1_5 leave 16:10-18:00=leave_annual",
            "Tue 08:00-09:05=overtime_1_5 09:05-10:00",
            "Wed 23:00-23:55=overtime_1_5",
            "Thu 00:00-01:00",
        ];
        assert_edits!(
            with_codes().period(&week),
            "Mon 2026-06-01 resize 16:00-16:05 to 16:00-16:10: 0:05 more, so that overtime of 0:05 is whole steps of 0:15",
            "Wed 2026-06-03 resize 23:00-23:55 to 23:00-00:00: 0:05 more, so that overtime of 0:55 is whole steps of 0:15",
        );
    }
}
