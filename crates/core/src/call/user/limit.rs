//! Limits on failed logins: 10 in a minute for a user from an address, 100 for an address over all users.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onprem::{Code, Refusal};
use tokio::sync::Notify;
use tokio::time::Instant;

/// How long a failed attempt counts.
const WINDOW: Duration = Duration::from_mins(1);
/// Failed attempts of one user from one address within the window.
const USER_LIMIT: usize = 10;
/// Failed attempts from one address within the window, over all users.
const ADDRESS_LIMIT: usize = 100;
/// Addresses that are remembered. Each costs at most some 4 KB, so that a flood from everywhere costs 8 MB.
const ADDRESSES: usize = 2048;

/// Whether an attempt may be made now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Yes; it is to be settled afterwards.
    Go,
    /// Attempts under way would reach the limit if all of them failed: ask again when one is settled.
    Wait,
    /// No, not before this time has passed.
    Refuse(Duration),
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Wrong, or nobody knows: it counts.
    Failed,
    /// The right password: what the user failed from this address before is forgotten.
    Right,
    /// It could not be told, and that is not the caller's fault: it does not count.
    Untold,
}

/// The failed attempts of the last minute. Pure: time is handed in.
#[derive(Default)]
pub(super) struct Ledger {
    by_address: HashMap<IpAddr, Account>,
    users: RandomState,
}

/// What one address did.
#[derive(Default)]
struct Account {
    /// When an attempt failed, oldest first, and whose it was; `None` once the user gave the right password.
    failed: VecDeque<(Instant, Option<u64>)>,
    /// Whose attempts are under way.
    pending: Vec<u64>,
}

impl Ledger {
    /// Asks for an attempt. [`Verdict::Go`] counts it against the limits until it is settled.
    pub(super) fn begin(&mut self, user: &str, address: IpAddr, now: Instant) -> Verdict {
        let address = source(address);
        if !self.by_address.contains_key(&address) {
            self.make_room(now);
        }
        let user = self.users.hash_one(user);
        let account = self.by_address.entry(address).or_default();
        account.forget_old(now);
        account.begin(user, now)
    }

    /// Settles an attempt that got [`Verdict::Go`].
    pub(super) fn settle(&mut self, user: &str, address: IpAddr, now: Instant, ending: Ending) {
        let user = self.users.hash_one(user);
        if let Some(account) = self.by_address.get_mut(&source(address)) {
            account.settle(user, now, ending);
        }
    }

    /// Drops what is over; then, if there is still no room, the address that failed least.
    fn make_room(&mut self, now: Instant) {
        if self.by_address.len() < ADDRESSES {
            return;
        }
        self.by_address.retain(|_, account| {
            account.forget_old(now);
            !account.is_idle()
        });
        while self.by_address.len() >= ADDRESSES {
            let least = self
                .by_address
                .iter()
                .filter(|(_, account)| account.pending.is_empty())
                .min_by_key(|(_, account)| (account.failed.len(), account.failed.back().copied()))
                .map(|(address, _)| *address);
            match least {
                Some(address) => self.by_address.remove(&address),
                None => return,
            };
        }
    }
}

impl Account {
    fn forget_old(&mut self, now: Instant) {
        let over = |at: Instant| now.saturating_duration_since(at) >= WINDOW;
        while self.failed.front().is_some_and(|(at, _)| over(*at)) {
            self.failed.pop_front();
        }
    }

    fn is_idle(&self) -> bool {
        self.failed.is_empty() && self.pending.is_empty()
    }

