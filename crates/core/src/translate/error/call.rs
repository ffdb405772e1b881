//! The answers to `/v1` calls that asked the network.

use graph::{ApiError, Failure};
use onprem::{Code, Refusal};

use super::{Handling, RATE_LIMIT, details_of, refused, row_of, unregistered, upstream};

/// What a call about the registration is answered with.
struct CallRow {
    first: i64,
    last: i64,
    code: Code,
    status: u16,
    /// Seconds, where the network's wait is known.
    wait_s: Option<u32>,
}

const fn call(first: i64, last: i64, code: Code, status: u16, wait_s: Option<u32>) -> CallRow {
    CallRow {
        first,
        last,
        code,
        status,
        wait_s,
    }
}

/// `cloud-api.md` 3.4. 133006 is for the caller to follow by asking for a new code; 133016 blocks for 72 hours.
#[rustfmt::skip]
const CALLS: &[CallRow] = &[
    call(133_000, 133_000, Code::INTERNAL, 500, None),
    call(133_001, 133_003, Code::INVALID, 400, None),
    call(133_005, 133_005, Code::ACCESS, 403, None),
    call(133_006, 133_006, Code::BAD_REQUEST, 400, None),
    call(133_007, 133_007, Code(1031), 403, None),
    call(133_008, 133_009, Code::TOO_MANY, 429, None),
    call(133_015, 133_015, Code::OVERLOADED, 503, Some(300)),
    call(133_016, 133_016, Code::TOO_MANY, 429, Some(72 * 3600)),
    call(136_024, 136_025, Code::INVALID, 400, None),
];

/// The subcode of a number that is being moved to a higher throughput.
const MAINTENANCE: i64 = 2_494_100;
/// Seconds after which a call that met a throttle is worth another try.
const THROTTLE_S: u32 = 60;
/// Seconds after which a call that met a network out of order is worth another try.
const OUTAGE_S: u32 = 5;

/// The answer to a `/v1` call that asked the network and was refused (`cloud-api.md` 3.4 and 4.5).
pub fn refusal(failure: &Failure) -> Refusal {
    match failure {
        Failure::Refused(error) => refused_call(error),
        Failure::Unsent(why) => not_ready(format!(
            "the network cannot be reached ({why}): nothing was changed, try again"
        ))
        .retry_after(OUTAGE_S),
        Failure::Unknown(why) => not_ready(format!(
            "the network gave no answer ({why}): the call may have had its effect, look before you repeat it"
        ))
        .retry_after(OUTAGE_S),
    }
}

/// The answer to a call that only asked something of the network, or left nothing there that counts.
pub fn unread(failure: &Failure) -> Refusal {
    match failure {
        Failure::Unknown(why) => not_ready(format!(
            "the network gave no answer ({why}): nothing was changed, try again"
        ))
        .retry_after(OUTAGE_S),
        other => refusal(other),
    }
}

fn not_ready(details: String) -> Refusal {
    Refusal::new(Code::NOT_READY, details).with_status(503)
}

fn refused_call(error: &ApiError) -> Refusal {
    let said = details_of(error).unwrap_or("no reason given").to_owned();
    let unlisted = || upstream(error.code, details_of(error));
    let answer = |code, status| Refusal::new(code, said.clone()).with_status(status);

    let in_calls = CALLS
        .iter()
        .find(|row| (row.first..=row.last).contains(&error.code));
    let (refusal, wait_s) = if let Some(row) = in_calls {
        (answer(row.code, row.status), row.wait_s)
    } else if error.subcode == Some(MAINTENANCE) {
        (answer(Code::OVERLOADED, 503), Some(THROTTLE_S))
    } else {
        match row_of(error).map(|row| (row.code, row.handling)) {
            Some((_, Handling::Disconnect(cause))) => (not_ready(refused(cause, error)), None),
            Some((_, Handling::Unregister)) => (not_ready(unregistered(error)), None),
            Some((_, Handling::Recipient)) => (answer(Code::TOO_MANY, 429), Some(THROTTLE_S)),
            Some((_, Handling::Retry { expired })) if expired == RATE_LIMIT => {
                (answer(Code::TOO_MANY, 429), Some(THROTTLE_S))
            }
            Some((_, Handling::Retry { .. })) => (answer(Code::OVERLOADED, 503), Some(OUTAGE_S)),
            // Codes below 1000 belong to webhooks; a call cannot be answered with them.
            Some((code @ 1000.., Handling::Fail)) => (answer(Code(code), status_of(code)), None),
            Some(_) | None => (
                Refusal::new(Code::GENERIC, unlisted()).with_status(500),
                None,
            ),
        }
    };
    // The server's own word goes before our guess.
    let told_s = error
        .retry_after
        .map(|wait| u32::try_from(wait.as_secs()).unwrap_or(u32::MAX));
    match told_s.or(wait_s) {
        Some(seconds) => refusal.retry_after(seconds),
        None => refusal,
    }
}

/// The HTTP status of a call that is refused for good (`messages.md` 12.4).
fn status_of(code: u16) -> u16 {
    match code {
        1006 | 2001 => 404,
        1007 | 1031 => 403,
        1014 => 500,
        _ => 400,
    }
}
