//! Codes, registration, two-step verification.

use serde::{Deserialize, Serialize};

use crate::network::Network;
use crate::network::certificate;
use crate::network::error::GraphError;
use crate::network::number::{Code, NewName, Number, Registration};
use crate::network::params::Params;
use crate::network::reach::is_toll_free;
use crate::network::send::whatsapp;

/// A code is valid so long, milliseconds.
const CODE_MS: i64 = 10 * 60_000;
/// So many registrations in [`LIMIT_MS`], then a pause of as long.
const LIMIT: usize = 10;
const LIMIT_MS: i64 = 72 * 3_600_000;
/// So many wrong PINs in a row within [`PIN_PAUSE_MS`], then a pause until the first of them is as old.
const WRONG_PINS: usize = 5;
const PIN_PAUSE_MS: i64 = 3_600_000;
/// So many codes, and so many wrong tries, in [`CODES_MS`].
const CODES: usize = 10;
const WRONG_CODES: usize = 10;
const CODES_MS: i64 = 3_600_000;
const NOT_POSSIBLE: i64 = 2_388_091;
const NOT_VERIFIED: i64 = 2_388_093;

/// Codes that were requested, and tries to guess one, as far as they still count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct CodeTries {
    requested_ms: Vec<i64>,
    wrong_ms: Vec<i64>,
}

impl CodeTries {
    /// One more code is asked for.
    fn request(&mut self, now: i64) -> Result<(), GraphError> {
        self.requested_ms.retain(|at| now - at < CODES_MS);
        if self.requested_ms.len() >= CODES {
            let words = "Too many codes were requested for this number. Wait before you request another one.";
            return Err(GraphError::new(136_024, words).for_person(NOT_POSSIBLE, words));
        }
        self.requested_ms.push(now);
        Ok(())
    }

    /// A code is tried; it counts until one is right.
    fn guess(&mut self, now: i64) -> Result<(), GraphError> {
        self.wrong_ms.retain(|at| now - at < CODES_MS);
        if self.wrong_ms.len() >= WRONG_CODES {
            let words = "Too many wrong codes were tried. Wait an hour, then request a new one.";
            return Err(GraphError::new(136_025, words).for_person(NOT_VERIFIED, words));
        }
        self.wrong_ms.push(now);
        Ok(())
    }
}

impl Network {
    fn number_mut(&mut self, number: usize) -> Result<&mut Number, GraphError> {
        self.lasting
            .numbers
            .get_mut(number)
            .ok_or_else(|| GraphError::unknown_object("post", &number.to_string()))
    }

    /// `request_code`: the code is then to be read at `/sim/codes`.
    pub(crate) fn request_code(
        &mut self,
        number: usize,
        params: &Params,
        now: i64,
    ) -> Result<(), GraphError> {
        let method = params.required_text("code_method")?;
        if method != "SMS" && method != "VOICE" {
            return Err(GraphError::parameter(
                "Param code_method must be one of {SMS, VOICE}.",
            ));
        }
        let language = params.required_text("language")?;
        if !is_language(&language) {
            return Err(GraphError::parameter(
                "Param language must be a language code such as en or en_US.",
            ));
        }
        let value = self.dice.code();
        let number = self.number_mut(number)?;
        if number.is_registered() {
            return Err(
                GraphError::new(136_024, "the number is registered already").for_person(
                    NOT_POSSIBLE,
                    "This number is verified and registered already; no code is needed.",
                ),
            );
        }
        if is_toll_free(&number.digits()) {
            let words = "This is a toll-free number: it gets neither calls nor texts with a code. Use a number that does.";
            return Err(GraphError::new(136_024, words).for_person(NOT_POSSIBLE, words));
        }
        number.codes.request(now)?;
        number.code = Some(Code {
            value: value.clone(),
            sent_ms: now,
            used: false,
        });
        let line = format!("→ +{}  {method}  code {value}", number.digits());
        self.lines.push(line);
        self.saved_at_once();
        Ok(())
    }

    /// `verify_code`.
    pub(crate) fn verify_code(
        &mut self,
        number: usize,
        params: &Params,
        now: i64,
    ) -> Result<(), GraphError> {
        let given = params.required_text("code")?;
        let number = self.number_mut(number)?;
        let refuse = |sentence: &str| {
            Err(GraphError::new(136_025, sentence).for_person(NOT_VERIFIED, sentence))
        };
        number.codes.guess(now)?;
        match &mut number.code {
            Some(code) if code.value == given && !code.used => {
                if now - code.sent_ms >= CODE_MS {
                    return refuse("The code has expired; request a new one.");
                }
                code.used = true;
                number.codes.wrong_ms.clear();
            }
            Some(_) => return refuse("The code is wrong."),
            None => return refuse("No code was requested."),
        }
        if number.registration != Registration::Registered {
            number.registration = Registration::Verified;
        }
        self.saved_at_once();
        Ok(())
    }

