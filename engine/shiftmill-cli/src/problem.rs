//! Why a command fails, always in three lines: error, cause, hint.

use std::fmt::Display;
use std::io;

use serde_json::json;
use shiftmill::core::one_line;
use shiftmill_timecards::read::Report;

use crate::exit::Exit;
use crate::output;

/// Why a command fails.
#[derive(Clone, Debug)]
pub struct Problem {
    exit: Exit,
    error: String,
    cause: Option<String>,
    hint: Option<String>,
    /// A list that is printed instead of the three lines.
    listed: Option<String>,
    /// The rows that were rejected before, which are often the cause.
    rejected: Option<Box<Report>>,
}

impl Problem {
    /// A problem with the input.
    pub fn new(error: impl Into<String>) -> Problem {
        Problem { exit: Exit::BadInput, error: error.into(), cause: None, hint: None, listed: None, rejected: None }
    }

    /// Arguments that cannot be used, as the parser of arguments says it in lines.
    pub fn arguments(message: &str) -> Problem {
        let mut lines = message.lines().map(str::trim).filter(|line| !line.is_empty());
        let first = lines.next().unwrap_or_default();
        let hint = lines.collect::<Vec<_>>().join(" ");
        Problem::new("wrong arguments").cause(first.trim_start_matches("error: ")).hint(hint)
    }

    /// A fault of Shiftmill itself.
    pub fn own(error: impl Into<String>) -> Problem {
        Problem { exit: Exit::OwnFault, ..Problem::new(error) }
    }

    /// A problem that is printed as a list, such as all mistakes of a ruleset.
    pub fn listed(error: impl Into<String>, list: String) -> Problem {
        Problem { listed: Some(list), ..Problem::new(error) }
    }

    /// Adds the cause.
    pub fn cause(mut self, cause: impl Display) -> Problem {
        self.cause = Some(cause.to_string());
        self
    }

    /// Adds what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Problem {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the rows that were rejected before.
    pub fn with_rejected(mut self, report: &Report) -> Problem {
        self.rejected = (report.rejected() > 0).then(|| Box::new(report.clone()));
        self
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// The error and its cause as one line, for the log.
    pub fn line(&self) -> String {
        match &self.cause {
            Some(cause) => format!("{}: {cause}", self.error),
            None => self.error.clone(),
        }
    }

    /// Prints it to standard error. When the reader of the output has gone, nothing is printed.
    pub fn print(&self, json: bool) {
        if self.exit == Exit::Done {
            return;
        }
        if json {
            let mut object = json!({
                "error": self.error,
                "cause": self.cause.as_ref().or(self.listed.as_ref()),
                "hint": self.hint,
            });
            if let (Some(report), Some(object)) = (&self.rejected, object.as_object_mut()) {
                object.insert(String::from("rejected"), output::rejected_object(report));
            }
            eprintln!("{object}");
            return;
        }
        if let Some(report) = &self.rejected {
            output::list_rejected(report);
        }
        if let Some(list) = &self.listed {
            eprintln!("{}", printable(list));
        } else {
            eprintln!("error: {}", printable(&self.error));
            if let Some(cause) = &self.cause {
                eprintln!("cause: {}", printable(cause));
            }
            if let Some(hint) = &self.hint {
                eprintln!("hint:  {}", printable(hint));
            }
        }
    }
}

/// A text whose lines are shown as they are: without the escape characters and marks that a file may contain, which a
/// terminal would obey.
fn printable(text: &str) -> String {
    const LINE_BYTES_MAX: usize = 4_000;
    text.lines().map(|line| one_line(line, LINE_BYTES_MAX)).collect::<Vec<_>>().join("\n")
}

/// Output that cannot be written. A reader that stops early, such as `head`, is not a problem.
impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Problem {
        let exit = if error.kind() == io::ErrorKind::BrokenPipe { Exit::Done } else { Exit::BadInput };
        Problem { exit, ..Problem::new("cannot write the output").cause(error) }
    }
}
