//! A fuel budget that many calls share.

use std::sync::atomic::{AtomicU64, Ordering};

/// The fuel budget of a trial, which all its calls share. Once it is empty, every further call fails for lack of fuel.
#[derive(Debug)]
pub struct FuelBudget(AtomicU64);

impl FuelBudget {
    /// A budget of this much fuel.
    pub fn new(fuel: u64) -> FuelBudget {
        FuelBudget(AtomicU64::new(fuel))
    }

    /// True when it is used up. Until then every call has had the fuel that it has outside of trials.
    pub fn is_empty(&self) -> bool {
        self.remaining() == 0
    }

    pub(crate) fn remaining(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn charge(&self, fuel: u64) {
        let less = |remaining: u64| Some(remaining.saturating_sub(fuel));
        let _before = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_all_empties_it() {
        let trial_budget = FuelBudget::new(10);
        trial_budget.charge(4);
        assert_eq!((trial_budget.remaining(), trial_budget.is_empty()), (6, false));
        trial_budget.charge(7);
        assert!(trial_budget.is_empty());
    }
}
