//! Which rulesets have been tried for whether their plugins keep employees apart.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use shiftmill::Shelf;
use shiftmill::ruleset::Ruleset;
use shiftmill::trial::{TrialError, check_independence};

/// How many rulesets are remembered: the same one comes again with every reload, and in many texts.
const REMEMBERED_MAX: usize = 1_024;

/// The check of independence, once for each ruleset.
#[derive(Debug, Default)]
pub(crate) struct Independence {
    /// The hashes of rulesets against which nothing was found, the oldest first. A hash stands for the plugins too.
    passed: Mutex<VecDeque<String>>,
}

impl Independence {
    /// Finds out whether the plugins of a ruleset keep employees apart, unless it is known.
    ///
    /// # Errors
    /// When they do not, or cannot be called.
    pub fn check(&self, ruleset: &Arc<Ruleset>, plugins: &Shelf) -> Result<(), TrialError> {
        if ruleset.timeline().bindings().is_empty() {
            return Ok(());
        }
        let hash = ruleset.hash_hex();
        if self.remembers(&hash) {
            return Ok(());
        }
        check_independence(ruleset, plugins)?;
        self.remember(hash);
        Ok(())
    }

    fn remembers(&self, hash: &String) -> bool {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner).contains(hash)
    }

    fn remember(&self, hash: String) {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        if passed.len() >= REMEMBERED_MAX {
            passed.pop_front();
        }
        passed.push_back(hash);
    }
}
