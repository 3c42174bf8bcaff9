//! Breaks and meals: deducted, detected, required.

use toml::Value;

use super::super::keys::{Keys, Unsupported, unsupported};
use super::document::entry;
use super::{Translator, minutes};

/// An automatic break; lengths in minutes.
struct Deduction {
    after: i64,
    compare: &'static str,
    basis: &'static str,
    amount: i64,
    proportional: bool,
    count_taken: bool,
}

impl Default for Deduction {
    fn default() -> Deduction {
        let (after, compare, basis) = (0, "more_than", "worked_gross");
        Deduction { after, compare, basis, amount: 0, proportional: false, count_taken: false }
    }
}

impl Translator {
    pub(super) fn breaks(&mut self) -> Result<(), Unsupported> {
        self.fixed_breaks()?;
        self.auto_deduct()?;
        self.required_breaks()?;
        let meals = self.policy.objects("meals")?;
        let breaks = self.policy.objects("breaks")?;
        let mut deducting = 0;
        for (name, list) in [("meal", meals), ("break", breaks)] {
            for (index, keys) in list.into_iter().enumerate() {
                deducting += i64::from(self.adjustment(&format!("{name}-{index}"), keys)?);
            }
        }
        // Of several automatic breaks ours takes one, the greatest that is reached.
        if deducting > 1 { unsupported("several automatic breaks in one day") } else { Ok(()) }
    }

    fn fixed_breaks(&mut self) -> Result<(), Unsupported> {
        for (index, mut keys) in self.policy.objects("fixed_breaks")?.into_iter().enumerate() {
            let (start, end, from) = (keys.text("start")?, keys.text("end")?, keys.text("from_date")?);
            // Shiftmill deducts breaks where they were worked.
            keys.flag("unpaid_even_if_worked")?;
            keys.finish()?;
            let (Some(start), Some(end)) = (start, end) else { return unsupported("fixed breaks without clock times") };
            let between = format!("{start}-{end}");
            if from.is_none() && self.belongs_to_calendar(&start, &end) {
                // Dates without hours have no break either.
                let mut breaks = self.document.get("shifts.planned.breaks").unwrap_or(Value::Array(Vec::new()));
                breaks.as_array_mut().expect("a list").push(between.into());
                self.document.set("shifts.planned.breaks", breaks);
                continue;
            }
            let table = entry([("name", format!("fixed-{index}").into()), ("between", between.into())]);
            match from {
                None => self.document.push("breaks.fixed", table),
                Some(from) => {
                    let list = Value::Array(vec![Value::Table(table)]);
                    self.document.change(&from).insert("breaks".into(), Value::Table(entry([("fixed", list)])));
                }
            }
        }
        Ok(())
    }

    /// True when the calendar of usual hours has the break within its hours.
    fn belongs_to_calendar(&self, start: &str, end: &str) -> bool {
        let hours = [self.document.get("shifts.planned.start"), self.document.get("shifts.planned.end")];
        let [Some(opens), Some(closes)] = hours.each_ref().map(|hour| hour.as_ref().and_then(Value::as_str)) else {
            return false;
        };
        // Clock times are written alike, so that texts compare as times.
        opens < start && start < end && end < closes
    }

    fn auto_deduct(&mut self) -> Result<(), Unsupported> {
        for (index, mut keys) in self.policy.objects("auto_deduct")?.into_iter().enumerate() {
            let (from, over) = (keys.number("from_span_min")?, keys.number("over_span_min")?);
            let amount = keys.number("minutes")?.unwrap_or(0);
            keys.finish()?;
            let (after, compare) = match (from, over) {
                (Some(from), None) => (from, "at_least"),
                (None, Some(over)) => (over, "more_than"),
                _ => return unsupported("automatic breaks without a span"),
            };
            let deduction = Deduction { after, compare, basis: "gross_span", amount, ..Deduction::default() };
            self.deduct(&format!("span-{index}"), deduction);
        }
        match self.policy.take("unpaid_break_min") {
            None => Ok(()),
            // Without clock times, for any time worked.
            Some(value) => match value.as_i64() {
                Some(0) => Ok(()),
                Some(amount) => {
                    self.deduct("unpaid", Deduction { amount, ..Deduction::default() });
                    Ok(())
                }
                None => unsupported("`unpaid_break_min` for single shifts"),
            },
        }
    }

