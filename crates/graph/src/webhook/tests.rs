use proptest::prelude::*;
use serde_json::json;

use super::*;

fn events(body: &Value) -> Vec<Event> {
    split(body.to_string().as_bytes()).unwrap()
}

/// The events of one change of `messages`.
fn of_messages(mut value: Value) -> Vec<Event> {
    value["metadata"] = json!({"display_phone_number": "12025550100", "phone_number_id": "2201"});
    events(&json!({"object": "whatsapp_business_account", "entry": [
        {"id": "9901", "changes": [{"field": "messages", "value": value}]}]}))
}

fn text_message(id: &str, from: &str) -> Value {
    json!({"from": from, "id": id, "timestamp": "1790000000", "type": "text", "text": {"body": "hi"}})
}

fn message_of(event: &Event) -> &Message {
    match &event.kind {
        Kind::Message { message, .. } => message,
        other => panic!("no message: {other:?}"),
    }
}

fn contact_name(event: &Event) -> Option<&str> {
    match &event.kind {
        Kind::Message { contact, .. } => contact.as_ref()?.profile.name.as_deref(),
        other => panic!("no message: {other:?}"),
    }
}

#[test]
fn a_message_keeps_its_content_under_its_own_name() {
    let events = of_messages(json!({
        "contacts": [{"profile": {"name": "Ada"}, "wa_id": "12025550143", "user_id": "US.1"}],
        "messages": [{"from": "12025550143", "from_user_id": "US.1", "id": "wamid.A", "timestamp": "1790000000",
            "type": "image", "image": {"id": "71", "mime_type": "image/png"}, "referral": {"source_id": "5"},
            "context": {"id": "wamid.B", "from": "12025550100", "forwarded": true}}]}));

    insta::assert_json_snapshot!(events, @r#"
    [
      {
        "phone_number_id": "2201",
        "account_id": "9901",
        "kind": {
          "message": {
            "message": {
              "from": "12025550143",
              "from_user_id": "US.1",
              "id": "wamid.A",
              "timestamp": "1790000000",
              "type": "image",
              "context": {
                "from": "12025550100",
                "id": "wamid.B",
                "forwarded": true
              },
              "image": {
                "id": "71",
                "mime_type": "image/png"
              },
              "referral": {
                "source_id": "5"
              }
            },
            "contact": {
              "profile": {
                "name": "Ada"
              },
              "wa_id": "12025550143",
              "user_id": "US.1"
            },
            "errors": []
          }
        }
      }
    ]
    "#);
    assert_eq!(events[0].customer(), "12025550143");
    assert_eq!(events[0].time_s(), 1_790_000_000);
    assert_eq!(events[0].seen_id(), "m:wamid.A");
}

#[test]
fn a_status_is_known_by_id_and_state() {
    let events = of_messages(json!({
        "contacts": [{"wa_id": "12025550143"}],
        "statuses": [{"id": "wamid.A", "status": "failed", "timestamp": 1_790_000_001, "recipient_id": "+12025550143",
            "biz_opaque_callback_data": "ll1.d.1", "conversation": null, "pricing": {"billable": false},
            "errors": [{"code": "131026", "message": "Message undeliverable", "error_data": {"details": "why"}}]}]}));

    let [event] = events.as_slice() else {
        panic!("one event: {events:?}");
    };
    assert_eq!(event.customer(), "12025550143");
    assert_eq!(event.time_s(), 1_790_000_001);
    assert_eq!(event.seen_id(), "s:wamid.A:failed");
    let Kind::Status(status) = &event.kind else {
        panic!("no status: {event:?}");
    };
    assert_eq!(status.conversation, None);
    assert_eq!(status.pricing, Some(json!({"billable": false})));
    assert_eq!(
        status.errors,
        [ErrorObject {
            code: 131_026,
            title: "Message undeliverable".into(),
            error_data: Some(ErrorData {
                details: "why".into()
            }),
        }]
    );
}

#[test]
fn what_only_groups_payments_and_identities_have_is_kept() {
    let events = of_messages(json!({
        "contacts": [{"wa_id": "12025550143", "identity_key_hash": "q1w2e3r4t5y="}],
        "messages": [{"from": "12025550143", "id": "wamid.A", "timestamp": "1", "type": "text", "text": {"body": "@Bo"},
            "group_id": "120363", "context": {"mentions": ["12025550144", 12_025_550_145_u64], "group_id": "120363"}}],
        "statuses": [
            {"id": "wamid.B", "status": "read", "timestamp": "1", "recipient_id": "120363", "recipient_type": "group",
                "recipient_participant_id": "12025550144"},
            {"id": "wamid.B", "status": "read", "timestamp": "1", "recipient_id": "120363", "recipient_type": "group",
                "recipient_participant_id": "12025550145"},
            {"id": "P1", "status": "failed", "timestamp": "1", "recipient_id": "12025550143", "type": "payment",
                "payment": {"reference_id": "r1"}},
            {"id": "wamid.C", "status": "sent", "timestamp": "1", "recipient_id": "12025550143",
                "recipient_identity_key_hash": "q1w2e3r4t5y="}]}));

    let Kind::Message {
        message,
        contact: Some(contact),
        ..
    } = &events[0].kind
    else {
        panic!("no message with a card: {events:?}");
    };
    assert_eq!(contact.identity_key_hash.as_deref(), Some("q1w2e3r4t5y="));
    assert_eq!(message.content.get("group_id"), Some(&json!("120363")));
    let context = message.context.as_ref().unwrap();
    assert_eq!(context.mentions, ["12025550144", "12025550145"]);
    assert_eq!(context.group_id.as_deref(), Some("120363"));
    let status = |at: usize| match &events[at].kind {
        Kind::Status(status) => status,
        other => panic!("no status: {other:?}"),
    };
    assert_eq!(status(1).recipient_type.as_deref(), Some("group"));
    // Two members of a group who read a message are two events.
    assert_ne!(events[1].seen_id(), events[2].seen_id());
    assert_eq!(status(3).kind.as_deref(), Some("payment"));
    assert_eq!(
        status(4).recipient_identity_key_hash.as_deref(),
        Some("q1w2e3r4t5y=")
    );
}

#[test]
fn several_of_everything_come_in_order() {
    let value = |ids: [&str; 2]| {
        json!({"metadata": {"phone_number_id": "2201"},
            "messages": ids.map(|id| text_message(id, "12025550143")),
            "statuses": [{"id": ids[0], "status": "sent", "timestamp": "1"}]})
    };
    let events = events(&json!({"object": "whatsapp_business_account", "entry": [
        {"id": "1", "changes": [{"field": "messages", "value": value(["a", "b"])},
                                {"field": "messages", "value": value(["c", "d"])}]},
        {"id": "2", "changes": [{"field": "messages", "value": value(["e", "f"])}]}]}));

    let ids: Vec<String> = events.iter().map(Event::seen_id).collect();
    assert_eq!(
        ids,
        [
            "m:a", "m:b", "s:a:sent", "m:c", "m:d", "s:c:sent", "m:e", "m:f", "s:e:sent"
        ]
    );
}

#[test]
fn cards_are_matched_by_number_and_by_id() {
    let events = of_messages(json!({
        "contacts": [{"profile": {"name": "Ben"}, "user_id": "DE.7"},
                     {"profile": {"name": "Ada"}, "wa_id": "12025550143"}],
        "messages": [text_message("a", "+12025550143"),
            {"from_user_id": "DE.7", "id": "b", "timestamp": "1", "type": "text", "text": {"body": "x"}},
            text_message("c", "12025550199")]}));

    let names: Vec<_> = events.iter().map(contact_name).collect();
    assert_eq!(names, [Some("Ada"), Some("Ben"), None]);
    let customers: Vec<_> = events.iter().map(Event::customer).collect();
    assert_eq!(customers, ["12025550143", "DE.7", "12025550199"]);
}

#[test]
fn a_single_card_stands_for_a_number_written_differently() {
    let card = json!([{"profile": {"name": "Ada"}, "wa_id": "12025550143"}]);

    let alone =
        of_messages(json!({"contacts": card, "messages": [text_message("a", "112025550143")]}));
    let taken = of_messages(json!({"contacts": card,
        "messages": [text_message("a", "12025550143"), text_message("b", "12025550144")]}));

    assert_eq!(contact_name(&alone[0]), Some("Ada"));
    assert_eq!(
        (contact_name(&taken[0]), contact_name(&taken[1])),
        (Some("Ada"), None)
    );
}

#[test]
fn errors_beside_an_empty_message_explain_it() {
    let events = of_messages(json!({
        "messages": [{"from": "12025550143", "id": "a", "timestamp": "1", "type": "interactive"}],
        "errors": [{"code": 131_000, "title": "Something went wrong"}]}));

    let [
        Event {
            kind: Kind::Message { errors, .. },
            ..
        },
    ] = events.as_slice()
    else {
        panic!("one message: {events:?}");
    };
    assert_eq!(errors[0].code, 131_000);
}

#[test]
fn an_event_names_the_message_it_is_about() {
    let about = |value| of_messages(value)[0].about().map(str::to_owned);
    let message = |message: Value| {
        let mut whole = json!({"id": "wamid.new", "from": "12025550143", "timestamp": "1"});
        whole
            .as_object_mut()
            .unwrap()
            .extend(message.as_object().unwrap().clone());
        json!({"messages": [whole]})
    };

    let status = json!({"statuses": [{"id": "wamid.A", "status": "read", "timestamp": "1"}]});
    assert_eq!(about(status).as_deref(), Some("wamid.A"));
    let answer = json!({"type": "text", "text": {"body": "yes"}, "context": {"id": "wamid.B"}});
    assert_eq!(about(message(answer)).as_deref(), Some("wamid.B"));
    let reaction = json!({"type": "reaction", "reaction": {"message_id": "wamid.C", "emoji": "x"}});
    assert_eq!(about(message(reaction)).as_deref(), Some("wamid.C"));
    let revoke = json!({"type": "revoke", "revoke": {"original_message_id": "wamid.D"}});
    assert_eq!(about(message(revoke)).as_deref(), Some("wamid.D"));
    for nothing in [
        json!({"type": "text", "text": {"body": "yes"}}),
        json!({"type": "text", "text": "yes", "context": {"forwarded": true}}),
        json!({"type": "reaction", "reaction": {"message_id": 7}}),
    ] {
        assert_eq!(about(message(nothing)), None);
    }
    assert_eq!(about(json!({"errors": [{"code": 1}]})), None);
}

#[test]
fn errors_that_explain_nothing_stand_alone() {
    let alone = of_messages(json!({"errors": [{"code": 130_429, "title": "Rate limit hit"}]}));
    let beside = of_messages(
        json!({"messages": [text_message("a", "12025550143")], "errors": [{"code": 1}]}),
    );

    assert!(matches!(&alone[0].kind, Kind::Error(error) if error.code == 130_429));
    assert_eq!((alone[0].customer(), alone[0].time_s()), ("", 0));
    assert!(matches!(&beside[1].kind, Kind::Error(error) if error.code == 1));
}

#[test]
fn what_cannot_be_read_is_kept_as_it_came() {
    let raw = [
        json!({"from": "12025550143", "type": "text", "timestamp": "1790000000"}),
        json!({"id": "", "type": "text"}),
        json!({"id": "a", "from": {"phone": "12025550143"}}),
        json!("a text"),
        json!(7),
    ];
    let events = of_messages(json!({"messages": raw, "statuses": [{"id": "a"}]}));

    let kept: Vec<&Value> = events
        .iter()
        .map(|event| match &event.kind {
            Kind::Field { field, value, .. } if field == "messages" => value,
            other => panic!("read after all: {other:?}"),
        })
        .collect();
    assert_eq!(
        kept,
        raw.iter().chain([&json!({"id": "a"})]).collect::<Vec<_>>()
    );
    assert_eq!(events[0].time_s(), 1_790_000_000);
    assert!(events.iter().all(|event| event.phone_number_id == "2201"));
}

#[test]
fn little_is_needed_to_be_a_message() {
    let events = of_messages(
        json!({"messages": {"id": 17, "from": null, "timestamp": null, "context": "odd",
        "errors": {"code": 131_051, "error_data": "no detail"}}}),
    );

    let message = message_of(&events[0]);
    assert_eq!(
        (
            message.id.as_str(),
            message.kind.as_str(),
            message.timestamp.as_str()
        ),
        ("17", "", "")
    );
    assert_eq!(message.content.get("context"), Some(&json!("odd")));
    assert_eq!(
        message.errors[0].error_data.as_ref().unwrap().details,
        "no detail"
    );
    assert_eq!((events[0].customer(), events[0].time_s()), ("", 0));
}

#[test]
fn other_fields_come_as_they_are_with_the_time_of_their_entry() {
    let body = |time: i64| {
        json!({"object": "whatsapp_business_account", "entry": [{"id": "9901", "time": time, "changes": [
            {"field": "message_template_status_update", "value": {"event": "APPROVED", "message_template_id": 5}}]}]})
    };

    let (first, again, later) = (events(&body(1)), events(&body(1)), events(&body(2)));

    assert_eq!(first[0].phone_number_id, "");
    assert_eq!(
        (first[0].account_id.as_str(), first[0].time_s()),
        ("9901", 1)
    );
    assert_eq!(first[0].seen_id(), again[0].seen_id());
    // Approved, paused, approved again: not a repetition.
    assert_ne!(first[0].seen_id(), later[0].seen_id());
    assert!(first[0].seen_id().starts_with("x:"));
    assert_eq!(first[0].seen_id().len(), 66);
}

#[test]
fn nothing_odd_around_the_messages_is_lost() {
    let events = events(&json!({"entry": [
        "an entry", {"id": "1"}, {"id": "2", "changes": ["a change", {"field": "messages"}, {"field": "messages", "value": 3},
        {"field": "messages", "value": {"messages": []}}, {"value": {"statuses": [{"id": "a", "status": "read"}]}}]}]}));

    let fields = events
        .iter()
        .filter(|event| matches!(event.kind, Kind::Field { .. }))
        .count();
    assert_eq!((fields, events.len()), (6, 7));
    assert_eq!(events[6].seen_id(), "s:a:read");
}

#[test]
fn another_object_has_no_events() {
    assert_eq!(
        split(br#"{"object":"page","entry":[{"id":"1"}]}"#),
        Ok(Vec::new())
    );
}

#[test]
fn a_body_that_is_none_is_named() {
    for (body, sentence) in [
        (
            "",
            "the body is not JSON: EOF while parsing a value at line 1 column 0",
        ),
        ("[]", "the body is not a JSON object"),
        (
            r#"{"object":"whatsapp_business_account"}"#,
            "the body has no `entry` array",
        ),
        (r#"{"entry":{}}"#, "the body has no `entry` array"),
    ] {
        assert_eq!(split(body.as_bytes()), Err(sentence.to_owned()));
    }
}

/// Any JSON; member names that the reader knows are frequent, so that they turn up with every type of value.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Few enough digits to be read back exactly without `float_roundtrip`.
        any::<i32>().prop_map(|micro| Value::from(f64::from(micro) / 1e6)),
        ".{0,8}".prop_map(Value::from),
        "[0-9]{1,11}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            object(inner),
        ]
    })
}

