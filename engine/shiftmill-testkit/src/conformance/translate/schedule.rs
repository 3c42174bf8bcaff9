//! Planned shifts, how they are compared with what was worked, days that are not ordinary, and leave.

use jiff::ToSpan;
use jiff::civil::Date;

use super::super::keys::{Keys, Unsupported, unsupported};
use super::document::{entry, texts};
use super::{Translator, minutes, weekday};

/// The settings of what is forgiven at a punch.
const GRACES: [&str; 4] = ["late_grace", "early_grace", "early_in_beyond", "late_out_beyond"];

impl Translator {
    pub(super) fn schedule(&mut self) -> Result<(), Unsupported> {
        if let Some(shift) = self.policy.object("shift")? {
            self.shift(shift)?;
        }
        // The parts of a planned day are the blocks of one shift; the facts have to state them.
        if !self.policy.objects("shift_intervals")?.is_empty() {
            if !self.facts.has_schedule() {
                return unsupported("planned shifts of several parts, unless the facts state them");
            }
            self.facts.split = true;
            // Leave covers the planned parts, and not the time between them.
            self.facts.clip_leave();
        }
        Ok(())
    }

    /// The planned shift of every day, where the facts do not plan.
    fn shift(&mut self, mut shift: Keys) -> Result<(), Unsupported> {
        if let Some(grace) = shift.number("late_grace_min")? {
            self.document.set("attendance.late_grace", minutes(grace));
        }
        if let Some(grace) = shift.number("early_grace_min")? {
            self.document.set("attendance.early_grace", minutes(grace));
        }
        let (start, end, weekdays) = (shift.text("start")?, shift.text("end")?, shift.texts("weekdays")?);
        shift.finish()?;
        let (Some(start), Some(end)) = (start, end) else { return Ok(()) };
        if self.facts.has_schedule() {
            return Ok(());
        }
        // Clock times are written alike, so that texts compare as times.
        if start < end {
            // Whatever is worked on the date is compared with the shift.
            let (opens, closes) = (minute_of_day(&start)?, minute_of_day(&end)?);
            self.document.set("shifts.planned.earliest_in", minutes(opens));
            self.document.set("shifts.planned.latest_out", minutes(1_440 - closes));
        }
        self.document.set("shifts.planned.start", start);
        self.document.set("shifts.planned.end", end);
        let mut days = weekdays.iter().map(|day| weekday(day)).collect::<Result<Vec<_>, _>>()?;
        if days.is_empty() {
            days.push("Mon-Sun");
        }
        for day in days {
            self.document.set(&format!("schedule.pattern.{day}"), "planned");
        }
        Ok(())
    }

    pub(super) fn attendance(&mut self) -> Result<(), Unsupported> {
        if let Some(grace) = self.policy.number("late_grace_min")? {
            self.document.set("attendance.late_grace", minutes(grace));
        }
        if let Some(grace) = self.policy.number("grace_min")? {
            for setting in GRACES {
                self.document.set(&format!("attendance.{setting}"), minutes(grace));
            }
        }
        self.tolerance()?;
        match self.policy.text("late_measured_from")?.as_deref() {
            None => {}
            Some("shift_start") => self.document.set("attendance.grace_mode", "cliff"),
            Some("grace_end") => self.document.set("attendance.grace_mode", "deduct"),
            Some(other) => return unsupported(format!("`late_measured_from` {other}")),
        }
        if let Some(time) = self.policy.text("late_from")? {
            self.late_from(&time)?;
        }
        if let Some(window) = self.policy.number("flex_start_min")? {
            for setting in ["flex_early", "flex_late"] {
                self.document.set(&format!("attendance.{setting}"), minutes(window));
            }
        }
        self.facts.left = self.policy.text("employment_end")?;
        if self.policy.flag("absence_detection")? == Some(false) {
            self.document.set("attendance.absence_delay", "off");
        } else if self.policy.has("evaluated_at") {
            // Nobody is absent on a day that is not over.
            self.document.set("attendance.absence_delay", minutes(self.facts.minutes_left_after_shifts()));
        }
        self.half_day_absence()?;
        for (key, setting) in [("absent_below_min", "absent_below"), ("half_day_below_min", "half_day_below")] {
            if let Some(limit) = self.policy.number(key)?.filter(|limit| *limit > 0) {
                self.document.set(&format!("attendance.{setting}"), minutes(limit));
            }
        }
        // A break is not planned time, so that nobody is late for it.
        self.document.set("attendance.measured", "planned");
        if let Some(undertime) = self.policy.object("undertime")? {
            // An empty object says that nothing is filled up.
            undertime.finish()?;
        }
        Ok(())
    }

