//! `/v1/users`, `/v1/users/login`, `/v1/users/logout`.

use futures_util::future::join_all;
use jiff::{Timestamp, ToSpan as _};
use rstest::rstest;
use serde_json::{Value, json};

use super::{assert_refused, plain};
use crate::support::{Answer, Api, Dev, Guest, new_customer};

const OTHER: &str = "An0ther.One!";

/// A login with a body, or with neither body nor content type.
async fn log_in(api: &Api, username: &str, password: &str, body: Option<&Value>) -> Answer {
    let mut request = api
        .bare("POST", "/v1/users/login")
        .basic_auth(username, Some(password));
    if let Some(body) = body {
        request = request.json(body);
    }
    Api::finish(request).await
}

/// Whether a token is still good.
async fn is_let_in(user: &Api) -> bool {
    match user.get("/v1/health").await.status {
        200 => true,
        401 => false,
        other => panic!("{other}"),
    }
}

/// A new user; its name.
async fn new_user(api: &Api) -> String {
    let username = format!("ops.{}", new_customer());
    let answer = api
        .post(
            "/v1/users",
            &json!({"username": username, "password": Dev::PASSWORD}),
        )
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    username
}

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
async fn a_user_is_made_shown_changed_and_deleted() {
    let guest = Guest::arrive().await;
    let api = &guest.api;
    let username = format!("ops.{}@x-y_z", new_customer());
    let (path, names) = (
        format!("/v1/users/{username}"),
        [(username.as_str(), "[username]")],
    );
    let body = json!({"username": username, "password": Dev::PASSWORD});

    let created = api.post("/v1/users", &body).await;
    insta::assert_json_snapshot!(plain(&created.whole(), &names), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "users": [
          {
            "username": "[username]"
          }
        ]
      },
      "status": 201
    }
    "#);
    let duplicate = api.post("/v1/users", &body).await;
    insta::assert_json_snapshot!(plain(&duplicate.whole(), &names), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1014,
            "details": "cannot create the user [username]: it may exist already",
            "title": "Internal error"
          }
        ],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 500
    }
    "#);
    let shown = api.get(&path).await;
    insta::assert_json_snapshot!(plain(&shown.whole(), &names), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "users": [
          {
            "ROLES": "ROLE_USER",
            "username": "[username]"
          }
        ]
      },
      "status": 200
    }
    "#);
    let changed = api.put(&path, &json!({"password": OTHER})).await;
    insta::assert_json_snapshot!(plain(&changed.whole(), &names), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "users": [
          {
            "username": "[username]"
          }
        ]
      },
      "status": 200
    }
    "#);
    assert_refused(
        &log_in(api, &username, Dev::PASSWORD, None).await,
        (401, 1005),
        &[],
    );
    let user = api.login(&username, OTHER).await;
    let deleted = api.delete(&path).await;
    insta::assert_json_snapshot!(plain(&deleted.whole(), &names), @r#"
    {
      "body": {
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        },
        "users": [
          {
            "username": "[username]"
          }
        ]
      },
      "status": 200
    }
    "#);
    assert!(!is_let_in(&user).await, "its tokens go with it");
    assert_refused(&log_in(api, &username, OTHER, None).await, (401, 1005), &[]);

    for answer in [
        api.get(&path).await,
        api.put(&path, &json!({"password": OTHER})).await,
        api.delete(&path).await,
    ] {
        assert_refused(&answer, (404, 1006), &[&username]);
    }
    assert_eq!(
        api.post("/v1/users", &body).await.status,
        201,
        "the name is free again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_built_in_user_stays() {
    let guest = Guest::arrive().await;

    let shown = guest.api.get("/v1/users/admin").await;
    assert_eq!(
        shown.body["users"],
        json!([{"username": "admin", "ROLES": "ROLE_ADMIN"}])
    );
    let deleted = guest.api.delete("/v1/users/admin").await;

    assert_refused(&deleted, (403, 1005), &["admin"]);
    let listed = guest.api.get("/v1/users").await;
    assert_refused(&listed, (405, 1025), &[]);
    assert_eq!(listed.header("allow"), "POST");
}

