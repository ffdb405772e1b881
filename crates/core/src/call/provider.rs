//! Media providers: named credentials for media links (`rest-api.md` section 7). Settings of their own: a reset of the
//! application settings leaves them alone.

use onprem::Refusal;
use onprem::provider::{Credentials, MOST_PROVIDERS, Provider, Providers, ShownProvider};
use store::{Batch, StoreError};

use super::{shown, store_refusal};
use crate::line::Line;
use crate::record;

impl Line {
    /// `GET /v1/settings/application/media/providers`: all of them by name, their secrets masked.
    pub async fn show_providers(&self) -> Result<Vec<ShownProvider>, Refusal> {
        let stored = self
            .records
            .list::<record::MediaProvider>(&self.config.name)
            .await
            .map_err(|error| store_refusal(&error))?;
        let shown = stored.into_iter().map(|(name, record)| {
            let credentials = record.0;
            Provider { name, credentials }.shown()
        });
        Ok(shown.collect())
    }

    /// `POST /v1/settings/application/media/providers`: stored all together; a known name is overwritten.
    pub async fn store_providers(&self, body: &[u8]) -> Result<(), Refusal> {
        let Providers(providers) = Providers::parse(body)?;
        let _turn = self.desk.providers.lock().await;
        let line = &self.config.name;
        let known = self
            .records
            .list::<record::MediaProvider>(line)
            .await
            .map_err(|error| store_refusal(&error))?;
        let mut names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
        names.extend(providers.iter().map(|provider| provider.name.as_str()));
        names.sort_unstable();
        names.dedup();
        if names.len() > MOST_PROVIDERS {
            return Err(Refusal::invalid(
                "providers",
                format_args!(
                    "there would be {} in all, must be at most {MOST_PROVIDERS}: delete some first",
                    names.len()
                ),
            ));
        }
        let changes: Result<Vec<_>, StoreError> = providers
            .iter()
            .map(|provider| {
                let record = record::MediaProvider(provider.credentials.clone());
                self.records.put(line, &provider.name, &record)
            })
            .collect();
        let batch = Batch::of(changes.map_err(|error| store_refusal(&error))?);
        let applied = self.store().apply(batch).await;
        applied.map(drop).map_err(|error| store_refusal(&error))
    }

    /// `DELETE /v1/settings/application/media/providers/{name}`; 404 / 1006 when there is none.
    pub async fn delete_provider(&self, name: &str) -> Result<(), Refusal> {
        let _turn = self.desk.providers.lock().await;
        let found = self
            .media_provider(name)
            .await
            .map_err(|error| store_refusal(&error))?;
        if found.is_none() {
            return Err(Refusal::not_found(format!(
                "there is no media provider named {}",
                shown(name)
            )));
        }
        let delete = self
            .records
            .delete::<record::MediaProvider>(&self.config.name, name);
        let applied = self.store().apply(Batch::of(vec![delete])).await;
        applied.map(drop).map_err(|error| store_refusal(&error))
    }

    /// The credentials of a provider, if there is one of that name.
    pub(crate) async fn media_provider(
        &self,
        name: &str,
    ) -> Result<Option<Credentials>, StoreError> {
        let record = self
            .records
            .get::<record::MediaProvider>(&self.config.name, name)
            .await?;
        Ok(record.map(|record| record.0))
    }

    /// 1009 for a media link whose provider there is not.
    pub(super) async fn check_provider(
        &self,
        field: &str,
        provider: Option<&str>,
    ) -> Result<(), Refusal> {
        let Some(name) = provider else {
            return Ok(());
        };
        let found = self
            .media_provider(name)
            .await
            .map_err(|error| store_refusal(&error))?;
        found.map(drop).ok_or_else(|| unknown(field, name))
    }
}

/// 1009: the media object at `field` names a provider that there is not.
pub(crate) fn unknown(field: &str, name: &str) -> Refusal {
    Refusal::invalid(
        &format!("{field}.provider"),
        format_args!("there is no media provider named {}", shown(name)),
    )
}

#[cfg(test)]
mod tests {
    use onprem::Code;
    use serde_json::{Value, json};

    use super::*;
    use crate::link::fake;

    fn bearer(name: &str, token: &str) -> Value {
        json!({"name": name, "type": "www", "config": {"bearer": token}})
    }

    async fn store(line: &Line, providers: &[Value]) -> Result<(), Refusal> {
        line.store_providers(json!(providers).to_string().as_bytes())
            .await
    }

    fn token(credentials: Option<Credentials>) -> Option<String> {
        match credentials? {
            Credentials::Bearer(token) => Some(token),
            _ => None,
        }
    }

    #[tokio::test]
    async fn a_provider_is_there_until_it_is_deleted() {
        let (line, _dir) = fake::line().await;
        store(&line, &[bearer("b", "one"), bearer("a", "two")])
            .await
            .unwrap();
        store(&line, &[bearer("b", "three")]).await.unwrap();

        assert_eq!(
            token(line.media_provider("b").await.unwrap()).as_deref(),
            Some("three")
        );
        let shown = serde_json::to_value(line.show_providers().await.unwrap()).unwrap();
        assert_eq!(
            shown,
            json!([bearer("a", "********"), bearer("b", "********")])
        );

        line.delete_provider("b").await.unwrap();
        assert_eq!(line.media_provider("b").await.unwrap(), None);
        let refusal = line.delete_provider("b").await.unwrap_err();
        assert_eq!(refusal.code, Code::NOT_FOUND);
    }

    #[tokio::test]
    async fn a_reset_of_the_settings_leaves_them() {
        let (line, _dir) = fake::line().await;
        store(&line, &[bearer("a", "one")]).await.unwrap();

        line.reset_settings().await.unwrap();

        assert!(line.media_provider("a").await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_list_with_one_that_is_wrong_stores_none() {
        let (line, _dir) = fake::line().await;

        let refusal = store(&line, &[bearer("a", "one"), bearer("b c", "two")])
            .await
            .unwrap_err();

        assert_eq!(refusal.code, Code::INVALID);
        assert_eq!(line.show_providers().await.unwrap().len(), 0);
    }

    #[tokio::test]
    async fn a_hundred_are_the_limit() {
        let (line, _dir) = fake::line().await;
        let many: Vec<Value> = (0..MOST_PROVIDERS)
            .map(|n| bearer(&format!("p{n}"), "one"))
            .collect();
        store(&line, &many).await.unwrap();

        store(&line, &[bearer("p7", "two")]).await.unwrap();
        let refusal = store(&line, &[bearer("one-more", "one")])
            .await
            .unwrap_err();

        assert_eq!(
            refusal.details,
            "providers: there would be 101 in all, must be at most 100: delete some first"
        );
    }

    #[tokio::test]
    async fn secrets_are_sealed_in_the_store() {
        let (line, _dir) = fake::line().await;
        store(&line, &[bearer("a", "Wren-and-Sparrow")])
            .await
            .unwrap();

        let stored = line
            .store()
            .record(&line.config.name, "media_provider", "a")
            .await
            .unwrap()
            .unwrap();

        let text = String::from_utf8_lossy(&stored);
        assert!(!text.contains("Wren-and-Sparrow") && !text.contains("bearer"));
    }
}
