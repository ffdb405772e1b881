use onprem::Code;

use super::super::message;
use super::*;

#[test]
fn a_text_is_whole() {
    let text = incoming("text", json!({"text": {"body": "is my parcel here?"}}));

    insta::assert_json_snapshot!(translated(&text), @r#"
    {
      "contacts": [
        {
          "profile": {
            "name": "Ada Quist"
          },
          "wa_id": "12025550143"
        }
      ],
      "messages": [
        {
          "from": "12025550143",
          "id": "ABGGEiAlVQFDAgkC",
          "text": {
            "body": "is my parcel here?"
          },
          "timestamp": "1790000000",
          "type": "text"
        }
      ]
    }
    "#);
}

#[test]
fn a_customer_without_a_number_is_delivered_under_the_scoped_id() {
    let mut text = incoming("text", json!({"text": {"body": "hi"}}));
    text.from = None;
    let card = webhook::Contact {
        profile: webhook::Profile {
            name: Some(String::new()),
        },
        wa_id: None,
        user_id: Some("US.48151623421234567".to_owned()),
        identity_key_hash: None,
    };

    for card in [Some(&card), None] {
        let notification =
            message(&text, card, &our_id("x"), &known(None), &everything_on()).unwrap();
        assert_eq!(notification.messages[0].from, "US.48151623421234567");
        assert_eq!(
            serde_json::to_value(&notification.contacts).unwrap(),
            json!([{"profile": {}, "wa_id": "US.48151623421234567"}])
        );
    }
}

#[test]
fn the_card_may_spell_the_customer_differently() {
    let text = incoming("text", json!({"text": {"body": "hi"}}));
    let mut card = ada();
    card.wa_id = Some("+1 202 555 0144".to_owned());

    let notification = message(
        &text,
        Some(&card),
        &our_id("x"),
        &known(None),
        &everything_on(),
    )
    .unwrap();

    assert_eq!(notification.messages[0].from, "12025550143");
    assert_eq!(notification.contacts[0].wa_id, "12025550144");
}

#[test]
fn a_stored_image_has_our_id_and_no_url() {
    let image = incoming(
        "image",
        json!({"image": {
            "id": "990001", "mime_type": "image/jpeg", "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "url": "https://media.example/990001", "caption": "the dent"
        }}),
    );

    assert_eq!(
        media_of(&image),
        Some((onprem::settings::AutoDownload::Image, "990001"))
    );
    insta::assert_json_snapshot!(first(&translated_with(&image, Some(&stored())).unwrap()), @r#"
    {
      "from": "12025550143",
      "id": "ABGGEiAlVQFDAgkC",
      "image": {
        "caption": "the dent",
        "id": "6b1e0a52-7c3d-4f0a-9a55-0c2f4d8e1b77",
        "mime_type": "image/jpeg",
        "sha256": "abababababababababababababababababababababababababababababababab"
      },
      "timestamp": "1790000000",
      "type": "image"
    }
    "#);
}

#[test]
fn a_file_that_was_not_downloaded_says_so_and_why() {
    let document = incoming(
        "document",
        json!({"document": {
            "id": "990002", "mime_type": "application/pdf", "filename": "lease.pdf", "caption": "",
            "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "url": "https://media.example/990002"
        }}),
    );
    let why = crate::translate::error::object(Code(400), Some("three tries".to_owned()));
    let undownloaded = ReceivedMedia::Undownloaded(Some(why));

    insta::assert_json_snapshot!(
        first(&translated_with(&document, Some(&undownloaded)).unwrap()),
        {".errors[].title" => "[title]"},
        @r#"
    {
      "document": {
        "filename": "lease.pdf",
        "mime_type": "application/pdf",
        "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "status": "undownloaded"
      },
      "errors": [
        {
          "code": 400,
          "details": "three tries",
          "title": "[title]"
        }
      ],
      "from": "12025550143",
      "id": "ABGGEiAlVQFDAgkC",
      "timestamp": "1790000000",
      "type": "document"
    }
    "#
    );

    let switched_off =
        translated_with(&document, Some(&ReceivedMedia::Undownloaded(None))).unwrap();
    assert_eq!(first(&switched_off)["document"]["status"], "undownloaded");
    assert_eq!(first(&switched_off).get("errors"), None);
}

#[test]
fn a_file_that_the_network_would_not_give_is_undownloaded() {
    let mut video = incoming("video", json!({}));
    video.errors = vec![network_error(131_052, "the file is larger than 100 MB")];

    assert_eq!(media_of(&video), None);
    let notification = translated(&video);
    assert_eq!(
        first(&notification)["video"],
        json!({"status": "undownloaded"})
    );
    assert_eq!(first(&notification)["errors"][0]["code"], 400);
}

#[test]
fn a_recorded_note_is_voice_and_a_file_is_audio() {
    use onprem::settings::AutoDownload;

    let note = incoming(
        "audio",
        json!({"audio": {"id": "990003", "mime_type": "audio/ogg; codecs=opus", "voice": true}}),
    );
    let file = incoming(
        "audio",
        json!({"audio": {"id": "990004", "mime_type": "audio/mpeg", "voice": false}}),
    );

    assert_eq!(media_of(&note), Some((AutoDownload::Voice, "990003")));
    assert_eq!(media_of(&file), Some((AutoDownload::Audio, "990004")));
    let note = translated_with(&note, Some(&stored())).unwrap();
    assert_eq!(first(&note)["type"], "voice");
    assert_eq!(first(&note).get("audio"), None);
    assert_eq!(
        first(&note)["voice"],
        json!({"id": "6b1e0a52-7c3d-4f0a-9a55-0c2f4d8e1b77", "mime_type": "image/jpeg", "sha256": "ab".repeat(32)})
    );
    assert_eq!(first(&translated(&file))["type"], "audio");
}

#[test]
fn a_sticker_is_not_called_animated() {
    let sticker = incoming(
        "sticker",
        json!({"sticker": {"id": "990005", "mime_type": "image/webp", "animated": true}}),
    );

    assert_eq!(
        first(&translated(&sticker))["sticker"],
        json!({"mime_type": "image/webp", "status": "undownloaded"})
    );
}

#[test]
fn a_sticker_tells_of_its_pack() {
    let sticker = |metadata: Value| {
        incoming(
            "sticker",
            json!({"sticker": {"id": "990005", "mime_type": "image/webp", "caption": "none", "metadata": metadata}}),
        )
    };
    let in_file = |metadata: Value| match stored() {
        ReceivedMedia::Stored {
            id,
            sha256,
            mime_type,
            ..
        } => ReceivedMedia::Stored {
            id,
            sha256,
            mime_type,
            metadata: Some(metadata),
        },
        other @ ReceivedMedia::Undownloaded(_) => other,
    };
    let told = |sticker: &webhook::Message, media: &ReceivedMedia| {
        let told = translated_with(sticker, Some(media)).unwrap();
        first(&told)["sticker"]["metadata"].clone()
    };
    let pack =
        json!({"sticker-pack-id": "demo-pack", "emojis": ["☕"], "is-first-party-sticker": 0});

    assert_eq!(told(&sticker(Value::Null), &in_file(pack.clone())), pack);
    assert_eq!(
        told(&sticker(pack.clone()), &in_file(json!({"x": 1}))),
        pack
    );
    assert_eq!(
        told(&sticker(pack.clone()), &ReceivedMedia::Undownloaded(None)),
        pack
    );
    assert_eq!(
        told(&sticker(json!(["x"])), &in_file(json!("x"))),
        Value::Null
    );
    let whole = translated_with(&sticker(Value::Null), Some(&stored())).unwrap();
    assert_eq!(
        first(&whole)["sticker"],
        json!({"id": "6b1e0a52-7c3d-4f0a-9a55-0c2f4d8e1b77", "mime_type": "image/jpeg", "sha256": "ab".repeat(32)})
    );
}

#[rstest::rstest]
#[case::location(
    "location",
    json!({"latitude": 52.5, "longitude": "13.25", "name": "Depot", "address": null, "url": "https://d.example", "x": 1}),
    json!({"latitude": 52.5, "longitude": 13.25, "name": "Depot", "url": "https://d.example"})
)]
#[case::contacts(
    "contacts",
    json!([{"name": {"formatted_name": "Noor"}, "phones": [{"phone": "+1 202 555 0107", "type": "CELL"}]}]),
    json!([{"name": {"formatted_name": "Noor"}, "phones": [{"phone": "+1 202 555 0107", "type": "CELL"}]}])
)]
#[case::button(
    "button",
    json!({"text": "Keep it", "payload": "slot:keep", "x": 1}),
    json!({"text": "Keep it", "payload": "slot:keep"})
)]
#[case::button_without_a_payload("button", json!({"text": "Yes", "payload": null}), json!({"text": "Yes", "payload": null}))]
#[case::reply(
    "interactive",
    json!({"type": "list_reply", "list_reply": {"id": "r1", "title": "One", "description": "d"}}),
    json!({"type": "list_reply", "list_reply": {"id": "r1", "title": "One", "description": "d"}})
)]
#[case::flow(
    "interactive",
    json!({"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "{\"a\":1}"}}),
    json!({"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "{\"a\":1}"}})
)]
#[case::order(
    "order",
    json!({"catalog_id": "c", "product_items": [{"product_retailer_id": "p", "quantity": 2, "item_price": 4.5, "currency": "USD"}]}),
    json!({"catalog_id": "c", "product_items": [{"product_retailer_id": "p", "quantity": 2, "item_price": 4.5, "currency": "USD"}]})
)]
fn content_without_a_file_stays_as_it_was(
    #[case] kind: &str,
    #[case] content: Value,
    #[case] expected: Value,
) {
    let notification = translated(&incoming(kind, json!({kind: content})));

    assert_eq!(first(&notification)["type"], kind);
    assert_eq!(first(&notification)[kind], expected);
    assert_eq!(first(&notification).as_object().unwrap().len(), 5);
}

