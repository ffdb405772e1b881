//! Errors: one table, Cloud to On-Premises (`cloud-api.md` 4.5), and beside it the codes that only calls about the
//! registration meet (3.4).

use std::ops::RangeInclusive;

use graph::ApiError;
use onprem::Code;
use onprem::envelope::ErrorObject;

mod call;
mod commerce;

pub use call::{refusal, unread};

/// What a refused send means for the message and the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The message has failed, with this error at the webhook.
    Fail(ErrorObject),
    /// Try again, like the row says; after its lifetime it fails with the given error.
    Retry(ErrorObject),
    /// Only this recipient waits (4^n seconds, at most 256); others go on.
    RetryRecipient(ErrorObject),
    /// Credentials or account: the line is disconnected with this sentence, the message stays queued.
    Disconnect(String),
    /// The number is not registered any more: the line is unregistered, the message stays queued.
    Unregister(String),
}

/// After so many tries an unexplained failure is final.
const FEW: u32 = 3;
/// Waited too long to be sent.
const PENDING_TOO_LONG: u16 = 408;
/// Throttled, to the end of the message's lifetime.
const RATE_LIMIT: u16 = 429;
/// Failed, and nobody says why.
const UNEXPLAINED: u16 = 500;
/// The recipient is not who the sender thinks: the network's code.
pub const IDENTITY_MISMATCH: i64 = 137_000;

/// What to do about a code, seen from the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Handling {
    /// The same request never works.
    Fail,
    /// A few tries, then it has failed.
    Few,
    /// Until the message's lifetime ends; then it fails with `expired`.
    Retry { expired: u16 },
    /// The same, and only this recipient waits.
    Recipient,
    /// The line's credentials or permissions must be mended first.
    Disconnect(Cause),
    /// The number must be registered first.
    Unregister,
}

/// Why the network does not let the line in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    Token,
    Permission,
    DisplayName,
}

/// One row: a range of the network's codes, the on-prem code that tells the business the same, what to do.
#[derive(Debug, Clone, Copy)]
struct Row {
    first: i64,
    last: i64,
    code: u16,
    handling: Handling,
}

const fn range(first: i64, last: i64, code: u16, handling: Handling) -> Row {
    Row {
        first,
        last,
        code,
        handling,
    }
}

const fn one(cloud: i64, code: u16, handling: Handling) -> Row {
    range(cloud, cloud, code, handling)
}

const fn fail(cloud: i64, code: u16) -> Row {
    one(cloud, code, Handling::Fail)
}

const fn unavailable(cloud: i64) -> Row {
    let expired = PENDING_TOO_LONG;
    one(cloud, 1016, Handling::Retry { expired })
}

const fn throttled(cloud: i64, code: u16) -> Row {
    let expired = RATE_LIMIT;
    one(cloud, code, Handling::Retry { expired })
}

const fn disconnect(first: i64, last: i64, cause: Cause) -> Row {
    range(first, last, 1005, Handling::Disconnect(cause))
}

