//! The views of a rule: employees, their days, and the items of a day. A view is two numbers and a reference; reading a
//! property reads a column.

mod day;
mod employee;
mod facts;
mod rows;
mod span;
mod tables;

pub use day::Day;
pub use employee::{Employee, Total};
#[cfg(not(target_family = "wasm"))]
pub(crate) use facts::forget;
pub use facts::{Approval, RosterRow};
pub use span::{Part, Parts, Span};
pub use tables::{Exception, Premium, Punch, Quantity, Scheduled, Shift};
