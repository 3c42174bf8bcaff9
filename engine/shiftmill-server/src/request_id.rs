//! The id that a call has for its caller and in the log.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper::HeaderMap;
use hyper::header::HeaderValue;

/// The metadata key of the id, in requests and responses.
const HEADER: &str = "x-request-id";
const LENGTH_MAX: usize = 64;

/// The id of one call: the caller's own, else the number of the call in this process.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(String);

impl RequestId {
    pub fn of(headers: &HeaderMap) -> RequestId {
        static CALLS: AtomicU64 = AtomicU64::new(1);
        let plain = |text: &&str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
            !text.is_empty() && text.len() <= LENGTH_MAX && text.bytes().all(allowed)
        };
        let given = headers.get(HEADER).and_then(|value| value.to_str().ok()).filter(plain);
        let number = || format!("call-{}", CALLS.fetch_add(1, Ordering::Relaxed));
        RequestId(given.map_or_else(number, str::to_owned))
    }

    /// Adds the id to the headers or trailers of a response.
    pub fn add_to(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            headers.insert(HEADER, value);
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