/// `cloud-api.md` 4.5, in order of the network's codes. Where 4.5 has no code of its own for what is retried, the column
/// "on-prem" of section 3 gives the one for webhooks and calls. What is not in it becomes 500.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    disconnect(0, 0, Cause::Token),
    one(1, UNEXPLAINED, Handling::Few),
    unavailable(2),
    disconnect(3, 3, Cause::Permission),
    throttled(4, 1015),
    disconnect(10, 10, Cause::Permission),
    throttled(17, 1015),
    one(33, 430, Handling::Unregister),
    fail(100, 1009),
    disconnect(104, 104, Cause::Token),
    disconnect(190, 190, Cause::Token),
    disconnect(200, 299, Cause::Permission),
    fail(368, 1031),
    throttled(613, 1015),
    // Of catalogues and their products the network speaks in on-prem numbers.
    fail(2023, 2023),
    fail(2024, 2024),
    fail(2025, 2025),
    fail(2026, 2026),
    fail(2027, 2027),
    fail(2028, 2028),
    fail(2029, 2029),
    fail(2030, 2030),
    throttled(80_007, 1015),
    throttled(80_008, 1015),
    fail(130_403, 1007),
    throttled(130_429, RATE_LIMIT),
    fail(130_472, 472),
    fail(130_497, 1026),
    one(131_000, UNEXPLAINED, Handling::Few),
    disconnect(131_005, 131_005, Cause::Permission),
    fail(131_008, 1008),
    fail(131_009, 1009),
    unavailable(131_016),
    fail(131_021, 1021),
    fail(131_026, 1026),
    fail(131_030, 1007),
    fail(131_031, 1031),
    disconnect(131_037, 131_037, Cause::DisplayName),
    fail(131_042, 402),
    fail(131_043, 410),
    fail(131_044, 402),
    one(131_045, 430, Handling::Unregister),
    fail(131_047, 470),
    fail(131_048, 471),
    fail(131_049, 1026),
    fail(131_050, 498),
    fail(131_051, 501),
    fail(131_052, 400),
    fail(131_053, 1014),
    fail(131_055, 1009),
    one(131_056, RATE_LIMIT, Handling::Recipient),
    unavailable(131_057),
    fail(131_060, 501),
    fail(131_062, 1013),
    fail(131_063, 2013),
    fail(131_064, 471),
    fail(132_000, 2000),
    fail(132_001, 2001),
    fail(132_005, 2005),
    fail(132_007, 2007),
    fail(132_008, 2012),
    fail(132_012, 2012),
    fail(132_015, 2061),
    fail(132_016, 2062),
    fail(132_018, 2012),
    fail(132_068, 2068),
    fail(132_069, 2069),
    unavailable(133_004),
    one(133_010, 430, Handling::Unregister),
    fail(134_011, 402),
    fail(135_000, 1009),
    fail(IDENTITY_MISMATCH, 480),
];

/// 100 with subcode 33: an object in the request (a media file, for example) is not there.
const UNKNOWN_OBJECT: Row = fail(100, 1006);
/// A server's error in an unknown code, or with a body that is none of the network's.
const UNAVAILABLE: Row = unavailable(0);
/// The same for HTTP 429.
const THROTTLED: Row = throttled(0, RATE_LIMIT);

fn listed(code: i64) -> Option<&'static Row> {
    TABLE
        .iter()
        .find(|row| (row.first..=row.last).contains(&code))
}

/// The network's codes that become this one at the webhook, as documents list them.
pub fn sources(code: Code) -> Vec<String> {
    let listed = TABLE.iter().filter(|row| row.code == code.0);
    let mut sources: Vec<String> = listed
        .map(|row| {
            if row.first == row.last {
                row.first.to_string()
            } else {
                format!("{}–{}", row.first, row.last)
            }
        })
        .collect();
    if UNKNOWN_OBJECT.code == code.0 {
        sources.push("100 subcode 33".to_owned());
    }
    if commerce::is_told(code) {
        sources.push("100, 131008 or 131009, told apart by their words".to_owned());
    }
    if code.0 == UNEXPLAINED {
        sources.push("any other".to_owned());
    }
    sources
}

/// The row of an answer. Codes go before statuses: 3 comes with 500 although it is permanent. An answer that is not the
/// network's own (a proxy's page, say) has code 0, and only then the status decides.
fn row_of(error: &ApiError) -> Option<&'static Row> {
    if is_unknown_object(error) {
        return Some(&UNKNOWN_OBJECT);
    }
    let by_code = listed(error.code).filter(|_| error.code != 0);
    by_code.or(match error.status {
        429 => Some(&THROTTLED),
        408 | 500.. => Some(&UNAVAILABLE),
        // A body that some server on the way will not take says nothing about credentials.
        413 => None,
        _ => listed(error.code),
    })
}

/// Whether the network does not know an object that the request named: a media file that it has forgotten is uploaded
/// again once, before the message fails.
pub fn is_unknown_object(error: &ApiError) -> bool {
    error.code == 100 && error.subcode == Some(33)
}

/// Whether a template is not, on the network, what the table here says it is: worth another look (`cloud-api.md` 4.5).
pub fn is_about_template(error: &ApiError) -> bool {
    const CODES: RangeInclusive<i64> = 132_000..=132_018;
    CODES.contains(&error.code)
}