#[test]
fn a_reaction_names_our_message_or_else_the_networks() {
    let reaction = |emoji: Value| {
        incoming(
            "reaction",
            json!({"reaction": {"message_id": "wamid.out", "emoji": emoji}}),
        )
    };
    let mut put = reaction(json!("👍"));
    put.context = Some(webhook::Context {
        id: Some("wamid.out".to_owned()),
        ..webhook::Context::default()
    });
    let stranger = Known::default();

    assert_eq!(references(&put), (Some("wamid.out"), Some("wamid.out")));
    assert_eq!(first(&translated(&put)).get("context"), None);
    assert_eq!(
        first(&translated(&put))["reaction"],
        json!({"message_id": "gBGHEiAlVQFDAgkB", "emoji": "👍"})
    );
    assert_eq!(
        first(&translated(&reaction(Value::Null)))["reaction"]["emoji"],
        ""
    );
    let unknown = message(&put, None, &our_id("x"), &stranger, &everything_on()).unwrap();
    assert_eq!(
        unknown.messages[0].content["reaction"]["message_id"],
        "wamid.out"
    );
}

#[test]
fn a_referral_loses_what_only_the_cloud_knows() {
    let text = incoming(
        "text",
        json!({
            "text": {"body": "from your ad"},
            "referral": {
                "source_url": "https://ad.example/1", "source_type": "ad", "source_id": "71", "headline": "Vans",
                "body": "Rent one", "media_type": "image", "image_url": "https://ad.example/i.jpg", "video_url": null,
                "ctwa_clid": "secret", "welcome_message": {"text": "Hello"}
            }
        }),
    );

    assert_eq!(
        first(&translated(&text))["referral"],
        json!({
            "source_url": "https://ad.example/1", "source_type": "ad", "source_id": "71", "headline": "Vans",
            "body": "Rent one", "media_type": "image", "image_url": "https://ad.example/i.jpg"
        })
    );
}

