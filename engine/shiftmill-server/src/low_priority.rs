//! Runs work that callers wait for and evaluations must not: on a thread of its own that yields to all others.

use std::thread;

use shiftmill::plugin_host::os_thread::{self, Yields};
use tokio::sync::oneshot;

use crate::problem::{ErrorCode, Problem};

/// Runs `work` and waits for it. It goes on when the caller stops waiting.
///
/// # Errors
/// When there is no thread, or the work panics.
pub(crate) async fn run<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let (done, outcome) = oneshot::channel();
    let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
        os_thread::lower_priority(os_thread::current(), Yields::Trial);
        // The receiver is gone when the caller has gone.
        let _sent = done.send(work());
    });
    let failed = |why: String| Problem::new(ErrorCode::Engine, format!("`{name}` ended early: {why}"));
    thread.map_err(|error| failed(error.to_string()))?;
    outcome.await.map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error() {
        assert_eq!(run("sums", || 1 + 1).await.unwrap(), 2);
        assert!(run("fails", || panic!("on purpose")).await.is_err());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn only_the_thread_itself_yields() {
        let own = rustix::process::nice(0).unwrap();
        assert_eq!(run("yields", || rustix::process::nice(0).unwrap()).await.unwrap(), own.max(5));
        assert_eq!(rustix::process::nice(0).unwrap(), own);
    }
}
