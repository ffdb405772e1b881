//! The admin logs in. The built-in first password has to be changed at that.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use onprem::user::FIRST_PASSWORD;
use serde_json::json;
use tokio::time::Instant;

use super::Held;
use crate::tour::Tour;

/// `endpoints.json` has the new password by then.
const PUBLISHED: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(20);

pub(super) async fn play(tour: &mut Tour) -> anyhow::Result<Held> {
    let admin = tour.gateway.endpoints.admin.clone();
    let Some(password) = admin.password else {
        bail!(
            "the admin's password is not known here (dev.json was lost): \
             restart the gateway with --ready, which sets a new one"
        );
    };
    let held = if password == FIRST_PASSWORD {
        change(tour, &admin.username).await?;
        Held::Now
    } else {
        let answer = tour.client.log_in(&admin.username, &password, None).await?;
        answer.expect(200)?;
        Held::Already("the first password was changed before")
    };
    let path = format!("/v1/users/{}", admin.username);
    let answer = tour.client.get(&path).await?.expect(200)?;
    let role = answer.text("/users/0/ROLES")?;
    ensure!(role == "ROLE_ADMIN", "the admin's role is {role}");
    Ok(held)
}

/// Logs in with the first password and replaces it by a strong one, which `dev` keeps for its user.
async fn change(tour: &mut Tour, username: &str) -> anyhow::Result<()> {
    let fresh = strong_password()?;
    let body = json!({"new_password": fresh});
    let answer = tour
        .client
        .log_in(username, FIRST_PASSWORD, Some(&body))
        .await?;
    answer.expect(200)?;
    published(tour, &fresh).await
}

/// Waits until `endpoints.json` tells the new password: nobody else knows it.
async fn published(tour: &Tour, fresh: &str) -> anyhow::Result<()> {
    let end = Instant::now() + PUBLISHED;
    loop {
        // The file is replaced whole, but an answer may come before it.
        let told = tour.gateway.password_now();
        if matches!(&told, Ok(Some(password)) if password == fresh) {
            tour.screen
                .note("the new password is in endpoints.json and, for you, in dev.json");
            return Ok(());
        }
        if Instant::now() >= end {
            // The only place where it is still known: it must not be lost.
            bail!("the password was changed to {fresh} but endpoints.json does not say so");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// 96 random bits; the beginning has a letter of each case, a digit and a special character.
fn strong_password() -> anyhow::Result<String> {
    let mut random = [0; 12];
    getrandom::fill(&mut random).context("no random numbers can be had")?;
    Ok(format!("Tour7-{}", URL_SAFE_NO_PAD.encode(random)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_password_is_strong_and_new() {
        let (one, other) = (strong_password().unwrap(), strong_password().unwrap());

        assert_ne!(one, other);
        for password in [one, other] {
            assert!((8..=64).contains(&password.len()), "{password}");
            onprem::user::check_password("new_password", &password).expect("within the rules");
        }
    }
}
