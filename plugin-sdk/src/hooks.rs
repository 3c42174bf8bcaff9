//! The hooks: the places in the calculation where a rule is called, and the calls for a group of employees.

use crate::complaint::{Complaint, Outcome};
use crate::contract::{self, Answer, Cards, List};
use crate::edits::{Edits, PunchEdits, ScheduleEdits};
use crate::reason::Reason;
use crate::report;
use crate::time::Workday;
use crate::view::{Day, Employee};

macro_rules! hook {
    ($(#[$meta:meta])* $name:ident, $edits:ident, $visit:ident) => {
        $(#[$meta])*
        pub trait $name: Sized {
            /// The reasons that it gives; the same type in all hooks of a plugin.
            type Why: Reason;

            /// Judges one day. Called for every day on which the plugin is in force, in order.
            #[inline]
            fn day(&self, day: &Day<'_>, edits: &mut $edits<Self::Why>) -> Outcome {
                let _ = (day, edits);
                Ok(())
            }

            /// Judges all days together, for rules that need more than one day. Called once for every employee, after the
            /// days. Days on which the plugin is not in force can be read; edits on them are refused.
            #[inline]
            fn employee(&self, employee: &Employee<'_>, edits: &mut $edits<Self::Why>) -> Outcome {
                let _ = (employee, edits);
                Ok(())
            }
        }

        #[doc = concat!("Visits a chunk for the hook of [`", stringify!($name), "`].")]
        #[doc(hidden)]
        pub fn $visit<P: $name>(plugin: &P, cards: &Cards) -> Answer {
            visit(
                cards,
                |day, edits: &mut $edits<P::Why>| plugin.day(day, edits),
                |employee, edits| plugin.employee(employee, edits),
            )
        }
    };
}

hook! {
    /// After punches are corrected, ordered and freed of repeats, before they become shifts. Days are dates of the wall
    /// clock here.
    Punches, PunchEdits, visit_punches
}

hook! {
    /// After shifts are matched, paired, rounded and attributed, before they are compared with the schedule.
    Schedule, ScheduleEdits, visit_schedule
}

hook! {
    /// After the comparison with the schedule, before overtime. Overtime tiers count the recoded time.
    Days, Edits, visit_days
}

hook! {
    /// After overtime, holidays and premiums, before exceptions and totals.
    Period, Edits, visit_period
}

/// Calls the rule for every employee and every day on which the plugin is in force. A complaint ends the calls for its
/// employee only.
#[inline]
fn visit<Why: Reason, Kind>(
    cards: &Cards,
    judge_day: impl Fn(&Day<'_>, &mut Edits<Why, Kind>) -> Outcome,
    judge_employee: impl Fn(&Employee<'_>, &mut Edits<Why, Kind>) -> Outcome,
) -> Answer {
    let mut edits = Edits::new(cards.days.workday.len());
    let mut complaints = Vec::new();
    for row in 0..cards.employees.zone.len() as u32 {
        let employee = Employee::new(cards, row);
        edits.turn_to(row);
        if let Err((complaint, visited)) = visit_employee(&employee, &mut edits, &judge_day, &judge_employee) {
            let workday = complaint.workday.or(visited).map(|workday| workday.0).into();
            complaints.push(contract::Complaint { employee: row, workday, message: complaint.message.into() });
        }
    }
    report::clear();
    Answer { edits: edits.into_columns(), complaints: List::from(complaints) }
}

/// Adds the day of the call to a complaint.
#[inline]
fn visit_employee<Why: Reason, Kind>(
    employee: &Employee<'_>,
    edits: &mut Edits<Why, Kind>,
    judge_day: &impl Fn(&Day<'_>, &mut Edits<Why, Kind>) -> Outcome,
    judge_employee: &impl Fn(&Employee<'_>, &mut Edits<Why, Kind>) -> Outcome,
) -> Result<(), (Complaint, Option<Workday>)> {
    report::set_employee(employee.row);
    for (day, workday) in employee.days_in_force() {
        report::set_day(Some(workday));
        judge_day(&day, edits).map_err(|complaint| (complaint, Some(workday)))?;
    }
    report::set_day(None);
    judge_employee(employee, edits).map_err(|complaint| (complaint, None))
}
