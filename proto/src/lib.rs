//! The messages and services of Shiftmill's gRPC API, generated from the proto files beside this crate.
//!
//! Field numbers and types of what has been released never change: `descriptor.binpb` keeps them, and a test compares.

pub mod codec;

/// Version 1 of the API.
#[allow(missing_docs, clippy::all, clippy::pedantic, reason = "generated; the comments stand in the proto files")]
pub mod v1 {
    tonic::include_proto!("shiftmill.v1");
}

/// The compiled proto files, comments included, for reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptor.binpb"));
