//! What was sent and delivered, and what it cost: the analytics of the account, and the month's statement.
//!
//! Prices are made up, in US dollars: they show who pays for what, not how much.

use jiff::civil::Date;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::network::Network;
use crate::network::error::GraphError;
use crate::network::fields::{Field, read};
use crate::network::message::Outgoing;
use crate::network::reach::country;

/// Seconds of the finest grain.
const HALF_HOUR_S: i64 = 1800;
const DAY_S: i64 = 24 * 3600;
/// Entries that are kept; the oldest go first.
const MOST: usize = 50_000;

/// What a delivered message of a category costs, millionths of a dollar.
const PRICES: &[(&str, u64)] = &[
    ("marketing", 25_000),
    ("utility", 4000),
    ("authentication", 4500),
    ("authentication_international", 20_000),
];

/// All entries, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Ledger(Vec<Entry>);

/// Messages of one kind within half an hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// Unix seconds.
    start: i64,
    /// `PHONE_ID`.
    number: String,
    country: String,
    /// `MARKETING`, …
    category: String,
    /// `REGULAR`, `FREE_CUSTOMER_SERVICE`, `FREE_ENTRY_POINT`.
    kind: String,
    sent: u64,
    delivered: u64,
    /// Millionths of a dollar.
    cost: u64,
}

impl Ledger {
    /// The entry of these, made when it is missing.
    fn entry(&mut self, like: Entry) -> Option<&mut Entry> {
        let is_it = |entry: &Entry| {
            entry.number == like.number
                && entry.country == like.country
                && entry.category == like.category
                && entry.kind == like.kind
        };
        let first = self.0.partition_point(|entry| entry.start < like.start);
        let later = self.0.get(first..).unwrap_or_default();
        let found = later
            .iter()
            .take_while(|entry| entry.start == like.start)
            .position(is_it);
        let at = first + found.unwrap_or(0);
        if found.is_none() {
            self.0.insert(at, like);
            if self.0.len() > MOST {
                self.0.remove(0);
                return self.0.get_mut(at.saturating_sub(1));
            }
        }
        self.0.get_mut(at)
    }

    fn between(&self, start: i64, end: i64) -> impl Iterator<Item = &Entry> {
        self.0
            .iter()
            .filter(move |entry| (start..end).contains(&entry.start))
    }
}

fn price(category: &str) -> u64 {
    (PRICES.iter().find(|(known, _)| *known == category)).map_or(0, |(_, price)| *price)
}

/// Millionths as dollars.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "money of a simulation, shown with six digits"
)]
fn dollars(millionths: u64) -> f64 {
    millionths as f64 / 1_000_000.0
}

/// What a call for analytics asks for.
struct Span {
    start: i64,
    end: i64,
    /// Seconds of one data point; `None` for calendar months.
    grain: Option<i64>,
    name: String,
}

impl Span {
    fn read(field: &Field) -> Result<Self, GraphError> {
        let number = |name: &str| {
            field
                .modifier(name)
                .and_then(|text| text.trim().parse::<i64>().ok())
                .ok_or_else(|| {
                    GraphError::parameter(format!("({name}) must be a Unix time in seconds"))
                })
        };
        let (start, end) = (number("start")?, number("end")?);
        let name = field
            .modifier("granularity")
            .unwrap_or("DAY")
            .trim()
            .to_uppercase();
        let grain = match name.as_str() {
            "HALF_HOUR" => Some(HALF_HOUR_S),
            "DAY" | "DAILY" => Some(DAY_S),
            "MONTH" | "MONTHLY" => None,
            _ => {
                return Err(GraphError::parameter(
                    "(granularity) must be one of {HALF_HOUR, DAY, MONTH}",
                ));
            }
        };
        if end <= start {
            return Err(GraphError::parameter("(end) must be after (start)"));
        }
        Ok(Self {
            start,
            end,
            grain,
            name,
        })
    }

    /// Where the data point begins and ends that a time is in.
    fn point(&self, at: i64) -> (i64, i64) {
        match self.grain {
            Some(grain) => (at - at.rem_euclid(grain), at - at.rem_euclid(grain) + grain),
            None => month_of(at).unwrap_or((self.start, self.end)),
        }
    }
}

