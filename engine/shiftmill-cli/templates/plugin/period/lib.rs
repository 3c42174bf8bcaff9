use shiftmill_plugin::prelude::*;

/// A bonus for a pay period in which the employee was never late.
#[derive(Config)]
struct FullAttendance {
    /// The minimum number of worked days.
    #[config(default = 3, least = 1, most = 366)]
    days: i64,
    /// The pay code of the bonus, paid once a pay period, on its last worked day.
    #[config(default = "full_attendance")]
    code: CountCode,
}

#[derive(Reason)]
#[reason("worked on {days} days and was never late", chinese = "出勤{days}天，无迟到")]
struct NeverLate {
    days: i64,
}

impl Period for FullAttendance {
    type Why = NeverLate;

    fn employee(&self, employee: &Employee, edits: &mut Edits<NeverLate>) -> Outcome {
        let worked = || employee.paid_days().filter(|day| day.worked() > Length::ZERO);
        let late = employee.exceptions().any(|exception| exception.code() == ExceptionCode::LATE_IN);
        let days = worked().count() as i64;
        if let Some(last) = worked().next_back()
            && days >= self.days
            && !late
        {
            edits.quantity(last, self.code, 1, NeverLate { days });
        }
        Ok(())
    }
}

plugin!(FullAttendance: period);

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    #[test]
    fn who_was_late_has_no_bonus() {
        let days = trial::<FullAttendance>().set("days", "2");
        let answer = days.period(&week!["Mon 09:00-17:00", "Tue 09:00-17:00"]);
        assert_edits!(answer, "Tue 2026-06-02 quantity full_attendance 1: worked on 2 days and was never late");
        assert_edits!(days.period(&week!["Mon 09:00-17:00", "Tue 09:40-17:00 late_in=40m@09:40"]));
    }
}
