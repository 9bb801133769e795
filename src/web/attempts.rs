//! Guessing is slow: passphrases, PINs and codes that were wrong count for a while, for each address and for all of them.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum AttemptKind {
    /// The owner's passphrase.
    Passphrase,
    /// The PIN of the tills.
    Pin,
    /// A code that is on no letter.
    Code,
}

impl AttemptKind {
    /// So many wrong ones from one address, so many from all, within such a time. A busy till mistypes a code now and then.
    fn limits(self) -> (usize, usize, Duration) {
        match self {
            Self::Passphrase | Self::Pin => (5, 40, Duration::from_secs(60)),
            Self::Code => (20, 200, Duration::from_secs(60)),
        }
    }
}

/// Codes that may be looked at together beyond those limits: of most it turns out that they are right, and many tills ask at
/// once, often through one address. A passphrase or a PIN counts as wrong until it is known to be right.
const TOGETHER: usize = 128;

/// How many addresses are kept; those that made no wrong attempt lately go first.
const MOST_ADDRESSES: usize = 4_096;

/// The wrong attempts of the last minutes; under no address those of all.
#[derive(Default)]
pub(super) struct Attempts(Mutex<HashMap<AttemptKey, Tries>>);

type AttemptKey = (AttemptKind, Option<IpAddr>);

#[derive(Default)]
struct Tries {
    wrong: VecDeque<Instant>,
    under_way: usize,
}

impl Attempts {
    /// Whether one may guess now; else how many seconds to wait. Whoever sits at this machine is never kept from signing in.
    pub(super) fn begin(&self, kind: AttemptKind, from: IpAddr) -> Result<Attempt<'_>, u64> {
        self.begin_at(kind, from, Instant::now())
    }

    fn begin_at(&self, kind: AttemptKind, from: IpAddr, now: Instant) -> Result<Attempt<'_>, u64> {
        let keys = [(kind, Some(whose(from))), (kind, None)];
        let attempt = |is_counted| Attempt { attempts: self, keys, at: now, is_wrong: true, is_counted };
        if is_free(kind, from) {
            return Ok(attempt(false));
        }
        let (each, all, span) = kind.limits();
        let spare = if kind == AttemptKind::Code { TOGETHER } else { 0 };
        let is_late = |time: &Instant| now.saturating_duration_since(*time) < span;
        let mut wait = None;
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() > MOST_ADDRESSES {
            entries.retain(|_, tries| tries.under_way > 0 || tries.wrong.back().is_some_and(is_late));
        }
        for (key, most) in keys.into_iter().zip([each, all]) {
            let Tries { wrong, under_way } = entries.entry(key).or_default();
            while wrong.front().is_some_and(|first| !is_late(first)) {
                wrong.pop_front();
            }
            match wrong.front() {
                Some(first) if wrong.len() >= most => {
                    wait = wait.max(Some(span.saturating_sub(now.saturating_duration_since(*first)).as_secs() + 1));
                }
                _ if wrong.len() + *under_way >= most + spare => wait = wait.max(Some(1)),
                _ => {}
            }
        }
        if let Some(wait) = wait {
            return Err(wait);
        }
        for key in keys {
            entries.entry(key).or_default().under_way += 1;
        }
        Ok(attempt(true))
    }
}

/// An attempt under way. It was wrong unless it is said to have been right.
#[must_use]
pub(super) struct Attempt<'g> {
    attempts: &'g Attempts,
    keys: [AttemptKey; 2],
    at: Instant,
    is_wrong: bool,
    is_counted: bool,
}

impl Attempt<'_> {
    /// It was right, and does not count.
    pub(super) fn was_right(mut self) {
        self.is_wrong = false;
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if !self.is_counted {
            return;
        }
        let mut entries = self.attempts.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in self.keys {
            let tries = entries.entry(key).or_default();
            tries.under_way = tries.under_way.saturating_sub(1);
            if self.is_wrong {
                tries.wrong.push_back(self.at);
            }
        }
    }
}

/// Whoever sits at this machine has the file of the shop at hand, and need not guess to get in.
fn is_free(kind: AttemptKind, from: IpAddr) -> bool {
    from.is_loopback() && kind != AttemptKind::Code
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
        let attempts = Attempts::default();
        let start = Instant::now();
        let begun = |from: &str, seconds: u64| {
            attempts.begin_at(AttemptKind::Pin, ip(from), start + Duration::from_secs(seconds))
        };
        let tries = |from: &str, seconds: u64| begun(from, seconds).map(drop);
        for n in 0..5 {
            assert_eq!(tries("192.168.1.9", n), Ok(()));
        }
        assert_eq!(tries("192.168.1.9", 20), Err(41));
        assert_eq!(tries("192.168.1.8", 20), Ok(()), "another till");
        assert_eq!(tries("192.168.1.9", 60), Ok(()), "the first is a minute old");
        for _ in 0..1_000 {
            assert_eq!(begun("192.168.1.7", 61).map(Attempt::was_right), Ok(()));
        }
        let mut from_many = (0..60).map(|n| tries(&format!("2001:db8:{n:x}::1"), 62));
        assert!(from_many.any(|outcome| outcome.is_err()), "from many addresses at once");
        assert_eq!(tries("127.0.0.1", 62), Ok(()), "the owner, at this machine");
    }

    #[test]
    fn many_at_once_do_not_slip_through_and_many_tills_do() {
        let attempts = Attempts::default();
        let at_once = |kind, most| {
            let begun: Vec<_> = (0..most).map_while(|_| attempts.begin(kind, ip("192.168.1.9")).ok()).collect();
            begun.len()
        };
        assert_eq!(at_once(AttemptKind::Pin, 64), 5);
        let codes: Vec<_> = (0..64).map_while(|_| attempts.begin(AttemptKind::Code, ip("192.168.1.9")).ok()).collect();
        assert_eq!(codes.len(), 64, "each code has a till that waits");
        codes.into_iter().for_each(Attempt::was_right);
        assert_eq!(at_once(AttemptKind::Code, 1_000), 20 + TOGETHER);
        assert_eq!(at_once(AttemptKind::Code, 1), 0, "they were wrong");
    }

    #[test]
    fn an_address_of_the_sixth_version_is_its_whole_network() {
        let attempts = Attempts::default();
        for n in 0..5 {
            assert!(attempts.begin(AttemptKind::Passphrase, ip(&format!("2001:db8::{n}"))).is_ok());
        }
        assert!(attempts.begin(AttemptKind::Passphrase, ip("2001:db8::ffff")).is_err());
        assert!(attempts.begin(AttemptKind::Passphrase, ip("2001:db8:0:1::1")).is_ok());
    }
}