    /// What is forgiven at each punch, and on a day.
    fn tolerance(&mut self) -> Result<(), Unsupported> {
        let Some(mut tolerance) = self.policy.object("tolerance")? else { return Ok(()) };
        let (each, day) = (tolerance.number("per_event_min")?, tolerance.number("per_day_min")?);
        if let Some(day) = day {
            self.document.set("attendance.day_tolerance", minutes(day));
        }
        // Without a limit of its own, each may be as long as all of the day.
        if let Some(each) = each.or(day) {
            GRACES.iter().for_each(|setting| self.document.set(&format!("attendance.{setting}"), minutes(each)));
        }
        if tolerance.flag("all_or_nothing")? == Some(false) {
            return unsupported("a tolerance beyond which only the rest of an early leave counts");
        }
        let mut events = tolerance.texts("events")?;
        events.sort_unstable();
        match events.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [] => {}
            ["first_in", "last_out"] => self.document.set("attendance.edges", "outer"),
            _ => return unsupported(format!("a tolerance of {}", events.join(", "))),
        }
        tolerance.finish()
    }

    /// Late from this time of day on, which is the first planned start and a grace that ends just before.
    fn late_from(&mut self, time: &str) -> Result<(), Unsupported> {
        let parts: Vec<i64> = time.split(':').filter_map(|part| part.parse().ok()).collect();
        let first = self.facts.shift_minutes().into_iter().map(|shift| shift.0).min();
        let (Some(first), [hours, minutes]) = (first, parts.as_slice()) else {
            return unsupported("`late_from` without planned shifts");
        };
        let grace = (hours * 60 + minutes - first) * 60 - 1;
        if grace < 0 {
            return unsupported("`late_from` before the planned start");
        }
        self.document.set("attendance.late_grace", format!("{grace}s"));
        Ok(())
    }

    pub(super) fn calendar(&mut self) -> Result<(), Unsupported> {
        let mut holidays = self.policy.texts("holidays")?;
        let by_weekday = self.policy.texts("holiday_weekdays")?;
        holidays.extend(self.facts.dates_on(&by_weekday)?);
        holidays.sort_unstable();
        holidays.dedup();
        let days_off = self.policy.texts("weekend")?;
        if !days_off.is_empty() {
            let days = days_off.iter().map(|day| weekday(day)).collect::<Result<Vec<_>, _>>()?;
            self.document.set("calendar.rest_days", texts(days));
        }
        if let Some(pay) = self.policy.object("holiday_pay")? {
            self.holiday_pay(pay, &holidays)?;
        }
        if let Some(overtime) = self.policy.object("holiday_overtime")? {
            self.holiday_overtime(overtime)?;
        }
        if !holidays.is_empty() {
            self.no_absence_on(&holidays)?;
            // A shift belongs to the date of its workday as a whole, unless each minute is of its own date.
            let basis = if self.has_bands()? { "calendar_split" } else { "workday" };
            self.document.set("holidays.basis", basis);
            self.document.set("calendar.statutory_holidays", texts(holidays));
        }
        Ok(())
    }

    /// No employee is absent on a holiday: absence is not checked from its date to the next.
    /// Whether daily overtime is told apart by the clock and the date of each minute.
    fn has_bands(&self) -> Result<bool, Unsupported> {
        let daily = self.policy.clone().object("daily_overtime")?;
        Ok(daily.is_some_and(|daily| daily.has("after_minutes") && !daily.has("tiers") && !daily.has("code")))
    }

    pub(super) fn has_holidays(&self) -> bool {
        self.document.get("calendar.statutory_holidays").is_some()
    }

    fn no_absence_on(&mut self, holidays: &[String]) -> Result<(), Unsupported> {
        let judged = self.document.get("attendance.absence_delay").unwrap_or_else(|| "0m".into());
        for holiday in holidays {
            let date: Date = holiday.parse().map_err(|_| Unsupported(format!("the date `{holiday}`")))?;
            let next = date.checked_add(1.day()).map_err(|_| Unsupported(format!("the date `{holiday}`")))?.to_string();
            self.absence_from(holiday, "off".into());
            if !holidays.contains(&next) {
                self.absence_from(&next, judged.clone());
            }
        }
        Ok(())
    }

    fn absence_from(&mut self, date: &str, delay: toml::Value) {
        let attendance = toml::Value::Table(entry([("absence_delay", delay)]));
        self.document.change(date).insert("attendance".into(), attendance);
    }

    fn holiday_pay(&mut self, mut pay: Keys, holidays: &[String]) -> Result<(), Unsupported> {
        let on_holiday = match pay.text("shift_on_holiday")?.as_deref() {
            None => "either",
            Some("must_work") => "must_work",
            Some("must_not_work") => "must_not_work",
            Some("must_work_only_if_scheduled") => "must_work_if_scheduled",
            Some("must_not_work_only_if_scheduled_absent") => "must_not_work_if_off",
            Some("must_not_work_and_must_be_scheduled_absent") => "must_not_work_and_be_off",
            Some("must_not_work_and_must_not_be_scheduled") => "must_not_work_nor_be_scheduled",
            Some(other) => return unsupported(format!("`holiday_pay.shift_on_holiday` {other}")),
        };
        self.document.set("holidays.not_worked.eligibility.on_holiday", on_holiday);
        for (key, setting, of) in
            [("must_work_before", "worked_before", "of_last"), ("must_work_after", "worked_after", "of_next")]
        {
            if let Some(days) = pay.object(key)? {
                let table = worked_days(days, of)?;
                self.document.set(&format!("holidays.not_worked.eligibility.{setting}"), table);
            }
        }
        // Who may be paid for a holiday says nothing about overtime on it.
        self.document.set("holidays.not_worked.eligibility.forced_overtime", true);
        let (Some(amount), Some(code)) = (pay.number("holiday_pay_minutes")?, pay.text("holiday_pay_code")?) else {
            return unsupported("`holiday_pay` without amount or code");
        };
        pay.finish()?;
        self.document.set(&format!("pay_codes.{code}.layer"), "quantity");
        self.document.set("holidays.not_worked.pay", code.clone());
        self.document.set("holidays.not_worked.amount", minutes(amount));
        // Leave that somebody entered takes the place of holiday pay of its code.
        self.document.set("holidays.not_worked.beside_leave", "other_codes");
        self.holidays_paid = (holidays.to_vec(), amount);
        self.codes.insert(code);
        Ok(())
    }

    pub(super) fn leave(&mut self) -> Result<(), Unsupported> {
        for code in self.facts.leave_codes() {
            let name = code.replace('_', "-");
            if name.is_empty() || !code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
                return unsupported(format!("the leave code `{code}`"));
            }
            self.document.set(&format!("pay_codes.{code}"), toml::Value::Table(entry([("paid", true.into())])));
            self.document.set(&format!("leave.codes.{code}.pay"), code.clone());
            self.codes.insert(code);
        }
        Ok(())
    }
}

/// So many days out of so many that must be worked.
fn worked_days(mut days: Keys, of: &str) -> Result<toml::Table, Unsupported> {
    let (at_least, out_of) = (days.number("days")?, days.number("out_of")?);
    let kind = match days.text("basis")?.as_deref() {
        None | Some("calendar_days") => "calendar",
        Some("scheduled_days") => "scheduled",
        Some("same_weekday") => "same_weekday",
        Some(other) => return unsupported(format!("worked days by {other}")),
    };
    days.finish()?;
    let (at_least, out_of) = (at_least.unwrap_or(1), out_of.or(at_least).unwrap_or(1));
    Ok(entry([("at_least", at_least.into()), (of, out_of.into()), ("days", kind.into())]))
}

/// Minutes after midnight of a clock time.
fn minute_of_day(time: &str) -> Result<i64, Unsupported> {
    let parts = time.split_once(':').and_then(|(hours, minutes)| Some((hours.parse().ok()?, minutes.parse().ok()?)));
    let (hours, minutes): (i64, i64) = parts.ok_or_else(|| Unsupported(format!("the clock time `{time}`")))?;
    Ok(hours * 60 + minutes)
}
