//! Full attendance (全勤奖): a bonus, once a pay period, for an employee who missed nothing in it.
//! - Takes:  the exceptions and the leave of the pay period.
//! - Gives:  one bonus on the last day; otherwise the reason why there is none.
//! - Keeps:  all time and all other pay.
//! - Edges:  exceptions that are waived count for nothing. Leave counts whether it has times of day or is a length. A pay
//!   period that is not over has no bonus yet. When the ruleset changes inside the pay period, the settings that are in
//!   force on the last day decide about all of it.
//! - Source: company policy (员工手册); its figures are settings.
//! - Shown:  timecards/full-attendance.md

use shiftmill_plugin::prelude::*;

#[derive(Config)]
struct FullAttendance {
    /// Late, early and missing punches that are forgiven in a pay period.
    #[config(default = "0", least = 0, most = 100)]
    forgiven: i64,
    /// The pay codes of leave that costs no bonus.
    #[config(default = "[]", most = 32)]
    free_leave: Vec<BaseCode>,
    /// The pay code of the bonus.
    #[config(default = "full_attendance")]
    code: CountCode,
}

#[derive(Reason)]
enum Why {
    #[reason("nothing was missed", chinese = "全勤")]
    Full,
    #[reason("the pay period ends on {last}", chinese = "考勤周期到{last}为止")]
    NotOver { last: Workday },
    #[reason("no work", chinese = "没有出勤")]
    NoWork,
    #[reason("absent on {on}", chinese = "{on}旷工")]
    Absent { on: Workday },
    #[reason("{leave} of leave", chinese = "请假{leave}")]
    OnLeave { leave: Length },
    #[reason(
        "late, early or without a punch {times} times, {forgiven} are forgiven",
        chinese = "迟到、早退、漏打卡{times}次，允许{forgiven}次"
    )]
    Late { times: i64, forgiven: i64 },
}

impl Period for FullAttendance {
    type Why = Why;

    fn employee(&self, employee: &Employee, edits: &mut Edits<Why>) -> Outcome {
        let Some(last) = employee.closing_day() else { return Ok(()) };
        match self.missed(employee) {
            None => edits.quantity(last, self.code, 1, Why::Full),
            Some(why) => edits.quantity(last, self.code, 0, why),
        }
        Ok(())
    }
}

impl FullAttendance {
    /// Why there is no bonus.
    fn missed(&self, employee: &Employee) -> Option<Why> {
        let last = employee.pay_period_last();
        if employee.date_at(employee.as_of()) <= last {
            return Some(Why::NotOver { last });
        }
        if employee.paid_days().all(|day| day.worked().is_zero()) {
            return Some(Why::NoWork);
        }
        let found = || employee.paid_days().flat_map(Day::exceptions).filter(|exception| !exception.is_waived());
        if let Some(absent) = found().find(|exception| is_absence(exception.code())) {
            return Some(Why::Absent { on: absent.workday() });
        }
        let leave: Length = employee.paid_days().map(|day| self.leave(day)).sum();
        if !leave.is_zero() {
            return Some(Why::OnLeave { leave });
        }
        let (times, forgiven) = (found().filter(|exception| is_slip(exception.code())).count() as i64, self.forgiven);
        (times > forgiven).then_some(Why::Late { times, forgiven })
    }

    /// The leave of a day that costs the bonus.
    fn leave(&self, day: Day) -> Length {
        let costs = |code: PayCode| !self.free_leave.iter().any(|free| code == *free);
        let timed = day.spans().filter(|span| span.state() == SpanState::Leave && costs(span.pay_code()));
        let others = day.quantities().filter(|quantity| quantity.is_leave() && costs(quantity.pay_code()));
        timed.map(Span::length).chain(others.map(|leave| Length::seconds(leave.amount()))).sum()
    }
}

fn is_absence(code: ExceptionCode) -> bool {
    matches!(code, ExceptionCode::ABSENT | ExceptionCode::ABSENT_HALF | ExceptionCode::ABSENT_BY_LATENESS)
}

fn is_slip(code: ExceptionCode) -> bool {
    matches!(
        code,
        ExceptionCode::LATE_IN
            | ExceptionCode::SERIOUS_LATE
            | ExceptionCode::EARLY_OUT
            | ExceptionCode::MISSING_IN
            | ExceptionCode::MISSING_OUT
    )
}

plugin!(FullAttendance: period(day.worked, span, quantity, exception));

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    #[test]
    fn the_bonus_is_paid_once_on_the_last_day() {
        let week = week!["Mon 09:00-17:00", "Tue 09:00-17:00", "Sun context 09:00-10:00 late_in@09:00"];
        let answer = trial::<FullAttendance>().period(&week);
        assert_edits!(answer, "Tue 2026-06-02 quantity full_attendance 1: nothing was missed");
    }

    #[test]
    fn leave_costs_it_with_and_without_times_of_day() {
        let timed = || week!["Mon 09:00-13:00 leave 13:00-17:00=leave_sick"];
        let length = || week!["Mon 09:00-13:00", "Tue leave 4h=leave_sick"];
        let trial = trial::<FullAttendance>();
        assert_edits!(trial.period(&timed()), "Mon 2026-06-01 quantity full_attendance 0: 4:00 of leave");
        assert_edits!(trial.period(&length()), "Tue 2026-06-02 quantity full_attendance 0: 4:00 of leave");
        let trial = trial.set("free_leave", "leave_annual / leave_sick");
        assert_edits!(trial.period(&timed()), "Mon 2026-06-01 quantity full_attendance 1: nothing was missed");
        assert_edits!(trial.period(&length()), "Tue 2026-06-02 quantity full_attendance 1: nothing was missed");
    }

    #[test]
    fn a_few_slips_are_forgiven_and_waived_ones_do_not_count() {
        let week = week![
            "Mon 09:05-17:00 late_in=5m@09:05",
            "Tue 09:00-16:00 early_out=1h@16:00",
            "Wed 09:09-17:00 waived late_in=9m@09:09",
        ];
        let trial = trial::<FullAttendance>();
        assert_edits!(
            trial.clone().set("forgiven", "1").period(&week),
            "Wed 2026-06-03 quantity full_attendance 0: late, early or without a punch 2 times, 1 are forgiven",
        );
        assert_edits!(
            trial.set("forgiven", "2").period(&week),
            "Wed 2026-06-03 quantity full_attendance 1: nothing was missed",
        );
    }

    #[test]
    fn settings_that_end_inside_the_pay_period_decide_nothing() {
        let before = week!["Mon 09:00-17:00", "Tue not_in_force 09:00-17:00"];
        assert_edits!(trial::<FullAttendance>().period(&before));
        let after = week!["Mon not_in_force absent@09:00", "Tue 09:00-17:00"];
        assert_edits!(
            trial::<FullAttendance>().period(&after),
            "Tue 2026-06-02 quantity full_attendance 0: absent on 2026-06-01",
        );
    }
}
