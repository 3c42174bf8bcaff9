//! Overtime: every tier counts moment by moment; what several claim is decided by the way of combining.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use shiftmill_core::pay::combine::{Alternative, Combine, CombinationTable};
use shiftmill_core::pay::tiers::{Consecutive, ConsecutiveMode, ConsecutiveReset, Counts, OvertimeTier, TierScope};
use shiftmill_core::{
    Because, DayType, PayCode, Plan, Reason, SpanState, Timestamp, Workday,
};

use super::days::day_type;
use super::moments::Moment;
use super::shifts::Shift;
use super::{Amount, plan_of};
use crate::engine::Question;

/// A premium over one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extra {
    pub at: Timestamp,
    pub length: u32,
    pub reporting: Workday,
    pub code: PayCode,
    pub reason: Reason,
}

/// A tier of one version of the rules.
#[derive(Clone, Copy)]
struct Rule<'a> {
    plan: &'a Plan,
    tier: &'a OvertimeTier,
    index: usize,
}

/// All that the tiers look at.
struct Desk<'a> {
    question: &'a Question,
    moments: &'a [Moment],
    amounts: &'a [Amount],
    shifts: &'a [Shift],
    /// Work time of each overtime workday.
    worked: BTreeMap<Workday, u32>,
    /// Indexes of the moments by overtime workday, then time.
    order: Vec<usize>,
}

/// For each moment the tier that claims it, and why.
type Winners<'a> = Vec<Option<(Rule<'a>, Because)>>;

/// Recodes the moments; gives the premiums of additive overtime.
pub(crate) fn apply(
    question: &Question,
    moments: &mut [Moment],
    amounts: &[Amount],
    shifts: &[Shift],
) -> Vec<Extra> {
    let seen = moments.to_vec();
    let desk = Desk::new(question, &seen, amounts, shifts);
    // The versions of a ruleset change figures, not the way of combining.
    let plan = &question.timeline.versions()[0].1;
    match &plan.overtime.combine {
        Combine::StraightTimeOnly => write(moments, &desk.winners(true, |_| true)),
        Combine::AllHoursCount => write(moments, &desk.winners(false, |_| true)),
        Combine::MaxOfAlternatives(alternatives) => write(moments, &desk.best_alternative(alternatives)),
        Combine::Table(table) => desk.by_table(table, moments),
        Combine::Additive => return desk.additive(),
    }
    Vec::new()
}

fn write(moments: &mut [Moment], winners: &Winners<'_>) {
    for (moment, winner) in moments.iter_mut().zip(winners) {
        if let Some((rule, because)) = winner {
            moment.code = rule.tier.pays_to;
            moment.reason = Reason { rule: rule.tier.rule, because: *because };
        }
    }
}

