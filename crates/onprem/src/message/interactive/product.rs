//! A single product (`messages.md` 3.5).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Kind;
use super::part::{Parts, Presence};
use crate::parse::{Object, Read};
use crate::schema::{self, required, string, string_within};

/// Longest `product_retailer_id`, characters.
pub(super) const LONGEST_PRODUCT: usize = 100;

/// A product of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// The catalogue.
    pub catalog_id: String,
    /// The product's id in it.
    pub product_retailer_id: String,
}

impl Kind for Product {
    const PARTS: Parts = Parts {
        body: Presence::Optional,
        ..Parts::NO_HEADER
    };

    fn read(action: &Object<'_>) -> Read<Self> {
        let catalog_id = action.string("catalog_id");
        let product_retailer_id = retailer_id(action);
        Ok(Self {
            catalog_id: catalog_id?.to_owned(),
            product_retailer_id: product_retailer_id?,
        })
    }

    fn schema() -> Value {
        schema::object([
            required("catalog_id", string()),
            required("product_retailer_id", string_within(LONGEST_PRODUCT)),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![(
            "a product",
            json!({
                "type": "product",
                "body": {"text": "This is the one you asked for"},
                "footer": {"text": "Freshly roasted"},
                "action": {"catalog_id": "613000142001", "product_retailer_id": "espresso-250"},
            }),
        )]
    }
}

/// Reads `product_retailer_id`.
pub(super) fn retailer_id(object: &Object<'_>) -> Read<String> {
    let id = object.required("product_retailer_id")?;
    id.string_within(LONGEST_PRODUCT).map(str::to_owned)
}
