//! Identities of contacts (`rest-api.md` 11.2).

use onprem::identity::{Acknowledgement, ContactIdentity};
use onprem::{Code, Refusal, WaId};
use store::{Batch, StoreError};

use super::store_refusal;
use crate::line::Line;
use crate::record;

impl Line {
    /// `GET /v1/contacts/{wa_id}/identity`; 404 / 1006 for a customer of whom none is known.
    pub async fn identity(&self, wa_id: &str) -> Result<ContactIdentity, Refusal> {
        let canonical = canonical(wa_id);
        let open = (self.open_changes(&canonical).await).map_err(|error| store_refusal(&error))?;
        let identity = self.known_identity(wa_id, &canonical).await?;
        Ok(ContactIdentity {
            acknowledged: open.is_empty(),
            created_timestamp: identity.created_ms,
            hash: identity.hash,
        })
    }

    /// `PUT /v1/contacts/{wa_id}/identity`: the business knows of the newest identity, messages go out again.
    ///
    /// 404 / 1006 for a customer of whom none is known, 400 / 1009 for a hash that is not the newest.
    pub async fn acknowledge(&self, wa_id: &str, body: &[u8]) -> Result<(), Refusal> {
        let Acknowledgement { hash } = Acknowledgement::parse(body)?;
        let canonical = canonical(wa_id);
        // In this order: a change that comes in between is the newest then, and is not among those that are withdrawn.
        let open = (self.open_changes(&canonical).await).map_err(|error| store_refusal(&error))?;
        let newest = self.known_identity(wa_id, &canonical).await?;
        if newest.hash != hash {
            // Which one is, the business should learn from its customer.
            return Err(Refusal::invalid(
                "hash",
                "is not that of the contact's newest identity",
            ));
        }
        if open.is_empty() {
            return Ok(());
        }
        let changes = (open.iter())
            .map(|hash| self.acknowledgement(&canonical, hash))
            .collect();
        (self.store().apply(Batch::of(changes)).await).map_err(|error| store_refusal(&error))?;
        self.acknowledged(&canonical, &open);
        Ok(())
    }

    /// 403 / 1028 while a customer's new identity is not acknowledged.
    pub(super) async fn check_identity(&self, to: &WaId) -> Result<(), Refusal> {
        let held_back = (self.is_held_back(to).await).map_err(|error| store_refusal(&error))?;
        if held_back {
            return Err(Refusal::new(
                Code::IDENTITY_UNACKNOWLEDGED,
                format!(
                    "to: the identity of {to} has changed; acknowledge it with PUT /v1/contacts/{to}/identity"
                ),
            ));
        }
        Ok(())
    }

    async fn known_identity(
        &self,
        wa_id: &str,
        canonical: &str,
    ) -> Result<record::Identity, Refusal> {
        let contact: Result<Option<record::Contact>, StoreError> =
            self.records.get(&self.config.name, canonical).await;
        contact
            .map_err(|error| store_refusal(&error))?
            .and_then(|contact| contact.identity)
            .ok_or_else(|| {
                let shown: String = wa_id.chars().take(64).collect();
                Refusal::not_found(format!("no identity of a contact {shown:?} is known"))
            })
    }
}

/// The customer that a path names, in whatever spelling.
fn canonical(wa_id: &str) -> String {
    WaId::parse(wa_id)
        .unwrap_or_else(|| WaId::from_network(wa_id))
        .canonical()
}

#[cfg(test)]
mod tests {
    use store::record::Record as _;

    use super::*;
    use crate::link::fake;

    const ADA: &str = "12025550143";

    async fn know(line: &Line, hash: &str) {
        let contact = record::Contact {
            wa_id: ADA.to_owned(),
            name: None,
            identity: Some(record::Identity {
                hash: hash.to_owned(),
                created_ms: 1_735_689_600_000,
            }),
        };
        line.records
            .save(&line.config.name, ADA, &contact)
            .await
            .unwrap();
    }

    async fn demand(line: &Line, hash: &str) {
        let demand = line.demand(ADA, hash).unwrap();
        line.store().apply(Batch::of(vec![demand])).await.unwrap();
    }

    fn body(hash: &str) -> Vec<u8> {
        serde_json::json!({"hash": hash}).to_string().into_bytes()
    }

    #[tokio::test]
    async fn an_identity_is_acknowledged_by_its_newest_hash_only() {
        let (line, _dir) = fake::line().await;
        know(&line, "new").await;
        demand(&line, "old").await;
        demand(&line, "new").await;
        assert!(!line.identity("+1 202 555 0143").await.unwrap().acknowledged);

        let refusal = line.acknowledge(ADA, &body("old")).await.unwrap_err();
        assert_eq!((refusal.status, refusal.code), (400, Code::INVALID));
        assert!(!refusal.details.contains("new\""), "{}", refusal.details);
        assert!(!line.identity(ADA).await.unwrap().acknowledged);

        line.acknowledge(ADA, &body("new")).await.unwrap();
        assert_eq!(
            line.identity(ADA).await.unwrap(),
            ContactIdentity {
                acknowledged: true,
                created_timestamp: 1_735_689_600_000,
                hash: "new".to_owned(),
            }
        );
        let left = line
            .store()
            .records(&line.config.name, record::IdentityChange::KIND, "", 10);
        assert_eq!(left.await.unwrap(), []);
        line.acknowledge(ADA, &body("new")).await.unwrap();
    }

    #[tokio::test]
    async fn of_a_stranger_nothing_is_known() {
        let (line, _dir) = fake::line().await;

        let refusals = [
            line.identity(ADA).await.unwrap_err(),
            line.acknowledge(ADA, &body("h")).await.unwrap_err(),
            line.identity("../../x").await.unwrap_err(),
        ];

        for refusal in refusals {
            assert_eq!((refusal.status, refusal.code), (404, Code::NOT_FOUND));
        }
    }
}
