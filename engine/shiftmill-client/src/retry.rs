//! When a broken stream is taken up again.

use std::time::Duration;

use crate::error::ClientError;

/// How often, and after what delay, a connection takes up its unanswered chunks again. The delay doubles from one
/// attempt to the next and has no random part. An answer resets both, unless the stream leaves a chunk unanswered that
/// earlier streams have left too: a chunk is sent again at most `attempts` times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Attempts in a row that may end without an answer; 0: a broken stream ends the evaluation.
    pub attempts: u32,
    /// The delay before the first of them.
    pub first_delay: Duration,
    /// The longest delay, unless the service requests a longer one, of at most 5 minutes.
    pub longest_delay: Duration,
}

impl Default for Retry {
    fn default() -> Retry {
        Retry { attempts: 6, first_delay: Duration::from_millis(100), longest_delay: Duration::from_secs(5) }
    }
}

impl Retry {
    /// The delay before attempt number `attempt`, from 1, after this error; `None`: the evaluation ends.
    pub(crate) fn delay(&self, attempt: u32, error: &ClientError) -> Option<Duration> {
        if attempt > self.attempts || !error.is_resumable() {
            return None;
        }
        let doubled = self.first_delay.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)));
        Some(doubled.min(self.longest_delay).max(error.retry_after().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest() {
        let retry = Retry { attempts: 8, ..Retry::default() };
        let delays: Vec<_> = (1..=9).map(|attempt| retry.delay(attempt, &ClientError::Incomplete)).collect();
        let expected = [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000].map(|it| Some(Duration::from_millis(it)));
        assert_eq!(delays.split_last(), Some((&None, &expected[..])));
        assert_eq!(retry.delay(1, &ClientError::ServerChanged), None);
    }
}
