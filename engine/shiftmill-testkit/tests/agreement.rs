//! Engine and oracle agree on generated timecards, over all kinds of rules.
#![allow(clippy::panic, clippy::expect_used, reason = "a test that fails says so")]

use proptest::prelude::*;
use shiftmill_testkit::compare::compare;
use shiftmill_testkit::shrink::shrink;
use shiftmill_testkit::{generate, print, strategies};

/// How many timecards; millions more by `agree`.
const CARDS: u64 = 20_000;
const THREADS: u64 = 2;

#[test]
fn engine_and_oracle_agree_on_twenty_thousand_timecards() {
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|thread| scope.spawn(move || (thread..CARDS).step_by(THREADS as usize).for_each(agrees)))
            .collect();
        for worker in workers {
            worker.join().expect("engine and oracle agree");
        }
    });
}

fn agrees(index: u64) {
    let question = generate::any(20_000, index);
    if compare(&question).is_some() {
        let smallest = shrink(&question, |candidate| compare(candidate).is_some());
        let shown = compare(&smallest).map(|found| print::disagreement(&found));
        panic!("timecard {index}\n{}", shown.unwrap_or_default());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn engine_and_oracle_agree_on_any_question(question in strategies::question()) {
        let found = compare(&question).map(|found| print::disagreement(&found));
        prop_assert!(found.is_none(), "{}", found.unwrap_or_default());
    }
}
