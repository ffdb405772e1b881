//! Strict mode: what the original did not have is refused, each with the code of the reference; the rest is as ever.

use super::*;

fn strictly(body: &Value) -> Result<Outgoing, (u16, String)> {
    Outgoing::parse(body.to_string().as_bytes(), Rules::STRICT)
        .map_err(|refusal| (refusal.code.0, refusal.details))
}

#[rstest]
#[case(json!({"context": {"message_id": "gBGH"}}), "context: is an extension, which strict mode refuses")]
#[case(
    json!({"biz_opaque_callback_data": "x"}), "biz_opaque_callback_data: is an extension, which strict mode refuses"
)]
#[case(json!({"messaging_product": "whatsapp"}), "messaging_product: is an extension, which strict mode refuses")]
#[case(
    json!({"text": {"body": "x", "preview_url": true}}), "text.preview_url: is an extension, which strict mode refuses"
)]
#[case(json!({"status": "read"}), "status: belongs to PUT /v1/messages/{id}, not to a message that is sent")]
#[case(json!({"image": {"id": "1"}}), "image: belongs to a message of type image, this one is of type text")]
#[case(
    json!({"text": {"body": "x", "colour": "red"}}),
    "text: has \"colour\", which strict mode does not know, must have preview_url or body"
)]
fn a_superfluous_member_is_1010(#[case] changes: Value, #[case] details: &str) {
    assert_eq!(
        strictly(&text_with(&changes)),
        Err((1010, details.to_owned()))
    );
}

#[test]
fn a_member_that_nobody_knows_is_1010() {
    let (code, details) =
        strictly(&text_with(&json!({"message_activity_sharing": true}))).unwrap_err();

    assert_eq!(code, 1010);
    let start =
        "the body: has \"message_activity_sharing\", which strict mode does not know, must have ";
    assert!(details.starts_with(start), "{details}");
}

#[rstest]
#[case("reaction", json!({"message_id": "gBGH", "emoji": "👍"}))]
#[case("hsm", json!({"namespace": "n", "element_name": "e", "language": {"code": "en"}, "localizable_params": []}))]
fn a_type_that_the_original_does_not_have_is_501(#[case] kind: &str, #[case] object: Value) {
    let mut body = json!({"to": "12025550143", "type": kind});
    body[kind] = object;

    assert!(parse(&body).is_ok());
    assert_eq!(
        strictly(&body),
        Err((
            501,
            format!(
                "type: \"{kind}\" is refused in strict mode, must be text, image, document, audio, video, sticker, \
                 location, contacts, interactive or template"
            )
        ))
    );
}

#[test]
fn what_is_wrong_is_told_as_ever() {
    let body = text_with(&json!({"colour": "red", "text": {}}));

    assert_eq!(
        strictly(&body),
        Err((1008, "text.body is required".to_owned()))
    );
}

/// Members that the original documents, and `null` and `""` for what is absent, are no extension.
#[test]
fn what_the_original_had_is_accepted() {
    let everything = text_with(&json!({
        "recipient_type": "individual", "preview_url": true, "ttl": "P2D", "context": null, "unknown": "",
    }));
    assert_eq!(strictly(&everything), Ok(parse(&everything).unwrap()));

    for (title, body) in Outgoing::examples() {
        let kind = body["type"].as_str().unwrap();
        let is_extended = NOT_STRICT.contains(&kind)
            || body["context"].is_object()
            || body["interactive"]["type"] == "cta_url";
        assert_eq!(strictly(&body).is_err(), is_extended, "{title}");
    }
}

#[test]
fn a_preview_may_be_asked_for_on_every_type() {
    let body =
        json!({"to": "12025550143", "type": "image", "image": {"id": "1"}, "preview_url": true});

    assert!(strictly(&body).is_ok());
}

proptest! {
    /// Whatever strict mode accepts means the same without it.
    #[test]
    fn strict_mode_only_refuses(
        (kind, content) in content_json(),
        more in prop::option::of(("[a-z]{3,9}", some_text())),
    ) {
        let mut body = json!({"to": "12025550143", "type": kind});
        body[kind] = content;
        let plain = parse(&body).unwrap();
        let is_known = !NOT_STRICT.contains(&kind) && body["text"]["preview_url"].is_null();
        if is_known {
            prop_assert_eq!(strictly(&body), Ok(plain.clone()));
        }
        if let Some((name, value)) = more.filter(|(name, _)| body.get(name.as_str()).is_none()) {
            body[name.as_str()] = json!(value);
            if let Ok(message) = parse(&body) {
                prop_assert_eq!(message, plain);
            }
            let code = strictly(&body).map(drop).map_err(|(code, _)| code);
            prop_assert!(matches!(code, Err(501 | 1009 | 1010)) || name == "to", "{name}: {code:?}");
        }
    }
}
