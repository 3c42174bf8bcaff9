//! The promises with names hold for generated timecards.
#![allow(clippy::panic, reason = "a test that fails says so")]

use shiftmill_testkit::invariants::ALL;
use shiftmill_testkit::{generate, print};

const CARDS: u64 = 1_500;

#[test]
fn every_promise_holds_for_generated_timecards() {
    for index in 0..CARDS {
        let question = generate::question(1_500, index);
        for (name, holds) in ALL {
            if let Err(seen) = holds(&question) {
                panic!("{name}, but on timecard {index}: {seen}\n{}", print::timecard(&question));
            }
        }
    }
}
