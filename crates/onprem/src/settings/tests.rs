use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use super::*;

fn patched(body: &str) -> Result<ApplicationSettings, Refusal> {
    ApplicationSettings::default().patched(body.as_bytes(), UrlPolicy::HttpsOnly)
}

fn refused(body: &str) -> (u16, String) {
    let refusal = patched(body).unwrap_err();
    (refusal.code.0, refusal.details)
}

#[test]
fn get_shows_every_setting() {
    insta::assert_json_snapshot!(ApplicationSettings::default().to_json(Some("12025550143")), @r#"
    {
      "axolotl_context_striping_disabled": false,
      "callback_backoff_delay_ms": 3000,
      "callback_persist": true,
      "garbagecollector_enable": {
        "media": false,
        "messages": true
      },
      "heartbeat_interval": 5,
      "log_level": "info",
      "max_callback_backoff_delay_ms": 900000,
      "media": {
        "auto_download": [
          "image",
          "document",
          "audio",
          "voice",
          "video",
          "sticker"
        ]
      },
      "notify_user_change_number": false,
      "sent_status": false,
      "show_security_notifications": false,
      "skip_referral_media_download": false,
      "unhealthy_interval": 30,
      "verbose_logging": false,
      "wa_id": "12025550143",
      "webhooks": {
        "max_concurrent_requests": 6,
        "message": {
          "delivered": true,
          "read": true,
          "sent": false
        },
        "url": ""
      }
    }
    "#);
}

#[test]
fn an_unregistered_line_shows_no_wa_id() {
    let json = ApplicationSettings::default().to_json(None);

    assert_eq!(json.get("wa_id"), None);
}

#[test]
fn what_get_shows_can_be_patched_back() {
    let settings = patched(
        r#"{"webhooks":{"url":"https://crm.example/hook","max_concurrent_requests":24,"message":{"sent":true}},
            "media":{"auto_download":["voice","image","voice"]},"callback_persist":false,
            "callback_backoff_delay_ms":"5000","max_callback_backoff_delay_ms":60000,"heartbeat_interval":"10",
            "unhealthy_interval":20,"notify_user_change_number":true,"show_security_notifications":true,
            "skip_referral_media_download":true,"garbagecollector_enable":{"messages":false,"media":true},
            "axolotl_context_striping_disabled":true,"verbose_logging":true,"log_level":"trace",
            "on_call_pager":"12025550144","webhook_payload_conversation_pricingmodel_disabled":true}"#,
    )
    .unwrap();

    let shown = settings.to_json(Some("12025550143"));

    assert_eq!(
        settings.auto_download,
        [AutoDownload::Voice, AutoDownload::Image]
    );
    assert_eq!(settings.callback_backoff_delay_ms, 5000);
    assert_eq!(shown["callback_backoff_delay_ms"], json!(5000));
    assert_eq!(shown["on_call_pager"], json!("12025550144"));
    assert_eq!(patched(&shown.to_string()), Ok(settings));
}