#[rstest::rstest]
#[case::named(json!({"media_type": "video", "image_url": "i", "video_url": "v"}), Some((ReferralKind::Video, "v")))]
#[case::not_named(json!({"image_url": "i", "video_url": "v"}), Some((ReferralKind::Image, "i")))]
#[case::only_a_video(json!({"video_url": "v"}), Some((ReferralKind::Video, "v")))]
#[case::named_and_missing(json!({"media_type": "image", "video_url": "v"}), None)]
#[case::nothing(json!({"media_type": "image", "image_url": ""}), None)]
#[case::none(json!("an ad"), None)]
fn the_media_of_a_referral_are_found(
    #[case] referral: Value,
    #[case] expected: Option<(ReferralKind, &str)>,
) {
    let text = incoming("text", json!({"text": {"body": "x"}, "referral": referral}));

    assert_eq!(referral_media_of(&text), expected);
}

#[test]
fn what_an_advertisement_shows_stands_in_its_referral() {
    let text = incoming(
        "text",
        json!({"text": {"body": "x"}, "referral": {"source_id": 71, "media_type": "image", "image_url": "https://ad.example/i.jpg"}}),
    );
    let known = Known {
        referral: Some(ReferralMedia {
            kind: ReferralKind::Image,
            id: "6b1e0a52-7c3d-4f0a-9a55-0c2f4d8e1b77".to_owned(),
        }),
        ..known(None)
    };

    let told = message(&text, None, &our_id("x"), &known, &everything_on()).unwrap();

    assert_eq!(
        told.messages[0].content["referral"],
        json!({
            "source_id": "71", "media_type": "image", "image_url": "https://ad.example/i.jpg",
            "image": {"id": "6b1e0a52-7c3d-4f0a-9a55-0c2f4d8e1b77"}
        })
    );
}

