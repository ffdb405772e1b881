//! What the network tells of account, numbers and templates. Such webhooks always go to the app's own callback, whatever
//! overrides there are (section 1.14 of the API's reference).

use serde_json::{Value, json};

use crate::ascii;
use crate::network::Network;
use crate::network::mailroom::{Kind, LaneKey, Update};

/// Stands where lanes have a number: what goes to the app's callback.
pub(crate) const APP: usize = usize::MAX;

impl Network {
    /// Puts a change of `field` on its way, if the app has asked for it.
    pub(crate) fn notice(&mut self, field: &'static str, value: &Value, now: i64) {
        if !self.has_asked_for(field) {
            return;
        }
        self.post(
            LaneKey {
                number: APP,
                customer: field.into(),
            },
            Update {
                kind: Kind::Field(field),
                json: ascii::json(value),
                card: None,
                made_ms: now,
            },
        );
    }

    /// The app gets the changes of a field.
    pub(crate) fn has_asked_for(&self, field: &str) -> bool {
        let fields = &self.lasting.app.fields;
        (fields.as_ref()).is_none_or(|fields| fields.iter().any(|known| known == field))
    }

    /// Where such changes go.
    pub(crate) fn app_callback(&self) -> Option<&str> {
        let callback = self.lasting.app.callback.as_ref();
        callback
            .filter(|_| self.lasting.account.subscribed)
            .map(|callback| callback.url.as_str())
    }

    /// A number as webhooks have it.
    pub(crate) fn display_digits(&self, number: usize) -> String {
        (self.lasting.numbers.get(number))
            .map(super::number::Number::digits)
            .unwrap_or_default()
    }

    /// `user_preferences`: the customer does not want marketing messages any more, or wants them again.
    pub(crate) fn tell_preference(&mut self, wa_id: &str, wants: bool, now: i64) {
        let number = self.last_author(wa_id);
        let Some(phone_id) = (self.lasting.numbers.get(number)).map(|number| number.id.clone())
        else {
            return;
        };
        let name = self.name_of(wa_id);
        let (value, words) = if wants {
            ("resume", "User requested to resume marketing messages")
        } else {
            ("stop", "User requested to stop marketing messages")
        };
        let value = json!({
            "messaging_product": "whatsapp",
            "metadata": {
                "display_phone_number": self.display_digits(number),
                "phone_number_id": phone_id,
            },
            "contacts": [{"profile": {"name": name}, "wa_id": wa_id, "user_id": self.user_id(wa_id)}],
            "user_preferences": [{
                "wa_id": wa_id,
                "user_id": self.user_id(wa_id),
                "detail": words,
                "category": "marketing_messages",
                "value": value,
                "timestamp": now / 1000,
            }],
        });
        self.notice("user_preferences", &value, now);
    }

    /// The number whose message the customer got last, else the first.
    pub(crate) fn last_author(&self, wa_id: &str) -> usize {
        (self.lasting.customers.get(wa_id))
            .and_then(|customer| customer.phone.last_author())
            .unwrap_or(0)
    }
}
