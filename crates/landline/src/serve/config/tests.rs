use rstest::rstest;

use super::*;

const WHOLE: &str = r#"
relay_url = "https://wa.example.com/"

[network]
app_id = "3001"
app_secret = "app-secret"
verify_token = "verify"
waba_id = "2001"
access_token = "token-of-all"

[lines.main]
phone_number_id = "1001"

[lines.sales-2]
number = "+1 (202) 555-0144"
access_token = "token-of-sales"
version = ""
"#;

fn load(text: &str, env: &[(&str, &str)]) -> Result<Config, String> {
    let table: Table = text.parse().expect("TOML");
    let env = |name: &str| {
        let found = env.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    Config::of(&table, Path::new("conf"), &env).map_err(|stop| {
        assert_eq!(stop.status(), 2);
        anstream::adapter::strip_str(&stop.to_string()).to_string()
    })
}

fn line<'a>(config: &'a Config, name: &str) -> &'a LineSetup {
    let name = LineName::new(name).expect("a name");
    config.lines.get(&name).expect("the line")
}

fn refusal(text: &str, env: &[(&str, &str)]) -> String {
    load(text, env).err().expect("refused")
}

#[test]
fn a_whole_file_is_read() {
    let config = load(WHOLE, &[]).expect("right");

    assert_eq!(config.data, Path::new("conf/./landline-data"));
    assert_eq!(config.relay_url.as_deref(), Some("https://wa.example.com"));
    assert_eq!(config.reconcile_wait, Duration::from_secs(30));
    let (main, sales) = (line(&config, "main"), line(&config, "sales-2"));
    assert_eq!(main.number, NumberSetup::Id("1001".to_owned()));
    assert_eq!(sales.number, NumberSetup::Digits("12025550144".to_owned()));
    assert_eq!(main.access_token, "token-of-all");
    assert_eq!(sales.access_token, "token-of-sales");
    assert_eq!(
        (main.version.as_str(), sales.version.as_str()),
        ("v24.0", "")
    );
    assert_eq!(main.base_url, "https://graph.facebook.com");
}

#[test]
fn the_environment_alone_describes_a_line() {
    let config = load(
        "",
        &[
            ("LANDLINE_NETWORK_APP_ID", "3001"),
            ("LANDLINE_NETWORK_APP_SECRET", "app-secret"),
            ("LANDLINE_NETWORK_VERIFY_TOKEN", "verify"),
            ("LANDLINE_NETWORK_WABA_ID", "2001"),
            ("LANDLINE_LINES_MAIN_ACCESS_TOKEN", "token"),
            ("LANDLINE_LINES_MAIN_PHONE_NUMBER_ID", "1001"),
            ("LANDLINE_STRICT", "yes"),
            ("LANDLINE_SERVER_NAMES", "wa.example.com, 192.0.2.7"),
            ("LANDLINE_RECONCILE_WAIT_S", "5"),
        ],
    )
    .expect("right");

    assert_eq!(line(&config, "main").access_token, "token");
    assert_eq!(config.rules, Rules::STRICT);
    assert_eq!(config.server_names, ["wa.example.com", "192.0.2.7"]);
    assert_eq!(config.reconcile_wait, Duration::from_secs(5));
}

#[test]
fn the_environment_wins_over_the_file() {
    let config = load(WHOLE, &[("LANDLINE_LINES_SALES_2_ACCESS_TOKEN", "newer")]).expect("right");

    assert_eq!(line(&config, "sales-2").access_token, "newer");
    assert_eq!(line(&config, "main").access_token, "token-of-all");
}

#[test]
fn secrets_come_from_files_too() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("token");
    std::fs::write(&path, "from-a-file\r\n").expect("written");
    let named = path.to_str().expect("a path");
    let text = WHOLE.replace(
        r#"access_token = "token-of-sales""#,
        &format!("access_token_file = {named:?}"),
    );

    let config = load(&text, &[("LANDLINE_NETWORK_APP_SECRET_FILE", named)]).expect("right");

    assert_eq!(line(&config, "sales-2").access_token, "from-a-file");
    assert_eq!(line(&config, "main").app_secret, "from-a-file");
}

