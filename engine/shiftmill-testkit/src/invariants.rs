//! Promises with names.
