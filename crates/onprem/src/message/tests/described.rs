//! What the document says of messages, against what the parsers do.

use super::*;

#[test]
fn every_example_is_accepted_and_every_type_has_one() {
    let examples = Outgoing::examples();

    let mut kinds: Vec<&str> = Content::KINDS.to_vec();
    for (title, body) in &examples {
        let message = parse(body).unwrap_or_else(|refusal| panic!("{title}: {refusal}"));
        kinds.retain(|kind| *kind != message.content.kind());
    }
    assert_eq!(kinds, Vec::<&str>::new());
    let mut titles: Vec<&str> = examples.iter().map(|(title, _)| *title).collect();
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), examples.len(), "each has a title of its own");
}

#[test]
fn every_type_has_its_own_schema_with_its_own_object() {
    let schema = Outgoing::schema();

    let kinds: Vec<&Value> = schema["oneOf"].as_array().unwrap().iter().collect();
    assert_eq!(kinds.len(), Content::KINDS.len());
    for (schema, kind) in kinds.into_iter().zip(Content::KINDS) {
        assert_eq!(schema["properties"]["type"]["enum"], json!([kind]));
        let required = schema["required"].as_array().unwrap();
        assert!(required.contains(&json!("to")) && required.contains(&json!(kind)));
        assert_eq!(required.contains(&json!("type")), *kind != "text");
    }
}

/// The limits stand in the schema as the parsers have them.
#[test]
fn a_text_is_described() {
    let text = &Outgoing::schema()["oneOf"][0];

    insta::assert_json_snapshot!(text, @r#"
    {
      "properties": {
        "biz_opaque_callback_data": {
          "description": "Comes back with every status of the message. An extension.",
          "maxLength": 512,
          "minLength": 1,
          "type": "string"
        },
        "context": {
          "description": "Quotes an earlier message of the chat. An extension.",
          "properties": {
            "message_id": {
              "minLength": 1,
              "type": "string"
            }
          },
          "required": [
            "message_id"
          ],
          "type": "object"
        },
        "messaging_product": {
          "description": "Of the hosted API; without effect.",
          "enum": [
            "whatsapp"
          ],
          "type": "string"
        },
        "preview_url": {
          "description": "Shows a preview of the first URL.",
          "type": "boolean"
        },
        "recipient_type": {
          "enum": [
            "individual"
          ],
          "type": "string"
        },
        "text": {
          "properties": {
            "body": {
              "description": "`*bold*`, `_italic_`, `~strike~` and three backticks for monospace are shown as such.",
              "maxLength": 4096,
              "minLength": 1,
              "pattern": "\\S",
              "type": "string"
            }
          },
          "required": [
            "body"
          ],
          "type": "object"
        },
        "to": {
          "description": "A phone number with its country code, or the id of a customer without a number.",
          "pattern": "^(\\+?[1-9][0-9]{5,14}|[A-Z]{2}\\.(ENT\\.)?[A-Za-z0-9]{1,128})$",
          "type": "string"
        },
        "ttl": {
          "description": "How long the message may wait to be sent: seconds, or a duration such as `P2D`.",
          "oneOf": [
            {
              "maximum": 2592000,
              "minimum": 1,
              "type": "integer"
            },
            {
              "pattern": "^P([1-9]|[12][0-9]|30)D$|^PT([1-9]|1[0-9]|2[0-4])H$",
              "type": "string"
            }
          ]
        },
        "type": {
          "enum": [
            "text"
          ],
          "type": "string"
        }
      },
      "required": [
        "to",
        "text"
      ],
      "title": "text",
      "type": "object"
    }
    "#);
}

#[test]
fn what_the_schemas_say_of_limits_is_what_the_parsers_do() {
    let schema = |kind: &str| {
        let place = Content::KINDS.iter().position(|known| *known == kind);
        Outgoing::schema()["oneOf"][place.unwrap()]["properties"][kind].clone()
    };
    let accepted = |kind: &str, object: Value| {
        let mut body = json!({"to": "12025550143", "type": kind});
        body[kind] = object;
        parse(&body).is_ok()
    };
    let length = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();

    let longest = length(&schema("text")["properties"]["body"]["maxLength"]);
    for (more, is_accepted) in [(0, true), (1, false)] {
        let body = "é".repeat(longest + more);
        assert_eq!(accepted("text", json!({"body": body})), is_accepted);
    }
    for kind in ["image", "video", "document"] {
        let longest = length(&schema(kind)["oneOf"][0]["properties"]["caption"]["maxLength"]);
        for (more, is_accepted) in [(0, true), (1, false)] {
            let caption = "é".repeat(longest + more);
            let object = json!({"id": "1", "caption": caption});
            assert_eq!(accepted(kind, object), is_accepted, "{kind}");
        }
    }
    for kind in ["audio", "sticker"] {
        assert_eq!(
            schema(kind)["oneOf"][0]["properties"]["caption"],
            Value::Null
        );
    }
    let most = length(&schema("contacts")["maxItems"]);
    let card = json!({"name": {"formatted_name": "Ada Quist", "first_name": "Ada"}});
    for (count, is_accepted) in [(0, false), (1, true), (most, true), (most + 1, false)] {
        assert_eq!(
            accepted("contacts", json!(vec![card.clone(); count])),
            is_accepted
        );
    }
    let place = schema("location");
    let (latitude, longitude) = (
        &place["properties"]["latitude"],
        &place["properties"]["longitude"],
    );
    for (degrees, is_accepted) in [("minimum", true), ("maximum", true)] {
        let object = json!({"latitude": latitude[degrees], "longitude": longitude[degrees]});
        assert_eq!(accepted("location", object), is_accepted);
    }
}
