//! Premiums on top of what is worked.

use jiff::ToSpan;
use jiff::civil::Date;
use toml::Value;

use super::super::keys::{Keys, Unsupported, unsupported};
use super::document::{entry, texts};
use super::{Translator, minutes, places, weekday, window};

impl Translator {
    pub(super) fn premiums(&mut self) -> Result<(), Unsupported> {
        if let Some(mut night) = self.policy.object("night_window")? {
            let less_break = night.flag("break_taken_off")?.unwrap_or(false);
            let between = window(night)?;
            // Breaks of Shiftmill have a place. At the end of a shift that ends in the window they are deducted from
            // the night, and a shift without night has none to take them off.
            if less_break && !self.ends_in_window_or_misses_it(&between) {
                return unsupported("night time less a break that lies outside it");
            }
            self.codes.insert("night".into());
            let settings = [("name", "night".into()), ("pay", "night".into()), ("between", between.into())];
            self.document.push("premiums", entry(settings));
        }
        for (index, keys) in self.policy.objects("premiums")?.into_iter().enumerate() {
            self.premium(&format!("premium-{index}"), keys)?;
        }
        Ok(())
    }

    fn ends_in_window_or_misses_it(&self, between: &str) -> bool {
        let time = |text: &str| {
            let (hours, minutes) = text.split_once(':').unwrap_or((text, "0"));
            hours.parse::<i64>().unwrap_or(0) * 60 + minutes.parse::<i64>().unwrap_or(0)
        };
        let (from, to) = between.split_once('-').map_or((0, 0), |(from, to)| (time(from), time(to)));
        let inside = |minute: i64| {
            let minute = minute.rem_euclid(1_440);
            if from < to { from <= minute && minute < to } else { minute >= from || minute < to }
        };
        let shifts = self.facts.shift_minutes();
        !shifts.is_empty() && shifts.iter().all(|(start, end)| inside(end - 1) || !(*start..*end).any(inside))
    }

    fn premium(&mut self, name: &str, mut keys: Keys) -> Result<(), Unsupported> {
        let Some(code) = keys.text("code")? else { return unsupported("premiums without a code") };
        let mut premium = entry([("name", name.into()), ("pay", code.clone().into())]);
        let mut between = keys.object("window")?.map(window).transpose()?;
        let mut mode = match keys.flag("partial")? {
            None | Some(true) => "split",
            Some(false) => "whole_if_within",
        };
        if let Some(mut filter) = keys.object("shift_filter")? {
            let Some(inner) = filter.object("window")? else { return unsupported("a shift filter without a window") };
            if between.is_some() {
                return unsupported("a premium with a window and a shift filter");
            }
            between = Some(window(inner)?);
            mode = match filter.text("rule")?.as_deref() {
                Some("whole_shift_if_start_in_window") => "whole_if_starts_in",
                Some("whole_shift_if_end_in_window") => "whole_if_ends_in",
                other => return unsupported(format!("the shift filter {}", other.unwrap_or("without a rule"))),
            };
            filter.finish()?;
        }
        // All day is no window.
        let between = between.filter(|between| between != "00:00-24:00");
        let weekdays = keys.texts("weekdays")?;
        if !weekdays.is_empty() {
            let days = weekdays.iter().map(|day| weekday(day)).collect::<Result<Vec<_>, _>>()?;
            premium.insert("weekdays".into(), texts(days));
        }
        if let Some(holidays) = keys.text("holidays")? {
            // What holds on a holiday does not matter without one.
            if self.policy.has("holidays") || self.document_has_holidays() {
                return unsupported(format!("premiums that are `{holidays}` on holidays"));
            }
        }
        let after = match (keys.number("after_daily_minutes")?, keys.number("after_weekly_minutes")?) {
            (None, None) => None,
            (Some(after), None) => Some(("workday", after)),
            (None, Some(after)) => Some(("workweek", after)),
            (Some(_), Some(_)) => return unsupported("premiums after time in the day and in the week"),
        };
        let dates = (keys.text("from_date")?, keys.text("to_date")?);
        let places = places(&mut keys)?;
        match (keys.text("type")?.as_deref(), &places) {
            // It depends on the place alone.
            (None, _) | (Some("differential"), Some(_)) => {}
            (Some(kind), _) => return unsupported(format!("premiums of type `{kind}`")),
        }
        keys.finish()?;
        if let Some(places) = places {
            premium.insert("where".into(), places);
            if after.is_some() {
                // The time before which it is not paid is all work.
                premium.insert("counts_other_tags".into(), true.into());
            }
        }
        self.codes.insert(code.clone());
        self.document.set(&format!("pay_codes.{code}.layer"), "premium");
        match (after, between) {
            (None, between) => {
                premium.insert("mode".into(), mode.into());
                if let Some(between) = between {
                    premium.insert("between".into(), between.into());
                }
                self.between_dates(name, premium, dates)
            }
            (Some((scope, after)), None) if mode == "split" && dates == (None, None) => {
                premium.insert("scope".into(), scope.into());
                premium.insert("after".into(), minutes(after).into());
                premium.insert("counts".into(), "all_hours".into());
                self.additive_tier(premium)
            }
            _ => unsupported("premiums after some time within a window or dates"),
        }
    }

    /// A premium after some time is a tier that pays on top; that holds where no tier replaces what is paid.
    fn additive_tier(&mut self, tier: toml::Table) -> Result<(), Unsupported> {
        if self.document_replaces_codes() {
            return unsupported("premiums after some time beside overtime");
        }
        self.document.set("overtime.combine", "additive");
        self.document.push("overtime.tiers", tier);
        Ok(())
    }

    /// A premium that is paid between dates comes and goes by effective dates.
    fn between_dates(
        &mut self,
        name: &str,
        premium: toml::Table,
        dates: (Option<String>, Option<String>),
    ) -> Result<(), Unsupported> {
        match dates.0 {
            None => self.document.push("premiums", premium),
            Some(from) => {
                let list = self.document.change(&from).entry("premiums").or_insert_with(|| Value::Array(Vec::new()));
                list.as_array_mut().expect("a list").push(Value::Table(premium));
            }
        }
        if let Some(to) = dates.1 {
            let last: Date = to.parse().map_err(|_| Unsupported(format!("the date `{to}`")))?;
            let after = last.checked_add(1.day()).map_err(|_| Unsupported(format!("the date `{to}`")))?;
            let removed = self.document.change(&after.to_string()).entry("remove");
            let removed = removed.or_insert_with(|| Value::Array(Vec::new()));
            removed.as_array_mut().expect("a list").push(name.into());
        }
        Ok(())
    }

    fn document_has_holidays(&self) -> bool {
        self.document.has("calendar.statutory_holidays")
    }

    fn document_replaces_codes(&self) -> bool {
        self.document.has("overtime.tiers") && !self.document.has("overtime.combine")
    }
}
