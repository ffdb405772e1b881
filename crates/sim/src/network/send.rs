//! `POST /{PHONE_ID}/messages`: checks as the real network makes them, and what becomes of the message.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::network::Network;
use crate::network::content::{self, MediaRef};
use crate::network::error::GraphError;
use crate::network::id::Direction;
use crate::network::media::fits;
use crate::network::message::{Charge, Outgoing, Recipient, Stage};
use crate::network::params::Params;
use crate::network::quality;
use crate::network::reach::is_toll_free;
use crate::network::template::Template;

/// Longest `biz_opaque_callback_data`, characters.
const LONGEST_OPAQUE: usize = 512;
/// The last version whose statuses show a conversation.
const LAST_WITH_CONVERSATION: u32 = 23;

/// `messaging_product` must be there and right.
pub(crate) fn whatsapp(params: &Params) -> Result<(), GraphError> {
    let product = params.required_text("messaging_product")?;
    if product.eq_ignore_ascii_case("whatsapp") {
        Ok(())
    } else {
        Err(GraphError::parameter(
            "Param messaging_product must be one of {WHATSAPP}.",
        ))
    }
}

/// Why an accepted message fails.
struct Failing {
    code: i64,
    details: String,
}

impl Network {
    /// A call of the endpoint: a message, or a read receipt. `version` is the one in the path.
    pub(crate) fn messages(
        &mut self,
        number: usize,
        params: &Params,
        version: Option<u32>,
        now: i64,
    ) -> Result<Value, GraphError> {
        let registered = self
            .lasting
            .numbers
            .get(number)
            .is_some_and(super::number::Number::is_registered);
        if !registered {
            return Err(GraphError::new(
                133_010,
                "the number is not registered on the Cloud API; register it first",
            ));
        }
        whatsapp(params)?;
        if params.value("status").is_some() {
            return self.mark_read(params);
        }
        self.send(number, params, version, now)
    }

    /// What goes out as a marketing message must be a template of that category.
    pub(crate) fn check_marketing(&self, params: &Params) -> Result<(), GraphError> {
        let template = match params.object("template")? {
            Some(object) => Some(self.template(&object)?),
            None => None,
        };
        match template {
            Some(template) if template.category == "MARKETING" => Ok(()),
            _ => Err(GraphError::new(
                134_100,
                "only templates of the category MARKETING can be sent here",
            )),
        }
    }

    fn mark_read(&mut self, params: &Params) -> Result<Value, GraphError> {
        if params.required_text("status")? != "read" {
            return Err(GraphError::parameter("Param status must be one of {READ}."));
        }
        let id = params.required_text("message_id")?;
        match self.ids.read(&id) {
            Some((_, Direction::In)) => {}
            _ => {
                return Err(GraphError::new(
                    131_009,
                    format!("message_id: there is no received message with id {id}"),
                ));
            }
        }
        if let Some(indicator) = params.object("typing_indicator")?
            && indicator.required_text("type")? != "text"
        {
            return Err(GraphError::parameter(
                "Param typing_indicator['type'] must be one of {TEXT}.",
            ));
        }
        Ok(json!({"success": true}))
    }