    /// The breaks of the law: deducted as far as they were not taken, or else watched. Of those that are deducted, the shortest leaves at least the time that makes it
    /// necessary; a longer one is due when more than its time is left after it.
    fn required_breaks(&mut self) -> Result<(), Unsupported> {
        let is_deducted = self.policy.flag("auto_deduct_required_breaks")? == Some(true);
        let piece = self.policy.number("min_qualifying_break_min")?.unwrap_or(0);
        let mut rules = Vec::new();
        for mut keys in self.policy.objects("required_breaks")? {
            let (over, amount) = (keys.number("over_work_min")?, keys.number("break_min")?);
            keys.finish()?;
            let (Some(over), Some(amount)) = (over, amount) else {
                return unsupported("required breaks without a time or length");
            };
            rules.push((over, amount));
        }
        if !is_deducted {
            rules.into_iter().for_each(|(over, amount)| self.watch_breaks(over, amount, piece));
            return Ok(());
        }
        rules.sort_unstable();
        for (index, (over, amount)) in rules.into_iter().enumerate() {
            let settings = [
                ("name", format!("break-{index}").into()),
                ("after", minutes(over).into()),
                ("compare", "more_than".into()),
                ("basis", if index == 0 { "worked_net" } else { "net_after" }.into()),
                ("amount", minutes(amount).into()),
                ("count_taken", true.into()),
                ("min_piece", minutes(piece).into()),
                ("taper", (index == 0).into()),
            ];
            self.document.push("breaks.auto_deduct", entry(settings));
        }
        self.codes.insert("break_deducted".into());
        Ok(())
    }

    fn deduct(&mut self, name: &str, deduction: Deduction) {
        let settings = [
            ("name", name.into()),
            ("after", minutes(deduction.after).into()),
            ("compare", deduction.compare.into()),
            ("basis", deduction.basis.into()),
            ("amount", minutes(deduction.amount).into()),
            ("count_taken", deduction.count_taken.into()),
            ("placement", if deduction.proportional { "proportional" } else { "at_trigger" }.into()),
        ];
        self.document.push("breaks.auto_deduct", entry(settings));
    }

    /// One entry of `meals` or `breaks`; true when it takes a break off.
    fn adjustment(&mut self, name: &str, mut keys: Keys) -> Result<bool, Unsupported> {
        let mode = keys.text("mode")?.unwrap_or_default();
        let trigger = keys.number("trigger_after_min")?.unwrap_or(0);
        let amount = keys.number("minutes")?.unwrap_or(0);
        let proportional = match keys.text("allocation")?.as_deref() {
            None | Some("proportional") => true,
            Some("at_active_time") => false,
            Some(other) => return unsupported(format!("break allocation `{other}`")),
        };
        let detect = keys.object("detect")?;
        // Time that was punched counts against the amount.
        let count_taken = keys.flag("offset_by_punched_time")?.unwrap_or(false);
        keys.finish()?;
        match (mode.as_str(), detect) {
            ("auto_deduct", None) => {
                let deduction = Deduction { after: trigger, amount, proportional, count_taken, ..Deduction::default() };
                self.deduct(name, deduction);
                self.codes.insert(if name.starts_with("meal") { "meal_deducted" } else { "break_deducted" }.into());
                Ok(true)
            }
            // Punched breaks are unpaid as punched.
            ("punched", None) => Ok(false),
            ("punched", Some(detect)) => self.detect(detect).map(|()| false),
            (mode, _) => unsupported(format!("breaks of mode `{mode}`")),
        }
    }

    fn detect(&mut self, mut detect: Keys) -> Result<(), Unsupported> {
        let by = detect.text("by")?.unwrap_or_default();
        if by != "punch_duration" {
            return unsupported(format!("meals detected by `{by}`"));
        }
        let (Some(min), Some(max)) = (detect.number("min_minutes")?, detect.number("max_minutes")?) else {
            return unsupported("meals detected by length without bounds");
        };
        detect.finish()?;
        self.document.set("pairing.meal_gap.min", minutes(min));
        self.document.set("pairing.meal_gap.max", minutes(max));
        Ok(())
    }

    /// Meals that the law of a state requires.
    pub(super) fn meal_requirements(&mut self) -> Result<(), Unsupported> {
        let waivable = self.policy.flag("waivable")?.unwrap_or(true);
        let Some(rule) = self.policy.text("premium_rule")? else { return Ok(()) };
        if rule != "CA_MEAL" {
            return unsupported(format!("`premium_rule` {rule}"));
        }
        for (name, ordinal, hours) in [("first-meal", 1, "5h"), ("second-meal", 2, "10h")] {
            let settings = [
                ("name", name.into()),
                ("ordinal", ordinal.into()),
                ("when_worked", hours.into()),
                ("start_by", hours.into()),
                ("length", "30m".into()),
                ("waivable_up_to", if waivable { "24h" } else { "off" }.into()),
            ];
            self.document.push("meal_requirement", entry(settings));
        }
        // A waiver needs both signatures.
        for date in self.facts.take_agreed(["supervisor_approval", "employee_waiver"]) {
            for meal in ["meal 1", "meal 2"] {
                self.facts.waivers.push((date.clone(), meal.to_owned()));
            }
        }
        self.codes.insert("meal_premium".into());
        Ok(())
    }
}
