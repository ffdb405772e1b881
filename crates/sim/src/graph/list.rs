//! Lists in pages: `{"data", "paging": {"cursors": {"before", "after"}, "next"?, "previous"?}}`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::form;
use crate::network::error::GraphError;
use crate::network::params::Params;

/// Elements on a page unless the call says otherwise.
const PAGE: usize = 25;
/// Most elements on a page.
const LONGEST_PAGE: usize = 250;

/// A page of `(id, object)`; `url` is where the list is asked for, `query` what it was asked with.
pub(crate) fn page(
    items: Vec<(String, Value)>,
    params: &Params,
    url: &str,
    query: &str,
) -> Result<Params, GraphError> {
    let limit = match params.text("limit")? {
        None => PAGE,
        Some(text) => text
            .trim()
            .parse::<usize>()
            .ok()
            .filter(|limit| *limit > 0)
            .ok_or_else(|| GraphError::parameter("Param limit must be a positive number."))?
            .min(LONGEST_PAGE),
    };
    let place = |name: &str| -> Result<Option<usize>, GraphError> {
        let Some(cursor) = params.text(name)? else {
            return Ok(None);
        };
        items
            .iter()
            .position(|(id, _)| self::cursor(id) == cursor)
            .map(Some)
            .ok_or_else(|| GraphError::parameter(format!("Param {name} is not a valid cursor.")))
    };
    let (start, end) = match (place("after")?, place("before")?) {
        (Some(after), _) => (after + 1, (after + 1 + limit).min(items.len())),
        (None, Some(before)) => (before.saturating_sub(limit), before),
        (None, None) => (0, limit.min(items.len())),
    };
    let total = items.len();
    let shown: Vec<(String, Value)> = items.into_iter().take(end).skip(start.min(end)).collect();
    let first = shown.first().map(|(id, _)| cursor(id)).unwrap_or_default();
    let last = shown.last().map(|(id, _)| cursor(id)).unwrap_or_default();
    let mut paging = Params::default();
    paging.set("cursors", json!({"before": first, "after": last}));
    if end < total && !shown.is_empty() {
        paging.set("next", link(url, query, "after", &last));
    }
    if start > 0 && !shown.is_empty() {
        paging.set("previous", link(url, query, "before", &first));
    }
    let mut page = Params::default();
    let data: Vec<Value> = shown.into_iter().map(|(_, object)| object).collect();
    page.set("data", data);
    page.set("paging", paging.0);
    Ok(page)
}

fn cursor(id: &str) -> String {
    URL_SAFE_NO_PAD.encode(id)
}

/// The same call at another place of the list; without the token.
fn link(url: &str, query: &str, name: &str, cursor: &str) -> String {
    let kept = query.split('&').filter(|part| {
        let known = form::pairs(part);
        known.first().is_some_and(|(name, _)| {
            !["after", "before", "access_token", "appsecret_proof"].contains(&name.as_str())
        })
    });
    let pair = format!("{name}={cursor}");
    let query: Vec<&str> = kept.chain([pair.as_str()]).collect();
    format!("{url}?{}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(count: usize, query: &str) -> Result<Params, GraphError> {
        let items = (0..count)
            .map(|at| (format!("id{at}"), json!(at)))
            .collect();
        let mut params = Params::default();
        for (name, value) in form::pairs(query) {
            params.set(&name, value);
        }
        page(items, &params, "http://sim.example/list", query)
    }

    #[test]
    fn following_next_shows_every_element_once() {
        let mut seen = Vec::new();
        let mut query = "limit=3&access_token=secret".to_owned();
        loop {
            let page = ask(8, &query).unwrap();
            seen.extend(page.array("data").unwrap().unwrap());
            let paging = page.object("paging").unwrap().unwrap();
            let Some(next) = paging.text("next").unwrap() else {
                break;
            };
            assert!(!next.contains("secret"), "{next}");
            query = next.split_once('?').unwrap().1.to_owned();
        }

        assert_eq!(json!(seen), json!([0, 1, 2, 3, 4, 5, 6, 7]));
    }

    #[test]
    fn previous_leads_back() {
        let second = ask(60, &format!("after={}", cursor("id24"))).unwrap();
        let previous = second
            .object("paging")
            .unwrap()
            .unwrap()
            .text("previous")
            .unwrap()
            .unwrap();

        let first = ask(60, previous.split_once('?').unwrap().1).unwrap();
        assert_eq!(
            first.array("data").unwrap().unwrap(),
            (0..25).map(|at| json!(at)).collect::<Vec<_>>()
        );
    }

    #[test]
    fn an_empty_list_has_cursors_too_and_a_wrong_cursor_is_refused() {
        insta::assert_json_snapshot!(Value::Object(ask(0, "").unwrap().0), @r#"
        {
          "data": [],
          "paging": {
            "cursors": {
              "after": "",
              "before": ""
            }
          }
        }
        "#);
        assert!(ask(3, "after=nonsense").is_err());
        assert!(ask(3, "limit=0").is_err());
    }
}