/// An error as the webhook receives it: the code's own title, no `href`.
pub fn object(code: Code, details: Option<String>) -> ErrorObject {
    ErrorObject {
        code,
        title: code.title().to_owned(),
        details,
        href: None,
    }
}

/// The verdict on a refused send that was tried `attempts` times.
pub fn verdict(error: &ApiError, attempts: u32) -> Verdict {
    let Some(row) = row_of(error) else {
        let details = upstream(error.code, details_of(error));
        return Verdict::Fail(object(Code(UNEXPLAINED), Some(details)));
    };
    let with = |code: u16| object(Code(code), details_of(error).map(str::to_owned));
    if row.handling == Handling::Fail
        && let Some(code) = commerce::told_apart(error.code, details_of(error))
    {
        return Verdict::Fail(with(code.0));
    }
    match row.handling {
        Handling::Few if attempts < FEW => Verdict::Retry(with(row.code)),
        Handling::Fail | Handling::Few => Verdict::Fail(with(row.code)),
        Handling::Retry { expired } => Verdict::Retry(with(expired)),
        Handling::Recipient => Verdict::RetryRecipient(with(row.code)),
        Handling::Disconnect(cause) => Verdict::Disconnect(refused(cause, error)),
        Handling::Unregister => Verdict::Unregister(unregistered(error)),
    }
}

/// An error inside a webhook, as the business receives it.
pub fn from_webhook(error: &graph::webhook::ErrorObject) -> ErrorObject {
    let details = error
        .error_data
        .as_ref()
        .map(|data| data.details.as_str())
        .into_iter()
        .chain([error.title.as_str()])
        .find(|text| !text.is_empty());
    if let Some(code) = commerce::told_apart(error.code, details) {
        return object(code, details.map(str::to_owned));
    }
    match listed(error.code) {
        Some(row) => object(Code(row.code), details.map(str::to_owned)),
        None => object(Code(UNEXPLAINED), Some(upstream(error.code, details))),
    }
}

/// An error of the network that belongs to no message, as the business receives it (`webhooks.md` section 4). Codes that
/// speak of one message become those of the whole client.
pub fn out_of_band(error: &graph::webhook::ErrorObject) -> ErrorObject {
    let told = from_webhook(error);
    let code = match told.code {
        Code(RATE_LIMIT) => Code::TOO_MANY,
        Code(UNEXPLAINED) => Code::GENERIC,
        Code::CERTIFICATE_UNSIGNED => Code::ACCESS,
        other => other,
    };
    object(code, told.details)
}

fn details_of(error: &ApiError) -> Option<&str> {
    error
        .details
        .as_deref()
        .into_iter()
        .chain([error.message.as_str()])
        .find(|text| !text.is_empty())
}

/// What stands in `details` of an error that has no on-prem code.
fn upstream(code: i64, details: Option<&str>) -> String {
    format!("upstream {code}: {}", details.unwrap_or("no reason given"))
}

/// Why the line is disconnected, and what to do about it. The network's own words about a token are left out: they may
/// repeat it.
fn refused(cause: Cause, error: &ApiError) -> String {
    let code = error.code;
    let said = details_of(error).unwrap_or("no reason given");
    match cause {
        Cause::Token => {
            let what = match error.subcode {
                Some(463) => "it has expired",
                Some(467) => "it is not valid any more",
                _ => "it is missing, not valid or expired",
            };
            format!(
                "the network refuses the line's credentials (code {code}): {what}; give the line a new access token"
            )
        }
        Cause::Permission => format!(
            "the network refuses the line's credentials (code {code}, {said}): the access token needs the permissions \
             whatsapp_business_messaging and whatsapp_business_management for this account"
        ),
        Cause::DisplayName => format!(
            "the network does not let this number send (code {code}, {said}): its display name must be approved first"
        ),
    }
}

fn unregistered(error: &ApiError) -> String {
    let said = details_of(error).unwrap_or("no reason given");
    format!(
        "the network does not know this number as registered (code {}, {said}): register it with POST /v1/account",
        error.code
    )
}

#[cfg(test)]
mod tests;
