//! Resumable uploads, and the photo of a profile.

use reqwest::Method;
use serde_json::json;
use sim::Retry;

use crate::support::{Reply, Sim};

/// What a reader of magic numbers takes for a PNG.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

/// A new session; its id.
async fn session(sim: &Sim, mime_type: &str, length: usize) -> String {
    let path = format!(
        "{}/uploads?file_name=a&file_length={length}&file_type={mime_type}",
        sim.world.graph.app_id
    );
    let begun = Reply::of(sim.call(Method::POST, &path)).await.ok(200);
    let id = begun["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("upload:") && id.contains("?sig="), "{id}");
    id
}

async fn fill(sim: &Sim, session: &str, offset: usize, bytes: &'static [u8]) -> Reply {
    let token = format!("OAuth {}", sim.world.graph.access_token);
    let request = sim
        .client
        .post(format!("{}/v24.0/{session}", sim.base))
        .header("authorization", token)
        .header("file_offset", offset)
        .body(bytes);
    Reply::of(request).await
}

#[tokio::test]
async fn an_upload_goes_on_where_it_stands() {
    let sim = Sim::start(Retry::Eager);
    let (head, tail) = PNG.split_at(6);
    let session = session(&sim, "image/png", PNG.len()).await;

    let half = fill(&sim, &session, 0, head).await;
    assert_eq!(half.code(), (400, 100));
    let at = sim.get(&session).await.ok(200);
    assert_eq!(at, json!({"id": session, "file_offset": 6}));
    assert_eq!(fill(&sim, &session, 0, tail).await.code(), (400, 100));

    let whole = fill(&sim, &session, 6, tail).await.ok(200);
    assert!(whole["h"].as_str().unwrap().starts_with("4::"), "{whole}");
}

#[tokio::test]
async fn an_upload_that_cannot_be_is_refused() {
    let sim = Sim::start(Retry::Eager);
    let app = &sim.world.graph.app_id;
    for query in [
        "file_length=0&file_type=image/png",
        "file_length=999999999&file_type=image/png",
        "file_length=x&file_type=image/png",
        "file_length=5&file_type=image/gif",
        "file_type=image/png",
    ] {
        let reply = Reply::of(sim.call(Method::POST, &format!("{app}/uploads?{query}"))).await;
        assert_eq!(reply.code(), (400, 100), "{query}");
    }
    assert_eq!(sim.get("upload:nothing?sig=x").await.code(), (400, 100));
    let session = session(&sim, "image/png", 4).await;
    let (unsigned, _) = session.split_once('?').unwrap();
    assert_eq!(sim.get(unsigned).await.code(), (400, 100));
    assert_eq!(fill(&sim, &session, 0, PNG).await.code(), (400, 100));
    let anonymous = sim.client.get(format!("{}/{session}", sim.base));
    assert_eq!(Reply::of(anonymous).await.code(), (401, 104));
}

#[tokio::test]
async fn a_photo_is_what_everybody_sees_also_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let sim = Sim::open(dir.path(), Retry::Eager);
    let number = sim.world.number.wa_id.clone();
    let path = format!(
        "{}/whatsapp_business_profile",
        sim.world.graph.phone_number_id
    );
    let set = async |handle: &str| {
        let body = json!({"messaging_product": "whatsapp", "profile_picture_handle": handle});
        sim.post(&path, body).await
    };
    let shown = sim
        .sim(Method::GET, &format!("numbers/{number}"), None)
        .await;
    assert_eq!(shown.ok(200)["photo"], json!(null));
    assert_eq!(set("4::no").await.code(), (400, 100));
    for (mime_type, bytes) in [("image/jpeg", PNG), ("application/pdf", PNG)] {
        let session = session(&sim, mime_type, bytes.len()).await;
        let whole = fill(&sim, &session, 0, bytes).await.ok(200);
        let refused = set(whole["h"].as_str().unwrap()).await;
        assert_eq!(refused.code(), (400, 100), "{mime_type}");
    }

    let session = session(&sim, "image/png", PNG.len()).await;
    let handle = fill(&sim, &session, 0, PNG).await.ok(200)["h"].clone();
    set(handle.as_str().unwrap()).await.success();

    let profile = sim.get(&path).await.ok(200);
    let url = profile["data"][0]["profile_picture_url"].as_str().unwrap();
    let photo = sim.client.get(url).send().await.unwrap();
    assert_eq!(photo.headers()["content-type"], "image/png");
    assert_eq!(photo.bytes().await.unwrap(), PNG);
    let mut shown = sim
        .sim(Method::GET, &format!("numbers/{number}"), None)
        .await
        .ok(200);
    assert_eq!(shown["photo"]["url"].take(), url);
    assert_eq!(
        shown["photo"],
        json!({"url": null, "mime_type": "image/png", "bytes": PNG.len(),
            "sha256": "02a3e298f1533f62558c58e4c70edcab9af5a50d62d925fd5390942020fb0fb8"})
    );
    let gone = sim.client.get(format!("{}/pps/1", sim.base));
    assert_eq!(Reply::of(gone).await.code(), (404, 100));
    sim.stop().await;

    let sim = Sim::open(dir.path(), Retry::Eager);
    let again = sim
        .sim(Method::GET, &format!("numbers/{number}"), None)
        .await
        .ok(200);
    assert_eq!(again["photo"]["sha256"], shown["photo"]["sha256"]);
    let gone = sim.client.get(format!("{}/pps/1", sim.base));
    assert_eq!(Reply::of(gone).await.code(), (404, 100));
}
