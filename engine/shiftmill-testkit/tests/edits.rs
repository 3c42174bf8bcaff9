//! Edits of plugins do what a slow and obvious application of them does, and nothing when one is refused.
#![allow(clippy::panic, reason = "a test that fails says so")]

use shiftmill_core::Hook;
use shiftmill_testkit::edits;
use shiftmill_testkit::generate::{self, Random};
use shiftmill_testkit::print;

const CARDS: u64 = 3_000;

#[test]
fn edits_do_what_they_declare_and_a_refused_call_does_nothing() {
    for hook in Hook::ALL.iter().copied() {
        let (mut applied, mut refused) = (0, 0);
        for index in 0..CARDS {
            let question = generate::question(4_000 + hook as u64, index);
            let mut random = Random::new(index ^ 0x5EED_0000 ^ hook as u64);
            match edits::check(&question, hook, &mut random) {
                Ok(seen) => {
                    applied += seen.applied;
                    refused += seen.refused;
                }
                Err(problem) => panic!("timecard {index} at `{hook}`: {problem}\n{}", print::timecard(&question)),
            }
        }
        assert!(applied > 1_000 && refused > 100, "`{hook}`: {applied} edits were applied, {refused} calls refused");
    }
}
