//! A user's life.

use serde_json::json;

use crate::postman::step::{Auth, Step};

const NAME: &str = "postman.reader";

/// From creation to deletion.
pub(super) fn steps() -> Vec<Step> {
    vec![
        Step::api("POST", "/v1/users")
            .json(json!({"username": NAME, "password": "Quiet-Harbour-7"}))
            .is(&[201, 500])
            .then("// 500 with 1014 is how the original says that the name is taken: an earlier run did not come to its end.")
            .holds("the code is 1014 otherwise", "pm.response.code === 201 || body.errors[0].code === 1014"),
        Step::api("PUT", "/v1/users/{username}")
            .at("username", NAME)
            .json(json!({"password": "Quiet-Harbour-8"}))
            .is(&[200]),
        Step::api("GET", "/v1/users/{username}")
            .at("username", NAME)
            .is(&[200])
            .holds("an ordinary user", "body.users[0].ROLES === \"ROLE_USER\""),
        Step::api("POST", "/v1/users/login")
            .named("Log in as that user")
            .with(Auth::Basic(NAME, "Quiet-Harbour-8"))
            .is(&[200])
            .keeps("reader_token", "body.users[0].token"),
        Step::api("GET", "/v1/settings/application")
            .named("Make a call that is the administrator's")
            .with(Auth::Bearer("{{reader_token}}"))
            .is(&[403])
            .has_code(1005),
        Step::api("POST", "/v1/users/logout")
            .with(Auth::Bearer("{{reader_token}}"))
            .is(&[200]),
        Step::api("GET", "/v1/health")
            .named("Make a call with a token that was logged out")
            .with(Auth::Bearer("{{reader_token}}"))
            .is(&[401])
            .has_code(1005),
        Step::api("DELETE", "/v1/users/{username}")
            .at("username", NAME)
            .is(&[200]),
    ]
}
