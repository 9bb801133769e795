//! How fast emails are sent: the rate in shop.toml, halved whenever the mail server asks for less, and gradually
//! restored while it accepts emails.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A gap too short to matter.
const NOTHING: Duration = Duration::from_micros(100);
/// The lowest rate that halving can reach.
const SLOWEST: Duration = Duration::from_secs(60);

/// After this many successful emails a halved rate is gradually restored.
const EMAILS_TO_RECOVER: u32 = 20;

/// The time of the next email, shared by all connections.
#[derive(Debug)]
pub(super) struct RateLimiter {
    state: Mutex<LimiterState>,
}

#[derive(Debug)]
struct LimiterState {
    gap: Duration,
    /// The rate in shop.toml.
    wanted: Duration,
    next: Instant,
    began: Instant,
    given: u32,
}

impl RateLimiter {
    /// With this gap between emails; none for no limit.
    pub(super) fn of(gap: Option<Duration>) -> Self {
        let now = Instant::now();
        let gap = gap.unwrap_or_default();
        Self { state: Mutex::new(LimiterState { gap, wanted: gap, next: now, began: now, given: 0 }) }
    }

    /// The time of the next email; each is given once.
    pub(super) fn slot(&self) -> Instant {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = state.next.max(Instant::now());
        state.next = slot + state.gap;
        state.given += 1;
        let too_much = state.gap.saturating_sub(state.wanted);
        state.gap -= if too_much < NOTHING { too_much } else { too_much / EMAILS_TO_RECOVER };
        slot
    }

    /// Halves the rate; without a limit, half of the actual rate so far.
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
        for _ in 0..500 {
            limiter.slot();
        }
        assert_eq!(limiter.state.lock().unwrap().gap, Duration::from_secs(10), "it has recovered");
        let free = RateLimiter::of(None);
        assert!(free.slot().max(free.slot()) <= Instant::now());
    }
}