    fn begin(&mut self, user: u64, now: Instant) -> Verdict {
        let of_user = || self.failed.iter().filter(|(_, whose)| *whose == Some(user));
        // One of the failed ones must be over first: the newest that leaves less than the limit behind it.
        let wait_until_over = |(at, _): &(Instant, Option<u64>)| {
            Verdict::Refuse(WINDOW.saturating_sub(now.saturating_duration_since(*at)))
        };
        if let Some(last) = of_user().rev().nth(USER_LIMIT - 1) {
            return wait_until_over(last);
        }
        if let Some(last) = self.failed.iter().rev().nth(ADDRESS_LIMIT - 1) {
            return wait_until_over(last);
        }
        let pending_of_user = self.pending.iter().filter(|whose| **whose == user).count();
        if of_user().count() + pending_of_user >= USER_LIMIT
            || self.failed.len() + self.pending.len() >= ADDRESS_LIMIT
        {
            return Verdict::Wait;
        }
        self.pending.push(user);
        Verdict::Go
    }

    fn settle(&mut self, user: u64, now: Instant, ending: Ending) {
        if let Some(index) = self.pending.iter().position(|whose| *whose == user) {
            self.pending.swap_remove(index);
        }
        match ending {
            Ending::Failed => self.failed.push_back((now, Some(user))),
            Ending::Right => {
                for (_, whose) in &mut self.failed {
                    // It still counts for the address: one good account is no pass for guessing at others.
                    if *whose == Some(user) {
                        *whose = None;
                    }
                }
            }
            Ending::Untold => {}
        }
    }
}

