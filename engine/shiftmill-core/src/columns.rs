//! Tables as columns, each declared once: its rows, its columns in order, their names and the numbers in them.

use alloc::vec::Vec;

use crate::card::PluginReasons;
use crate::codes::{CarryKey, PayCode, RuleId};
use crate::tags::TagId;
use crate::time::{Seconds, Timestamp, Workday};

/// The value of a column: one number of fixed width.
pub trait ColumnValue: Copy {
    /// The number in messages and files: 16 bits are widened to 32.
    type Number: Copy;

    /// The number.
    fn to_number(self) -> Self::Number;

    /// The value with this number; `None` when it has no meaning.
    fn from_number(number: Self::Number) -> Option<Self>;

    /// The numbers of a column. A column of numbers moves and is not copied.
    fn to_numbers(column: Vec<Self>) -> Vec<Self::Number> {
        column.into_iter().map(Self::to_number).collect()
    }

    /// The column with these numbers; `None` when one has no meaning. A column of numbers moves and is not copied.
    fn from_numbers(numbers: Vec<Self::Number>) -> Option<Vec<Self>> {
        numbers.into_iter().map(Self::from_number).collect()
    }

    /// Adds the canonical bytes, little-endian, by which results are hashed.
    fn put(self, bytes: &mut Vec<u8>);
}

/// Values that are their own numbers.
macro_rules! numbers {
    ($($type:ty),+) => {
        $(impl ColumnValue for $type {
            type Number = $type;

            fn to_number(self) -> $type {
                self
            }

            fn from_number(number: $type) -> Option<$type> {
                Some(number)
            }

            fn to_numbers(column: Vec<$type>) -> Vec<$type> {
                column
            }

            fn from_numbers(numbers: Vec<$type>) -> Option<Vec<$type>> {
                Some(numbers)
            }

            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
        })+
    };
}

numbers!(u8, u32, i32, i64);

impl ColumnValue for u16 {
    type Number = u32;

    fn to_number(self) -> u32 {
        u32::from(self)
    }

    fn from_number(number: u32) -> Option<u16> {
        u16::try_from(number).ok()
    }

    fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_le_bytes());
    }
}

/// Values that wrap a number.
macro_rules! wrapped {
    ($($type:ident($inner:ty)),+) => {
        $(impl ColumnValue for $type {
            type Number = <$inner as ColumnValue>::Number;

            fn to_number(self) -> Self::Number {
                self.0.to_number()
            }

            fn from_number(number: Self::Number) -> Option<$type> {
                <$inner as ColumnValue>::from_number(number).map($type)
            }

            fn put(self, bytes: &mut Vec<u8>) {
                self.0.put(bytes);
            }
        })+
    };
}

wrapped!(Workday(i32), Timestamp(i64), Seconds(u32), PayCode(u16), RuleId(u16), CarryKey(u16), TagId(u16));

/// A list of rows that belongs to the results of a chunk.
pub(crate) trait List {
    fn reserve(&mut self, rows: usize);

    fn len(&self) -> usize;

    fn truncate(&mut self, length: usize);

    /// The first column that does not have an entry for each row.
    fn uneven_column(&self) -> Option<&'static str> {
        None
    }
}

impl<T> List for Vec<T> {
    fn reserve(&mut self, rows: usize) {
        Vec::reserve(self, rows);
    }

    fn len(&self) -> usize {
        Vec::len(self)
    }

    fn truncate(&mut self, length: usize) {
        Vec::truncate(self, length);
    }
}

impl List for PluginReasons {
    fn reserve(&mut self, rows: usize) {
        PluginReasons::reserve(self, rows);
    }

    fn len(&self) -> usize {
        PluginReasons::len(self)
    }

    fn truncate(&mut self, length: usize) {
        PluginReasons::truncate(self, length);
    }
}

/// Declares a table: a struct of columns, and its rows. All of `push`, `get`, `names` and so on follow the declaration;
/// its order is that of the canonical bytes.
macro_rules! columns {
    ($(#[$meta:meta])* $columns:ident of $(#[$row_meta:meta])* $row:ident {
        $($(#[$doc:meta])* $field:ident: $type:ty,)+
    }) => {
        $(#[$row_meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $row { $($(#[$doc])* pub $field: $type,)+ }

        impl $row {
            /// Adds the canonical bytes of the row: its columns in the order of their declaration.
            pub fn put(&self, bytes: &mut Vec<u8>) {
                $($crate::columns::ColumnValue::put(self.$field, bytes);)+
            }
        }

        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $columns { $($(#[$doc])* pub $field: Vec<$type>,)+ }

        impl $columns {
            /// The names of the columns, in order.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($field),)+];

            /// Adds a row.
            pub fn push(&mut self, row: $row) {
                $(self.$field.push(row.$field);)+
            }

            /// Row number `index`.
            pub fn get(&self, index: usize) -> Option<$row> {
                Some($row { $($field: *self.$field.get(index)?,)+ })
            }

            /// How many rows there are.
            pub fn len(&self) -> usize {
                columns!(@first self, $($field)+).len()
            }

            /// True when there is no row.
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Rows `from..to`.
            pub fn rows(&self, range: core::ops::Range<usize>) -> impl Iterator<Item = $row> + '_ {
                range.filter_map(|index| self.get(index))
            }
        }

        impl $crate::columns::List for $columns {
            fn reserve(&mut self, rows: usize) {
                $(self.$field.reserve(rows);)+
            }

            fn len(&self) -> usize {
                $columns::len(self)
            }

            fn truncate(&mut self, length: usize) {
                $(self.$field.truncate(length);)+
            }

            fn uneven_column(&self) -> Option<&'static str> {
                let rows = $columns::len(self);
                $(if self.$field.len() != rows { return Some(stringify!($field)); })+
                None
            }
        }
    };
    (@first $self:ident, $first:ident $($rest:ident)*) => { $self.$first };
}

pub(crate) use columns;
