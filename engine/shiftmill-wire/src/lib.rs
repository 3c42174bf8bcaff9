//! Facts and results as messages of the API, in both directions side by side.
//!
//! ```text
//! client:  TimecardBatch ─→ chunk::write ─→ v1::Chunk        v1::ChunkResult ─→ results::read ─→ Evaluations
//! server:  v1::Chunk ─→ chunk::read ─→ CheckedBatch          Evaluations ─→ results::write ─→ v1::ChunkResult
//! ```
//!
//! Never here: sockets, evaluation. A message that cannot be read is a typed error, which the server turns into a status
//! and the client into an error of its own.
//!
//! ```
//! use shiftmill_core::{CardFacts, Evaluations, CardResult, Names, TimecardBatch};
//! use shiftmill_wire::{HeaderNames, Known, Vocabulary, chunk, results};
//!
//! let names = Names::default();
//! let mut batch = TimecardBatch::default();
//! batch.push(&CardFacts { employee: "E-100".to_owned(), ..CardFacts::default() })?;
//! let message = chunk::write(1, batch, &Vocabulary::new([&names]));
//!
//! let header = HeaderNames::read(&[], &[], &[&names])?;
//! let (read, unknown) = chunk::read(message, &Known { rulesets: &[&names], header: &header, zones: 1, tags: 0 })?;
//! assert_eq!(read.columns().employees, ["E-100"]);
//!
//! let evaluations = Evaluations { cards: vec![CardResult::default()], ..Evaluations::default() };
//! let (message, summary) = results::write(1, &read, &unknown, &|_, _| None, evaluations.clone());
//! assert_eq!((summary.employees, results::read(message)?), (1, evaluations));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod card_error;
pub mod chunk;
mod header;
mod numbers;
mod plugin_rows;
mod reason;
pub mod results;
mod steps;
mod summary;
mod tags;
mod unknown_names;
mod vocabulary;

#[cfg(test)]
mod descriptor;

pub use chunk::{ChunkFault, Known, RowFault};
pub use header::{HEADER_NAMES_MAX, HeaderNames, UnknownName, read_detail, write_detail, write_window};
pub use numbers::Numbered;
pub use plugin_rows::write_failures;
pub use results::{Malformed, failed_plugin};
pub use summary::{MalformedHash, Summary};
pub use tags::{TagsFault, read_tags, write_tags};
pub use unknown_names::UnknownNames;
pub use vocabulary::{Unnamed, Vocabulary};
