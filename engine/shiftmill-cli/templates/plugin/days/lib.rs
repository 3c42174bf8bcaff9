use shiftmill_plugin::prelude::*;

/// An allowance for long workdays.
#[derive(Config)]
struct Allowance {
    /// The workday must have at least this much work.
    #[config(default = "10h", most = "24h")]
    least: Length,
    /// The pay code of the allowance, paid once a workday.
    #[config(default = "allowance")]
    code: CountCode,
}

#[derive(Reason)]
#[reason("worked {worked}, at least {least}", chinese = "工作{worked}，达到{least}")]
struct LongDay {
    worked: Length,
    least: Length,
}

impl Days for Allowance {
    type Why = LongDay;

    fn day(&self, day: &Day, edits: &mut Edits<LongDay>) -> Outcome {
        if day.worked() >= self.least {
            edits.quantity(day, self.code, 1, LongDay { worked: day.worked(), least: self.least });
        }
        Ok(())
    }
}

plugin!(Allowance: days);

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    #[test]
    fn a_long_day_pays_the_allowance() {
        let week = week!["Mon 08:00-12:00 12:30-19:40", "Tue 08:00-12:00 12:30-17:00"];
        let answer = trial::<Allowance>().set("least", "11h").days(&week);
        assert_edits!(answer, "Mon 2026-06-01 quantity allowance 1: worked 11:10, at least 11:00");
    }
}
