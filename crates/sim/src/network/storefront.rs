//! `/{PHONE_ID}/whatsapp_commerce_settings`, and the name that a number may be found by.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::network::Network;
use crate::network::commerce::CATALOG;
use crate::network::error::GraphError;
use crate::network::params::Params;

/// What customers see of the catalogue in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Storefront {
    cart: bool,
    catalog: bool,
}

impl Default for Storefront {
    fn default() -> Self {
        Self {
            cart: true,
            catalog: true,
        }
    }
}

impl Network {
    /// GET.
    pub(crate) fn show_storefront(&self, number: usize) -> Value {
        let front = (self.lasting.numbers.get(number))
            .map(|number| number.storefront)
            .unwrap_or_default();
        json!({"data": [{
            "is_cart_enabled": front.cart,
            "is_catalog_visible": front.catalog,
            "id": CATALOG,
        }]})
    }

    /// POST: the members given.
    pub(crate) fn set_storefront(
        &mut self,
        number: usize,
        params: &Params,
    ) -> Result<(), GraphError> {
        let cart = truth(params, "is_cart_enabled")?;
        let catalog = truth(params, "is_catalog_visible")?;
        if let Some(number) = self.lasting.numbers.get_mut(number) {
            let front = &mut number.storefront;
            front.cart = cart.unwrap_or(front.cart);
            front.catalog = catalog.unwrap_or(front.catalog);
            self.saved_at_once();
        }
        Ok(())
    }

    /// `GET /{PHONE_ID}/username`.
    pub(crate) fn show_username(&self, number: usize) -> Value {
        let name = (self.lasting.numbers.get(number)).and_then(|number| number.username.clone());
        match name {
            Some(name) => json!({"username": name, "status": "approved"}),
            None => json!({}),
        }
    }

    /// Names that are free, made of the number's display name.
    pub(crate) fn suggest_usernames(&self, number: usize) -> Vec<String> {
        let Some(known) = self.lasting.numbers.get(number) else {
            return Vec::new();
        };
        let plain: String = (known.verified_name.chars())
            .filter(char::is_ascii_alphanumeric)
            .take(20)
            .collect();
        let plain = plain.to_lowercase();
        let names = [
            plain.clone(),
            format!("{plain}.official"),
            format!("{plain}_{}", known.cc),
        ];
        let is_free = |name: &String| {
            let mut numbers = self.lasting.numbers.iter();
            name.len() >= 3 && numbers.all(|other| other.username.as_ref() != Some(name))
        };
        names.into_iter().filter(is_free).collect()
    }

    /// `POST`: 3 to 30 letters, digits, points and underscores, taken by nobody else.
    pub(crate) fn set_username(
        &mut self,
        number: usize,
        params: &Params,
        now: i64,
    ) -> Result<Value, GraphError> {
        let name = params.required_text("username")?.to_lowercase();
        let good = (3..=30).contains(&name.len())
            && name.bytes().any(|byte| byte.is_ascii_lowercase())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_');
        if !good {
            return Err(GraphError::new(
                147_001,
                "username: 3 to 30 letters, digits, points and underscores, at least one of them a letter",
            ));
        }
        let is_taken = self
            .lasting
            .numbers
            .iter()
            .enumerate()
            .any(|(at, other)| at != number && other.username.as_ref() == Some(&name));
        if is_taken {
            return Err(GraphError::new(147_001, "username: another number has it"));
        }
        if let Some(number) = self.lasting.numbers.get_mut(number) {
            number.username = Some(name.clone());
        }
        self.saved_at_once();
        self.tell_username(number, Some(&name), "approved", now);
        Ok(json!({"username": name, "status": "approved"}))
    }

    /// `DELETE`.
    pub(crate) fn delete_username(&mut self, number: usize, now: i64) {
        let had = (self.lasting.numbers.get_mut(number)).and_then(|number| number.username.take());
        if had.is_some() {
            self.saved_at_once();
            self.tell_username(number, None, "deleted", now);
        }
    }

    fn tell_username(&mut self, number: usize, name: Option<&str>, status: &str, now: i64) {
        let mut value =
            json!({"display_phone_number": self.display_digits(number), "status": status});
        if let (Some(name), Some(members)) = (name, value.as_object_mut()) {
            members.insert("username".to_owned(), name.into());
        }
        self.notice("business_username_update", &value, now);
    }
}

/// A truth value, also as a word, as forms and queries have it.
pub(crate) fn truth(params: &Params, name: &str) -> Result<Option<bool>, GraphError> {
    match params.text(name)?.as_deref() {
        None => Ok(None),
        Some("true" | "True" | "1") => Ok(Some(true)),
        Some("false" | "False" | "0") => Ok(Some(false)),
        Some(_) => Err(GraphError::parameter(format!(
            "Param {name} must be a boolean."
        ))),
    }
}
