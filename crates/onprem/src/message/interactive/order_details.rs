//! An order to be reviewed and paid (`messages.md` 3.9). Landline checks its form and its sum, and processes no payment.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::amount::{self, Amount, amount};
use super::order::{self, Order};
use super::part::{IMAGE, Parts};
use super::{Kind, named};
use crate::parse::{Field, Object, Read};
use crate::schema::{self, choice, optional, required, string, string_like, string_within};
use crate::{Code, Refusal};

/// The value of `action.name`.
const NAME: &str = "review_and_pay";
/// Longest `reference_id`, characters.
pub(super) const LONGEST_REFERENCE: usize = 35;
/// The `payment_type` of Brazil, whose orders need no items.
const BRAZIL: &str = "br";

/// An order to be reviewed and paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderDetails {
    /// The business's id of the order.
    pub reference_id: String,
    /// What is sold.
    pub goods: Goods,
    /// `upi`, `br`, …
    pub payment_type: Option<String>,
    /// As they came: each country has its own. Each has a `type`.
    pub payment_settings: Option<Vec<Map<String, Value>>>,
    /// A name that was set up with the network (India).
    pub payment_configuration: Option<String>,
    /// ISO 4217.
    pub currency: String,
    /// What has to be paid.
    pub total_amount: Amount,
    /// What for.
    pub order: Order,
}

/// What is sold: the value of `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goods {
    /// What needs no parcel.
    DigitalGoods,
    /// What does.
    PhysicalGoods,
}

impl Kind for OrderDetails {
    const PARTS: Parts = Parts {
        headers: IMAGE,
        ..Parts::USUAL
    };

    fn read(action: &Object<'_>) -> Read<Self> {
        let name = named(action, NAME);
        let details = action
            .required("parameters")
            .and_then(|parameters| details(&parameters.object()?));
        name.and(details)
    }

    fn schema() -> Value {
        let settings = json!({"type": "array", "items": {
            "type": "object", "properties": {"type": string()}, "required": ["type"],
        }});
        let parameters = schema::object([
            required("reference_id", string_within(LONGEST_REFERENCE)),
            required("type", choice(["digital-goods", "physical-goods"])),
            optional("payment_type", string())
                .about("This or payment_settings, as the country has it."),
            optional("payment_settings", settings),
            optional("payment_configuration", string()),
            required("currency", string_like("^[A-Z]{3}$")),
            required("total_amount", amount::schema())
                .about("Subtotal, tax and shipping, less the discount."),
            required("order", order::schema()),
        ]);
        schema::object([
            required("name", choice([NAME])),
            required("parameters", parameters),
        ])
    }

    fn examples() -> Vec<(&'static str, Value)> {
        vec![
            (
                "an order to be paid in India",
                json!({
                    "type": "order_details",
                    "header": {"type": "image", "image": {"link": "https://cdn.example/beans.jpg"}},
                    "body": {"text": "Your order is packed."},
                    "footer": {"text": "Hummingbird Coffee"},
                    "action": {"name": "review_and_pay", "parameters": {
                        "reference_id": "HB-1042",
                        "type": "physical-goods",
                        "payment_type": "upi",
                        "payment_configuration": "hummingbird-upi",
                        "currency": "INR",
                        "total_amount": {"value": 113_900, "offset": 100},
                        "order": {
                            "status": "pending",
                            "catalog_id": "613000142001",
                            "expiration": {"timestamp": 1_893_456_000, "description": "This offer has ended"},
                            "items": [
                                {"retailer_id": "espresso-250", "name": "Espresso, 250 g", "quantity": 2,
                                 "amount": {"value": 45_000, "offset": 100}, "sale_amount": {"value": 40_000, "offset": 100},
                                 "country_of_origin": "Ethiopia"},
                                {"retailer_id": "mug-blue", "name": "Blue mug", "quantity": 1,
                                 "amount": {"value": 25_000, "offset": 100}},
                            ],
                            "subtotal": {"value": 105_000, "offset": 100},
                            "tax": {"value": 8_900, "offset": 100, "description": "GST"},
                            "shipping": {"value": 5_000, "offset": 100},
                            "discount": {"value": 5_000, "offset": 100, "description": "Welcome back"},
                        },
                    }},
                }),
            ),
            (
                "an order without items, as in Brazil",
                json!({
                    "type": "order_details",
                    "body": {"text": "Seu pedido está pronto."},
                    "action": {"name": "review_and_pay", "parameters": {
                        "reference_id": "HB-1043",
                        "type": "digital-goods",
                        "payment_type": "br",
                        "payment_settings": [{"type": "payment_link", "payment_link": {"uri": "https://pay.example/HB-1043"}}],
                        "currency": "BRL",
                        "total_amount": {"value": 5000, "offset": 100},
                        "order": {
                            "status": "pending",
                            "subtotal": {"value": 5000, "offset": 100},
                            "tax": {"value": 0, "offset": 100},
                        },
                    }},
                }),
            ),
        ]
    }
}

