//! Cancels a request when its stream or call ends, whatever the reason.

use std::sync::Arc;

use shiftmill::Request;

/// A call keeps it while it waits for results of its request. The request is cancelled when the call ends, by its
/// client, its deadline, the server or a failure, so that no plugin occupies a worker for a call that has ended.
/// Cancelling does nothing once all results have been evaluated.
#[derive(Debug)]
pub(crate) struct CancelOnDrop(Arc<Request>);

impl CancelOnDrop {
    /// Cancels `request` when it is dropped.
    pub fn new(request: &Arc<Request>) -> CancelOnDrop {
        CancelOnDrop(Arc::clone(request))
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
