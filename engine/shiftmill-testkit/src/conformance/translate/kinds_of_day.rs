//! Rules by kind of day, where a case states the kind of its dates once: tiers of weekdays and rest days, work that is
//! credited in blocks, and their pay in money.

use std::collections::BTreeMap;

use toml::Value;

use super::super::keys::{Keys, Unsupported, unsupported};
use super::document::{entry, texts};
use super::overtime::Tier;
use super::{Translator, minutes};

/// What an hour of overtime is worth.
#[derive(Clone, Debug, Default)]
pub struct Money {
    /// Cents of a plain hour; none: the case asks for no money.
    pub hour: Option<i64>,
    /// The rate of each code as a fraction.
    pub rates: BTreeMap<String, (i64, i64)>,
}

/// The kinds that dates have in cases.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Workday,
    RestDay,
    Holiday,
}

impl Translator {
    pub(super) fn kinds_of_day(&mut self) -> Result<(), Unsupported> {
        let by_kind = ["weekday_tiers", "rest_day_tiers", "rest_day_blocks_min"].iter().any(|key| self.policy.has(key));
        let kind = match self.policy.text("day_type")?.as_deref() {
            None if !by_kind => return Ok(()),
            None | Some("working_day" | "workday") => Kind::Workday,
            Some("rest_day" | "scheduled_day_off") => Kind::RestDay,
            Some("holiday" | "statutory_holiday") => Kind::Holiday,
            Some(other) => return unsupported(format!("`day_type` {other}")),
        };
        let dates = self.facts.dates();
        match kind {
            Kind::Workday => {}
            Kind::RestDay => {
                let days: Vec<&str> = dates.iter().map(|date| date.1).collect();
                self.document.set("calendar.rest_days", texts(days));
            }
            Kind::Holiday => {
                self.document.set("holidays.basis", "workday");
                self.document.set("calendar.statutory_holidays", texts(dates.iter().map(|date| date.0.clone())));
            }
        }
        if by_kind { self.tiers_by_kind(kind) } else { self.whole_days(kind) }
    }

    /// Work on a day off is overtime from its first minute; on a holiday it is holiday work, and no overtime.
    fn whole_days(&mut self, kind: Kind) -> Result<(), Unsupported> {
        let (code, rate, day_type) = match kind {
            Kind::Workday => return Ok(()),
            Kind::RestDay => ("overtime", 1_500, "rest_day"),
            Kind::Holiday => ("holiday", 9_000, "statutory_holiday"),
        };
        self.whole_day_tier(code, rate, day_type)
    }

    fn whole_day_tier(&mut self, code: &str, rate: i64, day_type: &str) -> Result<(), Unsupported> {
        let mut more = toml::Table::new();
        more.insert("day_types".into(), texts([day_type]));
        let tier = Tier { name: day_type.to_owned(), scope: "workday", after: 0, code: code.to_owned(), rate, more };
        self.declare(&tier)?;
        self.push_tier(&tier);
        Ok(())
    }

    fn tiers_by_kind(&mut self, kind: Kind) -> Result<(), Unsupported> {
        self.money.hour = self.policy.number("hourly_rate_cents")?;
        let (weekdays, rest_days) = (self.policy.objects("weekday_tiers")?, self.policy.objects("rest_day_tiers")?);
        let blocks = self.policy.take("rest_day_blocks_min");
        let tiers = match kind {
            Kind::Workday => weekdays,
            Kind::RestDay => {
                self.blocks(blocks)?;
                rest_days
            }
            // A holiday earns eight hours at the plain rate, however little was worked.
            Kind::Holiday => {
                self.round_up(480, 480);
                self.money.rates.insert("overtime_1_0".into(), (1, 1));
                return self.whole_day_tier("overtime_1_0", 1_000, "statutory_holiday");
            }
        };
        for (index, keys) in tiers.into_iter().enumerate() {
            let tier = self.tier_by_fraction(index, keys)?;
            self.declare(&tier)?;
            self.push_tier(&tier);
        }
        Ok(())
    }

    /// Lengths up to the last block become the next block.
    fn blocks(&mut self, blocks: Option<serde_json::Value>) -> Result<(), Unsupported> {
        let blocks: Vec<i64> = match &blocks {
            None => return Ok(()),
            Some(serde_json::Value::Array(list)) => list.iter().filter_map(serde_json::Value::as_i64).collect(),
            Some(_) => return unsupported("`rest_day_blocks_min` in another form"),
        };
        let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else { return Ok(()) };
        let even = blocks.iter().zip(1..).all(|(block, number)| *block == first * number);
        if !even || *first <= 0 {
            return unsupported("blocks of different lengths");
        }
        self.round_up(*first, *last);
        Ok(())
    }

    fn round_up(&mut self, interval: i64, up_to: i64) {
        let settings: [(&str, Value); 5] = [
            ("name", "blocks".into()),
            ("of", "workday".into()),
            ("interval", minutes(interval).into()),
            ("direction", "up".into()),
            ("up_to", minutes(up_to).into()),
        ];
        self.document.push("length_rounding", entry(settings));
    }

    fn tier_by_fraction(&mut self, index: usize, mut keys: Keys) -> Result<Tier, Unsupported> {
        let after = keys.number("after_minutes")?.unwrap_or(0);
        let rate = keys.text("rate")?.unwrap_or_default();
        keys.finish()?;
        let (number, divisor) = rate.split_once('/').unwrap_or((&rate, "1"));
        let (Ok(number), Ok(divisor)) = (number.parse::<i64>(), divisor.parse::<i64>()) else {
            return unsupported(format!("the rate {rate}"));
        };
        if !(1..=1_000).contains(&divisor) || !(1..=9_000).contains(&number) {
            return unsupported(format!("the rate {rate}"));
        }
        let code = format!("overtime_{number}_of_{divisor}");
        self.money.rates.insert(code.clone(), (number, divisor));
        let more = toml::Table::from_iter([("priority".to_owned(), Value::from(index as i64))]);
        let rate = (number * 1_000 / divisor).min(9_999);
        Ok(Tier { name: format!("kind-{index}"), scope: "workday", after, code, rate, more })
    }
}
