//! `/v1/users/login`, `/v1/users/logout`, and the life of a token.

use futures_util::future::join_all;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use super::super::{assert_refused, plain};
use super::{OTHER, is_let_in, log_in, new_user};
use crate::support::{Api, Dev, Guest, SOON, hex, sha256};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_password_has_to_be_changed() {
    let dev = Dev::builder().raw().start().await;
    let api = dev.anonymous();
    assert_eq!(
        dev.endpoints["admin"],
        json!({"username": "admin", "password": "secret"})
    );

    for body in [
        None,
        Some(json!({})),
        Some(json!({"new_password": ""})),
        Some(json!({"new_password": null})),
    ] {
        let answer = log_in(&api, "admin", "secret", body.as_ref()).await;
        insta::allow_duplicates! {
            insta::assert_json_snapshot!(answer.whole(), @r#"
            {
              "body": {
                "errors": [
                  {
                    "code": 1024,
                    "details": "the first password must be changed: send new_password with this login",
                    "title": "Password Change Required"
                  }
                ],
                "meta": {
                  "api_status": "stable",
                  "version": "v2.53.1"
                }
              },
              "status": 403
            }
            "#);
        }
    }
    let weak = log_in(
        &api,
        "admin",
        "secret",
        Some(&json!({"new_password": "weak"})),
    )
    .await;
    insta::assert_json_snapshot!(weak.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1009,
            "details": "new_password: is too weak, it must have 8 to 64 characters, a digit, an upper-case letter, a special character such as ! # $ % & * + - . / : = ? @ _",
            "title": "Parameter value is not valid"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 400
    }
    "#);
    let unchanged = log_in(
        &api,
        "admin",
        "secret",
        Some(&json!({"new_password": "secret"})),
    )
    .await;
    assert_refused(&unchanged, (400, 1009), &["new_password"]);
    let broken = Api::finish(
        api.request("POST", "/v1/users/login")
            .basic_auth("admin", Some("secret"))
            .body("{\"new"),
    );
    assert_refused(&broken.await, (400, 1025), &["JSON"]);

    let changed = log_in(
        &api,
        "admin",
        "secret",
        Some(&json!({"new_password": OTHER})),
    )
    .await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert!(is_let_in(&api.logged_in(&changed)).await);
    assert_refused(
        &log_in(&api, "admin", "secret", None).await,
        (401, 1005),
        &[],
    );
    assert_eq!(log_in(&api, "admin", OTHER, None).await.status, 200);

    // Programs that wait for the endpoints learn the password that is in force.
    let endpoints = std::fs::read(dev.folder.path().join("endpoints.json")).unwrap();
    let endpoints: Value = serde_json::from_slice(&endpoints).unwrap();
    assert_eq!(
        endpoints["admin"],
        json!({"username": "admin", "password": OTHER})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_gives_a_token_for_seven_days() {
    let guest = Guest::arrive().await;
    let before = Timestamp::now();

    let answer = log_in(&guest.api, "admin", Dev::PASSWORD, None).await;

    let user = &answer.body["users"][0];
    let (token, expires) = (
        user["token"].as_str().unwrap(),
        user["expires_after"].as_str().unwrap(),
    );
    let names = [(token, "[token]"), (expires, "[expiry]")];
    insta::assert_json_snapshot!(plain(&answer.whole(), &names), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "users": [
          {
            "expires_after": "[expiry]",
            "token": "[token]"
          }
        ]
      },
      "status": 200
    }
    "#);
    let end: Timestamp = expires.parse().unwrap();
    assert_eq!(expires, end.strftime("%Y-%m-%d %H:%M:%S+00:00").to_string());
    assert!(
        before + 167.hours() < end && end <= Timestamp::now() + 168.hours(),
        "{expires}"
    );
    assert!(
        token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)),
        "{token}"
    );
    assert!(is_let_in(&guest.api.with_token(token)).await);
    assert!(
        is_let_in(&guest.api).await,
        "several tokens are good at once"
    );
}

