//! Rest between shifts: work is paid double when it starts less than ten hours after the work of another workday.
//! - Takes:  the work of all days with its worked shifts, after overtime.
//! - Gives:  the penalty pay code for all work of such a shift.
//! - Keeps:  all time, and work that already pays as much or more.
//! - Edges:  ten hours are enough. Rest is between work, so a shift without an out punch has no known end and no effect. A
//!   second stretch of the same workday is a split shift, not a short rest.
//! - Source: union contract; its figures are settings.
//! - Shown:  timecards/rest-between-shifts.md

use shiftmill_plugin::prelude::*;

#[derive(Config)]
struct RestBetweenShifts {
    /// The rest that there must be.
    #[config(default = "10h", most = "24h")]
    least: Length,
    /// The pay code of work after less rest.
    #[config(default = "overtime_2_0")]
    code: BaseCode,
}

#[derive(Reason)]
#[reason("{rest} of rest before the shift, less than {least}", chinese = "班前休息{rest}，少于{least}")]
struct ShortRest {
    rest: Length,
    least: Length,
}

impl Period for RestBetweenShifts {
    type Why = ShortRest;

    fn employee(&self, employee: &Employee, edits: &mut Edits<ShortRest>) -> Outcome {
        let (mut last, mut short): (Option<Span>, _) = (None, None);
        for span in employee.days().flat_map(Day::work) {
            if last.is_none_or(|last| last.shift() != span.shift()) {
                let before = last.filter(|last| workday_of(*last) != workday_of(span));
                let rest = before.map(|before| before.end().until(span.start()));
                short = rest.filter(|rest| *rest < self.least);
            }
            last = Some(span);
            if let Some(rest) = short
                && span.day().is_in_force()
                && self.is_more_than(span)
            {
                edits.recode(span, self.code, ShortRest { rest, least: self.least });
            }
        }
        Ok(())
    }
}

impl RestBetweenShifts {
    /// Whether the penalty pays more than the span does.
    fn is_more_than(&self, span: Span) -> bool {
        let multiplier = |code: PayCode| span.day().employee().pay_code(code).multiplier;
        multiplier(span.pay_code()) < multiplier(self.code.into())
    }
}

/// The workday of the shift, which is that of all its work.
fn workday_of(span: Span) -> Workday {
    span.shift().map_or(span.day(), Shift::day).workday()
}

plugin!(RestBetweenShifts: period(span, shift.first));

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    #[test]
    fn a_shift_after_a_short_rest_pays_double() {
        let week = week!["Mon 14:00-22:00", "Tue 07:59-12:00 12:30-16:00", "Wed 08:00-16:00"];
        assert_edits!(
            trial::<RestBetweenShifts>().period(&week),
            "Tue 2026-06-02 recode 07:59-12:00 to overtime_2_0: 9:59 of rest before the shift, less than 10:00",
            "Tue 2026-06-02 recode 12:30-16:00 to overtime_2_0: 9:59 of rest before the shift, less than 10:00",
        );
        assert_edits!(trial::<RestBetweenShifts>().period(&week!["Mon 14:00-22:00", "Tue 08:00-16:00"]));
    }

    #[test]
    fn a_second_shift_of_the_workday_is_a_split_shift() {
        assert_edits!(trial::<RestBetweenShifts>().period(&week!["Mon 08:00-12:00 | 18:00-22:00"]));
    }

    #[test]
    fn work_that_pays_as_much_keeps_its_code() {
        let week = week![
            "Mon 14:00-22:00",
            "Tue 06:00-14:00 14:00-15:00=overtime_1_5 15:00-16:00=overtime_2_0 16:00-17:00=overtime_3_0",
        ];
        assert_edits!(
            trial::<RestBetweenShifts>().period(&week),
            "Tue 2026-06-02 recode 06:00-14:00 to overtime_2_0: 8:00 of rest before the shift, less than 10:00",
            "Tue 2026-06-02 recode 14:00-15:00 to overtime_2_0: 8:00 of rest before the shift, less than 10:00",
        );
    }

    #[test]
    fn the_day_before_a_change_keeps_its_pay() {
        let week = week!["Mon 14:00-22:00", "Tue not_in_force 06:00-21:00", "Wed 05:00-06:00"];
        assert_edits!(
            trial::<RestBetweenShifts>().period(&week),
            "Wed 2026-06-03 recode 05:00-06:00 to overtime_2_0: 8:00 of rest before the shift, less than 10:00",
        );
    }
}
