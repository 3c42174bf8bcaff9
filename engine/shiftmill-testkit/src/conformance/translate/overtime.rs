//! Overtime tiers of all scopes, and how they combine.
//!
//! Where rates are stated, the higher rate wins a second and an earlier scope wins a tie; a minute that a daily tier
//! pays does not feed wider counters. That is our plain way of combining unless a wider tier has a higher rate than a
//! daily one; then it is a combination table.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use toml::Value;

use super::super::keys::{Keys, Unsupported, unsupported};
use super::document::{entry, texts};
use super::{Translator, minutes, places, window};

/// A tier in the making.
#[derive(Clone)]
pub(super) struct Tier {
    pub name: String,
    pub scope: &'static str,
    pub after: i64,
    pub code: String,
    /// Thousandths.
    pub rate: i64,
    pub more: toml::Table,
}

impl Tier {
    /// A tier at the usual rate of its code.
    pub(super) fn plain(name: &str, scope: &'static str, after: i64, code: &str) -> Tier {
        let (name, code, rate) = (name.to_owned(), code.to_owned(), usual_rate(code, 0));
        Tier { name, scope, after, code, rate, more: toml::Table::new() }
    }
}

const SHIPPED: [(&str, i64); 6] = [
    ("overtime_1_0", 1_000),
    ("overtime_1_25", 1_250),
    ("overtime_1_35", 1_350),
    ("overtime_1_5", 1_500),
    ("overtime_2_0", 2_000),
    ("overtime_3_0", 3_000),
];

impl Translator {
    pub(super) fn overtime(&mut self) -> Result<(), Unsupported> {
        let mut tiers = Vec::new();
        if let Some(mut daily) = self.policy.object("daily_overtime")? {
            self.no_counts(&mut daily)?;
            match daily.number("after_minutes")?.filter(|_| !daily.has("tiers")) {
                Some(after) => tiers.extend(self.bands(after, daily.text("code")?)?),
                None => tiers.extend(self.tiers("daily", "workday", &mut daily)?),
            }
            daily.finish()?;
        }
        let weekly_counts = match self.policy.object("weekly_overtime")? {
            None => None,
            Some(mut weekly) => {
                let counts = weekly.text("counts")?;
                tiers.extend(self.tiers("weekly", "workweek", &mut weekly)?);
                weekly.finish()?;
                counts
            }
        };
        self.weekly_counts(weekly_counts.as_deref(), &mut tiers)?;
        if let Some(mut several) = self.policy.object("multi_week_overtime")? {
            let (weeks, anchor) = (several.number("weeks")?, several.text("anchor")?);
            for mut tier in self.tiers("weeks", "workweeks", &mut several)? {
                tier.more.insert("weeks".into(), weeks.unwrap_or(2).into());
                tier.more.insert("anchor".into(), anchor.clone().unwrap_or_default().into());
                tiers.push(tier);
            }
            several.finish()?;
        }
        if let Some(consecutive) = self.policy.object("consecutive_day_overtime")? {
            tiers.extend(self.consecutive(consecutive)?);
        }
        tiers.extend(self.continuous_work()?);
        if let Some(rule) = self.policy.object("overtime_rule")? {
            tiers.extend(self.greater_of(rule)?);
        }
        if let Some(minutes) = self.policy.number("prior_regular_minutes")? {
            let weekly = tiers.iter().find(|tier| tier.scope == "workweek");
            match weekly {
                Some(tier) => self.opening = Some((tier.name.clone(), minutes)),
                None => return unsupported("`prior_regular_minutes` without weekly overtime"),
            }
        }
        self.write(tiers)
    }

    /// Work on listed dates is paid at a code of its own, unless a daily tier pays as much.
    pub(super) fn holiday_overtime(&mut self, mut overtime: Keys) -> Result<(), Unsupported> {
        for mut tier in self.tiers("holiday", "workday", &mut overtime)? {
            tier.more.insert("day_types".into(), texts(["statutory_holiday"]));
            tier.more.insert("priority".into(), (-1).into());
            self.declare(&tier)?;
            self.push_tier(&tier);
        }
        overtime.finish()
    }

    /// Overtime beyond a length, by the clock where there is a night, and by the date where there are holidays.
    fn bands(&mut self, after: i64, code: Option<String>) -> Result<Vec<Tier>, Unsupported> {
        let night = self.policy.clone().object("night_window")?.map(window).transpose()?;
        let bands: &[(&str, i64)] = match (code.is_some(), night.is_some(), self.has_holidays()) {
            (true, _, _) | (false, false, false) => &[("overtime", 1_500)],
            (false, false, true) => &[("overtime", 1_250), ("overtime_holiday", 2_000)],
            (false, true, false) => &[("overtime_day", 1_250), ("overtime_night", 1_750)],
            (false, true, true) => &[
                ("overtime_day", 1_250),
                ("overtime_night", 1_750),
                ("overtime_holiday_day", 2_000),
                ("overtime_holiday_night", 2_500),
            ],
        };
        let tier = |(name, rate): &(&str, i64)| {
            let mut more = toml::Table::new();
            if name.ends_with("night") {
                more.extend(night.clone().map(|night| ("between".to_owned(), night.into())));
            }
            if name.contains("holiday") {
                more.insert("day_types".into(), texts(["statutory_holiday"]));
                more.insert("counts_other_day_types".into(), true.into());
            }
            let code = code.clone().unwrap_or_else(|| (*name).to_owned());
            Tier { name: (*name).to_owned(), scope: "workday", after, code, rate: *rate, more }
        };
        Ok(bands.iter().map(tier).collect())
    }