fn answering(context: webhook::Context) -> Option<Value> {
    let mut text = incoming("text", json!({"text": {"body": "yes"}}));
    text.context = Some(context);
    first(&translated(&text)).get("context").cloned()
}

#[test]
fn a_quoted_message_is_named_by_our_id() {
    let context = webhook::Context {
        from: Some("+1 202 555 0100".to_owned()),
        id: Some("wamid.out".to_owned()),
        forwarded: Some(false),
        referred_product: Some(json!({"catalog_id": "c", "product_retailer_id": "p"})),
        ..webhook::Context::default()
    };
    assert_eq!(
        answering(context.clone()),
        Some(json!({
            "from": "12025550100",
            "id": "gBGHEiAlVQFDAgkA",
            "referred_product": {"catalog_id": "c", "product_retailer_id": "p"}
        }))
    );

    let mut text = incoming("text", json!({"text": {"body": "yes"}}));
    text.context = Some(context);
    assert_eq!(references(&text), (Some("wamid.out"), None));
    let unknown = message(
        &text,
        None,
        &our_id("x"),
        &Known::default(),
        &everything_on(),
    )
    .unwrap();
    let quoted = unknown.messages[0].context.as_ref().unwrap();
    assert_eq!(quoted.from.as_deref(), Some("12025550100"));
    assert_eq!(quoted.id, None);
}

#[test]
fn forwarding_is_told_and_nothing_is_made_up() {
    let forwarded = webhook::Context {
        forwarded: Some(true),
        ..webhook::Context::default()
    };
    let often = webhook::Context {
        frequently_forwarded: Some(true),
        ..webhook::Context::default()
    };
    let claims_nothing = webhook::Context {
        forwarded: Some(false),
        frequently_forwarded: Some(false),
        ..webhook::Context::default()
    };

    assert_eq!(answering(forwarded), Some(json!({"forwarded": true})));
    assert_eq!(
        answering(often),
        Some(json!({"forwarded": true, "frequently_forwarded": true}))
    );
    assert_eq!(answering(claims_nothing), None);
}

#[test]
fn who_is_named_in_a_group_is_told_with_the_group() {
    let context = webhook::Context {
        mentions: vec!["+1 202-555-0144".to_owned(), "US.7".to_owned()],
        group_id: Some("120363".to_owned()),
        ..webhook::Context::default()
    };
    let mut text = incoming(
        "text",
        json!({"text": {"body": "@Bo"}, "group_id": "120363"}),
    );
    text.context = Some(context);

    let told = translated(&text);

    assert_eq!(
        first(&told)["context"],
        json!({"group_id": "120363", "mentions": ["12025550144", "US.7"]})
    );
    assert_eq!(first(&told)["group_id"], "120363");
}

#[test]
fn a_message_that_disappears_has_a_type_of_its_own() {
    let told = translated(&incoming("ephemeral", json!({})));

    assert_eq!(
        first(&told),
        &json!({
            "from": "12025550143", "id": "ABGGEiAlVQFDAgkC", "timestamp": "1790000000", "type": "ephemeral",
            "errors": [{
                "code": 501, "title": Code(501).title(),
                "details": "the message was sent in a chat whose messages disappear"
            }]
        })
    );
}

