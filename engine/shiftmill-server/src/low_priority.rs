//! Runs work that callers wait for and evaluations must not: on a thread of its own that yields to all others.

use std::thread;

use tokio::sync::oneshot;

use crate::problem::{ErrorCode, Problem};

/// How much a thread yields, as the program `nice` counts it.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

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
        lower_priority();
        // The receiver is gone when the caller has gone.
        let _sent = done.send(work());
    });
    let failed = |why: String| Problem::new(ErrorCode::Engine, format!("`{name}` ended early: {why}"));
    thread.map_err(|error| failed(error.to_string()))?;
    outcome.await.map_err(|error| failed(error.to_string()))
}

/// On Linux a thread has a priority of its own.
#[cfg(target_os = "linux")]
fn lower_priority() {
    // Without a lower priority the work has the same outcome.
    let _niceness = rustix::process::nice(NICENESS);
}

#[cfg(not(target_os = "linux"))]
fn lower_priority() {}

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
        assert_eq!(run("yields", || rustix::process::nice(0).unwrap()).await.unwrap(), (own + NICENESS).min(19));
        assert_eq!(rustix::process::nice(0).unwrap(), own);
    }
}