    fn send(
        &mut self,
        number: usize,
        params: &Params,
        version: Option<u32>,
        now: i64,
    ) -> Result<Value, GraphError> {
        let (input, recipient) = self.recipient(number, params)?;
        self.check_standing(number)?;
        self.check_account()?;
        self.due_refusal(recipient.lane())?;
        self.check_pace(number, recipient.lane(), now)?;
        if let Recipient::Phone(digits) = &recipient {
            self.meet(digits, now);
        }
        let kind = content::kind(params)?;
        let opaque = params.text("biz_opaque_callback_data")?;
        if opaque
            .as_ref()
            .is_some_and(|opaque| opaque.chars().count() > LONGEST_OPAQUE)
        {
            return Err(GraphError::parameter(format!(
                "Param biz_opaque_callback_data must be at most {LONGEST_OPAQUE} characters long."
            )));
        }
        let (mut object, mut found) = content::check(kind, params)?;
        let mut rendered = None;
        let mut buttons = Vec::new();
        let mut category = "service".to_owned();
        if let (true, Some(map)) = (kind == "template", object.as_object()) {
            let sent = Params(map.clone());
            let template = self.template(&sent)?;
            let components = sent.array("components")?.unwrap_or_default();
            let filled = template.fill(&components)?;
            category = template.category.to_lowercase();
            rendered = Some(filled.text);
            buttons = filled.buttons;
            found.warning = filled.warning;
            found.media = match filled.media {
                Some((path, reference)) => Some(content::media_ref(&path, &reference)?),
                None => None,
            };
        }
        self.check_made_flow(&object)?;
        let unfit = match &found.media {
            Some(media) => self.check_media(kind, media, &mut object, now)?,
            None => None,
        };
        let context = self.quoted(params, &recipient)?;
        let window = self.window(number, &recipient, now);
        let id = self.ids.message(recipient.lane(), Direction::Out);
        let is_free_entry = self.is_free_entry(number, &recipient, now);
        let stopped = self.stopped(number, kind, &category, &recipient, window, now);
        let billable = kind == "template"
            && !is_free_entry
            && !(window == Some(true) && category == "utility");
        if is_free_entry {
            "referral_conversion".clone_into(&mut category);
        }
        let conversation = version
            .filter(|version| {
                is_free_entry || self.faults.conversations || *version <= LAST_WITH_CONVERSATION
            })
            .map(|_| self.dice.hex());
        let message = Arc::new(Outgoing {
            id: id.clone(),
            number,
            user_id: (self.lasting.customers.contains_key(recipient.lane()))
                .then(|| self.user_id(recipient.lane())),
            recipient,
            kind: kind.to_owned(),
            content: object,
            context,
            rendered,
            buttons,
            warning: found.warning,
            opaque,
            charge: Charge { billable, category },
            conversation,
            accepted_ms: now,
        });
        let failing = stopped
            .or(unfit)
            .or_else(|| foreign(found.prefix, &message.recipient))
            .or_else(|| self.without_target(&message));
        let due = self.due_failure(number, params, message.recipient.lane())?;
        let failing = due
            .map(|(code, details)| Failing { code, details })
            .or(failing);
        let answer = accepted(&input, &message);
        self.dispatch(message, failing, now);
        Ok(answer)
    }

    /// Whether an advertisement led the customer here, so that the message is free.
    fn is_free_entry(&mut self, number: usize, recipient: &Recipient, now: i64) -> bool {
        let phone_id = (self.lasting.numbers.get(number)).map(|number| number.id.clone());
        (self.lasting.customers.get_mut(recipient.lane()))
            .zip(phone_id)
            .is_some_and(|(customer, phone_id)| customer.is_free_entry(&phone_id, now))
    }

    /// Why the network does not carry an accepted message at all.
    fn stopped(
        &mut self,
        number: usize,
        kind: &str,
        category: &str,
        recipient: &Recipient,
        window: Option<bool>,
        now: i64,
    ) -> Option<Failing> {
        let fail = |code: i64, details: &str| {
            Some(Failing {
                code,
                details: details.to_owned(),
            })
        };
        let lane = recipient.lane();
        if is_toll_free(lane) {
            return fail(
                131_026,
                "the recipient is a toll-free number: such numbers get no messages, not even test messages",
            );
        }
        if self.has_blocked(number, lane) {
            return fail(
                130_403,
                "the business has blocked this user; unblock the user first",
            );
        }
        if self.lasting.account.state.unpaid && kind == "template" {
            return fail(131_042, "the account has no valid payment method");
        }
        let Some(is_open) = window else {
            return fail(
                131_026,
                "the message cannot be delivered: the recipient is not on this network",
            );
        };
        if !is_open && kind != "template" {
            return fail(
                131_047,
                "more than 24 hours have passed since the customer last wrote to this number; send a template",
            );
        }
        if category == "marketing" {
            let phone = (self.lasting.customers.get(lane)).map(|customer| &customer.settings);
            if self.lasting.account.state.no_marketing {
                return fail(
                    131_063,
                    "marketing messages are switched off for this account",
                );
            }
            if phone.is_some_and(|phone| phone.opted_out) {
                return fail(
                    131_050,
                    "the recipient has stopped marketing messages from this business",
                );
            }
            if let Some(code) = phone.and_then(|phone| phone.fails_marketing) {
                return fail(
                    code,
                    "the recipient gets no more marketing messages for now; wait a day or more",
                );
            }
        }
        if !is_open && !self.may_reach(number, lane, now) {
            return fail(
                131_048,
                "the messaging limit is reached: so many customers were written to outside of windows within 24 hours",
            );
        }
        None
    }

