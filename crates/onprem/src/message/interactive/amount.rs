//! Amounts of money (`messages.md` 3.9): a whole number of the currency's hundredths.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::text::text;
use crate::parse::{Field, Object, Read};
use crate::schema::{self, Member, integer, optional, required, string_within};

/// Values of `value`.
const VALUES: RangeInclusive<i64> = 0..=i64::MAX;
/// Longest description of a charge, characters.
pub(super) const LONGEST_DESCRIPTION: usize = 60;

/// An amount, in hundredths of the currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(pub i64);

impl Amount {
    /// The one value of `offset`: what `value` is divided by.
    pub const OFFSET: u64 = 100;
}

/// Tax, shipping or discount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// How much.
    pub amount: Amount,
    /// What for.
    pub description: Option<String>,
}

/// Reads an amount.
pub(super) fn amount(field: &Field<'_>) -> Read<Amount> {
    of_object(&field.object()?)
}

fn of_object(amount: &Object<'_>) -> Read<Amount> {
    let value = amount
        .required("value")
        .and_then(|value| value.integer(VALUES));
    let offset = amount.required("offset").and_then(|offset| {
        if offset.as_u64() == Some(Amount::OFFSET) {
            Ok(())
        } else {
            Err(offset.not(Amount::OFFSET))
        }
    });
    offset?;
    value.map(Amount)
}

/// Reads an amount with an optional description.
pub(super) fn charge(field: &Field<'_>) -> Read<Charge> {
    let charge = field.object()?;
    let amount = of_object(&charge);
    let description = charge
        .optional("description")
        .map(|field| text(&field, LONGEST_DESCRIPTION))
        .transpose();
    Ok(Charge {
        amount: amount?,
        description: description?,
    })
}

fn members() -> [Member; 2] {
    [
        required("value", integer(VALUES)).about("In hundredths of the currency."),
        required("offset", json!({"const": Amount::OFFSET})),
    ]
}

/// What an amount may be.
pub(super) fn schema() -> Value {
    schema::object(members())
}

/// What an amount with a description may be.
pub(super) fn charge_schema() -> Value {
    let description = optional("description", string_within(LONGEST_DESCRIPTION));
    schema::object(members().into_iter().chain([description]))
}
