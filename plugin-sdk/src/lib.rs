//! The SDK for plugins of Shiftmill: rules that only one customer needs.
//!
//! The host calls a plugin at one or more *hooks* of the calculation. The plugin reads employees and their days, and
//! proposes *edits*, each with a *reason*. It changes nothing itself: the host applies or refuses the edits, with the same
//! guarantees as for built-in rules.
//!
//! ```text
//! punches ─→ shifts ─→ compared with ─→ overtime ─→ premiums ─→ totals
//!         ↑          ↑ the schedule   ↑                      ↑
//!      Punches    Schedule          Days                  Period
//! ```
//!
//! ```
//! use shiftmill_plugin::prelude::*;
//!
//! /// A meal allowance for long days that run into the night.
//! #[derive(Config)]
//! struct NightMeal {
//!     /// Work must continue past this time of day.
//!     #[config(default = "22:00")]
//!     until: Clock,
//!     /// The workday must have at least this much work.
//!     #[config(default = "10h", most = "24h")]
//!     least: Length,
//!     /// The pay code of the allowance, paid once a workday.
//!     #[config(default = "night_meal")]
//!     code: CountCode,
//! }
//!
//! #[derive(Reason)]
//! #[reason("worked {worked} and past {until}", chinese = "工作{worked}，超过{until}")]
//! struct LongNight { worked: Length, until: Clock }
//!
//! impl Days for NightMeal {
//!     type Why = LongNight;
//!     fn day(&self, day: &Day, edits: &mut Edits<LongNight>) -> Outcome {
//!         if day.worked() >= self.least && day.works_past(self.until) {
//!             edits.quantity(day, self.code, 1, LongNight { worked: day.worked(), until: self.until });
//!         }
//!         Ok(())
//!     }
//! }
//!
//! plugin!(NightMeal: days);
//! ```
//!
//! The tutorial is the README of this crate. [`testkit`] runs a rule without a sandbox.

// The derives name this crate, also in its own tests.
extern crate self as shiftmill_plugin;

mod carried;
mod codes;
mod complaint;
mod config;
mod edits;
mod plugin;
mod reason;
mod time;
mod view;
mod zone;

pub mod columns;
pub mod report;
#[cfg(not(target_family = "wasm"))]
pub mod testkit;

#[doc(hidden)]
pub mod contract;
#[doc(hidden)]
pub mod hooks;
#[doc(hidden)]
pub mod made;

pub use carried::Carried;
#[doc(hidden)]
pub use carried::Declared;
pub use codes::{
    ApprovalKind, ApprovalStatus, BaseCode, Compensation, CountCode, DayType, ExceptionCode, Layer, PayCode,
    PayCodeFacts, PremiumCode, PunchKind, PunchRole, RosterKind, SpanState, TimeCode,
};
pub use complaint::{Complaint, OrComplain, Outcome};
pub use config::{Config, Number, Row, Setting};
#[doc(hidden)]
pub use config::{Declaration, Values, field, next_number, setting};
pub use contract::ContextDays;
pub use edits::{Edits, OnPunches, OnSchedule, OnTimeline, Pays, PunchEdits, QuantityCode, ScheduleEdits};
pub use hooks::{Days, Period, Punches, Schedule};
pub use plugin::Plugin;
pub use reason::{Figure, Reason};
pub use time::{Clock, Date, Instant, Length, Weekday, Workday};
pub use view::{
    Approval, Day, Employee, Exception, Part, Parts, Premium, Punch, Quantity, RosterRow, Scheduled, Shift, Span, Total,
};

pub use shiftmill_plugin_derive::{Carried, Choice, Config, Reason, Row};

/// The examples of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

/// Everything that a plugin needs.
pub mod prelude {
    pub use crate::report::{debug, info, warn};
    pub use crate::{
        Approval, ApprovalKind, ApprovalStatus, BaseCode, Carried, Choice, Clock, Compensation, Complaint, Config,
        ContextDays, CountCode, Date, Day, DayType, Days, Edits, Employee, Exception, ExceptionCode, Instant, Layer,
        Length, OrComplain, Outcome, Part, PayCode, PayCodeFacts, Period, Premium, PremiumCode, Punch, PunchEdits,
        PunchKind, PunchRole, Punches, Quantity, Reason, RosterKind, RosterRow, Row, Schedule, ScheduleEdits,
        Scheduled, Shift, Span, SpanState, TimeCode, Weekday, Workday, plugin,
    };
}