    /// Makes the first statuses, and puts the message on its way.
    fn dispatch(&mut self, message: Arc<Outgoing>, failing: Option<Failing>, now: i64) {
        if let Some(Failing { code, details }) = failing {
            let details = details.as_str();
            self.post_status(&message, Stage::Failed { code, details }, now);
            return;
        }
        self.post_status(&message, Stage::Sent, now);
        if let Some(details) = &message.warning {
            self.post_status(&message, Stage::Warning { details }, now);
        }
        self.book_sent(&message, now);
        let wa_id = message.recipient.lane().to_owned();
        let Some(customer) = self.lasting.customers.get_mut(&wa_id) else {
            return;
        };
        if let Some(code) = customer.settings.fails {
            let details = "the message left, and the recipient's phone did not take it";
            self.post_status(&message, Stage::Failed { code, details }, now);
            return;
        }
        if std::mem::take(&mut customer.settings.blocks_next) {
            customer.settings.blocked = true;
            self.complain(message.number, quality::BLOCK, now);
            return;
        }
        customer.expect(message, now);
        self.pump(&wa_id, now);
    }

    /// Whom a send names, with its words for it. Without a `+` the digits are first taken as they stand, then, as the
    /// documentation has it, behind the sending number's own country code.
    fn recipient(&self, number: usize, params: &Params) -> Result<(String, Recipient), GraphError> {
        let kind = params.text("recipient_type")?;
        if kind.is_some_and(|kind| !kind.eq_ignore_ascii_case("individual")) {
            return Err(GraphError::parameter(
                "Param recipient_type must be one of {INDIVIDUAL}.",
            ));
        }
        let Some(to) = params.text("to")? else {
            let user = params
                .text("recipient")?
                .ok_or_else(|| GraphError::required("to"))?;
            return if is_user_id(&user) {
                Ok((user.clone(), self.user(user)))
            } else {
                Err(GraphError::new(
                    131_009,
                    "recipient: not a business-scoped user id",
                ))
            };
        };
        let digits =
            phone_digits(&to).ok_or_else(|| GraphError::new(131_009, "to: not a phone number"))?;
        let sender = self.lasting.numbers.get(number);
        let national = sender
            .map(|sender| format!("{}{digits}", sender.cc))
            .filter(|full| {
                !to.trim_start().starts_with('+')
                    && !self.lasting.customers.contains_key(&digits)
                    && self.lasting.customers.contains_key(full)
            });
        let digits = national.unwrap_or(digits);
        if sender.is_some_and(|sender| sender.digits() == digits) {
            return Err(GraphError::new(
                131_021,
                "the recipient is the sending number itself",
            ));
        }
        Ok((to, Recipient::Phone(digits)))
    }

    /// Whom a business-scoped id stands for.
    fn user(&self, id: String) -> Recipient {
        let mut customers = self.lasting.customers.keys();
        let phone = customers.find(|wa_id| self.user_id(wa_id) == id).cloned();
        Recipient::User(id, phone)
    }

    /// Whether the customer's window is open; `None` without such a customer.
    fn window(&self, number: usize, recipient: &Recipient, now: i64) -> Option<bool> {
        let number = self.lasting.numbers.get(number)?;
        let customer = self.lasting.customers.get(recipient.lane())?;
        Some(customer.window_open(&number.id, now))
    }

    /// The template that a send names, if it can be sent.
    fn template(&self, object: &Params) -> Result<&Template, GraphError> {
        let name = object
            .text("name")?
            .ok_or_else(|| GraphError::new(131_008, "template.name is missing"))?;
        let language = object
            .object("language")?
            .ok_or_else(|| GraphError::new(131_008, "template.language is missing"))?
            .text("code")?
            .ok_or_else(|| GraphError::new(131_008, "template.language.code is missing"))?;
        let template = self
            .lasting
            .templates
            .iter()
            .find(|template| template.name == name && template.language == language);
        match template {
            Some(template) => match template.status.as_str() {
                "APPROVED" | "FLAGGED" | "REINSTATED" => Ok(template),
                "PAUSED" => Err(GraphError::new(
                    132_015,
                    format!("template name ({name}) is paused in {language} for its low quality"),
                )),
                "DISABLED" => Err(GraphError::new(
                    132_016,
                    format!("template name ({name}) is disabled in {language}"),
                )),
                _ => Err(missing(&name, &language)),
            },
            None => Err(missing(&name, &language)),
        }
    }