/// The month that a time is in, UTC.
fn month_of(at: i64) -> Option<(i64, i64)> {
    let day = Offset::UTC
        .to_datetime(jiff::Timestamp::from_second(at).ok()?)
        .date();
    let first = day.first_of_month();
    let next = first.checked_add(jiff::Span::new().months(1)).ok()?;
    Some((first_second(first)?, first_second(next)?))
}

fn first_second(date: Date) -> Option<i64> {
    let midnight = date.to_datetime(jiff::civil::Time::midnight());
    Some(Offset::UTC.to_timestamp(midnight).ok()?.as_second())
}

/// The month of a name like `2026-09`.
fn month_named(name: &str) -> Option<(i64, i64)> {
    month_of(first_second(format!("{name}-01").parse().ok()?)?)
}

impl Network {
    /// A message was sent.
    pub(super) fn book_sent(&mut self, message: &Outgoing, now: i64) {
        if let Some(entry) = self.entry_of(message, now) {
            entry.sent += 1;
        }
        self.saved_soon();
    }

    /// A message was delivered: that is when it costs something.
    pub(super) fn book_delivered(&mut self, message: &Outgoing, now: i64) {
        let cost = if message.charge.billable {
            price(&message.charge.category)
        } else {
            0
        };
        if let Some(entry) = self.entry_of(message, now) {
            entry.delivered += 1;
            entry.cost += cost;
        }
        self.saved_soon();
    }

    fn entry_of(&mut self, message: &Outgoing, now: i64) -> Option<&mut Entry> {
        let number = self.lasting.numbers.get(message.number)?.id.clone();
        let at = now.div_euclid(1000);
        self.lasting.ledger.entry(Entry {
            start: at - at.rem_euclid(HALF_HOUR_S),
            number,
            country: country(message.recipient.lane()).to_owned(),
            category: message.charge.category.to_uppercase(),
            kind: message.charge.kind().to_uppercase(),
            sent: 0,
            delivered: 0,
            cost: 0,
        })
    }

    /// The analytics that `fields` asks for, to be put into the account's object.
    pub(crate) fn analytics(&self, fields: &str) -> Result<Vec<(String, Value)>, GraphError> {
        let mut shown = Vec::new();
        for field in read(fields) {
            let value = match field.name.as_str() {
                "analytics" => self.message_analytics(&Span::read(&field)?),
                "pricing_analytics" => self.pricing_analytics(&Span::read(&field)?),
                "conversation_analytics" => self.conversation_analytics(&Span::read(&field)?),
                _ => continue,
            };
            shown.push((field.name, value));
        }
        Ok(shown)
    }

    fn message_analytics(&self, span: &Span) -> Value {
        let mut points: Vec<((i64, i64), u64, u64)> = Vec::new();
        for entry in self.lasting.ledger.between(span.start, span.end) {
            let at = span.point(entry.start);
            match points.last_mut().filter(|(known, _, _)| *known == at) {
                Some((_, sent, delivered)) => {
                    *sent += entry.sent;
                    *delivered += entry.delivered;
                }
                None => points.push((at, entry.sent, entry.delivered)),
            }
        }
        let points: Vec<Value> = points
            .into_iter()
            .map(|((start, end), sent, delivered)| {
                json!({"start": start, "end": end, "sent": sent, "delivered": delivered})
            })
            .collect();
        let numbers: Vec<String> = (self.lasting.numbers.iter())
            .map(super::number::Number::digits)
            .collect();
        json!({
            "phone_numbers": numbers,
            "country_codes": [],
            "granularity": span.name,
            "data_points": points,
        })
    }

    /// Entries that differ in nothing but their half hour, put together.
    fn grouped(&self, span: &Span) -> Vec<((i64, i64), Entry)> {
        let mut groups: Vec<((i64, i64), Entry)> = Vec::new();
        for entry in self.lasting.ledger.between(span.start, span.end) {
            let at = span.point(entry.start);
            let same = |(known, group): &&mut ((i64, i64), Entry)| {
                *known == at
                    && group.number == entry.number
                    && group.country == entry.country
                    && group.category == entry.category
                    && group.kind == entry.kind
            };
            match groups.iter_mut().find(same) {
                Some((_, group)) => {
                    group.sent += entry.sent;
                    group.delivered += entry.delivered;
                    group.cost += entry.cost;
                }
                None => groups.push((at, entry.clone())),
            }
        }
        groups
    }

