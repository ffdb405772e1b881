//! Registration (`rest-api.md` section 3, `cloud-api.md` 4.1).
//!
//! The PIN: `pin` is what the network has, as far as it is known here; `tried_pin` what a registration under way was
//! called with. Both are stored before the network hears of them, so that neither a crash nor a lost answer loses one.

mod certificate;
mod deregister;
mod limit;
mod pin;
mod shards;
mod two_step;

use graph::Failure;
use onprem::account::{CodeMethod, Registration};
use onprem::{Code, Refusal};
use store::{Queue, clock};

use super::store_refusal;
use crate::line::{Line, LineState};
use crate::record::Account;
use crate::translate::error::refusal;

/// The registration record's name.
const NAME: &str = "account";
/// In which language the network words the code's message.
const LANGUAGE: &str = "en_US";
/// `error.code`: the two-step PIN is another one.
const PIN_MISMATCH: i64 = 133_005;
/// `error.code`: the number must be verified anew before it can be registered.
const NOT_VERIFIED: i64 = 133_006;
/// `error.code`: the number is not registered.
const NOT_REGISTERED: i64 = 133_010;

/// What `POST /v1/account` came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    /// 201: registered already.
    Already,
    /// 202: a code was sent.
    CodeSent {
        /// The name in the certificate.
        vname: String,
    },
}

/// Why a number was not registered.
enum Obstacle {
    /// Here.
    Refused(Refusal),
    /// At the network.
    Network(Failure),
}

impl From<Refusal> for Obstacle {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Obstacle> for Refusal {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::Refused(here) => here,
            Obstacle::Network(failure) => refusal(&failure),
        }
    }
}

impl Line {
    /// 503 / 1011 before a number is registered: for calls that need one.
    pub(super) fn check_registered(&self) -> Result<(), Refusal> {
        match *self.number.borrow() {
            Some(_) => Ok(()),
            None => Err(unregistered()),
        }
    }