#[rstest]
#[case(json!({"password": "Str0ng.Enough!"}), 1008, &["username"])]
#[case(json!({"username": "ops.reader"}), 1008, &["password"])]
#[case(json!({"username": null, "password": "Str0ng.Enough!"}), 1008, &["username"])]
#[case(json!({"username": "abc", "password": "Str0ng.Enough!"}), 1009, &["username", "4", "32"])]
#[case(json!({"username": "a".repeat(33), "password": "Str0ng.Enough!"}), 1009, &["username", "4", "32"])]
#[case(json!({"username": "ops reader", "password": "Str0ng.Enough!"}), 1009, &["username"])]
#[case(json!({"username": 12345, "password": "Str0ng.Enough!"}), 1009, &["username"])]
#[case(json!({"username": "ops.reader", "password": "Sh0rt.!"}), 1009, &["password", "8 to 64"])]
#[case(json!({"username": "ops.reader", "password": "No.Digit.Here!"}), 1009, &["password", "digit"])]
#[case(json!({"username": "ops.reader", "password": "no.upper.case1"}), 1009, &["password", "upper-case"])]
#[case(json!({"username": "ops.reader", "password": "NO.LOWER.CASE1"}), 1009, &["password", "lower-case"])]
#[case(json!({"username": "ops.reader", "password": "NothingSpecial1"}), 1009, &["password", "special"])]
#[case(json!({"username": "ops.reader", "password": ["Str0ng.Enough!"]}), 1009, &["password"])]
#[tokio::test(flavor = "multi_thread")]
async fn a_user_against_the_rules_is_refused(
    #[case] body: Value,
    #[case] code: u64,
    #[case] words: &[&str],
) {
    let guest = Guest::arrive().await;

    let answer = guest.api.post("/v1/users", &body).await;

    assert_refused(&answer, (400, code), words);
    assert!(
        !answer.details().contains("Enough"),
        "a password is not repeated: {answer:?}"
    );
    assert_refused(
        &guest.api.get("/v1/users/ops.reader").await,
        (404, 1006),
        &[],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_against_the_rules_is_refused() {
    let guest = Guest::arrive().await;
    let path = format!("/v1/users/{}", new_user(&guest.api).await);

    assert_refused(
        &guest.api.put(&path, &json!({})).await,
        (400, 1008),
        &["password"],
    );
    assert_refused(&guest.api.call("PUT", &path, None).await, (400, 1008), &[]);
    assert_refused(
        &guest.api.put(&path, &json!({"password": "weak"})).await,
        (400, 1009),
        &["password"],
    );
    assert_refused(
        &guest.api.call("POST", "/v1/users", None).await,
        (400, 1008),
        &[],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_user_administers_nothing_but_itself() {
    let guest = Guest::arrive().await;
    let username = new_user(&guest.api).await;
    let user = guest.api.login(&username, Dev::PASSWORD).await;
    let own = format!("/v1/users/{username}");

    let refused = user.get("/v1/settings/application").await;
    insta::assert_json_snapshot!(refused.whole(), @r#"
    {
      "body": {
        "errors": [
          {
            "code": 1005,
            "details": "only the administrator may make this call",
            "title": "Access denied"
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
    for (method, path) in [
        ("POST", "/v1/users"),
        ("GET", "/v1/users/admin"),
        ("PUT", "/v1/users/admin"),
        ("DELETE", "/v1/users/admin"),
        ("DELETE", own.as_str()),
        ("POST", "/v1/account"),
        ("POST", "/v1/account/verify"),
        ("POST", "/v1/account/shards"),
        ("PATCH", "/v1/settings/application"),
        ("DELETE", "/v1/settings/application"),
        ("POST", "/v1/settings/account/two-step"),
        ("GET", "/v1/settings/profile/about"),
        ("GET", "/v1/certificates/webhooks/ca"),
        ("POST", "/v1/settings/backup"),
        ("POST", "/dev/core"),
    ] {
        let body = json!({"password": OTHER, "running": false});
        let answer = user.call(method, path, Some(&body)).await;
        assert_eq!(answer.refusal(), (403, 1005), "{method} {path}: {answer:?}");
    }

    assert_eq!(
        user.get(&own).await.body["users"],
        json!([{"username": username, "ROLES": "ROLE_USER"}])
    );
    assert_eq!(
        user.put(&own, &json!({"password": OTHER})).await.status,
        200
    );
    assert_eq!(user.get("/v1/health").await.status, 200);
    assert_eq!(
        user.post("/v1/contacts", &json!({"contacts": ["12025550143"]}))
            .await
            .status,
        200
    );
    assert!(is_let_in(&guest.api).await, "the admin is still there");
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
