//! How fast emails go out: the rate of shop.toml, and half of it whenever the mail server wants less.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The slowest that a run gets by itself.
const SLOWEST: Duration = Duration::from_secs(60);

/// When the next email may go, for all connections together.
#[derive(Debug)]
pub(super) struct RateLimiter {
    state: Mutex<LimiterState>,
}

#[derive(Debug)]
struct LimiterState {
    gap: Duration,
    next: Instant,
    began: Instant,
    given: u32,
}

impl RateLimiter {
    /// With so much time from one to the next; none without a rate.
    pub(super) fn of(gap: Option<Duration>) -> Self {
        let now = Instant::now();
        Self { state: Mutex::new(LimiterState { gap: gap.unwrap_or_default(), next: now, began: now, given: 0 }) }
    }

    /// The moment of the next email; each is given once.
    pub(super) fn slot(&self) -> Instant {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = state.next.max(Instant::now());
        state.next = slot + state.gap;
        state.given += 1;
        slot
    }

    /// Half the rate from now on; without one, half of what it has been so far.
    pub(super) fn halve(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let measured = state.began.elapsed() / state.given.max(1);
        state.gap = (state.gap.max(measured) * 2).min(SLOWEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_lie_a_gap_apart_and_twice_that_after_halving() {
        let limiter = RateLimiter::of(Some(Duration::from_secs(10)));
        let (first, second) = (limiter.slot(), limiter.slot());
        assert_eq!(second - first, Duration::from_secs(10));
        limiter.halve();
        let (third, fourth) = (limiter.slot(), limiter.slot());
        assert_eq!(fourth - third, Duration::from_secs(20));
        let free = RateLimiter::of(None);
        assert!(free.slot().max(free.slot()) <= Instant::now());
    }
}
