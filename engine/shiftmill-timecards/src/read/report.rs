//! Rejected rows, and warnings about rows that are used.

use core::fmt;

use shiftmill_core::one_line;

/// Most rejects and most warnings that are kept one by one; further ones are only counted.
pub const KEPT_MAX: usize = 100_000;

/// Most bytes of a reason: of texts of the file, reasons repeat excerpts.
const REASON_BYTES_MAX: usize = 1_000;

/// A place in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The line, from 1; 0 for the file as a whole.
    pub line: u64,
}

impl Place {
    /// The file as a whole.
    pub const FILE: Place = Place { line: 0 };

    /// A line, from 1.
    pub fn line(line: u64) -> Place {
        Place { line }
    }
}

/// A row that was not used, or one that was used in a way worth knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The file, as the caller names it.
    pub file: String,
    /// Where in it.
    pub place: Place,
    /// Why.
    pub reason: String,
}

impl Reject {
    fn new(file: &str, place: Place, reason: &str) -> Reject {
        Reject { file: file.to_owned(), place, reason: one_line(reason, REASON_BYTES_MAX) }
    }
}

/// Written as `punches.csv line 14: 25:10 is not a time of day`.
impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::FILE => write!(f, "{}: {}", self.file, self.reason),
            Place { line } => write!(f, "{} line {line}: {}", self.file, self.reason),
        }
    }
}

/// The warnings and rejections of readers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows that were not used.
    pub rejects: Vec<Reject>,
    /// Rejects beyond [`KEPT_MAX`], which are only counted.
    pub rejects_beyond: u64,
    /// Rows that were used, with what was assumed.
    pub warnings: Vec<Reject>,
    /// Warnings beyond [`KEPT_MAX`], which are only counted.
    pub warnings_beyond: u64,
    /// Rows that were used.
    pub rows_used: u64,
}

impl Report {
    /// How many rows were not used.
    pub fn rejected(&self) -> u64 {
        self.rejects.len() as u64 + self.rejects_beyond
    }

    /// How many warnings there are.
    pub fn warned(&self) -> u64 {
        self.warnings.len() as u64 + self.warnings_beyond
    }

    /// Notes a row that is not used.
    pub fn reject(&mut self, file: &str, place: Place, reason: impl AsRef<str>) {
        if self.rejects.len() < KEPT_MAX {
            self.rejects.push(Reject::new(file, place, reason.as_ref()));
        } else {
            self.rejects_beyond += 1;
        }
    }

    /// Notes something that was assumed.
    pub fn warn(&mut self, file: &str, place: Place, reason: impl AsRef<str>) {
        if self.warnings.len() < KEPT_MAX {
            self.warnings.push(Reject::new(file, place, reason.as_ref()));
        } else {
            self.warnings_beyond += 1;
        }
    }
}
