//! The number is registered: a code is asked for, read on the virtual phone, and typed in.

use anyhow::ensure;
use onprem::certificate::NameCertificate;
use serde_json::json;

use super::Held;
use crate::tour::{Tour, health};

pub(super) async fn play(tour: &Tour) -> anyhow::Result<Held> {
    let held = register(tour).await?;
    connect(tour).await?;
    Ok(held)
}

async fn register(tour: &Tour) -> anyhow::Result<Held> {
    let number = &tour.gateway.endpoints.number;
    let body = json!({
        "cc": number.cc,
        "phone_number": number.phone_number,
        "method": "sms",
        "cert": number.cert,
    });
    let answer = tour.client.post("/v1/account", &body).await?;
    if answer.status == 201 {
        return Ok(Held::Already("201, the number is registered"));
    }
    let answer = answer.expect(202)?;
    let (name, approved) = (
        answer.text("/account/0/vname")?,
        NameCertificate::decode(&number.cert)?.verified_name,
    );
    ensure!(
        name == approved,
        "vname is {name}, the certificate says {approved}"
    );

    let path = format!("/sim/codes/{}", number.wa_id);
    let message = tour.client.get(&path).await?.expect(200)?;
    let body = json!({"code": message.text("/code")?});
    let answer = tour.client.post("/v1/account/verify", &body).await?;
    answer.expect(201)?;
    Ok(Held::Now)
}

/// Nothing can be sent before the gateway is connected.
async fn connect(tour: &Tour) -> anyhow::Result<()> {
    let status = health::now(&tour.client).await?;
    if status == "connected" {
        return Ok(());
    }
    if status == "disconnected" {
        // A tour that was killed may have left it so; a core that runs is not disturbed.
        tour.screen
            .note("in case the core was stopped, it is started");
        let body = json!({"running": true});
        tour.client.post("/dev/core", &body).await?.expect(200)?;
    }
    health::until(&tour.client, &tour.screen, "connected").await?;
    Ok(())
}
