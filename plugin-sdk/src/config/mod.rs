//! The configuration: the settings of a plugin in a ruleset, each declared once with meaning, unit, default and bounds.

mod declare;
mod literal;
mod read;

pub use declare::{Declaration, field, setting};
pub(crate) use declare::{position, same};
#[cfg(not(target_family = "wasm"))]
pub(crate) use literal::number;
pub use read::{Number, Row, Setting, Values, next_number};

use crate::contract;

/// The configuration of a plugin, and the plugin itself. `#[derive(Config)]` implements it.
///
/// The comment of a field is its meaning and is required. `#[config(...)]` has the rest: `default`, as a ruleset would
/// write it; `least` and `most`, the bounds of a number, or `most` alone for the length of a text or list. A ruleset must
/// write a field without a default.
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
/// For a mistake that no bound can express, write a function and name it in `#[config(check = ...)]` on the struct. Its
/// message is shown to the author of the ruleset.
///
/// ```
/// use shiftmill_plugin::prelude::*;
///
/// /// A later start after a late evening.
/// #[derive(Config)]
/// #[config(check = rises)]
/// struct LateStart {
///     /// How much later the start is, by the end of work on the evening before.
///     #[config(most = 8)]
///     ladder: Vec<Step>,
///     /// Whether the evening before a rest day counts.
///     #[config(default = "false")]
///     over_rest_days: bool,
///     /// The direction of rounding.
///     #[config(default = "down")]
///     rounding: Rounding,
/// }
///
/// #[derive(Row)]
/// struct Step {
///     /// The step is for work until at least this time of day.
///     until: Clock,
///     /// How much later the start is.
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
/// A rule that needs context days states their number in a function that is named in `#[config(context = ...)]`. Results are
/// marked as provisional when the facts do not reach that far. One day on each side is always required, so a rule that only
/// reads the day before need not state it.
///
/// ```
/// use shiftmill_plugin::prelude::*;
///
/// /// A premium for the seventh day in a row.
/// #[derive(Config)]
/// #[config(context = days_in_a_row)]
/// struct SeventhDay {
///     /// The number of days in a row.
///     #[config(default = 7, least = 2, most = 14)]
///     days: i64,
/// }
///
/// fn days_in_a_row(config: &SeventhDay) -> ContextDays {
///     ContextDays { before: config.days as u16, after: 0 }
/// }
/// ```
///
/// A default outside the bounds, or in another format than that of its type, does not compile:
///
/// ```compile_fail
/// use shiftmill_plugin::prelude::*;
///
/// #[derive(Config)]
/// struct NightMeal {
///     /// The workday must have at least this much work.
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

    /// The context days that the rule needs with these values.
    #[doc(hidden)]
    fn context(&self) -> contract::ContextDays {
        contract::ContextDays::default()
    }
}
