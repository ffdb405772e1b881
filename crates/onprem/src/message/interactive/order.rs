//! The order inside of order details (`messages.md` 3.9).

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::amount::{self, Amount, Charge, amount, charge};
use super::text::text;
use crate::parse::{Field, Object, Read};
use crate::schema::{self, choice, integer, optional, required, string, string_within};

/// The one status of an order that is to be paid.
pub(super) const STATUS: &str = "pending";
/// Longest name of an item, characters.
pub(super) const LONGEST_NAME: usize = 60;
/// How many of an item.
const QUANTITY: RangeInclusive<i64> = 1..=i64::MAX;

/// An order to be paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The catalogue that the items are of.
    pub catalog_id: Option<String>,
    /// Until when it can be paid.
    pub expiration: Option<Expiration>,
    /// Left out only by the simplified form of Brazil.
    pub items: Option<Vec<Item>>,
    /// Before the charges.
    pub subtotal: Amount,
    /// Added.
    pub tax: Charge,
    /// Added.
    pub shipping: Option<Charge>,
    /// Taken off.
    pub discount: Option<Charge>,
}

/// Until when an order can be paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expiration {
    /// Unix seconds.
    pub timestamp: i64,
    /// What the customer reads then.
    pub description: Option<String>,
}

/// A position of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The business's id of it.
    pub retailer_id: String,
    /// What it is called.
    pub name: String,
    /// For one.
    pub amount: Amount,
    /// How many.
    pub quantity: i64,
    /// For one, when it is less than usual.
    pub sale_amount: Option<Amount>,
    /// As it came.
    pub country_of_origin: Option<String>,
    /// As it came.
    pub importer_name: Option<String>,
    /// As it came.
    pub importer_address: Option<Map<String, Value>>,
}

impl Order {
    /// What has to be paid: subtotal, tax and shipping, less the discount. Wide enough for any amounts.
    pub(super) fn total(&self) -> i128 {
        let of =
            |charge: &Option<Charge>| charge.as_ref().map_or(0, |charge| charge.amount.0.into());
        let Self { subtotal, tax, .. } = self;
        i128::from(subtotal.0) + i128::from(tax.amount.0) + of(&self.shipping) - of(&self.discount)
    }
}

/// Reads `order`. Without `items` only where they may be left out.
pub(super) fn read(field: &Field<'_>, needs_items: bool) -> Read<Order> {
    let order = field.object()?;
    let status = order
        .required("status")
        .and_then(|status| status.choice(&[(STATUS, ())]));
    let catalog_id = order.optional_string("catalog_id");
    let expiration = order
        .optional("expiration")
        .map(|field| expiration(&field))
        .transpose();
    let items = match order.optional("items") {
        None if needs_items => Err(order.missing("items")),
        None => Ok(None),
        Some(items) => some_items(&items).map(Some),
    };
    let subtotal = order.required("subtotal").and_then(|field| amount(&field));
    let tax = order.required("tax").and_then(|field| charge(&field));
    let optional_charge = |name| order.optional(name).map(|field| charge(&field)).transpose();
    let shipping = optional_charge("shipping");
    let discount = optional_charge("discount");
    status?;
    Ok(Order {
        catalog_id: catalog_id?.map(str::to_owned),
        expiration: expiration?,
        items: items?,
        subtotal: subtotal?,
        tax: tax?,
        shipping: shipping?,
        discount: discount?,
    })
}

fn some_items(field: &Field<'_>) -> Read<Vec<Item>> {
    let items = field.each(|item| item_of(&item.object()?))?;
    if items.is_empty() {
        return Err(field.invalid("is empty, must have at least one element"));
    }
    Ok(items)
}

fn expiration(field: &Field<'_>) -> Read<Expiration> {
    let expiration = field.object()?;
    let timestamp = expiration
        .required("timestamp")
        .and_then(|timestamp| timestamp.integer(0..=i64::MAX));
    let description = expiration.optional_string("description");
    Ok(Expiration {
        timestamp: timestamp?,
        description: description?.map(str::to_owned),
    })
}

fn item_of(item: &Object<'_>) -> Read<Item> {
    let retailer_id = item.string("retailer_id");
    let name = item
        .required("name")
        .and_then(|name| text(&name, LONGEST_NAME));
    let usual = item.required("amount").and_then(|field| amount(&field));
    let quantity = item
        .required("quantity")
        .and_then(|quantity| quantity.integer(QUANTITY));
    let sale_amount = item
        .optional("sale_amount")
        .map(|field| sale(&field, usual.ok()))
        .transpose();
    let country_of_origin = item.optional_string("country_of_origin");
    let importer_name = item.optional_string("importer_name");
    let importer_address = item
        .optional("importer_address")
        .map(|address| Ok(address.object()?.to_members()))
        .transpose();
    Ok(Item {
        retailer_id: retailer_id?.to_owned(),
        name: name?,
        amount: usual?,
        quantity: quantity?,
        sale_amount: sale_amount?,
        country_of_origin: country_of_origin?.map(str::to_owned),
        importer_name: importer_name?.map(str::to_owned),
        importer_address: importer_address?,
    })
}

/// A lower price than the usual one.
fn sale(field: &Field<'_>, usual: Option<Amount>) -> Read<Amount> {
    let sale = amount(field)?;
    match usual {
        Some(usual) if sale >= usual => Err(field.invalid(format_args!(
            "is {}, must be less than the amount, {}",
            sale.0, usual.0
        ))),
        _ => Ok(sale),
    }
}

/// What `order` may be.
pub(super) fn schema() -> Value {
    let expiration = schema::object([
        required("timestamp", integer(0..=i64::MAX)).about("Unix seconds."),
        optional("description", string()),
    ]);
    let item = schema::object([
        required("retailer_id", string()),
        required("name", string_within(LONGEST_NAME)),
        required("amount", amount::schema()),
        required("quantity", integer(QUANTITY)),
        optional("sale_amount", amount::schema()).about("Less than the amount."),
        optional("country_of_origin", string()),
        optional("importer_name", string()),
        optional("importer_address", json!({"type": "object"})),
    ]);
    let items = json!({"type": "array", "items": item, "minItems": 1});
    schema::object([
        required("status", choice([STATUS])),
        optional("catalog_id", string()),
        optional("expiration", expiration),
        optional("items", items).about("Required, except for payments in Brazil."),
        required("subtotal", amount::schema()),
        required("tax", amount::charge_schema()),
        optional("shipping", amount::charge_schema()),
        optional("discount", amount::charge_schema()),
    ])
}
