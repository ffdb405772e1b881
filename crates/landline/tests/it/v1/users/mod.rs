//! `/v1/users`.

mod login;

use futures_util::future::join_all;
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
async fn of_many_who_want_one_name_one_gets_it() {
    let guest = Guest::arrive().await;
    let body = json!({"username": format!("ops.{}", new_customer()), "password": Dev::PASSWORD});

    let answers = join_all((0..6).map(|_| guest.api.post("/v1/users", &body))).await;

    let count = |status: u16| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    assert_eq!((count(201), count(500)), (1, 5), "{answers:?}");
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