    /// `register`.
    pub(crate) fn register(
        &mut self,
        number: usize,
        params: &Params,
        now: i64,
    ) -> Result<(), GraphError> {
        whatsapp(params)?;
        let pin = read_pin(params)?;
        let number = self.number_mut(number)?;
        count(&mut number.registered_ms, now)?;
        let outcome = if number.registration == Registration::New {
            Err(GraphError::new(
                133_006,
                "the phone number has to be verified with a code before it is registered",
            ))
        } else {
            number.guess(pin, now).map(|()| number.take_over())
        };
        self.saved_at_once();
        outcome
    }

    /// `deregister`.
    pub(crate) fn deregister(&mut self, number: usize, now: i64) -> Result<(), GraphError> {
        let number = self.number_mut(number)?;
        if !number.is_registered() {
            return Err(GraphError::new(133_010, "the number is not registered"));
        }
        count(&mut number.deregistered_ms, now)?;
        number.registration = Registration::Deregistered;
        self.saved_at_once();
        Ok(())
    }

    /// Approves another display name: it is in force once the number is registered anew.
    pub(crate) fn approve_name(&mut self, at: usize, name: &str, now: i64) {
        let serial = self.dice.roll() % 1_000_000_000_000;
        let Some(number) = self.lasting.numbers.get_mut(at) else {
            return;
        };
        number.new_name = Some(NewName {
            verified_name: name.to_owned(),
            certificate: certificate::issue(serial, name, &number.digits()),
        });
        self.saved_at_once();
        self.note_approval(at, now);
    }

    /// `POST /{PHONE_ID} {"pin"}`.
    pub(crate) fn set_pin(
        &mut self,
        at: usize,
        params: &Params,
        now: i64,
    ) -> Result<(), GraphError> {
        let pin = read_pin(params)?;
        let number = self.number_mut(at)?;
        number.pin = Some(pin);
        number.wrong_pins_ms.clear();
        self.saved_at_once();
        let value = serde_json::json!({
            "display_phone_number": self.display_digits(at),
            "event": "PIN_CHANGED",
            "requester": self.lasting.app.id,
        });
        self.notice("security", &value, now);
        Ok(())
    }
}

impl Number {
    /// Checks a PIN; where none is set it becomes the one.
    fn guess(&mut self, pin: String, now: i64) -> Result<(), GraphError> {
        self.wrong_pins_ms.retain(|at| now - at < PIN_PAUSE_MS);
        if self.wrong_pins_ms.len() >= WRONG_PINS {
            return Err(GraphError::new(
                133_008,
                "the PIN was wrong too often: wait an hour, then try the right one",
            ));
        }
        if self.pin.as_ref().is_some_and(|set| *set != pin) {
            self.wrong_pins_ms.push(now);
            return Err(GraphError::new(
                133_005,
                "two-step verification is on, and this is not its PIN",
            ));
        }
        self.wrong_pins_ms.clear();
        self.pin = Some(pin);
        Ok(())
    }

    /// Registered: a name that waited is in force, and a key from before a deregistration is not.
    fn take_over(&mut self) {
        if self.registration == Registration::Deregistered {
            self.business.mismatch();
        }
        self.registration = Registration::Registered;
        if let Some(new) = self.new_name.take() {
            self.verified_name = new.verified_name;
            self.certificate = new.certificate;
        }
    }
}

fn read_pin(params: &Params) -> Result<String, GraphError> {
    let pin = params.required_text("pin")?;
    if pin.len() == 6 && pin.bytes().all(|digit| digit.is_ascii_digit()) {
        Ok(pin)
    } else {
        Err(GraphError::parameter("Param pin must be six digits."))
    }
}

/// `en`, `en_US`, `zh_CN`.
fn is_language(text: &str) -> bool {
    let (language, rest) = text.split_once('_').unwrap_or((text, ""));
    (2..=3).contains(&language.len())
        && language.bytes().all(|letter| letter.is_ascii_lowercase())
        && rest.len() <= 4
        && rest.bytes().all(|letter| letter.is_ascii_alphanumeric())
}

/// Counts a call; past the limit the number is blocked until the last counted call is [`LIMIT_MS`] old.
fn count(calls: &mut Vec<i64>, now: i64) -> Result<(), GraphError> {
    let blocked = calls.len() >= LIMIT && calls.last().is_some_and(|last| now - last < LIMIT_MS);
    if blocked {
        return Err(GraphError::new(
            133_016,
            "too many registrations of this number within 72 hours; it is blocked for 72 hours",
        ));
    }
    if calls.len() >= LIMIT {
        calls.clear();
    }
    calls.retain(|call| now - call < LIMIT_MS);
    calls.push(now);
    Ok(())
}