/// Where an attempt comes from: an IPv4 address, or an IPv6 network of 64 bits, which is what one customer has.
fn source(address: IpAddr) -> IpAddr {
    const NETWORK: u128 = !0 << 64;
    match address.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6((ip.to_bits() & NETWORK).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// The ledger, shared, with the attempts that wait for one under way.
#[derive(Default)]
pub(super) struct Attempts {
    ledger: Mutex<Ledger>,
    settled: Notify,
}

impl Attempts {
    /// Begins an attempt, or refuses it with 429 / 1015. An attempt that is dropped unsettled has failed.
    pub(super) async fn begin<'a>(
        &'a self,
        user: &'a str,
        address: IpAddr,
    ) -> Result<Attempt<'a>, Refusal> {
        loop {
            // Listening begins before the question, so that no settlement in between is missed.
            let mut settled = std::pin::pin!(self.settled.notified());
            settled.as_mut().enable();
            let verdict = self.ledger().begin(user, address, Instant::now());
            match verdict {
                Verdict::Go => {
                    return Ok(Attempt {
                        attempts: self,
                        user,
                        address,
                        ending: Ending::Failed,
                    });
                }
                Verdict::Wait => settled.await,
                Verdict::Refuse(wait) => return Err(too_many(wait)),
            }
        }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn too_many(wait: Duration) -> Refusal {
    // Rounded up: a caller that waits as long as it was told must not be refused again.
    let seconds = u32::try_from(wait.as_nanos().div_ceil(1_000_000_000)).unwrap_or(u32::MAX);
    Refusal::new(
        Code::TOO_MANY,
        format!("too many failed logins: try again in {seconds} s"),
    )
    .retry_after(seconds)
}

/// An attempt under way.
pub(super) struct Attempt<'a> {
    attempts: &'a Attempts,
    user: &'a str,
    address: IpAddr,
    ending: Ending,
}

impl Attempt<'_> {
    /// Says how it ended.
    pub(super) fn settle(mut self, ending: Ending) {
        self.ending = ending;
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.attempts
            .ledger()
            .settle(self.user, self.address, Instant::now(), self.ending);
        self.attempts.settled.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn fail(ledger: &mut Ledger, user: &str, address: IpAddr, now: Instant) -> Verdict {
        let verdict = ledger.begin(user, address, now);
        if verdict == Verdict::Go {
            ledger.settle(user, address, now, Ending::Failed);
        }
        verdict
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[tokio::test]
    async fn the_eleventh_attempt_is_refused_until_the_first_is_a_minute_old() {
        let mut ledger = Ledger::default();
        let start = Instant::now();
        for second in 0..10 {
            let verdict = fail(&mut ledger, "ops", address(1), start + seconds(second));
            assert_eq!(verdict, Verdict::Go, "{second}");
        }

        let refused = ledger.begin("ops", address(1), start + seconds(20));
        let just_before = ledger.begin("ops", address(1), start + seconds(59));
        let after = fail(&mut ledger, "ops", address(1), start + seconds(60));
        let again = ledger.begin("ops", address(1), start + seconds(60));

        assert_eq!(refused, Verdict::Refuse(seconds(40)));
        assert_eq!(just_before, Verdict::Refuse(seconds(1)));
        assert_eq!(after, Verdict::Go);
        assert_eq!(again, Verdict::Refuse(seconds(1)));
    }

    #[tokio::test]
    async fn another_user_and_another_address_are_not_held_up() {
        let mut ledger = Ledger::default();
        let now = Instant::now();
        for _ in 0..10 {
            fail(&mut ledger, "ops", address(1), now);
        }

        assert_eq!(
            ledger.begin("ops", address(1), now),
            Verdict::Refuse(seconds(60))
        );
        assert_eq!(ledger.begin("OPS", address(1), now), Verdict::Go);
        assert_eq!(ledger.begin("ops", address(2), now), Verdict::Go);
    }

    #[tokio::test]
    async fn the_right_password_clears_the_users_failures() {
        let mut ledger = Ledger::default();
        let now = Instant::now();
        for _ in 0..9 {
            fail(&mut ledger, "ops", address(1), now);
        }

        assert_eq!(ledger.begin("ops", address(1), now), Verdict::Go);
        ledger.settle("ops", address(1), now, Ending::Right);

        for _ in 0..10 {
            assert_eq!(fail(&mut ledger, "ops", address(1), now), Verdict::Go);
        }
        assert!(matches!(
            ledger.begin("ops", address(1), now),
            Verdict::Refuse(_)
        ));
    }

    #[tokio::test]
    async fn an_address_has_a_hundred_over_all_users_and_no_right_password_clears_that() {
        let mut ledger = Ledger::default();
        let start = Instant::now();
        for n in 0..100 {
            let user = format!("user{}", n / 9);
            let now = start + Duration::from_millis(n);
            assert_eq!(fail(&mut ledger, &user, address(1), now), Verdict::Go);
            if n == 50 {
                ledger.begin("own", address(1), now);
                ledger.settle("own", address(1), now, Ending::Right);
            }
        }

        let refused = ledger.begin("somebody", address(1), start + seconds(1));
        let elsewhere = ledger.begin("somebody", address(2), start + seconds(1));
        let later = ledger.begin("somebody", address(1), start + seconds(60));

        assert_eq!(refused, Verdict::Refuse(seconds(59)));
        assert_eq!(elsewhere, Verdict::Go);
        assert_eq!(later, Verdict::Go);
    }

    #[tokio::test]
    async fn what_could_not_be_told_does_not_count() {
        let mut ledger = Ledger::default();
        let now = Instant::now();
        for _ in 0..50 {
            assert_eq!(ledger.begin("ops", address(1), now), Verdict::Go);
            ledger.settle("ops", address(1), now, Ending::Untold);
        }

        assert_eq!(ledger.begin("ops", address(1), now), Verdict::Go);
    }

    #[tokio::test]
    async fn attempts_under_way_count_and_make_others_wait() {
        let mut ledger = Ledger::default();
        let now = Instant::now();
        for _ in 0..10 {
            assert_eq!(ledger.begin("ops", address(1), now), Verdict::Go);
        }

        assert_eq!(ledger.begin("ops", address(1), now), Verdict::Wait);
        ledger.settle("ops", address(1), now, Ending::Failed);
        assert_eq!(ledger.begin("ops", address(1), now), Verdict::Wait);
        ledger.settle("ops", address(1), now, Ending::Untold);
        assert_eq!(ledger.begin("ops", address(1), now), Verdict::Go);
    }

    #[tokio::test]
    async fn one_ipv6_network_and_one_mapped_address_are_one_source() {
        let mut ledger = Ledger::default();
        let now = Instant::now();
        for n in 0..10 {
            let neighbour: IpAddr = format!("2001:db8::{n}").parse().unwrap();
            fail(&mut ledger, "ops", neighbour, now);
            fail(&mut ledger, "ops", address(1), now);
        }

        for same in ["2001:db8::ffff", "::ffff:192.0.2.1"] {
            let verdict = ledger.begin("ops", same.parse().unwrap(), now);
            assert!(matches!(verdict, Verdict::Refuse(_)), "{same}");
        }
        let other = "2001:db8:0:1::1".parse().unwrap();
        assert_eq!(ledger.begin("ops", other, now), Verdict::Go);
    }

    #[tokio::test]
    async fn memory_is_bounded_and_the_worst_are_remembered() {
        let mut ledger = Ledger::default();
        let now = Instant::now();
        for _ in 0..10 {
            fail(&mut ledger, "ops", address(1), now);
        }

        for n in 0..3 * u32::try_from(ADDRESSES).unwrap() {
            let other = IpAddr::from((0x0a00_0000 | n).to_be_bytes());
            assert_eq!(fail(&mut ledger, "ops", other, now), Verdict::Go);
        }

        assert_eq!(ledger.by_address.len(), ADDRESSES);
        assert!(matches!(
            ledger.begin("ops", address(1), now),
            Verdict::Refuse(_)
        ));
        ledger.make_room(now + WINDOW);
        assert!(ledger.by_address.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn many_right_logins_at_once_all_get_through() {
        let attempts = Attempts::default();

        let logins = (0..100).map(|_| async {
            let attempt = attempts.begin("ops", address(1)).await?;
            tokio::time::sleep(Duration::from_millis(1)).await;
            attempt.settle(Ending::Right);
            Ok::<_, Refusal>(())
        });
        let outcomes = futures_util::future::join_all(logins).await;

        assert!(outcomes.iter().all(Result::is_ok));
    }

    #[tokio::test(start_paused = true)]
    async fn many_wrong_logins_at_once_do_not_slip_past_the_limit() {
        let attempts = Attempts::default();

        let logins = (0..100).map(|_| async {
            let attempt = attempts.begin("ops", address(1)).await?;
            tokio::time::sleep(Duration::from_millis(1)).await;
            drop(attempt);
            Ok::<_, Refusal>(())
        });
        let outcomes = futures_util::future::join_all(logins).await;

        assert_eq!(
            outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
            10
        );
        let refusal = outcomes.into_iter().find_map(Result::err).unwrap();
        assert_eq!(refusal.code, Code::TOO_MANY);
        tokio::time::sleep(seconds(refusal.retry_after_s.unwrap().into())).await;
        assert!(attempts.begin("ops", address(1)).await.is_ok());
    }

    proptest! {
        /// Whatever happens, no minute ever holds more than ten failures of a user that were let through.
        #[test]
        fn no_minute_holds_more_than_ten_failures(
            steps in proptest::collection::vec((0..9000_u64, 0..3_u8), 0..200)
        ) {
            let mut ledger = Ledger::default();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let start = runtime.block_on(async { Instant::now() });
            let mut now = start;
            let mut failures: Vec<Instant> = Vec::new();
            for (millis, kind) in steps {
                now += Duration::from_millis(millis);
                match ledger.begin("ops", address(1), now) {
                    Verdict::Go if kind == 0 => {
                        ledger.settle("ops", address(1), now, Ending::Right);
                        failures.clear();
                    }
                    Verdict::Go => {
                        ledger.settle("ops", address(1), now, Ending::Failed);
                        failures.push(now);
                    }
                    Verdict::Wait => prop_assert!(false, "nothing is under way"),
                    Verdict::Refuse(wait) => {
                        prop_assert!(wait > Duration::ZERO && wait <= WINDOW);
                        let then = now + wait;
                        let left = failures.iter().filter(|at| then.duration_since(**at) < WINDOW);
                        prop_assert!(left.count() < USER_LIMIT);
                    }
                }
                let within = failures.iter().filter(|at| now.duration_since(**at) < WINDOW);
                prop_assert!(within.count() <= USER_LIMIT);
            }
        }
    }
}
