//! Customers who write: messages of every type, presses, files. Also the fault that never stops writing.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::ascii;
use crate::network::Network;
use crate::network::customer::{Entry, card};
use crate::network::error::status_error;
use crate::network::id::Direction;
use crate::network::mailroom::{Kind, LaneKey, Update};
use crate::network::media::{Media, Unavailable};
use crate::network::params::Params;

/// Of the endless backlog: the age of its events, and the time between two, milliseconds.
const BACKLOG_AGE_MS: i64 = 3_600_000;
const BACKLOG_STEP_MS: i64 = 100;
/// Stands in when there is no customer to write.
const STRANGER: &str = "12025550199";

/// A message that a customer writes, ready but for its id and time.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Draft {
    /// `text`, `image`, `button`, …
    pub(crate) kind: String,
    /// The object of that name, null for types that have none; `{n}` in text body and caption is replaced.
    pub(crate) content: Value,
    /// What it answers or forwards.
    pub(crate) context: Option<Reference>,
    /// What stands beside the content, as it is to arrive: `referral`, `errors`, `group_id`.
    pub(crate) beside: Map<String, Value>,
}

/// What a message answers or forwards.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Reference {
    /// Id of the quoted message in the customer's inbox.
    pub(crate) id: Option<String>,
    /// `forwarded`, `referred_product`, …, as they are to arrive.
    pub(crate) beside: Map<String, Value>,
}

/// What reaches the network.
struct Written<'a> {
    wa_id: &'a str,
    number: usize,
    kind: &'a str,
    content: Value,
    context: Option<Value>,
    beside: Map<String, Value>,
    at_ms: i64,
}

/// The endless backlog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Backlog {
    #[default]
    Off,
    /// Begins with the next connection.
    Armed,
    /// The next event is due.
    Running(i64),
}

impl Network {
    /// The number that a customer's message goes to: the author of the quoted message, else the first. An error is a
    /// sentence.
    fn addressee(&self, wa_id: &str, context: Option<&str>) -> Result<usize, String> {
        let Some(id) = context else {
            return Ok(0);
        };
        let known = self
            .ids
            .read(id)
            .is_some_and(|(customer, _)| customer == wa_id);
        if !known {
            return Err(format!("context.id: there is no message {id} in this chat"));
        }
        Ok(self
            .lasting
            .customers
            .get(wa_id)
            .and_then(|customer| customer.phone.author(id))
            .unwrap_or(0))
    }

    /// A message that is changed or taken back must be one that this customer wrote. An error is a sentence.
    fn check_original(&self, wa_id: &str, draft: &Draft) -> Result<(), String> {
        let Some(id) = draft.content.get("original_message_id") else {
            return Ok(());
        };
        let id = id.as_str().unwrap_or_default();
        let own = self.ids.read(id);
        if own.is_some_and(|(customer, side)| customer == wa_id && side == Direction::In) {
            return Ok(());
        }
        Err(format!(
            "{}.original_message_id: {wa_id} has not written a message {id}",
            draft.kind
        ))
    }

    /// The customer writes; `n` stands in for `{n}`. A file is in `file`. The message's id, or a sentence.
    pub(crate) fn write(
        &mut self,
        wa_id: &str,
        draft: &Draft,
        file: Option<&Media>,
        n: u64,
        now: i64,
    ) -> Result<String, String> {
        let quoted = draft
            .context
            .as_ref()
            .and_then(|context| context.id.as_deref());
        let number = self.addressee(wa_id, quoted)?;
        self.check_original(wa_id, draft)?;
        let mut content = draft.content.clone();
        let mut beside = draft.beside.clone();
        for member in ["body", "caption"] {
            if let Some(Value::String(text)) = content.get_mut(member) {
                *text = text.replace("{n}", &n.to_string());
            }
        }
        match file {
            // Of a file that is too large only an error arrives.
            Some(file) if file.unavailable == Some(Unavailable::TooLarge) => {
                content = Value::Null;
                let error = status_error(131_052, "the file is larger than 100 MB");
                beside.insert("errors".to_owned(), json!([error]));
            }
            Some(file) => {
                if let Value::Object(object) = &mut content {
                    self.attach(object, file, number, now);
                }
            }
            None => {}
        }
        let context = draft
            .context
            .as_ref()
            .map(|context| self.refer(context, number));
        let line = arrow_line("←", &self.name_of(wa_id), wa_id, &draft.kind, &content);
        self.lines.push(line);
        let written = Written {
            wa_id,
            number,
            kind: &draft.kind,
            content,
            context,
            beside,
            at_ms: now,
        };
        Ok(self.receive(written, now))
    }

    /// `context` as it arrives: a quoted message with its author.
    fn refer(&self, context: &Reference, number: usize) -> Value {
        let mut members = context.beside.clone();
        if let Some(id) = &context.id {
            let from = match self.ids.read(id) {
                Some((customer, Direction::In)) => customer,
                _ => self.number_digits(number),
            };
            members.insert("from".to_owned(), from.into());
            members.insert("id".to_owned(), id.as_str().into());
        }
        members.into()
    }

    fn attach(&mut self, object: &mut Map<String, Value>, file: &Media, number: usize, now: i64) {
        let id = self.keep_media(Media {
            number,
            made_ms: now,
            ..file.clone()
        });
        object.insert("mime_type".to_owned(), file.mime_type.as_str().into());
        object.insert("sha256".to_owned(), file.sha256_base64().into());
        object.insert("url".to_owned(), self.media_url(&id, now).into());
        object.insert("id".to_owned(), id.into());
    }

