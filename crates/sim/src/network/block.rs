//! `/{PHONE_ID}/block_users`: customers whom the business does not want to hear from.

use serde_json::{Value, json};

use crate::network::Network;
use crate::network::error::GraphError;
use crate::network::params::Params;
use crate::network::send::{is_user_id, phone_digits, whatsapp};

/// Most entries of a list.
const MOST: usize = 64_000;
/// Most users in one call.
const MOST_AT_ONCE: usize = 1000;
const SOME_FAILED: i64 = 139_100;
const FULL: i64 = 139_101;

impl Network {
    /// GET, as `(key, object)`.
    pub(crate) fn list_blocked(&self, number: usize) -> Vec<(String, Value)> {
        let blocked = (self.lasting.numbers.get(number)).map_or(&[][..], |number| &number.blocked);
        let shown = blocked.iter().map(|user| {
            let name = if is_user_id(user) { "user_id" } else { "wa_id" };
            let object = json!({"messaging_product": "whatsapp", "input": user, name: user});
            (user.clone(), object)
        });
        shown.collect()
    }

    /// Whether the business has blocked a customer at this number.
    pub(crate) fn has_blocked(&self, number: usize, user: &str) -> bool {
        (self.lasting.numbers.get(number))
            .is_some_and(|number| number.blocked.iter().any(|known| known == user))
    }

    /// POST and DELETE. Only who wrote within the last 24 hours can be blocked.
    pub(crate) fn change_blocked(
        &mut self,
        number: usize,
        params: &Params,
        block: bool,
        now: i64,
    ) -> Result<Value, GraphError> {
        whatsapp(params)?;
        let users = params
            .array("block_users")?
            .filter(|users| (1..=MOST_AT_ONCE).contains(&users.len()))
            .ok_or_else(|| {
                GraphError::parameter(format!(
                    "Param block_users must be an array of 1 to {MOST_AT_ONCE} users."
                ))
            })?;
        let mut done: Vec<Value> = Vec::new();
        let mut failed: Vec<Value> = Vec::new();
        for user in users {
            let input = ["user", "user_id"]
                .iter()
                .find_map(|name| user.get(name))
                .or(Some(&user))
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            match self.block_one(number, &input, block, now) {
                Ok(id) if is_user_id(&id) => done.push(json!({"input": input, "user_id": id})),
                Ok(id) => done.push(json!({"input": input, "wa_id": id})),
                Err((id, code, words)) => failed.push(json!({
                    "input": input,
                    "wa_id": id,
                    "errors": [{"message": words, "code": code, "error_data": {"details": words}}],
                })),
            }
        }
        self.saved_at_once();
        let name = if block {
            "added_users"
        } else {
            "removed_users"
        };
        let mut told = json!({ name: done });
        if failed.is_empty() {
            return Ok(json!({"messaging_product": "whatsapp", "block_users": told}));
        }
        if let Some(members) = told.as_object_mut() {
            members.insert("failed_users".to_owned(), failed.into());
        }
        let words = "some users could not be changed; failed_users names them";
        Err(GraphError::new(SOME_FAILED, words).with("block_users", told))
    }

    /// The user's id, or with it why not.
    fn block_one(
        &mut self,
        number: usize,
        input: &str,
        block: bool,
        now: i64,
    ) -> Result<String, (String, i64, &'static str)> {
        let id = phone_digits(input)
            .or_else(|| is_user_id(input).then(|| input.to_owned()))
            .ok_or((input.to_owned(), 131_009, "not a phone number"))?;
        let phone_id = (self.lasting.numbers.get(number)).map(|number| number.id.clone());
        let has_written = phone_id.is_some_and(|phone_id| {
            (self.lasting.customers.get(&id))
                .is_some_and(|customer| customer.window_open(&phone_id, now))
        });
        let Some(number) = self.lasting.numbers.get_mut(number) else {
            return Err((id, 131_000, "no such number"));
        };
        if !block {
            number.blocked.retain(|known| *known != id);
            return Ok(id);
        }
        if number.blocked.contains(&id) {
            return Ok(id);
        }
        if !has_written {
            let words = "the user has not written to this number within the last 24 hours";
            return Err((id, 131_047, words));
        }
        if number.blocked.len() >= MOST {
            return Err((id, FULL, "the list is full"));
        }
        number.blocked.push(id.clone());
        Ok(id)
    }
}
