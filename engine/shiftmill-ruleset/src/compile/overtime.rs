//! Overtime: tiers in order, and what they need of each other under the chosen way of combining.

use shiftmill_core::pay::clock_tiers::{TIER_WINDOWS_MAX, TierWindow};
use shiftmill_core::pay::combine::{Alternative, Combine, CombineKind, Overtime};
use shiftmill_core::pay::premiums::ClockWindow;
use shiftmill_core::pay::tiers::{
    Consecutive, Counts, CountsKind, OvertimeTier, TierCondition, TierScope, TierScopeKind,
};
use shiftmill_core::{DayTypeSet, Layer, PayCode, PayCodeSet, Unit, Workday};

use super::Compiler;
use crate::check::read::OneOrPayCodes;
use crate::check::{Located, Table};
use crate::nearest::nearest;
use crate::settings::Fits;

/// The most tiers: a set of them is 64 bits.
const TIERS_MAX: usize = 64;

const BASE: Fits = Fits { layer: Layer::Base, unit: Unit::Second };
const PREMIUM: Fits = Fits { layer: Layer::Premium, unit: Unit::Second };

/// A tier with the table that states it.
pub(super) struct Stated<'a> {
    pub tier: OvertimeTier,
    pub table: &'a Table,
}

impl Stated<'_> {
    pub fn name(&self) -> &str {
        self.table.text("name").unwrap_or_default()
    }
}

