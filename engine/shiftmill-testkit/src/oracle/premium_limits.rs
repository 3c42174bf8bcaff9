//! Limits of premiums over several moments: minimum and maximum, groups, short hours, pay per shift.

use std::collections::{BTreeMap, BTreeSet};

use shiftmill_core::pay::premium_limits::{MinimumThen, PremiumPer};
use shiftmill_core::pay::premiums::Premium;
use shiftmill_core::{Because, PayCode, Reason, RuleId, Seconds, Timestamp, Workday};

use super::Amount;
use super::overtime::Extra;

/// A moment that a premium with limits would pay.
#[derive(Clone, Copy)]
pub(crate) struct Due<'a> {
    pub extra: Extra,
    pub premium: &'a Premium,
    pub shift: usize,
    pub pair: usize,
    pub week: Workday,
}

/// Whose moments a limit takes together: the premium, of what it is a limit, and which of these.
type Together = (RuleId, PremiumPer, i64);

impl Due<'_> {
    fn together(&self, per: PremiumPer) -> Together {
        let which = match per {
            PremiumPer::Pair => self.pair as i64,
            PremiumPer::Shift => self.shift as i64,
            PremiumPer::Workday => i64::from(self.extra.reporting.0),
            PremiumPer::Workweek => i64::from(self.week.0),
        };
        (self.premium.rule, per, which)
    }

    fn of_minimum(&self) -> Option<Together> {
        self.premium.limits.minimum.map(|minimum| self.together(minimum.per))
    }

    fn of_maximum(&self) -> Option<Together> {
        self.premium.limits.maximum.map(|maximum| self.together(maximum.per))
    }

    fn only_tops_up(&self) -> bool {
        self.premium.limits.minimum.is_some_and(|minimum| minimum.then == MinimumThen::TopUp)
    }
}

/// Whether the time of a premium is paid as it is.
pub(crate) fn has_none(premium: &Premium) -> bool {
    let limits = &premium.limits;
    let of_time = limits.minimum.is_some() || limits.maximum.is_some() || limits.hour != Seconds::hours(1);
    !of_time && limits.group.is_none() && !limits.per_shift
}

/// What is paid in the end; what is no time on the clock is added to the amounts.
pub(crate) fn settle(mut dues: Vec<Due<'_>>, amounts: &mut Vec<Amount>) -> Vec<Extra> {
    dues.sort_by_key(|due| (due.premium.rule, due.extra.at));
    let dues = highest_of_groups(up_to_maximum(past_minimum(dues)));
    let mut add = |due: &Due<'_>, amount: u32, because: Because| {
        let reason = Reason { rule: due.premium.rule, because };
        let (workday, code): (Workday, PayCode) = (due.extra.reporting, due.extra.code);
        amounts.push(Amount { workday, code, amount: u64::from(amount), reason, leave: false });
    };
    missing_to_minimum(&dues, &mut add);
    short_hours(&dues, &mut add);
    let mut counted = BTreeSet::new();
    for due in dues.iter().filter(|due| due.premium.limits.per_shift) {
        if counted.insert((due.premium.rule, due.shift)) {
            add(due, 1, Because::PerShift);
        }
    }
    dues.iter().filter(|due| !due.premium.limits.per_shift && !due.only_tops_up()).map(|due| due.extra).collect()
}

fn past_minimum(dues: Vec<Due<'_>>) -> Vec<Due<'_>> {
    let mut found: BTreeMap<Together, u32> = BTreeMap::new();
    for due in &dues {
        if let Some(together) = due.of_minimum() {
            *found.entry(together).or_default() += due.extra.length;
        }
    }
    let mut before: BTreeMap<Together, u32> = BTreeMap::new();
    let passes = |due: &Due<'_>| {
        let (Some(minimum), Some(together)) = (due.premium.limits.minimum, due.of_minimum()) else { return true };
        let so_far = before.entry(together).or_default();
        *so_far += due.extra.length;
        match minimum.then {
            MinimumThen::Raise | MinimumThen::TopUp => true,
            MinimumThen::All => found[&together] > minimum.of.0,
            MinimumThen::Beyond => *so_far > minimum.of.0,
        }
    };
    let mut dues = dues;
    dues.retain(passes);
    dues
}

