//! Registration (`rest-api.md` section 3, `cloud-api.md` 4.1).

use graph::Failure;
use graph::number::Number;
use onprem::account::{CodeMethod, Registration};
use onprem::certificate::NameCertificate;
use onprem::{Code, Refusal};
use store::clock;

use super::store_refusal;
use crate::line::{Line, LineState};
use crate::record::Account;
use crate::translate::error::refusal;

/// The registration record's name.
const NAME: &str = "account";
/// In which language the network words the code's message.
const LANGUAGE: &str = "en_US";
/// The network takes 10 registrations of a number in 72 hours: two are left for a person with another tool.
const REGISTRATIONS: usize = 8;
/// 72 hours, milliseconds.
const WINDOW_MS: i64 = 72 * 60 * 60 * 1000;
/// `error.code`: the two-step PIN is another one.
const PIN_MISMATCH: i64 = 133_005;
/// `error.code`: the number must be verified anew before it can be registered.
const NOT_VERIFIED: i64 = 133_006;

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
    /// The network no longer knows the registration: it has to be made again.
    pub(crate) async fn forget_registration(&self) {
        let _turn = self.desk.account.lock().await;
        let name = &self.config.name;
        let noted = match self.records.get::<Account>(name, "account").await {
            Ok(Some(account)) => {
                let account = Account {
                    registered: false,
                    ..account
                };
                self.records.save(name, "account", &account).await
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
    /// 400 / 1009 for another number than the line's, 403 / 1005 for a certificate or a PIN that does not match,
    /// 429 / 1015 after eight registrations in 72 hours, or what the network's refusal translates to.
    pub async fn register(&self, registration: Registration) -> Result<Registered, Refusal> {
        let _turn = self.desk.account.lock().await;
        let number = self.client.registration().await.map_err(|f| refusal(&f))?;
        let digits = format!("{}{}", registration.cc, registration.phone_number);
        check_number(&digits, &number)?;
        let vname = check_certificate(registration.cert.as_deref(), &number)?;
        let stored = read(self).await?.unwrap_or_default();
        let mut account = Account {
            number: digits,
            cc: registration.cc,
            registered: false,
            pin: registration.pin.or(stored.pin),
            registrations_ms: stored.registrations_ms,
        };
        if number.is_registered() {
            note_registered(self, account).await?;
            return Ok(Registered::Already);
        }
        if number.code_verification_status.as_deref() == Some("VERIFIED") {
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
        Ok(Registered::CodeSent { vname })
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
        check_limit(&account.registrations_ms, clock::now_ms())?;
        self.client
            .verify_code(code)
            .await
            .map_err(|failure| refusal(&failure))?;
        register_upstream(self, &mut account).await?;
        note_registered(self, account).await
    }
}

/// Registers the number with the account's PIN, or a new one. Both the try and the PIN are stored before the network
/// hears of them, so that neither a crash nor a lost answer loses the PIN.
async fn register_upstream(line: &Line, account: &mut Account) -> Result<(), Obstacle> {
    let now_ms = clock::now_ms();
    check_limit(&account.registrations_ms, now_ms)?;
    account
        .registrations_ms
        .retain(|at_ms| is_recent(*at_ms, now_ms));
    account.registrations_ms.push(now_ms);
    let pin = match &account.pin {
        Some(pin) => pin.clone(),
        None => random_pin()?,
    };
    account.pin = Some(pin.clone());
    write(line, account).await?;

    let Err(failure) = line.client.register(&pin).await else {
        return Ok(());
    };
    if is_code(&failure, PIN_MISMATCH) {
        // Not tried again: the network counts wrong guesses.
        account.pin = None;
        write(line, account).await?;
    }
    Err(Obstacle::Network(failure))
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

async fn write(line: &Line, account: &Account) -> Result<(), Refusal> {
    line.records
        .save(&line.config.name, NAME, account)
        .await
        .map_err(|error| store_refusal(&error))
}

fn check_number(digits: &str, number: &Number) -> Result<(), Refusal> {
    let own = number.digits();
    if digits == own {
        return Ok(());
    }
    Err(Refusal::invalid(
        "phone_number",
        format!("cc and phone_number together are {digits}, this line's number is {own}"),
    ))
}

/// Compares the caller's certificate with the network's, when the network has one; then it is required. The approved
/// name: the certificate's, or where there are no certificates the network's.
fn check_certificate(cert: Option<&str>, number: &Number) -> Result<String, Refusal> {
    let Some(certificate) = &number.certificate else {
        // Certificates are gone from the real network: an old one proves nothing, and need not be ours.
        return Ok(number.verified_name.clone());
    };
    let cert = cert.ok_or_else(|| Refusal::missing("cert"))?;
    let given = NameCertificate::decode(cert)?;
    let (name, digits) = match NameCertificate::decode(certificate) {
        Ok(own) => (own.verified_name, own.number),
        Err(error) => {
            tracing::warn!(%error, "the network's own certificate does not decode: its number object is compared");
            (number.verified_name.clone(), number.digits())
        }
    };
    let differs = if given.number != digits {
        "number"
    } else if given.verified_name != name {
        "name"
    } else {
        return Ok(given.verified_name);
    };
    Err(Refusal::new(
        Code::ACCESS,
        format!("VName certificate error: the certificate's {differs} is not the network's"),
    )
    .with_status(403))
}

/// 429 / 1015 when a registration more could use up what the network allows.
fn check_limit(registrations_ms: &[i64], now_ms: i64) -> Result<(), Refusal> {
    let recent = registrations_ms
        .iter()
        .filter(|at_ms| is_recent(**at_ms, now_ms));
    // The newest that leaves less than the limit behind it must be over first.
    let Some(at_ms) = recent.rev().nth(REGISTRATIONS - 1) else {
        return Ok(());
    };
    let wait_ms = at_ms.saturating_add(WINDOW_MS).saturating_sub(now_ms);
    let wait_s = u32::try_from(wait_ms.saturating_add(999) / 1000).unwrap_or(u32::MAX);
    Err(Refusal::new(
        Code::TOO_MANY,
        format!(
            "the number was registered {REGISTRATIONS} times within 72 hours: try again in {wait_s} s"
        ),
    )
    .retry_after(wait_s))
}

/// Within the window; a time in the future (the clock was set back) counts, but not for longer than the window.
fn is_recent(at_ms: i64, now_ms: i64) -> bool {
    now_ms.abs_diff(at_ms) < WINDOW_MS.unsigned_abs()
}

fn is_code(failure: &Failure, code: i64) -> bool {
    matches!(failure, Failure::Refused(error) if error.code == code)
}

/// Six random digits, each number as likely as any other.
fn random_pin() -> Result<String, Refusal> {
    const PINS: u32 = 1_000_000;
    loop {
        let mut bytes = [0; 4];
        getrandom::fill(&mut bytes).map_err(|error| {
            Refusal::new(
                Code::INTERNAL,
                format!("the system gives no random bytes: {error}"),
            )
        })?;
        let drawn = u32::from_ne_bytes(bytes);
        // The last, incomplete million would make low numbers likelier.
        if drawn < u32::MAX / PINS * PINS {
            return Ok(format!("{:06}", drawn % PINS));
        }
    }
}

#[cfg(test)]
mod tests;