#[rstest]
#[case("listn = \"0.0.0.0:1\"", "listn is not a setting")]
#[case("listen = 9090", "listen is a number, not words")]
#[case("listen = \"nowhere\"", "listen: \"nowhere\"")]
#[case("strict = \"yes\"", "strict is words, not true or false")]
#[case(
    "reconcile_wait_s = -1",
    "reconcile_wait_s is a number, not a number, 0 or more"
)]
#[case(
    "http_listen = \"0.0.0.0:9091\"",
    "http_listen 0.0.0.0:9091 has no TLS"
)]
#[case(
    "relay_url = \"ftp://wa.example.com\"",
    "relay_url: ftp://wa.example.com"
)]
#[case("on_unknown = \"perhaps\"", "on_unknown: \"perhaps\" is neither")]
#[case("api_key = \"short\"", "api_key has 5 characters")]
#[case("network = 1", "network is no section")]
fn what_is_wrong_is_named(#[case] first: &str, #[case] sentence: &str) {
    let text = if first.starts_with("network") {
        first.to_owned()
    } else {
        format!(
            "{first}\n{}",
            WHOLE.replace("relay_url = \"https://wa.example.com/\"", "")
        )
    };

    let said = refusal(&text, &[]);

    assert!(said.contains(sentence), "{said}");
}

#[rstest]
#[case("[lines.main]", "[lines.Main]", "lines.Main: a line's name")]
#[case(
    "phone_number_id = \"1001\"",
    "",
    "lines.main.phone_number_id: neither it nor number"
)]
#[case("app_secret = \"app-secret\"", "", "app_secret: it is not set")]
#[case(
    "version = \"\"",
    "version = \"24\"",
    "lines.sales-2.version: \"24\" is not like v24.0"
)]
#[case(
    "version = \"\"",
    "base_url = \"http://graph.example\"",
    "tokens do not travel without TLS"
)]
#[case(
    "version = \"\"",
    "app_secret = \"another\"",
    "have the same app_id, but not the same app_secret"
)]
#[case(
    "version = \"\"",
    "phone_number_id = \"1001\"",
    "lines.main and lines.sales-2 have the same number"
)]
#[case(
    "version = \"\"",
    "first_password = \"feeble\"",
    "lines.sales-2.first_password"
)]
#[case("version = \"\"", "timeout_s = 0", "no time to answer")]
fn a_line_that_cannot_work_is_refused(
    #[case] old: &str,
    #[case] new: &str,
    #[case] sentence: &str,
) {
    let said = refusal(&WHOLE.replacen(old, new, 1), &[]);

    assert!(said.contains(sentence), "{said}");
    assert!(!said.contains("feeble"), "{said}");
}

#[rstest]
#[case("sales_2", "LANDLINE_LINES_SALES_2_")]
#[case("sales-2-other", "LANDLINE_LINES_SALES_2_OTHER_APP_SECRET")]
#[case("main-other", "LANDLINE_LINES_MAIN_OTHER_APP_SECRET")]
fn lines_that_would_share_a_variable_are_refused(#[case] name: &str, #[case] variable: &str) {
    let said = refusal(
        &format!("{WHOLE}\n[lines.{name}]\nphone_number_id = \"1003\"\n"),
        &[],
    );

    assert!(said.contains("would share the variable"), "{said}");
    assert!(said.contains(variable), "{said}");
    assert!(said.contains(&format!("lines.{name}")), "{said}");
}

#[test]
fn a_line_takes_another_way_and_other_secrets_without_a_pause_and_nothing_else() {
    let config = load(WHOLE, &[]).expect("right");
    let main = line(&config, "main");
    let other_way = LineSetup {
        timeout: Duration::from_secs(7),
        app_secret: "another".to_owned(),
        first_password: None,
        ..main.clone()
    };
    let other_number = LineSetup {
        number: NumberSetup::Id("1009".to_owned()),
        ..main.clone()
    };

    assert!(main.becomes_without_a_pause(&other_way));
    assert!(!main.becomes_without_a_pause(&other_number));
}

#[test]
fn hints_name_settings_and_no_flags() {
    let said = refusal("http_listen = \"0.0.0.0:80\"\n", &[]);

    assert!(said.contains("allow_plain = true"), "{said}");
    assert!(!said.contains("--"), "{said}");
}

#[test]
fn a_variable_that_is_wrong_is_named_itself() {
    let said = refusal(WHOLE, &[("LANDLINE_STRICT", "perhaps")]);

    assert!(
        said.contains("the variable LANDLINE_STRICT: neither true nor false"),
        "{said}"
    );
}

#[test]
fn a_file_that_is_no_toml_shows_the_line_and_no_secret() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("landline.toml");
    std::fs::write(&path, "strict = true\napp_secret = hush-hush\n").expect("written");

    let said = Config::load(Some(&path), &|_| None)
        .err()
        .expect("refused")
        .to_string();

    assert!(said.contains("landline.toml, line 2"), "{said}");
    assert!(!said.contains("hush-hush"), "{said}");
}
