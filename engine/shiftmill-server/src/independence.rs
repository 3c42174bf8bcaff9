//! Which rulesets have been tried for whether their plugins keep employees apart.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use shiftmill::PluginRegistry;
use shiftmill::ruleset::Ruleset;
use shiftmill::trial::{Dependence, TrialError, check_independence};
use tokio::sync::OwnedSemaphorePermit;

use crate::budget::Places;
use crate::problem::Problem;

/// How many findings are remembered: the same ruleset comes again in many texts.
const REMEMBERED_MAX: usize = 1_024;

/// The check of independence, once for each ruleset.
#[derive(Debug)]
pub(crate) struct Independence {
    known: Mutex<Known>,
    /// Where rulesets of callers are tried: half as many places as cores, and none of those where plugins are bound. A
    /// plugin that does not end takes its trial some seconds.
    places: Places,
}

/// What was found of a ruleset.
type Finding = Result<(), Box<Dependence>>;

/// What was found of rulesets, by their hashes. A hash stands for the plugins too.
#[derive(Debug, Default)]
struct Known {
    /// The rulesets of the folder, against which nothing was found.
    own: HashSet<String>,
    /// The last ones that were tried, the oldest first.
    last: VecDeque<(String, Finding)>,
}

impl Independence {
    /// Nothing is known yet. A caller waits at most `wait` for a place.
    pub fn new(wait: Duration) -> Independence {
        let cores = available_parallelism().map_or(1, usize::from);
        let full = "as many rulesets as the server tries at a time are being tried";
        Independence { known: Mutex::default(), places: Places::new((cores / 2).max(1), wait, full) }
    }

    /// A place among those that are tried for callers.
    pub async fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        self.places.take().await
    }

    /// Finds out whether the plugins of a ruleset keep employees apart, unless it is known.
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
            // It may fare otherwise the next time.
            Err(error) => return Err(error),
        };
        self.locked().remember(ruleset.hash_hex(), finding.clone());
        finding.map_err(TrialError::NotIndependent)
    }

    /// What is known of a ruleset without trying it.
    pub fn known(&self, ruleset: &Ruleset) -> Option<Result<(), TrialError>> {
        if ruleset.timeline().bindings().is_empty() {
            return Some(Ok(()));
        }
        let finding = self.locked().finding(&ruleset.hash_hex())?;
        Some(finding.map_err(TrialError::NotIndependent))
    }

    /// Remembers that nothing was found against the rulesets of the folder, until others are there. However many they
    /// are, and whatever callers send, no reload tries them again.
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
    fn the_rulesets_of_the_folder_are_known_as_long_as_they_are_there() {
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