/// Reads `reference_id`.
pub(super) fn reference_id(parameters: &Object<'_>) -> Read<String> {
    let id = parameters.required("reference_id")?;
    id.string_within(LONGEST_REFERENCE).map(str::to_owned)
}

fn details(parameters: &Object<'_>) -> Read<OrderDetails> {
    let reference_id = reference_id(parameters);
    let goods = parameters.required("type").and_then(|kind| {
        kind.choice(&[
            ("digital-goods", Goods::DigitalGoods),
            ("physical-goods", Goods::PhysicalGoods),
        ])
    });
    let payment_type = parameters.optional_string("payment_type");
    let payment_settings = parameters
        .optional("payment_settings")
        .map(|settings| settings.each(setting))
        .transpose();
    let is_paid_somehow = matches!(payment_type, Ok(None)) && matches!(payment_settings, Ok(None));
    let paid = if is_paid_somehow {
        Err(parameters.refuse(Refusal::missing(&format!(
            "{parameters}.payment_type or {parameters}.payment_settings"
        ))))
    } else {
        Ok(())
    };
    let payment_configuration = parameters.optional_string("payment_configuration");
    let currency = parameters
        .required("currency")
        .and_then(|field| currency(&field));
    let total = parameters.required("total_amount");
    let total_amount = total.and_then(|field| amount(&field));
    let needs_items = !matches!(payment_type, Ok(Some(BRAZIL)));
    let order = parameters
        .required("order")
        .and_then(|field| order::read(&field, needs_items));
    let (total_amount, order) = sum(parameters, total_amount, order)?;
    paid?;
    Ok(OrderDetails {
        reference_id: reference_id?,
        goods: goods?,
        payment_type: payment_type?.map(str::to_owned),
        payment_settings: payment_settings?,
        payment_configuration: payment_configuration?.map(str::to_owned),
        currency: currency?,
        total_amount,
        order,
    })
}

/// 1009 when the total is not what the order's parts come to.
fn sum(
    parameters: &Object<'_>,
    total: Read<Amount>,
    order: Read<Order>,
) -> Read<(Amount, Order)> {
    let (total, order) = (total?, order?);
    let sum = order.total();
    if sum == i128::from(total.0) {
        return Ok((total, order));
    }
    Err(parameters.refuse(Refusal::new(
        Code::INVALID,
        format!(
            "{parameters}.total_amount.value: is {}, subtotal + tax + shipping - discount is {sum}",
            total.0
        ),
    )))
}

fn setting(field: &Field<'_>) -> Read<Map<String, Value>> {
    let setting = field.object()?;
    setting.string("type")?;
    Ok(setting.to_members())
}

fn currency(field: &Field<'_>) -> Read<String> {
    let code = field.string()?;
    if code.len() == 3 && code.bytes().all(|letter| letter.is_ascii_uppercase()) {
        Ok(code.to_owned())
    } else {
        Err(field.not("three capital letters such as INR"))
    }
}
