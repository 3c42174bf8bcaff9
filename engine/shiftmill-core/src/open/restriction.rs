//! Punches of ways or places that an employer does not accept, or wants to look at.
//! - Takes:  punches after corrections, in order.
//! - Gives:  those that count; `ignored_punch` for one that does not, `marked_punch` for one that a person should look at.
//! - Keeps:  punches that a correction adds: a person stated them.
//! - Runs:   before repeats are dropped, so that an ignored punch repeats nothing.
//! - Edges:  of several rules that fit, the first holds. The local date of the punch decides which version of the rules.
//! - Source: employer policy, such as punches by phone outside of the site.
//! - Shown:  timecards/punches/restrictions.md

use crate::card::{CardState, Noticed};
use crate::coded::coded;
use crate::codes::{ExceptionCode, RuleId};
use crate::plan::Plan;
use crate::tags::FilterId;
use crate::time::{Seconds, Timestamp};
use crate::timecard::Inputs;

/// What becomes of some punches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PunchRestriction {
    /// Its name.
    pub rule: RuleId,
    /// The punches.
    pub tags: FilterId,
    /// What becomes of them.
    pub outcome: RestrictionOutcome,
}

coded! {
    /// What becomes of a restricted punch.
    RestrictionOutcome {
        /// It counts, and a person should look at it.
        Mark = 0 "mark",
        /// It does not count.
        Ignore = 1 "ignore",
    }
}

/// Marks and leaves out restricted punches.
pub(super) fn apply<'a>(inputs: &Inputs<'_>, state: &mut CardState, plan_at: &mut impl FnMut(Timestamp) -> &'a Plan) {
    let CardState { punches, noticed, .. } = state;
    punches.retain(|punch| {
        let rules = &plan_at(punch.at).punch_restrictions;
        let fitting = |rule: &&PunchRestriction| inputs.tags.fits(Some(rule.tags), punch.tag);
        let Some(rule) = rules.iter().filter(|_| punch.raw.is_some()).find(fitting) else { return true };
        let code = match rule.outcome {
            RestrictionOutcome::Mark => ExceptionCode::MarkedPunch,
            RestrictionOutcome::Ignore => ExceptionCode::IgnoredPunch,
        };
        let workday = inputs.card.zone.date_at(punch.at);
        let noticed_now = Noticed::in_punches(code, workday, punch.at, Seconds::ZERO);
        noticed.push(Noticed { rule: rule.rule, ..noticed_now });
        rule.outcome == RestrictionOutcome::Mark
    });
}
