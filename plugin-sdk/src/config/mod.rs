//! The configuration: what a ruleset may write for a plugin, declared once with meaning, unit, default and bounds.

mod declare;
mod literal;
mod read;

pub use declare::{Said, field, setting};
pub(crate) use declare::{position, same};
#[cfg(not(target_family = "wasm"))]
pub(crate) use literal::number;
pub use read::{Number, Row, Setting, Values, next_number};

use crate::contract;

/// The configuration of a plugin, and the plugin itself; made by `#[derive(Config)]`.
///
/// The comment of a field is its meaning and must be there. `#[config(...)]` gives what else there is to say:
/// `default`, as it would be written in a ruleset; `least` and `most`, the bounds of a number, or `most` alone for the
/// length of a text or list. A field without a default must be written.
///
/// | type | in a ruleset |
/// |---|---|
/// | `i64` | `3` |
/// | `bool` | `true` |
/// | [`Length`](crate::Length) | `"8h30m"` |
/// | [`Clock`](crate::Clock) | `"22:00"` |
/// | [`Workday`](crate::Workday) | `2026-07-01` |
/// | [`BaseCode`](crate::BaseCode), [`PremiumCode`](crate::PremiumCode), [`TimeCode`](crate::TimeCode), [`CountCode`](crate::CountCode) | the pay code's name; one of another layer is refused |
/// | [`ExceptionCode`](crate::ExceptionCode) | `"late_in"` |
/// | an enum with `#[derive(Choice)]` | one of its words |
/// | `String` | text |
/// | `Vec` of any of the above but `String` | a list: `["overtime_1_5", "overtime_2_0"]` |
/// | `Vec` of a struct with `#[derive(Row)]` | a list of tables |
///
/// A mistake that no bound can express is found by a function of your own, named in `#[config(check = ...)]` on the
/// struct; its message is shown to the person who wrote the ruleset.
///
/// ```
/// use shiftmill_plugin::prelude::*;
///
/// /// Comes later after a late evening.
/// #[derive(Config)]
/// #[config(check = rises)]
/// struct LateStart {
///     /// From the end of work on the evening before, how much later the start.
///     #[config(most = 8)]
///     ladder: Vec<Step>,
///     /// Whether rest days count as evenings before.
///     #[config(default = "false")]
///     over_rest_days: bool,
///     /// Which way to round.
///     #[config(default = "down")]
///     rounding: Rounding,
/// }
///
/// #[derive(Row)]
/// struct Step {
///     /// Work went on until at least this time of day.
///     until: Clock,
///     /// So much later is the start.
///     #[config(most = "4h")]
///     later: Length,
/// }
///
/// #[derive(Choice)]
/// enum Rounding {
///     Down,
///     Up,
/// }
///
/// fn rises(config: &LateStart) -> Result<(), String> {
///     match config.ladder.is_sorted_by_key(|step| step.until) {
///         true => Ok(()),
///         false => Err("the ladder must rise".to_owned()),
///     }
/// }
/// ```
///
/// A rule that looks at days outside of the pay period says how many it needs in a function named in
/// `#[config(context = ...)]`; results are provisional, and say so, when the facts do not reach so far. One day on each
/// side is always there, so that who only looks at the day before need not say it.
///
/// ```
/// use shiftmill_plugin::prelude::*;
///
/// /// A premium for the seventh day in a row.
/// #[derive(Config)]
/// #[config(context = days_in_a_row)]
/// struct SeventhDay {
///     /// So many days in a row.
///     #[config(default = 7, least = 2, most = 14)]
///     days: i64,
/// }
///
/// fn days_in_a_row(config: &SeventhDay) -> ContextDays {
///     ContextDays { before: config.days as u16, after: 0 }
/// }
/// ```
///
/// A default outside the bounds, or one that is not written as its type is, does not compile:
///
/// ```compile_fail
/// use shiftmill_plugin::prelude::*;
///
/// #[derive(Config)]
/// struct NightMeal {
///     /// The workday must hold at least this much work.
///     #[config(default = "26h", most = "24h")]
///     least: Length,
/// }
/// ```
pub trait Config: Sized + 'static {
    /// The settings.
    #[doc(hidden)]
    const SETTINGS: &'static [contract::Setting];

    /// Reads the values.
    #[doc(hidden)]
    fn read(values: &mut Values) -> Result<Self, String>;

    /// The days around the pay period that the rule looks at with these values.
    #[doc(hidden)]
    fn context(&self) -> contract::ContextDays {
        contract::ContextDays::default()
    }
}