    /// A media id must exist; its type must fit, else the message fails later. What the phone can know of the file is
    /// added to the object.
    fn check_media(
        &self,
        kind: &str,
        media: &MediaRef,
        object: &mut Value,
        now: i64,
    ) -> Result<Option<Failing>, GraphError> {
        let Some(id) = &media.id else {
            return Ok(None);
        };
        let file = self
            .media_file(id, now)
            .ok_or_else(|| GraphError::unknown_media(&media.path, id))?;
        // Where the file is the message itself.
        if let (true, Value::Object(map)) = (media.path == kind, object) {
            map.insert("mime_type".to_owned(), file.mime_type.as_str().into());
            map.insert("sha256".to_owned(), file.sha256_base64().into());
        }
        if fits(&media.kind, &file.mime_type) {
            return Ok(None);
        }
        Ok(Some(Failing {
            code: 131_053,
            details: format!(
                "{}: a file of type {} cannot be sent as {}",
                media.path, file.mime_type, media.kind
            ),
        }))
    }

    /// Why a reaction fails: it is about no message of this chat.
    fn without_target(&self, message: &Outgoing) -> Option<Failing> {
        let target = (message.content.get("message_id"))
            .filter(|_| message.kind == "reaction")?
            .as_str()
            .unwrap_or_default();
        let known = self.ids.read(target);
        let is_of_chat = known.is_some_and(|(customer, _)| customer == message.recipient.lane());
        (!is_of_chat).then(|| Failing {
            code: 131_009,
            details: format!("reaction.message_id: there is no message {target} in this chat"),
        })
    }

    /// The quoted message, if it is one of this chat; an unknown one is not quoted.
    fn quoted(&self, params: &Params, recipient: &Recipient) -> Result<Option<Value>, GraphError> {
        let Some(context) = params.object("context")? else {
            return Ok(None);
        };
        let Some(id) = context.text("message_id")? else {
            return Ok(None);
        };
        let known = self
            .ids
            .read(&id)
            .is_some_and(|(customer, _)| customer == recipient.lane());
        Ok(known.then(|| json!({ "id": id })))
    }
}

/// A form of an address that phones of the recipient's country do not have.
fn foreign(prefix: Option<&str>, recipient: &Recipient) -> Option<Failing> {
    let has_form = prefix.is_none_or(|prefix| recipient.lane().starts_with(prefix));
    (!has_form).then(|| Failing {
        code: 131_026,
        details: "the recipient's app cannot show an address form of another country".to_owned(),
    })
}

fn missing(name: &str, language: &str) -> GraphError {
    GraphError::new(
        132_001,
        format!("template name ({name}) does not exist in {language}"),
    )
}

fn accepted(input: &str, message: &Outgoing) -> Value {
    let contact = match &message.recipient {
        Recipient::Phone(digits) => json!({"input": input, "wa_id": digits}),
        Recipient::User(id, _) => json!({"input": input, "user_id": id}),
    };
    let sent = if message.kind == "template" {
        json!({"id": message.id, "message_status": "accepted"})
    } else {
        json!({"id": message.id})
    };
    json!({"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]})
}

/// The digits of a number with `+`, spaces, hyphens and brackets; `None` for anything else.
pub(crate) fn phone_digits(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    let plain: String = text
        .chars()
        .filter(|letter| !matches!(letter, ' ' | '-' | '(' | ')'))
        .collect();
    let good = (5..=15).contains(&plain.len()) && plain.bytes().all(|byte| byte.is_ascii_digit());
    good.then_some(plain)
}

/// `DE.48151623421234567`, `DE.ENT.…`.
pub(crate) fn is_user_id(text: &str) -> bool {
    let Some((country, rest)) = text.split_once('.') else {
        return false;
    };
    let rest = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.bytes().all(|letter| letter.is_ascii_uppercase())
        && (1..=128).contains(&rest.len())
        && rest.bytes().all(|letter| letter.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    #[test]
    fn numbers_may_be_written_with_signs() {
        assert_eq!(
            super::phone_digits("+1 (202) 555-0143").as_deref(),
            Some("12025550143")
        );
        assert_eq!(super::phone_digits("Ada"), None);
        assert_eq!(super::phone_digits("+1"), None);
        assert_eq!(super::phone_digits("1234567890123456"), None);
    }

    #[test]
    fn business_scoped_ids_are_known_by_their_form() {
        assert!(super::is_user_id("DE.48151623421234567"));
        assert!(super::is_user_id("US.ENT.abc1"));
        assert!(!super::is_user_id("de.1") && !super::is_user_id("DE.") && !super::is_user_id("x"));
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in any::<String>()) {
            super::phone_digits(&text);
            super::is_user_id(&text);
        }
    }
}
