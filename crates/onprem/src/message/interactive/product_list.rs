//! Several products (`messages.md` 3.5).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Kind;
use super::part::{Parts, Presence};
use super::product::{LONGEST_PRODUCT, retailer_id};
use super::section::{self, Elements, Section};
use crate::Code;
use crate::parse::{Object, Read};
use crate::schema::{self, required, string, string_within};

/// Most products over all sections.
const MOST_PRODUCTS: usize = 30;

const PRODUCTS: Elements = Elements {
    name: "product_items",
    most: MOST_PRODUCTS,
    code: Code::PRODUCTS,
};

/// Products of a catalogue, in sections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductList {
    /// The catalogue.
    pub catalog_id: String,
    /// The products' ids in it.
    pub sections: Vec<Section<String>>,
}

impl Kind for ProductList {
    const PARTS: Parts = Parts {
        header: Presence::Required,
        ..Parts::USUAL
    };

    fn read(action: &Object<'_>) -> Read<Self> {
        let catalog_id = action.string("catalog_id");
        let sections = sections(action);
        // The documented table has it, the documented samples have not: it says nothing here.
        let _ = action.optional("product_retailer_id");
        Ok(Self {
            catalog_id: catalog_id?.to_owned(),
            sections: sections?,
        })
    }

    fn schema() -> Value {
        schema::object([
            required("catalog_id", string()),
            required("sections", sections_schema()),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![(
            "products in two sections",
            json!({
                "type": "product_list",
                "header": {"type": "text", "text": "For your kitchen"},
                "body": {"text": "What goes well with the machine"},
                "footer": {"text": "Prices include VAT"},
                "action": {"catalog_id": "613000142001", "sections": [
                    {"title": "Coffee", "product_items": [
                        {"product_retailer_id": "espresso-250"}, {"product_retailer_id": "filter-250"},
                    ]},
                    {"title": "Cups", "product_items": [{"product_retailer_id": "mug-blue"}]},
                ]},
            }),
        )]
    }
}

/// Reads `sections` of products as a template's button has them: the members that are known.
pub(in crate::message) fn sections_value(object: &Object<'_>) -> Read<Value> {
    let section = |section: &Section<String>| {
        let item = |id| json!({"product_retailer_id": id});
        let mut known = json!({"product_items": section.items.iter().map(item).collect::<Vec<_>>()});
        if let Some(title) = &section.title {
            known["title"] = title.as_str().into();
        }
        known
    };
    Ok(sections(object)?.iter().map(section).collect())
}

/// Reads `sections` of products.
fn sections(object: &Object<'_>) -> Read<Vec<Section<String>>> {
    section::read(object, &PRODUCTS, |item| retailer_id(&item.object()?))
}

/// What `sections` of products may be.
pub(in crate::message) fn sections_schema() -> Value {
    let item = schema::object([required(
        "product_retailer_id",
        string_within(LONGEST_PRODUCT),
    )]);
    section::schema(&PRODUCTS, item)
}
