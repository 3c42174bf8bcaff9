//! Errors of calls and chunks, and their form on the wire. The one table of codes and statuses.

use std::collections::HashMap;
use std::time::Duration;

pub(crate) use shiftmill::core::ErrorCode;
use shiftmill::core::one_line;
use shiftmill_proto::v1;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The domain of the codes.
const DOMAIN: &str = "shiftmill";

/// Most wrong entries that are listed. They travel in the trailers of a call, for which clients accept 16 KiB.
const VIOLATIONS_MAX: usize = 20;
/// Most bytes of the description of an entry.
const DESCRIPTION_BYTES_MAX: usize = 240;
/// Most bytes of a message.
const MESSAGE_BYTES_MAX: usize = 900;
/// How many entries of a list the message names.
const NAMED: usize = 2;

/// An error of a call or a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    code: ErrorCode,
    message: String,
    violations: Vec<Violation>,
    /// How many more entries are wrong.
    more: usize,
}

/// One wrong entry.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Violation {
    field: String,
    description: String,
}

/// The status of a call that ends with a code, and when the same call may be tried again.
const fn status(code: ErrorCode) -> (Code, Option<Duration>) {
    match code {
        ErrorCode::WindowTooLong
        | ErrorCode::WindowBackwards
        | ErrorCode::WindowOutOfCalendar
        | ErrorCode::FactOutsideWindow
        | ErrorCode::ShiftBackwards
        | ErrorCode::LeaveTooLong
        | ErrorCode::LeaveBackwards
        | ErrorCode::ApprovalBackwards
        | ErrorCode::EmploymentBackwards
        | ErrorCode::UnknownPayCode
        | ErrorCode::ManualHoursTooLong
        | ErrorCode::OverrideTooLong
        | ErrorCode::UnknownAttestation
        | ErrorCode::RulesetsApart
        | ErrorCode::AssignmentOfJob
        | ErrorCode::UnknownCalendar
        | ErrorCode::UnknownShift
        | ErrorCode::UnknownLeave
        | ErrorCode::UnknownRule
        | ErrorCode::PluginConfig
        | ErrorCode::PluginRefused
        | ErrorCode::HeaderExpected
        | ErrorCode::MessageUnreadable
        | ErrorCode::Header
        | ErrorCode::RulesetMistakes
        | ErrorCode::ZoneUnknown
        | ErrorCode::ColumnsUneven
        | ErrorCode::ValueUnknown
        | ErrorCode::NameUnknown
        | ErrorCode::TooMany
        | ErrorCode::RowsUnordered
        | ErrorCode::EmployeeKey
        | ErrorCode::FactTwice
        | ErrorCode::ShiftsOverlap => (Code::InvalidArgument, None),
        ErrorCode::RulesetUnknown | ErrorCode::PluginUnknown => (Code::NotFound, None),
        ErrorCode::ContextShort
        | ErrorCode::FactsRejected
        | ErrorCode::HolidayUndecided
        | ErrorCode::PluginPanic
        | ErrorCode::PluginBudget
        | ErrorCode::PluginMemory
        | ErrorCode::PluginStack
        | ErrorCode::PluginData
        | ErrorCode::PluginEdit
        | ErrorCode::PluginNotIndependent
        | ErrorCode::PluginBroken
        | ErrorCode::PluginUntried => (Code::FailedPrecondition, None),
        ErrorCode::MessageTooLarge | ErrorCode::RequestBudget => (Code::ResourceExhausted, None),
        ErrorCode::Busy => (Code::ResourceExhausted, Some(Duration::from_secs(2))),
        ErrorCode::PluginHost => (Code::Unavailable, Some(Duration::from_secs(2))),
        ErrorCode::Draining => (Code::Unavailable, Some(Duration::from_secs(5))),
        ErrorCode::Deadline | ErrorCode::Idle => (Code::DeadlineExceeded, None),
        ErrorCode::Cancelled => (Code::Cancelled, None),
        ErrorCode::Engine => (Code::Internal, None),
    }
}

impl Problem {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Problem {
        Problem { code, message: one_line(&message.into(), MESSAGE_BYTES_MAX), violations: Vec::new(), more: 0 }
    }

    /// An error of one entry, which its message is about.
    pub fn at(code: ErrorCode, field: impl Into<String>, message: impl Into<String>) -> Problem {
        let message = message.into();
        Problem::new(code, message.clone()).and(field, message)
    }

