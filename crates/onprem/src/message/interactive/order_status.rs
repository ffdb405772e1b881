//! How an order goes on (`messages.md` 3.9).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::order_details::{LONGEST_REFERENCE, reference_id};
use super::part::{IMAGE, Parts};
use super::{Kind, named};
use crate::parse::{Object, Read};
use crate::schema::{self, choice, optional, required, string, string_within};

/// The value of `action.name`.
const NAME: &str = "review_order";

/// How an order goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderStatus {
    /// The business's id of the order.
    pub reference_id: String,
    /// Where it is.
    pub status: Progress,
    /// In the business's words.
    pub description: Option<String>,
}

/// Where an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// To be paid.
    Pending,
    /// Being packed.
    Processing,
    /// On its way in part.
    PartiallyShipped,
    /// On its way.
    Shipped,
    /// Done.
    Completed,
    /// Called off.
    Canceled,
}

/// Every value of `order.status`.
const STATUSES: &[(&str, Progress)] = &[
    ("pending", Progress::Pending),
    ("processing", Progress::Processing),
    ("partially_shipped", Progress::PartiallyShipped),
    ("shipped", Progress::Shipped),
    ("completed", Progress::Completed),
    ("canceled", Progress::Canceled),
];

impl Kind for OrderStatus {
    const PARTS: Parts = Parts {
        headers: IMAGE,
        ..Parts::USUAL
    };

    fn read(action: &Object<'_>) -> Read<Self> {
        let name = named(action, NAME);
        let status = action
            .required("parameters")
            .and_then(|parameters| status(&parameters.object()?));
        name.and(status)
    }

    fn schema() -> Value {
        let order = schema::object([
            required("status", choice(STATUSES.iter().map(|(name, _)| *name))),
            optional("description", string()),
        ]);
        let parameters = schema::object([
            required("reference_id", string_within(LONGEST_REFERENCE)),
            required("order", order),
        ]);
        schema::object([
            required("name", choice([NAME])),
            required("parameters", parameters),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![(
            "an order that is on its way",
            json!({
                "type": "order_status",
                "body": {"text": "Your coffee has left the roastery."},
                "action": {"name": "review_order", "parameters": {
                    "reference_id": "HB-1042",
                    "order": {"status": "shipped", "description": "Parcel LX-204"},
                }},
            }),
        )]
    }
}

fn status(parameters: &Object<'_>) -> Read<OrderStatus> {
    let reference_id = reference_id(parameters);
    let order = parameters.required("order").and_then(|order| {
        let order = order.object()?;
        let status = order
            .required("status")
            .and_then(|status| status.choice(STATUSES));
        let description = order.optional_string("description");
        Ok((status?, description?.map(str::to_owned)))
    });
    let (status, description) = order?;
    Ok(OrderStatus {
        reference_id: reference_id?,
        status,
        description,
    })
}
