//! Reads the values of a configuration.

use crate::codes::{BaseCode, CountCode, ExceptionCode, PremiumCode, TimeCode};
use crate::contract::{Field, Fixed, FixedText, Maybe, Value, ValueKind};
use crate::time::{Clock, Length, Workday};

/// A type of settings.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a setting",
    note = "settings are i64, bool, Length, Clock, Workday, BaseCode, PremiumCode, TimeCode, CountCode, \
            ExceptionCode, String, an enum with `#[derive(Choice)]`, a Vec of these without String, or a Vec of a \
            struct with `#[derive(Row)]`"
)]
pub trait Setting: Sized {
    /// The kind of its value.
    #[doc(hidden)]
    const KIND: ValueKind;

    /// The words of a choice.
    #[doc(hidden)]
    const CHOICES: &'static [FixedText];

    /// The fields of a row.
    #[doc(hidden)]
    const FIELDS: &'static [Field];

    /// The setting of this value; `None` when the value has another kind.
    #[doc(hidden)]
    fn from_value(value: Value) -> Option<Self>;
}

/// A type of settings with one number. Fields of rows have such types too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a row",
    note = "fields are i64, bool, Length, Clock, Workday, BaseCode, PremiumCode, TimeCode, CountCode, \
            ExceptionCode, or an enum with `#[derive(Choice)]`"
)]
pub trait Number: Sized {
    /// The meaning of the number.
    #[doc(hidden)]
    const KIND: ValueKind;

    /// The words of a choice.
    #[doc(hidden)]
    const CHOICES: &'static [FixedText] = &[];

    /// The setting of this number; `None` when the number is not valid.
    #[doc(hidden)]
    fn from_number(number: i64) -> Option<Self>;
}

/// A row of a list of tables. `#[derive(Row)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a row of a setting",
    note = "derive it: `#[derive(Row)] struct {Self} {{ ... }}`"
)]
pub trait Row: Sized {
    /// The fields.
    #[doc(hidden)]
    const FIELDS: &'static [Field];

    /// Reads one number for each field.
    #[doc(hidden)]
    fn read(numbers: &mut dyn Iterator<Item = i64>) -> Option<Self>;
}

impl<T: Number> Setting for T {
    const KIND: ValueKind = T::KIND;
    const CHOICES: &'static [FixedText] = T::CHOICES;
    const FIELDS: &'static [Field] = &[];

    fn from_value(value: Value) -> Option<T> {
        match value {
            Value::Number(number) => T::from_number(number),
            Value::Text(_) | Value::Rows(_) => None,
        }
    }
}

impl Setting for String {
    const KIND: ValueKind = ValueKind::Text;
    const CHOICES: &'static [FixedText] = &[];
    const FIELDS: &'static [Field] = &[];

    fn from_value(value: Value) -> Option<String> {
        match value {
            Value::Text(text) => Some(text.as_str().to_owned()),
            Value::Number(_) | Value::Rows(_) => None,
        }
    }
}

/// A list of numbers is a list of rows with one field each.
impl<T: Number> Row for T {
    const FIELDS: &'static [Field] = &[Field {
        key: FixedText::of("value"),
        meaning: FixedText::of("One of the list."),
        kind: T::KIND,
        default: Maybe::None,
        least: Maybe::None,
        most: Maybe::None,
        choices: Fixed::of(T::CHOICES),
    }];

    fn read(numbers: &mut dyn Iterator<Item = i64>) -> Option<T> {
        next_number(numbers)
    }
}

impl<R: Row> Setting for Vec<R> {
    const KIND: ValueKind = ValueKind::Rows;
    const CHOICES: &'static [FixedText] = &[];
    const FIELDS: &'static [Field] = R::FIELDS;

    fn from_value(value: Value) -> Option<Vec<R>> {
        let Value::Rows(numbers) = value else { return None };
        let rows = numbers.len().checked_div(R::FIELDS.len())?;
        let mut numbers = numbers.iter().copied();
        (0..rows).map(|_| R::read(&mut numbers)).collect()
    }
}

macro_rules! numbers {
    ($($name:ty: $kind:ident, |$number:ident| $value:expr;)*) => {$(
        impl Number for $name {
            const KIND: ValueKind = ValueKind::$kind;

            fn from_number($number: i64) -> Option<Self> {
                $value
            }
        }
    )*};
}

numbers! {
    i64: Whole, |number| Some(number);
    bool: Flag, |number| Some(number != 0);
    Length: Length, |number| u32::try_from(number).ok().map(Length);
    Clock: Clock, |number| u32::try_from(number).ok().and_then(Clock::from_seconds);
    Workday: Workday, |number| i32::try_from(number).ok().map(Workday);
    BaseCode: BaseCode, |number| u16::try_from(number).ok().map(BaseCode);
    PremiumCode: PremiumCode, |number| u16::try_from(number).ok().map(PremiumCode);
    TimeCode: TimeCode, |number| u16::try_from(number).ok().map(TimeCode);
    CountCode: CountCode, |number| u16::try_from(number).ok().map(CountCode);
    ExceptionCode: Exception, |number| u8::try_from(number).ok().map(ExceptionCode::from_number);
}

/// The values of a configuration, in the order of the settings.
#[derive(Debug)]
pub struct Values(std::vec::IntoIter<Value>);

impl Values {
    /// These values.
    pub fn new(values: Vec<Value>) -> Values {
        Values(values.into_iter())
    }

    /// The next value, for this setting.
    pub fn next<T: Setting>(&mut self, key: &str) -> Result<T, String> {
        let value = self.0.next().and_then(T::from_value);
        value.ok_or_else(|| ["`", key, "` has no value that fits"].concat())
    }
}

/// The next number of a row.
pub fn next_number<T: Number>(numbers: &mut dyn Iterator<Item = i64>) -> Option<T> {
    numbers.next().and_then(T::from_number)
}
