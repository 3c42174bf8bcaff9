//! The columns of the contract, each declared once: its name in a manifest, its name in the contract, and the type of its
//! numbers.

use shiftmill_core::{Hook, excerpt};
use wasmtime::component::{ComponentType, Lower};

/// Declares a table of the contract: its encoded rows, and the record that passes them to the plugin.
macro_rules! rows {
    ($(#[$meta:meta])* $rows:ident as $lowered:ident { $($field:ident $name:tt: $type:ty,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Default)]
        pub(crate) struct $rows { $(pub(crate) $field: Vec<$type>,)+ }

        impl $rows {
            /// Empties every column and keeps its memory.
            pub(crate) fn clear(&mut self) {
                $(self.$field.clear();)+
            }

            pub(crate) fn lowered(&self) -> $lowered<'_> {
                $lowered { $($field: &self.$field,)+ }
            }
        }

        #[derive(Clone, Copy, Debug, ComponentType, Lower)]
        #[component(record)]
        pub(crate) struct $lowered<'a> { $(#[component(name = $name)] pub(crate) $field: &'a [$type],)+ }
    };
}

/// Declares which columns of a table a hook reads.
macro_rules! wanted {
    ($wanted:ident of $table:literal { $($field:ident $name:tt,)+ }) => {
        /// The columns of the table that a hook reads.
        #[derive(Clone, Copy, Debug, Default)]
        pub(crate) struct $wanted { $(pub(crate) $field: bool,)+ }

        impl $wanted {
            const TABLE: &'static str = $table;

            /// Adds the column of this name; false when the table has no such column.
            fn want(&mut self, column: &str) -> bool {
                match column {
                    $($name => self.$field = true,)+
                    _ => return false,
                }
                true
            }

            fn names(self) -> impl Iterator<Item = String> {
                let columns = [$((self.$field, $name),)+];
                columns.into_iter().filter(|column| column.0).map(|column| format!("{}.{}", $table, column.1))
            }
        }
    };
}

/// Declares a table whose columns a hook reads or not.
macro_rules! table {
    ($rows:ident as $lowered:ident, $wanted:ident of $table:literal { $($field:ident $name:tt: $type:ty,)+ }) => {
        rows! {
            /// Rows, column by column. Columns that the hook does not read stay empty.
            $rows as $lowered { $($field $name: $type,)+ }
        }
        wanted! { $wanted of $table { $($field $name,)+ } }

        impl $wanted {
            /// True when any column is read.
            pub(crate) fn any(self) -> bool {
                $(self.$field)||+
            }
        }
    };
}

rows! {
    /// Pay codes of the ruleset.
    PayCodeRows as PayCodeColumns {
        layer "layer": u8,
        unit "unit": u8,
        paid "paid": u8,
        multiplier "multiplier": u16,
    }
}

rows! {
    /// Zones of the employees.
    ZoneRows as ZoneColumns {
        first_offset "first-offset": i32,
        change_end "change-end": u32,
        change_at "change-at": i64,
        change_offset "change-offset": i32,
    }
}

rows! {
    /// The employees.
    EmployeeRows as EmployeeColumns {
        zone "zone": u32,
        day_end "day-end": u32,
        quantity_end "quantity-end": u32,
        exception_end "exception-end": u32,
        premium_end "premium-end": u32,
        carried_end "carried-end": u32,
    }
}

rows! {
    /// Workdays. The labels are always encoded, because edits name days by them.
    DayRows as DayColumns {
        workday "workday": i32,
        marks "marks": u8,
        day_type "day-type": u8,
        worked "worked": u32,
        punch_end "punch-end": u32,
        shift_end "shift-end": u32,
        scheduled_end "scheduled-end": u32,
        span_end "span-end": u32,
    }
}

wanted! { DaysWanted of "day" {
    workday "workday",
    marks "marks",
    day_type "day-type",
    worked "worked",
} }

table! { PunchRows as PunchColumns, PunchesWanted of "punch" {
    at "at": i64,
    kind "kind": u8,
    role "role": u8,
} }

table! { ShiftRows as ShiftColumns, ShiftsWanted of "shift" {
    first "first": i64,
    last "last": i64,
    scheduled "scheduled": u32,
} }

table! { ScheduledRows as ScheduledColumns, ScheduledWanted of "scheduled" {
    start "start": i64,
    end "end": i64,
    expected_start "expected-start": i64,
    expected_end "expected-end": i64,
    planned "planned": u32,
    marks "marks": u8,
} }

