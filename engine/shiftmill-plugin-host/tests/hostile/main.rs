//! Plugins that do what plugins should not do, and what becomes of it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod bombs;
mod calls;
mod cards;
mod corpus;
mod outcomes;
mod shapes;
