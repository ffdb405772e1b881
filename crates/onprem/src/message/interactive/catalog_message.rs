//! A whole catalogue (`messages.md` 3.5).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::part::Parts;
use super::product::LONGEST_PRODUCT;
use super::{Kind, named};
use crate::parse::{Object, Read};
use crate::schema::{self, choice, optional, required, string_within};

/// The value of `action.name`.
const NAME: &str = "catalog_message";

/// The catalogue of the business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogMessage {
    /// The product whose picture is shown; the network's choice without it.
    pub thumbnail_product_retailer_id: Option<String>,
}

impl Kind for CatalogMessage {
    const PARTS: Parts = Parts::NO_HEADER;

    fn read(action: &Object<'_>) -> Read<Self> {
        let name = named(action, NAME);
        let thumbnail = action
            .optional("parameters")
            .map(|parameters| thumbnail(&parameters.object()?))
            .transpose();
        name?;
        Ok(Self {
            thumbnail_product_retailer_id: thumbnail?.flatten(),
        })
    }

    fn schema() -> Value {
        let parameters = schema::object([optional(THUMBNAIL, string_within(LONGEST_PRODUCT))]);
        schema::object([
            required("name", choice([NAME])),
            optional("parameters", parameters),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![(
            "the catalogue",
            json!({
                "type": "catalog_message",
                "body": {"text": "Have a look at all we have."},
                "footer": {"text": "Hummingbird Coffee"},
                "action": {"name": "catalog_message", "parameters": {"thumbnail_product_retailer_id": "mug-blue"}},
            }),
        )]
    }
}

/// The member that names the product whose picture is shown.
pub(in crate::message) const THUMBNAIL: &str = "thumbnail_product_retailer_id";

/// Reads the product whose picture is shown, here and in templates.
pub(in crate::message) fn thumbnail(object: &Object<'_>) -> Read<Option<String>> {
    let Some(product) = object.optional(THUMBNAIL) else {
        return Ok(None);
    };
    product
        .string_within(LONGEST_PRODUCT)
        .map(|id| Some(id.to_owned()))
}
