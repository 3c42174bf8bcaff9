//! Split shift: a premium for workdays that a long unpaid gap splits in two.
//! - Takes:  the punches of one workday.
//! - Gives:  one occurrence of a quantity for any number of gaps. Payroll decides its value.
//! - Keeps:  all time.
//! - Edges:  a gap equal to the limit does not split. A gap that is punched as a meal is a meal, up to the longest meal of the
//!   configuration. A gap with leave does not count. A gap counts only with work on both sides, so not while a punch
//!   is missing.
//! - Source: California wage orders, section 4(C) with the definition in section 2 (8 CCR 11040 and its like); employer
//!   policy elsewhere. Without the exception for employees who live where they work, and without offsetting pay
//!   above the minimum wage.
//! - Shown:  timecards/split-shift-premium.md

use shiftmill_plugin::prelude::*;

#[derive(Config)]
struct SplitShift {
    /// The longest gap that does not split the workday.
    #[config(default = "1h", most = "12h")]
    gap: Length,
    /// The longest gap that counts as a meal.
    #[config(default = "1h30m", most = "12h")]
    longest_meal: Length,
    /// The pay code of the premium, paid once a workday.
    #[config(default = "split_shift")]
    code: CountCode,
}

#[derive(Reason)]
#[reason("a gap of {gap}, more than {most}", chinese = "间隔{gap}，超过{most}")]
struct Split {
    gap: Length,
    most: Length,
}

impl Days for SplitShift {
    type Why = Split;

    fn day(&self, day: &Day, edits: &mut Edits<Split>) -> Outcome {
        let used = day.punches().filter(|punch| punch.role() != PunchRole::Unused);
        let mut neighbours = used.clone().zip(used.skip(1));
        if let Some((out, back)) = neighbours.find(|(out, back)| self.splits(*day, *out, *back)) {
            edits.quantity(day, self.code, 1, Split { gap: out.at().until(back.at()), most: self.gap });
        }
        Ok(())
    }
}

impl SplitShift {
    fn splits(&self, day: Day, out: Punch, back: Punch) -> bool {
        let is_gap = out.role() == PunchRole::Closes && back.role() == PunchRole::Opens;
        let gap = out.at().until(back.at());
        let is_meal = out.kind() == PunchKind::MealStart && gap <= self.longest_meal;
        is_gap && gap > self.gap && !is_meal && !has_leave(day, out.at(), back.at())
    }
}

fn has_leave(day: Day, from: Instant, to: Instant) -> bool {
    let mut leave = day.spans().filter(|span| span.state() == SpanState::Leave);
    leave.any(|span| span.between(from, to).is_some())
}

plugin!(SplitShift: days(punch, span.start, span.end, span.state));

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    #[test]
    fn more_than_an_hour_splits_the_workday() {
        let week = week!["Mon 08:00-12:00 13:00-17:00", "Tue 08:00-12:00 13:00:01-17:00"];
        let answer = trial::<SplitShift>().days(&week);
        assert_edits!(answer, "Tue 2026-06-02 quantity split_shift 1: a gap of 1:00:01, more than 1:00");
    }

    #[test]
    fn one_premium_however_many_gaps() {
        let week = week!["Mon 06:00-09:00 11:30-14:00 | 18:00-20:00"];
        let answer = trial::<SplitShift>().days(&week);
        assert_edits!(answer, "Mon 2026-06-01 quantity split_shift 1: a gap of 2:30, more than 1:00");
    }

    #[test]
    fn a_meal_is_a_meal_until_it_is_too_long() {
        let meal = |end: &str| {
            week![&format!("Mon 08:00-12:00 {end}-17:00 in@08:00 meal_start@12:00 meal_end@{end} out@17:00")]
        };
        assert_edits!(trial::<SplitShift>().days(&meal("13:30")));
        let answer = trial::<SplitShift>().days(&meal("13:30:01"));
        assert_edits!(answer, "Mon 2026-06-01 quantity split_shift 1: a gap of 1:30:01, more than 1:00");
    }

    #[test]
    fn a_gap_with_leave_in_it_is_the_employees_own() {
        let week = week!["Mon 08:00-10:00 leave 10:30-11:30=leave_annual 13:00-17:00"];
        assert_edits!(trial::<SplitShift>().days(&week));
    }

    #[test]
    fn nothing_is_paid_while_a_punch_is_missing() {
        let week = week!["Mon 08:00-12:00 in@08:00 out@12:00 in@15:00"];
        assert_edits!(trial::<SplitShift>().days(&week));
    }
}