fn up_to_maximum(mut dues: Vec<Due<'_>>) -> Vec<Due<'_>> {
    let mut paid: BTreeMap<Together, u32> = BTreeMap::new();
    dues.retain(|due| {
        let (Some(maximum), Some(together)) = (due.premium.limits.maximum, due.of_maximum()) else { return true };
        let so_far = paid.entry(together).or_default();
        let fits = *so_far + due.extra.length <= maximum.of.0;
        *so_far += if fits { due.extra.length } else { 0 };
        fits
    });
    dues
}

fn highest_of_groups(mut dues: Vec<Due<'_>>) -> Vec<Due<'_>> {
    let all = dues.clone();
    let rank = |due: &Due<'_>| (std::cmp::Reverse(due.premium.limits.multiplier), due.premium.rule);
    let mut best: BTreeMap<(u16, Timestamp), &Due<'_>> = BTreeMap::new();
    for due in &all {
        let Some(group) = due.premium.limits.group else { continue };
        let known = best.entry((group, due.extra.at)).or_insert(due);
        if rank(due) < rank(known) {
            *known = due;
        }
    }
    dues.retain(|due| {
        let group = due.premium.limits.group;
        group.is_none_or(|group| best[&(group, due.extra.at)].premium.rule == due.premium.rule)
    });
    dues
}

fn missing_to_minimum(dues: &[Due<'_>], add: &mut impl FnMut(&Due<'_>, u32, Because)) {
    let mut of_maximum: BTreeMap<Together, u32> = BTreeMap::new();
    let mut of_minimum: BTreeMap<Together, (u32, &Due<'_>)> = BTreeMap::new();
    for due in dues {
        if let Some(together) = due.of_maximum() {
            *of_maximum.entry(together).or_default() += due.extra.length;
        }
        if let Some(together) = due.of_minimum() {
            let entry = of_minimum.entry(together).or_insert((0, due));
            *entry = (entry.0 + due.extra.length, due);
        }
    }
    for (paid, last) in of_minimum.into_values() {
        let Some(minimum) = last.premium.limits.minimum else { continue };
        let mut missing = match minimum.then {
            MinimumThen::Raise | MinimumThen::TopUp => minimum.of.0.saturating_sub(paid),
            MinimumThen::All | MinimumThen::Beyond => 0,
        };
        if let (Some(maximum), Some(together)) = (last.premium.limits.maximum, last.of_maximum()) {
            let so_far = of_maximum.entry(together).or_default();
            missing = missing.min(maximum.of.0.saturating_sub(*so_far));
            *so_far += missing;
        }
        if missing > 0 {
            add(last, missing, Because::RaisedToMinimum { minimum: minimum.of });
        }
    }
}

/// An hour of 3 150 seconds pays 3 600: each second pays 3 600 / 3 150 of one.
fn short_hours(dues: &[Due<'_>], add: &mut impl FnMut(&Due<'_>, u32, Because)) {
    let mut by_day: BTreeMap<(RuleId, Workday, Seconds), (u64, &Due<'_>)> = BTreeMap::new();
    for due in dues.iter().filter(|due| due.premium.limits.hour != Seconds::hours(1)) {
        let key = (due.premium.rule, due.extra.reporting, due.premium.limits.hour);
        by_day.entry(key).or_insert((0, due)).0 += u64::from(due.extra.length);
    }
    for ((_, _, hour), (worked, due)) in by_day {
        // In half seconds, so that a half is a whole number.
        let halves = worked * 2 * 3_600 / u64::from(hour.0);
        let paid = halves.div_ceil(2);
        if paid > worked {
            add(due, (paid - worked) as u32, Because::ShortHour { hour });
        }
    }
}
