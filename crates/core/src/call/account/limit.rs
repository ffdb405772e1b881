//! How often the network may be asked to register or deregister a number: it takes ten in 72 hours, then it blocks the
//! number for as long. Two are left for a person with another tool.

use onprem::{Code, Refusal};

/// So many in [`WINDOW_MS`].
pub(super) const CALLS: usize = 8;
/// 72 hours, milliseconds.
const WINDOW_MS: i64 = 72 * 60 * 60 * 1000;
/// What was done, for sentences.
pub(super) const REGISTERED: &str = "registered";
/// The same.
pub(super) const DEREGISTERED: &str = "deregistered";

/// 429 / 1015 when a call more could use up what the network allows.
pub(super) fn check(calls_ms: &[i64], done: &str, now_ms: i64) -> Result<(), Refusal> {
    let recent = calls_ms.iter().filter(|at_ms| is_recent(**at_ms, now_ms));
    // The newest that leaves less than the limit behind it must be over first.
    let Some(at_ms) = recent.rev().nth(CALLS - 1) else {
        return Ok(());
    };
    let wait_ms = at_ms.saturating_add(WINDOW_MS).saturating_sub(now_ms);
    let wait_s = u32::try_from(wait_ms.saturating_add(999) / 1000).unwrap_or(u32::MAX);
    Err(Refusal::new(
        Code::TOO_MANY,
        format!("the number was {done} {CALLS} times within 72 hours: try again in {wait_s} s"),
    )
    .retry_after(wait_s))
}

/// Checks, and counts a call.
pub(super) fn count(calls_ms: &mut Vec<i64>, done: &str, now_ms: i64) -> Result<(), Refusal> {
    check(calls_ms, done, now_ms)?;
    calls_ms.retain(|at_ms| is_recent(*at_ms, now_ms));
    calls_ms.push(now_ms);
    Ok(())
}

/// Within the window; a time in the future (the clock was set back) counts, but not for longer than the window.
fn is_recent(at_ms: i64, now_ms: i64) -> bool {
    now_ms.abs_diff(at_ms) < WINDOW_MS.unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 60 * 60 * 1000;

    #[test]
    fn the_ninth_registration_in_72_hours_waits_for_the_first_to_be_over() {
        let now_ms = 1_800_000_000_000;
        let at = |hours: i64| now_ms - hours * HOUR_MS;
        let seven: Vec<i64> = (1..8).rev().map(at).collect();
        let eight: Vec<i64> = (1..9).rev().map(at).collect();
        let mut old = vec![at(80), at(73), at(72)];
        old.extend(&seven);

        assert!(check(&[], REGISTERED, now_ms).is_ok());
        assert!(check(&seven, REGISTERED, now_ms).is_ok());
        assert!(check(&old, REGISTERED, now_ms).is_ok());
        let refusal = check(&eight, REGISTERED, now_ms).unwrap_err();
        assert_eq!(refusal.code, Code::TOO_MANY);
        assert_eq!(refusal.retry_after_s, Some(64 * 3600));
        assert!(count(&mut old, REGISTERED, now_ms).is_ok());
        assert_eq!(old.len(), CALLS);
        assert!(count(&mut old, REGISTERED, now_ms).is_err());
    }
}