#[test]
fn a_press_answers_the_business_even_when_the_network_does_not_say_so() {
    let mut press = incoming("button", json!({"button": {"text": "Yes", "payload": "y"}}));
    press.context = Some(webhook::Context {
        id: Some("wamid.out".to_owned()),
        ..webhook::Context::default()
    });

    assert_eq!(
        first(&translated(&press))["context"],
        json!({"from": "12025550100", "id": "gBGHEiAlVQFDAgkA"})
    );
}

#[rstest::rstest]
#[case::unsupported(
    "unsupported",
    json!({"unsupported": {"type": "poll_creation"}}),
    Some("not supported"),
    "not supported (poll_creation)"
)]
#[case::older_name("unknown", json!({}), None, "the network does not say what the customer sent")]
#[case::welcome("request_welcome", json!({}), None, "the customer opened the chat (request_welcome)")]
#[case::edit(
    "edit",
    json!({"edit": {"original_message_id": "wamid.x", "message": {"type": "text", "text": {"body": "two, not three"}}}}),
    None,
    "the customer changed an earlier message; it reads now: two, not three"
)]
#[case::edit_of_something_else("edit", json!({"edit": {}}), None, "the customer changed an earlier message (edit)")]
#[case::new_type("hologram", json!({"hologram": {"id": "1"}}), None, "the type hologram has no form in this API")]
#[case::nothing_to_render("interactive", json!({}), Some("something went wrong"), "something went wrong")]
#[case::empty("interactive", json!({"interactive": {}}), None, "the network sent a message of type interactive without its content")]
#[case::text_without_text("text", json!({"text": null}), None, "the network sent a message of type text without its content")]
#[case::place_without_a_place("location", json!({"location": {"latitude": 5, "longitude": "east"}}), None, "the network sent a message of type location without its content")]
#[case::no_file("image", json!({}), None, "the network sent a message of type image without its content")]
#[case::reaction_to_nothing("reaction", json!({"reaction": {"emoji": "x"}}), None, "the network sent a message of type reaction without its content")]
fn what_has_no_form_here_arrives_as_unknown_with_501(
    #[case] kind: &str,
    #[case] content: Value,
    #[case] said: Option<&str>,
    #[case] details: &str,
) {
    let mut strange = incoming(kind, content);
    strange
        .errors
        .extend(said.map(|said| network_error(131_051, said)));

    let notification = translated(&strange);

    assert_eq!(
        first(&notification),
        &json!({
            "from": "12025550143", "id": "ABGGEiAlVQFDAgkC", "timestamp": "1790000000", "type": "unknown",
            "errors": [{"code": 501, "title": Code(501).title(), "details": details}]
        })
    );
    assert_eq!(notification["contacts"][0]["profile"]["name"], "Ada Quist");
}

#[test]
fn a_changed_number_is_told_when_the_settings_want_it() {
    let newer = incoming(
        "system",
        json!({"system": {"type": "user_changed_number", "wa_id": "+12025550177", "body": "Ada changed"}}),
    );
    let older = incoming(
        "system",
        json!({"system": {"type": "customer_changed_number", "new_wa_id": "12025550177"}}),
    );

    insta::assert_json_snapshot!(translated(&newer), @r#"
    {
      "messages": [
        {
          "from": "12025550143",
          "id": "ABGGEiAlVQFDAgkC",
          "system": {
            "body": "Ada changed",
            "new_wa_id": "12025550177",
            "type": "user_changed_number"
          },
          "timestamp": "1790000000",
          "type": "system"
        }
      ]
    }
    "#);
    assert_eq!(
        first(&translated(&older))["system"],
        json!({"body": "12025550143 changed number to 12025550177", "new_wa_id": "12025550177", "type": "user_changed_number"})
    );
    let off = ApplicationSettings::default();
    for event in [newer, older] {
        assert_eq!(
            message(&event, None, &our_id("x"), &known(None), &off),
            None
        );
    }
}

/// The notification of a message whose sender's identity is known.
fn with_identity(incoming: &webhook::Message, settings: &ApplicationSettings) -> Option<Value> {
    let known = Known {
        identity: Some(Identity {
            hash: "q1w2e3r4t5y6".to_owned(),
            created_ms: 1_790_000_000_123,
            acknowledged: false,
        }),
        ..known(None)
    };
    let told = message(incoming, Some(&ada()), &our_id("x"), &known, settings)?;
    Some(serde_json::from_slice(&told.to_bytes()).unwrap())
}

#[rstest::rstest]
#[case::newer(json!({
    "system": {"type": "customer_identity_changed", "customer": "+1 202-555-0143", "body": "changed"},
    "identity": {"acknowledged": false, "created_timestamp": "1790000000123", "hash": "q1w2e3r4t5y6"}
}))]
#[case::older(json!({
    "system": {"type": "user_identity_changed", "user": "12025550143", "body": "changed", "identity": "q1w2e3r4t5y6"}
}))]
fn a_changed_identity_is_told_when_the_settings_want_it(#[case] content: Value) {
    let event = incoming("system", content);

    assert!(is_identity_change(&event));
    assert_eq!(
        sighting(&event, None)
            .map(|sighting| sighting.hash)
            .as_deref(),
        Some("q1w2e3r4t5y6")
    );
    assert_eq!(
        with_identity(&event, &everything_on()).unwrap(),
        json!({"messages": [{
            "from": "12025550143", "id": "x", "timestamp": "1790000000", "type": "system",
            "identity": {"acknowledged": false, "created_timestamp": 1_790_000_000_123_i64, "hash": "q1w2e3r4t5y6"},
            "system": {"body": "changed", "identity": "q1w2e3r4t5y6", "type": "user_identity_changed", "user": "12025550143"}
        }]})
    );
    assert_eq!(with_identity(&event, &ApplicationSettings::default()), None);
}

