//! `/v1/groups`: withdrawn, on every path and verb (the reference's section 16).

use serde_json::json;

use super::assert_refused;
use crate::support::Guest;

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_groups_is_empty() {
    let guest = Guest::arrive().await;
    let user = guest.ordinary_user().await;

    let listed = user.get("/v1/groups").await;

    insta::assert_json_snapshot!(listed.whole(), @r#"
    {
      "body": {
        "groups": [],
        "meta": {
          "api_status": "stable",
          "version": "v2.53.1"
        }
      },
      "status": 200
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_else_is_not_found() {
    let guest = Guest::arrive().await;
    let body = json!({"subject": "Friends of coffee", "wa_ids": ["12025550143"]});

    for (method, path) in [
        ("POST", "/v1/groups"),
        ("GET", "/v1/groups/g1"),
        ("PUT", "/v1/groups/g1"),
        ("GET", "/v1/groups/g1/icon"),
        ("POST", "/v1/groups/g1/icon"),
        ("DELETE", "/v1/groups/g1/icon"),
        ("GET", "/v1/groups/g1/invite"),
        ("DELETE", "/v1/groups/g1/invite"),
        ("PATCH", "/v1/groups/g1/admins"),
        ("DELETE", "/v1/groups/g1/admins"),
        ("DELETE", "/v1/groups/g1/participants"),
        ("POST", "/v1/groups/g1/leave"),
        ("POST", "/v1/groups/g1/leave/"),
    ] {
        let answer = guest.api.call(method, path, Some(&body)).await;

        insta::allow_duplicates! {
            insta::assert_json_snapshot!(answer.whole(), @r#"
            {
              "body": {
                "errors": [
                  {
                    "code": 1006,
                    "details": "groups are not supported: they were withdrawn",
                    "title": "Resource not found"
                  }
                ],
                "meta": {
                  "api_status": "stable",
                  "version": "v2.53.1"
                }
              },
              "status": 404
            }
            "#);
        }
        let anonymous = guest.dev().anonymous().call(method, path, None).await;
        assert_refused(&anonymous, (401, 1005), &[]);
    }
}
