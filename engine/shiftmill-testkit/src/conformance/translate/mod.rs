//! What a case states becomes an ordinary ruleset and ordinary files of facts.
//!
//! Each key of a policy has one reader. A reader that meets a form it does not know gives up; a key that no reader
//! takes makes the case unsupported.

mod approval;
mod breaks;
mod document;
mod expectation;
mod facts;
mod kinds_of_day;
pub(super) mod limits;
mod overtime;
mod premiums;
mod rounding;
mod schedule;

use std::collections::BTreeSet;
use std::path::Path;

use super::keys::{Keys, Unsupported, unsupported};
use super::stated::Stated;
use document::Document;
use facts::Facts;
pub use kinds_of_day::Money;

/// A case as the engine's own input.
#[derive(Clone, Debug, Default)]
pub struct Translation {
    /// The ruleset.
    pub ruleset: String,
    /// The files of facts: name and text.
    pub files: Vec<(&'static str, String)>,
    /// The zone.
    pub timezone: String,
    /// The local time of the evaluation, when the case states one.
    pub evaluated_at: Option<String>,
    /// The pay codes that the rules of the case pay to, as the case calls them.
    pub codes: BTreeSet<String>,
    /// What a counter held before the first day: rule and minutes.
    pub opening: Option<(String, i64)>,
    /// What worked time is compared with.
    pub compared: Compared,
    /// Whether work passes midnight, and the policy does not say on which date it counts.
    pub undated: bool,
    /// Whether the last punch of a shift is where its rounded total puts it.
    pub totals_move_punch: bool,
    /// What an hour of overtime is worth.
    pub money: Money,
}

/// What worked time is compared with for the figures `undertime` and `overtime`, where no rule of the case pays to
/// codes of these names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compared {
    /// Nothing is expected, so the figures do not exist.
    #[default]
    Nothing,
    /// The hours of a date, by a calendar or a length: the date as a whole.
    Hours,
    /// Shifts that the facts plan.
    Shifts,
}

impl Translation {
    /// Writes the ruleset and the facts into a folder, as `shiftmill evaluate` reads them.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("ruleset.toml"), &self.ruleset)?;
        for (name, text) in &self.files {
            std::fs::write(folder.join(name), text)?;
        }
        Ok(())
    }
}

/// The state of a translation.
struct Translator {
    policy: Keys,
    document: Document,
    facts: Facts,
    codes: BTreeSet<String>,
    opening: Option<(String, i64)>,
    compared: Compared,
    undated: bool,
    totals_move_punch: bool,
    money: Money,
    day_attribution_stated: bool,
    /// The holidays that are paid, and how many minutes each.
    holidays_paid: (Vec<String>, i64),
}

/// Translates what a case states.
///
/// # Errors
/// The first feature that the engine's rules do not have.
pub fn translate(stated: &Stated) -> Result<Translation, Unsupported> {
    let facts = Facts::read(stated)?;
    let mut translator = Translator {
        policy: stated.policy.clone(),
        document: Document::new(),
        facts,
        codes: BTreeSet::from(["regular".to_owned()]),
        opening: None,
        compared: Compared::Nothing,
        undated: false,
        totals_move_punch: false,
        money: Money::default(),
        day_attribution_stated: false,
        holidays_paid: (Vec::new(), 0),
    };
    translator.policy_as_a_whole()?;
    let evaluated_at = translator.policy.text("evaluated_at")?;
    translator.policy.finish()?;
    translator.facts.finish()?;
    Ok(Translation {
        ruleset: translator.document.text(),
        files: translator.facts.files(),
        timezone: stated.timezone.clone(),
        evaluated_at,
        codes: translator.codes,
        opening: translator.opening,
        compared: translator.compared,
        undated: translator.undated,
        totals_move_punch: translator.totals_move_punch,
        money: translator.money,
    })
}

impl Translator {
    fn policy_as_a_whole(&mut self) -> Result<(), Unsupported> {
        self.conventions();
        self.workdays()?;
        self.matching()?;
        self.pairing()?;
        self.planned_absences()?;
        self.schedule()?;
        self.expectation()?;
        self.attendance()?;
        self.calendar()?;
        self.leave()?;
        self.rounding()?;
        self.breaks()?;
        self.meal_requirements()?;
        self.limits()?;
        self.overtime_approval()?;
        self.kinds_of_day()?;
        self.overtime()?;
        self.premiums()
    }

    /// What holds where a case says nothing: nothing is dropped, nothing is limited, everything is compared.
    fn conventions(&mut self) {
        self.document.set("name", "case");
        self.document.set("punches.dedupe_window", "off");
        self.document.set("matching.shift_length_max", "72h");
        self.document.set("pairing.pair_length_max", "off");
        self.document.set("attendance.watch_window", "off");
        self.document.set("attendance.early_in_beyond", "0m");
        self.document.set("attendance.late_out_beyond", "0m");
    }

