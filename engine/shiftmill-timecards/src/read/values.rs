//! The values of one row of a file.

use std::borrow::Cow;

use crate::fields::Field;

/// The values of one row, by field; a missing field is empty.
pub struct Values<'a> {
    values: [Cow<'a, str>; Field::ALL.len()],
}

impl<'a> Values<'a> {
    /// A row without values.
    pub fn new() -> Values<'a> {
        Values { values: [const { Cow::Borrowed("") }; Field::ALL.len()] }
    }

    /// Puts a value, without the blanks around it.
    pub fn set(&mut self, field: Field, value: Cow<'a, str>) {
        let trimmed = match value {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        if let Some(place) = self.values.get_mut(field as usize) {
            *place = trimmed;
        }
    }

    /// The value of a field; nothing where there is none.
    pub fn get(&self, field: Field) -> &str {
        self.values.get(field as usize).map_or("", AsRef::as_ref)
    }
}
