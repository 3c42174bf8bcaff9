//! Overtime relative to the plan: what counts outside of it, up to which length, and with whose approval.

use toml::Value;

use super::super::keys::{Unsupported, unsupported};
use super::document::entry;
use super::{Translator, minutes};

/// The code of overtime that no tier pays.
const OVERTIME: &str = "overtime";

impl Translator {
    pub(super) fn overtime_approval(&mut self) -> Result<(), Unsupported> {
        let approval = self.policy.text("overtime_approval")?;
        let after_end = self.policy.flag("overtime_after_shift_end")?.unwrap_or(false);
        let cap = self.policy.number("overtime_cap_min")?;
        let mode = match approval.as_deref() {
            None => "punch_only",
            Some("required") => {
                self.facts.take_overtime_approvals()?;
                "approval_and_punch"
            }
            Some(other) => return unsupported(format!("`overtime_approval` {other}")),
        };
        if approval.is_none() && !after_end && cap.is_none() {
            return Ok(());
        }
        let mut rule = entry([
            ("name", "overtime-approval".into()),
            ("mode", mode.into()),
            // A window that is approved may lie before the shift; else overtime is what follows its end.
            ("before_shift", (approval.is_some() && !after_end).into()),
            ("both_punches", false.into()),
        ]);
        if let Some(cap) = cap {
            rule.insert("day_max".into(), minutes(cap).into());
        }
        if !self.has_tiers() {
            self.codes.insert(OVERTIME.into());
            self.document.set(&format!("pay_codes.{OVERTIME}.multiplier"), "1.5");
            rule.insert("pay".into(), Value::from(OVERTIME));
        }
        self.document.push("overtime_approval", rule);
        Ok(())
    }

    /// True when the policy has overtime tiers, which pay what counts.
    fn has_tiers(&self) -> bool {
        let tiers = ["daily_overtime", "weekly_overtime", "multi_week_overtime", "overtime_rule"];
        tiers.iter().any(|key| self.policy.has(key))
    }
}
