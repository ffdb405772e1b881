//! Who may call what: each row of the index of calls (`rest-api.md` 1.2 and 17).

use serde_json::json;

use super::assert_refused;
use crate::support::{Api, Dev};

use super::metrics::KEY;

/// The administrator's calls.
const ADMIN: &[(&str, &str)] = &[
    ("POST", "/v1/users"),
    ("GET", "/v1/users/admin"),
    ("PUT", "/v1/users/admin"),
    ("DELETE", "/v1/users/admin"),
    ("POST", "/v1/account"),
    ("POST", "/v1/account/verify"),
    ("POST", "/v1/account/shards"),
    ("GET", "/v1/account/shards"),
    ("POST", "/v1/settings/account/two-step"),
    ("DELETE", "/v1/settings/account/two-step"),
    ("POST", "/v1/certificates/external"),
    ("DELETE", "/v1/certificates/external"),
    ("GET", "/v1/certificates/external/ca"),
    ("POST", "/v1/certificates/webhooks/ca"),
    ("GET", "/v1/certificates/webhooks/ca"),
    ("DELETE", "/v1/certificates/webhooks/ca"),
    ("GET", "/v1/settings/application"),
    ("PATCH", "/v1/settings/application"),
    ("DELETE", "/v1/settings/application"),
    ("GET", "/v1/settings/application/media/providers"),
    ("POST", "/v1/settings/application/media/providers"),
    ("DELETE", "/v1/settings/application/media/providers/shop"),
    ("GET", "/v1/settings/profile/about"),
    ("PATCH", "/v1/settings/profile/about"),
    ("GET", "/v1/settings/profile/photo"),
    ("POST", "/v1/settings/profile/photo"),
    ("DELETE", "/v1/settings/profile/photo"),
    ("GET", "/v1/settings/business/profile"),
    ("POST", "/v1/settings/business/profile"),
    ("GET", "/v1/settings/business/compliance_info"),
    ("POST", "/v1/settings/business/compliance_info"),
    ("GET", "/v1/settings/business/whatsapp_business_encryption"),
    ("POST", "/v1/settings/business/whatsapp_business_encryption"),
    ("POST", "/v1/settings/backup"),
    ("POST", "/v1/settings/restore"),
];

/// Every user's calls; those that change something are made so that they change nothing.
const USER: &[(&str, &str)] = &[
    ("POST", "/v1/contacts"),
    ("GET", "/v1/contacts/12025550199/identity"),
    ("PUT", "/v1/contacts/12025550199/identity"),
    ("POST", "/v1/media"),
    ("GET", "/v1/media/00000000-0000-4000-8000-000000000000"),
    ("DELETE", "/v1/media/00000000-0000-4000-8000-000000000000"),
    ("POST", "/v1/messages"),
    ("PUT", "/v1/messages/x"),
    ("PUT", "/v1/services/message/gc"),
    ("PUT", "/v1/services/media/gc"),
    ("GET", "/v1/support"),
    ("GET", "/v1/stickerpacks"),
    ("POST", "/v1/stickerpacks"),
    ("GET", "/v1/stickerpacks/x"),
    ("PATCH", "/v1/stickerpacks/x"),
    ("DELETE", "/v1/stickerpacks/x"),
    ("GET", "/v1/stickerpacks/x/stickers"),
    ("POST", "/v1/stickerpacks/x/stickers"),
    ("GET", "/v1/stickerpacks/x/stickers/0"),
    ("PATCH", "/v1/stickerpacks/x/stickers/0"),
    ("DELETE", "/v1/stickerpacks/x/stickers/0"),
    ("GET", "/v1/groups"),
    ("POST", "/v1/groups"),
];

/// Those that the API key opens too.
const KEYED: &[(&str, &str)] = &[
    ("GET", "/v1/health"),
    ("GET", "/metrics"),
    ("GET", "/v1/metrics"),
    ("GET", "/v1/stats/app"),
    ("GET", "/v1/stats/app/internal"),
    ("GET", "/v1/stats/db"),
    ("GET", "/v1/stats/db/internal"),
];

/// Whether whoever calls is let in, whatever becomes of the call.
async fn is_let_in(api: &Api, authorization: &str, method: &str, path: &str) -> bool {
    let request = api
        .bare(method, path)
        .header("authorization", authorization);
    let answer = Api::finish(request).await;
    match answer.status {
        401 => {
            assert_refused(&answer, (401, 1005), &[]);
            false
        }
        403 => {
            let said = "only the administrator may make this call";
            assert_refused(&answer, (403, 1005), &[said]);
            assert_eq!(answer.details(), said);
            false
        }
        _ => true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_has_its_callers() {
    let dev = Dev::builder().env("LANDLINE_API_KEY", KEY).start().await;
    let (admin, api) = (dev.api().await, dev.anonymous());
    let user = json!({"username": "ops.reader", "password": Dev::PASSWORD});
    assert_eq!(admin.post("/v1/users", &user).await.status, 201);
    let user = api.login("ops.reader", Dev::PASSWORD).await;
    let (user, admin) = (
        format!("Bearer {}", user.token()),
        format!("Bearer {}", admin.token()),
    );
    let key = format!("Apikey {KEY}");
    // `admin` with the right password: good for one call only.
    let password = format!(
        "Basic {}",
        crate::support::base64(format!("admin:{}", Dev::PASSWORD).as_bytes())
    );

    for (calls, may_user, may_key) in [
        (ADMIN, false, false),
        (USER, true, false),
        (KEYED, true, true),
    ] {
        for (method, path) in calls {
            let is_let_in =
                async |authorization: &str| is_let_in(&api, authorization, method, path).await;
            let refused = api.call(method, path, None).await;
            assert_refused(&refused, (401, 1005), &["Authorization"]);
            assert!(!is_let_in(&password).await, "{method} {path}");
            assert_eq!(is_let_in(&key).await, may_key, "{method} {path}");
            assert_eq!(is_let_in(&user).await, may_user, "{method} {path}");
            assert!(!is_let_in("Bearer x").await, "{method} {path}");
        }
    }
    // A user itself; nobody else.
    for (who, is_good) in [(&user, true), (&admin, true), (&key, false)] {
        let shown = is_let_in(&api, who, "GET", "/v1/users/ops.reader").await;
        assert_eq!(shown, is_good, "{who}");
    }
}
