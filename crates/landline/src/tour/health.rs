//! `GET /v1/health`, asked again until the gateway is in the state that is waited for.

use std::time::Duration;

use anyhow::bail;
use tokio::time::Instant;

use super::client::{Answer, Client};
use super::screen::Screen;
use super::text::compact;

const PATH: &str = "/v1/health";
/// Where the state stands in the answer.
const STATUS: &str = "/health/gateway_status";
/// Between two questions: short, because `connecting` may last a third of a second only.
const PAUSE: Duration = Duration::from_millis(20);
/// A start-up takes under a second, unless a disk stalls or thousands of messages wait.
const PATIENCE: Duration = Duration::from_secs(20);

/// The state now, shown.
pub(super) async fn now(client: &Client) -> anyhow::Result<String> {
    let answer = client.get(PATH).await?.expect(200)?;
    Ok(answer.text(STATUS)?.to_owned())
}

/// Asks until the state is `wanted`, and shows each new state. Returns all states that were seen, in order.
pub(super) async fn until(
    client: &Client,
    screen: &Screen,
    wanted: &str,
) -> anyhow::Result<Vec<String>> {
    let how_long = format!("until it is {wanted}");
    screen.request("GET", PATH, Some(&how_long), None);
    let end = Instant::now() + PATIENCE;
    let mut seen: Vec<String> = Vec::new();
    loop {
        let answer = client.ask("GET", PATH, None).await?.expect(200)?;
        let status = answer.text(STATUS)?;
        if seen.last().is_none_or(|last| last != status) {
            show(screen, &answer);
            seen.push(status.to_owned());
        }
        if seen.last().is_some_and(|last| last == wanted) {
            return Ok(seen);
        }
        if Instant::now() >= end {
            let seconds = PATIENCE.as_secs();
            bail!(
                "gateway_status was not {wanted} within {seconds} s, but {} (the gateway's own log says why)",
                seen.join(", then ")
            );
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn show(screen: &Screen, answer: &Answer) {
    screen.answer(answer, &compact(&answer.body));
}
