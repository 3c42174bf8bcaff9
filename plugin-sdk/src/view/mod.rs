//! What a rule looks at: employees, their days, and what lies on a day. Views are two numbers and a reference; reading
//! one is looking into a column.

mod day;
mod employee;
mod rows;
mod span;
mod tables;

pub use day::Day;
pub use employee::{Employee, Total};
pub use span::{Part, Parts, Span};
pub use tables::{Exception, Premium, Punch, Quantity, Scheduled, Shift};