impl Compiler<'_> {
    pub(super) fn overtime(&mut self, table: &Table) -> Overtime {
        let combine: CombineKind = table.one_of("combine");
        let tables = table.tables("tiers");
        if let Some(beyond) = tables.get(TIERS_MAX) {
            let message = format!("there are {} overtime tiers; the maximum is {TIERS_MAX}", tables.len());
            self.mistakes.add(beyond.place, message, None);
        }
        let also = (combine == CombineKind::Additive).then_some(PREMIUM);
        let mut tiers: Vec<Stated<'_>> =
            tables.iter().take(TIERS_MAX).map(|table| Stated { tier: self.tier(table, also), table }).collect();
        tiers.sort_by_key(|stated| (stated.tier.scope, stated.tier.limit));
        self.check_counted_codes(&tiers);
        let combine = match combine {
            CombineKind::StraightTimeOnly => Combine::StraightTimeOnly,
            CombineKind::MaxOfAlternatives => Combine::MaxOfAlternatives(self.alternatives(table, &tiers)),
            CombineKind::AllHoursCount => Combine::AllHoursCount,
            CombineKind::Table => Combine::Table(self.combination_table(table, &tiers)),
            CombineKind::Additive => Combine::Additive,
        };
        self.check_unused(table, combine.kind());
        if matches!(combine, Combine::Table(_)) {
            for stated in tiers.iter().filter(|stated| stated.tier.when.between.is_some()) {
                let message = "a table of combinations does not look at the clock".to_owned();
                let hint = "drop `between`, or choose another way of combining".to_owned();
                self.mistakes.add(stated.table.place("between"), message, Some(hint));
            }
        }
        Overtime { tiers: tiers.into_iter().map(|stated| stated.tier).collect(), combine }
    }

    fn tier(&mut self, table: &Table, also: Option<Fits>) -> OvertimeTier {
        let pays_to = self.pay_code(table, "pay", also);
        let rule = self.rule(table);
        let all_days = table.day_types("day_types") == DayTypeSet::ALL;
        for (setting, condition, idle) in [
            ("counts_other_tags", "where", table.tags("where").is_none()),
            ("counts_other_day_types", "day_types", all_days),
        ] {
            if table.flag(setting) && idle {
                let message = format!("`{setting}` has no effect without `{condition}`");
                self.mistakes.add(table.place(setting), message, Some(format!("add `{condition}`, or drop it")));
            }
        }
        OvertimeTier {
            rule,
            scope: self.scope(table),
            when: TierCondition {
                day_types: table.day_types("day_types"),
                weekdays: table.weekdays("weekdays"),
                tags: self.filter(rule, table),
                callback: only_callbacks(table),
                between: self.tier_window(table),
                consecutive: table.optional("consecutive").map(consecutive),
            },
            counts: self.counts(table),
            counts_other_tags: table.flag("counts_other_tags"),
            counts_other_day_types: table.flag("counts_other_day_types"),
            leave_counts: table.flag("leave_counts"),
            limit: table.seconds("after"),
            pays_to,
            multiplier: self.names.names.multiplier(pays_to),
            priority: table.integer("priority").unwrap_or(0) as i16,
        }
    }

    /// The window of a tier; more different ones than a second has bits are a mistake.
    fn tier_window(&mut self, table: &Table) -> Option<TierWindow> {
        let (from, to) = table.window("between")?;
        let window = ClockWindow { from, to };
        let known = self.tier_windows.iter().position(|other| *other == window);
        let position = known.unwrap_or(self.tier_windows.len());
        if position >= TIER_WINDOWS_MAX {
            let message = format!("there are more than {TIER_WINDOWS_MAX} different windows of overtime tiers");
            self.mistakes.add(table.place("between"), message, None);
            return None;
        }
        if known.is_none() {
            self.tier_windows.push(window);
        }
        Some(TierWindow { window, number: position as u8 })
    }

    fn scope(&mut self, table: &Table) -> TierScope {
        let (weeks, anchor) = (table.integer("weeks"), table.date("anchor"));
        let scope: TierScopeKind = table.one_of("scope");
        if scope != TierScopeKind::Workweeks {
            for setting in ["weeks", "anchor"].into_iter().filter(|it| table.has(it)) {
                let message = format!("`{setting}` is for `scope = \"workweeks\"` only");
                self.mistakes.add(table.place(setting), message, None);
            }
        }
        match scope {
            TierScopeKind::Shift => TierScope::Shift,
            TierScopeKind::Workday => TierScope::Workday,
            TierScopeKind::Workweek => TierScope::Workweek,
            TierScopeKind::Workweeks => {
                for (setting, written) in [("weeks", weeks.is_some()), ("anchor", anchor.is_some())] {
                    if !written && !table.has(setting) && table.place(setting) == table.place {
                        let hint = "such as `weeks = 2` and `anchor = 2026-01-05`".to_owned();
                        let message = format!("`scope = \"workweeks\"` needs `{setting}`");
                        self.mistakes.missing(table.place("scope"), message, Some(hint));
                    }
                }
                TierScope::Workweeks { count: weeks.unwrap_or(2) as u8, anchor: anchor.unwrap_or(Workday(0)) }
            }
            TierScopeKind::Month => TierScope::Month,
            TierScopeKind::PayPeriod => TierScope::PayPeriod,
        }
    }

    fn counts(&mut self, table: &Table) -> Counts {
        match table.one_or_pay_codes("counts") {
            Some(OneOrPayCodes::One(CountsKind::StraightTime)) | None => Counts::StraightTime,
            Some(OneOrPayCodes::One(CountsKind::AllHours)) => Counts::AllHours,
            Some(OneOrPayCodes::PayCodes(codes)) => {
                if codes.is_empty() {
                    let hint = "name the pay codes whose time it counts".to_owned();
                    self.mistakes.add(table.place("counts"), "`counts` names no pay code".into(), Some(hint));
                }
                let found = codes.iter().map(|code| self.named_pay_code(&code.text, &[BASE], code.place)).collect();
                Counts::Codes(PayCodeSet::new(found))
            }
        }
    }

    /// A tier that counts certain pay codes needs narrower tiers that pay to them, unless it counts plain time too: then
    /// it names codes that tiers of other rulesets may pay to.
    fn check_counted_codes(&mut self, tiers: &[Stated<'_>]) {
        for stated in tiers {
            let written = stated.table.one_or_pay_codes::<CountsKind>("counts");
            let (Counts::Codes(codes), Some(OneOrPayCodes::PayCodes(written))) = (&stated.tier.counts, written) else {
                continue;
            };
            for code in codes.iter().filter(|_| !codes.contains(PayCode::REGULAR)) {
                let fed = tiers.iter().any(|other| other.tier.scope < stated.tier.scope && other.tier.pays_to == code);
                let name = self.names.names.pay_code(code).map_or("", |info| info.name.as_str());
                if let (false, Some(text)) = (fed, written.iter().find(|text| text.text == name)) {
                    let message = format!("no tier of a narrower scope pays to `{name}`, so it is never counted");
                    self.mistakes.add(text.place, message, None);
                }
            }
        }
    }

    fn alternatives(&mut self, table: &Table, tiers: &[Stated<'_>]) -> Vec<Alternative> {
        let alternatives: Vec<Alternative> = table
            .tables("alternatives")
            .iter()
            .map(|table| Alternative {
                rule: self.rule(table),
                tiers: self.tier_numbers(table.texts("tiers"), tiers).map(|number| number as u8).collect(),
            })
            .collect();
        if alternatives.is_empty() {
            let hint = "add an `[[overtime.alternatives]]` with `name` and `tiers`".to_owned();
            let message = "`max_of_alternatives` needs alternatives".to_owned();
            self.mistakes.missing(table.place("combine"), message, Some(hint));
            return alternatives;
        }
        for (number, stated) in tiers.iter().enumerate() {
            if !alternatives.iter().any(|alternative| alternative.tiers.iter().any(|it| usize::from(*it) == number)) {
                let message = format!("tier `{}` is in no alternative, so it is never paid", stated.name());
                let hint = "name it in an alternative, or drop the tier".to_owned();
                self.mistakes.add(stated.table.place, message, Some(hint));
            }
        }
        alternatives
    }

    /// The numbers of the tiers named; names of no tier are mistakes.
    pub(super) fn tier_numbers(
        &mut self,
        names: &[Located],
        tiers: &[Stated<'_>],
    ) -> impl Iterator<Item = usize> + use<> {
        let mut numbers = Vec::new();
        for name in names {
            match tiers.iter().position(|stated| stated.name() == name.text) {
                Some(number) => numbers.push(number),
                None => {
                    let near = || nearest(&name.text, tiers.iter().map(Stated::name));
                    let hint = || near().map(|near| format!("did you mean `{near}`?"));
                    self.mistakes.add_with(name.place, format!("there is no overtime tier `{}`", name.text), hint);
                }
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter()
    }

    /// Refuses settings of a way of combining that was not chosen, because they would have no effect.
    fn check_unused(&mut self, table: &Table, combine: CombineKind) {
        let alternatives = !table.tables("alternatives").is_empty();
        for (setting, written, of) in [
            ("alternatives", alternatives, CombineKind::MaxOfAlternatives),
            ("table", table.has("table"), CombineKind::Table),
        ] {
            if written && combine != of {
                let message = format!("`overtime.{setting}` is not used by this way of combining");
                let hint = format!("write `combine = \"{of}\"`, or drop it");
                self.mistakes.add(table.place(setting), message, Some(hint));
            }
        }
    }
}

/// Whether a rule is for call-backs only, or for other work only.
pub(super) fn only_callbacks(table: &Table) -> Option<bool> {
    table.has("callback").then(|| table.flag("callback"))
}

fn consecutive(table: &Table) -> Consecutive {
    Consecutive {
        day: table.integer("day").unwrap_or(2) as u8,
        mode: table.one_of("mode"),
        reset: table.one_of("reset"),
        worked_at_least: table.seconds("worked_at_least"),
    }
}
