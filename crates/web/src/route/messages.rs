//! Messages: send and mark as read (the reference's messages and section 13.1).

use aide::axum::routing::{post_with, put_with};
use landline_core::call::message::Accepted;
use onprem::message::{MarkRead, Outgoing};
use onprem::{MessageId, WaId};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{Routes, Segment, to_the_end};
use crate::answer::{Answer, Done, Refused};
use crate::auth::User;
use crate::body::JsonBody;
use crate::describe::Show;
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![
        (
            "/v1/messages",
            post_with(send, |operation| {
                operation.summary("Send a message").description(
                    "201 means that the message is on disk and will be sent; what becomes of it is told to the webhook. \
                     A template that does not fit, media that do not exist (404) and a line that is not ready (503) are \
                     told at once.",
                )
                .shows(201, json!({
                    "contacts": [{"input": "+1 202 555 0143", "wa_id": "12025550143"}],
                    "messages": [{"id": "gBGGEgJVUBQ_AgkW6VQ6Wzszgnk"}],
                }))
            }),
        ),
        (
            "/v1/messages/{id}",
            put_with(mark_read, |operation| {
                operation
                    .summary("Mark a received message as read")
                    .description("Earlier messages of the chat become read too. Again: no effect.")
                    .shows(200, json!({}))
            }),
        ),
    ]
}

/// `contacts` and `messages` of an answer.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Sent {
    contacts: [Contact; 1],
    messages: [Message; 1],
}

#[derive(Serialize, JsonSchema)]
struct Contact {
    /// `to`, to the letter.
    input: String,
    /// The recipient.
    #[schemars(with = "String")]
    wa_id: WaId,
}

#[derive(Serialize, JsonSchema)]
struct Message {
    /// Names the message in its statuses.
    #[schemars(with = "String")]
    id: MessageId,
}

impl From<Accepted> for Sent {
    fn from(Accepted { input, wa_id, id }: Accepted) -> Self {
        Self {
            contacts: [Contact { input, wa_id }],
            messages: [Message { id }],
        }
    }
}

/// `POST /v1/messages`. When it answers, the message is on disk.
pub(crate) async fn send(
    Here(web): Here,
    _: User,
    JsonBody(body, _): JsonBody<Outgoing>,
) -> Result<Answer<201, Sent>, Refused> {
    let accepted = web.line.accept(&body).await?;
    Ok(Answer(accepted.into()))
}

/// `PUT /v1/messages/{id}`.
pub(crate) async fn mark_read(
    Here(web): Here,
    _: User,
    Segment(id): Segment,
    JsonBody(body, _): JsonBody<MarkRead>,
) -> Result<Done, Refused> {
    to_the_end(async move { web.line.mark_read(&id, &body).await }).await?;
    Ok(Done::done())
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;
    use crate::answer::tests::opened;

    #[tokio::test]
    async fn an_accepted_message_is_201_with_input_wa_id_and_id() {
        let accepted = Accepted {
            input: "+1 202 555 0143".to_owned(),
            wa_id: WaId::from_network("12025550143"),
            id: serde_json::from_str("\"gBGGEgIlVQFD8gIJAAAAAAAAAAAA\"").unwrap(),
        };

        let answer = Answer::<201, _>(Sent::from(accepted));

        let (status, _, body) = opened(answer.into_response()).await;
        assert_eq!(status, 201);
        insta::assert_json_snapshot!(body, @r#"
        {
          "contacts": [
            {
              "input": "+1 202 555 0143",
              "wa_id": "12025550143"
            }
          ],
          "messages": [
            {
              "id": "gBGGEgIlVQFD8gIJAAAAAAAAAAAA"
            }
          ],
          "meta": {
            "api_status": "stable",
            "version": "v2.53.1"
          }
        }
        "#);
    }
}
