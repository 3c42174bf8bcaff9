//! Which corrections of punches an employer accepts.
//! - Takes:  corrections known at `as_of` that name a punch, in the order in which they were recorded.
//! - Gives:  for each, whether it counts; `correction_refused` for one that does not, `corrected_punch` for one that does
//!   where `marked` is set.
//! - Edges:  the day of a correction is the local date of its punch: of an added one its own, else the one first punched.
//!   The plan of that day decides. `within_days = 1` is the same day. A cycle opens on a day of the month; its corrections
//!   may be recorded up to `closes_after` days after its last day. The quota counts accepted corrections that add or
//!   retime, by the cycle of their day; the first recorded ones are accepted.
//! - Runs:   for each correction, before it is applied.
//! - Source: employer policy; 29 CFR 516.2(a)(7) asks for the hours worked, so a refused correction is shown to a person.
//! - Shown:  timecards/punches/correction_policy.md

use alloc::vec::Vec;

use crate::coded::coded;
use crate::plan::Plan;
use crate::time::Workday;
use crate::timecard::CorrectionKind;

/// Which corrections count. Every correction does, unless a ruleset says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorrectionPolicy {
    /// The kinds that are accepted.
    pub accepts: CorrectionActions,
    /// The most corrections of a cycle that add or retime a punch.
    pub quota: Option<u16>,
    /// The day of the month on which a cycle opens, from 1 to 28.
    pub cycle_opens: u8,
    /// Days within which a correction must be recorded, the day of its punch counted as the first.
    pub within_days: Option<u16>,
    /// Days after the end of a cycle within which its corrections must be recorded.
    pub closes_after: Option<u16>,
    /// Each accepted correction is marked with `corrected_punch`.
    pub marked: bool,
    /// What a corrected punch is for attendance.
    pub counts_as: CorrectedAs,
}

impl Default for CorrectionPolicy {
    fn default() -> CorrectionPolicy {
        CorrectionPolicy {
            accepts: CorrectionActions::ALL,
            quota: None,
            cycle_opens: 1,
            within_days: None,
            closes_after: None,
            marked: false,
            counts_as: CorrectedAs::Normal,
        }
    }
}

coded! {
    /// What a correction does to a punch.
    CorrectionAction {
        /// It adds a forgotten one.
        Add = 0 "add",
        /// It voids one.
        Void = 1 "void",
        /// It moves one.
        Retime = 2 "retime",
        /// It gives one its right kind.
        SetKind = 3 "set_kind",
    }
}

impl CorrectionAction {
    const fn of(kind: CorrectionKind) -> CorrectionAction {
        match kind {
            CorrectionKind::Add { .. } => CorrectionAction::Add,
            CorrectionKind::Void(_) => CorrectionAction::Void,
            CorrectionKind::Retime { .. } => CorrectionAction::Retime,
            CorrectionKind::SetKind { .. } => CorrectionAction::SetKind,
        }
    }
}

/// Some kinds of corrections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorrectionActions(u8);

impl CorrectionActions {
    /// None.
    pub const NONE: CorrectionActions = CorrectionActions(0);
    /// All.
    pub const ALL: CorrectionActions = CorrectionActions(0b1111);

    /// These, and one more.
    pub const fn with(self, action: CorrectionAction) -> CorrectionActions {
        CorrectionActions(self.0 | 1 << action as u8)
    }

    /// Whether it is one of them.
    pub fn contains(self, action: CorrectionAction) -> bool {
        self.0 & 1 << (action as u8) != 0
    }
}

coded! {
    /// What a corrected punch is for attendance. Pay always sees it as corrected.
    CorrectedAs {
        /// A punch like any other.
        Normal = 0 "normal",
        /// What it was before: see [`crate::shape::corrected`].
        StillLate = 1 "still_late",
    }
}

coded! {
    /// Why a correction does not count.
    CorrectionRefusal {
        /// The ruleset accepts no corrections of its kind.
        Action = 0 "action",
        /// It was recorded too many days after its punch.
        TooLate = 1 "too_late",
        /// It was recorded after its cycle was closed.
        CycleClosed = 2 "cycle_closed",
        /// Its cycle has as many corrections as are accepted.
        Quota = 3 "quota",
    }
}

/// How many corrections were accepted, by the first day of their cycle.
pub(crate) type Accepted = Vec<(Workday, u16)>;

impl CorrectionPolicy {
    /// The first day of the cycle of a day.
    pub fn cycle_of(&self, day: Workday) -> Workday {
        let opens = i32::from(self.cycle_opens) - 1;
        let of_month = day.month_start().plus(opens);
        if of_month <= day { of_month } else { day.month_start().plus(-1).month_start().plus(opens) }
    }

    /// The last day of the cycle of a day.
    pub fn cycle_end(&self, day: Workday) -> Workday {
        let opens = i32::from(self.cycle_opens) - 1;
        self.cycle_of(day).month_start().plus(31).month_start().plus(opens - 1)
    }
}

/// Whether the correction of a punch on `day`, recorded on the date `recorded`, counts. It is counted when it does.
///
/// # Errors
/// Why it does not.
pub(super) fn accept(
    plan: &Plan,
    kind: CorrectionKind,
    (day, recorded): (Workday, Workday),
    accepted: &mut Accepted,
) -> Result<(), CorrectionRefusal> {
    let policy = &plan.corrections;
    if !policy.accepts.contains(CorrectionAction::of(kind)) {
        return Err(CorrectionRefusal::Action);
    }
    if policy.within_days.is_some_and(|days| recorded > day.plus(i32::from(days) - 1)) {
        return Err(CorrectionRefusal::TooLate);
    }
    if policy.closes_after.is_some_and(|days| recorded > policy.cycle_end(day).plus(i32::from(days))) {
        return Err(CorrectionRefusal::CycleClosed);
    }
    match (policy.quota, CorrectionAction::of(kind)) {
        (None, _) | (Some(_), CorrectionAction::Void | CorrectionAction::SetKind) => Ok(()),
        (Some(quota), CorrectionAction::Add | CorrectionAction::Retime) => {
            count(policy.cycle_of(day), quota, accepted).ok_or(CorrectionRefusal::Quota)
        }
    }
}

/// Counts a correction of a cycle; `None` when the cycle has as many as are accepted.
fn count(cycle: Workday, quota: u16, accepted: &mut Accepted) -> Option<()> {
    let known = accepted.iter().position(|(counted, _)| *counted == cycle);
    let at = known.unwrap_or_else(|| {
        accepted.push((cycle, 0));
        accepted.len() - 1
    });
    let (_, counted) = accepted.get_mut(at).filter(|(_, counted)| *counted < quota)?;
    *counted += 1;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_open_on_a_day_of_the_month() {
        let policy = CorrectionPolicy { cycle_opens: 21, ..CorrectionPolicy::default() };
        let day = |text: (i32, u32, u32)| Workday::from_date(text.0, text.1, text.2).unwrap();
        for (of, first, last) in [
            ((2026, 3, 20), (2026, 2, 21), (2026, 3, 20)),
            ((2026, 3, 21), (2026, 3, 21), (2026, 4, 20)),
            ((2026, 1, 5), (2025, 12, 21), (2026, 1, 20)),
        ] {
            assert_eq!((policy.cycle_of(day(of)), policy.cycle_end(day(of))), (day(first), day(last)));
        }
        let months = CorrectionPolicy::default();
        let february = day((2028, 2, 29));
        assert_eq!((months.cycle_of(february), months.cycle_end(february)), (day((2028, 2, 1)), february));
    }
}