/// `rest-api.md` 1.1: it is refused, and dropped when it is next presented.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_after_its_seven_days() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    let user = api.login(&new_user(&api).await, Dev::PASSWORD).await;
    let store = rusqlite::Connection::open(dev.folder.path().join("landline.db")).unwrap();
    store.busy_timeout(SOON).unwrap();
    let token = hex(&sha256(user.token().as_bytes()));
    let aged = "UPDATE record SET value = CAST(json_set(CAST(value AS TEXT),
            '$.expires_ms', CAST(value AS TEXT) ->> '$.expires_ms' - 604800000) AS BLOB)
        WHERE kind = 'token' AND name = ?1";
    assert_eq!(store.execute(aged, [&token]).unwrap(), 1);

    let refused = user.get("/v1/users/admin").await;

    assert_refused(&refused, (401, 1005), &["Invalid credentials"]);
    let left = store.query_row(
        "SELECT count(*) FROM record WHERE name = ?1",
        [&token],
        |row| row.get::<_, i64>(0),
    );
    assert_eq!(left.unwrap(), 0);
    assert!(is_let_in(&api).await, "others are not concerned");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_takes_whatever_stands_in_its_body() {
    let guest = Guest::arrive().await;
    let username = new_user(&guest.api).await;
    let user = guest.api.login(&username, Dev::PASSWORD).await;
    let request = || {
        guest
            .api
            .bare("POST", "/v1/users/login")
            .basic_auth(&username, Some(Dev::PASSWORD))
    };

    for request in [
        request(),
        request().header("content-type", "application/json"),
        request().header("content-type", "text/plain").body("{}"),
        request().json(&json!({"username": "admin", "password": "something else"})),
        // One client sends its password as the new one at every login.
        request().json(&json!({"new_password": Dev::PASSWORD})),
    ] {
        let answer = Api::finish(request).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    assert!(is_let_in(&user).await, "nothing was changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_known_is_told_no_more_than_that() {
    let guest = Guest::arrive().await;

    let wrong = log_in(&guest.api, "admin", "not the password", None).await;
    let nobody = log_in(&guest.api, "nobody.at.all", "not the password", None).await;

    insta::assert_json_snapshot!(wrong.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1005,
            "details": "Invalid credentials",
            "title": "Access denied"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 401
    }
    "#);
    assert_eq!(wrong.whole(), nobody.whole());
    assert!(
        wrong.header("www-authenticate").starts_with("Basic"),
        "{wrong:?}"
    );
    let anonymous = Api::finish(guest.dev().anonymous().request("POST", "/v1/users/login")).await;
    assert_refused(&anonymous, (401, 1005), &[]);
    let with_token = Api::finish(guest.api.request("POST", "/v1/users/login")).await;
    assert_refused(&with_token, (401, 1005), &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_revokes_that_token_only() {
    let guest = Guest::arrive().await;
    let username = new_user(&guest.api).await;
    let first = guest.api.login(&username, Dev::PASSWORD).await;
    let second = guest.api.login(&username, Dev::PASSWORD).await;

    let answer = first.call("POST", "/v1/users/logout", None).await;

    insta::assert_json_snapshot!(answer.whole(), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 200
    }
    "#);
    assert!(!is_let_in(&first).await);
    assert!(is_let_in(&second).await);
    let again = first.call("POST", "/v1/users/logout", None).await;
    assert_refused(&again, (401, 1005), &[]);
    assert!(is_let_in(&second).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_failed_logins_in_a_minute_are_enough() {
    let dev = Dev::builder().start().await;
    let api = dev.api().await;
    let username = new_user(&api).await;
    let fail = async |username: &str| log_in(&api, username, "not the password", None).await;

    for _ in 0..9 {
        assert_eq!(fail(&username).await.refusal(), (401, 1005));
    }
    // The right one clears what went before.
    assert_eq!(
        log_in(&api, &username, Dev::PASSWORD, None).await.status,
        200
    );
    for _ in 0..10 {
        assert_eq!(fail(&username).await.refusal(), (401, 1005));
    }
    let refused = fail(&username).await;
    let seconds = refused.header("retry-after").to_owned();
    let names = [(seconds.as_str(), "[seconds]")];
    insta::assert_json_snapshot!(plain(&refused.whole(), &names), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1015,
            "details": "too many failed logins: try again in [seconds] s",
            "title": "Too many requests"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 429
    }
    "#);
    assert!((1..=60).contains(&seconds.parse().unwrap()), "{seconds}");
    assert_eq!(
        log_in(&api, &username, Dev::PASSWORD, None).await.refusal(),
        (429, 1015)
    );
    assert_eq!(
        log_in(&api, "admin", Dev::PASSWORD, None).await.status,
        200,
        "others come in"
    );

    // From one address, over all users.
    let names: Vec<String> = (0..100).map(|n| format!("guess.{n}")).collect();
    let answers = join_all(names.iter().map(|name| fail(name))).await;
    let count = |refusal: (u16, u64)| {
        answers
            .iter()
            .filter(|answer| answer.refusal() == refusal)
            .count()
    };
    assert_eq!(count((401, 1005)) + count((429, 1015)), 100, "{answers:?}");
    let last = fail("guess.last").await;
    assert_eq!(last.refusal(), (429, 1015), "{last:?}");
    assert!(
        count((401, 1005)) >= 80,
        "not before a hundred: {}",
        count((401, 1005))
    );
    assert!(is_let_in(&api).await, "tokens are not concerned");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_all_tokens_but_the_one_it_was_changed_with() {
    let guest = Guest::arrive().await;
    let username = new_user(&guest.api).await;
    let path = format!("/v1/users/{username}");
    let first = guest.api.login(&username, Dev::PASSWORD).await;
    let second = guest.api.login(&username, Dev::PASSWORD).await;

    assert_eq!(
        first.put(&path, &json!({"password": OTHER})).await.status,
        200
    );
    assert!(is_let_in(&first).await);
    assert!(!is_let_in(&second).await);

    assert_eq!(
        guest
            .api
            .put(&path, &json!({"password": Dev::PASSWORD}))
            .await
            .status,
        200
    );
    assert!(!is_let_in(&first).await, "the admin changed it");
    assert!(is_let_in(&guest.api).await);

    let third = guest.api.login(&username, Dev::PASSWORD).await;
    let at_login = log_in(
        &guest.api,
        &username,
        Dev::PASSWORD,
        Some(&json!({"new_password": OTHER})),
    )
    .await;
    assert_eq!(at_login.status, 200, "{at_login:?}");
    assert!(!is_let_in(&third).await, "changed by a login");
    assert!(is_let_in(&guest.api.logged_in(&at_login)).await);
}
