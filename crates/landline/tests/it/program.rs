//! The program as its user meets it: the tour, the bench, the command line.

use serde_json::Value;
use tokio::process::Command;

use crate::support::{Api, Dev, Sink, heavy};

fn landline() -> Command {
    Command::new(env!("CARGO_BIN_EXE_landline"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tour_holds_twice_on_the_same_data_and_puts_everything_back() {
    let dev = Dev::builder().raw().start().await;
    let settings_before = async || {
        let password = std::fs::read(dev.folder.path().join("dev.json")).unwrap();
        let password: Value = serde_json::from_slice(&password).unwrap();
        let api = dev
            .anonymous()
            .login("admin", password["admin_password"].as_str().unwrap())
            .await;
        api.get("/v1/settings/application").await.body
    };

    for already in [false, true] {
        let tour = landline()
            .arg("tour")
            .arg("--data")
            .arg(dev.folder.path())
            .env("NO_COLOR", "1")
            .output()
            .await
            .unwrap();
        let told = String::from_utf8(tour.stdout).unwrap();
        assert!(tour.status.success(), "{told}");
        assert!(told.contains("11 of 11 steps held"), "{told}");
        assert_eq!(told.contains("held already"), already, "{told}");
    }

    let settings = settings_before().await;
    assert_eq!(settings["settings"]["application"]["webhooks"]["url"], "");
    assert_eq!(
        settings["settings"]["application"]["callback_backoff_delay_ms"],
        3000
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_own_webhooks_come_here_and_the_second_numbers_stay() {
    let network = crate::support::Network::start("eager").await;
    let (_, world) = network.phones().call("GET", "/sim/world", None).await;
    let graph = &world["graph"];
    let second = world["second"]["phone_number_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let first = graph["phone_number_id"].as_str().unwrap().to_owned();
    let webhooks = async |number: &str| -> Value {
        let base = graph["base_url"].as_str().unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{base}/v24.0/{number}?fields=webhook_configuration");
        let request = http
            .get(url)
            .bearer_auth(graph["access_token"].as_str().unwrap());
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["webhook_configuration"].clone()
    };
    let before = webhooks(&second).await;

    let sink = Sink::start().await;
    let dev = Dev::builder()
        .network(&network)
        .webhook(&sink)
        .start()
        .await;
    dev.api().await.connected().await;

    assert_eq!(
        webhooks(&first).await["phone_number"],
        dev.endpoints["relay"]
    );
    assert_eq!(webhooks(&second).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bench_compares_accepting_with_a_bare_reference() {
    let _turn = heavy().await;

    let bench = landline()
        .args([
            "bench",
            "accept",
            "--json",
            "--rounds",
            "1",
            "--seconds",
            "1",
        ])
        .output()
        .await
        .unwrap();

    assert!(
        bench.status.success(),
        "{}",
        String::from_utf8_lossy(&bench.stderr)
    );
    let report: Value = serde_json::from_slice(&bench.stdout).unwrap();
    assert!(report["ratio"]["median"].as_f64().unwrap() > 0.0);
    assert!(report["product_per_s"].as_f64().unwrap() > 0.0);
    assert!(report["reference_per_s"].as_f64().unwrap() > 0.0);
    assert!(report["stored_rows"].as_u64().unwrap() >= report["accepted"].as_u64().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_against_the_rules_ends_the_program_with_status_2() {
    let folder = tempfile::tempdir().unwrap();

    let dev = landline()
        .args(["dev", "--ready", "--admin-password", "weak", "--data"])
        .arg(folder.path().join("data"))
        .output()
        .await
        .unwrap();

    assert_eq!(dev.status.code(), Some(2));
    let told = String::from_utf8(dev.stderr).unwrap();
    assert!(told.contains("--admin-password"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_named_with_the_flag_that_moves_it() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();

    let dev = landline()
        .args([
            "dev",
            "--listen",
            "127.0.0.1:0",
            "--http-listen",
            "127.0.0.1:0",
            "--sim-listen",
            "127.0.0.1:0",
        ])
        .args(["--relay-listen", &address, "--data"])
        .arg(folder.path().join("data"))
        .output()
        .await
        .unwrap();

    assert!(!dev.status.success());
    let told = String::from_utf8(dev.stderr).unwrap();
    assert!(
        told.contains(&address) && told.contains("--relay-listen"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_key_opens_health_and_nothing_else() {
    const KEY: &str = "monitor-key-0123456789";
    let dev = Dev::builder()
        .raw()
        .env("LANDLINE_API_KEY", KEY)
        .start()
        .await;
    let ask = async |path: &str, key: &str| {
        let request = dev
            .anonymous()
            .request("GET", path)
            .header("Authorization", format!("Apikey {key}"));
        Api::finish(request).await
    };

    let health = ask("/v1/health", KEY).await;
    assert_eq!(health.status, 200, "{health:?}");
    assert_eq!(health.body["health"]["gateway_status"], "unregistered");
    let wrong = ask("/v1/health", "monitor-key-9876543210").await;
    assert_eq!((wrong.status, wrong.code()), (401, 1005), "{wrong:?}");
    let elsewhere = ask("/v1/settings/application", KEY).await;
    assert_eq!(
        (elsewhere.status, elsewhere.code()),
        (401, 1005),
        "{elsewhere:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_variables_count_as_not_set() {
    let sink = Sink::start().await;
    let mut dev = Dev::with(&sink).await;
    let folder = dev.folder.clone();
    dev.terminate().await;

    let again = Dev::builder()
        .folder(&folder)
        .env("LANDLINE_WEBHOOK", "")
        .env("LANDLINE_NETWORK", "")
        .start()
        .await;

    let settings = again.api().await.get("/v1/settings/application").await;
    assert_eq!(
        settings.body["settings"]["application"]["webhooks"]["url"],
        sink.url()
    );
}
