//! How much of its limits of calls the network says is used (`cloud-api.md` 1.1): JSON inside two headers.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::tolerant;

/// Of the app.
const APP: &str = "x-app-usage";
/// Of each account, by kind of use.
const ACCOUNT: &str = "x-business-use-case-usage";
/// Members that are percentages.
const PERCENTAGES: [&str; 3] = ["call_count", "total_time", "total_cputime"];
/// Minutes until calls are taken again.
const REGAIN: &str = "estimated_time_to_regain_access";

/// The network's word about the calls that it still takes. It does not govern sends of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// The highest of its percentages.
    pub percent: u32,
    /// When it takes calls again, if it says that it does not.
    pub regain: Duration,
    /// When it said so.
    pub at: Instant,
}

/// What an answer's headers say; `None` without such headers, which is what little usage looks like.
pub(super) fn read(headers: &HeaderMap, now: Instant) -> Option<Usage> {
    let said = |name: &str| -> Option<Value> {
        serde_json::from_slice(headers.get(name)?.as_bytes()).ok()
    };
    let mut uses: Vec<Map<String, Value>> = Vec::new();
    if let Some(Value::Object(app)) = said(APP) {
        uses.push(app);
    }
    if let Some(Value::Object(accounts)) = said(ACCOUNT) {
        let lists = accounts
            .into_iter()
            .flat_map(|(_, list)| tolerant::elements(Some(list)));
        uses.extend(lists.filter_map(|entry| match entry {
            Value::Object(entry) => Some(entry),
            _ => None,
        }));
    }
    let number = |entry: &Map<String, Value>, name: &str| {
        let said = entry.get(name).and_then(tolerant::integer);
        said.and_then(|said| u32::try_from(said).ok()).unwrap_or(0)
    };
    let percent = |entry: &Map<String, Value>| PERCENTAGES.map(|name| number(entry, name));
    let percent = uses.iter().flat_map(percent).max()?;
    let minutes = uses.iter().map(|entry| number(entry, REGAIN)).max()?;
    Some(Usage {
        percent,
        regain: Duration::from_mins(minutes.into()),
        at: now,
    })
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::app(r#"{"call_count": 12, "total_time": 4, "total_cputime": 30}"#, "", Some((30, 0)))]
    #[case::account(
        "",
        r#"{"9901": [{"type": "whatsapp", "call_count": 96, "total_time": "5", "estimated_time_to_regain_access": 7}]}"#,
        Some((96, 7))
    )]
    #[case::both(
        r#"{"call_count": 99}"#,
        r#"{"9901": [{"call_count": 1}], "9902": [{"total_time": 40, "estimated_time_to_regain_access": 2}]}"#,
        Some((99, 2))
    )]
    #[case::none_of_them("", "", None)]
    #[case::no_json("plenty", "[", None)]
    #[case::other_shapes("[1]", r#"{"9901": "much", "9902": [7]}"#, None)]
    #[case::strange_numbers(r#"{"call_count": -3, "total_time": null}"#, "", Some((0, 0)))]
    fn the_highest_number_counts(
        #[case] app: &str,
        #[case] account: &str,
        #[case] expected: Option<(u32, u64)>,
    ) {
        let mut headers = HeaderMap::new();
        for (name, value) in [(APP, app), (ACCOUNT, account)] {
            if !value.is_empty() {
                headers.insert(name, HeaderValue::from_str(value).unwrap());
            }
        }

        let usage = read(&headers, Instant::now());

        let seen = usage.map(|usage| (usage.percent, usage.regain.as_secs() / 60));
        assert_eq!(seen, expected);
    }
}