    fn no_counts(&self, keys: &mut Keys) -> Result<(), Unsupported> {
        match keys.text("counts")? {
            None => Ok(()),
            Some(other) => unsupported(format!("daily overtime that counts `{other}`")),
        }
    }

    fn tiers(&mut self, name: &str, scope: &'static str, keys: &mut Keys) -> Result<Vec<Tier>, Unsupported> {
        let listed = keys.objects("tiers")?;
        if listed.is_empty() {
            return unsupported(format!("{name} overtime without tiers"));
        }
        let mut tiers = Vec::new();
        for (index, mut keys) in listed.into_iter().enumerate() {
            let Some(code) = keys.text("code")? else { return unsupported("overtime without a code") };
            let after = keys.number("after_minutes")?.unwrap_or(0);
            let rate = match keys.take("rate") {
                Some(rate) => thousandths(&rate)?,
                None => usual_rate(&code, index),
            };
            let mut more = toml::Table::new();
            match keys.text("counts")?.as_deref() {
                None => {}
                Some("worked_and_paid_absence") => {
                    more.insert("leave_counts".into(), true.into());
                }
                Some(other) => return unsupported(format!("overtime that counts `{other}`")),
            }
            if let Some(day) = keys.number("from_day")? {
                more.insert("consecutive".into(), Value::Table(entry([("day", day.into())])));
            }
            if let Some(places) = places(&mut keys)? {
                more.insert("where".into(), places);
                more.insert("counts_other_tags".into(), true.into());
            }
            keys.finish()?;
            // Among equal rates of one scope the later tier is the one that was reached last.
            more.insert("priority".into(), (index as i64).into());
            tiers.push(Tier { name: format!("{name}-{index}"), scope, after, code, rate, more });
        }
        Ok(tiers)
    }

    fn weekly_counts(&mut self, counts: Option<&str>, tiers: &mut [Tier]) -> Result<(), Unsupported> {
        let weekly = tiers.iter_mut().filter(|tier| tier.scope == "workweek");
        match counts {
            None | Some("regular_minutes_only") => {}
            Some("worked_and_paid_absence") => weekly.for_each(|tier| {
                tier.more.insert("leave_counts".into(), true.into());
            }),
            Some("all_worked_minutes") => weekly.for_each(|tier| {
                tier.more.insert("counts".into(), "all_hours".into());
            }),
            Some(other) => return unsupported(format!("weekly overtime that counts `{other}`")),
        }
        Ok(())
    }

    fn consecutive(&mut self, mut keys: Keys) -> Result<Vec<Tier>, Unsupported> {
        let reset = match keys.text("scope")?.as_deref() {
            None | Some("within_workweek") => "workweek",
            Some("across_workweeks") => "rolling",
            Some(other) => return unsupported(format!("consecutive days `{other}`")),
        };
        let day = keys.number("day")?;
        let mut tiers = self.tiers("consecutive", "workday", &mut keys)?;
        keys.finish()?;
        for tier in &mut tiers {
            let condition = tier.more.remove("consecutive").and_then(|value| value.get("day").cloned());
            let (day, mode) = match (day, condition) {
                (Some(day), None) => (Value::from(day), "exactly"),
                (None, Some(day)) => (day, "at_least"),
                _ => return unsupported("consecutive days without a number"),
            };
            let condition = entry([("day", day), ("mode", mode.into()), ("reset", reset.into())]);
            tier.more.insert("consecutive".into(), Value::Table(condition));
        }
        Ok(tiers)
    }

    /// The greater of the daily sum and the weekly excess pays as much as daily and weekly tiers without pyramiding.
    fn greater_of(&mut self, mut keys: Keys) -> Result<Vec<Tier>, Unsupported> {
        match keys.text("method")?.as_deref() {
            Some("greater_of_daily_sum_and_weekly") => {}
            other => return unsupported(format!("`overtime_rule` {}", other.unwrap_or("without a method"))),
        }
        let (daily, weekly) = (keys.number("daily_after_minutes")?, keys.number("weekly_after_minutes")?);
        let code = keys.text("code")?;
        keys.finish()?;
        let (Some(daily), Some(weekly), Some(code)) = (daily, weekly, code) else {
            return unsupported("`overtime_rule` without limits or code");
        };
        let tier = |name: &str, scope, after| Tier {
            name: name.to_owned(),
            scope,
            after,
            rate: usual_rate(&code, 0),
            code: code.clone(),
            more: toml::Table::new(),
        };
        Ok(vec![tier("daily", "workday", daily), tier("weekly", "workweek", weekly)])
    }