    fn workdays(&mut self) -> Result<(), Unsupported> {
        self.day_attribution_stated = self.policy.has("day_attribution");
        if let Some(day) = self.policy.text("workweek_start")? {
            self.document.set("workdays.workweek_opens", weekday(&day)?);
        }
        let attribution = match self.policy.text("day_attribution")?.as_deref() {
            // The shift that is planned has its date from the plan.
            None | Some("shift_start_date") if self.facts.has_schedule() => "schedule_label",
            None | Some("shift_start_date") => "start_day",
            Some("shift_end_date") => "end_day",
            Some("most_worked_date") => "majority",
            Some("split_at_midnight") => "split_midnight",
            Some(other) => return unsupported(format!("`day_attribution` {other}")),
        };
        let attribution = match self.policy.text("new_day_time")? {
            Some(time) => {
                self.document.set("workdays.opens_at", time);
                "divide_time"
            }
            None => attribution,
        };
        self.document.set("workdays.overtime", attribution);
        self.document.set("workdays.reporting", attribution);
        Ok(())
    }

    fn matching(&mut self) -> Result<(), Unsupported> {
        if let Some(gap) = self.policy.number("new_shift_gap_min")? {
            if gap == 0 {
                // Every gap begins a new shift: every in punch does, however short the gap before it.
                self.document.set("matching.shift_starts_at", "in_punch");
                self.document.set("matching.new_shift_gap", "48h");
            } else {
                self.document.set("matching.new_shift_gap", minutes(gap));
            }
        }
        if let Some(most) = self.policy.number("max_shift_min")? {
            self.document.set("matching.shift_length_max", minutes(most));
            self.document.set("pairing.pair_length_max", minutes(most));
            if self.facts.returns_from_a_pause_longer_than(most) {
                return unsupported("meals and breaks longer than the longest shift");
            }
        }
        let (mut before, mut after) =
            (self.policy.number("shift_match_before_min")?, self.policy.number("shift_match_after_min")?);
        if let Some(both) = self.policy.number("schedule_match_window_min")? {
            (before, after) = (before.or(Some(both)), after.or(Some(both)));
        }
        if let Some(before) = before {
            self.document.set("schedule.earliest_in", minutes(before));
        }
        if let Some(after) = after {
            self.document.set("schedule.latest_out", minutes(after));
        }
        // Ours match worked shifts, whose punches stay together.
        if let (Some(before), Some(after)) = (before, after)
            && self.facts.neighbours_in_different_windows(before, after)
        {
            return unsupported("punches matched one by one to planned shifts");
        }
        Ok(())
    }

    fn pairing(&mut self) -> Result<(), Unsupported> {
        let seconds_stated = self.policy.has("seconds");
        if let Some(seconds) = self.policy.text("seconds")? {
            match seconds.as_str() {
                "ignored" => self.document.set("punches.granularity", "minute"),
                other => return unsupported(format!("`seconds` {other}")),
            }
        }
        let exact = self.policy.flag("seconds_exact")?.is_some() || seconds_stated || self.policy.has("rounding");
        if !exact && self.facts.has_seconds() {
            return unsupported("punches with seconds, where the policy's data do not say whether seconds count");
        }
        let (pairing, worked) = (self.policy.text("pairing")?, self.policy.text("worked_time")?);
        let mode = match (pairing.as_deref(), worked.as_deref()) {
            (None | Some("strict"), None | Some("every_pair")) => return Ok(()),
            (Some("alternating"), None | Some("every_pair")) => "alternating",
            (Some("alternating"), Some("first_last")) => "first_last",
            // The first and the last punch decide whatever they say, so they have to say in and out.
            (None | Some("strict"), Some("first_last")) if self.facts.opens_with_in_and_closes_with_out() => {
                "first_last"
            }
            (pairing, worked) => {
                let both = [pairing, worked].into_iter().flatten().collect::<Vec<_>>().join(" with ");
                return unsupported(format!("pairing {both} for these punches"));
            }
        };
        self.document.set("pairing.mode", mode);
        Ok(())
    }
}

/// A length as rulesets write it.
fn minutes(minutes: i64) -> String {
    format!("{minutes}m")
}

/// `monday` or `mon` as rulesets write it.
fn weekday(word: &str) -> Result<&'static str, Unsupported> {
    let known = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let found = known.into_iter().find(|day| word.len() >= 3 && word[..3].eq_ignore_ascii_case(day));
    found.ok_or_else(|| Unsupported(format!("weekday `{word}`")))
}

/// The branches and departments that a rule is for, as a filter on tags; none where it is for all.
fn places(keys: &mut Keys) -> Result<Option<toml::Value>, Unsupported> {
    let mut filter = toml::Table::new();
    for (key, name) in [("only_branches", "branch"), ("only_departments", "department")] {
        let values = keys.texts(key)?;
        if !values.is_empty() {
            filter.insert(name.to_owned(), document::texts(values));
        }
    }
    Ok((!filter.is_empty()).then_some(toml::Value::Table(filter)))
}

/// Start and end of a window as rulesets write it.
fn window(mut keys: Keys) -> Result<String, Unsupported> {
    let (start, end) = (keys.text("start")?, keys.text("end")?);
    keys.finish()?;
    match (start, end) {
        (Some(start), Some(end)) => Ok(format!("{start}-{end}")),
        _ => unsupported("a window without start or end"),
    }
}
