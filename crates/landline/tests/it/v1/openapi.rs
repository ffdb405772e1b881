//! The API's description of itself.

use std::collections::BTreeSet;

use serde_json::Value;
use tokio::process::Command;

use super::assert_refused;
use crate::support::{Api, Guest};

#[tokio::test(flavor = "multi_thread")]
async fn the_program_prints_the_document_that_it_serves() {
    let guest = Guest::arrive().await;

    let served = guest.dev().anonymous().get("/v1/openapi.json").await;
    let printed = Command::new(env!("CARGO_BIN_EXE_landline"))
        .arg("openapi")
        .output()
        .await
        .unwrap();

    assert_eq!(served.status, 200);
    assert_eq!(served.header("content-type"), "application/json");
    assert!(printed.status.success());
    assert!(served.bytes == printed.stdout, "the two documents differ");
    assert_eq!(served.body["openapi"], "3.1.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_not_sent_to_whoever_has_it() {
    let guest = Guest::arrive().await;
    let anonymous = guest.dev().anonymous();
    let first = anonymous.get("/v1/openapi.json").await;
    let tag = first.header("etag");
    assert_eq!(first.header("cache-control"), "no-cache");

    for known in [tag.to_owned(), format!("\"x\", W/{tag}"), "*".to_owned()] {
        let request = anonymous.bare("GET", "/v1/openapi.json");
        let again = Api::finish(request.header("if-none-match", &known)).await;
        assert_eq!((again.status, again.bytes.len()), (304, 0), "{known}");
        assert_eq!(again.header("etag"), tag);
    }

    let request = anonymous.bare("GET", "/v1/openapi.json");
    let other = Api::finish(request.header("if-none-match", "\"x\"")).await;
    assert_eq!(other.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_path_offers_exactly_the_methods_of_the_document() {
    let guest = Guest::arrive().await;
    let anonymous = guest.dev().anonymous();
    let document = anonymous.get("/v1/openapi.json").await.body;

    for (path, item) in document["paths"].as_object().unwrap() {
        let mut documented: BTreeSet<String> = item
            .as_object()
            .unwrap()
            .keys()
            .map(|method| method.to_ascii_uppercase())
            .collect();
        if documented.contains("GET") {
            documented.insert("HEAD".to_owned());
        }

        let answer = anonymous
            .call("OPTIONS", &path.replace(['{', '}'], ""), None)
            .await;

        assert_eq!(answer.status, 200, "{path}");
        let offered: BTreeSet<String> = answer
            .header("allow")
            .split(',')
            .map(str::to_owned)
            .collect();
        assert_eq!(offered, documented, "{path}");
    }
}

/// `rest-api.md` 1.3: a slash at the end makes no difference; what can be got can be asked for its headers.
#[tokio::test(flavor = "multi_thread")]
async fn every_path_may_end_with_a_slash_and_be_asked_for_its_headers() {
    let guest = Guest::arrive().await;
    let anonymous = guest.dev().anonymous();
    let document = anonymous.get("/v1/openapi.json").await.body;

    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path.replace(['{', '}'], "");
        let slashed = format!("{}/", path.trim_end_matches('/'));
        for method in item.as_object().unwrap().keys() {
            let method = method.to_ascii_uppercase();
            let plain = anonymous.call(&method, &path, None).await;
            let with_slash = anonymous.call(&method, &slashed, None).await;
            assert_eq!(with_slash.whole(), plain.whole(), "{method} {path}");
            if method == "GET" {
                let head = anonymous.call("HEAD", &path, None).await;
                assert_eq!((head.status, head.bytes.len()), (plain.status, 0), "{path}");
                assert_eq!(
                    head.header("content-type"),
                    plain.header("content-type"),
                    "{path}"
                );
            }
        }
        let options = anonymous.call("OPTIONS", &slashed, None).await;
        let same = anonymous.call("OPTIONS", &path, None).await;
        assert_eq!(options.header("allow"), same.header("allow"), "{path}");
        let other = anonymous.call("BREW", &slashed, None).await;
        assert_refused(&other, (405, 1025), &["BREW"]);
    }
}

/// Only what says so in the document answers without credentials.
#[tokio::test(flavor = "multi_thread")]
async fn without_credentials_only_the_documented_calls_answer() {
    let guest = Guest::arrive().await;
    let anonymous = guest.dev().anonymous();
    let document = anonymous.get("/v1/openapi.json").await.body;

    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let answer = anonymous
                .call(
                    &method.to_ascii_uppercase(),
                    &path.replace(['{', '}'], ""),
                    None,
                )
                .await;

            let is_open = operation["security"]
                == Value::from_iter([Value::Object([].into_iter().collect())]);
            assert_eq!(answer.status != 401, is_open, "{method} {path}");
            assert_eq!(
                operation["responses"].get("401").is_none(),
                is_open,
                "{method} {path}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_shown_the_page_and_the_page_trusts_nobody() {
    let guest = Guest::arrive().await;
    let anonymous = guest.dev().anonymous();

    let page = anonymous
        .bare("GET", "/")
        .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    let page = Api::finish(page).await;

    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    let html = String::from_utf8(page.bytes.to_vec()).unwrap();
    assert!(html.contains("/v1/openapi.json"));
}
