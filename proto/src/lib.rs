//! The messages and services of Shiftmill's gRPC API, generated from the proto files beside this crate.
//!
//! `src/generated` and `descriptor.binpb` are checked in. The test `released` compares both with the proto files, and
//! refuses a change of anything that has been released. After a change of a proto file, write them anew:
//!
//! ```sh
//! UPDATE_PROTO=1 cargo test -p shiftmill-proto
//! ```

pub mod codec;

/// Version 1 of the API.
#[rustfmt::skip]
#[allow(
    missing_docs,
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    reason = "generated; the comments stand in the proto files"
)]
pub mod v1 {
    include!("generated/shiftmill.v1.rs");
}

/// The compiled proto files, comments included, for reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!("../descriptor.binpb");
