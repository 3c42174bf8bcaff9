//! What can be wrong with a call, and what each is on the wire. The one table of codes and statuses.

use std::collections::HashMap;
use std::time::Duration;

use shiftmill_proto::v1;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// Who explains the codes.
const DOMAIN: &str = "shiftmill";

/// Most wrong entries that are told one by one. They travel in the trailers of a call, of which clients take 16 KiB.
const VIOLATIONS_MAX: usize = 20;
/// Most bytes of what is told of one entry.
const DESCRIPTION_BYTES_MAX: usize = 240;
/// Most bytes of a message.
const MESSAGE_BYTES_MAX: usize = 900;
/// How many entries of a list stand in the message.
const NAMED: usize = 2;

/// Something wrong with a call or a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    kind: Kind,
    message: String,
    violations: Vec<Violation>,
    /// Wrong entries beside these.
    more: usize,
}

/// One wrong entry.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Violation {
    field: String,
    description: String,
}

/// The kinds of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The first message is no header, or a later one is.
    HeaderExpected,
    /// The header says something impossible.
    Header,
    /// A ruleset is named that the server does not have.
    RulesetUnknown,
    /// A ruleset has mistakes.
    RulesetMistakes,
    /// A zone is named that does not exist.
    ZoneUnknown,
    /// Columns of a chunk do not have the lengths that they need.
    ColumnsUneven,
    /// A number or text has no meaning.
    ValueUnknown,
    /// A name is used that the ruleset does not have.
    NameUnknown,
    /// More rows or timecards than allowed.
    TooMany,
    /// A row names an employee that is not there, or rows are not in order of employee.
    RowsUnordered,
    /// A message is larger than allowed.
    MessageTooLarge,
    /// The server has too much to do.
    Busy,
    /// The server is stopping.
    Draining,
    /// The call took too long.
    Deadline,
    /// The client sent nothing, or took nothing, for too long.
    Idle,
    /// The service does not have the plugin.
    PluginUnknown,
    /// The plugin that was pushed cannot be used.
    PluginRefused,
    /// A plugin refuses its configuration.
    PluginConfig,
    /// A plugin does not keep employees apart.
    PluginNotIndependent,
    /// A plugin burns fuel on employees on whom it fails.
    PluginBroken,
    /// A plugin could not be run, through no fault of its own.
    PluginHost,
    /// A fault of our own.
    Engine,
}

impl Kind {
    /// The kind of a problem with a plugin, by its stable code.
    pub fn of_plugin(code: &str) -> Kind {
        let kinds =
            [Kind::PluginUnknown, Kind::PluginConfig, Kind::PluginNotIndependent, Kind::PluginBroken, Kind::PluginHost];
        kinds.into_iter().find(|kind| kind.code() == code).unwrap_or(Kind::Engine)
    }

    const fn code(self) -> &'static str {
        match self {
            Kind::HeaderExpected => "SM-HEADER-EXPECTED",
            Kind::Header => "SM-HEADER",
            Kind::RulesetUnknown => "SM-RULESET-UNKNOWN",
            Kind::RulesetMistakes => "SM-RULESET-MISTAKES",
            Kind::ZoneUnknown => "SM-ZONE-UNKNOWN",
            Kind::ColumnsUneven => "SM-COLUMNS-UNEVEN",
            Kind::ValueUnknown => "SM-VALUE-UNKNOWN",
            Kind::NameUnknown => "SM-NAME-UNKNOWN",
            Kind::TooMany => "SM-TOO-MANY",
            Kind::RowsUnordered => "SM-ROWS-UNORDERED",
            Kind::MessageTooLarge => "SM-MESSAGE-TOO-LARGE",
            Kind::Busy => "SM-BUSY",
            Kind::Draining => "SM-DRAINING",
            Kind::Deadline => "SM-DEADLINE",
            Kind::Idle => "SM-IDLE",
            Kind::PluginUnknown => "SM-PLUGIN-UNKNOWN",
            Kind::PluginRefused => "SM-PLUGIN-REFUSED",
            Kind::PluginConfig => "SM-PLUGIN-CONFIG",
            Kind::PluginNotIndependent => "SM-PLUGIN-NOT-INDEPENDENT",
            Kind::PluginBroken => "SM-PLUGIN-BROKEN",
            Kind::PluginHost => "SM-PLUGIN-HOST",
            Kind::Engine => "SM-ENGINE",
        }
    }

    const fn status(self) -> Code {
        match self {
            Kind::RulesetUnknown | Kind::PluginUnknown => Code::NotFound,
            Kind::PluginNotIndependent | Kind::PluginBroken => Code::FailedPrecondition,
            Kind::MessageTooLarge | Kind::Busy => Code::ResourceExhausted,
            Kind::Draining | Kind::PluginHost => Code::Unavailable,
            Kind::Deadline | Kind::Idle => Code::DeadlineExceeded,
            Kind::Engine => Code::Internal,
            _ => Code::InvalidArgument,
        }
    }

    /// When the same call may be tried again.
    const fn retry_after(self) -> Option<Duration> {
        match self {
            Kind::Busy | Kind::PluginHost => Some(Duration::from_secs(2)),
            Kind::Draining => Some(Duration::from_secs(5)),
            _ => None,
        }
    }
}