table! { SpanRows as SpanColumns, SpansWanted of "span" {
    start "start": i64,
    end "end": i64,
    state "state": u8,
    pay_code "pay-code": u16,
    overtime_workday "overtime-workday": i32,
    day_type "day-type": u8,
    shift "shift": u32,
} }

table! { QuantityRows as QuantityColumns, QuantitiesWanted of "quantity" {
    workday "workday": i32,
    pay_code "pay-code": u16,
    amount "amount": u32,
} }

table! { ExceptionRows as ExceptionColumns, ExceptionsWanted of "exception" {
    workday "workday": i32,
    code "code": u8,
    at "at": i64,
    measure "measure": u32,
    waived "waived": u8,
} }

table! { PremiumRows as PremiumColumns, PremiumsWanted of "premium" {
    start "start": i64,
    end "end": i64,
    workday "workday": i32,
    pay_code "pay-code": u16,
} }

table! { CarriedValueRows as CarriedColumns, CarriedWanted of "carried" {
    key "key": u16,
    value "value": i64,
} }

/// The columns that one hook of a plugin reads.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reads {
    pub(crate) days: DaysWanted,
    pub(crate) punches: PunchesWanted,
    pub(crate) shifts: ShiftsWanted,
    pub(crate) scheduled: ScheduledWanted,
    pub(crate) spans: SpansWanted,
    pub(crate) quantities: QuantitiesWanted,
    pub(crate) exceptions: ExceptionsWanted,
    pub(crate) premiums: PremiumsWanted,
    pub(crate) carried: CarriedWanted,
}

impl Reads {
    /// Adds the column of this name, such as `span.start`, at `hook`.
    ///
    /// # Errors
    /// Why the hook cannot read it.
    pub(crate) fn want(&mut self, name: &str, hook: Hook) -> Result<(), String> {
        let unknown = || format!("there is no column `{}`; the plugin may need a newer Shiftmill", excerpt(name));
        let (table, column) = name.split_once('.').ok_or_else(unknown)?;
        let known = match table {
            DaysWanted::TABLE => self.days.want(column),
            PunchesWanted::TABLE => self.punches.want(column),
            ShiftsWanted::TABLE => self.shifts.want(column),
            ScheduledWanted::TABLE => self.scheduled.want(column),
            SpansWanted::TABLE => self.spans.want(column),
            QuantitiesWanted::TABLE => self.quantities.want(column),
            ExceptionsWanted::TABLE => self.exceptions.want(column),
            PremiumsWanted::TABLE => self.premiums.want(column),
            CarriedWanted::TABLE => self.carried.want(column),
            _ => false,
        };
        match known {
            true if is_available(table, hook) => Ok(()),
            true => Err(format!("column `{name}` is not available at the hook `{hook}`")),
            false => Err(unknown()),
        }
    }

    /// The names of all columns read.
    pub(crate) fn names(&self) -> Vec<String> {
        let days = self.days.names().chain(self.punches.names()).chain(self.shifts.names());
        let timeline = self.scheduled.names().chain(self.spans.names());
        let rest = self.quantities.names().chain(self.exceptions.names()).chain(self.premiums.names());
        days.chain(timeline).chain(rest).chain(self.carried.names()).collect()
    }
}

/// Whether a table has been calculated when `hook` is called.
fn is_available(table: &str, hook: Hook) -> bool {
    match table {
        ShiftsWanted::TABLE | ScheduledWanted::TABLE | SpansWanted::TABLE | QuantitiesWanted::TABLE => {
            hook > Hook::Punches
        }
        PremiumsWanted::TABLE => hook > Hook::Schedule,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name_where_they_are_available() {
        let mut reads = Reads::default();
        for name in ["span.start", "span.pay-code", "day.worked", "exception.waived", "carried.value"] {
            reads.want(name, Hook::Days).unwrap();
        }
        assert!(reads.spans.start && reads.spans.pay_code && !reads.spans.end && reads.spans.any());
        assert_eq!(reads.names(), ["day.worked", "span.start", "span.pay-code", "exception.waived", "carried.value"]);
        assert!(reads.want("span.wage", Hook::Days).unwrap_err().contains("newer Shiftmill"));
        assert!(reads.want("span", Hook::Days).unwrap_err().contains("newer Shiftmill"));
        assert!(reads.want("span.start", Hook::Punches).unwrap_err().contains("not available"));
        assert!(reads.want("premium.start", Hook::Schedule).unwrap_err().contains("not available"));
    }
}
