//! Fuel that many calls share.

use std::sync::atomic::{AtomicU64, Ordering};

/// Fuel that all calls of a trial share. Once it is used up, every further call fails for want of fuel.
#[derive(Debug)]
pub struct FuelBudget(AtomicU64);

impl FuelBudget {
    /// A budget of this much fuel.
    pub fn new(fuel: u64) -> FuelBudget {
        FuelBudget(AtomicU64::new(fuel))
    }

    /// True when it is used up. Until then no call has had less fuel than it has outside of trials.
    pub fn is_empty(&self) -> bool {
        self.left() == 0
    }

    pub(crate) fn left(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn pay(&self, fuel: u64) {
        let less = |left: u64| Some(left.saturating_sub(fuel));
        let _before = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_all_empties_it() {
        let trial_budget = FuelBudget::new(10);
        trial_budget.pay(4);
        assert_eq!((trial_budget.left(), trial_budget.is_empty()), (6, false));
        trial_budget.pay(7);
        assert!(trial_budget.is_empty());
    }
}