impl<'a> Desk<'a> {
    fn new(question: &'a Question, moments: &'a [Moment], amounts: &'a [Amount], shifts: &'a [Shift]) -> Desk<'a> {
        let mut worked = BTreeMap::new();
        for moment in moments.iter().filter(|moment| moment.is_work()) {
            *worked.entry(moment.overtime).or_default() += moment.length;
        }
        let mut order: Vec<usize> = (0..moments.len()).collect();
        order.sort_by_key(|index| (moments[*index].overtime, moments[*index].at));
        Desk { question, moments, amounts, shifts, worked, order }
    }

    /// All tiers of all versions, by scope.
    fn rules(&self) -> Vec<Rule<'a>> {
        let versions = self.question.timeline.versions().iter();
        let mut rules: Vec<Rule<'a>> = versions
            .flat_map(|(_, plan)| {
                let tiers = plan.overtime.tiers.iter().enumerate();
                tiers.map(move |(index, tier)| Rule { plan, tier, index })
            })
            .collect();
        rules.sort_by_key(|rule| width(rule.tier.scope));
        rules
    }

    /// Who claims each moment, when narrower scopes go first (`narrow_first`) or all counters count all work.
    fn winners(&self, narrow_first: bool, takes_part: impl Fn(usize) -> bool) -> Winners<'a> {
        let mut winners: Winners<'a> = vec![None; self.moments.len()];
        // The codes on which narrower scopes have put each moment, also those that a wider one took it away from.
        let mut codes_put: Vec<BTreeSet<PayCode>> = vec![BTreeSet::new(); self.moments.len()];
        let rules = self.rules();
        let widths: BTreeSet<u8> = rules.iter().map(|rule| width(rule.tier.scope)).collect();
        for scope in widths {
            let narrower = winners.clone();
            let put = codes_put.clone();
            for rule in rules.iter().filter(|rule| width(rule.tier.scope) == scope && takes_part(rule.index)) {
                let counted = |index: usize| match (&rule.tier.counts, &narrower[index]) {
                    (Counts::Codes(codes), _) => put[index].iter().any(|code| codes.contains(*code)),
                    (Counts::StraightTime, Some(_)) => !narrow_first,
                    _ => true,
                };
                for (index, because) in self.claims(*rule, counted) {
                    let held = &winners[index];
                    if held.as_ref().is_none_or(|held| rank(rule.tier) > rank(held.0.tier)) {
                        winners[index] = Some((*rule, because));
                    }
                }
            }
            for (codes, winner) in codes_put.iter_mut().zip(&winners) {
                codes.extend(winner.map(|winner| winner.0.tier.pays_to));
            }
        }
        winners
    }

    /// The moments that one tier claims.
    fn claims(&self, rule: Rule<'a>, counted: impl Fn(usize) -> bool) -> Vec<(usize, Because)> {
        let mut claims = Vec::new();
        for (_, indexes) in self.instances(rule) {
            let carried_in = self.carried_in(rule, self.moments[indexes[0]].overtime);
            let mut counter = carried_in.unwrap_or(0);
            let mut amounts = self.leave_amounts(rule, self.moments[indexes[0]].overtime);
            for index in indexes {
                let moment = &self.moments[index];
                if carried_in.is_some() && moment.overtime < self.question.window.facts.first {
                    continue;
                }
                while amounts.first().is_some_and(|amount| amount.0 <= moment.overtime) {
                    counter += amounts.remove(0).1;
                }
                if !self.fits(rule, moment) {
                    continue;
                }
                let feeds = if moment.is_work() {
                    counted(index)
                } else {
                    moment.state == SpanState::Leave && rule.tier.leave_counts && self.is_paid(moment.code)
                };
                if !feeds {
                    continue;
                }
                if moment.is_work() && counter >= rule.tier.limit.0 {
                    claims.push((index, self.because(rule, moment)));
                }
                counter += moment.length;
            }
        }
        claims
    }

    /// The moments of each instance of a tier's scope, in order, that go by this version of the rules.
    fn instances(&self, rule: Rule<'a>) -> BTreeMap<i64, Vec<usize>> {
        let mut instances: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for index in &self.order {
            let moment = &self.moments[*index];
            if moment.state != SpanState::UnpaidBreak
                && let Some(key) = self.instance_of(rule, moment)
                && std::ptr::eq(self.governing(rule, moment), rule.plan)
            {
                instances.entry(key).or_default().push(*index);
            }
        }
        instances
    }

    /// The plan that governs a tier's scope on the workday of a moment: that of the scope's last evaluated workday.
    fn governing(&self, rule: Rule<'a>, moment: &Moment) -> &'a Plan {
        let workday = moment.overtime;
        match (rule.tier.scope, moment.shift) {
            (TierScope::Shift, Some(shift)) => plan_of(self.question, self.shifts[shift].plan_day),
            (TierScope::Shift | TierScope::Workday, _) => plan_of(self.question, workday),
            _ => {
                let mut last = workday;
                let facts = self.question.window.facts;
                while last < facts.last && self.same_instance(rule, last.plus(1), workday) {
                    last = last.plus(1);
                }
                plan_of(self.question, last)
            }
        }
    }

    fn same_instance(&self, rule: Rule<'a>, one: Workday, other: Workday) -> bool {
        self.stretch_of(rule, one).is_some_and(|key| Some(key) == self.stretch_of(rule, other))
    }

    /// Which instance of the scope a moment belongs to.
    fn instance_of(&self, rule: Rule<'a>, moment: &Moment) -> Option<i64> {
        match rule.tier.scope {
            TierScope::Shift => moment.shift.map(|shift| shift as i64),
            _ => self.stretch_of(rule, moment.overtime),
        }
    }

    /// Which stretch of workdays a workday belongs to, for scopes other than a shift.
    fn stretch_of(&self, rule: Rule<'a>, workday: Workday) -> Option<i64> {
        let plan = plan_of(self.question, workday);
        match rule.tier.scope {
            TierScope::Shift | TierScope::Workday => Some(i64::from(workday.0)),
            TierScope::Workweek => Some(i64::from(week_of(plan, workday).0)),
            TierScope::Workweeks { count, anchor } => {
                let weeks = (week_of(plan, workday).0 - week_of(plan, anchor).0).div_euclid(7);
                Some(i64::from(weeks.div_euclid(i32::from(count))))
            }
            TierScope::Month => Some(i64::from(workday.month_start().0)),
            TierScope::PayPeriod => self.question.window.pay_period.contains(workday).then_some(0),
        }
    }

    /// What was carried in for a tier, when its scope was running before the facts begin.
    fn carried_in(&self, rule: Rule<'a>, workday: Workday) -> Option<u32> {
        let first = self.question.window.facts.first;
        let wide = !matches!(rule.tier.scope, TierScope::Shift | TierScope::Workday);
        let running = wide
            && self.same_instance(rule, first, workday)
            && self.same_instance(rule, first.plus(-1), first);
        let balances = self.question.facts.opening_balances.iter().filter(|balance| balance.rule == rule.tier.rule);
        running.then(|| balances.map(|balance| balance.amount.0).next_back()).flatten()
    }

    /// Leave given as amounts that feeds a tier in the instance that holds a workday, in order of its workday.
    fn leave_amounts(&self, rule: Rule<'a>, workday: Workday) -> Vec<(Workday, u32)> {
        if rule.tier.scope == TierScope::Shift || !rule.tier.leave_counts {
            return Vec::new();
        }
        let carried_in = self.carried_in(rule, workday).is_some();
        let mut amounts: Vec<(Workday, u32)> = self
            .amounts
            .iter()
            .filter(|amount| amount.leave && self.is_paid(amount.code))
            .filter(|amount| self.same_instance(rule, amount.workday, workday))
            .filter(|amount| !carried_in || amount.workday >= self.question.window.facts.first)
            .filter(|amount| self.fits_day(rule, amount.workday, day_type(self.question, amount.workday)))
            .map(|amount| (amount.workday, amount.amount as u32))
            .collect();
        amounts.sort();
        amounts
    }

    fn fits(&self, rule: Rule<'a>, moment: &Moment) -> bool {
        self.fits_day(rule, moment.overtime, moment.day_type)
    }

    fn fits_day(&self, rule: Rule<'a>, workday: Workday, day_type: DayType) -> bool {
        let when = &rule.tier.when;
        when.day_types.contains(day_type)
            && when.weekdays.contains(workday.weekday())
            && when.consecutive.is_none_or(|consecutive| {
                let number = self.day_in_run(rule, consecutive, workday);
                match consecutive.mode {
                    ConsecutiveMode::AtLeast => number >= u32::from(consecutive.day),
                    ConsecutiveMode::Exactly => number == u32::from(consecutive.day),
                }
            })
    }

    /// The number of a workday in its run of worked days; 0 when it does not belong to one.
    fn day_in_run(&self, rule: Rule<'a>, consecutive: Consecutive, workday: Workday) -> u32 {
        let Some((first, _)) = self.worked.first_key_value() else { return 0 };
        let needed = consecutive.worked_at_least.0.max(1);
        let mut number = 0;
        for date in first.0..=workday.0 {
            let date = Workday(date);
            let new_week = consecutive.reset == ConsecutiveReset::Workweek && week_of(rule.plan, date) == date;
            let after_trigger =
                consecutive.reset == ConsecutiveReset::AfterTrigger && number == u32::from(consecutive.day);
            if new_week || after_trigger {
                number = 0;
            }
            let worked = self.worked.get(&date).copied().unwrap_or(0);
            number = if worked >= needed { number + 1 } else { 0 };
        }
        number
    }

    fn is_paid(&self, code: PayCode) -> bool {
        self.question.timeline.names().pay_code(code).is_some_and(|info| info.paid)
    }

    fn because(&self, rule: Rule<'a>, moment: &Moment) -> Because {
        let tier = rule.tier;
        let limit = tier.limit;
        if let Some(consecutive) = tier.when.consecutive {
            let number = self.day_in_run(rule, consecutive, moment.overtime).min(255) as u8;
            return Because::ConsecutiveDay { number, limit };
        }
        let working = [DayType::Workday, DayType::MakeupWorkday];
        if !working.iter().any(|day_type| tier.when.day_types.contains(*day_type)) {
            return Because::DayTypeIs { day_type: moment.day_type, limit };
        }
        match tier.scope {
            TierScope::Shift => Because::BeyondShift { limit },
            TierScope::Workday => Because::BeyondDay { limit },
            TierScope::Workweek => Because::BeyondWeek { limit },
            TierScope::Workweeks { count, .. } => Because::BeyondWeeks { weeks: count, limit },
            TierScope::Month => Because::BeyondMonth { limit },
            TierScope::PayPeriod => Because::BeyondPayPeriod { limit },
        }
    }

    /// For each workweek the alternative with the greatest premium value.
    fn best_alternative(&self, alternatives: &[Alternative]) -> Winners<'a> {
        let each: Vec<Winners<'a>> = alternatives
            .iter()
            .map(|alternative| self.winners(true, |index| alternative.tiers.contains(&(index as u8))))
            .collect();
        let week = |moment: &Moment| week_of(plan_of(self.question, moment.overtime), moment.overtime);
        let weeks: BTreeSet<Workday> = self.moments.iter().map(week).collect();
        let mut winners: Winners<'a> = vec![None; self.moments.len()];
        for first in weeks {
            let value = |claims: &Winners<'a>| -> i64 {
                let of_week = self.moments.iter().zip(claims).filter(|entry| week(entry.0) == first);
                of_week
                    .filter_map(|(moment, claim)| {
                        let multiplier = i64::from(claim.as_ref()?.0.tier.multiplier.0);
                        Some(i64::from(moment.length) * (multiplier - 1_000))
                    })
                    .sum()
            };
            let Some(best) = each.iter().enumerate().max_by_key(|(place, claims)| (value(claims), Reverse(*place)))
            else {
                continue;
            };
            for (index, moment) in self.moments.iter().enumerate() {
                if week(moment) == first {
                    winners[index] = best.1[index];
                }
            }
        }
        winners
    }

    fn additive(&self) -> Vec<Extra> {
        let mut extras = Vec::new();
        for rule in self.rules() {
            for (index, because) in self.claims(rule, |_| true) {
                let moment = &self.moments[index];
                let reason = Reason { rule: rule.tier.rule, because };
                let Moment { at, length, reporting, .. } = *moment;
                extras.push(Extra { at, length, reporting, code: rule.tier.pays_to, reason });
            }
        }
        extras
    }

    fn by_table(&self, _: &CombinationTable, moments: &mut [Moment]) {
        let rules = self.rules();
        let mut counters: BTreeMap<(usize, i64), u32> = BTreeMap::new();
        let instances: Vec<BTreeMap<usize, i64>> = rules
            .iter()
            .map(|rule| {
                let instances = self.instances(*rule).into_iter();
                instances.flat_map(|(key, indexes)| indexes.into_iter().map(move |index| (index, key))).collect()
            })
            .collect();
        let mut amounts: BTreeMap<(usize, i64), Vec<(Workday, u32)>> = BTreeMap::new();
        for (place, rule) in rules.iter().enumerate() {
            for (key, indexes) in self.instances(*rule) {
                let workday = self.moments[indexes[0]].overtime;
                counters.insert((place, key), self.carried_in(*rule, workday).unwrap_or(0));
                amounts.insert((place, key), self.leave_amounts(*rule, workday));
            }
        }
        for index in &self.order {
            let moment = self.moments[*index];
            let here = |place: usize| {
                let key = instances[place].get(index)?;
                let before_facts = moment.overtime < self.question.window.facts.first;
                let skipped = before_facts && self.carried_in(rules[place], moment.overtime).is_some();
                (!skipped && self.fits(rules[place], &moment)).then_some((place, *key))
            };
            for (place, of_rule) in instances.iter().enumerate() {
                let Some(key) = of_rule.get(index) else { continue };
                let waiting = amounts.get_mut(&(place, *key)).expect("every instance has its leave");
                while waiting.first().is_some_and(|amount| amount.0 <= moment.overtime) {
                    *counters.get_mut(&(place, *key)).expect("every instance has a counter") += waiting.remove(0).1;
                }
            }
            let present: Vec<(usize, i64)> = (0..rules.len()).filter_map(here).collect();
            if moment.state == SpanState::Leave {
                for entry in present {
                    if rules[entry.0].tier.leave_counts && self.is_paid(moment.code) {
                        *counters.get_mut(&entry).expect("every instance has a counter") += moment.length;
                    }
                }
                continue;
            }
            if !moment.is_work() {
                continue;
            }
            // The rules are in order: the last one reached of each scope is its highest.
            let mut highest: BTreeMap<u8, usize> = BTreeMap::new();
            for (place, key) in &present {
                let tier = rules[*place].tier;
                if counters[&(*place, *key)] < tier.limit.0 {
                    continue;
                }
                highest.insert(width(tier.scope), *place);
            }
            let when = highest.values().fold(0_u64, |set, place| set | 1 << rules[*place].index);
            let Combine::Table(table) = &plan_of(self.question, moment.overtime).overtime.combine else { continue };
            let Some(row) = table.rows.iter().position(|row| row.when == when) else { continue };
            let chosen = table.rows[row];
            if chosen.pays_to != moment.code {
                moments[*index].code = chosen.pays_to;
                moments[*index].reason = Reason { rule: table.rule, because: Because::Combination { row: row as u8 } };
            }
            for entry in present {
                if chosen.counts_toward & 1 << rules[entry.0].index != 0 {
                    *counters.get_mut(&entry).expect("every instance has a counter") += moment.length;
                }
            }
        }
    }
}

/// What decides between two tiers: multiplier, then narrow scope, then priority, then the lower rule number.
fn rank(tier: &OvertimeTier) -> (u16, Reverse<u8>, i16, Reverse<u16>) {
    (tier.multiplier.0, Reverse(width(tier.scope)), tier.priority, Reverse(tier.rule.0))
}

/// How wide a scope is. Runs of equally many workweeks are equally wide, whatever their anchor.
fn width(scope: TierScope) -> u8 {
    match scope {
        TierScope::Shift => 0,
        TierScope::Workday => 1,
        TierScope::Workweek => 2,
        TierScope::Workweeks { count, .. } => 2 + count,
        TierScope::Month => 100,
        TierScope::PayPeriod => 101,
    }
}

/// The first workday of the workweek that holds a workday.
pub(crate) fn week_of(plan: &Plan, workday: Workday) -> Workday {
    (0..7).map(|days| workday.plus(-days)).find(|date| date.weekday() == plan.workdays.workweek_opens).unwrap_or(workday)
}
