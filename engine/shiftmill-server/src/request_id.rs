//! The id that a call has for its caller and in the log.

use std::sync::atomic::{AtomicU64, Ordering};

use tonic::metadata::{MetadataMap, MetadataValue};
use tracing::Span;

/// The metadata key of the id, in requests and responses.
const HEADER: &str = "x-request-id";
const LENGTH_MAX: usize = 64;

/// The id of one call: the caller's own, else the number of the call in this process.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(String);

impl RequestId {
    pub fn of(metadata: &MetadataMap) -> RequestId {
        static CALLS: AtomicU64 = AtomicU64::new(1);
        let plain = |text: &&str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
            !text.is_empty() && text.len() <= LENGTH_MAX && text.bytes().all(allowed)
        };
        let given = metadata.get(HEADER).and_then(|value| value.to_str().ok()).filter(plain);
        let number = || format!("call-{}", CALLS.fetch_add(1, Ordering::Relaxed));
        RequestId(given.map_or_else(number, str::to_owned))
    }

    /// The span in which everything about the call is logged.
    pub fn span(&self, method: &'static str) -> Span {
        tracing::info_span!("call", method, request_id = self.0)
    }

    /// Adds the id to a response.
    pub fn tell(&self, metadata: &mut MetadataMap) {
        if let Ok(value) = MetadataValue::try_from(self.0.as_str()) {
            metadata.insert(HEADER, value);
        }
    }
}
