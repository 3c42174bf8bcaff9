//! The trials of rulesets: whether the answers of their plugins for one employee depend on other employees.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use shiftmill::PluginRegistry;
use shiftmill::ruleset::Ruleset;
use shiftmill::trial::{Dependence, TrialError, check_independence};
use tokio::sync::OwnedSemaphorePermit;

use crate::budget::Slots;
use crate::problem::Problem;

/// How many findings are kept: callers send the same ruleset many times.
const REMEMBERED_MAX: usize = 1_024;

/// Checks the independence of plugins, once for each ruleset.
#[derive(Debug)]
pub(crate) struct Independence {
    known: Mutex<Known>,
    /// Where rulesets of callers are tried: half as many slots as cores, and other slots than those where plugins are
    /// compiled, because the trial of a plugin that does not end takes some seconds.
    slots: Slots,
}

/// The finding about a ruleset.
type Finding = Result<(), Box<Dependence>>;

/// The findings about rulesets, by their hashes. The hash of a ruleset covers its plugins.
#[derive(Debug, Default)]
struct Known {
    /// The rulesets of the folder, whose plugins are independent.
    own: HashSet<String>,
    /// The last ones that were tried, the oldest first.
    last: VecDeque<(String, Finding)>,
}

impl Independence {
    /// A check without findings. A caller waits at most `wait` for a slot.
    pub fn new(wait: Duration) -> Independence {
        let cores = available_parallelism().map_or(1, usize::from);
        let full = "the maximum number of rulesets is being tried";
        Independence { known: Mutex::default(), slots: Slots::new((cores / 2).max(1), wait, full) }
    }

    /// A slot for the trial of a ruleset of a caller.
    pub async fn slot(&self) -> Result<OwnedSemaphorePermit, Problem> {
        self.slots.take().await
    }

    /// Tries a ruleset for whether its plugins keep employees apart, unless the finding is known.
    ///
    /// # Errors
    /// When they do not, or cannot be called.
    pub fn check(&self, ruleset: &Arc<Ruleset>, plugins: &PluginRegistry) -> Result<(), TrialError> {
        if let Some(known) = self.known(ruleset) {
            return known;
        }
        let finding = match check_independence(ruleset, plugins) {
            Ok(()) => Ok(()),
            Err(TrialError::NotIndependent(found)) => Err(found),
            // Not kept: the next trial may succeed.
            Err(error) => return Err(error),
        };
        self.locked().remember(ruleset.hash_hex(), finding.clone());
        finding.map_err(TrialError::NotIndependent)
    }

    /// The finding about a ruleset, without trying it.
    pub fn known(&self, ruleset: &Ruleset) -> Option<Result<(), TrialError>> {
        if ruleset.timeline().bindings().is_empty() {
            return Some(Ok(()));
        }
        let finding = self.locked().finding(&ruleset.hash_hex())?;
        Some(finding.map_err(TrialError::NotIndependent))
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
            return Some(Ok(()));
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
        let independence = Independence::new(Duration::ZERO);
        independence.locked().remember("first".to_owned(), Ok(()));
        independence.keep_own(HashSet::from(["own".to_owned()]));
        for number in 0..REMEMBERED_MAX {
            independence.locked().remember(number.to_string(), Ok(()));
        }
        let known = independence.locked();
        assert!(known.finding("own").is_some() && known.finding("first").is_none());
        assert_eq!(known.last.len(), REMEMBERED_MAX);
        drop(known);
        independence.keep_own(HashSet::new());
        assert!(independence.locked().finding("own").is_none());
    }
}
