//! Customers who become somebody else: another number, another identity. And statuses that do not come by themselves.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::ascii;
use crate::network::Network;
use crate::network::id::Direction;
use crate::network::mailroom::{Kind, LaneKey, Update};
use crate::network::media::hmac;
use crate::network::params::Params;
use crate::network::reach::country;

/// Bytes of what an identity is known by.
const HASH_BYTES: usize = 8;

impl Network {
    /// What a customer's identity is known by.
    pub(crate) fn identity(&self, wa_id: &str) -> Option<String> {
        let customer = self.lasting.customers.get(wa_id)?;
        // one of its own for every phone, until it changes
        Some(customer.identity.clone().unwrap_or_else(|| {
            let secret = self.lasting.app.secret.as_bytes();
            hash(&hmac(secret, format!("identity {wa_id}").as_bytes()))
        }))
    }

    /// A customer's business-scoped id: one for each phone number.
    pub(crate) fn user_id(&self, wa_id: &str) -> String {
        let secret = self.lasting.app.secret.as_bytes();
        let digest = hmac(secret, format!("user {wa_id}").as_bytes());
        let number = digest
            .iter()
            .take(8)
            .fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        format!(
            "{}.{:017}",
            country(wa_id),
            number % 100_000_000_000_000_000
        )
    }

    /// What a customer's identity is known by, if the network tells it to this number.
    pub(crate) fn told_identity(&self, number: usize, wa_id: &str) -> Option<String> {
        let is_told = self.lasting.numbers.get(number)?.identity_check;
        self.identity(wa_id).filter(|_| is_told)
    }

    /// The customer has a new phone: another identity, which the first number is told if it asked for that. The hash, or
    /// a sentence.
    pub(crate) fn change_identity(&mut self, wa_id: &str, now: i64) -> Result<String, String> {
        let hash = hash(&self.dice.roll().to_be_bytes());
        let customer = (self.lasting.customers.get_mut(wa_id))
            .ok_or_else(|| format!("there is no customer {wa_id}"))?;
        customer.identity = Some(hash.clone());
        let name = customer.settings.name.clone();
        self.saved_at_once();
        if self.told_identity(0, wa_id).is_some() {
            let system = json!({
                "body": format!("The security code of {name} has changed"),
                "customer": wa_id,
                "identity": hash,
                "type": "customer_identity_changed",
            });
            let identity = json!({"acknowledged": false, "created_timestamp": now, "hash": hash});
            self.system_event(wa_id, system, Some(identity), now);
        }
        Ok(hash)
    }

    /// The customer takes another number, with phone and windows. A sentence says why not.
    pub(crate) fn move_customer(&mut self, old: &str, new: &str, now: i64) -> Result<(), String> {
        let is_business = (self.lasting.numbers.iter()).any(|number| number.digits() == new);
        if is_business || self.lasting.customers.contains_key(new) {
            return Err(format!("{new} is somebody's number already"));
        }
        let identity = self.identity(old);
        let mut customer = (self.lasting.customers.remove(old))
            .ok_or_else(|| format!("there is no customer {old}"))?;
        if let Some(due) = customer.phone.due_ms.take() {
            self.schedule.remove(&(due, old.to_owned()));
        }
        customer.identity = identity;
        new.clone_into(&mut customer.settings.wa_id);
        let name = customer.settings.name.clone();
        self.lasting.customers.insert(new.to_owned(), customer);
        self.saved_at_once();
        let system = json!({
            "body": format!("{name} changed from {old} to {new}"),
            "type": "user_changed_number",
            "wa_id": new,
        });
        self.system_event(old, system, None, now);
        self.pump(new, now);
        Ok(())
    }

    /// A status of a message of a customer's chat, for the first number: with the members given, time and recipient, and
    /// what its send carried. The status, or a sentence.
    pub(crate) fn tell_status(
        &mut self,
        wa_id: &str,
        members: Map<String, Value>,
        now: i64,
    ) -> Result<Value, String> {
        let id = members
            .get("id")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let known = (self.ids.read(id)).is_some_and(|(customer, _)| customer == wa_id);
        if !known {
            return Err(format!("id: there is no message {id} in this chat"));
        }
        let opaque =
            (self.lasting.customers.get(wa_id)).and_then(|customer| customer.phone.opaque(id));
        let mut status = Params(members);
        if let Some(opaque) = opaque {
            status.set("biz_opaque_callback_data", opaque);
        }
        status.set("timestamp", (now / 1000).to_string());
        status.set("recipient_id", wa_id);
        let told = Value::Object(status.0);
        self.post(
            LaneKey {
                number: 0,
                customer: Arc::from(wa_id),
            },
            Update {
                kind: Kind::Status,
                json: ascii::json(&told),
                card: None,
                made_ms: now,
            },
        );
        Ok(told)
    }

    /// What the network says of a customer to the first number: no message, so no window opens.
    fn system_event(&mut self, from: &str, system: Value, identity: Option<Value>, now: i64) {
        let mut message = Params::default();
        message.set("from", from);
        message.set("from_user_id", self.user_id(from));
        message.set("id", self.ids.message(from, Direction::In));
        message.set("timestamp", (now / 1000).to_string());
        message.set("type", "system");
        message.set("system", system);
        if let Some(identity) = identity {
            message.set("identity", identity);
        }
        self.post(
            LaneKey {
                number: 0,
                customer: Arc::from(from),
            },
            Update {
                kind: Kind::Message,
                json: ascii::json(&message.0),
                card: None,
                made_ms: now,
            },
        );
    }
}

fn hash(bytes: &[u8]) -> String {
    STANDARD.encode(bytes.get(..HASH_BYTES).unwrap_or(bytes))
}
