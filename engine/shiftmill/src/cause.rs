//! An error with its causes in one line.

use std::error::Error;

/// An error with its causes, the outermost first: `the file cannot be read: permission denied`.
///
/// ```
/// use std::io::{Error, ErrorKind};
/// use shiftmill::{PluginRegistryError, with_cause};
/// let error = PluginRegistryError::Unreadable(Error::new(ErrorKind::NotFound, "there is no such file"));
/// assert_eq!(with_cause(&error), "the file cannot be read: there is no such file");
/// ```
pub fn with_cause(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told.push_str(": ");
        told.push_str(&error.to_string());
        cause = error.source();
    }
    told
}
