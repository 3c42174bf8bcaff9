//! Values that a plugin carries from one pay period to the next.

use crate::contract::CarriedKey;

/// The values that a plugin carries. `#[derive(Carried)]` on an enum implements it: one variant for each value, with its
/// meaning as a comment. `plugin!` names the enum.
///
/// ```
/// use shiftmill_plugin::prelude::*;
///
/// #[derive(Carried)]
/// enum Balance {
///     /// Attendance points that have not lapsed.
///     Points,
/// }
///
/// # #[derive(Config)] struct Points {}
/// # #[derive(Reason)] #[reason("points")] struct Why {}
/// impl Period for Points {
///     type Why = Why;
///
///     fn employee(&self, employee: &Employee, edits: &mut Edits<Why>) -> Outcome {
///         let points = employee.carried(Balance::Points).unwrap_or(0);
///         edits.carry(Balance::Points, points + 1, Why {});
///         Ok(())
///     }
/// }
///
/// plugin!(Points: period; carries Balance);
/// ```
pub trait Carried: Sized {
    /// The keys.
    #[doc(hidden)]
    const KEYS: &'static [CarriedKey];

    /// The position of the key.
    #[doc(hidden)]
    fn position(self) -> u16;
}

/// The carried values that `plugin!` names.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the plugin does not say that it carries `{Self}`",
    note = "say so in `plugin!`: `plugin!(Points: period; carries {Self});`"
)]
pub trait Declared: Carried {}
