//! Rejected rows, and warnings about rows that are used.

use core::fmt;

use shiftmill_core::one_line;

/// Most rejects and most warnings that are kept one by one; further ones are only counted.
pub const KEPT_MAX: usize = 100_000;

/// Most bytes of a reason: of texts of the file, reasons repeat excerpts.
const REASON_BYTES_MAX: usize = 1_000;
/// Most causes that are told apart; rows for further causes are counted together.
const CAUSES_MAX: usize = 200;
/// Places of a cause that are named.
const PLACES_MAX: usize = 5;

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

/// Rows of one file with the same reason, apart from the values that it quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The first of them.
    pub first: Reject,
    /// How many there are.
    pub count: u64,
    /// Where the next ones are; only the first few.
    pub next: Vec<Place>,
    /// The reason without the values that it quotes.
    pattern: String,
}

/// Written as its first row, with the number and the places of the others.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        let more = self.count - 1;
        if more == 0 {
            return Ok(());
        }
        let rows = if more == 1 { "row" } else { "rows" };
        let lines: Vec<String> = self.next.iter().map(|place| place.line.to_string()).collect();
        let named = if lines.len() == 1 { "line" } else { "lines" };
        let dots = if more > self.next.len() as u64 { ", …" } else { "" };
        write!(f, " (and {more} more {rows}: {named} {}{dots})", lines.join(", "))
    }
}

/// Rows by their causes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Causes(Vec<Cause>);

impl Causes {
    fn add(&mut self, row: Reject) {
        let pattern = pattern(&row.reason);
        let full = self.0.len() >= CAUSES_MAX;
        let known = self.0.iter_mut().find(|cause| cause.first.file == row.file && cause.pattern == pattern);
        match known {
            Some(cause) => {
                cause.count += 1;
                if cause.next.len() < PLACES_MAX {
                    cause.next.push(row.place);
                }
            }
            None if full => {
                if let Some(last) = self.0.last_mut() {
                    last.count += 1;
                }
            }
            None => self.0.push(Cause { first: row, count: 1, next: Vec::new(), pattern }),
        }
    }
}

/// A reason without what stands between backticks.
fn pattern(reason: &str) -> String {
    reason.split('`').step_by(2).collect::<Vec<_>>().join("`")
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
    reject_causes: Causes,
    warning_causes: Causes,
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

    /// All rejected rows by their causes, in the order in which the causes occurred.
    pub fn reject_causes(&self) -> &[Cause] {
        &self.reject_causes.0
    }

    /// All warnings by their causes.
    pub fn warning_causes(&self) -> &[Cause] {
        &self.warning_causes.0
    }

    /// Notes a row that is not used.
    pub fn reject(&mut self, file: &str, place: Place, reason: impl AsRef<str>) {
        let row = Reject::new(file, place, reason.as_ref());
        if self.rejects.len() < KEPT_MAX {
            self.rejects.push(row.clone());
        } else {
            self.rejects_beyond += 1;
        }
        self.reject_causes.add(row);
    }

    /// Notes something that was assumed.
    pub fn warn(&mut self, file: &str, place: Place, reason: impl AsRef<str>) {
        let row = Reject::new(file, place, reason.as_ref());
        if self.warnings.len() < KEPT_MAX {
            self.warnings.push(row.clone());
        } else {
            self.warnings_beyond += 1;
        }
        self.warning_causes.add(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_with_one_reason_are_one_cause() {
        let mut report = Report::default();
        for line in 2..12 {
            report.reject("p.csv", Place::line(line), format!("employee `E{line}` is not in the employees file"));
        }
        report.reject("p.csv", Place::line(12), "`25:10` is not a date and a time");
        report.reject("p.csv", Place::line(13), "`noon` is not a date and a time");
        let causes: Vec<String> = report.reject_causes().iter().map(ToString::to_string).collect();
        assert_eq!(
            causes,
            [
                "p.csv line 2: employee `E2` is not in the employees file (and 9 more rows: lines 3, 4, 5, 6, 7, …)",
                "p.csv line 12: `25:10` is not a date and a time (and 1 more row: line 13)",
            ]
        );
    }

    #[test]
    fn many_causes_take_little_memory() {
        let mut report = Report::default();
        for line in 0..1_000_u64 {
            report.reject("p.csv", Place::line(line), format!("reason {line}"));
        }
        assert_eq!(report.reject_causes().len(), CAUSES_MAX);
        assert_eq!(report.reject_causes().iter().map(|cause| cause.count).sum::<u64>(), 1_000);
    }
}
