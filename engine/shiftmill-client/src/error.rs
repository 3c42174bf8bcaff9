//! The errors of a client.

use std::error::Error as _;
use std::time::Duration;

use shiftmill_wire::{Malformed, MalformedHash};
use tonic::{Code, Status};
use tonic_types::StatusExt;

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
            // A status of the local transport has a cause; a status of the service has none.
            None if status.code() == Code::Unavailable || status.source().is_some() => {
                ClientError::Broken { source: Box::new(status) }
            }
            None => ClientError::Refused { code: "SM-CLIENT-REFUSED".to_owned(), status: Box::new(status) },
        }
    }

    /// The stable code: that of the service, or one of this client, which begins with `SM-CLIENT-`.
    pub fn code(&self) -> &str {
        match self {
            ClientError::Address { .. } => "SM-CLIENT-ADDRESS",
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
            ClientError::Task => "SM-CLIENT-TASK",
        }
    }

    /// True when the whole evaluation may succeed when it is begun again later.
    pub fn is_retryable(&self) -> bool {
        match self {
            ClientError::Connect { .. } | ClientError::ServerChanged => true,
            ClientError::Broken { .. } | ClientError::Incomplete | ClientError::Refused { .. } => self.is_resumable(),
            ClientError::Address { .. }
            | ClientError::SummaryMismatch { .. }
            | ClientError::HashMismatch { .. }
            | ClientError::Malformed(_)
            | ClientError::MalformedSummary(_)
            | ClientError::UnexpectedAnswer { .. }
            | ClientError::PunchTooFar { .. }
            | ClientError::Task => false,
        }
    }

    /// True when another stream may carry on with the chunks that this one has not answered.
    pub(crate) fn is_resumable(&self) -> bool {
        match self {
            ClientError::Broken { .. } | ClientError::Incomplete => true,
            ClientError::Refused { status, .. } => status.code() == Code::Unavailable || self.retry_after().is_some(),
            ClientError::Address { .. }
            | ClientError::Connect { .. }
            | ClientError::ServerChanged
            | ClientError::SummaryMismatch { .. }
            | ClientError::HashMismatch { .. }
            | ClientError::Malformed(_)
            | ClientError::MalformedSummary(_)
            | ClientError::UnexpectedAnswer { .. }
            | ClientError::PunchTooFar { .. }
            | ClientError::Task => false,
        }
    }

    /// How long to wait, as the service requests.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            ClientError::Refused { status, .. } => status.get_details_retry_info()?.retry_delay,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic_types::ErrorDetails;

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
    }

    #[test]
    fn a_status_of_the_transport_is_a_broken_connection() {
        let reset = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "reset");
        let broken = ClientError::of_status(Status::from_error(Box::new(reset)));
        assert_eq!((broken.code(), broken.is_retryable()), ("SM-CLIENT-BROKEN", true));
        assert!(!ClientError::of_status(Status::internal("odd")).is_retryable());
    }
}
