//! Night meal: an allowance for long workdays that run into the night.
//! - Takes:  the work of one workday.
//! - Gives:  one occurrence of a quantity on that workday.
//! - Keeps:  all time.
//! - Edges:  work that ends on the limit does not pass it; exactly the required work is enough.
//! - Source: company agreement; its figures are settings.
//! - Shown:  timecards/night-meal.md

use shiftmill_plugin::prelude::*;

#[derive(Config)]
struct NightMeal {
    /// Work must continue past this time of day.
    #[config(default = "22:00")]
    until: Clock,
    /// The workday must have at least this much work.
    #[config(default = "10h", most = "24h")]
    least: Length,
    /// The pay code of the allowance, paid once a workday.
    #[config(default = "night_meal")]
    code: CountCode,
}

#[derive(Reason)]
#[reason("worked {worked}, and past {until}", chinese = "工作{worked}，且超过{until}")]
struct LongNight {
    worked: Length,
    until: Clock,
}

impl Days for NightMeal {
    type Why = LongNight;

    fn day(&self, day: &Day, edits: &mut Edits<LongNight>) -> Outcome {
        let (worked, until) = (day.worked(), self.until);
        if worked >= self.least && day.works_past(until) {
            edits.quantity(day, self.code, 1, LongNight { worked, until });
        }
        Ok(())
    }
}

plugin!(NightMeal: days(day.worked, span.end, span.state));

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    #[test]
    fn a_long_night_is_paid_once() {
        let week = week!["Mon 11:00-16:00 17:00-23:00", "Tue 18:00-23:00", "Wed 08:00-19:00"];
        let answer = trial::<NightMeal>().days(&week);
        assert_edits!(answer, "Mon 2026-06-01 quantity night_meal 1: worked 11:00, and past 22:00");
    }

    #[test]
    fn ten_hours_are_enough_and_ending_at_ten_is_not_past_it() {
        let week = week!["Mon 12:00-22:00", "Tue 12:00:01-22:00:01", "Wed 12:00:02-22:00:01"];
        let answer = trial::<NightMeal>().days(&week);
        assert_edits!(answer, "Tue 2026-06-02 quantity night_meal 1: worked 10:00, and past 22:00");
    }

    #[test]
    fn a_customer_with_other_figures_writes_them() {
        let week = week!["Mon 16:00-00:30"];
        let trial = trial::<NightMeal>().set("until", "24:00").set("least", "8h30m").set("code", "late_supper");
        assert_edits!(trial.days(&week), "Mon 2026-06-01 quantity late_supper 1: worked 8:30, and past 24:00");
    }
}