    fn write(&mut self, tiers: Vec<Tier>) -> Result<(), Unsupported> {
        let with_leave = tiers.iter().filter(|tier| tier.more.contains_key("leave_counts")).map(|tier| tier.after);
        let (holidays, paid) = (self.holidays_paid.0.clone(), self.holidays_paid.1);
        if with_leave.min().is_some_and(|limit| self.facts.leave_passes(limit, &holidays, paid)) {
            return unsupported("leave that becomes overtime itself");
        }
        let counts_leave = |tier: &&Tier| tier.more.contains_key("leave_counts");
        let counting: Vec<String> = tiers.iter().filter(counts_leave).map(|tier| tier.name.clone()).collect();
        if self.document.has("holidays.not_worked") && !counting.is_empty() {
            // What holidays pay is paid absence.
            self.document.set("holidays.not_worked.counts_toward", texts(counting));
        }
        for tier in &tiers {
            self.declare(tier)?;
            self.push_tier(tier);
        }
        let wide = tiers.iter().filter(|tier| tier.scope != "workday").map(|tier| tier.rate).max();
        let daily = tiers.iter().filter(|tier| tier.scope == "workday").map(|tier| tier.rate).min();
        match (wide, daily) {
            (Some(wide), Some(daily)) if wide > daily => self.table(&tiers),
            _ => Ok(()),
        }
    }

    /// The combination table of daily and weekly tiers: the higher rate wins, the daily one a tie, and what a daily tier
    /// pays does not feed the weekly counters.
    fn table(&mut self, tiers: &[Tier]) -> Result<(), Unsupported> {
        let plain = |tier: &Tier| tier.more.keys().all(|key| key == "priority");
        if !tiers.iter().all(|tier| plain(tier) && ["workday", "workweek"].contains(&tier.scope)) {
            return unsupported("tiers of several scopes where a wider one has the higher rate");
        }
        let of = |scope: &str| -> Vec<&Tier> { tiers.iter().filter(|tier| tier.scope == scope).collect() };
        let (daily, weekly) = (of("workday"), of("workweek"));
        let names = |list: &[&Tier]| texts(list.iter().map(|tier| tier.name.clone()));
        let both = texts(tiers.iter().map(|tier| tier.name.clone()));
        let mut rows = Vec::new();
        for day in std::iter::once(None).chain(daily.iter().copied().map(Some)) {
            for week in std::iter::once(None).chain(weekly.iter().copied().map(Some)) {
                let reached: Vec<&Tier> = day.into_iter().chain(week).collect();
                let daily_wins = day.is_some_and(|day| week.is_none_or(|week| day.rate >= week.rate));
                let winner = if daily_wins { day } else { week };
                let pay = winner.map_or("regular", |tier| tier.code.as_str());
                let counts = if daily_wins { names(&daily) } else { both.clone() };
                rows.push(Value::Table(entry([
                    ("when", names(&reached)),
                    ("pay", pay.into()),
                    ("counts_toward", counts),
                ])));
            }
        }
        self.document.set("overtime.combine", "table");
        self.document.set("overtime.table.rows", Value::Array(rows));
        Ok(())
    }

    pub(super) fn push_tier(&mut self, tier: &Tier) {
        let mut table = entry([
            ("name", tier.name.clone().into()),
            ("scope", tier.scope.into()),
            ("after", minutes(tier.after).into()),
            ("pay", tier.code.clone().into()),
        ]);
        table.extend(tier.more.clone());
        self.document.push("overtime.tiers", table);
    }

    /// Declares the pay code of a tier with its rate.
    pub(super) fn declare(&mut self, tier: &Tier) -> Result<(), Unsupported> {
        self.codes.insert(tier.code.clone());
        if let Some((_, rate)) = SHIPPED.iter().find(|shipped| shipped.0 == tier.code) {
            if *rate != tier.rate {
                return unsupported(format!("pay code `{}` at another rate", tier.code));
            }
            return Ok(());
        }
        let rate = format!("{}.{:03}", tier.rate / 1_000, tier.rate % 1_000);
        self.document.set(&format!("pay_codes.{}.multiplier", tier.code), rate);
        Ok(())
    }
}

/// Thousandths of a rate such as 1.5.
fn thousandths(rate: &Json) -> Result<i64, Unsupported> {
    let text = rate.to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
    match (whole.parse::<i64>(), format!("{part:0<3}").parse::<i64>()) {
        (Ok(whole), Ok(part)) if part < 1_000 => Ok(whole * 1_000 + part),
        _ => unsupported(format!("the rate {text}")),
    }
}

/// The rate of a code where none is stated: what its name says, otherwise more for each further tier.
fn usual_rate(code: &str, index: usize) -> i64 {
    let known: BTreeMap<&str, i64> = SHIPPED.into_iter().chain([("double_time", 2_000)]).collect();
    known.get(code).copied().unwrap_or(1_500 + 250 * index as i64)
}
