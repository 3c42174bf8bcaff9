//! Trip allowance: an allowance for each workday of an approved business trip.
//! - Takes:  approvals of trips, the roster, the work of a workday, the grade in the employee's own tag.
//! - Gives:  one occurrence of a quantity on a workday, to a pay code that depends on the grade.
//! - Keeps:  all time.
//! - Edges:  the workday counts when the employee was told to work on it, or worked; a trip over a weekend of rest pays
//!   nothing for its rest days. Trips that are pending or rejected pay nothing.
//! - Source: company agreement; its figures are settings.
//! - Shown:  timecards/trip-allowance.md

use shiftmill_plugin::prelude::*;

#[derive(Config)]
struct TripAllowance {
    /// The pay code of the allowance.
    #[config(default = "trip_allowance")]
    code: CountCode,
    /// The pay code of the allowance of managers.
    #[config(default = "trip_allowance_manager")]
    managers_code: CountCode,
    /// The grade that makes an employee a manager: the value of `grade` in the employee's own tag.
    #[config(default = "manager", most = 60)]
    manager: String,
}

#[derive(Reason)]
enum Why {
    #[reason("on an approved trip, told to work", chinese = "出差已批准，当日排班")]
    Duty,
    #[reason("on an approved trip, worked {worked}", chinese = "出差已批准，当日工作{worked}")]
    Worked { worked: Length },
}

impl Days for TripAllowance {
    type Why = Why;

    fn day(&self, day: &Day, edits: &mut Edits<Why>) -> Outcome {
        let told_to_work = day.roster().any(|row| matches!(row.kind(), RosterKind::Work | RosterKind::Overtime));
        let why = match (told_to_work, day.worked()) {
            (true, _) => Why::Duty,
            (false, worked) if worked > Length::ZERO => Why::Worked { worked },
            (false, _) => return Ok(()),
        };
        if travels_on(day) {
            let is_manager = day.employee().tag("grade") == Some(self.manager.as_str());
            let code = if is_manager { self.managers_code } else { self.code };
            edits.quantity(day, code, 1, why);
        }
        Ok(())
    }
}

/// Whether an approved trip holds on a day: for the whole workday, or between times that touch its calendar date.
fn travels_on(day: &Day) -> bool {
    let employee = day.employee();
    let approved = employee.approvals().filter(|approval| approval.is_approved());
    let mut trips = approved.filter(|approval| approval.kind() == ApprovalKind::Trip);
    trips.any(|trip| match trip.times() {
        Some((start, end)) => {
            let last = employee.date_at(end - Length::seconds(1));
            (employee.date_at(start)..=last).contains(&day.workday())
        }
        None => trip.workday() == day.workday(),
    })
}

plugin!(TripAllowance: days(day.workday, day.worked));

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    #[test]
    fn an_approved_trip_pays_each_day_of_duty() {
        let week = week![
            "Mon scheduled 09:00-17:00, approved trip",
            "Tue scheduled 09:00-17:00, pending trip",
            "Wed told rest, approved trip",
            "Thu told rest, 10:00-12:00, approved trip@08:00-20:00",
        ];
        let answer = trial::<TripAllowance>().days(&week);
        assert_edits!(
            answer,
            "Mon 2026-06-01 quantity trip_allowance 1: on an approved trip, told to work",
            "Thu 2026-06-04 quantity trip_allowance 1: on an approved trip, worked 2:00",
        );
    }

    #[test]
    fn managers_have_a_pay_code_of_their_own() {
        let week = week!["Mon scheduled 09:00-17:00, approved trip"].tag("grade", "manager");
        let answer = trial::<TripAllowance>().days(&week);
        assert_edits!(answer, "Mon 2026-06-01 quantity trip_allowance_manager 1: on an approved trip, told to work");
    }

    #[test]
    fn a_trip_between_times_reaches_every_date_that_it_touches() {
        let week = week![
            "Mon scheduled 09:00-17:00, approved trip@18:00-10:00",
            "Tue scheduled 09:00-17:00",
            "Wed scheduled 09:00-17:00",
        ];
        let answer = trial::<TripAllowance>().days(&week);
        assert_edits!(
            answer,
            "Mon 2026-06-01 quantity trip_allowance 1: on an approved trip, told to work",
            "Tue 2026-06-02 quantity trip_allowance 1: on an approved trip, told to work",
        );
    }
}
