//! What a day expects: planned shifts, a calendar of usual hours, or a length.
//!
//! Two readings of `undertime` are common, and the data tell them apart. Shifts that the facts plan are planned clock
//! times: work outside of them makes up for nothing, and `late` counts the time before the first of work and leave, so
//! that `undertime` counts the rest. Where time is clipped to the plan, net time is compared as a whole. Usual hours
//! of a calendar, and a length, state how much is expected: the day is compared as a whole.

use toml::Value;

use super::super::keys::{Unsupported, unsupported};
use super::document::entry;
use super::{Compared, Translator, minutes};

impl Translator {
    pub(super) fn expectation(&mut self) -> Result<(), Unsupported> {
        let hours = self.policy.number("daily_expected_min")?;
        let by_calendar = self.document.has("shifts.planned");
        self.compared = match hours {
            Some(_) if by_calendar || self.facts.has_schedule() => {
                return unsupported("`daily_expected_min` beside planned shifts");
            }
            Some(hours) => {
                let day = entry([("days", "Mon-Sun".into()), ("length", minutes(hours).into())]);
                self.document.set("expectation.hours", Value::Array(vec![Value::Table(day)]));
                self.document.set("attendance.unscheduled", false);
                Compared::Hours
            }
            None if by_calendar => Compared::Hours,
            None if self.facts.has_schedule() => Compared::Shifts,
            None => return Ok(()),
        };
        self.document.set("expectation.undertime_beyond", "0m");
        self.document.set("expectation.over_schedule_beyond", "0m");
        let clipped = self.policy.clone().flag("clip_to_schedule")? == Some(true);
        match self.compared {
            Compared::Nothing => {}
            Compared::Hours => {
                let stated = self.day_attribution_stated || self.shift_passes_midnight();
                self.undated = !stated && self.facts.passes_midnight();
            }
            Compared::Shifts if clipped => {}
            Compared::Shifts => {
                self.document.set("expectation.counts", "within_planned");
                self.document.set("expectation.lateness_counts", false);
            }
        }
        Ok(())
    }

    fn shift_passes_midnight(&self) -> bool {
        let (start, end) = (self.document.get("shifts.planned.start"), self.document.get("shifts.planned.end"));
        start.zip(end).is_some_and(|(start, end)| start.as_str() >= end.as_str())
    }

    /// Late by so much beyond the grace, or early by more than this, is half a day absent.
    pub(super) fn half_day_absence(&mut self) -> Result<(), Unsupported> {
        let Some(mut rule) = self.policy.object("half_day_absence")? else { return Ok(()) };
        let (late, early) = (rule.number("late_beyond_grace_min")?, rule.number("early_over_min")?);
        rule.finish()?;
        let grace = match self.document.get("attendance.late_grace") {
            None => 0,
            Some(grace) => match grace.as_str().and_then(|grace| grace.strip_suffix('m')?.parse::<i64>().ok()) {
                Some(grace) => grace,
                None => return unsupported("half a day absent beyond a grace of seconds"),
            },
        };
        let step = |from: i64, compare: &str| {
            entry([("from", minutes(from).into()), ("compare", compare.into()), ("outcome", "absent_half".into())])
        };
        if let Some(late) = late {
            self.document.push("attendance.late_tiers", step(grace + late, "at_least"));
        }
        if let Some(early) = early {
            self.document.push("attendance.early_tiers", step(early, "more_than"));
        }
        Ok(())
    }

    /// A planned absence is leave as long as the shift would have been paid: less the automatic meal.
    pub(super) fn planned_absences(&mut self) -> Result<(), Unsupported> {
        let mut breaks = Vec::new();
        for list in ["meals", "breaks"] {
            for mut rule in self.policy.clone().objects(list)? {
                if rule.text("mode")?.as_deref() == Some("auto_deduct") {
                    breaks.push((rule.number("trigger_after_min")?.unwrap_or(0), rule.number("minutes")?.unwrap_or(0)));
                }
            }
        }
        if let Some(mut pay) = self.policy.clone().object("holiday_pay")? {
            let (holidays, code) = (self.policy.clone().texts("holidays")?, pay.text("holiday_pay_code")?);
            self.facts.take_days_off(&holidays, code.as_deref());
        }
        self.facts.absences_as_leave(&breaks)
    }
}