#[test]
fn objects_are_merged_member_by_member() {
    let first = patched(r#"{"webhooks":{"url":"https://crm.example/hook"}}"#).unwrap();

    let second = first
        .patched(
            br#"{"webhooks":{"message":{"read":false}},"media":{}}"#,
            UrlPolicy::HttpsOnly,
        )
        .unwrap();

    assert_eq!(
        second,
        ApplicationSettings {
            webhook_url: "https://crm.example/hook".to_owned(),
            read: false,
            ..ApplicationSettings::default()
        }
    );
}

#[rstest]
#[case(r#"{"sent_status":true}"#, true)]
#[case(r#"{"webhooks":{"message":{"sent":true}}}"#, true)]
#[case(r#"{"sent_status":true,"webhooks":{"message":{"sent":false}}}"#, false)]
#[case(r#"{"webhooks":{"message":{"sent":true}},"sent_status":false}"#, true)]
fn the_two_names_of_sent_are_one_setting(#[case] body: &str, #[case] sent: bool) {
    let settings = patched(body).unwrap();
    let shown = settings.to_json(None);

    assert_eq!(settings.sent, sent);
    assert_eq!(shown["sent_status"], json!(sent));
    assert_eq!(shown["webhooks"]["message"]["sent"], json!(sent));
}

#[test]
fn the_older_name_of_the_collector_sets_messages() {
    assert!(
        !patched(r#"{"db_garbagecollector_enable":false}"#)
            .unwrap()
            .collect_messages
    );
}

#[rstest]
#[case(r#"{"pass_through":true}"#)]
#[case(r#"{"pass_through":"whatever"}"#)]
#[case(r#"{"tcp_listen_address":"x","callback_persist":true}"#)]
#[case(r#"{"callback_backoff_delay_ms":null,"log_level":""}"#)]
#[case(r#"{"webhooks":{"url":null}}"#)]
fn what_is_ignored_changes_nothing(#[case] body: &str) {
    assert_eq!(patched(body), Ok(ApplicationSettings::default()));
}

#[test]
fn an_empty_url_clears_it() {
    let with_url = patched(r#"{"webhooks":{"url":"https://crm.example/hook"}}"#).unwrap();

    let cleared = with_url.patched(br#"{"webhooks":{"url":""}}"#, UrlPolicy::HttpsOnly);

    assert_eq!(cleared.unwrap().webhook_url, "");
}

#[rstest]
#[case("{}", 1008, "at least one application setting is required")]
#[case(
    r#"{"wa_id":"1","x":{}}"#,
    1008,
    "at least one application setting is required"
)]
#[case(
    r#"{"callback_persist":"yes"}"#,
    1009,
    "callback_persist: is a string, must be true or false"
)]
#[case(
    r#"{"callback_backoff_delay_ms":0}"#,
    1009,
    "callback_backoff_delay_ms: is 0, must be a whole number from 1 to 3600000"
)]
#[case(
    r#"{"callback_backoff_delay_ms":"soon"}"#,
    1009,
    "callback_backoff_delay_ms: is \"soon\", must be a whole number from 1 to 3600000"
)]
#[case(
    r#"{"max_callback_backoff_delay_ms":2999}"#,
    1009,
    "max_callback_backoff_delay_ms: is 2999, must be at least callback_backoff_delay_ms, which is 3000"
)]
#[case(
    r#"{"heartbeat_interval":16}"#,
    1009,
    "unhealthy_interval: is 30, must be at least twice heartbeat_interval, which is 16"
)]
#[case(
    r#"{"unhealthy_interval":601}"#,
    1009,
    "unhealthy_interval: is 601, must be a whole number from 2 to 600"
)]
#[case(r#"{"media":[]}"#, 1009, "media: is an array, must be an object")]
#[case(
    r#"{"media":{"auto_download":["image","gif"]}}"#,
    1009,
    "media.auto_download[1]: is \"gif\", must be image, document, audio, voice, video or sticker"
)]
#[case(
    r#"{"webhooks":{"max_concurrent_requests":7}}"#,
    1009,
    "webhooks.max_concurrent_requests: is 7, must be 6, 12, 18 or 24"
)]
#[case(
    r#"{"webhooks":{"message":true}}"#,
    1009,
    "webhooks.message: is true or false, must be an object"
)]
#[case(
    r#"{"webhooks":{"url":"http://crm.example/hook"}}"#,
    1009,
    "webhooks.url: must be https"
)]
#[case(
    r#"{"webhooks":{"url":"crm.example"}}"#,
    1009,
    "webhooks.url: is not an absolute URL, must be an absolute https URL"
)]
#[case(
    r#"{"log_level":"loud"}"#,
    1009,
    "log_level: is \"loud\", must be error, warn, info, debug or trace"
)]
fn a_bad_patch_is_refused(#[case] body: &str, #[case] code: u16, #[case] details: &str) {
    assert_eq!(refused(body), (code, details.to_owned()));
}

#[test]
fn two_settings_that_depend_on_each_other_can_be_changed_together() {
    let settings = patched(r#"{"heartbeat_interval":60,"unhealthy_interval":120}"#).unwrap();

    assert_eq!(settings.unhealthy_interval, 120);
}

#[rstest]
#[case("http://localhost:9093/hook", true)]
#[case("http://127.8.9.1/", true)]
#[case("http://[::1]:9093/", true)]
#[case("http://crm.example/", false)]
#[case("http://localhost@crm.example/", false)]
fn only_dev_takes_plain_http_and_only_to_this_machine(#[case] url: &str, #[case] taken: bool) {
    let dev = ApplicationSettings::check_url(url, UrlPolicy::PlainLoopback);

    assert_eq!(dev.is_ok(), taken);
    assert!(ApplicationSettings::check_url(url, UrlPolicy::HttpsOnly).is_err());
    assert!(ApplicationSettings::check_url(url, UrlPolicy::Private).is_ok());
}

#[test]
fn a_url_has_at_most_2048_characters() {
    let url = |length: usize| format!("https://crm.example/{}", "x".repeat(length - 20));

    assert_eq!(
        ApplicationSettings::check_url(&url(2048), UrlPolicy::HttpsOnly),
        Ok(())
    );
    assert!(ApplicationSettings::check_url(&url(2049), UrlPolicy::HttpsOnly).is_err());
}

#[test]
fn every_setting_says_what_it_is() {
    for setting in SETTINGS {
        assert!(setting.about.ends_with('.'), "{}", setting.name);
        assert!(!setting.allowed().is_empty(), "{}", setting.name);
    }
}

#[test]
fn stored_settings_of_an_older_version_are_filled_up_with_defaults() {
    let settings: ApplicationSettings = serde_json::from_str(r#"{"sent":true}"#).unwrap();

    assert_eq!(
        settings,
        ApplicationSettings {
            sent: true,
            ..ApplicationSettings::default()
        }
    );
}

proptest! {
    #[test]
    fn a_patch_with_any_values_never_panics_and_keeps_the_rules(
        heartbeat in 0..80_u32, unhealthy in 0..700_u32, delay in 0..4_000_000_u32, most in 0..4_000_000_u32,
    ) {
        let body = json!({
            "heartbeat_interval": heartbeat, "unhealthy_interval": unhealthy.to_string(),
            "callback_backoff_delay_ms": delay, "max_callback_backoff_delay_ms": most.to_string(),
        });
        let allowed = (1..=60).contains(&heartbeat)
            && (2 * heartbeat..=600).contains(&unhealthy)
            && (1..=3_600_000).contains(&delay)
            && (delay..=3_600_000).contains(&most);
        prop_assert_eq!(patched(&body.to_string()).is_ok(), allowed);
    }
}
