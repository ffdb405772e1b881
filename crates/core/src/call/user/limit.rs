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
mod tests;
