//! `--ready`: what is missing for a first message, and only that.
//!
//! Every step looks first, so that a start with `--ready` over and over changes nothing: tokens that were given stay
//! good, a registered number is not asked for again.

use std::net::{IpAddr, Ipv4Addr};

use landline_core::Line;
use landline_core::call::account::Registered;
use onprem::account::{CodeMethod, Identity, Registration};
use onprem::user::{ADMIN, FIRST_PASSWORD};
use serde_json::json;
use sim::{World, WorldCustomer};

use super::published::Published;
use super::{password, settings};
use crate::exit::Stop;
use crate::network::Phones;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What a first message needs.
pub(super) struct Prepared {
    /// A fresh token of the admin.
    pub(super) token: String,
    /// A customer whose window is open.
    pub(super) customer: Option<WorldCustomer>,
}

/// Does what is missing. Does not wait for the line to be connected.
pub(super) async fn prepare(
    line: &Line,
    phones: &Phones,
    published: &Published,
    wanted_password: Option<&str>,
) -> Result<Prepared, Stop> {
    let token = log_in(line, published, wanted_password).await?;
    let world = phones.world().await?;
    register(line, phones, &world).await?;
    notify_of_everything(line).await?;
    open_windows(phones, &world).await?;
    Ok(Prepared {
        token,
        customer: world.customers.into_iter().next(),
    })
}

/// Makes the admin's password the wanted one (or the one that is kept, or a new one), and logs in with it.
async fn log_in(line: &Line, published: &Published, wanted: Option<&str>) -> Result<String, Stop> {
    // The first password is kept in dev.json too, and is no password to go on with.
    let kept = published.password().filter(|kept| kept != FIRST_PASSWORD);
    let password = match (wanted, &kept) {
        (Some(wanted), _) => wanted.to_owned(),
        (None, Some(kept)) => kept.clone(),
        (None, None) => password::generate()?,
    };
    if kept.as_deref() != Some(&password) {
        // Before the store has it: a generated password that only the store knew would be lost.
        published
            .keep_password(password.clone())
            .map_err(|error| Stop::failed("cannot write dev.json", error))?;
    }
    // Changes nothing, and revokes nothing, when that is the password already.
    line.set_admin_password(&password)
        .await
        .map_err(|refusal| Stop::failed("the admin's password cannot be set", refusal))?;
    let issued = line
        .login(ADMIN, &password, None, HERE)
        .await
        .map_err(|refusal| Stop::failed("the admin cannot log in", refusal))?;
    Ok(issued.token)
}

async fn register(line: &Line, phones: &Phones, world: &World) -> Result<(), Stop> {
    let number = &world.number;
    if line.number().as_deref() == Some(number.wa_id.as_str()) {
        return Ok(());
    }
    let registration = Registration {
        identity: Identity {
            cc: number.cc.clone(),
            phone_number: number.phone_number.clone(),
        },
        method: CodeMethod::Sms,
        cert: Some(number.cert.clone()),
        pin: None,
    };
    let refused = |refusal: onprem::Refusal| {
        Stop::failed(
            format!("the number +{} cannot be registered", number.wa_id),
            refusal,
        )
        .hint("start without --ready and register it by hand: POST /v1/account, then /v1/account/verify")
    };
    match line.register(registration).await.map_err(refused)? {
        Registered::Already => Ok(()),
        Registered::CodeSent { .. } => {
            let code = phones.code(&number.wa_id).await?;
            line.verify(&code).await.map_err(refused)
        }
    }
}

async fn notify_of_everything(line: &Line) -> Result<(), Stop> {
    let present = line.settings();
    if present.sent && present.delivered && present.read {
        return Ok(());
    }
    let all = json!({"webhooks": {"message": {"sent": true, "delivered": true, "read": true}}});
    settings::patch(line, &all).await
}

async fn open_windows(phones: &Phones, world: &World) -> Result<(), Stop> {
    for customer in world
        .customers
        .iter()
        .filter(|customer| !customer.window_open)
    {
        let text = format!("Hello, this is {}.", customer.name);
        phones.write(&customer.wa_id, &text).await?;
    }
    Ok(())
}
