//! Summaries: what the results of a stream add up to.

use shiftmill_core::{Detail, Evaluations, ResultHash, StreamHash};
use shiftmill_proto::v1;

use crate::header::write_detail;
use crate::results::Malformed;

/// The counts of a stream, or of a part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Chunks evaluated.
    pub chunks: u64,
    /// Chunks that could not be read.
    pub chunk_errors: u64,
    /// Timecards, those with an error included.
    pub employees: u64,
    /// Punches of the chunks evaluated.
    pub punches: u64,
    /// Pay lines.
    pub pay_lines: u64,
    /// Exceptions.
    pub exceptions: u64,
    /// Timecards that are provisional.
    pub provisional: u64,
    /// Timecards that could not be evaluated.
    pub errors: u64,
    /// The sum of the hashes of all employees.
    pub hash: StreamHash,
}

/// A summary whose hash has not 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the result hash of a summary has {found} bytes, not 32")]
pub struct MalformedHash {
    /// How many bytes it has.
    pub found: usize,
}

impl Summary {
    /// The summary of the results of one chunk, without its punches.
    pub(crate) fn of_results(results: &Evaluations, hash: StreamHash) -> Summary {
        Summary {
            chunks: 1,
            chunk_errors: 0,
            employees: results.cards.len() as u64,
            punches: 0,
            pay_lines: results.lines.len() as u64,
            exceptions: results.exceptions.len() as u64,
            provisional: results.cards.iter().filter(|card| card.provisional).count() as u64,
            errors: results.cards.iter().filter(|card| card.error.is_some()).count() as u64,
            hash,
        }
    }

    /// The summary of the results of one chunk, apart from its punches, by the message alone: nothing is decoded.
    ///
    /// # Errors
    /// [`Malformed`] when the employees do not have one hash of 32 bytes each.
    pub fn of_message(result: &v1::ChunkResult) -> Result<Summary, Malformed> {
        let (hashes, rest) = result.employee_hash.as_chunks::<32>();
        if !rest.is_empty() || hashes.len() != result.status.len() {
            return Err(Malformed { number: result.number, column: "employee_hash" });
        }
        let mut hash = StreamHash::default();
        for employee in hashes {
            hash.add(ResultHash(*employee));
        }
        let with = |status: v1::CardStatus| result.status.iter().filter(|it| i32::from(**it) == status as i32).count();
        Ok(Summary {
            chunks: 1,
            chunk_errors: 0,
            employees: result.status.len() as u64,
            punches: 0,
            pay_lines: result.line_workday.len() as u64,
            exceptions: result.exception_workday.len() as u64,
            provisional: with(v1::CardStatus::Provisional) as u64,
            errors: with(v1::CardStatus::Error) as u64,
            hash,
        })
    }

    /// The summary of one chunk that could not be read.
    pub fn of_error() -> Summary {
        Summary { chunk_errors: 1, ..Summary::default() }
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Summary) {
        self.chunks += other.chunks;
        self.chunk_errors += other.chunk_errors;
        self.employees += other.employees;
        self.punches += other.punches;
        self.pay_lines += other.pay_lines;
        self.exceptions += other.exceptions;
        self.provisional += other.provisional;
        self.errors += other.errors;
        self.hash.add_all(&other.hash);
    }

    /// Writes the summary of results of a level of detail.
    pub fn write(&self, detail: Detail) -> v1::Summary {
        v1::Summary {
            chunks: self.chunks,
            chunk_errors: self.chunk_errors,
            employees: self.employees,
            punches: self.punches,
            pay_lines: self.pay_lines,
            exceptions: self.exceptions,
            provisional: self.provisional,
            errors: self.errors,
            result_hash: self.hash.finish().0.to_vec(),
            plugin_use: None,
            result_hash_detail: write_detail(detail.hashed()).into(),
        }
    }

    /// Reads a summary.
    ///
    /// # Errors
    /// [`MalformedHash`].
    pub fn read(summary: &v1::Summary) -> Result<Summary, MalformedHash> {
        let bytes = summary.result_hash.as_slice();
        let mut hash = StreamHash::default();
        hash.add(ResultHash(bytes.try_into().map_err(|_| MalformedHash { found: bytes.len() })?));
        Ok(Summary {
            chunks: summary.chunks,
            chunk_errors: summary.chunk_errors,
            employees: summary.employees,
            punches: summary.punches,
            pay_lines: summary.pay_lines,
            exceptions: summary.exceptions,
            provisional: summary.provisional,
            errors: summary.errors,
            hash,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_comes_back_as_it_was() {
        let mut summary = Summary { chunks: 1, punches: 2, errors: 3, ..Summary::of_error() };
        summary.hash.add(ResultHash([7; 32]));
        let written = summary.write(Detail::Full);
        assert_eq!((Summary::read(&written), written.result_hash_detail()), (Ok(summary), v1::Detail::Workdays));
        assert_eq!(summary.write(Detail::Totals).result_hash_detail(), v1::Detail::Totals);
        let cut = v1::Summary { result_hash: vec![1; 31], ..written };
        assert_eq!(Summary::read(&cut), Err(MalformedHash { found: 31 }));
    }

    #[test]
    fn a_chunk_without_a_hash_for_everybody_is_malformed() {
        let result =
            v1::ChunkResult { number: 4, status: vec![0, 0], employee_hash: vec![1; 32], ..Default::default() };
        assert_eq!(Summary::of_message(&result), Err(Malformed { number: 4, column: "employee_hash" }));
    }
}
