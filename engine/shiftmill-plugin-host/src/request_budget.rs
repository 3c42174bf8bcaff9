//! What the plugins of one request may use together, also when they succeed.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::os_thread::processor_time;

/// Percent of a budget from which the operator is told.
const NEARLY: u64 = 80;

/// How much the plugins of a request may use: a base, and more for each employee-day that the request has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PluginAllowance {
    /// Fuel.
    pub fuel: u64,
    /// Additional fuel for each employee-day.
    pub fuel_per_day: u64,
    /// Processor time.
    pub time: Duration,
    /// Additional processor time for each employee-day.
    pub time_per_day: Duration,
}

/// What the plugins of a request have used, and how much they may use for the employee-days so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PluginUse {
    /// The fuel of the answers, without that of creating and configuring instances: for an employee it is the same in any
    /// order, and nearly the same in any group.
    pub fuel: u64,
    /// The most fuel.
    pub fuel_max: u64,
    /// The processor time of all calls, with that of failed attempts.
    pub time: Duration,
    /// The most processor time.
    pub time_max: Duration,
}

impl PluginUse {
    /// True beyond the budget.
    pub fn is_over(&self) -> bool {
        self.fuel > self.fuel_max || self.time > self.time_max
    }

    fn is_nearly_over(&self) -> bool {
        let part = |most: u64| most / 100 * NEARLY;
        self.fuel > part(self.fuel_max) || self.time > self.time_max / 100 * NEARLY as u32
    }
}

/// Such as `120 of 100 million units of fuel and 0.3 of 10.0 s of processor time`.
impl fmt::Display for PluginUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millions = |fuel: u64| fuel.div_ceil(1_000_000);
        let tenths = |time: Duration| format!("{}.{}", time.as_secs(), time.subsec_millis() / 100);
        let (fuel, fuel_max) = (millions(self.fuel), millions(self.fuel_max));
        let (time, time_max) = (tenths(self.time), tenths(self.time_max));
        write!(f, "{fuel} of {fuel_max} million units of fuel and {time} of {time_max} s of processor time")
    }
}

/// The budget of a request, which the calls of all its plugins share.
#[derive(Debug)]
pub struct RequestBudget {
    allowance: PluginAllowance,
    employee_days: AtomicU64,
    fuel: AtomicU64,
    nanoseconds: AtomicU64,
    is_told: AtomicBool,
}

impl RequestBudget {
    /// The budget of a request without employees so far.
    pub fn new(allowance: PluginAllowance) -> RequestBudget {
        RequestBudget {
            allowance,
            employee_days: AtomicU64::new(0),
            fuel: AtomicU64::new(0),
            nanoseconds: AtomicU64::new(0),
            is_told: AtomicBool::new(false),
        }
    }

    /// Makes it larger by that of more employee-days.
    pub fn add_employee_days(&self, days: u64) {
        self.employee_days.fetch_add(days, Ordering::Relaxed);
    }

    /// What has been used, and how much may be.
    pub fn used(&self) -> PluginUse {
        let PluginAllowance { fuel, fuel_per_day, time, time_per_day } = self.allowance;
        let days = self.employee_days.load(Ordering::Relaxed);
        let nanoseconds = u64::try_from(time_per_day.as_nanos()).unwrap_or(u64::MAX).saturating_mul(days);
        PluginUse {
            fuel: self.fuel.load(Ordering::Relaxed),
            fuel_max: fuel.saturating_add(fuel_per_day.saturating_mul(days)),
            time: Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed)),
            time_max: time.saturating_add(Duration::from_nanos(nanoseconds)),
        }
    }

    /// What has been used, once, when it is nearly the budget.
    pub fn tell_nearly_over(&self) -> Option<PluginUse> {
        let used = self.used();
        (used.is_nearly_over() && !self.is_told.swap(true, Ordering::Relaxed)).then_some(used)
    }

    /// Counts what a call has used.
    pub(crate) fn charge(&self, fuel: u64, time: Duration) -> PluginUse {
        self.fuel.fetch_add(fuel, Ordering::Relaxed);
        self.nanoseconds.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.used()
    }
}

/// The processor time of this thread since it was last asked for.
#[derive(Debug)]
pub(crate) struct Stopwatch(Duration);

impl Stopwatch {
    pub(crate) fn start() -> Stopwatch {
        Stopwatch(processor_time())
    }

    pub(crate) fn lap(&mut self) -> Duration {
        let before = std::mem::replace(&mut self.0, processor_time());
        self.0.saturating_sub(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_grows_with_the_employees_and_is_told_of_once_before_it_is_over() {
        let second = Duration::from_secs(1);
        let allowance = PluginAllowance { fuel: 1_000, fuel_per_day: 10, time: second, time_per_day: second / 100 };
        let budget = RequestBudget::new(allowance);
        assert!(!budget.charge(800, Duration::ZERO).is_over());
        assert_eq!(budget.tell_nearly_over(), None);
        let used = budget.charge(100, Duration::ZERO);
        assert!(!used.is_over() && budget.tell_nearly_over() == Some(used) && budget.tell_nearly_over().is_none());
        budget.add_employee_days(20);
        assert!(!budget.charge(300, second).is_over());
        assert!(budget.charge(1, Duration::ZERO).is_over());
        budget.add_employee_days(1);
        assert!(budget.charge(0, second).is_over());
        let told = budget.used().to_string();
        assert_eq!(told, "1 of 1 million units of fuel and 2.0 of 1.2 s of processor time");
    }
}
