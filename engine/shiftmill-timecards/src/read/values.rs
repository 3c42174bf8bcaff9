//! The values of one row of a file.

use std::borrow::Cow;

use shiftmill_core::PunchKind;

use crate::fields::Field;

/// The values of one row, by field; a missing field is empty.
pub struct Values<'a> {
    values: [Cow<'a, str>; Field::ALL.len()],
    /// The kind of the punch, where the column of its time states it.
    pub punch_kind: Option<PunchKind>,
}

impl<'a> Values<'a> {
    /// A row without values.
    pub fn new() -> Values<'a> {
        Values { values: [const { Cow::Borrowed("") }; Field::ALL.len()], punch_kind: None }
    }

    /// Puts a value as [`cleaned`] gives it.
    pub fn set(&mut self, field: Field, value: Cow<'a, str>) {
        let cleaned = match value {
            Cow::Borrowed(text) => Cow::Borrowed(cleaned(text)),
            Cow::Owned(text) => Cow::Owned(cleaned(&text).to_owned()),
        };
        if let Some(place) = self.values.get_mut(field as usize) {
            *place = cleaned;
        }
    }

    /// The value of a field; nothing where there is none.
    pub fn get(&self, field: Field) -> &str {
        self.values.get(field as usize).map_or("", AsRef::as_ref)
    }
}

/// A value without the blanks around it, and without the apostrophe by which spreadsheets mark a number as text.
pub fn cleaned(text: &str) -> &str {
    let text = text.trim();
    match text.strip_prefix('\'') {
        Some(number) if number.starts_with(|letter: char| letter.is_ascii_digit()) => number,
        _ => text,
    }
}
