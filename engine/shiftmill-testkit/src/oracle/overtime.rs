//! Overtime: every tier counts moment by moment; what several claim is decided by the way of combining.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use shiftmill_core::pay::combine::{Alternative, CombinationTable, Combine};
use shiftmill_core::pay::tiers::{
    Consecutive, ConsecutiveMode, ConsecutiveReset, Counts, OvertimeTier, TierCondition, TierScope,
};
use shiftmill_core::{Because, DayType, PayCode, PayCodeSet, Plan, Reason, SpanState, TagId, Timestamp, Workday};

use super::assignments::{all_plans, has_jobs, job_of, plan_for, tag_on};
use super::callbacks::is_in_callback;
use super::days::day_type;
use super::moments::{Moment, daily_windows};
use super::shifts::{Shift, whole_of};
use super::{Amount, holidays, plan_of, presets, tags};
use crate::engine::Question;

/// A premium over one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extra {
    pub at: Timestamp,
    pub length: u32,
    pub reporting: Workday,
    pub tag: TagId,
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

/// The inputs of the tiers.
struct Desk<'a> {
    question: &'a Question,
    moments: &'a [Moment],
    amounts: &'a [Amount],
    shifts: &'a [Shift],
    /// Work time of each overtime workday.
    worked: BTreeMap<Workday, u32>,
    /// Whether all tiers of a workweek go by one plan: under a table, and under alternatives.
    whole_weeks: bool,
    /// Indexes of the moments by overtime workday, then time.
    order: Vec<usize>,
}

/// The versions of one tier.
type Line<'a> = Vec<Rule<'a>>;

/// The effect of one tier on one overtime workday.
#[derive(Clone, Copy)]
struct OfDay<'a> {
    /// The version that governs the tier's scope on this workday.
    rule: Option<Rule<'a>>,
    /// Which instance of the scope the workday belongs to; for a shift every workday may.
    instance: Option<i64>,
    /// The number of the workday in its run of worked days.
    number: u32,
    /// Whether a counter that was carried in passes the workday over.
    passed_over: bool,
}

/// For each moment the tier that claims it, and why.
type Winners<'a> = Vec<Option<(Rule<'a>, Because)>>;