impl Problem {
    pub fn new(kind: Kind, message: impl Into<String>) -> Problem {
        Problem { kind, message: shortened(&message.into(), MESSAGE_BYTES_MAX), violations: Vec::new(), more: 0 }
    }

    /// A problem with one entry, which its message is about.
    pub fn at(kind: Kind, field: impl Into<String>, message: impl Into<String>) -> Problem {
        let message = message.into();
        Problem::new(kind, message.clone()).and(field, message)
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// A problem with many things to say about one field: `what` and the first of them are the message.
    pub fn listing(kind: Kind, what: &str, field: &str, list: &[String]) -> Problem {
        let first = |told: &String| shortened(told, DESCRIPTION_BYTES_MAX);
        let mut named: Vec<String> = list.iter().take(NAMED).map(first).collect();
        if list.len() > NAMED {
            named.push(format!("and {} more", list.len() - NAMED));
        }
        let problem = Problem::new(kind, format!("{what}: {}", named.join("; ")));
        list.iter().fold(problem, |problem, told| problem.and(field, told.as_str()))
    }

    /// Names a wrong entry; of very many, only the first are kept.
    pub fn and(mut self, field: impl Into<String>, description: impl Into<String>) -> Problem {
        if self.violations.len() == VIOLATIONS_MAX {
            self.more += 1;
            return self;
        }
        let (field, description) = (field.into(), shortened(&description.into(), DESCRIPTION_BYTES_MAX));
        self.violations.push(Violation { field, description });
        self
    }

    /// The wrong entries, with a last one that counts those that are left out.
    fn entries(&self) -> Vec<Violation> {
        let mut entries = self.violations.clone();
        if let Some(last) = self.violations.last().filter(|_| self.more > 0) {
            let description = format!("and {} more", self.more);
            entries.push(Violation { field: last.field.clone(), description });
        }
        entries
    }

    /// The problem as the answer to one chunk.
    pub fn into_chunk_error(self, number: u64) -> v1::ChunkError {
        let wire = |violation: &Violation| v1::FieldViolation {
            field: violation.field.clone(),
            description: violation.description.clone(),
        };
        let (code, message) = (self.kind.code().to_owned(), self.message.clone());
        let violations = self.entries().iter().map(wire).collect();
        let status = Status::from(self).details().to_vec();
        v1::ChunkError { number, code, message, violations, status }
    }
}

impl From<Problem> for Status {
    fn from(problem: Problem) -> Status {
        let mut details = ErrorDetails::new();
        details.set_error_info(problem.kind.code(), DOMAIN, HashMap::<String, String>::new());
        for violation in problem.entries() {
            details.add_bad_request_violation(violation.field, violation.description);
        }
        if let Some(delay) = problem.kind.retry_after() {
            details.set_retry_info(Some(delay));
        }
        Status::with_error_details(problem.kind.status(), problem.message, details)
    }
}

/// The beginning of a text that is too long.
fn shortened(text: &str, most: usize) -> String {
    match text.len() <= most {
        true => text.to_owned(),
        false => format!("{} …", text.get(..text.floor_char_boundary(most)).unwrap_or_default()),
    }
}

/// What the transport says when a message cannot be read.
pub(crate) fn unreadable(status: Status, message_bytes: usize) -> Status {
    if status.code() != Code::OutOfRange {
        return status;
    }
    let text = format!(
        "a message is larger than {message_bytes} bytes; send timecards in chunks of about 256 KiB ({})",
        status.message()
    );
    Problem::new(Kind::MessageTooLarge, text).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Kind; 22] = [
        Kind::HeaderExpected,
        Kind::Header,
        Kind::RulesetUnknown,
        Kind::RulesetMistakes,
        Kind::ZoneUnknown,
        Kind::ColumnsUneven,
        Kind::ValueUnknown,
        Kind::NameUnknown,
        Kind::TooMany,
        Kind::RowsUnordered,
        Kind::MessageTooLarge,
        Kind::Busy,
        Kind::Draining,
        Kind::Deadline,
        Kind::Idle,
        Kind::PluginUnknown,
        Kind::PluginRefused,
        Kind::PluginConfig,
        Kind::PluginNotIndependent,
        Kind::PluginBroken,
        Kind::PluginHost,
        Kind::Engine,
    ];

    #[test]
    fn very_many_wrong_entries_fit_into_the_trailers_of_a_call() {
        let list: Vec<String> = (0..400).map(|number| format!("{number} {}", "错误".repeat(1_000))).collect();
        let problem = Problem::listing(Kind::PluginRefused, "the component is no plugin", "component", &list);
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
    fn every_code_is_explained_in_the_handbook() {
        let handbook = include_str!("../../../docs/errors.md");
        for kind in ALL {
            assert!(handbook.contains(&format!("`{}`", kind.code())), "{}", kind.code());
        }
    }
}
