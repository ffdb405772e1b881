//! `POST /dev/core`: stops and starts the core inside the process, as restarting its container did. In `dev` only.

use aide::axum::routing::post_with;
use onprem::schema::{self, Described, boolean, required};
use onprem::{Code, Refusal};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Routes, to_the_end};
use crate::answer::{Answer, Refused};
use crate::auth::Admin;
use crate::body::JsonBody;
use crate::describe::Show;
use crate::lines::Here;

/// Where this call is.
pub(super) fn routes() -> Routes {
    vec![(
        "/dev/core",
        post_with(core, |operation| {
            operation
                .summary("Stop or start the core")
                .description(
                    "As stopping and starting the original's core container did. Answers when the core is in the wanted state.",
                )
                .shows(200, json!({"running": false}))
        }),
    )]
}

/// The wanted state.
pub(crate) struct CoreState;

impl Described for CoreState {
    const NAME: &'static str = "CoreState";

    fn schema() -> Value {
        schema::object([required("running", boolean())])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![
            ("stop", json!({"running": false})),
            ("start", json!({"running": true})),
        ]
    }
}

/// The core's state after the call.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Running {
    running: bool,
}

/// `POST /dev/core`.
pub(crate) async fn core(
    Here(web): Here,
    _: Admin,
    JsonBody(body, _): JsonBody<CoreState>,
) -> Result<Answer<200, Running>, Refused> {
    let running = parse(&body)?;
    to_the_end(async move {
        let Some(switch) = &web.core_switch else {
            return Err(Refusal::new(Code::INTERNAL, "there is no core to switch").with_status(404));
        };
        let internal = |trouble| Refusal::new(Code::INTERNAL, trouble).with_status(500);
        switch.switch(running).await.map_err(internal)
    })
    .await?;
    Ok(Answer(Running { running }))
}

fn parse(body: &[u8]) -> Result<bool, Refused> {
    let refuse =
        |code, details: String| Refused::from(Refusal::new(code, details).with_status(400));
    if body.trim_ascii().is_empty() {
        return Err(refuse(Code::MISSING, "a body is required".to_owned()));
    }
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| refuse(Code::BAD_REQUEST, error.to_string()))?;
    match body.get("running") {
        Some(Value::Bool(running)) => Ok(*running),
        None | Some(Value::Null) => Err(refuse(Code::MISSING, "running is required".to_owned())),
        Some(_) => Err(refuse(Code::INVALID, "running: true or false".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use rstest::rstest;

    use super::*;
    use crate::answer::tests::opened;

    #[test]
    fn the_wanted_state_is_read() {
        assert!(parse(b"{\"running\": true}").unwrap());
        assert!(!parse(b"{\"running\": false, \"why\": 1}").unwrap());
    }

    #[rstest]
    #[case("", 1008)]
    #[case("{}", 1008)]
    #[case("[]", 1008)]
    #[case("{\"running\": null}", 1008)]
    #[case("{\"running\": \"true\"}", 1009)]
    #[case("{\"running\": tr", 1025)]
    #[tokio::test]
    async fn anything_else_is_400(#[case] body: &str, #[case] code: u16) {
        let refused = parse(body.as_bytes()).unwrap_err();

        let (status, _, body) = opened(refused.into_response()).await;
        assert_eq!((status, &body["errors"][0]["code"]), (400, &code.into()));
    }
}
