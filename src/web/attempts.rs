//! Slows down guessing: wrong passphrases, PINs and codes are counted for a while, for each address and for all of
//! them.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What is being guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum AttemptKind {
    /// The owner's passphrase.
    Passphrase,
    /// The PIN of the tills.
    Pin,
    /// A code that is on no letter.
    Code,
}

/// The largest number of wrong codes from one address, from all, and the time span. A busy till sometimes mistypes one.
const CODES: (usize, usize, Duration) = (20, 200, Duration::from_secs(60));

/// How many codes may be checked at the same time beyond those limits: most turn out to be right, and many tills send
/// requests at once, often through one address.
const TOGETHER: usize = 128;

/// This many wrong passphrases or PINs cause no delay.
const MISTYPED: usize = 5;

/// Seconds that their address then has to wait; twice as long after each further wrong one, up to the maximum. One is
/// checked at a time.
const WAITS: (u64, u64) = (4, 15 * 60);

/// A right one ends that; without one it is forgotten after a day.
const FORGOTTEN: Duration = Duration::from_secs(24 * 60 * 60);

/// After this many wrong ones from all addresses within a minute, each takes this much longer. No one else is locked
/// out by them.
const SLOWED: (usize, Duration) = (40, Duration::from_secs(2));

/// How many addresses are stored; those without recent wrong attempts are dropped first.
const MOST_ADDRESSES: usize = 4_096;

/// The wrong attempts; those of all under no address.
#[derive(Default)]
pub(super) struct Attempts(Mutex<HashMap<AttemptKey, Tries>>);

type AttemptKey = (AttemptKind, Option<IpAddr>);

#[derive(Default)]
struct Tries {
    /// The latest of them, the newest last.
    wrong: VecDeque<Instant>,
    under_way: usize,
}

impl Tries {
    /// How many there were within a time span; older ones are dropped.
    fn within(&mut self, span: Duration, now: Instant) -> usize {
        while self.wrong.front().is_some_and(|first| now.saturating_duration_since(*first) >= span) {
            self.wrong.pop_front();
        }
        self.wrong.len()
    }

    /// Seconds until an address may try a passphrase or a PIN again.
    fn delay(&mut self, now: Instant) -> Option<u64> {
        let wrong = self.within(FORGOTTEN, now);
        if wrong + self.under_way < MISTYPED {
            return None;
        }
        let (first, longest) = WAITS;
        let doubled = u32::try_from(wrong.saturating_sub(MISTYPED)).unwrap_or(u32::MAX);
        let wait = 2_u64.checked_pow(doubled).unwrap_or(longest).saturating_mul(first).min(longest);
        let since = self.wrong.back().map(|last| now.saturating_duration_since(*last)).unwrap_or_default();
        let left = if wrong < MISTYPED { Duration::ZERO } else { Duration::from_secs(wait).saturating_sub(since) };
        // Attempts being checked may turn out to be wrong.
        let busy = Duration::from_secs(u64::from(self.under_way > 0));
        Some(seconds(left.max(busy))).filter(|seconds| *seconds > 0)
    }
}

/// Rounded up to whole seconds, so that waiting that long is enough.
fn seconds(left: Duration) -> u64 {
    left.as_secs() + u64::from(left.subsec_nanos() > 0)
}

impl Attempts {
    /// Whether one may guess now; otherwise how many seconds to wait. A client on this machine is never kept from
    /// signing in.
    pub(super) fn begin(&self, kind: AttemptKind, from: IpAddr) -> Result<Attempt<'_>, u64> {
        self.begin_at(kind, from, Instant::now())
    }

    fn begin_at(&self, kind: AttemptKind, from: IpAddr, now: Instant) -> Result<Attempt<'_>, u64> {
        let keys = [(kind, Some(whose(from))), (kind, None)];
        let attempt = |slowed, is_counted| Attempt {
            attempts: self,
            keys,
            at: now,
            began: Instant::now(),
            slowed,
            is_wrong: true,
            is_counted,
        };
        if is_free(kind, from) {
            return Ok(attempt(Duration::ZERO, false));
        }
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() > MOST_ADDRESSES {
            entries.retain(|(kind, _), tries| {
                let kept = if *kind == AttemptKind::Code { CODES.2 } else { Duration::from_secs(WAITS.1) };
                let is_late = |time: &Instant| now.saturating_duration_since(*time) < kept;
                tries.under_way > 0 || tries.wrong.back().is_some_and(is_late)
            });
        }
        let (wait, slowed) = match kind {
            AttemptKind::Code => (code_wait(&mut entries, keys, now), Duration::ZERO),
            AttemptKind::Passphrase | AttemptKind::Pin => {
                let (many, slowed) = SLOWED;
                let is_many = entries.entry(keys[1]).or_default().within(Duration::from_secs(60), now) >= many;
                (entries.entry(keys[0]).or_default().delay(now), if is_many { slowed } else { Duration::ZERO })
            }
        };
        if let Some(wait) = wait {
            return Err(wait);
        }
        for key in keys {
            entries.entry(key).or_default().under_way += 1;
        }
        Ok(attempt(slowed, true))
    }

    /// Seconds until the same address may try again, after an attempt that was wrong.
    pub(super) fn wait(&self, kind: AttemptKind, from: IpAddr) -> Option<u64> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.get_mut(&(kind, Some(whose(from))))?.delay(Instant::now())
    }
}

