//! Closed sets: every value has one written code and one number, declared once.

use core::fmt;

/// A closed set whose values a document, a file, the wire or an explanation names.
///
/// ```
/// use shiftmill_core::{Coded, PunchKind};
/// fn codes<T: Coded>() -> String {
///     T::CODES.join(" ")
/// }
/// assert!(codes::<PunchKind>().starts_with("in out meal_start"));
/// ```
pub trait Coded: Copy + Eq + fmt::Debug + fmt::Display + 'static {
    /// Every value, in the order of declaration.
    const ALL: &'static [Self];
    /// The written codes, in the same order.
    const CODES: &'static [&'static str];
    /// The value that was declared first.
    const FIRST: Self;

    /// The written code.
    fn code(self) -> &'static str;

    /// The number.
    fn number(self) -> u8;

    /// The value with this written code.
    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.code() == code)
    }

    /// The value with this number.
    fn from_number(number: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.number() == number)
    }
}

/// Declares an enum whose values each have one written code and one number, see [`Coded`].
macro_rules! coded {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $number:literal $code:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$doc])* $variant = $number,)+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The written code.
            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code,)+ }
            }

            /// The number.
            pub const fn number(self) -> u8 {
                self as u8
            }

            /// The value with this written code.
            pub fn from_code(code: &str) -> Option<$name> {
                match code { $($code => Some($name::$variant),)+ _ => None }
            }

            /// The value with this number.
            pub const fn from_number(number: u8) -> Option<$name> {
                match number { $($number => Some($name::$variant),)+ _ => None }
            }
        }

        impl $crate::coded::Coded for $name {
            const ALL: &'static [$name] = $name::ALL;
            const CODES: &'static [&'static str] = &[$($code,)+];
            const FIRST: $name = {
                let [first, ..] = [$($name::$variant,)+];
                first
            };

            fn code(self) -> &'static str {
                $name::code(self)
            }

            fn number(self) -> u8 {
                $name::number(self)
            }

            fn from_code(code: &str) -> Option<$name> {
                $name::from_code(code)
            }

            fn from_number(number: u8) -> Option<$name> {
                $name::from_number(number)
            }
        }

        impl $crate::columns::ColumnValue for $name {
            type Number = u8;

            fn to_number(self) -> u8 {
                self as u8
            }

            fn from_number(number: u8) -> Option<$name> {
                $name::from_number(number)
            }

            fn put(self, bytes: &mut alloc::vec::Vec<u8>) {
                bytes.push(self as u8);
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

pub(crate) use coded;