#[test]
fn an_identity_beside_a_text_follows_the_same_setting() {
    let text = incoming("text", json!({"text": {"body": "hi"}}));
    let mut card = ada();
    card.identity_key_hash = Some("q1w2e3r4t5y6".to_owned());

    assert_eq!(
        sighting(&text, Some(&card)),
        Some(Sighting {
            hash: "q1w2e3r4t5y6".to_owned(),
            created_ms: None
        })
    );
    assert!(!is_identity_change(&text));
    let told = with_identity(&text, &everything_on()).unwrap();
    assert_eq!(
        first(&told)["identity"],
        json!({"acknowledged": false, "created_timestamp": 1_790_000_000_123_i64, "hash": "q1w2e3r4t5y6"})
    );
    let quiet = with_identity(&text, &ApplicationSettings::default()).unwrap();
    assert_eq!(first(&quiet).get("identity"), None);
}

#[test]
fn a_customer_who_moves_is_followed() {
    let moved = |system: Value| moved_to(&incoming("system", json!({"system": system})));
    let new = Some(WaId::from_network("12025550177"));

    assert_eq!(
        moved(json!({"type": "user_changed_number", "wa_id": "+1 202-555-0177"})),
        new
    );
    assert_eq!(
        moved(json!({"type": "customer_changed_number", "new_wa_id": "12025550177"})),
        new
    );
    assert_eq!(moved(json!({"type": "user_changed_number"})), None);
    assert_eq!(
        moved(json!({"type": "user_identity_changed", "wa_id": "12025550177"})),
        None
    );
    let text = incoming(
        "text",
        json!({"system": {"type": "user_changed_number", "wa_id": "1"}}),
    );
    assert_eq!(moved_to(&text), None);
}

#[test]
fn a_message_that_was_taken_back_is_a_status_of_the_original() {
    for content in [
        json!({"revoke": {"original_message_id": "wamid.old"}}),
        json!({"original_message_id": "wamid.old"}),
    ] {
        let revoke = incoming("revoke", content);
        assert_eq!(revoked(&revoke), Some("wamid.old"));
        assert_eq!(translated_with(&revoke, None), None);
    }
    assert_eq!(
        revoked(&incoming("text", json!({"original_message_id": "x"}))),
        None
    );

    let notification = deleted(&our_id("ABGGEiAlVQFDAgkC"), "12025550143", "1790000100");
    insta::assert_json_snapshot!(notification, @r#"
    {
      "statuses": [
        {
          "id": "ABGGEiAlVQFDAgkC",
          "message": {
            "recipient_id": "12025550143"
          },
          "recipient_id": "12025550143",
          "status": "deleted",
          "timestamp": "1790000100",
          "type": "message"
        }
      ]
    }
    "#);
}
