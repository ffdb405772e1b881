//! `ttl`: how long a message may wait (`messages.md` section 10).

use std::ops::RangeInclusive;

use serde_json::Value;

use crate::parse::{Field, Read};
use crate::schema::{integer, one_of, string_like};

const SECOND: u64 = 1;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;

/// One second to thirty days, in seconds.
const ALLOWED: RangeInclusive<u64> = SECOND..=30 * DAY;

/// What `ttl` may be; a few of the durations stand for all.
pub(super) fn schema() -> Value {
    let bound = |seconds: &u64| i64::try_from(*seconds).unwrap_or(i64::MAX);
    let seconds = bound(ALLOWED.start())..=bound(ALLOWED.end());
    one_of([
        integer(seconds),
        string_like("^P([1-9]|[12][0-9]|30)D$|^PT([1-9]|1[0-9]|2[0-4])H$"),
    ])
}

/// Reads an ISO-8601 duration (`P2D`), or seconds as a number or a string.
pub(super) fn seconds(field: &Field<'_>) -> Read<u32> {
    let seconds = match field.as_str() {
        Some(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| duration(text))
        }
        None => field.as_u64(),
    };
    seconds
        .filter(|seconds| ALLOWED.contains(seconds))
        .and_then(|seconds| u32::try_from(seconds).ok())
        .ok_or_else(|| {
            field
                .not("1 second to 30 days: a number of seconds, or a duration such as P2D or PT12H")
        })
}

/// A duration of weeks, days, hours, minutes and seconds. Years and months are refused: their length is not known.
fn duration(text: &str) -> Option<u64> {
    let text = text.strip_prefix('P')?;
    let (date, time) = match text.split_once('T') {
        // A `T` with nothing behind it is no duration.
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None => (text, ""),
    };
    if date.is_empty() && time.is_empty() {
        return None;
    }
    let date = parts(date, &[('W', WEEK), ('D', DAY)])?;
    let time = parts(time, &[('H', HOUR), ('M', MINUTE), ('S', SECOND)])?;
    date.checked_add(time)
}

/// Adds up `12H30M`: every unit at most once, in the order given.
fn parts(text: &str, units: &[(char, u64)]) -> Option<u64> {
    let mut rest = text;
    let mut sum = 0_u64;
    for &(unit, seconds) in units {
        if let Some((number, behind)) = rest.split_once(unit) {
            let number = digits(number)?;
            sum = sum.checked_add(number.checked_mul(seconds)?)?;
            rest = behind;
        }
    }
    rest.is_empty().then_some(sum)
}

fn digits(text: &str) -> Option<u64> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;
    use crate::parse;

    fn read(ttl: &Value) -> Result<u32, String> {
        parse::read(json!({"ttl": ttl}).to_string().as_bytes(), |body| {
            seconds(&body.required("ttl")?)
        })
        .map_err(|refusal| refusal.details)
    }

    #[rstest]
    #[case(json!(3600), 3600)]
    #[case(json!("3600"), 3600)]
    #[case(json!("P2D"), 172_800)]
    #[case(json!("P1W"), 604_800)]
    #[case(json!("PT12H30M5S"), 45_005)]
    #[case(json!("P1DT1S"), 86_401)]
    #[case(json!("P30D"), 2_592_000)]
    #[case(json!(1), 1)]
    fn a_lifetime_is_read(#[case] ttl: Value, #[case] seconds: u32) {
        assert_eq!(read(&ttl), Ok(seconds));
    }

    #[rstest]
    #[case(json!(0))]
    #[case(json!(-1))]
    #[case(json!(2_592_001))]
    #[case(json!("P31D"))]
    #[case(json!("P"))]
    #[case(json!("PT"))]
    #[case(json!("P1DT"))]
    #[case(json!("P1M"))]
    #[case(json!("P1Y"))]
    #[case(json!("PT5M1H"))]
    #[case(json!("PT1.5S"))]
    #[case(json!("PT+1S"))]
    #[case(json!("P99999999999999999999D"))]
    #[case(json!("P9999999999999999999D"))]
    #[case(json!("2 days"))]
    #[case(json!(1.5))]
    #[case(json!(true))]
    #[case(json!({"days": 2}))]
    fn what_is_no_lifetime_is_refused(#[case] ttl: Value) {
        let details = read(&ttl).unwrap_err();

        assert!(details.starts_with("ttl: is "), "{details}");
        assert!(details.contains("must be 1 second to 30 days"), "{details}");
    }

    proptest! {
        #[test]
        fn any_duration_is_survived(text in "P[0-9WDTHMS]{0,20}|\\PC*") {
            let seconds = duration(&text);
            prop_assert!(seconds.is_none() || text.starts_with('P'));
        }

        #[test]
        fn days_and_hours_add_up(days in 0..20_u32, hours in 1..24_u32) {
            prop_assert_eq!(read(&json!(format!("P{days}DT{hours}H"))), Ok(days * 86_400 + hours * 3600));
        }
    }
}
