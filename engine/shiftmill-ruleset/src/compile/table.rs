//! The combination table must have a row for every possible combination.
//!
//! For each kind of day, and in each scope, at most one tier is the highest reached: those whose conditions hold on
//! such a day, from the highest that is reached from the first second on. Every combination over the scopes needs its
//! row; a row that no day can reach is a mistake too.

use std::collections::{BTreeMap, BTreeSet};

use shiftmill_core::pay::combine::{CombinationRow, CombinationTable};
use shiftmill_core::pay::tiers::TierCondition;
use shiftmill_core::{DayType, FilterId, RuleId, Tag, TagCondition, TagFilter, TagValues, Weekday};

use super::Compiler;
use super::overtime::Stated;
use crate::check::Table;

/// The most combinations of a table.
const COMBINATIONS_MAX: usize = 4_096;

impl Compiler<'_> {
    pub(super) fn combination_table(&mut self, overtime: &Table, tiers: &[Stated<'_>]) -> CombinationTable {
        let Some(table) = overtime.optional("table") else {
            let hint = "add `[overtime.table]` with `rows`".to_owned();
            self.mistakes.missing(overtime.place("combine"), "`combine = \"table\"` needs a table".into(), Some(hint));
            return CombinationTable { rule: RuleId::WORKED, rows: Vec::new() };
        };
        let rule = self.rule(table);
        let rows: Vec<CombinationRow> = table.tables("rows").iter().map(|row| self.row(row, tiers)).collect();
        match combinations(tiers, &self.filters.list) {
            Some(needed) => self.check_rows(table, &rows, &needed, tiers),
            None => {
                let message = format!("the tiers can meet in more than {COMBINATIONS_MAX} combinations");
                self.mistakes.add(table.place, message, Some("use fewer tiers or scopes".into()));
            }
        }
        CombinationTable { rule, rows }
    }

    fn row(&mut self, row: &Table, tiers: &[Stated<'_>]) -> CombinationRow {
        let bits = |numbers: &mut dyn Iterator<Item = usize>| numbers.fold(0, |set, number| set | 1_u64 << number);
        CombinationRow {
            when: bits(&mut self.tier_numbers(row.texts("when"), tiers)),
            pays_to: self.pay_code(row, "pay", None),
            counts_toward: bits(&mut self.tier_numbers(row.texts("counts_toward"), tiers)),
        }
    }

    fn check_rows(&mut self, table: &Table, rows: &[CombinationRow], needed: &[u64], tiers: &[Stated<'_>]) {
        for (index, (row, written)) in rows.iter().zip(table.tables("rows")).enumerate() {
            if rows.iter().take(index).any(|earlier| earlier.when == row.when) {
                let message = format!("two rows are for {}", names(row.when, tiers));
                self.mistakes.add(written.place, message, None);
            } else if !needed.contains(&row.when) {
                let message = format!("{} cannot be reached together", names(row.when, tiers));
                let hint = "of each scope only the highest tier reached is named".to_owned();
                self.mistakes.add(written.place, message, Some(hint));
            }
        }
        for when in needed.iter().filter(|when| !rows.iter().any(|row| row.when == **when)) {
            let message = format!("the table has no row for {}", names(*when, tiers));
            let quoted: Vec<String> = members(*when, tiers).iter().map(|name| format!("\"{name}\"")).collect();
            let hint = format!("add {{ when = [{}], pay = ..., counts_toward = [...] }}", quoted.join(", "));
            self.mistakes.missing(table.place("rows"), message, Some(hint));
        }
    }
}

/// Every set of tiers that can be the highest reached in their scopes at one second, ascending; `None` when there are
/// too many.
fn combinations(tiers: &[Stated<'_>], filters: &[TagFilter]) -> Option<Vec<u64>> {
    let mut all: Vec<u64> = Vec::new();
    let of_tiers = tiers.iter().filter_map(|stated| stated.tier.when.tags);
    let used = of_tiers.filter_map(|id| Some((id, filters.get(usize::from(id.0))?)));
    let masks = tag_masks(&used.collect::<Vec<_>>())?;
    // Work that is no call-back is like call-backs unless some tier tells them apart.
    let tells_apart = tiers.iter().any(|stated| stated.tier.when.callback.is_some());
    let works: &[bool] = if tells_apart { &[false, true] } else { &[false] };
    let of_work = |day_type| works.iter().map(move |is_callback| (day_type, *is_callback));
    let kinds = DayType::ALL.iter().flat_map(of_work);
    for ((day_type, is_callback), mask) in kinds.flat_map(|kind| masks.iter().map(move |mask| (kind, mask))) {
        for weekday in Weekday::ALL {
            let fitting = |stated: &&(usize, &Stated<'_>)| {
                // Every condition is named: a table has a row for each combination that can meet.
                let TierCondition { day_types, weekdays, tags, callback, between: _, consecutive: _ } =
                    &stated.1.tier.when;
                let of_tag = tags.is_none_or(|filter| mask & 1 << filter.0 != 0);
                let of_work = callback.is_none_or(|only| only == is_callback);
                day_types.contains(*day_type) && weekdays.contains(weekday) && of_tag && of_work
            };
            let numbered: Vec<(usize, &Stated<'_>)> = tiers.iter().enumerate().collect();
            let fitting: Vec<&(usize, &Stated<'_>)> = numbered.iter().filter(fitting).collect();
            let mut sets: Vec<u64> = vec![0];
            for group in fitting.chunk_by(|a, b| a.1.tier.scope == b.1.tier.scope) {
                let options = highest(group);
                sets = sets.iter().flat_map(|set| options.iter().map(move |option| set | option)).collect();
                if sets.len() > COMBINATIONS_MAX {
                    return None;
                }
            }
            all.extend(sets);
            all.sort_unstable();
            all.dedup();
        }
    }
    (all.len() <= COMBINATIONS_MAX).then_some(all)
}

/// Every set of filters that one tag, or no tag, can fit, as bits; `None` when there are too many. For each name that a
/// filter asks for, a tag has one of the values that filters name, or none of them.
fn tag_masks(filters: &[(FilterId, &TagFilter)]) -> Option<Vec<u64>> {
    let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for TagCondition { name, values } in filters.iter().flat_map(|(_, filter)| &filter.conditions) {
        let (TagValues::OneOf(values) | TagValues::NoneOf(values)) = values;
        names.entry(name).or_default().extend(values.iter().map(String::as_str));
    }
    let mut tags: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for (name, values) in names {
        let with = |pairs: &Vec<(String, String)>, value: &str| {
            let pair = (name.to_owned(), value.to_owned());
            pairs.iter().cloned().chain([pair]).collect()
        };
        let more: Vec<Vec<(String, String)>> =
            tags.iter().flat_map(|pairs| values.iter().map(move |value| with(pairs, value))).collect();
        tags.extend(more);
        if tags.len() > COMBINATIONS_MAX {
            return None;
        }
    }
    let mask = |pairs: Vec<(String, String)>| {
        let tag = Tag::new(pairs).ok();
        let fitting = filters.iter().filter(|(_, filter)| filter.holds(tag.as_ref()));
        fitting.fold(0, |mask, (id, _)| mask | 1_u64 << id.0)
    };
    let masks: BTreeSet<u64> = tags.into_iter().map(mask).collect();
    Some(masks.into_iter().collect())
}

/// What can be the highest tier reached in one scope: none, or any from the highest that is reached at once.
fn highest(group: &[&(usize, &Stated<'_>)]) -> Vec<u64> {
    let at_once =
        group.iter().rposition(|(_, stated)| stated.tier.limit.is_zero() && stated.tier.when.consecutive.is_none());
    let none = at_once.is_none().then_some(0);
    let reached = group.iter().skip(at_once.unwrap_or(0)).map(|(number, _)| 1_u64 << number);
    none.into_iter().chain(reached).collect()
}

fn members<'a>(when: u64, tiers: &'a [Stated<'_>]) -> Vec<&'a str> {
    let inside = tiers.iter().enumerate().filter(|(number, _)| when & 1_u64 << number != 0);
    inside.map(|(_, stated)| stated.name()).collect()
}

fn names(when: u64, tiers: &[Stated<'_>]) -> String {
    let members: Vec<String> = members(when, tiers).iter().map(|name| format!("`{name}`")).collect();
    match members.as_slice() {
        [] => "no tier reached".into(),
        _ => members.join(" with "),
    }
}