    /// Its code.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// What is wrong.
    #[cfg(test)]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// An error with a list of mistakes in one field: `what` and the first mistakes are the message.
    pub fn listing(code: ErrorCode, what: &str, field: &str, list: &[String]) -> Problem {
        let first = |mistake: &String| one_line(mistake, DESCRIPTION_BYTES_MAX);
        let mut named: Vec<String> = list.iter().take(NAMED).map(first).collect();
        if list.len() > NAMED {
            named.push(format!("and {} more", list.len() - NAMED));
        }
        let problem = Problem::new(code, format!("{what}: {}", named.join("; ")));
        list.iter().fold(problem, |problem, mistake| problem.and(field, mistake.as_str()))
    }

    /// Adds a wrong entry; only the first [`VIOLATIONS_MAX`] are kept.
    pub fn and(mut self, field: impl Into<String>, description: impl Into<String>) -> Problem {
        if self.violations.len() == VIOLATIONS_MAX {
            self.more += 1;
            return self;
        }
        let (field, description) = (field.into(), one_line(&description.into(), DESCRIPTION_BYTES_MAX));
        self.violations.push(Violation { field, description });
        self
    }

    /// The wrong entries, with a last one that counts the entries left out.
    fn entries(&self) -> Vec<Violation> {
        let mut entries = self.violations.clone();
        if let Some(last) = self.violations.last().filter(|_| self.more > 0) {
            let description = format!("and {} more", self.more);
            entries.push(Violation { field: last.field.clone(), description });
        }
        entries
    }

    /// The error as the answer to one chunk.
    pub fn into_chunk_error(self, number: u64) -> v1::ChunkError {
        let wire = |violation: &Violation| v1::FieldViolation {
            field: violation.field.clone(),
            description: violation.description.clone(),
        };
        let (code, message) = (self.code.to_string(), self.message.clone());
        let violations = self.entries().iter().map(wire).collect();
        let status = Status::from(self).details().to_vec();
        v1::ChunkError { number, code, message, violations, status }
    }

    /// The error as that of one timecard: the position of its employee.
    pub fn into_card_error(self, employee: u32) -> v1::CardError {
        let field = self.violations.into_iter().next().map_or_else(String::new, |violation| violation.field);
        let (code, message) = (self.code.to_string(), self.message);
        v1::CardError { employee, code, message, figures: Vec::new(), field }
    }
}

impl From<Problem> for Status {
    fn from(problem: Problem) -> Status {
        let mut details = ErrorDetails::new();
        details.set_error_info(problem.code.code(), DOMAIN, HashMap::<String, String>::new());
        for violation in problem.entries() {
            details.add_bad_request_violation(violation.field, violation.description);
        }
        let (status, retry_after) = status(problem.code);
        if let Some(delay) = retry_after {
            details.set_retry_info(Some(delay));
        }
        Status::with_error_details(status, problem.message, details)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn very_many_wrong_entries_fit_into_the_trailers_of_a_call() {
        let list: Vec<String> = (0..400).map(|number| format!("{number} {}", "错误".repeat(1_000))).collect();
        let problem = Problem::listing(ErrorCode::PluginRefused, "the component is no plugin", "component", &list);
        assert!(
            problem.message().starts_with("the component is no plugin: 0 错误") && problem.message().contains(" …; 1 ")
        );
        assert!(problem.message().ends_with("; and 398 more"), "{}", problem.message());
        let entries = problem.entries();
        assert_eq!((entries.len(), entries[20].description.as_str()), (21, "and 380 more"));
        let status = Status::from(problem);
        // The message is written with three letters for a byte, the details with four for three bytes.
        assert!(status.message().len() * 3 + status.details().len() * 4 / 3 < 12 << 10);
    }

    #[test]
    fn the_handbook_states_the_status_of_every_code_that_ends_a_call() {
        let handbook = include_str!("../../../docs/errors.md");
        let (_, calls) = handbook.split_once("## Errors of a call").unwrap();
        let rows: Vec<Vec<&str>> = calls.lines().map(|line| line.split('`').collect()).collect();
        let stated = rows.iter().filter_map(|row| Some((ErrorCode::from_code(row.get(1)?)?, *row.get(3)?)));
        let mut count = 0;
        for (code, stated) in stated.filter(|row| *row.1 == row.1.to_uppercase()) {
            let name: String = format!("{:?}", status(code).0)
                .chars()
                .flat_map(|letter| {
                    letter.is_uppercase().then_some('_').into_iter().chain([letter.to_ascii_uppercase()])
                })
                .collect();
            assert_eq!(name.trim_start_matches('_'), stated, "{code}");
            count += 1;
        }
        assert!(count > 15, "{count}");
    }
}
