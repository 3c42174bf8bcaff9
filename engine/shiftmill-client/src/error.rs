//! The errors of a client.

use std::error::Error as _;
use std::time::Duration;

use shiftmill_core::ErrorCode;
use shiftmill_wire::{Malformed, MalformedHash, Unnamed};
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// The longest delay that a service can request.
const RETRY_AFTER_MAX: Duration = Duration::from_mins(5);

/// Why an evaluation has no results. Whatever was handed out until then is to be discarded.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is none.
    #[error("`{address}` is not an address of a service such as http://127.0.0.1:50061")]
    Address {
        /// The address.
        address: String,
        /// Why.
        source: tonic::transport::Error,
    },
    /// Certificates are given, but the connection would be in plaintext.
    #[error("`{address}` does not begin with `https://`, so that its connections would not use the certificates")]
    Plaintext {
        /// The address.
        address: String,
    },
    /// Nobody listens there, or the certificates do not fit.
    #[error("cannot connect to `{address}`")]
    Connect {
        /// The address.
        address: String,
        /// Why.
        source: tonic::transport::Error,
    },
    /// The service refused the call.
    #[error("{}", status.message())]
    Refused {
        /// The stable code of the service, such as `SM-RULESET-UNKNOWN`.
        code: String,
        /// The status of the service.
        status: Box<Status>,
    },
    /// The connection broke, and could not be taken up again.
    #[error("the connection to the service broke")]
    Broken {
        /// The error of the transport.
        source: Box<Status>,
    },
    /// A stream ended without its summary.
    #[error("a stream ended before all chunks were answered")]
    Incomplete,
    /// The service runs with another engine, time-zone data, ruleset or plugin than when the evaluation began.
    #[error("the service changed during the evaluation: the results would not be consistent")]
    ServerChanged,
    /// The summary of a stream differs from what was received.
    #[error("the summary of a stream does not fit its results: {said} {what} were announced, {received} received")]
    SummaryMismatch {
        /// What was counted.
        what: &'static str,
        /// The count in the summary.
        said: String,
        /// What was received.
        received: String,
    },
    /// The rows of an employee do not have the hash in the result.
    #[error("the results of employee `{employee}` do not match their hash")]
    HashMismatch {
        /// The employee.
        employee: String,
    },
    /// An answer cannot be read: the service is newer than this client.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// A summary cannot be read.
    #[error(transparent)]
    MalformedSummary(#[from] MalformedHash),
    /// An answer names a chunk that waits for none.
    #[error("the service answered chunk {number}, which waits for no answer")]
    UnexpectedAnswer {
        /// The number of the chunk.
        number: u64,
    },
    /// Two punches of one employee lie more than 68 years apart.
    #[error("punches of employee `{employee}` lie more than 68 years apart")]
    PunchTooFar {
        /// The employee.
        employee: String,
    },
    /// A timecard names a shift or carried key that its ruleset does not have.
    #[error(transparent)]
    Unnamed(#[from] Unnamed),
    /// The rulesets of a request have more names than the header of a stream can have.
    #[error("the rulesets have {found} {what} together; the maximum is {most}")]
    TooManyNames {
        /// What is named.
        what: &'static str,
        /// How many names there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// A task of this client ended early.
    #[error("a task of the client ended early")]
    Task,
}

impl ClientError {
    /// The error of a status: a refusal of the service, or a broken connection.
    pub(crate) fn of_status(status: Status) -> ClientError {
        let from_service = status.get_details_error_info().map(|info| info.reason);
        match from_service {
            Some(code) => ClientError::Refused { code, status: Box::new(status) },
            None if is_of_transport(&status) => ClientError::Broken { source: Box::new(status) },
            None => ClientError::Refused { code: "SM-CLIENT-REFUSED".to_owned(), status: Box::new(status) },
        }
    }

    /// The stable code: that of the service, or one of this client, which begins with `SM-CLIENT-`.
    pub fn code(&self) -> &str {
        match self {
            ClientError::Address { .. } => "SM-CLIENT-ADDRESS",
            ClientError::Plaintext { .. } => "SM-CLIENT-PLAINTEXT",
            ClientError::Connect { .. } => "SM-CLIENT-CONNECT",
            ClientError::Refused { code, .. } => code,
            ClientError::Broken { .. } => "SM-CLIENT-BROKEN",
            ClientError::Incomplete => "SM-CLIENT-INCOMPLETE",
            ClientError::ServerChanged => "SM-CLIENT-SERVER-CHANGED",
            ClientError::SummaryMismatch { .. } => "SM-CLIENT-SUMMARY",
            ClientError::HashMismatch { .. } => "SM-CLIENT-HASH",
            ClientError::Malformed(_) | ClientError::MalformedSummary(_) => "SM-CLIENT-MALFORMED",
            ClientError::UnexpectedAnswer { .. } => "SM-CLIENT-UNEXPECTED-ANSWER",
            ClientError::PunchTooFar { .. } => "SM-CLIENT-PUNCH-TOO-FAR",
            ClientError::Unnamed(_) => "SM-CLIENT-UNNAMED",
            ClientError::TooManyNames { .. } => "SM-CLIENT-TOO-MANY-NAMES",
            ClientError::Task => "SM-CLIENT-TASK",
        }
    }

    /// True when the whole evaluation may succeed when it is begun again later.
    pub fn is_retryable(&self) -> bool {
        let is_of_this_moment = matches!(self, ClientError::Connect { .. } | ClientError::ServerChanged);
        is_of_this_moment || self.is_resumable()
    }

    /// True when another stream may carry on with the chunks that this one has not answered.
    pub(crate) fn is_resumable(&self) -> bool {
        match self {
            ClientError::Broken { .. } | ClientError::Incomplete => true,
            ClientError::Refused { code, status } => {
                status.code() == Code::Unavailable || ends_by_time(code) || self.retry_after().is_some()
            }
            ClientError::Address { .. }
            | ClientError::Plaintext { .. }
            | ClientError::Connect { .. }
            | ClientError::ServerChanged
            | ClientError::SummaryMismatch { .. }
            | ClientError::HashMismatch { .. }
            | ClientError::Malformed(_)
            | ClientError::MalformedSummary(_)
            | ClientError::UnexpectedAnswer { .. }
            | ClientError::PunchTooFar { .. }
            | ClientError::Unnamed(_)
            | ClientError::TooManyNames { .. }
            | ClientError::Task => false,
        }
    }

    /// How long to wait, as the service requests; at most 5 minutes.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            ClientError::Refused { status, .. } => {
                status.get_details_retry_info()?.retry_delay.map(|delay| delay.min(RETRY_AFTER_MAX))
            }
            _ => None,
        }
    }
}

