//! Guessing is slow: passphrases, PINs and codes that were wrong count for a while, for each address and for all of them.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What is guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Guess {
    /// The owner's passphrase.
    Passphrase,
    /// The PIN of the tills.
    Pin,
    /// A code that is on no letter.
    Code,
}

impl Guess {
    /// So many wrong ones from one address, so many from all, within such a time. A busy till mistypes a code now and then.
    fn limits(self) -> (usize, usize, Duration) {
        match self {
            Self::Passphrase | Self::Pin => (5, 40, Duration::from_secs(60)),
            Self::Code => (20, 200, Duration::from_secs(60)),
        }
    }
}

/// How many addresses are kept; the oldest guesses go first.
const KEPT: usize = 4_096;

/// The wrong guesses of the last minutes; under no address those of all.
#[derive(Default)]
pub(super) struct Guesses(Mutex<Times>);

type Times = HashMap<(Guess, Option<IpAddr>), VecDeque<Instant>>;

impl Guesses {
    /// Counts a guess as wrong before it is looked at, so that many at once do not slip through; else how many seconds to
    /// wait. Whoever sits at this machine is never kept from signing in.
    pub(super) fn begin(&self, guess: Guess, from: IpAddr) -> Result<(), u64> {
        self.begin_at(guess, from, Instant::now())
    }

    fn begin_at(&self, guess: Guess, from: IpAddr, now: Instant) -> Result<(), u64> {
        if is_free(guess, from) {
            return Ok(());
        }
        let (each, all, span) = guess.limits();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() > KEPT {
            kept.retain(|_, times| times.back().is_some_and(|last| now.duration_since(*last) < span));
        }
        let keys = [(Some(whose(from)), each), (None, all)];
        let mut wait = Duration::ZERO;
        for (whose, most) in keys {
            let times = kept.entry((guess, whose)).or_default();
            while times.front().is_some_and(|first| now.duration_since(*first) >= span) {
                times.pop_front();
            }
            if let (true, Some(first)) = (times.len() >= most, times.front()) {
                wait = wait.max(span.saturating_sub(now.duration_since(*first)));
            }
        }
        if !wait.is_zero() {
            return Err(wait.as_secs() + 1);
        }
        for (whose, _) in keys {
            kept.entry((guess, whose)).or_default().push_back(now);
        }
        Ok(())
    }

    /// It was right, and does not count.
    pub(super) fn was_right(&self, guess: Guess, from: IpAddr) {
        if is_free(guess, from) {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for whose in [Some(whose(from)), None] {
            if let Some(times) = kept.get_mut(&(guess, whose)) {
                times.pop_back();
            }
        }
    }
}

/// Whoever sits at this machine has the file of the shop at hand, and need not guess to get in.
fn is_free(guess: Guess, from: IpAddr) -> bool {
    from.is_loopback() && guess != Guess::Code
}

/// Whoever has one address of IPv6 has 2^64 of them.
fn whose(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(six) if !six.is_loopback() => {
            let [a, b, c, d, ..] = six.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn wrong_ones_wait_right_ones_do_not_and_nobody_locks_the_owner_out() {
        let guesses = Guesses::default();
        let start = Instant::now();
        let tries =
            |from: &str, seconds: u64| guesses.begin_at(Guess::Pin, ip(from), start + Duration::from_secs(seconds));
        for n in 0..5 {
            assert_eq!(tries("192.168.1.9", n), Ok(()));
        }
        assert_eq!(tries("192.168.1.9", 20), Err(41));
        assert_eq!(tries("192.168.1.8", 20), Ok(()), "another till");
        assert_eq!(tries("192.168.1.9", 60), Ok(()), "the first is a minute old");
        for _ in 0..1_000 {
            assert_eq!(tries("192.168.1.7", 61), Ok(()));
            guesses.was_right(Guess::Pin, ip("192.168.1.7"));
        }
        let mut from_many = (0..60).map(|n| tries(&format!("2001:db8:{n:x}::1"), 62));
        assert!(from_many.any(|outcome| outcome.is_err()), "from many addresses at once");
        assert_eq!(tries("127.0.0.1", 62), Ok(()), "the owner, at this machine");
    }

    #[test]
    fn an_address_of_the_sixth_version_is_its_whole_network() {
        let guesses = Guesses::default();
        for n in 0..5 {
            assert_eq!(guesses.begin(Guess::Passphrase, ip(&format!("2001:db8::{n}"))), Ok(()));
        }
        assert!(guesses.begin(Guess::Passphrase, ip("2001:db8::ffff")).is_err());
        assert!(guesses.begin(Guess::Passphrase, ip("2001:db8:0:1::1")).is_ok());
    }
}
