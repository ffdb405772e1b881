//! What a business tells the network besides its profile: compliance, and the key that flows encrypt with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::network::Network;
use crate::network::error::GraphError;
use crate::network::params::Params;
use crate::network::send::whatsapp;

/// Compliance and encryption of a number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Business {
    pub(crate) compliance: Option<Map<String, Value>>,
    pub(crate) key: Option<Key>,
}

/// The key that flows encrypt with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Key {
    pem: String,
    /// It was set under an earlier registration of the number.
    mismatch: bool,
}

impl Key {
    /// The object of the API.
    pub(crate) fn show(&self) -> Value {
        let status = if self.mismatch { "MISMATCH" } else { "VALID" };
        json!({"business_public_key": self.pem, "business_public_key_signature_status": status})
    }
}

impl Business {
    /// The number is registered anew: the key is not its key any more.
    pub(super) fn mismatch(&mut self) {
        if let Some(key) = &mut self.key {
            key.mismatch = true;
        }
    }
}

const ENTITY_TYPES: &[&str] = &[
    "LIMITED_LIABILITY_PARTNERSHIP",
    "SOLE_PROPRIETORSHIP",
    "PARTNERSHIP",
    "PUBLIC_COMPANY",
    "PRIVATE_COMPANY",
    "OTHER",
];
/// What the DER of an RSA key of 2048 bits begins with: `rsaEncryption`, a bit string, the head of the modulus.
const RSA_2048: &[u8] = &[
    0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
    0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01,
    0x00,
];

impl Network {
    /// `GET business_compliance_info`.
    pub(crate) fn show_compliance(&self, number: usize) -> Value {
        let known = self
            .lasting
            .numbers
            .get(number)
            .and_then(|number| number.business.compliance.clone());
        let shown: Vec<Value> = known
            .into_iter()
            .map(|mut info| {
                info.insert("messaging_product".to_owned(), "whatsapp".into());
                Value::Object(info)
            })
            .collect();
        json!({ "data": shown })
    }

    /// `POST business_compliance_info`: takes the place of what was there.
    pub(crate) fn set_compliance(
        &mut self,
        number: usize,
        params: &Params,
    ) -> Result<(), GraphError> {
        whatsapp(params)?;
        let info = read_compliance(params)?;
        if let Some(number) = self.lasting.numbers.get_mut(number) {
            number.business.compliance = Some(info.0);
            self.saved_at_once();
        }
        Ok(())
    }

    /// `GET whatsapp_business_encryption`.
    pub(crate) fn show_key(&self, number: usize) -> Value {
        let key = self
            .lasting
            .numbers
            .get(number)
            .and_then(|number| number.business.key.as_ref());
        let shown: Vec<Value> = key.into_iter().map(Key::show).collect();
        json!({ "data": shown })
    }

    /// `POST whatsapp_business_encryption`: takes the place of the key that was there.
    pub(crate) fn set_key(&mut self, number: usize, params: &Params) -> Result<(), GraphError> {
        let pem = params.required_text("business_public_key")?;
        if !is_key(&pem) {
            return Err(GraphError::parameter(
                "Param business_public_key must be a valid 2048-bit RSA public key in PEM format.",
            ));
        }
        let Some(number) = self.lasting.numbers.get_mut(number) else {
            return Ok(());
        };
        if !number.is_registered() {
            return Err(GraphError::new(133_010, "the number is not registered"));
        }
        number.business.key = Some(Key {
            pem,
            mismatch: false,
        });
        self.saved_at_once();
        Ok(())
    }
}

fn is_key(pem: &str) -> bool {
    let body = pem
        .trim()
        .strip_prefix("-----BEGIN PUBLIC KEY-----")
        .and_then(|rest| rest.strip_suffix("-----END PUBLIC KEY-----"));
    let der = body.and_then(|body| {
        let base64: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        STANDARD.decode(base64).ok()
    });
    // two bytes of length and the 290 that it counts, up to the exponent
    der.is_some_and(|der| der.len() == 294 && der.starts_with(RSA_2048))
}

fn read_compliance(params: &Params) -> Result<Params, GraphError> {
    let mut info = Params::default();
    info.set("entity_name", params.required_text("entity_name")?);
    let entity_type = params.required_text("entity_type")?;
    if !ENTITY_TYPES.contains(&entity_type.as_str()) {
        return Err(GraphError::parameter(format!(
            "Param entity_type must be one of {{{}}}.",
            ENTITY_TYPES.join(", ")
        )));
    }
    let custom = params.text("entity_type_custom")?;
    if entity_type == "OTHER" && custom.is_none() {
        return Err(GraphError::required("entity_type_custom"));
    }
    let registered = params.value("is_registered").and_then(Value::as_bool);
    if matches!(entity_type.as_str(), "OTHER" | "PARTNERSHIP") && registered.is_none() {
        return Err(GraphError::required("is_registered"));
    }
    info.set("entity_type", entity_type);
    if let Some(custom) = custom {
        info.set("entity_type_custom", custom);
    }
    if let Some(registered) = registered {
        info.set("is_registered", registered);
    }
    for (name, members) in [
        (
            "grievance_officer_details",
            &["name", "email", "landline_number", "mobile_number"][..],
        ),
        (
            "customer_care_details",
            &["email", "landline_number", "mobile_number"],
        ),
    ] {
        let details = params
            .object(name)?
            .ok_or_else(|| GraphError::required(name))?;
        info.set(name, read_contact(name, &details, members)?.0);
    }
    Ok(info)
}

fn read_contact(name: &str, details: &Params, members: &[&str]) -> Result<Params, GraphError> {
    let mut contact = Params::default();
    for member in members {
        if let Some(text) = details.text(member)? {
            contact.set(member, text);
        }
    }
    let email = contact.value("email").and_then(Value::as_str);
    if !email.is_some_and(|email| email.contains('@')) {
        return Err(GraphError::parameter(format!(
            "Param {name} must have a valid e-mail address."
        )));
    }
    let numbers = ["landline_number", "mobile_number"].map(|member| contact.value(member));
    let is_good = |number: &Value| number.as_str().is_some_and(|text| text.starts_with('+'));
    if numbers.iter().all(Option::is_none) || !numbers.into_iter().flatten().all(is_good) {
        return Err(GraphError::parameter(format!(
            "Param {name} must have landline_number or mobile_number, with + and the country code."
        )));
    }
    Ok(contact)
}
