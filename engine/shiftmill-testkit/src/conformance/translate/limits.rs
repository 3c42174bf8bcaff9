//! Limits of working time, which only raise exceptions, and overtime without an adequate break.

use toml::Value;

use super::super::keys::{Unsupported, unsupported};
use super::document::entry;
use super::overtime::Tier;
use super::{Translator, minutes};

/// The watcher behind `over_8h_note`: more than eight hours a day are worth a note, whatever the limit.
pub(in super::super) const NOTE: &str = "eight-hours-note";

impl Translator {
    pub(super) fn limits(&mut self) -> Result<(), Unsupported> {
        if let Some(least) = self.policy.number("min_rest_between_shifts_min")? {
            self.watch("rest", "rest_between_shifts", [("at_least", minutes(least).into())]);
        }
        if let Some(most) = self.policy.number("max_daily_work_min")? {
            self.watch("daily-limit", "hours", [("scope", "workday".into()), ("limit", minutes(most).into())]);
            let note = [("scope", "workday".into()), ("limit", "8h".into()), ("severity", "info".into())];
            self.watch(NOTE, "hours", note);
        }
        if let Some(most) = self.policy.number("max_consecutive_days")? {
            self.watch("days-in-a-row", "days_in_a_row", [("at_most", most.into())]);
        }
        if let Some(over) = self.policy.number("meal_required_over_min")? {
            // Any gap is a meal, and it may be at any time.
            let settings = [
                ("name", "required-meal".into()),
                ("judged_by", "shift".into()),
                ("when_worked", minutes(over).into()),
                ("start_by", "48h".into()),
                ("length", "1s".into()),
            ];
            self.document.push("meal_requirement", entry(settings));
        }
        Ok(())
    }

    /// Breaks of the law that somebody has to take.
    pub(super) fn watch_breaks(&mut self, over: i64, amount: i64, piece: i64) {
        let piece = if piece > 0 { minutes(piece) } else { "1s".to_owned() };
        let settings = [
            ("worked_over", minutes(over).into()),
            ("at_least", minutes(amount).into()),
            ("piece_at_least", piece.into()),
        ];
        self.watch(&format!("breaks-over-{over}"), "breaks", settings);
    }

    /// Work beyond a time is overtime until an adequate break: such a break begins a shift of its own.
    pub(super) fn continuous_work(&mut self) -> Result<Option<Tier>, Unsupported> {
        let (after, adequate) =
            (self.policy.number("continuous_work_overtime_after_min")?, self.policy.number("adequate_break_min")?);
        let (Some(after), Some(adequate)) = (after, adequate) else {
            return match (after, adequate) {
                (None, None) => Ok(None),
                _ => unsupported("overtime of continuous work without its time or its break"),
            };
        };
        let gap = self.document.get("matching.new_shift_gap");
        if gap.is_some_and(|gap| gap != Value::from(minutes(adequate))) {
            return unsupported("overtime of continuous work, and a gap of its own between shifts");
        }
        self.document.set("matching.new_shift_gap", minutes(adequate));
        Ok(Some(Tier::plain("continuous", "shift", after, "overtime")))
    }

    fn watch<const N: usize>(&mut self, name: &str, kind: &str, settings: [(&str, Value); N]) {
        let mut table = entry(settings);
        table.insert("name".into(), name.into());
        table.insert("kind".into(), kind.into());
        self.document.push("watchers", table);
    }
}