/// Recodes the moments; gives the premiums of additive overtime.
pub(crate) fn apply(question: &Question, moments: &mut [Moment], amounts: &[Amount], shifts: &[Shift]) -> Vec<Extra> {
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
        for moment in moments.iter().filter(|moment| moment.counts_as_work() && !moment.is_left_out()) {
            *worked.entry(moment.overtime).or_default() += moment.length;
        }
        let mut order: Vec<usize> = (0..moments.len()).collect();
        order.sort_by_key(|index| (moments[*index].overtime, moments[*index].at));
        let combine = &question.timeline.versions()[0].1.overtime.combine;
        let whole_weeks = matches!(combine, Combine::Table(_) | Combine::MaxOfAlternatives(_));
        Desk { question, moments, amounts, shifts, worked, whole_weeks, order }
    }

    /// All tiers, each with its versions, by scope.
    fn lines(&self) -> Vec<Line<'a>> {
        let mut lines: Vec<Line<'a>> = Vec::new();
        for plan in all_plans(self.question) {
            for (index, tier) in plan.overtime.tiers.iter().enumerate() {
                let rule = Rule { plan, tier, index };
                match lines.iter_mut().find(|line| line[0].tier.rule == tier.rule) {
                    Some(line) => line.push(rule),
                    None => lines.push(vec![rule]),
                }
            }
        }
        lines.sort_by_key(|line| width(line[0].tier.scope));
        lines
    }

    /// Who claims each moment, when narrower scopes go first (`narrow_first`) or all counters count all work.
    fn winners(&self, narrow_first: bool, takes_part: impl Fn(usize) -> bool) -> Winners<'a> {
        let mut winners: Winners<'a> = vec![None; self.moments.len()];
        let lines = self.lines();
        let widths: BTreeSet<u8> = lines.iter().map(|line| width(line[0].tier.scope)).collect();
        for scope in widths {
            let narrower = winners.clone();
            for line in lines.iter().filter(|line| width(line[0].tier.scope) == scope && takes_part(line[0].index)) {
                let counted = |index: usize, counts: &Counts| match (counts, &narrower[index]) {
                    (Counts::Codes(codes), Some(claim)) => codes.contains(claim.0.tier.pays_to),
                    (Counts::Codes(codes), None) => match self.preset(index) {
                        None => codes.contains(PayCode::REGULAR),
                        Some(_) => self.is_preset_to(index, codes),
                    },
                    (Counts::StraightTime, Some(_)) => !narrow_first,
                    (Counts::StraightTime, None) => !narrow_first || self.preset(index).is_none(),
                    (Counts::AllHours, _) => true,
                };
                for (index, rule, because) in self.claims(line, counted) {
                    let held = &winners[index];
                    // A plugin's claim is of the narrowest scope, so that it keeps what is worth as much.
                    let beats_plugin = self.preset(index).is_none_or(|worth| rule.tier.multiplier.0 > worth);
                    if beats_plugin && held.as_ref().is_none_or(|held| rank(rule.tier) > rank(held.0.tier)) {
                        winners[index] = Some((rule, because));
                    }
                }
            }
        }
        winners
    }

    /// The multiplier of a plugin's claim on a moment.
    fn preset(&self, index: usize) -> Option<u16> {
        presets::claim(self.question, &self.moments[index])
    }

    /// Whether a plugin claimed a moment for one of these codes.
    fn is_preset_to(&self, index: usize, codes: &PayCodeSet) -> bool {
        self.preset(index).is_some() && codes.contains(self.moments[index].code)
    }

    /// The moments that one tier claims.
    fn claims(&self, line: &Line<'a>, counted: impl Fn(usize, &Counts) -> bool) -> Vec<(usize, Rule<'a>, Because)> {
        let days = self.days(line);
        let mut claims = Vec::new();
        for (key, indexes) in self.instances(line, &days) {
            let first = self.moments[indexes[0]].overtime;
            let mut counter = self.carried_in(line[0], first).unwrap_or(0);
            let mut amounts = Vec::new();
            // Leave without clock times is of the job that the person's own tag is of.
            let job = i64::from(job_of(self.question, first, tag_on(self.question, first)).0);
            if line[0].tier.scope != TierScope::Workday || self.whole_weeks || key.rem_euclid(100_000) == job {
                amounts = self.leave_amounts(line, first);
            }
            for index in indexes {
                let moment = &self.moments[index];
                while amounts.first().is_some_and(|amount| amount.0 <= moment.overtime) {
                    counter += amounts.remove(0).1;
                }
                let day = days[&moment.overtime];
                let Some(rule) = self.rule_for(line, day, moment) else { continue };
                if day.passed_over || !self.counts(rule, moment) {
                    continue;
                }
                let feeds = if moment.counts_as_work() {
                    counted(index, &rule.tier.counts)
                } else {
                    moment.state == SpanState::Leave && rule.tier.leave_counts && self.is_paid(moment.code)
                };
                if !feeds {
                    continue;
                }
                if moment.counts_as_work() && self.may_claim(rule, moment) && counter >= rule.tier.limit.0 {
                    claims.push((index, rule, because(rule, moment, day.number)));
                }
                counter += moment.length;
            }
        }
        claims
    }

    /// The effect of a tier on every overtime workday of the card.
    fn days(&self, line: &Line<'a>) -> BTreeMap<Workday, OfDay<'a>> {
        let workdays: BTreeSet<Workday> = self.moments.iter().map(|moment| moment.overtime).collect();
        workdays.into_iter().map(|workday| (workday, self.day(line, workday))).collect()
    }

    fn day(&self, line: &Line<'a>, workday: Workday) -> OfDay<'a> {
        let governing = self.governing(line[0], workday);
        let rule = line.iter().find(|rule| std::ptr::eq(rule.plan, governing)).copied();
        let condition = rule.and_then(|rule| rule.tier.when.consecutive);
        OfDay {
            rule,
            instance: if line[0].tier.scope == TierScope::Shift { None } else { self.stretch_of(line[0], workday) },
            number: condition.map_or(0, |condition| self.day_in_run(line[0], condition, workday)),
            passed_over: workday < self.question.window.facts.first && self.carried_in(line[0], workday).is_some(),
        }
    }

    /// The version of a tier that applies to a moment.
    fn rule_for(&self, line: &Line<'a>, day: OfDay<'a>, moment: &Moment) -> Option<Rule<'a>> {
        match (line[0].tier.scope, moment.shift) {
            (TierScope::Shift, Some(shift)) if !self.whole_weeks => {
                let plan = plan_for(self.question, self.shifts[shift].plan_day, moment.tag);
                line.iter().find(|rule| std::ptr::eq(rule.plan, plan)).copied()
            }
            _ => self.rule_of_work(line, day, moment.overtime, moment.tag),
        }
    }

    /// The version of a tier that applies to work with a tag on a workday.
    fn rule_of_work(&self, line: &Line<'a>, day: OfDay<'a>, workday: Workday, tag: TagId) -> Option<Rule<'a>> {
        if self.whole_weeks || !has_jobs(self.question) {
            return day.rule;
        }
        let plan = plan_for(self.question, self.last_of_scope(line[0], workday), tag);
        line.iter().find(|rule| std::ptr::eq(rule.plan, plan)).copied()
    }

    /// The work of each job has counters of its own for scopes up to a workday.
    fn counter_of(&self, line: &Line<'a>, moment: &Moment, instance: i64) -> i64 {
        let day = match (line[0].tier.scope, moment.shift) {
            (TierScope::Shift, Some(shift)) => self.shifts[shift].plan_day,
            (TierScope::Shift, None) | (TierScope::Workday, _) => moment.overtime,
            (TierScope::Workweek | TierScope::Workweeks { .. } | TierScope::Month | TierScope::PayPeriod, _) => {
                return instance;
            }
        };
        match self.whole_weeks {
            true => instance,
            false => instance * 100_000 + i64::from(job_of(self.question, day, moment.tag).0),
        }
    }

    /// The moments of each instance of a tier's scope, in order.
    fn instances(&self, line: &Line<'a>, days: &BTreeMap<Workday, OfDay<'a>>) -> BTreeMap<i64, Vec<usize>> {
        let mut instances: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        // Work that belongs to no shift is one of its own as far as it is not interrupted.
        let mut alone: Option<(i64, Timestamp)> = None;
        for index in &self.order {
            let moment = &self.moments[*index];
            if moment.is_settled() {
                continue;
            }
            if moment.counts_as_work() {
                alone = match (moment.shift, alone) {
                    (Some(_), _) => None,
                    (None, Some((key, end))) if end == moment.at => Some((key, moment.end())),
                    (None, _) => Some((-1 - moment.at.0, moment.end())),
                };
            }
            let instance = match line[0].tier.scope {
                TierScope::Shift if moment.counts_as_work() => {
                    moment.shift.map(|shift| whole_of(self.shifts, shift) as i64).or(alone.map(|alone| alone.0))
                }
                TierScope::Shift => moment.shift.map(|shift| whole_of(self.shifts, shift) as i64),
                TierScope::Workday
                | TierScope::Workweek
                | TierScope::Workweeks { .. }
                | TierScope::Month
                | TierScope::PayPeriod => days[&moment.overtime].instance,
            };
            if moment.state != SpanState::UnpaidBreak
                && let Some(instance) = instance
            {
                let key = self.counter_of(line, moment, instance);
                instances.entry(key).or_default().push(*index);
            }
        }
        instances
    }

    /// The plan that governs a tier's scope on a workday: that of the scope's last evaluated workday.
    fn governing(&self, rule: Rule<'a>, workday: Workday) -> &'a Plan {
        plan_of(self.question, self.last_of_scope(rule, workday))
    }

    /// The last evaluated workday of a tier's scope that holds a workday.
    fn last_of_scope(&self, rule: Rule<'a>, workday: Workday) -> Workday {
        let same = |other: Workday| {
            if self.whole_weeks {
                let week = |workday| week_of(plan_of(self.question, workday), workday);
                week(other) == week(workday)
            } else {
                self.same_instance(rule, other, workday)
            }
        };
        let mut last = workday;
        let facts = self.question.window.facts;
        while last < facts.last && same(last.plus(1)) {
            last = last.plus(1);
        }
        last
    }

    fn same_instance(&self, rule: Rule<'a>, one: Workday, other: Workday) -> bool {
        self.stretch_of(rule, one).is_some_and(|key| Some(key) == self.stretch_of(rule, other))
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

    /// The opening balance of a tier, when its scope was running before the facts begin.
    fn carried_in(&self, rule: Rule<'a>, workday: Workday) -> Option<u32> {
        let first = self.question.window.facts.first;
        let wide = !matches!(rule.tier.scope, TierScope::Shift | TierScope::Workday);
        let running =
            wide && self.same_instance(rule, first, workday) && self.same_instance(rule, first.plus(-1), first);
        let balances = self.question.facts.opening_balances.iter().filter(|balance| balance.rule == rule.tier.rule);
        running.then(|| balances.map(|balance| balance.amount.0).next_back()).flatten()
    }

    /// Leave given as amounts, and the pay of holidays, that feed a tier in the instance that holds a workday, in order of its workday.
    fn leave_amounts(&self, line: &Line<'a>, workday: Workday) -> Vec<(Workday, u32)> {
        if line[0].tier.scope == TierScope::Shift {
            return Vec::new();
        }
        let mut amounts = Vec::new();
        for amount in self.amounts {
            let day = self.day(line, amount.workday);
            let tag = tag_on(self.question, amount.workday);
            let Some(rule) = self.rule_of_work(line, day, amount.workday, tag) else { continue };
            let day_types = rule.tier.when.day_types;
            let fits = (rule.tier.counts_other_day_types
                || day_types.contains(day_type(self.question, amount.workday)))
                && (rule.tier.counts_other_tags || self.fits_tag(rule, tag_on(self.question, amount.workday)))
                && self.fits_workday(rule, amount.workday)
                && rule.tier.when.callback != Some(true);
            let feeds = match amount.leave {
                true => rule.tier.leave_counts && self.is_paid(amount.code),
                false => holidays::feeds(self.question, amount, rule.tier.rule),
            };
            if feeds && fits && !day.passed_over && self.same_instance(rule, amount.workday, workday) {
                amounts.push((amount.workday, amount.amount as u32));
            }
        }
        amounts.sort();
        amounts
    }

    /// Whether a moment may feed the counter of a tier.
    fn counts(&self, rule: Rule<'a>, moment: &Moment) -> bool {
        (rule.tier.counts_other_day_types || rule.tier.when.day_types.contains(moment.day_type))
            && (rule.tier.counts_other_tags || self.fits_tag(rule, moment.tag))
            && self.fits_workday(rule, moment.overtime)
            && rule.tier.when.callback.is_none_or(|only| only == is_in_callback(self.shifts, moment))
    }

    fn fits_tag(&self, rule: Rule<'a>, tag: TagId) -> bool {
        tags::fits(self.question, rule.tier.when.tags, tag)
    }

    /// Whether a tier may claim a moment that it counts.
    fn may_claim(&self, rule: Rule<'a>, moment: &Moment) -> bool {
        let day_types = rule.tier.when.day_types;
        day_types.contains(moment.day_type) && self.fits_tag(rule, moment.tag) && self.is_in_window(rule, moment.at)
    }

    fn is_in_window(&self, rule: Rule<'a>, at: Timestamp) -> bool {
        rule.tier.when.between.is_none_or(|between| {
            let (zone, window) = (&self.question.zone, between.window);
            let windows = daily_windows(zone, at, at, window.from, window.to);
            windows.iter().any(|window| window.start <= at && at < window.end)
        })
    }

    /// Whether the conditions of a tier that look at the workday hold.
    fn fits_workday(&self, rule: Rule<'a>, workday: Workday) -> bool {
        // Every condition is named, so that a new one does not compile until it is applied.
        let TierCondition { day_types: _, tags: _, callback: _, between: _, weekdays, consecutive } = &rule.tier.when;
        weekdays.contains(workday.weekday())
            && consecutive.is_none_or(|consecutive| {
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
                        let by_tier = claim.as_ref().map(|claim| claim.0.tier.multiplier.0);
                        let by_plugin =
                            moment.counts_as_work().then(|| presets::claim(self.question, moment)).flatten();
                        let multiplier = i64::from(by_tier.or(by_plugin)?);
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
        let mut codes_put: Vec<BTreeSet<PayCode>> = vec![BTreeSet::new(); self.moments.len()];
        let lines = self.lines();
        let widths: BTreeSet<u8> = lines.iter().map(|line| width(line[0].tier.scope)).collect();
        for scope in widths {
            let narrower = codes_put.clone();
            let counted = |index: usize, counts: &Counts| match counts {
                Counts::Codes(codes) if codes.contains(PayCode::REGULAR) => true,
                Counts::Codes(codes) => {
                    self.is_preset_to(index, codes) || narrower[index].iter().any(|code| codes.contains(*code))
                }
                Counts::StraightTime | Counts::AllHours => true,
            };
            for line in lines.iter().filter(|line| width(line[0].tier.scope) == scope) {
                for (index, rule, because) in self.claims(line, counted) {
                    let moment = &self.moments[index];
                    let reason = Reason { rule: rule.tier.rule, because };
                    let Moment { at, length, reporting, tag, .. } = *moment;
                    extras.push(Extra { at, length, reporting, tag, code: rule.tier.pays_to, reason });
                    codes_put[index].insert(rule.tier.pays_to);
                }
            }
        }
        extras
    }

    fn by_table(&self, table: &CombinationTable, moments: &mut [Moment]) {
        let lines = self.lines();
        let days: Vec<BTreeMap<Workday, OfDay<'a>>> = lines.iter().map(|line| self.days(line)).collect();
        let mut counters: BTreeMap<(usize, i64), u32> = BTreeMap::new();
        let mut amounts: BTreeMap<(usize, i64), Vec<(Workday, u32)>> = BTreeMap::new();
        let mut instances: Vec<BTreeMap<usize, i64>> = vec![BTreeMap::new(); lines.len()];
        for (place, line) in lines.iter().enumerate() {
            for (key, indexes) in self.instances(line, &days[place]) {
                let workday = self.moments[indexes[0]].overtime;
                counters.insert((place, key), self.carried_in(line[0], workday).unwrap_or(0));
                amounts.insert((place, key), self.leave_amounts(line, workday));
                instances[place].extend(indexes.into_iter().map(|index| (index, key)));
            }
        }
        for index in &self.order {
            let moment = self.moments[*index];
            if moment.state == SpanState::UnpaidBreak || moment.is_settled() {
                continue;
            }
            // The tiers that look at this moment, each with its counter.
            let mut present: Vec<(usize, i64, Rule<'a>)> = Vec::new();
            for (place, line) in lines.iter().enumerate() {
                let Some(key) = instances[place].get(index).copied() else { continue };
                let counter = counters.get_mut(&(place, key)).expect("every instance has a counter");
                let waiting = amounts.get_mut(&(place, key)).expect("every instance has its leave");
                while waiting.first().is_some_and(|amount| amount.0 <= moment.overtime) {
                    *counter += waiting.remove(0).1;
                }
                let day = days[place][&moment.overtime];
                let rule = self.rule_for(line, day, &moment).filter(|rule| self.counts(*rule, &moment));
                present.extend(rule.filter(|_| !day.passed_over).map(|rule| (place, key, rule)));
            }
            if moment.state == SpanState::Leave {
                present.retain(|entry| entry.2.tier.leave_counts && self.is_paid(moment.code));
                grow(&mut counters, &present, moment.length);
                continue;
            }
            // The tiers are in order: the last one reached of each scope is its highest.
            let mut highest: BTreeMap<u8, usize> = BTreeMap::new();
            for (place, key, rule) in &present {
                if self.may_claim(*rule, &moment) && counters[&(*place, *key)] >= rule.tier.limit.0 {
                    highest.insert(width(rule.tier.scope), rule.index);
                }
            }
            let when = highest.values().fold(0_u64, |set, index| set | 1 << index);
            let Some(row) = table.rows.iter().position(|row| row.when == when) else { continue };
            let chosen = table.rows[row];
            let pays = self.question.timeline.names().multiplier(chosen.pays_to).0;
            let beats_plugin = self.preset(*index).is_none_or(|worth| pays > worth);
            if chosen.pays_to != moment.code && beats_plugin {
                moments[*index].code = chosen.pays_to;
                moments[*index].reason = Reason { rule: table.rule, because: Because::Combination { row: row as u8 } };
            }
            present.retain(|entry| chosen.counts_toward & 1 << entry.2.index != 0);
            grow(&mut counters, &present, moment.length);
        }
    }
}

/// Adds a length to the counters of the tiers present.
fn grow(counters: &mut BTreeMap<(usize, i64), u32>, present: &[(usize, i64, Rule<'_>)], length: u32) {
    for (place, key, _) in present {
        *counters.entry((*place, *key)).or_default() += length;
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
    (0..7)
        .map(|days| workday.plus(-days))
        .find(|date| date.weekday() == plan.workdays.workweek_opens)
        .unwrap_or(workday)
}

/// The grounds of a claim.
fn because(rule: Rule<'_>, moment: &Moment, number: u32) -> Because {
    let tier = rule.tier;
    let limit = tier.limit;
    if tier.when.consecutive.is_some() {
        return Because::ConsecutiveDay { number: number.min(255) as u8, limit };
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
