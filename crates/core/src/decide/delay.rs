//! How long a failure waits. Schedules are data; nothing here sleeps.

/// The documented backoff of notifications (`webhooks.md` 1.3): the n-th failure waits n times the delay, capped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linear {
    /// Milliseconds.
    pub step_ms: u32,
    /// Milliseconds; never less than the step.
    pub cap_ms: u32,
}

impl Linear {
    /// The wait after the `failures`-th failure in a row, milliseconds.
    pub fn wait_ms(self, failures: u32) -> i64 {
        let cap = i64::from(self.cap_ms.max(self.step_ms));
        i64::from(self.step_ms)
            .saturating_mul(i64::from(failures))
            .min(cap)
    }
}

/// Upstream backoff: 1, 2, 4 … 60 s after the `failures`-th failure, milliseconds. `spread` (any number) takes off up
/// to a fifth, so that many do not come back at once.
pub fn exponential_ms(failures: u32, spread: u64) -> i64 {
    let full = 1000_i64
        .saturating_mul(1 << failures.saturating_sub(1).min(6))
        .min(60_000);
    full - full * i64::try_from(spread % 200).unwrap_or_default() / 1000
}

/// The wait of one recipient whose pair limit was hit (131056): 4^n s, at most 256 s, in milliseconds (`cloud-api.md` 5).
pub fn pair_ms(failures: u32) -> i64 {
    1000_i64.saturating_mul(4_i64.saturating_pow(failures.saturating_sub(1).min(4)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notifications_wait_linearly_up_to_the_cap() {
        let linear = Linear {
            step_ms: 3000,
            cap_ms: 900_000,
        };

        assert_eq!(
            [1, 2, 3, 300, 301].map(|n| linear.wait_ms(n)),
            [3000, 6000, 9000, 900_000, 900_000]
        );
        assert_eq!(linear.wait_ms(u32::MAX), 900_000);
    }

    #[test]
    fn a_cap_below_the_step_does_not_shorten_the_step() {
        assert_eq!(
            Linear {
                step_ms: 50,
                cap_ms: 10
            }
            .wait_ms(7),
            50
        );
    }

    #[test]
    fn upstream_failures_wait_twice_as_long_each_time() {
        assert_eq!(
            [1, 2, 3, 6, 7, 99].map(|n| exponential_ms(n, 0)),
            [1000, 2000, 4000, 32_000, 60_000, 60_000]
        );
        assert!((800..=1000).contains(&exponential_ms(1, 199)));
    }

    #[test]
    fn a_pair_limit_waits_four_times_as_long_each_time() {
        assert_eq!([1, 2, 5, 9].map(pair_ms), [1000, 4000, 256_000, 256_000]);
    }
}