    pub(super) fn name_of(&self, wa_id: &str) -> String {
        self.lasting
            .customers
            .get(wa_id)
            .map(|customer| customer.settings.name.clone())
            .unwrap_or_default()
    }

    fn number_digits(&self, number: usize) -> String {
        self.lasting
            .numbers
            .get(number)
            .map(super::number::Number::digits)
            .unwrap_or_default()
    }

    /// A message reaches the network: the window opens, a webhook is made.
    fn receive(&mut self, written: Written<'_>, now: i64) -> String {
        let Written {
            wa_id,
            number,
            kind,
            content,
            context,
            beside,
            at_ms,
        } = written;
        // Who only takes back or changes what is there opens no window.
        if !matches!(kind, "revoke" | "edit") {
            self.open_window(wa_id, number, at_ms, now);
        }
        if beside.contains_key("referral") {
            self.open_entry(wa_id, number, at_ms);
        }
        let id = self.ids.message(wa_id, Direction::In);
        if self.has_blocked(number, wa_id) {
            return id;
        }
        let mut message = Params::default();
        let user_id = self.user_id(wa_id);
        message.set("from", wa_id);
        message.set("from_user_id", user_id.as_str());
        message.set("id", id.as_str());
        message.set("timestamp", (at_ms / 1000).to_string());
        message.set("type", kind);
        if !content.is_null() {
            message.set(kind, content);
        }
        if let Some(context) = context {
            message.set("context", context);
        }
        for (name, value) in beside {
            message.set(&name, value);
        }
        let identity = self.told_identity(number, wa_id);
        let sender = self.lasting.customers.get(wa_id).map_or_else(
            || json!({"profile": {"name": "Stranger"}, "wa_id": wa_id, "user_id": user_id}),
            |customer| card(&customer.settings, &user_id, identity),
        );
        self.post(
            LaneKey {
                number,
                customer: Arc::from(wa_id),
            },
            Update {
                kind: Kind::Message,
                json: ascii::json(&message.0),
                card: Some(ascii::json(&sender)),
                made_ms: now,
            },
        );
        id
    }

    fn open_window(&mut self, wa_id: &str, number: usize, written_ms: i64, now: i64) {
        let Some(phone_number_id) = self
            .lasting
            .numbers
            .get(number)
            .map(|number| number.id.clone())
        else {
            return;
        };
        let Some(customer) = self.lasting.customers.get_mut(wa_id) else {
            return;
        };
        let was_open = customer.window_open(&phone_number_id, now);
        let last = customer
            .windows
            .entry(phone_number_id)
            .or_insert(written_ms);
        *last = written_ms.max(*last);
        if was_open {
            self.saved_soon();
        } else {
            self.saved_at_once();
        }
    }

    /// The customer came by an advertisement.
    fn open_entry(&mut self, wa_id: &str, number: usize, at_ms: i64) {
        let phone_id = (self.lasting.numbers.get(number)).map(|number| number.id.clone());
        if let (Some(phone_id), Some(customer)) = (phone_id, self.lasting.customers.get_mut(wa_id))
        {
            let entry = Entry {
                came_ms: at_ms,
                answered_ms: None,
            };
            customer.entries.insert(phone_id, entry);
        }
    }

    /// Switches the endless backlog.
    pub(crate) fn set_backlog(&mut self, on: bool) {
        self.backlog = match (on, self.backlog) {
            (false, _) => Backlog::Off,
            (true, Backlog::Off) => Backlog::Armed,
            (true, already) => already,
        };
        self.stir();
    }

    /// The gateway connects.
    pub(crate) fn connected(&mut self, now: i64) {
        if self.backlog == Backlog::Armed {
            self.backlog = Backlog::Running(now);
            self.stir();
        }
    }

    /// One event of the endless backlog, if it is due.
    pub(crate) fn feed_backlog(&mut self, now: i64) {
        let Backlog::Running(due) = self.backlog else {
            return;
        };
        if due > now {
            return;
        }
        // after a jump of the clock the missed ones are not made up for
        self.backlog = Backlog::Running((due + BACKLOG_STEP_MS).max(now + 1));
        let turn = usize::try_from(due / BACKLOG_STEP_MS).unwrap_or(0);
        let customers = &self.lasting.customers;
        let wa_id = customers
            .keys()
            .nth(turn.checked_rem(customers.len()).unwrap_or(0))
            .cloned()
            .unwrap_or_else(|| STRANGER.to_owned());
        let content = json!({"body": "from the endless backlog"});
        let written = Written {
            wa_id: &wa_id,
            number: 0,
            kind: "text",
            content,
            context: None,
            beside: Map::new(),
            at_ms: now - BACKLOG_AGE_MS,
        };
        self.receive(written, now);
    }
}

/// One readable line: direction, name, number, type, the beginning of the text.
pub(crate) fn arrow_line(
    arrow: &str,
    name: &str,
    wa_id: &str,
    kind: &str,
    content: &Value,
) -> String {
    const SHOWN: usize = 60;
    let text = ["body", "caption", "text", "name", "filename"]
        .into_iter()
        .find_map(|member| content.get(member).and_then(Value::as_str))
        .unwrap_or_default();
    let mut short: String = text
        .chars()
        .take(SHOWN)
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    if text.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    format!("{arrow} {name} (+{wa_id})  {kind}  {short}")
        .trim_end()
        .to_owned()
}
