//! The network's own API, as somebody else than Landline uses it: to look, and to set up what a test needs.

use bytes::Bytes;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

/// The Graph API with the account's token.
pub(crate) struct Graph {
    base: String,
    token: String,
    waba_id: String,
    pub(crate) phone_number_id: String,
    http: reqwest::Client,
}

impl Graph {
    /// From `graph` of the endpoints.
    pub(crate) fn new(endpoint: &Value) -> Self {
        let text = |name: &str| endpoint[name].as_str().unwrap().to_owned();
        Self {
            base: format!("{}/{}", text("base_url"), text("version")),
            token: text("access_token"),
            waba_id: text("waba_id"),
            phone_number_id: text("phone_number_id"),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    async fn done(&self, request: reqwest::RequestBuilder) -> Value {
        let response = request.bearer_auth(&self.token).send().await.unwrap();
        let (status, body) = (response.status(), response.json::<Value>().await.unwrap());
        assert!(status.is_success(), "{status} {body}");
        body
    }

    /// `GET /{path}`.
    pub(crate) async fn get(&self, path: &str) -> Value {
        self.done(self.http.get(format!("{}/{path}", self.base)))
            .await
    }

    /// `POST /{path}`.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        self.done(self.http.post(format!("{}/{path}", self.base)).json(body))
            .await
    }

    /// One more number of the account.
    pub(crate) async fn add_number(&self, number: &Value) {
        let path = format!("{}/phone_numbers", self.waba_id);
        self.post(&path, number).await;
    }

    /// Uploads a file; its `MEDIA_ID`.
    pub(crate) async fn upload(&self, content_type: &str, bytes: Bytes) -> String {
        let part = Part::stream(bytes)
            .file_name("file")
            .mime_str(content_type)
            .unwrap();
        let form = Form::new()
            .text("messaging_product", "whatsapp")
            .part("file", part);
        let request = self
            .http
            .post(format!("{}/{}/media", self.base, self.phone_number_id))
            .multipart(form);
        self.done(request).await["id"].as_str().unwrap().to_owned()
    }

    /// The namespace of the account's templates.
    pub(crate) async fn namespace(&self) -> String {
        let path = format!("{}?fields=message_template_namespace", self.waba_id);
        self.get(&path).await["message_template_namespace"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The account's templates, whole.
    pub(crate) async fn templates(&self) -> Vec<Value> {
        let path = format!("{}/message_templates?limit=250", self.waba_id);
        self.get(&path).await["data"].as_array().unwrap().clone()
    }

    /// `PHONE_ID` of the account's other number.
    pub(crate) async fn second_number(&self) -> String {
        let numbers = self.get(&format!("{}/phone_numbers", self.waba_id)).await;
        let ids = numbers["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|number| number["id"].as_str().unwrap());
        ids.into_iter()
            .find(|id| *id != self.phone_number_id)
            .unwrap()
            .to_owned()
    }

    /// The bytes of a media file, as a phone gets them.
    pub(crate) async fn file(&self, media_id: &str) -> Bytes {
        let node = self.get(media_id).await;
        let request = self
            .http
            .get(node["url"].as_str().unwrap())
            .bearer_auth(&self.token);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.bytes().await.unwrap()
    }
}
