//! The trials of rulesets: whether the answers of their plugins for one employee depend on other employees.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use shiftmill::PluginRegistry;
use shiftmill::plugin_host::Cancellation;
use shiftmill::ruleset::Ruleset;
use shiftmill::trial::{Dependence, TrialError, check_independence};
use tokio::sync::OwnedSemaphorePermit;

use crate::budget::{Slots, busy};
use crate::config::Limits;
use crate::problem::Problem;

/// How many findings are kept: callers send the same ruleset many times.
const REMEMBERED_MAX: usize = 1_024;

/// Checks the independence of plugins, once for each ruleset.
#[derive(Debug)]
pub(crate) struct Independence {
    known: Mutex<Known>,
    /// Where rulesets of callers are tried: a quarter as many slots as cores, and other slots than those where plugins
    /// are compiled, because the trial of a plugin that does not end takes some seconds.
    slots: Slots,
    /// How long the trial of a caller's ruleset may take.
    time: Duration,
}

/// The finding about a ruleset, which its plugins and their fuel decide alone.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Finding {
    Independent,
    Dependent(Box<Dependence>),
    /// The plugins of the ruleset of this name use too much fuel.
    Untried(String),
}

impl Finding {
    /// `None` when the next trial may end otherwise.
    fn of(outcome: &Result<(), TrialError>) -> Option<Finding> {
        match outcome {
            Ok(()) => Some(Finding::Independent),
            Err(TrialError::NotIndependent(found)) => Some(Finding::Dependent(found.clone())),
            Err(TrialError::Untried { ruleset }) => Some(Finding::Untried(ruleset.clone())),
            Err(
                TrialError::Zones(_)
                | TrialError::Facts(_)
                | TrialError::Card { .. }
                | TrialError::Lost
                | TrialError::Unbound(_)
                | TrialError::Stopped(_),
            ) => None,
        }
    }

    fn outcome(self) -> Result<(), TrialError> {
        match self {
            Finding::Independent => Ok(()),
            Finding::Dependent(found) => Err(TrialError::NotIndependent(found)),
            Finding::Untried(ruleset) => Err(TrialError::Untried { ruleset }),
        }
    }
}

/// The findings about rulesets, by their hashes. The hash of a ruleset covers its plugins.
#[derive(Debug, Default)]
struct Known {
    /// The rulesets of the folder, whose plugins are independent.
    own: HashSet<String>,
    /// The last ones that were tried, the oldest first.
    last: VecDeque<(String, Finding)>,
}

impl Independence {
    /// A check without findings.
    pub fn new(limits: &Limits) -> Independence {
        let cores = available_parallelism().map_or(1, usize::from);
        let full = "the maximum number of rulesets is being tried";
        let slots = Slots::new((cores / 4).max(1), limits.memory_wait, full);
        Independence { known: Mutex::default(), slots, time: limits.trial_time }
    }

    /// What ends a trial that begins now.
    pub fn cancellation(&self) -> Arc<Cancellation> {
        Arc::new(Cancellation::at(Instant::now() + self.time))
    }

    /// The refusal of a ruleset whose trial took too long. Fuel ends nearly every trial sooner, so that the machine is busy
    /// then, or plugins take long to fail.
    pub fn late(&self) -> Problem {
        busy(&format!("the trial of the ruleset did not end within {} s", self.time.as_secs()))
    }

    /// A slot for the trial of a ruleset of a caller.
    pub async fn slot(&self) -> Result<OwnedSemaphorePermit, Problem> {
        self.slots.take().await
    }

    /// Tries a ruleset for whether its plugins keep employees apart, unless the finding is known.
    ///
    /// # Errors
    /// When they do not, use too much fuel, or cannot be called, and when the trial is cancelled.
    pub fn check(
        &self,
        ruleset: &Arc<Ruleset>,
        plugins: &PluginRegistry,
        cancellation: &Arc<Cancellation>,
    ) -> Result<(), TrialError> {
        if let Some(known) = self.known(ruleset) {
            return known;
        }
        let outcome = check_independence(ruleset, plugins, cancellation);
        if let Some(finding) = Finding::of(&outcome) {
            self.locked().remember(ruleset.hash_hex(), finding);
        }
        outcome
    }

    /// The finding about a ruleset, without trying it.
    pub fn known(&self, ruleset: &Ruleset) -> Option<Result<(), TrialError>> {
        if ruleset.timeline().bindings().is_empty() {
            return Some(Ok(()));
        }
        let finding = self.locked().finding(&ruleset.hash_hex())?;
        Some(finding.outcome())
    }

    /// Keeps the finding that the plugins of the folder's rulesets are independent, until the next reload. These
    /// findings do not count towards the maximum, so that no reload tries a ruleset again that has not changed.
    pub fn keep_own(&self, own: HashSet<String>) {
        self.locked().own = own;
    }

    fn locked(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn finding(&self, hash: &str) -> Option<Finding> {
        if self.own.contains(hash) {
            return Some(Finding::Independent);
        }
        self.last.iter().find(|(known, _)| known == hash).map(|(_, finding)| finding.clone())
    }

    fn remember(&mut self, hash: String, finding: Finding) {
        if self.last.len() >= REMEMBERED_MAX {
            self.last.pop_front();
        }
        self.last.push_back((hash, finding));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rulesets_of_the_folder_are_known_until_they_are_removed() {
        let independence = Independence::new(&Limits::default());
        independence.locked().remember("first".to_owned(), Finding::Independent);
        independence.keep_own(HashSet::from(["own".to_owned()]));
        for number in 0..REMEMBERED_MAX {
            independence.locked().remember(number.to_string(), Finding::Independent);
        }
        let known = independence.locked();
        assert!(known.finding("own").is_some() && known.finding("first").is_none());
        assert_eq!(known.last.len(), REMEMBERED_MAX);
        drop(known);
        independence.keep_own(HashSet::new());
        assert!(independence.locked().finding("own").is_none());
    }
}
