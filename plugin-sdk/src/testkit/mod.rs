//! Runs a rule in `cargo test`, without a sandbox: weeks are written as text, and edits are compared as text.
//!
//! ```
//! # use shiftmill_plugin::prelude::*;
//! # /// Meals.
//! # #[derive(Config)]
//! # struct NightMeal {
//! #     /// Work must continue past this time of day.
//! #     #[config(default = "22:00")]
//! #     until: Clock,
//! #     /// The workday must have at least this much work.
//! #     #[config(default = "10h", most = "24h")]
//! #     least: Length,
//! #     /// The pay code of the allowance.
//! #     #[config(default = "night_meal")]
//! #     code: CountCode,
//! # }
//! # #[derive(Reason)]
//! # #[reason("worked {worked} and past {until}")]
//! # struct LongNight { worked: Length, until: Clock }
//! # impl Days for NightMeal {
//! #     type Why = LongNight;
//! #     fn day(&self, day: &Day, edits: &mut Edits<LongNight>) -> Outcome {
//! #         if day.worked() >= self.least && day.works_past(self.until) {
//! #             edits.quantity(day, self.code, 1, LongNight { worked: day.worked(), until: self.until });
//! #         }
//! #         Ok(())
//! #     }
//! # }
//! # plugin!(NightMeal: days);
//! # fn main() {
//! use shiftmill_plugin::testkit::*;
//!
//! let week = week!["Mon 11:00-15:00 15:30-22:40", "Tue 08:00-12:00 12:30-17:00"];
//! let answer = trial::<NightMeal>().set("least", "11h").days(&week);
//! assert_edits!(answer, "Mon 2026-06-01 quantity night_meal 1: worked 11:10 and past 22:00");
//! # }
//! ```
//!
//! A trial passes to a hook the columns that `plugin!` lists for it and no others, so that it finds a missing one. It does
//! not run the rest of the calculation: a week states the results of the earlier steps. Timecards in the sandbox test
//! whether edits are accepted.

#![allow(
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is wrong with a test stops the test, and this is never compiled into a plugin"
)]

mod cards;
mod codes;
mod line;
mod render;
mod trial;
mod week;
mod zones;

#[doc(hidden)]
pub use codes::SHIPPED;
pub use trial::{Answered, Trial, trial};
pub use week::Week;

pub use crate::{assert_edits, week};

/// A week, written line by line: `week!["Mon 08:00-12:00 12:30-17:00", "Tue 09:00-17:00"]`. See [`Week`].
#[macro_export]
macro_rules! week {
    ($($line:expr),* $(,)?) => { $crate::testkit::Week::of(&[$($line),*]) };
}

/// Compares the edits of a trial, in order, with lines of text. It also fails when the rule complains.
#[macro_export]
macro_rules! assert_edits {
    ($answer:expr $(, $line:expr)* $(,)?) => { $answer.assert_edits(&[$($line),*]) };
}
