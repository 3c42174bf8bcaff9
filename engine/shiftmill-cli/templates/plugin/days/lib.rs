use shiftmill_plugin::prelude::*;

/// A meal allowance for long days that run into the night.
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
#[reason("worked {worked} and past {until}", chinese = "工作{worked}，超过{until}")]
struct LongNight {
    worked: Length,
    until: Clock,
}

impl Days for NightMeal {
    type Why = LongNight;

    fn day(&self, day: &Day, edits: &mut Edits<LongNight>) -> Outcome {
        if day.worked() >= self.least && day.works_past(self.until) {
            edits.quantity(day, self.code, 1, LongNight { worked: day.worked(), until: self.until });
        }
        Ok(())
    }
}

plugin!(NightMeal: days);

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    #[test]
    fn a_long_day_into_the_night_pays_the_allowance() {
        let week = week!["Mon 11:00-15:00 15:30-22:40", "Tue 08:00-12:00 12:30-17:00"];
        let answer = trial::<NightMeal>().set("least", "11h").days(&week);
        assert_edits!(answer, "Mon 2026-06-01 quantity night_meal 1: worked 11:10 and past 22:00");
    }
}
