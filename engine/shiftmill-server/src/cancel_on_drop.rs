//! Who waits for results. When nobody does any more, the work for them ends.

use std::sync::Arc;

use shiftmill::Request;

/// Kept by a call for as long as it waits for results of its request. However the call ends, by its client, its
/// deadline, the server or a failure, the request is cancelled with it, so that no plugin holds a worker for nobody. Of
/// a call that has all of its results nothing is left to be cancelled.
#[derive(Debug)]
pub(crate) struct CancelOnDrop(Arc<Request>);

impl CancelOnDrop {
    /// Waits for results of `request` until it is dropped.
    pub fn new(request: &Arc<Request>) -> CancelOnDrop {
        CancelOnDrop(Arc::clone(request))
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
