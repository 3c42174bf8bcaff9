//! Rounding of punches and of lengths.
//!
//! Some forms are not one rule of ours but many: a residual that decides (a grace before rounding up or down, snapping
//! to a mark that is near) becomes one rule per mark of the day, each for the window of the clock in which it acts.

use toml::Value;

use super::super::keys::{Keys, Unsupported, unsupported};
use super::Translator;
use super::document::{entry, texts};

/// The most rules that a form may become.
const RULES_MAX: usize = 1_000;

impl Translator {
    pub(super) fn rounding(&mut self) -> Result<(), Unsupported> {
        for (index, mut keys) in self.policy.objects("rounding")?.into_iter().enumerate() {
            let target = keys.text("applies_to")?.unwrap_or_else(|| "all".into());
            let unit = keys.number("unit_min")?.unwrap_or(0);
            let rule = match target.as_str() {
                "duration" => self.length(index, "shift", unit, &mut keys).map(|()| None)?,
                "day_total" => {
                    self.totals_move_punch = true;
                    self.length(index, "workday", unit, &mut keys).map(|()| None)?
                }
                _ => Rule::read(index, &target, unit, &mut keys)?,
            };
            keys.finish()?;
            match rule {
                Some(rule) => self.rule(&rule)?,
                None => continue,
            }
        }
        if let Some(clip) = self.policy.flag("clip_to_schedule")?
            && clip
        {
            self.clip(&["in", "out"]);
        }
        if self.policy.flag("early_arrival_paid")? == Some(false) {
            self.clip(&["in"]);
        }
        Ok(())
    }

    /// Rounds the length of shifts or workdays.
    fn length(&mut self, index: usize, of: &'static str, unit: i64, keys: &mut Keys) -> Result<(), Unsupported> {
        let mode = keys.text("mode")?.unwrap_or_default();
        let grace = keys.number("grace_min")?.unwrap_or(0);
        if unit == 0 {
            return Ok(());
        }
        let (direction, tie) = match (mode.as_str(), grace) {
            ("down" | "up", _) => (mode.as_str(), "half_up"),
            ("nearest", 0) => ("nearest", "half_up"),
            ("nearest_up", 0) => ("nearest", "partial_minute_up"),
            ("nearest_down", 0) => ("nearest", "partial_minute_down"),
            (mode, _) => return unsupported(format!("rounding lengths `{mode}` with this grace")),
        };
        self.document.push(
            "length_rounding",
            entry([
                ("name", format!("length-{index}").into()),
                ("of", of.into()),
                ("interval", format!("{unit}m").into()),
                ("direction", direction.into()),
                ("tie", tie.into()),
                ("grace", format!("{grace}m").into()),
            ]),
        );
        Ok(())
    }

    /// Time outside the plan is not paid.
    fn clip(&mut self, targets: &[&str]) {
        let settings = [("name", "clip".into()), ("targets", texts(targets.to_vec())), ("strict", true.into())];
        self.document.push("rounding", entry(settings));
    }

    fn rule(&mut self, rule: &Rule) -> Result<(), Unsupported> {
        let unit = rule.unit * 60;
        match rule.form {
            Form::Plain(direction, tie) => self.push(rule, None, direction, tie),
            // Before the last `grace` of an interval down, from there on up.
            Form::GraceDown(grace) => {
                self.windows(rule, unit - grace, unit, "up")?;
                self.push(rule, None, "down", None);
            }
            // Up to and with the first `grace` of an interval down, from there on up.
            Form::GraceUp(grace) => {
                self.windows(rule, 0, grace + 1, "down")?;
                self.push(rule, None, "up", None);
            }
            // Within the grace of a mark to the mark, otherwise left alone.
            Form::Snap(grace) => {
                self.windows(rule, 0, grace + 1, "down")?;
                self.windows(rule, unit - grace, unit, "up")?;
            }
        }
        Ok(())
    }

    /// One rule for the seconds `[from, to)` of each interval of the day.
    fn windows(&mut self, rule: &Rule, from: i64, to: i64, direction: &'static str) -> Result<(), Unsupported> {
        let unit = rule.unit * 60;
        if self.document.count("rounding") + (86_400 / unit) as usize > RULES_MAX {
            return unsupported(format!("rounding to {} minutes with a grace", rule.unit));
        }
        for mark in (0..86_400).step_by(unit as usize) {
            self.push(rule, Some((mark + from, mark + to)), direction, None);
        }
        Ok(())
    }

    fn push(&mut self, rule: &Rule, window: Option<(i64, i64)>, direction: &'static str, tie: Option<&'static str>) {
        let name = match window {
            Some((from, _)) => format!("rounding-{}-{direction}-{from}", rule.index),
            None => format!("rounding-{}-{direction}", rule.index),
        };
        let mut table = entry([
            ("name", name.into()),
            ("targets", rule.targets.clone()),
            ("interval", format!("{}m", rule.unit).into()),
            ("direction", direction.into()),
        ]);
        if let Some(tie) = tie {
            table.insert("tie".into(), tie.into());
        }
        if let Some((from, to)) = window {
            table.insert("between".into(), format!("{}-{}", clock(from), clock(to)).into());
        }
        self.document.push("rounding", table);
    }
}

struct Rule {
    index: usize,
    targets: Value,
    /// In minutes.
    unit: i64,
    form: Form,
}

enum Form {
    Plain(&'static str, Option<&'static str>),
    /// The grace in seconds is added before rounding down.
    GraceDown(i64),
    /// The grace in seconds is taken away before rounding up.
    GraceUp(i64),
    Snap(i64),
}

impl Rule {
    /// The rule that is stated; none when it leaves everything alone.
    fn read(index: usize, target: &str, unit: i64, keys: &mut Keys) -> Result<Option<Rule>, Unsupported> {
        let mode = keys.text("mode")?.unwrap_or_default();
        let grace = keys.number("grace_min")?.unwrap_or(0) * 60;
        if unit == 0 {
            return Ok(None);
        }
        let targets = match target {
            "all" => Value::from("all"),
            "in" => texts(["in"]),
            "out" => texts(["out"]),
            "all_normal" => texts(["in", "out"]),
            other => return unsupported(format!("rounding of `{other}`")),
        };
        if unit < 0 || 1_440 % unit != 0 {
            return unsupported(format!("rounding to {unit} minutes"));
        }
        let within = 0 < grace && grace < unit * 60;
        let form = match (mode.as_str(), grace) {
            ("down", 0) => Form::Plain("down", None),
            ("up", 0) => Form::Plain("up", None),
            ("nearest", 0) => Form::Plain("nearest", Some("half_up")),
            ("nearest_up", 0) => Form::Plain("nearest", Some("partial_minute_up")),
            ("nearest_down", 0) => Form::Plain("nearest", Some("partial_minute_down")),
            ("down", grace) if within => Form::GraceDown(grace),
            ("up", grace) if within => Form::GraceUp(grace),
            ("snap_within_grace", grace) if within && grace * 2 < unit * 60 => Form::Snap(grace),
            (mode, _) => return unsupported(format!("rounding `{mode}` with this grace")),
        };
        Ok(Some(Rule { index, targets, unit, form }))
    }
}

/// A second of the day as a time.
fn clock(second: i64) -> String {
    format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)
}
