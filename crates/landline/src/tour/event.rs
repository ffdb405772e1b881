//! What notifications tell: a customer's message, or what became of one of ours.

use std::sync::Arc;

use serde_json::Value;

/// One event of a notification. Takes whatever JSON arrives: what is missing is `""`.
#[derive(Debug, Clone)]
pub(super) struct Event {
    json: Value,
    is_status: bool,
    notification: Arc<Value>,
}

/// The messages and statuses of a notification, in order.
pub(super) fn events(notification: &Value) -> Vec<Event> {
    let whole = Arc::new(notification.clone());
    let of = |kind: &str, is_status: bool| -> Vec<Event> {
        let list = notification.get(kind).and_then(Value::as_array);
        let event = |event: &Value| Event {
            json: event.clone(),
            is_status,
            notification: Arc::clone(&whole),
        };
        list.into_iter().flatten().map(event).collect()
    };
    let mut events = of("messages", false);
    events.extend(of("statuses", true));
    events
}

impl Event {
    /// The customer whom it is about.
    pub(super) fn customer(&self) -> &str {
        self.text(if self.is_status {
            "/recipient_id"
        } else {
            "/from"
        })
    }

    /// The message that came, or that the status is about.
    pub(super) fn id(&self) -> &str {
        self.text("/id")
    }

    /// `sent`, `delivered`, …; `None` for a message.
    pub(super) fn status(&self) -> Option<&str> {
        self.is_status.then(|| self.text("/status"))
    }

    /// What a customer wrote.
    pub(super) fn body(&self) -> Option<&str> {
        if self.is_status {
            return None;
        }
        self.json.pointer("/text/body").and_then(Value::as_str)
    }

    /// The code of its first error.
    pub(super) fn code(&self) -> Option<u64> {
        self.json.pointer("/errors/0/code").and_then(Value::as_u64)
    }

    /// The text at a JSON pointer into the event.
    pub(super) fn text(&self, pointer: &str) -> &str {
        self.json
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The whole body that was posted.
    pub(super) fn notification(&self) -> &Value {
        &self.notification
    }

    /// In a few words.
    pub(super) fn summary(&self) -> String {
        let customer = self.customer();
        match (self.status(), self.code()) {
            (Some(status), Some(code)) => format!("{status}, to +{customer}, code {code}"),
            (Some(status), None) => format!("{status}, to +{customer}"),
            (None, _) => match self.body() {
                Some(body) => format!("a message from +{customer}: \"{body}\""),
                None => format!("a message from +{customer}"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_is_an_event_of_its_sender() {
        let notification = json!({
            "contacts": [{"profile": {"name": "Noor"}, "wa_id": "13035550100"}],
            "messages": [{"from": "13035550100", "id": "ABGG1", "type": "text", "text": {"body": "Hi"}}]
        });

        let events = events(&notification);

        let [event] = events.as_slice() else {
            panic!("{events:?}")
        };
        assert_eq!(event.customer(), "13035550100");
        assert_eq!(
            (event.id(), event.status(), event.body()),
            ("ABGG1", None, Some("Hi"))
        );
        assert_eq!(event.summary(), "a message from +13035550100: \"Hi\"");
    }

    #[test]
    fn a_failure_is_an_event_of_its_recipient_with_a_code() {
        let notification = json!({"statuses": [
            {"id": "gBGG1", "recipient_id": "13035550101", "status": "failed", "errors": [{"code": 470}]}
        ]});

        let events = events(&notification);

        assert_eq!(events[0].status(), Some("failed"));
        assert_eq!(events[0].body(), None);
        assert_eq!(events[0].summary(), "failed, to +13035550101, code 470");
    }

    #[test]
    fn what_is_no_notification_has_no_events() {
        for value in [
            json!(null),
            json!([]),
            json!({"messages": 1}),
            json!({"errors": [{}]}),
        ] {
            assert!(events(&value).is_empty(), "{value}");
        }
    }
}
