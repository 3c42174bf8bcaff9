use shiftmill_plugin::prelude::*;

/// An allowance for a pay period with enough worked days.
#[derive(Config)]
struct Allowance {
    /// The minimum number of worked days.
    #[config(default = 3, least = 1, most = 366)]
    least: i64,
    /// The pay code of the allowance, paid once a pay period, on its last day.
    #[config(default = "allowance")]
    code: CountCode,
}

#[derive(Reason)]
enum Why {
    #[reason("days worked: {days}, at least {least}", chinese = "出勤{days}天，达到{least}天")]
    Enough { days: i64, least: i64 },
    #[reason("days worked: {days}, fewer than {least}", chinese = "出勤{days}天，少于{least}天")]
    TooFew { days: i64, least: i64 },
}

impl Period for Allowance {
    type Why = Why;

    fn employee(&self, employee: &Employee, edits: &mut Edits<Why>) -> Outcome {
        // Under a ruleset that changes inside the pay period, the rule may be called twice. This day belongs to one call.
        let Some(last) = employee.closing_day() else { return Ok(()) };
        let worked = employee.paid_days().filter(|day| !day.worked().is_zero());
        let (days, least) = (worked.count() as i64, self.least);
        // A quantity of 0 pays nothing; its reason is in the explanation.
        match days >= least {
            true => edits.quantity(last, self.code, 1, Why::Enough { days, least }),
            false => edits.quantity(last, self.code, 0, Why::TooFew { days, least }),
        }
        Ok(())
    }
}

plugin!(Allowance: period);

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    #[test]
    fn worked_days_are_counted() {
        let days = trial::<Allowance>().set("least", "2");
        assert_edits!(
            days.period(&week!["Mon 09:00-17:00", "Tue 09:00-17:00"]),
            "Tue 2026-06-02 quantity allowance 1: days worked: 2, at least 2",
        );
        assert_edits!(
            days.period(&week!["Mon 09:00-17:00", "Tue leave 8h=leave_annual"]),
            "Tue 2026-06-02 quantity allowance 0: days worked: 1, fewer than 2",
        );
        assert_edits!(days.period(&week!["Mon 09:00-17:00", "Tue not_in_force 09:00-17:00"]));
    }
}
