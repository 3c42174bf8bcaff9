//! Premiums on top of what is worked.

use jiff::ToSpan;
use jiff::civil::Date;
use shiftmill_core::DayType;
use toml::Value;

use super::super::keys::{Keys, Unsupported, unsupported};
use super::document::{entry, texts};
use super::{Translator, minutes, places, weekday, window};

impl Translator {
    pub(super) fn premiums(&mut self) -> Result<(), Unsupported> {
        // Without a night it means nothing.
        let hour = self.policy.take("night_hour_minutes").as_ref().map(hour_of).transpose()?;
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
            let mut night = entry(settings);
            night.extend(hour.map(|hour| ("hour".to_owned(), hour.into())));
            self.document.push("premiums", night);
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
        match keys.text("holidays")?.as_deref() {
            None => {}
            Some("never_on_holiday") => self.on_holidays(&mut premium, false),
            Some("only_on_holiday") => self.on_holidays(&mut premium, true),
            // What holds on a holiday beside the weekdays does not matter without one.
            Some("treat_as_qualifying") if !self.document.has("calendar.statutory_holidays") => {}
            Some(other) => return unsupported(format!("premiums that are `{other}` on holidays")),
        }
        if keys.flag("only_on_holidays")? == Some(true) {
            self.on_holidays(&mut premium, true);
        }
        for (setting, day, week) in [
            ("after", "after_daily_minutes", "after_weekly_minutes"),
            ("before", "before_daily_minutes", "before_weekly_minutes"),
        ] {
            let mut hours = toml::Table::new();
            for (scope, key) in [("workday", day), ("workweek", week)] {
                if let Some(limit) = keys.number(key)? {
                    hours.insert(scope.into(), minutes(limit).into());
                }
            }
            if !hours.is_empty() {
                premium.insert(setting.into(), hours.into());
            }
        }
        minimum_and_maximum(&mut keys, &mut premium)?;
        if let Some(group) = keys.text("exclusive_group")? {
            premium.insert("group".into(), group.to_lowercase().into());
        }
        // What an hour pays decides within a group. It is not compared.
        if let Some(rate) = keys.number("amount_per_hour")? {
            let multiplier = format!("{}.{:03}", rate / 1_000, rate.rem_euclid(1_000));
            self.document.set(&format!("pay_codes.{code}.multiplier"), multiplier);
        }
        let dates = (keys.text("from_date")?, keys.text("to_date")?);
        let places = places(&mut keys)?;
        match (keys.text("type")?.as_deref(), &places) {
            // It depends on the place alone.
            (None, _) | (Some("differential"), Some(_)) => {}
            (Some("holiday"), _) => self.on_holidays(&mut premium, true),
            (Some("minimum_shift"), _) => self.minimum_shift(&mut keys, &mut premium)?,
            (Some(kind), _) => return unsupported(format!("premiums of type `{kind}`")),
        }
        keys.finish()?;
        if let Some(places) = places {
            premium.insert("where".into(), places);
        }
        self.codes.insert(code.clone());
        self.document.set(&format!("pay_codes.{code}.layer"), "premium");
        premium.insert("mode".into(), mode.into());
        if let Some(between) = between {
            premium.insert("between".into(), between.into());
        }
        self.between_dates(name, premium, dates)
    }

    /// A premium on holidays only, or on all other days.
    fn on_holidays(&self, premium: &mut toml::Table, only: bool) {
        let days = DayType::ALL.iter().filter(|kind| (**kind == DayType::StatutoryHoliday) == only);
        premium.insert("day_types".into(), texts(days.map(|kind| kind.code())));
    }

    /// A short shift is topped up. Shifts with less than some time between them are one.
    fn minimum_shift(&mut self, keys: &mut Keys, premium: &mut toml::Table) -> Result<(), Unsupported> {
        let Some(of) = keys.number("minimum_shift_minutes")? else {
            return unsupported("a premium of type `minimum_shift` without `minimum_shift_minutes`");
        };
        if premium.contains_key("minimum") || premium.contains_key("maximum") || premium.contains_key("group") {
            return unsupported("a premium of type `minimum_shift` with limits");
        }
        if let Some(gap) = keys.number("minimum_gap_between_shifts_minutes")? {
            let stated = self.document.get("matching.new_shift_gap");
            if stated.is_some_and(|stated| stated.as_str() != Some(&minutes(gap))) {
                return unsupported("two gaps after which a new shift begins");
            }
            self.document.set("matching.new_shift_gap", minutes(gap));
        }
        let settings = [("of", minutes(of).into()), ("then", "top_up".into()), ("per", "shift".into())];
        premium.insert("minimum".into(), entry(settings).into());
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
}

/// The least and the most that is paid, and what a shift must have in the window.
fn minimum_and_maximum(keys: &mut Keys, premium: &mut toml::Table) -> Result<(), Unsupported> {
    let per = match keys.text("min_max_scope")?.as_deref() {
        None | Some("day") => "workday",
        Some("punch_pair") => "pair",
        Some("shift") => "shift",
        Some("week") => "workweek",
        Some(other) => return unsupported(format!("`min_max_scope` {other}")),
    };
    if let Some(of) = keys.number("minimum_minutes")? {
        let settings = [("of", minutes(of).into()), ("then", "raise".into()), ("per", per.into())];
        premium.insert("minimum".into(), entry(settings).into());
    }
    if let Some(of) = keys.number("maximum_minutes")? {
        let settings = [("of", minutes(of).into()), ("per", per.into())];
        premium.insert("maximum".into(), entry(settings).into());
    }
    if let Some(least) = keys.number("minimum_minutes_in_range")? {
        premium.insert("min".into(), minutes(least).into());
    }
    Ok(())
}

/// The length of a legal hour, in minutes, as rulesets write it: 52.5 is `52m30s`.
fn hour_of(written: &serde_json::Value) -> Result<String, Unsupported> {
    let text = written.to_string();
    let (minutes, part) = text.split_once('.').unwrap_or((&text, "0"));
    let seconds = match (part.parse::<u32>(), 10_u32.checked_pow(part.len() as u32)) {
        (Ok(part), Some(whole)) if part < whole && (60 * u64::from(part)).is_multiple_of(u64::from(whole)) => {
            60 * u64::from(part) / u64::from(whole)
        }
        _ => return unsupported("`night_hour_minutes` in another form"),
    };
    match minutes.parse::<u32>() {
        Ok(minutes) => Ok(format!("{minutes}m{seconds}s")),
        Err(_) => unsupported("`night_hour_minutes` in another form"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_hours_are_minutes_and_parts_of_them() {
        let read = |text: &str| hour_of(&serde_json::from_str(text).unwrap());
        assert_eq!(read("52.5"), Ok("52m30s".to_owned()));
        assert_eq!(read("60"), Ok("60m0s".to_owned()));
        assert!(read("52.51").is_err());
        assert!(read("\"52:30\"").is_err());
    }
}