fn object(value: impl Strategy<Value = Value> + Clone + 'static) -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        prop::sample::select(vec![
            "id",
            "from",
            "from_user_id",
            "timestamp",
            "type",
            "context",
            "errors",
            "text",
            "status",
            "recipient_id",
            "recipient_user_id",
            "biz_opaque_callback_data",
            "conversation",
            "pricing",
            "recipient_type",
            "recipient_participant_id",
            "recipient_identity_key_hash",
            "identity_key_hash",
            "mentions",
            "group_id",
            "code",
            "title",
            "message",
            "error_data",
            "details",
            "profile",
            "name",
            "wa_id",
            "user_id",
            "forwarded",
            "referred_product",
        ])
        .prop_map(str::to_owned),
        ".{0,6}",
    ];
    prop::collection::btree_map(name, value, 0..8)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

fn element() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => (object(json_value().boxed()), "[a-z]{1,4}").prop_map(|(mut element, id)| {
            element["id"] = id.clone().into();
            element["status"] = "sent".into();
            element["timestamp"] = "1790000000".into();
            element["type"] = "text".into();
            element
        }),
        2 => object(json_value().boxed()),
        1 => json_value(),
    ]
}

proptest! {
    #[test]
    fn every_element_is_an_event_that_survives_being_stored(
        messages in prop::collection::vec(element(), 0..4),
        statuses in prop::collection::vec(element(), 0..4),
        contacts in prop::collection::vec(object(json_value().boxed()), 0..3),
        errors in json_value(),
    ) {
        let count = messages.len() + statuses.len();
        let events = of_messages(json!({"messages": messages, "statuses": statuses, "contacts": contacts, "errors": errors}));

        prop_assert!(events.len() >= count);
        for event in events {
            let stored = serde_json::to_vec(&event).unwrap();
            let read: Event = serde_json::from_slice(&stored).unwrap();
            prop_assert_eq!(read.seen_id(), event.seen_id());
            prop_assert_eq!(read, event);
        }
    }

    #[test]
    fn any_json_is_split_or_named(body in json_value()) {
        let wrapped = json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": body.clone()}]});

        prop_assert!(split(wrapped.to_string().as_bytes()).is_ok());
        prop_assert!(split(body.to_string().as_bytes()).is_err() || body.is_object());
    }

    #[test]
    fn any_bytes_are_split_or_named(body: Vec<u8>) {
        prop_assert!(split(&body).is_err());
    }
}
