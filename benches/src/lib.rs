//! The workload and the measurements of Shiftmill.
//!
//! ```text
//! workload ─→ chunks of timecards ─→ engine ───────────→ check sums ─┐
//!        └──→ flat columns ────────→ limit (one purpose) → check sums ─┴→ equal, or the measurement does not count
//! ```

#![allow(clippy::indexing_slicing, reason = "the workload and the limit own their columns")]
#![allow(clippy::float_arithmetic, reason = "speeds are fractions")]

pub mod checksum;
pub mod in_process;
pub mod limit;
pub mod machine;
pub mod measure;
pub mod night;
pub mod results;
pub mod server_process;
pub mod wire;
pub mod workload;
