//! Errors of timecards: the stable code, the message, and its figures.

use shiftmill_core::{ErrorCode, EvaluationError, FactList, FailureCode, Workday};
use shiftmill_proto::v1;

/// Writes the error of the timecard of an employee. `field` is the path of the wrong entry; `name` is what the client
/// calls the shift, leave, rule or plugin that the error is about.
pub fn write(employee: u32, error: EvaluationError, field: String, name: Option<&str>) -> v1::CardError {
    let (code, message) = (error.code().to_string(), message(error, name));
    v1::CardError { employee, code, message, figures: figures(error), field }
}

/// The message of an error. The engine knows numbers where the client knows names.
fn message(error: EvaluationError, name: Option<&str>) -> String {
    let Some(name) = name else { return error.to_string() };
    match error {
        EvaluationError::UnknownTemplate { .. } => format!("the ruleset has no shift `{name}`"),
        EvaluationError::UnknownLeave { .. } => format!("the ruleset has no leave code `{name}`"),
        EvaluationError::UnknownRule { .. } => format!("the ruleset has no overtime rule `{name}`"),
        EvaluationError::UnknownPayCode { .. } => format!("the ruleset has no pay code `{name}` for time"),
        EvaluationError::UnknownAttestation { .. } => format!("the ruleset has no attestation `{name}`"),
        EvaluationError::UnknownCalendar { .. } => format!("the ruleset has no calendar `{name}`"),
        EvaluationError::Plugin { code } => format!("the plugin `{name}` failed on this timecard: {code}"),
        EvaluationError::WindowTooLong { .. }
        | EvaluationError::WindowBackwards
        | EvaluationError::WindowOutOfCalendar
        | EvaluationError::ShiftBackwards { .. }
        | EvaluationError::ShiftsOverlap { .. }
        | EvaluationError::LeaveTooLong { .. }
        | EvaluationError::LeaveBackwards { .. }
        | EvaluationError::ApprovalBackwards { .. }
        | EvaluationError::EmploymentBackwards { .. }
        | EvaluationError::ManualHoursTooLong { .. }
        | EvaluationError::OverrideTooLong { .. }
        | EvaluationError::RulesetsApart
        | EvaluationError::AssignmentOfJob { .. }
        | EvaluationError::GivenTwice { .. }
        | EvaluationError::FactOutsideWindow { .. }
        | EvaluationError::Engine
        | EvaluationError::ContextShort { .. }
        | EvaluationError::FactsRejected { .. }
        | EvaluationError::HolidayUndecided { .. } => error.to_string(),
    }
}

/// Reads an error; `None` when its code or its figures have no meaning.
pub fn read(error: &v1::CardError) -> Option<EvaluationError> {
    let code = ErrorCode::from_code(&error.code)?;
    candidates(&error.figures).into_iter().flatten().find(|candidate| candidate.code() == code)
}

/// A field of an error as a figure of its message.
trait Figure: Sized {
    fn write(self) -> i64;
    fn read(figure: i64) -> Option<Self>;
}

macro_rules! whole_numbers {
    ($($number:ty)+) => {
        $(impl Figure for $number {
            fn write(self) -> i64 {
                i64::from(self)
            }

            fn read(figure: i64) -> Option<$number> {
                <$number>::try_from(figure).ok()
            }
        })+
    };
}

whole_numbers! { u16 u32 i32 }

impl Figure for Workday {
    fn write(self) -> i64 {
        i64::from(self.0)
    }

    fn read(figure: i64) -> Option<Workday> {
        i32::read(figure).map(Workday)
    }
}

impl Figure for FailureCode {
    fn write(self) -> i64 {
        i64::from(self as u8)
    }

    fn read(figure: i64) -> Option<FailureCode> {
        FailureCode::from_number(u8::try_from(figure).ok()?)
    }
}

impl Figure for FactList {
    fn write(self) -> i64 {
        i64::from(self.number())
    }

    fn read(figure: i64) -> Option<FactList> {
        FactList::from_number(u8::try_from(figure).ok()?)
    }
}

/// Writes and reads the figures of each error from one list of their fields.
macro_rules! errors {
    ($($kind:ident $({ $($field:ident)+ })?,)+) => {
        fn figures(error: EvaluationError) -> Vec<i64> {
            match error {
                $(EvaluationError::$kind $({ $($field),+ })? => vec![$($($field.write()),+)?],)+
            }
        }

        /// Each error with these figures, where they fit it.
        fn candidates(figures: &[i64]) -> Vec<Option<EvaluationError>> {
            vec![$({
                #[allow(unused_mut, unused_variables, reason = "some errors have no figures")]
                let mut rest = figures.iter().copied();
                #[allow(unused_mut, reason = "some errors have no figures")]
                let mut candidate = || Some(EvaluationError::$kind $({ $($field: Figure::read(rest.next()?)?),+ })?);
                candidate()
            },)+]
        }
    };
}

errors! {
    WindowTooLong { days most },
    WindowBackwards,
    WindowOutOfCalendar,
    ShiftBackwards { index },
    LeaveTooLong { index },
    UnknownTemplate { index template },
    ShiftsOverlap { index },
    UnknownLeave { index code },
    UnknownRule { index rule },
    GivenTwice { list index },
    LeaveBackwards { index },
    ApprovalBackwards { index },
    EmploymentBackwards { index },
    UnknownPayCode { index code list },
    ManualHoursTooLong { index },
    OverrideTooLong { index },
    RulesetsApart,
    AssignmentOfJob { index },
    UnknownCalendar { index ruleset calendar },
    UnknownAttestation { index question },
    FactOutsideWindow { workday },
    Engine,
    Plugin { code },
    ContextShort { before after },
    FactsRejected { rows },
    HolidayUndecided { holiday },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_comes_back_as_it_was() {
        // Figures that fit every error.
        let all: Vec<_> = candidates(&[3, 2, 1]).into_iter().flatten().collect();
        assert_eq!(all.len(), candidates(&[]).len());
        for error in all {
            assert_eq!(read(&write(7, error, String::new(), Some("it"))), Some(error), "{error:?}");
        }
        for code in FailureCode::ALL {
            let error = EvaluationError::Plugin { code: *code };
            assert_eq!(read(&write(7, error, String::new(), None)), Some(error));
        }
    }

    #[test]
    fn a_code_or_figure_without_meaning_is_refused() {
        let error = write(0, EvaluationError::ContextShort { before: 6, after: 0 }, String::new(), None);
        assert_eq!(read(&v1::CardError { code: "SM-NEWER".to_owned(), ..error.clone() }), None);
        assert_eq!(read(&v1::CardError { figures: vec![6], ..error.clone() }), None);
        assert_eq!(read(&v1::CardError { figures: vec![-1, 0], ..error }), None);
    }
}
