//! The hourly limit of management calls, which the usage headers tell of (section 5 of the API's reference).

use crate::network::Network;

const HOUR_MS: i64 = 3_600_000;
/// Calls an hour while no number of the account is registered, and once one is.
const CALLS: usize = 200;
const CALLS_REGISTERED: usize = 5000;

/// How far the limit is used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Usage {
    /// The account's id.
    pub(crate) account: String,
    /// Percent of the calls of an hour.
    pub(crate) calls: u64,
    /// Until there is room again, minutes.
    pub(crate) wait_min: u64,
}

impl Network {
    /// Counts a management call, and tells how far the limit is used up.
    pub(crate) fn count_call(&mut self, now: i64) -> Usage {
        while self.calls.front().is_some_and(|at| now - at >= HOUR_MS) {
            self.calls.pop_front();
        }
        let registered = self
            .lasting
            .numbers
            .iter()
            .any(super::number::Number::is_registered);
        let limit = if registered { CALLS_REGISTERED } else { CALLS };
        // what is over the limit need not be remembered one by one
        if self.calls.len() < 2 * CALLS_REGISTERED {
            self.calls.push_back(now);
        }
        let percent = self.calls.len() * 100 / limit;
        let wait_ms = (self.calls.len() > limit)
            .then(|| self.calls.get(self.calls.len() - limit))
            .flatten()
            .map_or(0, |at| at + HOUR_MS - now);
        Usage {
            account: self.lasting.account.id.clone(),
            calls: u64::try_from(percent).unwrap_or(u64::MAX),
            wait_min: u64::try_from((wait_ms + 59_999) / 60_000).unwrap_or(0),
        }
    }

    /// Whether the hourly limit is used up.
    pub(crate) fn is_over_calls(&self, usage: &Usage) -> bool {
        usage.calls > 100 && self.lasting.limits.management
    }
}
