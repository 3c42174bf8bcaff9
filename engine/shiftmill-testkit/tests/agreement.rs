//! Engine and oracle agree on generated timecards, over all kinds of rules.
#![allow(clippy::panic, clippy::expect_used, reason = "a test that fails says so")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use shiftmill_core::{BecauseKind, ExceptionCode};
use shiftmill_testkit::compare::compare;
use shiftmill_testkit::shrink::shrink;
use shiftmill_testkit::{engine, generate, print, strategies};

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

/// Rules that no generated timecard meets are not compared.
#[test]
fn generated_timecards_meet_every_kind_of_grounds_and_exception() {
    let (mut grounds, mut exceptions) = (BTreeSet::new(), BTreeSet::new());
    for index in 0..CARDS / 2 {
        let outcome = engine::answer(&generate::any(20_000, index));
        grounds.extend(outcome.lines.keys().map(|line| line.3));
        exceptions.extend(outcome.exceptions.iter().map(|exception| exception.1));
    }
    let missing = |kind: &&BecauseKind| !grounds.contains(&kind.number());
    let missing: Vec<&BecauseKind> = BecauseKind::ALL.iter().filter(missing).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let missing: Vec<&ExceptionCode> = ExceptionCode::ALL.iter().filter(|code| !exceptions.contains(code)).collect();
    assert_eq!(missing, [&ExceptionCode::NeedsReview, &ExceptionCode::PluginFailed], "only plugins raise them");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn engine_and_oracle_agree_on_any_question(question in strategies::question()) {
        let found = compare(&question).map(|found| print::disagreement(&found));
        prop_assert!(found.is_none(), "{}", found.unwrap_or_default());
    }
}
