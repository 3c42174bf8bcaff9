//! A value of a row as written.

use shiftmill_core::excerpt;

use super::{Fault, RowError};
use crate::fields::Field;

/// A value of a row: text that is still to be read, or a value where the format of the row states one.
///
/// ```
/// use shiftmill_timecards::rows::Given;
/// let amount: Given<'_, u64> = Given::from(" ");
/// assert!(amount.is_nothing());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given<'a, T> {
    /// Text; blank text counts as missing.
    Text(&'a str),
    /// A value.
    Value(T),
}

impl<T> Default for Given<'_, T> {
    fn default() -> Self {
        Given::Text("")
    }
}

impl<'a, T> From<&'a str> for Given<'a, T> {
    fn from(text: &'a str) -> Self {
        Given::Text(text)
    }
}

/// A value, or nothing.
impl<T> From<Option<T>> for Given<'_, T> {
    fn from(value: Option<T>) -> Self {
        value.map_or_else(Given::default, Given::Value)
    }
}

impl<'a, T: Copy> Given<'a, T> {
    /// True when the row has neither text nor a value.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Given::Text(text) if text.trim().is_empty())
    }

    /// The text without blanks around it; `None` for a value.
    pub(super) fn text(self) -> Option<&'a str> {
        match self {
            Given::Text(text) => Some(text.trim()),
            Given::Value(_) => None,
        }
    }

    /// The value, which is required.
    pub(super) fn required(
        self,
        field: Field,
        read: impl FnOnce(&str) -> Option<T>,
        wrong: impl FnOnce(String) -> Fault,
    ) -> Result<T, RowError> {
        match self {
            Given::Value(value) => Ok(value),
            Given::Text(text) => match text.trim() {
                "" => Err(RowError { field, fault: Fault::Empty }),
                text => read(text).ok_or_else(|| RowError { field, fault: wrong(excerpt(text).to_string()) }),
            },
        }
    }

    /// The value if one is given.
    pub(super) fn optional(
        self,
        field: Field,
        read: impl FnOnce(&str) -> Option<T>,
        wrong: impl FnOnce(String) -> Fault,
    ) -> Result<Option<T>, RowError> {
        if self.is_nothing() { Ok(None) } else { self.required(field, read, wrong).map(Some) }
    }
}
