//! Reasons: why an edit is proposed, as text with figures.

use crate::codes::{BaseCode, CountCode, ExceptionCode, PayCode, PremiumCode, TimeCode};
use crate::contract::{Rule, ValueKind};
use crate::time::{Clock, Instant, Length, Workday};

/// The reasons of a plugin. `#[derive(Reason)]` implements it.
///
/// Each struct, or each variant of an enum, is a rule. Its fields are the figures, and each template names all of them in
/// braces.
/// The name of the rule is that of the struct or variant in lower case with `-` between words, or `key`.
///
/// ```
/// use shiftmill_plugin::prelude::*;
///
/// #[derive(Reason)]
/// enum Why {
///     #[reason("worked {worked}, more than {least}", chinese = "工作{worked}，超过{least}")]
///     LongDay { worked: Length, least: Length },
///     #[reason("called in on {workday}", key = "callback")]
///     CalledIn { workday: Workday },
/// }
/// ```
///
/// ```compile_fail
/// use shiftmill_plugin::prelude::*;
///
/// #[derive(Reason)]
/// #[reason("worked {worked}")] // no such field
/// struct LongDay { length: Length }
/// ```
///
/// ```compile_fail
/// use shiftmill_plugin::prelude::*;
///
/// #[derive(Reason)]
/// #[reason("worked {worked}", chinese = "工作")] // the figure is missing
/// struct LongDay { worked: Length }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a reason for an edit",
    note = "derive it: `#[derive(Reason)] #[reason(\"worked {{worked}}\")] struct LongDay {{ worked: Length }}`"
)]
pub trait Reason {
    /// The rules.
    #[doc(hidden)]
    const RULES: &'static [Rule];

    /// Adds the figures and returns the position of the rule.
    #[doc(hidden)]
    fn write(&self, figures: &mut Vec<i64>) -> u16;
}

/// A type of figures of reasons.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a figure of a reason",
    note = "figures are i64, u32, bool, Length, Clock, Instant, Workday, pay codes and ExceptionCode"
)]
pub trait Figure: Copy {
    /// The meaning of the number.
    #[doc(hidden)]
    const KIND: ValueKind;

    /// The number.
    #[doc(hidden)]
    fn number(self) -> i64;
}

macro_rules! figures {
    ($($name:ty: $kind:ident, |$value:ident| $number:expr;)*) => {$(
        impl Figure for $name {
            const KIND: ValueKind = ValueKind::$kind;

            #[inline]
            fn number(self) -> i64 {
                let $value = self;
                $number
            }
        }
    )*};
}

figures! {
    i64: Whole, |number| number;
    i32: Whole, |number| i64::from(number);
    u32: Whole, |number| i64::from(number);
    u16: Whole, |number| i64::from(number);
    bool: Flag, |flag| i64::from(flag);
    Length: Length, |length| i64::from(length.0);
    Clock: Clock, |clock| i64::from(clock.0);
    Instant: Instant, |instant| instant.0;
    Workday: Workday, |workday| i64::from(workday.0);
    PayCode: PayCode, |code| i64::from(code.0);
    BaseCode: BaseCode, |code| i64::from(code.0);
    PremiumCode: PremiumCode, |code| i64::from(code.0);
    TimeCode: TimeCode, |code| i64::from(code.0);
    CountCode: CountCode, |code| i64::from(code.0);
    ExceptionCode: Exception, |code| i64::from(code.number());
}