    /// The network no longer knows the registration: it has to be made again.
    pub(crate) async fn forget_registration(&self) {
        let _turn = self.desk.account.lock().await;
        let name = &self.config.name;
        let noted = match self.records.get::<Account>(name, NAME).await {
            Ok(Some(account)) => {
                let account = Account {
                    registered: false,
                    ..account
                };
                self.records.save(name, NAME, &account).await
            }
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = noted {
            tracing::error!(line = %name, %error, "the lost registration is not noted");
        }
        self.number.send_replace(None);
    }

    /// `POST /v1/account`. One account call at a time.
    ///
    /// A registered number is taken as it is, unless the certificate is that of a new name: then it is registered anew,
    /// which puts the name in force. 400 / 1009 for another number than the line's or while messages of another one wait, 403 / 1005 for a certificate or a
    /// PIN that does not match or is missing, 429 / 1015 after eight registrations in 72 hours, or what the network's
    /// refusal translates to.
    pub async fn register(&self, registration: Registration) -> Result<Registered, Refusal> {
        let _turn = self.desk.account.lock().await;
        let number = self.client.registration().await.map_err(|f| refusal(&f))?;
        let digits = registration.identity.digits();
        check_number(&digits, &number.digits())?;
        self.check_nothing_waits("phone_number", &digits).await?;
        let name = certificate::check(registration.cert.as_deref(), &number)?;
        // What is known of another number (its PIN, its registrations) says nothing of this one.
        let known = read(self).await?.filter(|account| account.number == digits);
        let mut account = Account {
            number: digits,
            cc: registration.identity.cc,
            registered: number.is_registered(),
            ..known.unwrap_or_default()
        };
        if account.registered && !name.is_new {
            // Nothing is tried, so nothing takes the place of a PIN that is known.
            account.pin = account
                .tried_pin
                .take()
                .or(account.pin)
                .or(registration.pin);
            note_registered(self, account).await?;
            return Ok(Registered::Already);
        }
        pin::choose(registration.pin, &mut account, &number)?;
        if account.registered || number.code_verification_status.as_deref() == Some("VERIFIED") {
            match register_upstream(self, &mut account).await {
                Ok(()) => {
                    note_registered(self, account).await?;
                    return Ok(Registered::Already);
                }
                // The network takes its word back: the code is needed after all.
                Err(Obstacle::Network(failure)) if is_code(&failure, NOT_VERIFIED) => {}
                Err(obstacle) => return Err(obstacle.into()),
            }
        }
        let method = match registration.method {
            CodeMethod::Sms => "SMS",
            CodeMethod::Voice => "VOICE",
        };
        self.client
            .request_code(method, LANGUAGE)
            .await
            .map_err(|failure| refusal(&failure))?;
        write(self, &account).await?;
        Ok(Registered::CodeSent { vname: name.vname })
    }

    /// 400 / 1009 while messages wait that were accepted for another number than this one: nothing that was acknowledged
    /// leaves from a number that it was not meant for. `field` is where the number was given.
    pub(super) async fn check_nothing_waits(
        &self,
        field: &str,
        digits: &str,
    ) -> Result<(), Refusal> {
        let Some(before) = read(self)
            .await?
            .map(|account| account.number)
            .filter(|before| !before.is_empty() && before != digits)
        else {
            return Ok(());
        };
        let waiting = (self.store().depth(Queue::Outbox, &self.config.name).await)
            .map_err(|error| store_refusal(&error))?;
        if waiting == 0 {
            return Ok(());
        }
        Err(Refusal::invalid(
            field,
            format_args!(
                "{waiting} messages that were accepted for {before} wait in this line's outbox, and may not leave from {digits}: give that number a line of its own"
            ),
        ))
    }

    /// `POST /v1/account/verify`. One account call at a time.
    ///
    /// 400 / 1025 when no registration is pending, 400 / 1009 for a wrong code, 403 / 1005 for a wrong PIN,
    /// 429 / 1015 after eight registrations in 72 hours.
    pub async fn verify(&self, code: &str) -> Result<(), Refusal> {
        let _turn = self.desk.account.lock().await;
        let mut account = read(self)
            .await?
            .filter(|account| !account.registered)
            .ok_or_else(|| {
                Refusal::new(
                    Code::BAD_REQUEST,
                    "no registration is pending: call POST /v1/account first",
                )
                .with_status(400)
            })?;
        // Before the code is used up.
        limit::check(
            &account.registrations_ms,
            limit::REGISTERED,
            clock::now_ms(),
        )?;
        self.client
            .verify_code(code)
            .await
            .map_err(|failure| refusal(&failure))?;
        register_upstream(self, &mut account).await?;
        note_registered(self, account).await
    }
}

/// 503 / 1011: the call needs a registered number.
fn unregistered() -> Refusal {
    Refusal::new(
        Code::NOT_READY,
        "no number is registered: register it first with POST /v1/account",
    )
}

/// Registers the number with the PIN that was chosen, or a new one.
async fn register_upstream(line: &Line, account: &mut Account) -> Result<(), Obstacle> {
    limit::count(
        &mut account.registrations_ms,
        limit::REGISTERED,
        clock::now_ms(),
    )?;
    let tried = match account.tried_pin.clone().or(account.pin.clone()) {
        Some(known) => known,
        None => account.pin.insert(pin::random()?).clone(),
    };
    write(line, account).await?;

    let Err(failure) = line.client.register(&tried).await else {
        account.pin = Some(tried);
        account.tried_pin = None;
        return Ok(());
    };
    if !is_code(&failure, PIN_MISMATCH) {
        return Err(Obstacle::Network(failure));
    }
    // Not tried again: the network counts wrong guesses.
    let refusal = if account.tried_pin.take().is_some() {
        pin::wrong()
    } else {
        account.pin = None;
        pin::missing()
    };
    account.two_step = true;
    write(line, account).await?;
    Err(Obstacle::Refused(refusal))
}

/// The number is registered: stored, and told to the connection.
async fn note_registered(line: &Line, mut account: Account) -> Result<(), Refusal> {
    account.registered = true;
    write(line, &account).await?;
    let is_news =
        line.number().as_ref() != Some(&account.number) || line.state() == LineState::Unregistered;
    // A connection that stands is not to be made again because somebody asked twice.
    if is_news {
        line.number.send_replace(Some(account.number));
    }
    Ok(())
}

async fn read(line: &Line) -> Result<Option<Account>, Refusal> {
    line.records
        .get(&line.config.name, NAME)
        .await
        .map_err(|error| store_refusal(&error))
}

/// The account of a number that is registered; 503 / 1011 otherwise.
async fn registered(line: &Line) -> Result<Account, Refusal> {
    let account = read(line).await?;
    account
        .filter(|account| account.registered)
        .ok_or_else(unregistered)
}

async fn write(line: &Line, account: &Account) -> Result<(), Refusal> {
    line.records
        .save(&line.config.name, NAME, account)
        .await
        .map_err(|error| store_refusal(&error))
}

fn check_number(digits: &str, own: &str) -> Result<(), Refusal> {
    if digits == own {
        return Ok(());
    }
    Err(Refusal::invalid(
        "phone_number",
        format!("cc and phone_number together are {digits}, this line's number is {own}"),
    ))
}

fn is_code(failure: &Failure, code: i64) -> bool {
    matches!(failure, Failure::Refused(error) if error.code == code)
}

#[cfg(test)]
mod tests;
