//! Words for results: plain English for every reason, step and exception, for a person who disputes their pay.
//!
//! The engine keeps numbers only; this module alone turns them into text. The texts of plugins come from their
//! templates, in Chinese where the caller wants it and the plugin has it.

mod clock;
mod exceptions;
mod explanation;
mod grounds;
mod plugin;
mod steps;

pub use exceptions::{about, about_marked, error, exception, exception_code, unknown_calendar};
pub use explanation::{
    DayExplanation, EXPLANATION_BYTES_MAX, ExceptionSentence, ExplainError, Explanation, OverrideSentence, PaySentence,
    TimelineSentence, TotalSentence, amount, explain,
};
pub use grounds::{because, because_kind, because_number, day_type};
pub use plugin::{Language, Listener, failure};
pub use steps::note;

pub use clock::{local, local_on};