/// Seconds until a code may be tried, when there were too many wrong ones.
fn code_wait(entries: &mut HashMap<AttemptKey, Tries>, keys: [AttemptKey; 2], now: Instant) -> Option<u64> {
    let (each, all, span) = CODES;
    let waits = keys.into_iter().zip([each, all]).filter_map(|(key, most)| {
        let tries = entries.entry(key).or_default();
        let wrong = tries.within(span, now);
        match tries.wrong.front() {
            Some(first) if wrong >= most => {
                Some(span.saturating_sub(now.saturating_duration_since(*first)).as_secs() + 1)
            }
            _ if wrong + tries.under_way >= most + TOGETHER => Some(1),
            _ => None,
        }
    });
    waits.max()
}

/// An attempt in progress. It counts as wrong unless marked as right.
#[must_use]
pub(super) struct Attempt<'g> {
    attempts: &'g Attempts,
    keys: [AttemptKey; 2],
    at: Instant,
    began: Instant,
    /// It is checked only after this delay.
    pub(super) slowed: Duration,
    is_wrong: bool,
    is_counted: bool,
}

impl Attempt<'_> {
    /// It was right, and does not count; for a passphrase or a PIN earlier wrong ones no longer count, either.
    pub(super) fn was_right(mut self) {
        self.is_wrong = false;
        let (kind, _) = self.keys[0];
        if kind != AttemptKind::Code {
            let mut entries = self.attempts.0.lock().unwrap_or_else(PoisonError::into_inner);
            entries.entry(self.keys[0]).or_default().wrong.clear();
        }
    }

    /// It could not be checked, and does not count.
    pub(super) fn was_not_looked_at(mut self) {
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
                // From the time of the response.
                tries.wrong.push_back(self.at + self.began.elapsed());
            }
        }
    }
}

/// A client on this machine can read the shop's files, and need not guess.
fn is_free(kind: AttemptKind, from: IpAddr) -> bool {
    from.is_loopback() && kind != AttemptKind::Code
}

/// A client with one IPv6 address has 2^64 of them.
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
    fn each_wrong_one_makes_its_address_wait_longer_and_no_other() {
        for kind in [AttemptKind::Pin, AttemptKind::Passphrase] {
            let attempts = Attempts::default();
            let start = Instant::now();
            let begun = |from: &str, at: u64| attempts.begin_at(kind, ip(from), start + Duration::from_secs(at));
            let tries = |from: &str, at: u64| begun(from, at).map(drop);
            for _ in 0..5 {
                assert_eq!(tries("192.168.1.9", 0), Ok(()), "everybody mistypes");
            }
            let mut at = 0;
            for wait in [4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
                assert_eq!(tries("192.168.1.9", at).map_err(|left| left.abs_diff(wait) <= 1), Err(true), "{wait}");
                assert!(tries("192.168.1.9", at + wait / 2).is_err(), "{wait}");
                for other in ["192.168.1.8", "10.0.0.7", "2001:db8::1", "127.0.0.1"] {
                    assert_eq!(begun(other, at).map(Attempt::was_right), Ok(()), "{other}");
                }
                at += wait + 1;
                assert_eq!(tries("192.168.1.9", at), Ok(()), "{wait}");
            }
            at += 901;
            assert_eq!(begun("192.168.1.9", at).map(Attempt::was_not_looked_at), Ok(()));
            assert_eq!(
                begun("192.168.1.9", at).map(Attempt::was_right),
                Ok(()),
                "what is not looked at does not count"
            );
            for _ in 0..5 {
                assert_eq!(tries("192.168.1.9", at), Ok(()), "a right one ends it");
            }
            assert!(tries("192.168.1.9", at).is_err());
            assert_eq!(tries("192.168.1.9", at + 86_402), Ok(()), "and so does a day");
        }
    }

    #[test]
    fn wrong_ones_from_everywhere_slow_others_and_lock_nobody_out() {
        let attempts = Attempts::default();
        let (start, from) = (Instant::now(), |n: u64| ip(&format!("2001:db8:{n:x}::1")));
        for n in 0..40 {
            let attempt = attempts.begin_at(AttemptKind::Pin, from(n), start).expect("its first");
            assert_eq!(attempt.slowed, Duration::ZERO);
        }
        let begun = |from: IpAddr, at: u64| attempts.begin_at(AttemptKind::Pin, from, start + Duration::from_secs(at));
        assert_eq!(begun(from(99), 1).map(|attempt| attempt.slowed), Ok(SLOWED.1));
        assert_eq!(begun(ip("127.0.0.1"), 1).map(|attempt| attempt.slowed), Ok(Duration::ZERO), "the owner");
        assert_eq!(begun(from(98), 90).map(|attempt| attempt.slowed), Ok(Duration::ZERO), "a minute later");
    }

    #[test]
    fn wrong_codes_wait_and_right_ones_do_not() {
        let attempts = Attempts::default();
        let start = Instant::now();
        let begun =
            |from: &str, at: u64| attempts.begin_at(AttemptKind::Code, ip(from), start + Duration::from_secs(at));
        for _ in 0..1_000 {
            assert_eq!(begun("192.168.1.7", 0).map(Attempt::was_right), Ok(()));
        }
        for n in 0..20 {
            assert_eq!(begun("192.168.1.9", n).map(drop), Ok(()));
        }
        assert!(begun("192.168.1.9", 30).is_err_and(|wait| (31..=33).contains(&wait)));
        assert_eq!(begun("192.168.1.8", 30).map(drop), Ok(()), "another till");
        assert_eq!(begun("192.168.1.9", 62).map(drop), Ok(()), "the first is a minute old");
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