/// True for a status that the service has not sent. That of the local transport has a cause, and a proxy that cuts a
/// stream leaves `UNKNOWN` or `UNAVAILABLE`.
fn is_of_transport(status: &Status) -> bool {
    matches!(status.code(), Code::Unavailable | Code::Unknown) || status.source().is_some()
}

/// True when the service has ended a stream because it took long: its timecards came slowly, or there are many.
fn ends_by_time(code: &str) -> bool {
    matches!(ErrorCode::from_code(code), Some(ErrorCode::Idle | ErrorCode::Deadline))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use tonic_types::ErrorDetails;

    /// The codes of this client in a text, each between these marks.
    fn own_codes(text: &str, mark: char) -> BTreeSet<&str> {
        let words = text.split(mark).filter(|word| word.starts_with("SM-CLIENT-"));
        words.filter(|word| word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-')).collect()
    }

    #[test]
    fn the_handbook_explains_every_code() {
        let (own, _) = include_str!("error.rs").split_once("#[cfg(test)]").unwrap();
        let codes = own_codes(own, '"');
        assert!(codes.contains("SM-CLIENT-TASK"));
        assert_eq!(own_codes(include_str!("../../../docs/service.md"), '`'), codes);
    }

    fn refused(code: Code, reason: &str, retry: Option<Duration>) -> ClientError {
        let mut details = ErrorDetails::new();
        details.set_error_info(reason, "shiftmill", std::collections::HashMap::<String, String>::new());
        if retry.is_some() {
            details.set_retry_info(retry);
        }
        ClientError::of_status(Status::with_error_details(code, "no", details))
    }

    #[test]
    fn the_service_decides_what_may_be_tried_again() {
        let unknown = refused(Code::NotFound, "SM-RULESET-UNKNOWN", None);
        assert_eq!((unknown.code(), unknown.is_retryable()), ("SM-RULESET-UNKNOWN", false));
        let busy = refused(Code::ResourceExhausted, "SM-BUSY", Some(Duration::from_secs(2)));
        assert!(busy.is_resumable() && busy.retry_after() == Some(Duration::from_secs(2)));
        assert!(refused(Code::Unavailable, "SM-DRAINING", None).is_retryable());
        for code in ["SM-IDLE", "SM-DEADLINE"] {
            assert!(refused(Code::DeadlineExceeded, code, None).is_resumable(), "{code}");
        }
        assert!(!refused(Code::DeadlineExceeded, "SM-PLUGIN", None).is_resumable());
    }

    #[test]
    fn the_service_cannot_request_a_delay_of_hours() {
        let busy = refused(Code::ResourceExhausted, "SM-BUSY", Some(Duration::from_secs(86_400)));
        assert_eq!(busy.retry_after(), Some(Duration::from_secs(300)));
    }

    #[test]
    fn a_status_of_the_transport_is_a_broken_connection() {
        let reset = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "reset");
        let broken = ClientError::of_status(Status::from_error(Box::new(reset)));
        assert_eq!((broken.code(), broken.is_retryable()), ("SM-CLIENT-BROKEN", true));
        assert!(ClientError::of_status(Status::unknown("cut by a proxy")).is_resumable());
        assert!(!ClientError::of_status(Status::internal("odd")).is_retryable());
    }
}
