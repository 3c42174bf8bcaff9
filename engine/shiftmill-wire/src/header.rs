//! Headers of streams: the level of detail, the window, and the names that chunks refer to by position.

use std::collections::HashMap;

use shiftmill_core::{CarryKey, Detail, EvaluationWindow, Names, excerpt};
use shiftmill_proto::v1;

/// Most shifts, and most carried keys, that a header may name.
pub const HEADER_NAMES_MAX: usize = 1_024;
/// A template number that no ruleset has: the timecard, and only it, gets `SM-UNKNOWN-SHIFT`.
pub(crate) const NO_TEMPLATE: u16 = u16::MAX;

/// Writes a level of detail.
pub fn write_detail(detail: Detail) -> v1::Detail {
    match detail {
        Detail::Totals => v1::Detail::Totals,
        Detail::Workdays => v1::Detail::Workdays,
        Detail::Spans => v1::Detail::Spans,
        Detail::Full => v1::Detail::Full,
    }
}

/// Reads a level of detail; `None` when the number has no meaning.
pub fn read_detail(number: i32) -> Option<Detail> {
    let detail = v1::Detail::try_from(number).ok()?;
    Some(match detail {
        v1::Detail::Totals => Detail::Totals,
        v1::Detail::Unspecified | v1::Detail::Workdays => Detail::Workdays,
        v1::Detail::Spans => Detail::Spans,
        v1::Detail::Full => Detail::Full,
    })
}

/// The names of shifts and carried keys in a header, as numbers of each of its rulesets.
#[derive(Clone, Debug, Default)]
pub struct HeaderNames {
    /// The shifts as the header names them.
    shifts: Vec<String>,
    /// Per ruleset: the template number of each of the header's shifts.
    templates: Vec<Vec<u16>>,
    /// Per ruleset: the number of each of the header's carried keys; `None`: the ruleset does not carry it.
    carried_keys: Vec<Vec<Option<CarryKey>>>,
}

/// A header names what none of its rulesets has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no ruleset has a {what} named `{}`", excerpt(.name))]
pub struct UnknownName {
    /// The kind of name: `shift` or `carried key`.
    pub what: &'static str,
    /// The name.
    pub name: String,
    /// The field of the header: `shifts` or `carried_keys`.
    pub field: &'static str,
    /// The position in the field.
    pub index: usize,
}

impl HeaderNames {
    /// Reads the names of a header whose rulesets have these `names`.
    ///
    /// # Errors
    /// The first [`UnknownName`].
    pub fn read(shifts: &[String], carried_keys: &[String], names: &[&Names]) -> Result<HeaderNames, UnknownName> {
        let templates: Vec<_> = names.iter().map(|names| numbers(&names.shifts, 1)).collect();
        known_somewhere(shifts, &templates, "shift", "shifts")?;
        let keys: Vec<_> = names.iter().map(|names| numbers(&names.carried, 0)).collect();
        known_somewhere(carried_keys, &keys, "carried key", "carried_keys")?;
        let template = |numbers: &HashMap<&str, u16>, name: &String| numbers.get(name.as_str()).copied();
        Ok(HeaderNames {
            shifts: shifts.to_vec(),
            templates: templates
                .iter()
                .map(|known| shifts.iter().map(|shift| template(known, shift).unwrap_or(NO_TEMPLATE)).collect())
                .collect(),
            carried_keys: keys
                .iter()
                .map(|known| carried_keys.iter().map(|key| template(known, key).map(CarryKey)).collect())
                .collect(),
        })
    }

    /// The template numbers of a ruleset by position in the header.
    pub(crate) fn templates(&self, ruleset: usize) -> &[u16] {
        self.templates.get(ruleset).map_or(&[], Vec::as_slice)
    }

    /// The name of a shift by its number in `shift_template`: 1 is the first.
    pub(crate) fn shift(&self, number: u32) -> Option<&str> {
        self.shifts.get(number.checked_sub(1)? as usize).map(String::as_str)
    }

    /// The carried keys of a ruleset by position in the header.
    pub(crate) fn carried_keys(&self, ruleset: usize) -> &[Option<CarryKey>] {
        self.carried_keys.get(ruleset).map_or(&[], Vec::as_slice)
    }
}

/// The numbers of the names of a ruleset, counted from `first`.
fn numbers(names: &[String], first: u16) -> HashMap<&str, u16> {
    names.iter().map(String::as_str).zip(first..).collect()
}

fn known_somewhere(
    names: &[String],
    known: &[HashMap<&str, u16>],
    what: &'static str,
    field: &'static str,
) -> Result<(), UnknownName> {
    let unknown = |(_, name): &(usize, &String)| !known.iter().any(|numbers| numbers.contains_key(name.as_str()));
    match names.iter().enumerate().find(unknown) {
        None => Ok(()),
        Some((index, name)) => Err(UnknownName { what, name: name.clone(), field, index }),
    }
}

/// Writes a window. The service reads it with its own reader of dates and instants.
pub fn write_window(window: &EvaluationWindow) -> v1::Window {
    let as_of = window.as_of.0;
    let (day, second) = (as_of.div_euclid(86_400), as_of.rem_euclid(86_400));
    let day = shiftmill_core::Workday(i32::try_from(day).unwrap_or(i32::MAX));
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    v1::Window {
        pay_period_first: window.pay_period.first.to_string(),
        pay_period_last: window.pay_period.last.to_string(),
        facts_first: window.facts.first.to_string(),
        facts_last: window.facts.last.to_string(),
        as_of: format!("{day}T{hour:02}:{minute:02}:{second:02}Z"),
        require_final: window.require_final,
        complete: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_core::{Timestamp, Workday, WorkdayRange};

    #[test]
    fn every_level_of_detail_is_read_as_it_was_written() {
        for detail in [Detail::Totals, Detail::Workdays, Detail::Spans, Detail::Full] {
            assert_eq!(read_detail(write_detail(detail).into()), Some(detail));
        }
        for number in -1..=256 {
            assert_eq!(read_detail(number).is_some(), v1::Detail::try_from(number).is_ok(), "{number}");
        }
    }

    #[test]
    fn a_window_is_written_in_days_and_seconds() {
        let days = WorkdayRange { first: Workday(20_514), last: Workday(20_541) };
        let as_of = Timestamp(20_545 * 86_400 + 3_661);
        let written = write_window(&EvaluationWindow { pay_period: days, facts: days, as_of, require_final: true });
        assert_eq!((written.pay_period_first.as_str(), written.facts_last.as_str()), ("2026-03-02", "2026-03-29"));
        assert_eq!((written.as_of.as_str(), written.require_final), ("2026-04-02T01:01:01Z", true));
    }

    #[test]
    fn a_name_that_no_ruleset_has_is_refused_with_its_place() {
        let names = |shift: &str| Names { shifts: vec![shift.to_owned()], ..Names::default() };
        let (early, late) = (names("early"), names("late"));
        let shifts = ["late", "early"].map(str::to_owned);
        let read = HeaderNames::read(&shifts, &[], &[&early, &late]).unwrap();
        assert_eq!((read.templates(0), read.templates(1)), (&[NO_TEMPLATE, 1][..], &[1, NO_TEMPLATE][..]));
        let error = HeaderNames::read(&["night".to_owned()], &[], &[&early, &late]).unwrap_err();
        assert_eq!((error.field, error.index), ("shifts", 0));
        assert_eq!(error.to_string(), "no ruleset has a shift named `night`");
    }
}
