//! Certificates of private authorities for the webhook's host (`rest-api.md` section 5, `webhooks.md` 1.2).

use onprem::{Code, Refusal};
use store::record::Records;
use store::{Batch, LineName};

use super::store_refusal;
use crate::line::{Line, OpenError, webhook_client};
use crate::record::Authorities;

/// The record's name.
const NAME: &str = "webhook";

/// The authorities that are stored, for a client. Ones that can no longer be read are left out, with a line in the log:
/// a line opens all the same.
pub(crate) async fn authorities(
    records: &Records,
    line: &LineName,
) -> Result<Vec<reqwest::Certificate>, OpenError> {
    let stored = records.get::<Authorities>(line, NAME).await?;
    let read = stored.map_or_else(
        || Ok(Vec::new()),
        |stored| reqwest::Certificate::from_pem_bundle(stored.pem.as_bytes()),
    );
    Ok(read.unwrap_or_else(|error| {
        tracing::error!(%line, %error, "the uploaded authorities of the webhook cannot be read");
        Vec::new()
    }))
}

impl Line {
    /// `POST /v1/certificates/webhooks/ca`: one PEM certificate or several. In force for the next request.
    ///
    /// 400 / 1008 for an empty body, 400 / 1009 for one that is not certificates only; the old ones stay.
    pub async fn set_webhook_authorities(&self, pem: &[u8]) -> Result<(), Refusal> {
        let read = read(pem)?;
        let client = webhook_client(&self.config, read).map_err(|error| {
            invalid(format_args!(
                "has a certificate that cannot be used: {error}"
            ))
        })?;
        let record = Authorities {
            pem: String::from_utf8_lossy(pem).into_owned(),
        };
        let _turn = self.desk.certificates.lock().await;
        self.records
            .save(&self.config.name, NAME, &record)
            .await
            .map_err(|error| store_refusal(&error))?;
        self.webhook.send_replace(client);
        Ok(())
    }

    /// `GET /v1/certificates/webhooks/ca`: as uploaded; 404 / 1006 when there is none.
    pub async fn webhook_authorities(&self) -> Result<String, Refusal> {
        let stored = self.records.get::<Authorities>(&self.config.name, NAME);
        stored
            .await
            .map_err(|error| store_refusal(&error))?
            .map(|stored| stored.pem)
            .ok_or_else(|| Refusal::not_found("no certificate was uploaded for the webhook"))
    }

    /// `DELETE /v1/certificates/webhooks/ca`: the system's authorities alone are trusted again.
    pub async fn delete_webhook_authorities(&self) -> Result<(), Refusal> {
        let client = webhook_client(&self.config, Vec::new())
            .map_err(|error| Refusal::new(Code::INTERNAL, error.to_string()))?;
        let _turn = self.desk.certificates.lock().await;
        let delete = self.records.delete::<Authorities>(&self.config.name, NAME);
        self.store()
            .apply(Batch::of(vec![delete]))
            .await
            .map_err(|error| store_refusal(&error))?;
        self.webhook.send_replace(client);
        Ok(())
    }
}

fn invalid(why: impl std::fmt::Display) -> Refusal {
    Refusal::invalid("the body", why)
}

fn read(pem: &[u8]) -> Result<Vec<reqwest::Certificate>, Refusal> {
    if pem.trim_ascii().is_empty() {
        return Err(Refusal::new(
            Code::MISSING,
            "a body is required: one or more certificates as PEM",
        ));
    }
    // It would lie in the store unsealed, and be shown to whoever asks.
    if holds(pem, b"PRIVATE KEY-----") {
        return Err(invalid(
            "has a private key, must have certificates only: consider the key as known to others",
        ));
    }
    match reqwest::Certificate::from_pem_bundle(pem) {
        Ok(read) if !read.is_empty() => Ok(read),
        Ok(_) => Err(invalid("has no certificate, must be PEM")),
        Err(_) => Err(invalid("is not well-formed PEM")),
    }
}

fn holds(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::link::fake;

    #[rstest]
    #[case::nothing(b" \n".as_slice(), Code::MISSING)]
    #[case::no_pem(b"hello", Code::INVALID)]
    #[case::half(b"-----BEGIN CERTIFICATE-----\nAAAA\n", Code::INVALID)]
    #[case::no_certificate(
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        Code::INVALID
    )]
    #[case::a_key(
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        Code::INVALID
    )]
    #[tokio::test]
    async fn what_is_no_certificate_is_refused(#[case] pem: &[u8], #[case] code: Code) {
        let (line, _dir) = fake::line().await;

        let refusal = line.set_webhook_authorities(pem).await.unwrap_err();

        assert_eq!(refusal.code, code, "{refusal}");
        let none = line.webhook_authorities().await.unwrap_err();
        assert_eq!(none.code, Code::NOT_FOUND);
    }
}
