//! Cancels work when the call that waits for it ends, whatever the reason.

use std::sync::Arc;

use shiftmill::Request;
use shiftmill::plugin_host::Cancellation;

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

/// A call keeps it while it waits for calls of plugins that are not yet those of a request: when its rulesets are tried
/// and its plugins are bound.
#[derive(Debug, Default)]
pub(crate) struct CancelPluginsOnDrop(Option<Arc<Cancellation>>);

impl CancelPluginsOnDrop {
    /// Cancels `cancellation` when it is dropped.
    pub fn new(cancellation: &Arc<Cancellation>) -> CancelPluginsOnDrop {
        CancelPluginsOnDrop(Some(Arc::clone(cancellation)))
    }

    /// Cancels nothing: the plugins are those of a request now.
    pub fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for CancelPluginsOnDrop {
    fn drop(&mut self) {
        if let Some(cancellation) = &self.0 {
            cancellation.cancel();
        }
    }
}