    fn pricing_analytics(&self, span: &Span) -> Value {
        let points: Vec<Value> = self
            .grouped(span)
            .into_iter()
            .filter(|(_, entry)| entry.delivered > 0)
            .map(|((start, end), entry)| {
                json!({
                    "start": start,
                    "end": end,
                    "phone_number": self.digits_of(&entry.number),
                    "country": entry.country,
                    "pricing_type": entry.kind,
                    "pricing_category": entry.category,
                    "volume": entry.delivered,
                    "cost": dollars(entry.cost),
                })
            })
            .collect();
        json!({"data": [{"data_points": points}]})
    }

    fn conversation_analytics(&self, span: &Span) -> Value {
        let points: Vec<Value> = self
            .grouped(span)
            .into_iter()
            .filter(|(_, entry)| entry.delivered > 0)
            .map(|((start, end), entry)| {
                let kind = if entry.kind == "FREE_ENTRY_POINT" {
                    "FREE_ENTRY_POINT"
                } else {
                    "REGULAR"
                };
                json!({
                    "start": start,
                    "end": end,
                    "conversation": entry.delivered,
                    "phone_number": self.digits_of(&entry.number),
                    "country": entry.country,
                    "conversation_type": kind,
                    "conversation_category": entry.category,
                    "conversation_direction": "UNKNOWN",
                    "cost": dollars(entry.cost),
                })
            })
            .collect();
        json!({"data": [{"data_points": points}]})
    }

    fn digits_of(&self, id: &str) -> String {
        (self.number_index(id)).map_or_else(String::new, |number| self.display_digits(number))
    }

    /// `GET /sim/statement?month=2026-09`: what the month cost, or this month so far. A sentence says what is wrong.
    pub(crate) fn statement(&self, month: Option<&str>, now: i64) -> Result<Value, String> {
        let (start, end) = match month {
            Some(name) => month_named(name),
            None => month_of(now.div_euclid(1000)),
        }
        .ok_or("month must be written like 2026-09")?;
        let span = Span {
            start,
            end,
            grain: None,
            name: "MONTH".to_owned(),
        };
        let groups = self.grouped(&span);
        let total: u64 = groups.iter().map(|(_, entry)| entry.cost).sum();
        let lines: Vec<Value> = groups
            .into_iter()
            .map(|(_, entry)| {
                json!({
                    "number": self.digits_of(&entry.number),
                    "country": entry.country,
                    "category": entry.category,
                    "type": entry.kind,
                    "sent": entry.sent,
                    "delivered": entry.delivered,
                    "cost": dollars(entry.cost),
                })
            })
            .collect();
        Ok(
            json!({"start": start, "end": end, "currency": "USD", "lines": lines, "total": dollars(total)}),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_and_end_where_the_calendar_says() {
        assert_eq!(month_named("2026-09"), Some((1_788_220_800, 1_790_812_800)));
        assert_eq!(month_of(1_790_000_000), month_named("2026-09"));
        assert_eq!(month_named("2026-13"), None);
        assert_eq!(month_named("no"), None);
    }

    #[test]
    fn entries_of_a_kind_are_one_and_stand_in_order() {
        let mut ledger = Ledger::default();
        for (start, category) in [(3600, "A"), (0, "A"), (3600, "B"), (3600, "A"), (1800, "B")] {
            let like = Entry {
                start,
                number: "1".to_owned(),
                country: "US".to_owned(),
                category: category.to_owned(),
                kind: "REGULAR".to_owned(),
                sent: 0,
                delivered: 0,
                cost: 0,
            };
            ledger.entry(like).unwrap().sent += 1;
        }

        let seen: Vec<(i64, u64)> = ledger
            .0
            .iter()
            .map(|entry| (entry.start, entry.sent))
            .collect();
        assert_eq!(ledger.0.len(), 4);
        assert_eq!(
            seen.iter().map(|(start, _)| *start).collect::<Vec<_>>(),
            [0, 1800, 3600, 3600]
        );
        assert_eq!(seen.iter().map(|(_, sent)| sent).sum::<u64>(), 5);
    }
}
