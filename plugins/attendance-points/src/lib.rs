//! Attendance points: late, early and absent earn points. Points lapse after perfect pay periods.
//! - Takes:  the exceptions of the pay period, and the points carried from the one before.
//! - Gives:  the points to carry to the next, and one `needs_review` where they reach the limit.
//! - Keeps:  all time and all pay.
//! - Edges:  a number equal to the limit reaches it. Waived exceptions earn no points. A pay period is perfect when it is
//!   over, has work, and earned no points.
//! - Source: company policy ("no-fault attendance"); its figures are settings.
//! - Shown:  timecards/attendance-points.md

use shiftmill_plugin::prelude::*;

#[derive(Config)]
struct AttendancePoints {
    /// Points for coming late.
    #[config(default = "1", least = 0, most = 100)]
    late: i64,
    /// Points for leaving early.
    #[config(default = "1", least = 0, most = 100)]
    early: i64,
    /// Points for a shift, or half of one, that was missed.
    #[config(default = "3", least = 0, most = 100)]
    absent: i64,
    /// The number of points at which a person must look.
    #[config(default = "8", least = 1, most = 1000)]
    limit: i64,
    /// The number of perfect pay periods in a row after which points lapse.
    #[config(default = "1", least = 1, most = 100)]
    perfect_periods: i64,
    /// The number of points that lapse then.
    #[config(default = "1", least = 1, most = 1000)]
    lapse: i64,
}

#[derive(Carried)]
enum Balance {
    /// Points that have not lapsed.
    Points,
    /// Perfect pay periods in a row since points were earned or lapsed.
    Perfect,
}

#[derive(Reason)]
enum Why {
    #[reason("{points} points, the limit is {limit}", chinese = "{points}分，达到上限{limit}分")]
    LimitReached { points: i64, limit: i64 },
    #[reason("{earned} points in this pay period", chinese = "本期{earned}分")]
    Earned { earned: i64 },
    #[reason("perfect pay period {number} in a row", chinese = "连续第{number}个全勤周期")]
    PerfectPeriod { number: i64 },
    #[reason(
        "{lapsed} points lapse after {periods} perfect pay periods",
        chinese = "连续{periods}个全勤周期，减{lapsed}分"
    )]
    Lapsed { lapsed: i64, periods: i64 },
}

impl Period for AttendancePoints {
    type Why = Why;

    fn employee(&self, employee: &Employee, edits: &mut Edits<Why>) -> Outcome {
        let carried = employee.carried(Balance::Points).unwrap_or(0);
        let (mut points, mut reached) = (carried, false);
        let days = employee.paid_days().filter(|day| day.is_in_force());
        for exception in days.flat_map(Day::exceptions).filter(|exception| !exception.is_waived()) {
            let added = self.points_for(exception.code());
            points = points.saturating_add(added);
            if added > 0 && points >= self.limit && !reached {
                reached = true;
                let why = Why::LimitReached { points, limit: self.limit };
                edits.mark(exception.workday(), ExceptionCode::NEEDS_REVIEW, exception.at(), Length::ZERO, why);
            }
        }
        match points - carried {
            0 if is_over(employee) && was_worked(employee) => self.reward(employee, points, edits),
            0 => {}
            earned => {
                edits.carry(Balance::Points, points, Why::Earned { earned });
                edits.carry(Balance::Perfect, 0, Why::Earned { earned });
            }
        }
        Ok(())
    }
}

impl AttendancePoints {
    fn points_for(&self, code: ExceptionCode) -> i64 {
        match code {
            ExceptionCode::LATE_IN | ExceptionCode::SERIOUS_LATE => self.late,
            ExceptionCode::EARLY_OUT => self.early,
            ExceptionCode::ABSENT | ExceptionCode::ABSENT_HALF | ExceptionCode::ABSENT_BY_LATENESS => self.absent,
            _ => 0,
        }
    }

    /// Counts a perfect pay period, or lets points lapse.
    fn reward(&self, employee: &Employee, points: i64, edits: &mut Edits<Why>) {
        let number = employee.carried(Balance::Perfect).unwrap_or(0).saturating_add(1);
        if points == 0 {
            return;
        }
        if number < self.perfect_periods {
            edits.carry(Balance::Perfect, number, Why::PerfectPeriod { number });
            return;
        }
        let lapsed = self.lapse.min(points);
        edits.carry(Balance::Points, points - lapsed, Why::Lapsed { lapsed, periods: number });
        edits.carry(Balance::Perfect, 0, Why::PerfectPeriod { number });
    }
}

/// True when the pay period is over.
fn is_over(employee: &Employee) -> bool {
    employee.date_at(employee.as_of()) > employee.pay_period_last()
}

fn was_worked(employee: &Employee) -> bool {
    employee.paid_days().any(|day| !day.worked().is_zero())
}

plugin!(AttendancePoints: period(day.worked, exception, carried); carries Balance);

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    #[test]
    fn every_kind_has_its_points() {
        let week =
            week!["Mon 09:05-17:00 late_in=5m@09:05", "Tue 09:00-16:00 early_out=1h@16:00", "Wed absent=8h@09:00"];
        assert_edits!(
            trial::<AttendancePoints>().period(&week.carried("points", 2)),
            "carry points 7: 5 points in this pay period",
            "carry perfect 0: 5 points in this pay period",
        );
    }

    #[test]
    fn the_limit_asks_for_a_review_once() {
        let week =
            week!["Mon late_in@09:05 09:05-17:00", "Tue late_in@09:10 09:10-17:00", "Wed late_in@09:15 09:15-17:00"];
        let answer = trial::<AttendancePoints>().period(&week.carried("points", 6));
        assert_edits!(
            answer,
            "Tue 2026-06-02 mark needs_review at 09:10: 8 points, the limit is 8",
            "carry points 9: 3 points in this pay period",
            "carry perfect 0: 3 points in this pay period",
        );
    }

    #[test]
    fn points_lapse_after_perfect_periods_in_a_row() {
        let week = || week!["Mon 09:00-17:00"].carried("points", 5);
        let trial = trial::<AttendancePoints>().set("perfect_periods", "2").set("lapse", "3");
        assert_edits!(trial.period(&week()), "carry perfect 1: perfect pay period 1 in a row");
        assert_edits!(
            trial.period(&week().carried("perfect", 1)),
            "carry points 2: 3 points lapse after 2 perfect pay periods",
            "carry perfect 0: perfect pay period 2 in a row",
        );
    }

    #[test]
    fn what_was_not_worked_or_is_not_over_is_not_perfect() {
        let away = week!["Mon leave 09:00-17:00=leave_annual"].carried("points", 5);
        assert_edits!(trial::<AttendancePoints>().period(&away));
        let today = Instant::from_unix(20_605 * 86_400 + 64_800);
        let open = week!["Mon 09:00-17:00"].carried("points", 5).as_of(today);
        assert_edits!(trial::<AttendancePoints>().period(&open));
    }

    #[test]
    fn days_of_context_earn_nothing() {
        let week = week!["Mon context late_in@09:05 09:05-17:00", "Tue 09:00-17:00"];
        assert_edits!(trial::<AttendancePoints>().period(&week));
    }
}
