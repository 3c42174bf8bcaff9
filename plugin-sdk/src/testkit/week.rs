//! Weeks as text, for tests.

use crate::contract::Zones;
use crate::testkit::line::Line;
use crate::testkit::zones;
use crate::time::{Instant, Length};

/// An employee's days, written line by line.
///
/// A line begins with a weekday, a date, or both. Without a date, the first week begins on Monday 2026-06-01. Then follow,
/// in order of time:
///
/// | written | means |
/// |---|---|
/// | `08:00-12:00` | worked; past midnight when it ends before it starts, or starts before the one before it ends |
/// | `08:00-12:00=training` | worked, and pays that code |
/// | `\|` | the next spans belong to another worked shift |
/// | `paid_break 10:00-10:15`, `unpaid_break 12:00-12:30`, `leave 08:00-12:00=leave_sick` | other spans |
/// | `leave 4h=leave_sick` | leave without times of day |
/// | `scheduled 09:00-17:00` | a scheduled shift |
/// | `premium 22:00-24:00=night` | a premium |
/// | `night_meal=1`, `on_call=1h` | a quantity |
/// | `late_in=5m@09:05`, `waived late_in` | an exception with its size and instant, which may be left out |
/// | `in@07:58`, `out@17:02`, ... | punches; without any, they are those that the shifts would have |
/// | `08:00-12:00 [job=welder]` | a pair of the tag of the work, punch or scheduled shift before it |
/// | `told rest`, `told open`, `told on_call 22:00-24:00` | a row of the roster beside the scheduled shifts |
/// | `attested rests_taken=no` | what the employee attested to a question |
/// | `approved overtime=2h`, `pending overtime@18:00-20:00`, `rejected trip`, `banked overtime` | an approval |
/// | `rest_day`, `statutory_holiday`, ... | the day type |
/// | `context` | the day lies outside the pay period |
/// | `not_in_force` | the plugin is not in force on it, as before a change inside the pay period |
///
/// ```
/// use shiftmill_plugin::testkit::*;
///
/// let week = week![
///     "Sat 2026-03-07 scheduled 22:00-06:00, 22:00-06:00",
///     "Sun 2026-03-08 rest_day, 18:00-19:00 20:00-21:00",
/// ];
/// let week = week.zone("America/New_York").carried("points", 3);
/// ```
#[derive(Clone, Debug)]
pub struct Week {
    pub(crate) lines: Vec<Line>,
    pub(crate) base_codes: Vec<(String, u16)>,
    pub(crate) carried: Vec<(String, i64)>,
    pub(crate) tag: Vec<(String, String)>,
    pub(crate) balances: Vec<(String, i64)>,
    pub(crate) as_of: Option<Instant>,
    zone: String,
}

impl Week {
    /// A week of these lines. Fails the test when a line cannot be read.
    #[track_caller]
    pub fn of(lines: &[&str]) -> Week {
        let mut read: Vec<Line> = Vec::new();
        for text in lines {
            match Line::read(text, read.last().map(|line| line.workday)) {
                Ok(line) => read.push(line),
                Err(mistake) => panic!("{mistake}\nin the line `{text}`"),
            }
        }
        let zone = "UTC".to_owned();
        let (base_codes, carried, tag, balances) = Default::default();
        Week { lines: read, base_codes, carried, tag, balances, as_of: None, zone }
    }

    /// Sets the home zone. The test kit knows a few zones; the service knows all.
    #[track_caller]
    pub fn zone(mut self, name: &str) -> Week {
        if zones::named(name, 2026).is_none() {
            panic!("the test kit does not know the zone `{name}`; it knows {}", zones::names());
        }
        self.zone = name.to_owned();
        self
    }

    /// Declares a pay code of the base layer with its multiplier, in thousandths of the plain rate. Pay codes that every ruleset
    /// has are those of rulesets; all others have the plain rate.
    pub fn base_code(mut self, name: &str, multiplier: u16) -> Week {
        self.base_codes.push((name.to_owned(), multiplier));
        self
    }

    /// Sets a value that was carried over from the previous pay period.
    pub fn carried(mut self, key: &str, value: i64) -> Week {
        self.carried.push((key.to_owned(), value));
        self
    }

    /// Adds a pair to the tag of the employee, such as `department` and `kitchen`.
    pub fn tag(mut self, name: &str, value: &str) -> Week {
        self.tag.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets what the counter of an overtime tier held when the facts begin.
    pub fn opening_balance(mut self, tier: &str, held: Length) -> Week {
        self.balances.push((tier.to_owned(), i64::from(held.in_seconds())));
        self
    }

    /// Sets the instant as of which everything is calculated. Default: after the last day.
    pub fn as_of(mut self, as_of: Instant) -> Week {
        self.as_of = Some(as_of);
        self
    }

    pub(crate) fn zones(&self) -> Zones {
        let year = self.lines.first().map_or(2026, |line| line.workday.date().year);
        zones::named(&self.zone, year).unwrap_or_default()
    }
}
